"""A list shows shells, costs the same whatever its length and reader, opens nothing unless asked, and is told once."""

import pytest

from audit.models import EntrySubject
from referrals.access.matrix import BLIND
from referrals.models import Referral
from tests.audit.owner import as_owner, written
from tests.factories.concerns import child, concern
from tests.night import NIGHT, one_in
from tests.referrals.api.routes import counting
from tests.security.procedure import seeing_all
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("statements of lists")

NAMES = ("Nomqwzx", "Prenomqwzx")
LINES = 50 if NIGHT else 20
#: Roles that see the whole list of their authority.
READERS = ("intake_agent", "crip_coordinator", "on_call", "supervisor", "dpo")


@shared_fixture
def filed(world):
    """As many cases of 93, with names to open."""
    filer = world.as_("filer")
    form = concern(children=[child(last_name=NAMES[0], first_names=NAMES[1])]) | {"submit": True}
    for number in range(LINES):
        assert filer.post("referrals", form, key=f"one-of-many-{number}").status_code == 201
    return world


def listing(caller, **asked):
    # The pseudonym and the hour's count are written by the first asking.
    caller.get("referrals", **{name: value for name, value in asked.items() if name != "names"})
    with counting() as total:
        answer = caller.get("referrals", **asked)
    assert answer.status_code == 200, answer.content
    return answer, total[0]


@pytest.mark.slow("as many cases, and every role")
@pytest.mark.sec("SEC-AZ6")
def test_a_long_page_costs_what_a_page_of_one_costs(filed):
    """The number of statements is the same for one line and many, for every role that reads a list."""
    costs = {}
    for role in (*READERS, "filer"):
        one, few = listing(filed.as_(role), limit=1)
        page, many = listing(filed.as_(role), limit=LINES)
        assert len(one.json()["results"]) == 1
        assert len(page.json()["results"]) == LINES
        assert many <= few + 1, (role, few, many)  # of several subjects the journal has a table
        costs[role] = many

    assert max(costs.values()) <= 12, costs
    filing = costs.pop("filer")  # of what one filed the journal says how many alone
    assert filing <= min(costs.values()), costs
    assert max(costs.values()) - min(costs.values()) <= 1, costs


@pytest.mark.sec("SEC-CR2", "SEC-AL1")
def test_a_list_opens_nothing_and_names_every_case_that_it_showed(filed):
    caller = filed.as_("crip_coordinator")
    before = len(written(act="list:opened"))

    answer = caller.get("referrals", limit=LINES)

    assert not [name for name in NAMES if name.encode() in answer.content]
    assert "children" not in answer.json()["results"][0]
    new = written(act="list:opened")[before:]
    assert len(new) == 1
    with as_owner():
        assert EntrySubject.objects.filter(entry_id=new[0].pk).count() == LINES
    assert b'"fields":{}' in bytes(new[0].body)
    assert not written(act="field:opened", at__gt=new[0].at)


@pytest.mark.sec("SEC-CR2", "SEC-AL1")
def test_names_are_one_disclosure_at_a_constant_cost(filed):
    caller = filed.as_("crip_coordinator")
    _, few = listing(caller, limit=1, names="true")
    before = len(written())

    page, many = listing(caller, limit=LINES, names="true")

    assert page.content.count(NAMES[0].encode()) == LINES
    assert many <= few + 1, (few, many)
    new = [entry for entry in written()[before:] if b'"fields":{}' not in bytes(entry.body)]
    assert [entry.act for entry in new] == ["list:opened"]
    assert f'"child.last_name":{LINES}'.encode() in bytes(new[0].body)


@pytest.mark.sec("SEC-AZ6")
def test_who_reads_no_names_gets_none_however_asked(filed):
    for role in ("on_call", "supervisor", "dpo", "filer"):
        answer, _ = listing(filed.as_(role), limit=LINES, names="true")
        assert not [name for name in NAMES if name.encode() in answer.content], role


@pytest.mark.slow("as many cases, and every role")
@pytest.mark.sec("SEC-AZ6")
def test_every_line_of_a_list_can_be_read_and_every_case_that_can_is_in_it(filed):
    """A list and its detail follow one rule, for every role."""
    with seeing_all():
        cases = [str(pk) for pk in Referral.objects.values_list("pk", flat=True)[:3]]
    people = [one for one in filed.secrets if one[1] not in {str(role) for role in BLIND}]
    far = one_in(4, [one for one in people if one[0] != "93"])
    assert far
    for code, name in [one for one in people if one[0] == "93" or one in far]:
        caller = filed.as_(name, code)
        listed = {line["id"] for line in caller.get("referrals", limit=LINES).json()["results"]}
        for pk in cases:
            # Not by reading the case: that would acknowledge it.
            seen = caller.get(f"referrals/{pk}/clocks").status_code == 200
            assert seen == (pk in listed), (code, name)


@pytest.mark.sec("SEC-IN3")
def test_pages_have_each_case_once_and_a_cursor_is_its_readers_alone(filed):
    caller, seen, cursor = filed.as_("crip_coordinator"), [], None
    while True:
        asked = {"limit": 7} | ({"cursor": cursor} if cursor else {})
        page = caller.get("referrals", **asked).json()
        seen += [line["id"] for line in page["results"]]
        if page["next"] is None:
            break
        cursor = page["next"]

    assert len(seen) == len(set(seen)) == LINES
    assert caller.get("referrals", limit=7, cursor=cursor, urgency="U0").status_code == 400
    assert caller.get("referrals", limit=7, cursor=cursor[:-2] + "zz").status_code == 400
    assert caller.get("referrals", limit=101).status_code == 400
