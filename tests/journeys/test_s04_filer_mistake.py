"""S4: an educator files for the wrong pupil, a namesake, and notices after the acknowledgement (domain.md §10)."""

from uuid import uuid4

import pytest

from referrals.models import IndexValue, Referral
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys import bodies

NOTICED = {"text": "Erreur sur la personne : il s'agit d'un homonyme."}
SAYING = {"reason": "Erreur sur la personne"}


def mistaken(story, status):
    """File for the wrong pupil on 24 November at 10:00, and notice at noon, once it is acknowledged."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern(prostitution_status_filer=status, filer_profession="specialised_educator"))
    story.reads("crip_coordinator")
    story.at("2026-11-24 12:00")
    return story


def says(story, step, body, *, expect):
    answer = story.world.as_("filer").post(f"referrals/{story.pk}/{step}", body, key=uuid4().hex)
    assert answer.status_code == expect, answer.content.decode()[:1000]
    return answer.json()


def looked_at(story):
    """The coordinator begins the first analysis and takes the identity out: it is the wrong person's."""
    story.does("crip_coordinator", "start_triage", bodies.SEARCHED)
    wrong = story.children[0]
    see_all()
    assert IndexValue.objects.filter(row=wrong).exists()
    story.does("crip_coordinator", "rectify", SAYING | {"wrong_person": wrong})
    see_all()
    assert not IndexValue.objects.filter(row=wrong).exists(), "out of search at once"
    return wrong


def set_aside(story):
    return {"reason": "Homonyme.", "target": "no_object", "feedback": "Votre transmission a été réorientée."}


@pytest.mark.slow("a case to its end")
def test_it_is_too_late_to_withdraw_but_never_to_say_so(story):
    mistaken(story, "none")

    says(story, "withdraw", SAYING, expect=409)
    answer = says(story, "provide_info", NOTICED, expect=200)

    assert answer["status"]["code"] == "received"
    (line,) = story.reads("crip_coordinator", "messages?channel=filer")["results"]
    assert (line["kind"], line["text"]) == ("complement", NOTICED["text"])
    assert story.state == "acknowledged", "an addendum moves nothing"


def test_a_suspicion_of_the_wrong_child_is_taken_back_by_two_before_the_case_is_set_aside(story):
    mistaken(story, "suspected")
    says(story, "provide_info", NOTICED, expect=200)
    wrong = looked_at(story)

    assert story.refused("crip_coordinator", "reorient", set_aside(story)) == "no_sign_of_exploitation"
    assert story.row.prostitution_status == "suspected", "a wrong name doesn't rule anything out"
    refuted = {"child": wrong, "value": "refuted", "reasons": "Erreur sur la personne."}
    story.signed("crip_coordinator", "set_exploitation_status", refuted, by="supervisor")
    story.does("crip_coordinator", "set_urgency", {"value": "U0"} | SAYING)
    assert story.refused("crip_coordinator", "reorient", set_aside(story)) == "approver-needed", (
        "history counts"
    )
    story.signed("crip_coordinator", "reorient", set_aside(story), by="supervisor")

    assert story.state == "not_qualified"
    assert story.reads("supervisor", "closure-reviews")["results"] == [], "two have signed"


@pytest.mark.parametrize("status", ["none", "at_risk"])
def test_without_a_suspicion_a_closing_by_one_is_on_the_list_of_reviews(story, status):
    mistaken(story, status)
    says(story, "provide_info", NOTICED, expect=200)
    wrong = looked_at(story)
    if status == "at_risk":
        none = {"child": wrong, "value": "none", "reasons": "Erreur sur la personne."}
        story.does("crip_coordinator", "set_exploitation_status", none)
        assert story.refused("crip_coordinator", "reorient", set_aside(story)) == "approver-needed"
        return

    story.does("crip_coordinator", "reorient", set_aside(story))

    (review,) = story.reads("supervisor", "closure-reviews")["results"]
    assert review["state"]["code"] == "due"


def test_the_right_child_has_a_concern_of_its_own_on_the_first_date(story):
    mistaken(story, "none")
    says(story, "provide_info", NOTICED, expect=200)
    looked_at(story)
    story.does("crip_coordinator", "reorient", set_aside(story))
    first, received = story.pk, story.row.received_at
    story.at("2026-11-25 09:00")

    right = concern(
        children=[child(first_names="Lea")], source_referral=first, channel="phone", on_behalf="phone",
        filer_profession="specialised_educator",
    )  # fmt: skip
    story.files("crip_coordinator", right)

    assert story.row.received_at == received, "the legal delay runs from the first receipt (§2.8 no. 1)"
    assert story.due("C4") == story.due("C5") == "2027-02-24 23:59:59"
    assert story.row.source_referral_id == Referral.objects.get(pk=first).pk
    see_all()
    owed = [row.feedback_tasks.get().state for row in Referral.objects.filter(pk__in=[first, story.pk])]
    assert owed == ["due", "due"], "each filing keeps its own answer"


def test_the_wrong_child_stays_sealed_for_audit_and_nobody_outside_was_told(story):
    mistaken(story, "none")
    says(story, "provide_info", NOTICED, expect=200)
    looked_at(story)
    story.does("crip_coordinator", "reorient", set_aside(story))

    see_all()
    wrong = story.row.children.get()
    assert (wrong.wrong_person, wrong.last_name is not None) == (True, True)
    assert not story.row.judicial_referrals.exists()
    assert not story.row.holder_informations.filter(state="done").exists()
    assert story.reads("filer")["status"]["code"] == "in_progress"
    assert {
        "referral:provide_info filer",
        "referral:rectify crip_coordinator",
        "referral:reorient crip_coordinator",
    } <= {*story.audited()}
    story.names_nobody("Lou", "Exemple", "homonyme")
