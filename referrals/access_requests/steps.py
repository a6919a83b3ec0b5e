"""Steps of a request for access to personal data (RGPD art. 12, 15; domain.md §2.7 AR1 to AR16).

Nobody but the officer, who signs and who is asked learns of a request: no step leaves a line on a case.
"""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from audit.events import Purpose
from referrals.access_requests import effects, guards, inputs
from referrals.access_requests.persons import SIGNERS
from referrals.access_requests.sheet import Sheet
from referrals.models import AccessRequest
from referrals.vocabulary.access_requests import Outcome
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import ANSWERED_ACCESS, UNANSWERED_ACCESS, AccessRequestState, Machine
from referrals.workflow.step import SAME, StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(
    Machine.ACCESS_REQUEST, AccessRequest, law="RGPD 12, 15", roles=(Role.DPO,), purpose=Purpose.HANDLING
)
_COPYING: Final = (AccessRequestState.COLLECTING, AccessRequestState.REDACTION)


@step(
    "receive",
    number="AR1",
    label=_("Enregistrer une demande d'accès"),
    creates=True,
    source=[],
    target=AccessRequestState.RECEIVED,
    roles=(Role.DPO, Role.INTAKE_AGENT, Role.CRIP_COORDINATOR),
    checks=[guards.receipt_is_not_ahead],
    effects=[effects.keep_request],
    takes=inputs.Receiving,
    tells=["dpo"],
    starts=[C.C21],
)
def receive(request: AccessRequest, step_input: inputs.Receiving, sheet: Sheet) -> None:
    """Record who asks, about whom, for what and when it was received: it is answered within a month of that day."""


@step(
    "ask_identity",
    number="AR2",
    label=_("Demander un justificatif"),
    source=[AccessRequestState.RECEIVED],
    target=AccessRequestState.IDENTITY_CHECK,
    effects=[effects.keep_doubt],
    takes=inputs.AskingIdentity,
)
def ask_identity(request: AccessRequest, step_input: inputs.AskingIdentity, sheet: Sheet) -> None:
    """Ask for what lacks, on a reasonable doubt alone; papers are looked at, never kept, and the delay runs on."""


@step(
    "confirm_identity",
    number="AR3",
    label=_("Identité et qualité établies"),
    source=[AccessRequestState.RECEIVED, AccessRequestState.IDENTITY_CHECK],
    target=AccessRequestState.COLLECTING,
    checks=[guards.standing_fits_the_requester, guards.standing_is_established],
    effects=[effects.keep_identity],
    takes=inputs.ConfirmingIdentity,
    usual=[Usual(_("La demande est reçue : établissez l'identité et la qualité."))],
)
def confirm_identity(request: AccessRequest, step_input: inputs.ConfirmingIdentity, sheet: Sheet) -> None:
    """Say how identity and standing were established: the person, a minor alone, a holder in office, a mandate."""
    request.standing, request.identified_at = step_input.standing, sheet.at


@step(
    "set_scope",
    number="AR4",
    label=pgettext_lazy("step of an access request", "Délimiter"),
    source=[AccessRequestState.COLLECTING],
    target=SAME,
    guards=[guards.no_signature_is_awaited],
    checks=[
        guards.index_was_searched,
        guards.files_are_own,
        guards.person_is_the_one,
        guards.standing_holds,
    ],
    signed_when=guards.restricted_file_calls_for_two,
    second_signers=(Role.SUPERVISOR,),
    effects=[effects.hold_files],
    takes=inputs.SettingScope,
    usual=[Usual(_("L'identité est établie : dites dans quels dossiers chercher."))],
)
def set_scope(request: AccessRequest, step_input: inputs.SettingScope, sheet: Sheet) -> None:
    """Say which files and what period; each is on hold as long as the request is open."""
    request.scoped_at, request.since, request.until = sheet.at, step_input.since, step_input.until
    request.classes = sorted(step_input.classes)


@step(
    "collect",
    number="AR5",
    label=_("Constituer la copie"),
    source=[AccessRequestState.COLLECTING],
    target=AccessRequestState.REDACTION,
    guards=[guards.scope_is_set, guards.no_signature_is_awaited, guards.standing_still_holds],
    effects=[effects.make_copy],
    takes=inputs.Collecting,
    usual=[Usual(_("Les dossiers sont désignés : constituez la copie."))],
)
def collect(request: AccessRequest, step_input: inputs.Collecting, sheet: Sheet) -> None:
    """Make the copy and the list of readers with its proofs; originals aren't touched."""


@step(
    "redact",
    number="AR6",
    label=pgettext_lazy("step of an access request", "Occulter"),
    source=[AccessRequestState.REDACTION],
    target=SAME,
    guards=[guards.no_signature_is_awaited],
    checks=[guards.passage_is_there, guards.code_may_be_lifted],
    effects=[effects.hide_or_lift],
    takes=inputs.Redacting,
)
def redact(request: AccessRequest, step_input: inputs.Redacting, sheet: Sheet) -> None:
    """Hide a passage of the copy, with its reason; or lift one, and say why."""


@step(
    "ask_opinion",
    number="AR7",
    label=_("Demander un avis"),
    source=(*_COPYING, AccessRequestState.APPEALED),
    target=SAME,
    checks=[guards.asked_is_of_the_case, guards.not_asked_yet],
    effects=[effects.ask],
    takes=inputs.AskingOpinion,
    tells=["asked"],
)
def ask_opinion(request: AccessRequest, step_input: inputs.AskingOpinion, sheet: Sheet) -> None:
    """Ask the inspector or coordinator of the case whether it may be sent; it must be asked where the gate is shut."""


@step(
    "give_opinion",
    number="AR8",
    label=_("Rendre un avis"),
    source=(*_COPYING, AccessRequestState.APPEALED),
    target=SAME,
    roles=(Role.ASE_INSPECTOR, Role.CRIP_COORDINATOR),
    guards=[guards.opinion_is_asked_of_one],
    checks=[guards.parts_are_there, guards.note_is_not_ahead],
    effects=[effects.keep_opinion],
    takes=inputs.GivingOpinion,
    tells=["dpo"],
)
def give_opinion(request: AccessRequest, step_input: inputs.GivingOpinion, sheet: Sheet) -> None:
    """Say whether it may be sent, later or never, in which parts; and when the prosecutor noted it."""


@step(
    "name_readers",
    number="AR9",
    label=_("Nommer des lecteurs"),
    source=[AccessRequestState.REDACTION],
    target=SAME,
    guards=[guards.no_signature_is_awaited],
    checks=[guards.entries_are_listed, guards.agents_were_heard],
    signed_when=guards.naming_calls_for_two,
    second_signers=SIGNERS,
    effects=[effects.name_readers],
    takes=inputs.NamingReaders,
    tells=["named_readers"],
)
def name_readers(request: AccessRequest, step_input: inputs.NamingReaders, sheet: Sheet) -> None:
    """Name readers where that is indispensable to the requester's rights; they were heard before, and are told."""


@step(
    "extend",
    number="AR10",
    label=pgettext_lazy("step of an access request", "Prolonger"),
    source=[AccessRequestState.IDENTITY_CHECK, AccessRequestState.COLLECTING, AccessRequestState.REDACTION],
    target=SAME,
    guards=[guards.not_extended_yet, guards.first_month_runs],
    checks=[guards.told_in_time],
    effects=[effects.extend],
    takes=inputs.Extending,
    law="RGPD 12",
)
def extend(request: AccessRequest, step_input: inputs.Extending, sheet: Sheet) -> None:
    """Extend the delay by two months, once, within the first; the requester is told, with the reasons."""
    request.extended_at = sheet.at


def _answered(sheet: Sheet) -> AccessRequestState:
    return AccessRequestState.PARTIAL if sheet.codes() else AccessRequestState.ANSWERED


@step(
    "answer",
    number="AR11",
    label=pgettext_lazy("step of an access request", "Répondre"),
    source=[AccessRequestState.REDACTION],
    target=[AccessRequestState.ANSWERED, AccessRequestState.PARTIAL],
    grave=True,
    guards=[guards.standing_still_holds, guards.gate_lets_something_go],
    checks=[guards.what_was_done_is_said],
    signed_when=guards.answering_calls_for_two,
    second_signers=SIGNERS,
    carries=[effects.keep_back],
    effects=[effects.answer],
    takes=inputs.AnsweringAccess,
    stops=[C.C21],
    purpose=Purpose.DECISION,
    usual=[Usual(_("La copie est prête : relisez-la, puis faites signer la réponse."))],
)
def answer(request: AccessRequest, step_input: inputs.AnsweringAccess, sheet: Sheet) -> Any:
    """Answer, in two names: in part where something is hidden, with its reasons; remedies are named."""
    return _answered(sheet)


@step(
    "refuse",
    number="AR12",
    label=pgettext_lazy("step of an access request", "Refuser"),
    source=UNANSWERED_ACCESS,
    target=AccessRequestState.REFUSED,
    grave=True,
    signed_when=guards.answering_calls_for_two,
    second_signers=SIGNERS,
    effects=[effects.refuse],
    takes=inputs.RefusingAccess,
    stops=[C.C21],
    purpose=Purpose.DECISION,
)
def refuse(request: AccessRequest, step_input: inputs.RefusingAccess, sheet: Sheet) -> None:
    """Refuse, in two names; the letter doesn't tell whether a file exists."""


@step(
    "hand_over",
    number="AR13",
    label=pgettext_lazy("step of an access request", "Remettre"),
    source=[AccessRequestState.ANSWERED, AccessRequestState.PARTIAL],
    target=SAME,
    grave=True,
    guards=[guards.package_is_there, guards.standing_still_holds, guards.gate_still_lets_it_go],
    checks=[guards.identity_was_shown, guards.minor_is_met],
    effects=[effects.keep_handing],
    takes=inputs.HandingOver,
    usual=[Usual(_("La réponse est prête : remettez-la contre une pièce d'identité."))],
)
def hand_over(request: AccessRequest, step_input: inputs.HandingOver, sheet: Sheet) -> None:
    """Hand the answer over in a safe way, to who shows an identity; to a minor in person, with somebody to explain."""


@step(
    "appeal",
    number="AR14",
    label=_("Enregistrer un recours"),
    source=ANSWERED_ACCESS,
    target=AccessRequestState.APPEALED,
    checks=[guards.appeal_is_not_ahead],
    effects=[effects.keep_appeal],
    takes=inputs.Appealing,
)
def appeal(request: AccessRequest, step_input: inputs.Appealing, sheet: Sheet) -> None:
    """Record before whom the answer is contested, when and under which reference."""


@step(
    "settle",
    number="AR15",
    label=_("Donner suite au recours"),
    source=[AccessRequestState.APPEALED],
    target=[AccessRequestState.ANSWERED, AccessRequestState.PARTIAL, AccessRequestState.REFUSED],
    grave=True,
    checks=[
        guards.copy_is_there,
        guards.lifted_are_there,
        guards.code_may_be_lifted,
        guards.settled_standing_holds,
        guards.gate_lets_something_go,
        guards.what_was_done_is_said,
    ],
    signed_when=guards.answering_calls_for_two,
    second_signers=SIGNERS,
    carries=[effects.lift_decided],
    effects=[effects.settle],
    takes=inputs.Settling,
    purpose=Purpose.DECISION,
)
def settle(request: AccessRequest, step_input: inputs.Settling, sheet: Sheet) -> Any:
    """Do what an opinion or a judgment asks for, in two names: answer, or leave it refused."""
    return AccessRequestState.REFUSED if step_input.outcome == Outcome.REFUSE else _answered(sheet)


@step(
    "close",
    number="AR16",
    label=pgettext_lazy("step of an access request", "Clore"),
    source=(*UNANSWERED_ACCESS, *ANSWERED_ACCESS),
    target=AccessRequestState.CLOSED,
    guards=[guards.may_be_closed],
    checks=[guards.may_be_closed],
    signed_when=guards.dropping_a_copy_calls_for_two,
    second_signers=SIGNERS,
    effects=[effects.close],
    takes=inputs.ClosingAccess,
    stops=[C.C21],
)
def close(request: AccessRequest, step_input: inputs.ClosingAccess, sheet: Sheet) -> None:
    """Close it once remedies are over, or once it was taken back in writing: files are released, the copy destroyed."""
