"""Who asks for a copy, as whom, in which files, and whose rows there are this very person's; who may know of a request.

A wrong requester is refused by what the files say, whatever anybody confirmed: a namesake born on another day, a child
of age whose parent asks, somebody who isn't a holder of that file (domain.md §2.8 no. 15). The service compares, and
shows nothing: the officer reads the data of the persons through the copy alone.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import Any, Final
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db.models import Q

from accounts.access import office_holders
from accounts.models import User
from accounts.roles import Role
from accounts.veil import account_behind
from audit import reading
from audit.models import ReadEntry
from core.compiled_queries import AmongGiven, CompiledQuery, known_rows_of, rows_of
from encryption.sealed import OpenScope
from referrals.access_requests.copies import Scope
from referrals.access_requests.sheet import Sheet
from referrals.execution import row_proposals
from referrals.matching import blocking_keys, candidates, comparison, identity, phonetics
from referrals.models import AccessOpinion, AccessRequest, Child, Exclusion, Holder, Joining, Referral
from referrals.policy.definitions import protocol_of
from referrals.vocabulary.access_requests import Requester
from referrals.vocabulary.states import Machine, State
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.safety import with_joined

MAJORITY: Final = 18
NO_FILE: Final = (State.DRAFT, State.PURGED)
_NOBODY: Final = UUID(int=0)
OF_SELF: Final = (Requester.SUBJECT_MINOR, Requester.SUBJECT_ADULT)


@dataclass(frozen=True, slots=True)
class Persons:
    """The rows found in some files: children, the holder who asks; ``lacking``: files in which nobody is.

    ``others``: the rows of a third party who asks; of an agent, the account.
    ``minors``, ``adults``: how many of the children are; one without a birth date counts by its age band.
    """

    children: tuple[UUID, ...] = ()
    holders: tuple[UUID, ...] = ()
    lacking: bool = False
    minors: int = 0
    adults: int = 0
    others: tuple[UUID, ...] = ()


def _words(text: object) -> tuple[str, ...]:
    return phonetics.words(str(text or ""))


def _same_birth(said: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    """Tell whether the births are the same day; of a row that has a month alone, the same month. Never by no birth."""
    birth = str(said.get("birth_date") or "")
    if held.get("birth_date"):
        return bool(birth) and birth == str(held["birth_date"])
    return bool(held.get("birth_year_month")) and birth.startswith(str(held["birth_year_month"]))


def _same_child(said: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    """Tell whether names and birth are one person's, once accents and capitals are gone."""
    lasts = {_words(held.get(name)) for name in ("last_name", "usual_name")} - {()}
    firsts = _words(held.get("first_names"))
    return (
        _same_birth(said, held)
        and _words(said.get("last_name")) in lasts
        and bool(firsts)
        and _words(said.get("first_names"))[:1] == firsts[:1]
    )


def _of_age(child: Child, held: Mapping[str, Any], case: Case) -> bool:
    """Tell whether a child is of age today: by the birth date, where there is one, for the band follows by night."""
    if case.of_age(child):
        return True
    born = held.get("birth_date")
    return bool(born) and date.fromisoformat(str(born)) + relativedelta(years=MAJORITY) <= case.today


def _of_files(cases: Iterable[Case], scope: OpenScope) -> Iterator[tuple[Case, Child, dict[str, Any]]]:
    for case in cases:
        for child in rows_of(case.referral, "children", wrong_person=False):
            names_by_child = {
                name: getattr(child, name).open(scope) if getattr(child, name) is not None else None
                for name in ("last_name", "usual_name", "first_names", "birth_date", "birth_year_month")
            }
            yield case, child, names_by_child


def holders_of(case: Case, name: str, scope: OpenScope) -> Iterator[Holder]:
    """Yield the holders of a case who bear this name: the same words, in whatever order."""
    wanted = sorted(_words(name))
    for holder in case.holders:
        if wanted and holder.name is not None and sorted(_words(holder.name.open(scope))) == wanted:
            yield holder


def knows(case: Case, name: str, scope: OpenScope) -> bool:
    """Tell whether a case has a holder or a third party of this name: the same words, in whatever order."""
    wanted = sorted(_words(name))
    rows: list[Any] = [*case.holders, *known_rows_of(case.referral, "third_parties")]
    names = (one.name.open(scope) for one in rows if one.name is not None)
    return bool(wanted) and any(sorted(_words(one)) == wanted for one in names)


def find(sheet: Sheet, referrals: Iterable[Referral]) -> Persons:
    """Return whose rows some files hold of the persons whom a request names; an entry names the files."""
    request_details = sheet.said
    cases = sheet.cases_of(referrals)
    children: list[UUID] = []
    holders: list[UUID] = []
    others: list[UUID] = []
    person_ids: set[UUID] = set()
    minors = adults = 0
    with sheet.opening(cases) as scope:
        if sheet.row.requester in (Requester.FILER, Requester.THIRD_PARTY, Requester.STAFF):
            named = {case.referral.pk: _named(sheet, case, scope) for case in cases}
            person_ids = {pk for pk, rows in named.items() if rows}
            others = sorted({row for rows in named.values() for row in rows})
        else:
            for case, child, names in _of_files(cases, scope):
                if not _same_child(request_details["subject"], names):
                    continue
                children.append(child.pk)
                person_ids.add(case.referral.pk)
                of_age = _of_age(child, names, case)
                minors, adults = minors + (not of_age), adults + of_age
        if sheet.of_holder:
            mine = {case.referral.pk: list(holders_of(case, sheet.holder_name, scope)) for case in cases}
            holders = [holder.pk for some in mine.values() for holder in some]
            person_ids &= {pk for pk, some in mine.items() if some}
    lacking = not cases or any(case.referral.pk not in person_ids for case in cases)
    return Persons(tuple(children), tuple(holders), lacking, minors, adults, tuple(others))


def _named(sheet: Sheet, case: Case, scope: OpenScope) -> list[UUID]:
    """Return where a file names who asks: as its filer, as third parties; of staff, the one account of that name."""
    name = sorted(_words(sheet.said["name"]))
    match sheet.row.requester:
        case Requester.STAFF:
            agents = User.objects.filter(memberships__authority=sheet.row.authority_id).distinct()
            rows = [one.pk for one in agents if sorted(_words(one.full_name)) == name]
            return rows if len(rows) == 1 else []
        case Requester.FILER:
            names = [(case.referral.pk, case.referral.concern.filer_name)]
        case _:
            names = [(one.pk, one.name) for one in known_rows_of(case.referral, "third_parties")]
    return [pk for pk, value in names if value is not None and sorted(_words(value.open(scope))) == name]


def may_have(sheet: Sheet, found: Persons) -> bool:
    """Tell whether who asks has the standing that the files and the ages say (AR3)."""
    match sheet.principal:
        case Requester.SUBJECT_MINOR:
            return found.minors > 0 and not found.adults
        case Requester.SUBJECT_ADULT:
            return found.adults > 0 and not found.minors
        case Requester.HOLDER:
            return bool(found.holders) and found.minors > 0 and not found.adults
        case None:
            return False
    return True


def is_in_index(sheet: Sheet) -> bool:
    """Tell whether the index gives a file of the very person: then nobody answers that no data is held (AR4, AR11)."""
    return any(hit.exact for hit in search(sheet))


@dataclass(frozen=True, slots=True)
class Hit:
    """A file that the index gives for the person of a request: what tells it apart, and nothing else of it."""

    reference: str
    state: str
    received_at: datetime | None
    exact: bool


def search(sheet: Sheet) -> list[Hit]:
    """Return the files of the authority that may be of the person: closed and archived ones too (AR4).

    Restricted files aren't in it, and stand in no index: they are found by hand, with a supervisor of their list. No
    name is shown: ``exact`` says that names and birth are the same.
    """
    subject = sheet.said.get("subject") or {}
    if not subject.get("last_name"):
        return []
    wanted = identity.child(_NOBODY, subject, on=sheet.at.date())
    traits = blocking_keys.searched_for(identity.Family((wanted,)))
    likely = candidates.likely(candidates.size_of(sheet.row.authority_id), traits).files
    rows = Referral.objects.filter(authority=sheet.row.authority_id, restricted=False)
    by_id = rows.exclude(state__in=NO_FILE).in_bulk([*likely, _NOBODY])
    barred = set(
        Referral.objects.filter(
            pk__in=by_id, exclusions__user=sheet.actor.user_id, exclusions__lifted_at=None
        ).values_list("pk", flat=True)
    )
    picked = [by_id[pk] for pk in likely if pk in by_id and pk not in barred][: candidates.OPENED_AT_MOST]
    cases = sheet.cases_of(one for one in picked if one.is_authentic)
    hits: dict[UUID, Hit] = {}
    with sheet.opening(cases) as scope:
        for case, child, names in _of_files(cases, scope):
            fits = comparison.fits(wanted, identity.child(child.pk, names, on=sheet.at.date())) > 0
            if child.restricted or not fits:
                continue
            exact = _same_child(subject, names)
            if case.referral.pk not in hits or exact:
                referral = case.referral
                hits[referral.pk] = Hit(referral.reference, str(referral.state), referral.received_at, exact)
    return sorted(hits.values(), key=lambda one: (not one.exact, one.reference))


class Standing(Enum):
    """As whom somebody asks: it decides what is own data."""

    CHILD = auto()
    HOLDER = auto()
    FILER = auto()
    THIRD_PARTY = auto()
    STAFF = auto()

    @classmethod
    def of(cls, scope: Scope) -> "Standing":
        """Return as whom the requester of a scope stands; who is mandated, as whom the mandate is from."""
        match scope.requester:
            case Requester.FILER:
                return cls.FILER
            case Requester.THIRD_PARTY:
                return cls.THIRD_PARTY
            case Requester.STAFF:
                return cls.STAFF
            case Requester.HOLDER:
                return cls.HOLDER
            case Requester.MANDATED if scope.holder is not None:
                return cls.HOLDER
        return cls.CHILD


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who asks, and under which ids the persons stand whose data it is.

    ``called``: what the holder who asks is called, as folded words, once the file that names the own row is read: in
    other files the same holder stands under another row.
    """

    standing: Standing
    children: frozenset[UUID]
    holders: frozenset[UUID]
    persons: frozenset[UUID]
    scope: Scope
    called: set[frozenset[str]] = field(default_factory=set)


def files_of(scope: Scope) -> tuple[list[Referral], frozenset[UUID], frozenset[UUID]]:
    """Return the cases with those joined to them, and under which ids the same persons stand there."""
    wanted = set(scope.referrals)
    children = set(scope.children)
    holders = set() if scope.holder is None else {scope.holder}
    # Who filed never reads another filing, even in a merged file (domain.md §2.8 no. 7).
    joined = Joining.objects.filter(undone_at=None)
    # A filing's file may be joined on in its turn; there is an end, for no case is joined twice at a time.
    while wanted and Standing.of(scope) in (Standing.CHILD, Standing.HOLDER):
        count = len(wanted) + len(children) + len(holders)
        for one in joined.filter(Q(referral__in=wanted) | Q(target__in=wanted)):
            for same, own in ((one.same_children, children), (one.same_holders, holders)):
                for mine, theirs in same.items():
                    if {UUID(mine), UUID(theirs)} & own:
                        own |= {UUID(mine), UUID(theirs)}
            sides = Referral.objects.filter(pk__in=[one.referral_id, one.target_id], restricted=False)
            wanted |= set(sides.values_list("pk", flat=True))
        if len(wanted) + len(children) + len(holders) == count:
            break
    rows = Referral.objects.filter(pk__in=wanted).exclude(state=State.PURGED).select_related("authority")
    with_row = Holder.objects.filter(pk__in=holders).values_list("referral_id", flat=True)
    # The file that names the holder's own row comes first: it tells under which name the others are read.
    files = sorted(rows.order_by("received_at", "reference"), key=lambda row: row.pk not in set(with_row))
    return files, frozenset(children), frozenset(holders)


#: Who signs what leaves, as the second person.
SIGNERS: Final = (Role.SUPERVISOR, Role.DPO)


def files_named(sheet: Sheet, references: Collection[str]) -> list[Referral] | None:
    """Return the files of the authority with these references; None: one isn't there, or who acts is excluded from it.

    Restricted ones too, though no list shows them: they are named by hand, and come in with a second signature.
    """
    wanted = {one.strip() for one in references}
    spelled = wanted | {one.upper() for one in wanted}
    rows = Referral.objects.filter(authority=sheet.row.authority_id, reference__in=spelled)
    matches = list(rows.exclude(state__in=NO_FILE).select_related("authority", "concern"))
    # Of a file that was joined to one of these the copy holds as much.
    barred = excluded([one.pk for one in with_joined(matches)]).get(sheet.actor.user_id or UUID(int=0))
    fit = [one for one in matches if one.is_authentic]
    return fit if len(fit) == len(wanted) and not barred else None


def excluded(cases: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return from which of some cases people are excluded; an end that the service didn't write ends nothing."""
    excluded_users: dict[UUID, set[UUID]] = {}
    for row in _EXCLUSIONS.rows(cases=list(cases)) if cases else ():
        if row.lifted_at is None or not row.is_authentic:
            excluded_users.setdefault(row.user_id, set()).add(row.referral_id)
    return excluded_users


_EXCLUSIONS: Final = CompiledQuery(lambda: Exclusion.objects.filter(AmongGiven("referral", "cases")))


def is_apart(sheet: Sheet, referral: Referral) -> bool:
    """Tell whether a file, or a child of it, is kept for named persons (T46)."""
    case = Case(referral, actor=sheet.actor, at=sheet.at)
    return bool(
        referral.restricted or referral.bar_was_lifted or any(child.restricted for child in case.recorded)
    )


def let_past(sheet: Sheet, referral: Referral) -> set[UUID]:
    return Case(referral, actor=sheet.actor, at=sheet.at).on_list()


def may_know(sheet: Sheet, referrals: Iterable[Referral], user: UUID) -> bool:
    """Tell whether a person may know of each of these files: not excluded, and of a restricted one on its list."""
    files = with_joined(referrals)
    if excluded([one.pk for one in files]).get(user):
        return False
    return all(not is_apart(sheet, one) or user in let_past(sheet, one) for one in files)


def role_of_opinion(sheet: Sheet, user: UUID) -> Role | None:
    """Return the role in which a person may be asked for an opinion: inspector of one of the cases, or coordinator.

    A case that has no inspector yet is any inspector's. Who may not know of one of the files isn't asked at all.
    """
    referrals = [one.referral for one in sheet.files]
    if not may_know(sheet, referrals, user):
        return None
    for case in sheet.cases:
        named = {row.user_id for row in case.assignments if row.role == Role.ASE_INSPECTOR}
        if (not named or user in named) and workflow_people.holders_of(case, Role.ASE_INSPECTOR, {user}):
            return Role.ASE_INSPECTOR
    for case in sheet.cases:
        if workflow_people.holders_of(case, Role.CRIP_COORDINATOR, {user}):
            return Role.CRIP_COORDINATOR
    return None


def own_question(sheet: Sheet) -> AccessOpinion | None:
    mine = (one for one in sheet.opinions if one.asked_id == sheet.actor.user_id and one.answered_at is None)
    return next(mine, None)


def awaits_signature(sheet: Sheet) -> bool:
    """Tell whether somebody is asked to sign another step of this request; a proposal of the same is replaced."""
    waiting = row_proposals.awaited(Machine.ACCESS_REQUEST, sheet.row.pk, at=sheet.at)
    return any(one.step != sheet.step_name for one in waiting)


def remedies_end(sheet: Sheet) -> datetime:
    """Return until when the answer, or what became of an appeal, may be contested."""
    since = sheet.row.answered_at or sheet.at
    return since + timedelta(days=sheet.protocol.access_remedies_days)


def accounts_behind(sheet: Sheet, entries: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the accounts behind some entries of the list of readers, by entry; no table holds the way back."""
    if not entries:
        return {}
    with reading.as_auditor():
        rows = list(
            ReadEntry.objects.filter(pk__in=entries, tenant=sheet.row.authority_id).values_list("pk", "body")
        )
    cases = sheet.subjects()
    users: dict[UUID, UUID] = {}
    for entry, body in rows:
        who = json.loads(bytes(body)).get("actor") if body else None
        account = account_behind(UUID(who), cases=cases) if who else None
        if account is not None:
            users[entry] = account
    return users


def readers_behind(sheet: Sheet, entries: Collection[UUID]) -> set[UUID]:
    """Return who is behind some entries (AR9): who is heard and told, and signs nothing."""
    return set(accounts_behind(sheet, entries).values())


def officers(row: AccessRequest, *, at: datetime) -> set[UUID]:
    """Return the officers who deal with a request: the authority's, but who is excluded from one of its files."""
    files = with_joined(one.referral for one in row.files.select_related("referral"))
    barred = excluded([one.pk for one in files])
    return set(office_holders((Role.DPO,), row.authority_id, at=at)) - set(barred)


def package_days(row: AccessRequest, at: datetime) -> timedelta:
    """Return how long an answer waits to be fetched (ACCESS_PACKAGE_DAYS)."""
    return timedelta(days=protocol_of(row.authority, at).access_package_days)
