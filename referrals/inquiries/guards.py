"""Guards of inquiries: why a question may not be asked, answered or refused (CASF L221-3; domain.md §2.7)."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.models import Authority
from accounts.roles import Role
from referrals.errors import InvalidInput
from referrals.inquiries import documents, files
from referrals.inquiries.inputs import Answering, Asking, AskingDocuments, RefusingInquiry, SendingDocuments
from referrals.inquiries.sheet import Sheet
from referrals.models import Inquiry
from referrals.vocabulary.between_authorities import HoldersKnow, InquiryRefusal, Side
from referrals.vocabulary.people import Occasion
from referrals.vocabulary.states import OPENED, InformationState, InquiryState, Urgency
from referrals.workflow.rules import OF_ITS_ROW, rule

#: A question that still waits for an answer, or was answered and not closed.
OPEN: Final = (InquiryState.ASKED, InquiryState.ANSWERED, InquiryState.DOCUMENTS_ASKED)


# --- Asking (IQ1) -------------------------------------------------------------------------------------


@rule(_("Le dossier n'est pas ouvert : aucune question ne peut être posée."), fact_class=OF_ITS_ROW)
def case_is_opened(sheet: Sheet, step_input: Asking | None) -> bool:
    """A question is asked for a case that was acknowledged and isn't closed (IQ1)."""
    return sheet.referral is not None and sheet.referral.state in OPENED


@rule(
    _("L'enfant désigné ne figure pas au dossier, ou son nom ou sa naissance manquent."),
    fact_class=OF_ITS_ROW,
)
def child_is_known(sheet: Sheet, step_input: Asking) -> bool:
    """The question is about a child of the case, of the home too, with name and birth date, or its month (IQ1)."""
    child = files.child_of_case(sheet, step_input.child)
    return child is not None and all(
        (child.last_name, child.first_names, child.birth_date or child.birth_year_month)
    )


@rule(_("Choisissez une autre autorité que la vôtre."), fact_class=OF_ITS_ROW)
def another_authority_is_asked(sheet: Sheet, step_input: Asking) -> bool:
    """One asks another authority, and a known one (IQ1)."""
    if not Authority.objects.filter(pk=step_input.asked).exists():
        raise InvalidInput("asked")
    return step_input.asked != sheet.row.authority_id


@rule(_("Cette autorité est déjà interrogée pour cet enfant."), fact_class=OF_ITS_ROW)
def not_asked_already(sheet: Sheet, step_input: Asking) -> bool:
    """One question a child and authority is open at a time."""
    return not Inquiry.objects.filter(
        side=Side.ASKER,
        referral=sheet.row.referral_id,
        child=step_input.child,
        other=step_input.asked,
        state__in=OPEN,
    ).exists()


@rule(
    _(
        "Avant d'interroger un autre département, dites pour chaque titulaire s'il en est informé, ou pourquoi non : "
        "« Informer les titulaires »."
    ),
    fact_class=OF_ITS_ROW,
)
def holders_are_seen_to(sheet: Sheet, step_input: Asking) -> bool:
    """Each holder of a minor was told of the inquiry beforehand, or that is deferred or not due (L226-2-2; T16)."""
    return holders_know(sheet, step_input) is not None


def holders_know(sheet: Sheet, step_input: Asking) -> HoldersKnow | None:
    """Return what the holders know of an inquiry, by what T16 has recorded; None where it isn't recorded of each."""
    case, child = sheet.case, files.child_of_case(sheet, step_input.child)
    if case is None or child is None or case.of_age(child):
        return HoldersKnow.NOT_APPLICABLE  # who is of age is nobody's minor
    states = {one.holder_id: one.state for one in case.informations if one.occasion == Occasion.INQUIRY}
    informed_states = {states.get(holder.pk, InformationState.PENDING) for holder in case.holders}
    if InformationState.PENDING in informed_states:
        return None
    if InformationState.DEFERRED in informed_states:
        return HoldersKnow.DEFERRED
    return HoldersKnow.TOLD if InformationState.DONE in informed_states else HoldersKnow.NOT_APPLICABLE


@rule(_("Urgence vitale : appelez aussi, le jour même, et dites qui a été appelé."), fact_class=OF_ITS_ROW)
def vital_urgency_is_called(sheet: Sheet, step_input: Asking) -> bool:
    """At U3 one asks by phone as well, the same day (C27)."""
    return sheet.row.urgency != Urgency.U3 or bool(step_input.called)


# --- Answering (IQ3, IQ5, IQ6) ------------------------------------------------------------------------


@rule(_("Cherchez d'abord dans vos dossiers et dans les registres antérieurs."), fact_class=OF_ITS_ROW)
def registers_were_searched(sheet: Sheet, step_input: Answering) -> bool:
    """Nobody answers who hasn't searched the own index and older registers (IQ3)."""
    return step_input.searched


@rule(_("Une personne doit reconnaître l'enfant avant de répondre qu'il est connu."), fact_class=OF_ITS_ROW)
def child_was_recognised(sheet: Sheet, step_input: Answering) -> bool:
    """A person has confirmed that it is this child (IQ3)."""
    return not step_input.known or step_input.confirmed


@rule(_("L'enfant désigné ne figure dans aucun de vos dossiers."), fact_class=OF_ITS_ROW)
def file_is_own(sheet: Sheet, step_input: Answering) -> bool:
    """The child named is one of a file of this authority that the person sees; of a restricted one, its own (§1.3)."""
    if step_input.child is None:
        return True
    own_file = files.own_file(step_input.child, sheet.row.authority_id, actor=sheet.actor, at=sheet.at)
    return own_file is not None and (
        not sheet.row.restricted or own_file.referral_id == sheet.row.referral_id
    )


@rule(_("L'autre département ne connaît pas l'enfant : il n'a pas de pièces."), fact_class=OF_ITS_ROW)
def child_is_known_there(sheet: Sheet, step_input: AskingDocuments | None) -> bool:
    """Documents are asked of an authority that knows the child (IQ4)."""
    return bool(sheet.row.known)


@rule(
    _("Chaque pièce demandée est transmise, ou son absence est expliquée ; aucune autre ne l'est."),
    fact_class=OF_ITS_ROW,
)
def each_document_is_answered(sheet: Sheet, step_input: SendingDocuments) -> bool:
    """Of each document asked for one says that it is sent, or why not; no other is (IQ5)."""
    answered_documents = [*step_input.documents, *step_input.missing]
    return sorted(answered_documents) == sorted(sheet.row.wanted)


@rule(
    _("Relisez d'abord les pièces : rien ne doit y désigner le déclarant, un tiers ou un autre enfant."),
    fact_class=OF_ITS_ROW,
)
def texts_were_reread(sheet: Sheet, step_input: SendingDocuments) -> bool:
    """What is sent was read again by a person: a machine finds names, and not every hint (IQ5)."""
    return not step_input.documents or step_input.reread


@rule(_("Une des pièces n'existe pas dans un dossier que vous voyez."), fact_class=OF_ITS_ROW)
def documents_are_there(sheet: Sheet, step_input: SendingDocuments) -> bool:
    """Only what the file holds for this child is sent (IQ5)."""
    if not step_input.documents:
        return True
    return sheet.case is not None and set(step_input.documents) <= documents.there(sheet.case)


@rule(
    _(
        "Seul l'encadrement répond qu'un dossier est d'accès restreint, et il ne refuse pas pour un autre motif."
    ),
    fact_class=OF_ITS_ROW,
)
def restriction_is_the_supervisors_word(sheet: Sheet, step_input: RefusingInquiry) -> bool:
    """That a file is restricted is a supervisor's word, and the only one that a supervisor gives here (IQ6)."""
    supervises = sheet.actor.role == Role.SUPERVISOR
    return supervises == (step_input.reason == InquiryRefusal.RESTRICTED)
