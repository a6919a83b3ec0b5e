"""SEC-CR7: filings are sealed to the authority's public key, with no key service and no private key at hand."""

import pickle
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext

from encryption import index, keyring, keys, pairs
from encryption.cache import forget_all
from encryption.errors import KeysUnavailable, Unreadable
from encryption.models import WHOLE_SERVICE, Kind, WrappedKey
from tests.encryption.sample.models import Person

pytestmark = [
    pytest.mark.django_db(databases=["default", "keys"]),
    pytest.mark.both_databases("one pair in use, whoever is faster"),
]

NAME = "Quenneville-Abrantès"
STOPPED, WRONG = "tests.encryption.providers.Stopped", "tests.encryption.providers.Wrong"


@pytest.fixture
def person(case):
    return case.person(last_name=NAME)


def pair_of(case):
    return WrappedKey.objects.filter(kind=Kind.INTAKE, owner=case.authority_id)


def ids(case):
    return [handle.id for handle in case.keys.values()]


def above(case):
    """What kind of key wraps the case's keys."""
    named = WrappedKey.objects.filter(pk__in=ids(case)).values_list("wrapped_by", flat=True)
    return {WrappedKey.objects.get(pk=found).kind for found in named}


# --- filing


@pytest.mark.sec("SEC-CR7", "SEC-FT8")
@pytest.mark.parametrize("provider", [STOPPED, WRONG])
def test_a_concern_is_sealed_while_the_key_service_is_out_and_opens_when_it_is_back(
    case, make_case, scope, settings, provider
):
    working = settings.KEY_PROVIDER
    keys.prepare()
    settings.KEY_PROVIDER = provider
    keyring._above._start_afresh()
    keyring._intake._start_afresh()
    keyring._in_use._start_afresh()
    keyring._index._start_afresh()

    filed = make_case(case.authority_id).person(last_name=NAME)

    settings.KEY_PROVIDER = working
    forget_all()
    assert filed.last_name.open(scope) == NAME


@pytest.mark.sec("SEC-CR7")
def test_what_takes_filings_reads_no_private_half(case, make_case, settings):
    keys.prepare()
    settings.KEY_PROVIDER = STOPPED
    keyring._intake._start_afresh()

    with CaptureQueriesContext(
        connections["keys"],
    ) as asked:
        make_case(case.authority_id)

    reads = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    assert len(reads) == 1
    assert '"wrapped"' not in reads[0]


@pytest.mark.sec("SEC-CR7")
def test_a_public_half_opens_nothing(case):
    public = keyring.intake_key(case.authority_id)

    assert {name for name in dir(public) if not name.startswith("_")} == {"id", "owner", "wrap"}


@pytest.mark.sec("SEC-CR7")
def test_what_was_filed_cannot_be_opened_while_the_key_service_is_out(person, scope, settings):
    keys.prepare()
    settings.KEY_PROVIDER = STOPPED
    keyring._data._start_afresh()
    keyring._above._start_afresh()

    with pytest.raises(KeysUnavailable):
        person.last_name.open(scope)


@pytest.mark.sec("SEC-CR7")
@pytest.mark.parametrize("forgery", ["another pair's", "the attacker's", "cut", "a flipped bit"])
def test_a_public_half_that_was_not_made_here_is_refused_and_replaced(case, make_case, scope, forgery):
    """Who can write to the key store, and no more, can't have filings sealed to a key of their own."""
    stored = bytes(pair_of(case).get().public)
    other = bytes(pair_of(make_case()).get().public)
    _, own = pairs.new_seeds()
    forged = {
        "another pair's": other,
        "the attacker's": own + stored[len(own) :],
        "cut": stored[:100],
        "a flipped bit": bytes((stored[0] ^ 1,)) + stored[1:],
    }[forgery]
    attacked = pair_of(case).get()
    pair_of(case).update(public=forged)
    forget_all()

    filed = make_case(case.authority_id)

    assert attacked.pk not in WrappedKey.objects.filter(pk__in=ids(filed)).values_list(
        "wrapped_by", flat=True
    )
    assert WrappedKey.objects.get(pk=attacked.pk).retired_at is not None
    assert filed.person(last_name=NAME).last_name.open(scope) == NAME


@pytest.mark.sec("SEC-CR3")
def test_a_pair_whose_halves_do_not_belong_together_is_refused(person, case, make_case, scope):
    pair_of(case).update(public=bytes(pair_of(make_case()).get().public))
    forget_all()

    with pytest.raises(Unreadable):
        person.last_name.open(scope)


@pytest.mark.sec("SEC-CR3")
@pytest.mark.parametrize("column", ["wrapped", "commitment"])
def test_a_pair_that_was_altered_opens_nothing_and_is_replaced(person, case, make_case, scope, column):
    altered = bytearray(bytes(getattr(pair_of(case).get(), column)))
    altered[20] ^= 1
    pair_of(case).update(**{column: bytes(altered)})
    forget_all()

    with pytest.raises(Unreadable):
        person.last_name.open(scope)

    assert make_case(case.authority_id).person(last_name=NAME).last_name.open(scope) == NAME
    assert pair_of(case).count() == 2


@pytest.mark.sec("SEC-CR14")
@pytest.mark.parametrize("loss", ["deleted", "damaged"])
def test_filings_after_a_lost_authority_key_was_noticed_go_under_another_pair(
    person, case, make_case, scope, loss
):
    rows = WrappedKey.objects.filter(kind=Kind.AUTHORITY, owner=case.authority_id)
    rows.delete() if loss == "deleted" else rows.update(wrapped=b"\x01" * 65)
    forget_all()
    with pytest.raises(Unreadable):
        person.last_name.open(scope)

    filed = make_case(case.authority_id).person(last_name=NAME)
    forget_all()

    assert filed.last_name.open(scope) == NAME


@pytest.mark.sec("SEC-CR3")
def test_rows_that_lead_in_a_circle_are_unreadable(person, case, scope):
    WrappedKey.objects.filter(kind=Kind.INTAKE).update(wrapped_by=pair_of(case).get().pk)
    forget_all()

    with pytest.raises(Unreadable):
        person.last_name.open(scope)


def test_two_that_make_the_pair_together_agree_on_one(case):
    with pytest.raises(IntegrityError), transaction.atomic(using="keys"):
        keyring.new_row(Kind.INTAKE, case.authority_id).save(force_insert=True)

    assert pair_of(case).count() == 1


@pytest.mark.parametrize(
    "values", [{"kind": "intake", "wrapped_by": uuid4()}, {"kind": "authority", "public": b"x"}, {"kind": "intake", "public": b"x"}]
)  # fmt: skip
def test_the_database_refuses_a_pair_without_a_public_half_and_a_public_half_without_a_pair(values):
    with pytest.raises(IntegrityError), transaction.atomic(using="keys"):
        WrappedKey.objects.create(
            **{"suite": 1, "wrapped": b"w", "commitment": bytes(32), "owner": uuid4()} | values
        )


@pytest.mark.sec("SEC-CR9")
def test_an_unwrapped_pair_neither_shows_nor_travels(case):
    keys.adopt(ids(case), case.authority_id)
    (held,) = (key for key, _ in keyring._above._entries.values() if isinstance(key, pairs.PairKey))

    assert repr(held) == f"<PairKey {pair_of(case).get().pk}>"
    with pytest.raises(TypeError):
        pickle.dumps(held)


# --- acknowledgement


def test_an_adopted_case_stands_under_its_authority_and_opens_as_before(person, case, scope):
    assert above(case) == {Kind.INTAKE}

    assert keys.adopt(ids(case), case.authority_id) == 2

    forget_all()
    assert above(case) == {Kind.AUTHORITY}
    assert person.last_name.open(scope) == NAME


def test_adopting_again_changes_nothing(case):
    keys.adopt(ids(case), case.authority_id)
    before = list(WrappedKey.objects.filter(pk__in=ids(case)).order_by("pk").values("wrapped", "wrapped_by"))

    assert keys.adopt(ids(case), case.authority_id) == 0

    after = list(WrappedKey.objects.filter(pk__in=ids(case)).order_by("pk").values("wrapped", "wrapped_by"))
    assert [(bytes(a["wrapped"]), a["wrapped_by"]) for a in after] == [
        (bytes(b["wrapped"]), b["wrapped_by"]) for b in before
    ]


def test_another_authority_adopts_nothing_of_a_case(case, make_case):
    assert keys.adopt(ids(case), make_case().authority_id) == 0


def test_adopting_while_the_key_service_is_out_changes_nothing(person, case, scope, settings):
    working = settings.KEY_PROVIDER
    keys.prepare()
    settings.KEY_PROVIDER = STOPPED
    keyring._above._start_afresh()
    keyring._in_use._start_afresh()

    with pytest.raises(KeysUnavailable):
        keys.adopt(ids(case), case.authority_id)

    settings.KEY_PROVIDER = working
    assert above(case) == {Kind.INTAKE}
    assert person.last_name.open(scope) == NAME


def test_a_key_that_was_destroyed_is_not_adopted_back(case):
    keys.destroy(ids(case))

    assert keys.adopt(ids(case), case.authority_id) == 0
    assert not WrappedKey.objects.filter(pk__in=ids(case)).exists()


# --- the keys of the filing side stand in


@pytest.fixture
def out(settings):
    """Stop the key service, a minute after it was last asked."""

    def stop(provider=STOPPED):
        keys.prepare()
        settings.KEY_PROVIDER = provider
        for cache in (keyring._data, keyring._above, keyring._in_use, keyring._index, keyring._intake):
            cache._start_afresh()

    return stop


@pytest.mark.sec("SEC-FT8")
@pytest.mark.parametrize("provider", [STOPPED, WRONG])
def test_drafts_and_index_values_go_on_while_the_key_service_is_out(scope, out, provider):
    draft, pk, known = keys.create_draft_key(uuid4()), uuid4(), index.keyed("filer", b"someone")
    value = draft.seal(Person._meta.get_field("last_name"), pk, NAME)

    out(provider)

    assert value.open(scope) == NAME
    assert keys.create_draft_key(uuid4())
    assert index.keyed("filer", b"someone") == known


def test_a_process_that_begins_during_an_outage_says_so_and_serves_the_rest(settings):
    keys.prepare()
    settings.KEY_PROVIDER = STOPPED
    forget_all()

    assert keys.prepare() is False
    with pytest.raises(KeysUnavailable):
        index.keyed("filer", b"someone")


def test_a_key_that_was_altered_in_the_store_is_not_stood_in_for(out):
    """What stands in is this very key, by its commitment; another in its row is another key."""
    index.keyed("filer", b"someone")
    out()
    WrappedKey.objects.filter(kind=Kind.INDEX, owner=WHOLE_SERVICE).update(commitment=bytes(32))

    with pytest.raises(KeysUnavailable):
        index.keyed("filer", b"someone")
