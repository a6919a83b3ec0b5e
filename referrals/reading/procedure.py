"""What an actor reads of the procedure: assessments, justice, measures, urgent calls, holders told, sheets.

What may not be read is absent; a part about children of whom the reader doesn't know isn't told of.
"""

from typing import TYPE_CHECKING, Any

from encryption.sealed import OpenScope
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.models import Referral
from referrals.reading.fields import readable
from referrals.vocabulary.case_answers import AlertCause
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import AlertState, JudicialState, MeasureState
from referrals.workflow.about_children import visits_of

if TYPE_CHECKING:
    from referrals.models import Measure


def assessments(referral: Referral, sight: Sight, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the assessments: all of them to readers of H, the conclusions alone to a service (``concl.``).

    The texts, which are about all the children, are for who may know of each of them; a visit to hidden children alone
    isn't told of. What is said of health is for readers of E.
    """
    ties = sight.ties
    if "H" not in ties.reads and ties.partial.get("H") != "concl":
        return []
    reads, unread = ties.without_service.reads, sight.unread("H", partly=True)
    whole = "H" in reads
    apart = visits_of(referral, unread)
    lines = []
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
            for name in ("findings", "dangers"):
                line[name] = [
                    readable(one, reads & {"E", "H"}, scope) | {"child": str(one.child_id)}
                    for one in getattr(row, name).all()
                    if one.child_id not in unread
                ]
            line["considered"] = [
                readable(one, "H", scope, sealed=not unread) for one in row.considered.all()
            ]
            line["opinions"] = [
                readable(one, "H", scope, sealed=not unread) | {"holder": str(one.holder_id)}
                for one in row.opinions.all()
            ]
        lines.append(line)
    return lines


def voices(referral: Referral, sight: Sight, scope: OpenScope) -> list[dict[str, Any]]:
    """Return what each child says, wants and was told, to readers of D.

    ``assessment``, ``decision``, ``measure``: in which, or on which, the child was heard; None for the others, and for
    all where the follow-up ended.
    """
    return [
        readable(row, "D", scope)
        | {
            "child": str(row.child_id),
            "assessment": str(row.assessment_id) if row.assessment_id else None,
            "measure": str(row.measure_id) if row.measure_id else None,
        }
        for row in referral.voices.all()
        if sight.reads("D", row.child_id)
    ]


def judicial_referrals(referral: Referral, sight: Sight, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the referrals to justice with their outcomes, to readers of I; each about the children that are seen."""
    if "I" not in sight.ties.without_service.reads:
        return []
    unread, lines = sight.unread("I"), []
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
        lines.append(line)
    return lines


def measures(referral: Referral, sight: Sight, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the measures: in full to readers of J, their shell to intake, a service's own to the service."""
    lines = []
    for row in referral.measures.select_related("type"):
        ties = sight.of_measure(row)
        if "J" in ties.reads or "J" in ties.partial:
            lines.append(_measure(row, ties, scope))
    return lines


def _measure(row: "Measure", ties: CaseAccess, scope: OpenScope) -> dict[str, Any]:
    line = {
        "id": str(row.pk),
        "child": str(row.child_id),
        "type": {"code": row.type_id, "label": row.type.labels_by_language},
        "state": labelled(MeasureState(row.state)),
        "service": str(row.service_id) if row.service_id else None,
        "started_on": moment(row.started_on),
        "term_on": moment(row.term_on),
        "until_majority": row.until_majority,
    }
    if "J" in ties.reads:
        whole = ties.through("J")
        classes = whole.reads | ({"D"} if "D" in whole.partial else set())
        if whole.partial.get("I") == "order":
            classes |= {"I"}
        line |= {name: value for name, value in readable(row, classes, scope).items() if name not in line}
    return line


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
