"""S2: a child confided in 93 runs away and is found in 75 (domain.md §10)."""

from uuid import uuid4

import pytest

from accounts.actor import SYSTEM
from referrals.models import Clock, Referral
from referrals.policy_changes.actions import Change
from referrals.policy_changes.actions import change as change_settings
from tests.audit.owner import written
from tests.factories.concerns import child, concern
from tests.journeys import bodies
from tests.journeys.runaway import CONCERN, SHEET, found, runaway, sheltered, the_sheet
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor, text


def test_paris_searches_by_name_and_learns_whom_to_call(away):
    """The search gives 93's number and the sheet, stands in both journals, and is looked at by the end of Tuesday."""
    world, paris = away.world, away.world.as_("on_call", "75")
    away.on_the_rota("on_call", "first", "2026-11-22 20:00", "2026-11-23 08:00", code="75")
    change = Change(away.now.date(), {"on_call_phone": "01 00 00 00 93"})
    change_settings(world.authorities["93"].pk, change, actor=SYSTEM, at=away.now)
    away.at("2026-11-23 05:45")
    said = {
        "ground": "police", "reason": "Retrouvée par la police, place de Clichy.", "last_name": "EXEMPLE",
        "first_names": "Lou", "age": 15,
    }  # fmt: skip

    answer = paris.post("emergency-searches", said)

    assert answer.status_code == 200, answer.content
    authority = world.authorities["93"]
    assert answer.json() | {"id": ""} == {
        "id": "", "results": [], "more": False,
        "elsewhere": [{
            "authority": str(authority.pk), "name": authority.name, "phone": "01 00 00 00 93",
            "sheet": the_sheet(away),
        }],
    }  # fmt: skip
    assert paris.get(f"emergency-sheets/{the_sheet(away)}").json()["danger"] == SHEET["danger"]
    page = Visitor(world, "on_call", "75", at=away.now).get(f"/fiches-urgence/{the_sheet(away)}")
    assert all(words in text(page) for words in SHEET.values())
    assert (
        Visitor(world, "on_call", "59", at=away.now).get(f"/fiches-urgence/{the_sheet(away)}").status_code
        == 404
    )
    away.reads("on_call", code="75", expect=404)
    (there,) = written(act="emergency-search:compared")
    assert there.tenant == authority.pk, "the files that were opened stand in their own authority's journal"
    (row,) = world.as_("supervisor", "75").get("emergency-searches", reviewed="false").json()["results"]
    assert (row["ground"]["code"], row["state"]["code"]) == ("police", "to_review")
    assert row["review_due_at"] == "2026-11-24T22:59:59Z"
    away.at("2026-11-24 09:00")
    place = f"emergency-searches/{row['id']}/review"
    reviewed = world.as_("supervisor", "75").post(place, {"agreed": True}, key="looked-at")
    assert (reviewed.status_code, reviewed.json()["state"]["code"]) == (200, "reviewed_ok")
    away.names_nobody("Lou", "Exemple", "Clichy")


@pytest.mark.sec("SEC-AZ13")
def test_paris_phones_and_the_officer_of_the_childs_authority_acts_by_broken_glass(away):
    """Break-glass doesn't cross authorities: Paris reads the sheet and no more, whatever reference it knows."""
    away.at("2026-11-23 05:50")
    said = {"reference": away.row.reference, "reason": "Retrouvée à Paris."}
    paris = away.world.as_("on_call", "75")
    absent = paris.post("break-glass", said | {"reference": "0000-0000-0000-0"}, key="paris-absent")
    crossing = paris.post("break-glass", said, key="paris-crossing")
    assert crossing.status_code == 404
    assert absent.json() | {"request_id": ""} == crossing.json() | {"request_id": ""}
    assert paris.get(f"emergency-sheets/{the_sheet(away)}").status_code == 200

    away.breaks_glass("on_call", "Paris appelle : l'enfant est retrouvée.")
    found(away, by="on_call")
    measure = sheltered(away, by="on_call")

    assert away.row.measures.get(pk=measure).type_id == "shelter_72h"
    place = away.reads("on_call", "measures")["results"][0]["place"]
    assert place == "Foyer de la Rive", "class K, cell b: while the glass is broken"
    assert away.reads("measure_service", "measures", code="75")["results"][0]["place"] == "Foyer de la Rive"
    away.at("2026-11-23 06:50")
    assert away.refused("on_call", "record_runaway", runaway(away), expect=403) == "referral:record_runaway"
    assert away.reads("on_call", "measures")["results"] == []
    read = [body for body in away.entries() if body["act"] == "field:opened"]
    assert {body["tenant"] for body in read} == {str(away.row.authority_id)}, (
        "all the reads are in the log of 93"
    )
    assert {"on_call", "measure_service"} <= {body["role"] for body in read}


def test_after_the_shelter_the_child_goes_home_or_the_judge_is_seized(away):
    found(away)
    part = f"measures/{sheltered(away)}"
    away.at("2026-11-25 10:00")

    refused = away.refused("ase_inspector", "end", bodies.end(on="2026-11-25"), part=part)
    away.does(
        "ase_inspector",
        "end",
        bodies.end(on="2026-11-25", shelter="returned"),
        part=part,
    )

    assert refused == "shelter_end_is_said"
    assert "C11" not in away.running
    assert Clock.objects.filter(referral=away.row, code="C11", stopped_at__isnull=False).count() == 1
    away.does("ase_inspector", "send_judicial", bodies.to_justice(away.children[0], grounds=("5", "6")))
    away.names_nobody("Lou", "Exemple", "Foyer de la Rive", "4711", "Manteau")


@pytest.mark.slow("several cases in two authorities")
def test_if_the_origin_is_not_reached_paris_files_shelters_and_transfers_and_the_files_are_linked(away):
    """The last sentence of S2: Paris acts on a file of its own, which then goes where the child is followed."""
    world = away.world
    officer, paris, cell = (
        world.as_("on_call", "75"), world.as_("crip_coordinator", "75"), world.as_("crip_coordinator")
    )  # fmt: skip
    away.at("2026-11-23 05:00")
    here = child(first_names="Lou", birth_date="2011-02-03", commune_insee="75118", residence_department="75")
    said = CONCERN | {"children": [here], "submit": True, "urgent": True}
    filed_there = officer.post("referrals", said, key="paris-files-at-five")
    assert filed_there.status_code == 201, filed_there.content
    case = filed_there.json()["id"]
    paris.get(f"referrals/{case}")
    lou = paris.get(f"referrals/{case}/children").json()["results"][0]["id"]
    shelter = {
        "child": lou, "since": "2026-11-23T03:30:00Z", "place": "Foyer de la Rive",
        "service": str(world.services["75"].pk), "prosecutor_told_at": "2026-11-23T03:35:00Z",
        "holders_told": "no", "holders_reason": "Origine non jointe.",
    }  # fmt: skip
    officer.step(case, "shelter_72h", shelter, expect=200)
    due = paris.get(f"referrals/{case}/clocks").json()["results"]
    body = bodies.transfer(
        world.authorities["93"],
        bodies.formality(outcome="deferred", reason="child_interest"),
        ground="competence",
    )
    paris.step(case, "transfer_request", body, expect=200)

    version = cell.get(f"transfers/{case}").json()["shell"]["version"]
    taken = cell.post(f"referrals/{case}/transfer_accept", {"receipt": "Reçu n° 8"}, version=version)

    assert taken.status_code == 200, taken.content
    made = taken.json()["made"]
    shown = cell.get(f"referrals/{made}").json()
    assert (shown["state"]["code"], shown["variant"]) == ("triage", "transfer_in")
    kept = cell.get(f"referrals/{made}/measures").json()["results"][0]
    assert (kept["type"]["code"], kept["state"]["code"], kept["term_on"]) == (
        "shelter_72h",
        "active",
        "2026-11-26",
    )
    c11 = [line["due_at"] for line in due if line["code"] == "C11"]
    assert [line["due_at"] for line in shown["clocks"] if line["code"] == "C11"] == c11
    service = world.as_("measure_service", "75")
    assert service.get(f"referrals/{made}/measures").json()["results"][0]["place"] == "Foyer de la Rive"
    assert service.get(f"referrals/{case}").status_code == 404
    pair = cell.step(
        made, "duplicates/suggest", {"other": away.pk, "reasons": ["name", "birth_date"]}, expect=200
    )
    cell.step(made, "confirm", {"kind": "related"}, part=f"duplicates/{pair.json()['made']}", expect=200)
    linked = cell.get(f"referrals/{away.pk}/links").json()["results"]
    assert [(line["id"], line["link"]) for line in linked] == [(made, "related")]


# --- From a child confided to the service --------------------------------------------------------------


@shared_fixture
def confided(story):
    """A girl established as exploited whom the judge has confided to the service of 93; a referent follows her."""
    story.at("2026-11-02 10:00")
    story.files("filer", concern(children=[child(first_names="Lou", birth_date="2011-02-03")]))
    story.triaged()
    story.qualified()
    story.assigned()
    story.at("2026-11-20 09:00")
    story.met()
    story.reported(["danger"])
    (her,) = story.children
    status = {"child": her, "value": "established", "reasons": "Aveux."}
    story.does("crip_coordinator", "set_exploitation_status", status)
    story.does("crip_coordinator", "name_referent", {"user": story.user("case_referent")})
    story.does(
        "ase_inspector", "decide_judicial",
        {"decisions": [bodies.decision(her, "judicial")], "motivation": "Danger.",
         **bodies.to_justice(her, grounds=("5", "6"))},
    )  # fmt: skip
    story.at("2026-11-20 15:00")
    answer = {
        "judicial_referral": story.row.judicial_referrals.get().pk,
        "outcomes": [bodies.outcome(her, "judge_measure", on="2026-11-20")],
        "orders": [
            bodies.order(her, "placement_ase", on="2026-11-20", service=story.world.services["93"].pk)
        ],
    }
    story.does("crip_coordinator", "judicial_outcome", answer)
    story.does("ase_inspector", "start", {"started_on": "2026-11-20"}, part=care(story))
    return story


def care(story):
    return f"measures/{story.row.measures.get(type='placement_ase').pk}"


def test_her_measure_is_suspended_while_she_is_away_and_goes_on_when_she_returns(confided):
    """The referent records the absence and suspends; found in Paris, sheltered, she returns: no second concern."""
    assert (confided.state, confided.child().prostitution_status) == ("protected_judicial", "established")
    cases = Referral.objects.count()
    confided.at("2026-11-20 22:00")
    confided.does("case_referent", "record_runaway", runaway(confided))
    away = {"on": "2026-11-20", "reason": "Fugue."}
    assert confided.refused("case_referent", "suspend", away, part=care(confided)) == "judge_is_told"
    confided.does("case_referent", "suspend", away | {"judge_told": True}, part=care(confided))
    assert "C15" in confided.running, "what was ordered runs on"

    found(confided)
    shelter = f"measures/{sheltered(confided)}"
    confided.at("2026-11-25 10:00")
    back = bodies.end(on="2026-11-25", end_report="Retour.", danger_remains="yes", shelter="returned")
    confided.does("ase_inspector", "end", back, part=shelter)
    confided.does("case_referent", "resume", {"on": "2026-11-25"}, part=care(confided))

    states = dict(confided.row.measures.values_list("type", "state"))
    assert states == {"placement_ase": "active", "shelter_72h": "ended"}
    assert (confided.state, Referral.objects.count()) == ("protected_judicial", cases)
    assert {"suspend", "resume"} <= {
        line["step"] for line in confided.reads("ase_inspector", "timeline")["results"]
    }


def test_the_officers_sixth_search_of_the_night_needs_the_supervisors_word(confided):
    confided.at("2026-11-20 22:00")
    confided.does("case_referent", "record_runaway", runaway(confided))
    confided.on_the_rota("on_call", "first", "2026-11-22 20:00", "2026-11-23 08:00", code="75")
    confided.at("2026-11-23 05:45")
    paris = confided.world.as_("on_call", "75")
    said = {
        "ground": "police", "reason": "Retrouvée par la police.", "last_name": "EXEMPLE", "first_names": "Lou", "age": 15,
    }  # fmt: skip

    answers = [paris.post("emergency-searches", said) for _ in range(6)]
    asked = paris.post("emergency-approvals", {}, key=uuid4().hex).json()["id"]
    own = paris.post(f"emergency-approvals/{asked}/give", {}, key=uuid4().hex)
    supervisor = confided.world.as_("supervisor", "75")
    word = supervisor.post(f"emergency-approvals/{asked}/give", {}, key=uuid4().hex)
    given = paris.post("emergency-searches", said)

    assert [one.status_code for one in answers] == [200] * 5 + [400]
    assert [one["field"] for one in answers[5].json()["errors"]] == ["unapproved"]
    assert (own.status_code, word.status_code) == (403, 200)
    assert (given.status_code, len(given.json()["elsewhere"])) == (200, 1)
