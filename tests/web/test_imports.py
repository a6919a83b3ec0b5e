"""Imports of files through pages: tried and asked for by one, confirmed by another, undone."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import ImportRun, Membership, Organisation, User
from tests.accounts.imports.samples import INSTITUTIONS, PEOPLE, file_of, finess
from tests.conftest import see_all
from tests.web.visiting import Visitor, form_in, links, text

pytestmark = pytest.mark.sec("SEC-AZ12")

IMPORTS = "/administration/imports"
CAMILLE = "Camille Exemple;camille@college.invalid;0123456789;assessor;;;"


@pytest.fixture
def admin(world):
    return Visitor(world, "territory_admin")


@pytest.fixture
def second(world):
    return Visitor(world, "supervisor")


def tries(admin, raw, source="people", **more):
    return admin.fills(f"{IMPORTS}/nouveau", source=source, file=SimpleUploadedFile("x.csv", raw), **more)


def tried(admin, raw, source="people"):
    answer = tries(admin, raw, source)
    assert answer.status_code == 303, text(answer)[:800]
    return answer["Location"]


def test_a_file_is_tried_asked_for_confirmed_and_undone(admin, second):
    assert IMPORTS in links(admin.get("/administration"))
    place = tried(admin, file_of(PEOPLE, CAMILLE, "Y;y@x.invalid;;dpo;;;", "=1;z@x.invalid;;filer;;;"))

    page = text(admin.get(place))
    assert "Camille Exemple" in page
    assert "Ce rôle se décide à deux" in page
    assert "commence comme une formule" in page
    assert not User.objects.filter(email="camille@college.invalid").exists()

    asked = admin.fills(place, decision="ask")
    assert "L'action « Demander la confirmation de l'import » est enregistrée." in text(
        admin.get(asked["Location"])
    )
    assert place in links(second.get("/administration/demandes"))
    assert "Camille Exemple" in text(second.get(place))
    done = second.fills(place, decision="confirm")
    assert (done.status_code, "camille@college.invalid" in text(done)) == (200, True)
    assert re.search(r"<code>[^<]{6,}</code>", done.content.decode())
    assert Membership.objects.get(user__email="camille@college.invalid").role == "assessor"

    undone = admin.fills(place, decision="undo")
    assert "Annulé" in text(admin.get(undone["Location"]))
    assert not User.objects.get(email="camille@college.invalid").is_active


def test_a_code_is_shown_once(admin, second):
    place = tried(admin, file_of(PEOPLE, CAMILLE))
    admin.fills(place, decision="ask")
    form = form_in(second.get(place)) | {"decision": "confirm"}

    first, again = second.post(place, form), second.post(place, form)

    assert "<code>" in first.content.decode()
    assert (again.status_code, "<code>" in again.content.decode()) == (200, False)
    assert User.objects.filter(email="camille@college.invalid").count() == 1


def test_a_file_of_which_nothing_is_taken_comes_back_with_a_sentence_and_what_was_chosen(admin):
    answer = tries(admin, b"nom;courriel\n", source="institutions")

    assert answer.status_code == 400
    assert "Les colonnes ne sont pas celles qui sont attendues pour ce type de fichier. (ligne 1)" in text(
        answer
    )
    assert form_in(answer)["source"] == "institutions"
    assert not ImportRun.objects.exists()


def test_a_form_without_a_file_or_of_another_site_is_refused(admin):
    form = form_in(admin.get(f"{IMPORTS}/nouveau")) | {"source": "people"}
    form.pop("file", None)
    missing = admin.client.post(f"{IMPORTS}/nouveau", form)
    assert (missing.status_code, "Ce champ est obligatoire." in text(missing)) == (400, True)

    file = {"file": SimpleUploadedFile("x.csv", file_of(PEOPLE, CAMILLE))}
    strange = admin.client.post(
        f"{IMPORTS}/nouveau", form | file, headers={"origin": "https://ailleurs.invalid"}
    )
    admin.client.handler.enforce_csrf_checks = True
    forged = admin.client.post(f"{IMPORTS}/nouveau", form | file | {"csrfmiddlewaretoken": "x" * 64})

    assert [strange.status_code, forged.status_code] == [403, 403]
    assert not ImportRun.objects.exists()


def test_all_lines_are_a_table_whose_cells_are_no_formulas(admin):
    lines = [f"Foyer {n};residential;;;{finess(n)}" for n in range(1, 61)]
    place = tried(admin, file_of(INSTITUTIONS, *lines, "Sans numéro;other;;;"), "institutions")
    page = text(admin.get(place))

    table = admin.get(f"{place}/lignes")

    assert ("Foyer 50 " in page, "Foyer 51 " in page) == (True, False)
    rows = table.content.decode("utf-8-sig").splitlines()
    assert (len(rows), table["Content-Type"]) == (62, "text/csv; charset=utf-8")
    assert rows[-1].startswith('"62";"Refusé"')
    assert admin.get(f"{IMPORTS}/modeles/people").content.decode("utf-8-sig").startswith('"nom";"courriel"')
    assert admin.get(f"{IMPORTS}/modeles/schools").status_code == 404


def test_what_was_used_is_listed_once_undone(admin, second):
    place = tried(admin, file_of(INSTITUTIONS, f"Foyer Utile;residential;;;{finess(1)}"), "institutions")
    admin.fills(place, decision="ask")
    second.fills(place, decision="confirm")
    see_all()
    home = Organisation.objects.get(name="Foyer Utile")
    Membership.objects.filter(role="measure_service", authority=home.authority).update(organisation=home)

    undone = admin.fills(place, decision="undo")

    assert "Déjà utilisé, et conservé Foyer Utile" in text(admin.get(undone["Location"]))


def test_another_authority_finds_no_page(world, admin):
    place = tried(admin, file_of(PEOPLE, CAMILLE))
    admin.fills(place, decision="ask")

    for who in ("territory_admin", "supervisor"):
        other = Visitor(world, who, "75")
        assert other.get(place).status_code == 404
        assert place not in links(other.get(IMPORTS))
        assert other.post(place, {"decision": "confirm"}).status_code == 404
    assert Visitor(world, "crip_coordinator").get(IMPORTS).status_code == 403
