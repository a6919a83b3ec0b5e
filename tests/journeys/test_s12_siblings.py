"""S12: one concern, four children, four decisions, one move (domain.md §10).

Not there yet: placing siblings together as a prompt, the ODPE export.
"""

from uuid import uuid4

import pytest

from tests.factories.concerns import child, concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

LENA, ADAM, ILAN, MAYA = range(4)
CONCERN = concern(
    children=[
        child(first_names="Lena", birth_date="2011-05-01"),
        child(kind="household", first_names="Adam", birth_date="2014-02-01", sex="boy"),
        child(kind="household", first_names="Ilan", birth_date="2022-02-01", sex="boy"),
        child(kind="household", first_names="Maya", birth_date="2025-08-01"),
    ],
    has_household_minors="yes", prostitution_status_filer="suspected",
)  # fmt: skip


@shared_fixture
def reported(story):
    """All were met; the report of 15 December concludes for each."""
    story.at("2026-11-24 10:00")
    story.files("filer", CONCERN)
    story.triaged()
    story.qualified(urgency="U2", two=True)
    story.assigned()
    story.at("2026-12-01 10:00")
    story.met()
    story.at("2026-12-15 10:00")
    story.reported(["danger", "risk", "no_danger", "risk"])
    return story


@shared_fixture
def pending(reported):
    """Decided one by one on the 16th: Lena judicial, Adam and Maya AED, Ilan close; sent to justice (T26)."""
    lena, adam, ilan, maya = reported.children
    reported.at("2026-12-16 10:00")
    reported.does("ase_inspector", "decide_child", bodies.decision(lena, "judicial"))
    for pk in (adam, maya):
        reported.does(
            "ase_inspector", "decide_child", bodies.decision(pk, "admin", measures=[bodies.offer(pk)])
        )
    reported.does("ase_inspector", "decide_child", bodies.decision(ilan, "close"))
    seize = bodies.to_justice(lena, grounds=("1", "6")) | {"motivation": "Danger et prostitution suspectée."}
    reported.does("ase_inspector", "decide_judicial", seize)
    return reported


@shared_fixture
def placed(pending):
    """Adam's AED is agreed and under way; Lena is confided to the ASE, and that is under way too."""
    lena = pending.children[LENA]
    mine = {row.child_id: row for row in pending.row.measures.all()}
    aed = f"measures/{mine[pending.children[ADAM]].pk}"
    pending.does("ase_inspector", "agree", bodies.agreement(on="2026-12-18"), part=aed)
    pending.does("ase_inspector", "start", {"started_on": "2026-12-21"}, part=aed)
    refusal = {"refusals": [{"holder": pending.holders[0], "how": "Par écrit", "on": "2026-12-18"}]}
    pending.does("ase_inspector", "refuse", refusal, part=f"measures/{mine[pending.children[MAYA]].pk}")
    pending.at("2026-12-22 10:00")
    answer = {
        "judicial_referral": pending.row.judicial_referrals.get().pk,
        "outcomes": [bodies.outcome(lena, "judge_measure", on="2026-12-22")],
        "orders": [bodies.order(lena, "placement_ase", on="2026-12-22", term_on="2027-12-22")],
    }
    pending.does("crip_coordinator", "judicial_outcome", answer)
    pending.does("ase_inspector", "start", {"started_on": "2026-12-23"}, part=measure(pending, LENA))
    return pending


@pytest.mark.slow("four children to the end")
def test_the_outcome_goes_to_justice_with_the_report(pending):
    """T26: argued, the report attached where there is one (D226-2-7)."""
    (shown,) = pending.reads("ase_inspector", "judicial-referrals")["results"]

    assert shown["report"] == str(pending.row.assessments.get().pk)


def test_a_report_follows_the_referral_that_was_sent_before_it(story):
    """T26 on a referral sent beside the assessment: one says how the report joined it."""
    story.files("filer", concern())
    story.triaged()
    story.qualified()
    story.assigned()
    story.does("crip_coordinator", "send_judicial", bodies.to_justice(*story.children))
    assert story.reads("crip_coordinator", "judicial-referrals")["results"][0]["report"] is None
    story.met()
    story.reported(["danger"])
    decisions = [bodies.decision(pk, "judicial") for pk in story.children]
    sent = {"already_sent": True, "decisions": decisions, "motivation": "Danger confirmé."}
    assert story.refused("ase_inspector", "decide_judicial", sent) == "referral_is_argued"

    story.does("ase_inspector", "decide_judicial", sent | {"sending_proof": "Rapport remis au greffe"})

    assert story.state == "judicial_pending"
    (shown,) = story.reads("ase_inspector", "judicial-referrals")["results"]
    assert shown["report"] == str(story.row.assessments.get().pk)


@pytest.mark.slow("four children to the end")
def test_an_order_answers_for_a_child_who_waits_for_a_decision_again(placed):
    """M05: nothing more is to be decided for whom the judge protects; the follow-up can end (T30)."""
    maya = placed.children[MAYA]
    assert (placed.child(MAYA).decision, "C8" in placed.running) == ("undecided", True)
    before = len(placed.entries())

    placed.does("crip_coordinator", "order", bodies.order(maya, "aemo", on="2026-12-28"), part="measures")

    assert "C8" not in placed.running
    assert placed.child(MAYA).decision == "judicial"
    assert placed.row.decisions.filter(child=maya).last().ground == "order"
    assert "referral:decide_child crip_coordinator" in placed.journal(since=before)
    assert placed.state == "protected_judicial"


def test_an_order_leaves_a_decision_that_was_taken(placed):
    """Adam's AED stands beside what the judge orders for him."""
    adam = placed.children[ADAM]

    placed.does("crip_coordinator", "order", bodies.order(adam, "mjie", on="2026-12-28"), part="measures")

    assert placed.child(ADAM).decision == "admin"


def test_before_the_decision_phase_an_order_decides_nothing(reported):
    """Up to the report the inspector decides: to continue what the judge ordered (T27)."""
    lena = reported.children[LENA]

    reported.does("crip_coordinator", "order", bodies.order(lena, "aemo", on="2026-12-15"), part="measures")

    assert reported.child(LENA).decision == "undecided"


def measure(story, number):
    row = story.row.measures.filter(child=story.children[number]).exclude(state="cancelled").get()
    return f"measures/{row.pk}"


def test_the_shortest_of_the_reduced_delays_is_the_target(story):
    story.at("2026-11-24 10:00")
    story.files("filer", CONCERN)

    assert (story.row.urgency, story.row.under_2, story.row.age_band) == ("U2", True, "11-15")
    assert story.row.target_due_at.date().isoformat() == "2026-12-24", "30 days at U2, before 45 under two"
    assert story.due("C4") == "2027-02-24 23:59:59"
    assert [story.child(n).status_ever for n in range(4)] == ["suspected", "none", "none", "none"]


def test_the_report_concludes_for_every_minor_of_the_home(story):
    """domain.md §2.8 no. 8."""
    story.at("2026-11-24 10:00")
    story.files("filer", CONCERN)
    story.triaged()
    story.qualified(urgency="U2", two=True)
    story.assigned()
    story.met()
    story.does("assessor", "write", {"framework_version": "HAS 2021"}, part="assessment")
    three = dict.fromkeys(story.children[:3], "risk")
    story.writes("assessor", bodies.report(three, story.holders))

    assert story.refused("assessor", "hand_in", {}, part="assessment") == "every_child_has_a_conclusion"


def test_the_case_waits_until_no_child_is_undecided(reported):
    lena = reported.children[LENA]
    reported.does("ase_inspector", "decide_child", bodies.decision(lena, "judicial"))
    seize = bodies.to_justice(lena, grounds=("6",)) | {"motivation": "Danger."}

    assert reported.refused("ase_inspector", "decide_judicial", seize) == "strongest_is_judicial_after_report"
    assert reported.running == ["C5", "C8"]


def test_a_weaker_decision_than_the_strongest_moves_nothing(reported):
    codes = ("judicial", "admin", "close", "admin")
    every = [bodies.decision(pk, code) for pk, code in zip(reported.children, codes, strict=True)]

    offers = [bodies.offer(pk) for pk, code in zip(reported.children, codes, strict=True) if code == "admin"]
    body = {"decisions": every, "measures": offers, "motivation": "AED."}
    refused = reported.refused("ase_inspector", "decide_admin", body)

    assert refused == "strongest_is_admin"
    assert {reported.child(n).decision for n in range(4)} == {"undecided"}


def test_one_report_four_decisions_one_move(pending):
    assert pending.state == "judicial_pending"
    assert [pending.child(n).decision for n in range(4)] == ["judicial", "admin", "close", "admin"]
    assert pending.running == ["C5", "C7", "C9", "C9"]
    assert pending.row.judicial_referrals.get().children.get().pk == pending.children[LENA]
    assert pending.reads("filer")["status"]["code"] == "in_progress"


def test_the_other_childrens_agreement_and_refusal_live_on_their_measures(pending):
    mine = {row.child_id: row for row in pending.row.measures.all()}
    adam, maya = pending.children[ADAM], pending.children[MAYA]

    pending.does(
        "ase_inspector", "agree", bodies.agreement(on="2026-12-18"), part=f"measures/{mine[adam].pk}"
    )
    untraced = pending.refused("ase_inspector", "refuse", {"refusals": []}, part=f"measures/{mine[maya].pk}")
    refusal = {"refusals": [{"holder": pending.holders[0], "how": "Par écrit", "on": "2026-12-18"}]}
    pending.does("ase_inspector", "refuse", refusal, part=f"measures/{mine[maya].pk}")

    assert untraced == "every_holder_is_traced"
    assert pending.state == "judicial_pending", "the state is that of the strongest decision"
    assert [pending.child(n).decision for n in (ADAM, MAYA)] == ["admin", "undecided"]
    assert pending.running == ["C16", "C24", "C5", "C7", "C8"], "a decision is due again for the youngest"

    again = bodies.decision(adam, "close", ground="risk_left")
    assert pending.refused("ase_inspector", "decide_child", again) == "child_decision_is_open"
    pending.does("ase_inspector", "decide_child", bodies.decision(maya, "close", ground="risk_left"))
    assert (pending.state, pending.child(MAYA).decision) == ("judicial_pending", "close")


def test_the_youngest_is_reported_on_every_six_months(pending):
    maya = measure(pending, MAYA)
    pending.does("ase_inspector", "agree", bodies.agreement(on="2026-12-18"), part=maya)

    pending.does("ase_inspector", "start", {"started_on": "2026-12-21"}, part=maya)

    assert pending.due("C17") == "2027-06-21 23:59:59", "L223-5: every six months under three"
    assert pending.due("C10") == "2027-12-21 23:59:59"


def test_the_placement_shows_while_it_lives_then_the_aed(placed):
    assert placed.state == "protected_judicial"
    assert placed.running == ["C10", "C15", "C16", "C16", "C17", "C17", "C25", "C5", "C8"]
    assert placed.due("C15") == "2027-12-22 23:59:59"

    lifting = {
        "on": "2027-03-01",
        "reason": "10",
        "decision": "Jugement de mainlevée.",
        "danger_remains": "no",
    }
    without = placed.refused("ase_inspector", "lift", lifting | {"decision": ""}, part=measure(placed, LENA))
    placed.at("2027-03-01 10:00")
    placed.does("ase_inspector", "lift", lifting, part=measure(placed, LENA))

    assert without == "judge_lifted_it"
    assert placed.state == "protected_admin", "the AED lives"
    assert placed.running == ["C10", "C16", "C17", "C5", "C8"]


@pytest.mark.slow("four children to the end")
def test_the_follow_up_ends_by_two_signatures_once_nothing_is_alive(placed):
    end = {"reason": "term", "end_report": "Fin.", "voices": bodies.silent(placed.children)}
    assert placed.refused("ase_inspector", "end_followup", end) == "no_measure_alive"
    placed.at("2027-12-21 10:00")
    lifting = {"on": "2027-12-21", "reason": "10", "decision": "Jugement.", "danger_remains": "no"}
    placed.does("ase_inspector", "lift", lifting, part=measure(placed, LENA))
    placed.does(
        "ase_inspector",
        "end",
        bodies.end(on="2027-12-21"),
        part=measure(placed, ADAM),
    )
    assert placed.state == "protected_admin", "no measure ends a case: T30 alone does"
    maya = placed.children[MAYA]
    assert placed.refused("ase_inspector", "end_followup", end) == "nothing_is_left_open"
    placed.does("ase_inspector", "decide_child", bodies.decision(maya, "close", ground="risk_left"))

    assert placed.refused("ase_inspector", "end_followup", end) == "approver-needed", "urgency was U2 once"
    placed.signed("ase_inspector", "end_followup", end, by="supervisor")

    assert placed.state == "ended"
    assert placed.running == ["C20", "C5"], "the feedback that L226-5 owes outlives the case"
    placed.audited()
    placed.names_nobody("Lena", "Adam", "Ilan", "Maya", "Exemple", "Objectifs")


def test_lena_may_be_restricted_without_hiding_the_little_ones(reported):
    named = [reported.user("supervisor"), reported.user("crip_coordinator")]
    body = {"child": reported.children[LENA], "named": named, "reason": "Lien", "review_on": "2027-03-01"}
    reported.does("crip_coordinator", "restrict", body)

    def shown(who):
        return [line["first_names"] for line in reported.reads(who, "children")["results"]]

    assert shown("assessor") == ["Adam", "Ilan", "Maya"]
    assert shown("crip_coordinator") == ["Lena", "Adam", "Ilan", "Maya"]
    listed = reported.world.as_("crip_coordinator_2").get("referrals", names="true").json()["results"]
    assert [len(line["children"]) for line in listed] == [3]


def test_the_filer_learns_nothing_more_than_in_progress(placed):
    seen = placed.reads("filer")

    assert set(seen) == {
        "id", "reference", "status", "submitted_at", "withdrawn_at", "clocks", "available_actions", "blocked_actions"
    }  # fmt: skip
    assert seen["status"]["code"] == "in_progress"
    assert [line["step"] for line in seen["available_actions"]] == ["provide_info"]
    happened = placed.reads("filer", "timeline")["results"]
    assert [line["step"] for line in happened] == ["create", "submit"]
    for part in ("measures", "judicial-referrals", "assessment", "approvals", "holder-informations"):
        assert placed.reads("filer", part)["results"] == []
    placed.reads("filer", "children", expect=403)
    key = uuid4().hex
    assert (
        placed.world.as_("filer")
        .post(f"referrals/{placed.pk}/withdraw", {"reason": "Erreur"}, key=key)
        .status_code
        == 409
    )


def test_the_filer_is_told_once_and_of_no_child_by_name(placed):
    """domain.md §1.4: never names of siblings, status, judicial detail; one sentence for the strongest decision."""
    (owed,) = placed.reads("crip_coordinator", "feedbacks")["results"]
    assert owed["suggestion"]["code"] == "justice"
    said = owed["suggestion"]["text"]
    assert not any(word in said for word in ("Lena", "Adam", "Ilan", "Maya", "prostitution", "placement"))

    told = {"text": said, "means": "platform"}
    placed.does("crip_coordinator", "send", told, part=f"feedbacks/{owed['id']}")

    assert placed.reads("filer")["status"]["code"] == "answered"
    assert [line["text"] for line in placed.reads("filer", "messages?channel=filer")["results"]] == [said]
    assert len(placed.reads("crip_coordinator", "feedbacks")["results"]) == 1, (
        "told at the outcome: no second word"
    )


def test_an_order_answered_while_a_measure_is_offered_shows_at_once(story):
    """J04 ⇒ M05 ⇒ T29: a judicial measure alive shows as a judicial protection (domain.md §2.8 no. 8)."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    story.qualified()
    story.assigned()
    story.met()
    story.reported(["danger"])
    (only,) = story.children
    body = {
        "decisions": [bodies.decision(only, "admin")],
        "measures": [bodies.offer(only)],
        "motivation": "AED.",
    }
    story.does("ase_inspector", "decide_admin", body)
    story.does("ase_inspector", "send_judicial", bodies.to_justice(only))
    sent = f"judicial-referrals/{story.row.judicial_referrals.get().pk}"
    ordered = [bodies.order(only, "placement_ase", on="2026-11-24")]

    unasked = {"outcomes": [bodies.outcome(only, "no_further", on="2026-11-24")], "orders": ordered}
    assert story.refused("ase_inspector", "record_outcome", unasked, part=sent, expect=400) == "invalid-input"
    before = len(story.entries())
    answer = {"outcomes": [bodies.outcome(only, "judge_measure", on="2026-11-24")], "orders": ordered}
    story.does("ase_inspector", "record_outcome", answer, part=sent)

    assert story.state == "protected_judicial"
    assert story.journal(since=before) == [
        "measure:order ase_inspector", "referral:measure_event ase_inspector", "judicial:record_outcome ase_inspector",
    ]  # fmt: skip
