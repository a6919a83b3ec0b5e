"""Guards of access requests: why nothing is identified, collected, answered or handed over (AR1 to AR16)."""

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.access_requests import gate, inputs, persons
from referrals.access_requests.copies import LOCKED
from referrals.access_requests.sheet import Sheet
from referrals.models import AccessPart
from referrals.vocabulary.access_requests import Handing, Outcome, Requester, Standing
from referrals.vocabulary.states import ANSWERED_ACCESS, UNANSWERED_ACCESS
from referrals.workflow import safety
from referrals.workflow.rules import OF_ITS_ROW, answers, rule, two_sign

#: Which standing each requester has, once it is established (AR3).
STANDINGS: Final = {
    Requester.SUBJECT_MINOR: Standing.MINOR_ALONE,
    Requester.SUBJECT_ADULT: Standing.SELF,
    Requester.HOLDER: Standing.HOLDER_IN_OFFICE,
    Requester.MANDATED: Standing.MANDATE,
    Requester.FILER: Standing.SELF,
    Requester.THIRD_PARTY: Standing.SELF,
    Requester.STAFF: Standing.SELF,
}


# --- Receiving, identity (AR1 to AR3) -----------------------------------------------------------------


@rule(_("La date de réception est à venir."), fact_class=OF_ITS_ROW)
def receipt_is_not_ahead(sheet: Sheet, step_input: inputs.Receiving) -> bool:
    """A request was received today or before (AR1)."""
    return step_input.received_on <= sheet.today


@rule(_("La qualité établie ne correspond pas à la personne qui demande."), fact_class=OF_ITS_ROW)
def standing_fits_the_requester(sheet: Sheet, step_input: inputs.ConfirmingIdentity) -> bool:
    """Each requester has one standing: the minor alone, the holder in office, the mandate, the person itself (AR3)."""
    return STANDINGS[Requester(sheet.row.requester)] == step_input.standing


@rule(
    _(
        "Cette qualité n'est pas établie : un mineur est en âge de discernement, un titulaire est en exercice, un "
        "mandat est écrit."
    ),
    fact_class=OF_ITS_ROW,
)
def standing_is_established(sheet: Sheet, step_input: inputs.ConfirmingIdentity) -> bool:
    """A minor has discernment, a holder is in office, a mandate is written (AR3)."""
    needed = {
        Standing.MINOR_ALONE: step_input.discernment,
        Standing.HOLDER_IN_OFFICE: step_input.in_office,
        # A minor gives a mandate as it asks itself: with discernment.
        Standing.MANDATE: step_input.written
        and (step_input.mandator != Requester.SUBJECT_MINOR or step_input.discernment),
    }
    return needed.get(Standing(step_input.standing), True)


# --- Scope and copy (AR4, AR5) ------------------------------------------------------------------------


@rule(_("Cherchez d'abord dans l'index, dossiers clos et archivés compris."), fact_class=OF_ITS_ROW)
def index_was_searched(sheet: Sheet, step_input: inputs.SettingScope) -> bool:
    """Nobody says which files there are who hasn't searched, closed and archived ones too (AR4).

    Nor that there is none where the index gives one of the very person.
    """
    return step_input.searched and (bool(step_input.references) or not persons.is_in_index(sheet))


@rule(_("Un des dossiers désignés n'est pas de ceux que vous pouvez traiter."), fact_class=OF_ITS_ROW)
def files_are_own(sheet: Sheet, step_input: inputs.SettingScope) -> bool:
    """Each file is one of the authority, from which who asks for it isn't excluded: else another officer does (AR4)."""
    return persons.files_named(sheet, step_input.references) is not None


@rule(
    _(
        "Ces dossiers ne contiennent pas la personne désignée : même nom, mêmes prénoms, même date de naissance."
    ),
    fact_class=OF_ITS_ROW,
)
def person_is_the_one(sheet: Sheet, step_input: inputs.SettingScope) -> bool:
    """In each file stands the very person, and the holder who asks: a namesake born on another day is refused."""
    files = persons.files_named(sheet, step_input.references)
    return files is not None and not (files and persons.find(sheet, files).lacking)


@rule(
    _(
        "La qualité n'est plus établie : un titulaire demande pour un enfant mineur, une personne majeure ou émancipée "
        "demande elle-même."
    ),
    fact_class=OF_ITS_ROW,
)
def standing_holds(sheet: Sheet, step_input: inputs.SettingScope) -> bool:
    """A holder asks for minors alone; who is of age asks without anybody (AR3; §2.8 no. 15). No file says otherwise."""
    files = persons.files_named(sheet, step_input.references)
    return files is not None and (not files or persons.may_have(sheet, persons.find(sheet, files)))


@rule(
    _("La qualité n'est plus établie : la personne est devenue majeure, ou n'est plus au dossier."),
    fact_class=OF_ITS_ROW,
)
def standing_still_holds(sheet: Sheet, step_input: Any) -> bool:
    """What the files and the ages say is asked again before anything is copied, answered or handed over (AR3)."""
    if not sheet.row.scoped_at:
        return True
    if not sheet.files:
        # A copy without its files: their rows were deleted, or spoilt, and nothing would be asked of them.
        return not sheet.row.parts.exists()
    people = persons.find(sheet, [one.referral for one in sheet.files])
    return not people.lacking and persons.may_have(sheet, people)


@rule(_("Délimitez d'abord la demande."), fact_class=OF_ITS_ROW)
def scope_is_set(sheet: Sheet, step_input: Any) -> bool:
    """Nothing is copied before it was said which files (AR5); that there is none holds as long as there is none."""
    if sheet.row.scoped_at is None:
        return False
    return bool(sheet.files) or not persons.is_in_index(sheet)


@two_sign(_("Un dossier est d'accès restreint : une personne de sa liste signe."))
def restricted_file_calls_for_two(sheet: Sheet, step_input: inputs.SettingScope) -> bool:
    """A restricted file comes into the scope with the signature of a supervisor of its list (AR4; §1.3 rule 3)."""
    files = persons.files_named(sheet, step_input.references)
    return any(persons.is_apart(sheet, one) for one in safety.with_joined(files or []))


# --- Hiding passages (AR6) ----------------------------------------------------------------------------


@rule(_("Une signature est attendue : retirez d'abord la proposition."), fact_class=OF_ITS_ROW)
def no_signature_is_awaited(sheet: Sheet, step_input: Any) -> bool:
    """What somebody is asked to sign doesn't change until it is signed, refused or taken back (SEC-AZ18)."""
    return not persons.awaits_signature(sheet)


@rule(_("Ce passage n'est pas dans la copie."), fact_class=OF_ITS_ROW)
def passage_is_there(sheet: Sheet, step_input: inputs.Redacting) -> bool:
    """What is hidden, or lifted, is of this copy; a span lies within its text, a box on a document (AR6)."""
    if step_input.lift is not None:
        return any(one.pk == step_input.lift for one in sheet.redactions)
    part = AccessPart.objects.filter(request=sheet.row, pk__in=[step_input.part]).first()
    if part is None:
        return False
    (content,) = sheet.opened([part.content])
    if step_input.start is not None:
        return not content["attachment"] and step_input.end <= len(content["text"])
    return step_input.page is None or bool(content["attachment"])


@rule(_("Ce motif protège d'autres personnes : il ne se lève pas."), fact_class=OF_ITS_ROW)
def code_may_be_lifted(sheet: Sheet, step_input: Any) -> bool:
    """Who filed, other children, the other holder and protected places are never lifted (§2.8 no. 15)."""
    lifted = {step_input.lift} if not isinstance(step_input.lift, list) else set(step_input.lift)
    return not any(one.code in LOCKED for one in sheet.redactions if one.pk in lifted)


# --- Opinions (AR7, AR8) ------------------------------------------------------------------------------


@rule(
    _("Demandez l'avis de l'inspection ou de la ou du responsable CRIP de ce dossier, sans déport."),
    fact_class=OF_ITS_ROW,
)
def asked_is_of_the_case(sheet: Sheet, step_input: inputs.AskingOpinion) -> bool:
    """The inspector or a coordinator of each case is asked, nobody excluded from one (AR7)."""
    return bool(sheet.files) and persons.role_of_opinion(sheet, step_input.user) is not None


@rule(_("Un avis est déjà demandé à cette personne."), fact_class=OF_ITS_ROW)
def not_asked_yet(sheet: Sheet, step_input: inputs.AskingOpinion) -> bool:
    """One question a person is open at a time."""
    return not any(one.asked_id == step_input.user and one.answered_at is None for one in sheet.opinions)


@rule(_("Aucun avis ne vous est demandé."), fact_class=OF_ITS_ROW)
def opinion_is_asked_of_one(sheet: Sheet, step_input: Any) -> bool:
    """Whom AR7 asked answers, once (AR8)."""
    return persons.own_question(sheet) is not None


@rule(_("Une des parties désignées n'est pas dans la copie."), fact_class=OF_ITS_ROW)
def parts_are_there(sheet: Sheet, step_input: inputs.GivingOpinion) -> bool:
    """What the opinion says of parts is of this copy (AR8)."""
    named = set(step_input.parts)
    return not named - set(sheet.row.parts.values_list("pk", flat=True))


@rule(_("La date de la note du parquet ne peut pas être à venir."), fact_class=OF_ITS_ROW)
def note_is_not_ahead(sheet: Sheet, step_input: inputs.GivingOpinion) -> bool:
    """A note was written today or before (AR8)."""
    return step_input.noted_on is None or step_input.noted_on <= sheet.today


# --- Readers (AR9) ------------------------------------------------------------------------------------


@rule(_("Une de ces consultations n'est pas dans la liste, ou son agent est masqué."), fact_class=OF_ITS_ROW)
def entries_are_listed(sheet: Sheet, step_input: inputs.NamingReaders) -> bool:
    """Names are given for lines of the list alone, and never where the reader is masked (AR9; §7.5)."""
    (reader_list,) = sheet.opened([sheet.row.readers])
    listed = {UUID(line["entry"]) for line in (reader_list or {}).get("lines", ())}
    masked = {*map(UUID, (reader_list or {}).get("masked", ())), *step_input.masked}
    return not {*step_input.entries, *step_input.masked} - listed and not masked & set(step_input.entries)


@rule(
    _("Les agents sont entendus avant la décision : la date ne peut pas être à venir."), fact_class=OF_ITS_ROW
)
def agents_were_heard(sheet: Sheet, step_input: inputs.NamingReaders) -> bool:
    """The agents were heard before (AR9; C-579/21)."""
    return step_input.heard_on <= sheet.today


# --- Delay (AR10) -------------------------------------------------------------------------------------


@rule(_("Le délai a déjà été prolongé."), fact_class=OF_ITS_ROW)
def not_extended_yet(sheet: Sheet, step_input: Any) -> bool:
    """The delay is extended once (RGPD 12.3)."""
    return sheet.row.extended_at is None


@rule(_("Le premier mois est passé : le délai ne peut plus être prolongé."), fact_class=OF_ITS_ROW)
def first_month_runs(sheet: Sheet, step_input: Any) -> bool:
    """The requester is told of an extension within the first month (RGPD 12.3)."""
    return sheet.row.due_at is not None and sheet.at <= sheet.row.due_at


@rule(
    _("La date à laquelle la personne est informée ne peut être ni à venir, ni antérieure à sa demande."),
    fact_class=OF_ITS_ROW,
)
def told_in_time(sheet: Sheet, step_input: inputs.Extending) -> bool:
    """The requester was told of the extension, with its reasons, since the receipt (AR10)."""
    return sheet.row.received_on <= step_input.told_on <= sheet.today


# --- Answering, refusing (AR11, AR12, AR15) -----------------------------------------------------------

OPINION_IS_NEEDED: Final = _("La communication est suspendue : demandez d'abord un avis.")
NOTHING_MAY_GO: Final = _("L'avis rendu ne permet aucune communication : refusez, ou attendez.")


@answers(OPINION_IS_NEEDED, NOTHING_MAY_GO, fact_class=OF_ITS_ROW)
def gate_lets_something_go(sheet: Sheet, step_input: Any) -> Text | None:
    """Through a shut gate goes what the opinion lets go, and nothing without one (§7.5)."""
    if isinstance(step_input, dict) and step_input.get("outcome") == Outcome.REFUSE:
        return None
    why = gate.shut(sheet)
    if why and gate.last_word(sheet) is None:
        return OPINION_IS_NEEDED
    return NOTHING_MAY_GO if gate.withheld_of(sheet, why) is None else None


@rule(_("Dites ce qui a été fait : ce droit s'exerce sans copie."), fact_class=OF_ITS_ROW)
def what_was_done_is_said(sheet: Sheet, step_input: Any) -> bool:
    """Of another right than access the answer says what was done (AR11; T42 does it)."""
    refuses = step_input.get("outcome") == Outcome.REFUSE
    return refuses or sheet.row.right == "access" or bool(step_input.done)


@rule(
    _("La qualité n'est plus établie : la personne est devenue majeure, ou n'est plus au dossier."),
    fact_class=OF_ITS_ROW,
)
def settled_standing_holds(sheet: Sheet, step_input: inputs.Settling) -> bool:
    """What an appeal leads to goes to nobody who has no standing any more; a refusal goes to anybody (AR15)."""
    return step_input.outcome == Outcome.REFUSE or standing_still_holds(sheet, step_input) is None


@two_sign(_("Nommer un agent demande deux signatures."))
def naming_calls_for_two(sheet: Sheet, step_input: inputs.NamingReaders) -> bool:
    """Nobody names a reader alone (AR9)."""
    return True


@two_sign(_("Une réponse part avec deux signatures."))
def answering_calls_for_two(sheet: Sheet, step_input: Any) -> bool:
    """Nothing leaves and nothing is refused by one person alone (AR11, AR12, AR15)."""
    return True


@rule(_("Ces passages ne sont pas dans la copie."), fact_class=OF_ITS_ROW)
def lifted_are_there(sheet: Sheet, step_input: inputs.Settling) -> bool:
    """What an opinion or a judgment lifts is hidden in this copy (AR15)."""
    return not set(step_input.lift) - {one.pk for one in sheet.redactions}


@rule(
    _("Rien n'a été collecté : la décision ne peut être exécutée que par une nouvelle demande."),
    fact_class=OF_ITS_ROW,
)
def copy_is_there(sheet: Sheet, step_input: Any) -> bool:
    """An appeal is answered with the copy that was made (AR15)."""
    refuses = step_input is not None and step_input.outcome == Outcome.REFUSE
    return refuses or step_input is None or sheet.row.collected_at is not None


# --- Handing over, appeals, end (AR13, AR14, AR16) ----------------------------------------------------


@rule(
    _("Il n'y a plus rien à remettre : le délai de retrait est passé, ou la réponse a été remise."),
    fact_class=OF_ITS_ROW,
)
def package_is_there(sheet: Sheet, step_input: Any) -> bool:
    """What is handed over is there, and wasn't before (AR13)."""
    row = sheet.row
    return row.handed_at is None and row.package_over_at is None and row.package is not None


@rule(
    _("Ce que l'on sait depuis la réponse suspend la communication : rien n'est remis."),
    fact_class=OF_ITS_ROW,
)
def gate_still_lets_it_go(sheet: Sheet, step_input: Any) -> bool:
    """What was packed goes as long as nothing more is kept back than it lacks (§7.5, AR13)."""
    withheld = gate.withheld_of(sheet, gate.shut(sheet))
    return withheld is not None and withheld <= sheet.hidden_whole()


@two_sign(_("Clore une demande dont la copie est faite, sans y répondre, demande deux signatures."))
def dropping_a_copy_calls_for_two(sheet: Sheet, step_input: Any) -> bool:
    """A copy that was read and goes to nobody is destroyed by two: one alone would have read a file unseen (AR16)."""
    return sheet.row.collected_at is not None and sheet.row.state in UNANSWERED_ACCESS


@rule(
    _("Une pièce d'identité doit être présentée, et la date ne peut pas être à venir."), fact_class=OF_ITS_ROW
)
def identity_was_shown(sheet: Sheet, step_input: inputs.HandingOver) -> bool:
    """Nothing is handed to who shows no identity (AR13)."""
    answered = sheet.row.answered_at.astimezone(sheet.zone).date() if sheet.row.answered_at else sheet.today
    return step_input.identity_shown and answered <= step_input.on <= sheet.today


@rule(
    _("À une personne mineure, la réponse est remise en main propre, avec quelqu'un pour l'expliquer."),
    fact_class=OF_ITS_ROW,
)
def minor_is_met(sheet: Sheet, step_input: inputs.HandingOver) -> bool:
    """A minor receives the answer in person, with somebody to explain it (AR13)."""
    minor = sheet.principal == Requester.SUBJECT_MINOR
    return not minor or (step_input.handing == Handing.IN_PERSON and bool(step_input.explained_by))


@rule(_("La date du recours ne peut être ni à venir, ni antérieure à la réponse."), fact_class=OF_ITS_ROW)
def appeal_is_not_ahead(sheet: Sheet, step_input: inputs.Appealing) -> bool:
    """An answer is contested after it was given, today or before (AR14)."""
    answered = sheet.row.answered_at.astimezone(sheet.zone).date() if sheet.row.answered_at else sheet.today
    return answered <= step_input.on <= sheet.today


WITHDRAWN_IN_WRITING: Final = _("Avant la réponse, une demande se clôt si la personne la retire par écrit.")
REMEDIES_RUN: Final = _("Le délai de recours court encore.")
PACKAGE_WAITS: Final = _("La réponse attend encore d'être retirée.")


@answers(WITHDRAWN_IN_WRITING, REMEDIES_RUN, PACKAGE_WAITS, fact_class=OF_ITS_ROW)
def may_be_closed(sheet: Sheet, step_input: Any) -> Text | None:
    """Closed once remedies are over and the package fetched or destroyed; before an answer, once withdrawn (AR16)."""
    row = sheet.row
    if row.state in UNANSWERED_ACCESS:
        on = step_input.withdrawn_on if step_input is not None else sheet.today
        taken_back = on is not None and row.received_on <= on <= sheet.today
        has_note = step_input is None or bool(step_input.note)
        return None if taken_back and has_note else WITHDRAWN_IN_WRITING
    if row.state in ANSWERED_ACCESS and persons.remedies_end(sheet) > sheet.at:
        return REMEDIES_RUN
    return PACKAGE_WAITS if row.package is not None and row.handed_at is None else None
