"""Fields of a case that an actor reads: the shell in clear, and the parts that its classes let it open.

Everything sealed is opened inside one disclosure. A value that can't be opened (a lost key) shows as
``{"unreadable": true}`` and the rest is there (SEC-CR14). What may not be read is absent from the answer.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Role
from encryption.errors import Unreadable
from encryption.keys import warm
from encryption.sealed import OpenScope, Sealed
from referrals.access import matrix, visibility
from referrals.access import people as access_people
from referrals.access.matrix import Relation
from referrals.access.relations import CaseAccess
from referrals.access.visibility import Sight
from referrals.models import PARTS, Approval, Clock, ClosureReview, Concern, Referral, StepRecord
from referrals.policy.definitions import protocol_of
from referrals.policy.working_time import Calendar, calendar_of
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.labels import labelled, moment
from referrals.vocabulary.states import (
    AlertState,
    ApprovalState,
    CoarseStatus,
    JudicialState,
    Machine,
    MeasureState,
    ReviewState,
    State,
    Urgency,
    Whereabouts,
)
from referrals.vocabulary.urgent_calls import AlertCause
from referrals.workflow import deadlines
from referrals.workflow.about_children import OF_THE_LIST, ids_in, rows_among, visits_of
from referrals.workflow.case import opens_hidden
from referrals.workflow.context import for_record, names_any

#: The acts of a filing account that it is shown again.
FILER_STEPS: Final = ("create", "submit", "submit_urgent", "withdraw", "provide_info")
UNREADABLE: Final = {"unreadable": True}
INTERNAL: Final = frozenset(
    {
        "id",
        "referral",
        "position",
        "case_key",
        "filer_key",
        "filed_by",
        "order",
        "by",
        "service",
        "judicial_referral",
        "child",
        "assessment",
        "holder",
        "visit",
        "user",
        "type",
        "letter",
        "next_change",
        "mac",
        "cells",
    }
)


def coarse_status(referral: Referral) -> CoarseStatus:
    """Return the filer's word for the state (domain.md §1.4); a question that is open for them comes first.

    The two marks are the filing's own, on its row: a list asks nothing more.
    """
    if referral.state == State.DRAFT:
        return CoarseStatus.DRAFT
    # A filing that was withdrawn shows no more than that: not even that somebody took it up again.
    if referral.withdrawn_at:
        return CoarseStatus.RECEIVED
    if referral.filer_asked:
        return CoarseStatus.QUESTION
    if referral.filer_answered:
        return CoarseStatus.ANSWERED
    if referral.state in (State.SUBMITTED, State.ACKNOWLEDGED, State.WITHDRAWN):
        return CoarseStatus.RECEIVED
    return CoarseStatus.IN_PROGRESS


def with_line(rows: "QuerySet[Referral]") -> "QuerySet[Any]":
    """Annotate filings with what a list of ``coarse_line`` may be filtered and sorted by.

    ``status`` is ``coarse_status`` in SQL, ``known_as`` the reference, ``filed_on`` when it was submitted, or begun.
    """
    received = (State.SUBMITTED, State.ACKNOWLEDGED, State.WITHDRAWN)
    status = Case(
        When(state=State.DRAFT, then=Value(CoarseStatus.DRAFT)),
        When(withdrawn_at__isnull=False, then=Value(CoarseStatus.RECEIVED)),
        When(filer_asked=True, then=Value(CoarseStatus.QUESTION)),
        When(filer_answered=True, then=Value(CoarseStatus.ANSWERED)),
        When(state__in=received, then=Value(CoarseStatus.RECEIVED)),
        default=Value(CoarseStatus.IN_PROGRESS),
        output_field=models.CharField(),
    )
    known_as = Case(When(filed_reference="", then=F("reference")), default=F("filed_reference"))
    return rows.annotate(status=status, known_as=known_as, filed_on=Coalesce("submitted_at", "created_at"))


def _as_filed(referral: Referral) -> dict[str, str]:
    """Return id and reference of the receipt: they are the filer's, whichever authority goes on with the case."""
    pk, reference = referral.known_to_filer_as
    return {"id": str(pk), "reference": reference}


def coarse(referral: Referral) -> dict[str, Any]:
    """Return all that a filer sees of a filing after its submission (SEC-AZ9)."""
    return {
        **_as_filed(referral),
        "status": labelled(coarse_status(referral)),
        "submitted_at": moment(referral.submitted_at),
        "withdrawn_at": moment(referral.withdrawn_at),
    }


def receipt(referral: Referral) -> dict[str, Any]:
    """Return what a filing is answered with: the same whenever it is asked for, wherever the case has got to."""
    pk, reference = referral.known_to_filer_as
    return {
        "id": str(pk),
        "reference": reference,
        "status": labelled(CoarseStatus.RECEIVED),
        "submitted_at": moment(referral.submitted_at),
    }


def coarse_line(referral: Referral) -> dict[str, Any]:
    """Return the filer's line in a list: as ``coarse``, without a query of its own."""
    return {
        **_as_filed(referral),
        "status": labelled(coarse_status(referral)),
        "submitted_at": moment(referral.submitted_at),
    }


def shell(referral: Referral, ties: CaseAccess) -> dict[str, Any]:
    """Return the shell (class A), and the clear codes of D and I to their readers."""
    found = {
        "id": str(referral.pk),
        "reference": referral.reference,
        "version": referral.version,
        "authority": str(referral.authority_id) if referral.authority_id else None,
        "unit": str(referral.unit_id) if referral.unit_id else None,
        "department": referral.department,
        "state": labelled(State(referral.state)),
        "urgency": labelled(Urgency(referral.urgency)),
        "channel": referral.channel,
        "variant": referral.variant,
        "age_band": referral.age_band,
        "under_15": referral.under_15,
        "under_2": referral.under_2,
        "runaway": referral.runaway,
        "restricted": referral.restricted,
        "legal_hold": referral.legal_hold,
        "left_open": referral.left_open,
        "info_requested": referral.info_requested,
        "transfer_open": referral.transfer_open,
    }
    for name in (
        "created_at",
        "received_at",
        "submitted_at",
        "acknowledged_at",
        "closed_at",
        "statutory_due_at",
        "target_due_at",
        "next_due_at",
        "counts_from",
    ):
        found[name] = moment(getattr(referral, name))
    if "D" in ties.reads:
        found["prostitution_status"] = referral.prostitution_status
        found["immediate_danger"] = referral.immediate_danger
    if "I" in ties.reads:
        found["judicial_status"] = referral.judicial_status or None
    return found


def clock_line(clock: Clock, calendar: Calendar, *, at: datetime, runs: bool = False) -> dict[str, Any]:
    """Return one clock with its standing at ``at``, and the last working day before an end on a day off.

    ``runs`` shows it as running, whatever stopped it: to whoever filed, an answer withheld looks like one that is
    awaited, for the stop would tell them of the reason.
    """
    if runs:
        clock.stopped_at = None
    return {
        "code": clock.code,
        "label": ClockCode(clock.code).labels_by_language,
        "started_at": moment(clock.started_at),
        "due_at": moment(clock.due_at),
        "working_day_before": moment(deadlines.working_day_before(clock, calendar)),
        "stopped_at": moment(clock.stopped_at),
        "state": labelled(deadlines.state_of(clock, at)),
        "statutory": clock.statutory,
        "child": str(clock.child) if clock.child else None,
        "part": str(clock.part) if clock.part else None,
    }


def clocks_of(referral: Referral, sight: Sight, *, at: datetime) -> list[dict[str, Any]]:
    """Return the clocks that the actor may read; a filer sees C5 alone (domain.md §4.8)."""
    ties = sight.ties
    if ties.coarse:
        wanted, runs = referral.clocks.filter(code="C5"), not referral.filer_answered
        if referral.withdrawn_at:
            wanted, runs = wanted.filter(stopped_at=referral.withdrawn_at), False
    else:
        wanted, runs = referral.clocks.filter(access_class__in=ties.reads), False
    calendar = calendar_in_force(referral, at=at)
    seen = hanging_on(referral, sight)
    return [
        clock_line(clock, calendar, at=at, runs=runs)
        for clock in wanted
        if seen(clock.access_class, clock.child, clock.part)
    ]


def hanging_on(referral: Referral, sight: Sight) -> Callable[[str, UUID | None, UUID | None], bool]:
    """Return what tells whether a row is seen, by its class, its child and its part.

    Its child is that of its column, else of its part; of a part about several, one that is seen is enough. A part of
    the whole case is the whole case's.
    """
    if not sight.children:
        return lambda *_: True
    measures = {row.pk: row for row in referral.measures.only("pk", "child_id", "referral_id")}
    justice = referral.judicial_referrals.prefetch_related("children")
    several = {row.pk: [child.pk for child in row.children.all()] for row in justice}

    def seen(access_class: str, child: UUID | None, part: UUID | None) -> bool:
        if part in measures:
            return access_class in sight.of_measure(measures[part]).reads
        children: list[UUID | None] = (
            [child] if child else [*several.get(part or matrix.NOBODY, ())] or [None]
        )
        return any(sight.reads(access_class, one) for one in children)

    return seen


def ties_among(referral: Referral, sight: Sight, ids: Iterable[UUID]) -> dict[UUID, tuple[CaseAccess, ...]]:
    """Return, of the children and of the rows on children that have one of the ids, the ties that count, by id.

    Of a row about several children, those of each. Nothing where no bound applies to the actor.
    """
    if not sight.children:
        return {}
    named = set(ids)
    found: dict[UUID, tuple[CaseAccess, ...]] = {pk: (sight.of(pk),) for pk in sight.children & named}
    for pk, row in rows_among(referral, named - sight.children).items():
        measure = row.measure
        found[pk] = (sight.of_measure(measure),) if measure else tuple(map(sight.of, sorted(row.children)))
    return found


def calendar_in_force(referral: Referral, *, at: datetime) -> Calendar:
    """Return when the authority of a case works, by its settings at ``at``."""
    return calendar_of(referral.authority, protocol_of(referral.authority, at))


def readable(
    row: models.Model,
    classes: Iterable[str],
    scope: OpenScope,
    *,
    own_class: str = "",
    sealed: bool = True,
) -> dict[str, Any]:
    """Return the fields of a row whose class is among ``classes``, sealed ones opened; ``own_class`` overrides D.

    ``sealed``: whether what is sealed is among them; not where the row is about a child whom the reader may not see.
    """
    allowed, found = frozenset(classes), {"id": str(row.pk)}
    for field in row._meta.concrete_fields:
        access_class = getattr(field, "access_class", None)
        if field.name in INTERNAL or access_class is None or (own_class or access_class) not in allowed:
            continue
        value = getattr(row, field.attname)
        if sealed or not isinstance(value, Sealed):
            found[field.name] = opened(value, scope)
    return found


def opened(value: Any, scope: OpenScope) -> Any:
    """Return a value as the answer holds it; a sealed one is opened."""
    if isinstance(value, Sealed):
        try:
            return value.open(scope)
        except Unreadable:
            return dict(UNREADABLE)
    if isinstance(value, datetime | date):
        return moment(value)
    return str(value) if isinstance(value, UUID) else value


def content(referral: Referral, ties: CaseAccess, scope: OpenScope, *, actor: Actor) -> dict[str, Any]:
    """Return the concern and its parts, as far as the actor's classes go (domain.md §1.3, §4)."""
    warm(key for key in (referral.case_key, referral.filer_key) if key)
    typing = ties.draft and bool(ties.reads) and not ties.shared
    concern = readable(referral.concern, ties.reads - {"A"} | ({"I"} if typing else set()), scope)
    concern.pop("id")
    if concern:
        concern["not_known"] = _not_known(referral.concern, ties.reads)
    found: dict[str, Any] = {"concern": concern} if concern else {}
    for name in PARTS:
        rows = part(referral, name, ties, scope, actor=actor)
        if rows is not None:
            found[name] = rows
    return found


def _not_known(concern: Concern, classes: Container[str]) -> list[str]:
    """Return the items said to be not known, those of the classes that one reads; the holders are identity (B)."""
    class_of = {field.name: getattr(field, "access_class", "") for field in concern._meta.concrete_fields}
    return [name for name in concern.not_known if class_of.get(name, "B") in classes]


def prefetch(referral: Referral, ties: CaseAccess) -> None:
    """Load the parts that the actor will read, once for guards and content alike."""
    models.prefetch_related_objects([referral], *(name for name in PARTS if PART_CLASS[name] in ties.reads))


#: The class without which a part isn't in the answer at all.
PART_CLASS: Final[Mapping[str, str]] = {
    "children": "B",
    "holders": "B",
    "facts": "D",
    "signs": "D",
    "health_signs": "E",
    "third_parties": "F",
    "digital_traces": "G",
}


def part(
    referral: Referral, name: str, ties: CaseAccess, scope: OpenScope, *, actor: Actor
) -> list[dict[str, Any]] | None:
    """Return one repeatable part; None for who may not read it."""
    if PART_CLASS[name] not in ties.reads:
        return None
    rows = getattr(referral, name).all()
    if name == "children":
        sight = visibility.sight_of(referral, ties, actor)
        return [_child(row, sight.of(row.pk).through("B"), scope) for row in rows if sight.reads("B", row.pk)]
    classes = ties.through(PART_CLASS[name]).reads
    return [readable(row, classes, scope) for row in rows]


def _child(row: Any, ties: CaseAccess, scope: OpenScope) -> dict[str, Any]:
    """Return a child; where it is sheltered, its place is of class K (domain.md §4.1)."""
    detail, row.whereabouts_detail = row.whereabouts_detail, None
    found = readable(row, ties.reads, scope)
    row.whereabouts_detail = detail
    sheltered = found.get("whereabouts") == Whereabouts.SHELTERED
    if sheltered and not ties.draft and "K" not in ties.reads:
        del found["whereabouts"], found["whereabouts_detail"]
    elif detail is not None:
        found["whereabouts_detail"] = opened(detail, scope)
    return found


def assessments(referral: Referral, sight: Sight, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the assessments: all of them to readers of H, the conclusions alone to a service (``concl.``).

    The texts, which are about all the children, are for who may know of each of them; a visit to hidden children alone
    isn't told of.
    """
    ties = sight.ties
    if "H" not in ties.reads and ties.partial.get("H") != "concl":
        return []
    whole, unread = "H" in ties.without_service.reads, sight.unread("H", partly=True)
    apart = visits_of(referral, unread)
    found = []
    for row in referral.assessments.all():
        line: dict[str, Any] = {"id": str(row.pk)}
        if whole:
            line = readable(row, "H", scope, sealed=not unread)
        line["state"] = row.state
        line["conclusions"] = [
            readable(c, "H", scope) | {"child": str(c.child_id)}
            for c in row.conclusions.all()
            if c.child_id not in unread
        ]
        if whole:
            visits = [visit for visit in row.visits.all() if visit.pk not in apart]
            line["visits"] = [readable(visit, "H", scope, sealed=not unread) for visit in visits]
        found.append(line)
    return found


def judicial_referrals(referral: Referral, sight: Sight, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the referrals to justice with their outcomes, to readers of I; each about the children that are seen."""
    if "I" not in sight.ties.without_service.reads:
        return []
    unread, found = sight.unread("I"), []
    for row in referral.judicial_referrals.prefetch_related("children", "outcomes"):
        children = [child.pk for child in row.children.all()]
        seen = [pk for pk in children if pk not in unread]
        if children and not seen:
            continue
        line = readable(row, "I", scope, sealed=seen == children)
        line["state"] = labelled(JudicialState(row.state))
        line["children"] = [str(pk) for pk in seen]
        line["outcomes"] = [
            readable(o, "I", scope) | {"child": str(o.child_id), "type": o.type}
            for o in row.outcomes.all()
            if o.child_id not in unread
        ]
        found.append(line)
    return found


def measures(referral: Referral, sight: Sight, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the measures: in full to readers of J, their shell to intake, a service's own to the service."""
    found = []
    for row in referral.measures.select_related("type"):
        ties = sight.of_measure(row)
        if "J" in ties.reads or "J" in ties.partial:
            found.append(_measure(row, ties, scope))
    return found


def _measure(row: Any, ties: CaseAccess, scope: OpenScope) -> dict[str, Any]:
    line = {
        "id": str(row.pk),
        "child": str(row.child_id),
        "type": {"code": row.type_id, "label": {"fr": row.type.label_fr, "en": row.type.label_en}},
        "state": labelled(MeasureState(row.state)),
        "service": str(row.service_id) if row.service_id else None,
        "started_on": moment(row.started_on),
        "term_on": moment(row.term_on),
    }
    if "J" in ties.reads:
        whole = ties.through("J")
        classes = whole.reads | ({"D"} if "D" in whole.partial else set())
        if whole.partial.get("I") == "order":
            classes |= {"I"}
        line |= {name: value for name, value in readable(row, classes, scope).items() if name not in line}
    return line


def timeline(
    referral: Referral, sight: Sight, scope: OpenScope, *, actor: Actor, at: datetime
) -> list[dict[str, Any]]:
    """Return what happened, as far as the actor may see it: a filer sees the own acts.

    What was done about a pair of files is for who sees both: it would tell of a file that is hidden (SEC-AZ4).
    """
    ties = sight.ties
    rows: Iterable[StepRecord] = referral.steps.all()
    if ties.coarse:
        rows = [row for row in rows if row.step in FILER_STEPS and row.role in matrix.FILERS]
        return [_happened(row, {}) for row in rows]
    found: list[dict[str, Any]] = []
    seen = hanging_on(referral, sight)
    others = visibility.visible_to(actor, at=at).values("pk")
    pairs = set(referral.duplicates.filter(other__in=others).values_list("pk", flat=True))
    told = [
        # Records from before hold more than is kept now.
        (row, for_record(opened(row.data, scope), row.step) if row.data is not None else None)
        for row in rows
        if (row.machine != Machine.DUPLICATE or row.part in pairs)
        and row.access_class in ties.reads
        and seen(row.access_class, row.child, row.part)
    ]
    bound = ties_among(referral, sight, ids_in([data for _, data in told])) if sight.children else {}
    if sight.hidden:
        opened_for = referral.broken_glasses.all()
        apart = {row.pk for row in opened_for if opens_hidden(row, actor.user_id)}
        # What names nobody of a list, or of whom it hides, would tell that there is one.
        told = [
            (row, data)
            for row, data in told
            if row.part not in apart and (row.step not in OF_THE_LIST or row.child is not None)
        ]
    # A correction of what isn't told isn't told either.
    untold = {row.pk for row in rows} - {row.pk for row, _ in told}
    files = {pk for row, data in told if row.step in OF_FILES and data for pk in ids_in(data.get("file"))}
    untold |= _files_unseen(referral, files, ties, actor, at=at) if files else set()
    for row, data in told:
        ids = set(ids_in(data))
        named = {pk: [row.access_class in of.reads for of in bound[pk]] for pk in ids if pk in bound}
        # Whom a step names, it is about; where it names rows alone, about those on whom they hang.
        about = [each for pk, each in named.items() if pk in sight.children] or list(named.values())
        if (about and not any(map(any, about))) or ids & untold:
            untold.add(row.pk)
            continue
        # What is said of the whole case isn't for a service, which has a measure of it; with a step that the shell
        # shows, it is for readers of D.
        of = ties if row.child or row.part or about else ties.without_service
        needed = "D" if row.access_class == "A" else row.access_class
        told_whole = all(map(all, named.values())) and needed in of.reads
        more = {
            "data": data if told_whole else None,
            "by": str(row.by) if row.by else None,
            "own": row.by == actor.user_id,
        }
        found.append(_happened(row, more))
    return found


#: The steps about one file, of the case or of a filing joined to it.
OF_FILES: Final = ("bar_file", "unbar_file", "destroy_file")


def _files_unseen(
    referral: Referral, files: set[UUID], ties: CaseAccess, actor: Actor, *, at: datetime
) -> set[UUID]:
    """Return, of the files that steps name, those of filings that aren't joined any more or not for the reader."""
    elsewhere = files - set(referral.attachments.filter(pk__in=files).values_list("pk", flat=True))
    seen: set[UUID] = set()
    for filing, own in visibility.readable_filings(referral, ties, actor, at=at) if elsewhere else ():
        hidden = {str(pk) for pk in visibility.sight_of(filing, own, actor).hidden}
        rows = filing.attachments.filter(pk__in=elsewhere)
        seen |= {row.pk for row in rows if not row.children or set(row.children) - hidden}
    return elsewhere - seen


def _happened(row: StepRecord, more: Mapping[str, Any]) -> dict[str, Any]:
    line = {"step": row.step, "machine": row.machine, "number": row.number, "at": moment(row.at)}
    if not more:
        return line
    return line | {
        "id": str(row.pk),
        "role": row.role,
        "from": row.from_state,
        "to": row.to_state,
        "child": str(row.child) if row.child else None,
        "part": str(row.part) if row.part else None,
        "signed_by": str(row.signed_by) if row.signed_by else None,
        "obo": str(row.obo) if row.obo else None,
        **more,
    }


def approvals(
    referral: Referral, sight: Sight, scope: OpenScope, *, user_id: UUID | None
) -> list[dict[str, Any]]:
    """Return the second signatures; what is proposed is opened to who proposed and who may sign.

    What is about a child that the reader doesn't see isn't told of, nor opened.
    """
    found = []
    seen = approvals_seen(referral, sight)
    for row in referral.approvals.all():
        part_of_it = user_id in (row.proposer_id, row.approver_id)
        if (not part_of_it and "D" not in sight.ties.without_service.reads) or not seen(row):
            continue
        line = {
            "id": str(row.pk),
            "step": row.step,
            "machine": row.machine,
            "part": str(row.part) if row.part else None,
            "state": labelled(ApprovalState(row.state)),
            "proposer": str(row.proposer_id),
            "obo": str(row.obo) if row.obo else None,
            "approver": str(row.approver_id),
            "requested_at": moment(row.requested_at),
            "expires_at": moment(row.expires_at),
            "decided_at": moment(row.decided_at),
        }
        if part_of_it:
            given = opened(row.given, scope)
            line["given"] = {} if names_any(given, sight.hidden) else given
        found.append(line)
    return found


def approvals_seen(referral: Referral, sight: Sight) -> Callable[[Approval], bool]:
    """Return what tells whether a second signature is seen: one of its children is enough, and its part besides."""
    seen = hanging_on(referral, sight)

    def seen_too(row: Approval) -> bool:
        children = [seen("A", UUID(one), None) for one in row.children]
        return seen("A", None, row.part) and (not children or any(children))

    return seen_too


def closure_reviews(referral: Referral, ties: CaseAccess, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the reviews of the closings of a case; what a reviewer noted is for readers of D."""
    if "A" not in ties.reads:
        return []
    return [
        review_line(row) | readable(row, ties.reads & {"D"}, scope) for row in referral.closure_reviews.all()
    ]


def review_line(row: ClosureReview) -> dict[str, Any]:
    """Return a review of a closing, without what was noted."""
    return {
        "id": str(row.pk),
        "step": row.step,
        "state": labelled(ReviewState(row.state)),
        "opened_at": moment(row.opened_at),
        "due_at": moment(row.due_at),
        "decided_at": moment(row.decided_at),
        "closed_by": str(row.closed_by) if row.closed_by else None,
        "decided_by": str(row.decided_by) if row.decided_by else None,
    }


def reviews(actor: Actor, *, state: str, overdue: bool | None, at: datetime) -> "QuerySet[ClosureReview]":
    """Return the reviews on an actor's list: a supervisor's all, a coordinator's those of withdrawals (§2.2)."""
    as_supervisor = visibility.visible_as(actor, Role.SUPERVISOR, at=at)
    as_coordinator = visibility.visible_as(actor, Role.CRIP_COORDINATOR, at=at)
    rows = ClosureReview.objects.filter(
        Q(referral__in=as_supervisor.values("pk"))
        | Q(step="withdraw", referral__in=as_coordinator.values("pk")),
        state=state,
    )
    if overdue is not None:
        rows = rows.filter(due_at__lt=at) if overdue else rows.filter(due_at__gte=at)
    return visibility.shown_with(rows, actor, at=at)


def alerts(referral: Referral, ties: CaseAccess) -> list[dict[str, Any]]:
    """Return the urgent calls about a case, to who reads its shell: since when, how far, who answered."""
    if "A" not in ties.reads:
        return []
    return [
        {
            "id": str(row.pk),
            "cause": labelled(AlertCause(row.cause)),
            "state": labelled(AlertState(row.state)),
            "sounded_at": moment(row.sounded_at),
            "next_at": moment(row.next_at),
            "ended_at": moment(row.ended_at),
            "ended_by": str(row.ended_by) if row.ended_by else None,
        }
        for row in referral.alerts.all()
    ]


def holder_informations(referral: Referral, ties: CaseAccess, scope: OpenScope) -> list[dict[str, Any]]:
    """Return whether each holder was told, to readers of B."""
    if "B" not in ties.reads:
        return []
    return [
        readable(row, "B", scope) | {"holder": str(row.holder_id)}
        for row in referral.holder_informations.all()
    ]


def sheets(referral: Referral, sight: Sight, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the emergency sheets of the case, with the authorities that may read each, to readers of B."""
    if "B" not in sight.ties.reads:
        return []
    rows = referral.emergency_sheets.prefetch_related("readers")
    return [
        readable(row, sight.of(row.child_id).reads, scope)
        | {"authorities": [str(r.authority_id) for r in row.readers.all()]}
        for row in rows
        if sight.reads("B", row.child_id)
    ]


def add_names(
    rows: Sequence[Referral],
    ties: Mapping[UUID, CaseAccess],
    lines: Sequence[dict[str, Any]],
    scope: OpenScope,
    *,
    actor: Actor,
) -> None:
    """Add the children's names to lines of a list, for the cases of which the caller reads class B."""
    named = [row for row in rows if "B" in ties[row.pk].reads]
    # The measures for who works for a service: which children are confided to it.
    models.prefetch_related_objects(
        named, "children", *(["measures"] if access_people.services_of(actor) else [])
    )
    warm([row.case_key for row in named if row.case_key])
    by_id = {line["id"]: line for line in lines}
    for row in named:
        sight = visibility.sight_of(row, ties[row.pk], actor)
        children = [child for child in row.children.all() if sight.reads("B", child.pk)]
        by_id[str(row.pk)]["children"] = [
            {name: opened(getattr(child, name), scope) for name in ("first_names", "last_name", "usual_name")}
            for child in children
        ]


def running_clocks(actor: Actor, *, state: str | None, code: str | None, at: datetime) -> "QuerySet[Clock]":
    """Return the running clocks that the actor may read, each by the class and the child of what it times."""
    filed = visibility.own_filings(actor, at=at).filter(withdrawn_at=None)
    running = Q(stopped_at=None)
    seen = own = Q(code="C5", referral__in=filed.values("pk"))
    if actor.holding(matrix.FILERS):  # see clock_line: what is withheld looks like what is awaited
        running |= own & Q(referral__filer_answered=False)
    for relation, cases, classes in visibility.readable_by_class(actor, at=at):
        rule = Q(access_class__in=sorted(classes), referral__in=cases.values("pk"))
        if relation is Relation.EXECUTING:
            rule &= visibility.confided_to(actor)
        seen |= rule & visibility.not_hidden(actor, at=at)
    rows = Clock.objects.filter(seen & running).select_related("referral__authority")
    if code:
        rows = rows.filter(code=code)
    if state == deadlines.ClockState.OVERDUE:
        rows = rows.filter(due_at__lt=at)
    elif state == deadlines.ClockState.DUE_SOON:
        rows = rows.filter(due_at__gte=at, warn_at__lte=at)
    elif state == deadlines.ClockState.ON_TIME:
        # What is late isn't on time whenever it warned; and so the index begins behind it.
        rows = rows.filter(due_at__gte=at, warn_at__gt=at)
    return visibility.shown_with(rows, actor, at=at)


def people(referral: Referral, role: str, *, at: datetime) -> list[dict[str, Any]]:
    """Return who may be named on a case in a role now: people of its authority, none of them excluded (R221-8)."""
    barred = referral.exclusions.filter(lifted_at=None).values("user_id")
    held = Membership.objects.in_force(at).filter(authority=referral.authority, role=role)
    return [
        {
            "id": str(one.user_id),
            "name": one.user.full_name,
            "unit": str(one.unit_id) if one.unit_id else None,
        }
        for one in held.exclude(user_id__in=barred).select_related("user").order_by("user__full_name", "id")
    ]
