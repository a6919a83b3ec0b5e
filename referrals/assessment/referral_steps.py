"""Steps on the case that drive its assessment: T13, T17 to T21, T47, T49."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.assessment import effects, guards
from referrals.assessment import inputs as assessment_inputs
from referrals.assessment.inputs import Extension
from referrals.assessment.teams import team_comes_from_where_it_may
from referrals.justice import effects as justice_effects
from referrals.justice import guards as justice_guards
from referrals.justice import letter_guards
from referrals.justice.variants import report_reaches_the_prosecutor
from referrals.models import Referral
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.role_sets import HOLDING
from referrals.vocabulary.states import ACTIVE, CLOSED, State
from referrals.workflow import case_guards, decision_inputs, decision_records
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.referral_machine import step
from referrals.workflow.rules import two_sign
from referrals.workflow.step import SAME, Theme
from referrals.workflow.usual import Usual


@two_sign(_("Motiver un dépassement du délai demande une seconde signature."), of_case=True)
def extension_calls_for_two(case: Case, step_input: Extension) -> bool:
    """A late assessment is explained by its lead and signed by a supervisor (T19)."""
    return True


@step(
    "assign",
    number="T13",
    label=_("Confier l'évaluation"),
    source=[State.QUALIFIED],
    target=State.IN_ASSESSMENT,
    roles=[Role.CRIP_COORDINATOR, Role.ASSESSMENT_LEAD],
    checks=[
        guards.team_is_multidisciplinary,
        guards.team_does_not_follow_the_family,
        workflow_people.people_may_be_named,
        team_comes_from_where_it_may,
    ],
    effects=[effects.name_team, effects.assign_assessment],
    takes=assessment_inputs.Team,
    starts=[C.C4B_MEETING, C.C4B_VISIT],
    tells=["team"],
    law="CASF D226-2-5",
    usual=[Usual(_("Aucune équipe n'est encore désignée pour l'évaluation."))],
    changes_rights=True,
)
def assign(referral: Referral, step_input: assessment_inputs.Team, case: Case) -> None:
    """Entrust the assessment to a multidisciplinary team."""


@step(
    "record_contact",
    number="T17",
    label=_("Consigner une rencontre"),
    source=[State.IN_ASSESSMENT],
    target=SAME,
    roles=[Role.ASSESSOR, Role.ASSESSMENT_LEAD],
    checks=[case_guards.children_belong],
    effects=[effects.record_visit],
    takes=assessment_inputs.Contact,
    stops=[C.C4B_MEETING, C.C4B_VISIT],
    law="CASF D226-2-3, D226-2-6",
    data_class="H",
    usual=[
        Usual(
            _("Chaque visite et chaque entretien se consignent au fur et à mesure."),
            roles=[Role.ASSESSOR],
            rank=2,
        )
    ],
    theme=Theme.EXCHANGES,
    times_itself=True,
)
def record_contact(referral: Referral, step_input: assessment_inputs.Contact, case: Case) -> None:
    """Record a visit, meeting or attempt; what took place is never refused."""


@step(
    "child_unreachable",
    number="T18",
    label=_("Constater l'impossibilité de rencontrer l'enfant"),
    source=[State.IN_ASSESSMENT],
    target=State.JUDICIAL_PENDING,
    roles=[Role.ASE_INSPECTOR],
    guards=[guards.no_child_was_met, guards.attempts_were_made],
    checks=[
        justice_guards.ground_fits_the_child,
        justice_guards.prepared_referral_is_of_case,
        letter_guards.document_is_written,
        letter_guards.document_says_the_same,
    ],
    effects=[justice_effects.refer_every_child, justice_effects.send_to_justice, effects.abort_assessment],
    takes=decision_inputs.SeizeJusticeForAll,
    starts=[C.C7],
    stops=[C.C3, C.C4, C.C4B_MEETING, C.C4B_VISIT],
    tells=["prosecutor", "holders"],
    law="CASF D226-2-6, L226-4 I c",
    data_class="I",
    usual=[Usual(_("L'enfant n'a pas pu être rencontré malgré les tentatives : la justice doit le savoir."))],
    theme=Theme.DANGER,
)
def child_unreachable(referral: Referral, step_input: decision_inputs.SeizeJusticeForAll, case: Case) -> None:
    """Refer to justice a child whom nobody could meet: it is a duty, not a choice."""


@step(
    "extend_assessment",
    number="T19",
    label=_("Motiver un dépassement"),
    source=[State.IN_ASSESSMENT],
    target=SAME,
    roles=[Role.ASSESSMENT_LEAD],
    checks=[guards.new_date_lies_ahead],
    effects=[effects.note_new_date],
    signed_when=extension_calls_for_two,
    second_signers=[Role.SUPERVISOR],
    takes=assessment_inputs.Extension,
    tells=["coordinator"],
    law="CASF D226-2-4",
    data_class="H",
    usual=[Usual(_("Si trois mois ne suffisent pas, dites pourquoi avant l'échéance."), rank=3)],
)
def extend_assessment(referral: Referral, step_input: assessment_inputs.Extension, case: Case) -> None:
    """Record why the assessment runs late; its legal delay isn't moved and stays breached."""


@step(
    "submit_report",
    number="T20",
    label=_("Remettre le rapport"),
    source=[State.IN_ASSESSMENT],
    target=State.REPORT_SUBMITTED,
    roles=[Role.ASSESSMENT_LEAD],
    guards=[
        guards.assessment_awaits_validation,
        guards.validator_is_not_of_team,
        guards.every_child_has_a_conclusion,
        guards.every_danger_is_told,
        guards.every_dimension_is_assessed,
        guards.every_child_was_heard,
        guards.every_holder_was_heard,
        guards.every_inquiry_was_considered,
        guards.report_is_complete,
    ],
    checks=[guards.visits_were_made, workflow_people.decider_is_known, report_reaches_the_prosecutor],
    effects=[effects.deliver_assessment, decision_records.name_decider],
    takes=assessment_inputs.Report,
    starts=[C.C8],
    stops=[C.C4, C.C4B_MEETING, C.C4B_VISIT],
    tells=["ase_inspector"],
    law="CASF D226-2-7",
    data_class="H",
    usual=[Usual(_("Le rapport attend d'être validé et remis."))],
)
def submit_report(referral: Referral, step_input: assessment_inputs.Report, case: Case) -> None:
    """Deliver the team's single report to the decider."""


@step(
    "ask_supplement",
    number="T21",
    label=_("Demander un complément d'évaluation"),
    source=[State.REPORT_SUBMITTED],
    target=State.IN_ASSESSMENT,
    roles=[Role.ASE_INSPECTOR],
    checks=[
        guards.team_is_named_where_none_is,
        guards.team_is_multidisciplinary,
        guards.team_does_not_follow_the_family,
        workflow_people.people_may_be_named,
        team_comes_from_where_it_may,
    ],
    effects=[effects.resume_assessment],
    takes=assessment_inputs.Supplement,
    starts=[C.C4],
    stops=[C.C8],
    tells=["team"],
    law="CASF D226-2-7",
    data_class="H",
    on_report=True,
)
def ask_supplement(referral: Referral, step_input: assessment_inputs.Supplement, case: Case) -> None:
    """Send the case back to its team with questions; the legal delay resumes on its old date."""


@step(
    "reassign",
    number="T47",
    label=_("Modifier l'équipe"),
    source=[State.IN_ASSESSMENT],
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASSESSMENT_LEAD],
    checks=[
        guards.resulting_team_is_multidisciplinary,
        guards.team_does_not_follow_the_family,
        workflow_people.people_may_be_named,
        team_comes_from_where_it_may,
    ],
    effects=[effects.change_team],
    takes=assessment_inputs.TeamChange,
    tells=["team"],
    law="CASF D226-2-5",
    theme=Theme.PEOPLE,
    changes_rights=True,
)
def reassign(referral: Referral, step_input: assessment_inputs.TeamChange, case: Case) -> None:
    """Change the team; what a leaver wrote stays."""


@step(
    "log_contact",
    number="T49",
    label=_("Consigner un échange"),
    source=(*ACTIVE, *CLOSED),
    target=SAME,
    roles=HOLDING,
    holding=True,
    effects=[effects.log_contact],
    takes=assessment_inputs.Exchange,
    starts=[C.C5B, C.C18],
    stops=[C.C18],
    law="CASF L226-5 al. 2, D226-2-8",
    theme=Theme.EXCHANGES,
    times_itself=True,
)
def log_contact(referral: Referral, step_input: assessment_inputs.Exchange, case: Case) -> None:
    """Put an exchange with somebody on record."""
