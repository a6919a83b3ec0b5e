"""Situations of emergency openings."""

from datetime import timedelta
from typing import Any

from referrals.models import BreakGlass
from tests.referrals.workflow.kit import AT, Kit
from tests.referrals.workflow.situations.saying import Body, situation


def _opening(kit: Kit, who: str, **values: Any) -> Any:
    sound = {
        "role": "on_call",
        "opened_at": AT,
        "expires_at": AT + timedelta(hours=1),
        "review_due_at": AT + timedelta(days=1),
    }
    kit.put(glass_open=True)
    return kit.fill.row(BreakGlass, user=kit.world.user(who), **sound | values)


def _late_elsewhere(kit: Kit, _: Body) -> None:
    """Leave an opening of another case unreviewed beyond its time."""
    other = Kit(kit.world, "triage")
    _opening(other, kit.who, state="to_review", ended_at=AT, review_due_at=AT - timedelta(seconds=1))


@situation("glass", "open", no_review_overdue=_late_elsewhere)
def _open(world: Any) -> tuple[Kit, Body]:
    return Kit(world, "triage", who="on_call"), {"reason": "Appel de nuit."}


def _by_another(kit: Kit, _: Body) -> None:
    kit.who = "supervisor"


@situation("glass", "give_back", own_opening=_by_another)
def _give_back(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage", who="on_call")
    kit.part = _opening(kit, "on_call")
    return kit, {}


def _by_the_opener(kit: Kit, _: Body) -> None:
    BreakGlass.objects.update(user=kit.world.user(kit.who))


def _restricted_to_others(kit: Kit, _: Body) -> None:
    """Restrict the case to another person, and let who asks in by a broken glass."""
    asks, kit.who = kit.who, "crip_coordinator_2"
    kit.set_restricted()
    kit.who = asks
    kit.let_in(asks)


SPOILS = {"another_than_who_opened": _by_the_opener, "named_where_restricted": _restricted_to_others}


def _to_review(world: Any) -> Kit:
    kit = Kit(world, "triage", who="supervisor")
    kit.part = _opening(kit, "on_call", state="to_review", ended_at=AT)
    return kit


@situation("glass", "approve", **SPOILS)
def _approve(world: Any) -> tuple[Kit, Body]:
    return _to_review(world), {"note": "Justifié."}


@situation("glass", "contest", **SPOILS)
def _contest(world: Any) -> tuple[Kit, Body]:
    return _to_review(world), {"reason": "Aucune urgence."}
