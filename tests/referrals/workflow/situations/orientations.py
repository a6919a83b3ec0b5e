"""Situations of orientations to services of the directory, and of places that a case must not meet."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from referrals.models import ExcludedResource, Orientation
from tests.factories.resources import a_service
from tests.referrals.workflow.kit import AT, Kit
from tests.referrals.workflow.situations.saying import Body, said, situation


def proposed(kit: Kit, state: str = "proposed", **values: Any) -> Any:
    """Put an orientation on the case, for its child."""
    given = {
        "need": "specialised_support",
        "rules_version": "m1",
        "proposed_at": AT,
        "child": kit.child,
    } | values
    given.setdefault("resource", a_service(kit.case.authority))
    if state in ("asked", "under_study"):
        given |= {"asked_at": AT, "expires_at": AT + timedelta(days=30)}
    return kit.fill.row(Orientation, state=state, **given)


def excluded(kit: Kit, **values: Any) -> Any:
    """Let the case not meet something."""
    return kit.fill.row(ExcludedResource, since_at=AT, **values)


def _of_its_structure(kit: Kit, body: Body) -> None:
    excluded(kit, structure=kit.beside.structure)


def _too_far(kit: Kit, body: Body) -> None:
    kit.beside.refused_departments = ["93"]
    kit.beside.save()


@situation(
    "orientation", "propose",
    resource_there=said(resource=str(uuid4())), not_excluded=_of_its_structure, choice_explained=_too_far,
)  # fmt: skip
def _propose(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.beside = a_service(kit.case.authority)
    return kit, {
        "need": "specialised_support", "resource": kit.beside.pk, "child": kit.child.pk, "text": "Une place ce soir.",
    }  # fmt: skip


@situation("orientation", "ask", not_ahead=said(at=(AT + timedelta(hours=1)).isoformat()))
def _ask(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage", who="ase_inspector")
    kit.part = proposed(kit)
    return kit, {"channel": "phone", "at": AT.isoformat(), "whom": "La cheffe de service."}


@situation(
    "referral", "exclude_resource",
    of_the_directory=said(structure=str(uuid4()), resource=None),
    not_excluded_yet=lambda kit, body: excluded(kit, resource=kit.beside),
)  # fmt: skip
def _exclude_resource(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.beside = a_service(kit.case.authority)
    return kit, {"structure": None, "resource": kit.beside.pk, "reason": "Le mis en cause y travaille."}


@situation(
    "referral", "lift_excluded_resource", exclusion_in_force=said(exclusion=str(uuid4())),
)  # fmt: skip
def _lift_excluded_resource(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    row = excluded(kit, resource=a_service(kit.case.authority))
    return kit, {"exclusion": row.pk, "reason": "Il n'y travaille plus.", "approver": kit.user("supervisor")}
