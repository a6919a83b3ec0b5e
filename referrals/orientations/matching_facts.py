"""What of a case is asked of the directory: codes and numbers, never a name, a text or a reference (field.md A.9).

Facts are made of what the reader may read: of what they don't, a rule says that it isn't known, and so no sentence of a
list tells more than the case itself does. The places that the case must not meet count for everybody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from dateutil.relativedelta import relativedelta

from accounts.roles import Role
from directory.codes import Agreement, Asker, Need, Sex, Situation
from directory.matching import CaseFacts
from encryption.errors import Unreadable
from encryption.sealed import OpenScope, Sealed
from referrals.access.child_sight import Sight
from referrals.models import Child
from referrals.vocabulary import ages
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.states import ALIVE, ORDERING, ChildKind, DecisionCode, MeasureState, Urgency, YesNo
from referrals.workflow.case import Case

#: For whom each role asks: the cell and the officer on call stand for the département's ASE.
ASKERS: Final[Mapping[str, Asker]] = dict.fromkeys(
    (Role.CRIP_COORDINATOR, Role.ON_CALL, Role.ASE_INSPECTOR, Role.CASE_REFERENT), Asker.ASE
)
#: Ages in months that a band leaves open, both ends included.
BANDS: Final[Mapping[str, tuple[int, int]]] = {
    AgeBand.UNDER_3: (0, 35),
    AgeBand.FROM_3: (36, 71),
    AgeBand.FROM_6: (72, 131),
    AgeBand.FROM_11: (132, 191),
    AgeBand.FROM_16: (192, 215),
    AgeBand.ADULT: (216, 12 * 120),
}
_SUBSTANCES: Final = "substances"
_DECIDED: Final = (
    MeasureState.AGREED,
    MeasureState.AWAITING_START,
    MeasureState.ACTIVE,
    MeasureState.SUSPENDED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; ``child``: one of the case, none for all of them. ``situations``: what a person adds."""

    need: Need
    child: UUID | None = None
    danger_departments: frozenset[str] = frozenset()
    situations: frozenset[Situation] = frozenset()


def facts_of(case: Case, wanted: Wanted, sight: Sight, scope: OpenScope) -> CaseFacts:
    """Return what of a case the rules are told, opened in the caller's disclosure; ``case.actor`` bears the role."""
    children = _children(case, wanted.child, sight)
    reader = _Reader(case, sight, scope)
    months = [reader.age_months(child) for child in children]
    given_months = [one for one in months if one is not None]
    departments = [child.residence_department for child in children if child.residence_department]
    return CaseFacts(
        need=wanted.need,
        department=next(iter(departments), "") or case.referral.department or "",
        commune=_same(reader.commune(child) for child in children) or "",
        danger_departments=wanted.danger_departments,
        age_months=(
            (min(low for low, _ in given_months), max(high for _, high in given_months))
            if given_months and len(given_months) == len(months)
            else None
        ),
        sex=_same(reader.sex(child) for child in children),
        situations=wanted.situations.union(*(reader.situations(child) for child in children)),
        asker=ASKERS.get(case.actor.role, Asker.PROFESSIONALS),
        agreements=_agreements(case, children, sight),
        tonight=case.referral.urgency == Urgency.U3 or wanted.need == Need.TONIGHT_SHELTER,
        excluded=excluded_from(case),
    )


def situations_shown(case: Case, sight: Sight, scope: OpenScope) -> frozenset[Situation]:
    """Return the situations of the children that the reader may read of, opened in the caller's disclosure."""
    reader = _Reader(case, sight, scope)
    return frozenset().union(*(reader.situations(child) for child in _children(case, None, sight)))


def excluded_from(case: Case) -> frozenset[UUID]:
    """Return the ids of the structures and services that the case must not meet, as they were named.

    The directory adds what goes along with them: entries merged with them, and the parts of a structure.
    """
    rows = case.referral.excluded_resources.filter(lifted_at=None).values_list("structure", "resource")
    return frozenset(pk for row in rows for pk in row if pk is not None)


def _children(case: Case, child: UUID | None, sight: Sight) -> list[Child]:
    """Return the child that is meant, or all whom the case is about and the reader sees, but those restricted.

    A proposal without a child is read by the whole team: of a restricted child only what is sought for it alone tells,
    and that is for its list (SEC-AZ20).
    """
    if child is not None:
        return [one for one in case.children if one.pk == child]
    seen = [one for one in case.children if one.pk not in sight.hidden]
    meant = [one for one in seen if one.kind == ChildKind.SUBJECT] or seen
    return [one for one in meant if not one.restricted]


def _same[T](values: Iterable[T | None]) -> T | None:
    """Return what all are; None where one isn't known, or they differ."""
    listed = list(values)
    return listed[0] if listed and len(set(listed)) == 1 else None


def _agreements(case: Case, children: list[Child], sight: Sight) -> frozenset[Agreement]:
    """Return what is there for every child: a judge's order, a decision of the ASE, the holders' agreement."""
    each = [_agreements_for(case, child, sight) for child in children]
    return frozenset.intersection(*each) if each else frozenset()


def _agreements_for(case: Case, child: Child, sight: Sight) -> frozenset[Agreement]:
    there = set()
    if sight.reads("J", child.pk):
        own = [row for row in case.measures if row.child_id == child.pk and row.state in ALIVE]
        administrative = [row for row in own if not row.judicial and row.state in _DECIDED]
        if any(row.judicial for row in own):
            there.add(Agreement.JUDGE_ORDER)
        if administrative or child.decision == DecisionCode.ADMIN:
            there.add(Agreement.ASE_DECISION)
        if any(row.agreed_on and not row.own_agreement for row in administrative):
            there.add(Agreement.HOLDERS_AGREE)
    if sight.reads("I", child.pk):
        outcomes = [one for row in case.judicial_referrals for one in row.outcomes.all()]
        if any(one.child_id == child.pk and one.type in ORDERING for one in outcomes):
            there.add(Agreement.JUDGE_ORDER)
    return frozenset(there)


class _Reader:
    """What one reader may read of the children of a case, opened in one disclosure."""

    def __init__(self, case: Case, sight: Sight, scope: OpenScope) -> None:
        self.case, self.sight, self.scope = case, sight, scope

    def _opened(self, child: Child, name: str) -> Any:
        value = getattr(child, name)
        if not isinstance(value, Sealed) or not self.sight.reads("B", child.pk):
            return None
        try:
            return value.open(self.scope)
        except Unreadable:
            return None

    def commune(self, child: Child) -> str | None:
        """Return the INSEE code of where a child lives."""
        code = self._opened(child, "commune_insee")
        return str(code) if code else None

    def sex(self, child: Child) -> Sex | None:
        """Return the sex as the directory has it; None where it isn't told."""
        sex = child.sex if self.sight.reads("B", child.pk) else ""
        return Sex(sex) if sex in Sex.values else None

    def age_months(self, child: Child) -> tuple[int, int] | None:
        """Return the age in months, from and to; by the birth date, else an estimate, else the band in clear."""
        if birth := self._opened(child, "birth_date"):
            return (self._months(ages.as_date(birth)),) * 2
        low, high = self._opened(child, "age_estimated_min"), self._opened(child, "age_estimated_max")
        if low is not None or high is not None:
            youngest = low if low is not None else high
            return 12 * int(youngest), 12 * int(high if high is not None else low) + 11
        return BANDS.get(child.age_band)

    def _months(self, birth: date) -> int:
        lived = relativedelta(self.case.today, birth)
        return max(0, 12 * int(lived.years) + int(lived.months))

    def situations(self, child: Child) -> frozenset[Situation]:
        """Return what a service may refuse: a runaway, the use of substances, a minor without a family here.

        A case has no field for the others: a person says them (``Wanted.situations``).
        """
        situations = {Situation.RUNAWAY} if child.runaway else set()
        if self._opened(child, "unaccompanied") == YesNo.YES:
            situations.add(Situation.UNACCOMPANIED)
        if self._uses_substances:
            situations.add(Situation.SUBSTANCE)
        return frozenset(situations)

    @property
    def _uses_substances(self) -> bool:
        # Ticked for the case, not for one child: whoever uses some may be refused, so all are asked for.
        if "E" not in self.sight.ties.reads:
            return False
        codes = [row.code for row in self.case.referral.health_signs.all() if row.code is not None]
        return any(self._of_health(code) == _SUBSTANCES for code in codes)

    def _of_health(self, value: Sealed) -> Any:
        try:
            return value.open(self.scope)
        except Unreadable:
            return None
