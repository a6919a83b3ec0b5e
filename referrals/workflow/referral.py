"""The referral's steps, in the order of domain.md §2.2: the page is the procedure.

A method sets fields of its own row, and returns the state to go to where several are possible. What a
step does to other rows stands beside it, in ``effects``; both are carried out by ``referrals/actions.py``.
"""

from typing import TYPE_CHECKING, Any

from accounts.roles import Role
from referrals.workflow import alerts, checks, composing, effects, guards, inputs, silence
from referrals.workflow.barring import BarringSteps
from referrals.workflow.case import Case
from referrals.workflow.catalogue import variants_are_of_the_authority
from referrals.workflow.clockcodes import ClockCode as C
from referrals.workflow.declare import SAME, Declare, state_field
from referrals.workflow.exchanges import ExchangeSteps
from referrals.workflow.growing import (
    GrowingSteps,
    agreement_is_of_the_right_person,
    someone_is_a_minor,
    young_adult_was_looked_after,
)
from referrals.workflow.informing import information_is_still_due, reason_is_of_the_protocol
from referrals.workflow.joining import restricting
from referrals.workflow.joining.guards import index_was_asked
from referrals.workflow.joining.steps import JoiningSteps
from referrals.workflow.keeping import KeepingSteps
from referrals.workflow.moving import documents
from referrals.workflow.moving.steps import MovingSteps
from referrals.workflow.passing import PassingSteps
from referrals.workflow.purging import PurgingSteps
from referrals.workflow.reopening import ReopeningSteps, open_review
from referrals.workflow.rolesets import AUTHORS, HOLDING, SEEING
from referrals.workflow.sheltering import ShelteringSteps
from referrals.workflow.states import (
    ACTIVE,
    CLOSED,
    EXPLOITED,
    GRAVITY,
    OPENED,
    ORDERING,
    DecisionCode,
    Exploitation,
    Machine,
    MeasureState,
    State,
)
from referrals.workflow.teams import team_comes_from_where_it_may
from referrals.workflow.variants import report_reaches_the_prosecutor

step = Declare(Machine.REFERRAL)

FILERS = (Role.FILER, Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.API_119)
URGENT_FILERS = (Role.FILER, Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.ON_CALL, Role.API_119)
AT_RISK = GRAVITY.index(Exploitation.AT_RISK)
#: Less than justice for a suspected child: proposed by an inspector, signed by a supervisor (§2.5).
OVERRIDE = "Décision autre que judiciaire pour une situation suspectée : une seconde signature est requise."
OVERRIDE_SIGNERS = {OVERRIDE: (Role.SUPERVISOR,)}


# --- When a second person must sign (domain.md §2.2: 2S, 2S?) ----------------------------------------


def history_calls_for_two(case: Case, given: Any) -> str | None:
    """A status was once at least *at risk*, or urgency once U2: closing needs two (2S?)."""
    return (
        "Situation ou urgence passée : une seconde signature est requise."
        if case.history_calls_for_two()
        else None
    )


def closing_calls_for_two(case: Case, given: Any) -> str | None:
    """As the history of the case calls for (2S?), and for decisions that T43 alone would have signed by two (T22)."""
    return history_calls_for_two(case, given) or carried_decisions_call_for_two(case, given)


def carried_decisions_call_for_two(case: Case, given: Any) -> str | None:
    """One signature covers a step and its T43s, so the step asks for what they ask; less than justice is §2.5.

    A decision on record that was signed as it stands isn't signed again; one that was taken by a single
    person before the child was suspected is.
    """
    reasons = [decision_calls_for_two(case, item.child, item.decision) for item in given.decisions]
    carried = {item.child for item in given.decisions}
    if OVERRIDE in reasons or any(
        needs_override(case, child.pk, child.decision) and not case.decision_is_signed(child)
        for child in case.children
        if child.pk not in carried
    ):
        return OVERRIDE
    return next(filter(None, reasons), None)


def needs_override(case: Case, child_id: Any, decision: str) -> bool:
    """Tell whether a decision departs from the judicial default for a suspected child (§2.5)."""
    child = case.child(child_id)
    return (
        child is not None
        and not case.beyond_childhood(child)
        and child.prostitution_status == Exploitation.SUSPECTED
        and decision in (DecisionCode.ADMIN, DecisionCode.CONTINUE)
    )


def child_decision_calls_for_two(case: Case, given: Any) -> str | None:
    """The decision for one child is signed by two where its past or §2.5 says so (T43)."""
    return decision_calls_for_two(case, given.child, given.decision)


def decision_calls_for_two(case: Case, child_id: Any, decision: str) -> str | None:
    """Closing for a child once at risk or in immediate danger, for majority or death, or overriding §2.5 (T43)."""
    child = case.child(child_id)
    if child is None:
        return None
    if needs_override(case, child.pk, decision):
        return OVERRIDE
    past = GRAVITY.index(Exploitation(child.status_ever)) >= AT_RISK or child.danger_ever
    if decision == DecisionCode.CLOSE and (past or case.beyond_childhood(child)):
        return "Classement pour un enfant dont la situation a été préoccupante : une seconde signature est requise."
    return None


def refuting_calls_for_two(case: Case, given: Any) -> str | None:
    """A suspected or established status is ruled out by two (T44)."""
    child = case.on_record(given.child)
    if child is not None and child.prostitution_status in EXPLOITED and given.value == Exploitation.REFUTED:
        return "Écarter une situation suspectée ou avérée demande une seconde signature."
    return None


LEFT_ALONE = "Plus personne de la liste ne peut la changer à deux : un·e encadrant·e signe."


def opening_calls_for_two(case: Case, given: Any) -> str | None:
    """Lifting a restriction, or adding a name to its list, is signed by two (T46)."""
    if not checks.list_changes_itself(case):
        return LEFT_ALONE
    return "Lever ou élargir une restriction demande une seconde signature."


def widening_calls_for_two(case: Case, given: Any) -> str | None:
    """Whoever restricts anew lets nobody in alone: a name that isn't on the list yet is added by two (T46)."""
    if case.is_restricted and set(given.named) - case.on_list():
        return "Ajouter une personne à une restriction en cours demande une seconde signature."
    return None


def long_deferral_calls_for_two(case: Case, given: Any) -> str | None:
    """Deferring beyond the authority's limit is signed by two (T16)."""
    found = next(
        (i for i in case.informations if i.holder_id == given.holder and i.occasion == given.occasion), None
    )
    if (
        given.outcome != "deferred"
        or found is None
        or found.deferred_since is None
        or given.review_on is None
    ):
        return None
    if (given.review_on - found.deferred_since).days > case.protocol.holder_deferral_limit_days:
        return "Différer l'information au-delà de la limite demande une seconde signature."
    return None


def extension_calls_for_two(case: Case, given: Any) -> str | None:
    """A late assessment is explained by its lead and signed by a supervisor (T19)."""
    return "Motiver un dépassement du délai demande une seconde signature."


def two_readers(case: Case, given: Any) -> str | None:
    """A second coordinator reads the qualification where the authority wants it (TWO_READER_QUALIFICATION)."""
    if case.protocol.two_reader_qualification == "always":
        return "La qualification est relue par une seconde personne."
    at_risk = any(GRAVITY.index(Exploitation(c.prostitution_status)) >= AT_RISK for c in case.children)
    if case.protocol.two_reader_qualification == "when_exploited" and at_risk:
        return "La qualification d'une situation prostitutionnelle est relue par une seconde personne."
    return None


def lifting_an_exclusion_calls_for_two(case: Case, given: Any) -> str | None:
    """An exclusion is lifted by two (§1.3 rule 8)."""
    return "Lever une exclusion demande une seconde signature."


class ReferralSteps(
    BarringSteps,
    ExchangeSteps,
    GrowingSteps,
    JoiningSteps,
    KeepingSteps,
    MovingSteps,
    PassingSteps,
    PurgingSteps,
    ReopeningSteps,
    ShelteringSteps,
):
    """The referral's state, and the steps that move it. Nothing else writes ``state``."""

    if TYPE_CHECKING:  # fields of the model that this is mixed into
        submitted_at: Any
        acknowledged_at: Any
        closed_at: Any
        withdrawn_at: Any

    state = state_field(State, State.DRAFT, "A")

    class Meta:
        """Mixed into ``Referral``; no table of its own."""

        abstract = True

    # --- Filing ---------------------------------------------------------------------------------------

    @step(
        "create", number="T01", label="Créer", en="Create", creates=True,
        source=[], target=State.DRAFT, roles=URGENT_FILERS,
        takes=inputs.Nothing, law="CASF L226-2-1", data_class="A",
    )  # fmt: skip
    def create(self, given: Any, case: Case) -> None:
        """Begin a draft, private to its author."""

    @step(
        "submit", number="T02", label="Transmettre", en="Submit",
        source=[State.DRAFT], target=State.SUBMITTED, roles=FILERS,
        checks=[checks.form_is_complete], effects=[effects.receive],
        takes=inputs.Nothing, starts=[C.C1, C.C4, C.C5], tells=["crip_queue"],
        law="CASF L226-2-1, D226-2-4", data_class="A",
    )  # fmt: skip
    def submit(self, given: Any, case: Case) -> None:
        """Send the concern to the competent authority; the legal delay runs from its receipt."""
        self.submitted_at = case.at

    @step(
        "submit_urgent", number="T03", label="Transmettre en urgence", en="Submit urgently",
        source=[State.DRAFT], target=State.SUBMITTED, roles=URGENT_FILERS,
        checks=[checks.urgent_form_is_complete], effects=[effects.receive_urgently, alerts.call_for_filing],
        takes=inputs.Nothing, starts=[C.C1, C.C3, C.C4, C.C5], tells=["crip_queue", "on_call"],
        law="CASF L226-2-1, L226-4 I d", data_class="A",
    )  # fmt: skip
    def submit_urgent(self, given: Any, case: Case) -> None:
        """Send what is known of an immediate danger; the rest becomes due at the first analysis."""
        self.submitted_at = case.at

    @step(
        "withdraw", number="T04", label="Retirer", en="Withdraw",
        source=[State.SUBMITTED], target=State.WITHDRAWN, roles=[Role.FILER],
        effects=[open_review], takes=inputs.Reasoned, starts=[C.C20], stops=[C.C1, C.C4, C.C5], tells=["coordinator"],
        law="CASF L226-2-1", data_class="C",
    )  # fmt: skip
    def withdraw(self, given: Any, case: Case) -> None:
        """Take a concern back before it is acknowledged; nothing is deleted, a coordinator looks at it."""
        self.closed_at = self.withdrawn_at = case.at

    # --- First analysis -------------------------------------------------------------------------------

    @step(
        "acknowledge", number="T05", label="Accuser réception", en="Acknowledge",
        source=[State.SUBMITTED], target=State.ACKNOWLEDGED, roles=[Role.INTAKE_AGENT, Role.CRIP_COORDINATOR],
        effects=[effects.adopt_keys],
        takes=inputs.Noted, stops=[C.C1], starts=[C.C2], tells=["filer"], law="CASF L226-3", data_class="A",
    )  # fmt: skip
    def acknowledge(self, given: Any, case: Case) -> None:
        """Enter the concern in the cell's register."""
        self.acknowledged_at = case.at

    @step(
        "start_triage", number="T06", label="Ouvrir la première analyse", en="Start the first analysis",
        source=[State.ACKNOWLEDGED], target=State.TRIAGE, roles=[Role.CRIP_COORDINATOR, Role.INTAKE_AGENT],
        checks=[index_was_asked], takes=inputs.SearchProof, law="CASF L226-3", data_class="D",
    )  # fmt: skip
    def start_triage(self, given: Any, case: Case) -> None:
        """Begin the first analysis once earlier files have been looked for."""

    @step(
        "qualify", number="T10", label="Qualifier IP", en="Qualify",
        source=[State.TRIAGE, State.ACKNOWLEDGED], target=State.QUALIFIED, roles=[Role.CRIP_COORDINATOR],
        guards=[guards.qualification_from_triage],
        checks=[
            checks.items_left_are_settled, guards.search_is_proven, index_was_asked, guards.children_are_qualified,
            checks.unit_is_of_authority,
        ],
        effects=[effects.qualify_children, effects.raise_urgency, effects.open_assessment],
        signed_when=two_readers,
        second_signers=[Role.CRIP_COORDINATOR, Role.SUPERVISOR, Role.ASE_INSPECTOR],
        takes=inputs.Qualification, stops=[C.C2], tells=["assessment_lead"],
        law="CASF R226-2-2, CC 375",
    )  # fmt: skip
    def qualify(self, given: Any, case: Case) -> None:
        """Hold that this is an *information préoccupante*; a team is to be named."""
        self.left_open = False
        if given.unit:
            self.unit_id = given.unit

    @step(
        "reorient", number="T11", label="Réorienter", en="Reorient",
        source=[State.TRIAGE], target=State.NOT_QUALIFIED, roles=[Role.CRIP_COORDINATOR],
        guards=[
            guards.no_sign_of_exploitation, guards.not_urgent,
            guards.no_judicial_referral_open, guards.no_measure_alive,
        ],
        checks=[checks.items_left_are_settled], effects=[open_review], signed_when=history_calls_for_two,
        takes=inputs.Reorienting, starts=[C.C20], stops=[C.C2, C.C4], tells=["target_service", "filer"],
        law="CASF R226-2-2",
    )  # fmt: skip
    def reorient(self, given: Any, case: Case) -> None:
        """Set aside a concern that isn't an *information préoccupante*, and say who takes it over."""
        self.closed_at = case.at

    @step(
        "assign", number="T13", label="Confier l'évaluation", en="Assign the assessment",
        source=[State.QUALIFIED], target=State.IN_ASSESSMENT, roles=[Role.CRIP_COORDINATOR, Role.ASSESSMENT_LEAD],
        checks=[
            guards.team_is_multidisciplinary, guards.team_does_not_follow_the_family, checks.people_may_be_named,
            team_comes_from_where_it_may,
        ],
        effects=[effects.name_team, effects.assign_assessment],
        takes=inputs.Team, starts=[C.C4B_MEETING, C.C4B_VISIT], tells=["team"], law="CASF D226-2-5",
    )  # fmt: skip
    def assign(self, given: Any, case: Case) -> None:
        """Entrust the assessment to a multidisciplinary team."""

    # --- Danger, justice, holders ---------------------------------------------------------------------

    @step(
        "flag_immediate_danger", number="T14", label="Signaler un danger immédiat", en="Flag an immediate danger",
        source=ACTIVE, target=SAME, roles=HOLDING, holding=True,
        checks=[guards.children_belong], effects=[effects.flag_danger, alerts.call_for_danger],
        takes=inputs.ImmediateDanger, starts=[C.C3], tells=["coordinator", "on_call", "supervisor"],
        law="CASF L226-4 I d",
    )  # fmt: skip
    def flag_immediate_danger(self, given: Any, case: Case) -> None:
        """Say that a child is in danger now."""

    @step(
        "send_judicial", number="T15", label="Saisir le parquet (sans délai)", en="Refer to the prosecutor",
        source=ACTIVE, target=SAME, roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR, Role.ON_CALL],
        checks=[
            guards.children_belong, guards.ground_fits_the_child, guards.prepared_referral_is_of_case,
            composing.document_is_written, composing.document_says_the_same,
        ],
        effects=[effects.send_to_justice, alerts.answer],
        takes=inputs.SeizeJustice, starts=[C.C7], stops=[C.C3],
        tells=["prosecutor", "holders", "supervisor"], law="CASF L226-4 I; loi 2002-305 art. 13", data_class="I",
    )  # fmt: skip
    def send_judicial(self, given: Any, case: Case) -> None:
        """Refer children to the prosecutor, beside the administrative path."""

    @step(
        "inform_holders", number="T16", label="Informer les titulaires", en="Inform the holders",
        source=(*ACTIVE, *CLOSED), target=SAME,
        roles=[Role.CRIP_COORDINATOR, Role.ASSESSOR, Role.ASE_INSPECTOR, Role.ON_CALL],
        guards=[someone_is_a_minor],
        checks=[guards.holder_is_of_case, guards.implicated_holder_waits, guards.review_date_is_near,
                information_is_still_due, reason_is_of_the_protocol],
        effects=[effects.inform_holder], signed_when=long_deferral_calls_for_two,
        takes=inputs.Informing, starts=[C.R_HOLDERS], stops=[C.R_HOLDERS],
        law="CASF L226-2-1, L226-5 al. 3", data_class="B",
    )  # fmt: skip
    def inform_holders(self, given: Any, case: Case) -> None:
        """Record that a holder was told, why this waits and until when, or why it isn't due."""

    # --- Assessment -----------------------------------------------------------------------------------

    @step(
        "record_contact", number="T17", label="Tracer une rencontre", en="Record a contact",
        source=[State.IN_ASSESSMENT], target=SAME, roles=[Role.ASSESSOR, Role.ASSESSMENT_LEAD],
        checks=[guards.children_belong], effects=[effects.record_visit],
        takes=inputs.Contact, stops=[C.C4B_MEETING, C.C4B_VISIT], law="CASF D226-2-3, D226-2-6", data_class="H",
    )  # fmt: skip
    def record_contact(self, given: Any, case: Case) -> None:
        """Record a visit, meeting or attempt; what took place is never refused."""

    @step(
        "child_unreachable", number="T18", label="Impossible de rencontrer l'enfant", en="The child can't be met",
        source=[State.IN_ASSESSMENT], target=State.JUDICIAL_PENDING, roles=[Role.ASE_INSPECTOR],
        guards=[guards.no_child_was_met, guards.attempts_were_made],
        checks=[
            guards.ground_fits_the_child, guards.prepared_referral_is_of_case,
            composing.document_is_written, composing.document_says_the_same,
        ],
        effects=[effects.refer_every_child, effects.send_to_justice, effects.abort_assessment],
        takes=inputs.SeizeJusticeForAll, starts=[C.C7], stops=[C.C3, C.C4, C.C4B_MEETING, C.C4B_VISIT],
        tells=["prosecutor", "holders"], law="CASF D226-2-6, L226-4 I c", data_class="I",
    )  # fmt: skip
    def child_unreachable(self, given: Any, case: Case) -> None:
        """Refer to justice a child whom nobody could meet: it is a duty, not a choice."""

    @step(
        "extend_assessment", number="T19", label="Motiver un dépassement", en="Explain a delay",
        source=[State.IN_ASSESSMENT], target=SAME, roles=[Role.ASSESSMENT_LEAD],
        checks=[guards.new_date_lies_ahead], effects=[effects.note_new_date],
        signed_when=extension_calls_for_two, second_signers=[Role.SUPERVISOR],
        takes=inputs.Extension, tells=["coordinator"], law="CASF D226-2-4", data_class="H",
    )  # fmt: skip
    def extend_assessment(self, given: Any, case: Case) -> None:
        """Record why the assessment runs late; its legal delay isn't moved and stays breached."""

    @step(
        "submit_report", number="T20", label="Remettre le rapport", en="Deliver the report",
        source=[State.IN_ASSESSMENT], target=State.REPORT_SUBMITTED, roles=[Role.ASSESSMENT_LEAD],
        guards=[
            guards.assessment_awaits_validation, guards.validator_is_not_of_team,
            guards.every_child_has_a_conclusion, guards.report_is_complete,
        ],
        checks=[guards.visits_were_made, checks.decider_is_known, report_reaches_the_prosecutor],
        effects=[effects.deliver_assessment, effects.name_decider],
        takes=inputs.Report, starts=[C.C8], stops=[C.C4, C.C4B_MEETING, C.C4B_VISIT], tells=["ase_inspector"],
        law="CASF D226-2-7", data_class="H",
    )  # fmt: skip
    def submit_report(self, given: Any, case: Case) -> None:
        """Deliver the team's single report to the decider."""

    @step(
        "ask_supplement", number="T21", label="Demander un complément d'évaluation", en="Ask for a supplement",
        source=[State.REPORT_SUBMITTED], target=State.IN_ASSESSMENT, roles=[Role.ASE_INSPECTOR],
        checks=[
            guards.team_is_named_where_none_is, guards.team_is_multidisciplinary,
            guards.team_does_not_follow_the_family, checks.people_may_be_named, team_comes_from_where_it_may,
        ],
        effects=[effects.resume_assessment],
        takes=inputs.Supplement, starts=[C.C4], stops=[C.C8], tells=["team"], law="CASF D226-2-7", data_class="H",
    )  # fmt: skip
    def ask_supplement(self, given: Any, case: Case) -> None:
        """Send the case back to its team with questions; the legal delay resumes on its old date."""

    # --- Decision -------------------------------------------------------------------------------------

    @step(
        "decide_close", number="T22", label="Classer", en="Close without action",
        source=[State.REPORT_SUBMITTED], target=State.CLOSED_NO_ACTION, roles=[Role.ASE_INSPECTOR],
        guards=[
            guards.strongest_is_close, guards.recorded_decisions_still_hold,
            guards.no_judicial_referral_open, guards.no_measure_alive,
        ],
        checks=[guards.children_belong, guards.carried_decisions_hold],
        carries=[effects.record_decisions], effects=[open_review], signed_when=closing_calls_for_two,
        takes=inputs.DecideClose, starts=[C.C20], stops=[C.C8], tells=["holders", "child", "filer"],
        law="CASF D226-2-7", data_class="J",
    )  # fmt: skip
    def decide_close(self, given: Any, case: Case) -> None:
        """Close the case after a report that rules out danger for each child."""
        self.closed_at = case.at

    @step(
        "decide_admin", number="T23", label="Proposer une protection administrative",
        en="Offer an administrative protection",
        source=[State.REPORT_SUBMITTED],
        target=[State.ADMIN_OFFER, State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL],
        roles=[Role.ASE_INSPECTOR], guards=[guards.strongest_is_admin, guards.recorded_decisions_still_hold],
        checks=[
            guards.children_belong, guards.carried_decisions_hold, guards.measures_fit_the_decision,
            checks.measure_types_exist, variants_are_of_the_authority, silence.silence_counts_for_a_child_in_care,
            young_adult_was_looked_after,
        ],
        carries=[effects.record_decisions], effects=[effects.propose_measures],
        signed_when=carried_decisions_call_for_two,
        signers_for=OVERRIDE_SIGNERS,
        takes=inputs.DecideAdmin, starts=[C.C9], stops=[C.C8], tells=["holders", "child"],
        law="CASF L222-3, L222-5, L223-2", data_class="J",
    )  # fmt: skip
    def decide_admin(self, given: Any, case: Case) -> State:
        """Offer the family a protection that needs its written agreement."""
        if any(found.judicial for found in case.measures_alive()):
            return State.PROTECTED_JUDICIAL
        begun = (
            MeasureState.AGREED,
            MeasureState.AWAITING_START,
            MeasureState.ACTIVE,
            MeasureState.SUSPENDED,
        )
        alive = case.measures_alive()
        if alive and not given.measures and all(found.state in begun for found in alive):
            return State.PROTECTED_ADMIN
        return State.ADMIN_OFFER

    @step(
        "record_agreement", number="T24", label="Accord recueilli", en="Record the agreement",
        source=[State.ADMIN_OFFER], target=State.PROTECTED_ADMIN, roles=[Role.ASE_INSPECTOR, Role.CASE_REFERENT],
        guards=[guards.measure_is_proposed],
        checks=[silence.silence_has_lasted, agreement_is_of_the_right_person], effects=[effects.agree_to_measure],
        takes=inputs.AgreementOfCase, starts=[C.C16], stops=[C.C9], tells=["service"],
        law="CASF L223-2", data_class="J",
    )  # fmt: skip
    def record_agreement(self, given: Any, case: Case) -> None:
        """Record the first written agreement of the case."""

    @step(
        "record_refusal", number="T25", label="Refus / impossibilité de collaborer", en="Record a refusal",
        source=[State.ADMIN_OFFER, State.PROTECTED_ADMIN],
        target=[State.JUDICIAL_PENDING, State.REPORT_SUBMITTED, SAME], roles=[Role.ASE_INSPECTOR],
        checks=[
            guards.children_belong, guards.every_holder_is_traced, guards.persisting_danger_is_referred,
            guards.ground_fits_the_child, guards.prepared_referral_is_of_case, composing.document_says_the_same,
        ],
        effects=[effects.refuse_measures, effects.refer_after_refusal],
        takes=inputs.RefusalOfCase, starts=[C.C7, C.C8], stops=[C.C9, C.C3], tells=["prosecutor"],
        law="CASF L226-4 I b", data_class="J",
    )  # fmt: skip
    def record_refusal(self, given: Any, case: Case) -> str:
        """Record that the family refuses or can't collaborate; danger that persists goes to justice."""
        if given.danger_persists:
            return State.JUDICIAL_PENDING
        others = [m for m in case.measures_alive() if m.child_id != given.child or m.judicial]
        return str(self.state) if others else State.REPORT_SUBMITTED

    @step(
        "decide_judicial", number="T26", label="Saisir l'autorité judiciaire", en="Decide to refer to justice",
        source=[State.REPORT_SUBMITTED, State.ADMIN_OFFER, State.PROTECTED_ADMIN], target=State.JUDICIAL_PENDING,
        roles=[Role.ASE_INSPECTOR],
        guards=[guards.strongest_is_judicial_after_report],
        checks=[
            guards.children_belong, guards.carried_decisions_hold, guards.referral_is_argued,
            guards.ground_fits_the_child, guards.prepared_referral_is_of_case, composing.document_says_the_same,
        ],
        carries=[effects.record_decisions, effects.decide_for_justice], effects=[effects.send_argued_to_justice],
        signed_when=carried_decisions_call_for_two,
        signers_for=OVERRIDE_SIGNERS,
        takes=inputs.DecideJudicial, starts=[C.C7], stops=[C.C8, C.C3], tells=["prosecutor", "holders"],
        law="CASF D226-2-7, L226-4", data_class="I",
    )  # fmt: skip
    def decide_judicial(self, given: Any, case: Case) -> None:
        """Refer the case to justice as its outcome, with an argued report."""

    @step(
        "decide_continue", number="T27", label="Poursuite de la mesure en cours", en="Continue the measure under way",
        source=[State.REPORT_SUBMITTED, State.TRIAGE], target=[State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL],
        roles=[Role.ASE_INSPECTOR],
        guards=[guards.triage_may_continue, guards.strongest_is_continue, guards.recorded_decisions_still_hold],
        checks=[guards.children_belong, guards.carried_decisions_hold],
        # After the move: from the first analysis T43 has no place before it.
        effects=[effects.record_decisions], signed_when=carried_decisions_call_for_two,
        signers_for=OVERRIDE_SIGNERS,
        takes=inputs.DecideContinue, stops=[C.C2, C.C4, C.C8], tells=["case_referent"],
        law="CASF D226-2-7", data_class="J",
    )  # fmt: skip
    def decide_continue(self, given: Any, case: Case) -> State:
        """Keep the measure that already protects the child."""
        judicial = any(found.judicial for found in case.measures_alive())
        return State.PROTECTED_JUDICIAL if judicial else State.PROTECTED_ADMIN

    @step(
        "judicial_outcome", number="T28", label="Suite judiciaire reçue", en="Record the answer of justice",
        source=[State.JUDICIAL_PENDING], target=[State.PROTECTED_JUDICIAL, State.REPORT_SUBMITTED, SAME],
        roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
        guards=[guards.outcome_is_of_case],
        checks=[
            guards.outcome_decides, silence.silence_outlasted_the_reminders, checks.ordered_types_exist,
            variants_are_of_the_authority,
        ],
        effects=[effects.answer_of_justice], signed_when=silence.lapsing_calls_for_two,
        takes=inputs.JusticeAnswerOfCase, starts=[C.C8], stops=[C.C7], tells=["team"],
        law="CC 375, 375-5; CASF L226-4", data_class="I",
    )  # fmt: skip
    def judicial_outcome(self, given: Any, case: Case) -> str:
        """Record what justice decided; without a measure the case comes back for a new decision."""
        if any(item.type in ORDERING for item in given.outcomes):
            return State.PROTECTED_JUDICIAL
        if case.someone_still_waits(given):
            return str(self.state)
        return State.REPORT_SUBMITTED

    @step(
        "measure_event", number="T29", label="Évènement de mesure", en="Measure event", internal=True,
        source=[State.ADMIN_OFFER, State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL],
        target=[State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL, SAME], roles=[],
        takes=inputs.Nothing, law="CASF L223-5", data_class="J",
    )  # fmt: skip
    def measure_event(self, given: Any, case: Case) -> str:
        """Follow the measures: a judicial one alive shows; the last one over, an administrative one shows."""
        alive = case.measures_alive()
        if any(found.judicial for found in alive):
            return State.PROTECTED_JUDICIAL
        if alive and self.state == State.PROTECTED_JUDICIAL:
            return State.PROTECTED_ADMIN
        return str(self.state)

    @step(
        "end_followup", number="T30", label="Clore la prise en charge", en="End the follow-up",
        source=[State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL], target=State.ENDED, roles=[Role.ASE_INSPECTOR],
        guards=[guards.no_measure_alive, guards.nothing_is_left_open, guards.no_judicial_referral_open],
        effects=[open_review], signed_when=history_calls_for_two,
        takes=inputs.EndOfFollowUp, starts=[C.C20],
        stops=[C.C10, C.C11, C.C12, C.C13, C.C14, C.C14B, C.C15, C.C15B, C.C16, C.C17],
        tells=["holders", "child"], law="CASF L223-5", data_class="J",
    )  # fmt: skip
    def end_followup(self, given: Any, case: Case) -> None:
        """End the follow-up once no measure is alive."""
        self.closed_at = case.at

    # --- At any time ----------------------------------------------------------------------------------

    @step(
        "rectify", number="T42", label="Rectifier", en="Rectify",
        source=(*ACTIVE, *CLOSED, State.ARCHIVED), target=SAME, roles=AUTHORS,
        effects=[effects.rectify],
        takes=inputs.Rectify, law="RGPD art. 16; CASF R221-10", data_class="D",
    )  # fmt: skip
    def rectify(self, given: Any, case: Case) -> None:
        """Correct a value; the old one stays, sealed."""

    @step(
        "decide_child", number="T43", label="Décider pour un·e enfant", en="Decide for one child",
        source=[
            State.REPORT_SUBMITTED, State.ADMIN_OFFER, State.JUDICIAL_PENDING,
            State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL,
        ],
        target=SAME, roles=[Role.ASE_INSPECTOR],
        checks=[
            guards.children_belong, guards.child_decision_is_open, guards.child_decision_holds,
            guards.measures_fit_the_decision, checks.measure_types_exist, variants_are_of_the_authority,
            silence.silence_counts_for_a_child_in_care, young_adult_was_looked_after,
        ],
        effects=[effects.decide_one_child, effects.propose_measures], signed_when=child_decision_calls_for_two,
        signers_for=OVERRIDE_SIGNERS,
        takes=inputs.DecideChild, starts=[C.C9], law="CASF D226-2-7", data_class="J",
    )  # fmt: skip
    def decide_child(self, given: Any, case: Case) -> None:
        """Decide for one child; the case moves when each child is decided."""

    @step(
        "set_exploitation_status", number="T44", label="Renseigner la situation prostitutionnelle",
        en="Set the exploitation status",
        source=ACTIVE, target=SAME, roles=HOLDING, holding=True,
        checks=[guards.child_is_on_record, guards.status_moves_lawfully, checks.lowering_is_for_deciders],
        effects=[effects.set_status], signed_when=refuting_calls_for_two,
        takes=inputs.ExploitationStatus, tells=["coordinator", "exploitation_lead"],
        law="loi 2002-305 art. 13; CASF L221-1",
    )  # fmt: skip
    def set_exploitation_status(self, given: Any, case: Case) -> None:
        """Say what is known of a child's exploitation; only two persons rule it out."""

    @step(
        "set_urgency", number="T45", label="Modifier l'urgence", en="Change the urgency",
        source=ACTIVE, target=SAME, roles=HOLDING, holding=True,
        checks=[guards.urgency_keeps_its_floor, checks.lowering_urgency_is_for_coordinators],
        effects=[effects.set_urgency],
        takes=inputs.UrgencyChange, stops=[C.C3], tells=["coordinator", "supervisor"], law="CASF D226-2-4",
    )  # fmt: skip
    def set_urgency(self, given: Any, case: Case) -> None:
        """Raise the urgency, or lower it with a reason."""
        self.urgency = given.value

    @step(
        "restrict", number="T46", label="Restreindre l'accès", en="Restrict access",
        source=(*ACTIVE, *CLOSED, State.ARCHIVED), target=SAME,
        roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR, Role.SUPERVISOR],
        guards=[guards.restriction_is_of_its_list],
        checks=[guards.children_belong, guards.restriction_names_enough, checks.named_may_read,
                checks.named_include_a_supervisor],
        effects=[restricting.restrict_filings, effects.restrict, documents.withhold_restricted],
        also_locks=restricting.filings_joined_to, signed_when=widening_calls_for_two,
        takes=inputs.Restriction, starts=[C.R_RESTRICTION],
        tells=["named", "supervisors"],
        law="CASF R221-8",
    )  # fmt: skip
    def restrict(self, given: Any, case: Case) -> None:
        """Keep the case, or one child of it, for named persons; it works at once."""
        if given.child is None:
            self.restricted = True

    @step(
        "unrestrict", number="T46", label="Lever ou élargir la restriction", en="Lift or widen the restriction",
        source=(*ACTIVE, *CLOSED, State.ARCHIVED), target=SAME,
        roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR, Role.SUPERVISOR],
        guards=[guards.case_is_restricted, checks.restriction_is_of_its_list_or_left_alone],
        checks=[checks.named_may_read, checks.left_list_is_completed],
        effects=[restricting.open_filings, effects.unrestrict], also_locks=restricting.filings_joined_to,
        signed_when=opening_calls_for_two, signers_for={LEFT_ALONE: (Role.SUPERVISOR,)},
        takes=inputs.Unrestriction, stops=[C.R_RESTRICTION], tells=["named", "supervisors"], law="CASF R221-8",
    )  # fmt: skip
    def unrestrict(self, given: Any, case: Case) -> None:
        """Lift the restriction, or add names to its list."""
        if given.lift:
            self.restricted = False

    @step(
        "reassign", number="T47", label="Modifier l'équipe", en="Change the team",
        source=[State.IN_ASSESSMENT], target=SAME, roles=[Role.CRIP_COORDINATOR, Role.ASSESSMENT_LEAD],
        checks=[
            guards.resulting_team_is_multidisciplinary, guards.team_does_not_follow_the_family,
            checks.people_may_be_named, team_comes_from_where_it_may,
        ],
        effects=[effects.change_team], takes=inputs.TeamChange, tells=["team"], law="CASF D226-2-5",
    )  # fmt: skip
    def reassign(self, given: Any, case: Case) -> None:
        """Change the team; what a leaver wrote stays."""

    @step(
        "name_decider", number="T48", label="Désigner le décideur", en="Name the decider",
        source=OPENED, target=SAME, roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
        checks=[checks.people_may_be_named, checks.decider_is_not_of_service], effects=[effects.name_inspector],
        takes=inputs.Naming, tells=["named"], law="CASF L226-3",
    )  # fmt: skip
    def name_decider(self, given: Any, case: Case) -> None:
        """Name the inspector who decides."""

    @step(
        "name_referent", number="T48", label="Désigner le référent", en="Name the referent",
        source=OPENED, target=SAME, roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
        checks=[guards.children_belong, checks.people_may_be_named, checks.referent_is_not_of_team],
        effects=[effects.name_referent], takes=inputs.Naming, tells=["named"], law="CASF L223-1",
    )  # fmt: skip
    def name_referent(self, given: Any, case: Case) -> None:
        """Name the social worker who follows the child."""

    @step(
        "name_service", number="T48", label="Désigner le service", en="Name the service",
        source=OPENED, target=SAME, roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
        checks=[
            checks.measure_may_be_handed_over, checks.service_is_habilitated, checks.service_is_not_the_deciders,
        ],
        effects=[effects.name_service],
        takes=inputs.NamingService, tells=["named"], law="CASF L223-1", data_class="J",
    )  # fmt: skip
    def name_service(self, given: Any, case: Case) -> None:
        """Name the service that executes a measure."""

    @step(
        "log_contact", number="T49", label="Tracer un échange", en="Record an exchange",
        source=(*ACTIVE, *CLOSED), target=SAME, roles=HOLDING, holding=True,
        effects=[effects.log_contact], takes=inputs.Exchange, starts=[C.C5B, C.C18], stops=[C.C18],
        law="CASF L226-5 al. 2, D226-2-8",
    )  # fmt: skip
    def log_contact(self, given: Any, case: Case) -> None:
        """Put an exchange with somebody on record."""

    @step(
        "add_child", number="T50", label="Ajouter un·e enfant", en="Add a child",
        source=[
            State.SUBMITTED, State.ACKNOWLEDGED, State.TRIAGE, State.QUALIFIED,
            State.IN_ASSESSMENT, State.REPORT_SUBMITTED,
        ],
        target=SAME, roles=[Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.ASSESSOR],
        effects=[effects.add_child],
        takes=inputs.AddedChild, tells=["team"], law="CASF L226-3, D226-2-3", data_class="B",
    )  # fmt: skip
    def add_child(self, given: Any, case: Case) -> None:
        """Add a child of the household, or another subject of the concern."""

    # --- Rights on one case ---------------------------------------------------------------------------

    @step(
        "exclude", number="X01", label="Exclure une personne", en="Exclude a person", grave=True,
        source=(*ACTIVE, *CLOSED, State.ARCHIVED), target=SAME, roles=[Role.CRIP_COORDINATOR, Role.SUPERVISOR],
        checks=[checks.person_is_known, checks.not_excluded_yet], effects=[effects.exclude],
        takes=inputs.ExclusionOf, law="CASF R221-8",
    )  # fmt: skip
    def exclude(self, given: Any, case: Case) -> None:
        """Bar a person with ties to anyone of the case; nothing beats it."""

    @step(
        "recuse", number="X04", label="Se déporter du dossier", en="Step aside from the case",
        source=(*ACTIVE, *CLOSED, State.ARCHIVED), target=SAME, roles=SEEING, seeing=True,
        effects=[effects.recuse], takes=inputs.Reasoned, tells=["coordinator"], law="CASF R221-8",
    )  # fmt: skip
    def recuse(self, given: Any, case: Case) -> None:
        """Bar oneself from a case with anyone of which one has a tie; at once, and only two others undo it."""

    @step(
        "lift_exclusion", number="X02", label="Lever une exclusion", en="Lift an exclusion", grave=True,
        source=(*ACTIVE, *CLOSED, State.ARCHIVED), target=SAME, roles=[Role.CRIP_COORDINATOR, Role.SUPERVISOR],
        checks=[checks.exclusion_is_in_force], effects=[effects.lift_exclusion],
        signed_when=lifting_an_exclusion_calls_for_two,
        takes=inputs.ExclusionLift, law="CASF R221-8",
    )  # fmt: skip
    def lift_exclusion(self, given: Any, case: Case) -> None:
        """End an exclusion, by two persons."""

    @step(
        "grant_access", number="X03", label="Ouvrir un accès exceptionnel", en="Grant an exceptional access",
        source=(*ACTIVE, *CLOSED, State.ARCHIVED), target=SAME, roles=[Role.CRIP_COORDINATOR, Role.SUPERVISOR],
        grave=True, checks=[checks.grant_is_bounded], effects=[effects.grant_access],
        takes=inputs.GrantTo, tells=["named", "supervisors"], law="CASF R221-8",
    )  # fmt: skip
    def grant_access(self, given: Any, case: Case) -> None:
        """Let one more person of the authority read one case, for a stated time and reason."""
