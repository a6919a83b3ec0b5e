"""S8: danger is confirmed, an AED is offered, the family refuses, justice sends it back (domain.md §10).

Not there yet: letters. Feedback and reopening: tests/referrals/workflow.
"""

from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

HOLDERS = [
    {"name": "Mere Exemple", "link": "mother", "phone": "0100000000"},
    {"name": "Pere Exemple", "link": "father", "phone": "0100000001"},
]


@shared_fixture
def offered(story):
    """Report on 1 December: danger; AED offered on the 3rd (T43 carried by T23, M01)."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern(holders=HOLDERS))
    story.triaged()
    story.qualified()
    story.assigned()
    story.at("2026-11-27 10:00")
    story.met()
    story.at("2026-12-01 10:00")
    story.reported(["danger"])
    story.at("2026-12-03 10:00")
    (only,) = story.children
    body = {
        "decisions": [bodies.decision(only, "admin")],
        "measures": [bodies.offer(only)],
        "motivation": "Soutien.",
    }
    story.does("ase_inspector", "decide_admin", body)
    return story


def refusal(story, *, both=False, **said):
    """T25: the mother's refusal is on record, the father's only if ``both``."""
    mother, father = story.holders
    traces = [{"holder": mother, "how": "Par courrier", "on": "2026-12-05"}]
    traces += [{"holder": father, "how": "Au téléphone", "on": "2026-12-06"}] if both else []
    return {"child": story.children[0], "refusals": traces} | said


def persisting(story, **said):
    grounds = bodies.to_justice(grounds=("2",))
    del grounds["children"]
    return refusal(story, danger_persists=True, **grounds, **said)


def test_an_offer_waits_fifteen_days_for_the_family(offered):
    assert offered.state == "admin_offer"
    assert offered.running == ["C5", "C9"], "C4 stopped with the report, C8 with the decision"
    assert offered.due("C8") == "2026-12-06 23:59:59"
    assert offered.due("C9") == "2026-12-18 23:59:59"
    assert offered.row.measures.get().state == "proposed"
    assert {row.state for row in offered.row.holder_informations.filter(occasion="decision")} == {"pending"}
    assert offered.reads("filer")["status"]["code"] == "in_progress"
    assert [clock["code"] for clock in offered.reads("filer")["clocks"]] == ["C5"]


def test_the_refusal_of_one_holder_is_not_that_of_both(offered):
    offered.at("2026-12-20 10:00")
    assert offered.shown_clock("ase_inspector", "C9") == "overdue"
    assert offered.refused("ase_inspector", "record_refusal", persisting(offered)) == "every_holder_is_traced"
    unargued = refusal(offered, both=True, danger_persists=True)
    assert offered.refused("ase_inspector", "record_refusal", unargued) == "persisting_danger_is_referred"

    offered.does("ase_inspector", "record_refusal", persisting(offered, attempts="Deux appels, un courrier."))

    assert offered.state == "judicial_pending"
    assert offered.child().decision == "judicial"
    assert offered.row.measures.get().state == "cancelled"
    assert offered.running == ["C5", "C7"]
    assert offered.row.judicial_referrals.get().grounds == ["2"]
    owed = offered.row.holder_informations.filter(occasion="judicial_referral")
    assert [row.state for row in owed] == ["pending", "pending"], "L226-5: told in writing"


def test_the_report_goes_to_the_prosecutor_with_the_refusal(offered):
    """S8: the argued referral takes the report along; who reads referrals to justice sees which (D226-2-7)."""
    offered.does("ase_inspector", "record_refusal", persisting(offered, attempts="Deux appels."))

    (shown,) = offered.reads("crip_coordinator", "judicial-referrals")["results"]
    assert shown["report"] == str(offered.row.assessments.get().pk)


def test_the_inspector_argues_it_in_a_document_made_from_the_case(offered):
    """J01, J07, T25: the refusal on ground 2, the report's day, and who reads it afterwards."""
    offered.at("2026-12-20 10:00")
    prepared = {
        "children": offered.children, "grounds": ["2"], "actions_led": "AED proposée le 3 décembre, refusée.",
        "requests": "L'ouverture d'une mesure d'assistance éducative.", "competence": "residence",
    }  # fmt: skip
    made = offered.does("ase_inspector", "prepare", prepared, part="judicial-referrals")["made"]
    unwritten = persisting(offered, both=True) | {"judicial_referral": made, "document": ""}
    assert offered.refused("ase_inspector", "record_refusal", unwritten) == "persisting_danger_is_referred"
    offered.does("ase_inspector", "compose", {}, part=f"judicial-referrals/{made}")

    offered.does("ase_inspector", "record_refusal", unwritten)

    sent = offered.row.judicial_referrals.get()
    assert (str(sent.pk), sent.state, sent.grounds) == (made, "sent", ["2"])
    for who in ("ase_inspector", "assessor", "assessment_lead"):
        page = offered.world.as_(who).get(f"referrals/{offered.pk}/judicial-referrals/{made}/document")
        told = page.content.decode()
        assert "AED proposée le 3 décembre, refusée." in told
        assert "a été remis le 01/12/2026" in told, "the report's day"


def test_justice_returns_it_and_a_person_decides_again(offered):
    offered.at("2026-12-20 10:00")
    offered.does("ase_inspector", "record_refusal", persisting(offered, attempts="Deux appels."))
    only, sent = offered.children[0], offered.row.judicial_referrals.get()
    waiting = {
        "judicial_referral": sent.pk,
        "outcomes": [bodies.outcome(only, "criminal_inquiry", on="2027-01-05")],
    }
    assert offered.refused("crip_coordinator", "judicial_outcome", waiting) == "outcome_decides"

    offered.at("2027-01-05 10:00")
    returned = {"judicial_referral": sent.pk, "outcomes": [bodies.outcome(only, "returned", on="2027-01-05")]}
    offered.does("crip_coordinator", "judicial_outcome", returned)

    assert offered.state == "report_submitted", "the machine never closes by itself"
    assert offered.child().decision == "undecided"
    assert offered.running == ["C5", "C8"]
    assert offered.due("C8") == "2027-01-10 23:59:59"
    assert offered.row.judicial_referrals.get().state == offered.row.judicial_status == "answered"
    body = {"motivation": "Sans décision.", "feedback": "Suite."}
    assert offered.refused("ase_inspector", "decide_close", body) == "strongest_is_close"
    again = {
        "decisions": [bodies.decision(only, "admin")],
        "measures": [bodies.offer(only)],
        "motivation": "Soutien.",
    }
    offered.does("ase_inspector", "decide_admin", again)
    assert offered.state == "admin_offer"
    codes = [row.code for row in offered.row.decisions.all()]
    assert codes == ["admin", "judicial", "admin"], "a new decision supersedes, none is erased"


def test_where_only_a_risk_remains_the_case_comes_back_at_once(offered):
    offered.at("2026-12-20 10:00")

    offered.does("ase_inspector", "record_refusal", refusal(offered, both=True, danger_persists=False))

    assert offered.state == "report_submitted"
    assert offered.child().decision == "undecided"
    assert offered.row.measures.get().state == "cancelled"
    assert offered.running == ["C5", "C8"]
    assert not offered.row.judicial_referrals.exists()


def test_each_act_of_the_refusal_leaves_an_entry_of_its_own(offered):
    before = len(offered.entries())

    offered.does("ase_inspector", "record_refusal", persisting(offered, attempts="Deux appels."))

    assert offered.journal(since=before) == [
        "measure:refuse ase_inspector", "referral:decide_child ase_inspector",
        "judicial:send ase_inspector", "referral:record_refusal ase_inspector",
    ]  # fmt: skip
    offered.audited()
    offered.names_nobody("Mere", "Pere", "courrier", "Soutien")


def test_who_reads_the_case_while_it_is_decided(offered):
    offered.unseen_by("filer_2", "ase_inspector_2", "case_referent", "measure_service", "exploitation_lead")
    assert {"facts", "children"} <= set(offered.reads("assessor"))
    assert offered.reads("intake_agent", "measures")["results"][0].keys() == {
        "id", "child", "type", "state", "service", "started_on", "term_on", "until_majority"
    }  # fmt: skip
    assert "aim" in offered.reads("supervisor", "measures")["results"][0]
    assert offered.reads("intake_agent", "assessment")["results"] == []
    assert "C9" not in {clock["code"] for clock in offered.reads("intake_agent")["clocks"]}
