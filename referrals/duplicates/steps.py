"""Steps that compare, merge and unmerge files."""

from uuid import UUID

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.assessment import effects as assessment_effects
from referrals.closing.effects import open_review, overturn_reviews, resume_danger, undecide_every_child
from referrals.duplicates import effects, guards
from referrals.duplicates.inputs import Attaching, Confirming, Suggestion
from referrals.models import DuplicateCandidate, Referral
from referrals.restrictions.joined_filings import filings_joined_to
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import ANY, DuplicateState, Machine, State
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.step import SAME, StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.REFERRAL, Referral)
duplicate_step = StepDecorator(Machine.DUPLICATE, DuplicateCandidate)
CELL = (Role.CRIP_COORDINATOR, Role.INTAKE_AGENT)


def files_to_lock(referral: UUID) -> set[UUID]:
    """Return the files confirmed to be about the same child, and what is joined here: all locked, in a fixed order."""
    pairs = apps.get_model("referrals", "DuplicateCandidate")
    return guards.confirmed_same(pairs, referral) | filings_joined_to(referral)


@step(
    "attach_existing",
    number="T12",
    label=_("Joindre (IP complémentaire)"),
    source=[State.TRIAGE, State.QUALIFIED],
    target=State.MERGED,
    roles=[Role.CRIP_COORDINATOR],
    guards=[guards.same_child_is_confirmed],
    checks=[
        guards.target_takes_it,
        guards.restriction_is_kept,
        guards.every_child_is_matched,
        guards.every_holder_is_matched,
        guards.informations_agree,
    ],
    effects=[assessment_effects.abort_assessment, effects.hand_to_target, open_review],
    signed_when=guards.joining_calls_for_two,
    also_locks=files_to_lock,
    takes=Attaching,
    starts=[C.C20],
    stops=[C.C2, C.C3, C.C4, C.C6],
    tells=["target_team"],
    law="CASF L226-3, D226-2-3",
    usual=[Usual(_("Ce qui est reçu concerne un enfant qui a déjà un dossier."))],
    signatories="signatories_first_analysis",
)
def attach_existing(referral: Referral, step_input: Attaching, case: Case) -> None:
    """Join a filing to the file that the same child has; it keeps its filer, and the delay of its feedback."""
    referral.closed_at = case.at


@step(
    "unmerge",
    number="T35",
    label=_("Disjoindre"),
    source=[State.MERGED, State.ARCHIVED],
    target=State.TRIAGE,
    roles=[Role.SUPERVISOR],
    guards=[guards.is_joined],
    checks=[guards.target_gives_back],
    effects=[
        effects.take_from_target,
        overturn_reviews,
        undecide_every_child,
        effects.resume_assessment,
        resume_danger,
    ],
    also_locks=files_to_lock,
    takes=inputs.Reasoned,
    starts=[C.C2],
    stops=[C.C20],
    tells=["both_teams"],
    law="CASF L226-3, D226-2-4",
)
def unmerge(referral: Referral, step_input: inputs.Reasoned, case: Case) -> None:
    """Part what was joined by mistake; each file has its own receipt again, and what is its own."""
    referral.closed_at, referral.archived_from = None, ""


@step(
    "take_in",
    number="X05",
    label=_("Recevoir une IP complémentaire"),
    internal=True,
    source=ANY,
    target=SAME,
    roles=[],
    effects=[effects.take_in],
    takes=inputs.Nothing,
    tells=["team"],
    law="CASF L226-3",
)
def take_in(referral: Referral, step_input: inputs.Nothing, case: Case) -> None:
    """Take over what a joined filing brings (by T12): the earliest delay and the gravest danger hold."""


@step(
    "give_back",
    number="X06",
    label=_("Rendre une IP complémentaire"),
    internal=True,
    source=ANY,
    target=SAME,
    roles=[],
    effects=[effects.give_back],
    takes=inputs.Nothing,
    tells=["team"],
    law="CASF L226-3",
)
def give_back(referral: Referral, step_input: inputs.Nothing, case: Case) -> None:
    """Give back what a joined filing had brought (by T35)."""


@duplicate_step(
    "suggest",
    number="D01",
    label=_("Rapprocher d'un autre dossier"),
    creates=True,
    source=[],
    target=DuplicateState.SUGGESTED,
    roles=CELL,
    checks=[guards.other_is_known, guards.pair_is_new],
    effects=[effects.keep_suggestion],
    takes=Suggestion,
    law="CASF L226-3",
)
def suggest(pair: DuplicateCandidate, step_input: Suggestion, case: Case) -> None:
    """Say that another file may be about the same child, or of the same family."""


@duplicate_step(
    "confirm",
    number="D02",
    label=_("Confirmer le rapprochement"),
    source=[DuplicateState.SUGGESTED],
    target=DuplicateState.CONFIRMED,
    roles=[Role.CRIP_COORDINATOR],
    guards=[guards.other_is_known],
    takes=Confirming,
    law="CASF L226-3",
    data_class="B",
    usual=[
        Usual(
            _("Un autre dossier concerne peut-être le même enfant."),
            rank=0,
            called=_("Comparer les dossiers"),
        )
    ],
)
def confirm(pair: DuplicateCandidate, step_input: Confirming, case: Case) -> None:
    """Hold that it is the same child, so that the files may be joined, or link the two."""
    pair.kind, pair.decided_at, pair.decided_by_id = step_input.kind, case.at, case.actor.user_id


@duplicate_step(
    "reject",
    number="D03",
    label=_("Écarter le rapprochement"),
    source=[DuplicateState.SUGGESTED],
    target=DuplicateState.REJECTED,
    roles=[Role.CRIP_COORDINATOR],
    takes=inputs.Reasoned,
    law="CASF L226-3",
)
def reject(pair: DuplicateCandidate, step_input: inputs.Reasoned, case: Case) -> None:
    """Hold that the two files have nothing to do with each other."""
    pair.decided_at, pair.decided_by_id = case.at, case.actor.user_id


@duplicate_step(
    "find",
    number="D04",
    label=_("Rapprocher (recherche)"),
    internal=True,
    creates=True,
    quiet=True,
    source=[],
    target=DuplicateState.SUGGESTED,
    roles=[],
    effects=[effects.record_matches],
    takes=inputs.Nothing,
    law="CASF L226-3",
    data_class="B",
)
def find(pair: DuplicateCandidate, step_input: inputs.Nothing, case: Case) -> None:
    """Suggest a file that the index found, by the service itself; it shows to whoever sees both files."""


@duplicate_step(
    "drop",
    number="D05",
    label=_("Retirer le rapprochement"),
    internal=True,
    quiet=True,
    source=[DuplicateState.SUGGESTED],
    target=DuplicateState.REJECTED,
    roles=[],
    takes=inputs.Nothing,
    law="CASF L226-3",
    data_class="B",
)
def drop(pair: DuplicateCandidate, step_input: inputs.Nothing, case: Case) -> None:
    """Take back what the index had suggested and finds no more, by the service itself: an identity changed."""
    pair.decided_at = case.at
