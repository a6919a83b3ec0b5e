"""From a need to a service and back in a browser: a refused orientation reopens the list with the reason (A.10)."""

import re

from tests.browser.acting import answers
from tests.browser.test_cases import opens_the_first

NIGHT = "tonight_shelter"
OPEN = ("triage", "qualified", "in_assessment", "report_submitted", "protected_judicial")


def finds(visitor, case):
    """Look for a place for tonight, by the keyboard alone."""
    visitor.goes(f"/dossiers/{case}/orientations/recherche")
    visitor.looks("orientation-find")
    visitor.page.locator("[name=need]").select_option(NIGHT)
    visitor.page.locator("[name=need]").focus()
    button = visitor.page.get_by_role("button", name="Chercher", exact=True)
    for _ in range(30):
        if button.evaluate("node => node === document.activeElement"):
            break
        visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    visitor.page.locator("#offered").wait_for()


def proposes(visitor):
    """Propose the service of the first line."""
    line = visitor.page.locator("section[aria-labelledby=offered] article").first
    visitor.clicks(line.get_by_role("button", name="Proposer"))
    visitor.page.locator("[name=text]").wait_for()
    visitor.looks("orientation-propose")
    answers(visitor, {"text": "Une place pour cette nuit.", "despite": "Le service a dit qu'il verrait."})
    visitor.presses("Proposer une orientation")
    visitor.page.wait_for_url("**/dossiers/*")


def test_a_refused_orientation_reopens_the_list_with_the_reason(visitor):
    """axe-core finds nothing on any of these pages, and nothing is wider than 320 pixels."""
    visitor.signs_in("crip_coordinator")
    case = opens_the_first(visitor, *OPEN)
    finds(visitor, case)
    visitor.looks("orientation-list")
    proposes(visitor)
    visitor.goes(f"/dossiers/{case}/orientations")
    visitor.looks("orientations")
    visitor.follows("Enregistrer la demande au service")
    answers(visitor, {"channel": "Téléphone", "whom": "La permanence"})
    visitor.presses("Enregistrer la demande au service")
    visitor.goes(f"/dossiers/{case}/orientations")
    visitor.follows("Enregistrer le refus du service")
    answers(visitor, {"reason": "Pas de place"})
    visitor.presses("Enregistrer le refus du service")
    visitor.goes(f"/dossiers/{case}/orientations")
    visitor.presses("Chercher un autre service")
    visitor.page.locator("#offered").wait_for()

    said = re.sub(r"\s", " ", visitor.page.locator("main").inner_text())
    assert "Déjà demandé pour ce dossier : refus (pas de place)" in said
    visitor.looks("orientation-list-again")
