"""Search by name as the officer on duty, and the review of a search by another person (domain.md §1.3 rule 10).

So many are free in a duty. Each further one needs the approval of another person, given in the service, or counts as an
emergency opening that nobody approved: supervisors and auditors are told at once, and there are five of these at most
(SEC-AZ25). Each search is a row and an entry, found or not, is told at once to those who review it, and is looked at by
the end of the next working day.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.access import office_holders
from accounts.actor import SYSTEM, Actor
from accounts.errors import AlreadyThere
from accounts.models import Authority
from accounts.notifications import tell_people
from accounts.roles import Role
from audit import journal
from audit.events import Counted, Purpose, Topic, count_as, file_under, register
from encryption import keys
from outbox.notices import About, Recipients, tell
from outbox.templates import Kind, Template
from outbox.templates import register as register_templates
from referrals.access import exceptions as access_exceptions
from referrals.access import row_level_security
from referrals.break_glass.steps import REVIEWERS
from referrals.conflicts_of_interest.declarations import is_tied
from referrals.emergency_search import approvals, duties, hits
from referrals.errors import InvalidInput, NotAllowed, NotVisible
from referrals.matching import identity, relatives
from referrals.matching.identity import Child
from referrals.models import EmergencySearch, EmergencySheet, Referral, RotaShift
from referrals.notifications import recipients
from referrals.policy.definitions import protocol_of
from referrals.policy.working_time import calendar_of
from referrals.runaways.queries import sheets_for
from referrals.vocabulary.formats import labelled
from referrals.vocabulary.states import State, Urgency
from referrals.workflow import births
from referrals.workflow.case import Case

DONE: Final = "emergency-search:done"
AGREED: Final = "emergency-search:agreed"
CONTESTED: Final = "emergency-search:contested"
register(DONE, AGREED, CONTESTED)
file_under(Topic.SEARCH, DONE, AGREED, CONTESTED)
count_as(Counted.EMERGENCIES, DONE)

TO_REVIEW: Final = "search.to-review"
WATCHED: Final = "search.watched"
IS_CONTESTED: Final = "search.contested"
IS_UNAPPROVED: Final = "search.unapproved"
KNOWN_HERE: Final = "search.known-here"
WITHHELD: Final = "search.withheld"
register_templates(
    Template(TO_REVIEW, Kind.CASE, _("Une recherche d'urgence par nom est à examiner."), start=duties.PAGE),
    Template(WATCHED, Kind.CASE, _("Une recherche d'urgence par nom vient d'avoir lieu."), start="journal"),
    Template(IS_CONTESTED, Kind.CASE, _("Une recherche d'urgence par nom est contestée."), start="journal"),
    Template(
        IS_UNAPPROVED,
        Kind.CASE,
        _("L'astreinte a cherché un enfant par son nom au-delà du plafond, sans l'accord de personne."),
        start=duties.PAGE,
    ),
    Template(
        KNOWN_HERE,
        Kind.QUEUE,
        _("L'astreinte d'une autre autorité cherche un enfant que la vôtre connaît : elle va appeler."),
    ),
    Template(
        WITHHELD,
        Kind.QUEUE,
        _("L'astreinte cherche l'enfant d'un dossier restreint qui vous est ouvert : appelez-la."),
    ),
)

ROLES: Final = frozenset({Role.ON_CALL, *REVIEWERS})
#: So many searches in a duty need nobody's approval past the free ones (SEC-AZ25).
UNAPPROVED_AT_MOST: Final = 5
DAY: Final = timedelta(days=1)
_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Answer:
    """The shells of the own authority's files, whom to call elsewhere, and whether not all could be looked at."""

    search: EmergencySearch
    lines: list[dict[str, Any]]
    elsewhere: list[dict[str, Any]]
    more: bool


# --- How often ----------------------------------------------------------------------------------------


def left(shift: RotaShift, *, at: datetime) -> int:
    """Return how many searches the officer may still do freely in a duty."""
    return max(0, _cap(shift, at) - _done(shift, at))


def unapproved_left(shift: RotaShift, *, at: datetime) -> int:
    """Return how many searches that nobody approved the officer may still do in a duty, past the free ones."""
    done = max(0, _done(shift, at) - _cap(shift, at) - approvals.approved_searches(shift))
    return max(0, UNAPPROVED_AT_MOST - done)


def _cap(shift: RotaShift, at: datetime) -> int:
    return int(protocol_of(shift.authority, at).emergency_search_cap)


def _done(shift: RotaShift, at: datetime) -> int:
    counted = Q(shift=shift)
    if shift.made_by_id == shift.user_id:
        # Who keeps the rota and is on it begins no new count by a new shift (SEC-AZ25).
        counted |= Q(user=shift.user_id, authority=shift.authority_id, searched_at__gt=at - DAY)
    return EmergencySearch.objects.filter(counted).count()


# --- Searching ----------------------------------------------------------------------------------------


def search(said: Mapping[str, Any], *, actor: Actor, at: datetime) -> Answer:
    """Look for a child by name, in all authorities; write down that it was done, and tell who reviews it.

    Raises:
        NotAllowed: as ``duties``.
        StepUpRequired: the last proof of the second factor is too old (SEC-AU6).
        InvalidInput: which duty isn't said; a birth date to come; the free searches are used up, nobody has approved
            another one, and it isn't said to be without approval, or those are used up too.
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    shift = duties.one_of(said.get("authority"), actor=actor, at=at)
    stepup.require(actor, at=at)
    # Locked: what one officer searches at once is counted one after the other.
    RotaShift.objects.select_for_update(no_key=True).get(pk=shift.pk)
    births.require_born(said["birth_date"], at)
    pk = uuid4()
    word = _beyond_the_cap(said, pk, shift, at=at)
    unapproved = word is not None and "unapproved" in word
    actor = actor.acting_as(Role.ON_CALL, authority_id=shift.authority_id)
    answer_hits = _matches(said, shift, actor=actor, at=at)
    row = _recorded(said, pk, word, answer_hits, shift, at=at)
    journal.record(
        DONE,
        actor=actor,
        at=at,
        objects=[case.pseudonym for case in answer_hits.own],
        tenant=row.authority_id,
        purpose=Purpose.EMERGENCY,
        rule="" if word is None else "unapproved" if unapproved else "approved",
        payload=_spelled(said),
    )
    _tell(row, answer_hits, unapproved=unapproved, actor=actor, at=at)
    # An emergency search is no list: whoever gets as many has to say more.
    listed = answer_hits.own[: protocol_of(shift.authority, at).emergency_search_results]
    return Answer(
        row,
        _lines(listed),
        _elsewhere(answer_hits, actor=actor, at=at),
        more=answer_hits.cut or listed != answer_hits.own,
    )


def _beyond_the_cap(
    said: Mapping[str, Any], pk: UUID, shift: RotaShift, *, at: datetime
) -> dict[str, Any] | None:
    """Return who approved this search, or that nobody did; None where it is one of the free ones (SEC-AZ25)."""
    if left(shift, at=at) > 0:
        return None
    if (approval := approvals.usable(shift, at=at)) is not None:
        return approvals.use(approval, "searches", pk)
    if unapproved_left(shift, at=at) == 0:
        raise InvalidInput("unapproved", "approval-needed")
    if not said["unapproved"]:
        raise InvalidInput("unapproved", "cap-reached")
    return {"name": "", "at": at.isoformat(), "unapproved": True}


def _matches(said: Mapping[str, Any], shift: RotaShift, *, actor: Actor, at: datetime) -> hits.Hits:
    """Return what answers; of the officer's own relatives nothing does, wherever they are known (§1.3 rule 8)."""
    born = said["birth_date"]
    if is_tied(actor, relatives.of_parts([said["last_name"]], [said["first_names"]], born)):
        return hits.Hits([], {}, [], cut=False)
    return hits.find(_child(said, at.date()), shift.authority_id, actor=actor, at=at)


def _child(said: Mapping[str, Any], on: date) -> Child:
    values = {name: said[name] for name in ("last_name", "first_names", "birth_date")}
    if said["age"] is not None:
        values |= {"age_estimated_min": max(0, said["age"] - 1), "age_estimated_max": said["age"] + 1}
    return identity.child(_NOBODY, values, on=on)


def _spelled(said: Mapping[str, Any]) -> bytes:
    """Return the one spelling of what was asked, of which the journal keeps a keyed digest."""
    born = said["birth_date"] and said["birth_date"].isoformat()
    parts = [said["last_name"], said["first_names"], born, said["age"]]
    return json.dumps(parts, ensure_ascii=False).encode()


def _recorded(
    said: Mapping[str, Any],
    pk: UUID,
    word: Mapping[str, Any] | None,
    found: hits.Hits,
    shift: RotaShift,
    *,
    at: datetime,
) -> EmergencySearch:
    authority = shift.authority
    key = keys.create_draft_key(pk)
    own = [*found.own, *(case for case in found.withheld if case.authority_id == authority.pk)]
    row = EmergencySearch(
        pk=pk,
        authority=authority,
        user_id=shift.user_id,
        shift=shift,
        searched_at=at,
        ground=said["ground"],
        cases=[str(case.pk) for case in own],
        elsewhere=[str(pk) for pk in found.elsewhere],
        review_due_at=calendar_of(authority, protocol_of(authority, at)).after_working_days(at, 1),
        key=key.id,
    )
    row.reason = key.seal(_field("reason"), pk, said["reason"])
    if word is not None:
        row.word = key.seal(_field("word"), pk, word)
    row.save(force_insert=True)
    return row


def _field(name: str) -> Any:
    return EmergencySearch._meta.get_field(name)


def _lines(cases: list[Referral]) -> list[dict[str, Any]]:
    """Return the shells that rule 10 names, and nothing else of a file."""
    open_ = EmergencySheet.objects.filter(referral__in=[case.pk for case in cases], closed_at=None)
    sheets = set(open_.values_list("referral_id", flat=True))
    return [
        {
            "reference": case.reference,
            "state": labelled(State(case.state)),
            "urgency": labelled(Urgency(case.urgency)),
            "runaway": case.runaway,
            "sheet": case.pk in sheets,
        }
        for case in cases
    ]


def _elsewhere(found: hits.Hits, *, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Return whom to call in other authorities, with the sheet that was opened to the officer's own one (T36)."""
    ids = [case.pk for cases in found.elsewhere.values() for case in cases]
    sheets = {sheet.authority_id: sheet.pk for sheet in sheets_for(actor, at=at).filter(referral__in=ids)}
    lines = []
    for authority in Authority.objects.filter(pk__in=sorted(found.elsewhere)).order_by("name"):
        terms = protocol_of(authority, at)
        sheet = sheets.get(authority.pk)
        lines.append(
            {
                "authority": str(authority.pk),
                "name": authority.name,
                "phone": terms.on_call_phone or terms.crip_phone,
                "sheet": str(sheet) if sheet else None,
            }
        )
    return lines


def _tell(row: EmergencySearch, found: hits.Hits, *, unapproved: bool, actor: Actor, at: datetime) -> None:
    """Tell who reviews and who watches; the authorities hit; and call those to whom a file that answers is restricted.

    No notice says whom it is about, and none goes to a person excluded from a file that answered (SEC-AZ4).
    """
    with row_level_security.beyond():
        withheld = [Case(case, actor=SYSTEM, at=at) for case in found.withheld]
        own = [Case(case, actor=SYSTEM, at=at) for case in found.own]
        own += [case for case in withheld if case.authority_id == row.authority_id]
        excluded = {user for case in own for user in recipients.excluded_from(case)} | {actor.user_id}
        here = row.authority_id
        tell_people(office_holders(REVIEWERS, here, at=at) - excluded, TO_REVIEW, here, at=at)
        tell_people(office_holders([Role.AUDITOR], here, at=at) - excluded, WATCHED, here, at=at)
        if unapproved:
            watchers = office_holders([Role.SUPERVISOR, Role.AUDITOR], here, at=at) - excluded
            about = About(
                template=IS_UNAPPROVED, reference="", subject_id=None, authority_id=here, urgent=True
            )
            tell(about, Recipients(users=watchers), at=at)
        for pk, cases in found.elsewhere.items():
            there = office_holders([Role.CRIP_COORDINATOR, Role.ON_CALL], pk, at=at) - {actor.user_id}
            for answering_case in cases:
                there -= recipients.excluded_from(Case(answering_case, actor=SYSTEM, at=at))
            tell_people(there, KNOWN_HERE, pk, at=at)
        for restricted in withheld:
            recipients.call_list(restricted, WITHHELD)


# --- Review -------------------------------------------------------------------------------------------


def require_role(actor: Actor) -> None:
    """Refuse whoever neither searches in an emergency nor reviews such searches."""
    if not actor.holding(ROLES):
        raise NotAllowed("emergency-search")


def visible_to(actor: Actor, *, at: datetime) -> "QuerySet[EmergencySearch]":
    """Return one's own searches and those that one reviews; none of which a file answered that excludes the actor."""
    require_role(actor)
    here = {position.authority_id for position in actor.holding(REVIEWERS)}
    rows = EmergencySearch.objects.filter(Q(user=actor.user_id) | Q(authority__in=sorted(here)))
    excluded = {str(pk) for pk in access_exceptions.exceptional(actor, at=at).excluded}
    if excluded:
        # The searches of one authority are few, and a list in JSON is searched in no way that both databases know.
        barred = [
            pk for pk, cases in rows.exclude(cases=[]).values_list("pk", "cases") if excluded & set(cases)
        ]
        rows = rows.exclude(pk__in=barred)
    return rows.select_related("user", "reviewed_by")


def visible_row(pk: UUID, *, actor: Actor, at: datetime, locked: bool = False) -> EmergencySearch:
    rows = visible_to(actor, at=at).filter(pk=pk)
    row = (rows.select_for_update(of=("self",)) if locked else rows).first()
    if row is None:
        raise NotVisible
    return row


def may_review(row: EmergencySearch, actor: Actor) -> bool:
    """Tell whether the actor is the other person who looks at a search, and it still waits."""
    here = {position.authority_id for position in actor.holding(REVIEWERS)}
    return row.reviewed_at is None and row.user_id != actor.user_id and row.authority_id in here


def review(pk: UUID, *, agreed: bool, note: str, actor: Actor, at: datetime) -> EmergencySearch:
    """Agree with a search that another person made, or contest it; the auditors are told of a contested one.

    Raises:
        NotVisible, NotAllowed: as ``visible_row``; NotAllowed also for one's own search.
        AlreadyThere: somebody has looked at it.
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    row = visible_row(pk, actor=actor, at=at, locked=True)
    if row.reviewed_at is not None:
        raise AlreadyThere(_("Cette recherche a déjà été examinée."))
    if not may_review(row, actor):
        raise NotAllowed("emergency-search:review")
    role = next(role for role in REVIEWERS if role in actor.roles_in(row.authority_id))
    row.reviewed_by_id, row.reviewed_at, row.agreed = actor.user_id, at, agreed
    if note and row.key is not None:
        row.review = keys.data_key(row.key, row.pk).seal(_field("review"), row.pk, note)
    row.save()
    record(
        AGREED if agreed else CONTESTED,
        row,
        actor=actor.acting_as(role, authority_id=row.authority_id),
        at=at,
    )
    if not agreed:
        auditors = office_holders([Role.AUDITOR], row.authority_id, at=at)
        tell_people(auditors, IS_CONTESTED, row.authority_id, at=at)
    return row


def record(act: str, row: EmergencySearch, *, actor: Actor, at: datetime) -> None:
    journal.record(
        act, actor=actor, at=at, tenant=row.authority_id, purpose=Purpose.EMERGENCY, payload=row.pk.bytes
    )


def end(row: EmergencySearch, *, at: datetime) -> None:
    """Destroy all that is sealed of a search, with its key; that it took place stays."""
    key, row.key, row.reason, row.word, row.review, row.ended_at = row.key, None, None, None, None, at
    row.save()
    transaction.on_commit(partial(keys.destroy, [key] if key else []), robust=True)


def ends_at(row: EmergencySearch) -> datetime | None:
    """Return when what is sealed of a search goes; None where it still waits for its review."""
    if row.reviewed_at is None:
        return None
    return row.reviewed_at + timedelta(days=protocol_of(row.authority, row.reviewed_at).emergency_search_days)
