"""Questions, complements and messages: T07 to T09 (domain.md §2.2, §2.7 InformationRequest), E01 and E02.

A request for information blocks no step and stops no deadline (C4 least of all); it is answered, expires, or is
cancelled by hand or by the closing of the case. Two channels never mix: with the filer, to whom the cell writes and who
answers by T08, and among the professionals who read the facts of the case.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.models import Membership
from accounts.roles import Role
from core.inputs import Code, Flag, Id, Items, StrictSerializer
from referrals.attachments.linking import lay_to, waiting_of
from referrals.errors import InvalidInput
from referrals.execution import hooks
from referrals.models import Referral
from referrals.urgent_calls import steps as urgent_calls_steps
from referrals.vocabulary import answers
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.role_sets import CELL, HOLDING, READING
from referrals.vocabulary.states import (
    ACTIVE,
    CLOSED,
    KEPT_HERE,
    OPENED,
    ChildKind,
    Exploitation,
    Machine,
    RequestState,
    State,
    Urgency,
)
from referrals.workflow import case_guards
from referrals.workflow import people as workflow_people
from referrals.workflow.about_children import only_child
from referrals.workflow.case import Case
from referrals.workflow.inputs import LONG, ids, optional_day, optional_id, required, text
from referrals.workflow.joined_files import joined_to
from referrals.workflow.step import SAME, StepDecorator

if TYPE_CHECKING:
    from referrals.models import InformationRequest
    from referrals.workflow.context import StepContext

step = StepDecorator(Machine.REFERRAL, Referral)

#: How many files one complement brings at most.
ATTACHMENTS_AT_ONCE = 10
#: Who puts questions; the coordinator first, who may also give up those of others.
ASKERS = (
    Role.CRIP_COORDINATOR,
    Role.INTAKE_AGENT,
    Role.ASSESSOR,
    Role.ASE_INSPECTOR,
    Role.CASE_REFERENT,
)
#: Roles of the people put on a case one by one, whom a question may name.
PARTNERS = (Role.ASSESSOR, Role.ASSESSMENT_LEAD, Role.ASE_INSPECTOR, Role.CASE_REFERENT)


# --- What the steps take -----------------------------------------------------------------------------


class Questions(StrictSerializer):
    """What one wants to know, of whom, until when (T07); without a date the authority's delay holds.

    ``children``: whom it is about, where it isn't the whole case; a restricted child's stays with its list (T46).
    """

    children = ids(required=False)
    questions = text(max_length=10_000)
    recipient = Code(answers.Recipient.choices)
    partner = optional_id()
    due_on = optional_day()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for a name exactly where a partner is asked."""
        if (attrs["recipient"] == answers.Recipient.PARTNER) != (attrs["partner"] is not None):
            raise required("partner")
        return attrs


class Complementing(StrictSerializer):
    """What is added (T08): ``request`` where it answers one, ``came_by`` where the cell types it in."""

    request = optional_id()
    came_by = Code(answers.Channel.choices, required=False, default="", allow_blank=True)
    danger_now = Flag(required=False, default=False)
    danger_what = text(required=False, max_length=5_000)
    text = text(required=False, max_length=LONG)
    attachments = Items(child=Id(), required=False, default=list, max_length=ATTACHMENTS_AT_ONCE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for a text or a file, and what threatens where danger is said to be there now."""
        if attrs["danger_now"] and not attrs["danger_what"]:
            raise required("danger_what")
        if not attrs["text"] and not attrs["attachments"]:
            raise required("text")
        return attrs


class GivingUp(StrictSerializer):
    """Which request is waited for no longer, and why (T09)."""

    request = Id()
    reason = text()


class FeedbackText(StrictSerializer):
    """What may be told to whoever filed, should they ask (E03)."""

    text = text(max_length=5_000)


class Message(StrictSerializer):
    """What is said (E01, E02), and of which children, where it isn't of the whole case."""

    children = ids(required=False)
    text = text(max_length=10_000)


# --- Rules -------------------------------------------------------------------------------------------


def request_of(case: Case, pk: Any) -> "InformationRequest | None":
    """Return an open request of the case, or None."""
    return case.referral.information_requests.filter(pk=pk, state=RequestState.OPEN).first()


def partner_is_of_case(case: Case, given: Any) -> str | None:
    """A question is put to the filer, or to a person who has a role on the case (T07; CASF L226-2-2)."""
    if given.partner is None or _has_a_role(case, given.partner):
        return None
    return "La personne désignée n'a pas de rôle sur ce dossier."


def _has_a_role(case: Case, user: Any) -> bool:
    """Tell whether a person is on the case by name, or serves where an alive measure of it is carried out."""
    if case.referral.exclusions.filter(user_id=user, lifted_at=None).exists():
        return False
    named = {Role(found.role) for found in case.assignments if found.user_id == user}
    if any(workflow_people.holders_of(case, role, {user}) for role in named.intersection(PARTNERS)):
        return True
    held = Membership.objects.in_force(case.at).filter(user_id=user)
    services = {found.service_id for found in case.measures_alive() if found.service_id}
    if held.filter(role=Role.MEASURE_SERVICE, organisation_id__in=services).exists():
        return True
    exploited = case.referral.prostitution_status != Exploitation.NONE
    lead = held.filter(role=Role.EXPLOITATION_LEAD, authority_id=case.authority_id)
    return exploited and lead.exists()


def answer_is_due_ahead(case: Case, given: Any) -> str | None:
    """An answer is asked for today or later (T07).

    Raises:
        InvalidInput: the date is past.
    """
    if given.due_on is not None and given.due_on < case.today:
        raise InvalidInput("due_on", "too-early")
    return None


def complement_is_expected(case: Case, given: Any) -> str | None:
    """An open request is answered by whom it asks, the filer adds unasked; the cell types in for both (T08)."""
    found = request_of(case, given.request) if given.request else None
    if given.request and found is None:
        return "Cette demande de complément n'est pas ouverte."
    if case.actor.role == Role.FILER:
        to_another = found is not None and found.recipient != answers.Recipient.FILER
        return "Cette demande de complément n'est pas ouverte." if to_another else None
    if found is not None and found.partner_id == case.actor.user_id:
        return None
    if case.actor.role in CELL:
        return None
    return "Seule la personne interrogée répond ; le déclarant et la cellule peuvent compléter d'eux-mêmes."


def cell_says_how_it_came(case: Case, given: Any) -> str | None:
    """What the cell types in came by phone, letter or otherwise (T08).

    Raises:
        InvalidInput: it isn't said.
    """
    if case.actor.role in CELL and not given.came_by:
        raise InvalidInput("came_by", "required")
    return None


def attachments_are_there(case: Case, given: Any) -> str | None:
    """What is named as attached was sent before, by the same person, and came with nothing else yet (T08).

    Raises:
        InvalidInput: it wasn't.
    """
    waiting_of(case.referral, given.attachments, role=case.actor.role, user_id=case.actor.user_id)
    return None


def request_is_open(case: Case, given: Any) -> str | None:
    """Only an open request is given up (T09)."""
    return None if request_of(case, given.request) else "Cette demande de complément n'est pas ouverte."


def asker_gives_up(case: Case, given: Any) -> str | None:
    """Whoever asked, or a coordinator, goes on without the answer (T09)."""
    found = request_of(case, given.request)
    if found is None or case.actor.role == Role.CRIP_COORDINATOR or found.asked_by == case.actor.user_id:
        return None
    return "Seul·e l'auteur·e de la demande ou un·e responsable CRIP peut y renoncer."


# --- What the steps do -------------------------------------------------------------------------------


def ask(act: "StepContext") -> None:
    """Put the questions; C6 runs for them (T07)."""
    row = act.new(
        "information_requests",
        recipient=act.given.recipient,
        partner_id=act.given.partner,
        asked_by=act.actor.user_id,
        asked_at=act.at,
        due_on=act.given.due_on,
        children=as_text(act.given.children),
        questions=act.given.questions,
    )
    act.start(C.C6, part=row, child=only_child(row))
    show_requests(act.case)
    act.made = row


def complement(act: "StepContext") -> None:
    """Keep what was added; it answers its request, and a danger that it tells of is flagged (T08 ⇒ T14)."""
    given, found = act.given, request_of(act.case, act.given.request) if act.given.request else None
    act.child = only_child(found)
    added = act.new(
        "complements",
        request=found,
        at=act.at,
        by=None if act.actor.role == Role.FILER else act.actor.user_id,
        role=act.actor.role,
        came_by=given.came_by,
        danger_now=given.danger_now,
        # An answer is about whom the question was about.
        children=found.children if found is not None else [],
        text=given.text,
    )
    sent = waiting_of(act.case.referral, given.attachments, role=act.actor.role, user_id=act.actor.user_id)
    lay_to(added, sent)
    if found is not None:
        close(act, found, RequestState.ANSWERED)
    if given.danger_now:
        if act.case.referral.state in ACTIVE:
            endanger(act)
        else:
            act.alarm(given.danger_what)


def endanger(act: "StepContext") -> None:
    """Flag every child of the concern: who adds from outside can't say which one (⇒ T14 each)."""
    told = {"what": act.given.danger_what}
    for child in act.case.children:
        if child.kind != ChildKind.SUBJECT:
            continue
        if not child.immediate_danger:
            act.change(child, immediate_danger=True, danger_ever=True)
            act.start(C.C3, child=child.pk)
        act.fire(Machine.REFERRAL, "flag_immediate_danger", given=told, child=child.pk)
    act.case.referral.urgency = Urgency.U3
    urgent_calls_steps.call_for_danger(act)


def give_up(act: "StepContext") -> None:
    """Go on without the answer: by hand the request is cancelled, by the passing of time it expires (T09)."""
    found = request_of(act.case, act.given.request)
    act.child = only_child(found)
    if found is not None:
        close(act, found, RequestState.CANCELLED if act.given.reason else RequestState.EXPIRED)


def close(act: "StepContext", found: "InformationRequest", state: RequestState) -> None:
    """Close a request; C6 stops for it."""
    act.change(found, state=state, closed_at=act.at)
    act.stop(C.C6, part=found)
    show_requests(act.case)


def write_to_filer(act: "StepContext") -> None:
    """Keep the message for whoever filed, under the filer's own key (E01)."""
    act.made = _said(act, "filer_messages")


def write_to_professionals(act: "StepContext") -> None:
    """Keep the message for the professionals of the case (E02)."""
    act.made = _said(act, "team_messages")


def _said(act: "StepContext", channel: str) -> Any:
    said = act.given
    return act.new(channel, at=act.at, by=act.actor.user_id, children=as_text(said.children), text=said.text)


def as_text(children: Iterable[UUID]) -> list[str]:
    """Return the ids of children as a row that names them keeps them."""
    return sorted({str(pk) for pk in children})


def show_requests(case: Case) -> None:
    """Show on the referral whether questions are open, and whether some are to its filer (``info_requested``)."""
    asked = set(
        case.referral.information_requests.filter(state=RequestState.OPEN).values_list("recipient", flat=True)
    )
    case.referral.info_requested = bool(asked)
    case.referral.filer_asked = answers.Recipient.FILER in asked


@hooks.after_leaving_state.register(1)
def follow(act: "StepContext", before: str) -> None:
    """A case that closes cancels its open requests; one that is joined to another takes them along (§2.2 Closings)."""
    after = act.case.referral.state
    if (
        after not in CLOSED
        or before in CLOSED
        or after == State.MERGED
        or not act.case.referral.info_requested
    ):
        return
    for found in act.case.referral.information_requests.filter(state=RequestState.OPEN):
        close(act, found, RequestState.CANCELLED)


# --- Steps -------------------------------------------------------------------------------------------


@step(
    "request_info",
    number="T07",
    label="Demander un complément",
    en="Ask for information",
    source=OPENED,
    target=SAME,
    roles=ASKERS,
    checks=[case_guards.children_belong, partner_is_of_case, answer_is_due_ahead],
    effects=[ask],
    takes=Questions,
    starts=[C.C6],
    tells=["recipient"],
    law="CASF L226-2-2, L226-3",
)
def request_info(referral: Referral, given: Any, case: Case) -> None:
    """Put questions to the filer or to a named partner; the legal delay runs on."""


@step(
    "provide_info",
    number="T08",
    label="Apporter un complément",
    en="Add information",
    source=(*ACTIVE, State.MERGED),
    target=SAME,
    roles=(Role.FILER, *HOLDING),
    holding=True,
    also_locks=joined_to,
    checks=[complement_is_expected, cell_says_how_it_came, attachments_are_there],
    effects=[complement],
    takes=Complementing,
    stops=[C.C6],
    tells=["asker", "coordinator"],
    law="CASF L226-2-1, L226-2-2",
)
def provide_info(referral: Referral, given: Any, case: Case) -> None:
    """Answer a request, or add to one's filing unasked."""


@step(
    "info_expired",
    number="T09",
    label="Poursuivre sans complément",
    en="Go on without the information",
    source=OPENED,
    target=SAME,
    roles=ASKERS,
    checks=[request_is_open, asker_gives_up],
    effects=[give_up],
    takes=GivingUp,
    stops=[C.C6],
    tells=["asker"],
    law="CASF L226-3, D226-2-4",
)
def info_expired(referral: Referral, given: Any, case: Case) -> None:
    """Wait for an answer no longer."""


@step(
    "message_filer",
    number="E01",
    label="Écrire au déclarant",
    en="Write to the filer",
    source=(*ACTIVE, *KEPT_HERE),
    target=SAME,
    roles=CELL,
    checks=[case_guards.children_belong],
    effects=[write_to_filer],
    takes=Message,
    tells=["filer"],
    law="CASF L226-5",
    data_class="C",
)
def message_filer(referral: Referral, given: Any, case: Case) -> None:
    """Write to whoever filed; an answer comes as a complement (T08)."""


@step(
    "message_professionals",
    number="E02",
    label="Écrire aux professionnels du dossier",
    en="Write to the professionals of the case",
    source=(*ACTIVE, *KEPT_HERE),
    target=SAME,
    roles=READING,
    holding=True,
    checks=[case_guards.children_belong],
    effects=[write_to_professionals],
    takes=Message,
    tells=["team"],
    law="CASF L226-2-2",
)
def message_professionals(referral: Referral, given: Any, case: Case) -> None:
    """Share what the mission needs among those who know the case."""


@step(
    "keep_feedback",
    number="E03",
    label="Garder le texte du retour",
    en="Keep the text of a feedback",
    internal=True,
    source=(State.NOT_QUALIFIED, State.CLOSED_NO_ACTION),
    target=SAME,
    roles=[],
    takes=FeedbackText,
    law="CASF L226-5",
    data_class="C",
)
def keep_feedback(referral: Referral, given: Any, case: Case) -> None:
    """Keep what was prepared for whoever filed where nobody is owed an answer now (by T11, T22)."""
