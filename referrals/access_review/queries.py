"""Content of an anomaly: metadata and pseudonyms; names and files only for the two who lifted the veil."""

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts import stepup
from accounts.actor import Actor
from accounts.models import User
from accounts.veil import account_of
from audit import alarms, columns, journal, pseudonyms, reading
from audit.events import Purpose, register
from audit.models import ReadEntry
from core.languages import in_both
from core.paging import Page, page_of
from referrals.access import exceptions as access_exceptions
from referrals.access.row_level_security import beyond
from referrals.access_review import actions
from referrals.access_review.guards import may_look_behind
from referrals.access_review.inputs import RULE_LABELS, Ground, Wrong
from referrals.errors import NotAllowed
from referrals.models import AccessAnomaly, DataBreach, Referral
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.oversight import Answer
from referrals.vocabulary.states import AnomalyState, BreachState, Coded


def anomaly_page(asked: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the anomalies that match ``asked``, as ``AnomalyQuery`` gives it; the look is an entry."""
    filters = {name: asked.pop(name) for name in ("state", "rule") if name in asked}
    page = page_of(
        actions.visible_to(actor).filter(**filters),
        order=("-detected_at", "id"),
        bound_to=f"anomalies/{sorted(filters.items())}",
        **asked,
    )
    record(page.items, actor=actor, at=at)
    return page


def question_page(asked: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the questions that were put to the actor; the look is an entry."""
    page = page_of(
        actions.asked_of(actor, at=at), order=("-detected_at", "id"), bound_to="questions", **asked
    )
    journal.record(LISTED, actor=actor, at=at, purpose=Purpose.AUDIT, rule="own", count=len(page.items))
    return page


RESOLVED = "anomaly:identities"
LISTED = "anomaly:listed"
register(RESOLVED, LISTED)


def rule_of(code: str) -> dict[str, Any]:
    """Return a rule's code and labels."""
    label = RULE_LABELS.get(code)
    return {"code": code, "label": in_both(label) if label else None}


def line(anomaly: AccessAnomaly, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return an anomaly as auditors and data protection officers see it, with what the reader may do now."""
    return facts(anomaly) | {
        "available_steps": [step.name for step in actions.runner.possible(anomaly, actor, at=at)]
    }


def facts(anomaly: AccessAnomaly) -> dict[str, Any]:
    """Return an anomaly as auditors and data protection officers see it."""
    breach = breach_of(anomaly)
    return {
        "id": str(anomaly.pk),
        "authority": str(anomaly.authority_id),
        "rule": rule_of(anomaly.rule),
        "state": labelled(AnomalyState(anomaly.state)),
        "actor": str(anomaly.who) if anomaly.who else None,
        "subjects": anomaly.subjects,
        "entries": anomaly.entries,
        "count": anomaly.count,
        "first_at": moment(anomaly.first_at),
        "last_at": moment(anomaly.last_at),
        "detected_at": moment(anomaly.detected_at),
        "asked_at": moment(anomaly.asked_at),
        "answer_due_at": moment(anomaly.answer_due_at),
        "answered_at": moment(anomaly.answered_at),
        "answer": _coded(Answer, anomaly.answer),
        "judged_at": moment(anomaly.judged_at),
        "reason": _coded(Ground, anomaly.reason) or _coded(Wrong, anomaly.reason),
        "breach": str(breach.pk) if breach is not None else None,
        "breach_state": labelled(BreachState(breach.state)) if breach is not None else None,
        "breach_due_at": moment(breach.due_at) if breach is not None else None,
        "reported_at": moment(anomaly.reported_at),
        "closed_at": moment(anomaly.closed_at),
        "identities_asked_at": moment(anomaly.resolution_asked_at),
        "identities_until": moment(anomaly.resolved_until),
    }


def breach_of(anomaly: AccessAnomaly) -> DataBreach | None:
    """Return the data breach of an anomaly, which ``visible_to`` reads with it; one that was forged is nobody's."""
    breach: DataBreach | None = getattr(anomaly, "breach", None)
    return breach if breach is not None and breach.is_authentic else None


def _coded(codes: type[Coded], value: str) -> Any:
    return labelled(codes(value)) if value in codes.values else None


def question(anomaly: AccessAnomaly) -> dict[str, Any]:
    """Return an anomaly as the agent is asked about it: when, how much, until when to answer.

    Not by which rule: whoever learns that a file was a decoy tells the others (SEC-AZ17).
    """
    return {
        "id": str(anomaly.pk),
        "count": anomaly.count,
        "first_at": moment(anomaly.first_at),
        "last_at": moment(anomaly.last_at),
        "asked_at": moment(anomaly.asked_at),
        "answer_due_at": moment(anomaly.answer_due_at),
        "answered_at": moment(anomaly.answered_at),
        "answer": _coded(Answer, anomaly.answer),
    }


def record(anomalies: list[AccessAnomaly], *, actor: Actor, at: datetime) -> None:
    for authority in sorted(actor.may("audit.read")):
        journal.record(
            LISTED,
            actor=actor,
            at=at,
            tenant=authority,
            purpose=Purpose.AUDIT,
            rule="audit.read",
            count=sum(one.authority_id == authority for one in anomalies),
        )


def entries_of(anomaly: AccessAnomaly, *, actor: Actor, at: datetime) -> list[ReadEntry]:
    """Return the entries of the journal that make an anomaly up, in their order; those that were pruned are gone."""
    with reading.as_auditor():
        rows = list(reading.entries_of([anomaly.authority_id], {"ids": anomaly.entries}).order_by("at", "id"))
        odd = columns.differences(rows)
    alarms.raise_all(odd, at=at)
    record([anomaly], actor=actor, at=at)
    return reading.own(rows, [anomaly.authority_id])


def identities(anomaly: AccessAnomaly, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return who stands behind the pseudonyms: the agent's name, and the references of the files; nothing of a child.

    Only to the two who lifted the veil, while its time runs and both hold their office (SEC-AZ12). Of a file from which
    the reader is excluded the reference is left out (SEC-AZ4).
    """
    if not may_look_behind(anomaly, actor.user_id, at=at):
        raise NotAllowed("anomaly:identities")
    stepup.require(actor, at=at)
    agent = account_of(anomaly.who, anomaly.subjects)
    person = User.objects.filter(pk=agent).first() if agent else None
    behind = pseudonyms.cases([UUID(one) for one in anomaly.subjects])
    with beyond():
        barred = access_exceptions.exceptional(actor, at=at).excluded
        references = dict(
            Referral.objects.filter(pk__in=set(behind.values()) - barred)
            .exclude(reference="")
            .values_list("pk", "reference")
        )
    journal.record(
        RESOLVED,
        actor=actor,
        at=at,
        objects=[UUID(one) for one in anomaly.subjects],
        tenant=anomaly.authority_id,
        purpose=Purpose.AUDIT,
        rule=anomaly.rule,
        count=len(references) + (person is not None),
    )
    return {
        "until": moment(anomaly.resolved_until),
        "actor": None
        if person is None
        else {"id": str(person.pk), "name": person.full_name, "email": person.email},
        "subjects": [
            {"subject": str(one), "reference": references.get(behind[one]) if one in behind else None}
            for one in sorted(map(UUID, anomaly.subjects))
        ],
    }
