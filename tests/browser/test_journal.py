"""The auditor at work in a browser: what needs attention, a question, an anomaly's first steps, proofs."""

import re
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.acting import NOTHING, answers
from tests.days import PARIS


def test_every_page_of_the_journal_can_be_used_by_everybody(visitor):
    """axe-core finds nothing, and nothing is wider than 320 pixels."""
    visitor.signs_in("auditor")
    for name, path in (
        ("start", ""),
        ("questions", "/questions"),
        ("question-empty", "/questions/file-openings"),
        ("question", "/questions/refusals"),
        ("question-wrong", "/questions/file-openings?subject=x"),
        ("entries", "/entrees"),
        ("pictures", "/images?days=7"),
        ("pictures-of-a-year", "/images?days=365"),
        ("lookups", "/reclamations"),
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
    visitor.follows("Quels dossiers ont été lus après leur clôture ?")
    visitor.goes("/journal/entrees")
    visitor.page.get_by_label("Acte").select_option("field:opened")
    visitor.presses("Appliquer")
    visitor.follows(re.compile("Qui a ouvert ce dossier"))
    assert "Dossier lu" in visitor.page.locator("main").inner_text()
    visitor.clicks(visitor.page.get_by_text("Détail").last)
    visitor.clicks(visitor.page.get_by_role("link", name=re.compile("^Preuve")).last)
    assert "la preuve est juste" in visitor.page.locator("main").inner_text()
    visitor.looks("journal-entry")


@pytest.mark.sec("SEC-AZ12")
def test_a_complaint_is_looked_up_by_two_offices(visitor, people):
    """What can be no reference leads back to its field; the officer types the reference too, or refuses."""
    visitor.signs_in("auditor")
    visitor.goes("/journal/reclamations/nouvelle")
    said = {"kind": "Un dossier, par sa référence", "ground": "Réclamation d'une personne concernée"}
    answers(visitor, said | {"named": "R7KD-4M2X"})
    visitor.presses("Demander")
    visitor.looks("lookup-refused")
    visitor.clicks(visitor.page.locator("#faults").get_by_role("link"))
    assert visitor.page.evaluate("document.activeElement.name") == "named"
    answers(visitor, {"named": "R7KD-4M2X-9QPA-W"})
    visitor.presses("Demander")
    visitor.looks("lookup-asked")
    officer = people("dpo")
    officer.goes("/journal")
    officer.looks("journal-start-with-lookup")
    officer.follows("Un dossier, par sa référence")
    officer.follows("Décider")
    officer.looks("lookup-decision")
    answers(officer, {"named": "R7KD-4M2X-9QPA-W"})
    officer.presses("Chercher")
    assert "Rien à montrer sous ce nom" in officer.page.locator("main").inner_text()


def test_a_wrong_filter_leads_to_its_field(visitor):
    visitor.signs_in("auditor")
    visitor.goes("/journal/questions/file-openings")
    visitor.page.get_by_label("Dossier (référence ou pseudonyme)").fill("quelqu'un")
    visitor.presses("Demander")

    summary = visitor.page.locator("#faults")
    assert summary.evaluate("node => node === document.activeElement")
    summary.get_by_role("link").click()
    assert visitor.page.evaluate("document.activeElement.name") == "subject"


@pytest.mark.sec("SEC-AZ12")
def test_s9_an_access_is_found_unjustified_and_two_offices_lift_the_veil(visitor, people):
    """The auditor asks, the agent answers by a code; both offices read who it was, and nobody before; then it is closed."""
    visitor.signs_in("auditor")
    visitor.goes("/journal")
    visitor.follows("Dossiers introuvables demandés en série")
    visitor.looks("anomaly")
    anomaly = visitor.page.url.removeprefix(visitor.service.address)
    for step in ("Examiner", "Interroger l'agent"):
        decides(visitor, anomaly, step)
    answers_by_a_code(people("assessor"))
    visitor.goes(anomaly)
    visitor.follows("Juger justifié")
    visitor.presses("Juger justifié")
    visitor.looks("anomaly-step-refused")
    visitor.clicks(visitor.page.locator("#faults").get_by_role("link"))
    assert visitor.page.evaluate("document.activeElement.name") == "ground"
    decides(visitor, anomaly, "Juger injustifié", {"reason": "Aucun motif"})
    decides(visitor, anomaly, "Demander la levée de l'anonymat")
    assert not visitor.page.get_by_role("link", name="Lire les identités").count()
    officer = people("dpo")
    officer.goes("/journal")
    assert "Anonymat à lever à deux" in officer.page.locator("main").inner_text()
    decides(officer, anomaly, "Lever l'anonymat")
    for office in (officer, visitor):
        office.goes(anomaly)
        office.follows("Lire les identités")
        assert "assessor.93@demo.invalid" in office.page.locator("main").inner_text()
        office.looks("identities")
    decides(officer, anomaly, "Signaler à la hiérarchie")
    officer.goes(anomaly)
    officer.follows("Lire la violation de données")
    officer.looks("breach")
    notified = {
        "part": "Première partie", "notified_at": f"{datetime.now(PARIS):%Y-%m-%dT%H:%M}", "reference": "FR-2026-1", "proof": "Accusé du téléservice",
        "nature": "Lectures sans motif.", "contact": "dpd@demo.invalid",
    }  # fmt: skip
    breach = urlsplit(officer.page.url).path
    decides(officer, breach, "Notifier la CNIL", notified)
    # The agent's account was suspended with the finding; the supervisor, told at once, gives it back (DB8).
    decides(people("supervisor"), breach, "Lever la suspension du compte", {"reason": "Entretien tenu."})
    decides(officer, anomaly, "Clore l'anomalie")
    assert "Close" in officer.page.locator("main").inner_text()


def decides(visitor, anomaly, step, said=NOTHING):
    """Do a step of an anomaly's course, and be told so."""
    visitor.goes(anomaly)
    visitor.follows(step)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(step)
    visitor.glances(step)
    answers(visitor, said)
    visitor.presses(step)
    visitor.page.get_by_text(f"L'action « {step} » est enregistrée.").wait_for()


def answers_by_a_code(agent):
    """Find the question that waits, which names no rule and no file, and answer it."""
    agent.goes("/acces")
    agent.glances("the questions")
    agent.clicks(agent.page.locator('main a[href^="/acces/"]').first)
    agent.page.get_by_role("button", name="Répondre").wait_for()
    assert "au hasard" not in agent.page.locator("main").inner_text()
    agent.glances("the question")
    answers(agent, {"answer": "Autre raison"})
    agent.presses("Répondre")
    agent.page.get_by_text("Votre réponse a été transmise.").wait_for()
