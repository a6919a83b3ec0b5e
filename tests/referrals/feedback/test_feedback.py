"""The answer owed to whoever filed: C5, C5b and the task behind them (CASF L226-5, D226-2-8; domain.md §1.4, §2.7)."""

import pytest

from referrals.models import FeedbackTask
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

ASKS = {
    "kind": "feedback_request",
    "with_whom": "La voisine",
    "means": "Téléphone",
    "text": "Demande des nouvelles.",
}
TEXT = {"text": "Votre transmission est suivie.", "means": "platform"}


@shared_fixture
def filed(story):
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    return story


@shared_fixture
def private(story):
    """A neighbour's concern, typed in by the cell."""
    story.at("2026-11-24 10:00")
    said = {"channel": "phone", "received_at": "2026-11-24T08:00:00Z", "filer_profession": "private_person"}
    story.files("intake_agent", concern(**said))
    story.triaged()
    return story


def tasks(story):
    return story.reads("crip_coordinator", "feedbacks")["results"]


def owed(story):
    return [(line["owed_to"]["code"], line["state"]["code"]) for line in tasks(story)]


def answers(story, step="send", body=TEXT, **how):
    see_all()
    task = FeedbackTask.objects.filter(referral=story.pk, state__in=["due", "overdue"]).latest("opened_at")
    ask = story.refused if how else story.does
    return ask("crip_coordinator", step, body, part=f"feedbacks/{task.pk}", **how)


def asked(story, at):
    story.does("crip_coordinator", "log_contact", ASKS | {"at": at})


# --- A professional: unasked, within three months ---------------------------------------------------


def test_an_answer_is_owed_from_the_receipt_and_suggested_not_sent(filed):
    (line,) = tasks(filed)

    assert (line["owed_to"]["code"], line["state"]["code"]) == ("professional", "due")
    assert line["due_at"] == "2027-02-24T22:59:59Z"
    assert line["suggestion"]["code"] == "in_assessment"
    assert filed.row.reference in line["suggestion"]["text"], "the authority's own words, with the reference"
    assert filed.reads("filer")["status"]["code"] == "in_progress"
    assert filed.reads("filer", "feedbacks")["results"] == []


def test_what_a_coordinator_sends_is_what_the_filer_reads(filed):
    answers(filed)

    assert "C5" not in filed.running
    assert owed(filed) == [("professional", "sent")]
    assert filed.reads("filer")["status"]["code"] == "answered"
    (line,) = filed.reads("filer", "messages?channel=filer")["results"]
    assert (line["kind"], line["text"]) == ("feedback", TEXT["text"])
    assert set(line) == {"id", "kind", "at", "text"}
    assert filed.reads("filer")["clocks"][0]["state"]["code"] == "stopped"
    assert [f["status"]["code"] for f in filed.world.as_("filer").get("referrals").json()["results"]] == [
        "answered"
    ]


def test_only_a_coordinator_sends(filed):
    see_all()
    place = f"feedbacks/{FeedbackTask.objects.get(referral=filed.pk).pk}"

    assert filed.refused("intake_agent", "send", TEXT, part=place, expect=403) == "feedback:send"
    answers(filed)
    assert filed.refused("crip_coordinator", "send", TEXT, part=place) == "wrong-state"


@pytest.mark.parametrize("reason", ["child_endangered", "requester_at_risk"])
def test_from_a_professional_the_exceptions_of_private_persons_withhold_nothing(filed, reason):
    why = {"reason": reason, "reason_text": "Motif."}

    assert answers(filed, "withhold", why, expect=409) == "withholding_is_lawful"


@pytest.mark.sec("SEC-AZ9")
def test_an_answer_that_is_withheld_looks_to_the_filer_like_one_that_is_awaited(filed):
    before = filed.reads("filer")
    listed = filed.world.as_("filer").get("clocks").json()

    answers(
        filed, "withhold", {"reason": "child_interest", "reason_text": "Le déclarant est proche de l'auteur."}
    )

    assert "C5" not in filed.running
    assert filed.reads("filer") == before
    assert filed.world.as_("filer").get("clocks").json() == listed
    assert filed.reads("filer", "messages?channel=filer")["results"] == []
    assert {"C5"} & {
        c["code"] for c in filed.world.as_("crip_coordinator").get("clocks").json()["results"]
    } == set()


def test_an_answer_given_during_the_assessment_calls_for_a_second_at_the_outcome(filed):
    answers(filed)
    filed.at("2026-11-25 10:00")
    reorient = {
        "reason": "Sans danger",
        "target": "no_object",
        "feedback": "Votre transmission a été réorientée.",
    }

    filed.does("crip_coordinator", "reorient", reorient)

    assert owed(filed) == [("professional", "sent"), ("professional", "due")]
    second = tasks(filed)[1]
    assert (second["prepared"], second["due_at"]) == (reorient["feedback"], None)
    assert second["suggestion"]["code"] == "not_qualified"
    assert filed.running == ["C20"], (
        "the law's delay was kept by the first; the filer sees no clock begin again"
    )
    answers(filed, body={"text": second["prepared"], "means": "email"})
    assert [m["text"] for m in filed.reads("filer", "messages?channel=filer")["results"]][-1] == reorient[
        "feedback"
    ]


def test_what_the_closing_prepares_is_laid_in_the_task(filed):
    reorient = {"reason": "Sans danger", "target": "no_object", "feedback": "Réorientée vers la PMI."}

    filed.does("crip_coordinator", "reorient", reorient)

    (line,) = tasks(filed)
    assert (line["state"]["code"], line["prepared"]) == ("due", "Réorientée vers la PMI.")
    assert filed.running == ["C20", "C5"]
    assert filed.reads("filer", "messages?channel=filer")["results"] == [], "prepared isn't sent"


def test_a_filing_taken_back_is_owed_nothing(story):
    story.at("2026-11-24 10:00")
    story.files("filer", concern())

    story.does("filer", "withdraw", {"reason": "Erreur"})

    (line,) = tasks(story)
    assert (line["state"]["code"], line["reason"]) == ("withheld", "withdrawn")
    assert "by" not in line
    assert story.running == ["C20"]
    assert story.reads("filer")["status"]["code"] == "received"
    see_all()
    assert FeedbackTask.objects.get().by is None, "no row names the account that filed"


def test_a_prosecutors_request_is_owed_none(story):
    story.at("2026-11-24 10:00")
    said = {
        "variant": "prosecutor_request",
        "channel": "prosecutor_request",
        "received_at": "2026-11-23T09:00:00Z",
    }

    story.files("intake_agent", concern(**said))

    assert tasks(story) == []


# --- A private person: on request --------------------------------------------------------------------


def test_a_private_person_is_owed_an_answer_from_the_request_on(private):
    assert tasks(private) == []

    private.at("2026-12-30 10:00")
    asked(private, "2026-12-29T23:30:00Z")

    assert owed(private) == [("private", "due")]
    assert private.due("C5b") == "2027-03-30 23:59:59"
    assert tasks(private)[0]["suggestion"]["code"] == "private", "no more is owed (D226-2-8)"


def test_asking_again_puts_nothing_off(private):
    asked(private, "2026-11-24T08:30:00Z")
    private.at("2026-12-24 10:00")

    asked(private, "2026-12-24T08:30:00Z")

    assert private.running.count("C5b") == 1
    assert private.due("C5b") == "2027-02-24 23:59:59"
    assert owed(private) == [("private", "due")]


def test_one_who_asks_after_an_answer_is_owed_another(private):
    asked(private, "2026-11-24T08:30:00Z")
    answers(private, body=TEXT | {"means": "letter"})
    assert "C5b" not in private.running
    private.at("2026-11-24 11:00")

    asked(private, "2026-11-24T08:45:00Z")

    assert owed(private) == [("private", "sent"), ("private", "due")]


@pytest.mark.parametrize("reason", ["child_interest", "child_endangered", "requester_at_risk"])
def test_from_a_private_person_an_answer_is_withheld_on_three_grounds(private, reason):
    asked(private, "2026-11-24T08:30:00Z")

    answers(private, "withhold", {"reason": reason, "reason_text": "Motif."})

    assert (owed(private), "C5b" in private.running) == ([("private", "withheld")], False)


def test_secrecy_is_no_ground_towards_a_private_person(private):
    asked(private, "2026-11-24T08:30:00Z")

    assert (
        answers(private, "withhold", {"reason": "secrecy", "reason_text": "x"}, expect=409)
        == "withholding_is_lawful"
    )


# --- Suggestions -------------------------------------------------------------------------------------


def test_each_outcome_has_its_sentence_and_none_names_anybody(filed):
    filed.qualified()
    filed.assigned()
    filed.met()
    filed.reported(["danger"])
    (only,) = filed.children
    seize = {"decisions": [bodies.decision(only, "judicial")], "motivation": "Danger."} | bodies.to_justice(
        only
    )
    assert tasks(filed)[0]["suggestion"]["code"] == "in_assessment"

    filed.does("ase_inspector", "decide_judicial", seize)

    (line,) = tasks(filed)
    assert line["suggestion"]["code"] == "justice"
    assert not any(word in str(line["suggestion"]) for word in ("Lou", "Exemple", "suspect", "Parquet"))


def test_nothing_of_an_answer_is_in_the_journal(filed):
    answers(filed)

    filed.audited()
    filed.names_nobody("est suivie")


@pytest.mark.sec("SEC-AZ7")
def test_a_text_that_nobody_is_owed_now_stays_on_record_for_readers_of_the_filer(private):
    """What was prepared for a neighbour, who may ask within years, is neither lost nor read with the facts."""
    asked = {"reason": "Sans objet.", "target": "no_object", "feedback": "Merci, une réponse attend."}
    private.does("crip_coordinator", "reorient", asked)
    assert tasks(private) == []

    line = next(
        one
        for one in private.reads("crip_coordinator", "timeline")["results"]
        if one["step"] == "keep_feedback"
    )
    assert line["data"] == {"text": asked["feedback"]}
    for who in ("case_referent", "exploitation_lead", "supervisor"):
        answer = private.world.as_(who).get(f"referrals/{private.pk}/timeline")
        assert asked["feedback"] not in answer.content.decode(), who


def test_a_text_that_is_owed_stands_in_its_task_alone(filed):
    asked = {"reason": "Sans objet.", "target": "no_object", "feedback": "Merci, une réponse attend."}
    filed.does("crip_coordinator", "reorient", asked)

    assert tasks(filed)[0]["prepared"] == asked["feedback"]
    assert "keep_feedback" not in {
        one["step"] for one in filed.reads("crip_coordinator", "timeline")["results"]
    }
