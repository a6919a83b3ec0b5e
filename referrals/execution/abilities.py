"""Available actions: what the reader may do with a case now, what blocks the rest, and each step's input.

Computed from the same declarations and the same rights as the acts themselves, so that no screen guesses.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final
from uuid import UUID

from rest_framework import serializers

from accounts.actor import Actor
from core.languages import in_both
from referrals.access import case_ties, child_sight
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.execution import hooks
from referrals.execution.preconditions import barred_by, role_in, role_on
from referrals.models import Referral
from referrals.reading import clocks, filings, shell
from referrals.vocabulary.states import Machine
from referrals.workflow.case import Case
from referrals.workflow.machines import MACHINES, address
from referrals.workflow.step import Step, steps

_TYPES: Final = (
    (serializers.BooleanField, {"type": "boolean"}),
    (serializers.IntegerField, {"type": "integer"}),
    (serializers.DateTimeField, {"type": "string", "format": "date-time"}),
    (serializers.DateField, {"type": "string", "format": "date"}),
    (serializers.UUIDField, {"type": "string", "format": "uuid"}),
)


@cache
def input_schema(takes: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """Return the JSON Schema of a step's input."""
    return _object(takes())


def _object(serializer: Any) -> dict[str, Any]:
    fields = serializer.fields
    return {
        "type": "object",
        "properties": {name: _value(field) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def _value(field: object) -> dict[str, Any]:
    if isinstance(field, serializers.ListSerializer):
        return {"type": "array", "items": _object(field.child)}
    if isinstance(field, serializers.Serializer):
        return _object(field)
    if isinstance(field, serializers.ListField):
        return {"type": "array", "items": _value(field.child)}
    if isinstance(field, serializers.ChoiceField):
        return {"type": "string", "enum": list(field.choices)}
    for kind, schema in _TYPES:
        if isinstance(field, kind):
            return dict(schema)
    if isinstance(field, serializers.CharField):
        return {"type": "string", "maxLength": field.max_length}
    return {}


@cache
def _described(step: Step) -> dict[str, Any]:
    return {
        "step": step.name,
        "machine": str(step.machine),
        "number": step.number,
        "label": in_both(step.label),
        "law": step.law,
        "input": input_schema(step.takes),
    }


def abilities(
    referral: Referral, sight: Sight, *, actor: Actor, at: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Return ``available_actions``, and ``blocked_actions`` with the rule and article of each."""
    ties = sight.ties
    case = Case(referral, actor=actor, at=at)
    # Bounds as in `case_for`: what is offered must be what would be accepted (SEC-AZ1).
    case.receiving, case.hidden = ties.receiving, sight.hidden
    case.listed, case.glass = ties.listed, ties.glass
    case.see_pairs = lambda: hooks.pairs_at_hand(case, ties)
    case.see_files = lambda: hooks.files_at_hand(referral, ties, actor=actor, at=at)
    case.see_matches = lambda: hooks.unseen_matches(referral, ties, actor=actor, at=at)
    if not referral.judicial_status:  # the state of the last one: there is none to ask for
        case.judicial_referrals = []
    # A filer goes on under the id of the receipt, wherever the case has got to (§1.4).
    shown_id = referral.known_to_filer_as[0] if ties.coarse and ties.as_filer() else referral.pk
    available, blocked = [], []
    for step, part in _candidates(case, sight):
        case.part = part
        line = {**_described(step), "href": _address(shown_id, step, part)}
        why = barred_by(step.guards, step, case, None, ties, beforehand=True)
        if why is None:
            available.append(line)
        else:
            refusal = dict(zip(("rule", "reason", "law"), why, strict=True))
            blocked.append({**line, "input": None, "blocked_by": refusal})
    return {"available_actions": available, "blocked_actions": blocked}


def _candidates(case: Case, sight: Sight) -> Iterator[tuple[Step, Any]]:
    """Yield the steps that the state and the role allow, with the part that each is about."""
    ties = sight.ties
    state = case_ties.state_seen(case.referral, ties)
    for step in _steps_for(ties):
        if step.machine is Machine.REFERRAL:
            if state in step.source:
                yield step, None
        elif case.referral.state in MACHINES[step.machine].while_in:
            yield from _part_candidates(step, case, sight)


# By ties alone, for many people have the same; state and guards are asked for each case.
@lru_cache(maxsize=1_000)
def _steps_for(ties: CaseAccess) -> tuple[Step, ...]:
    """Return the steps with a route that these ties let somebody do, in the order of the procedure."""
    return tuple(step for step in steps.all() if not step.internal and role_in(step, ties) is not None)


def _part_candidates(step: Step, case: Case, sight: Sight) -> Iterator[tuple[Step, Any]]:
    if not step.source:
        yield step, None
        return
    runs = MACHINES[step.machine]
    # To offer a step on a part tells that there is one: only readers of its class may know (SEC-AZ7).
    if runs.access_class not in sight.ties.reads and not sight.ties.receiving:
        return
    for row in getattr(case, runs.relation):
        if row.state in step.source and role_on(step, row, sight) is not None:
            yield step, row


def _address(case: UUID, step: Step, part: Any) -> str:
    place = address(step.machine, step.name, part=part.pk if part is not None else None)
    return f"/api/v1/referrals/{case}/{place}"


def described(referral: Referral, ties: CaseAccess, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return a case without anything sealed: to a filer the coarse word, to others shell, clocks, actions."""
    body = filings.coarse(referral) if ties.coarse else shell.shell(referral, ties)
    sight = child_sight.sight_of(referral, ties, actor)
    body["clocks"] = clocks.clocks_of(referral, sight, at=at)
    return body | abilities(referral, sight, actor=actor, at=at)
