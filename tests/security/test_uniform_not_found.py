"""SEC-AZ5: whatever the reason for not finding a case, the answer is one: bytes, headers and number of queries.

``tests/referrals/api/test_ids.py`` asks the same of the coordinator and of ids of other things.
"""

from datetime import UTC, datetime

import pytest

from referrals.models import Referral
from tests.expected.vocabulary import EXCLUDED, NAMED, NONE, OFF_THE_LIST, ORDINARY
from tests.factories.world import Caller
from tests.night import NIGHT, some
from tests.referrals.api.routes import ABSENT, ask, counting, masked, of_a_case
from tests.referrals.workflow.relations import build
from tests.security.procedure import seeing_all

pytestmark = [pytest.mark.sec("SEC-AZ5"), pytest.mark.usefixtures("keys_stay")]

NOW = datetime.now(UTC)
#: One role of each ordinary relation, so that each kind of rule says no once.
ROLES = ("filer", "supervisor", "assessment_lead", "case_referent", "measure_service")
STATE = "protected_admin"


def cases_of(people, relation, state=STATE):
    return next(one.cases[state] for one in people if one.relation == relation).pk


@pytest.fixture
def reasons(world):
    """Make one person of a role, and a case for each reason why that person may not find it."""

    def make(role):
        wanted = (EXCLUDED, NONE, OFF_THE_LIST, NAMED, ORDINARY[role])
        people = build(
            world, [STATE, "draft", "purged"], at=NOW, only=lambda r, tie: r == role and tie in wanted
        )
        me = next(one for one in people if one.relation == EXCLUDED)
        ordinary = ORDINARY[role]
        found = {
            "excluded": me.cases[STATE].pk,
            "no relation": cases_of(people, NONE),
            "a draft of another": cases_of(people, ordinary, "draft"),
            "shredded": me.cases["purged"].pk,
            "of another territory": cases_of(people, NAMED),
        }
        if role != "filer":  # no restriction leaves a mark on a filing (domain.md §1.4)
            found["restricted"] = cases_of(people, OFF_THE_LIST)
        with seeing_all():
            far = Referral.objects.filter(pk=found["of another territory"])
            far.update(authority=world.authorities["59"], unit=world.units["59"], restricted=False)
            none = Referral.objects.filter(pk=found["no relation"])
            if role == "supervisor":  # sees all of the own authority: only elsewhere there is no relation
                none.update(authority=world.authorities["75"])
            if role == "assessment_lead":  # no relation: with no unit
                none.update(unit=None)
        return Caller(me.secret), found

    return make


def answer_of(caller, route, pk):
    with counting() as total:
        answer = ask(caller, route, route.at(pk, ABSENT))
    return masked(answer), total[0]


@pytest.mark.slow("every address of a case")
@pytest.mark.parametrize("role", ROLES)
def test_every_reason_is_answered_like_a_case_that_is_not_there(reasons, role):
    """Reading and every step, every address of a case."""
    caller, found = reasons(role)
    caller.get(f"referrals/{ABSENT}")  # the first request of an account writes its pseudonym
    for route in of_a_case() if NIGHT else of_a_case()[ROLES.index(role) :: len(ROLES)]:
        absent = answer_of(caller, route, ABSENT)
        assert absent[0][0] == 404, route.name
        for why, pk in some([*found.items()], role + route.name):
            assert answer_of(caller, route, pk) == absent, (route.name, why)
