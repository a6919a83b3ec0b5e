"""What becomes of attachments with their case: joined, taken over, sealed anew, expired, purged, with their objects."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.clock import instant
from encryption import keys
from encryption.errors import Unreadable
from encryption.sealed import OpenScope
from referrals.models import Attachment, Referral, StoredObject
from referrals.retention import batch_tasks, resealing
from referrals.retention import tasks as retention_tasks
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.referrals.attachments import files
from tests.referrals.attachments.conftest import Sender, names, row_of, stored, swept
from tests.referrals.retention.archived_cases import LONG_AFTER, archived, batch

pytestmark = pytest.mark.usefixtures("unconfined")


class Seeing(OpenScope):
    """A scope for what the tests look at themselves."""

    def note(self, label, row, key_id):
        """Take note of nothing."""


def test_a_file_that_no_complement_names_is_gone_after_a_day(filed, folder):
    filed.keeps()
    swept(instant() + timedelta(hours=23))
    assert len(filed.lists()) == 1
    swept(instant() + timedelta(hours=25))
    assert (filed.lists(), names(), stored(folder)) == ([], set(), set())


def test_a_draft_that_expires_takes_its_files_and_objects_along(draft, folder):
    draft.keeps()
    assert retention_tasks.expire_drafts(instant() + timedelta(days=60)) == 1
    see_all()
    swept(instant())
    assert (Attachment.objects.count(), names(), stored(folder)) == (0, set(), set())


def test_submitting_destroys_the_drafts_key_and_touches_no_object(draft, folder):
    part = draft.keeps()
    before, old = stored(folder), Referral.objects.get(pk=draft.pk).case_key
    assert draft.does("submit", {}, version=1).status_code == 200
    case = Referral.objects.get(pk=draft.pk)
    assert stored(folder) == before
    row = row_of(part)
    assert (
        {value.key_id for value in (row.name, row.digest, row.original_digest, row.key)}
        == {case.case_key}
        != {old}
    )


def test_a_case_sealed_anew_serves_its_files_as_before(filed):
    cell = filed.as_("crip_coordinator")
    part = cell.keeps()
    before = cell.reads(part)
    resealing.reseal(Referral.objects.get(pk=filed.pk).pk, at=instant())
    see_all()
    assert cell.reads(part) == before


@pytest.mark.sec("SEC-CR11")
def test_a_purge_destroys_the_objects_with_the_key_of_the_case(world, folder):
    kit = archived(world)
    case = kit.case
    sender = Sender(world, "crip_coordinator", str(case.pk))
    assert sender.sends().status_code == 409, "an archived case takes no file"
    _laid_in(case)
    assert len(stored(folder)) == 1
    batch(world, kit, state="executed")

    assert batch_tasks.purge_executed(LONG_AFTER) == 1
    see_all()
    assert Attachment.objects.count() == 0
    assert StoredObject.objects.exclude(doomed_at=None).count() == 1, (
        "deleted after the commit, or by the sweep"
    )
    swept(LONG_AFTER)
    assert (names(), stored(folder)) == (set(), set())


def _laid_in(case):
    """Lay a file into a case in any state, as if it had come before."""
    from referrals.attachments import storage
    from referrals.attachments.upload import Arrived

    arrived = Arrived()
    with arrived.begin(arrived.object) as intake:
        intake.write(b"contenu")
        size, digest = intake.finish()
    key = keys.data_key(case.case_key, case.pk)
    row = Attachment(
        referral=case, kind="letter", access_class="G", media="text", scan="clean", at=instant(), role="intake_agent",
        size=size, original_size=0, object=arrived.object,
    )  # fmt: skip
    for name, value in {"name": "a.txt", "digest": digest, "key": arrived.key}.items():
        setattr(row, name, key.seal(Attachment._meta.get_field(name), row.pk, value))
    row.save()
    storage.expect([arrived.object], at=instant())
    storage.hold([arrived.object], at=instant())
    return row


@pytest.mark.sec("SEC-CR11")
def test_without_the_key_of_the_case_an_object_is_noise(world, folder):
    case = archived(world).case
    row = _laid_in(case)
    (path,) = (found for found in folder.rglob("*") if found.is_file())
    assert b"contenu" not in path.read_bytes()
    assert b"".join(row.key.open(Seeing()).opened(row.object, [path.read_bytes()])) == b"contenu"
    keys.destroy(keys.owned_by(case.pk))
    with pytest.raises(Unreadable):
        row_of(row.pk).key.open(Seeing())


@pytest.mark.sec("SEC-CR15")
def test_a_row_that_was_moved_to_another_case_or_names_another_object_opens_nothing(draft, filed, folder):
    one, two = draft.keeps(), draft.keeps(files.image(), "a.jpg")
    row, other = row_of(one), row_of(two)
    row.object, other.object = other.object, row.object
    row.save(), other.save()
    assert draft.opens(one).status_code == 409
    Attachment.objects.filter(pk=two).update(referral=filed.pk, object=uuid4())
    row = row_of(two)
    with pytest.raises(Unreadable):
        row.key.open(Seeing())


# --- Taken over ------------------------------------------------------------------------------


def test_a_case_that_is_taken_over_takes_its_files_along_under_its_own_keys(story, folder):
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    origin = Sender(story.world, "crip_coordinator", story.pk)
    part = origin.keeps(files.image(), "a.jpg", evidence="true")
    content, original = origin.reads(part), origin.reads(part, "original")
    story.does("crip_coordinator", "transfer_request", bodies.transfer(story.world.authorities["59"]))
    answer = story.world.as_("crip_coordinator", "59").post(
        f"referrals/{story.pk}/transfer_accept", {"receipt": "Reçu le dossier complet."},
        version=story.row.version, key=uuid4().hex,
    )  # fmt: skip
    assert answer.status_code == 200, answer.content.decode()[:800]
    see_all()
    twin = Referral.objects.get(source_referral=story.pk)

    taken = Sender(story.world, "crip_coordinator", str(twin.pk), "59")
    (line,) = taken.lists()
    assert line["id"] != part
    assert (taken.reads(line["id"]), taken.reads(line["id"], "original")) == (content, original)
    assert origin.reads(part) == content, "the stub keeps what it has"
    assert row_of(line["id"]).key.key_id == twin.case_key
    assert len(stored(folder)) == 2, "held by both, once"

    _let_origin_go(story.pk)
    swept(story.now)
    assert taken.reads(line["id"]) == content, "what the target holds stays when the origin lets go"
    assert len(stored(folder)) == 2


def _let_origin_go(pk):
    from referrals.attachments import storage

    storage.release_all(Referral.objects.get(pk=pk))
    Attachment.objects.filter(referral=pk).delete()
