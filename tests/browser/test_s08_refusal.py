"""S8 through pages: the family refuses what is offered, justice sends the case back, a person decides anew."""

from playwright.sync_api import expect

from tests.browser.acting import assessed, day, does, opens, refused, silent
from tests.browser.test_filing import SAVE, begins, fills
from tests.night import NIGHT

__test__ = NIGHT  # its rules by day: journeys/test_s08_refusal.py; such steps and refusals on pages: test_s03_exploiting_parents.py

OFFER = {
    "decisions-0-decision": "Protection administrative", "decisions-0-motivation": "Le danger est confirmé.",
    "measures-0-child": "Lou", "measures-0-type": "Aide éducative à domicile (AED)",
    "measures-0-aim": "Reprendre l'école.", "measures-0-duration_months": "6", "motivation": "Une aide à domicile.",
    **silent(),
}  # fmt: skip
MOTHER = {"child": "Lou", "refusals-0-how": "Par courrier.", "danger_persists": "Le danger persiste"}
ARGUED = {
    "grounds": "Refus explicite", "actions_led": "Une aide à domicile, refusée.", "recipient": "Parquet des mineurs",
    "document": "Signalement argumenté.", "sending_proof": "Accusé de transmission.",
}  # fmt: skip
FATHER = {"attempts": "Deux appels et un courrier au père, sans réponse."}


def files(teacher):
    """File by the ordinary lane for a girl with mother and father; return the reference."""
    draft = begins(teacher)
    fills(teacher)
    teacher.goes(f"{draft}/famille")
    teacher.presses("Ajouter une personne")
    row = teacher.page.locator("#r-holders-1")
    row.get_by_label("Nom et prénom").fill("Second Parent Exemple")
    row.get_by_role("group", name="Lien avec l'enfant").get_by_label("Père", exact=True).check()
    teacher.presses(SAVE)
    teacher.goes(f"{draft}/relecture")
    teacher.page.get_by_label("J'ai lu ce qui précède").check()
    teacher.presses("Transmettre")
    return teacher.page.locator(".reference").inner_text()


def test_s8_the_family_refuses_and_justice_sends_the_case_back(visitor, people):
    """Both parents are traced, the danger goes to justice with its grounds; returned, it is decided by a person."""
    reference = files(visitor)
    coordinator, inspector = people("crip_coordinator"), people("ase_inspector")
    case, main = opens(coordinator, reference), inspector.page.locator("main")
    assessed(people, case, reference, [("Danger", "Actions adaptées")])
    does(inspector, case, "Proposer une protection administrative", OFFER)
    expect(main).to_contain_text("Accord de la famille")
    inspector.goes(f"{case}/mesures")
    inspector.looks("measures-offered")

    mother = MOTHER | {"refusals-0-on": day()}
    step = "Enregistrer un refus ou une impossibilité de collaborer"
    refused(inspector, case, step, mother | ARGUED, why="La réponse de chaque titulaire")
    refused(inspector, case, step, mother | FATHER, why="Le danger persiste : la saisine")
    does(inspector, case, step, mother | FATHER | ARGUED)
    expect(main.locator(".case-head")).to_contain_text("Autorité judiciaire saisie")
    inspector.goes(f"{case}/famille")
    expect(main).to_contain_text("Saisine de l'autorité judiciaire")
    inspector.looks("family-to-be-told")
    told = {
        "holder": "Parent Exemple",
        "occasion": "Saisine",
        "outcome": "Faite",
        "told_on": day(),
        "means": "Courrier",
    }
    does(inspector, case, "Informer les titulaires", told)

    answer = {"judicial_referral": "", "outcomes-0-on": day(), "outcomes-0-copy": "Soit-transmis de retour."}
    waits = answer | {"outcomes-0-type": "Enquête pénale"}
    refused(coordinator, case, "Enregistrer la suite judiciaire", waits, why="Aucune des suites indiquées")
    does(
        coordinator,
        case,
        "Enregistrer la suite judiciaire",
        answer | {"outcomes-0-type": "Renvoi au département"},
    )
    expect(coordinator.page.locator(".case-head")).to_contain_text("Rapport remis")
    coordinator.goes(f"{case}/justice")
    expect(coordinator.page.locator("main")).to_contain_text("Renvoi au département")
    coordinator.looks("justice-returned")
    inspector.goes(case)
    expect(inspector.page.locator("a.offer, .next a").filter(has_text="Classer")).to_have_count(0)
    does(inspector, case, "Proposer une protection administrative", OFFER)

    visitor.goes("/transmissions")
    visitor.follows(reference)
    expect(visitor.page.locator("main")).to_contain_text("En cours")
    expect(visitor.page.locator("main")).not_to_contain_text("ustice")
