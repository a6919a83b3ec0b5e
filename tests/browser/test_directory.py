"""The directory in a browser: an editor fills and verifies an entry; somebody finds it, reads it, prints it."""

from playwright.sync_api import expect

from tests.browser.acting import answers, sends
from tests.browser.checks import DESK, NARROW, assert_by_keyboard
from tests.browser.conftest import Visitor
from tests.browser.test_cases import opens_the_first

#: A page of ten lines isn't taller than so many screens.
SCREENS = 1.5
SERVICE = "Hébergement d'essai"


#: A number of the register of companies that is well-formed; two entries with it may be one.
SIRET = "73282932000074"


def adds_a_structure(editor: Visitor, name: str) -> None:
    editor.goes("/annuaire/structures/nouvelle")
    said = {
        "name": name,
        "kind": "Hébergement spécialisé",
        "phone": "01 99 00 55 66",
        "description": "Un essai.",
    }
    answers(editor, said | {"siret": SIRET})
    editor.presses("Ajouter la structure")
    expect(editor.page.get_by_role("heading", level=1)).to_contain_text(name)


def a_service(name: str) -> dict[str, str | list[str]]:
    return {
        "name": name, "description": "Accueil de nuit de filles victimes d'exploitation sexuelle, avec un suivi le jour.",
        "needs": ["Un hébergement pour cette nuit", "Un accueil éloigné", "Un soutien psychologique"],
        "specialised": "Dédié", "age_from": "13", "age_to": "17", "email": "accueil@essai.invalid",
        **{f"hours_{day}": "8h-20h" for day in ("mo", "tu", "we", "th", "fr", "sa", "su")},
    }  # fmt: skip


def adds_a_service(editor: Visitor, name: str) -> None:
    editor.follows("Ajouter un service")
    editor.glances("directory-service-new")
    answers(editor, a_service(name))
    editor.presses("Ajouter le service")
    expect(editor.page.get_by_role("heading", level=1)).to_contain_text(name)


def completes(editor: Visitor, words: str, said: dict, picture: str) -> None:
    editor.follows(words)
    editor.looks(picture)
    answers(editor, said)
    editor.presses("Enregistrer")
    editor.page.get_by_text("est enregistrée").wait_for()


def test_an_editor_keeps_an_entry_and_a_coordinator_finds_reads_and_prints_it(visitor, people):
    visitor.signs_in("directory_editor")
    visitor.goes("/aujourdhui")
    visitor.looks("directory-editor-today")
    visitor.follows("Structures de l'annuaire")
    visitor.follows("Ajouter une structure")
    visitor.presses("Ajouter la structure")
    expect(visitor.page.locator("#faults")).to_be_visible()
    visitor.looks("directory-structure-refused")
    adds_a_structure(visitor, "Maison d'essai")
    adds_a_service(visitor, SERVICE)
    completes(
        visitor, "Qui est reçu",
        {"sexes": ["Fille"], "accepts-0-answer": "Au cas par cas", "accepts-0-words": "Après un appel.",
         "accepts-4-answer": "Non", "accepts-4-words": "Pas de lit de bébé."},
        "directory-topic-taking",
    )  # fmt: skip
    completes(
        visitor,
        "Territoire",
        {"zones": "93, 75, 59", "refused_departments": "77"},
        "directory-topic-territory",
    )
    completes(
        visitor, "Comment demander",
        {"who_may_ask": ["L'ASE"], "needs_agreement": ["Une décision du juge"], "documents_never": "Aucune photo de l'enfant.",
         "documents_wanted": "La note d'information, l'ordonnance.", "fees_note": "Prix de journée, payé par l'ASE."},
        "directory-topic-asking",
    )  # fmt: skip
    completes(
        visitor, "Horaires et contact",
        {"safe_channels": ["Téléphone", "MSSanté"], "first_channel": "MSSanté", "night_phone": "06 12 34 56 78",
         "answer_delay_hours": "24", "languages": "fr, en, ro"},
        "directory-topic-contact",
    )  # fmt: skip
    links = visitor.page.get_by_role("region", name="Tenir cette fiche")
    visitor.clicks(links.get_by_role("link", name="Adresse", exact=True))
    visitor.looks("directory-place")
    answers(
        visitor,
        {
            "visibility": "Publique",
            "address": "1 rue de l'Essai",
            "postal_code": "93000",
            "insee_code": "Bobigny",
        },
    )
    visitor.presses("Enregistrer")
    visitor.follows("Places")
    visitor.looks("directory-places")
    answers(visitor, {"maximum": "6", "vacancy": "1", "told_by": "cheffe de service"})
    visitor.presses("Enregistrer")
    visitor.follows("Vérifier la fiche")
    visitor.looks("directory-verify")
    answers(visitor, {"evidence": "La cheffe de service, par téléphone."})
    visitor.presses("La fiche est juste")
    visitor.page.get_by_text("L'action « Vérifier la fiche » est enregistrée").wait_for()
    visitor.looks("directory-service-editor")
    visitor.follows("Historique")
    visitor.looks("directory-history")
    visitor.follows("Revenir à la fiche")
    visitor.follows("La structure")
    visitor.looks("directory-structure")
    new = visitor.page.get_by_role("link", name="Ajouter un service").first.get_attribute("href")
    for n in range(2, 11):
        sends(visitor, new, a_service(f"{SERVICE} n° {n}"), "Ajouter le service", f"{SERVICE} n° {n}")
    visitor.page.reload()
    home = visitor.page.url.removeprefix(visitor.service.address)
    for page in ("correction", "etat"):
        visitor.goes(f"{home}/{page}")
        visitor.glances(f"directory-structure-{page}")
    adds_a_structure(visitor, "Association Maison d'essai")
    visitor.goes("/annuaire/structures")
    visitor.looks("directory-structures")
    visitor.goes("/annuaire/signalements")
    visitor.looks("directory-tasks")
    visitor.follows("Comparer")
    visitor.looks("directory-merge")
    answers(visitor, {"kept": "Fiche B"})
    visitor.presses("Réunir les deux fiches")
    visitor.page.get_by_text("L'action « Réunir deux fiches » est enregistrée").wait_for()
    visitor.goes(f"{home}/adresse")
    visitor.glances("directory-structure-place")
    secret = {
        "visibility": "Secrète",
        "address": "47 rue des Essais",
        "postal_code": "59100",
        "insee_code": "Roubaix",
    }
    answers(visitor, secret)
    visitor.presses("Enregistrer")
    visitor.follows(f"{SERVICE} n° 2")
    expect(visitor.page.locator("main")).to_contain_text("Adresse secrète, département 59")
    visitor.looks("directory-service-secret")
    visitor.follows("Demander au service de confirmer")
    visitor.glances("directory-ask")

    coordinator = people("crip_coordinator")
    coordinator.follows("Annuaire")
    coordinator.looks("directory-search")
    answers(
        coordinator,
        {"need": "Un hébergement pour cette nuit", "where": "Bobigny", "age_years": "15", "words": "essai"},
    )
    coordinator.presses("Chercher")
    expect(coordinator.page.locator(".services > li")).to_have_count(10)
    height = coordinator.page.evaluate("document.documentElement.scrollHeight")
    assert height <= SCREENS * DESK["height"], f"{height} px for ten lines"
    coordinator.looks("directory-found")
    assert_by_keyboard(coordinator.page, "a search of the directory")
    assert "Bobigny" not in coordinator.page.url
    with coordinator.page.expect_popup() as opened:
        coordinator.clicks(coordinator.page.locator(".services .ref").first)
    coordinator.page = opened.value
    expect(coordinator.page.get_by_role("heading", level=1)).to_have_text(SERVICE)
    coordinator.looks("directory-service")
    assert_by_keyboard(coordinator.page, "a sheet of the directory")
    assert prints_on_one_page(coordinator)
    coordinator.presses("Montrer le numéro de nuit")
    expect(coordinator.page.get_by_role("link", name="06 12 34 56 78")).to_be_visible()
    coordinator.looks("directory-night")
    coordinator.follows("Signaler une erreur")
    coordinator.looks("directory-report")
    coordinator.presses("English")
    coordinator.looks("directory-report-english")

    inspector = people("ase_inspector")
    opens_the_first(
        inspector, "protected_judicial", "protected_admin", "judicial_pending", "report_submitted"
    )
    reference = inspector.page.locator(".reference").inner_text()
    inspector.goes("/annuaire")
    answers(inspector, {"words": SERVICE})
    inspector.presses("Chercher")
    inspector.page.locator(".services .ref").filter(has_text="n° 2").evaluate(
        "node => node.removeAttribute('target')"
    )
    inspector.follows(f"{SERVICE} n° 2")
    inspector.follows("Ouvrir l'adresse secrète")
    inspector.looks("directory-address")
    answers(inspector, {"purpose": "Mise à l'abri"})
    inspector.presses("Ouvrir l'adresse")
    inspector.looks("directory-address-refused")
    answers(inspector, {"purpose": "Mise à l'abri", "reference": reference})
    inspector.presses("Ouvrir l'adresse")
    expect(inspector.page.get_by_role("status")).to_contain_text("47 rue des Essais")
    inspector.looks("directory-address-open")


def prints_on_one_page(visitor: Visitor) -> bool:
    """Tell whether the page prints on one sheet of A4."""
    return (
        visitor.page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "12mm")).count(
            b"/Type /Page\n"
        )
        == 1
    )


def test_a_search_without_an_answer_helps_on_a_phone(visitor):
    visitor.signs_in("filer")
    visitor.page.set_viewport_size(NARROW)
    visitor.goes("/annuaire")
    answers(visitor, {"where": "Saint-Denis"})
    visitor.presses("Chercher")
    expect(visitor.page.get_by_role("group", name="Laquelle de ces communes ?")).to_be_visible()
    visitor.looks("directory-which")
    answers(visitor, {"where": "976", "words": "rien de tel"})
    visitor.presses("Chercher")
    expect(visitor.page.get_by_text("Aucun service ne répond")).to_be_visible()
    visitor.looks("directory-nothing")
