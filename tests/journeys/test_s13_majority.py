"""S13: a girl in assessment comes of age: 17 years and 364 days, and then her own holder (domain.md §10, C23).

Not there yet: access requests, which a parent would no longer make for her.
"""

from referrals.coming_of_age import tasks as coming_of_age_tasks
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

MINE = {
    "own": True,
    "signed_by": "L'intéressée",
    "agreement": "Mon accord écrit.",
    "child_opinion": "Favorable.",
}


@shared_fixture
def unmet(story):
    """Suspected, never met, the report delivered on 14 January 2027: she turns 18 the day after."""
    story.at("2026-12-01 10:00")
    story.files(
        "filer", concern(children=[child(birth_date="2009-01-15")], prostitution_status_filer="suspected")
    )
    story.triaged()
    story.qualified(urgency="U2", two=True)
    story.assigned()
    review = {"review_on": "2026-12-08", "reason": "child_interest"}
    story.does(
        "crip_coordinator", "inform_holders", bodies.deferred(story.holders[0], "assessment", **review)
    )
    story.at("2027-01-14 09:00")
    seen = dict.fromkeys(story.children, "no")
    story.does("assessor", "record_contact", bodies.contact(seen, at="2027-01-10T09:00:00Z", kind="attempt"))
    story.reported(["danger"], no_visit_reason="Porte close à chaque passage.")
    night(story, "2027-01-14 23:50")
    return story


def night(story, at):
    """Let the worker look at birthdays at this hour of the night."""
    story.at(at)
    coming_of_age_tasks.grow_up(story.now)
    see_all()


def of_age(story):
    night(story, "2027-01-15 00:10")
    story.at("2027-01-15 10:00")


def states(story):
    return [line["state"] for line in story.reads("crip_coordinator", "holder-informations")["results"]]


def test_the_day_before_she_is_a_minor_like_any_other(unmet):
    """*Met* and §2.5 bind; her parents are still to be told."""
    (her,) = unmet.children
    for code in ("close", "admin"):
        refused = unmet.refused(
            "ase_inspector", "decide_child", bodies.decision(her, code, ground="majority")
        )
        assert refused == "child_decision_holds"
    assert unmet.row.age_band == "16-17"
    assert states(unmet) == ["deferred"]


def test_on_her_birthday_her_parents_are_out_and_she_is_her_own_holder(unmet):
    before = len(unmet.entries())

    of_age(unmet)

    assert unmet.reads("crip_coordinator")["age_band"] == "18+"
    assert states(unmet) == ["not_applicable"]
    told = bodies.told(unmet.holders[0], "decision", on="2027-01-15")
    assert unmet.refused("crip_coordinator", "inform_holders", told) == "someone_is_a_minor"
    assert unmet.journal(since=before)[0] == "referral:grow_older system"
    unmet.names_nobody("Lou", "Exemple", "2009")


def test_a_protection_needs_her_own_agreement(unmet):
    of_age(unmet)
    (her,) = unmet.children
    decided = {
        "decisions": [bodies.decision(her, "admin")],
        "measures": [bodies.offer(her, type="tisf")],
        "motivation": "Accompagnement demandé.",
    }
    unmet.does("ase_inspector", "decide_admin", decided)
    (offered,) = unmet.reads("ase_inspector", "measures")["results"]
    place, on = f"measures/{offered['id']}", {"agreed_on": "2027-01-15"}

    by_parents = bodies.agreement(on="2027-01-15")
    refused = unmet.refused("ase_inspector", "agree", by_parents, part=place)
    unmet.does("ase_inspector", "agree", MINE | on, part=place)

    assert refused == "agreement_is_of_the_right_person"
    assert unmet.state == "protected_admin"


def test_or_the_case_is_closed_for_majority_by_two(unmet):
    of_age(unmet)
    (her,) = unmet.children
    closing = {
        "decisions": [bodies.decision(her, "close", ground="majority")],
        "motivation": "Majorité.",
        "feedback": "Suite donnée.",
    }

    assert unmet.does("ase_inspector", "decide_close", closing, expect=409)["code"] == "approver-needed"
    unmet.signed("ase_inspector", "decide_close", closing, by="supervisor")

    assert unmet.state == "closed_no_action"
    assert "C20" in unmet.running


def test_who_is_emancipated_is_closed_for_majority_too(unmet):
    (her,) = unmet.children
    emancipated = {"part": "children", "row": her, "field": "emancipated_on", "value": "2027-01-11"}
    unmet.does("crip_coordinator", "rectify", {"corrections": [emancipated], "reason": "Jugement reçu."})
    assert (unmet.row.age_band, states(unmet)) == ("16-17", ["not_applicable"])
    closing = {
        "decisions": [bodies.decision(her, "close", ground="majority")],
        "motivation": "Émancipation.",
        "feedback": "Suite donnée.",
    }
    assert unmet.does("ase_inspector", "decide_close", closing, expect=409)["code"] == "approver-needed"

    unmet.signed("ase_inspector", "decide_close", closing, by="supervisor")

    assert unmet.state == "closed_no_action"


def test_before_that_day_it_isnt_closed_for_majority(unmet):
    (her,) = unmet.children
    closing = {
        "decisions": [bodies.decision(her, "close", ground="majority")],
        "motivation": "Majorité.",
        "feedback": "Suite.",
        "approver": unmet.user("supervisor"),
    }

    assert unmet.refused("ase_inspector", "decide_close", closing) in (
        "strongest_is_close",
        "carried_decisions_hold",
    )
