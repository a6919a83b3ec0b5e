"""Propagates a restriction to the filings merged into a file: a reader barred from one opens neither (T46).

A filing stays a case of its own, with its own list. What restricts its file restricts it too, for the list of the file,
and is lifted with it; a filing that is restricted to other persons than its file keeps its own list, which the file
doesn't open.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.apps import apps

from referrals.vocabulary.deadlines import ClockCode as C
from referrals.workflow.case import Case

if TYPE_CHECKING:
    from referrals.models import Joining
    from referrals.workflow.context import StepContext

JOINED: Final = "Dossier restreint auquel la transmission est jointe."


def filings_joined_to(referral: UUID) -> set[UUID]:
    """Return the filings joined to a file, and those joined to them: what reaches it reaches them, locked with it."""
    joinings = apps.get_model("referrals", "Joining")
    filings: set[UUID] = set()
    wanted = {referral}
    while wanted:
        rows = joinings.objects.filter(target__in=wanted, undone_at=None).values_list("referral", flat=True)
        wanted = set(rows) - filings
        filings |= wanted
    return filings


def follows(filing: Case, file: Case) -> bool:
    """Tell whether the list of a filing is that of its file: who reads one that differs is for its own list to say."""
    return not filing.is_restricted or filing.on_list() == file.on_list()


def restrict_filings(act: "StepContext") -> None:
    """Restrict the filings joined to the file with it, and in them the child that it restricts (by T46)."""
    step_input, named = act.step_input, act.case.on_list() | set(act.step_input.named)
    for joining, filing in _joined(act):
        twins = [UUID(mine) for mine, same in joining.same_children.items() if UUID(same) == step_input.child]
        for child in twins if step_input.child else [None]:
            readers = named if follows(filing, act.case) else set()
            _restrict(act, filing, child, readers, reason=step_input.reason, review_on=step_input.review_on)


def open_filings(act: "StepContext") -> None:
    """Lift the restriction of the filings joined to the file with it, or let the same persons in (by T46)."""
    for _, filing in _joined(act):
        if filing.is_restricted and follows(filing, act.case):
            values = {name: act.step_input[name] for name in ("lift", "add", "reason")}
            act.elsewhere("unrestrict", filing, **values)


def restrict_as_target(act: "StepContext", filing: Case, joining: "Joining") -> None:
    """Restrict a filing as the file is to which it is joined now (by T12)."""
    for restriction in restrictions(act.case, filing, joining):
        _restrict(act, filing, **restriction)


def restrictions(file: Case, filing: Case, joining: "Joining") -> list[dict[str, Any]]:
    """Return what T46 is told of a filing, once for each thing that is restricted in its file and not there."""
    restricted = {str(child.pk) for child in file.recorded if child.restricted}
    wanted: list[UUID | None] = [None] if file.referral.restricted and not filing.referral.restricted else []
    wanted += [
        child.pk
        for child in filing.recorded
        if not child.restricted and joining.same_children.get(str(child.pk)) in restricted
    ]
    readers = sorted(file.on_list()) if follows(filing, file) else []
    restriction = {"named": readers, "reason": JOINED, "review_on": _review_day(file) if wanted else None}
    return [{"child": child} | restriction for child in wanted]


def keep_list(act: "StepContext", filing: Case, file: Case) -> None:
    """Give a restricted filing that nobody may read yet the list of a file (by T32, by T35)."""
    if filing.is_restricted and not filing.on_list():
        restricted_ids = [child.pk for child in filing.recorded if child.restricted]
        for child in [None] if filing.referral.restricted else restricted_ids:
            _restrict(act, filing, child, file.on_list(), reason=JOINED, review_on=_review_day(file))


def _joined(act: "StepContext") -> Iterator[tuple[Any, Case]]:
    joinings: Any = act.case.referral.joinings.model
    for joining in joinings.objects.filter(target=act.case.referral, undone_at=None).select_related(
        "referral"
    ):
        yield joining, Case(joining.referral, actor=act.actor, at=act.at)


def _restrict(
    act: "StepContext", filing: Case, child: UUID | None, named: Iterable[UUID], **why: object
) -> None:
    act.elsewhere("restrict", filing, child=child, named=sorted(named), **why)
    filing.forget("children", "records", "open_clocks")


def _review_day(case: Case) -> date:
    """Return the day on which the restriction of a case is looked at; today where nobody chose one."""
    chosen = case.referral.clocks.filter(code=C.R_RESTRICTION, stopped_at=None).order_by("due_at").first()
    return chosen.due_at.astimezone(case.zone).date() if chosen is not None else case.today
