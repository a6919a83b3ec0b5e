"""The keys of what the directory seals: whose they are, what a restore and a rotation leave, what the night finds."""

from datetime import timedelta

import pytest

from directory.actions import secrets, services
from directory.models import ErrorReport, Place, Service
from encryption import keys, rotation
from encryption.errors import Unreadable
from encryption.models import Kind, WrappedKey
from referrals.composition import row_signatures, sealed_cells
from referrals.retention import replay
from tests.directory.entries import (
    AT,
    a_service,
    a_structure,
    an_error_report,
    at_place,
    editor,
    open_address,
)
from tests.security.procedure import seeing_all

NUMBER = "+33199001234"


@pytest.fixture
def sealed(world):
    """A secret place, the number of a night, and a reported error, each under the key of its row."""
    with seeing_all():
        service = a_service(world, night_phone=NUMBER)
        at_place(world, service.structure, "secret")
        an_error_report(world)
        yield service


def opens(world, at=AT):
    """Open all that is sealed."""
    officer = world.actor("on_call", at=at)
    whole = open_address(world, Place.objects.get(), at=at)
    service = Service.objects.get(night_phone__isnull=False)
    return whole.postal_code, secrets.open_night_phone(service.pk, actor=officer, at=at)


def test_each_row_has_a_key_of_its_own_under_its_authority(world, sealed):
    rows = [Place.objects.get(), *Service.objects.exclude(key=None)]
    assert len({row.key for row in rows}) == len(rows) == 3
    for row in rows:
        key = WrappedKey.objects.get(pk=row.key)
        above = WrappedKey.objects.get(pk=key.wrapped_by)
        assert (key.owner, above.kind, above.owner) == (row.pk, Kind.AUTHORITY, row.authority_id)


def test_a_second_value_of_a_row_takes_the_same_key(world, sealed):
    key = Service.objects.get(pk=sealed.pk).key

    services.change(sealed.pk, {"night_phone": "119"}, actor=editor(world), at=AT)

    assert Service.objects.get(pk=sealed.pk).key == key


def test_a_restore_sweeps_no_key_of_the_directory(world, sealed):
    replay._keys_brought_back(True, AT + timedelta(days=60))

    assert opens(world) == ("59100", NUMBER)


def test_the_key_of_the_authority_is_replaced_under_them(world, sealed):
    authority = world.authorities["93"].pk
    before = Place.objects.get().secret.ciphertext
    rotation.begin(Kind.AUTHORITY, authority)
    assert sum(one.moved for one in rotation.carry_over(Kind.AUTHORITY, authority)) >= 3
    assert not rotation.pending(Kind.AUTHORITY, authority)
    rotation.destroy_retired(at=AT + timedelta(days=1))

    assert opens(world) == ("59100", NUMBER)
    assert Place.objects.get().secret.ciphertext == before, "the values aren't touched"


def test_a_value_that_was_moved_to_another_row_opens_no_more(world, sealed):
    """Whoever has the database and no key can't show a secret address as that of a place that they may open."""
    other = at_place(world, a_structure(world), "secret")
    stolen = Place.objects.get(pk=other.pk)
    Place._base_manager.exclude(pk=other.pk).update(secret=stolen.secret, key=stolen.key)

    victim = Place.objects.exclude(pk=other.pk).get()
    with pytest.raises(Unreadable):
        open_address(world, victim)


@pytest.mark.parametrize("model", [Place, Service, ErrorReport])
def test_a_cell_that_was_put_back_is_found_at_night(world, sealed, model):
    assert sealed_cells.look(AT) == 0
    name = model.cells_field().cells[0]
    row = next(one for one in model.objects.all() if getattr(one, name) is not None)
    owner = row.service_id if model is ErrorReport else row.pk
    key = keys.data_key(row.service.key if model is ErrorReport else row.key, owner)
    field = model._meta.get_field(name)
    value = {"address": "autre"} if model is Place else "autre"
    model._base_manager.filter(pk=row.pk).update(**{name: key.seal(field, row.pk, value)})

    assert sealed_cells.look(AT + timedelta(days=1)) == 1


def test_every_table_of_them_is_signed_by_hand_too():
    tables = {model for model, name in row_signatures.signed_tables() if name == row_signatures.CELLS}

    assert {ErrorReport, Place, Service} <= tables
