"""Searching the directory: need, place, age, hour, words of names, a page at a time (field.md A.6)."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.query import InvalidQuery
from directory import queries
from directory.actions import merging, services, structures
from directory.inputs import SearchInput
from tests.directory.entries import AT, a_service, a_structure, at_place, editor, entries

pytestmark = pytest.mark.both_databases("statements of searches")

#: 3 in the morning on Christmas day, in Paris.
CHRISTMAS = datetime(2026, 12, 25, 2, tzinfo=UTC)


def search(world, at=AT, who="filer", **asked):
    body = SearchInput.read(asked)
    return queries.search(body, actor=world.actor(who, "75", at=AT), at=at)


def names(world, **asked):
    return [line.name for line in search(world, **asked).items]


@pytest.fixture
def known(world):
    """Four services of one structure: by the commune, the département, the whole country, and the own EPCI."""
    structure = a_structure(world)
    for name, zones in {
        "Commune": ["93066"],
        "Département": ["93"],
        "Partout": [],
        "EPCI": ["200054781"],
        "Ailleurs": ["13"],
    }.items():
        a_service(world, structure, name=f"Accueil {name}", zones=zones, phone=f"+331990000{len(name):02}")
    return structure


def test_a_commune_is_served_by_its_own_zone_and_all_around_it(world, known):
    found = names(world, need="tonight_shelter", commune="93066")
    assert found == ["Accueil Commune", "Accueil Département", "Accueil EPCI", "Accueil Partout"]
    assert names(world, need="tonight_shelter", commune="93001") == [
        "Accueil Département", "Accueil EPCI", "Accueil Partout",
    ]  # fmt: skip
    assert names(world, need="tonight_shelter", commune="13055") == ["Accueil Ailleurs", "Accueil Partout"]
    assert names(world, need="outreach", commune="93066") == []


def test_a_departement_is_served_by_all_that_serves_a_part_of_it(world, known):
    assert names(world, department="93") == [
        "Accueil Commune", "Accueil Département", "Accueil EPCI", "Accueil Partout",
    ]  # fmt: skip


def test_a_service_is_also_found_where_it_is(world):
    """Of no need in particular, those that are there count too: an import may know no need."""
    service = a_service(world, needs=[], zones=["13"])
    at_place(world, service.structure)

    assert names(world, department="93") == [service.name]
    assert names(world, commune="93066") == [service.name]
    assert names(world, department="93", need="tonight_shelter") == []


@pytest.mark.parametrize(("years", "found"), [(11, False), (12, True), (17, True), (18, False)])
def test_an_age_lies_between_the_two_of_the_service(world, years, found):
    a_service(world, age_min_months=12 * 12, age_max_months=12 * 18 - 1)

    assert bool(names(world, age_years=years)) is found


def test_words_of_the_name_of_service_or_structure(world):
    a_service(world, a_structure(world, name="Maison des Tilleuls"))

    assert names(world, words="nuit tilleuls") == ["Accueil de nuit"]
    assert names(world, words="nuit marronniers") == []


@pytest.mark.parametrize(
    ("hours", "always", "at", "found"),
    [
        ("Mo-Fr 09:00-17:00", False, AT, True),
        ("Mo-Fr 09:00-12:00", False, AT, False),
        ("", True, CHRISTMAS, True),
        ("24/7", False, CHRISTMAS, True),
        ("Mo-Fr 00:00-24:00; PH off", False, CHRISTMAS, False),
        ("", False, AT, False),
    ],
)
def test_what_is_open_now_is_so_by_its_hours(world, hours, always, at, found):
    a_service(world, opening_hours=hours, round_the_clock=always)

    assert bool(names(world, open_now=True, at=at)) is found


def test_hours_are_those_of_the_clock_at_the_place(world):
    """9:00 in Paris is 5:00 in Cayenne."""
    service = a_service(world, opening_hours="Mo-Fr 08:00-12:00", zones=[])
    morning = datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert names(world, open_now=True, at=morning) == [service.name]

    at_place(world, service.structure, insee_code="97302", postal_code="97300", address="1 rue du Port")

    assert names(world, open_now=True, at=morning) == []
    assert names(world, open_now=True, at=datetime(2026, 11, 24, 12, tzinfo=UTC)) == [service.name]


def test_hours_in_words_of_a_service_hide_its_structures_from_a_search_and_a_line(world):
    """As they do in matching: nobody is told that it is open when its own words say when it is."""
    service = a_service(world, opening_hours="le mardi soir", zones=[])
    structures.change(service.structure_id, {"opening_hours": "24/7"}, actor=editor(world), at=AT)

    assert names(world, open_now=True, at=AT) == []
    (line,) = search(world).items
    assert (line.opening_hours, line.clock) == ("", service.authority.code)


def test_what_is_closed_or_merged_isnt_found_but_can_be_read(world):
    kept, closed, lost = (a_service(world, name=f"Accueil {n}") for n in "ABC")
    services.change(closed.pk, {"status": "closed"}, actor=editor(world), at=AT)
    merging.merge(kept.pk, lost.pk, actor=editor(world), at=AT)

    assert names(world) == ["Accueil A"]
    reader = {"actor": world.actor("filer", at=AT), "at": AT}
    assert queries.service(closed.pk, **reader).service == closed
    assert queries.service(lost.pk, **reader).service == kept


def test_pages_follow_each_other_and_lose_nothing(world):
    structure = a_structure(world)
    for number in range(5):
        a_service(world, structure, name=f"Accueil {number}")

    seen, cursor = [], None
    while True:
        page = search(world, department="93", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [line.name for line in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert seen == [f"Accueil {number}" for number in range(5)]
    first = search(world, department="93", limit=2).next
    with pytest.raises(InvalidQuery):
        search(world, department="75", limit=2, cursor=first)


def test_a_search_leaves_no_trace_of_who_looked_for_what(world, known):
    before = len(entries())

    search(world, need="tonight_shelter", commune="93066", age_years=14)

    assert len(entries()) == before
    answer = world.as_("filer").post("resources/search", {"commune": "93066"})
    assert answer.status_code == 200
    assert "93066" not in str(answer.request["QUERY_STRING"])


def test_a_search_asks_as_many_questions_however_much_is_found(world):
    structure = a_structure(world)
    counts = []
    for number in range(6):
        a_service(world, structure, name=f"Accueil {number}")
        at_place(world, structure)
        with CaptureQueriesContext(connection) as said:
            search(world, need="tonight_shelter", commune="93066", open_now=True)
        counts.append(len(said))

    assert len(set(counts[1:])) == 1
    assert counts[-1] <= 6


def test_a_line_has_the_contact_of_the_structure_where_the_service_has_none(world):
    structure = a_structure(world, phone="01 99 00 00 01", email="accueil@essai.invalid")
    a_service(world, structure, phone="")

    (line,) = search(world).items
    assert (line.phone, line.email) == ("+33199000001", "accueil@essai.invalid")
