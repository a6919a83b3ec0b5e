"""A measure refused or cancelled: for whom a decision is due again (domain.md §2.6 M03, M04; §2.8 no. 13)."""

import pytest

from referrals.models import Child, Clock
from tests.journeys import bodies
from tests.night import NIGHT
from tests.referrals.workflow.kit import Kit

STEPS = [("cancel", {"reason": "Erreur"}), ("refuse", {"attempts": "Appels"})]
#: State of the case, decision of the child, what else there is: whether it is to be decided for again.
CASES = [
    ("protected_admin", "admin", "", True),
    ("protected_admin", "continue", "", True),
    ("protected_judicial", "judicial", "", True),
    ("judicial_pending", "judicial", "answered", True),
    ("judicial_pending", "judicial", "sent", False),
    ("report_submitted", "judicial", "", False),
    ("report_submitted", "continue", "", True),
    ("protected_admin", "close", "", False),
    ("protected_admin", "admin", "measure", False),
    ("protected_judicial", "judicial", "measure", False),
]


@pytest.mark.parametrize(
    ("step", "body", "state", "decision", "beside", "again"),
    [(*step, *case) for n, case in enumerate(CASES) for step in (STEPS if NIGHT else [STEPS[n % 2]])],
)
def test_what_was_decided_stands_only_where_something_else_protects(
    world, step, body, state, decision, beside, again
):
    kit = Kit(world, state, who="ase_inspector")
    kit.set_child(decision=decision)
    if beside == "measure":
        kit.measure("active", type_id="aemo", judicial=True)
    elif beside:
        kit.judicial(beside, "no_further" if beside == "answered" else "")
    kit.part = kit.measure("agreed")

    kit.ask("measure", step, body)

    assert Child.objects.get(pk=kit.child.pk).decision == ("undecided" if again else decision)
    running = Clock.objects.filter(referral=kit.case.pk, code="C8", stopped_at=None)
    assert running.exists() is again or state == "report_submitted", "from the report on it runs anyway"


@pytest.mark.parametrize(
    ("measures", "decision", "refusal"),
    [
        (["cancelled"], "continue", "last_measures_were_carried_out"),
        (["cancelled"], "close", ""),
        (["ended", "cancelled"], "admin", ""),
        (["not_executed", "cancelled"], "admin", "last_measures_were_carried_out"),
        (["ended", "transferred"], "judicial", "last_measures_were_carried_out"),
    ],
)
def test_nothing_ends_as_at_its_term_that_never_began(world, measures, decision, refusal):
    """T30: cases that stood without a measure before this rule are ended by two, and with the danger excluded."""
    kit = Kit(world, "protected_admin", who="ase_inspector")
    kit.set_child(decision=decision)
    for position, state in enumerate(measures):
        kit.measure(state, position=position)
    ending = {"reason": "term", "end_report": "Bilan.", "voices": bodies.silent([kit.child.pk])}

    if refusal == "last_measures_were_carried_out":
        assert kit.refusal("referral", "end_followup", ending) == refusal
        ending |= {"reason": "10", "danger_remains": "yes"}
        assert kit.refusal("referral", "end_followup", ending) == "no_danger_remains"
    else:
        kit.ask("referral", "end_followup", ending)
        assert type(kit.case).objects.get(pk=kit.case.pk).state == "ended"
