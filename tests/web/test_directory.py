"""The directory through pages: who has which page, what a search and a sheet say, what an editor types."""

import re

import pytest

from accounts.roles import PROGRAMS, Role
from audit.models import Entry
from directory.actions import services as service_actions
from directory.actions import structures as structure_actions
from directory.models import Place, Service, Structure
from tests.conftest import see_all
from tests.directory.entries import AT, SECRET_COMMUNE, a_case, a_service, a_structure, at_place, editor
from tests.night import one_in, some
from tests.web.visiting import Visitor, links, text

PEOPLE = [str(role) for role in Role if role not in PROGRAMS]
#: By day of those who neither keep entries nor look at openings one in four.
ASKED = [one for one in PEOPLE if one in ("directory_editor", "supervisor", *one_in(4, PEOPLE))]
EDITING = (
    "/annuaire/signalements",
    "/annuaire/structures",
    "/annuaire/structures/nouvelle",
)
#: Who may open a secret address of their authority (field.md A.7; domain.md §1.3, class K).
OPENERS = {"ase_inspector", "case_referent", "on_call", "supervisor"}
CANARIES = (SECRET_COMMUNE, "59512", "59100", "Acacias-Bleus", "vert amande")


def search(visitor, **said):
    return visitor.fills("/annuaire", **said)


def in_main(answer):
    return answer.content.decode().partition("<main")[2].partition("</main>")[0]


# --- Who has which page -------------------------------------------------------------------------------


@pytest.mark.slow("each role")
@pytest.mark.sec("SEC-AZ1")
def test_everybody_with_a_role_searches_and_editors_alone_keep(world):
    service = a_service(world)
    of_service = [
        f"/annuaire/services/{service.pk}/{page}"
        for page in ("verification", "adresse", "places", "historique", "correction/publics")
    ]
    of_structure = [
        f"/annuaire/structures/{service.structure_id}/{page}"
        for page in ("correction", "etat", "adresse", "services/nouveau")
    ]
    editing = [*EDITING, *of_service, *of_structure]
    for name in ASKED:
        visitor = Visitor(world, name)
        keeps = name == "directory_editor"
        assert "/annuaire" in links(visitor.get("/annuaire")), f"in the menu of {name}"
        page = visitor.get(f"/annuaire/services/{service.pk}")
        assert page.status_code == 200, name
        assert (of_service[0] in links(page)) is keeps, name
        for path in editing if keeps else some(editing, name):
            assert visitor.get(path).status_code == (200 if keeps else 403), (name, path)
        assert visitor.get("/annuaire/ouvertures").status_code == (200 if name == "supervisor" else 403), name


def test_an_editor_of_another_authority_reads_and_changes_nothing(world):
    service = a_service(world)
    visitor = Visitor(world, "directory_editor", "75")
    page = visitor.get(f"/annuaire/services/{service.pk}")
    assert page.status_code == 200
    assert not [one for one in links(page) if one.endswith("/verification")]
    for path in (
        f"/annuaire/services/{service.pk}/correction/publics",
        f"/annuaire/services/{service.pk}/historique",
        f"/annuaire/structures/{service.structure_id}/correction",
    ):
        assert visitor.get(path).status_code == 404, path


def test_nobody_without_a_session_reads_it(client, world):
    assert client.get("/annuaire", headers={"accept": "text/html"}).status_code == 401


# --- Search -------------------------------------------------------------------------------------------


def test_a_search_is_posted_and_leaves_no_entry_and_no_address(world):
    a_service(world, age_min_months=144, age_max_months=215, opening_hours="Mo-Fr 09:00-18:00")
    visitor = Visitor(world, "crip_coordinator")
    before = Entry.objects.count()

    found = search(visitor, need="tonight_shelter", where="Bobigny", age_years="15", words="")

    assert found.status_code == 200
    line = text(found)
    assert "Accueil de nuit" in line
    assert "12 à 17 ans" in line
    assert "Ouvert maintenant, ferme à 18 h" in line
    assert 'href="tel:+33199001234"' in found.content.decode()
    assert "Jamais vérifié" in line
    see_all()
    assert Entry.objects.count() == before
    assert not re.search(r'(href|action)="[^"]*(Bobigny|93008|age)', in_main(found))


def test_what_doesnt_answer_isnt_found_and_the_empty_page_helps(world):
    a_service(world, age_min_months=144)
    visitor = Visitor(world, "filer")

    for said in ({"age_years": "9"}, {"where": "59"}, {"need": "addiction"}, {"words": "inconnu"}):
        found = search(visitor, **{"where": "", **said})
        assert "Aucun service ne répond" in text(found), said
        assert 'href="tel:119"' in in_main(found), said
        assert "Élargissez" in text(found), said


def test_what_was_typed_stays_and_the_fault_stands_beside_its_field(world):
    visitor = Visitor(world, "crip_coordinator")

    refused = search(visitor, where="Nulle-Part-les-Bains", age_years="abc", words="foyer")

    html = refused.content.decode()
    assert refused.status_code in (400, 422)
    assert 'value="Nulle-Part-les-Bains"' in html or 'href="#f-age_years"' in html
    assert 'value="abc"' in html
    assert 'value="foyer"' in html


def test_a_name_of_several_communes_asks_which(world):
    visitor = Visitor(world, "crip_coordinator")

    refused = search(visitor, where="Saint-Denis")

    assert "Saint-Denis (93)" in text(refused)
    found = search(visitor, where="Saint-Denis", commune_choice="93066")
    assert found.status_code == 200


def test_pages_of_a_list_go_on_by_a_form(world):
    structure = a_structure(world)
    for n in range(11):
        a_service(world, structure, name=f"Accueil n° {n:02}")
    visitor = Visitor(world, "filer")

    first = search(visitor, where="93")
    rest = visitor.post(
        "/annuaire",
        {"where": "93", "cursor": re.search('name="cursor" value="([^"]+)"', first.content.decode())[1]},
    )

    assert [text(first).count("Accueil n°"), text(rest).count("Accueil n°")] == [10, 1]


# --- One sheet ----------------------------------------------------------------------------------------


def test_the_sheet_says_what_it_takes_refuses_asks_and_how_it_answers(world):
    service = a_service(
        world,
        age_min_months=144,
        age_max_months=215,
        sexes=["girl"],
        accepts=[
            {"situation": "runaway", "answer": "case", "words": "après un appel"},
            {"situation": "with_child", "answer": "no", "words": "pas de lit de bébé"},
        ],
        refused_departments=["75"],
        needs_agreement=["judge_order"],
        documents_never="Aucune photo.",
        safe_channels=["mssante", "phone"],
        opening_hours="Mo-Fr 09:00-12:00,14:00-18:00",
        answer_delay_hours=48,
        who_may_ask=["ase"],
        fees_note="Prix de journée, payé par l'ASE.",
        night_phone="06 12 34 56 78",
    )
    at_place(world, service.structure)
    page = Visitor(world, "crip_coordinator").get(f"/annuaire/services/{service.pk}")

    words = text(page)
    for said in (
        "12 à 17 ans", "Fugue – au cas par cas, après un appel", "Avec un enfant – pas de lit de bébé", "Moins de 12 ans",
        "Les garçons", "75 – Paris", "Une décision du juge", "À ne jamais envoyer", "Aucune photo.",
        "MSSanté, téléphone ; jamais par SMS", "Du lundi au vendredi : de 9 h à 12 h, de 14 h à 18 h", "2 jours", "L'ASE",
        "Prix de journée", "3 place de la Gare", "Source : Saisie dans Repère", "Personne n'a encore vérifié",
    ):  # fmt: skip
        assert said in words, said
    assert "06 12 34 56 78" not in words.replace("\xa0", " ")


def test_the_number_of_the_night_is_behind_a_button_and_its_showing_is_written_down(world):
    service = a_service(world, night_phone="06 12 34 56 78")
    officer, editor_ = Visitor(world, "on_call"), Visitor(world, "directory_editor")
    place = f"/annuaire/services/{service.pk}"
    assert "Montrer le numéro de nuit" in text(officer.get(place))
    before = Entry.objects.filter(act="directory:night-phone").count()

    shown = officer.post(f"{place}/nuit", {})

    assert 'href="tel:+33612345678"' in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    see_all()
    assert Entry.objects.filter(act="directory:night-phone").count() == before + 1
    assert "Montrer le numéro de nuit" not in text(editor_.get(place))
    assert editor_.post(f"{place}/nuit", {}).status_code == 403


def test_an_error_is_reported_in_one_sentence_and_settled(world):
    service = a_service(world)
    filer, keeper = Visitor(world, "filer"), Visitor(world, "directory_editor")
    place = f"/annuaire/services/{service.pk}/erreur"
    assert "Ne nommez aucun enfant" in text(filer.get(place))
    refused = filer.fills(place, sentence="")
    assert refused.status_code == 400
    assert filer.fills(place, sentence="Le numéro ne répond plus.").status_code == 303
    assert "1 erreur signalée" in text(keeper.get("/aujourdhui"))
    tasks = keeper.get("/annuaire/signalements")
    assert "Le numéro ne répond plus." in text(tasks)
    (settles,) = re.findall(r'action="(/annuaire/signalements/[^"]+)"', tasks.content.decode())
    assert Visitor(world, "directory_editor", "75").post(settles, {"corrected": "true"}).status_code == 404
    assert keeper.post(settles, {"corrected": "true"}).status_code == 303
    assert "Aucun signalement" in text(keeper.get("/annuaire/signalements"))


# --- Secret addresses ---------------------------------------------------------------------------------


@pytest.mark.slow("each role, each page")
def test_a_secret_address_is_on_no_page_of_any_role_before_it_is_opened(world):
    """Field.md A.7, rules 1 and 5: editors and class K included."""
    service = a_service(world)
    at_place(world, service.structure, "secret")
    paths = [
        "/annuaire",
        f"/annuaire/services/{service.pk}",
        f"/annuaire/structures/{service.structure_id}",
        f"/annuaire/services/{service.pk}/historique",
        f"/annuaire/services/{service.pk}/adresse",
        f"/annuaire/structures/{service.structure_id}/adresse",
        f"/annuaire/structures/{service.structure_id}/correction",
        "/annuaire/signalements",
        "/annuaire/structures",
        "/annuaire/ouvertures",
        f"/annuaire/adresses/{Place.objects.get().pk}",
    ]
    for name in ASKED:
        visitor = Visitor(world, name)
        asked = paths if name in ("directory_editor", "supervisor") else [paths[1], *some(paths, name)]
        answers = [visitor.get(path) for path in asked]
        answers += [search(visitor, where=where) for where in some(("59", SECRET_COMMUNE, "93"), name)]
        for answer in answers:
            # What one typed oneself stands in one's own field, and nowhere else.
            said = re.sub(r'value="[^"]*"', "", in_main(answer))
            assert not [one for one in CANARIES if one in said], (name, answer.request["PATH_INFO"])
        assert "Adresse secrète, département 59" in text(answers[asked.index(paths[1])]), name


def test_who_may_opens_it_once_for_a_purpose_and_the_supervisor_looks_at_it(world):
    """Field.md A.7, rule 4."""
    service = a_service(world)
    place = at_place(world, service.structure, "secret")
    path = f"/annuaire/adresses/{place.pk}"
    for name in PEOPLE:
        assert Visitor(world, name).get(path).status_code == (200 if name in OPENERS else 403), name
    assert Visitor(world, "on_call", "75").get(path).status_code == 404
    officer = Visitor(world, "on_call")
    assert path in links(officer.get(f"/annuaire/services/{service.pk}"))
    refused = officer.fills(path, purpose="")
    assert refused.status_code == 400
    assert "Acacias" not in refused.content.decode()

    assert officer.fills(path, purpose="emergency").status_code == 400
    assert "Indiquez le dossier de l'enfant" in text(officer.fills(path, purpose="emergency"))

    opened = officer.fills(path, purpose="emergency", reference=a_case(world, "on_call"))

    assert "47 rue des Acacias-Bleus" in text(opened)
    assert "no-store" in opened["Cache-Control"]
    assert "Acacias" not in officer.get(path).content.decode()


# --- Editing ------------------------------------------------------------------------------------------


def test_an_editor_adds_a_structure_and_a_service_says_where_and_verifies(world):
    keeper = Visitor(world, "directory_editor")
    said = {"name": "Maison Test", "kind": "specialised_home", "phone": "01 99 00 55 66"}
    refused = keeper.fills("/annuaire/structures/nouvelle", **said, siret="123")
    assert refused.status_code == 400
    assert 'href="#f-siret"' in refused.content.decode()
    assert 'value="Maison Test"' in refused.content.decode()
    made = keeper.fills("/annuaire/structures/nouvelle", **said)
    assert made.status_code == 303, text(made)[:900]
    structure = Structure.objects.get(name="Maison Test")
    at = f"/annuaire/structures/{structure.pk}"
    assert "Ajouter une structure" in text(keeper.client.get(made["Location"]))

    service = {
        "name": "Hébergement Test", "description": "Accueil de filles.", "needs": ["tonight_shelter", "distance_shelter"],
        "age_from": "13", "age_to": "17", "specialised": "dedicated", "round_the_clock": "true",
    }  # fmt: skip
    made = keeper.fills(f"{at}/services/nouveau", **service)
    assert made.status_code == 303, text(made)[:900]
    row = Service.objects.get(name="Hébergement Test")
    assert [row.age_min_months, row.age_max_months, row.phone] == [156, 215, "+33199005566"]

    page = f"/annuaire/services/{row.pk}"
    answer = keeper.fills(
        f"{page}/adresse",
        visibility="public",
        address="1 rue Test",
        postal_code="93000",
        insee_code="Bobigny",
    )
    assert answer.status_code == 303, text(answer)[:900]
    assert Place.objects.get(service=row).insee_code == "93008"
    answer = keeper.fills(f"{page}/places", unit="place", maximum="6", vacancy="1", told_by="chef de service")
    assert answer.status_code == 303, text(answer)[:900]
    answer = keeper.fills(f"{page}/verification", means="phone", evidence="La cheffe de service, le 24.")
    assert answer.status_code == 303, text(answer)[:900]

    words = text(Visitor(world, "filer").get(page))
    assert "1 place libre le 24/11/2026" in words
    assert "Vérifié le 24 novembre 2026 par téléphone" in words
    history = text(keeper.get(f"{page}/historique"))
    assert "La cheffe de service, le 24." in history


def test_a_form_of_a_topic_keeps_what_is_known_and_changes_what_was_typed(world):
    service = a_service(world, age_min_months=150, safe_channels=["phone"], zones=["93", "59"])
    keeper = Visitor(world, "directory_editor")
    place = f"/annuaire/services/{service.pk}/correction"

    answer = keeper.fills(
        f"{place}/publics", age_to="16", accepts__0__answer="no", accepts__0__words="Trop près."
    )
    assert answer.status_code == 303, text(answer)[:900]
    service.refresh_from_db()
    assert [service.age_min_months, service.age_max_months] == [150, 203], (
        "an age in months that wasn't touched stays"
    )
    assert service.accepts == {"runaway": {"answer": "no", "words": "Trop près."}}

    answer = keeper.fills(f"{place}/territoire", zones="93, 62 – Pas-de-Calais", refused_departments="2a")
    assert answer.status_code == 303, text(answer)[:900]
    service.refresh_from_db()
    assert [service.zones, service.refused_departments] == [["93", "62"], ["2A"]]

    refused = keeper.fills(f"{place}/territoire", zones="93, Atlantide")
    assert refused.status_code == 400
    assert 'value="93, Atlantide"' in refused.content.decode()
    assert 'href="#f-zones"' in refused.content.decode()

    refused = keeper.fills(f"{place}/publics", age_from="18", age_to="12")
    assert 'href="#f-age_to"' in refused.content.decode()

    answer = keeper.fills(
        f"{place}/contact",
        safe_channels=["phone", "mssante"],
        first_channel="mssante",
        night_phone="06 12 34 56 78",
    )
    assert answer.status_code == 303, text(answer)[:900]
    see_all()
    row = Service.objects.get(pk=service.pk)
    assert row.safe_channels == ["mssante", "phone"]
    assert row.night_phone is not None
    assert "06 12 34" not in keeper.get(f"{place}/contact").content.decode()


def test_two_structures_that_are_one_are_compared_and_made_one(world):
    one = a_structure(world, name="Le Phare", siret="73282932000074")
    two = a_structure(world, name="Association Le Phare", siret="73282932000074")
    a_service(world, two)
    keeper = Visitor(world, "directory_editor")
    tasks = keeper.get("/annuaire/signalements")
    assert "Même SIRET" in text(tasks)
    (merges,) = links(tasks, "/annuaire/doublons/")
    assert "Fiche A : Association Le Phare" in text(keeper.get(merges))

    answer = keeper.fills(merges, kept=str(one.pk))

    assert answer.status_code == 303, text(answer)[:900]
    see_all()
    assert Structure.objects.get(pk=two.pk).merged_into_id == one.pk
    assert keeper.get(f"/annuaire/structures/{two.pk}").status_code == 200, "its alias leads to it"
    assert "Aucun doublon" in text(keeper.get("/annuaire/signalements"))


def test_a_suspended_and_a_closed_service_say_so(world):
    service = a_service(world)
    keeper = Visitor(world, "directory_editor")
    place = f"/annuaire/services/{service.pk}/correction/etat"
    answer = keeper.fills(place, status="suspended", suspended_until="24/12/2026", asks_every_months="3")
    assert answer.status_code == 303, text(answer)[:900]
    assert "suspendu jusqu'au 24/12/2026" in text(keeper.get(f"/annuaire/services/{service.pk}"))
    assert keeper.fills(place, status="closed", suspended_until="").status_code == 303
    assert "Ce service est fermé" in text(keeper.get(f"/annuaire/services/{service.pk}"))
    assert "Aucun service" in text(search(keeper, where="93"))


def test_a_service_of_a_suspended_structure_says_so(world):
    """field.md A.9, R2: matching leaves it out."""
    service = a_service(world)
    structure_actions.change(service.structure_id, {"status": "suspended"}, actor=editor(world), at=AT)

    page = Visitor(world, "crip_coordinator").get(f"/annuaire/services/{service.pk}")

    assert "La structure est suspendue." in text(page)


def test_hours_in_words_of_a_service_hide_its_structures(world):
    service = a_service(world, opening_hours="le mardi soir")
    structure_actions.change(service.structure_id, {"opening_hours": "24/7"}, actor=editor(world), at=AT)
    visitor = Visitor(world, "crip_coordinator")

    sheet, found = text(visitor.get(f"/annuaire/services/{service.pk}")), text(search(visitor, where="93"))

    assert "le mardi soir" in sheet
    assert "Jour et nuit" not in sheet
    for said in (sheet, found):
        assert "Ouvert maintenant," not in said


# --- What waits ---------------------------------------------------------------------------------------


def test_the_numbers_of_the_day_are_those_of_the_lists(world):
    """SEC-AZ20."""
    a_service(world)
    fresh = a_service(world, a_structure(world, name="Autre"), needs=["addiction"])
    service_actions.verify(fresh.pk, {"means": "phone"}, actor=editor(world), at=AT)
    keeper = Visitor(world, "directory_editor")

    day = keeper.get("/aujourdhui")

    assert re.search(r'signalements#a-verifier"><span\s+class="big[^"]*">1<', day.content.decode())
    assert "Accueil de nuit" in text(keeper.get("/annuaire/signalements"))
    assert "/annuaire/structures" in links(day)


def test_a_supervisor_is_led_to_openings_outside_working_hours(world, time_machine):
    service = a_service(world)
    place = at_place(world, service.structure, "secret")
    time_machine.move_to(AT.replace(hour=2))
    officer = Visitor(world, "on_call")
    said = {"purpose": "emergency", "reference": a_case(world, "on_call")}
    assert officer.fills(f"/annuaire/adresses/{place.pk}", **said).status_code == 200
    boss = Visitor(world, "supervisor")
    assert "/annuaire/ouvertures" in links(boss.get("/aujourdhui"))
    (look,) = links(boss.get("/annuaire/ouvertures"), "/annuaire/ouvertures/")
    page = boss.get(look)
    assert "Acacias" not in page.content.decode()
    assert boss.post(look, {"once": "", "justified": "true"}).status_code == 303
    assert "Rien à examiner" in text(boss.get("/annuaire/ouvertures"))
