"""Whose data is asked for: the rows of the files that are this very person's, and whether who asks may have them.

A wrong requester is refused by what the files say, whatever anybody confirmed: a namesake born on another day, a child
of age whose parent asks, somebody who isn't a holder of that file (domain.md §2.8 no. 15). The service compares, and
shows nothing: the officer reads the data of the persons through the copy alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from dateutil.relativedelta import relativedelta

from accounts.actor import Actor, system
from accounts.models import User
from audit.disclosure import disclosure
from audit.events import Purpose
from core.compiled_queries import known_rows_of, rows_of
from encryption.sealed import OpenScope
from referrals.access_requests.sheet import Sheet
from referrals.matching import blocking_keys, candidates, comparison, identity, phonetics
from referrals.models import Child, Holder, Referral
from referrals.vocabulary.access_requests import Requester
from referrals.vocabulary.states import State
from referrals.workflow.case import Case

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
    asked = str(said.get("birth_date") or "")
    if held.get("birth_date"):
        return bool(asked) and asked == str(held["birth_date"])
    return bool(held.get("birth_year_month")) and asked.startswith(str(held["birth_year_month"]))


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
            held = {
                name: getattr(child, name).open(scope) if getattr(child, name) is not None else None
                for name in ("last_name", "usual_name", "first_names", "birth_date", "birth_year_month")
            }
            yield case, child, held


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
    told = (one.name.open(scope) for one in rows if one.name is not None)
    return bool(wanted) and any(sorted(_words(one)) == wanted for one in told)


def find(sheet: Sheet, referrals: Iterable[Referral]) -> Persons:
    """Return whose rows some files hold of the persons whom a request names; an entry names the files."""
    said = sheet.said
    cases = [Case(one, actor=sheet.actor, at=sheet.at) for one in referrals]
    service = system(origin=sheet.actor.origin, obo=sheet.actor.user_id)
    children: list[UUID] = []
    holders: list[UUID] = []
    others: list[UUID] = []
    found: set[UUID] = set()
    minors = adults = 0
    with disclosure(
        actor=service,
        purpose=Purpose.ACCESS_REQUEST,
        at=sheet.at,
        objects=[case.pseudonym for case in cases],
        tenant=sheet.row.authority_id,
    ) as scope:
        if sheet.row.requester in (Requester.FILER, Requester.THIRD_PARTY, Requester.STAFF):
            named = {case.referral.pk: _named(sheet, case, scope) for case in cases}
            found = {pk for pk, rows in named.items() if rows}
            others = sorted({row for rows in named.values() for row in rows})
        else:
            for case, child, held in _of_files(cases, scope):
                if not _same_child(said["subject"], held):
                    continue
                children.append(child.pk)
                found.add(case.referral.pk)
                of_age = _of_age(child, held, case)
                minors, adults = minors + (not of_age), adults + of_age
        if sheet.of_holder:
            mine = {case.referral.pk: list(holders_of(case, sheet.holder_name, scope)) for case in cases}
            holders = [holder.pk for some in mine.values() for holder in some]
            found &= {pk for pk, some in mine.items() if some}
    lacking = not cases or any(case.referral.pk not in found for case in cases)
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
            told = [(case.referral.pk, case.referral.concern.filer_name)]
        case _:
            told = [(one.pk, one.name) for one in known_rows_of(case.referral, "third_parties")]
    return [pk for pk, value in told if value is not None and sorted(_words(value.open(scope))) == name]


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
    return any(hit.exact for hit in search(sheet, actor=sheet.actor, at=sheet.at))


@dataclass(frozen=True, slots=True)
class Hit:
    """A file that the index gives for the person of a request: what tells it apart, and nothing else of it."""

    reference: str
    state: str
    received_at: datetime | None
    exact: bool


def search(sheet: Sheet, *, actor: Actor, at: datetime) -> list[Hit]:
    """Return the files of the authority that may be of the person: closed and archived ones too (AR4).

    Restricted files aren't in it, and stand in no index: they are found by hand, with a supervisor of their list. No
    name is shown: ``exact`` says that names and birth are the same.
    """
    subject = sheet.said.get("subject") or {}
    if not subject.get("last_name"):
        return []
    wanted = identity.child(_NOBODY, subject, on=at.date())
    traits = blocking_keys.asked_for(identity.Family((wanted,)))
    likely = candidates.likely(candidates.size_of(sheet.row.authority_id), traits).files
    rows = Referral.objects.filter(authority=sheet.row.authority_id, restricted=False)
    by_id = rows.exclude(state__in=NO_FILE).in_bulk([*likely, _NOBODY])
    barred = set(
        Referral.objects.filter(
            pk__in=by_id, exclusions__user=actor.user_id, exclusions__lifted_at=None
        ).values_list("pk", flat=True)
    )
    picked = [by_id[pk] for pk in likely if pk in by_id and pk not in barred][: candidates.OPENED_AT_MOST]
    cases = [Case(one, actor=actor, at=at) for one in picked if one.is_authentic]
    hits: dict[UUID, Hit] = {}
    service = system(origin=actor.origin, obo=actor.user_id)
    with disclosure(
        actor=service,
        purpose=Purpose.ACCESS_REQUEST,
        at=at,
        objects=[case.pseudonym for case in cases],
        tenant=sheet.row.authority_id,
    ) as scope:
        for case, child, held in _of_files(cases, scope):
            fits = comparison.fits(wanted, identity.child(child.pk, held, on=at.date())) > 0
            if child.restricted or not fits:
                continue
            exact = _same_child(subject, held)
            if case.referral.pk not in hits or exact:
                referral = case.referral
                hits[referral.pk] = Hit(referral.reference, str(referral.state), referral.received_at, exact)
    return sorted(hits.values(), key=lambda one: (not one.exact, one.reference))
