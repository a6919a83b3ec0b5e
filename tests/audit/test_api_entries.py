"""GET /api/v1/audit/entries, for each kind of caller."""

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from audit import events, journal, pseudonyms
from audit.api.serializers import EntryPageOut
from audit.api.views import Entries
from audit.errors import JournalUnavailable, NotAuditor
from audit.events import Outcome
from audit.models import Entry
from core.query import InvalidQuery
from tests.audit.conftest import NOON, FakeActor
from tests.conftest import see_all

pytestmark = [
    pytest.mark.django_db(databases=["default", "keys"]),
    pytest.mark.both_databases("the views of the auditor's role"),
]

events.register("test:done", "test:undone")


def ask(caller, /, **query) -> dict:
    """Call the view as the pipeline does, with its actor and instant; errors come as the app raises them.

    The database is told nothing of the caller's authorities: here the service's own rule stands alone.
    """
    see_all()
    request = Request(APIRequestFactory().get("/api/v1/audit/entries", query))
    request.actor, request.at = caller, NOON
    return json.loads(json.dumps(Entries().get(request).data))


def ids(answer: dict) -> list[str]:
    return [line["id"] for line in answer["results"]]


@pytest.fixture
def made(nadia, authority_93, authority_75) -> SimpleNamespace:
    """Entries of two authorities and of none, so that a forgotten filter shows."""
    subject, other = uuid4(), uuid4()

    def record(act="test:done", *, minutes=0, tenant=authority_93, actor=nadia, **named):
        return str(
            journal.record(
                act,
                actor=actor,
                at=NOON - timedelta(hours=1) + timedelta(minutes=minutes),
                tenant=tenant,
                **named,
            ).pk
        )

    return SimpleNamespace(
        subject=subject,
        first=record(minutes=1, objects=[subject]),
        listed=record(minutes=2, objects=[subject, other]),
        denied=record("request:denied", minutes=3, outcome=Outcome.DENY, actor=FakeActor(role="filer")),
        undone=record("test:undone", minutes=4, objects=[other]),
        elsewhere=record(minutes=5, tenant=authority_75, objects=[subject]),
        nowhere=record(minutes=6, tenant=None, actor=None),
    )


def test_entries_auditor_reads_those_of_the_own_authority_newest_first(ines, made):
    """SEC-AZ16: of the own authority only."""
    assert ids(ask(ines)) == [made.undone, made.denied, made.listed, made.first]


@pytest.mark.parametrize("actor", [None, FakeActor(), FakeActor(role="auditor")])
def test_entries_nobody_else_reads_any(actor, made):
    """Anonymous, a coordinator, and an auditor whose role has ended."""
    before = Entry.objects.count()

    with pytest.raises(NotAuditor):
        ask(actor)

    assert Entry.objects.count() == before


def test_entries_auditor_of_two_authorities_reads_both(made, authority_93, authority_75):
    both = FakeActor(role="auditor", audits=frozenset({authority_93, authority_75}))

    assert ids(ask(both)) == [made.elsewhere, made.undone, made.denied, made.listed, made.first]

    written = [
        json.loads(bytes(body))
        for body in Entry.objects.filter(act="audit:queried").values_list("body", flat=True)
    ]
    assert {(one["tenant"], one["n"]) for one in written} == {(str(authority_93), 4), (str(authority_75), 1)}


def test_entries_by_subject_finds_it_alone_and_in_lists(ines, made):
    assert ids(ask(ines, subject=str(made.subject))) == [made.listed, made.first]


def test_entries_by_actor(ines, made, nadia):
    pseudonym = str(pseudonyms.actor(nadia.user_id))

    assert ids(ask(ines, actor=pseudonym)) == [made.undone, made.listed, made.first]


def test_entries_by_act_and_outcome(ines, made):
    assert ids(ask(ines, act="test:undone")) == [made.undone]
    assert ids(ask(ines, outcome="deny")) == [made.denied]
    assert ids(ask(ines, act="test:undone", outcome="deny")) == []


def test_entries_by_purpose(ines, made, nadia, authority_93):
    of_purpose = {
        purpose: journal.record("test:done", actor=nadia, at=NOON, tenant=authority_93, purpose=purpose).pk
        for purpose in (events.Purpose.AUDIT, events.Purpose.EXPORT)
    }

    for purpose, entry in of_purpose.items():
        assert ids(ask(ines, purpose=str(purpose), act="test:done")) == [str(entry)]


def test_entries_by_period_include_the_beginning_and_not_the_end(ines, made):
    answer = ask(ines, since="2026-11-24T11:02:00.123456Z", until="2026-11-24T12:04:00.123456+01:00")

    assert ids(answer) == [made.denied, made.listed]


def test_entries_page_after_page(ines, made):
    first = ask(ines, limit="3", until="2026-11-24T11:59:00Z")
    second = ask(ines, limit="3", until="2026-11-24T11:59:00Z", cursor=first["next"])

    assert ids(first) + ids(second) == [made.undone, made.denied, made.listed, made.first]
    assert second["next"] is None


def test_entries_a_cursor_is_worth_nothing_to_another_auditor_or_question(ines, made, authority_75):
    cursor = ask(ines, limit="1")["next"]

    for actor, query in ((ines, {"outcome": "allow"}), (replace(ines, audits=frozenset({authority_75})), {})):
        with pytest.raises(InvalidQuery):
            ask(actor, limit="1", cursor=cursor, **query)


@pytest.mark.parametrize(
    "query",
    [
        {"act": "test:unknown"},
        {"outcome": "maybe"},
        {"subject": "1"},
        {"since": "yesterday"},
        {"order": "at"},
    ],
)
def test_entries_a_wrong_parameter_is_named(ines, made, query):
    with pytest.raises(InvalidQuery) as refused:
        ask(ines, **query)

    assert set(refused.value.parameters) == set(query)


@pytest.mark.sec("SEC-AL1")
def test_entries_a_query_is_itself_an_entry(ines, made, authority_93):
    ask(ines, subject=str(made.subject))

    said = json.loads(bytes(Entry.objects.get(act="audit:queried").body))
    assert (said["n"], said["tenant"], said["why"], said["rule"]) == (
        2,
        str(authority_93),
        "audit",
        "audit.read",
    )
    assert said["obj"] == [str(made.subject)]
    assert ask(ines, act="audit:queried")["results"][0]["count"] == 2


@pytest.mark.sec("SEC-AL4")
def test_entries_without_an_entry_there_is_no_answer(ines, made, monkeypatch):
    def down(*args, **kwargs):
        raise JournalUnavailable

    monkeypatch.setattr(journal, "record", down)

    with pytest.raises(JournalUnavailable):
        ask(ines)


def test_entries_answer_with_pseudonyms_only(ines, nadia, authority_93):
    """Neither a referral nor an account nor an organisation is named."""
    referral, organisation = uuid4(), uuid4()
    actor = replace(nadia, organisation_id=organisation, obo=uuid4())
    subject = journal.new_subject(referral, at=NOON)
    journal.record("test:done", actor=actor, at=NOON, objects=[subject], tenant=authority_93)

    text = json.dumps(ask(ines, act="test:done"))

    assert str(subject) in text
    for hidden in (referral, organisation, actor.user_id, actor.obo, ines.user_id):
        assert str(hidden) not in text
    assert "192.0.2" not in text


def test_entries_answer_holds_each_declared_member(ines, made):
    declared = EntryPageOut().fields["results"].child.fields

    assert all(set(line) == set(declared) for line in ask(ines)["results"])


def test_entries_cost_the_same_however_many(ines, made, django_assert_max_num_queries):
    pseudonyms.actor(ines.user_id)

    with django_assert_max_num_queries(5):  # one of them for the rows of subjects, where an entry has several
        ask(ines)


@pytest.mark.only_on("postgresql", "roles are PostgreSQL's")
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
@pytest.mark.sec("SEC-AL6")
def test_entries_are_read_under_the_auditors_role_and_written_under_ours(ines, made_committed, settings):
    settings.DATABASE_ROLE = "repere_app"

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE repere_app")
        answer = ask(ines, subject=str(made_committed.subject))
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("repere_app",)

    assert ids(answer) == [made_committed.listed, made_committed.first]


@pytest.fixture
def made_committed(request):
    with transaction.atomic():
        return request.getfixturevalue("made")
