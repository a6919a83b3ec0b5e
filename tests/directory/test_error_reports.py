"""Anybody reports an error in one sentence, which its editors alone read (field.md A.8)."""

import json

import pytest
from rest_framework.exceptions import ValidationError

from accounts.errors import AlreadyThere, NotAllowed, NotVisible
from accounts.roles import Role
from directory import queries
from directory.actions import merging, reports
from directory.inputs import ReportInput
from directory.models import ErrorReport
from outbox.models import Notice
from tests.directory.entries import AT, a_service, a_structure, an_error_report, editor, entries
from tests.night import one_in, some
from tests.shared_fixtures import shared_fixture

SENTENCE = "Le numéro ne répond plus."


@shared_fixture
def reported(world):
    """An error of a service of 93."""
    return an_error_report(world)


@pytest.mark.parametrize(("role", "code"), [
    (role, code) for role in sorted({*one_in(4, map(str, Role)), "api_119"}) for code in some(["93", "75"], role)
])  # fmt: skip
def test_every_person_reports_and_no_program_does(world, reported, role, code):
    answer = world.as_(role, code).post(f"resources/{reported.service_id}/errors", {"sentence": SENTENCE})

    assert answer.status_code == (403 if role == Role.API_119 else 201)
    assert SENTENCE not in answer.content.decode()


def test_the_sentence_is_sealed_and_opened_for_its_editors_with_an_entry(world):
    row = an_error_report(world)
    assert SENTENCE.encode() not in bytes(ErrorReport.objects.get().sentence.ciphertext)

    (line,) = queries.open_reports(editor(world), at=AT)

    assert (line.id, line.sentence, line.service) == (row.pk, SENTENCE, row.service_id)
    (entry,) = entries("directory:errors-read")
    assert (entry["fields"], entry["role"]) == ({"error_report.sentence": 1}, "directory_editor")
    assert SENTENCE not in json.dumps(entries("directory:error-reported"))


@pytest.mark.parametrize("code", ["93", "75"])
@pytest.mark.parametrize("role", [str(role) for role in Role])
def test_who_doesnt_keep_the_entry_reads_and_settles_none(world, reported, role, code):
    row = reported
    actor = world.actor(role, code, at=AT)
    if role != Role.DIRECTORY_EDITOR:
        with pytest.raises(NotAllowed):
            queries.open_reports(actor, at=AT)
        with pytest.raises(NotAllowed):
            reports.settle(row.pk, {"corrected": True}, actor=actor, at=AT)
    elif code == "75":
        assert queries.open_reports(actor, at=AT) == []
        with pytest.raises(NotVisible):
            reports.settle(row.pk, {"corrected": True}, actor=actor, at=AT)
    else:
        assert reports.settle(row.pk, {"corrected": True}, actor=actor, at=AT).corrected is True
        assert queries.open_reports(actor, at=AT) == []
        with pytest.raises(AlreadyThere):
            reports.settle(row.pk, {"corrected": True}, actor=actor, at=AT)


def test_editors_are_told_once_a_day_however_much_is_reported(world):
    service = a_service(world)
    for _ in range(3):
        reports.report(service.pk, {"sentence": SENTENCE}, actor=world.actor("filer", at=AT), at=AT)

    notices = Notice.objects.filter(template="directory.errors")
    assert {one.user_id for one in notices} == {world.user("directory_editor").pk}
    assert len({one.created_at for one in notices}) == 1
    assert ErrorReport.objects.count() == 3


def test_an_error_of_an_alias_is_one_of_the_kept_entry(world):
    structure = a_structure(world)
    kept, lost = a_service(world, structure), a_service(world, structure)
    merging.merge(kept.pk, lost.pk, actor=editor(world), at=AT)

    row = reports.report(lost.pk, {"sentence": SENTENCE}, actor=world.actor("filer", at=AT), at=AT)

    assert row.service == kept


@pytest.mark.parametrize("sentence", ["", "  ", "non", "x" * 501])
def test_one_sentence_of_some_words(sentence):
    with pytest.raises(ValidationError):
        ReportInput.read({"sentence": sentence})
