"""Links by which services confirm their entries (field.md A.8): to whom, when, for how long, and what is kept of them."""

from datetime import timedelta

import pytest

from accounts.errors import AlreadyThere, LinkRefused, NotAllowed, NotVisible
from directory import links, tasks
from directory.actions import changes, confirmations, merging
from directory.codes import Means, Status
from directory.models import ConfirmationLink, Service
from outbox.models import Notice
from tests.accounts.conftest import entries
from tests.directory.confirmation_requests import NOON, a_service, a_structure, asked, mails, token_in

DAYS = timedelta(days=1)


# --- Whose turn it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "is_due"),
    [
        ({}, True),  # never asked, never verified
        ({"asks_every_months": 0}, False),
        ({"source": "table"}, True),
        ({"source": "data_inclusion"}, False),  # a file of thousands sends no thousands of mails
        ({"source": "curated"}, False),
        ({"source": "finess", "verified_on": NOON.date() - 185 * DAYS}, True),
        ({"source": "data_inclusion", "asked_at": NOON - 185 * DAYS}, True),
        ({"status": "suspended"}, False),
        ({"status": "closed"}, False),
        ({"email": "service@essai.invalid"}, True),
        ({"verified_on": NOON.date() - 180 * DAYS}, False),
        ({"verified_on": NOON.date() - 185 * DAYS}, True),
        ({"asked_at": NOON - 180 * DAYS}, False),
        ({"asked_at": NOON - 185 * DAYS}, True),
        ({"asked_at": NOON - 185 * DAYS, "verified_on": NOON.date() - 30 * DAYS}, False),
        ({"asks_every_months": 16, "verified_on": NOON.date() - 400 * DAYS}, False),
        ({"asks_every_months": 16, "verified_on": NOON.date() - 500 * DAYS}, True),
        ({"needs": ["tonight_shelter"], "verified_on": NOON.date() - 32 * DAYS}, True),
        ({"needs": ["tonight_shelter"], "verified_on": NOON.date() - 29 * DAYS}, False),
        ({"distance_placement": True, "asks_every_months": 12, "asked_at": NOON - 32 * DAYS}, True),
        ({"needs": ["tonight_shelter"], "asks_every_months": 0}, False),
        (
            {"asks_missed": 1, "asked_at": NOON - 15 * DAYS},
            True,
        ),  # once more, as soon as the first has lapsed
        ({"asks_missed": 1, "asked_at": NOON - 15 * DAYS, "verified_on": NOON.date() - 3 * DAYS}, False),
        ({"asks_missed": 2, "asked_at": NOON - 15 * DAYS}, False),
        ({"asks_missed": 2, "asked_at": NOON - 185 * DAYS}, True),
    ],
)
def test_a_service_is_asked_in_its_own_rhythm_and_an_emergency_one_each_month(world, said, is_due):
    a_service(world, **said)

    assert links.due(NOON).exists() is is_due


def test_nobody_is_asked_who_has_no_address_or_whose_structure_is_closed_or_merged(world):
    kept = a_service(world)
    silent = a_structure(world, email="")
    a_service(world, structure=silent)
    a_service(world, structure=a_structure(world, status="closed"))
    a_service(world, structure=a_structure(world, merged_into=kept.structure))
    a_service(world, structure=kept.structure, merged_into=kept)

    assert list(links.due(NOON)) == [kept]


# --- The mail ------------------------------------------------------------------------------------------


def test_the_mail_names_structure_and_authority_and_nothing_else(world, clock, settings):
    settings.PUBLIC_ADDRESS = "https://repere.example"
    service = a_service(world, email="accueil@essai.invalid", contact_name="Camille Exemple")
    (message,) = asked(clock)

    assert message.to == ["accueil@essai.invalid"]
    assert "Maison d'essai – Autorité 93\nhttps://repere.example/annuaire/confirmer#" in message.body
    said = message.subject + message.body
    assert "Vérifiez ce que l'annuaire du territoire dit" in said
    assert message.body.count("Maison d'essai – Autorité 93") == 2, (
        "under the French words and the English ones"
    )
    for word in ("Camille", "Accueil", "48000000", str(service.pk), "enfant", "child"):
        assert word not in said
    assert [one.actor for one in entries(act="directory:link-sent")] == [None]


def test_the_secret_is_made_as_the_mail_leaves_and_stands_nowhere_else(world, clock):
    a_service(world)
    tasks.ask_those_due(clock.now)
    assert ConfirmationLink.objects.get().kept is None
    (message,) = mails(clock)

    link = ConfirmationLink.objects.get()
    token = token_in(message)
    assert len(token) >= 43
    assert token.encode() not in bytes(link.kept)
    assert bytes(link.kept) == links.digest_of(token)
    columns = [str(value) for row in Notice.objects.values() for value in row.values()]
    assert not any(token in value for value in columns)


def test_a_service_has_one_mail_and_the_structure_is_asked_where_it_has_no_address(world, clock):
    structure = a_structure(world)
    a_service(world, structure=structure)
    a_service(world, structure=structure, email="second@essai.invalid")

    assert sorted(message.to[0] for message in asked(clock)) == [
        "maison@essai.invalid",
        "second@essai.invalid",
    ]
    assert asked(clock) == []


def test_so_many_are_asked_in_an_hour_and_no_more(world, clock, settings):
    settings.DIRECTORY_ASKS_PER_HOUR = 2
    structure = a_structure(world)
    for _ in range(3):
        a_service(world, structure=structure)

    assert [tasks.ask_those_due(clock.now) for _ in range(3)] == [2, 1, 0]


# --- What counts ---------------------------------------------------------------------------------------


def test_a_link_counts_for_two_weeks(world, clock):
    a_service(world)
    (message,) = asked(clock)
    clock.on(days=14, seconds=-1)
    links.open_link(token_in(message), at=clock.now)
    clock.on(seconds=1)

    with pytest.raises(LinkRefused):
        links.open_link(token_in(message), at=clock.now)


def test_a_new_link_ends_the_one_before(world, clock):
    service = a_service(world)
    (first,) = asked(clock)
    clock.on(days=2)
    confirmations.ask_now(service.pk, actor=world.actor("directory_editor", at=clock.now), at=clock.now)
    (second,) = mails(clock)

    links.open_link(token_in(second), at=clock.now)
    with pytest.raises(LinkRefused):
        links.open_link(token_in(first), at=clock.now)


def test_a_mail_that_leaves_late_has_no_link_that_was_replaced(world, clock):
    service = a_service(world)
    tasks.ask_those_due(clock.now)
    clock.on(days=2)
    confirmations.ask_now(service.pk, actor=world.actor("directory_editor", at=clock.now), at=clock.now)

    assert len(mails(clock)) == 1


@pytest.mark.parametrize("whose", ["service", "structure"])
def test_another_address_ends_the_link_that_went_to_the_old_one(world, clock, whose):
    service = a_service(world)
    (message,) = asked(clock)
    clock.on(hours=1)
    row = Service.objects.get(pk=service.pk) if whose == "service" else service.structure
    said = changes.Basis(by=None, at=clock.now, means=Means.PHONE)
    changes.write(row, {"email": "neuve@essai.invalid"}, said)

    with pytest.raises(LinkRefused):
        links.open_link(token_in(message), at=clock.now)


@pytest.mark.parametrize(
    ("of_other", "own", "good"),
    [
        ("autre@essai.invalid", "", False),
        ("maison@essai.invalid", "", True),
        ("autre@essai.invalid", "service@essai.invalid", True),
    ],
)
def test_a_service_that_moves_to_a_structure_with_another_address_ends_its_link(
    world, clock, of_other, own, good
):
    """The structure that it left may be somebody else's by now: its mails say nothing any more."""
    service = a_service(world, email=own)
    other = a_structure(world, email=of_other)
    (message,) = asked(clock)
    clock.on(hours=1)
    editor = world.actor("directory_editor", at=clock.now)
    merging.merge(other.pk, service.structure_id, actor=editor, at=clock.now)

    if good:
        assert links.open_link(token_in(message), at=clock.now)[1].structure == other
    else:
        with pytest.raises(LinkRefused):
            links.open_link(token_in(message), at=clock.now)


def test_an_address_that_changed_before_a_merger_ends_the_link_too(world, clock):
    service = a_service(world)
    other = a_structure(world, email="neuve@essai.invalid")
    (message,) = asked(clock)
    clock.on(hours=1)
    said = changes.Basis(by=None, at=clock.now, means=Means.PHONE)
    changes.write(service.structure, {"email": "neuve@essai.invalid"}, said)
    editor = world.actor("directory_editor", at=clock.now)
    merging.merge(other.pk, service.structure_id, actor=editor, at=clock.now)

    with pytest.raises(LinkRefused):
        links.open_link(token_in(message), at=clock.now)


@pytest.mark.parametrize("change", ["closed", "merged", "structure closed"])
def test_a_link_speaks_of_nothing_that_is_closed_or_merged(world, clock, change):
    service, other = a_service(world), a_service(world, asks_every_months=0)
    (message,) = asked(clock)
    if change == "merged":
        Service.objects.filter(pk=service.pk).update(merged_into=other)
    elif change == "closed":
        Service.objects.filter(pk=service.pk).update(status=Status.CLOSED)
    else:
        type(service.structure).objects.filter(pk=service.structure_id).update(status=Status.CLOSED)

    with pytest.raises(LinkRefused):
        links.open_link(token_in(message), at=clock.now)


def test_a_row_that_the_service_did_not_write_opens_nothing(world, clock):
    """SEC-AZ22: whoever has the database's login alone makes no link."""
    service = a_service(world)
    forged = ConfirmationLink(
        service=service, kept=links.digest_of("x"), made_at=NOON, expires_at=NOON + DAYS
    )
    forged.save()
    ConfirmationLink.objects.filter(pk=forged.pk).update(mac=b"\0" * 32)

    with pytest.raises(LinkRefused):
        links.open_link("x", at=clock.now)


# --- At an editor's wish -------------------------------------------------------------------------------


def test_an_editor_has_a_service_asked_once_a_day_and_nobody_else_does(world, clock):
    service = a_service(world, asks_every_months=0)
    for name, code in (("crip_coordinator", "93"), ("directory_editor", "75")):
        with pytest.raises(NotAllowed):
            confirmations.ask_now(service.pk, actor=world.actor(name, code, at=NOON), at=NOON)
    editor = world.actor("directory_editor", at=NOON)
    confirmations.ask_now(service.pk, actor=editor, at=NOON)

    with pytest.raises(AlreadyThere):
        confirmations.ask_now(service.pk, actor=editor, at=NOON + timedelta(hours=23))
    assert len(mails(clock)) == 1
    assert [one.actor is None for one in entries(act="directory:link-sent")] == [False]


def test_no_link_is_made_for_whom_no_address_is_known(world):
    service = a_service(world, structure=a_structure(world, email=""))

    with pytest.raises(NotVisible):
        confirmations.ask_now(service.pk, actor=world.actor("directory_editor", at=NOON), at=NOON)
