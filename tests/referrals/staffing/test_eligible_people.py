"""Whoever puts people on a case finds them: those of its authority, in the role, not excluded (R221-8)."""

import pytest

from tests.factories.concerns import concern

pytestmark = pytest.mark.both_databases("stand-ins in SQL")


def test_a_coordinator_finds_the_assessors_of_the_authority_but_not_an_excluded_one(world):
    """domain.md T13, §1.3 rule 8."""
    coordinator = world.as_("crip_coordinator")
    pk = world.as_("filer").post("referrals", concern() | {"submit": True}, key="people-001").json()["id"]
    coordinator.get(f"referrals/{pk}")
    out = {"user": str(world.user("assessor_2").pk), "reason": "Lien de parenté"}
    coordinator.step(pk, "exclude", out, expect=200)

    found = coordinator.get(f"referrals/{pk}/people", role="assessor").json()["results"]

    assert [one["id"] for one in found] == [str(world.user("assessor").pk)]


def test_who_reads_no_facts_of_the_case_is_told_of_nobody(world):
    """on_call and supervisor see the shell only; a filer its own coarse word; others nothing at all."""
    pk = world.as_("filer").post("referrals", concern() | {"submit": True}, key="people-002").json()["id"]

    asked = {name: world.as_(name).get(f"referrals/{pk}/people", role="assessor").status_code
             for name in ("filer", "on_call", "supervisor", "assessor", "auditor", "territory_admin")}  # fmt: skip

    assert asked == {
        "filer": 403, "on_call": 403, "supervisor": 403, "assessor": 404, "auditor": 404, "territory_admin": 404,
    }  # fmt: skip
