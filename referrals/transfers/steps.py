"""Steps of a transfer to another authority, and the state machine of the request (domain.md T31–T33, §2.7)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from referrals.models import Referral, TransferRequest
from referrals.restrictions.joined_filings import filings_joined_to
from referrals.transfers import effects, guards, takeover
from referrals.transfers.inputs import Accepting, Arbitrating, Refusing, Requesting, Sending
from referrals.vocabulary.between_authorities import Opinion
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import ACTIVE, OPENED, Machine, State
from referrals.vocabulary.states import TransferState as F
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.step import HOLDER, RECEIVER, SAME, StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.REFERRAL, Referral)
transfer_step = StepDecorator(Machine.TRANSFER, TransferRequest)
COORDINATOR = (Role.CRIP_COORDINATOR,)
#: A second refusal isn't answered by a third request: the supervisors of both settle it (§2.7).
REFUSALS_BEFORE_ARBITRATION = 2
BEGINNINGS = tuple(
    dict.fromkeys(takeover.BEGINS_IN.get(state, state) for state in (*OPENED, State.SUBMITTED))
)


@step(
    "transfer_request",
    number="T31",
    label=_("Demander le transfert"),
    source=ACTIVE,
    target=SAME,
    roles=COORDINATOR,
    guards=[guards.no_transfer_is_open],
    checks=[
        guards.target_is_another_authority,
        guards.channel_is_open_to_both,
        guards.formalities_fit_the_case,
        guards.holders_are_told_only_where_they_may,
        guards.endangering_break_is_referred,
        guards.documents_are_there,
        guards.receivers_are_named,
    ],
    effects=[effects.ask],
    takes=Requesting,
    starts=[C.C18],
    tells=["transfer_target"],
    law="CASF L221-3, R221-5 à R221-8",
)
def transfer_request(referral: Referral, step_input: Requesting, case: Case) -> None:
    """Ask another authority to take the case over; until it accepts, all work goes on here."""


@step(
    "transfer_accept",
    number="T32",
    label=pgettext_lazy("step of a case", "Accepter"),
    source=ACTIVE,
    target=State.TRANSFERRED,
    roles=COORDINATOR,
    sides=[RECEIVER],
    guards=[guards.another_than_who_asked],
    checks=[guards.unit_is_of_the_target, guards.restricted_case_keeps_readers],
    carries=[takeover.take_over],
    also_locks=filings_joined_to,
    takes=Accepting,
    starts=[C.C20],
    stops=[
        C.C1,
        C.C2,
        C.C3,
        C.C4,
        C.C5,
        C.C6,
        C.C7,
        C.C8,
        C.C9,
        C.C10,
        C.C15,
        C.C16,
        C.C17,
        C.C18,
        C.C19,
    ],
    tells=["coordinator", "askers"],
    law="CASF L221-3, R221-5 à R221-8",
    data_class="A",
    usual=[Usual(_("Un autre département vous demande de reprendre ce dossier."))],
)
def transfer_accept(referral: Referral, step_input: Accepting, case: Case) -> None:
    """Take the case over from the authority that asked; it keeps a read-only stub."""
    referral.closed_at = case.at


@step(
    "transfer_refuse",
    number="T33",
    label=pgettext_lazy("step of a case", "Refuser"),
    source=ACTIVE,
    target=SAME,
    roles=COORDINATOR,
    sides=[RECEIVER],
    guards=[guards.another_than_who_asked],
    effects=[effects.refuse],
    takes=Refusing,
    tells=["coordinator", "transfer_arbiters"],
    law="CASF L221-3",
)
def transfer_refuse(referral: Referral, step_input: Refusing, case: Case) -> None:
    """Leave the case where it is; a second refusal goes to arbitration."""


@step(
    "take_over",
    number="X08",
    label=_("Reprendre un dossier transféré"),
    internal=True,
    creates=True,
    source=[],
    target=BEGINNINGS,
    roles=[],
    effects=[takeover.settle_in],
    takes=inputs.Nothing,
    tells=["crip_queue"],
    law="CASF L221-3, R221-5 à R221-8",
)
def take_over(referral: Referral, step_input: inputs.Nothing, case: Case) -> None:
    """Go on with the case at the authority that accepted it (by T32)."""


@step(
    "go_along",
    number="X09",
    label=_("Suivre le dossier transféré"),
    internal=True,
    source=[State.MERGED],
    target=State.TRANSFERRED,
    roles=[],
    effects=[takeover.go_along],
    takes=inputs.Nothing,
    law="CASF L221-3",
)
def go_along(referral: Referral, step_input: inputs.Nothing, case: Case) -> None:
    """Go where the file goes to which this filing was joined (by T32)."""


@transfer_step(
    "prepare",
    number="TR1",
    label=_("Préparer"),
    internal=True,
    creates=True,
    source=[],
    target=F.PREPARED,
    roles=[],
    takes=inputs.Nothing,
    law="CASF R221-6",
    data_class="A",
)
def prepare(request: TransferRequest, step_input: inputs.Nothing, case: Case) -> None:
    """Put the request and its documents together (by T31)."""


@transfer_step(
    "send",
    number="TR2",
    label=pgettext_lazy("step of a transfer", "Transmettre"),
    source=[F.PREPARED, F.REFUSED],
    target=F.SENT,
    roles=COORDINATOR,
    guards=[guards.receivers_still_stand],
    checks=[guards.address_was_answered, guards.added_documents_are_there],
    effects=[effects.send, effects.shown_after],
    takes=Sending,
    tells=["transfer_target"],
    law="CASF R221-6, R221-7",
    usual=[Usual(_("Le transfert est prêt à être transmis."))],
)
def send(request: TransferRequest, step_input: Sending, case: Case) -> None:
    """Send the request, for the first time or again, with its documents as the file stands now."""
    request.sent_at = case.at


@transfer_step(
    "accept",
    number="TR3",
    label=pgettext_lazy("step of a transfer", "Accepter"),
    internal=True,
    source=[F.SENT],
    target=F.ACCEPTED,
    roles=[],
    takes=inputs.Nothing,
    law="CASF L221-3",
    data_class="A",
)
def accept(request: TransferRequest, step_input: inputs.Nothing, case: Case) -> None:
    """Note that the other authority takes the case over (by T32)."""


@transfer_step(
    "integrate",
    number="TR4",
    label=_("Intégrer"),
    internal=True,
    source=[F.ACCEPTED],
    target=F.INTEGRATED,
    roles=[],
    takes=inputs.Nothing,
    law="CASF L221-3",
    data_class="A",
)
def integrate(request: TransferRequest, step_input: inputs.Nothing, case: Case) -> None:
    """Note that the whole case has arrived there, counted and resealed (by T32)."""
    request.closed_at = case.at


@transfer_step(
    "refuse",
    number="TR5",
    label=pgettext_lazy("step of a transfer", "Refuser"),
    internal=True,
    source=[F.SENT],
    target=[F.REFUSED, F.ARBITRATION],
    roles=[],
    takes=inputs.Nothing,
    law="CASF L221-3",
    data_class="A",
)
def refuse(request: TransferRequest, step_input: inputs.Nothing, case: Case) -> str:
    """Note the refusal (by T33); a second one goes to the supervisors of both."""
    request.refusals += 1
    request.origin_says = request.target_says = ""
    request.origin_said_by = request.target_said_by = None
    return F.ARBITRATION if request.refusals >= REFUSALS_BEFORE_ARBITRATION else F.REFUSED


@transfer_step(
    "arbitrate",
    number="TR6",
    label=_("Arbitrer"),
    source=[F.ARBITRATION],
    target=[F.SENT, F.KEPT, SAME],
    roles=[Role.SUPERVISOR],
    sides=[HOLDER, RECEIVER],
    guards=[guards.side_has_not_spoken],
    effects=[effects.shown_after],
    takes=Arbitrating,
    tells=["coordinator", "transfer_target", "transfer_arbiters"],
    law="CASF L221-3",
    usual=[Usual(_("Les deux départements ne s'accordent pas : il vous revient d'arbitrer."))],
)
def arbitrate(request: TransferRequest, step_input: Arbitrating, case: Case) -> str:
    """Say what this authority holds; without an agreement the case stays at the origin."""
    user = case.actor.user_id
    if case.receiving:
        request.target_says, request.target_said_by = step_input.says, user
    else:
        request.origin_says, request.origin_said_by = step_input.says, user
    if step_input.says == Opinion.KEEP:
        request.closed_at = case.at
        return F.KEPT
    if not (request.origin_says and request.target_says):
        return F.ARBITRATION
    request.sent_at = case.at
    return F.SENT


@transfer_step(
    "give_up",
    number="TR7",
    label=_("Renoncer au transfert"),
    source=[F.PREPARED, F.SENT, F.REFUSED, F.ARBITRATION],
    target=F.KEPT,
    roles=COORDINATOR,
    effects=[effects.shown_after],
    takes=inputs.Reasoned,
    tells=["supervisor"],
    law="CASF L221-3",
)
def give_up(request: TransferRequest, step_input: inputs.Reasoned, case: Case) -> None:
    """Keep the case here; what was sent is read there no longer."""
    request.closed_at = case.at
