"""What the form of a step is filled in with beforehand: what the case knows already, and the present instant.

Whoever does the step reads it before it is sent. Nothing sealed is opened for it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from rest_framework import serializers

from accounts.roles import Role
from core.inputs import StrictSerializer
from referrals.access.child_sight import Sight
from referrals.justice.inputs import PreparedReferral, SeizeJustice
from referrals.policy.definitions import Protocol
from referrals.triage.inputs import ChildQualification, Qualification
from referrals.vocabulary.states import SendingWay
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import ToJustice
from web.cases.choices import SENDING, Choices
from web.forms import members, nested

type Values = dict[str, Any]

#: What is most often recorded as it happens; a date that proves something to others is never filled in.
NOW: Final = frozenset(
    {
        "ServiceAsking.at",
        "Contact.at",
        "Exchange.at",
        "Confirmation.confirmed_at",
        "Found.found_at",
        "Start.started_on",
        "Pause.on",
    }
)
#: Who is in charge, by the role in which the case names them.
IN_CHARGE: Final[Mapping[str, Role]] = {"decider": Role.ASE_INSPECTOR, "referent": Role.CASE_REFERENT}
#: What a measure says of itself: its service, and the term that was ordered or agreed.
OF_MEASURE: Final[Mapping[str, str]] = {"HandOver.service": "service_id", "Start.term_on": "term_on"}
#: To whom a referral to justice goes, and by which way, as the authority set it.
TO_PROSECUTOR: Final[Mapping[str, Callable[[Protocol], str | None]]] = {
    "recipient": lambda terms: terms.prosecutor_name or None,
    "sending_way": lambda terms: terms.prosecutor_channel,
}
#: What a step is about: chosen already where there is one alone.
ALONE: Final = ("child", "children", "holder", "measure", "judicial_referral", "request", "file")


def prefilled(
    takes: type[StrictSerializer], case: Case, sight: Sight, choices: Choices, zone: ZoneInfo
) -> dict[str, Values]:
    """Return the values of the form, under the prefix of its fields: its own under none, those of a row under its."""
    inner = nested(takes)
    own: Values = {}
    for name, declared in members(takes).items():
        value = None if name in inner else _value(takes, name, declared, case, choices, zone)
        if value is not None:
            own[name] = value
    return {"": own} | (dict(_qualified(case, sight, choices)) if takes is Qualification else {})


def _value(
    takes: type[StrictSerializer], name: str, declared: Any, case: Case, choices: Choices, zone: ZoneInfo
) -> Any:
    if f"{takes.__name__}.{name}" in NOW:
        now = case.at.astimezone(zone)
        return (
            f"{now:%Y-%m-%dT%H:%M}" if isinstance(declared, serializers.DateTimeField) else f"{now:%Y-%m-%d}"
        )
    if takes is SeizeJustice and name == "children" and (endangered := _in_danger(case, choices)):
        return endangered
    if name in ALONE and declared.required:
        pairs = choices.of(name, takes.__name__) or []
        alone = [pk for pk, _ in pairs] if len(pairs) == 1 else []
        return (alone or None) if isinstance(declared, serializers.ListField) else next(iter(alone), None)
    if f"{takes.__name__}.{name}" in SENDING:
        prepared = choices.of(name, takes.__name__) or []
        return prepared[0][0] if len(prepared) == 1 else None
    if (case_value := _of_case(takes, name, case)) is not None:
        return _as_typed(case_value)
    default = getattr(declared, "default", None)
    return default if default is True or (isinstance(default, str) and default) else None


def _in_danger(case: Case, choices: Choices) -> list[str]:
    """Return the children who are in danger now, as far as the reader knows."""
    offered = dict(choices.children)
    return [
        str(child.pk)
        for child in case.children
        if child.immediate_danger and str(child.pk) in offered and choices.sight.reads("D", child.pk)
    ]


def _of_case(takes: type[StrictSerializer], name: str, case: Case) -> Any:
    """Return what the case says of a member: its urgency and unit, who is in charge, the measure's service and term."""
    if issubclass(takes, ToJustice | PreparedReferral) and name in TO_PROSECUTOR:
        said = TO_PROSECUTOR[name](case.protocol)
        return said if name != "sending_way" or said in SendingWay.values else None
    if takes is Qualification and name in ("urgency", "unit"):
        return case.referral.urgency if name == "urgency" else case.referral.unit_id
    if name in IN_CHARGE:
        named = [one.user_id for one in case.assignments if one.role == IN_CHARGE[name]]
        return named[0] if len(named) == 1 else None
    return getattr(case.part, OF_MEASURE.get(f"{takes.__name__}.{name}", ""), None)


def _as_typed(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _qualified(case: Case, sight: Sight, choices: Choices) -> Iterator[tuple[str, Values]]:
    """Yield what an earlier analysis held of each child, by the prefix of the child's row."""
    by_id = {str(child.pk): child for child in case.recorded}
    names = [name for name in members(ChildQualification) if name != "child"]
    for n, (pk, _) in enumerate(choices.children):
        child = by_id.get(pk)
        if child is not None and sight.reads("D", child.pk):
            yield f"children-{n}-", {name: value for name in names if (value := getattr(child, name))}
