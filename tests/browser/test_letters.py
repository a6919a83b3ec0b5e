"""Letters in a browser: one to a child, completed, signed and given; one to a holder, signed and posted (§4.9)."""

from tests.browser.acting import answers, day
from tests.browser.test_cases import opens_the_first

TO_CHILD = {"why": "Pour que tu sois en sécurité, et que quelqu'un t'aide."}


TO_HOLDER = "Notification de la décision"


def with_a_holder_to_tell(visitor):
    """Return a case in which a decision is to be told to a holder."""
    visitor.goes("/dossiers")
    cases = {
        one.get_attribute("href").rpartition("/")[2] for one in visitor.page.locator(".cases .ref").all()
    }
    for case in sorted(cases):
        visitor.goes(f"/dossiers/{case}/courriers")
        if visitor.page.get_by_role("button", name=TO_HOLDER).count():
            return case
    raise AssertionError(cases)


def begins(visitor, case, kind):
    visitor.goes(f"/dossiers/{case}/courriers")
    visitor.presses(kind)
    visitor.page.wait_for_url("**/courriers/*-*")


def sends(visitor, way):
    visitor.follows("Noter l'envoi du courrier")
    answers(visitor, {"on": day(), "way": way, "proof": "Preuve au dossier."})
    visitor.presses("Noter l'envoi du courrier")
    visitor.page.wait_for_url("**/courriers/*-*")


def test_a_letter_to_a_child_and_one_to_a_holder(visitor):
    """axe-core finds nothing on any of these pages, and nothing is wider than 320 pixels."""
    visitor.signs_in("ase_inspector")
    case = opens_the_first(visitor, "protected_judicial")
    visitor.goes(f"/dossiers/{case}/courriers")
    visitor.looks("letters")
    begins(visitor, case, "Lettre à l'enfant")
    visitor.follows("Compléter le courrier")
    visitor.looks("letter-complete")
    answers(visitor, TO_CHILD)
    visitor.presses("Compléter le courrier")
    visitor.page.wait_for_url("**/courriers/*-*")
    visitor.looks("letter-prepared")
    assert "Texte de la collectivité" in visitor.page.locator("main").inner_text()
    visitor.presses("Signer le courrier")
    sends(visitor, "Remise en main propre")
    visitor.looks("letter-sent")
    page = visitor.page.get_by_role("link", name="Ouvrir la page à imprimer").get_attribute("href")
    # Of the first case a parent is implicated: nothing is due to a holder there (S3).
    visitor.goes(f"/dossiers/{case}/courriers")
    assert visitor.page.get_by_role("button", name=TO_HOLDER).count() == 0
    begins(visitor, with_a_holder_to_tell(visitor), TO_HOLDER)
    visitor.presses("Signer le courrier")
    sends(visitor, "Courrier recommandé")
    assert visitor.page.get_by_role("link", name="Informer les titulaires").count() == 1
    visitor.goes(page)
    assert TO_CHILD["why"] in visitor.page.locator("main").inner_text()
    visitor.page.set_viewport_size({"width": 320, "height": 800})
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
