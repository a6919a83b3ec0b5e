"""S10 in a browser: the officer finds the file, copies, hides; an inspector opens the gate; two persons sign; it leaves."""

import re
from collections.abc import Mapping

from playwright.sync_api import expect

from tests.browser.acting import NOTHING, answers, day
from tests.browser.conftest import Visitor
from tests.night import NIGHT

__test__ = NIGHT  # by day: journeys/test_s10_access_request.py, web/test_access_*.py, and its first pages in test_walk.py

PLACE = re.compile(r"/demandes-acces/[0-9a-f-]{36}(\?.*)?$")


def does(visitor: Visitor, place: str, step: str, said: Mapping[str, str] = NOTHING) -> None:
    """Do a step of the request from its page, and come back to it."""
    visitor.goes(place)
    visitor.follows(step)
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(step)
    visitor.glances(step)
    answers(visitor, said)
    visitor.presses(step)
    visitor.page.wait_for_url(PLACE)


def test_s10_a_mother_is_answered_by_two_and_fetches_it(visitor, people):
    visitor.signs_in("dpo")
    visitor.goes("/demandes-acces")
    visitor.looks("access-requests")
    visitor.clicks(visitor.page.locator("main a[href^='/demandes-acces/']").filter(has_text="DA-").first)
    visitor.page.wait_for_url(PLACE)
    place = visitor.page.url.removeprefix(visitor.service.address)
    visitor.looks("access-request")
    visitor.follows("Chercher les dossiers")
    visitor.looks("access-files")
    found = visitor.page.locator("main .queue > li").filter(has_text="Même nom, même naissance")
    reference = found.locator("strong").inner_text()
    assert "Tom" not in visitor.page.locator("main").inner_text(), "no name is shown"
    does(visitor, place, "Délimiter", {"references": reference, "searched": "L'index"})
    does(visitor, place, "Constituer la copie")
    visitor.follows("Relire la copie et occulter")
    visitor.looks("access-copy")
    text = visitor.page.locator("main").inner_text()
    assert "Père Exemple" not in text
    assert "Lina" not in text
    answers(visitor, {"words": "Tom", "code": "intérêt de l'enfant"})
    visitor.presses("Occulter partout")
    expect(visitor.page.locator("main")).to_contain_text("intérêt de l'enfant")
    # A place of the eldest is under protection, and justice is at work: nothing leaves without an inspector's word.
    visitor.goes(place)
    assert "Rien ne part sans avis" in visitor.page.locator("main").inner_text()
    does(visitor, place, "Demander un avis", {"user": "Inspect", "question": "Peut-on communiquer ?"})
    inspector = people("ase_inspector")
    note = {"noted_on": day(), "note": "Courriel du parquet."}
    does(inspector, place, "Rendre un avis", {"verdict": "Communiquer", "reason": "Sans risque.", **note})
    visitor.goes(place)
    visitor.follows("Répondre")
    visitor.looks("access-answer")
    answers(visitor, {"approver": "Encadrant 93"})
    visitor.presses("Répondre")
    signer = people("supervisor")
    signer.goes("/signatures")
    signer.clicks(signer.page.locator("main a[href^='/signatures/']").first)
    signer.looks("access-signature")
    signer.presses("Signer")
    visitor.goes(place)
    expect(visitor.page.locator("main")).to_contain_text("Répondue en partie")
    visitor.follows("Faire le fichier protégé")
    visitor.looks("access-file")
    with visitor.page.expect_download() as taken:
        visitor.clicks(visitor.page.get_by_role("button", name="Télécharger le fichier"))
    assert taken.value.suggested_filename.endswith(".pdf")
    handed = {"on": day(), "handing": "En main propre", "to": "Mère Exemple", "identity_shown": "Une pièce"}
    does(visitor, place, "Remettre", handed)
