"""What one entry holds, and when there is none."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from audit import canonical, events, journal, pseudonyms
from audit.errors import (
    EntryRefused,
    EntryTooLarge,
    JournalUnavailable,
    OutsideTransaction,
    UnknownAct,
    UnknownSubject,
)
from audit.events import Outcome, Purpose
from audit.models import ActorPseudonym, Entry, EntrySubject, SubjectPseudonym
from encryption import index
from encryption.errors import KeysUnavailable
from tests.audit.conftest import NOON, FakeActor

pytestmark = [
    pytest.mark.django_db(databases=["default", "keys"]),
    pytest.mark.both_databases("how an entry is stored, and whose clock it bears"),
]

events.register("test:done")

SCHEMA = [
    "v", "id", "salt", "ts", "mono", "clk", "w", "wseq", "wmac", "actor", "role", "org", "tenant", "obo",
    "act", "obj", "fields", "why", "out", "rule", "pol", "from", "to", "ver", "pd", "n", "ip", "ua", "dev",
    "rid", "trace", "auth",
]  # fmt: skip


def said(entry: Entry) -> dict:
    return json.loads(bytes(Entry.objects.get(pk=entry.pk).body))


def test_an_entry_has_every_key_of_the_schema_and_no_other(nadia):
    """security.md §6: closed schema."""
    bare = journal.record("test:done", actor=None, at=NOON)
    full = journal.record("test:done", actor=nadia, at=NOON, objects=[uuid4()], purpose=Purpose.TRIAGE)

    assert sorted(said(bare)) == sorted(said(full)) == sorted(SCHEMA)


def test_what_does_not_apply_is_null_or_empty(monkeypatch):
    monkeypatch.setattr("audit.events._policy", None)  # the app that owns the rules may be loaded already
    body = said(journal.record("test:done", actor=None, at=NOON))

    empty = {key for key, value in body.items() if value is None}
    assert empty == set(SCHEMA) - {"v", "id", "salt", "ts", "mono", "clk", "w", "wseq", "wmac"} - {
        "act", "obj", "fields", "out"
    }  # fmt: skip
    assert (body["obj"], body["fields"], body["v"]) == ([], {}, 1)


def test_all_that_is_said_of_an_act_is_in_its_entry(nadia, authority_93):
    subject, organisation, other = uuid4(), uuid4(), uuid4()
    actor = replace(nadia, organisation_id=organisation, obo=other)

    body = said(
        journal.record(
            "test:done",
            actor=actor,
            at=NOON,
            objects=[subject],
            tenant=authority_93,
            outcome=Outcome.FAIL,
            fields={"child.last_name": 2},
            purpose=Purpose.TRIAGE,
            rule="T11",
            from_state="triage",
            to_state="not_qualified",
            version=7,
            count=3,
            payload=b"{}",
        )
    )

    expected = {
        "actor": str(pseudonyms.actor(nadia.user_id)), "obo": str(pseudonyms.actor(other)), "role": "coordinator",
        "org": keyed_name(organisation), "tenant": str(authority_93), "act": "test:done", "obj": [str(subject)],
        "fields": {"child.last_name": 2}, "why": "triage", "out": "fail", "rule": "T11", "from": "triage",
        "to": "not_qualified", "ver": 7, "n": 3, "rid": "r-1", "ip": "192.0.2.0/24", "ua": "firefox/140",
        "auth": "session", "dev": None, "trace": None, "ts": "2026-11-24T12:00:00.123456Z",
    }  # fmt: skip
    assert {key: body[key] for key in expected} == expected


def keyed_name(organisation) -> str:
    return str(UUID(bytes=index.keyed("journal.org", organisation.bytes)[:16], version=4))


@pytest.mark.sec("SEC-AL17")
def test_an_institution_stands_under_a_keyed_pseudonym(nadia):
    """By its id an auditor would look up which school filed, and with whom a child is placed."""
    one, other = uuid4(), uuid4()

    told = [
        said(journal.record("test:done", actor=replace(nadia, organisation_id=org), at=NOON))
        for org in (one, one, other)
    ]

    assert str(one) not in str(told)
    assert told[0]["org"] == told[1]["org"] == keyed_name(one)
    assert told[0]["org"] != told[2]["org"]


def test_the_stored_bytes_are_canonical_and_give_the_leaf_hash(nadia):
    """RFC 6962 §2.1: SHA-256 of 0x00 and the bytes; the bytes are re-made from what they say."""
    entry = Entry.objects.get(pk=journal.record("test:done", actor=nadia, at=NOON, objects=[uuid4()]).pk)
    body = bytes(entry.body)

    again = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    assert again == body
    assert hashlib.sha256(b"\x00" + body).digest() == bytes(entry.leaf_hash)


def test_the_columns_repeat_the_bytes(nadia, authority_93):
    subject = uuid4()
    made = journal.record("test:done", actor=nadia, at=NOON, objects=[subject], tenant=authority_93)
    entry, body = Entry.objects.get(pk=made.pk), said(made)

    columns = (entry.id, entry.actor, entry.subject, entry.tenant, entry.writer, entry.writer_seq)
    assert [str(one) for one in columns] == [
        body["id"], body["actor"], str(subject), body["tenant"], body["w"], str(body["wseq"])
    ]  # fmt: skip
    assert (entry.at, entry.act, entry.outcome) == (NOON, body["act"], body["out"])


@pytest.mark.sec("SEC-AL19")
def test_instants_are_written_in_utc_with_microseconds():
    """The clock's name says whether the database's or the process's was read."""
    at = datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2)))

    body = said(journal.record("test:done", actor=None, at=at))

    assert body["ts"] == "2026-03-29T01:30:00.000000Z"
    assert body["clk"] == ("process" if connection.vendor == "sqlite" else "db")


@pytest.mark.sec("SEC-AL19")
def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(EntryRefused):
        journal.record("test:done", actor=None, at=datetime(2026, 1, 1))


def test_a_list_of_a_hundred_pseudonyms_fits_and_each_is_found(nadia):
    """security.md §6: ≤ 8 KiB; lists record every pseudonym shown."""
    shown = [uuid4() for _ in range(100)]
    labels = {f"child.some_field_{number:02}": 100 for number in range(20)}

    entry = journal.record("test:done", actor=nadia, at=NOON, objects=shown, fields=labels, count=100)

    assert set(said(entry)["obj"]) == {str(one) for one in shown}
    assert set(EntrySubject.objects.filter(entry=entry).values_list("subject", flat=True)) == set(shown)
    assert len(entry.body) <= 8192


def test_an_entry_that_is_too_large_is_refused(nadia):
    wide = {f"{'x' * 50}.{number:03}": 1 for number in range(150)}

    with pytest.raises(EntryTooLarge):
        journal.record("test:done", actor=nadia, at=NOON, fields=wide)
    with pytest.raises(EntryTooLarge):
        journal.record("test:done", actor=nadia, at=NOON, objects=[uuid4() for _ in range(101)])

    assert not Entry.objects.exists()


def test_the_last_byte_that_fits_is_counted_with_the_mac():
    """8,192 bytes pass, 8,193 don't, measured on the bytes that are stored."""
    values = dict.fromkeys(SCHEMA) | {"mono": 1, "wseq": 1, "fields": {}, "role": ""}
    bare, _ = canonical.chained(values, b"")
    room = 8192 - len(bare)

    assert len(canonical.chained(values | {"role": "x" * room}, b"")[0]) == 8192
    with pytest.raises(EntryTooLarge):
        canonical.chained(values | {"role": "x" * (room + 1)}, b"")


def test_an_act_that_nobody_registered_is_refused(nadia):
    with pytest.raises(UnknownAct):
        journal.record("referral:invented", actor=nadia, at=NOON)


@pytest.mark.parametrize("act", ["", "done", "Referral:done", "a:b c", "a:b:c", "a:" + "b" * 40])
def test_an_act_is_registered_by_source_and_deed(act):
    with pytest.raises(UnknownAct):
        events.register(act)


@pytest.mark.parametrize(
    "said_of_it",
    [
        {"rule": "Camille a fugué"},
        {"objects": ["Camille"]},
        {"tenant": NOON},
        {"from_state": "a" * 65},
        {"to_state": "état"},
        {"fields": {"le nom": 1}},
        {"fields": {"child.last_name": 1.0}},
        {"fields": {"child.last_name": True}},
        {"version": 1.5},
        {"count": -1},
        {"count": 2**53},
    ],
)
def test_nothing_but_codes_and_whole_numbers_enters(said_of_it):
    """security.md §6: no names, no values, no free text; canonical JSON has no floats."""
    with pytest.raises(EntryRefused):
        journal.record("test:done", actor=None, at=NOON, **said_of_it)


def test_an_origin_takes_no_free_text():
    with pytest.raises(EntryRefused):
        events.Origin(ua="Mozilla/5.0 (X11; Linux)")


@pytest.mark.parametrize(
    ("header", "family"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "firefox/140"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36 Edg/141.0",
            "edge/141",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36", "chrome/141"),
        ("Mozilla/5.0 (iPhone) AppleWebKit/605.1 Version/18.1 Mobile/15E148 Safari/604.1", "safari/18"),
        ("curl/8.14.1", "curl/8"),
        ("Camille Exemple 93", "other"),
        ("", ""),
    ],
)
def test_a_browser_is_known_by_its_family(header, family):
    assert events.user_agent(header) == family


def test_the_payload_is_a_keyed_digest():
    """A digest without a key would let a guessed answer be checked against the journal."""
    body = said(journal.record("test:done", actor=None, at=NOON, payload=b'{"q":"x"}'))

    assert body["pd"] == index.keyed("journal.payload", b'{"q":"x"}').hex()
    assert body["pd"] != hashlib.sha256(b'{"q":"x"}').hexdigest()


def test_salts_and_ids_are_never_the_same_twice():
    bodies = [said(journal.record("test:done", actor=None, at=NOON)) for _ in range(20)]

    assert len({body["salt"] for body in bodies}) == len({body["id"] for body in bodies}) == 20
    assert all(len(bytes.fromhex(body["salt"])) == 16 for body in bodies)


def test_an_actor_keeps_one_pseudonym_and_is_never_named(nadia):
    first = said(journal.record("test:done", actor=nadia, at=NOON))
    pseudonyms.forget()
    second = said(journal.record("test:done", actor=nadia, at=NOON))

    assert first["actor"] == second["actor"] != str(nadia.user_id)
    assert str(nadia.user_id) not in json.dumps(first)


def test_two_actors_have_two_pseudonyms(nadia):
    assert pseudonyms.actor(nadia.user_id) != pseudonyms.actor(FakeActor().user_id)


@pytest.mark.sec("SEC-AL16")
def test_a_subjects_pseudonym_is_random_and_says_nothing():
    referral = uuid4()

    pseudonym = journal.new_subject(referral, at=NOON)

    assert pseudonym != referral
    assert pseudonym.version == 4
    assert journal.subject(referral) == pseudonym


@pytest.mark.sec("SEC-AL16")
def test_once_its_row_is_gone_nothing_leads_back_and_the_entry_still_verifies():
    referral = uuid4()
    entry = journal.record("test:done", actor=None, at=NOON, objects=[journal.new_subject(referral, at=NOON)])

    SubjectPseudonym.objects.filter(referral_id=referral).delete()

    with pytest.raises(UnknownSubject):
        journal.subject(referral)
    stored = Entry.objects.get(pk=entry.pk)
    assert hashlib.sha256(b"\x00" + bytes(stored.body)).digest() == bytes(stored.leaf_hash)


def test_a_list_with_one_unknown_referral_has_no_pseudonyms(django_assert_num_queries):
    """A line that the journal can't name isn't shown."""
    known = [uuid4() for _ in range(3)]
    for one in known:
        journal.new_subject(one, at=NOON)

    with django_assert_num_queries(1):
        assert set(journal.subjects(known)) == set(known)
    with pytest.raises(UnknownSubject):
        journal.subjects([*known, uuid4()])


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_an_entry_outside_a_transaction_is_refused(nadia):
    """SEC-AL2: write and entry are one transaction."""
    with pytest.raises(OutsideTransaction):
        journal.record("test:done", actor=nadia, at=NOON)


@pytest.mark.sec("SEC-AL2")
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_act_and_entry_are_kept_or_lost_together(nadia):
    kept, lost = uuid4(), uuid4()

    with transaction.atomic():
        journal.record("test:done", actor=nadia, at=NOON, objects=[journal.new_subject(kept, at=NOON)])
    with transaction.atomic():
        journal.record("test:done", actor=nadia, at=NOON, objects=[journal.new_subject(lost, at=NOON)])
        transaction.set_rollback(True)

    assert list(SubjectPseudonym.objects.values_list("referral_id", flat=True)) == [kept]
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_a_pseudonym_that_was_rolled_back_is_not_remembered(nadia):
    with transaction.atomic():
        pseudonyms.actor(nadia.user_id)
        transaction.set_rollback(True)

    with transaction.atomic():
        found = pseudonyms.actor(nadia.user_id)

    assert ActorPseudonym.objects.get().pseudonym == found


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_an_entry_on_one_subject_is_one_statement(nadia, django_assert_num_queries):
    with transaction.atomic():
        journal.record("test:done", actor=nadia, at=NOON)

    with transaction.atomic(), django_assert_num_queries(1) as seen:
        journal.record("test:done", actor=nadia, at=NOON, objects=[uuid4()])

    assert seen.captured_queries[0]["sql"].startswith("INSERT")


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_an_entry_on_several_subjects_is_one_statement_too_where_the_database_can(
    nadia, django_assert_num_queries
):
    cases = [uuid4() for _ in range(3)]
    with transaction.atomic():
        journal.record("test:done", actor=nadia, at=NOON)

    several_rows = 1 if connection.vendor == "sqlite" else 0
    with transaction.atomic(), django_assert_num_queries(1 + several_rows):
        entry = journal.record("test:done", actor=nadia, at=NOON, objects=cases)

    listed = EntrySubject.objects.filter(entry_id=entry.pk).values_list("subject", flat=True)
    assert sorted(listed) == sorted(cases)
    assert Entry.objects.get(pk=entry.pk).subject is None


@pytest.mark.sec("SEC-AL4")
def test_a_database_that_fails_makes_the_journal_unavailable(nadia):
    def broken(execute, sql, params, many, context):
        raise DatabaseError

    with connection.execute_wrapper(broken), pytest.raises(JournalUnavailable):
        journal.record("test:done", actor=nadia, at=NOON)


@pytest.mark.sec("SEC-AL4")
def test_without_the_index_key_the_journal_is_unavailable(nadia, monkeypatch):
    def down(purpose: str, value: bytes) -> bytes:
        raise KeysUnavailable

    monkeypatch.setattr(index, "keyed", down)

    with pytest.raises(JournalUnavailable):
        journal.record("test:done", actor=nadia, at=NOON)
    assert not Entry.objects.exists()


def test_each_entry_names_the_rules_in_force(monkeypatch):
    monkeypatch.setattr(events, "_policy", None)
    events.declare_policy("2026-11")

    assert said(journal.record("test:done", actor=None, at=NOON))["pol"] == "2026-11"


def test_the_clock_of_the_process_only_goes_forward():
    first, second = (said(journal.record("test:done", actor=None, at=NOON))["mono"] for _ in range(2))

    assert second >= first
