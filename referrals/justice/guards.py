"""Guards of referrals to justice: grounds, argument, outcome (L226-4)."""

from typing import Final, Protocol

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.justice.inputs import JusticeAnswerOfCase
from referrals.justice.letter_guards import document_is_there
from referrals.vocabulary.states import DECIDING, Exploitation
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import JusticeAnswer, Referring, WithChildren
from referrals.workflow.inputs import Noted
from referrals.workflow.rules import answers, rule


class _Refusal(Referring, Protocol):
    """The refusal of T25."""

    @property
    def danger_persists(self) -> bool:
        """Tell whether justice is to be seized."""


class _Decision(Referring, WithChildren, Protocol):
    """The decision of T26."""

    @property
    def already_sent(self) -> bool:
        """Tell whether the referral was sent before."""


@rule(
    _("Pour une situation avérée, le fondement 6 (loi du 4 mars 2002, art. 13) doit être coché."),
    fact_class="D",
)
def ground_fits_the_child(case: Case, step_input: Referring | None) -> bool:
    """The referral to justice of an established prostitution ticks ground 6 (law 2002-305 art. 13; §2.5)."""
    if step_input is None or not getattr(step_input, "grounds", None):
        return True
    children = case.of_case(getattr(step_input, "children", [])) or case.children
    return (
        all(c.prostitution_status != Exploitation.ESTABLISHED for c in children) or "6" in step_input.grounds
    )


@rule(_("Cette saisine préparée n'existe pas ou a déjà été transmise."), fact_class="I")
def prepared_referral_is_of_case(case: Case, step_input: Referring | None) -> bool:
    """A prepared referral to justice that is sent belongs to the case and is still prepared (J02)."""
    wanted = getattr(step_input, "judicial_referral", None)
    if wanted is None:
        return True
    return any(judicial.pk == wanted and judicial.state == "prepared" for judicial in case.judicial_referrals)


@rule(
    _("Le danger persiste : la saisine (fondement 2 ou 3), son document et la preuve d'envoi sont requis."),
    fact_class="I",
)
def persisting_danger_is_referred(case: Case, step_input: _Refusal | None) -> bool:
    """A refusal while danger persists goes to justice with grounds 2 or 3, argued and proven (T25; L226-4 I b)."""
    if step_input is None or not step_input.danger_persists:
        return True
    return (
        not {"2", "3"}.isdisjoint(step_input.grounds or ())
        and document_is_there(case, step_input)
        and bool(step_input.sending_proof)
    )


NOT_ARGUED: Final = _(
    "La saisine suppose un fondement, un document, un destinataire et la preuve de l'envoi."
)
REPORT_NOT_SENT: Final = _(
    "Le rapport doit rejoindre la saisine déjà transmise : la preuve de son envoi est requise."
)


@answers(NOT_ARGUED, REPORT_NOT_SENT, fact_class="I")
def referral_is_argued(case: Case, step_input: _Decision | None) -> Text | None:
    """The referral has its grounds, document and proof of sending, or was sent and gets the report (T26; L226-4).

    A report that is there goes along by itself; on a referral sent before it, one says how it was sent after.
    """
    if step_input is None:
        return None
    children = case.to_be_referred(step_input)
    if step_input.already_sent and all(case.awaiting_answer([child]) for child in children):
        report, sent = case.delivered_report, case.awaiting_answer(children)
        lacking = report is not None and any(row.report_id != report.pk for row in sent)
        return REPORT_NOT_SENT if lacking and not step_input.sending_proof else None
    argued = (
        step_input.grounds
        and document_is_there(case, step_input)
        and step_input.sending_proof
        and step_input.recipient
    )
    return None if argued else NOT_ARGUED


NONE_AWAITS_AN_ANSWER: Final = _("Aucune saisine transmise n'attend de suite.")
NOT_SENT: Final = _("Cette saisine n'a pas été transmise.")
CHILD_NOT_CONCERNED: Final = _("Un des enfants n'est pas concerné par cette saisine.")


@answers(NONE_AWAITS_AN_ANSWER, NOT_SENT, CHILD_NOT_CONCERNED, fact_class="I")
def outcome_is_of_case(case: Case, step_input: JusticeAnswer | None) -> Text | None:
    """The answer of justice is about a referral to justice of this case and its children (J04)."""
    if step_input is None:
        sent = ("sent", "received", "answered", "closed")
        any_sent = any(row.state in sent for row in case.judicial_referrals)
        return None if any_sent else NONE_AWAITS_AN_ANSWER
    judicial = case.part or next(
        (
            sending
            for sending in case.judicial_referrals
            if sending.pk == getattr(step_input, "judicial_referral", None)
        ),
        None,
    )
    if judicial is None or judicial.state not in ("sent", "received", "answered", "closed"):
        return NOT_SENT
    if any(not any(c.pk == item.child for c in judicial.children.all()) for item in step_input.outcomes):
        return CHILD_NOT_CONCERNED
    return None


@rule(_("Aucune des suites indiquées n'est décisive."), fact_class="A")
def outcome_decides(case: Case, step_input: JusticeAnswerOfCase | None) -> bool:
    """T28 is for an answer that decides; others are recorded on the referral to justice (J04)."""
    return step_input is None or any(item.type in DECIDING for item in step_input.outcomes)


@rule(_("Une suite est encore attendue pour un des enfants."), fact_class="I")
def nothing_is_awaited(case: Case, step_input: Noted | None) -> bool:
    """Every child of the referral to justice has its deciding answer (J05)."""
    return all(case.answered(case.part, child) for child in case.part.children.all())


@rule(
    _("Le dossier est clos : il doit être rouvert avant d'enregistrer une mesure ordonnée."), fact_class="A"
)
def orders_need_an_open_case(case: Case, step_input: JusticeAnswer | None) -> bool:
    """A measure is ordered on a case that is open; a closed one is opened again first (J04)."""
    return step_input is None or not step_input.orders or case.referral.closed_at is None
