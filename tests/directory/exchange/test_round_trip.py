"""Our rows come back as they were from data.inclusion with its side file, and from HSDS (field.md A.10.2)."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import standard
from directory.actions import exports
from directory.codes import (
    Accepts,
    Agreement,
    Asker,
    Need,
    PlaceKind,
    ResourceKind,
    SafeChannel,
    Sex,
    Situation,
    Specialised,
    Status,
)  # fmt: skip
from directory.exchange import data_inclusion, files, hsds, hsds_read, side_file, values
from directory.exchange.faults import Refused
from directory.exchange.rows import ADDRESS, SERVICE, STRUCTURE, Entry
from directory.models import Capacity, Place, Service, Structure
from tests.directory.entries import SECRET_COMMUNE, a_service, a_structure, at_place, editor
from tests.directory.exchange.samples import AT, done
from tests.night import examples

TODAY = date(2026, 11, 24)
LETTERS = st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=("Cc", "Cf", "Zs"))


def words(least: int = 1, most: int = 40) -> st.SearchStrategy[str]:
    """Texts as we store them: composed, with nothing around them."""
    texts = st.text(st.one_of(LETTERS, st.just(" "), st.just(".")), min_size=least, max_size=most)
    return texts.map(values.composed).filter(lambda text: len(text) >= least)


def codes(choices: Any) -> st.SearchStrategy[list[str]]:
    known = choices.values if hasattr(choices, "values") else [code for code, _ in choices]
    return st.lists(st.sampled_from(known), unique=True, max_size=4).map(sorted)


def blank(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), strategy)


HOURS = st.sampled_from(
    ["", "Mo-Fr 09:00-12:00,14:00-18:00; Sa 10:00-12:00", "24/7", "Mo-Fr 08:30-12:30; PH off"]
)
DEPARTMENTS = st.lists(st.sampled_from(["93", "75", "59", "2A", "973"]), unique=True, max_size=3).map(sorted)
URLS = blank(st.just("https://exemple.invalid/page"))
PHONES = st.sampled_from(["", "+33199001234", "119", "+594594000000"])
NAMES = words(3, 60)
AUDIENCES = codes(standard.AUDIENCES).map(
    lambda told: told if standard.EVERYBODY not in told else [standard.EVERYBODY]
)


@st.composite
def structure_rows(draw: Any) -> Structure:
    hours = draw(HOURS)
    return Structure(
        source="own", kind=draw(st.sampled_from(ResourceKind.values)), name=draw(NAMES),
        description=draw(blank(words(1, 200))), status=draw(st.sampled_from(["active"])),
        siret=draw(blank(st.just("73282932000074"))), finess=draw(blank(st.just("930000005"))),
        rna=draw(blank(st.just("W751000000"))), phone=draw(PHONES), email=draw(blank(st.just("a@exemple.fr"))),
        website=draw(URLS), source_url=draw(URLS), opening_hours=hours,
        opening_hours_text="" if hours else draw(blank(st.just("sur rendez-vous le soir"))),
        networks=draw(codes(standard.NETWORKS)), updated_on=draw(st.dates(date(2000, 1, 1), TODAY)),
    )  # fmt: skip


@st.composite
def service_rows(draw: Any) -> Service:
    hours = draw(HOURS)
    ages = sorted(draw(st.lists(st.integers(0, 300), min_size=2, max_size=2)))
    status = draw(st.sampled_from([Status.ACTIVE.value, Status.SUSPENDED.value]))
    accepts = draw(st.dictionaries(
        st.sampled_from(Situation.values),
        st.fixed_dictionaries({"answer": st.sampled_from(Accepts.values), "words": blank(words(1, 40))}), max_size=3,
    ))  # fmt: skip
    return Service(
        structure=draw(structure_rows()), source="own", name=draw(NAMES), description=draw(words(5, 200)),
        kind=draw(st.sampled_from(["", *(code for code, _ in standard.KINDS)])), themes=draw(codes(standard.THEMES)),
        fees=draw(st.sampled_from(["", "gratuit", "payant"])), fees_note=draw(blank(words())),
        audiences=draw(AUDIENCES), audiences_note=draw(blank(words())), access_conditions=draw(blank(words())),
        phone=draw(PHONES), email=draw(blank(st.just("b@exemple.fr"))), contact_name=draw(blank(words())),
        source_url=draw(URLS), reception_modes=draw(codes(standard.RECEPTION_MODES)),
        zones=draw(st.lists(st.sampled_from(["93", "france", "93066", "200054781", "99100"]), unique=True)),
        mobilisation_url=draw(URLS), mobilisation_modes=draw(codes(standard.MOBILISATION_MODES)),
        mobilisable_by=draw(codes(standard.MOBILISABLE_BY)), mobilisation_note=draw(blank(words())),
        weekly_hours=draw(st.one_of(st.none(), st.decimals(0, 168, places=2))),
        weeks=draw(st.one_of(st.none(), st.integers(1, 52))), opening_hours=hours,
        opening_hours_text="" if hours else draw(blank(st.just("sur rendez-vous le soir"))),
        updated_on=draw(st.dates(date(2000, 1, 1), TODAY)), needs=draw(codes(Need)),
        age_min_months=draw(st.sampled_from([None, ages[0]])), age_max_months=draw(st.sampled_from([None, ages[1]])),
        sexes=draw(codes(Sex)), accepts=dict(sorted(accepts.items())),
        place_kind=draw(st.sampled_from(["", *PlaceKind.values])), distance_placement=draw(st.booleans()),
        from_departments=draw(DEPARTMENTS), refused_departments=draw(DEPARTMENTS),
        round_the_clock=draw(st.booleans()), answer_delay_hours=draw(st.one_of(st.none(), st.integers(0, 500))),
        specialised=draw(st.sampled_from(Specialised.values)), who_may_ask=draw(codes(Asker)),
        needs_agreement=draw(codes(Agreement)), languages=draw(DEPARTMENTS.map(lambda told: ["fr", "ary"][: len(told)]).map(sorted)),
        interpreter=draw(st.booleans()), documents_wanted=draw(blank(words())), documents_never=draw(blank(words())),
        safe_channels=draw(st.lists(st.sampled_from(SafeChannel.values), unique=True)), status=status,
        suspended_until=draw(st.one_of(st.none(), st.just(date(2027, 1, 1)))) if status == "suspended" else None,
        asks_every_months=draw(st.sampled_from([0, 1, 3, 6, 12, 16])),
    )  # fmt: skip


PLACES = st.one_of(
    st.none(),
    st.builds(
        Place, department=st.just("93"), visibility=st.sampled_from(["public", "professional"]),
        address=blank(words(1, 60)), complement=blank(words(1, 60)), postal_code=st.sampled_from(["", "93200"]),
        commune=st.just("Saint-Denis"), insee_code=st.sampled_from(["", "93066"]),
        longitude=st.one_of(st.none(), st.floats(2, 3)), latitude=st.one_of(st.none(), st.floats(48, 49)),
    ),
)  # fmt: skip
COUNTS = st.lists(
    st.builds(
        Capacity, unit=st.sampled_from(["place", "lit"]), population=st.just(""),
        maximum=st.one_of(st.none(), st.integers(0, 90)), emergency=st.one_of(st.none(), st.integers(0, 9)),
        note=blank(words()),
    ),
    max_size=2, unique_by=lambda one: one.unit,
)  # fmt: skip
#: What an instance says of an entry, and no file takes over: who verified it here, how it is asked, where it is from.
NOT_SENT = {
    "id", "authority", "structure", "merged_into", "parent", "source", "source_id", "source_licence", "fetched_at",
    "key", "night_phone", "verified_on", "verified_by", "asked_at", "asks_missed", "cells",
}  # fmt: skip


def checked_equal(row: Any, entry: Entry | Refused, without: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    assert isinstance(entry, Entry), entry
    told = {field.name for field in row._meta.concrete_fields} - NOT_SENT - set(without)
    blank_by_default = {name: row._meta.get_field(name).get_default() for name in told}
    assert {name: entry.values.get(name, blank_by_default[name]) for name in told} == {
        name: getattr(row, name) for name in told
    }


def place_equal(place: Place | None, entry: Entry) -> None:
    if place is None:
        assert entry.place is None
        return
    assert entry.place is not None
    assert {name: entry.place[name] for name in (*ADDRESS, "department")} == {
        name: getattr(place, name) for name in (*ADDRESS, "department")
    }
    assert entry.visibility == place.visibility


def counts_equal(counts: list[Capacity], entry: Entry) -> None:
    names = ("unit", "population", "maximum", "emergency", "note")
    assert entry.capacities == [{name: getattr(one, name) for name in names} for one in counts]


@examples(12)
@given(structure_rows(), PLACES)
def test_a_structure_comes_back_from_data_inclusion(row: Structure, place: Place | None) -> None:
    item = json.loads(json.dumps(data_inclusion.structure_of(row, place)))
    side = json.loads(
        json.dumps({"structures": {item["id"]: side_file.structure_of(row, place, shown=True)}})
    )

    assert data_inclusion.fault_of(STRUCTURE, item, warnings=True) is None
    entries = data_inclusion.read_all(STRUCTURE, [(1, item)], today=TODAY)
    (entry,) = side_file.added(entries, side)
    checked_equal(row, entry, {"uai", "accessibility_url"})
    place_equal(place, entry)  # type: ignore[arg-type]


@examples(12)
@given(service_rows(), PLACES, COUNTS)
def test_a_service_comes_back_from_data_inclusion(
    row: Service, place: Place | None, counts: list[Capacity]
) -> None:
    item = json.loads(json.dumps(data_inclusion.service_of(row, place)))
    side = json.loads(
        json.dumps({"services": {item["id"]: side_file.service_of(row, place, counts, shown=True)}})
    )

    assert data_inclusion.fault_of(SERVICE, item, warnings=True) is None
    (entry,) = side_file.added(data_inclusion.read_all(SERVICE, [(1, item)], today=TODAY), side)
    checked_equal(row, entry)
    place_equal(place, entry)  # type: ignore[arg-type]
    counts_equal(counts, entry)  # type: ignore[arg-type]


@examples(12)
@given(service_rows(), PLACES, COUNTS)
def test_a_structure_and_a_service_come_back_from_hsds(
    row: Service, place: Place | None, counts: list[Capacity]
) -> None:
    organization = json.loads(json.dumps(hsds.organization_of(row.structure, place, shown=True)))
    service = json.loads(json.dumps(hsds.service_of(row, place, counts, shown=True)))

    assert not list(hsds.validator("organization").iter_errors(organization))
    assert not list(hsds.validator("service").iter_errors(service))
    (first,) = hsds_read.read_all(STRUCTURE, [organization], today=TODAY)
    (second,) = hsds_read.read_all(SERVICE, [service], today=TODAY)
    checked_equal(row.structure, first, {"uai", "accessibility_url"})
    checked_equal(row, second)
    for entry in (first, second):
        place_equal(place, entry)  # type: ignore[arg-type]
    counts_equal(counts, second)  # type: ignore[arg-type]


def an_authority(world: Any) -> None:
    structure = a_structure(
        world, name="Le Phare etc.", kind="mecs", phone="01 99 00 12 34", description="Une maison inventée."
    )
    at_place(world, structure)
    a_service(
        world, structure, name="Accueil.", age_min_months=144, languages=["fr"], needs=["tonight_shelter"]
    )
    a_service(world, a_structure(world, name="Part", parent=str(structure.pk)))


def exported(world: Any, code: str, form: str, audience: str = "professional") -> bytes:
    export = exports.export_hsds if form == "hsds" else exports.export_data_inclusion
    body = {"authority": world.authorities[code].pk, "audience": audience}
    return export(body, actor=editor(world, code), at=AT)


@pytest.mark.parametrize("form", ["data_inclusion", "hsds"])
def test_a_file_imported_elsewhere_is_exported_there_as_it_was(world: Any, form: str) -> None:
    """field.md A.10.2: the round trip is equal."""
    an_authority(world)
    first = exported(world, "93", form)

    run, _ = done(world, first, form, code="59")

    assert (run.created, run.refused) == (4, 0)
    assert parts(exported(world, "59", form)) == parts(first)


@pytest.mark.parametrize("form", ["data_inclusion", "hsds"])
def test_an_own_file_changes_nothing_here(world: Any, form: str) -> None:
    an_authority(world)

    run, plan = done(world, exported(world, "93", form), form)

    assert [step.changed() for step in plan.steps if step.outcome != "unchanged"] == []
    assert (run.unchanged, Structure.objects.count(), Service.objects.count()) == (4, 2, 2)


def parts(raw: bytes) -> Any:
    if not raw.startswith(b"PK"):
        document = json.loads(raw)
        return {
            name: sorted(told, key=lambda one: one["id"]) if isinstance(told, list) else told
            for name, told in document.items()
        }
    told = [json.loads(one) for one in files._parts(raw, 10**7)]
    return [sorted(one, key=lambda item: item["id"]) if isinstance(one, list) else one for one in told]


@pytest.mark.parametrize("form", ["data_inclusion", "hsds"])
@pytest.mark.parametrize("audience", ["public", "professional"])
def test_a_secret_address_is_in_no_file_and_its_contact_is(world: Any, form: str, audience: str) -> None:
    """field.md A.7.1, A.7.5: département and contact."""
    structure = a_structure(world, phone="01 99 00 12 34")
    # Before it was secret it had them: registers and pages publish the address behind them.
    Structure.objects.filter(pk=structure.pk).update(finess="930000005", website="https://maison.invalid/")
    a_service(world, structure)
    at_place(world, structure, "secret")

    told = json.dumps(parts(exported(world, "93", form, audience)), ensure_ascii=False)

    for part in (
        SECRET_COMMUNE,
        "59512",
        "59100",
        "Acacias",
        "vert amande",
        "3.17",
        "50.69",
        "secret",
        "930000005",
        "maison.invalid",
    ):
        assert part not in told
    assert "+33199001234" in told
    assert '"59"' in told or '\\"59\\"' in told


@pytest.mark.parametrize("form", ["data_inclusion", "hsds"])
def test_an_address_for_professionals_is_in_no_file_for_all(world: Any, form: str) -> None:
    structure = a_structure(world)
    at_place(world, structure, "professional")

    assert "place de la Gare" not in json.dumps(parts(exported(world, "93", form, "public")))
    assert "place de la Gare" in json.dumps(parts(exported(world, "93", form, "professional")))


def test_the_free_places_and_the_number_of_the_night_are_in_no_file(world: Any) -> None:
    service = a_service(world, night_phone="01 99 00 77 77")

    for form in ("data_inclusion", "hsds"):
        told = json.dumps(parts(exported(world, "93", form)))
        assert "99007777" not in told.replace(" ", "")
        assert "vacancy" not in told
    assert service.night_phone is not None


def test_a_row_that_the_format_cannot_hold_is_named_beside_it(world: Any) -> None:
    Structure.objects.create(
        authority=world.authorities["93"],
        kind="mecs",
        name="AB",
        source="own",
        source_id="x",
        updated_on=TODAY,
    )

    structures, _services, _side, left = parts(exported(world, "93", "data_inclusion"))

    assert structures == []
    assert [(one["field"], one["code"]) for one in left] == [("nom", "too-short")]
