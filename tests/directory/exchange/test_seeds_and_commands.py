"""Seeds, commands and the published schema of the side file."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from accounts.actor import SYSTEM
from accounts.models import AuthorityTerritory
from config.demo import resources
from directory.actions import seeds
from directory.exchange import side_file
from directory.freshness import Freshness, freshness_of, words_of
from directory.models import Place, Service, Structure, Verification
from tests.directory.entries import a_service, a_structure, at_place
from tests.directory.exchange.samples import AT, LATER, di_structure, finess_file, finess_line
from tests.directory.exchange.test_round_trip import an_authority, exported, parts

SCHEMA = Path(side_file.__file__).parents[1] / "data" / "side_file.schema.json"


def test_seeding_twice_changes_nothing(world: Any) -> None:
    first = seeds.seed(world.authorities["93"], national=True, actor=SYSTEM, at=AT)
    second = seeds.seed(world.authorities["93"], national=True, actor=SYSTEM, at=LATER)

    assert [(run.created > 20, run.refused) for run in first] == [(True, 0)]
    assert [(run.created, run.changed, run.archived) for run in second] == [(0, 0, 0)]
    assert Service.objects.count() == 14


def test_each_authority_gets_its_own_set(world: Any) -> None:
    seeds.seed(world.authorities["59"], national=False, actor=SYSTEM, at=AT)
    assert list(Structure.objects.values_list("name", flat=True)) == ["Itinéraires – Entr'Actes (Lille)"]


def test_a_seed_verifies_the_national_numbers_by_their_official_page_and_claims_nothing_else(
    world: Any,
) -> None:
    """What nobody verified is stale, and stands outside matching (field.md A.8)."""
    at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    seeds.seed(world.authorities["93"], national=True, actor=SYSTEM, at=at)

    dated = {one.name: one for one in Service.objects.exclude(verified_on=None)}
    assert set(dated) == {"119", "3018", "116 000", "114"}
    for one in Service.objects.select_related("authority"):
        fresh = freshness_of(one.verified_on, emergency=False, today=at.date())
        assert fresh == (Freshness.FRESH if one.name in dated else Freshness.STALE)
    assert words_of(dated["119"], at=at) == "Vérifié le 29 novembre 2026 d'après la page officielle"
    said = Verification.objects.get(field="verified_on", service__name="119")
    assert said.evidence == dated["119"].source_url
    assert said.evidence.startswith("https://www.service-public")


def test_a_later_release_verifies_them_again_and_leaves_what_an_editor_verified_since(world: Any) -> None:
    at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    seeds.seed(world.authorities["93"], national=True, actor=SYSTEM, at=at)
    Service.objects.filter(name="119").update(verified_on="2026-01-01")
    Service.objects.filter(name="3018").update(verified_on="2026-11-30", verified_by="phone")

    seeds.seed(world.authorities["93"], national=True, actor=SYSTEM, at=at)

    days = dict(Service.objects.exclude(verified_on=None).values_list("name", "verified_on"))
    assert (days["119"], days["3018"]) == (date(2026, 11, 29), date(2026, 11, 30))


def test_a_register_is_trimmed_to_territory_and_categories(world: Any, tmp_path: Path) -> None:
    AuthorityTerritory.objects.get_or_create(
        authority=world.authorities["93"], department_code="93", defaults={"valid_from": "2020-01-01"}
    )
    source = tmp_path / "finess.csv"
    kept = finess_line("930000005", "175")
    source.write_bytes(
        finess_file(kept, finess_line(category="500"), finess_line(departement="59", commune="512"))
    )

    call_command("build_resource_seed", source, authorities="93", output=tmp_path)

    assert (tmp_path / "finess-93.csv").read_text().splitlines() == ["finess;etalab;96;2026-03-11", kept]


def test_the_commands_try_do_and_export(
    world: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "structures.json", tmp_path / "out.zip"
    source.write_text(json.dumps([di_structure(), {"id": "x"}]))

    call_command("import_resources", source, authority="93", source="data_inclusion")
    assert not Structure.objects.exists()
    call_command("import_resources", source, authority="93", source="data_inclusion", do=True)
    call_command("export_resources", target, authority="93")

    assert Structure.objects.count() == 1
    assert "ligne 2 source : Cette valeur est obligatoire." in capsys.readouterr().out
    assert target.read_bytes().startswith(b"PK")
    with pytest.raises(CommandError):
        call_command("export_resources", target, authority="00")


def test_what_is_exported_follows_the_published_schema_of_the_side_file(world: Any) -> None:
    an_authority(world)
    secret = a_structure(world, phone="01 99 00 12 34")
    a_service(world, secret)
    at_place(world, secret, "secret")
    schema = json.loads(SCHEMA.read_text())

    _structures, _services, side, _left = parts(exported(world, "93", "data_inclusion"))

    Draft202012Validator.check_schema(schema)
    assert not list(Draft202012Validator(schema).iter_errors(side))


def test_the_schema_of_the_side_file_names_the_fields_that_are_read() -> None:
    schema = json.loads(SCHEMA.read_text())
    for kind in ("structure", "service"):
        named = set(schema["$defs"][kind]["properties"])
        assert named == set(side_file.OWN[kind]) | set(side_file._OTHERS[kind])


def test_the_demonstration_invents_services_once_and_says_so(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Synthetic services are named so; one has a secret address."""

    class Stage:
        def __init__(self, cast: Any, code: str) -> None:
            self.code = code

        def actor(self, name: str, *, at: Any) -> Any:
            return world.actor(name, self.code, at=at)

    monkeypatch.setattr(resources, "Stage", Stage)
    for at in (AT, LATER):
        resources.stage(world, now=at)

    invented = Structure.objects.filter(source="own")
    assert invented.count() == 4
    assert all("démonstration" in one.name for one in invented)
    assert Place.objects.filter(visibility="secret").count() == 1
    assert Service.objects.filter(source="own", verified_on=AT.date()).count() == 4
