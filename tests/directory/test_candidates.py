"""Which services are found for a need, in how many statements, and that nobody learns what was asked (field.md A.9, A.10)."""

import logging
import random
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory import candidate_rows, candidates
from directory.actions import changes
from directory.codes import Asker, Means, Need, Sex, Situation
from directory.matching import CaseFacts, match
from directory.models import Place, Service
from encryption import keys
from tests.directory.resources import AT, a_service, a_structure, at_place, authority, many, tell

pytestmark = [
    pytest.mark.django_db(databases=["default", "keys"]),
    pytest.mark.both_databases("statements of the search for services: lists in JSON, kept queries"),
]

PARIS = ZoneInfo("Europe/Paris")
CASE = CaseFacts(
    need=Need.SPECIALISED_SUPPORT, department="93", commune="93008", age_months=(183, 183), sex=Sex.GIRL
)
FAR = replace(CASE, need=Need.DISTANCE_SHELTER)


def find(case=CASE, **options):
    return candidates.find(case, at=AT, zone=PARIS, **options)


def numbers(offers):
    return [one.service.int for one in offers]


def sentences(offer):
    return {one.rule: one.sentence for one in offer.findings}


# --- What is found


@pytest.mark.parametrize(
    ("zones", "found"),
    [
        (["93"], True), (["93008"], True), (["200057875"], True), (["200054781"], True), (["france"], True),
        (["99100"], True), ([], True), (["75", "93"], True), (["75"], False), (["93066"], False), (["99109"], False),
    ],
)  # fmt: skip
def test_a_service_is_found_by_each_zone_that_holds_the_commune(zones, found):
    a_service(zones=zones)

    assert numbers(find().offered) == ([1] if found else [])


def test_a_service_that_takes_from_far_away_is_found_in_another_departement():
    structure = a_structure()
    at_place(structure, "59")
    far = {"needs": ["distance_shelter"], "zones": ["59"], "verified_on": date(2026, 11, 1)}
    a_service(1, structure, distance_placement=True, **far)
    a_service(2, structure, **far)
    a_service(3, structure, distance_placement=True, from_departments=["75"], **far)

    assert numbers(find(FAR).offered) == [1]
    assert numbers(find(replace(FAR, danger_departments=frozenset({"59"}))).offered) == []
    assert numbers(find(replace(FAR, department="59", commune="59350")).offered) == []


def test_without_a_commune_what_takes_a_part_of_the_departement_is_unknown():
    a_service(1, zones=["93066"])
    a_service(2, zones=["93"])

    found = find(replace(CASE, commune="")).offered

    assert numbers(found) == [2, 1]
    assert sentences(found[1])["R4"] == "Reçoit d'une partie de ce territoire : commune à préciser"


def test_without_a_territory_all_that_answer_the_need_are_found():
    a_service(1, zones=["59"])
    a_service(2, needs=["outreach"])

    assert numbers(find(replace(CASE, commune="", department="")).offered) == [1]


def test_the_facts_are_those_of_the_rows():
    structure = a_structure(opening_hours="Mo-Fr 09:00-18:00")
    at_place(structure, "93", insee_code="93008")
    bed = {"needs": ["tonight_shelter"], "verified_on": date(2026, 11, 1), "age_min_months": 144}
    service = a_service(
        1, structure, accepts={"runaway": {"answer": "case", "words": "appeler"}}, needs_agreement=["ase_decision"],
        who_may_ask=["ase", "professionals"], sexes=["girl"], specialised="trained", **bed,
    )  # fmt: skip
    tell(service, 1, AT - timedelta(days=1))
    tell(service, 5, AT - timedelta(days=8), unit="family")
    case = replace(
        CASE,
        need=Need.TONIGHT_SHELTER,
        situations=frozenset({Situation.RUNAWAY}),
    )

    (offer,) = find(case).offered

    assert sentences(offer) == {
        "R1": "Propose : un hébergement pour cette nuit",
        "R2": "Vérifié le 1er novembre 2026 par téléphone",
        "R3": "Saisine par l'ASE, les professionnels seulement",
        "R4": "Reçoit du département : Seine-Saint-Denis",
        "R5": "12 à 17 ans : convient (15 ans)",
        "R6": "Reçoit : filles",
        "R7": "Fugue : au cas par cas, appeler",
        "R8": "Ouvert maintenant, ferme à 18 h",
        "R9": "",
        "R10": "Il manque : une décision de l'ASE",
        "R11": "1 place déclarée hier",
    }
    assert (offer.name, offer.structure_name, offer.distance_km) == ("Service 1", "Structure 1", 0)


def test_a_service_with_a_place_of_its_own_is_there_and_not_at_its_structure():
    structure = a_structure()
    at_place(structure, "93", insee_code="93008")
    own = a_service(1, structure)
    a_service(2, structure)
    at_place(structure, "59", own, longitude=3.047, latitude=50.632)

    found = {one.service.int: one.distance_km for one in find().offered}

    assert found == {1: 197, 2: 0}


def test_hours_in_words_of_a_service_are_not_replaced_by_those_of_its_structure():
    structure = a_structure(opening_hours="24/7")
    a_service(1, structure, opening_hours_text="le mardi soir")

    (offer,) = find(replace(CASE, tonight=True)).offered

    assert sentences(offer)["R8"] == "Horaires à lire : le mardi soir"


def test_to_a_secret_place_there_is_no_distance():
    keys.create_authority_key(authority().pk)
    structure = a_structure(phone="01 99 00 12 34")
    service = a_service(1, structure, needs=["specialised_support"])
    place = Place(authority=authority(), structure=structure, service=service)
    address = {"address": "1 rue X", "insee_code": "93008", "longitude": 2.44, "latitude": 48.9}
    values = {"visibility": "secret", "department": "93", "secret": address}
    changes.write(place, values, changes.Basis(by=None, at=AT, means=Means.TYPED))

    (offer,) = find().offered

    assert offer.distance_km is None


# --- What is never found


@pytest.mark.parametrize(
    ("values", "by"),
    [
        ({"verified_on": None}, "Jamais vérifié"),
        ({"verified_on": date(2025, 11, 23)}, "Vérifié pour la dernière fois le 23 novembre 2025 : trop ancien pour être proposé"),
        ({"status": "suspended"}, "Suspendu"),
        ({"status": "suspended", "suspended_until": date(2026, 11, 25)}, "Suspendu jusqu'au 25 novembre 2026"),
        ({"sexes": ["boy"]}, "Reçoit seulement : garçons"),
        ({"age_min_months": 192}, "16 à 17 ans : ne convient pas (15 ans)"),
        ({"who_may_ask": ["ase"]}, "Saisine par l'ASE seulement"),
        ({"refused_departments": ["93"]}, "Ne reçoit pas du département : Seine-Saint-Denis"),
    ],
)  # fmt: skip
def test_a_removed_service_is_told_on_demand_with_its_sentence(values, by):
    """field.md A.9 (« pourquoi pas ? ») and A.10, test 12."""
    a_service(1, **values)
    a_service(2)

    assert numbers(find().offered) == [2]
    assert find().removed == ()
    (removed,) = find(with_removed=True).removed
    assert (removed.service.int, removed.removed_by.sentence) == (1, by)


@pytest.mark.parametrize(
    ("need", "last"), [("specialised_support", date(2025, 11, 24)), ("tonight_shelter", date(2026, 8, 24))]
)
def test_no_stale_service_is_proposed(need, last):
    """field.md A.10, test 12: to the day, a year in general, three months where it is about tonight."""
    a_service(1, needs=[need], verified_on=last)
    a_service(2, needs=[need], verified_on=last - timedelta(days=1))

    assert numbers(find(replace(CASE, need=Need(need))).offered) == [1]


def test_closed_merged_and_structures_that_do_not_work_are_not_found_but_by_name():
    kept = a_service(1)
    a_service(2, status="closed")
    a_service(3, merged_into=kept)
    a_service(4, a_structure(4, status="closed"))

    assert numbers(find().offered) == [1]
    found = candidates.find_named(CASE, "service", at=AT, zone=PARIS)
    assert {one.service.int: one.removed_by.sentence for one in found.removed} == {
        2: "Fermé définitivement",
        4: "La structure a fermé",
    }
    assert candidates.find_one(CASE, UUID(int=3), at=AT, zone=PARIS).removed_by.code == "merged"


EXCLUDED = {
    "service": 1,
    "the one that it was merged into": 2,
    "structure": 1_001,
    "structure of the structure": 1_010,
    "what its structure was merged into": 1_011,
    "and above that": 1_012,
}


@pytest.mark.parametrize("excluded", EXCLUDED.values(), ids=EXCLUDED)
def test_what_is_excluded_is_in_no_list(excluded):
    """field.md A.10, test 9: nobody is asked who they are, so that it holds for administrators too."""
    above = a_structure(12)
    whole = a_structure(11, parent=above)
    parent = a_structure(10)
    structure = a_structure(1, parent=parent, merged_into=whole)
    a_service(1, structure)
    other = a_service(2)
    Service.objects.filter(pk=UUID(int=1)).update(merged_into=other)
    a_service(3)
    case = replace(CASE, excluded=frozenset({UUID(int=excluded)}))
    by_merging = excluded in (1, 2)

    found = find(case, with_removed=True)
    named = candidates.find_named(case, "service", at=AT, zone=PARIS)

    assert UUID(int=1) not in {
        one.service for one in (*found.offered, *found.removed, *named.offered, *named.removed)
    }
    assert candidates.find_one(case, UUID(int=1), at=AT, zone=PARIS) is None
    assert (UUID(int=2) in {one.service for one in found.offered}) is not by_merging
    assert (candidates.find_one(case, UUID(int=2), at=AT, zone=PARIS) is None) is by_merging
    assert 3 in numbers(found.offered)


def test_structures_in_a_circle_end():
    one, two = a_structure(1), a_structure(2)
    one.parent, two.parent = two, one
    one.save()
    two.save()
    a_service(5, one)

    assert find(replace(CASE, excluded=frozenset({two.pk}))).offered == ()


def test_of_the_removed_those_placed_in_the_departement_are_told_even_if_they_take_from_elsewhere():
    structure = a_structure()
    at_place(structure, "93")
    a_service(1, structure, zones=["75"])
    a_service(2, zones=["75"])
    own = a_service(3, a_structure(3), zones=["75"])
    at_place(own.structure, "93", own)
    elsewhere = a_service(4, structure, zones=["75"])
    at_place(structure, "75", elsewhere)

    removed = find(with_removed=True).removed

    assert numbers(removed) == [1, 3]
    assert {one.removed_by.sentence for one in removed} == {"Reçoit seulement de : Paris"}


@pytest.mark.parametrize("words", ["lueur", "LUEUR bobigny", "obi", "phare"])
def test_a_service_is_found_by_words_of_its_name_or_its_structures(words):
    a_service(1, a_structure(1, name="Le Phare"), name="La Lueur de Bobigny", zones=["59"])
    a_service(2)

    found = candidates.find_named(CASE, words, at=AT, zone=PARIS)

    assert numbers(found.removed) == [1]
    assert candidates.find_named(CASE, f"{words} zzz", at=AT, zone=PARIS).removed == ()


def test_no_word_finds_nothing():
    a_service()

    assert candidates.find_named(CASE, "  ", at=AT, zone=PARIS).offered == ()


def test_one_that_is_not_there_is_none():
    assert candidates.find_one(CASE, UUID(int=1), at=AT, zone=PARIS) is None


# --- Bounds


def test_a_list_that_was_cut_says_so(monkeypatch):
    for number in range(1, 5):
        a_service(number)
    for number in range(5, 9):
        a_service(number, sexes=["boy"])
    assert (find().cut, find(with_removed=True).removed_cut) == (False, False)

    monkeypatch.setattr(candidates, "OFFERED", 3)
    monkeypatch.setattr(candidates, "REMOVED", 3)
    monkeypatch.setattr(candidates, "NAMED", 3)

    found = find(with_removed=True)
    assert (numbers(found.offered), found.cut) == ([1, 2, 3], True)
    assert (numbers(found.removed), found.removed_cut) == ([5, 6, 7], True)
    assert candidates.find_named(CASE, "service", at=AT, zone=PARIS).cut


def test_beyond_what_is_looked_at_the_specialised_and_last_verified_come(monkeypatch):
    monkeypatch.setattr(candidates, "LOOKED_AT", 2)
    candidates._query.cache_clear()
    a_service(1, verified_on=date(2026, 9, 1))
    a_service(2, verified_on=date(2026, 10, 1))
    a_service(3, specialised="dedicated", verified_on=date(2026, 8, 1))
    try:
        found = find()
    finally:
        candidates._query.cache_clear()

    assert (numbers(found.offered), found.cut) == ([3, 2], True)


# --- Statements, order, silence


def statements(case, **options):
    with CaptureQueriesContext(connection) as captured:
        find(case, **options)
    return len(captured)


def test_the_number_of_statements_does_not_grow():
    """field.md A.10, test 8."""
    case = replace(CASE, excluded=frozenset({UUID(int=1_003)}))

    many(range(1, 11))
    few = [statements(one, with_removed=removed) for one in (CASE, case) for removed in (False, True)]
    many(range(11, 301))
    most = [statements(one, with_removed=removed) for one in (CASE, case) for removed in (False, True)]

    assert few == most
    assert few[0] == 2
    assert few[1] == 5


def a_random(number, chance):
    """Make a service of which any rule may say anything."""
    pick = chance.choice
    structure = a_structure(number, status=pick(["active"] * 8 + ["closed", "suspended"]))
    service = a_service(
        number, structure, needs=pick([["specialised_support"], ["distance_shelter", "outreach"], ["tonight_shelter"]]),
        zones=pick([["93"], ["93008"], ["75"], [], ["200057875"], ["93066", "59"], ["france"]]),
        status=pick(["active"] * 4 + ["suspended", "closed"]),
        verified_on=pick([None, date(2026, 11, 20), date(2026, 9, 1), date(2026, 8, 24), date(2026, 8, 23), date(2026, 1, 1)]),
        sexes=pick([[], ["girl"], ["boy"], ["girl", "boy", "other"]]), who_may_ask=pick([[], ["ase"], ["professionals"]]),
        age_min_months=pick([None, 144, 183, 184]), age_max_months=pick([None, 215, 190]),
        refused_departments=pick([[], [], ["93"]]), distance_placement=pick([True, False]),
        from_departments=pick([[], ["93"], ["75"]]), specialised=pick(["dedicated", "trained", "general"]),
        needs_agreement=pick([[], ["funding"]]),
        accepts=pick([{}, {"runaway": {"answer": "no", "words": ""}}]),
    )  # fmt: skip
    if service.status == "suspended":
        service.suspended_until = pick([None, date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)])
        service.save()
    at_place(structure, pick(["93", "59", "75"]), insee_code=pick(["", "93008"]))


def test_the_query_leaves_out_only_what_the_rules_remove():
    """The statement and the rules must never say differently: else a service is silently not offered."""
    chance = random.Random(7)  # noqa: S311 - rows of a test
    for number in range(1, 201):
        a_random(number, chance)
    every = [*candidate_rows.facts_of(list(candidate_rows.of(Service.objects.all())), AT)]
    cases = [
        replace(CASE, need=need, commune=commune, sex=sex, age_months=age, asker=asker,
                situations=frozenset({Situation.RUNAWAY}))
        for need in (Need.SPECIALISED_SUPPORT, Need.DISTANCE_SHELTER, Need.TONIGHT_SHELTER)
        for commune in ("93008", "")
        for sex, age, asker in ((Sex.GIRL, (183, 183), Asker.PROFESSIONALS), (None, None, Asker.ASE),
                                (Sex.OTHER, (180, 191), Asker.USERS))
    ]  # fmt: skip

    for case in cases:
        assert find(case).offered == match(case, every, now=AT, zone=PARIS).offered
    assert sum(len(find(case).offered) for case in cases) > 50


def test_the_order_does_not_depend_on_how_rows_were_written():
    """field.md A.10, test 4."""
    chance = random.Random(3)  # noqa: S311 - rows of a test
    order = chance.sample(range(1, 31), 30)
    for number in order:
        a_service(number, specialised=chance.choice(["general", "trained"]))
    first = numbers(find().offered)
    kept = {one.pk: one.specialised for one in Service.objects.all()}

    for number in chance.sample(order, 30):
        Service.objects.filter(pk=UUID(int=number)).update(specialised=kept[UUID(int=number)])

    assert numbers(find().offered) == first
    trained = [number for number in sorted(order) if kept[UUID(int=number)] == "trained"]
    assert first[: len(trained)] == trained


def test_nothing_that_is_asked_is_written_to_a_log(caplog):
    """field.md A.10, test 6."""
    a_service()
    with caplog.at_level(logging.DEBUG):
        find(replace(CASE, excluded=frozenset({UUID(int=77)})), with_removed=True)
        candidates.find_named(CASE, "Amicale", at=AT, zone=PARIS)
        candidates.find_one(CASE, UUID(int=1), at=AT, zone=PARIS)

    assert caplog.records == []
