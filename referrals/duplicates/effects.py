"""Effects of merging two cases on their rows, and how unmerging reverses them (domain.md T12, T35).

The filing stays whole: its text, its filer and the deadline of its feedback are never touched, so that unmerging
restores both as they were. What the target must act on (children that it lacks, holders and the information given to
them, referrals to justice, measures, running dangers) moves there, resealed under the target's own keys; a ``MovedRow``
records each.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db.models import Model

from audit.disclosure import disclosure
from audit.events import Purpose
from encryption import keys
from encryption.fields import SealedField
from encryption.sealed import OpenScope
from referrals.duplicates.guards import implicated
from referrals.matching import indexing
from referrals.messages.effects import show_requests
from referrals.restrictions import joined_filings
from referrals.vocabulary.case_answers import Recipient
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import EXPLOITED, RequestState, Urgency, YesNo, gravest
from referrals.workflow import deadlines
from referrals.workflow.case import Case

if TYPE_CHECKING:
    from referrals.models import Joining
    from referrals.workflow.context import StepContext

#: What a joining sets on a child or holder that both files have, and parting puts back if nobody changed it since.
CHILD_VALUES: Final = ("prostitution_status", "immediate_danger", "restricted", "runaway")
HOLDER_VALUES: Final = ("implicated",)
#: Clocks of one child that run on at the target: danger, runaway.
OF_A_CHILD: Final = (C.C3, C.C19)
PARTS: Final = (
    "children",
    "holders",
    "holder_informations",
    "judicial_referrals",
    "judicial_outcomes",
    "measures",
    "closure_reviews",
    "assignments",
    "open_clocks",
    "informations",
)


def keep_suggestion(act: "StepContext") -> None:
    """Keep the pair of files that a person suggests."""
    row = act.new(
        "duplicates",
        other_id=act.step_input.other,
        reasons=act.step_input.reasons,
        note=act.step_input.note,
        suggested_at=act.at,
        suggested_by_id=act.actor.user_id,
    )
    act.case.part = act.made = row


def record_matches(act: "StepContext") -> None:
    """Keep the pair of files that the index found, with what it takes them for."""
    step_input = act.step_input
    act.case.part = act.made = act.new(
        "duplicates",
        other_id=step_input.other,
        kind=step_input.kind,
        reasons=list(step_input.reasons),
        suggested_at=act.at,
    )


# --- Joining ------------------------------------------------------------------------------------------


def hand_to_target(act: "StepContext") -> None:
    """Note the joining, and let the target take over what it must act on (T12)."""
    step_input = act.step_input
    act.new(
        "joinings",
        target_id=step_input.target,
        kind=step_input.link,
        joined_at=act.at,
        same_children={str(i.child): str(i.same_as) for i in step_input.children if i.same_as},
        same_holders={str(i.holder): str(i.same_as) for i in step_input.holders if i.same_as},
    )
    _with_target(act, step_input.target, "take_in")


def take_from_target(act: "StepContext") -> None:
    """Let the target give back what this filing brought (T35)."""
    joining = act.case.referral.joinings.get(undone_at=None)
    _with_target(act, joining.target_id, "give_back")
    act.change(joining, undone_at=act.at)


def _with_target(act: "StepContext", target: UUID, step: str) -> None:
    referral: Any = act.case.other(target)  # the checks have asked for it
    act.elsewhere(step, Case(referral, actor=act.actor, at=act.at))
    act.case.forget(
        *PARTS, "records"
    )  # the restriction of the other file may have come along, a step of its own


def resume_assessment(act: "StepContext") -> None:
    """Let the assessment's delay run again on the filing's own date (T35; §2.8 no. 1)."""
    act.start(C.C4, since=deadlines.assessment_start(act.case.referral))


def take_in(act: "StepContext") -> None:
    """Take over what a filing brings: rows, gravest danger and urgency, the earliest delay (by T12)."""
    source = act.beside
    joining = source.referral.joinings.get(undone_at=None)
    before = _snapshot(act.case, joining)
    with _both_open(act, source) as scope:
        moving = _Moving(source, act.case, joining, scope)
        moving.take()
        _bring_exclusions(act, source, scope)
    for case in (act.case, source):
        show_requests(case)
    _take_dangers(act, source, joining)
    _take_start(act, source)
    act.case.forget(*PARTS)
    joining.before, joining.after = before, _snapshot(act.case, joining)
    joining.save(update_fields=["before", "after"])
    joined_filings.restrict_as_target(act, Case(source.referral, actor=act.actor, at=act.at), joining)


@contextmanager
def _both_open(act: "StepContext", source: Case) -> Iterator[OpenScope]:
    with disclosure(
        actor=act.actor,
        purpose=Purpose.HANDLING,
        at=act.at,
        objects=[act.case.pseudonym, source.pseudonym],
        tenant=act.case.referral.authority_id,
    ) as scope:
        yield scope


class _Moving:
    """Rows on their way from one case to another, resealed under the keys of where they go."""

    def __init__(self, source: Case, target: Case, joining: "Joining", scope: OpenScope) -> None:
        self.source, self.target, self.joining, self.scope = source, target, joining, scope
        self.children = {UUID(mine): UUID(theirs) for mine, theirs in joining.same_children.items()}
        self.holders = {UUID(mine): UUID(theirs) for mine, theirs in joining.same_holders.items()}

    def take(self) -> None:
        """Move what the target lacks, and all that it must act on."""
        referral = self.source.referral
        for child in self.source.children:
            if child.pk not in self.children:
                self._move("children", child, position=self.target.referral.children.count())
        for holder in self.source.holders:
            if holder.pk not in self.holders:
                self._move("holders", holder)
        # A question to the filer stays where its filer answers: nobody else ever sees it.
        for request in referral.information_requests.filter(
            state=RequestState.OPEN, recipient=Recipient.PARTNER
        ):
            self._move("information_requests", request, children=self._named(request))
        sheltered = set(
            self.target.referral.emergency_sheets.filter(closed_at=None).values_list("child_id", flat=True)
        )
        for sheet in referral.emergency_sheets.exclude(closed_at=None, child_id__in=self._same(sheltered)):
            self._move("emergency_sheets", sheet, child_id=self._child(sheet.child_id))
        taken = set(self.target.referral.holder_informations.values_list("holder_id", "occasion"))
        for row in referral.holder_informations.all():
            holder_id = self.holders.get(row.holder_id, row.holder_id)
            if (holder_id, row.occasion) not in taken:
                self._move("holder_informations", row, holder_id=holder_id)
        self._take_justice()
        self._take_orientations()
        for measure in referral.measures.all():
            self._move("measures", measure, child_id=self._child(measure.child_id))

    def _take_orientations(self) -> None:
        for orientation in self.source.referral.orientations.all():
            self._move("orientations", orientation, child_id=self._same_child(orientation.child_id))
        # What the case must not meet, it mustn't under its new number either.
        service_ids = set(
            self.target.referral.excluded_resources.filter(lifted_at=None).values_list(
                "structure", "resource"
            )
        )
        for excluded in self.source.referral.excluded_resources.filter(lifted_at=None):
            if (excluded.structure_id, excluded.resource_id) not in service_ids:
                self._move("excluded_resources", excluded)

    def _take_justice(self) -> None:
        for row in self.source.referral.judicial_referrals.all():
            children = [self._child(child.pk) for child in row.children.all()]
            self._move("judicial_referrals", row)
            row.children.set(children)  # type: ignore[arg-type]  # ids do
            for outcome in row.outcomes.all():
                self._move("judicial_outcomes", outcome, child_id=self._child(outcome.child_id))

    def _same(self, theirs: set[UUID]) -> list[UUID]:
        return [mine for mine, same in self.children.items() if same in theirs]

    def _child(self, pk: UUID) -> UUID:
        return self.children.get(pk, pk)

    def _same_child(self, pk: UUID | None) -> UUID | None:
        return self._child(pk) if pk is not None else None

    def _named(self, row: Any) -> list[str]:
        return [str(self._child(UUID(pk))) for pk in row.children]

    def _move(self, relation: str, row: Model, **values: object) -> None:
        moved: Any = self.joining.moved.model
        moved.objects.create(
            referral=self.source.referral, joining=self.joining, relation=relation, row=row.pk
        )
        reseal(row, self.target, self.scope, **values)

    def bring_back(self) -> None:
        """Move back what was taken, and what was since decided for a child that leaves."""
        self.children = {theirs: mine for mine, theirs in self.children.items()}
        self.holders = {theirs: mine for mine, theirs in self.holders.items()}
        # What has been answered since stays with whoever got the answer.
        open_ones = set(
            self.target.referral.information_requests.filter(state=RequestState.OPEN).values_list(
                "pk", flat=True
            )
        )
        rows = {
            (m.relation, m.row)
            for m in self.joining.moved.all()
            if m.relation != "information_requests" or m.row in open_ones
        }
        leaving = {pk for relation, pk in rows if relation == "children"}
        target = self.target.referral
        rows |= {("measures", m.pk) for m in target.measures.all() if m.child_id in leaving}
        rows |= {("orientations", o.pk) for o in target.orientations.all() if o.child_id in leaving}
        rows |= {
            ("judicial_referrals", j.pk)
            for j in target.judicial_referrals.all()
            if j.children.exists() and {child.pk for child in j.children.all()} <= leaving
        }
        for relation in (
            "children",
            "holders",
            "judicial_referrals",
            "judicial_outcomes",
            "measures",
            "orientations",
            "excluded_resources",
            "emergency_sheets",
            "information_requests",
        ):
            self._return(relation, {pk for name, pk in rows if name == relation})
        self._return("holder_informations", {pk for name, pk in rows if name == "holder_informations"})

    def _return(self, relation: str, wanted: set[UUID]) -> None:
        for row in getattr(self.target.referral, relation).filter(pk__in=wanted):
            values: dict[str, Any] = {}
            if relation == "information_requests":
                values["children"] = self._named(row)
            if hasattr(row, "child_id"):
                values["child_id"] = self._same_child(row.child_id)
            if hasattr(row, "holder_id"):
                values["holder_id"] = self.holders.get(row.holder_id, row.holder_id)
            if relation == "judicial_referrals":
                row.children.set([self._child(child.pk) for child in row.children.all()])
            reseal(row, self.source, self.scope, **values)


def reseal(row: Any, case: Case, scope: OpenScope, **values: Any) -> None:
    """Give a row to another case: what is sealed is sealed anew under that case's keys, and its clocks follow."""
    sealed: dict[SealedField, Any] = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, SealedField) and value is not None:
            sealed[field] = value.open(scope)
    row.referral = case.referral
    for name, value in values.items():
        setattr(row, name, value)
    for field, plain in sealed.items():
        key = keys.data_key(case.referral.key_of(field.key), case.referral.pk)
        setattr(row, field.attname, key.seal(field, row.pk, plain))
    row.save()
    if (readers := getattr(row, "readers", None)) is not None:  # those of an emergency sheet follow it
        readers.update(referral=case.referral)
    table: Any = case.referral.clocks.model
    table.objects.filter(part=row.pk).update(referral=case.referral)
    indexing.follow_row(row.pk, case.referral)


def _bring_exclusions(act: "StepContext", source: Case, scope: OpenScope) -> None:
    """Whoever is excluded from the filing is excluded where it is read from now on, and leaves the team."""
    already = set(act.case.referral.exclusions.filter(lifted_at=None).values_list("user_id", flat=True))
    for exclusion in source.referral.exclusions.filter(lifted_at=None).exclude(user_id__in=already):
        reason = exclusion.reason.open(scope) if exclusion.reason is not None else ""
        act.new(
            "exclusions",
            user_id=exclusion.user_id,
            by=exclusion.by,
            cause=exclusion.cause,
            tie=exclusion.tie,
            since_at=act.at,
            confirmed_at=exclusion.confirmed_at,
            confirmed_by=exclusion.confirmed_by,
            reason=reason,
        )
        for seat in act.case.assignments:
            if seat.user_id == exclusion.user_id:
                act.change(seat, until_at=act.at)


def _take_dangers(act: "StepContext", source: Case, joining: "Joining") -> None:
    """Let the gravest status, danger and urgency hold, with their history, and C3 run from where it began."""
    act.case.forget(*PARTS)
    theirs = {str(child.pk): child for child in act.case.children}
    all_of_source = {str(child.pk): child for child in source.referral.children.all()}
    for mine, same in joining.same_children.items():
        ours, child = all_of_source[mine], theirs[same]
        act.change(
            child,
            prostitution_status=gravest([child.prostitution_status, ours.prostitution_status]),
            status_ever=gravest([child.status_ever, ours.status_ever]),
            immediate_danger=child.immediate_danger or ours.immediate_danger,
            danger_ever=child.danger_ever or ours.danger_ever,
            restricted=child.restricted or ours.restricted,
            runaway=child.runaway or ours.runaway,
        )
    for holder in act.case.holders:
        mine = next((m for m, same in joining.same_holders.items() if same == str(holder.pk)), str(holder.pk))
        if joining.moved.filter(row=holder.pk).exists() or mine != str(holder.pk):
            twin = next((h for h in source.referral.holders.all() if str(h.pk) == mine), holder)
            if implicated(source, twin):
                act.change(holder, implicated=YesNo.YES)
    referral, brought = act.case.referral, source.referral
    referral.urgency = max(Urgency(referral.urgency), Urgency(brought.urgency))
    referral.urgency_ever = max(Urgency(referral.urgency_ever), Urgency(brought.urgency_ever))
    referral.status_ever = gravest([referral.status_ever, brought.status_ever])
    act.case.justice_moved = source.justice_moved = True
    same_as = {UUID(mine): UUID(same) for mine, same in joining.same_children.items()}
    for clock in source.referral.clocks.filter(code__in=OF_A_CHILD, stopped_at=None):
        child_id = same_as.get(clock.child, clock.child) if clock.child else None
        running = [c.started_at for c in act.case.open_clocks if c.code == clock.code and c.child == child_id]
        act.start(C(clock.code), child=child_id, since=min([clock.started_at, *running]))


def _take_start(act: "StepContext", source: Case) -> None:
    """Let the assessment's delay count from the earlier of the two (T12: the earliest C4 stays)."""
    own, brought = deadlines.assessment_start(act.case.referral), deadlines.assessment_start(source.referral)
    if own is not None and brought is not None and brought < own:
        act.case.referral.counts_from = brought
        _restart_assessment(act)


def _restart_assessment(act: "StepContext") -> None:
    if any(clock.code == C.C4 for clock in act.case.open_clocks):
        act.start(C.C4, since=deadlines.assessment_start(act.case.referral))


# --- Parting ------------------------------------------------------------------------------------------


def _snapshot(case: Case, joining: "Joining") -> dict[str, Any]:
    case.forget("children", "holders")
    started = case.referral.counts_from
    return {
        "urgency": str(case.referral.urgency),
        "counts_from": started.isoformat() if started else None,
        "children": _values(case.children, joining.same_children.values(), CHILD_VALUES),
        "holders": _values(case.holders, joining.same_holders.values(), HOLDER_VALUES),
    }


def _values(
    rows: Iterable[Model], wanted: Iterable[str], names: tuple[str, ...]
) -> dict[str, dict[str, Any]]:
    needed = set(wanted)
    return {
        str(row.pk): {name: _plain(getattr(row, name)) for name in names}
        for row in rows
        if str(row.pk) in needed
    }


def _plain(value: object) -> Any:
    return value if isinstance(value, bool) else str(value)


def give_back(act: "StepContext") -> None:
    """Give back what a filing brought, and let what nobody has changed since be as before (by T35).

    What was ever seen (status, urgency) stays in the history of both: it only calls for more care.
    """
    source = act.beside
    joining = source.referral.joinings.get(undone_at=None)
    now = _snapshot(act.case, joining)
    with _both_open(act, source) as scope:
        _Moving(source, act.case, joining, scope).bring_back()
    for case in (act.case, source):
        show_requests(case)
    act.case.forget(*PARTS)
    act.case.justice_moved = source.justice_moved = True
    for relation in ("children", "holders"):
        _put_back(act, getattr(act.case, relation), relation, now, joining)
    moved = set(joining.moved.filter(relation="children").values_list("row", flat=True))
    for clock in [c for c in act.case.open_clocks if c.code in OF_A_CHILD]:
        child = act.case.child(clock.child) if clock.child else None
        on = child is not None and (child.immediate_danger if clock.code == C.C3 else child.runaway)
        if clock.child in moved or (child is not None and not on):
            act.stop(C(clock.code), child=clock.child)
    if now["urgency"] == joining.after.get("urgency"):
        act.case.referral.urgency = max(Urgency(joining.before["urgency"]), _floor(act.case))
    if now["counts_from"] == joining.after.get("counts_from") != joining.before.get("counts_from"):
        was = joining.before["counts_from"]
        act.case.referral.counts_from = datetime.fromisoformat(was) if was else None
        _restart_assessment(act)
    joined_filings.keep_list(act, Case(source.referral, actor=act.actor, at=act.at), act.case)


def _put_back(
    act: "StepContext", rows: Iterable[Model], relation: str, now: Mapping[str, Any], joining: "Joining"
) -> None:
    for row in rows:
        key = str(row.pk)
        before = joining.before.get(relation, {}).get(key)
        if before is not None and now[relation].get(key) == joining.after[relation].get(key) != before:
            act.change(row, **before)


def _floor(case: Case) -> Urgency:
    """Return the urgency below which the children that stay don't let the case go (T45)."""
    if any(child.immediate_danger for child in case.children):
        return Urgency.U3
    exploited = any(child.prostitution_status in EXPLOITED for child in case.children)
    return Urgency.U2 if exploited else Urgency.U0
