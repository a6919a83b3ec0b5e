"""Who answers for which place (domain.md §8.1), from the committed geographic code."""

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts import territory
from accounts.models import Authority, AuthorityTerritory
from encryption.models import WrappedKey
from tests.accounts.conftest import entries
from tests.shared_fixtures import shared_fixture

TODAY = date(2026, 11, 24)


@shared_fixture
def loaded():
    """Every authority of the country; the one of the other tests exists already."""
    call_command("load_territories", verbosity=0)


def test_the_departments_are_the_101_and_three_collectivities():
    codes = set(territory.departments())

    metropolitan = {f"{n:02}" for n in range(1, 96) if n != 20} | {"2A", "2B"}
    overseas = {"971", "972", "973", "974", "976"}
    assert metropolitan | overseas | {"975", "977", "978"} == codes
    assert len(metropolitan | overseas) == 101
    assert territory.departments()["93"] == "Seine-Saint-Denis"


@pytest.mark.parametrize(
    ("code", "name", "department", "within"),
    [
        ("01001", "L'Abergement-Clémenciat", "01", None),
        ("93066", "Saint-Denis", "93", None),
        ("97411", "Saint-Denis", "974", None),
        ("2A004", "Ajaccio", "2A", None),
        ("75056", "Paris", "75", None),
        ("75104", "Paris 4e Arrondissement", "75", "75056"),
        ("69381", "Lyon 1er Arrondissement", "69", "69123"),
        ("13201", "Marseille 1er Arrondissement", "13", "13055"),
        ("97801", "Saint-Martin", "978", None),
    ],
)
def test_a_commune_is_known_by_its_code(code, name, department, within):
    assert territory.commune(code) == territory.Commune(code, name, department, within)


@pytest.mark.parametrize(
    "code", ["", "93", "93200", "00000", "99999", "2a004", "9306", "930666", "９３０６６", "93\n66"]
)
def test_what_is_no_commune_is_not_found(code):
    """A postal code (93200) isn't an INSEE code; codes are compared letter for letter."""
    assert territory.commune(code) is None


def test_every_commune_of_the_table_is_found():
    lines = territory._gazetteer()._raw.decode().splitlines()

    assert len(lines) == 34_924
    assert all(territory.commune(line[:5]) is not None for line in lines)
    assert {territory.department_of(line[:5]) for line in lines} == set(territory.departments())


@pytest.mark.parametrize(
    ("place", "authority"),
    [
        ("01", "01"),
        ("93066", "93"),
        ("75104", "75"),
        ("69123", "69M"),  # the métropole's own rule beats that of the Rhône
        ("69381", "69M"),  # an arrondissement follows its city
        ("69264", "69"),  # Villefranche-sur-Saône
        ("69", "69"),
        ("67482", "6AE"),
        ("68066", "6AE"),
        ("2A", "20R"),
        ("2B033", "20R"),
        ("97209", "972"),
        ("97302", "973"),
        ("97608", "976"),
        ("97502", "975"),
        ("977", "977"),
        ("978", "978"),
    ],
)
def test_each_place_has_its_authority(loaded, place, authority):
    found = territory.competent_authority(place, on=TODAY)

    assert found is not None
    assert found.code == authority


def test_every_department_and_commune_has_an_authority(loaded):
    rows = AuthorityTerritory.objects.in_force(TODAY)
    by_department = set(rows.exclude(department_code="").values_list("department_code", flat=True))

    assert by_department == set(territory.departments())
    communes = rows.exclude(commune_insee="").values_list("commune_insee", flat=True)
    assert len(communes) == 58
    assert all(territory.commune(code) is not None for code in communes)
    assert Authority.objects.count() == 103


@pytest.mark.parametrize("place", ["", "20", "99999", "96", "988", "2a"])
def test_a_place_that_does_not_exist_has_none(loaded, place):
    assert territory.competent_authority(place, on=TODAY) is None


def test_a_territory_counts_in_its_period_only(loaded):
    assert territory.competent_authority("69123", on=date(2014, 12, 31)) is None
    assert territory.competent_authority("69123", on=date(2015, 1, 1)).code == "69M"
    rows = AuthorityTerritory.objects.filter(commune_insee="69123")
    rows.update(valid_to=date(2026, 11, 24))

    assert territory.competent_authority("69123", on=date(2026, 11, 23)).code == "69M"
    assert territory.competent_authority("69123", on=date(2026, 11, 24)).code == "69"


def test_the_authority_is_found_by_one_query(loaded, django_assert_num_queries):
    territory.commune("69123")

    with django_assert_num_queries(1):
        territory.competent_authority("69123", on=TODAY)


def test_time_zones_are_those_of_the_place(loaded):
    zones = dict(Authority.objects.values_list("code", "timezone"))

    assert zones["93"] == "Europe/Paris"
    assert zones["974"] == "Indian/Reunion"
    assert zones["975"] == "America/Miquelon"
    for authority in Authority.objects.all():
        authority.full_clean()


def test_only_some_can_be_loaded():
    before = set(Authority.objects.values_list("code", flat=True))

    call_command("load_territories", "--only", "59, 93", verbosity=0)

    assert set(Authority.objects.values_list("code", flat=True)) == before | {"59", "93"}


def test_each_authority_has_its_key_and_its_entry():
    call_command("load_territories", "--only", "59", verbosity=0)

    north = Authority.objects.get(code="59")
    assert sorted(WrappedKey.objects.filter(owner=north.pk).values_list("kind", flat=True)) == [
        "authority",
        "intake",
    ]
    (entry,) = entries(act="authority:loaded", tenant=north.pk)
    assert json.loads(bytes(entry.body))["n"] == 1


def test_loading_twice_changes_nothing():
    call_command("load_territories", "--only", "59,69M", verbosity=0)
    before = list(AuthorityTerritory.objects.order_by("pk").values())
    written = len(entries())

    call_command("load_territories", "--only", "59,69M", verbosity=0)

    assert list(AuthorityTerritory.objects.order_by("pk").values()) == before
    assert len(entries()) == written


def test_a_place_that_changed_hands_stays_where_it_is(authority_93):
    AuthorityTerritory.objects.create(
        authority=authority_93, department_code="59", valid_from=date(2020, 1, 1)
    )

    call_command("load_territories", "--only", "59", verbosity=0)

    assert territory.competent_authority("59", on=TODAY) == authority_93


def test_an_unknown_code_is_named_and_nothing_is_loaded():
    before = Authority.objects.count()

    with pytest.raises(CommandError, match="20"):
        call_command("load_territories", "--only", "59,20", verbosity=0)

    assert Authority.objects.count() == before


def test_the_table_is_made_again_byte_for_byte(tmp_path):
    """From the same entries the command gives the committed file."""
    entries = [
        {"code": "93066", "nom": "Saint-Denis", "type": "commune-actuelle"},
        {"code": "93066", "nom": "Saint-Denis", "type": "commune-deleguee"},
        {"code": "75104", "nom": "Paris 4e", "type": "arrondissement-municipal", "commune": "75056"},
        {"code": "98901", "nom": "Île de Clipperton", "type": "commune-actuelle"},
    ]
    one, two = tmp_path / "one.gz", tmp_path / "two.gz"

    assert territory.write_communes(entries, one) == 2
    assert territory.write_communes(reversed(entries), two) == 2
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(
    ("typed", "department", "codes"),
    [
        ("Bobigny", "93", ["93008"]),
        ("  saint denis ", "93", ["93066"]),
        ("St-Denis", "93", ["93066"]),
        ("ÉPINAY-SUR-SEINE", "93", ["93031"]),
        ("epinay sur seine", "93", ["93031"]),
        ("Bobigny", "75", []),
        ("Ajaccio", "2A", ["2A004"]),
        ("Saint-Denis", "974", ["97411"]),
        ("", "93", []),
        ("-", "93", []),
    ],
)
def test_a_commune_is_found_by_its_name_however_it_is_typed(typed, department, codes):
    """People know names; the form keeps codes."""
    found = territory.communes_named(typed, department)

    assert [one.code for one in found] == codes
