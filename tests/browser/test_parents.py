"""S3 through pages: parents who exploit. A nurse files at once; justice, an order, the siblings; who reads and who isn't told."""

from playwright.sync_api import expect

from tests.browser.acting import assessed, day, does, opens, refused, signed, silent
from tests.browser.test_filing import REFERENCE, SAVE, says, ticks

TO_JUSTICE = {
    "children": "Mia", "grounds": ["Danger grave et immédiat", "Prostitution"], "actions_led": "Aucune.",
    "recipient": "Parquet des mineurs", "document": "Signalement argumenté.", "sending_proof": "Accusé.",
}  # fmt: skip
ORDER = {
    "outcomes-0-type": "Ordonnance de placement", "outcomes-0-copy": "Copie.",
    "orders-0-child": "Mia", "orders-0-type": "Ordonnance de placement provisoire",
    "orders-0-ordered_by": "Procureur", "orders-0-place": "Foyer de la Rive",
}  # fmt: skip

LEFT_OPEN = {
    "urgency": "Urgence vitale",
    "urgency_reason": "Le danger presse ; le reste se saura à l'évaluation.",
}


def files(nurse):
    """Say what is known of parents and siblings, then file by the urgent lane of the same draft; return the reference."""
    nurse.signs_in("filer_nurse")
    nurse.follows("Transmettre une inquiétude")
    nurse.presses("Commencer")
    nurse.page.wait_for_url("**/enfant")
    draft = nurse.page.url.removeprefix(nurse.service.address).removesuffix("/enfant")
    nurse.goes(f"{draft}/famille")
    for n, (name, link, implicated) in enumerate(
        (("Pere Exemple", "Père", "Oui"), ("Mere Exemple", "Mère", "Non"))
    ):
        if n:
            nurse.presses("Ajouter une personne")
        row = nurse.page.locator(f"#r-holders-{n}")
        row.get_by_label("Nom et prénom").fill(name)
        row.get_by_role("group", name="Lien avec l'enfant").get_by_label(link, exact=True).check()
        row.get_by_role("group", name="Cette personne est-elle").get_by_label(implicated, exact=True).check()
    ticks(nurse, "Un titulaire de l'autorité parentale est-il impliqué", "Oui")
    ticks(nurse, "D'autres enfants vivent-ils", "Oui")
    nurse.clicks(nurse.page.get_by_text("Autres enfants du domicile"))
    for n, name in enumerate(("Tom", "Zoe")):
        if n:
            nurse.presses("Ajouter un enfant")
        nurse.page.locator(f"[name=siblings-{n}-first_names]").fill(name)
    ticks(nurse, "Les parents sont-ils informés", "Non")
    ticks(nurse, "Pour quel motif", "Parent impliqué")
    nurse.glances("the home")
    nurse.presses(SAVE)
    nurse.goes(f"{draft}/situation")
    ticks(nurse, "Quelle est la nature", "Exploitation par un parent ou proche")
    ticks(nurse, "Quelle est votre certitude", "Suspectée")
    nurse.presses(SAVE)
    nurse.goes(draft)
    nurse.follows("L'enfant est en danger maintenant")
    says(nurse, "Que se passe-t-il", "Son père la conduit chez des hommes.")
    ticks(nurse, "Comment le savez-vous", "Entendu de l'enfant")
    says(nurse, "Quel danger", "Il vient la chercher à midi.")
    ticks(nurse, "Qui avez-vous déjà appelé", "Police / gendarmerie (17)")
    says(nurse, "Dans quelle commune", "Bobigny")
    ticks(nurse, "Où se trouve l'enfant", "Localisé")
    ticks(nurse, "Connaissez-vous l'identité", "Connue")
    says(nurse, "Nom de famille", "Exemple")
    says(nurse, "Prénoms", "Mia")
    says(nurse, "Date de naissance", "2013-05-04")
    nurse.glances("the urgent lane")
    nurse.presses("Transmettre maintenant")
    reference = nurse.page.locator(".reference").inner_text()
    assert REFERENCE.fullmatch(reference)
    return reference


def test_s3_parents_who_exploit(visitor, people):
    """Justice is seized without delay, the father isn't told, the place is read by few, three decisions move the case."""
    reference = files(visitor)
    coordinator, inspector = people("crip_coordinator"), people("ase_inspector")
    case, main = opens(coordinator, reference), coordinator.page.locator("main")
    for words in ("Mia", "Tom", "Zoe", "Infirmière scolaire", "Danger immédiat"):
        expect(main).to_contain_text(words)
    does(coordinator, case, "Saisir le parquet (sans délai)", TO_JUSTICE)
    told = {
        "holder": "Pere",
        "occasion": "Saisine",
        "outcome": "Faite",
        "told_on": day(),
        "means": "Courrier",
    }
    refused(coordinator, case, "Informer les titulaires", told, why="Un titulaire impliqué dans les faits")
    waits = {
        "holder": "Pere",
        "occasion": "Saisine",
        "outcome": "Différée",
        "reason": "Consigne",
        "review_on": day(6),
    }
    does(coordinator, case, "Informer les titulaires", waits)
    coordinator.goes(f"{case}/famille")
    expect(main).to_contain_text("Consigne du parquet")
    coordinator.looks("family-deferred")

    does(
        coordinator,
        f"{case}/justice",
        "Enregistrer une suite",
        ORDER | {"outcomes-0-on": day(), "orders-0-ordered_on": day()},
    )
    expect(coordinator.page.locator(".case-head")).to_contain_text("Réceptionnée")
    coordinator.goes(f"{case}/mesures")
    expect(main).to_contain_text("Ordonnée")
    expect(main).not_to_contain_text("Foyer de la Rive")
    coordinator.looks("measures-ordered")
    for name in ("assessor", "measure_service", "ase_inspector"):
        people(name).goes(case)
        expect(people(name).page.get_by_role("heading", level=1)).to_have_text("Introuvable.")

    levels = [("Danger grave", "Poursuite"), ("Pas de danger", "Classement"), ("Pas de danger", "Classement")]
    assessed(people, case, reference, levels, LEFT_OPEN)
    named = {
        "measure": "Ordonnance",
        "service": "Service éducatif",
        "extract": "Ce que le service doit savoir.",
    }
    does(inspector, case, "Désigner le service", named)
    for who in (inspector, people("measure_service")):
        who.goes(f"{case}/mesures")
        expect(who.page.locator("main")).to_contain_text("Foyer de la Rive")
    service = people("measure_service")
    service.goes(case)
    expect(service.page.locator("main")).not_to_contain_text("à midi")
    expect(service.page.locator("main")).not_to_contain_text("Infirmier")
    service.looks("case-of-the-service")

    decided = {
        "motivation": "La mesure se poursuit.",
        "measure": "Ordonnance",
        "approver": "Encadrant 93",
        **silent(3),
    }
    for n, code in enumerate(("Poursuite", "Classement", "Classement")):
        decided |= {f"decisions-{n}-decision": code, f"decisions-{n}-motivation": "Au vu du rapport."}
        decided |= {f"decisions-{n}-ground": "Danger écarté"} if code == "Classement" else {}
    step = "Poursuite de la mesure en cours"
    alone = {name: value for name, value in decided.items() if name != "approver"}
    refused(inspector, case, step, alone, why="signature d'une deuxième personne")
    signed(inspector, case, step, decided, by=people("supervisor"), reference=reference)
    inspector.goes(case)
    expect(inspector.page.locator(".case-head")).to_contain_text("Protection judiciaire")
    inspector.goes(f"{case}/historique")
    inspector.looks("history")

    visitor.goes("/transmissions")
    visitor.follows(reference)
    for words in ("Justice", "parquet", "Foyer"):
        expect(visitor.page.locator("main")).not_to_contain_text(words)
