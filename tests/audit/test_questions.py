"""The questions that auditors ask ready-made, and entries as a table (SEC-AL17)."""

import csv
import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest

from audit import events, journal, pseudonyms, questions
from audit.errors import NotAuditor
from audit.events import Outcome
from audit.models import Entry
from audit.questions import BY_NAME, QUESTIONS
from core.languages import in_both
from core.query import InvalidQuery
from tests.audit.conftest import NOON, FakeActor
from tests.conftest import see_all

pytestmark = [
    pytest.mark.django_db(databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL17"),
    pytest.mark.both_databases("statements of the auditors' questions"),
]
events.register("test:done")

#: question: (act, what else the entry says) of an entry that answers it.
ANSWERS = {
    "file-openings": (events.OPENED, {}),
    "person-openings": (events.OPENED, {}),
    "refusals": ("request:denied", {"outcome": Outcome.DENY}),
    "break-glass": ("glass:contest", {}),
    "exports": ("audit:exported", {}),
    "searches": ("search:done", {}),
    "rights": ("membership:granted", {}),
    "closed-readings": (events.OPENED, {"from_state": "ended"}),
}


@pytest.fixture
def subject():
    return uuid4()


@pytest.fixture
def written(nadia, authority_93, authority_75, subject):
    """One entry of each kind about the file by Nadia, in both authorities, and one by somebody else."""
    see_all()
    made = {}
    for number, (name, (act, said)) in enumerate(ANSWERS.items()):
        at = NOON - timedelta(hours=1) + timedelta(minutes=number)
        made[name] = journal.record(act, actor=nadia, at=at, tenant=authority_93, objects=[subject], **said)
        journal.record(act, actor=nadia, at=at, tenant=authority_75, objects=[subject], **said)
    journal.record("test:done", actor=FakeActor(), at=NOON, tenant=authority_93, objects=[uuid4(), subject])
    return made


def asked(name, caller, nadia, file, /, **narrowed):
    see_all()
    needs = {
        "subject": {"subject": file},
        "actor": {"actor": pseudonyms.actor(nadia.user_id)},
        "": {},
    }
    said = {"limit": 50} | needs[BY_NAME[name].needs] | narrowed
    return questions.ask(BY_NAME[name], said, actor=caller, at=NOON)


def test_the_questions_are_those_of_the_paper():
    """domain.md §7.4 and SEC-AL17: who opened, what opened, denials, break-glass, exports, searches, rights, closed."""
    assert {question.name for question in QUESTIONS} == ANSWERS.keys()
    labels = [in_both(question.label) for question in QUESTIONS]
    assert all(label["fr"].endswith(" ?") and label["en"].endswith("?") for label in labels)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_question_is_answered_by_its_entries_of_the_own_authority_and_no_others(
    written, ines, nadia, subject, name
):
    alike = {other for other, (act, _) in ANSWERS.items() if act == ANSWERS[name][0]}
    expected = {written[other].pk for other in alike}
    if name == "closed-readings":
        expected = {written[name].pk}

    page = asked(name, ines, nadia, subject)

    assert {entry.pk for entry in page.items} == expected
    assert [entry.at for entry in page.items] == sorted((e.at for e in page.items), reverse=True)


@pytest.mark.parametrize("name", ["file-openings", "person-openings", "closed-readings"])
def test_a_file_of_the_case_that_was_downloaded_is_among_the_openings(
    ines, nadia, authority_93, subject, name
):
    see_all()
    made = journal.record(
        "attachment:opened", actor=nadia, at=NOON - timedelta(hours=1), tenant=authority_93, objects=[subject],
        from_state="ended",
    )  # fmt: skip

    assert [entry.pk for entry in asked(name, ines, nadia, subject).items] == [made.pk]


@pytest.mark.parametrize("name", ANSWERS)
def test_a_question_is_itself_an_entry_that_says_how_much_was_shown(
    written, ines, nadia, subject, authority_93, name
):
    page = asked(name, ines, nadia, subject)

    (entry,) = Entry.objects.filter(act="audit:queried")
    body = json.loads(bytes(entry.body))
    assert (entry.tenant, body["n"], body["why"]) == (authority_93, len(page.items), "audit")
    assert body["pd"] is not None
    assert body["obj"] == ([str(subject)] if name == "file-openings" else [])


@pytest.mark.parametrize("name", ANSWERS)
def test_a_question_is_narrowed_by_person_file_and_period(written, ines, nadia, subject, name):
    own = pseudonyms.actor(nadia.user_id)

    assert asked(name, ines, nadia, subject, actor=own, subject=subject).items
    assert not asked(name, ines, nadia, subject, actor=uuid4()).items
    assert not asked(name, ines, nadia, subject, subject=uuid4()).items
    assert not asked(name, ines, nadia, subject, since=NOON).items
    assert not asked(name, ines, nadia, subject, until=NOON - timedelta(hours=2)).items


def test_a_question_goes_on_where_its_page_ended_and_takes_no_other_questions_cursor(
    ines, nadia, authority_93, subject
):
    see_all()
    for _ in range(5):
        journal.record("search:done", actor=nadia, at=NOON, tenant=authority_93, objects=[subject])
    seen, cursor = [], None
    for _ in range(3):
        page = asked("searches", ines, nadia, subject, limit=2, cursor=cursor)
        seen += [entry.pk for entry in page.items]
        cursor = page.next
    assert (len(set(seen)), len(seen), cursor) == (5, 5, None)

    first = asked("searches", ines, nadia, subject, limit=2).next
    for other in ("rights", "refusals"):
        with pytest.raises(InvalidQuery):
            asked(other, ines, nadia, subject, limit=2, cursor=first)


@pytest.mark.parametrize("caller", [None, FakeActor(role="auditor"), FakeActor()])
def test_nobody_but_an_auditor_is_answered(written, nadia, subject, caller):
    for name in ANSWERS:
        with pytest.raises(NotAuditor):
            asked(name, caller, nadia, subject)
    with pytest.raises(NotAuditor):
        questions.table({"limit": 10}, actor=caller, at=NOON)


# --- As a table ----------------------------------------------------------------------------------------


def rows(file) -> list[dict]:
    with file:
        return list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"))))


def test_the_table_holds_what_the_entries_say_and_is_an_export(written, ines, authority_93):
    see_all()
    file, after = questions.table({"limit": 100}, actor=ines, at=NOON)

    lines = rows(file)
    assert after is None
    assert {line["id"] for line in lines} >= {str(entry.pk) for entry in written.values()}
    assert {line["tenant"] for line in lines} == {str(authority_93)}
    (entry,) = (
        Entry.objects.filter(act="audit:exported", outcome="allow")
        .exclude(pk=written["exports"].pk)
        .filter(tenant=authority_93)
    )
    assert (entry.topic, json.loads(bytes(entry.body))["n"]) == ("export", len(lines))


def test_a_long_table_says_where_to_go_on(written, ines):
    see_all()
    first, after = questions.table({"limit": 3}, actor=ines, at=NOON)
    rest, end = questions.table({"limit": 100, "cursor": after}, actor=ines, at=NOON)

    names = [line["id"] for line in rows(first)] + [
        line["id"]
        for line in rows(rest)
        if line["act"] != "audit:exported" or line["id"] == str(written["exports"].pk)
    ]
    assert end is None
    assert len(names) == len(set(names)) == len(ANSWERS) + 1


# --- Over HTTP -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ANSWERS)
def test_each_question_has_its_address(world, name):
    needs = {"subject": {"subject": str(uuid4())}, "actor": {"actor": str(uuid4())}, "": {}}[
        BY_NAME[name].needs
    ]
    path = f"audit/questions/{name}"

    answer = world.as_("auditor").get(path, **needs)

    assert (answer.status_code, answer.json()) == (200, {"results": [], "next": None})
    assert world.as_("crip_coordinator").get(path, **needs).status_code == 403
    assert world.as_("auditor").get(path, **needs, act="x").status_code == 400
    assert world.as_("auditor").get(path).status_code == (400 if needs else 200)


def test_the_table_has_its_address(world):
    answer = world.as_("auditor").get("audit/table", limit=1)

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert "journal.csv" in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content).startswith(b'\xef\xbb\xbf"id"')
    assert world.as_("supervisor").get("audit/table").status_code == 403
