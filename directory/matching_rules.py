"""The rules of matching (field.md A.9): each says of a service pass, fail or unknown, in one sentence.

Pure functions: no database, no clock. ``directory/judging.py`` asks them, ``REMOVING`` (``directory/findings.py``) says
which of them remove. Version ``m1`` (``directory/matching.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from directory import geography
from directory.codes import SHELTER, Accepts, Asker, Means, Need, Sex, Situation, Status
from directory.findings import Finding, Rule, Verdict
from directory.freshness import Freshness, freshness_of, is_emergency, vacancy_counts
from directory.geography import Point, Zones
from directory.matching_facts import CaseFacts, ServiceFacts
from directory.opening import clock_department, opening_at, zone_of

DAY: Final = timedelta(days=1)
#: Zones that are the whole country (data.inclusion: ``france``, or its code among countries).
COUNTRY: Final = frozenset({"france", "99100"})
#: As whom somebody counts who asks: the ASE and a judge are professionals, too.
COUNTS_AS: Final[Mapping[Asker, frozenset[Asker]]] = {
    Asker.USERS: frozenset({Asker.USERS}),
    Asker.PROFESSIONALS: frozenset({Asker.PROFESSIONALS}),
    Asker.ASE: frozenset({Asker.PROFESSIONALS, Asker.ASE}),
    Asker.JUDGE: frozenset({Asker.PROFESSIONALS, Asker.JUDGE}),
}
#: How many zones a sentence names.
_NAMED: Final = 3
_SITUATIONS: Final = tuple(Situation)
_SEXES: Final = frozenset(Sex.values)


@dataclass(frozen=True, slots=True)
class Case:
    """The facts of a case with what follows from them and the instant, worked out once for all services."""

    facts: CaseFacts
    now: datetime
    zone: ZoneInfo
    today: date
    zones: Zones
    point: Point | None
    asks_as: frozenset[Asker]
    tonight: bool
    for_place: bool
    far: bool

    @classmethod
    def of(cls, facts: CaseFacts, *, now: datetime, zone: ZoneInfo) -> "Case":
        """Return the case at an instant; ``zone`` is that of the authority which asks."""
        return cls(
            facts=facts,
            now=now,
            zone=zone,
            today=now.astimezone(zone).date(),
            zones=geography.zones_of(facts.commune, facts.department),
            point=geography.middle_of(facts.commune) if facts.commune else None,
            asks_as=COUNTS_AS[facts.asker],
            tonight=facts.tonight or facts.need == Need.TONIGHT_SHELTER,
            for_place=facts.need in SHELTER,
            far=facts.need == Need.DISTANCE_SHELTER,
        )


def _finding(rule: Rule, verdict: Verdict, code: str, **values: Any) -> Finding:
    return Finding(rule, verdict, code, values)


def _nothing(rule: Rule) -> Finding:
    return Finding(rule, Verdict.PASS, "nothing")


# --- R1 need


def need(case: Case, service: ServiceFacts) -> Finding:
    """R1: the service answers the need."""
    wanted = case.facts.need
    if wanted in service.needs:
        return _finding(Rule.NEED, Verdict.PASS, "need_met", need=str(wanted))
    if not service.needs:
        return _finding(Rule.NEED, Verdict.FAIL, "needs_untold")
    return _finding(Rule.NEED, Verdict.FAIL, "need_not_met", need=str(wanted))


# --- R2 status and freshness


def status(case: Case, service: ServiceFacts) -> Finding:
    """R2: the service works, and somebody verified its entry in time; one that is to be checked is unknown."""
    if finding := _not_working(case, service):
        return finding
    verified = service.verified_on
    fresh = _freshness(verified, service.needs, service.distance_placement, case.today)
    if verified is None:
        return _finding(Rule.STATUS, Verdict.FAIL, "never_verified")
    on = verified.isoformat()
    if fresh == Freshness.STALE:
        return _finding(Rule.STATUS, Verdict.FAIL, "stale", on=on)
    if service.status == Status.SUSPENDED and service.suspended_until:
        until = service.suspended_until.isoformat()
        return _finding(Rule.STATUS, Verdict.UNKNOWN, "suspension_over", on=until)
    if fresh == Freshness.TO_CHECK:
        return _finding(Rule.STATUS, Verdict.UNKNOWN, "to_check", on=on)
    if service.verified_by == Means.TYPED:
        return _finding(Rule.STATUS, Verdict.UNKNOWN, "typed", on=on)
    if not service.verified_by:
        return _finding(Rule.STATUS, Verdict.PASS, "verified_somehow", on=on)
    return _finding(Rule.STATUS, Verdict.PASS, "verified", on=on, means=service.verified_by)


#: Few days occur, and adding months to one costs more than all else in this rule.
@lru_cache(maxsize=8_192)
def _freshness(verified: date | None, needs: tuple[str, ...], distance: bool, today: date) -> Freshness:
    return freshness_of(verified, emergency=is_emergency(needs, distance_placement=distance), today=today)


def _not_working(case: Case, service: ServiceFacts) -> Finding | None:
    """Return why a service doesn't work today, if it doesn't. On the day until which it is suspended it works again."""
    until = service.suspended_until
    if service.merged:
        return _finding(Rule.STATUS, Verdict.FAIL, "merged")
    if service.status == Status.CLOSED:
        return _finding(Rule.STATUS, Verdict.FAIL, "closed")
    if service.structure_status == Status.CLOSED:
        return _finding(Rule.STATUS, Verdict.FAIL, "structure_closed")
    if service.structure_status == Status.SUSPENDED:
        return _finding(Rule.STATUS, Verdict.FAIL, "structure_suspended")
    if service.status == Status.SUSPENDED and until is None:
        return _finding(Rule.STATUS, Verdict.FAIL, "suspended")
    if service.status == Status.SUSPENDED and until is not None and case.today < until:
        return _finding(Rule.STATUS, Verdict.FAIL, "suspended_until", on=until.isoformat())
    return None


# --- R3 who may ask


def asker(case: Case, service: ServiceFacts) -> Finding:
    """R3: whoever asks is among those who may."""
    if not service.who_may_ask:
        return _finding(Rule.ASKER, Verdict.PASS, "anybody_asks")
    fits = not case.asks_as.isdisjoint(service.who_may_ask)
    verdict = Verdict.PASS if fits else Verdict.FAIL
    return _finding(Rule.ASKER, verdict, "askers", askers=list(service.who_may_ask))


# --- R4 territory


def territory(case: Case, service: ServiceFacts) -> Finding:
    """R4: the service takes from the child's territory; far away, it also lies in another département."""
    department = case.facts.department
    if not department:
        return _finding(Rule.TERRITORY, Verdict.UNKNOWN, "territory_untold")
    if department in service.refused_departments:
        return _finding(Rule.TERRITORY, Verdict.FAIL, "refuses_department", department=department)
    return _far(case, service) if case.far else _takes(case.zones, service)


def _takes(zones: Zones, service: ServiceFacts) -> Finding:
    """Return whether one of a service's zones holds the place; the narrowest one is told."""
    own = service.zones
    if not zones.communes.isdisjoint(own):
        return _finding(Rule.TERRITORY, Verdict.PASS, "takes_commune")
    if not zones.groups.isdisjoint(own):
        return _finding(Rule.TERRITORY, Verdict.PASS, "takes_group")
    if zones.department in own:
        return _finding(Rule.TERRITORY, Verdict.PASS, "takes_department", department=zones.department)
    if not own or not COUNTRY.isdisjoint(own):
        return _finding(Rule.TERRITORY, Verdict.PASS, "takes_country")
    if not zones.parts.isdisjoint(own):
        return _finding(Rule.TERRITORY, Verdict.UNKNOWN, "takes_part")
    if len(own) <= _NAMED:
        return _finding(Rule.TERRITORY, Verdict.FAIL, "takes_others", zones=list(own))
    return _finding(Rule.TERRITORY, Verdict.FAIL, "takes_elsewhere")


def _far(case: Case, service: ServiceFacts) -> Finding:
    """Return whether a service takes the child from far away, and isn't where it must not be.

    Of a secret place the département alone is known, and enough.
    """
    home, place = case.facts.department, service.department
    taken = _takes(case.zones, service)
    from_far = service.distance_placement and (
        not service.from_departments or home in service.from_departments
    )
    if taken.verdict is not Verdict.PASS and not from_far:
        unsure = taken.verdict is Verdict.UNKNOWN
        return taken if unsure else _finding(Rule.TERRITORY, Verdict.FAIL, "far_not")
    if not place:
        return _finding(Rule.TERRITORY, Verdict.UNKNOWN, "far_untold")
    if place == home:
        return _finding(Rule.TERRITORY, Verdict.FAIL, "far_same", place=place)
    if place in case.facts.danger_departments:
        return _finding(Rule.TERRITORY, Verdict.FAIL, "far_danger", place=place)
    whole = (from_far and not service.from_departments) or taken.code == "takes_country"
    return _finding(Rule.TERRITORY, Verdict.PASS, "far_country" if whole else "far_zone", place=place)


# --- R5 age, R6 sex


def age(case: Case, service: ServiceFacts) -> Finding:
    """R5: the child's age is among those that the service takes; a band that is so in part is unknown."""
    low, high, child = service.age_min_months, service.age_max_months, case.facts.age_months
    if low is None and high is None:
        return _finding(Rule.AGE, Verdict.UNKNOWN, "ages_untold")
    ages = {"from": low, "to": high}
    if child is None:
        return Finding(Rule.AGE, Verdict.UNKNOWN, "age_unknown", ages)
    values = {**ages, "age": list(child)}
    youngest, oldest = child
    least, most = low or 0, oldest if high is None else high
    if oldest < least or youngest > most:
        return Finding(Rule.AGE, Verdict.FAIL, "age_misfit", values)
    if least <= youngest and oldest <= most:
        return Finding(Rule.AGE, Verdict.PASS, "age_fits", values)
    return Finding(Rule.AGE, Verdict.UNKNOWN, "age_overlaps", values)


def sex(case: Case, service: ServiceFacts) -> Finding:
    """R6: the service takes the child's sex; a list that is empty takes all."""
    if not service.sexes or _SEXES.issubset(service.sexes):
        return _nothing(Rule.SEX)
    sexes = list(service.sexes)
    if case.facts.sex is None:
        return _finding(Rule.SEX, Verdict.UNKNOWN, "sex_unknown", sexes=sexes)
    if case.facts.sex in service.sexes:
        return _finding(Rule.SEX, Verdict.PASS, "sex_fits", sexes=sexes)
    return _finding(Rule.SEX, Verdict.FAIL, "sex_misfit", sexes=sexes)


# --- R7 what the service refuses


def refusals(case: Case, service: ServiceFacts) -> Finding:
    """R7: no situation of the case is refused; case by case, or nothing said, is unknown."""
    if not case.facts.situations:
        return _nothing(Rule.REFUSALS)
    accepts = {code: (answer, words) for code, answer, words in service.accepts}
    answered = []
    for situation in _SITUATIONS:
        if situation in case.facts.situations:
            answer, words = accepts.get(situation, ("", ""))
            answered.append([str(situation), answer, words])
    answers = {answer for _situation, answer, _words in answered}
    verdict = Verdict.PASS if answers == {Accepts.YES} else Verdict.UNKNOWN
    if Accepts.NO in answers:
        verdict = Verdict.FAIL
    return _finding(Rule.REFUSALS, verdict, "situations", situations=answered)


# --- R8 hour


def hour(case: Case, service: ServiceFacts) -> Finding:
    """R8: for tonight, the service is open now or round the clock. Told by the clock of whoever asks."""
    if not case.tonight:
        return _nothing(Rule.HOUR)
    if service.round_the_clock:
        return _finding(Rule.HOUR, Verdict.PASS, "round_the_clock")
    if not service.hours:
        if service.hours_text:
            return _finding(Rule.HOUR, Verdict.UNKNOWN, "hours_in_words", text=service.hours_text)
        return _finding(Rule.HOUR, Verdict.UNKNOWN, "hours_untold")
    where = clock_department(service.department, service.keeper)
    opening = opening_at(service.hours, at=case.now, zone=zone_of(where), department=where)
    if opening.open is None:
        return _finding(Rule.HOUR, Verdict.UNKNOWN, "hours_unclear", text=service.hours_text or service.hours)
    if opening.open:
        return _open(case, opening.until)
    return _closed(case, opening.next_open)


def _open(case: Case, until: datetime | None) -> Finding:
    if until is None:
        return _finding(Rule.HOUR, Verdict.PASS, "round_the_clock")
    at = until.astimezone(case.zone)
    code = "open_until" if until - case.now < DAY else "open_until_day"
    return _finding(Rule.HOUR, Verdict.PASS, code, at=at.isoformat())


def _closed(case: Case, opens: datetime | None) -> Finding:
    if opens is None:
        return _finding(Rule.HOUR, Verdict.FAIL, "not_open")
    at = opens.astimezone(case.zone)
    days = (at.date() - case.today).days
    code = {0: "opens", 1: "opens_tomorrow"}.get(days, "opens_on")
    return _finding(Rule.HOUR, Verdict.FAIL, code, at=at.isoformat())


# --- R9 exclusion, R10 agreements, R11 places


def is_excluded(case: Case, service: ServiceFacts) -> bool:
    """Tell whether the case must not meet the service: itself, its structure, or one that this is a part of."""
    excluded = case.facts.excluded
    return bool(excluded) and (
        service.id in excluded or service.structure in excluded or not excluded.isdisjoint(service.structures)
    )


def exclusion(_case: Case, _service: ServiceFacts) -> Finding:
    """R9: the service isn't excluded; one that is was dropped before any rule says a word of it (``is_excluded``)."""
    return _nothing(Rule.EXCLUSION)


def agreement(case: Case, service: ServiceFacts) -> Finding:
    """R10: the agreements that the service needs are there; those that are missing are listed.

    One of which the case doesn't tell is neither there nor missing: it is to be checked.
    """
    if not service.agreements:
        return _nothing(Rule.AGREEMENT)
    absent = [one for one in service.agreements if one not in case.facts.agreements]
    missing = [one for one in absent if one in case.facts.agreements_stated]
    untold = [one for one in absent if one not in case.facts.agreements_stated]
    if missing and untold:
        values = {"agreements": missing, "to_check": untold}
        return Finding(Rule.AGREEMENT, Verdict.FAIL, "agreements_missing_and_untold", values)
    if missing:
        return _finding(Rule.AGREEMENT, Verdict.FAIL, "agreements_missing", agreements=missing)
    if untold:
        return _finding(Rule.AGREEMENT, Verdict.UNKNOWN, "agreements_untold", to_check=untold)
    return _finding(Rule.AGREEMENT, Verdict.PASS, "agreements_there", agreements=list(service.agreements))


def place(case: Case, service: ServiceFacts) -> Finding:
    """R11: a place was told to be free within a week; what is older isn't known. Without a need for a place, pass."""
    fresh = [one for one in service.vacancies if vacancy_counts(one.told_at, one.valid_until, at=case.now)]
    if not fresh:
        if case.for_place:
            return _finding(Rule.PLACE, Verdict.UNKNOWN, "vacancy_unknown")
        return _nothing(Rule.PLACE)
    count = sum(one.count for one in fresh)
    # The oldest of what was told is as old as the sum is.
    oldest = min(one.told_at for one in fresh).astimezone(case.zone).date()
    verdict = Verdict.PASS if count else Verdict.FAIL
    return _finding(Rule.PLACE, verdict, "vacancy", count=count, days=(case.today - oldest).days)
