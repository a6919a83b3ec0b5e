"""Looks for a service of the directory for a need of a case: an explained list, from which a person chooses.

No name, text or reference leaves the case: ``matching_facts`` are codes and numbers (field.md A.9). What was opened is
one disclosure, and that a list was made is an entry of its own: the need, the rules' version, how many were offered.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from accounts.request import ServiceRequest, actor_in
from audit import journal
from audit.events import Purpose, register
from directory.codes import Need, Situation
from directory.matching import Finding, Offer, Verdict
from referrals.access import child_sight
from referrals.access.child_sight import Sight
from referrals.access.exceptions import exceptional
from referrals.access.relations import CaseAccess
from referrals.errors import InvalidInput
from referrals.execution import preconditions
from referrals.execution.preconditions import StepRequest
from referrals.models import Orientation, Referral
from referrals.orientations import offers, queries
from referrals.orientations.inputs import ServiceSearch, departments_in
from referrals.orientations.matching_facts import Wanted
from referrals.orientations.offers import Told
from referrals.orientations.queries import Answers, Contact
from referrals.reading import names
from referrals.reading.disclosures import opened, seen
from referrals.reading.names import Names
from referrals.vocabulary.formats import moment
from referrals.vocabulary.states import Machine, Urgency
from referrals.workflow.case import Case
from referrals.workflow.step import steps

MATCHED: Final = "orientation:matched"
register(MATCHED)

#: As many services are shown at most: who finds none among them asks more narrowly.
SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A service of the list: what the rules say, where one calls, what it answered the authority and this case."""

    offer: Offer
    contact: Contact
    answers: Answers | None = None
    failed: Orientation | None = None

    @property
    def findings(self) -> list[Finding]:
        """Return the findings that have a sentence: what speaks against first, then what isn't known."""
        order = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
        return sorted(
            (one for one in self.offer.findings if one.sentence), key=lambda one: order.index(one.verdict)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; services that the case has asked in vain stand last.

    ``cut``, ``removed_cut``: there are more than are shown. ``urgent``: the case is U3. ``called``: the names of the
    children, opened with the rest. ``situations``: those that the rules were told. ``named``: services by their name,
    those against which a rule speaks first; ``named_cut``: there are more of it.
    """

    referral: Referral
    ties: CaseAccess
    called: Names
    need: Need
    rules_version: str
    offered: list[Line]
    removed: list[Line] = field(default_factory=list)
    cut: bool = False
    removed_cut: bool = False
    urgent: bool = False
    situations: frozenset[Situation] = frozenset()
    named: list[Line] = field(default_factory=list)
    named_cut: bool = False


def match(request: ServiceRequest, pk: UUID, data: object) -> Found:
    """Return the services for a need, each with what the rules say of it; ``data``: see ``inputs.ServiceSearch``."""
    actor, at = actor_in(request), request.at
    referral, ties = seen(request, pk)
    sight = child_sight.sight_of(referral, ties, actor)
    proposing = StepRequest(step=steps.get(Machine.ORIENTATION, "propose"), referral_id=pk)
    case = preconditions.case_for(proposing, referral, sight, actor=actor, at=at)
    # Only now: who may not look for a service isn't told what that takes.
    body = ServiceSearch.read(data)
    child = body.get("child")
    if child is not None and (case.child(child) is None or child in sight.hidden):
        raise InvalidInput("child")
    wanted = Wanted(
        need=Need(body["need"]),
        child=child,
        danger_departments=departments_in(body.get("danger_departments", "")),
        situations=frozenset(Situation(one) for one in body["situations"]),
    )
    with_removed, named = bool(body.get("removed")), body.get("named", "")
    matched, called = opened(
        referral,
        ties,
        lambda scope: (
            offers.find(case, wanted, sight, scope, with_removed=with_removed, named=named),
            names.names(referral, ties, scope, actor=actor),
        ),
        actor=actor,
        at=at,
    )
    journal.record(
        MATCHED,
        actor=case.actor,
        at=at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
        purpose=Purpose.HANDLING,
        rule=matched.matched.rules_version,
        to_state=str(wanted.need),
        count=len(matched.matched.offered),
        version=referral.version,
    )
    return _offers(case, wanted, matched, sight, called)


def _offers(case: Case, wanted: Wanted, told: Told, sight: Sight, called: Names) -> Found:
    referral, matched = case.referral, told.matched
    named = (*told.named.removed, *told.named.offered)
    offered, left_out = matched.offered[:SHOWN], matched.removed[:SHOWN]
    ids = [one.service for one in (*offered, *left_out, *named)]
    contacts = queries.contacts_of(ids, far=wanted.need == Need.DISTANCE_SHELTER)
    unlocked = exceptional(case.actor, at=case.at).unlocked
    answers = queries.answers_of(ids, referral.authority_id, at=case.at, unlocked=unlocked)
    failed = queries.failed_before(referral, wanted.need, sight)

    def lines(some: Iterable[Offer]) -> list[Line]:
        made = [
            Line(one, contacts[one.service], answers.get(one.service), failed.get(one.service))
            for one in some
        ]
        return sorted(made, key=lambda line: line.failed is not None)

    return Found(
        referral=referral,
        ties=sight.ties,
        called=called,
        need=wanted.need,
        rules_version=matched.rules_version,
        offered=lines(offered),
        removed=lines(left_out),
        cut=matched.cut or len(matched.offered) > SHOWN,
        removed_cut=matched.removed_cut or len(matched.removed) > SHOWN,
        urgent=referral.urgency == Urgency.U3,
        situations=told.situations,
        named=lines(named),
        named_cut=told.named.cut,
    )


def as_json(found: Found) -> dict[str, Any]:
    """Return what was found as the API answers it, with sentences in the reader's language."""
    return {
        "need": queries.coded(found.need),
        "rules_version": found.rules_version,
        "offered": [_line(one) for one in found.offered],
        "removed": [_line(one) for one in found.removed],
        "cut": found.cut,
        "removed_cut": found.removed_cut,
        "urgent": found.urgent,
        "named": [_line(one) for one in found.named],
        "named_cut": found.named_cut,
    }


def _line(line: Line) -> dict[str, Any]:
    offer, answers, failed = line.offer, line.answers, line.failed
    return {
        "service": str(offer.service),
        "name": offer.name,
        "structure": str(offer.structure),
        "structure_name": offer.structure_name,
        "phone": line.contact.phone,
        "department": line.contact.department,
        "commune": line.contact.commune,
        "has_night_phone": line.contact.has_night_phone,
        "findings": [
            {"rule": str(one.rule), "verdict": str(one.verdict), "sentence": one.sentence}
            for one in line.findings
        ],
        "answers": {
            "asked": answers.asked,
            "refused": answers.refused,
            "unanswered": answers.unanswered,
            "reasons": [str(one) for one in answers.reasons],
            "since": moment(answers.since),
            "sentence": answers.sentence,
        }
        if answers
        else None,
        "failed": {
            "state": str(failed.state),
            "reason": str(failed.refusal_reason),
            "sentence": queries.failed_in_words(failed),
        }
        if failed
        else None,
    }
