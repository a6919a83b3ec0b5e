"""Three kinds of pseudonyms of an account, and rows that lead back only as the service wrote them (SEC-AL20, AL23)."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from audit import events, journal, pseudonyms
from audit.errors import EntryRefused, JournalUnavailable, PseudonymRefused
from audit.models import ActorPseudonym, Alarm, SubjectPseudonym
from tests.audit.conftest import NOON, ORIGIN
from tests.audit.owner import as_owner

pytestmark = [
    pytest.mark.django_db(databases=["default", "keys"]),
    pytest.mark.both_databases("rows that the owner puts in"),
]
events.register("test:done")

TABLES = [ActorPseudonym, SubjectPseudonym]


def said(entry):
    return json.loads(bytes(entry.body))


# --- Three kinds -----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL20")
def test_an_account_has_a_pseudonym_for_what_it_does_what_is_done_to_it_and_each_filing(nadia):
    cases = [uuid4(), uuid4()]
    found = [
        pseudonyms.actor(nadia.user_id),
        *pseudonyms.acted_on(nadia.user_id, by=None),
        *(pseudonyms.filer(nadia.user_id, case) for case in cases),
    ]

    assert len({*found, nadia.user_id}) == 5
    assert {one.version for one in found} == {4}


@pytest.mark.sec("SEC-AL20")
def test_who_acts_on_the_own_account_is_not_named_twice(nadia):
    other = uuid4()

    assert pseudonyms.acted_on(nadia.user_id, other, by=nadia.user_id) == pseudonyms.acted_on(other, by=None)


@pytest.mark.sec("SEC-AL20")
def test_the_entry_of_who_files_says_of_them_the_role_alone(nadia):
    case, origin = uuid4(), replace(ORIGIN, dev="d-1", trace="t-1")
    filer = replace(nadia, role="filer", organisation_id=uuid4(), origin=origin, obo=uuid4(), filing=True)

    body = said(journal.record("test:done", actor=filer, at=NOON, objects=[case]))

    assert body["actor"] == str(pseudonyms.filer(nadia.user_id, case))
    assert body["obo"] == str(pseudonyms.filer(filer.obo, case))
    assert {name: body[name] for name in ("org", "dev", "ip", "ua", "trace")} == dict.fromkeys(
        ("org", "dev", "ip", "ua", "trace")
    )
    assert (body["role"], body["rid"], body["auth"]) == ("filer", "r-1", "session")
    assert not ActorPseudonym.objects.exists(), "whoever only files has no pseudonym as one who acts"


@pytest.mark.sec("SEC-AL20")
def test_who_files_acts_on_a_case(nadia):
    with pytest.raises(EntryRefused):
        journal.record("test:done", actor=replace(nadia, filing=True), at=NOON)


@pytest.mark.sec("SEC-AL20")
def test_the_table_of_actors_holds_no_account_and_no_instant(nadia):
    pseudonym = pseudonyms.actor(nadia.user_id)

    (row,) = ActorPseudonym.objects.values()
    assert row.keys() == {"account", "pseudonym", "mac"}
    assert row["pseudonym"] == pseudonym
    assert nadia.user_id not in row.values()


@pytest.mark.sec("SEC-AL20")
def test_the_way_back_is_computed_over_all_accounts(nadia):
    everybody, case = [uuid4(), nadia.user_id, uuid4()], uuid4()
    acting, filing = pseudonyms.actor(nadia.user_id), pseudonyms.filer(nadia.user_id, case)

    assert pseudonyms.account(acting, among=everybody) == nadia.user_id
    assert pseudonyms.account(filing, among=everybody, cases=[uuid4(), case]) == nadia.user_id
    assert pseudonyms.account(filing, among=everybody) is None
    assert pseudonyms.account(acting, among=everybody[:1]) is None, "the account is gone"
    assert pseudonyms.account(uuid4(), among=everybody, cases=[case]) is None


# --- Rows that the service didn't write ------------------------------------------------------------------


def rows(model):
    """Make two rows, and return their values as the database holds them."""
    if model is ActorPseudonym:
        pseudonyms.actor(uuid4()), pseudonyms.actor(uuid4())
    else:
        journal.new_subject(uuid4(), at=NOON), journal.new_subject(uuid4(), at=NOON)
    pseudonyms.forget()
    return [dict(row) for row in model.objects.order_by("pk").values()]


def replaced(model, forged):
    """Put forged rows in place of those of a table, as who keeps the database can."""
    with as_owner():
        model.objects.all().delete()
        model.objects.bulk_create([model(**row) for row in forged])


def swapped(one, other):
    return [one | {"pseudonym": other["pseudonym"]}, other | {"pseudonym": one["pseudonym"]}]


def swapped_with_macs(one, other):
    return [
        one | {"pseudonym": other["pseudonym"], "mac": other["mac"]},
        other | {"pseudonym": one["pseudonym"], "mac": one["mac"]},
    ]


def changed(one, other):
    return [one | {"pseudonym": uuid4()}, other]


def inserted(one, other):
    key = next(name for name in ("account", "referral_id") if name in one)
    return [one, other, one | {key: uuid4(), "pseudonym": uuid4()}]


def inserted_without_mac(one, other):
    key = next(name for name in ("account", "referral_id") if name in one)
    return [one, other, one | {key: uuid4(), "pseudonym": uuid4(), "mac": None}]


def back(model, pseudonym):
    if model is ActorPseudonym:
        return pseudonyms.account(pseudonym, among=[])
    return pseudonyms.cases([pseudonym])


@pytest.mark.sec("SEC-AL23")
@pytest.mark.parametrize("attack", [swapped, swapped_with_macs, changed, inserted, inserted_without_mac])
@pytest.mark.parametrize("model", TABLES)
def test_a_row_that_the_service_did_not_write_leads_nowhere_and_is_named(model, attack):
    whole = rows(model)
    forged = attack(*whole)
    replaced(model, forged)

    wrong = [row["pseudonym"] for row in forged if row not in whole]
    for pseudonym in wrong:
        with pytest.raises(PseudonymRefused):
            back(model, pseudonym)
    for row in forged:
        if row in whole:
            back(model, row["pseudonym"])
    Alarm.objects.all().delete()
    with capture_logs() as logged:
        assert pseudonyms.check(NOON) == len(wrong)
    named = {f"{model._meta.db_table}:{one}" for one in wrong}
    assert {line["row"] for line in logged if line["code"] == "pseudonym"} == named
    assert set(Alarm.objects.values_list("key", flat=True)) == {f"pseudonym:{one}" for one in named}


@pytest.mark.sec("SEC-AL23")
@pytest.mark.parametrize("attack", [swapped, swapped_with_macs, changed])
def test_no_entry_is_written_under_a_row_that_the_service_did_not_write(nadia, attack):
    """Neither of who acts nor about a case; where its pseudonym comes with the case's row, the pass at night names it."""
    case = uuid4()
    pseudonyms.actor(nadia.user_id)
    journal.new_subject(case, at=NOON)
    for model, key in (
        (ActorPseudonym, pseudonyms.keyed_id("journal.actor", nadia.user_id)),
        (SubjectPseudonym, case),
    ):
        rows(model)
        (own,) = model.objects.filter(pk=key).values()
        replaced(model, attack(own, model.objects.exclude(pk=key).values()[0]))
    pseudonyms.forget()

    with pytest.raises(JournalUnavailable):
        journal.record("test:done", actor=nadia, at=NOON)
    with pytest.raises(PseudonymRefused):
        journal.subject(case)
    assert Alarm.objects.count() == 2


@pytest.mark.sec("SEC-AL23")
def test_a_row_of_one_table_is_none_of_the_other(nadia):
    """The MAC is over the table too: a case's row isn't an account's."""
    case = uuid4()
    pseudonym = journal.new_subject(case, at=NOON)
    mac = bytes(SubjectPseudonym.objects.get(pk=case).mac)
    ActorPseudonym.objects.create(account=case, pseudonym=pseudonym, mac=mac)

    with pytest.raises(PseudonymRefused):
        pseudonyms.account(pseudonym, among=[nadia.user_id])


@pytest.mark.sec("SEC-AL23")
def test_what_the_service_wrote_is_found_in_order():
    for model in TABLES:
        rows(model)

    assert pseudonyms.check(NOON) == 0
