"""A service confirms itself by the link of its mail, without an account (field.md A.8, A.10.11)."""

import re
import sys
from time import sleep

import pytest

from tests.browser.conftest import READY_SECONDS, run, somebody_else


def link_of(service, name):
    """Put an entry into the directory, let its service be asked, and return the link that its mail has."""
    run([sys.executable, "-m", "tests.browser.an_entry", name], service.environment)
    service.works("directory:asked")
    for _ in range(READY_SECONDS * 20):
        for body in (mail.get_content() for mail in service.mails()):
            if name in body:
                return re.search(r"(http\S+/annuaire/confirmer#\S+)", body)[1]
        sleep(0.05)
    return pytest.fail("no mail")


def test_an_editors_service_confirms_itself_by_its_link(visitor, service):
    link = link_of(service, "Foyer des Tilleuls")
    visitor.page.goto(link)
    assert "#" not in visitor.page.url, "the secret doesn't stay in the address"
    assert visitor.page.get_by_label("Fin du lien").is_hidden()
    visitor.looks("directory-confirm-link")
    visitor.presses("Voir la fiche")
    said = visitor.page.locator("main").inner_text()
    assert "Foyer des Tilleuls" in said
    assert "De 12 à 17 ans" in said
    visitor.looks("directory-confirm")

    visitor.page.get_by_role("group", name="Accueillez-vous en ce moment ?").get_by_label("Oui").check()
    ages = visitor.page.get_by_role("group", name="Âges accueillis")
    assert visitor.page.get_by_label("À partir de, en années").is_hidden(), (
        "asked where what is kept is wrong"
    )
    ages.get_by_label("À corriger").check()
    visitor.page.get_by_label("À partir de, en années").fill("15")
    visitor.page.get_by_label("Jusqu'à, en années").fill("12")
    visitor.presses("Envoyer les réponses")
    visitor.looks("directory-confirm-refused")
    visitor.clicks(visitor.page.locator("#faults").get_by_role("link").first)
    assert visitor.page.evaluate("document.activeElement.name") == "age_to"
    visitor.page.get_by_label("Jusqu'à, en années").fill("20")
    visitor.page.get_by_label("Places libres aujourd'hui").fill("2")
    visitor.presses("Envoyer les réponses")
    assert "Merci, c'est noté" in visitor.page.locator("main").inner_text()
    visitor.looks("directory-confirmed")

    visitor.page.goto("about:blank")
    visitor.page.goto(link)
    visitor.presses("Voir la fiche")
    assert "plus valable" in visitor.page.locator("main").inner_text(), "it is used up"
    visitor.looks("directory-confirm-used")


def test_without_scripts_the_end_of_the_link_is_copied(browser, service):
    link = link_of(service, "Foyer des Saules")
    with somebody_else(browser, service, java_script_enabled=False) as visitor:
        visitor.page.goto(link)
        visitor.page.get_by_label("Fin du lien").fill(link.partition("#")[2])
        visitor.presses("Voir la fiche")
        visitor.presses("Tout est juste")

        assert "Votre fiche est confirmée." in visitor.page.locator("main").inner_text()
