"""Steps of a data breach, from its declaration to its closing (RGPD art. 33, 34; domain.md §2.7 DB1 to DB7).

DB8 is ours: the supervisor, told at once, gives the account in question back.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from audit.events import Purpose
from referrals.data_breaches import effects, guards, inputs
from referrals.data_breaches.sheet import Sheet
from referrals.models import DataBreach
from referrals.vocabulary.data_breaches import Concerned, NotificationPart, Stopped
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import BreachState, Machine
from referrals.workflow.step import SAME, StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(
    Machine.BREACH, DataBreach, law="RGPD art. 33", roles=(Role.DPO,), data_class="L", purpose=Purpose.AUDIT
)
DECLARERS: Final = (Role.DPO, Role.SUPERVISOR, Role.AUDITOR, Role.TERRITORY_ADMIN, Role.PLATFORM_ADMIN)


@step(
    "declare",
    number="DB1",
    label=_("Déclarer une violation"),
    creates=True,
    source=[],
    target=BreachState.DECLARED,
    roles=DECLARERS,
    takes=inputs.DeclaringBreach,
    checks=[guards.instants_are_in_order, guards.account_is_known],
    effects=[effects.keep_facts, effects.suspend_account],
    tells=["dpo", "supervisors"],
    starts=[C.C22],
)
def declare(breach: DataBreach, step_input: inputs.DeclaringBreach, sheet: Sheet) -> None:
    """Declare a breach: the 72 hours run from the awareness on, the account in question is suspended (C22)."""
    sheet.start_clock()


@step(
    "assess",
    number="DB2",
    label=pgettext_lazy("step of a breach", "Évaluer"),
    # Notified at once, before all is known (art. 33(4)): it is assessed afterwards, and stays notified.
    source=[BreachState.DECLARED, BreachState.ASSESSED, BreachState.NOTIFIED],
    target=[BreachState.ASSESSED, SAME],
    takes=inputs.AssessingBreach,
    checks=[guards.somebody_is_concerned],
    effects=[effects.keep_assessment, effects.warn_of_danger],
    tells=["endangered"],
    law="RGPD art. 33, 34",
    usual=[Usual(_("Le service compte dans le journal ; vous corrigez et jugez le risque."))],
)
def assess(breach: DataBreach, step_input: inputs.AssessingBreach, sheet: Sheet) -> str:
    """Say how many persons and entries it touched, the consequences, and how great the risk is."""
    breach.assessed_at, breach.assessed_by_id = sheet.at, sheet.actor.user_id
    breach.persons = {one.value: step_input[one.value] for one in Concerned if step_input[one.value]}
    breach.entries, breach.legible, breach.risk = step_input.entries, step_input.legible, step_input.risk
    breach.parts, breach.touched = list(step_input.parts), list(step_input.touched)
    breach.danger = step_input.danger
    return str(BreachState.NOTIFIED if breach.state == BreachState.NOTIFIED else BreachState.ASSESSED)


@step(
    "notify_cnil",
    number="DB3",
    label=_("Notifier la CNIL"),
    source=[BreachState.DECLARED, BreachState.ASSESSED, BreachState.NOTIFIED],
    target=BreachState.NOTIFIED,
    takes=inputs.NotifyingCnil,
    checks=[guards.notification_is_in_order, guards.delay_is_explained],
    effects=[effects.keep_notification],
    tells=["supervisors"],
    stops=[C.C22],
    usual=[Usual(_("La CNIL est avisée dans les 72 heures, au besoin en plusieurs parties."))],
)
def notify_cnil(breach: DataBreach, step_input: inputs.NotifyingCnil, sheet: Sheet) -> None:
    """Keep the notification that was sent to the CNIL: the first part ends the 72 hours, others complete it."""
    if breach.notified_at is None or step_input.part != NotificationPart.COMPLEMENT:
        breach.notified_at = step_input.notified_at
        breach.late = breach.due_at is not None and step_input.notified_at > breach.due_at
    if step_input.part != NotificationPart.FIRST:
        breach.complete_at = step_input.notified_at
    sheet.stop_clock(Stopped.NOTIFIED)


@step(
    "rule_out",
    number="DB4",
    label=_("Écarter le risque"),
    source=[BreachState.ASSESSED],
    target=BreachState.NOT_NOTIFIED,
    takes=inputs.RulingOutRisk,
    guards=[guards.no_risk_is_left],
    signed_when=guards.ruling_out_takes_two,
    second_signers=[Role.SUPERVISOR],
    effects=[effects.keep_reasons],
    tells=["supervisors"],
    stops=[C.C22],
)
def rule_out(breach: DataBreach, step_input: inputs.RulingOutRisk, sheet: Sheet) -> None:
    """Find by two that a risk for persons is unlikely: the CNIL isn't notified, and it stays in the register."""
    breach.ruled_out_by_id = sheet.actor.user_id
    breach.ruled_out_with_id = sheet.signer.user_id if sheet.signer is not None else None
    sheet.stop_clock(Stopped.RULED_OUT)


@step(
    "inform_persons",
    number="DB5",
    label=_("Informer les personnes"),
    source=[BreachState.ASSESSED, BreachState.NOTIFIED],
    target=SAME,
    takes=inputs.InformingPersons,
    guards=[guards.risk_is_high],
    checks=[
        guards.group_is_concerned,
        guards.days_have_come,
        guards.opinion_is_an_inspectors,
        guards.holders_wait_for_an_opinion,
        guards.unreadable_is_true,
    ],
    effects=[effects.keep_letter],
    law="RGPD art. 34",
    usual=[
        Usual(_("Le risque est élevé : chaque groupe est informé, ou l'on dit pourquoi il ne l'est pas."))
    ],
)
def inform_persons(breach: DataBreach, step_input: inputs.InformingPersons, sheet: Sheet) -> None:
    """Say of one group when and how it was told, by which letter; or why it isn't, and who was heard."""
    informed = {
        "answer": step_input.answer,
        "on": (step_input.on or sheet.today).isoformat(),
        "way": step_input.way,
        "opinion_on": step_input.opinion_on.isoformat() if step_input.opinion_on else "",
        "cnil_told_on": step_input.cnil_told_on.isoformat() if step_input.cnil_told_on else "",
    }
    breach.groups = breach.groups | {
        step_input.group: {name: text for name, text in informed.items() if text}
    }


@step(
    "reassess",
    number="DB6",
    label=_("Évaluer à nouveau"),
    source=[BreachState.NOT_NOTIFIED],
    target=BreachState.ASSESSED,
    takes=inputs.ReassessingBreach,
    checks=[guards.news_are_new],
    effects=[effects.keep_news],
    tells=["supervisors"],
    starts=[C.C22],
)
def reassess(breach: DataBreach, step_input: inputs.ReassessingBreach, sheet: Sheet) -> None:
    """Take the breach up again for what is new: the 72 hours run anew from then on (C22)."""
    breach.aware_at = step_input.aware_at
    breach.ruled_out_by_id = breach.ruled_out_with_id = None
    sheet.start_clock()


@step(
    "close",
    number="DB7",
    label=pgettext_lazy("step of a breach", "Clore"),
    source=[BreachState.NOTIFIED, BreachState.NOT_NOTIFIED],
    target=BreachState.CLOSED,
    takes=inputs.ClosingBreach,
    guards=[guards.every_group_is_answered],
    effects=[effects.keep_changes],
    tells=["supervisors"],
    law="RGPD art. 33, 34",
)
def close(breach: DataBreach, step_input: inputs.ClosingBreach, sheet: Sheet) -> None:
    """Close the breach, and say what changes so that it can't happen again; it stays in the register."""
    breach.closed_at = sheet.at


@step(
    "lift_suspension",
    number="DB8",
    label=_("Lever la suspension du compte"),
    grave=True,
    source=list(BreachState),
    target=SAME,
    roles=(Role.SUPERVISOR,),
    takes=inputs.GivingBack,
    guards=[guards.account_is_suspended],
    effects=[effects.give_account_back, effects.keep_lifting],
    tells=["dpo"],
)
def lift_suspension(breach: DataBreach, step_input: inputs.GivingBack, sheet: Sheet) -> None:
    """Give the account in question back, with all its roles, and say why."""
