"""Steps of a runaway, a return and an emergency shelter: T36–T38, with their inputs, checks and effects.

The emergency sheet says what the person who finds the child must know; the authorities named in the step read it while
the child is missing, and nothing else of the case (domain.md §2.2, note 3).
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from accounts.models import Authority
from accounts.roles import Role
from core.inputs import Code, Id, Instant, Items, StrictSerializer
from referrals.errors import InvalidInput
from referrals.matching import indexing
from referrals.measures import steps as measures_steps
from referrals.models import Referral
from referrals.urgent_calls import steps as urgent_calls_steps
from referrals.vocabulary.answers import Representative, YesNo
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.role_sets import HOLDING
from referrals.vocabulary.states import (
    ACTIVE,
    EXPLOITED,
    InformationState,
    Machine,
    MeasureState,
    Whereabouts,
)
from referrals.workflow import case_guards, measure_types
from referrals.workflow.case import Case
from referrals.workflow.inputs import text
from referrals.workflow.step import SAME, StepDecorator

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

step = StepDecorator(Machine.REFERRAL, Referral)

SHELTER_DAYS: Final = {"shelter_72h": 3, "shelter_5d": 5}  # CASF L223-2 al. 5, al. 2


# --- What the steps take ------------------------------------------------------------------------------


class Sheet(StrictSerializer):
    """What whoever finds the child must know, and which authorities' officers on call may read it."""

    description = text(max_length=5_000)
    danger = text(max_length=5_000)
    whom_to_call = text()
    authorities = Items(child=Id(), required=False, default=list)


class Runaway(StrictSerializer):
    """Since when and from where a child is away, and what the police know (T36)."""

    child = Id()
    since = Instant()
    last_seen_place = text()
    police_report_ref = text(required=False, max_length=200)
    no_report_reason = text(required=False)
    on_wanted_file = Code(YesNo.choices)
    sheet = Sheet()


class Found(StrictSerializer):
    """When, where and how a child was found (T36)."""

    child = Id()
    found_at = Instant()
    where = text()
    condition = text(max_length=5_000)


class Shelter(StrictSerializer):
    """Who is taken in, since when, where and by which service; the prosecutor is told without delay (T37, T38)."""

    child = Id()
    since = Instant()
    place = text()
    service = Id()
    prosecutor_told_at = Instant()


class Shelter72h(Shelter):
    """T37: the holders are told too, or it is said why not yet (CASF L223-2 al. 5)."""

    holders_told = Code(YesNo.choices)
    holders_reason = text(required=False)


class Shelter5d(Shelter):
    """T38: the legal representative can't agree; one who refuses makes it the judge's affair (CC 375-5)."""

    representative = Code(Representative.choices)
    representative_reason = text()


# --- What must hold -----------------------------------------------------------------------------------


def times_are_past(case: Case, given: Any) -> str | None:
    """What is recorded has taken place."""
    said = [given.get(name) for name in ("since", "found_at", "prosecutor_told_at")] if given else []
    if any(found is not None and found > case.at for found in said):
        return "La date et l'heure indiquées sont à venir."
    return None


def police_know_or_why_not(case: Case, given: Any) -> str | None:
    """A runaway is reported to the police; without a report number, the reason is said (T36; CP 434-4-1)."""
    if given is not None and not given.police_report_ref and not given.no_report_reason:
        return "Le numéro de la déclaration de fugue est attendu, ou le motif de son absence."
    return None


def sheet_readers_exist(case: Case, given: Any) -> str | None:
    """The authorities that read the sheet are known ones.

    Raises:
        InvalidInput: one isn't.
    """
    named = set(given.sheet.authorities)
    if Authority.objects.filter(pk__in=named).count() != len(named):
        raise InvalidInput("sheet.authorities")
    return None


def child_is_away(case: Case, given: Any) -> str | None:
    """Only a child recorded as a runaway is found (T36)."""
    child = case.child(given.child) if given is not None else None
    if given is None:
        return None if any(found.runaway for found in case.children) else "Aucun enfant n'est en fugue."
    return None if child is None or child.runaway else "Cet enfant n'est pas en fugue."


def shelter_has_its_ground(case: Case, given: Any) -> str | None:
    """A child is taken in for 72 hours when away, in immediate danger, or its exploitation is suspected (T37)."""
    named = case.children if given is None else case.of_case([given.child])
    urgent = any(
        child.runaway or child.immediate_danger or child.prostitution_status in EXPLOITED for child in named
    )
    return (
        None if urgent else "L'accueil de 72 heures suppose une fugue, un danger immédiat ou une suspicion."
    )


def not_sheltered_yet(case: Case, given: Any) -> str | None:
    """A child is in one emergency shelter at a time (T37, T38)."""
    child = case.child(given.child) if given is not None else None
    if child is not None and any(m.type_id in SHELTER_DAYS for m in case.measures_alive(child)):
        return "Cet enfant est déjà accueilli en urgence."
    return None


def holders_wait_where_they_must(case: Case, given: Any) -> str | None:
    """No holder is told of a shelter while one is implicated or the information deferred (T16, T37; §2.8 no. 4)."""
    if given is None:
        return None
    if given.holders_told != YesNo.YES:
        return None if given.holders_reason else "Dites pourquoi les titulaires ne sont pas encore informés."
    implicated = case.referral.concern.holder_implicated == YesNo.YES or any(
        holder.implicated == YesNo.YES for holder in case.holders
    )
    if implicated or any(found.state == InformationState.DEFERRED for found in case.informations):
        return "L'information des titulaires est différée : ils ne peuvent pas être informés de l'accueil."
    return None


def refusal_goes_to_the_judge(case: Case, given: Any) -> str | None:
    """A representative who is able and refuses isn't passed over: the judge is seized (T38; CC 375-5)."""
    if given is not None and given.representative == Representative.REFUSES:
        return "Le représentant légal refuse : l'autorité judiciaire doit être saisie."
    return None


# --- What they do -------------------------------------------------------------------------------------


def send_away(act: "StepContext") -> None:
    """Record a child as a runaway, open its sheet to the authorities named, and look again within a day (C19)."""
    given, child = act.given, act.case.child(act.given.child)
    act.change(
        child,
        whereabouts=Whereabouts.RUNAWAY.value,
        runaway=True,
        runaway_since=given.since.astimezone(act.case.zone).date(),
        last_seen_place=given.last_seen_place,
        **({"police_report_ref": given.police_report_ref} if given.police_report_ref else {}),
    )
    close_sheet(act, child)
    sheet = act.new(
        "emergency_sheets",
        child=child,
        reference=act.case.referral.reference,
        authority_id=act.case.referral.authority_id,
        opened_at=act.at,
        description=given.sheet.description,
        danger=given.sheet.danger,
        whom_to_call=given.sheet.whom_to_call,
    )
    for authority in given.sheet.authorities:
        act.new("sheet_readers", sheet=sheet, authority_id=authority)
    indexing.outdate(act.case.referral)  # officers of other authorities read of it now: their ties count
    act.start(C.C19, child=child.pk)  # type: ignore[union-attr]  # a check has found the child


def bring_back(act: "StepContext") -> None:
    """Record where a child was found; its sheet closes, and with it what other authorities read."""
    locate(act, Whereabouts.KNOWN, act.given.where)


def take_in(act: "StepContext") -> None:
    """Open the shelter as a measure of the child (⇒ M08), its place known to those alone who execute it (class K)."""
    given, code = act.given, act.step.name
    since = given.since.astimezone(act.case.zone).date()
    row = act.new(
        "measures",
        state=MeasureState.ACTIVE,
        child_id=given.child,
        type_id=code,
        judicial=False,
        proposed_at=act.at,
        started_on=since,
        term_on=since + timedelta(days=SHELTER_DAYS[code]),
        service_id=given.service,
        place=given.place,
    )
    act.fire(Machine.MEASURE, "shelter", part=row, child=row.child_id)
    act.start(C.C11 if code == "shelter_72h" else C.C12, part=row, since=given.since)
    locate(act, Whereabouts.SHELTERED, given.place)
    act.case.part = act.made = row
    measures_steps.follow(act)
    act.case.part = None


def locate(act: "StepContext", whereabouts: Whereabouts, detail: str) -> None:
    """Write where the child is now; it is away no longer."""
    child = act.case.child(act.given.child)
    act.change(child, whereabouts=whereabouts.value, whereabouts_detail=detail, runaway=False)
    act.stop(C.C19, child=act.given.child)
    close_sheet(act, child)


def close_sheet(act: "StepContext", child: Any) -> None:
    """Close the child's open sheet, if there is one."""
    for found in act.case.referral.emergency_sheets.filter(child=child, closed_at=None):
        act.change(found, closed_at=act.at)


@step(
    "record_runaway",
    number="T36",
    label="Fugue déclarée",
    en="Record a runaway",
    source=ACTIVE,
    target=SAME,
    roles=HOLDING,
    holding=True,
    checks=[case_guards.children_belong, times_are_past, police_know_or_why_not, sheet_readers_exist],
    effects=[send_away, urgent_calls_steps.answer],
    takes=Runaway,
    starts=[C.C19],
    tells=["on_call", "prosecutor"],
    law="CASF L223-2; CP 434-4-1",
    data_class="B",
)
def record_runaway(referral: Referral, given: Any, case: Case) -> None:
    """Record that a child is away, with what whoever finds it must know."""


@step(
    "record_found",
    number="T36",
    label="Retrouvé·e",
    en="Record as found",
    source=ACTIVE,
    target=SAME,
    roles=HOLDING,
    holding=True,
    guards=[child_is_away],
    checks=[case_guards.children_belong, times_are_past],
    effects=[bring_back, urgent_calls_steps.answer],
    takes=Found,
    stops=[C.C19],
    tells=["on_call", "prosecutor"],
    law="CASF L223-2",
    data_class="B",
)
def record_found(referral: Referral, given: Any, case: Case) -> None:
    """Record that a child was found, where and in which condition."""


@step(
    "shelter_72h",
    number="T37",
    label="Accueil 72 heures",
    en="72-hour shelter",
    source=ACTIVE,
    target=SAME,
    roles=[Role.ON_CALL, Role.ASE_INSPECTOR],
    guards=[shelter_has_its_ground],
    checks=[
        case_guards.children_belong,
        times_are_past,
        not_sheltered_yet,
        holders_wait_where_they_must,
        measure_types.service_exists,
    ],
    effects=[take_in, urgent_calls_steps.answer],
    takes=Shelter72h,
    starts=[C.C11],
    tells=["prosecutor", "holders"],
    law="CASF L223-2 al. 5",
    data_class="J",
)
def shelter_72h(referral: Referral, given: Any, case: Case) -> None:
    """Take a child in for 72 hours at most, without waiting for an agreement."""


@step(
    "shelter_5d",
    number="T38",
    label="Recueil provisoire 5 jours",
    en="Five-day provisional shelter",
    source=ACTIVE,
    target=SAME,
    roles=[Role.ON_CALL, Role.ASE_INSPECTOR],
    checks=[
        case_guards.children_belong,
        times_are_past,
        not_sheltered_yet,
        refusal_goes_to_the_judge,
        measure_types.service_exists,
    ],
    effects=[take_in, urgent_calls_steps.answer],
    takes=Shelter5d,
    starts=[C.C12],
    tells=["prosecutor"],
    law="CASF L223-2 al. 2",
    data_class="J",
)
def shelter_5d(referral: Referral, given: Any, case: Case) -> None:
    """Take a child in for five days at most while its legal representative can't agree."""
