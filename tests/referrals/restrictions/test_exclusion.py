"""Who bars whom from a case: a coordinator, a supervisor, or the person concerned; two undo it (domain.md §1.3 rule 8)."""

from datetime import UTC, datetime

import pytest

from audit import journal
from referrals.models import Assignment, Exclusion
from tests.expected.vocabulary import SEEING
from tests.factories.world import Caller
from tests.night import some
from tests.referrals.workflow.kit import Kit
from tests.referrals.workflow.relations import build
from tests.security.procedure import seeing_all

pytestmark = [pytest.mark.sec("SEC-AZ4"), pytest.mark.both_databases("the rule of access in SQL")]

WHY = {"reason": "Je suis la tante d'un des enfants."}
STATE = "protected_admin"
WAYS = [(role, relation) for role, relations in SEEING.items() for relation in some(list(relations), role)]


@pytest.mark.slow("every role and every address")
def test_whoever_sees_a_case_may_step_aside_and_sees_nothing_of_it_from_then_on(world):
    """Every role, by day by one of the relations that let it see the case, at night by each."""
    now = datetime.now(UTC)
    people = build(world, [STATE], at=now, real_keys=True, only=lambda *pair: pair in WAYS)
    assert len(people) == len(WAYS)
    for one in people:
        journal.new_subject(one.cases[STATE].pk, at=now)
    for one in people:
        caller, pk = Caller(one.secret), one.cases[STATE].pk

        answer = caller.post(f"referrals/{pk}/recuse", WHY, version=3)

        assert (answer.status_code, answer.json()) == (200, {"id": str(pk)}), (one.role, one.relation)
        assert caller.get(f"referrals/{pk}").status_code == 404, (one.role, one.relation)
        assert str(pk) not in caller.get("referrals").content.decode(), (one.role, one.relation)
    with seeing_all():
        barred = {(found.user_id, found.by) for found in Exclusion.objects.all()}
    assert barred == {(one.user.pk, one.user.pk) for one in people}


def test_stepping_aside_is_offered_to_who_sees_the_case_and_not_to_its_filer(world, kit):
    offered = {
        role: {
            line["step"]
            for line in world.as_(role).get(f"referrals/{kit.case.pk}").json()["available_actions"]
        }
        for role in ("filer", "dpo", "supervisor", "on_call", "case_referent", "crip_coordinator")
    }

    assert {role for role, steps in offered.items() if "recuse" not in steps} == {"filer"}


@pytest.mark.parametrize("role", ["filer", "api_119", "auditor", "territory_admin"])
def test_who_has_no_case_steps_aside_from_none(world, role):
    kit = Kit(world, "triage", filed_by=role)

    answer = world.as_(role).post(f"referrals/{kit.case.pk}/recuse", WHY, version=1)

    assert answer.status_code == (403 if role == "filer" else 404)
    assert not kit.case.exclusions.exists()


def test_one_steps_aside_for_oneself_alone(world, kit):
    other = str(world.user("ase_inspector_2").pk)

    answer = world.as_("ase_inspector").step(kit.case.pk, "recuse", WHY | {"user": other})

    assert answer.status_code == 400
    assert not kit.case.exclusions.exists()


def test_stepping_aside_ends_what_one_was_named_for(world, kit):
    world.as_("ase_inspector").step(kit.case.pk, "recuse", WHY, expect=200)

    with seeing_all():
        left = Assignment.objects.filter(referral=kit.case, until_at=None).values_list("role", flat=True)
        assert list(left) == ["case_referent"]
    naming = {"user": str(world.user("ase_inspector").pk)}
    refused = world.as_("crip_coordinator").step(kit.case.pk, "name_decider", naming, expect=409).json()
    assert refused["rule"] == "people_may_be_named"


@pytest.mark.sec("SEC-AZ12")
def test_nobody_undoes_the_own_exclusion_and_two_others_do(world, kit):
    pk, me = kit.case.pk, world.as_("crip_coordinator_2")
    me.step(pk, "recuse", WHY, expect=200)
    lift = {
        "user": str(world.user("crip_coordinator_2").pk), "reason": "Erreur de dossier.",
        "approver": str(world.user("supervisor").pk),
    }  # fmt: skip

    assert me.post(f"referrals/{pk}/lift_exclusion", lift, version=2).status_code == 404
    asked = world.as_("crip_coordinator").step(pk, "lift_exclusion", lift, expect=202).json()
    assert me.get(f"referrals/{pk}").status_code == 404
    world.as_("supervisor").step(pk, f"approvals/{asked['approval']}/sign", expect=200)

    assert me.get(f"referrals/{pk}").status_code == 200


@pytest.mark.sec("SEC-AZ12")
def test_the_person_excluded_signs_for_no_lifting(world, kit):
    world.as_("supervisor").step(kit.case.pk, "recuse", WHY, expect=200)
    lift = {
        "user": str(world.user("supervisor").pk),
        "reason": "Erreur.",
        "approver": str(world.user("supervisor").pk),
    }

    answer = world.as_("crip_coordinator").step(kit.case.pk, "lift_exclusion", lift)

    assert answer.status_code == 409
    assert answer.json()["code"] == "approver-needed"
