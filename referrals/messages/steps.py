"""Questions, complements and messages: T07 to T09 (domain.md §2.2, §2.7 InformationRequest), E01 and E02.

A request for information blocks no step and stops no deadline (C4 least of all); it is answered, expires, or is
cancelled by hand or by the closing of the case. Two channels never mix: with the filer, to whom the cell writes and who
answers by T08, and among the professionals who read the facts of the case.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from referrals.messages import checks, effects, inputs
from referrals.models import Referral
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.role_sets import CELL, HOLDING, READING
from referrals.vocabulary.states import ACTIVE, KEPT_HERE, OPENED, Machine, State
from referrals.workflow import case_guards
from referrals.workflow.case import Case
from referrals.workflow.joined_files import joined_to
from referrals.workflow.step import SAME, StepDecorator, Theme
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.REFERRAL, Referral)
#: Who puts questions; the coordinator first, who may also give up those of others.
ASKERS = (
    Role.CRIP_COORDINATOR,
    Role.INTAKE_AGENT,
    Role.ASSESSOR,
    Role.ASE_INSPECTOR,
    Role.CASE_REFERENT,
)


@step(
    "request_info",
    number="T07",
    label=pgettext_lazy("step of a case", "Demander un complément"),
    source=OPENED,
    target=SAME,
    roles=ASKERS,
    checks=[case_guards.children_belong, checks.partner_is_of_case, checks.answer_is_due_ahead],
    effects=[effects.ask],
    takes=inputs.Questions,
    starts=[C.C6],
    tells=["recipient"],
    filer_notice="filing.message",
    law="CASF L226-2-2, L226-3",
    usual=[
        Usual(
            _("S'il manque un élément pour analyser, demandez-le."), states=[State.TRIAGE], roles=CELL, rank=3
        )
    ],
    theme=Theme.EXCHANGES,
)
def request_info(referral: Referral, step_input: inputs.Questions, case: Case) -> None:
    """Put questions to the filer or to a named partner; the legal delay runs on."""


@step(
    "provide_info",
    number="T08",
    label=_("Apporter un complément"),
    source=(*ACTIVE, State.MERGED),
    target=SAME,
    roles=(Role.FILER, *HOLDING),
    holding=True,
    also_locks=joined_to,
    checks=[checks.complement_is_expected, checks.cell_says_how_it_came, checks.attachments_are_there],
    effects=[effects.complement],
    takes=inputs.Complementing,
    stops=[C.C6],
    tells=["asker", "coordinator"],
    law="CASF L226-2-1, L226-2-2",
    theme=Theme.EXCHANGES,
)
def provide_info(referral: Referral, step_input: inputs.Complementing, case: Case) -> None:
    """Answer a request, or add to one's filing unasked."""


@step(
    "info_expired",
    number="T09",
    label=_("Poursuivre sans complément"),
    source=OPENED,
    target=SAME,
    roles=ASKERS,
    guards=[checks.request_is_open],
    checks=[checks.asker_gives_up],
    effects=[effects.give_up],
    takes=inputs.GivingUp,
    stops=[C.C6],
    tells=["asker"],
    law="CASF L226-3, D226-2-4",
    theme=Theme.EXCHANGES,
)
def info_expired(referral: Referral, step_input: inputs.GivingUp, case: Case) -> None:
    """Wait for an answer no longer."""


@step(
    "message_filer",
    number="E01",
    label=_("Écrire au déclarant"),
    source=(*ACTIVE, *KEPT_HERE),
    target=SAME,
    roles=CELL,
    checks=[case_guards.children_belong],
    effects=[effects.write_to_filer],
    takes=inputs.Message,
    tells=["filer"],
    filer_notice="filing.message",
    law="CASF L226-5",
    data_class="C",
    theme=Theme.EXCHANGES,
)
def message_filer(referral: Referral, step_input: inputs.Message, case: Case) -> None:
    """Write to whoever filed; an answer comes as a complement (T08)."""


@step(
    "message_professionals",
    number="E02",
    label=_("Écrire aux professionnels du dossier"),
    source=(*ACTIVE, *KEPT_HERE),
    target=SAME,
    roles=READING,
    holding=True,
    checks=[case_guards.children_belong],
    effects=[effects.write_to_professionals],
    takes=inputs.Message,
    tells=["team"],
    law="CASF L226-2-2",
    theme=Theme.EXCHANGES,
)
def message_professionals(referral: Referral, step_input: inputs.Message, case: Case) -> None:
    """Share what the mission needs among those who know the case."""


@step(
    "keep_feedback",
    number="E03",
    label=_("Garder le texte du retour"),
    internal=True,
    source=(State.NOT_QUALIFIED, State.CLOSED_NO_ACTION),
    target=SAME,
    roles=[],
    takes=inputs.FeedbackText,
    law="CASF L226-5",
    data_class="C",
)
def keep_feedback(referral: Referral, step_input: inputs.FeedbackText, case: Case) -> None:
    """Keep what was prepared for whoever filed where nobody is owed an answer now (by T11, T22)."""
