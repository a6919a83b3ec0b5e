"""The auditor at work in a browser: what needs attention, a question, an anomaly's first steps, proofs."""

import re

import pytest

from tests.browser.conftest import somebody_else


def test_every_page_of_the_journal_can_be_used_by_everybody(visitor):
    """axe-core finds nothing, and nothing is wider than 320 pixels."""
    visitor.signs_in("auditor")
    for name, path in (
        ("start", ""),
        ("questions", "/questions"),
        ("question-empty", "/questions/file-openings"),
        ("question", "/questions/refusals"),
        ("question-wrong", "/questions/file-openings?subject=x"),
        ("entries", "/entrees?limit=12"),
        ("pictures", "/images?days=7"),
        ("proofs", "/preuves"),
        ("anomalies", "/anomalies"),
    ):
        visitor.goes(f"/journal{path}")
        visitor.looks(f"journal-{name}")
    visitor.goes("/acces")
    visitor.looks("access-questions")


def test_an_auditor_follows_a_question_to_its_proof(visitor):
    visitor.signs_in("auditor")
    visitor.follows("Journal")
    visitor.follows("Quelles lectures après la clôture ?")
    visitor.goes("/journal/entrees")
    visitor.page.get_by_label("Acte").select_option("field:opened")
    visitor.presses("Appliquer")
    visitor.page.get_by_role("link", name=re.compile("Qui a ouvert ce dossier")).first.click()
    assert "Dossier lu" in visitor.page.locator("main").inner_text()
    visitor.page.get_by_role("link", name=re.compile("^Preuve")).last.click()
    assert "la preuve est juste" in visitor.page.locator("main").inner_text()
    visitor.looks("journal-entry")


def test_a_wrong_filter_leads_to_its_field(visitor):
    visitor.signs_in("auditor")
    visitor.goes("/journal/questions/file-openings")
    visitor.page.get_by_label("Dossier (pseudonyme)").fill("quelqu'un")
    visitor.presses("Demander")

    summary = visitor.page.locator("#faults")
    assert summary.evaluate("node => node === document.activeElement")
    summary.get_by_role("link").click()
    assert visitor.page.evaluate("document.activeElement.name") == "subject"


@pytest.mark.sec("SEC-AZ12")
def test_two_offices_lift_a_veil_together(visitor, browser, service):
    """S9: the auditor takes an anomaly up and asks; the officer grants; both read who it was, and nobody before."""
    visitor.signs_in("auditor")
    visitor.goes("/journal")
    visitor.follows("Recherche de dossiers au hasard")
    visitor.looks("anomaly")
    anomaly = visitor.page.url
    for step in ("Examiner", "Demander la levée de l'anonymat"):
        visitor.follows(step)
        visitor.looks(f"anomaly-step-{step.split()[0].lower()}")
        visitor.presses(step)
        visitor.page.get_by_text(f"Fait : {step}.").wait_for()
    assert not visitor.page.get_by_role("link", name="Lire les identités").count()
    with somebody_else(browser, service) as officer:
        officer.signs_in("dpo")
        officer.goes("/journal")
        assert "Anonymat à lever à deux" in officer.page.locator("main").inner_text()
        officer.follows("Recherche de dossiers au hasard")
        officer.follows("Lever l'anonymat")
        officer.presses("Lever l'anonymat")
        officer.follows("Lire les identités")
        assert "assessor.93@demo.invalid" in officer.page.locator("main").inner_text()
        officer.looks("identities")
    visitor.page.goto(anomaly)
    visitor.follows("Juger justifié")
    visitor.presses("Juger justifié")
    visitor.looks("anomaly-step-refused")
    visitor.page.locator("#faults").get_by_role("link").click()
    assert visitor.page.evaluate("document.activeElement.name") == "ground"


def test_the_pages_of_the_journal_are_light(visitor):
    """At most 150 kB a page, all files together; the list of all acts is the heaviest."""
    visitor.signs_in("auditor")
    weight = []
    visitor.page.on("response", lambda response: weight.append(len(response.body())))
    visitor.goes("/journal/entrees?limit=50")
    visitor.page.wait_for_load_state("networkidle")

    assert sum(weight) <= 150_000
