"""Who may look for a service for a case: whoever may propose one (OR1), and nobody else, by whichever relation.

The list changes nothing, but it is made of what the case says: the same roles and relations as for the step, hidden
and forbidden in the same words (SEC-AZ1, SEC-AZ5). What it tells is made of what its reader reads
(``test_restricted_children.py``).
"""

from collections import defaultdict

import pytest

from audit import journal
from tests.expected.vocabulary import ROLES
from tests.factories.world import Caller
from tests.referrals.orientations.conftest import NEED
from tests.referrals.workflow.expectations import EXPECTED
from tests.referrals.workflow.kit import AT
from tests.referrals.workflow.relations import WORLDS, build, sees

STATE = "triage"
PROPOSE = EXPECTED["orientation"]["propose"]
#: Where it is answered, typed by hand: each role by its ordinary relation, on a restricted case from its list or with a
#: broken glass, and in the place of an absent person.
LOOKS = {
    "crip_coordinator": {"territory", "named", "broken_glass", "approver"},
    "on_call": {"territory", "named", "broken_glass"},
    "ase_inspector": {"assigned", "named", "standing_in", "broken_glass"},
    "case_referent": {"assigned", "named", "standing_in", "broken_glass"},
    "assessor": {"assigned", "named", "standing_in", "broken_glass"},
}


@pytest.mark.sec("SEC-AZ1")
@pytest.mark.slow("asks once for each role and relation")
def test_each_role_by_each_relation_gets_the_list_or_none(world):
    people = build(world, [STATE], at=AT, real_keys=True)
    assert {(one.role, one.relation) for one in people} == {(role, tie) for role in ROLES for tie in WORLDS}
    answered, wrong = defaultdict(set), []
    for one in people:
        journal.new_subject(one.cases[STATE].pk, at=AT)
        answer = Caller(one.secret).post(
            f"referrals/{one.cases[STATE].pk}/orientations/match", {"need": NEED}
        )
        if answer.status_code == 200:
            answered[one.role].add(one.relation)
        expected = 404 if not sees(one.role, one.relation, STATE) else 403
        if PROPOSE.lets(one.role, one.relation, STATE):
            expected = 200
        if answer.status_code != expected:
            wrong.append((one.role, one.relation, expected, answer.status_code))

    assert wrong == []
    assert answered == LOOKS
