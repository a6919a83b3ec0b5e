"""Situations of files about the same child: suggesting, confirming, joining and parting."""

from typing import Any

from referrals.models import DuplicateCandidate, HolderInformation, Joining, Referral
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.referrals.workflow.situations.saying import Body, case_is, situation


def _two(world: Any, state: str, who: str = "crip_coordinator") -> Kit:
    kit = Kit(world, state, who=who)
    kit.beside = Kit(world, "triage")
    return kit


def _pair(kit: Kit, **values: Any) -> Any:
    said = {"state": "confirmed", "kind": "same", "note": None} | values
    return kit.fill.row(DuplicateCandidate, other=kit.beside.case, suggested_at=AT, **said)


def _other_is(**values: Any) -> Any:
    return lambda kit, body: kit.beside.put(**values)


def _suggested(kit: Kit, body: Body) -> None:
    _pair(kit, state="suggested", kind="")


def _elsewhere(kit: Kit, body: Body) -> None:
    Referral.objects.filter(pk=kit.beside.case.pk).update(authority=kit.world.authorities["75"])


@situation("duplicate", "suggest", other_file_known=_elsewhere, pair_is_new=_suggested)
def _suggest(world: Any) -> tuple[Kit, Body]:
    kit = _two(world, "triage", "intake_agent")
    return kit, {"other": kit.beside.case.pk, "reasons": ["name"]}


@situation("duplicate", "confirm", other_file_known=_elsewhere)
def _confirm(world: Any) -> tuple[Kit, Body]:
    kit = _two(world, "triage")
    kit.part = _pair(kit, state="suggested", kind="")
    return kit, {"kind": "same"}


def _unsure(kit: Kit, body: Body) -> None:
    DuplicateCandidate.objects.update(kind="related")


def _deferred_there(kit: Kit, body: Body) -> None:
    kit.fill.row(HolderInformation, holder=kit.holder, occasion="transmission")
    kit.beside.fill.row(
        HolderInformation,
        holder=kit.beside.holder,
        occasion="transmission",
        state="deferred",
        review_on=TODAY,
    )


@situation(
    "referral", "attach_existing",
    same_child_confirmed=_unsure, target_before_its_report=_other_is(state="report_submitted"),
    restriction_kept=lambda kit, body: kit.set_restricted(),
    children_matched=lambda kit, body: body["children"][0].update(same_as=None),
    holders_matched=lambda kit, body: body.update(holders=[]), informations_agree=_deferred_there,
)  # fmt: skip
def _attach(world: Any) -> tuple[Kit, Body]:
    kit = _two(world, "triage")
    _pair(kit)
    other = kit.beside
    return kit, {
        "target": other.case.pk, "link": "new_facts",
        "children": [{"child": kit.child.pk, "same_as": other.child.pk}],
        "holders": [{"holder": kit.holder.pk, "same_as": other.holder.pk}],
    }  # fmt: skip


@situation(
    "referral", "unmerge",
    archived_from_merged=case_is(state="archived", archived_from="ended"),
    target_gives_back=_other_is(state="merged"),
)  # fmt: skip
def _unmerge(world: Any) -> tuple[Kit, Body]:
    kit = _two(world, "merged", "supervisor")
    kit.put(closed_at=AT)
    kit.fill.row(
        Joining,
        target=kit.beside.case,
        kind="same_facts",
        joined_at=AT,
        before={"urgency": "U1", "counts_from": None},
        after={},
    )
    return kit, {"reason": "Homonymes."}
