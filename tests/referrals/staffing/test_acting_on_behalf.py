"""SEC-AZ11: what the service does of itself, and what is done for another, is done in that person's name and right."""

import json

import pytest

from audit import pseudonyms
from referrals.models import Approval, Referral
from tests.audit.owner import written
from tests.factories.concerns import concern
from tests.referrals.workflow.kit import AT, Kit
from tests.security.procedure import seeing_all
from tests.shared_fixtures import shared_fixture

pytestmark = [pytest.mark.sec("SEC-AZ11"), pytest.mark.both_databases("stand-ins in SQL")]


def bodies(act):
    return [json.loads(bytes(entry.body)) for entry in written(act=act)]


def pseudonym(world, name):
    return str(pseudonyms.actor(world.user(name).pk))


def filed(world):
    return world.as_("filer").post("referrals", concern() | {"submit": True}, key="for-the-cell").json()["id"]


def test_the_system_acknowledges_for_whoever_opened_the_file(world):
    pk = filed(world)

    answer = world.as_("intake_agent").get(f"referrals/{pk}")

    (entry,) = bodies("referral:acknowledge")
    assert (entry["role"], entry["actor"], entry["obo"]) == ("system", None, pseudonym(world, "intake_agent"))
    assert entry["rid"] == answer["X-Request-Id"]


@pytest.mark.parametrize("role", ["supervisor", "on_call", "dpo", "filer", "api_119", "auditor"])
def test_the_system_does_for_nobody_what_that_person_may_not(world, role):
    """Whoever may not acknowledge a concern doesn't do so by looking at it either."""
    pk = filed(world)

    world.as_(role).get(f"referrals/{pk}")

    with seeing_all():
        assert Referral.objects.get(pk=pk).state == "submitted"
    assert bodies("referral:acknowledge") == []


def test_requests_for_a_signature_lapse_in_the_name_of_whoever_moved_the_case(world):
    kit = Kit(world, "acknowledged")
    kit.propose_to("supervisor", step="restrict")

    search = {"method": "by_hand", "where": "registre", "found": "no"}
    world.as_("intake_agent").step(kit.case.pk, "start_triage", search, expect=200)

    (entry,) = bodies("approval:lapsed")
    assert (entry["role"], entry["actor"], entry["obo"]) == ("system", None, pseudonym(world, "intake_agent"))


@shared_fixture
def proposed(world):
    """A coordinator proposes to lift a restriction; a supervisor is asked to sign."""
    kit = Kit(world, "triage")
    cell = world.as_("crip_coordinator")
    kit.exclude("assessor")
    lift = {
        "user": str(world.user("assessor").pk), "reason": "Erreur.", "approver": str(world.user("supervisor").pk)
    }  # fmt: skip
    approval = cell.step(kit.case.pk, "lift_exclusion", lift, expect=202).json()["approval"]
    return kit, f"approvals/{approval}/sign"


def test_a_signer_acts_on_behalf_of_the_proposer(world, proposed):
    kit, sign = proposed

    world.as_("supervisor").step(kit.case.pk, sign, expect=200)

    (entry,) = bodies("referral:lift_exclusion")
    assert entry["actor"] == pseudonym(world, "supervisor")
    assert entry["obo"] == pseudonym(world, "crip_coordinator")


def lost_role(world, kit):
    membership = world.memberships["93", "crip_coordinator"]
    membership.valid_to = AT
    membership.save()


def excluded(world, kit):
    kit.exclude("crip_coordinator")


@pytest.mark.parametrize("loses", [lost_role, excluded])
def test_what_a_proposer_may_no_longer_do_no_signature_does_for_them(world, proposed, loses):
    """The rights of the originator are those of now, not those of the proposal (SEC-AZ10)."""
    kit, sign = proposed
    loses(world, kit)

    answer = world.as_("supervisor").step(kit.case.pk, sign)

    assert answer.status_code == 403
    assert kit.case.exclusions.filter(user=world.user("assessor"), lifted_at=None).exists()
    assert Approval.objects.get(referral=kit.case).state == "requested"
