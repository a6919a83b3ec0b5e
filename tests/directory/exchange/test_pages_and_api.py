"""Imports and exports through pages and the API: who may, what is shown, what is written in the journal."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from directory import acts
from directory.models import DirectoryImport, HeldRow, Service, Structure
from tests.accounts.conftest import entries
from tests.directory.entries import a_service, a_structure, at_place
from tests.directory.exchange.samples import di_service, di_structure, done, packed
from tests.factories.world import Caller
from tests.web.visiting import Visitor, text

PATHS = (
    "/annuaire/imports",
    "/annuaire/imports/nouveau",
    "/annuaire/imports/retenues",
    "/annuaire/imports/modele",
)


def sent(raw: bytes, **fields: str) -> dict[str, Any]:
    return {"source": "data_inclusion", "extent": "part", "file": SimpleUploadedFile("x.zip", raw), **fields}


def test_editors_alone_have_the_pages(world: Any) -> None:
    for name in ("directory_editor", "crip_coordinator"):
        visitor = Visitor(world, name)
        for path in (*PATHS, "/annuaire/exports/hsds"):
            assert visitor.get(path).status_code == (200 if name == "directory_editor" else 403), (name, path)


def test_an_editor_tries_a_file_reads_what_it_would_do_and_does_it(world: Any) -> None:
    visitor = Visitor(world, "directory_editor")
    raw = packed([di_structure(), di_structure(2, code_postal="ici")], [di_service()])

    tried = visitor.post("/annuaire/imports/nouveau", sent(raw))

    page = text(tried)
    assert "Service de démonstration 1" in page
    assert "Cette valeur est trop courte." in page
    assert not Structure.objects.exists()
    run = DirectoryImport.objects.get()

    assert (
        visitor.post(f"/annuaire/imports/{run.pk}", {"file": SimpleUploadedFile("x.zip", raw)}).status_code
        == 303
    )

    assert Service.objects.count() == 1
    assert "Créé" in text(visitor.get(f"/annuaire/imports/{run.pk}"))
    assert len(entries(act=acts.IMPORT_DONE)) == 1


def test_another_file_is_refused_beside_the_field(world: Any) -> None:
    visitor = Visitor(world, "directory_editor")
    visitor.post("/annuaire/imports/nouveau", sent(packed([di_structure()])))
    run = DirectoryImport.objects.get()

    answer = visitor.post(
        f"/annuaire/imports/{run.pk}", {"file": SimpleUploadedFile("x.zip", packed([di_structure(2)]))}
    )

    assert answer.status_code == 400
    assert "Ce n'est pas le fichier qui a été essayé." in text(answer)


def test_a_file_that_cannot_be_read_is_refused_beside_the_field(world: Any) -> None:
    answer = Visitor(world, "directory_editor").post("/annuaire/imports/nouveau", sent(b"\xff\x00"))

    assert answer.status_code == 400
    assert "Ce fichier n'est pas un texte lisible" in text(answer)


def test_a_held_row_is_decided_on_its_page(world: Any) -> None:
    structure = a_structure(world, phone="01 99 00 12 34")
    at_place(world, structure, "secret")
    done(world, packed([di_structure(telephone="0199001234")]))
    visitor = Visitor(world, "directory_editor")

    assert "Même téléphone" in text(visitor.get("/annuaire/imports/retenues"))
    row = HeldRow.objects.get()
    assert visitor.post(f"/annuaire/imports/retenues/{row.pk}", {"same": "true"}).status_code == 303

    row.refresh_from_db()
    assert row.same is True
    assert "Aucune ligne retenue." in text(visitor.get("/annuaire/imports/retenues"))


@pytest.mark.parametrize("form", ["data-inclusion", "hsds"])
def test_each_export_is_a_file_and_an_entry(world: Any, form: str) -> None:
    a_service(world)

    answer = Visitor(world, "directory_editor").get(f"/annuaire/exports/{form}")

    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert len(entries(act=acts.EXPORTED)) == 1


def test_a_program_tries_does_settles_and_exports(world: Any) -> None:
    caller = Caller(world.secrets["93", "directory_editor"])
    raw = packed([di_structure()], [di_service()])

    tried = caller.client.post("/api/v1/resources/imports", sent(raw))
    assert tried.status_code == 201, tried.content
    run = tried.json()
    assert [line["outcome"] for line in run["lines"]] == ["created", "created"]
    ran = caller.client.post(
        f"/api/v1/resources/imports/{run['id']}/do", {"file": SimpleUploadedFile("x.zip", raw)}
    )

    assert (ran.status_code, ran.json()["created"]) == (200, 2)
    document = json.loads(caller.get("resources/exports/hsds").content)
    assert len(document["services"]) == 1
    archive = zipfile.ZipFile(io.BytesIO(caller.get("resources/exports/data-inclusion").content))
    assert archive.namelist() == ["structures.json", "services.json", "repere.json", "left_out.json"]
