"""The vocabulary of situations: how a case or a body is spoiled, and the list of all situations.

``sound`` makes the case (a ``Kit``) and gives the body; a spoil changes one of the two and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from accounts.actor import SYSTEM
from accounts.models import Membership, Organisation
from referrals.models import Conclusion, Inquiry
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.factories.world import LONG_AGO
from tests.journeys import bodies
from tests.referrals.workflow.kit import AT, TODAY, Kit

type Body = dict[str, Any]
ON = TODAY.isoformat()


@dataclass(frozen=True)
class Situation:
    """One step that may be done, and what forbids it."""

    machine: str
    step: str
    sound: Callable[[Any], tuple[Kit, Body]]
    spoils: dict[str, Callable[[Kit, Body], Any]]


SITUATIONS: list[Situation] = []


def situation(machine: str, step: str, **spoils: Callable[[Kit, Body], Any]) -> Callable[[Any], Any]:
    def keep(sound: Callable[[Any], tuple[Kit, Body]]) -> Any:
        SITUATIONS.append(Situation(machine, step, sound, spoils))
        return sound

    return keep


def said(**values: Any) -> Callable[[Kit, Body], None]:
    """Spoil the body."""
    return lambda kit, body: body.update(values)


def without(*names: str) -> Callable[[Kit, Body], None]:
    """Leave members out of the body."""

    def spoil(kit: Kit, body: Body) -> None:
        for name in names:
            del body[name]

    return spoil


def child_is(**values: Any) -> Callable[[Kit, Body], None]:
    return lambda kit, body: kit.set_child(**values)


def case_is(**values: Any) -> Callable[[Kit, Body], None]:
    return lambda kit, body: kit.put(**values)


def measure_is(**values: Any) -> Callable[[Kit, Body], None]:
    return lambda kit, body: kit.case.measures.update(**values)


def concluded(level: str, **values: Any) -> Callable[[Kit, Body], None]:
    """Let the report conclude otherwise, and the body say ``values``."""

    def spoil(kit: Kit, body: Body) -> None:
        Conclusion.objects.filter(child=kit.child).update(danger_level=level)
        body.update(values)

    return spoil


def decisions(code: str, **values: Any) -> Callable[[Kit, Body], None]:
    """Carry another decision, with no measure offered."""

    def spoil(kit: Kit, body: Body) -> None:
        body["decisions"] = [bodies.decision(kit.child.pk, code)]
        body.update(values)

    return spoil


def both(*spoils: Callable[[Kit, Body], Any]) -> Callable[[Kit, Body], None]:
    def spoil(kit: Kit, body: Body) -> None:
        for each in spoils:
            each(kit, body)

    return spoil


def judicial(state: str) -> Callable[[Kit, Body], Any]:
    return lambda kit, body: kit.judicial(state)


def measure(state: str, **values: Any) -> Callable[[Kit, Body], Any]:
    return lambda kit, body: kit.measure(state, **values)


def team(kit: Kit, *fields: str) -> list[Body]:
    names = ("assessor", "assessor_2")
    return [{"user": kit.user(name), "field": field} for name, field in zip(names, fields, strict=False)]


def follows(member: str) -> Callable[[Kit, Body], None]:
    return lambda kit, body: body[member][0].update(follows_family=True)


def agent_of_the_service(name: str) -> Callable[[Kit, Body], None]:
    """Let a person work for the service that executes the measures of the case."""

    def employ(kit: Kit, _: Body) -> None:
        Membership.objects.create(
            user=kit.world.user(name), role="measure_service", authority=kit.world.authorities["93"],
            organisation=kit.world.services["93"], valid_from=LONG_AGO,
        )  # fmt: skip

    return employ


def no_agent_left(kit: Kit, body: Body) -> None:
    """Name a school: nobody executes measures in its name."""
    body["service"] = Organisation.objects.create(name="Collège", kind="school").pk


def certificate_is_over(kit: Kit, body: Body) -> None:
    """Let what everybody of the services has shown be of long ago."""
    Membership.objects.filter(role="measure_service").update(honorability_seen_on=date(2020, 1, 1))


SERVICE_SPOILS = {
    "certified": certificate_is_over,
    "habilitated": no_agent_left,
    "no_conflict_of_interest": agent_of_the_service("ase_inspector"),
}


def exclude_a_member(kit: Kit, body: Body) -> None:
    kit.exclude("assessor_2")


def chosen(**values: Any) -> Callable[[Kit, Body], None]:
    """Let the authority choose otherwise, from now on."""

    def choose(kit: Kit, _: Body) -> None:
        asked = Change(effective_on=TODAY, values=values)
        policy_changes_actions.change(kit.case.authority_id, asked, actor=SYSTEM, at=AT)

    return choose


TEAM_SPOILS: dict[str, Callable[[Kit, Body], Any]] = {
    "two_assessors": lambda kit, body: body.update(team=team(kit, "health")),
    "two_fields": lambda kit, body: body.update(team=team(kit, "health", "health")),
    "no_follow_up_conflict": follows("team"),
    "none_excluded": exclude_a_member,
    "from_where_the_protocol_says": chosen(team_source="unit"),
}


def prepared(kit: Kit, body: Body, *, letter: bool = True) -> None:
    """Let the sending name a prepared referral, with a document that names no ground at all, or without any."""
    row = kit.judicial("prepared")
    if not letter:
        kit.case.judicial_referrals.update(letter=None, letter_sha256="", composed_at=None)
    body.update(judicial_referral=row.pk)


def without_document(kit: Kit, body: Body) -> None:
    prepared(kit, body, letter=False)
    body.update(document="")


T15_SPOILS: dict[str, Callable[[Kit, Body], Any]] = {
    "legal_ground_named": said(grounds=[]),
    "prior_actions_listed": said(actions_led=""),
    "document_written": without_document,
    "document_says_the_same": prepared,
}


def report_is(**values: Any) -> Callable[[Kit, Body], None]:
    return lambda kit, body: kit.case.assessments.update(**values)


def answered_elsewhere(kit: Kit, body: Body) -> None:
    """Let another authority have answered that it knows the child, and the report say nothing of it."""
    Inquiry.objects.create(
        thread=uuid4(), side="asker", authority=kit.case.authority, other=kit.world.authorities["75"],
        referral=kit.case, child=kit.child, reference=kit.case.reference, urgency="U1", ground="lived_there",
        holders="told", asked_at=AT, known=True, state="answered",
    )  # fmt: skip


REPORT_SPOILS: dict[str, Callable[[Kit, Body], Any]] = {
    "every_child_concluded": lambda kit, body: kit.another_child(),
    "dimensions_assessed": lambda kit, body: kit.case.findings.filter(dimension="health").update(
        complete=False
    ),
    "children_heard": lambda kit, body: kit.case.voices.update(complete=False),
    "dangers_told": lambda kit, body: kit.case.dangers.update(complete=False),
    "holders_heard": lambda kit, body: kit.case.opinions.update(complete=False),
    "inquiries_considered": answered_elsewhere,
    "opinions_gathered": report_is(entourage_opinions=None),
    "earlier_concerns_considered": report_is(earlier_concerns_considered=False),
    "framework_version_noted": report_is(framework_version=""),
}


AGREED_SPOILS: dict[str, Callable[[Kit, Body], Any]] = {
    "agreement_is_written": said(agreement=""),
    "child_opinion_recorded": said(child_opinion=""),
    "silence_has_lasted": said(by_silence=True),
    "own_agreement": child_is(age_band="18+"),
}


def offered(**values: Any) -> Callable[[Kit, Body], None]:
    """Offer the measure otherwise, whether it stands in a list or alone."""
    return lambda kit, body: (body["measures"][0] if "measures" in body else body).update(values)


OFFERED_SPOILS = {"variant_known": offered(variant="aed_soir"), "silence_in_care_only": offered(sent_on=ON)}


def lapsed(kit: Kit, body: Body) -> None:
    """Say that justice didn't answer, on the day on which it was seized; two sign."""
    body["outcomes"][0].update(type="lapsed")
    body["approver"] = kit.user("supervisor")


def ordered_by_a_variant(kit: Kit, body: Body) -> None:
    """Order a measure under a name that the authority doesn't have."""
    body["outcomes"][0].update(type="judge_measure")
    body["orders"] = [bodies.order(kit.child.pk, "aemo", on=ON, variant="aemo_soir")]


def refusals_of(kit: Kit) -> list[Body]:
    return [{"holder": kit.holder.pk, "how": "Refus oral.", "on": ON}]


def asked_by(who: str, **values: Any) -> Callable[[Kit, Body], None]:
    def spoil(kit: Kit, body: Body) -> None:
        kit.who = who
        body.update(values)

    return spoil
