"""S1: a night-shift hotel employee sees a girl whom nobody knows (domain.md §10).

Not there yet: statistics.
"""

from referrals.duplicates.tasks import keep_index, search_duplicates
from tests.factories.concerns import child, concern, urgent
from tests.journeys import bodies
from tests.journeys.story import Story

GIRL = {
    "identity_known": "unknown", "age_estimated_min": 13, "age_estimated_max": 16, "age_source": "Apparence",
    "sex": "girl", "commune_insee": "93008", "whereabouts": "known",
}  # fmt: skip


def night(story):
    """File at 02:10 in the night to Tuesday, from the hotel."""
    story.at("2026-11-24 02:10")
    return story.files("filer", urgent(children=[GIRL], filer_profession="transport_hotel"), urgent=True)


def correction(child, field, value):
    return {"part": "children", "row": child, "field": field, "value": value}


def identified(story, *, born):
    """Let the coordinator add who she is, once the police have found out (T42)."""
    girl = story.children[0]
    said = {"identity_known": "known", "last_name": "Retrouvee", "first_names": "Ana", "birth_date": born}
    body = {
        "corrections": [correction(girl, name, value) for name, value in said.items()],
        "reason": "Identifiée",
    }
    return story.does("crip_coordinator", "rectify", body)


def test_the_urgent_lane_asks_no_name_and_starts_its_clocks(story):
    receipt = night(story)

    row = story.row
    assert (row.state, row.urgency, row.immediate_danger, row.left_open) == ("submitted", "U3", True, True)
    assert row.authority == story.world.authorities["93"], "competence is that of the place found"
    assert row.age_band == "11-15", "a range counts by its lower end"
    assert story.running == ["C1", "C3", "C4", "C5"]
    assert story.due("C3", child=story.children[0]) == "2026-11-24 06:10:00"
    assert story.due("C4") == story.due("C5") == "2027-02-24 23:59:59"
    assert receipt["status"]["code"] == "received"
    assert receipt["reference"] == row.reference
    assert [clock["code"] for clock in receipt["clocks"]] == ["C5"]


def test_before_anyone_opens_it_the_rota_sees_the_shell_and_others_nothing(story):
    night(story)

    shell = story.reads("on_call")

    assert shell["urgency"]["code"] == "U3"
    assert {"concern", "children", "facts", "immediate_danger"} & set(shell) == set()
    assert story.state == "submitted", "a shell is no opening: nobody acknowledged"
    story.unseen_by("filer_2", "assessor", "ase_inspector", "case_referent", "measure_service", "auditor")


def away(child):
    """What the police tell of her: missing since Sunday (T36)."""
    sheet = {"description": "Environ 14 ans.", "danger": "Exploitation.", "whom_to_call": "Astreinte du 93."}
    return {
        "child": child, "since": "2026-11-22T18:00:00Z", "last_seen_place": "Gare.", "on_wanted_file": "yes",
        "police_report_ref": "2026/0815", "sheet": sheet,
    }  # fmt: skip


def found(child):
    said = {"where": "Hôtel, Bobigny.", "condition": "Fatiguée."}
    return {"child": child, "found_at": "2026-11-24T01:05:00Z"} | said


def test_from_the_hotel_to_the_first_analysis(story, settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"
    night(story)
    girl = story.children[0]

    assert story.phoned() == ["on_call"], "without a rota all officers on call are called"
    story.at("2026-11-24 02:15")
    assert story.refused("on_call", "record_found", found(girl), expect=403) == "referral:record_found"
    story.breaks_glass("on_call", "L'hôtel rappelle.")
    assert (story.state, story.running) == ("acknowledged", ["C2", "C3", "C4", "C5"])
    assert story.reads("on_call")["children"][0]["age_estimated_min"] == 13
    story.at("2026-11-24 02:41")
    assert story.shown_clock("on_call", "C3") == "due_soon", "C3 warns at 30 minutes"
    assert story.called() == ["on_call"]
    story.at("2026-11-24 02:50")
    story.does("on_call", "send_judicial", bodies.to_justice(girl))
    assert story.running == ["C2", "C4", "C5", "C7"], "the administrative path goes on beside justice"
    assert "C7" in {clock["code"] for clock in story.reads("on_call")["clocks"]}, "C7 is of class I, cell b"
    assert story.row.judicial_status == "sent"
    story.at("2026-11-24 03:10")
    story.does("on_call", "record_runaway", away(girl))
    story.does("on_call", "record_found", found(girl))
    assert (story.row.runaway, "C19" in story.running) == (False, False)
    story.at("2026-11-24 03:15")
    assert "C7" not in {clock["code"] for clock in story.reads("on_call")["clocks"]}, "the hour is over"

    story.at("2026-11-24 09:00")
    story.called()
    file = story.reads("crip_coordinator")
    assert file["children"][0]["age_estimated_min"] == 13
    assert story.due("C2") == "2026-11-24 17:00:00", "eight hours from U2 on"
    story.does("crip_coordinator", "start_triage", bodies.SEARCHED)

    identified(story, born="2013-02-01")
    child = story.child()
    assert (child.age_band, child.under_15, story.row.under_15) == ("11-15", True, True)
    assert story.reads("filer")["status"]["code"] == "in_progress"
    assert story.due("C4") == "2027-02-24 23:59:59", "the legal date never moves"

    assert story.audited() == [
        "referral:create filer", "alert:sound filer", "referral:submit_urgent filer",
        "request:denied on_call referral:record_found",
        "referral:acknowledge system", "alert:acknowledge on_call", "glass:open on_call", "field:opened on_call",
        "field:opened on_call", "alert:sound system", "alert:called system",
        "judicial:send on_call", "alert:acknowledge on_call", "referral:send_judicial on_call", "field:opened on_call",
        "referral:record_runaway on_call", "referral:record_found on_call", "field:opened on_call",
        "glass:expire system",
        "field:opened crip_coordinator", "referral:start_triage crip_coordinator",
        "field:opened crip_coordinator", "referral:rectify crip_coordinator",
        "field:opened filer",
    ]  # fmt: skip
    story.names_nobody("Retrouvee", "Ana", "2013-02-01", "93008", "filer.93@test.invalid", "hotel")


def test_a_corrected_birth_date_moves_the_flags_and_keeps_the_old_value(story):
    night(story)
    story.triaged()

    identified(story, born="2010-05-05")

    assert (story.child().under_15, story.child().age_band) == (False, "16-17")
    assert story.row.rectifications.count() == 4


def test_once_she_has_a_name_she_is_searched_for_again(story):
    """T42: identity changed, so the search reruns; a file under another spelling is there a minute later."""
    story.at("2026-11-23 10:00")
    earlier = Story(story.world)
    earlier.files(
        "filer_2",
        concern(children=[child(last_name="Retrouvée", first_names="Anna", birth_date="2010-05-05")]),
    )
    night(story)
    search_duplicates(story.now)
    assert story.reads("crip_coordinator", "duplicates")["results"] == []
    story.triaged()

    identified(story, born="2010-05-05")
    keep_index(story.now)
    search_duplicates(story.now)

    (line,) = story.reads("crip_coordinator", "duplicates")["results"]
    assert (line["other"]["id"], line["kind"]["code"]) == (earlier.pk, "same")
    assert line["reasons"] == ["spelling", "birth_date"]


def test_items_left_open_come_due_at_the_first_analysis(story):
    night(story)
    story.triaged()
    refused = story.refused(
        "crip_coordinator", "qualify", bodies.qualification(story.children, urgency="U3"), expect=400
    )

    story.qualified(urgency="U3", urgency_reason="Identité encore inconnue")

    assert refused == "incomplete-filing"
    assert (story.state, story.row.left_open) == ("qualified", False)
    assert story.running == ["C3", "C4", "C5"]
    assert story.row.target_due_at == story.clock("C4").started_at.replace(
        day=24, month=12, hour=22, minute=59, second=59
    )


def test_the_hotel_is_answered_within_three_months_of_its_call(story):
    """L226-5 al. 1: a professional is told without asking; while it is assessed, that it is assessed."""
    night(story)
    story.triaged()
    story.at("2027-02-20 10:00")
    (owed,) = story.reads("crip_coordinator", "feedbacks")["results"]
    assert (owed["owed_to"]["code"], owed["due_at"]) == ("professional", "2027-02-24T22:59:59Z")
    assert story.shown_clock("filer", "C5") == "due_soon"

    told = {"text": owed["suggestion"]["text"], "means": "platform"}
    story.does("crip_coordinator", "send", told, part=f"feedbacks/{owed['id']}")

    assert (
        "une évaluation est en cours" in story.reads("filer", "messages?channel=filer")["results"][0]["text"]
    )
    assert (story.reads("filer")["status"]["code"], "C5" in story.running) == ("answered", False)


def test_if_she_lives_elsewhere_a_transfer_starts_and_the_legal_date_is_unchanged(story):
    """§8.2: competence is that of the residence, once it is known; C4 runs on from the night's receipt."""
    night(story)
    story.triaged()
    identified(story, born="2011-05-05")
    girl, paris = story.children[0], story.world.authorities["75"]
    at_home = {"corrections": [correction(girl, "commune_insee", "75118")], "reason": "Domicile établi"}
    story.does("crip_coordinator", "rectify", at_home)
    due = story.clock("C4").due_at

    body = bodies.transfer(
        paris, bodies.formality(outcome="deferred", reason="child_interest"), ground="residence"
    )
    story.does("crip_coordinator", "transfer_request", body)
    made = story.does("crip_coordinator", "transfer_accept", {"receipt": "Reçu n° 7"}, code="75")["made"]

    there = story.world.as_("crip_coordinator", "75").get(f"referrals/{made}").json()
    assert (there["state"]["code"], there["department"], there["left_open"]) == ("triage", "75", True)
    assert there["children"][0]["last_name"] == "Retrouvee"
    assert {line["code"]: line["due_at"] for line in there["clocks"] if line["code"] == "C4"} == {
        "C4": due.isoformat().replace("+00:00", "Z")
    }
    assert story.running == ["C20"]
    assert story.reads("filer")["reference"] == story.row.reference
