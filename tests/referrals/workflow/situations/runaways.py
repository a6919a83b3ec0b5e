"""Situations of children away and taken in."""

from datetime import timedelta
from typing import Any

from tests.referrals.workflow.kit import AT, Kit
from tests.referrals.workflow.situations.saying import Body, both, child_is, measure, said, situation, without

PAST = AT.isoformat()
TO_COME = (AT + timedelta(hours=1)).isoformat()
SHEET = {
    "description": "1,60 m, manteau vert.",
    "danger": "Un tiers la cherche.",
    "whom_to_call": "Astreinte.",
}


@situation(
    "referral", "record_runaway",
    already_past=said(since=TO_COME), police_told=without("police_report_ref"),
)  # fmt: skip
def _record_runaway(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    return kit, {
        "child": kit.child.pk, "since": PAST, "last_seen_place": "Gare.", "police_report_ref": "PV 12",
        "on_wanted_file": "yes", "sheet": SHEET,
    }  # fmt: skip


@situation(
    "referral", "record_found", child_away=child_is(runaway=False), already_past=said(found_at=TO_COME)
)
def _record_found(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.set_child(runaway=True)
    return kit, {"child": kit.child.pk, "found_at": PAST, "where": "Gare.", "condition": "Fatiguée."}


def _taken_in(kit: Kit) -> Body:
    return {
        "child": kit.child.pk, "since": PAST, "place": "Foyer de la Rive", "prosecutor_told_at": PAST,
        "service": kit.world.services["93"].pk,
    }  # fmt: skip


SHELTERED = measure("active", type_id="shelter_5d")


@situation(
    "referral", "shelter_72h",
    shelter_ground=child_is(runaway=False), already_past=said(since=TO_COME), not_sheltered_already=SHELTERED,
    holders_told_or_why_not=said(holders_told="no"),
    implicated_holder_not_told=lambda kit, body: kit.case.holders.update(implicated="yes"),
)  # fmt: skip
def _shelter_72h(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage", who="ase_inspector")
    kit.set_child(runaway=True)
    return kit, _taken_in(kit) | {"holders_told": "yes"}


@situation(
    "referral", "shelter_5d",
    already_past=both(said(prosecutor_told_at=TO_COME)), not_sheltered_already=SHELTERED,
    representative_unable=said(representative="refuses"),
)  # fmt: skip
def _shelter_5d(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage", who="ase_inspector")
    return kit, _taken_in(kit) | {"representative": "unable", "representative_reason": "Hospitalisée."}
