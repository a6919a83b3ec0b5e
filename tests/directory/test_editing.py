"""Editors keep their authority's entries, and what they write is checked by field (field.md A.1, A.4, A.6)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from rest_framework.exceptions import ValidationError

from accounts.errors import InvalidInput, NotAllowed, NotVisible
from accounts.roles import Role
from directory import queries
from directory.actions import capacities, places, secrets, services, structures
from directory.geography import around, is_zone
from directory.inputs import (
    CapacityInput,
    PlaceInput,
    ServiceChange,
    ServiceInput,
    StructureInput,
    VerificationInput,
)
from directory.models import Capacity, Place, Reach, Service, Structure, Verification
from directory.phones import normalised_phone
from tests.conftest import see_all
from tests.directory.entries import (
    AT,
    PUBLIC_ADDRESS,
    SHELTER,
    a_service,
    a_structure,
    at_place,
    editor,
    entries,
)
from tests.night import one_in

pytestmark = pytest.mark.both_databases("triggers of verifications, constraints")

BODY = {"kind": "mecs", "name": "Le Phare"}


def change(world, service, code="93", **body):
    return services.change(service.pk, ServiceChange.read(body), actor=editor(world, code), at=AT)


def faults(kind, /, **body):
    with pytest.raises(ValidationError) as refused:
        kind.read(body)
    return {name: _codes(errors) for name, errors in refused.value.detail.items()}


def _codes(errors):
    if isinstance(errors, dict):
        return {code for one in errors.values() for code in _codes(one)}
    return (
        {getattr(one, "code", None) or _codes(one) for one in errors}
        if not isinstance(errors, str)
        else set()
    )


def zones(service):
    return {(row.need, row.zone) for row in Reach.objects.filter(service=service)}


def entry():
    return entries()[-1]


# --- Who may: role × act × own or other authority ------------------------------------------------------

ACTS = {
    "make a structure": lambda world, row, actor: structures.make(
        StructureInput.read(BODY | {"authority": str(row.authority_id)}), actor=actor, at=AT
    ),
    "change a structure": lambda world, row, actor: structures.change(
        row.structure_id, {"name": "Le Grand Phare"}, actor=actor, at=AT
    ),
    "make a service": lambda world, row, actor: services.make(
        row.structure_id, ServiceInput.read(SHELTER), actor=actor, at=AT
    ),
    "change a service": lambda world, row, actor: services.change(
        row.pk, ServiceChange.read({"zones": ["59"]}), actor=actor, at=AT
    ),
    "verify it": lambda world, row, actor: services.verify(
        row.pk, VerificationInput.read({"means": "phone"}), actor=actor, at=AT
    ),
    "put it at a place": lambda world, row, actor: places.put(
        row.structure_id,
        row.pk,
        PlaceInput.read({"visibility": "public", **PUBLIC_ADDRESS}),
        actor=actor,
        at=AT,
    ),
    "tell its places": lambda world, row, actor: capacities.write(
        row.pk, CapacityInput.read({"vacancy": 1}), actor=actor, at=AT
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_the_editors_of_the_keeping_authority_write_and_nobody_else(world, act):
    """Enumerated: act × role × own or other authority; nothing of what was refused is written."""
    service = a_service(world)
    before = Verification.objects.count()
    for code in ("93", "75"):
        for role in one_in(4, Role) if code == "75" else Role:
            if (role, code) == (Role.DIRECTORY_EDITOR, "93"):
                continue
            with pytest.raises(NotAllowed):
                ACTS[act](world, service, world.actor(str(role), code, at=AT))
    assert Verification.objects.count() == before

    ACTS[act](world, service, editor(world))

    assert Verification.objects.count() > before
    assert entry()["role"] == "directory_editor"


def test_every_person_reads_what_each_authority_keeps_and_no_program_does(world):
    service = a_service(world)
    for code in ("93", "75"):
        for role in Role:
            actor = world.actor(str(role), code, at=AT)
            if role is Role.API_119:
                with pytest.raises(NotAllowed):
                    queries.service(service.pk, actor=actor, at=AT)
                continue
            page = queries.service(service.pk, actor=actor, at=AT)
            assert page.service == service
            assert page.may_edit is ((role, code) == (Role.DIRECTORY_EDITOR, "93"))


# --- What is taken --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"needs": ["tonight"]}, {"needs": {"not-a-choice"}}),
        ({"needs": ["outreach", "outreach"]}, {"needs": {"duplicate"}}),
        ({"zones": ["93", "nowhere"]}, {"zones": {"not-a-choice"}}),
        ({"zones": ["93200"]}, {"zones": {"not-a-choice"}}),
        ({"kind": "shelter"}, {"kind": {"not-a-choice"}}),
        ({"themes": ["prostitution"]}, {"themes": {"not-a-choice"}}),
        ({"audiences": ["mineurs"]}, {"audiences": {"not-a-choice"}}),
        ({"phone": "douze"}, {"phone": {"no-such-number"}}),
        ({"email": "accueil"}, {"email": {"not-an-address"}}),
        ({"source_url": "javascript:alert(1)"}, {"source_url": {"invalid"}}),
        ({"languages": ["français"]}, {"languages": {"too-long"}}),
        ({"refused_departments": ["00"]}, {"refused_departments": {"not-a-choice"}}),
        ({"asks_every_months": 2}, {"asks_every_months": {"not-a-choice"}}),
        ({"weekly_hours": 169}, {"weekly_hours": {"too-large"}}),
        ({"verified_on": "2026-11-24"}, {"verified_on": {"unknown"}}),
        ({"authority": str(uuid4())}, {"authority": {"unknown"}}),
        (
            {"accepts": [{"situation": "runaway", "answer": answer} for answer in ("yes", "no")]},
            {"accepts": {"duplicate"}},
        ),
        ({"opening_hours": "sur demande", "opening_hours_text": "Le soir"}, {
            "opening_hours": {"one-of"}, "opening_hours_text": {"one-of"},
        }),
    ],
)  # fmt: skip
def test_each_fault_of_a_service_is_named_by_its_field(body, fault):
    assert faults(ServiceChange, **body) == fault


def test_all_faults_come_at_once():
    found = faults(ServiceInput, name="x", needs=["?"], zones=["?"], phone="?")

    assert set(found) == {"name", "description", "needs", "zones", "phone"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"siret": "12345678901234"}, "siret"),
        ({"finess": "930000001"}, "finess"),
        ({"uai": "0931234Z"}, "uai"),
        ({"rna": "931234567"}, "rna"),
    ],
)
def test_an_impossible_number_of_a_register_is_refused(body, field):
    assert faults(StructureInput, **BODY | body) == {field: {"no-such-number"}}


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"age_min_months": 216, "age_max_months": 144}, "age_max_months", "out-of-order"),
        ({"audiences": ["tous-publics", "jeunes"]}, "audiences", "one-of"),
        ({"suspended_until": "2027-01-01"}, "suspended_until", "one-of"),
    ],
)
def test_values_that_contradict_each_other_are_refused(world, values, field, code):
    service = a_service(world)

    with pytest.raises(InvalidInput) as refused:
        change(world, service, **values)

    assert refused.value.extra["fields"] == {field: [code]}


def test_an_age_is_checked_against_the_one_that_is_stored(world):
    service = a_service(world, age_min_months=144)

    with pytest.raises(InvalidInput):
        change(world, service, age_max_months=120)

    assert change(world, service, age_max_months=144).age_max_months == 144


def test_hours_that_do_not_read_as_such_are_kept_as_a_text(world):
    service = a_service(world, opening_hours="Mo-Fr 09:00-17:00; PH off")
    assert (service.opening_hours, service.opening_hours_text) == ("Mo-Fr 09:00-17:00; PH off", "")

    change(world, service, opening_hours="du lundi au jeudi, sauf vacances")

    service.refresh_from_db()
    assert service.opening_hours == ""
    assert service.opening_hours_text == "du lundi au jeudi, sauf vacances"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("01 23 45 67 89", "+33123456789"),
        ("+33 (0)1 23 45 67 89", "+33123456789"),
        ("0033123456789", "+33123456789"),
        ("05.94.12.34.56", "+594594123456"),
        ("0692 12 34 56", "+262692123456"),
        ("119", "119"),
        ("3018", "3018"),
        ("116 000", "116000"),
        ("01 23", None),
        ("", None),
        ("appeler le soir", None),
    ],
)
def test_a_number_has_one_spelling_that_of_its_territory(typed, stored):
    assert normalised_phone(typed) == stored


@pytest.mark.parametrize(
    "code", ["93", "2A", "976", "93066", "75056", "75101", "200054781", "99100", "99404", "france"]
)
def test_zones_that_there_are(code):
    assert is_zone(code)


@pytest.mark.parametrize("code", ["", "00", "99", "93999", "20005478", "99600", "France", "94 "])
def test_zones_that_there_are_not(code):
    assert not is_zone(code)


def test_a_place_lies_in_its_commune_epci_departement_and_country():
    zones = around("93066")
    assert {"93066", "93", "99100", "france", "200054781"} <= set(zones), "with the métropole du Grand Paris"
    assert {"75101", "75056"} <= set(around("75101"))


# --- What follows from it -------------------------------------------------------------------------------


def test_each_change_of_a_field_is_a_verification_and_the_rest_is_none(world):
    service = a_service(world)
    before = set(Verification.objects.values_list("pk", flat=True))

    change(world, service, zones=["93", "75"], phone=service.phone, means="phone", evidence="La directrice")

    (row,) = Verification.objects.exclude(pk__in=before)
    assert (row.field, row.old, row.new) == ("zones", ["93"], ["93", "75"])
    assert (row.means, row.evidence, row.by) == ("phone", "La directrice", world.user("directory_editor"))
    assert row.service == service
    service.refresh_from_db()
    assert service.updated_on == date(2026, 11, 24)


def test_a_change_that_changes_nothing_leaves_nothing(world):
    service = a_service(world)
    before = len(entries()), Verification.objects.count()

    change(world, service, name=service.name, zones=service.zones)

    assert (len(entries()), Verification.objects.count()) == before


def test_a_service_is_found_where_its_zones_and_needs_say_at_once(world):
    service = a_service(world)
    assert zones(service) == {("tonight_shelter", "93")}

    change(world, service, zones=[], needs=["outreach", "tonight_shelter"], distance_placement=True)
    assert zones(service) == {
        ("outreach", "everywhere"), ("tonight_shelter", "everywhere"), ("tonight_shelter", "far"),
    }  # fmt: skip

    change(world, service, status="closed")
    assert zones(service) == set()


def test_the_services_of_a_closed_structure_are_found_no_more(world):
    service = a_service(world)

    structures.change(service.structure_id, {"status": "closed"}, actor=editor(world), at=AT)

    assert zones(service) == set()
    structures.change(service.structure_id, {"status": "active"}, actor=editor(world), at=AT)
    assert zones(service) == {("tonight_shelter", "93")}


def test_the_end_of_a_suspension_takes_its_day_along(world):
    service = a_service(world)
    change(world, service, status="suspended", suspended_until="2027-01-31")

    change(world, service, status="active")

    service.refresh_from_db()
    assert (service.status, service.suspended_until) == ("active", None)


def test_a_verification_sets_the_day_where_the_authority_is(world):
    service = a_service(world)
    late = AT.replace(hour=23, minute=30)  # half past midnight in Paris

    body = VerificationInput.read({"means": "visit", "confirmed": ["needs", "phone"]})
    services.verify(service.pk, body, actor=editor(world), at=late)

    service.refresh_from_db()
    assert (service.verified_on, service.verified_by) == (date(2026, 11, 25), "visit")
    rows = {row.field: (row.old, row.new) for row in Verification.objects.filter(at=late)}
    assert rows["needs"] == (["tonight_shelter"], ["tonight_shelter"])
    assert rows["phone"] == (service.phone, service.phone)
    services.verify(service.pk, body, actor=editor(world), at=late + timedelta(hours=1))
    assert Verification.objects.filter(at=late + timedelta(hours=1), field="verified_on").exists()


def test_the_number_of_the_night_is_sealed_and_told_by_no_verification(world):
    service = a_service(world, night_phone="06 12 34 56 78")
    row = Service.objects.get()

    assert b"612345678" not in row.night_phone.ciphertext
    told = Verification.objects.get(field="night_phone")
    assert (told.old, told.new) == ("[scellé]", "[scellé]")
    number = secrets.open_night_phone(service.pk, actor=world.actor("on_call", "75", at=AT), at=AT)
    assert number == "+33612345678"
    assert entry()["fields"] == {"service.night_phone": 1}


ASKING = ("ase_inspector", "case_referent", "crip_coordinator", "intake_agent", "on_call", "supervisor")


@pytest.mark.parametrize("role", sorted({*ASKING, *one_in(4, map(str, Role))}))
def test_who_asks_services_opens_the_number_of_the_night_and_nobody_else(world, role):
    """Of every authority: what is asked for tonight may be anywhere."""
    service = a_service(world, night_phone="119")
    answer = world.as_(role, "75").post(f"resources/{service.pk}/night-phone")
    see_all()

    assert (answer.status_code == 200) is (role in ASKING), answer.content
    if role in ASKING:
        assert answer.json() == {"number": "119"}
    else:
        assert answer.status_code == 403


def test_places_are_told_with_their_instant_and_never_more_than_there_are(world):
    service = a_service(world)
    body = {"maximum": 4, "vacancy": 2, "told_by": "La cheffe de service"}

    row = capacities.write(service.pk, CapacityInput.read(body), actor=editor(world), at=AT)
    assert (row.vacancy, row.told_at) == (2, AT)

    for wrong in ({"vacancy": 5}, {"emergency": 5}):
        with pytest.raises(InvalidInput) as refused:
            capacities.write(service.pk, CapacityInput.read(wrong), actor=editor(world), at=AT)
        assert refused.value.extra["fields"] == {next(iter(wrong)): ["too-large"]}
    later = AT + timedelta(days=3)
    capacities.write(service.pk, CapacityInput.read({"vacancy": 2}), actor=editor(world), at=later)
    assert Capacity.objects.get().told_at == later, "the same number, told anew"
    page = queries.service(service.pk, actor=editor(world), at=later + timedelta(days=8))
    assert page.capacities[0].vacancy is None, "older than a week: not known"


def test_a_parent_is_a_structure_that_there_is_and_makes_no_circle(world):
    first = a_structure(world)
    second = a_structure(world, parent=str(first.pk))

    for wrong in (second.pk, first.pk, uuid4()):
        with pytest.raises(InvalidInput) as refused:
            structures.change(first.pk, {"parent": wrong}, actor=editor(world), at=AT)
        assert refused.value.extra["fields"] == {"parent": ["not-a-choice"]}


def test_a_place_is_of_a_service_of_the_structure(world):
    service, other = a_service(world), a_structure(world)
    body = PlaceInput.read({"visibility": "public", **PUBLIC_ADDRESS})

    with pytest.raises(InvalidInput):
        places.put(other.pk, service.pk, body, actor=editor(world), at=AT)
    with pytest.raises(NotVisible):
        places.put(uuid4(), None, body, actor=editor(world), at=AT)

    assert not Place.objects.exists()


def test_a_public_address_tells_commune_and_departement_of_the_code(world):
    place = at_place(world, a_structure(world))

    assert (place.commune, place.department, place.insee_code) == ("Saint-Denis", "93", "93066")


# --- What the database refuses by itself ----------------------------------------------------------------


def test_verifications_are_added_and_never_changed_nor_erased(world):
    a_service(world)
    rows = Verification.objects.all()
    for write in (lambda: rows.update(new="autre"), rows.delete, lambda: rows.first().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            write()
    assert rows.exists()


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Service, {"age_min_months": 200, "age_max_months": 100}),
        (Service, {"status": "asleep"}),
        (Service, {"suspended_until": date(2027, 1, 1)}),
        (Structure, {"kind": "bar"}),
        (Structure, {"status": "asleep"}),
    ],
)
def test_the_database_refuses_what_no_entry_may_say(world, model, values):
    a_service(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**values)
