"""Documents of a transfer: what the other authority may read before it takes the case over.

Made when the request is sent, from what the case holds then, within one disclosure at the origin; made again when a
child is restricted while the request is open. Never among them: the filer (class C), the place where a child is
sheltered (class K), and a restricted child (T46).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Model

from accounts.actor import Actor, system
from audit.disclosure import disclosure
from audit.events import Purpose
from encryption.errors import Unreadable
from encryption.fields import SealedField
from encryption.sealed import OpenScope
from referrals.execution import hooks
from referrals.vocabulary.between_authorities import Document
from referrals.vocabulary.states import AssessmentState, Machine, Whereabouts
from referrals.workflow.case import Case
from referrals.workflow.context import as_json, names_any

if TYPE_CHECKING:
    from referrals.models import TransferRequest
    from referrals.workflow.context import StepContext

#: Rows of the form that make up the concern, beside the concern itself.
TOLD: Final = ("holders", "facts", "signs", "health_signs", "third_parties", "digital_traces")
IDENTITY_AND_FACTS: Final = "BDEFG"
#: What ties a row to others of the service, and says nothing to whoever reads the document.
BOOKKEEPING: Final = frozenset({"id", "referral", "position", "mac", "cells"})


def there(case: Case) -> set[str]:
    documents = {Document.CONCERN.value}
    if case.referral.decisions.exists() or case.measures:
        documents.add(Document.DECISIONS.value)
    if _delivered(case) is not None:
        documents.add(Document.ASSESSMENT_REPORT.value)
    steps = set(
        case.referral.steps.filter(
            machine=Machine.MEASURE, step__in=("situation_report", "sign_plan")
        ).values_list("step", flat=True)
    )
    if "situation_report" in steps:
        documents.add(Document.SITUATION_REPORTS.value)
    if "sign_plan" in steps:
        documents.add(Document.PLAN.value)
    return documents


def _delivered(case: Case) -> Any:
    delivered = [row for row in case.assessments if row.state == AssessmentState.DELIVERED]
    return delivered[-1] if delivered else None


def lay_in(
    act: "StepContext",
    request: "TransferRequest",
    kinds: Iterable[str] = (),
    *,
    opener: Actor | None = None,
    urgent: bool = False,
) -> None:
    """Make the documents listed anew, sealed with the case they are of (T31); ``opener`` where the service does it.

    Raises:
        Unreadable: a value of the case can't be opened.
    """
    case = act.case
    laid = {row.kind: row for row in request.documents.all()}
    with disclosure(
        actor=opener or act.actor,
        purpose=Purpose.HANDLING,
        at=act.at,
        objects=[case.pseudonym],
        tenant=case.referral.authority_id,
        urgent=urgent,
    ) as scope:
        for kind in [*laid, *(kind for kind in kinds if kind not in laid)]:
            content = as_json(MAKERS[Document(kind)](case, children_of(case), scope))
            if kind in laid:
                act.change(laid[kind], content=content, made_at=act.at)
            else:
                act.new("transfer_documents", request=request, kind=kind, content=content, made_at=act.at)


@hooks.after_step.register(4)
def withhold_restricted(act: "StepContext", _: str) -> None:
    """Make the documents of an open request anew once a child is restricted, without it (T46).

    Where that can't be done they say nothing any more: a restriction waits for nothing.
    """
    if (
        act.step.name != "restrict" or act.step_input.child is None
    ):  # a restricted case is for the receivers alone, if any
        return
    request = act.case.open_transfer
    if request is None:
        return
    try:
        service = system(origin=act.actor.origin, obo=act.actor.user_id)
        lay_in(act, request, opener=service, urgent=True)
    except Unreadable:
        for row in request.documents.all():
            act.change(row, content={}, made_at=act.at)


def _described(row: Model, classes: str, scope: OpenScope) -> dict[str, Any]:
    values = {}
    for field in row._meta.concrete_fields:
        access_class = getattr(field, "access_class", "")
        if field.name in BOOKKEEPING or field.is_relation or access_class not in classes:
            continue
        value = getattr(row, field.attname)
        if isinstance(field, SealedField) and value is not None:
            value = value.open(scope)
        if value not in (None, "", [], {}):
            values[field.name] = value
    return values


def _child(row: Model, scope: OpenScope) -> dict[str, Any]:
    """Return a child; where it is sheltered, its place is for those alone who execute the measure (class K)."""
    values = _described(row, IDENTITY_AND_FACTS, scope)
    if values.get("whereabouts") == Whereabouts.SHELTERED:
        del values["whereabouts"]
        values.pop("whereabouts_detail", None)
    return values


def _is_sealed(row: Model, name: str) -> bool:
    return isinstance(row._meta.get_field(name), SealedField)


def children_of(case: Case) -> list[Any]:
    """Return the children whom documents may be about: none that is kept for named persons."""
    return [child for child in case.children if not child.restricted]


def _concern(case: Case, children: Sequence[Any], scope: OpenScope) -> dict[str, Any]:
    referral = case.referral
    return {
        "concern": _described(referral.concern, IDENTITY_AND_FACTS, scope),
        "children": [_child(child, scope) for child in children],
        **{
            name: [_described(row, IDENTITY_AND_FACTS, scope) for row in getattr(referral, name).all()]
            for name in TOLD
        },
    }


def _decisions(case: Case, children: Sequence[Any], scope: OpenScope) -> dict[str, Any]:
    named = {child.pk for child in children}
    decided = case.referral.decisions.filter(child_id__in=named)
    measures = [row for row in case.measures if row.child_id in named]
    answered = [
        row
        for judicial in case.judicial_referrals
        for row in judicial.outcomes.all()
        if row.child_id in named
    ]
    return {
        "decisions": [_described(row, "J", scope) for row in decided],
        "measures": [
            {"type": row.type_id, "state": str(row.state)} | _described(row, "IJ", scope) for row in measures
        ],
        "judicial_outcomes": [_described(row, "I", scope) for row in answered],
    }


def _report(case: Case, children: Sequence[Any], scope: OpenScope) -> dict[str, Any]:
    row = _delivered(case)
    report = _described(row, "H", scope)
    report.pop("notes", None)  # the team's own; the report is what it holds together
    if len(children) < len(case.children):  # its texts are about all the children (SEC-AZ20)
        report = {name: value for name, value in report.items() if not _is_sealed(row, name)}
    numbers = {child.pk: number for number, child in enumerate(children, start=1)}
    of_children = {
        name: [
            {"child": numbers[one.child_id]} | _described(one, "DEH", scope)
            for one in getattr(row, name).all()
            if one.child_id in numbers
        ]
        for name in ("conclusions", "dangers", "findings", "voices")
    }
    return report | of_children


def _recorded(step: str) -> "Maker":
    def make(case: Case, children: Sequence[Any], scope: OpenScope) -> dict[str, Any]:
        named = {child.pk for child in children}
        measures = {row.pk for row in case.measures if row.child_id in named}
        hidden = {child.pk for child in case.recorded} - named
        rows = case.referral.steps.filter(machine=Machine.MEASURE, step=step, part__in=measures)
        happened = [(row.at, row.data.open(scope)) for row in rows if row.data is not None]
        return {step: [{"at": at, **data} for at, data in happened if not names_any(data, hidden)]}

    return make


#: Makes a document about some children of a case.
type Maker = Callable[[Case, Sequence[Any], OpenScope], dict[str, Any]]
MAKERS: Final[dict[Document, Maker]] = {
    Document.CONCERN: _concern,
    Document.DECISIONS: _decisions,
    Document.ASSESSMENT_REPORT: _report,
    Document.SITUATION_REPORTS: _recorded("situation_report"),
    Document.PLAN: _recorded("sign_plan"),
}
