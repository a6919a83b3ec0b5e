"""Guards of a transfer: why a case may not be sent, taken over or refused (domain.md T31–T33, §8.3)."""

from collections.abc import Collection
from uuid import UUID

from accounts.models import Authority, Membership, Unit
from accounts.roles import Role
from referrals.errors import InvalidInput
from referrals.policy.definitions import protocol_of
from referrals.transfers import documents
from referrals.transfers.inputs import Accepting, Arbitrating, Refusing, Requesting, Sending
from referrals.vocabulary.answers import YesNo
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import InformationState
from referrals.vocabulary.transfers import BreakEffect, FormalityKind, Fulfilment
from referrals.workflow.case import Case

#: Shelters begin without an agreement, and end within days (CASF L223-2): they call for none to go along.
WITHOUT_AGREEMENT = ("shelter_72h", "shelter_5d")
READERS_AT_LEAST = 2


# --- Asking (T31) -------------------------------------------------------------------------------------


def no_transfer_is_open(case: Case, step_input: Requesting | None) -> str | None:
    """A case is asked of one authority at a time (T31)."""
    return "Une demande de transfert est déjà ouverte." if case.referral.transfer_open else None


def target_is_another_authority(case: Case, step_input: Requesting) -> str | None:
    """The case goes to another authority, and to a known one (T31).

    Raises:
        InvalidInput: there is none of this id.
    """
    if not Authority.objects.filter(pk=step_input.target).exists():
        raise InvalidInput("target")
    return "Le dossier relève déjà de cette autorité." if step_input.target == case.authority_id else None


def channel_is_open_to_both(case: Case, step_input: Requesting) -> str | None:
    """The documents go by a way that both authorities use (TRANSFER_MODE; R221-7)."""
    target = Authority.objects.filter(pk=step_input.target).first()
    modes = (case.protocol.transfer_mode, protocol_of(target, case.at).transfer_mode)
    if all(mode in ("both", step_input.channel) for mode in modes):
        return None
    return "Une des deux autorités n'utilise pas cette voie pour les pièces d'un transfert."


def asked_formalities(case: Case) -> set[str]:
    """Return what R221-5-1 to R221-5-3 ask for this case: by what is under way for its children."""
    alive = case.measures_alive()
    kinds = {FormalityKind.HOLDERS_INFORMED.value}
    if any(not m.judicial and m.type_id not in WITHOUT_AGREEMENT for m in alive):
        kinds.add(FormalityKind.WRITTEN_AGREEMENT.value)
    if any(m.judicial for m in alive):
        kinds.add(FormalityKind.RELINQUISHMENT.value)
    return kinds


def formalities_fit_the_case(case: Case, step_input: Requesting) -> str | None:
    """Each formality that the case calls for is done or deferred, and no other is told (R221-5-1 to R221-5-3)."""
    kinds = [item.kind for item in step_input.formalities]
    if sorted(kinds) == sorted(asked_formalities(case)):
        return None
    return (
        "Les formalités à accomplir ou à différer dépendent du dossier : information des titulaires, accord écrit "
        "si une prestation est en cours, dessaisissement du juge si une mesure judiciaire l'est."
    )


def holders_are_told_only_where_they_may(case: Case, step_input: Requesting) -> str | None:
    """No holder is told of the transfer while one is implicated or the information deferred (§2.8 no. 4)."""
    informed = any(
        item.kind != FormalityKind.RELINQUISHMENT and item.outcome != Fulfilment.DEFERRED
        for item in step_input.formalities
    )
    implicated = case.referral.concern.holder_implicated == YesNo.YES or any(
        holder.implicated == YesNo.YES for holder in case.holders
    )
    deferred = any(information.state == InformationState.DEFERRED for information in case.informations)
    if informed and (implicated or deferred):
        return "L'information des titulaires est différée : celle du transfert l'est aussi."
    return None


def endangering_break_is_referred(case: Case, step_input: Requesting) -> str | None:
    """Where the holders refuse and the break endangers a child, justice is seized before the case goes (R221-5-2)."""
    dangerous = any(item.break_effect == BreakEffect.DANGER for item in step_input.formalities)
    served = {m.child_id for m in case.measures_alive() if not m.judicial}
    if dangerous and not all(case.judicial_sent(child) for child in case.of_case(served)):
        return (
            "La rupture de la prise en charge met l'enfant en danger : saisir d'abord l'autorité judiciaire."
        )
    return None


def documents_are_there(case: Case, step_input: Requesting | Sending) -> str | None:
    """Only what the file holds is listed (T31)."""
    missing = set(step_input.documents) - documents.there(case)
    return "Une des pièces listées n'existe pas au dossier." if missing else None


def receivers_are_named(case: Case, step_input: Requesting) -> str | None:
    """A restricted case is received by persons named there, a coordinator among them, none excluded (T46)."""
    named = set(step_input.receivers)
    if not case.referral.restricted:
        return "Le dossier n'est pas restreint : toute la cellule destinataire le reçoit." if named else None
    held = _seats(case, step_input.target, named, (Role.CRIP_COORDINATOR, Role.SUPERVISOR))
    if set(held) == named and any(Role.CRIP_COORDINATOR in roles for roles in held.values()):
        return None
    return "Dossier restreint : nommer qui le reçoit, responsables CRIP ou encadrant·es de l'autorité destinataire."


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


def address_was_answered(case: Case, step_input: Sending | None) -> str | None:
    """A request without an address waits for the answer, or says why it goes without it (C18)."""
    sought = any(clock.code == C.C18 for clock in case.open_clocks)
    if step_input is not None and sought and not step_input.no_answer:
        return "L'adresse est recherchée : attendre la réponse, ou dire pourquoi l'envoi ne l'attend pas."
    return None


def added_documents_are_there(case: Case, step_input: Sending | None) -> str | None:
    """Only what the file holds is added to the list."""
    return documents_are_there(case, step_input) if step_input is not None else None


def receivers_still_stand(case: Case, step_input: Sending | None) -> str | None:
    """A case restricted since goes by a new request, which names who receives it (T46)."""
    if case.referral.restricted and not case.part.receivers.exists():
        return "Le dossier a été restreint depuis : renoncer à cette demande, et en ouvrir une qui nomme ses lecteurs."
    return None


# --- Taking over (T32, T33) ---------------------------------------------------------------------------


def another_than_who_asked(case: Case, step_input: Accepting | Refusing | None) -> str | None:
    """Whoever asked for the transfer doesn't decide on it at the other authority too (§2.8 no. 9)."""
    request = case.open_transfer
    if request is not None and request.asked_by == case.actor.user_id:
        return "La personne qui a demandé le transfert ne décide pas de sa suite."
    return None


def unit_is_of_the_target(case: Case, step_input: Accepting) -> str | None:
    """The unit that takes the case is one of the authority that takes it over.

    Raises:
        InvalidInput: it isn't.
    """
    request = case.open_transfer
    if request is None or not step_input.unit:
        return None
    if not Unit.objects.filter(pk=step_input.unit, authority_id=request.target_id).exists():
        raise InvalidInput("unit")
    return None


def readers(case: Case, named: list[UUID]) -> dict[UUID, set[str]]:
    """Return who will read a restricted case at the target: of its list those with a seat there, and who is named."""
    request = case.open_transfer
    return _seats(case, request.target_id, case.on_list() | set(named)) if request is not None else {}


def restricted_case_keeps_readers(case: Case, step_input: Accepting) -> str | None:
    """A restricted case arrives with a list of at least two of the new authority, one of them a supervisor (T46)."""
    if not case.is_restricted:
        return "Le dossier n'est pas restreint." if step_input.named else None
    kept = readers(case, step_input.named)
    if set(step_input.named) - set(kept):
        return "Une des personnes nommées n'exerce pas pour cette autorité, ou elle est exclue."
    if len(kept) >= READERS_AT_LEAST and any(Role.SUPERVISOR in roles for roles in kept.values()):
        return None
    return "Dossier restreint : nommer au moins deux lecteurs de cette autorité, dont un·e encadrant·e."


# --- Arbitrating --------------------------------------------------------------------------------------


def side_has_not_spoken(case: Case, step_input: Arbitrating | None) -> str | None:
    """Each authority says once what it holds, by a supervisor of its own (§2.7)."""
    spoken = case.part.target_says if case.receiving else case.part.origin_says
    by_other = case.part.origin_said_by if case.receiving else case.part.target_said_by
    if spoken or (by_other is not None and by_other == case.actor.user_id):
        return "L'avis de cette autorité est déjà donné."
    return None
