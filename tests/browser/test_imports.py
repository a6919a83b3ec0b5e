"""Imports of files in a browser: chosen, tried, confirmed by somebody else, undone."""

from playwright.sync_api import Locator

from tests.accounts.imports.samples import INSTITUTIONS, PEOPLE, file_of, finess
from tests.browser.conftest import somebody_else


def chosen(field: Locator, raw: bytes) -> None:
    field.set_input_files({"name": "liste.csv", "mimeType": "text/csv", "buffer": raw})


def test_a_file_is_tried_by_one_and_confirmed_by_another(visitor, browser, service):
    """axe-core finds nothing on any page of the way, and nothing is wider than 320 pixels."""
    visitor.signs_in("territory_admin")
    visitor.goes("/administration")
    visitor.follows("Imports")
    visitor.looks("imports-none")
    visitor.follows("Importer un fichier")
    visitor.looks("import-new")
    visitor.page.locator('[name="source"][value="people"]').check()
    chosen(visitor.page.locator('[name="file"]'), file_of(INSTITUTIONS, "Foyer;residential;;;"))
    visitor.presses("Essayer ce fichier")
    visitor.looks("import-refused")
    visitor.clicks(visitor.page.locator("#faults").get_by_role("link").first)
    assert visitor.page.evaluate("document.activeElement.name") == "file"
    lines = (
        "Camille Exemple-Dupont;camille.exemple@etablissement.invalid;0123456789;assessor;;;",
        "Sacha Exemple;sacha.exemple@etablissement.invalid;;dpo;;;",
    )
    chosen(visitor.page.locator('[name="file"]'), file_of(PEOPLE, *lines))
    visitor.presses("Essayer ce fichier")
    visitor.looks("import-tried")
    visitor.presses("Demander la confirmation")
    place = visitor.page.url.removeprefix(service.address).partition("?")[0]
    assert "En attente d'une seconde personne" in visitor.page.locator("main").inner_text()

    with somebody_else(browser, service) as second:
        second.signs_in("supervisor")
        second.goes("/administration/demandes")
        second.looks("import-among-requests")
        second.goes(place)
        second.looks("import-to-confirm")
        second.presses("Confirmer l'import")
        second.looks("import-done")
        assert "camille.exemple@etablissement.invalid" in second.page.locator("main").inner_text()

    visitor.goes("/administration/imports")
    visitor.looks("imports")
    visitor.goes(place)
    visitor.presses("Annuler l'import")
    visitor.looks("import-undone")


def test_a_list_of_institutions_is_shown_in_part(visitor):
    visitor.signs_in("territory_admin")
    visitor.goes("/administration/imports/nouveau")
    visitor.page.locator('[name="source"][value="institutions"]').check()
    lines = [f"Foyer d'essai numéro {n};residential;;;{finess(n)}" for n in range(500, 560)]
    chosen(visitor.page.locator('[name="file"]'), file_of(INSTITUTIONS, *lines))
    visitor.presses("Essayer ce fichier")
    visitor.looks("import-institutions")
    assert visitor.page.locator("tbody tr").count() == 50
