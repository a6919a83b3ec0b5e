"""Whatever is done to a stored ciphertext or a stored key, the answer is one error and no plaintext."""

from uuid import UUID, uuid4

import pytest

from encryption import keyring, keys, opening, suites
from encryption.cache import forget_all
from encryption.envelope import BODY, KEY_ID, NONCE
from encryption.errors import Unreadable
from encryption.models import Kind, WrappedKey
from encryption.sealed import Sealed
from encryption.unwrapped import SealingKey
from tests.encryption.sample.models import Note, Person
from tests.night import NIGHT

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.sec("SEC-CR3")]

NAME = "Quenneville-Abrantès"
LABEL = "sample_person.last_name"


@pytest.fixture(params=["filed", "adopted"])
def case(request, make_case):
    """A case whose keys are sealed to its authority's public key, and one whose filing was acknowledged."""
    make_case()
    case = make_case()
    if request.param == "adopted":
        assert adopted(case) == 2
    return case


def adopted(case):
    return keys.adopt([key.id for key in case.keys.values()], case.authority_id)


def above(row):
    """The key that unwraps the row's."""
    rows = {row.pk: row}
    keyring.complete(rows)
    return keyring.parent_of(row, rows)


@pytest.fixture
def person(case):
    return case.person(last_name=NAME)


def refused(value, scope):
    """Open it, and check that it's refused in the one way, with nothing in the error."""
    with pytest.raises(Unreadable) as caught:
        value.open(scope)

    assert str(caught.value) == Unreadable.sentence
    assert caught.value.__cause__ is None
    assert NAME not in repr(caught.value.__context__)


def tampered(person, envelope):
    return Sealed(LABEL, bytes(envelope), person.pk)


def test_every_flipped_bit_is_refused(person, scope):
    """All bits: version, suite, key id, nonce, ciphertext, tag."""
    envelope = person.last_name.ciphertext

    for bit in range(8 * len(envelope)):
        changed = bytearray(envelope)
        changed[bit // 8] ^= 1 << bit % 8
        refused(tampered(person, changed), scope)

    assert tampered(person, envelope).open(scope) == NAME


def test_every_truncation_and_extension_is_refused(person, scope):
    envelope = person.last_name.ciphertext

    for length in range(len(envelope)):
        refused(tampered(person, envelope[:length]), scope)
        refused(tampered(person, envelope[length + 1 :]), scope)
    refused(tampered(person, envelope + b"\0"), scope)


def test_a_value_stored_in_another_column_is_refused(person, case, scope):
    moved = case.person(last_name=NAME)
    Person.objects.filter(pk=moved.pk).update(first_name=_as("sample_person.first_name", moved.last_name))

    refused(Person.objects.get(pk=moved.pk).first_name, scope)


def test_a_value_stored_in_another_row_is_refused(person, case, scope):
    other = case.person(last_name="x")
    Person.objects.filter(pk=other.pk).update(last_name=person.last_name)

    refused(Person.objects.get(pk=other.pk).last_name, scope)


def test_a_value_stored_in_another_table_under_the_same_id_is_refused(person, scope):
    Note.objects.create(pk=person.pk, text=None)
    Note.objects.filter(pk=person.pk).update(text=_as("sample_note.text", person.last_name))

    refused(Note.objects.get(pk=person.pk).text, scope)


def test_a_row_moved_to_another_case_is_refused(person, make_case, scope):
    """The key belongs to the case it was made for, and the model says which case the row is in."""
    Person.objects.filter(pk=person.pk).update(case_id=make_case().id)

    refused(Person.objects.get(pk=person.pk).last_name, scope)


def test_a_value_under_another_key_of_the_case_is_refused(person, case, scope):
    envelope = bytearray(person.last_name.ciphertext)
    envelope[KEY_ID] = case.keys["filer"].id.bytes

    refused(tampered(person, envelope), scope)


def test_a_nonce_or_body_of_another_value_is_refused(person, case, scope):
    other = case.person(last_name=NAME).last_name.ciphertext
    for part in (NONCE, BODY):
        envelope = bytearray(person.last_name.ciphertext)
        envelope[part] = other[part]
        refused(tampered(person, envelope), scope)


def _as(label, sealed):
    """What someone with write access to the database does: the bytes of one column put into another."""
    return Sealed(label, sealed.ciphertext)


# --- the rows of the key store


def _case_key(case):
    return WrappedKey.objects.filter(pk=case.keys["case"].id)


def _swap(left, right, *columns):
    ours, theirs = left.values(*columns).get(), right.values(*columns).get()
    left.update(**theirs)
    right.update(**ours)
    forget_all()


def test_the_wrapped_keys_of_two_cases_exchanged_are_refused(person, case, make_case, scope):
    _swap(_case_key(case), _case_key(make_case(case.authority_id)), "wrapped", "commitment")

    refused(person.last_name, scope)


def test_the_two_keys_of_one_case_exchanged_are_refused(person, case, scope):
    filer = WrappedKey.objects.filter(pk=case.keys["filer"].id)
    _swap(_case_key(case), filer, "wrapped", "commitment")

    refused(person.last_name, scope)


def test_a_key_moved_under_another_authority_is_refused(person, case, make_case, scope):
    _swap(_case_key(case), _case_key(make_case()), "wrapped_by")

    refused(person.last_name, scope)


@pytest.mark.parametrize("column", ["owner", "wrapped_by"])
def test_a_key_given_to_another_owner_or_parent_is_refused(person, case, scope, column):
    _case_key(case).update(**{column: uuid4()})
    forget_all()

    refused(person.last_name.bound(person.pk), scope)
    with pytest.raises(Unreadable):
        keys.data_key(case.keys["case"].id, case.id)


@pytest.mark.parametrize(("column", "value"), [("kind", "filer"), ("suite", 2), ("suite", 3), ("suite", 255)])
def test_a_key_relabelled_is_refused(person, case, scope, column, value):
    _case_key(case).update(**{column: value})
    forget_all()

    refused(person.last_name, scope)


def test_two_authorities_exchanged_are_refused(person, case, make_case, scope):
    other = make_case()
    ours, theirs = (
        WrappedKey.objects.filter(kind="authority", owner=authority)
        for authority in (case.authority_id, other.authority_id)
    )
    _swap(ours, theirs, "wrapped", "commitment")

    refused(person.last_name, scope)


@pytest.mark.parametrize("which", ["data", "authority"])
def test_a_commitment_that_does_not_match_is_refused_before_any_field(
    person, case, scope, monkeypatch, which
):
    """SEC-CR3: the key is never made usable, so nothing is ever tried with it."""
    rows = _case_key(case)
    if which != "data":
        rows = WrappedKey.objects.filter(kind=which, owner=case.authority_id)
    commitment = bytearray(bytes(rows.get().commitment))
    commitment[31] ^= 1
    rows.update(commitment=bytes(commitment))
    forget_all()
    made = []
    monkeypatch.setattr(
        SealingKey, "open", lambda *asked: made.append(asked) or pytest.fail("a field was tried")
    )

    refused(person.last_name, scope)

    assert made == []


#: Of each part of the wrapped key, its version and suite too (bits 0 and 13).
BITS = range(0, 8 * 78, 13) if NIGHT else [13, *range(0, 8 * 78, 39)]


@pytest.mark.parametrize("bit", BITS)
def test_a_flipped_bit_of_a_wrapped_key_is_refused(person, case, scope, bit):
    wrapped = bytearray(bytes(_case_key(case).get().wrapped))
    assert len(wrapped) in (78, 18 + 1120 + 48)
    wrapped[bit // 8 * len(wrapped) // 78] ^= 1 << bit % 8
    _case_key(case).update(wrapped=bytes(wrapped))
    forget_all()

    refused(person.last_name, scope)


CHANGES = [
    {"kind": Kind.FILER}, {"owner": UUID(int=1)}, {"pk": UUID(int=1)}, {"suite": 2}, {"wrapped": bytes(78)},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_wrap_alone_refuses_another_row(case, change):
    """Before the commitment is asked: the row is authenticated with the wrapped bytes."""
    row = _case_key(case).get()
    parent = above(row)
    assert parent.unwrap(row)
    for name, value in change.items():
        setattr(row, name, value)

    with pytest.raises(Unreadable):
        parent.unwrap(row)


@pytest.mark.parametrize("change", [{"kind": Kind.DRAFTS}, {"owner": UUID(int=1)}], ids=str)
def test_a_wrap_alone_refuses_another_kind_of_parent_or_authority(case, change):
    adopted(case)
    row = _case_key(case).get()
    authority = above(row)
    for name, value in change.items():
        setattr(authority, name, value)

    with pytest.raises(Unreadable):
        authority.unwrap(row)


@pytest.mark.parametrize("change", CHANGES[1:4], ids=str)
def test_the_provider_alone_refuses_another_row(case, change):
    row = WrappedKey.objects.get(kind=Kind.AUTHORITY, owner=case.authority_id)
    for name, value in change.items():
        setattr(row, name, value)

    with pytest.raises(Unreadable):
        opening.raw_of(row, None)


# --- versions and suites


@pytest.mark.sec("SEC-CR4")
@pytest.mark.parametrize(("version", "suite"), [(0, 1), (2, 1), (255, 1), (1, 0), (1, 2), (1, 3), (1, 255)])
def test_an_unknown_or_other_version_or_suite_is_refused(person, scope, version, suite):
    refused(tampered(person, bytes((version, suite)) + person.last_name.ciphertext[2:]), scope)


@pytest.mark.sec("SEC-CR4")
@pytest.mark.parametrize("suite", suites.SUITES)
def test_every_registered_suite_seals_and_opens(make_case, scope, monkeypatch, suite):
    monkeypatch.setattr(suites, "DEFAULT", suite)

    person = make_case().person(last_name=NAME)
    forget_all()

    assert person.last_name.ciphertext[:2] == bytes((1, suite))
    assert person.last_name.open(scope) == NAME


@pytest.mark.sec("SEC-CR4")
def test_both_suites_live_side_by_side_under_one_authority(person, make_case, case, scope, monkeypatch):
    monkeypatch.setattr(suites, "DEFAULT", suites.CHACHA20_POLY1305)
    newer = make_case(case.authority_id).person(last_name="x")
    forget_all()

    assert [person.last_name.open(scope), newer.last_name.open(scope)] == [NAME, "x"]


@pytest.mark.sec("SEC-CR4")
@pytest.mark.parametrize("plaintext", [NAME.encode(), b"T" + NAME.encode(), b"", b'"' + b"x" * 200 + b'"'])
def test_plaintext_in_the_column_is_never_taken_for_a_value(person, scope, plaintext):
    refused(tampered(person, plaintext), scope)
