"""Requests for information, complements and messages (domain.md T07 to T09, §1.3 ``add``, §1.4, §2.7)."""

from uuid import uuid4

import pytest

from referrals.models import Complement, FilerMessage, InformationRequest, MessageRead
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

ASKED = {"questions": "Depuis quand est-elle absente ?", "recipient": "filer"}
SECRETS = ("Depuis quand", "Depuis septembre", "À rappeler", "Vu en réunion")


@shared_fixture
def triaged(story):
    story.at("2026-11-24 10:00")
    story.files("filer", concern(children=[child(), child(first_names="Mia")]))
    story.triaged()
    return story


def channel(story, who, name="filer"):
    return story.reads(who, f"messages?channel={name}")["results"]


def kinds(story, who, name="filer"):
    return [line["kind"] for line in channel(story, who, name)]


def adds(story, body, *, expect=200):
    """Send a complement as the filer does: without a version, which a filer is never shown."""
    answer = story.world.as_("filer").post(f"referrals/{story.pk}/provide_info", body, key=uuid4().hex)
    assert answer.status_code == expect, answer.content.decode()[:1000]
    return answer.json()


def the_request(story):
    see_all()
    return InformationRequest.objects.filter(referral=story.pk).latest("asked_at")


# --- A question to the filer --------------------------------------------------------------------------


def test_a_question_to_the_filer_shows_as_one_and_runs_its_own_clock(triaged):
    before = triaged.running

    made = triaged.does("crip_coordinator", "request_info", ASKED)["made"]

    assert triaged.running == sorted([*before, "C6"]), "C4 runs on"
    assert triaged.due("C6") == "2026-12-01 23:59:59", "the authority's working days"
    assert triaged.reads("crip_coordinator")["info_requested"] is True
    assert triaged.reads("filer")["status"]["code"] == "question"
    (line,) = channel(triaged, "filer")
    assert (line["id"], line["text"], line["open"]) == (made, ASKED["questions"], True)
    assert set(line) == {"id", "kind", "at", "open", "due_on", "text"}, "nothing of who asks"
    listed = triaged.world.as_("filer").get("referrals").json()["results"]
    assert [row["status"]["code"] for row in listed] == ["question"]


def test_the_answer_closes_the_question_and_its_clock_and_is_never_read_back(triaged):
    asked = triaged.does("crip_coordinator", "request_info", ASKED)["made"]

    said = adds(triaged, {"request": asked, "text": "Depuis septembre."})

    assert said["status"]["code"] == "in_progress"
    assert "C6" not in triaged.running
    assert (the_request(triaged).state, triaged.row.info_requested) == ("answered", False)
    assert kinds(triaged, "filer") == ["question", "complement"]
    assert set(channel(triaged, "filer")[1]) == {"id", "kind", "at"}, "its date only (§1.3 add)"
    assert [line["step"] for line in triaged.reads("filer", "timeline")["results"]][-1] == "provide_info"
    assert channel(triaged, "crip_coordinator")[1]["text"] == "Depuis septembre."
    see_all()
    assert Complement.objects.get().by is None, "no row names the account that filed"


def test_a_date_of_ones_own_is_the_date_of_the_clock(triaged):
    triaged.does("crip_coordinator", "request_info", ASKED | {"due_on": "2026-12-04"})

    assert triaged.due("C6") == "2026-12-04 23:59:59"
    past = ASKED | {"due_on": "2026-11-23"}
    assert triaged.refused("crip_coordinator", "request_info", past, expect=400) == "invalid-input"


def test_the_cell_types_in_what_comes_by_phone_and_says_so(triaged):
    asked = triaged.does("crip_coordinator", "request_info", ASKED)["made"]
    told = {"request": asked, "text": "Depuis septembre."}

    assert triaged.refused("intake_agent", "provide_info", told, expect=400) == "invalid-input"
    triaged.does("intake_agent", "provide_info", told | {"came_by": "phone"})

    line = channel(triaged, "crip_coordinator")[1]
    assert (line["came_by"], line["by"]) == ("phone", str(triaged.user("intake_agent")))
    assert kinds(triaged, "filer") == ["question"], "the filer's own acts are those of the own account"


def test_an_open_question_bars_no_step(triaged):
    triaged.does("crip_coordinator", "request_info", ASKED)

    triaged.qualified()

    assert (triaged.state, triaged.row.info_requested) == ("qualified", True)


def test_only_who_asked_or_a_coordinator_goes_on_without_the_answer(triaged):
    asked = {
        "request": triaged.does("intake_agent", "request_info", ASKED)["made"],
        "reason": "Vu autrement.",
    }
    triaged.does(
        "crip_coordinator",
        "name_referent",
        {"user": triaged.user("case_referent"), "child": triaged.children[0]},
    )

    assert triaged.refused("case_referent", "info_expired", asked) == "asker_gives_up"
    triaged.does("crip_coordinator", "info_expired", asked)

    assert (the_request(triaged).state, "C6" in triaged.running) == ("cancelled", False)
    assert triaged.refused("crip_coordinator", "info_expired", asked) == "request_is_open"


def test_closing_the_case_cancels_what_is_open(triaged):
    triaged.does("crip_coordinator", "request_info", ASKED)
    reorient = {"reason": "Sans danger", "target": "no_object", "feedback": "Suite."}

    triaged.does("crip_coordinator", "reorient", reorient)

    assert the_request(triaged).state == "cancelled"
    assert triaged.running == ["C20", "C5"]
    assert triaged.row.info_requested is False
    assert triaged.reads("filer")["status"]["code"] == "in_progress"


# --- What a filer adds unasked -----------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ9")
def test_a_filer_adds_unasked_and_learns_nothing_by_it(story):
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    assert "provide_info" in {line["step"] for line in story.reads("filer")["available_actions"]}
    before = adds(story, {"text": "Un oubli."})
    story.triaged()
    story.qualified()
    story.assigned()

    after = adds(story, {"text": "Un autre oubli."})

    assert set(after) == set(before)
    assert after["status"]["code"] == "in_progress"
    assert story.reads("filer", "messages?channel=professionals")["results"] == []


def test_a_danger_told_by_the_filer_is_flagged_for_every_child_of_the_concern(triaged):
    before = len(triaged.entries())

    adds(triaged, {"text": "Il l'attend.", "danger_now": True}, expect=400)
    adds(triaged, {"text": "Il l'attend.", "danger_now": True, "danger_what": "Une voiture devant le foyer."})

    assert [triaged.child(n).immediate_danger for n in (0, 1)] == [True, True]
    assert (triaged.row.urgency, triaged.running.count("C3")) == ("U3", 2)
    done = [line for line in triaged.journal(since=before) if "denied" not in line]
    assert done == [
        "referral:flag_immediate_danger filer", "referral:flag_immediate_danger filer", "alert:sound filer",
        "referral:provide_info filer",
    ]  # fmt: skip


def test_a_second_alarm_does_not_put_off_the_first(triaged):
    danger = {"text": "Encore.", "danger_now": True, "danger_what": "Menaces."}
    adds(triaged, danger)
    due = triaged.due("C3")
    triaged.at("2026-11-24 12:00")

    adds(triaged, danger)

    assert triaged.due("C3") == due


# --- A named partner, the two channels ---------------------------------------------------------------


def test_a_partner_is_named_and_answers_and_nobody_else_does(triaged):
    referent = triaged.user("case_referent")
    to_referent = {"questions": "Mesure en cours ?", "recipient": "partner", "partner": referent}
    assert triaged.refused("crip_coordinator", "request_info", to_referent) == "partner_is_of_case"
    triaged.does("crip_coordinator", "name_referent", {"user": referent, "child": triaged.children[0]})
    triaged.does("crip_coordinator", "name_decider", {"user": triaged.user("ase_inspector")})

    asked = triaged.does("crip_coordinator", "request_info", to_referent)["made"]
    told = {"request": asked, "text": "Depuis septembre."}
    assert triaged.reads("filer")["status"]["code"] == "in_progress", "a question to another is no mark here"
    assert triaged.refused("ase_inspector", "provide_info", told) == "complement_is_expected"
    adds(triaged, told, expect=409)
    triaged.does("case_referent", "provide_info", told)

    assert kinds(triaged, "case_referent", "professionals") == ["question", "complement"]
    assert kinds(triaged, "crip_coordinator", "filer") == kinds(triaged, "filer") == []


def test_messages_never_change_channel(triaged):
    to_filer = triaged.does("intake_agent", "message_filer", {"text": "À rappeler."})["made"]
    among = triaged.does("crip_coordinator", "message_professionals", {"text": "Vu en réunion."})["made"]

    assert [line["id"] for line in channel(triaged, "filer")] == [to_filer]
    assert channel(triaged, "filer", "professionals") == []
    assert [line["id"] for line in channel(triaged, "intake_agent", "professionals")] == [among]
    assert (
        triaged.world.as_("filer").post(f"referrals/{triaged.pk}/message_filer", {"text": "?"}).status_code
        == 403
    )
    assert channel(triaged, "supervisor", "professionals") == channel(triaged, "on_call") == []
    triaged.reads("crip_coordinator", "messages?channel=other", expect=400)
    triaged.reads("crip_coordinator", "messages", expect=400)


def test_each_reader_marks_what_is_addressed_to_them_once(triaged):
    to_filer = triaged.does("intake_agent", "message_filer", {"text": "À rappeler."})["made"]
    among = triaged.does("crip_coordinator", "message_professionals", {"text": "Vu en réunion."})["made"]
    version, before = triaged.row.version, len(triaged.entries())

    def marks(who, message):
        place = f"referrals/{triaged.pk}/messages/{message}/read"
        return triaged.world.as_(who).post(place, {}, key=uuid4().hex).status_code

    assert (marks("filer", to_filer), marks("filer", to_filer), marks("filer", among)) == (200, 200, 404)
    assert (marks("intake_agent", among), marks("intake_agent", to_filer), marks("on_call", among)) == (
        200,
        404,
        404,
    )

    see_all()
    assert FilerMessage.objects.get().read_at == triaged.now
    assert MessageRead.objects.get().reader_id == triaged.user("intake_agent")
    assert triaged.row.version == version
    done = [line for line in triaged.journal(since=before) if line.startswith("message:read")]
    assert done == ["message:read filer", "message:read intake_agent"]
    assert channel(triaged, "intake_agent", "professionals")[0]["read_by"][0]["reader"] == str(
        triaged.user("intake_agent")
    )


def test_nothing_that_is_asked_or_said_is_in_the_journal(triaged):
    asked = triaged.does("crip_coordinator", "request_info", ASKED)["made"]
    adds(triaged, {"request": asked, "text": "Depuis septembre."})
    triaged.does("crip_coordinator", "message_filer", {"text": "À rappeler."})
    triaged.does("crip_coordinator", "message_professionals", {"text": "Vu en réunion."})

    triaged.audited()
    triaged.names_nobody(*SECRETS)


def test_a_service_reads_the_questions_that_name_its_people_and_no_other(triaged):
    order = bodies.order(
        triaged.children[0], "aemo", on="2026-11-24", service=str(triaged.world.services["93"].pk)
    )
    triaged.does("crip_coordinator", "order", order, part="measures")
    triaged.does("crip_coordinator", "message_professionals", {"text": "Vu en réunion."})
    served = {
        "questions": "Où en est-on ?",
        "recipient": "partner",
        "partner": triaged.user("measure_service"),
    }
    asked = triaged.does("crip_coordinator", "request_info", served)["made"]
    triaged.does("crip_coordinator", "request_info", ASKED)

    assert [line["id"] for line in channel(triaged, "measure_service", "professionals")] == [asked]
    assert channel(triaged, "measure_service") == []
    triaged.does("measure_service", "provide_info", {"request": asked, "text": "Depuis septembre."})
    see_all()
    assert InformationRequest.objects.get(pk=asked).state == "answered"
    assert triaged.row.info_requested is True, "the filer's question is open still"


@pytest.mark.sec("SEC-AZ9")
def test_whoever_took_a_filing_back_may_add_nothing_and_so_learns_of_no_reopening(story):
    """domain.md §1.4: a withdrawn filing stays as it is beside the filer's own act, also if it is reopened."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.does("filer", "withdraw", {"reason": "Erreur"})
    before = story.reads("filer")
    adds(story, {"text": "Un oubli."}, expect=409)

    story.does("crip_coordinator", "reopen", {"ground": "withdrawal", "reason": "Retrait non confirmé."})

    assert story.state == "triage"
    assert story.reads("filer") == before
    adds(story, {"text": "Un oubli."}, expect=409)
    tasks = story.reads("crip_coordinator", "feedbacks")["results"]
    assert [task["state"]["code"] for task in tasks] == ["withheld", "due"], "owed again on its first date"
