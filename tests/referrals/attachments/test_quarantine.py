"""A file that must not be kept: set aside at once, given back or destroyed by two, and no door that opens it meanwhile.

domain.md §4.6; code pénal 227-23; docs/decisions/0036-a-file-that-must-not-be-kept.md. Which role does the three steps
from which state is told by the matrix (``tests/expected/steps.py``), who signs by ``tests/referrals/execution/test_approvals.py``.
"""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from audit import erasures
from audit.errors import LedgerUnavailable
from audit.models import Shred
from core.clock import instant
from encryption import keys
from encryption.errors import KeysUnavailable
from encryption.models import Shredded
from referrals.attachments import cleanup, quarantine, serving, storage
from referrals.attachments.folder import FolderStore
from referrals.errors import FileBarred, StoreUnavailable
from referrals.models import Referral, StoredObject
from referrals.vocabulary.attachments import Scan
from tests.audit.owner import written
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.night import some
from tests.referrals.attachments import files
from tests.referrals.attachments.conftest import Sender, names, row_of, stored, swept
from tests.referrals.attachments.test_host_of_files import Browser, apart, follow  # noqa: F401 - a fixture
from tests.security.procedure import seeing_all

pytestmark = pytest.mark.usefixtures("unconfined")

ROOT = Path(__file__).parents[3]


def version_of(sender):
    with seeing_all():
        return Referral.objects.get(pk=sender.pk).version


def bars(sender, part, reason="minor_image"):
    return sender.does("bar_file", {"file": part, "reason": reason}, version=version_of(sender))


def proposes(sender, step, part, approver, **said):
    body = {"file": part, "reason": "Vu à deux.", "approver": str(sender.world.user(approver).pk), **said}
    return sender.does(step, body, version=version_of(sender))


def signs(sender, approval):
    return sender.does(f"approvals/{approval}/sign", {}, version=version_of(sender))


def decides(cell, step, part, **said):
    """Let the coordinator propose and the supervisor sign."""
    asked = proposes(cell, step, part, "supervisor", **said)
    assert asked.status_code == 202, asked.content.decode()[:500]
    return signs(cell.as_("supervisor"), asked.json()["approval"])


def destroys(cell, part):
    done = decides(cell, "destroy_file", part, authorities_told=True)
    assert done.status_code == 200, done.content.decode()[:500]
    assert quarantine.destroy_condemned(instant()) == 1
    see_all()


def is_barred(answer):
    return (answer.status_code, answer.json()["code"]) == (409, "attachment-barred")


@pytest.fixture
def cell(filed):
    return filed.as_("crip_coordinator")


@pytest.fixture
def part(cell):
    return cell.keeps(files.image(), "photo.jpg", evidence="true")


# --- Who sets a file aside -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "answered"),
    [
        ("crip_coordinator", 200), ("intake_agent", 409),
        *some([(who, 403) for who in ("on_call", "supervisor", "dpo", "filer")], "bars", 2),
        *some([(who, 404) for who in ("filer_2", "assessor", "measure_service", "auditor", "territory_admin",
                                      "platform_admin")], "bars", 2),
    ],
)  # fmt: skip
def test_whoever_reads_a_file_sets_it_aside_and_nobody_else(filed, part, who, answered):
    """Intake types files in and doesn't read them (§1.3, G: W): it sets aside those that it sent itself."""
    assert bars(filed.as_(who), part).status_code == answered
    assert (row_of(part).barred_at is not None) == (answered == 200)


def test_intake_sets_aside_what_it_sent_itself(filed):
    intake = filed.as_("intake_agent")
    assert bars(intake, intake.keeps()).status_code == 200


def test_a_reason_is_one_of_those_that_a_person_may_give(cell, part):
    for reason in ("replayed", "", "Parce que."):
        assert bars(cell, part, reason).status_code == 400
    assert bars(cell, str(uuid4())).status_code == 409
    assert bars(cell, part, "not_of_case").status_code == 200
    assert bars(cell, part).status_code == 409, "once"


# --- No door opens it ----------------------------------------------------------------------------------


def test_whoever_reads_the_store_is_known_here():
    """What opens a file asks ``serving.require_servable`` first, or is the antivirus: another reader is another door."""
    found = {
        path.name
        for app in ("referrals", "web", "config", "accounts")
        for path in (ROOT / app).rglob("*.py")
        if "configured().reading(" in path.read_text(encoding="utf-8")
    }
    # upload.py: before there is a row to set aside. services.py: whether the store answers, by an object that isn't there.
    assert found == {"upload.py", "serving.py", "cleanup.py", "services.py"}


@pytest.mark.sec("SEC-AZ10")
def test_no_door_opens_a_file_that_was_set_aside(filed, cell, part, apart):  # noqa: F811 - the fixture
    browser = Browser(filed.world, "crip_coordinator")
    passes = [browser.is_sent(filed, part, what) for what in ("content", "original")]

    assert bars(cell, part).status_code == 200

    for what in ("content", "original"):
        assert is_barred(cell.opens(part, what))
        assert is_barred(browser.asks(filed, part, what))
    for address in passes:
        assert is_barred(follow(address)), "a pass given before opens nothing either"
    caller = filed.world.as_("crip_coordinator")
    for evidence in (False, True):
        answer = caller.post(
            f"referrals/{filed.pk}/attachments/{part}/mark", {"evidence": evidence}, key=uuid4().hex
        )
        assert is_barred(answer), "the original doesn't go by one person either"
    assert row_of(part).original is not None


def test_it_is_listed_without_its_name_and_the_filer_sees_no_trace(filed, cell, part):
    before = filed.world.as_("filer").get(f"referrals/{filed.pk}").json()
    assert bars(cell, part).status_code == 200

    (line,) = cell.lists()
    assert (line["id"], line["name"], line["sha256"], line["original"]) == (part, None, None, False)
    assert (line["barred"]["reason"]["code"], line["barred"]["destroyed_at"]) == ("minor_image", None)
    assert not any(b"attachment.name" in bytes(entry.body) for entry in written()), "listing it opens no name"
    assert filed.world.as_("filer").get(f"referrals/{filed.pk}").json() == before
    assert filed.lists() == []


def test_the_second_signer_reads_the_case_and_not_the_file(filed, cell, part):
    assert bars(cell, part).status_code == 200
    assert proposes(cell, "unbar_file", part, "supervisor").status_code == 202
    assert is_barred(filed.as_("supervisor").opens(part))


def test_the_antivirus_isnt_shown_it_until_it_is_given_back(filed, cell, scanner):
    part = cell.keeps()
    assert bars(cell, part).status_code == 200
    scanner(Scan.CLEAN)
    assert cleanup.rescan(instant()) == 0
    assert row_of(part).scan == Scan.WAITING

    assert decides(cell, "unbar_file", part).status_code == 200
    assert cleanup.rescan(instant()) == 1


def test_a_reading_that_is_under_way_breaks_off_at_the_next_stretch(cell):
    data = b"Ligne de texte.\n" * (3 * serving.STRETCH * 4096)
    part = cell.keeps(data, "long.txt")
    answer = cell.opens(part)
    pieces, got = iter(answer.streaming_content), []
    got.append(next(pieces))

    assert bars(cell, part).status_code == 200

    with pytest.raises(FileBarred):
        got.extend(pieces)
    assert sum(map(len, got)) == serving.STRETCH * 64 * 1024 < len(data)


def test_it_is_set_aside_wherever_it_is_held_and_given_back_there_too(story):
    """A case taken over and its stub hold one file; each authority's journal says it without the other's name."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    origin = Sender(story.world, "crip_coordinator", story.pk)
    part = origin.keeps(files.image(), "a.jpg")
    content = origin.reads(part)
    twin = _taken_over(story)
    (line,) = twin.lists()

    assert bars(origin, part).status_code == 200, "the stub's people may"
    assert is_barred(origin.opens(part))
    assert is_barred(twin.opens(line["id"]))
    (entry,) = written(act="attachment:barred")
    said = json.loads(bytes(entry.body))
    assert said["tenant"] == str(story.world.authorities["59"].pk)
    assert (said["obo"], row_of(line["id"]).barred_by) == (None, None)

    assert proposes(origin, "unbar_file", part, "supervisor").status_code == 409, (
        "decided where the case goes on"
    )
    asked = twin.does(
        "unbar_file",
        {"file": line["id"], "reason": "Vu.", "approver": str(story.world.user("supervisor", "59").pk)},
        version=version_of(twin),
    )
    assert signs(twin.as_("supervisor", "59"), asked.json()["approval"]).status_code == 200
    assert (origin.reads(part), twin.reads(line["id"])) == (content, content)


def _taken_over(story):
    story.does("crip_coordinator", "transfer_request", bodies.transfer(story.world.authorities["59"]))
    answer = story.world.as_("crip_coordinator", "59").post(
        f"referrals/{story.pk}/transfer_accept", {"receipt": "Reçu le dossier complet."},
        version=story.row.version, key=uuid4().hex,
    )  # fmt: skip
    assert answer.status_code == 200, answer.content.decode()[:800]
    see_all()
    return Sender(
        story.world, "crip_coordinator", str(Referral.objects.get(source_referral=story.pk).pk), "59"
    )


def test_a_case_that_is_taken_over_afterwards_takes_the_bar_along(story):
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    origin = Sender(story.world, "crip_coordinator", story.pk)
    assert bars(origin, origin.keeps()).status_code == 200

    twin = _taken_over(story)

    (line,) = twin.lists()
    assert is_barred(twin.opens(line["id"]))


# --- Two decide ----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ12")
def test_nobody_decides_alone_and_a_file_given_back_is_as_it_was(filed, cell, part):
    before = cell.reads(part), cell.reads(part, "original")
    assert bars(cell, part).status_code == 200

    for step in ("unbar_file", "destroy_file"):
        alone = proposes(cell, step, part, "crip_coordinator", **_told(step))
        assert (alone.status_code, alone.json()["code"]) == (409, "approver-needed")
    assert decides(cell, "unbar_file", part).status_code == 200

    assert (cell.reads(part), cell.reads(part, "original")) == before


def _told(step):
    return {"authorities_told": True} if step == "destroy_file" else {}


@pytest.mark.sec("SEC-CR11")
@pytest.mark.sec("SEC-AL1")
def test_destroyed_it_is_gone_key_and_objects_and_what_was_done_stands(cell, part, folder):
    row = row_of(part)
    key_id, token = row.key.key_id, row.object
    assert len(stored(folder)) == 2, "the file and its original"
    assert bars(cell, part).status_code == 200

    destroys(cell, part)
    swept(instant())

    gone = row_of(part)
    assert (gone.key, gone.name, gone.object, gone.original, gone.evidence) == (None, None, None, None, False)
    assert (gone.digest is not None, gone.original_digest is not None) == (True, True), "which file it was"
    assert (stored(folder), names()) == (set(), set())
    assert keys.data_key(key_id, UUID(cell.pk)), "the case keeps its key, and all other files"
    assert is_barred(cell.opens(part))
    assert cell.lists()[0]["barred"]["destroyed_at"]
    assert Shredded.objects.filter(token=token).exists()
    (certificate,) = written(act="key:shredded")
    said = json.loads(bytes(certificate.body))
    assert (said["obj"], said["rule"], said["n"]) == ([str(token)], "file", 1)
    for act in ("referral:bar_file", "referral:destroy_file", "attachment:destroyed"):
        assert len(written(act=act)) == 1, act
    assert quarantine.destroy_condemned(instant()) == 0, "once"


@pytest.mark.sec("SEC-FT6")
@pytest.mark.parametrize("first", ["unbar_file", "destroy_file"])
def test_of_two_decisions_that_were_proposed_the_one_signed_first_stands(filed, cell, part, first):
    assert bars(cell, part).status_code == 200
    asked = {
        step: proposes(cell, step, part, "supervisor", **_told(step)).json()["approval"]
        for step in ("unbar_file", "destroy_file")
    }
    (other,) = set(asked) - {first}

    assert signs(filed.as_("supervisor"), asked[first]).status_code == 200
    late = signs(filed.as_("supervisor"), asked[other])

    assert (late.status_code, late.json()["code"]) == (409, "guard-refused")
    assert (row_of(part).condemned_at is not None) == (first == "destroy_file")


def test_a_hold_that_comes_after_the_decision_keeps_the_file_and_keeps_it_closed(filed, cell, part):
    assert bars(cell, part).status_code == 200
    assert decides(cell, "destroy_file", part, authorities_told=True).status_code == 200
    Referral.objects.filter(pk=filed.pk).update(legal_hold=True)

    assert quarantine.destroy_condemned(instant()) == 0
    see_all()
    assert row_of(part).key is not None
    assert is_barred(cell.opens(part))
    Referral.objects.filter(pk=filed.pk).update(legal_hold=False)
    assert quarantine.destroy_condemned(instant()) == 1


@pytest.mark.sec("SEC-CR11")
@pytest.mark.sec("SEC-AL5")
@pytest.mark.parametrize(
    ("where", "error"),
    [
        ((erasures, "announce"), LedgerUnavailable), ((keys, "note_shredded"), KeysUnavailable),
        ((erasures, "witness"), LedgerUnavailable),
    ],
    ids=["announced", "keys", "ledger"],
)  # fmt: skip
def test_broken_off_anywhere_it_is_read_by_nobody_and_done_again(cell, part, monkeypatch, where, error):
    assert bars(cell, part).status_code == 200
    assert decides(cell, "destroy_file", part, authorities_told=True).status_code == 200

    def broken(*_, **__):
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(*where, broken)
        with pytest.raises(error):
            quarantine.destroy_condemned(instant())
    see_all()

    assert row_of(part).destroyed_at is None
    assert is_barred(cell.opens(part))
    assert written(act="key:shredded") == written(act="attachment:destroyed") == []
    assert quarantine.destroy_condemned(instant()) == 1
    see_all()
    assert row_of(part).key is None


@pytest.mark.sec("SEC-FT4")
def test_an_object_that_the_store_doesnt_let_go_is_noise_and_goes_with_the_sweep(
    cell, part, folder, monkeypatch
):
    assert bars(cell, part).status_code == 200

    def down(*_):
        raise StoreUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(FolderStore, "delete", down)
        destroys(cell, part)
        storage.delete_doomed(StoredObject.objects.values_list("pk", flat=True))
        see_all()
    assert len(stored(folder)) == 2
    assert row_of(part).key is None
    swept(instant())
    assert stored(folder) == set()


def test_the_certificate_is_complete_when_the_last_copy_of_the_row_is_gone(cell, part, settings):
    """The key of a file was in its row: copies of the cases live longer than those of the keys."""
    assert bars(cell, part).status_code == 200
    destroys(cell, part)
    done = Shred.objects.get(kind="file").done_at

    assert erasures.complete(done + timedelta(days=settings.KEY_BACKUP_DAYS + 1)) == 0
    assert erasures.complete(done + timedelta(days=35)) == 1
