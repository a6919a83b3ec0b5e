"""Secret addresses: the seven rules of field.md A.7, each with its tests. What no output holds: also tests/web."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict
from django.test import Client
from django.utils import timezone

from accounts.errors import AlreadyThere, InvalidInput, NotAllowed, NotVisible
from accounts.models import Membership
from accounts.roles import Role
from directory import queries
from directory.actions import changes, merging, places, secrets, services, structures
from directory.actions.changes import Basis
from directory.codes import Means, OpeningPurpose
from directory.inputs import PlaceInput, SearchInput, ServiceInput
from directory.models import Place, Reach, SecretOpening, Service, Structure, Verification
from outbox.models import Notice
from tests.conftest import see_all
from tests.directory.entries import (
    AT,
    PUBLIC_ADDRESS,
    SECRET_ADDRESS,
    SECRET_COMMUNE,
    SHELTER,
    a_case,
    a_service,
    a_structure,
    an_opening,
    at_place,
    editor,
    entries,
    open_address,
)
from tests.directory.exchange.samples import a_held_row
from tests.night import one_in, some
from tests.shared_fixtures import shared_fixture
from tests.web.browsing import let_in
from tests.web.visiting import Visitor

pytestmark = pytest.mark.both_databases("the constraint that leaves nothing of a secret place in clear")

#: In no output may any of these stand.
CANARIES = (SECRET_COMMUNE, "59512", "59100", "Acacias", "vert amande", "3.17456", "50.69421")
#: A Saturday night: 3 in the morning in Paris.
NIGHT = datetime(2026, 11, 28, 2, tzinfo=UTC)
SIRET, PAGE = "73282932000074", "https://refuge.invalid/plan"
READS_K = ("ase_inspector", "case_referent", "on_call", "supervisor")
#: The other people but the editor; what each is told: also test_secret_canary.py.
OTHERS = [str(role) for role in Role if role not in (*READS_K, Role.DIRECTORY_EDITOR, Role.API_119)]


def put(world, place, **body):
    body = PlaceInput.read(body)
    service = place.service_id
    return places.put(place.structure_id, service, body, actor=editor(world), at=AT)


def opened(world, place, who="on_call", purpose="emergency", at=AT):
    return open_address(world, place, who, at, purpose=purpose)


def told_by(text):
    return [canary for canary in CANARIES if canary in text]


@shared_fixture
def secret(world):
    """A service whose structure is at a secret address."""
    service = a_service(world)
    return at_place(world, service.structure, "secret")


# --- 1. One switch seals all of it ----------------------------------------------------------------------


def test_one_switch_seals_all_parts_of_an_address(world):
    service = a_service(world)
    place = at_place(world, service.structure, "professional", **SECRET_ADDRESS)
    assert place.commune == SECRET_COMMUNE

    put(world, place, visibility="secret")

    row = Place.objects.get()
    assert (row.department, row.visibility) == ("59", "secret")
    assert told_by(str(model_to_dict(row))) == []
    whole = opened(world, row)
    assert {name: getattr(whole, name) for name in SECRET_ADDRESS} == SECRET_ADDRESS
    assert (whole.commune, whole.department) == (SECRET_COMMUNE, "59")


def test_no_part_may_stand_in_clear_beside_a_secret_address(secret):
    """The database itself refuses it, whoever writes."""
    for name in ("insee_code", "postal_code", "commune", "address", "complement"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Place.objects.filter(pk=secret.pk).update(**{name: "59100"})
    for name in ("longitude", "latitude"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Place.objects.filter(pk=secret.pk).update(**{name: 3.17456})


def test_verifications_tell_no_part_of_an_address_that_became_secret_later(world):
    """They are never erased: what was public is told by none of them either."""
    service = a_service(world)
    place = at_place(world, service.structure, "public", **SECRET_ADDRESS)
    put(world, place, visibility="secret")

    rows = Verification.objects.filter(field__startswith="place.")

    assert rows.exists()
    assert told_by(str(list(rows.values_list("old", "new", "evidence")))) == []
    assert set(
        rows.exclude(field__in=("place.visibility", "place.department")).values_list("old", "new")
    ) == {(None, None)}


@pytest.mark.parametrize("role", ["directory_editor", *some(READS_K, "read"), *one_in(6, OTHERS)])
def test_no_answer_of_any_role_holds_the_planted_commune(world, secret, role):
    """Rule 5, at the API: search, service, structure, history; the keys of the answers are there."""
    service = Service.objects.get()
    caller = world.as_(role)
    answers = [
        caller.post("resources/search", {"department": "93"}),
        caller.post("resources/search", {"commune": "59512"}),
        caller.post("resources/search", {"department": "59"}),
        caller.get(f"resources/{service.pk}"),
        caller.get(f"resources/{service.pk}/history"),
        caller.get(f"structures/{service.structure_id}"),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[3].json()["address"]["department"] == "59"
    assert [told_by(answer.content.decode()) for answer in answers] == [[]] * 6


def test_numbers_by_which_registers_give_the_address_are_for_nobody_its_editors_included(world):
    """They write them, and read class K by no way (domain.md §2.8, no. 12)."""
    structure = a_structure(world, siret=SIRET)
    a_service(world, structure)
    readers = [world.actor("on_call", "75", at=AT), editor(world)]
    told = [queries.structure(structure.pk, actor=one, at=AT).identifiers for one in readers]
    assert told == [{"siret": SIRET}] * 2

    at_place(world, structure, "secret")

    assert [queries.structure(structure.pk, actor=one, at=AT).identifiers for one in readers] == [{}, {}]
    structure.refresh_from_db()
    assert structure.siret == SIRET


@pytest.mark.parametrize("reader", [("filer", "75"), ("directory_editor", "93")])
def test_the_history_tells_that_what_leads_to_a_secret_address_changed_and_not_what_it_is(world, reader):
    service = a_service(world, source_url=PAGE)
    path = f"resources/{service.pk}/history"

    def told():
        results = world.as_(*reader).get(path).json()["results"]
        return [(one["old"], one["new"]) for one in results if one["field"] == "source_url"]

    assert told() == [(None, PAGE)]
    at_place(world, service.structure, "secret", a_service(world, service.structure))

    assert told() == [(None, None)]


@pytest.mark.parametrize("reader", [("filer", "75"), ("directory_editor", "93")])
def test_the_secret_place_of_one_service_hides_what_leads_to_it_on_the_pages_of_the_others(world, reader):
    structure = a_structure(world, website=PAGE, source_url=PAGE, siret=SIRET)
    sibling, hidden = a_service(world, structure), a_service(world, structure)
    read = {"actor": world.actor(*reader, at=AT), "at": AT}
    assert queries.service(sibling.pk, **read).structure.website == PAGE

    at_place(world, structure, "secret", hidden)

    for one in (sibling, hidden):
        row = queries.service(one.pk, **read).structure
        assert (row.website, row.source_url, row.siret) == ("", "", "")
        page = Visitor(world, *reader).get(f"/annuaire/services/{one.pk}").content.decode()
        assert PAGE not in page


def test_a_form_shows_nothing_that_leads_to_a_secret_address_and_keeps_what_it_holds(world):
    structure = a_structure(world, website=PAGE, siret=SIRET)
    at_place(world, structure, "secret", a_service(world, structure))
    keeper, form = Visitor(world, "directory_editor"), f"/annuaire/structures/{structure.pk}/correction"
    shown = keeper.get(form).content.decode()
    assert (PAGE in shown, SIRET in shown) == (False, False)

    assert keeper.fills(form, name="Le Phare du Nord", website="").status_code == 303
    assert keeper.fills(form, finess="930000005").status_code == 303
    see_all()

    structure.refresh_from_db()
    held = (structure.name, structure.website, structure.siret, structure.finess)
    assert held == ("Le Phare du Nord", PAGE, SIRET, "930000005")


def test_a_held_row_tells_its_editor_no_id_by_which_a_register_gives_the_address(world):
    held = a_held_row(world)
    keeper = Visitor(world, "directory_editor")

    for raw in (
        world.as_("directory_editor").get("resources/held").content.decode(),
        keeper.get("/annuaire/imports/retenues").content.decode(),
    ):
        assert str(held.pk) in raw
        assert held.source_id not in raw


def test_the_page_at_acceslibre_goes_with_the_address_and_doesnt_come_back(world):
    """Its path spells commune and street."""
    page = "https://acceslibre.beta.gouv.fr/app/59-roubaix/a/foyer/erp/foyer/"
    structure = a_structure(world, accessibility_url=page)
    at_place(world, structure, "secret")

    structure.refresh_from_db()
    assert structure.accessibility_url == ""
    with pytest.raises(InvalidInput) as refused:
        structures.change(structure.pk, {"accessibility_url": page}, actor=editor(world), at=AT)
    assert refused.value.extra["fields"] == {"accessibility_url": ["secret-address"]}


# --- Who writes it reads it never -----------------------------------------------------------------------


def test_an_editor_writes_a_secret_address_and_never_reads_it(world, secret):
    """domain.md §2.8, no. 12."""
    with pytest.raises(NotAllowed):
        opened(world, secret, "directory_editor")
    assert (
        world.as_("directory_editor").post(f"places/{secret.pk}/open", {"purpose": "handling"}).status_code
        == 403
    )
    see_all()

    again = put(world, secret, visibility="secret", **SECRET_ADDRESS | {"address": "1 rue Neuve"})

    assert again.pk == secret.pk
    assert opened(world, again).address == "1 rue Neuve"


def test_the_switch_alone_leaves_what_is_sealed(world, secret):
    before = Place.objects.get().secret
    told = len(entries())

    put(world, secret, visibility="secret")

    assert Place.objects.get().secret == before
    assert len(entries()) == told


@pytest.mark.parametrize("visibility", ["public", "professional"])
def test_a_secret_address_that_becomes_public_is_typed_anew(world, secret, visibility):
    """The service doesn't tell an editor by a switch what they may not read."""
    with pytest.raises(InvalidInput) as refused:
        put(world, secret, visibility=visibility)
    assert set(refused.value.extra["fields"]) == {"insee_code", "postal_code", "address"}
    with pytest.raises(InvalidInput) as refused:
        put(world, secret, visibility=visibility, insee_code="93066", postal_code="93200")
    assert refused.value.extra["fields"] == {"address": ["required"]}
    assert Place.objects.get().visibility == "secret"

    put(world, secret, visibility=visibility, **PUBLIC_ADDRESS)

    row = Place.objects.get()
    assert (row.secret, row.commune, row.department) == (None, "Saint-Denis", "93")


# --- 2. Neither a file nor a link writes it -------------------------------------------------------------


@pytest.mark.parametrize("means", [Means.IMPORT, Means.LINK])
@pytest.mark.parametrize("values", [{"visibility": "public", "secret": None}, {"department": "93"}])
def test_neither_a_file_nor_a_link_writes_a_secret_place(secret, means, values):
    place = Place.objects.get()

    with pytest.raises(ValueError, match="editor"):
        changes.write(place, values, Basis(by=None, at=AT, means=means))

    assert Place.objects.get().visibility == "secret"


# --- 3. Nothing is near it, or sorted by it -------------------------------------------------------------


def test_nothing_is_found_by_the_commune_of_a_secret_place(world):
    """Two services that differ by their place alone: one is found there, the other isn't."""
    found, hidden = (a_service(world, a_structure(world), zones=["2A"], needs=[]) for _ in range(2))
    at_place(world, found.structure, "professional", **SECRET_ADDRESS)
    at_place(world, hidden.structure, "secret")
    reader = world.actor("crip_coordinator", at=AT)

    def search(**asked):
        page = queries.search(SearchInput.read(asked), actor=reader, at=AT)
        return [line.id for line in page.items]

    assert search(commune="59512") == [found.pk]
    assert set(search(department="59")) == {found.pk, hidden.pk}, "its département is known"
    assert set(search(department="59", words="nuit")) == {found.pk, hidden.pk}
    assert not Reach.objects.filter(zone="59512").exists()


def test_services_come_in_the_same_order_wherever_a_secret_place_is(world):
    first, second = (a_service(world, name=name) for name in ("Accueil A", "Accueil B"))
    at_place(world, first.structure, "secret")
    at_place(world, second.structure, "public")
    read = {"actor": world.actor("on_call", at=AT), "at": AT}
    page = queries.search(SearchInput.read({"department": "93"}), **read)
    assert [line.id for line in page.items] == [first.pk, second.pk]

    put(
        world,
        Place.objects.get(structure=first.structure),
        visibility="secret",
        **SECRET_ADDRESS | PUBLIC_ADDRESS,
    )

    assert queries.search(SearchInput.read({"department": "93"}), **read).items[0].id == first.pk


# --- 4. Opening one -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["93", "75"])
@pytest.mark.parametrize("role", [*READS_K, "api_119", *one_in(6, OTHERS)])
def test_who_reads_class_k_at_the_keeping_authority_opens_it_and_nobody_else(world, secret, role, code):
    """Enumerated: role × authority."""
    allowed = role in READS_K and code == "93"
    reference = a_case(world, *([role] if allowed else []))
    client = Client(raise_request_exception=False)
    let_in(client, world.user(role, code), proved_at=timezone.now().timestamp())
    body = {"purpose": "handling", "reference": reference}
    answer = client.post(f"/api/v1/places/{secret.pk}/open", body, content_type="application/json")
    see_all()

    if allowed:
        assert answer.status_code == 200, answer.content
        assert answer.json()["commune"] == SECRET_COMMUNE
        assert SecretOpening.objects.get().by == world.user(role)
    else:
        assert answer.status_code == 403
        assert told_by(answer.content.decode()) == []
        assert not SecretOpening.objects.exists()


@pytest.mark.parametrize("purpose", OpeningPurpose.values)
def test_an_opening_is_one_entry_with_its_purpose_and_what_was_opened(world, secret, purpose):
    opened(world, secret, "case_referent", purpose=purpose)

    (entry,) = entries("directory:secret-opened")
    assert entry["why"] == purpose
    assert entry["fields"] == {"place.secret": 1}
    assert entry["role"] == "case_referent"
    assert told_by(json.dumps(entry)) == []
    assert SecretOpening.objects.get().purpose == purpose


def test_in_working_hours_nobody_is_told(world, secret):
    opened(world, secret)

    row = SecretOpening.objects.get()
    assert (row.on_duty, row.due_at) == (True, None)
    assert not Notice.objects.filter(template="directory.secret").exists()


def test_outside_them_the_supervisors_are_told_at_once_and_one_looks_by_the_next_working_day(world, secret):
    opened(world, secret, "on_call", at=NIGHT)

    row = SecretOpening.objects.get()
    assert row.on_duty is False
    assert row.due_at == datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), "the end of Monday in Paris"
    notices = Notice.objects.filter(template="directory.secret")
    assert {one.user_id for one in notices} == {world.user("supervisor").pk, world.user("supervisor_2").pk}
    assert {one.created_at for one in notices} == {NIGHT}
    assert told_by(str([model_to_dict(one) for one in notices])) == []


def test_a_supervisor_who_opens_one_at_night_isnt_told_and_another_looks_at_it(world, secret):
    opened(world, secret, "supervisor", at=NIGHT)
    row = SecretOpening.objects.get()
    told = Notice.objects.filter(template="directory.secret").values_list("user_id", flat=True)
    assert set(told) == {world.user("supervisor_2").pk}

    with pytest.raises(NotVisible):
        secrets.look_at(row.pk, {"justified": True}, actor=world.actor("supervisor", at=AT), at=AT)
    assert queries.openings_to_look_at(world.actor("supervisor", at=AT), at=AT) == []
    second = world.actor("supervisor_2", at=AT)
    (line,) = queries.openings_to_look_at(second, at=AT)
    assert (line.id, line.by) == (row.pk, "supervisor 93")
    secrets.look_at(row.pk, {"justified": False}, actor=second, at=AT)

    row.refresh_from_db()
    assert (row.justified, row.looked_by, row.looked_at) == (False, world.user("supervisor_2"), AT)
    assert queries.openings_to_look_at(second, at=AT) == []
    with pytest.raises(AlreadyThere):
        secrets.look_at(row.pk, {"justified": True}, actor=second, at=AT)


def test_from_the_fourth_address_in_a_day_on_each_is_looked_at_and_none_is_held_up(world):
    """Class K isn't harvested by day: other persons, the same address again, and the next day count for themselves."""
    rows = [at_place(world, a_structure(world), "secret") for _ in range(5)]
    first, *others = rows
    for place in (first, first, *others[:2]):
        opened(world, place)
    assert not SecretOpening.objects.filter(on_duty=False).exists()
    opened(world, others[2], "case_referent")
    assert not SecretOpening.objects.filter(on_duty=False).exists()

    for place in others[2:]:
        assert opened(world, place).commune == SECRET_COMMUNE

    looked_at = SecretOpening.objects.filter(on_duty=False)
    assert {(one.place_id, one.due_at is not None) for one in looked_at} == {
        (others[2].pk, True),
        (others[3].pk, True),
    }
    assert entries("directory:secret-opened")[-1]["rule"] == "many-addresses"
    told = Notice.objects.filter(template="directory.secret").values_list("user_id", flat=True)
    assert set(told) == {world.user("supervisor").pk, world.user("supervisor_2").pk}
    boss = world.actor("supervisor", at=AT)
    assert {one.id for one in queries.openings_to_look_at(boss, at=AT)} == {one.pk for one in looked_at}

    opened(world, first, at=AT + timedelta(days=1))
    assert SecretOpening.objects.order_by("-at").first().on_duty is True


def test_where_the_opener_alone_could_look_the_data_protection_officer_is_told(world):
    place = at_place(world, a_structure(world), "secret")
    Membership.objects.filter(user=world.user("supervisor_2")).update(valid_to=NIGHT)

    opened(world, place, "supervisor", at=NIGHT)

    notices = {one.template: one.user_id for one in Notice.objects.filter(template__startswith="directory.")}
    assert notices == {"directory.secret-alone": world.user("dpo").pk}


@pytest.mark.parametrize(
    ("timezone", "code", "instant", "on_duty"),
    [
        ("America/Cayenne", "973", datetime(2026, 11, 24, 12, tzinfo=UTC), True),  # 9:00 there
        ("America/Cayenne", "973", datetime(2026, 11, 24, 8, tzinfo=UTC), False),  # 5:00; in Paris it is 9:00
        (
            "America/Cayenne",
            "973",
            datetime(2026, 6, 10, 15, tzinfo=UTC),
            False,
        ),  # abolition of slavery there
        ("Indian/Mayotte", "976", datetime(2026, 11, 24, 7, tzinfo=UTC), True),  # 10:00 there
        (
            "Indian/Mayotte",
            "976",
            datetime(2026, 11, 24, 16, tzinfo=UTC),
            False,
        ),  # 19:00; in Paris it is 17:00
        ("Europe/Paris", "93", datetime(2026, 12, 25, 10, tzinfo=UTC), False),
    ],
)
def test_working_hours_are_those_of_the_authority_overseas_included(
    world, secret, timezone, code, instant, on_duty
):
    authority = world.authorities["93"]
    type(authority).objects.filter(pk=authority.pk).update(timezone=timezone, code=code)

    opened(world, secret, at=instant)

    row = SecretOpening.objects.get()
    assert row.on_duty is on_duty
    assert (row.due_at is None) is on_duty


def test_an_address_that_isnt_secret_has_nothing_to_open(world):
    place = at_place(world, a_structure(world))

    with pytest.raises(NotVisible):
        opened(world, place)


def test_supervisors_look_at_the_openings_of_their_own_authority(world):
    row = an_opening(world, at=NIGHT)
    for code, status in (("75", 404), ("93", 200)):
        answer = world.as_("supervisor", code).post(f"secret-openings/{row.pk}/look", {"justified": True})
        see_all()
        assert answer.status_code == status


# --- 6. A service that nobody could reach ---------------------------------------------------------------

NO_CONTACT = {"phone": ""}


def test_a_service_at_a_secret_address_that_nobody_could_ask_is_refused(world):
    structure = a_structure(world)
    at_place(world, structure, "secret")
    body = ServiceInput.read(SHELTER | NO_CONTACT)

    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        services.make(structure.pk, body, actor=editor(world), at=AT)

    assert refused.value.extra["fields"] == {"phone": ["contact-needed"]}
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    "contact",
    [
        {"phone": "119"},
        {"email": "accueil@essai.invalid"},
        {"mobilisation_url": "https://essai.invalid/demande"},
    ],
)
def test_one_way_to_ask_is_enough_and_the_last_one_stays(world, contact):
    structure = a_structure(world)
    at_place(world, structure, "secret")
    service = a_service(world, structure, **NO_CONTACT | contact)

    (name,) = contact
    with pytest.raises(InvalidInput), transaction.atomic():
        services.change(service.pk, {name: ""}, actor=editor(world), at=AT)

    service.refresh_from_db()
    assert getattr(service, name)


def test_a_place_doesnt_become_secret_while_a_service_there_has_no_contact(world):
    service = a_service(world, **NO_CONTACT)
    place = at_place(world, service.structure)

    with pytest.raises(InvalidInput), transaction.atomic():
        put(world, place, visibility="secret")
    with pytest.raises(InvalidInput), transaction.atomic():
        at_place(world, service.structure, "secret", service)

    assert Place.objects.get().visibility == "public"


def test_the_phone_of_the_structure_counts_and_stays_too(world):
    structure = a_structure(world, phone="01 99 00 00 01")
    at_place(world, structure, "secret")
    a_service(world, structure, **NO_CONTACT)

    with pytest.raises(InvalidInput), transaction.atomic():
        structures.change(structure.pk, {"phone": ""}, actor=editor(world), at=AT)

    structure.refresh_from_db()
    assert structure.phone == "+33199000001"


@pytest.mark.parametrize("means", [Means.IMPORT, Means.LINK])
def test_neither_a_file_nor_a_link_takes_the_last_contact(world, secret, means):
    service = Service.objects.select_related("structure", "authority").get()

    with pytest.raises(InvalidInput), transaction.atomic():
        changes.write(service, {"phone": ""}, Basis(by=None, at=AT, means=means))

    service.refresh_from_db()
    assert service.phone


# --- Merging --------------------------------------------------------------------------------------------


def test_a_secret_place_isnt_merged_with_one_that_tells(world, secret):
    """What the twin says in clear is what the other keeps secret."""
    other = a_structure(world)
    at_place(world, other)

    for stays, lost in ((other.pk, secret.structure_id), (secret.structure_id, other.pk)):
        with pytest.raises(InvalidInput) as refused:
            merging.merge(stays, lost, actor=editor(world), at=AT)
        assert refused.value.extra["fields"] == {"lost": ["one-is-secret"]}


def test_a_secret_structure_isnt_merged_with_one_that_is_nowhere(world, secret):
    """The kept one would show its registers and pages, and the next file write the address beside them."""
    other = a_structure(world, siret=SIRET)

    for stays, lost in ((other.pk, secret.structure_id), (secret.structure_id, other.pk)):
        with pytest.raises(InvalidInput) as refused:
            merging.merge(stays, lost, actor=editor(world), at=AT)
        assert refused.value.extra["fields"] == {"lost": ["one-is-secret"]}
    answer = world.as_("directory_editor").post(
        f"structures/{other.pk}/merge", {"lost": str(secret.structure_id)}
    )
    assert "adresse secrète" in answer.content.decode()


def test_nor_is_one_of_which_a_service_is_at_a_secret_place(world):
    one, other = (a_structure(world) for _ in range(2))
    for place in (None, "public"):
        if place:
            at_place(world, other, place)
        at_place(world, one, "secret", a_service(world, one))
        for stays, lost in ((other.pk, one.pk), (one.pk, other.pk)):
            with pytest.raises(InvalidInput):
                merging.merge(stays, lost, actor=editor(world), at=AT)

    assert not Structure.objects.exclude(merged_into=None).exists()


def test_services_without_a_place_dont_leave_a_secret_one_by_a_merger(world):
    """They are where their structure is: merged into one that is nowhere itself, they would be there too."""
    kept, lost = (a_structure(world) for _ in range(2))
    at_place(world, kept, "secret", a_service(world, kept))
    at_place(world, lost, "secret")

    with pytest.raises(InvalidInput):
        merging.merge(kept.pk, lost.pk, actor=editor(world), at=AT)
    merging.merge(lost.pk, kept.pk, actor=editor(world), at=AT)


@pytest.mark.parametrize("other", [None, "public"])
def test_a_service_at_a_secret_place_isnt_merged_with_another(world, other):
    one, two = a_service(world), a_service(world)
    at_place(world, one.structure, "secret", one)
    if other:
        at_place(world, two.structure, other)

    for stays, lost in ((two, one), (one, two)):
        with pytest.raises(InvalidInput) as refused:
            merging.merge(stays.pk, lost.pk, actor=editor(world), at=AT)
        assert refused.value.extra["fields"] == {"lost": ["one-is-secret"]}

    at_place(world, two.structure, "secret")
    merging.merge(one.pk, two.pk, actor=editor(world), at=AT)
