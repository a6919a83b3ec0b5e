"""A teacher who never filed, and a night porter: from the start page to the receipt, and what comes after (S1)."""

import re

import pytest

from tests.browser.conftest import Visitor, somebody_else
from tests.browser.keys import held

REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]")
SAVE = "Enregistrer et continuer"


def ticks(visitor: Visitor, question: str, answer: str) -> None:
    """Choose an answer of a question by its words."""
    visitor.page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


def says(visitor: Visitor, question: str, words: str) -> None:
    visitor.page.get_by_label(question, exact=False).first.fill(words)


def knows_not(visitor: Visitor) -> None:
    """Say of everything in sight on the page that one doesn't know it."""
    for answer in visitor.page.get_by_label("Ne sait pas", exact=True).all():
        if answer.is_visible():
            answer.check()


def begins(visitor: Visitor) -> str:
    """Begin an ordinary draft, and return its address."""
    visitor.signs_in("filer")
    visitor.presses("Transmettre une inquiétude")
    visitor.page.wait_for_url("**/enfant")
    return visitor.page.url.removeprefix(visitor.service.address).removesuffix("/enfant")


def fills(visitor: Visitor, looks=lambda name: None) -> None:
    """Fill the whole form, page by page, in the order in which the pages follow each other."""
    ticks(visitor, "Connaissez-vous l'identité", "Connue")
    says(visitor, "Nom de famille", "Exemple")
    says(visitor, "Prénoms", "Lou")
    says(visitor, "Date de naissance", "2/3/2011")
    ticks(visitor, "Sexe ou genre", "Fille")
    says(visitor, "Dans quelle commune", "bobigny")
    says(visitor, "Adresse habituelle", "1 rue de l'Essai")
    ticks(visitor, "Où se trouve l'enfant", "Localisé")
    ticks(visitor, "Une mesure de protection", "Non")
    looks("form-child")
    visitor.presses(SAVE)
    ticks(visitor, "L'enfant est-il en danger", "Non")
    ticks(visitor, "Qui avez-vous déjà appelé", "Personne pour l'instant")
    says(visitor, "Que s'est-il passé", "Elle dit : « j'ai un plan ».\nDeux téléphones depuis la rentrée.")
    ticks(visitor, "Comment le savez-vous", "Vu")
    says(visitor, "Que pense l'enfant", "D'accord pour en parler")
    ticks(visitor, "L'enfant sait-il", "Oui")
    looks("form-concern")
    visitor.presses(SAVE)
    visitor.clicks(visitor.page.get_by_text("Comportement", exact=True))
    ticks(visitor, "Fugues répétées", "Rapporté")
    looks("form-signs")
    ticks(visitor, "Quelle est la nature", "Non déterminé")
    ticks(visitor, "Quelle est votre certitude", "En risque (pré-prostitutionnel)")
    knows_not(visitor)
    looks("form-situation")
    visitor.presses(SAVE)
    says(visitor, "Nom et prénom", "Parent Exemple")
    ticks(visitor, "Lien avec l'enfant", "Mère")
    ticks(visitor, "Un titulaire de l'autorité parentale est-il", "Ne sait pas")
    ticks(visitor, "D'autres enfants vivent-ils", "Ne sait pas")
    ticks(visitor, "Les parents sont-ils informés", "Non")
    ticks(visitor, "Pour quel motif", "Risque de représailles")
    looks("form-family")
    visitor.presses(SAVE)
    says(visitor, "Qu'avez-vous déjà fait", "Deux entretiens")
    ticks(visitor, "Avez-vous déjà saisi", "Non")
    looks("form-done")
    visitor.presses(SAVE)
    assert "filer.93@demo.invalid" in visitor.page.locator("main").inner_text()
    visitor.page.get_by_label("Votre profession").select_option("teacher")
    says(visitor, "Votre lien avec l'enfant", "Professeure principale")
    ticks(visitor, "Avez-vous vu ou entendu", "Oui")
    ticks(visitor, "Comment souhaitez-vous recevoir", "Dans l'application")
    looks("form-self")
    visitor.presses("Enregistrer et relire")


def test_a_teacher_files_a_concern_and_follows_it(visitor):
    draft = begins(visitor)
    visitor.goes(draft)
    visitor.looks("tasks-empty")
    visitor.goes(f"{draft}/enfant")
    fills(visitor, visitor.looks)
    visitor.goes(draft)
    assert "Tout ce qui est demandé est rempli" in visitor.page.content()
    visitor.looks("tasks-filled")

    visitor.follows("Relire et transmettre")
    told = visitor.page.locator("main").inner_text()
    for words in (
        "Exemple",
        "02/03/2011",
        "Bobigny",
        "« j'ai un plan »",
        "Rapporté",
        "Risque de représailles",
    ):
        assert words in told, words
    visitor.looks("check")
    visitor.presses("Transmettre")
    assert visitor.page.locator("#faults").is_visible(), "the notice wasn't read"
    visitor.looks("check-refused")
    visitor.page.get_by_label("J'ai lu ce qui précède").check()
    visitor.presses("Transmettre")

    reference = visitor.page.locator(".reference").inner_text()
    assert REFERENCE.fullmatch(reference)
    visitor.looks("receipt")
    visitor.follows("Suivre cette transmission")
    assert "Reçue" in visitor.page.locator("main").inner_text()
    visitor.looks("standing")
    visitor.follows("Ajouter une information")
    says(visitor, "Que voulez-vous ajouter", "Elle est absente ce matin.")
    visitor.looks("addition")
    visitor.presses("Envoyer")
    assert "Information ajoutée par vous" in visitor.page.locator("main").inner_text()
    assert "absente ce matin" not in visitor.page.content(), "of one's own complements the date alone"
    visitor.goes("/transmissions")
    assert reference in visitor.page.content()
    visitor.looks("filings")
    visitor.goes(draft + "/inquietude")
    assert "j'ai un plan" not in visitor.page.content(), "what was filed is not read again"
    visitor.looks("filed-already")


def test_what_was_typed_is_there_again_and_what_is_wrong_is_named(visitor):
    begins(visitor)
    says(visitor, "Dans quelle commune", "Nulle-Part-les-Oies")
    says(visitor, "Adresse habituelle", "2 rue de l'Essai")
    says(visitor, "Date de naissance", "31/02/2011")
    visitor.presses(SAVE)

    town = visitor.page.get_by_label("Dans quelle commune")
    assert town.input_value() == "Nulle-Part-les-Oies"
    assert visitor.page.get_by_label("Adresse habituelle").input_value() == "2 rue de l'Essai"
    assert town.get_attribute("aria-invalid") == "true"
    visitor.looks("form-wrong")
    visitor.clicks(visitor.page.locator("#faults").get_by_role("link").first)
    assert visitor.page.evaluate("document.activeElement.name") == "commune_insee"


def test_a_commune_is_chosen_by_its_name_among_those_that_bear_it(visitor):
    draft = begins(visitor)
    says(visitor, "Dans quelle commune", "saint denis")
    visitor.presses(SAVE)

    assert "Plusieurs communes portent ce nom" in visitor.page.locator("#faults").inner_text()
    visitor.looks("form-communes")
    ticks(visitor, "Laquelle de ces communes", "Saint-Denis (93 – Seine-Saint-Denis)")
    visitor.presses(SAVE)
    visitor.goes(f"{draft}/enfant")
    assert visitor.page.get_by_label("Dans quelle commune").input_value() == "Saint-Denis (93)"


def test_what_is_missing_is_marked_on_its_own_page_once_it_was_saved(visitor):
    draft = begins(visitor)
    assert visitor.page.get_by_text("Il manque cette réponse").count() == 0, "nobody was asked yet"
    ticks(visitor, "Connaissez-vous l'identité", "Inconnue")
    visitor.presses(SAVE)
    visitor.presses("Enregistrer et revenir")

    visitor.page.wait_for_url("**/enfant")
    assert "Il manque" in visitor.page.locator(".note.warn").inner_text()
    assert "Il manque" in visitor.page.get_by_role("group", name="Sexe ou genre").inner_text()
    visitor.looks("form-missing")
    visitor.goes(f"{draft}/relecture")
    visitor.follows("Ce qui vous inquiète – Que s'est-il passé ?")
    assert (
        "Il manque"
        in visitor.page.locator(".field", has=visitor.page.locator("#f-facts-0-text")).inner_text()
    )


def test_facts_stand_one_under_the_other_and_keep_what_was_typed(visitor):
    draft = begins(visitor)
    visitor.goes(f"{draft}/inquietude")
    says(visitor, "Que pense l'enfant", "Rien encore")
    visitor.page.locator("[name=facts-0-text]").fill("Le premier.")
    visitor.presses("Ajouter un fait")
    visitor.page.locator("[name=facts-1-text]").fill("Le deuxième.")
    assert visitor.page.get_by_label("Que pense l'enfant").input_value() == "Rien encore"
    visitor.looks("form-facts")
    visitor.presses(SAVE)
    visitor.goes(f"{draft}/inquietude")
    assert visitor.page.locator("[name=facts-0-text]").input_value() == "Le premier."

    visitor.presses("Retirer – Fait n° 1")

    assert visitor.page.locator("[name=facts-0-text]").input_value() == "Le deuxième."
    assert visitor.page.locator("[name=facts-1-text]").count() == 0


def test_two_windows_on_one_draft_lose_no_typing(visitor):
    draft = begins(visitor)
    other = Visitor(visitor.page.context.new_page(), visitor.service)
    other.goes(f"{draft}/demarches")
    visitor.goes(f"{draft}/inquietude")
    says(visitor, "Que pense l'enfant", "Pas d'avis")
    visitor.presses(SAVE)
    says(other, "Qu'avez-vous déjà fait", "Un entretien")
    other.presses(SAVE)
    assert "a changé depuis votre lecture" in other.page.locator("#faults").inner_text()
    assert other.page.get_by_label("Qu'avez-vous déjà fait").input_value() == "Un entretien"
    other.presses(SAVE)
    other.goes(f"{draft}/demarches")
    assert other.page.get_by_label("Qu'avez-vous déjà fait").input_value() == "Un entretien"


def test_several_children_have_a_page_each(visitor):
    draft = begins(visitor)
    for number, name in enumerate(("Ana", "Lou")):
        visitor.goes(f"{draft}/enfant?n={number}")
        says(visitor, "Prénoms", name)
        visitor.presses(SAVE)
    visitor.goes(f"{draft}/enfant?n=1")
    assert visitor.page.get_by_label("Prénoms").input_value() == "Lou"
    visitor.looks("form-second-child")
    visitor.presses("Retirer cet enfant")
    visitor.goes(f"{draft}/enfant?n=1")
    assert visitor.page.get_by_label("Prénoms").input_value() == ""
    visitor.goes(f"{draft}/enfant")
    assert visitor.page.get_by_label("Prénoms").input_value() == "Ana"


@pytest.mark.parametrize("scripts", [True, False])
def test_in_the_night_a_porter_files_who_where_what(browser, service, scripts):
    """S1: no name is asked; the screen says whom to call, before and after."""
    with somebody_else(browser, service, java_script_enabled=scripts) as visitor:
        visitor.signs_in("filer_hotel")
        visitor.goes("/urgence")
        assert "Appelez d'abord" in visitor.page.locator("h1").inner_text()
        if scripts:
            visitor.looks("urgent-start")
        visitor.presses("Transmettre en urgence")
        if scripts:
            visitor.looks("urgent-form")
        visitor.presses("Transmettre maintenant")
        assert visitor.page.locator("#faults").is_visible()
        if scripts:
            visitor.looks("urgent-wrong")
        says(visitor, "Numéro où vous rappeler", "06 39 98 12 34")
        says(visitor, "Que se passe-t-il", "Une jeune fille seule avec des adultes différents.")
        ticks(visitor, "Comment le savez-vous", "Vu")
        says(visitor, "Quel danger", "Des adultes dans la chambre")
        ticks(visitor, "Qui avez-vous déjà appelé", "Police / gendarmerie (17)")
        says(visitor, "Dans quelle commune", "Bobigny")
        ticks(visitor, "Où se trouve l'enfant", "Localisé")
        ticks(visitor, "Connaissez-vous l'identité", "Inconnue")
        visitor.presses("Transmettre maintenant")
        assert REFERENCE.fullmatch(visitor.page.locator(".reference").inner_text())
        told = visitor.page.locator("main").inner_text()
        assert "Qui dois-je appeler" in told
        assert "17" in told
        if scripts:
            visitor.looks("receipt-urgent")


def test_with_the_keyboard_alone(visitor):
    """From the first Tab to the receipt: nothing needs a mouse, and what has the focus can be seen."""
    page = visitor.page
    visitor.goes("/connexion")

    def to(name: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            found = page.evaluate(
                """() => { const e = document.activeElement; const s = getComputedStyle(e);
                return [e.name + '|' + e.value + '|' + (e.textContent || '').trim(), e.name || '', s.outlineStyle]; }"""
            )
            if name in (found[1], found[0].split("|")[-1]) or name == "|".join(found[0].split("|")[:2]):
                assert found[2] != "none", f"{name} has the focus and doesn't show it"
                return
        pytest.fail(f"no way to {name} by the keyboard")

    to("email")
    page.keyboard.type("filer_hotel.93@demo.invalid")
    to("password")
    page.keyboard.type(visitor.service.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/connexion/suite")
    held(page, visitor.service.keys["filer_hotel.93@demo.invalid"])
    to("Utiliser une clé d'accès")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/connexion" not in url)
    to("C'est urgent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/urgence")
    to("Transmettre en urgence")
    page.keyboard.press("Enter")
    page.wait_for_url("**/transmissions/*/urgence")
    to("filer_phone")
    page.keyboard.type("06 39 98 12 34")
    to("fact-text")
    page.keyboard.type("Une jeune fille seule.")
    to("fact-source")
    page.keyboard.press("Space")
    to("danger_what")
    page.keyboard.type("Des adultes dans la chambre")
    to("emergency_done|17")
    page.keyboard.press("Space")
    to("child-commune_insee")
    page.keyboard.type("Bobigny")
    to("child-whereabouts")
    page.keyboard.press("Space")
    to("child-identity_known")
    page.keyboard.press("Space")
    to("Transmettre maintenant")
    page.keyboard.press("Enter")
    page.locator(".reference").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_goes_along_and_the_cell_reads_it(browser, service, scripts, tmp_path):
    """§4.6: what must never be sent is said before; a file that isn't taken is told beside its field."""
    letter, program = tmp_path / "mot-du-college.txt", tmp_path / "outil.exe"
    letter.write_text("Absente trois jours.", encoding="utf-8")
    program.write_bytes(b"MZ")
    with somebody_else(browser, service, java_script_enabled=scripts) as visitor:
        visitor.signs_in("filer")
        visitor.goes("/transmissions/nouvelle")
        visitor.presses("Commencer")
        visitor.follows("Toutes les étapes")
        visitor.follows("Joindre un document")
        assert "N'envoyez jamais d'image à caractère sexuel" in visitor.page.locator("main").inner_text()
        if scripts:
            visitor.looks("files-empty")
        ticks(visitor, "Quelle est la nature de ce fichier", "Document scolaire")
        visitor.page.get_by_label("J'ai lu cet avertissement").check()
        visitor.page.get_by_label("Fichier", exact=True).set_input_files(program)
        visitor.presses("Envoyer le fichier")
        visitor.page.locator("#faults").wait_for()
        assert visitor.page.get_by_label("Document scolaire").is_checked()
        assert visitor.page.get_by_label("J'ai lu cet avertissement").is_checked()
        if scripts:
            visitor.looks("files-refused")
            visitor.clicks(visitor.page.locator("#faults").get_by_role("link"))
            assert visitor.page.evaluate("document.activeElement.name") == "file"
        visitor.page.get_by_label("Fichier", exact=True).set_input_files(letter)
        visitor.presses("Envoyer le fichier")
        visitor.page.get_by_role("link", name=letter.name).wait_for()
        if scripts:
            visitor.looks("files-sent")
        with visitor.page.expect_download() as download:
            visitor.follows(letter.name)
        assert download.value.suggested_filename.startswith("piece-")
        visitor.presses("Retirer")
        visitor.page.get_by_text("Aucun fichier pour l'instant").wait_for()


def test_the_paper_form_asks_the_same(visitor):
    visitor.goes("/formulaire-papier")
    told = visitor.page.locator("main").inner_text()
    for words in ("Que s'est-il passé", "Fugues répétées", "Les parents sont-ils informés"):
        assert words in told
    visitor.looks("paper")
