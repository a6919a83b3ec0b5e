"""Whole scenarios of domain.md §10 through pages alone: who files, who is called, who decides, who reviews."""

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visitor, somebody_else
from tests.browser.test_filing import REFERENCE, says, ticks


def files_in_the_night(worker: Visitor) -> str:
    """File by the urgent lane from a phone; return the reference."""
    worker.page.set_viewport_size(PHONE)
    worker.signs_in("filer_home")
    worker.goes("/urgence")
    worker.presses("Transmettre en urgence")
    says(worker, "Que se passe-t-il", "Une jeune fille de 16 ans, frappée ; un homme l'attend en voiture.")
    ticks(worker, "Comment le savez-vous", "Vu")
    says(worker, "Quel danger", "L'homme est devant la porte.")
    ticks(worker, "Qui avez-vous déjà appelé", "Police / gendarmerie (17)")
    worker.page.get_by_label("Département").select_option("93")
    says(worker, "Commune", "Bobigny")
    ticks(worker, "Où l'enfant se trouve", "Localisé·e")
    ticks(worker, "Connaissez-vous l'identité", "Inconnue")
    worker.presses("Transmettre maintenant")
    reference = worker.page.locator(".reference").inner_text()
    assert REFERENCE.fullmatch(reference)
    assert "La personne d'astreinte est prévenue" in worker.page.locator("main").inner_text()
    return reference


def test_s7_an_urgent_night(visitor, browser, service):
    """A worker files from a phone; the officer finds the call, opens with a reason, gives back; another one reviews."""
    with somebody_else(browser, service) as worker:
        reference = files_in_the_night(worker)
    main = visitor.page.locator("main")
    visitor.signs_in("on_call")
    visitor.goes("/appels")
    expect(main).to_contain_text(reference)
    visitor.looks("calls")
    visitor.page.get_by_role("link", name=reference, exact=True).click()
    visitor.page.wait_for_url("**/dossiers/*-*")
    case = visitor.page.url.rpartition("/")[2]
    expect(main).not_to_contain_text("frappée")

    visitor.goes("/ouvertures")
    visitor.page.get_by_label("Référence du dossier").fill(reference)
    visitor.page.get_by_label("Motif").fill("Appel de nuit : enfant en danger immédiat.")
    visitor.presses("Ouvrir en urgence")
    visitor.page.wait_for_url(f"**/dossiers/{case}")
    expect(main).to_contain_text("frappée")
    visitor.goes("/appels")
    expect(main).not_to_contain_text(reference)
    visitor.goes(f"/dossiers/{case}/signatures")
    visitor.follows("Mettre fin à l'ouverture d'urgence")
    visitor.presses("Mettre fin à l'ouverture d'urgence")
    visitor.goes(f"/dossiers/{case}")
    expect(main).not_to_contain_text("frappée")

    with somebody_else(browser, service) as coordinator:
        coordinator.signs_in("crip_coordinator")
        coordinator.goes("/ouvertures")
        line = coordinator.page.locator(".queue > li").filter(has_text=reference)
        line.get_by_role("link", name="Examiner").click()
        coordinator.follows("Valider l'ouverture d'urgence")
        coordinator.presses("Valider l'ouverture d'urgence")
        done = coordinator.page.get_by_text("Fait : Valider l'ouverture d'urgence.")
        done.wait_for()
        coordinator.goes(f"/dossiers/{case}/historique")
        expect(coordinator.page.locator("main")).to_contain_text("Valider l'ouverture d'urgence")
