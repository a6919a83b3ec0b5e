"""Whole scenarios of domain.md §10 through pages alone: who files, who is called, who decides, who reviews."""

from playwright.sync_api import expect

from tests.browser.acting import (
    NOTHING,
    Said,
    answers,
    comes_to,
    compares,
    day,
    does,
    has_done,
    opens,
    signed,
)
from tests.browser.conftest import PHONE, Visitor, somebody_else
from tests.browser.test_filing import REFERENCE, says, ticks
from tests.night import NIGHT

#: What the police found out, item by item.
KNOWN = (
    ("Nom de famille", "Retrouvée"),
    ("Prénoms", "Ana"),
    ("Date de naissance", "01/02/2013"),
    ("Identité connue", "Connue"),
)
GIRL = {"child-identity_known": "Connue", "child-birth_date": "2010-09-30"}
SPELT = {"child-last_name": "Samblable", "child-first_names": "Noah"}


def files_in_the_night(worker: Visitor, name: str = "filer_home", child: Said = NOTHING) -> str:
    """File by the urgent lane from a phone, with what is known of the child; return the reference."""
    worker.page.set_viewport_size(PHONE)
    worker.signs_in(name)
    worker.goes("/urgence")
    worker.presses("Transmettre en urgence")
    says(worker, "Numéro où vous rappeler", "06 39 98 12 34")
    says(worker, "Que se passe-t-il", "Une jeune fille de 16 ans, frappée ; un homme l'attend en voiture.")
    ticks(worker, "Comment le savez-vous", "Vu")
    says(worker, "Quel danger", "L'homme est devant la porte.")
    ticks(worker, "Qui avez-vous déjà appelé", "Police / gendarmerie (17)")
    says(worker, "Dans quelle commune", "Bobigny")
    ticks(worker, "Où se trouve l'enfant", "Localisé")
    answers(worker, {"child-identity_known": "Inconnue"} | child)
    worker.presses("Transmettre maintenant")
    reference = worker.page.locator(".reference").inner_text()
    assert REFERENCE.fullmatch(reference)
    assert "La personne d'astreinte est prévenue" in worker.page.locator("main").inner_text()
    return reference


if (
    NIGHT
):  # by day: test_cases.py, referrals/overview/test_page_of_the_day.py, journeys/test_s07_urgent_night.py

    def test_s7_an_urgent_night(visitor, browser, service):
        """A worker files from a phone; the officer finds the call, opens with a reason, gives back; another one reviews."""
        with somebody_else(browser, service) as worker:
            reference = files_in_the_night(worker)
        main = visitor.page.locator("main")
        visitor.signs_in("on_call")
        visitor.goes("/appels")
        expect(main).to_contain_text(reference)
        visitor.looks("calls")
        visitor.clicks(visitor.page.get_by_role("link", name=f"Ouvrir le dossier {reference}"))
        visitor.page.wait_for_url("**/dossiers/*-*")
        case = visitor.page.url.rpartition("/")[2]
        expect(main).not_to_contain_text("frappée")

        visitor.goes("/ouvertures")
        visitor.page.get_by_label("Référence du dossier").fill(reference)
        visitor.page.get_by_label("Motivation").fill("Appel de nuit : enfant en danger immédiat.")
        visitor.presses("Ouvrir en urgence")
        visitor.page.wait_for_url(f"**/dossiers/{case}")
        expect(main).to_contain_text("frappée")
        visitor.goes("/appels")
        expect(main).not_to_contain_text(reference)
        visitor.goes(f"/dossiers/{case}/signatures")
        visitor.follows("Mettre fin à l'ouverture d'urgence")
        visitor.presses("Mettre fin à l'ouverture d'urgence")
        visitor.goes(f"/dossiers/{case}")
        expect(main).not_to_contain_text("frappée")

        with somebody_else(browser, service) as coordinator:
            coordinator.signs_in("crip_coordinator")
            coordinator.goes("/ouvertures")
            line = coordinator.page.locator(".queue > li").filter(has_text=reference)
            coordinator.clicks(line.get_by_role("link", name="Examiner"))
            coordinator.follows("Valider l'ouverture d'urgence")
            coordinator.presses("Valider l'ouverture d'urgence")
            done = coordinator.page.get_by_text("L'action « Valider l'ouverture d'urgence » est enregistrée.")
            done.wait_for()
            coordinator.goes(f"/dossiers/{case}/historique")
            expect(coordinator.page.locator("main")).to_contain_text("Valider l'ouverture d'urgence")


def test_s1_nobody_knows_who_she_is(visitor, browser, service, people):
    """The officer reads by the glass and seizes justice; once she is found and named, the coordinator puts it right."""
    with somebody_else(browser, service) as porter:
        guessed = {"child-age_estimated_min": "13", "child-age_estimated_max": "16"}
        reference = files_in_the_night(porter, "filer_hotel", guessed)
    visitor.signs_in("on_call")
    visitor.goes("/ouvertures")
    answers(visitor, {"reference": reference, "reason": "L'hôtel rappelle."})
    visitor.presses("Ouvrir en urgence")
    visitor.page.wait_for_url("**/dossiers/*-*")
    case, main = visitor.page.url.removeprefix(service.address), visitor.page.locator("main")
    expect(main).to_contain_text("Âge estimé, au moins")
    sent = {"children": "Enfant 1", "grounds": "Danger grave et immédiat", "actions_led": "Aucune.",
            "recipient": "Permanence du parquet", "document": "Signalement.", "sending_proof": "Accusé."}  # fmt: skip
    does(visitor, case, "Saisir le parquet (sans délai)", sent)
    expect(main).to_contain_text("Suite du parquet")
    away = {"child": "Enfant 1", "since": f"{day(-1)}T20:00", "last_seen_place": "Gare.", "on_wanted_file": "Oui",
            "police_report_ref": "2026/0815", "sheet-0-description": "Environ 14 ans.", "sheet-0-danger": "Exploitation.",
            "sheet-0-whom_to_call": "L'astreinte."}  # fmt: skip
    does(visitor, case, "Enregistrer une fugue", away)
    expect(main).to_contain_text("En fugue")
    found = {
        "child": "Enfant 1",
        "found_at": f"{day(-1)}T23:00",
        "where": "À l'hôtel.",
        "condition": "Fatiguée.",
    }
    does(visitor, case, "Enregistrer que l'enfant a été retrouvé", found)

    coordinator = people("crip_coordinator")
    assert opens(coordinator, reference) == case
    comes_to(coordinator, case, "Rectifier")
    for n, (field, value) in enumerate(KNOWN):
        if n:
            coordinator.presses("Ajouter une ligne")
        row = {"part": "Un enfant", "row": "Enfant 1", "field": field, "value": value}
        answers(coordinator, {f"corrections-{n}-{name}": words for name, words in row.items()})
    answers(coordinator, {"reason": "Identifiée par la police."})
    coordinator.glances("what is put right")
    coordinator.clicks(coordinator.page.locator("main .buttons button").filter(has_text="Rectifier"))
    coordinator.page.get_by_text("L'action « Rectifier » est enregistrée.").wait_for()
    told = coordinator.page.locator("main")
    expect(told).to_contain_text("Ana Retrouvée")
    expect(told).to_contain_text("Moins de 15 ans")
    coordinator.looks("case-put-right")
    coordinator.goes(f"{case}/historique")
    expect(told).to_contain_text("Enregistrer que l'enfant a été retrouvé")


def search_finds(someone: Visitor, case: str, other: str) -> None:
    """Have the recurring search run now, as it does each minute, and read what it found."""
    someone.service.works("index:renewed", "duplicates:searched")
    someone.goes(f"{case}/rapprochements")
    expect(someone.page.locator("main")).to_contain_text(other)


def test_s6_two_professionals_and_one_girl(visitor, browser, service, people):
    """The search finds her spelt otherwise, a person says it is she, two sign; no filer learns of the other; parted."""
    first_said = GIRL | {"child-last_name": "Semblable", "child-first_names": "Noa"}
    first = files_in_the_night(visitor, "filer_home", first_said)
    with somebody_else(browser, service) as midwife:
        second = files_in_the_night(midwife, "filer_hospital", GIRL | SPELT)
        coordinator, supervisor = people("crip_coordinator"), people("supervisor")
        target, main = opens(coordinator, first), coordinator.page.locator("main")
        case = opens(coordinator, second)
        search_finds(coordinator, case, first)
        coordinator.goes(case)
        expect(main).to_contain_text("encore regardé")
        coordinator.goes(f"{case}/etape/referral/start_triage")
        expect(main).to_contain_text("comparez-le d'abord")
        coordinator.looks("match-unseen")
        coordinator.follows("Voir les rapprochements")
        coordinator.follows("Comparer côte à côte")
        expect(main).to_contain_text("Semblable")
        expect(main).to_contain_text("Samblable")
        coordinator.looks("pair")
        if not NIGHT:  # the rest by day: journeys/test_s06_two_professionals.py
            return
        pair = coordinator.page.url.removeprefix(service.address)
        for one in (target, case):
            compares(coordinator, one)
        searched = {"method": "Recherche manuelle", "where": "Registre.", "found": "Non"}
        has_done(coordinator, target, "Ouvrir la première analyse", searched)
        has_done(coordinator, case, "Ouvrir la première analyse", {"method": "Recherche automatique"})
        coordinator.goes(pair)
        coordinator.presses("C'est le même enfant")
        coordinator.page.get_by_text("L'action « Confirmer le rapprochement » est enregistrée.").wait_for()
        joined = {"target": first, "link": "Faits nouveaux", "children-0-same_as": f"{first} – Enfant 1",
                  "approver": "Encadrant 93"}  # fmt: skip
        step = "Joindre (IP complémentaire)"
        signed(coordinator, case, step, joined, by=supervisor, reference=second)
        coordinator.goes(f"{target}/rapprochements")
        expect(main).to_contain_text(second)
        for filer, own, others in ((visitor, first, second), (midwife, second, first)):
            filer.goes("/transmissions")
            filer.follows(own)
            expect(filer.page.locator("main")).not_to_contain_text(others)
            filer.glances("where a filing stands")
        does(supervisor, case, "Disjoindre", {"reason": "Des cousines homonymes."})
        expect(supervisor.page.locator(".case-head")).to_contain_text("Première analyse")
