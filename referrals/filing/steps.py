"""Steps that file a concern: T01 to T04."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from referrals.closing.effects import open_review
from referrals.errors import IncompleteFiling
from referrals.filing import effects
from referrals.models import Referral
from referrals.urgent_calls import effects as urgent_calls_effects
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.required_items import missing_items, missing_urgent_items
from referrals.vocabulary.states import State
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.form_rows import answers_of, late_receipt, typed_by_cell
from referrals.workflow.inputs import Nothing
from referrals.workflow.referral_machine import step
from referrals.workflow.rules import names_fields

FILERS = (Role.FILER, Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.API_119)
URGENT_FILERS = (Role.FILER, Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.ON_CALL, Role.API_119)


@names_fields(fact_class="A")
def form_is_complete(case: Case, step_input: Nothing) -> None:
    """Every L and U item is answered, every P item answered or marked as not known (T02)."""
    form = answers_of(case.referral, case.plain)
    missing = missing_items(form, typed_by_cell=typed_by_cell(case), late=late_receipt(case))
    if missing:
        raise IncompleteFiling(missing)


@names_fields(fact_class="A")
def urgent_form_is_complete(case: Case, step_input: Nothing) -> None:
    """The U items are answered: who, where, what (T03)."""
    if missing := missing_urgent_items(answers_of(case.referral, case.plain)):
        raise IncompleteFiling(missing)


@step(
    "create",
    number="T01",
    label=_("Créer"),
    creates=True,
    source=[],
    target=State.DRAFT,
    roles=URGENT_FILERS,
    takes=inputs.Nothing,
    law="CASF L226-2-1",
    data_class="A",
    on_filing=True,
)
def create(referral: Referral, step_input: inputs.Nothing, case: Case) -> None:
    """Begin a draft, private to its author."""


@step(
    "submit",
    number="T02",
    label=pgettext_lazy("step of a case", "Transmettre"),
    source=[State.DRAFT],
    target=State.SUBMITTED,
    roles=FILERS,
    checks=[form_is_complete],
    effects=[effects.receive],
    takes=inputs.Nothing,
    starts=[C.C1, C.C4, C.C5],
    tells=["crip_queue"],
    law="CASF L226-2-1, D226-2-4",
    data_class="A",
    on_filing=True,
)
def submit(referral: Referral, step_input: inputs.Nothing, case: Case) -> None:
    """Send the concern to the competent authority; the legal delay runs from its receipt."""
    referral.submitted_at = case.at


@step(
    "submit_urgent",
    number="T03",
    label=pgettext_lazy("step of a case", "Transmettre en urgence"),
    source=[State.DRAFT],
    target=State.SUBMITTED,
    roles=URGENT_FILERS,
    checks=[urgent_form_is_complete],
    effects=[effects.receive_urgently, urgent_calls_effects.call_for_filing],
    takes=inputs.Nothing,
    starts=[C.C1, C.C3, C.C4, C.C5],
    tells=["crip_queue", "on_call"],
    law="CASF L226-2-1, L226-4 I d",
    data_class="A",
    on_filing=True,
    urgent=True,
)
def submit_urgent(referral: Referral, step_input: inputs.Nothing, case: Case) -> None:
    """Send what is known of an immediate danger; the rest becomes due at the first analysis."""
    referral.submitted_at = case.at


@step(
    "withdraw",
    number="T04",
    label=pgettext_lazy("step of a case", "Retirer"),
    source=[State.SUBMITTED],
    target=State.WITHDRAWN,
    roles=[Role.FILER],
    effects=[open_review],
    takes=inputs.Reasoned,
    starts=[C.C20],
    stops=[C.C1, C.C3, C.C4, C.C5],
    tells=["coordinator"],
    law="CASF L226-2-1",
    data_class="C",
    on_filing=True,
)
def withdraw(referral: Referral, step_input: inputs.Reasoned, case: Case) -> None:
    """Take a concern back before it is acknowledged; nothing is deleted, a coordinator looks at it."""
    referral.closed_at = referral.withdrawn_at = case.at
