"""What the cell sees of whom the service barred, and what it decides (domain.md §1.3 rule 8)."""

from uuid import uuid4

import pytest

from referrals.models import Exclusion
from tests.audit.owner import written
from tests.referrals.conflicts_of_interest.conftest import NIECE, named, sees

pytestmark = pytest.mark.sec("SEC-AZ4", "SEC-AZ12")
WHY = {"reason": "Il s'agit bien de son frère."}


@pytest.fixture
def likeness(world, filed, worked):
    """A case with somebody of the name of a supervisor, who is barred until it is decided."""
    named(world, "supervisor_2", "Bruno Garnier")
    worked()
    return filed(of={"holders": [{"name": "Bruno Garnier", "link": "father"}]})


def lines(world, who, code="93", **asked):
    return world.as_(who, code).get("exclusions", **asked).json()["results"]


def test_the_cell_and_supervisors_see_who_and_why_in_a_word_and_nothing_of_the_tie(
    world, declared, likeness, filed
):
    declared("crip_coordinator_2", **NIECE, note="Ma nièce")
    filed(**NIECE)

    for who in ("crip_coordinator", "supervisor"):
        found = {line["cause"]["code"]: line for line in lines(world, who)}
        assert set(found) == {"name", "tie"}
        assert found["tie"]["user"]["id"] == str(world.user("crip_coordinator_2").pk)
        assert set(found["tie"]) == {
            "id", "referral", "reference", "case_state", "user", "cause", "since_at", "confirmed_at",
        }  # fmt: skip
        assert "nièce" not in str(found)


def test_only_a_likeness_awaits_a_decision(world, declared, likeness, filed):
    declared("crip_coordinator_2", **NIECE)
    filed(**NIECE)

    assert [line["cause"]["code"] for line in lines(world, "supervisor", awaiting="true")] == ["name"]
    assert [line["cause"]["code"] for line in lines(world, "supervisor", awaiting="false")] == ["tie"]


def test_nobody_sees_the_own_nor_those_of_cases_that_they_dont_see(world, declared, likeness, filed):
    declared("crip_coordinator_2", **NIECE)
    filed(**NIECE, of={"holders": [{"name": "Bruno Garnier", "link": "father"}]})

    assert {line["cause"]["code"] for line in lines(world, "crip_coordinator")} == {"name", "tie"}
    assert lines(world, "supervisor_2") == []
    assert len(lines(world, "crip_coordinator_2")) == 1, "the other case alone"
    for who in ("assessor", "dpo", "auditor", "territory_admin", "on_call", "filer"):
        assert lines(world, who) == []
    assert lines(world, "crip_coordinator", "75") == []


def test_a_likeness_is_confirmed_with_a_reason_and_stays_barred(world, likeness):
    (line,) = lines(world, "crip_coordinator", awaiting="true")

    answer = world.as_("crip_coordinator").post(f"exclusions/{line['id']}/confirm", WHY, key=uuid4().hex)

    assert answer.status_code == 200
    assert answer.json()["confirmed_at"]
    assert lines(world, "crip_coordinator", awaiting="true") == []
    assert not sees(world, "supervisor_2", likeness)
    (entry,) = written(act="exclusion:confirmed")
    assert b"fr\xc3\xa8re" not in bytes(entry.body)
    again = world.as_("supervisor").post(f"exclusions/{line['id']}/confirm", WHY)
    assert again.status_code == 200
    assert len(written(act="exclusion:confirmed")) == 1


def test_it_is_lifted_by_two_and_never_by_the_person(world, likeness):
    likeness.does("crip_coordinator", "acknowledge")
    lift = {"user": likeness.user("supervisor_2"), "reason": "Simple homonymie."}
    me = world.as_("supervisor_2")
    assert me.post(f"referrals/{likeness.pk}/lift_exclusion", lift, version=1).status_code == 404
    alone = likeness.does(
        "crip_coordinator", "lift_exclusion", lift | {"approver": likeness.user("supervisor_2")}, expect=409
    )
    assert alone["code"]

    likeness.signed("crip_coordinator", "lift_exclusion", lift, by="supervisor")

    assert sees(world, "supervisor_2", likeness)
    assert lines(world, "crip_coordinator") == []


def test_the_person_confirms_nothing_nor_does_anybody_else(world, likeness):
    pk = Exclusion.objects.get().pk
    for who, code, status in (
        ("supervisor_2", "93", 404), ("crip_coordinator", "75", 404), ("assessor", "93", 403), ("dpo", "93", 403),
        ("territory_admin", "93", 403), ("filer", "93", 403),
    ):  # fmt: skip
        assert world.as_(who, code).post(f"exclusions/{pk}/confirm", WHY).status_code == status, who
    assert Exclusion.objects.get().confirmed_at is None


def test_a_declared_tie_has_nothing_to_confirm(world, declared, filed):
    declared("crip_coordinator_2", **NIECE)
    filed(**NIECE)
    (line,) = lines(world, "supervisor")

    answer = world.as_("supervisor").post(f"exclusions/{line['id']}/confirm", WHY)

    assert (answer.status_code, answer.json()["rule"]) == (409, "likeness_awaits_a_decision")


def test_a_tie_that_is_declared_settles_a_likeness(world, declared, likeness, worked):
    declared("supervisor_2", last_name="Garnier", first_names="Bruno")
    worked()

    (line,) = lines(world, "supervisor")

    assert line["cause"]["code"] == "tie"
