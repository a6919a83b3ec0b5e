"""The key door: who wraps whom, and what happens when keys or their holder are gone."""

import copy
import pickle
import traceback
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connections, transaction

from encryption import keyring, keys, unwrapped
from encryption.cache import forget_all
from encryption.errors import EncryptionError, KeyExhausted, KeysUnavailable, Unreadable
from encryption.models import WHOLE_SERVICE, Kind, WrappedKey
from tests.encryption.sample.models import Person

pytestmark = [
    pytest.mark.django_db(databases=["default", "keys"]),
    pytest.mark.both_databases("one key in use, whoever is faster"),
]

NAME = "Quenneville-Abrantès"
LAST_NAME = Person._meta.get_field("last_name")


@pytest.fixture
def stopped_provider(settings):
    def stop():
        settings.KEY_PROVIDER = "tests.encryption.providers.Stopped"
        forget_all()

    return stop


def row(handle):
    return WrappedKey.objects.get(pk=handle.id)


# --- hierarchy


@pytest.mark.sec("SEC-CR6")
def test_the_keys_stand_under_each_other(case):
    """Provider → authority → pair → two data keys of a referral; once adopted, authority → data keys."""
    authority = WrappedKey.objects.get(kind=Kind.AUTHORITY, owner=case.authority_id)
    pair = WrappedKey.objects.get(kind=Kind.INTAKE, owner=case.authority_id)

    assert (authority.wrapped_by, pair.wrapped_by) == (None, authority.pk)
    assert {row(handle).wrapped_by for handle in case.keys.values()} == {pair.pk}
    keys.adopt([handle.id for handle in case.keys.values()], case.authority_id)
    assert {row(handle).wrapped_by for handle in case.keys.values()} == {authority.pk}
    assert {row(handle).owner for handle in case.keys.values()} == {case.id}


@pytest.mark.sec("SEC-CR6")
def test_a_draft_key_stands_under_the_drafts_key_and_seals_both_kinds(scope):
    draft, pk = keys.create_draft_key(uuid4()), uuid4()

    drafts = WrappedKey.objects.get(kind=Kind.DRAFTS)
    assert (drafts.owner, row(draft).wrapped_by) == (WHOLE_SERVICE, drafts.pk)
    for name in ("last_name", "filed_by"):
        assert draft.seal(Person._meta.get_field(name), pk, NAME).open(scope) == NAME


@pytest.mark.sec("SEC-CR6")
def test_keys_are_stored_in_their_own_database():
    assert WrappedKey.objects.db == "keys"
    assert "encryption_wrappedkey" not in connections["default"].introspection.table_names()
    assert "encryption_wrappedkey" in connections["keys"].introspection.table_names()


def test_making_an_authority_key_twice_changes_nothing(django_assert_num_queries):
    authority = uuid4()
    keys.create_authority_key(authority)
    forget_all()
    keys.create_authority_key(authority)

    assert WrappedKey.objects.filter(kind=Kind.AUTHORITY, owner=authority).count() == 1


def test_each_filing_attempt_has_keys_of_its_own(make_case):
    owner, authority = uuid4(), uuid4()
    first = keys.create_data_keys(owner, authority)
    second = keys.create_data_keys(owner, authority)

    keys.destroy(key.id for key in second.values())

    assert keys.data_key(first["case"].id, owner) == first["case"]


def test_both_rows_are_inserted_with_one_statement(django_assert_num_queries):
    authority = uuid4()
    keys.create_authority_key(authority)

    with django_assert_num_queries(1, using="keys"):
        keys.create_data_keys(uuid4(), authority)


# --- handles


def test_a_handle_is_found_again_by_id_and_owner(case):
    forget_all()

    assert keys.data_key(case.keys["case"].id, case.id) == case.keys["case"]


@pytest.mark.sec("SEC-CR14")
def test_a_missing_key_and_somebody_elses_key_look_the_same(case, make_case):
    refusals = []
    for key_id, owner in [(uuid4(), case.id), (case.keys["case"].id, make_case().id)]:
        with pytest.raises(Unreadable) as caught:
            keys.data_key(key_id, owner)
        refusals.append(str(caught.value))

    assert len(set(refusals)) == 1


def test_a_key_above_data_keys_is_no_data_key(case):
    authority = WrappedKey.objects.get(kind=Kind.AUTHORITY, owner=case.authority_id)

    with pytest.raises(Unreadable):
        keys.data_key(authority.pk, case.authority_id)


def test_destroyed_keys_open_and_seal_no_more(case, scope):
    person = case.person(last_name=NAME)

    keys.destroy([case.keys["case"].id])

    assert not WrappedKey.objects.filter(pk=case.keys["case"].id).exists()
    with pytest.raises(Unreadable):
        person.last_name.open(scope)
    with pytest.raises(Unreadable):
        case.sealed("last_name", person.pk, NAME)
    assert case.sealed("filed_by", person.pk, NAME).open(scope) == NAME


def test_destroy_leaves_the_keys_above_alone(case):
    keys.destroy(WrappedKey.objects.values_list("pk", flat=True))

    assert WrappedKey.objects.filter(kind=Kind.AUTHORITY, owner=case.authority_id).exists()


def test_a_handle_seals_a_bounded_number_of_times(case, monkeypatch):
    """NIST SP 800-38D §8.3: random nonces need a bound on use per key."""
    monkeypatch.setattr(unwrapped, "MAX_SEALINGS", 3)
    for _ in range(3):
        case.sealed("last_name", uuid4(), NAME)

    with pytest.raises(KeyExhausted):
        case.sealed("last_name", uuid4(), NAME)


# --- warm


def test_a_page_of_cases_costs_one_query_for_its_keys(make_case, scope, django_assert_num_queries):
    people = [make_case().person(last_name=NAME) for _ in range(5)]
    forget_all()

    with django_assert_num_queries(1, using="keys"):
        keys.warm_for([person.last_name for person in people] + [None])
    with django_assert_num_queries(0, using="keys"):
        keys.warm(person.last_name.key_id for person in people)
        assert {person.last_name.open(scope) for person in people} == {NAME}


def test_a_lost_key_among_many_costs_no_further_query(make_case, scope, django_assert_num_queries):
    kept, lost = (make_case().person(last_name=NAME, first_name="x") for _ in range(2))
    WrappedKey.objects.filter(pk=lost.last_name.key_id).delete()
    forget_all()
    keys.warm([kept.last_name.key_id, lost.last_name.key_id])

    with django_assert_num_queries(0, using="keys"):
        assert kept.last_name.open(scope) == NAME
        for value in (lost.last_name, lost.first_name):
            with pytest.raises(Unreadable):
                value.open(scope)


# --- lost and out of reach


@pytest.mark.sec("SEC-CR14")
@pytest.mark.parametrize("loss", ["deleted", "damaged"])
def test_a_lost_authority_key_makes_its_records_unreadable_and_filings_go_on(case, make_case, scope, loss):
    person, other = case.person(last_name=NAME), make_case().person(last_name=NAME)
    rows = WrappedKey.objects.filter(kind=Kind.AUTHORITY, owner=case.authority_id)
    rows.delete() if loss == "deleted" else rows.update(wrapped=b"\x01" * 65)
    forget_all()

    with pytest.raises(Unreadable):
        person.last_name.open(scope)
    assert other.last_name.open(scope) == NAME
    assert make_case(case.authority_id).person(last_name=NAME).last_name.open(scope) == NAME


@pytest.mark.sec("SEC-CR14")
def test_a_damaged_authority_key_that_is_restored_opens_its_records_again(case, make_case, scope):
    person = case.person(last_name=NAME)
    rows = WrappedKey.objects.filter(kind=Kind.AUTHORITY, owner=case.authority_id)
    kept = bytes(rows.get().wrapped)
    key_id = rows.get().pk
    rows.update(wrapped=b"")
    forget_all()
    make_case(case.authority_id)

    WrappedKey.objects.filter(pk=key_id).update(wrapped=kept)
    forget_all()

    assert person.last_name.open(scope) == NAME
    assert rows.filter(retired_at=None).count() == 1


def test_a_stopped_provider_is_not_a_lost_key(case, scope, stopped_provider, settings):
    person, working = case.person(last_name=NAME), settings.KEY_PROVIDER
    stopped_provider()

    with pytest.raises(KeysUnavailable):
        person.last_name.open(scope)
    with pytest.raises(KeysUnavailable):
        keys.create_data_keys(uuid4(), uuid4())
    settings.KEY_PROVIDER = working
    assert person.last_name.open(scope) == NAME


def test_keys_in_memory_work_while_the_provider_is_stopped(case, scope, settings):
    person = case.person(last_name=NAME)
    settings.KEY_PROVIDER = "tests.encryption.providers.Stopped"

    assert person.last_name.open(scope) == NAME
    assert keys.create_data_keys(uuid4(), case.authority_id)


def test_a_key_store_that_does_not_answer_is_told_apart(case, scope):
    person = case.person(last_name=NAME)
    forget_all()

    def no_answer(execute, sql, *rest):
        if "encryption_wrappedkey" in sql:
            raise OperationalError
        return execute(sql, *rest)

    with connections["keys"].execute_wrapper(no_answer):
        with pytest.raises(KeysUnavailable):
            person.last_name.open(scope)
        with pytest.raises(KeysUnavailable), transaction.atomic(using="keys"):
            keys.destroy([case.keys["case"].id])
    assert person.last_name.open(scope) == NAME


# --- no key bytes anywhere


@pytest.mark.sec("SEC-CR9")
def test_no_handle_shows_or_carries_key_bytes(case, raw_keys):
    raw_keys.forbid(repr(case.keys), pickle.dumps(case.keys))
    held = keyring.fetch(case.keys["case"].id)
    raw_keys.forbid(repr(held), str(held), repr(vars(keyring)), repr(vars(unwrapped)))
    for carry in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            carry(held)
        with pytest.raises(TypeError):
            carry(keyring.index_key())


@pytest.mark.sec("SEC-CR9")
@pytest.mark.parametrize("fault", ["commitment", "wrapped", "exhausted", "lost above"])
def test_no_traceback_holds_key_bytes(case, raw_keys, scope, monkeypatch, fault):
    """An error report prints the local variables of each frame, of the error and of what it came from."""
    person = case.person(last_name=NAME)
    rows = WrappedKey.objects.filter(pk=case.keys["case"].id)
    match fault:
        case "commitment":
            rows.update(commitment=bytes(32))
        case "wrapped":
            rows.update(wrapped=bytes(78))
        case "lost above":
            rows.update(wrapped_by=uuid4())
        case "exhausted":
            monkeypatch.setattr(unwrapped, "MAX_SEALINGS", 0)
    if fault != "exhausted":
        forget_all()

    with pytest.raises(EncryptionError) as caught:
        case_act(person, scope) if fault != "exhausted" else case.sealed("last_name", person.pk, NAME)

    error = caught.value
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename.find("/encryption/") > 0 and "tests" not in frame.f_code.co_filename:
                raw_keys.forbid(*(repr(value) for value in frame.f_locals.values()))
        error = error.__context__


def case_act(person, scope):
    return person.last_name.open(scope)


@pytest.fixture
def raw_keys(monkeypatch):
    """Remember every random key that is made from now on, and say where none may appear."""

    class Seen:
        def __init__(self):
            self.raw = []

        def forbid(self, *texts):
            assert self.raw
            for text in texts:
                blob = text if isinstance(text, bytes) else text.encode()
                for key in self.raw:
                    for form in (key, key.hex().encode(), repr(key)[2:-1].encode()):
                        assert form not in blob

    seen, draw = Seen(), keyring.urandom

    def watched(count):
        made = draw(count)
        if count == 32:
            seen.raw.append(made)
        return made

    monkeypatch.setattr(keyring, "urandom", watched)
    return seen


@pytest.fixture
def case(raw_keys, make_case):
    make_case()
    return make_case()


# --- the key store's own rules


VALID = {"suite": 1, "wrapped": b"w", "commitment": bytes(32)}


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "unknown", "owner": UUID(int=1)},
        {"kind": "case", "owner": UUID(int=1)},
        {"kind": "authority", "owner": UUID(int=1), "wrapped_by": UUID(int=2)},
        {"kind": "authority", "owner": WHOLE_SERVICE},
        {"kind": "index", "owner": UUID(int=1)},
        {"kind": "case", "owner": WHOLE_SERVICE, "wrapped_by": UUID(int=2)},
        {"kind": "authority", "owner": UUID(int=1), "commitment": b"short"},
        {"kind": "draft", "owner": UUID(int=1), "wrapped_by": UUID(int=2), "retired_at": "2026-01-01T00:00Z"},
    ],
)
def test_the_database_refuses_a_key_that_makes_no_sense(values):
    with pytest.raises(IntegrityError), transaction.atomic(using="keys"):
        WrappedKey.objects.create(**VALID | values)


@pytest.mark.parametrize(("kind", "owner"), [("authority", UUID(int=1)), ("drafts", WHOLE_SERVICE)])
def test_the_database_refuses_a_second_key_in_use(kind, owner):
    WrappedKey.objects.create(**VALID, kind=kind, owner=owner)
    with pytest.raises(IntegrityError), transaction.atomic(using="keys"):
        WrappedKey.objects.create(**VALID, kind=kind, owner=owner)

    WrappedKey.objects.filter(owner=owner).update(retired_at="2026-01-01T00:00Z")
    WrappedKey.objects.create(**VALID, kind=kind, owner=owner)


@pytest.mark.only_on("postgresql", "roles are PostgreSQL's")
@pytest.mark.sec("SEC-AL21")
def test_the_sequencer_reads_the_index_key_and_no_other(db):
    keyring.index_key()
    keyring.wrapping_key(Kind.DRAFTS, WHOLE_SERVICE)
    with transaction.atomic(using="keys"), connections["keys"].cursor() as cursor:
        cursor.execute("SET LOCAL ROLE repere_sequencer")
        cursor.execute("SELECT DISTINCT kind FROM encryption_wrappedkey")
        assert cursor.fetchall() == [("index",)]
        for sql in ("INSERT INTO encryption_wrappedkey SELECT * FROM encryption_wrappedkey",
                    "UPDATE encryption_wrappedkey SET retired_at = now()", "DELETE FROM encryption_wrappedkey"):  # fmt: skip
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(using="keys"):
                cursor.execute(sql)
        cursor.execute("SET LOCAL ROLE repere_app")
        cursor.execute("SELECT count(DISTINCT kind) FROM encryption_wrappedkey")
        assert cursor.fetchone() == (2,)
