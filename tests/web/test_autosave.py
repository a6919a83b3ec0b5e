"""What is typed is saved while one writes, as the page's own script sends it, and is never taken for more than that."""

import json
from datetime import UTC, datetime

import pytest
from django.utils import translation

from referrals.models import Assessment, Referral
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.security.procedure import Case, filed, play
from tests.shared_fixtures import shared_fixture
from tests.web.test_steps import written
from tests.web.visiting import Visitor, form_in, text
from web.page import FormPage

CONCLUSION = {
    "conclusions-0-danger_level": "danger",
    "conclusions-0-proposal": "adapted_actions",
    "conclusions-0-text": "Une conclusion.",
}


@shared_fixture
def case(world):
    made = Case(world, "{}.".format)
    play(world, filed(made, concern()))
    play(world, written(made))
    return made


def saves(visitor, path, form, **said):
    """Send a form as the script does; return the answer."""
    answer = visitor.client.post(
        path, form | said | {"then": "draft"}, headers={"accept": "application/json"}
    )
    see_all()
    return answer


def goes_on(form, answer):
    """Return the form as the script leaves it once it was saved."""
    told = answer.json()
    return form | {name: told[name] for name in ("version", "once") if name in form}


def test_the_team_goes_on_writing_on_the_version_that_was_saved(world, case):
    assessor, place = Visitor(world, "assessor"), f"/dossiers/{case.pk}/redaction"
    page = assessor.get(place)
    assert "data-autosave=" in page.content.decode()
    form = form_in(page) | {"notes": "Des notes."}

    first = saves(assessor, place, form)
    second = saves(assessor, place, goes_on(form, first), notes="Des notes, et la suite.")
    last = assessor.post(
        place, goes_on(form, second) | {"notes": "Des notes, la suite et la fin.", "then": "back"}
    )

    assert [one.status_code for one in (first, second, last)] == [200, 200, 303], text(last)[:800]
    assert first.json()["words"].startswith("Enregistré à ")
    assert first.json()["whole"] is True
    assert "Des notes, la suite et la fin." in text(assessor.get(f"/dossiers/{case.pk}/evaluation"))


def test_a_conclusion_that_lacks_something_waits_and_the_page_is_told(world, case):
    assessor, place = Visitor(world, "assessor"), f"/dossiers/{case.pk}/redaction"
    form = form_in(assessor.get(place)) | CONCLUSION | {"report": "Un rapport.", "conclusions-0-text": ""}

    partly = saves(assessor, place, form)
    wholly = saves(assessor, place, goes_on(form, partly), **CONCLUSION)

    assert (partly.json()["whole"], wholly.json()["whole"]) == (False, True)
    assert "sauf les conclusions" in partly.json()["words"]
    assert Assessment.objects.get(referral=case.pk).conclusions.count() == 1


def test_who_is_late_is_not_saved_over_somebody_else_s_words(world, case):
    one, two = Visitor(world, "assessor"), Visitor(world, "assessor_2")
    place = f"/dossiers/{case.pk}/redaction"
    begun = form_in(one.get(place))
    two.fills(place, notes="Celles de l'autre.")

    late = saves(one, place, begun, notes="Les miennes.")

    assert late.status_code == 412
    assert late.json()["code"] == "stale-version"
    assert "Celles de l'autre." in text(one.get(f"/dossiers/{case.pk}/evaluation"))


@pytest.fixture
def draft(world):
    filer = Visitor(world, "filer")
    begun = filer.post("/transmissions/nouvelle", {"lane": "ordinary"})
    return filer, begun.headers["Location"].removesuffix("/enfant")


def test_a_page_of_the_form_is_saved_into_the_draft_and_nothing_is_filed(draft):
    filer, place = draft
    page = f"{place}/enfant"
    form = form_in(filer.get(page))
    first = saves(filer, page, form, first_names="Lou")
    second = saves(filer, page, goes_on(form, first), first_names="Lou", last_name="Exemple")

    assert (first.status_code, second.status_code) == (200, 200), second.content.decode()
    shown = form_in(filer.get(page))
    assert (shown["first_names"], shown["last_name"]) == ("Lou", "Exemple")
    assert Referral.objects.get().children.count() == 1


def test_the_urgent_page_keeps_what_was_typed_without_filing_with_a_script_or_without(draft):
    filer, place = draft
    page = f"{place}/urgence"
    form = form_in(filer.get(page)) | {"fact-text": "Elle a disparu."}

    saved = saves(filer, page, form)
    later = filer.post(page, goes_on(form, saved) | {"then": "later", "fact-text": "Elle a disparu hier."})

    assert (saved.status_code, later.status_code, later.headers["Location"]) == (200, 303, place)
    assert form_in(filer.get(page))["fact-text"] == "Elle a disparu hier."
    assert Referral.objects.get().state == "draft"


def test_an_answer_that_the_form_refuses_is_not_saved(draft):
    filer, place = draft
    page = f"{place}/enfant"
    form = form_in(filer.get(page))

    refused = saves(filer, page, form, birth_date="2011-13-45", first_names="Lou")

    assert refused.status_code == 400
    assert refused["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(("language", "words"), [("fr", "Enregistré à 14 h 05."), ("en", "Saved at 14:05.")])
def test_it_says_when_it_was_saved_in_the_reader_s_language_and_zone(rf, language, words):
    page = FormPage()
    page.request = rf.post("/")
    page.request.at = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)

    with translation.override(language):
        answer = page.draft_saved(7)

    assert json.loads(answer.content)["words"] == words


def test_what_is_found_of_a_child_is_saved_while_it_is_written(world, case):
    assessor, child = Visitor(world, "assessor"), case.children[0]
    place = f"/dossiers/{case.pk}/redaction/{child}"
    form = form_in(assessor.get(place)) | {"voice-heard": "not_heard", "health-finding": "fragile"}

    first = saves(assessor, place, form, **{"health-text": "Suivi interrompu."})
    last = assessor.post(
        place,
        goes_on(form, first)
        | {"health-text": "Suivi repris.", "voice-not_heard": "declined", "then": "stay"},
    )

    assert (first.status_code, last.status_code) == (200, 303), text(last)[:800]
    shown = text(assessor.get(place))
    assert "Suivi repris." in shown
    assert "Sa parole" not in shown, "a reason is enough"
    assert "Dangers et situation prostitutionnelle" in shown
    assert "Bien-être" in shown
    assert assessor.get(f"/dossiers/{case.pk}/redaction/{case.pk}").status_code == 404
    assert Visitor(world, "crip_coordinator").get(place).status_code == 403


def test_what_is_said_of_dangers_and_by_holders_is_saved_though_something_lacks(world, case):
    """Nothing that was ticked waits for the answer that it goes with; what the report lacks is told."""
    assessor, child = Visitor(world, "assessor"), case.children[0]
    place = f"/dossiers/{case.pk}/redaction"
    form = form_in(assessor.get(f"{place}/{child}"))

    first = saves(assessor, f"{place}/{child}", form, **{"danger-danger_categories": ["security"]})
    said = {"danger-exploitation": "suspected", "danger-hold": "yes", "danger-tonight": "Chez un inconnu."}
    saves(
        assessor,
        f"{place}/{child}",
        goes_on(form, first) | {"danger-danger_categories": ["security"]},
        **said,
    )
    danger = Assessment.objects.get(referral=case.pk).dangers.get()
    assert (danger.danger_categories, danger.exploitation, danger.complete) == (
        ["security"],
        "suspected",
        False,
    )
    assert "Chez un inconnu." in assessor.get(f"{place}/{child}").content.decode()

    form = form_in(assessor.get(place))
    saves(assessor, place, form, **{"opinions-0-met": "met", "opinions-0-needs": "Du calme."})
    assert Assessment.objects.get(referral=case.pk).opinions.get().complete is False
    page = assessor.get(place).content.decode()
    assert "Du calme." in page
    assert "Réponses d'autres départements" not in page
    assert "Du calme." in text(assessor.get(f"/dossiers/{case.pk}/evaluation"))
