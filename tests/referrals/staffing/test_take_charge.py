"""Taking a case in charge for the cell: X13; colleagues see who looks after it, and nobody reads more by it."""

import pytest

from referrals.errors import NotVisible
from referrals.models import Assignment
from referrals.vocabulary.role_sets import IN_CELL
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys.story import Story, paris
from tests.referrals.workflow.kit import Kit
from tests.web.visiting import Visitor, form_in, text


@pytest.fixture
def kit(world):
    return Kit(world, "triage", who="crip_coordinator")


def in_charge(kit):
    """Return who looks after the case for the cell."""
    rows = Assignment.objects.filter(referral=kit.case, until_at=None, role__in=IN_CELL)
    return [(str(row.user_id), row.role) for row in rows]


def test_one_person_at_a_time_looks_after_a_case_for_the_cell(world, kit):
    for who in ("crip_coordinator", "intake_agent", "on_call"):
        kit.ask("referral", "take_charge", {}, who=who)
        assert in_charge(kit) == [(str(kit.user(who)), who)]
        assert kit.refusal("referral", "take_charge", {}, who=who) == "is_not_in_charge_yet"


def test_whoever_works_by_assignment_stays_on_the_case(kit):
    kit.ask("referral", "take_charge", {})

    rows = Assignment.objects.filter(referral=kit.case, until_at=None).exclude(role__in=IN_CELL)
    assert sorted(row.role for row in rows) == ["ase_inspector", "case_referent"]


@pytest.mark.sec("SEC-AZ4")
def test_it_opens_nothing_of_a_case_that_is_restricted_afterwards(world, kit):
    kit.ask("referral", "take_charge", {})
    kit.who = "supervisor"
    kit.set_restricted()

    with pytest.raises(NotVisible):
        kit.ask("referral", "take_charge", {}, who="crip_coordinator")


@pytest.fixture
def story(world, clock):
    clock.now = paris("2026-11-24 11:00")
    made = Story(world)
    made.files("filer", concern(children=[child(last_name="Exemple")]))
    see_all()
    return made


def test_the_page_of_the_case_has_it_under_one_button(world, story):
    coordinator = Visitor(world, "crip_coordinator")
    at = f"/dossiers/{story.pk}"
    form = coordinator.get(at)
    assert "Je prends ce dossier" in text(form)

    done = coordinator.post(f"{at}/etape/referral/take_charge", form_in(form))

    assert done.status_code == 303, text(done)
    shown = text(coordinator.get(at))
    assert "Je prends ce dossier" not in shown
    assert f"En charge {world.user('crip_coordinator').full_name}" in shown
    assert story.row.reference in text(coordinator.get("/dossiers", owner="me"))


def test_the_queue_takes_and_assigns_several_cases_at_once(world, story):
    story.triaged()
    story.qualified()
    coordinator = Visitor(world, "crip_coordinator")
    ticked = f"{story.pk}:{story.row.version}"

    taken = coordinator.post("/dossiers/lot", {"cases": ticked, "step": "take_charge"})
    team = {"cases": f"{story.pk}:{story.row.version}", "step": "assign", "plan_on": "2026-12-01"}
    incomplete = coordinator.post("/dossiers/lot", team)
    first = {"assessor_1": str(world.user("assessor").pk), "field_1": "social"}
    second = {"assessor_2": str(world.user("assessor_2").pk), "field_2": "health"}
    assigned = coordinator.post("/dossiers/lot", team | first | second)

    assert "Fait" in text(taken)
    assert incomplete.status_code == 400
    assert "Fait" in text(assigned), text(assigned)
    assert sorted(row.role for row in Assignment.objects.filter(referral=story.pk, until_at=None)) == [
        "assessor", "assessor", "crip_coordinator",
    ]  # fmt: skip
