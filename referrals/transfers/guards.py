"""Guards of a transfer: why a case may not be sent, taken over or refused (domain.md T31–T33, §8.3)."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Authority, Membership, Unit
from accounts.roles import Role
from core.languages import Text
from referrals.errors import InvalidInput
from referrals.policy.definitions import protocol_of
from referrals.transfers import documents
from referrals.transfers.inputs import Accepting, Arbitrating, Refusing, Requesting, Sending
from referrals.vocabulary.between_authorities import BreakEffect, FormalityKind, Fulfilment
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import InformationState, YesNo
from referrals.workflow.case import Case
from referrals.workflow.rules import answers, names_fields, rule

#: Shelters begin without an agreement, and end within days (CASF L223-2): they call for none to go along.
WITHOUT_AGREEMENT = ("shelter_72h", "shelter_5d")
READERS_AT_LEAST = 2


# --- Asking (T31) -------------------------------------------------------------------------------------


@rule(_("Une demande de transfert est déjà ouverte."), fact_class="A")
def no_transfer_is_open(case: Case, step_input: Requesting | None) -> bool:
    """A case is asked of one authority at a time (T31)."""
    return not case.referral.transfer_open


@rule(_("Le dossier relève déjà de cette autorité."), fact_class="A")
def target_is_another_authority(case: Case, step_input: Requesting) -> bool:
    """The case goes to another authority, and to a known one (T31)."""
    if not Authority.objects.filter(pk=step_input.target).exists():
        raise InvalidInput("target")
    return step_input.target != case.authority_id


@rule(_("Une des deux autorités n'utilise pas cette voie pour les pièces d'un transfert."), fact_class="A")
def channel_is_open_to_both(case: Case, step_input: Requesting) -> bool:
    """The documents go by a way that both authorities use (TRANSFER_MODE; R221-7)."""
    target = Authority.objects.filter(pk=step_input.target).first()
    modes = (case.protocol.transfer_mode, protocol_of(target, case.at).transfer_mode)
    return all(mode in ("both", step_input.channel) for mode in modes)


def asked_formalities(case: Case) -> set[str]:
    """Return what R221-5-1 to R221-5-3 ask for this case: by what is under way for its children."""
    alive = case.measures_alive()
    kinds = {FormalityKind.HOLDERS_INFORMED.value}
    if any(not m.judicial and m.type_id not in WITHOUT_AGREEMENT for m in alive):
        kinds.add(FormalityKind.WRITTEN_AGREEMENT.value)
    if any(m.judicial for m in alive):
        kinds.add(FormalityKind.RELINQUISHMENT.value)
    return kinds


@rule(
    _(
        "Les formalités à accomplir ou à différer dépendent du dossier : information des titulaires, accord écrit "
        "si une prestation est en cours, dessaisissement du juge si une mesure judiciaire l'est."
    ),
    fact_class="J",
)
def formalities_fit_the_case(case: Case, step_input: Requesting) -> bool:
    """Each formality that the case calls for is done or deferred, and no other is told (R221-5-1 to R221-5-3)."""
    kinds = [item.kind for item in step_input.formalities]
    return sorted(kinds) == sorted(asked_formalities(case))


@rule(_("L'information des titulaires est différée : celle du transfert l'est aussi."), fact_class="B")
def holders_are_told_only_where_they_may(case: Case, step_input: Requesting) -> bool:
    """No holder is told of the transfer while one is implicated or the information deferred (§2.8 no. 4)."""
    informed = any(
        item.kind != FormalityKind.RELINQUISHMENT and item.outcome != Fulfilment.DEFERRED
        for item in step_input.formalities
    )
    implicated = case.referral.concern.holder_implicated == YesNo.YES or any(
        holder.implicated == YesNo.YES for holder in case.holders
    )
    deferred = any(information.state == InformationState.DEFERRED for information in case.informations)
    return not informed or (not implicated and not deferred)


@rule(
    _("La rupture de la prise en charge met l'enfant en danger : saisissez d'abord l'autorité judiciaire."),
    fact_class="IJ",
)
def endangering_break_is_referred(case: Case, step_input: Requesting) -> bool:
    """Where the holders refuse and the break endangers a child, justice is seized before the case goes (R221-5-2)."""
    dangerous = any(item.break_effect == BreakEffect.DANGER for item in step_input.formalities)
    served = {m.child_id for m in case.measures_alive() if not m.judicial}
    return not dangerous or all(case.judicial_sent(child) for child in case.of_case(served))


NOT_IN_THE_FILE: Final = _("Une des pièces listées n'existe pas au dossier.")


@rule(NOT_IN_THE_FILE, fact_class="DHIJ")
def documents_are_there(case: Case, step_input: Requesting | Sending) -> bool:
    """Only what the file holds is listed (T31)."""
    return set(step_input.documents) <= documents.there(case)


NAME_RECEIVERS: Final = _(
    "Dossier restreint : nommez qui le reçoit, parmi les responsables CRIP et l'encadrement de l'autorité destinataire."
)
WHOLE_CELL_RECEIVES: Final = _("Le dossier n'est pas restreint : toute la cellule destinataire le reçoit.")


@answers(NAME_RECEIVERS, WHOLE_CELL_RECEIVES, fact_class="A")
def receivers_are_named(case: Case, step_input: Requesting) -> Text | None:
    """A restricted case is received by persons named there, a coordinator among them, none excluded (T46)."""
    named = set(step_input.receivers)
    if not case.referral.restricted:
        return WHOLE_CELL_RECEIVES if named else None
    seated = _seats(case, step_input.target, named, (Role.CRIP_COORDINATOR, Role.SUPERVISOR))
    if set(seated) == named and any(Role.CRIP_COORDINATOR in roles for roles in seated.values()):
        return None
    return NAME_RECEIVERS


def _seats(
    case: Case, authority: UUID, users: set[UUID], roles: Collection[Role] | None = None
) -> dict[UUID, set[str]]:
    """Return which of these users hold a role at an authority now and aren't excluded, with the roles."""
    rows = Membership.objects.in_force(case.at).filter(authority_id=authority, user_id__in=users)
    if roles is not None:
        rows = rows.filter(role__in=roles)
    barred = case.referral.exclusions.filter(lifted_at=None).values("user_id")
    seats: dict[UUID, set[str]] = {}
    for user, role in rows.exclude(user_id__in=barred).values_list("user_id", "role"):
        seats.setdefault(user, set()).add(role)
    return seats


# --- Sending again ------------------------------------------------------------------------------------


@rule(
    _("L'adresse est recherchée : attendez la réponse, ou dites pourquoi l'envoi ne l'attend pas."),
    fact_class="A",
)
def address_was_answered(case: Case, step_input: Sending | None) -> bool:
    """A request without an address waits for the answer, or says why it goes without it (C18)."""
    sought = any(clock.code == C.C18 for clock in case.open_clocks)
    return step_input is None or not sought or bool(step_input.no_answer)


@rule(NOT_IN_THE_FILE, fact_class="DHIJ")
def added_documents_are_there(case: Case, step_input: Sending | None) -> bool:
    """Only what the file holds is added to the list."""
    return step_input is None or set(step_input.documents) <= documents.there(case)


@rule(
    _(
        "Le dossier a été restreint depuis : renoncez à cette demande, et ouvrez-en une qui nomme qui le lira."
    ),
    fact_class="A",
)
def receivers_still_stand(case: Case, step_input: Sending | None) -> bool:
    """A case restricted since goes by a new request, which names who receives it (T46)."""
    return not case.referral.restricted or case.part.receivers.exists()


# --- Taking over (T32, T33) ---------------------------------------------------------------------------


@rule(_("La personne qui a demandé le transfert ne décide pas de sa suite."), fact_class="A")
def another_than_who_asked(case: Case, step_input: Accepting | Refusing | None) -> bool:
    """Whoever asked for the transfer doesn't decide on it at the other authority too (§2.8 no. 9)."""
    request = case.open_transfer
    return request is None or request.asked_by != case.actor.user_id


@names_fields(fact_class="A")
def unit_is_of_the_target(case: Case, step_input: Accepting) -> None:
    """The unit that takes the case is one of the authority that takes it over."""
    request = case.open_transfer
    if request is None or not step_input.unit:
        return
    if not Unit.objects.filter(pk=step_input.unit, authority_id=request.target_id).exists():
        raise InvalidInput("unit")


def readers(case: Case, named: list[UUID]) -> dict[UUID, set[str]]:
    """Return who will read a restricted case at the target: of its list those with a seat there, and who is named."""
    request = case.open_transfer
    return _seats(case, request.target_id, case.on_list() | set(named)) if request is not None else {}


NAME_READERS: Final = _(
    "Dossier restreint : nommez au moins deux personnes de cette autorité qui le liront, dont une de l'encadrement."
)
NOT_RESTRICTED: Final = _("Le dossier n'est pas restreint.")
READER_NOT_FIT: Final = _("Une des personnes nommées n'exerce pas pour cette autorité, ou elle est exclue.")


@answers(NAME_READERS, NOT_RESTRICTED, READER_NOT_FIT, fact_class="A")
def restricted_case_keeps_readers(case: Case, step_input: Accepting) -> Text | None:
    """A restricted case arrives with a list of at least two of the new authority, one of them a supervisor (T46)."""
    if not case.is_restricted:
        return NOT_RESTRICTED if step_input.named else None
    case_readers = readers(case, step_input.named)
    if set(step_input.named) - set(case_readers):
        return READER_NOT_FIT
    if len(case_readers) >= READERS_AT_LEAST and any(
        Role.SUPERVISOR in roles for roles in case_readers.values()
    ):
        return None
    return NAME_READERS


# --- Arbitrating --------------------------------------------------------------------------------------


@rule(_("L'avis de cette autorité est déjà donné."), fact_class="A")
def side_has_not_spoken(case: Case, step_input: Arbitrating | None) -> bool:
    """Each authority says once what it holds, by a supervisor of its own (§2.7)."""
    spoken = case.part.target_says if case.receiving else case.part.origin_says
    by_other = case.part.origin_said_by if case.receiving else case.part.target_said_by
    return not spoken and (by_other is None or by_other != case.actor.user_id)
