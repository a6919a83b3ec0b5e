"""Each guard of the tables bites, and once only that is put right the step is done (domain.md §2.2, §2.6)."""

from copy import copy

import pytest
from django.db import transaction

from tests.referrals.workflow.expectations import EXPECTED
from tests.referrals.workflow.rules import FORM, GUARDS, LATER
from tests.referrals.workflow.situations import SITUATIONS

NAMES = [f"{situation.machine}.{situation.step}" for situation in SITUATIONS]
#: Rules that answer with all that is missing of the form at once.
OF_THE_FORM = ("form_is_complete", "urgent_form_is_complete", "items_left_are_settled")
#: Asked elsewhere: there is no case yet (test_filing), or the authority must have chosen otherwise (test_search).
ELSEWHERE = {("referral", "create", "verified_account"), ("referral", "qualify", "duplicate_search_done")}
#: Steps of the service itself, which nobody asks for, and of batches, anomalies, inquiries and breaches, which are of
#: no case: test_archiving, test_elimination, test_batches, test_anomalies, test_data_breaches and S21 spoil their guards.
ELSEWHERE |= {
    (machine, step, guard.name)
    for machine, step in [
        ("referral", "archive"),
        ("referral", "purge"),
        *(("batch", name) for name in EXPECTED["batch"]),
        *(("anomaly", name) for name in EXPECTED["anomaly"]),
        *(("inquiry", name) for name in EXPECTED["inquiry"]),
        *(("access_request", name) for name in EXPECTED["access_request"]),
        *(("breach", name) for name in EXPECTED["breach"]),
        *(("letter", name) for name in EXPECTED["letter"]),
    ]
    for guard in EXPECTED[machine][step].row.guards
}


def answers(machine, step, guard):
    rules = GUARDS[machine][step][guard].split("|")
    return {FORM if rule in OF_THE_FORM else rule for rule in rules}


@pytest.mark.parametrize("situation", SITUATIONS, ids=NAMES)
def test_each_guard_bites_and_lets_pass_once_that_alone_is_put_right(world, situation):
    kit, body = situation.sound(world)
    before = kit.now()
    for guard, spoil in situation.spoils.items():
        refused_by, moved = _refused(copy(kit), situation, spoil, _copied(body))

        assert refused_by in answers(situation.machine, situation.step, guard), guard
        assert not moved, guard
        assert kit.now() == before, guard

    assert kit.refusal(situation.machine, situation.step, body) == "", "only the guards stood in the way"
    assert kit.now() != before


def _refused(kit, situation, spoil, body):
    """Return what refuses the step where it is spoiled, and whether anything moved; all is rolled back."""
    with transaction.atomic():
        spoil(kit, body)
        spoiled = {name: value for name, value in body.items() if value is not None}
        before = kit.now()
        refused_by = kit.refusal(situation.machine, situation.step, spoiled)
        moved = kit.now() != before
        transaction.set_rollback(True)
    return refused_by, moved


def _copied(value):
    if isinstance(value, dict):
        return {name: _copied(inner) for name, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def test_each_guard_of_the_tables_has_its_situation():
    expected = {
        (machine, name, guard.name)
        for machine, steps in EXPECTED.items()
        for name, step in steps.items()
        for guard in step.row.guards
        if GUARDS[machine][name][guard.name] != LATER
    }

    assert {(s.machine, s.step, guard) for s in SITUATIONS for guard in s.spoils} == expected - ELSEWHERE
