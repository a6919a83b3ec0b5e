"""Links of the OpenAPI document: the operations that may follow an answer, by which a program walks the procedure.

Made from the declarations, as the routes are: after a step that changes the state come those that start from the new
state. Each answer itself says in ``available_actions`` which of them this caller may do now, and why not the others.
"""

from collections.abc import Iterator
from typing import Any, Final

from referrals.vocabulary.states import Machine, State
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import SAME, Step, steps

THE_CASE: Final = "$response.body#/id"
WHAT_IT_MADE: Final = "$response.body#/made"
THE_SAME_PART: Final = "$request.path.part"
READS: Final = ("referrals_read", "referrals_timeline_retrieve", "referrals_clocks")
SIGNATURES: Final = ("approvals_sign", "approvals_refuse", "approvals_withdraw")


def what_follows(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Add links to the answers of the writes of a case (drf-spectacular's postprocessing hook)."""
    operations = {one["operationId"]: one for path in result["paths"].values() for one in path.values()}
    schema_links: dict[str, Any] = result["components"].setdefault("links", {})

    def link(operation: str, status: str, to: str, **parameters: str) -> None:
        name = f"{to}_made" if WHAT_IT_MADE in parameters.values() else to
        if operation in operations and to in operations:
            schema_links[name] = {"operationId": to, "parameters": {"id": THE_CASE, **parameters}}
            links = operations[operation]["responses"][status].setdefault("links", {})
            links[name] = {"$ref": f"#/components/links/{name}"}

    for to in (
        *READS,
        "referrals_edit",
        *map(_id, _starting(Machine.REFERRAL, {State.DRAFT, State.SUBMITTED})),
    ):
        link("referrals_create", "201", to)
    for step in steps.all():
        if not MACHINES[step.machine].of_case:
            continue
        operation = _id(step)
        for to in READS:
            link(operation, "200", to)
        for to, parameters in _following(step):
            link(operation, "200", to, **parameters)
        for to in SIGNATURES:
            link(operation, "202", to, approval="$response.body#/approval")
    return result


def _following(step: Step) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the operations that may follow a step, with what they ask for beside the case."""
    leads_to = {
        state for state in step.target if state != SAME
    }  # where nothing moved, what could be done still can
    about_part = step.machine is not Machine.REFERRAL and not MACHINES[step.machine].single
    part = {"part": THE_SAME_PART if step.source else WHAT_IT_MADE} if about_part else {}
    for after in _starting(step.machine, leads_to):
        yield _id(after), part
    if step.machine is Machine.REFERRAL:
        for machine, runs in MACHINES.items():
            if machine is not Machine.REFERRAL and leads_to & set(runs.while_in):
                for after in _without_part(machine):
                    yield _id(after), {}


def _starting(machine: Machine, states: set[Any]) -> list[Step]:
    return [step for step in steps.of(machine) if states & set(step.source)]


def _without_part(machine: Machine) -> list[Step]:
    """Return the steps whose address names no part: those that make one, or all where a case has but one."""
    return [step for step in steps.of(machine) if not step.source or MACHINES[machine].single]


def _id(step: Step) -> str:
    return f"{step.machine}_{step.name}"
