"""Communes know their EPCI, their city and where they are; what isn't known is said so (directory/data/geography.md)."""

import json

import pytest
from django.core.management import call_command

from accounts import territory
from directory import geography


@pytest.mark.parametrize(
    ("commune", "epci"),
    [
        ("59350", {"200093201"}),  # Lille, in its métropole
        ("93008", {"200054781", "200057875"}),  # Bobigny: Grand Paris, and the territory within it
        ("75118", {"200054781"}),  # an arrondissement, as its city
        ("97302", {"249730045"}),  # Cayenne
        ("97701", set()),  # Saint-Barthélemy is in none
        ("00000", set()), ("é", set()), ("", set()),
    ],
)  # fmt: skip
def test_a_commune_knows_its_epci(commune, epci):
    assert geography.epci_of(commune) == epci


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [("75056", "59350", 204), ("93008", "75118", 9), ("97302", "97411", 12_046), ("13055", "13055", 0)],
)
def test_distance_is_that_on_the_ground(one, other, km):
    found = geography.distance_km(geography.middle_of(one), geography.middle_of(other))

    assert found == pytest.approx(km, rel=0.02, abs=0.5)


def test_where_a_commune_is_may_be_unknown():
    assert geography.middle_of("97701") is None
    assert geography.middle_of("00000") is None


def test_zones_of_a_commune_hold_its_city_and_of_a_city_its_arrondissements_are_parts():
    part, city = geography.zones_of("75118", "75"), geography.zones_of("75056", "75")

    assert (part.communes, part.parts) == ({"75118", "75056"}, frozenset())
    assert city.communes == {"75056"}
    assert city.parts == {f"751{number:02}" for number in range(1, 21)}
    assert len(geography.zones_of("69123", "69").parts) == 9
    assert len(geography.zones_of("13055", "13").parts) == 16


def test_of_a_departement_alone_every_commune_and_epci_is_a_part():
    found = geography.zones_of("", "93")

    assert found.communes == found.groups == frozenset()
    assert {"93008", "93066", "200057875", "200054781"} <= found.parts
    assert not any(code.startswith("75") for code in found.parts)
    assert geography.zones_of("", "").parts == geography.zones_of("", "00").parts == frozenset()


def test_the_table_has_every_commune_of_today():
    missing = [
        one.code for one in territory.communes_named("", begins=True)
        if one.within is None and geography._table().position(one.code) is None
    ]  # fmt: skip

    assert missing == []


def test_the_command_makes_the_same_bytes_of_the_same_files(tmp_path, monkeypatch, capsys):
    square = [[2.0, 48.0], [2.2, 48.0], [2.2, 48.2], [2.0, 48.2], [2.0, 48.0]]
    islet = [[5.0, 43.0], [5.01, 43.0], [5.01, 43.01], [5.0, 43.0]]
    shape = {"type": "MultiPolygon", "coordinates": [[islet], [square]]}
    (tmp_path / "epci.json").write_text(json.dumps([{"code": "200000001", "membres": [{"code": "93008"}]}]))
    (tmp_path / "ept.json").write_text("[]")
    contours = tmp_path / "contours"
    contours.mkdir()
    features = [{"properties": {"code": "93008"}, "geometry": shape}]
    (contours / "communes-93.geojson").write_text(json.dumps({"features": features}))
    made = tmp_path / "made.csv.gz"
    monkeypatch.setattr(geography.write_communes, "__defaults__", (made,))

    call_command("make_geography", tmp_path / "epci.json", tmp_path / "ept.json", contours)
    first = made.read_bytes()
    call_command("make_geography", tmp_path / "epci.json", tmp_path / "ept.json", contours)

    assert made.read_bytes() == first
    assert "dont 1 avec un centre" in capsys.readouterr().out
    monkeypatch.setattr(geography, "COMMUNES", made)
    geography._table.cache_clear()
    try:
        assert geography.epci_of("93008") == {"200000001"}
        assert geography.middle_of("93008") == (2.1, 48.1)  # of the larger piece of ground
        assert geography.middle_of("93066") is None
    finally:
        monkeypatch.undo()
        geography._table.cache_clear()
