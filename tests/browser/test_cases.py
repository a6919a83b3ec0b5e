"""The cell at work in a browser: queue and pages of a case, two people on one case, a night on call."""

import re

import pytest

from tests.browser.acting import compares
from tests.browser.conftest import somebody_else


def opens_the_first(visitor, *states):
    """Open the first case of the queue that is in one of the states, which are tried in turn; of all without one."""
    for state in states or ("",):
        visitor.goes(f"/dossiers{'?state=' + state if state else ''}")
        if visitor.page.locator(".cases .ref").count():
            break
    visitor.clicks(visitor.page.locator(".cases .ref").first)
    visitor.page.wait_for_url("**/dossiers/*-*")
    return re.search(r"/dossiers/([0-9a-f-]{36})", visitor.page.url)[1]


def goes_to_step(visitor, case, step, machine="referral"):
    visitor.goes(f"/dossiers/{case}/etape/{machine}/{step}")


def chooses(visitor, group, label):
    visitor.page.get_by_role("group", name=group).get_by_label(label).first.check()


def test_the_queue_and_every_page_of_a_case_can_be_used_by_everybody(visitor):
    """axe-core finds nothing, and nothing is wider than 320 pixels."""
    visitor.signs_in("crip_coordinator")
    lists = (
        "dossiers",
        "dossiers?overdue=true",
        "dossiers/recherche",
        "dossiers/vues",
        "appels",
        "echeances",
        "signatures",
        "mesures",
        "transferts",
        "ouvertures",
    )
    for name in lists:
        visitor.goes(f"/{name}")
        visitor.looks(f"cell-{name.partition('?')[0]}")
    case = opens_the_first(visitor, "protected_judicial")
    visitor.looks("case")
    tabs = [one.get_attribute("href") for one in visitor.page.locator(".tabs a").all()]
    for tab in tabs[1:]:
        visitor.goes(tab)
        visitor.looks(f"case-{tab.rpartition('/')[2]}")
    goes_to_step(visitor, case, "set_urgency")
    visitor.looks("step")
    visitor.presses("Modifier l'urgence")
    visitor.looks("step-refused")
    summary = visitor.page.locator("#faults")
    assert summary.evaluate("node => node === document.activeElement")
    summary.get_by_role("link").first.click()
    assert visitor.page.evaluate("document.activeElement.name") == "value"


#: How high the page of a case may be, in pixels, by the width and height of the window.
HIGHEST = (({"width": 1440, "height": 900}, 2_700), ({"width": 390, "height": 844}, 6_000))
CASE = re.compile(r"/dossiers/[0-9a-f-]{36}")


@pytest.mark.parametrize("who", ["crip_coordinator", "ase_inspector", "on_call", "assessor"])
def test_the_page_of_the_fullest_case_is_soon_read(visitor, who):
    visitor.signs_in(who)
    visitor.goes("/dossiers")
    links = (one.get_attribute("href") for one in visitor.page.locator("main a").all())
    cases = {link for link in links if CASE.fullmatch(link)}
    assert cases
    for case in cases:
        visitor.goes(case)
        for size, highest in HIGHEST:
            visitor.page.set_viewport_size(size)
            height = visitor.page.evaluate("document.documentElement.scrollHeight")
            assert height <= highest, (who, size, case)


#: The window in which a step is decided on without scrolling.
DECIDING = {"width": 1280, "height": 800}


def test_a_step_is_decided_without_scrolling_and_a_mark_is_known_by_its_shape(visitor):
    visitor.signs_in("crip_coordinator")
    case = opens_the_first(visitor, "protected_judicial")
    visitor.page.set_viewport_size(DECIDING)

    goes_to_step(visitor, case, "send_judicial")

    button = visitor.page.locator(".deciding button").bounding_box()
    assert visitor.page.evaluate("document.documentElement.scrollHeight") > DECIDING["height"]
    assert button["y"] + button["height"] <= DECIDING["height"]
    visitor.goes("/dossiers")
    shapes = visitor.page.evaluate("""() => Object.fromEntries(["", "late", "wait", "done"].map((kind) => {
      const tag = document.createElement("span");
      tag.className = `tag ${kind}`;
      document.querySelector("main .inner").append(tag);
      const mark = getComputedStyle(tag, "::before").content, shape = getComputedStyle(tag);
      return [kind, `${mark} ${shape.borderStyle} ${shape.borderRadius}`];
    }))""")
    assert len(set(shapes.values())) == len(shapes)


def test_a_step_is_found_by_typing(visitor):
    visitor.signs_in("crip_coordinator")
    opens_the_first(visitor, "protected_judicial")
    steps = visitor.page.locator(".steps")
    assert steps.get_by_role("link", name="Écrire au déclarant").is_hidden()

    steps.get_by_label("Trouver une étape").fill("declarant ecri")

    assert steps.locator(".offers a:visible").all_inner_texts() == ["Écrire au déclarant"]
    visitor.looks("case-step-found")
    steps.get_by_label("Trouver une étape").fill("rien de tel")
    steps.get_by_text("Aucune étape possible ne porte ce nom.").wait_for()
    steps.get_by_label("Trouver une étape").fill("")
    assert steps.locator(".offers a:visible").count() == 0
    assert steps.locator("details.theme:visible").count() > 3


def test_names_are_shown_when_they_are_asked_for(visitor):
    visitor.signs_in("crip_coordinator")
    visitor.goes("/dossiers")
    assert "Exemple" not in visitor.page.locator("main").inner_text()
    visitor.presses("Montrer les noms des enfants")
    assert "Exemple" in visitor.page.locator("main").inner_text()
    visitor.looks("cell-dossiers-names")
    visitor.presses("Masquer les noms")
    assert "Exemple" not in visitor.page.locator("main").inner_text()


@pytest.mark.sec("SEC-AZ18")
def test_two_people_on_one_case(visitor, browser, service):
    """Who comes second sees both versions, keeps what was typed, and can go on."""
    said, step = "Écrire aux professionnels du dossier", "message_professionals"
    visitor.signs_in("crip_coordinator")
    case = opens_the_first(visitor)
    goes_to_step(visitor, case, step)
    visitor.page.get_by_label("Texte").fill("Un message écrit avec soin.")
    with somebody_else(browser, service) as other:
        other.signs_in("crip_coordinator_2")
        goes_to_step(other, case, step)
        other.page.get_by_label("Texte").fill("Un autre, plus vite.")
        other.presses(said)
        other.page.get_by_text(f"L'action « {said} » est enregistrée.").wait_for()

    visitor.presses(said)

    visitor.page.get_by_role("heading", name="Quelqu'un a modifié ce dossier entre-temps").wait_for()
    assert visitor.page.get_by_label("Texte").input_value() == "Un message écrit avec soin."
    visitor.looks("conflict")
    visitor.presses(said)
    visitor.page.get_by_text(f"L'action « {said} » est enregistrée.").wait_for()


def test_a_first_analysis_is_opened_without_a_script(browser, service):
    """The forms need no script: a step is done, and the next one that lacks something keeps what was typed."""
    with somebody_else(browser, service, java_script_enabled=False) as visitor:
        visitor.signs_in("crip_coordinator")
        case = opens_the_first(visitor, "submitted", "acknowledged")
        compares(visitor, f"/dossiers/{case}")
        visitor.goes(f"/dossiers/{case}")
        visitor.clicks(visitor.page.get_by_role("link", name="Ouvrir la première analyse"))
        chooses(visitor, "Comment la recherche", "Recherche manuelle")
        visitor.page.get_by_label("Où").fill("Le registre papier.")
        chooses(visitor, "Un dossier antérieur", "Non")
        visitor.presses("Ouvrir la première analyse")
        visitor.page.get_by_text("L'action « Ouvrir la première analyse » est enregistrée.").wait_for()

        visitor.clicks(visitor.page.get_by_role("link", name="Qualifier en information préoccupante"))
        opinion = "Un risque de danger sur des faits datés."
        visitor.page.get_by_label("Avis de première analyse").fill(opinion)
        visitor.clicks(visitor.page.locator("main form .buttons button"))
        visitor.page.locator("#faults").wait_for()
        assert visitor.page.get_by_label("Avis de première analyse").input_value() == opinion
        visitor.goes(f"/dossiers/{case}/historique")
        assert "Ouvrir la première analyse" in visitor.page.locator("main").inner_text()


def test_a_night_on_call(visitor):
    """S7: the officer sees the shell, opens in an emergency with a reason, and reads the facts."""
    visitor.signs_in("on_call")
    case = opens_the_first(visitor)
    main = visitor.page.locator("main")
    reference = visitor.page.locator(".reference").inner_text()
    assert "Spécimen" not in main.inner_text()
    visitor.goes("/ouvertures")
    visitor.page.get_by_label("Référence du dossier").fill(reference)
    visitor.presses("Ouvrir en urgence")
    visitor.looks("opening-refused")
    visitor.page.get_by_label("Motivation").fill("Appel de nuit : enfant en danger.")
    visitor.presses("Ouvrir en urgence")
    visitor.page.wait_for_url(f"**/dossiers/{case}")
    assert "Ouvert en urgence" in main.inner_text()
    assert "Spécimen" in main.inner_text()
    visitor.looks("case-by-glass")


def searches(officer):
    officer.page.get_by_label("Nom de famille").fill("Prototype")
    officer.page.get_by_label("Prénom").fill("Jo")
    officer.page.get_by_label("Âge apparent").fill("14")
    officer.page.get_by_label("Appel d'un hôpital").check()
    officer.page.get_by_label("En une phrase").fill("Un enfant seul aux urgences.")
    officer.presses("Chercher")


def test_an_officer_searches_by_name_at_night_and_a_supervisor_approves_more(people):
    """S2: who is on duty types two names and an age, is told what is missing, and learns which file is known.

    Past the free searches what is typed stays, the supervisor presses one button, and the search goes on (SEC-AZ25).
    """
    officer, supervisor = people("on_call"), people("supervisor")
    main = officer.page.locator("main")
    officer.goes("/recherches-urgence")
    officer.looks("emergency-searches")
    officer.follows("Chercher un enfant en urgence")
    officer.presses("Chercher")
    officer.looks("emergency-search-refused")
    searches(officer)
    officer.looks("emergency-search-answered")
    status = officer.page.get_by_role("status")
    assert "Ouvrir en urgence par la référence" in status.first.inner_text()

    while "Vos recherches libres" not in main.inner_text():
        searches(officer)
    officer.presses("Demander l'accord d'une autre personne")
    assert officer.page.get_by_label("Nom de famille").input_value() == "Prototype"
    assert "Accord demandé le" in main.inner_text()
    officer.looks("emergency-approval-asked")
    supervisor.goes("/recherches-urgence")
    supervisor.looks("emergency-approval-to-give")
    supervisor.presses("Donner mon accord")
    assert "Votre accord est demandé" not in supervisor.page.locator("main").inner_text()
    officer.goes("/recherches-urgence/nouvelle")
    assert "Accord de" in main.inner_text()
    searches(officer)
    assert "Ce qui est connu" in main.inner_text()


def test_the_keyboard_alone_does_a_step(visitor):
    visitor.signs_in("crip_coordinator")
    opens_the_first(visitor)
    page = visitor.page

    def to(name):
        for _ in range(90):
            page.keyboard.press("Tab")
            if name in page.evaluate(
                "(document.activeElement.innerText || '') + '|' + (document.activeElement.name || '')"
            ):
                return
        pytest.fail(f"{name} can't be reached by the keyboard.")

    to("Échanges")
    if not page.evaluate("document.activeElement.parentElement.open"):
        page.keyboard.press("Enter")
    to("Écrire aux professionnels du dossier")
    page.keyboard.press("Enter")
    page.wait_for_url("**/message_professionals")
    to("|text")
    page.keyboard.type("Un mot, au clavier.")
    to("Écrire aux professionnels du dossier")
    page.keyboard.press("Enter")
    page.get_by_text("L'action « Écrire aux professionnels du dossier » est enregistrée.").wait_for()


def test_a_second_signature_and_the_other_language(visitor):
    visitor.signs_in("supervisor")
    visitor.goes("/dossiers/charge")
    visitor.looks("workload")
    visitor.presses("English")
    assert visitor.page.get_by_role("heading", level=1).inner_text() == "Workload by person"
    visitor.goes("/dossiers")
    visitor.looks("queue-en")
    assert "Show the children" in visitor.page.locator("main").inner_text()
