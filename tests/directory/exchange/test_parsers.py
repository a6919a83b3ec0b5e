"""Parsers of resources: whatever bytes come, they answer with rows, reasons by line and field, or one for the file."""

import io
import json
import zipfile
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.imports.faults import FileFault
from directory.exchange import files, hsds_hours
from directory.exchange.files import FILES, ReadRequest
from directory.exchange.rows import Read
from tests.directory.exchange.samples import di_service, di_structure, finess_file, finess_line, packed
from tests.night import NIGHT

TODAY = date(2026, 11, 24)


def read(raw: bytes, source: str = "data_inclusion", most: int = 10**6) -> Read:
    return files.read(raw, ReadRequest(source, TODAY, lambda code: code.startswith(("93", "973")), most))


def faults(raw: bytes, source: str = "data_inclusion") -> list[tuple[int, str, str]]:
    return [(one.line, one.field, one.fault.value) for one in read(raw, source).refused]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.binary(max_size=300), st.sampled_from(FILES))
def test_any_bytes_are_rows_or_a_reason(raw: bytes, source: str) -> None:
    with suppress(FileFault):
        read(raw, source)


@given(st.binary(max_size=200))
def test_any_bytes_after_the_mark_of_a_zip(raw: bytes) -> None:
    with suppress(FileFault):
        read(b"PK\x03\x04" + raw)


@given(
    st.dictionaries(
        st.sampled_from([*di_structure(), *di_service(), "telephone", "courriel", "siret"]), JSON
    ),
    st.sampled_from(["data_inclusion", "hsds", "service_public"]),
)
def test_any_values_of_known_members(item: dict[str, Any], source: str) -> None:
    """A fuzz of what programs send: one member of another type, null, too long, not finite."""
    base: dict[str, Any] = {"data_inclusion": di_structure() | item, "hsds": {"id": 1} | item}.get(
        source, item
    )
    document: Any = [base] if source == "data_inclusion" else {"services": [base], "service": [base]}
    with suppress(FileFault):
        read(json.dumps(document).encode(), source)


@given(st.lists(st.text(max_size=12), min_size=28, max_size=34))
def test_any_cells_of_an_establishment(cells: list[str]) -> None:
    line = ";".join(["structureet", *(cell.replace(";", "") for cell in cells)])
    with suppress(FileFault):
        read(b"finess;etalab;96;2026-03-11\n" + line.encode(errors="ignore"), "finess")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"nom": None}, "nom", "required"),
        ({"nom": "AB"}, "nom", "too-short"),
        ({"nom": "x" * 151}, "nom", "too-long"),
        ({"date_maj": "1999-12-31"}, "date_maj", "date-bounds"),
        ({"date_maj": "2026-11-25"}, "date_maj", "date-bounds"),
        ({"date_maj": "hier"}, "date_maj", "date"),
        ({"siret": "123"}, "siret", "too-short"),
        ({"siret": "12345678901234"}, "siret", "register"),
        ({"code_postal": "9320A"}, "code_postal", "format"),
        ({"courriel": "chez nous"}, "courriel", "format"),
        ({"site_web": "exemple"}, "site_web", "format"),
        ({"reseaux_porteurs": ["inconnu"]}, "reseaux_porteurs", "unknown"),
        ({"longitude": "est"}, "longitude", "type"),
        ({"longitude": 200.0}, "longitude", "number"),
        ({"description": "a\u202eb qui trompe"}, "description", "characters"),
        ({"telephone": "0" * 31}, "telephone", "too-long"),
    ],
)
def test_a_structure_is_refused_by_the_field_and_the_reason(
    change: dict[str, Any], field: str, code: str
) -> None:
    """What the package refuses, and what our own rows don't hold, in our words (field.md A.1)."""
    assert faults(json.dumps([di_structure() | change]).encode()) == [(1, field, code)]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"publics": ["tous-publics", "jeunes"]}, "publics", "everybody"),
        ({"publics": []}, "publics", "empty-list"),
        ({"thematiques": ["sante--magie"]}, "thematiques", "unknown"),
        ({"zone_eligibilite": ["partout"]}, "zone_eligibilite", "unknown"),
        ({"description": "oui"}, "description", "too-short"),
        ({"nombre_semaines": 0}, "nombre_semaines", "number"),
        ({"type": "cours"}, "type", "unknown"),
    ],
)
def test_a_service_is_refused_by_the_field_and_the_reason(
    change: dict[str, Any], field: str, code: str
) -> None:
    assert faults(json.dumps([di_service() | change]).encode()) == [(1, field, code)]


def test_a_final_full_stop_is_a_warning_and_no_fault() -> None:
    (entry,) = read(json.dumps([di_structure(nom="Le Phare.")]).encode()).entries
    assert entry.values["name"] == "Le Phare."


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps([di_structure(1), di_structure(2)]).encode(),
        b"\n".join(json.dumps(di_structure(one)).encode() for one in (1, 2)),
        b"source,id,nom,date_maj,reseaux_porteurs\n"
        b'demo,demo--s1,Structure A,2026-10-01,"cidff,cmp"\ndemo,demo--s2,Structure B,2026-10-01,"{cidff}"\n',
        "source;id;nom;date_maj\ndemo;demo--s1;Été;2026-10-01\ndemo;demo--s2;B de C;2026-10-01".encode(
            "cp1252"
        ),
    ],
)
def test_the_same_rows_come_as_a_list_as_lines_and_as_csv(raw: bytes) -> None:
    assert [one.source_id for one in read(raw).entries] == ["demo--s1", "demo--s2"]


def test_own_fields_come_by_the_side_file_alone() -> None:
    """field.md A.1: the package drops unknown members without a word."""
    side = {"format": "repere-directory", "version": 1, "services": {"demo--v1": {"age_min_months": 144}}}

    inside = read(packed([di_structure()], [di_service(age_min_months=144)]))
    beside = read(packed([di_structure()], [di_service()], side))

    assert "age_min_months" not in inside.entries[1].values
    assert beside.entries[1].values["age_min_months"] == 144


@pytest.mark.parametrize(
    "side",
    [
        {"age_min_months": "douze"}, {"needs": ["magie"]}, {"inconnu": 1}, {"night_phone": "0199001234"},
        {"accepts": {"runaway": {"answer": "peut-être"}}}, {"age_min_months": 200, "age_max_months": 100},
        {"place": {"department": "00"}}, [], {"capacities": [{"vacancy": 1}]}, {"verified_on": "2026-01-01"},
    ],
)  # fmt: skip
def test_a_fault_in_the_side_file_refuses_the_row(side: Any) -> None:
    told = {"format": "repere-directory", "version": 1, "services": {"demo--v1": side}}
    assert len(read(packed([di_structure()], [di_service()], told)).refused) == 1


def test_an_establishment_overseas_and_its_commune() -> None:
    """Cells as the register writes them: ``9C`` is 973, and the commune has three digits."""
    line = finess_line(
        "970300026", "355", departement="9C", commune="302", ligneacheminement="97306 CAYENNE CEDEX"
    )

    structure, service = read(finess_file(line), "finess").entries

    assert structure.place is not None
    assert [structure.place[name] for name in ("insee_code", "department", "commune")] == [
        "97302",
        "973",
        "CAYENNE",
    ]
    assert structure.values["phone"] == "+33199001234"
    assert service.defaults["needs"] == ["general_care"]


def test_establishments_of_elsewhere_or_of_other_categories_are_left_out() -> None:
    lines = [
        finess_line(departement="59", commune="512"),
        finess_line(category="500"),
        finess_line(category="286"),
    ]
    result = read(finess_file(*lines), "finess")
    assert (result.left_out, result.entries, result.stated_on) == (3, [], date(2026, 3, 11))


def test_a_desk_of_service_public() -> None:
    desk = {
        "id": "u-1", "nom": "CIDFF inventé", "pivot": [{"type_service_local": "cidf", "code_insee_commune": ["93066"]}],
        "adresse": [{"numero_voie": "1 rue de l'Exemple", "code_postal": "93200", "nom_commune": "Saint-Denis"}],
        "telephone": [{"valeur": "01 99 00 12 34"}], "adresse_courriel": "a@exemple.fr",
        "site_internet": [{"valeur": "https://exemple.invalid/"}], "date_modification": "02/10/2026 10:00:00",
    }  # fmt: skip
    structure, service = read(
        json.dumps({"service": [desk, desk | {"id": "u-2", "pivot": []}]}).encode(), "service_public"
    ).entries
    assert structure.values["kind" if "kind" in structure.values else "name"] == "CIDFF inventé"
    assert structure.dated == date(2026, 10, 2)
    assert service.defaults["needs"] == ["legal_victim"]


TABLE = (
    "structure;type;service;besoins;age_minimal;age_maximal;qui_peut_saisir;telephone;visibilite;code_insee\n"
)


def test_an_own_table_in_labels_or_codes() -> None:
    raw = TABLE + (
        "Le Phare;Association spécialisée;Accueil;Un accompagnement spécialisé, legal_victim;12;17;L'ASE;0199001234;;93066\n"
        "Le Phare;specialised_ngo;Maraude;outreach;;;;;;\n"
    )
    entries = read(raw.encode(), "table").entries

    assert [one.kind for one in entries] == ["structure", "service", "service"]
    assert entries[1].values["needs"] == ["legal_victim", "specialised_support"]
    assert (entries[1].values["age_min_months"], entries[1].values["age_max_months"]) == (144, 215)
    assert entries[1].values["who_may_ask"] == ["ase"]


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (";mecs;Accueil;outreach;;;;;;", "structure", "required"),
        ("A;inconnu;Accueil;outreach;;;;;;", "kind", "unknown"),
        ("A;mecs;;outreach;;;;;;", "service", "required"),
        ("A;mecs;Accueil;;;;;;;", "needs", "required"),
        ("A;mecs;Accueil;outreach;dix;;;;;", "age_min", "number"),
        ("A;mecs;Accueil;outreach;17;12;;;;", "age_min", "ages"),
        ("=1+1;mecs;Accueil;outreach;;;;;;", "structure", "formula"),
        ("A;mecs;Accueil;outreach;;;;;Secrète;", "visibility", "secret"),
        ("A;mecs;Accueil;outreach;;;;;", "", "cells"),
    ],
)
def test_a_line_of_an_own_table_is_refused_by_column(line: str, column: str, code: str) -> None:
    assert faults((TABLE + line).encode(), "table") == [(2, column, code)]


def test_a_file_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ENTRIES_MAX", 2)
    with pytest.raises(FileFault) as refused:
        read(packed([di_structure(one) for one in range(3)]))
    assert refused.value.fault.value == "too-many-lines"


def test_a_zip_never_unpacks_more_than_its_allowance() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("structures.json", b" " * 5_000_000)
    with pytest.raises(FileFault):
        read(raw.getvalue(), most=100_000)


@pytest.mark.parametrize(("sign", "source"), [
    (sign, source) for n, sign in enumerate([b"[],", b"{},", b'"ab",', b"{}\n", b"ab\n"])
    for m, source in enumerate(["data_inclusion", "hsds", "service_public", "curated"]) if NIGHT or (n + m) % 4 == 0
])  # fmt: skip
def test_a_bomb_of_members_is_refused_before_it_is_parsed(
    sign: bytes, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """12 MB of ``[],`` took 700 MB of memory, which every other request of the process went without."""
    monkeypatch.setattr(files.json, "loads", lambda *_, **__: pytest.fail("parsed"))
    raw = (b"{" if b"\n" in sign else b"[") + sign * 4_200_000 + b"[]]"
    with pytest.raises(FileFault) as refused:
        read(raw, source, most=10**8)
    assert refused.value.fault.value == "too-many-lines"


def test_the_parts_of_a_zip_have_one_bound_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.json, "loads", lambda *_, **__: pytest.fail("parsed"))
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.json", b"[" + b"[]," * 300_000 + b"[]]")
    with pytest.raises(FileFault) as refused:
        read(raw.getvalue(), most=10**8)
    assert refused.value.fault.value == "too-many-lines"


def test_json_nested_without_end_is_refused() -> None:
    for source in ("data_inclusion", "hsds", "service_public"):
        with pytest.raises(FileFault):
            read(b"[" * 100_000 + b"]" * 100_000, source)


def test_pages_of_an_api_of_hsds_are_read() -> None:
    organization = {"id": "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610", "name": "Maison", "description": ""}
    service = {
        "id": "ac148810-d857-441c-9679-408f346de14b", "name": "Accueil", "status": "active", "minimum_age": 12,
        "organization": organization, "schedules": [{"id": organization["id"], "freq": "WEEKLY", "byday": "MO,TU",
        "opens_at": "09:00", "closes_at": "12:00"}],
    }  # fmt: skip
    first, second = read(json.dumps({"contents": [service]}).encode(), "hsds").entries
    assert second.structure_id == first.source_id
    assert (second.values["age_min_months"], second.values["opening_hours"]) == (144, "Mo,Tu 09:00-12:00")


def test_a_member_of_hsds_is_refused_by_its_schema() -> None:
    service = {"id": "ac148810-d857-441c-9679-408f346de14b", "name": "Accueil", "status": "ouvert"}
    assert faults(json.dumps({"services": [service, {"id": service["id"]}]}).encode(), "hsds") == [
        (1, "status", "unknown"), (2, "name", "required"),
    ]  # fmt: skip


@given(
    st.lists(st.sampled_from(["Mo", "Tu-Th", "Fr", "Sa-Su", "Sa-Mo"]), min_size=1, max_size=2, unique=True),
    st.lists(
        st.sampled_from(["08:30-12:00", "14:00-18:00", "22:00-24:00"]), min_size=1, max_size=2, unique=True
    ),
)
def test_weekly_hours_are_the_same_as_schedules(days: list[str], times: list[str]) -> None:
    hours = f"{','.join(days)} {','.join(times)}"
    parts = hsds_hours.schedules_of(hours)
    assert parts is not None
    assert hsds_hours.schedules_of(hsds_hours.hours_of(parts)) == parts


def test_hours_that_are_not_weekly_are_no_schedule() -> None:
    for hours in ("Mo-Fr 09:00-12:00; PH off", "Jan-Mar Mo 09:00-12:00", "sunrise-sunset"):
        assert hsds_hours.schedules_of(hours) is None
