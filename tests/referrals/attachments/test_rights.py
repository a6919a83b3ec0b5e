"""Who adds, reads, marks and takes away attachments: role × relation × class × state (domain.md §1.3, §4.6), typed by hand."""

import json
from uuid import uuid4

import pytest

from audit import pseudonyms
from referrals.models import Attachment, Referral
from tests.audit.owner import written
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.night import NIGHT, some
from tests.referrals.attachments import files
from tests.referrals.attachments.conftest import Sender, row_of

pytestmark = pytest.mark.usefixtures("unconfined")

KINDS = {
    "medical_certificate": "E",
    "letter": "G",
    "school_document": "G",
    "screenshot": "G",
    "judicial_document": "I",
}
#: By role, on a case of the own authority in first analysis: classes added at once, classes read. No other role knows it.
TERRITORY = {
    "crip_coordinator": ("EGI", "EGI"),
    "intake_agent": ("EG", ""),
    "on_call": ("", ""),
    "supervisor": ("", ""),
    "dpo": ("", ""),
}


def added(sender: Sender, kind: str):
    return sender.sends(kind=kind)


def journal_of(act: str) -> list[str]:
    return [entry.outcome for entry in written(act=act)]


# --- Drafts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_takes_what_its_author_may_write(draft, kind):
    answer = added(draft, kind)
    assert answer.status_code == (403 if KINDS[kind] == "I" else 201)


def test_the_copy_of_a_direct_report_takes_the_report(world):
    made = world.as_("filer").post(
        "referrals", concern() | {"variant": "copy_of_direct_report"}, key=uuid4().hex
    )
    sender = Sender(world, "filer", made.json()["id"])
    assert added(sender, "judicial_document").status_code == 201


def test_a_draft_is_its_authors_alone(draft):
    part = draft.keeps()
    for who in ("filer_2", "crip_coordinator", "supervisor", "auditor", "territory_admin"):
        other = draft.as_(who)
        assert other.sends().status_code == 404
        assert other.opens(part).status_code == 404
    assert draft.reads(part).startswith(b"%PDF")


def test_the_lead_to_whom_a_draft_is_shown_reads_no_file_and_adds_none(draft):
    see_all()
    membership = draft.world.memberships["93", "filer"]
    membership.organisation = draft.world.services["93"]
    membership.save()
    part = draft.keeps()
    assert draft.does("share", {}).status_code == 200
    lead = draft.as_("filer_org_lead")
    assert lead.lists() == []
    assert lead.opens(part).status_code == 404
    assert lead.sends().status_code == 403


def test_a_file_is_taken_from_a_draft_and_from_nothing_else(draft, filed, folder):
    part = draft.keeps()
    caller = draft.world.as_("filer")
    assert caller.client.delete(f"/api/v1/referrals/{draft.pk}/attachments/{part}").status_code == 200
    assert draft.lists() == []

    kept = filed.as_("crip_coordinator").keeps()
    for who in ("filer", "crip_coordinator", "supervisor"):
        gone = filed.world.as_(who).client.delete(f"/api/v1/referrals/{filed.pk}/attachments/{kept}")
        assert gone.status_code == 409
    assert row_of(kept)


# --- After the filing -----------------------------------------------------------------------------------


def test_a_draft_submits_with_its_files_and_its_author_reads_none_again(draft):
    part = draft.keeps(files.image(), "photo.jpg", kind="medical_certificate")
    before = draft.reads(part)
    assert draft.does("submit", {}, version=1).status_code == 200

    assert draft.lists() == []
    assert draft.opens(part).status_code == 404
    cell = draft.as_("crip_coordinator")
    assert cell.reads(part) == before
    (line,) = cell.lists()
    assert (line["name"], line["access_class"], line["by"], line["role"]) == ("photo.jpg", "E", None, "filer")


@pytest.mark.parametrize(
    "who",
    ["crip_coordinator", "intake_agent", *some(["on_call", "supervisor", "dpo"], "adds and reads nothing")],
)
@pytest.mark.parametrize(
    "kind", KINDS if NIGHT else ["medical_certificate", "screenshot", "judicial_document"]
)
def test_each_role_of_the_territory_adds_and_reads_its_classes(filed, who, kind):
    adds, reads = TERRITORY[who]
    by_coordinator = filed.as_("crip_coordinator").keeps(kind=kind)

    answer = added(filed.as_(who), kind)
    opened = filed.as_(who).opens(by_coordinator)

    assert answer.status_code == (201 if KINDS[kind] in adds else 403), answer.content.decode()
    assert opened.status_code == (200 if KINDS[kind] in reads else 404)
    shown = {line["id"] for line in filed.as_(who).lists()}
    assert (by_coordinator in shown) == (KINDS[kind] in reads)


@pytest.mark.parametrize(
    "who",
    some(
        [
            "assessor",
            "ase_inspector",
            "case_referent",
            "measure_service",
            "auditor",
            "statistician",
            "platform_admin",
            "filer_2",
        ],
        "nothing to do with it",
        3,
    ),
)
def test_who_has_nothing_to_do_with_the_case_finds_no_file(filed, who):
    part = filed.as_("crip_coordinator").keeps()
    for answer in (
        filed.as_(who).sends(),
        filed.as_(who).opens(part),
        filed.as_(who).opens(part, "original"),
    ):
        assert answer.status_code == 404
    for code in ("75", "59"):
        assert filed.as_("crip_coordinator", code).opens(part).status_code == 404


def test_who_is_excluded_finds_no_file_even_with_the_role(filed):
    part = filed.as_("crip_coordinator").keeps()
    version = Referral.objects.get(pk=filed.pk).version
    said = {"user": str(filed.world.user("crip_coordinator_2").pk), "reason": "Lien de parenté."}
    assert filed.as_("crip_coordinator").does("exclude", said, version=version).status_code == 200
    assert filed.as_("crip_coordinator_2").opens(part).status_code == 404


@pytest.mark.slow("a case up to its assessment, with files")
def test_the_team_reads_what_the_case_holds_once_it_is_on_it(story):
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    cell = Sender(story.world, "crip_coordinator", story.pk)
    parts = {kind: cell.keeps(kind=kind) for kind in KINDS}
    assessor = cell.as_("assessor")
    assert assessor.opens(parts["letter"]).status_code == 404

    story.does("crip_coordinator", "qualify", bodies.qualification(story.children))
    story.does(
        "crip_coordinator",
        "assign",
        bodies.team(story.world.user("assessor"), story.world.user("assessor_2")),
    )

    assert {line["kind"]["code"] for line in assessor.lists()} == set(KINDS)
    assert assessor.reads(parts["judicial_document"]).startswith(b"%PDF")
    assert assessor.opens(parts["letter"], "original").status_code == 403


# --- With a complement (T08) ----------------------------------------------------------------------------


def test_a_filer_adds_files_with_a_complement_and_reads_back_that_they_wait(filed):
    part = filed.keeps()
    assert filed.lists() == [{"id": part, "at": filed.lists()[0]["at"], "waiting": True}]
    assert filed.opens(part).status_code == 404, "never read back"
    cell = filed.as_("crip_coordinator")
    assert cell.lists() == [], "nothing is seen of it before its complement"
    assert cell.opens(part).status_code == 404

    answer = filed.does("provide_info", {"text": "", "attachments": [part]})

    assert answer.status_code == 200, answer.content.decode()
    assert filed.lists() == []
    (line,) = cell.lists()
    assert (line["id"], line["complement"] is not None, line["by"]) == (part, True, None)
    assert cell.reads(part).startswith(b"%PDF")


def test_a_complement_names_only_what_its_sender_sent_for_it(filed):
    part = filed.keeps()
    assert filed.does("provide_info", {"text": "", "attachments": [str(uuid4())]}).status_code == 400
    assert filed.does("provide_info", {"text": "", "attachments": []}).status_code == 400
    cell = filed.as_("crip_coordinator")
    version = Referral.objects.get(pk=filed.pk).version
    said = {"text": "Par téléphone.", "came_by": "phone", "attachments": [part]}
    assert cell.does("provide_info", said, version=version).status_code == 400, "not the cell's to lay in"
    assert filed.does("provide_info", {"text": "Suite.", "attachments": [part]}).status_code == 200
    assert filed.does("provide_info", {"text": "Encore.", "attachments": [part]}).status_code == 400, "once"


def test_a_filer_adds_nothing_of_justice(filed):
    assert added(filed, "judicial_document").status_code == 403


def test_a_filing_that_was_withdrawn_takes_no_file(world):
    made = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex)
    sender = Sender(world, "filer", made.json()["id"])
    assert sender.does("withdraw", {"reason": "Erreur de personne."}).status_code == 200
    assert sender.sends().status_code == 409


# --- Evidence -------------------------------------------------------------------------------------------


def test_the_original_is_kept_only_as_marked_evidence_and_goes_to_who_writes_for_justice(filed, folder):
    cell = filed.as_("crip_coordinator")
    given = files.image()
    plain, marked = cell.keeps(given, "a.jpg"), cell.keeps(given, "b.jpg", evidence="true")

    assert cell.opens(plain, "original").status_code == 409
    assert cell.reads(marked, "original") == given, "byte for byte"
    assert files.CAMERA.encode() not in cell.reads(marked)
    answer = cell.opens(marked, "original")
    assert (answer["Content-Type"], answer["Content-Disposition"][:11]) == (
        "application/octet-stream",
        "attachment;",
    )
    assert row_of(plain).original is None

    caller = filed.world.as_("crip_coordinator")
    path = f"referrals/{filed.pk}/attachments/"
    assert caller.post(f"{path}{plain}/mark", {"evidence": True}, key=uuid4().hex).status_code == 409, (
        "it is gone"
    )
    assert caller.post(f"{path}{marked}/mark", {"evidence": False}, key=uuid4().hex).status_code == 200
    assert cell.opens(marked, "original").status_code == 409
    assert row_of(marked).original is None
    other = filed.world.as_("intake_agent").post(f"{path}{marked}/mark", {"evidence": False}, key=uuid4().hex)
    assert other.status_code == 404


# --- The journal ----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL1")
def test_adding_listing_and_opening_each_leave_an_entry_that_names_what_was_opened(filed):
    cell = filed.as_("crip_coordinator")
    part = cell.keeps()
    assert journal_of("attachment:added") == ["allow"]

    answer = cell.opens(part)

    assert journal_of("attachment:opened") == ["allow"], "before the first byte was asked for"
    (entry,) = written(act="attachment:opened")
    assert b'"attachment.key":1' in bytes(entry.body)
    assert b"".join(answer.streaming_content)
    assert filed.as_("on_call").opens(part).status_code == 404
    assert written(act="request:denied")


@pytest.mark.sec("SEC-AL1")
def test_a_download_is_written_down_as_an_opening_of_the_case_and_says_which_form_was_taken(filed):
    """By state and relation the rules of anomalies and the questions know it (SEC-AL18, SEC-AL17)."""
    cell = filed.as_("crip_coordinator")
    part = cell.keeps(evidence="true")

    cell.reads(part)
    cell.reads(part, "original")

    first, second = (json.loads(bytes(entry.body)) for entry in written(act="attachment:opened"))
    state = Referral.objects.get(pk=filed.pk).state
    for body in (first, second):
        assert (body["from"], body["rule"], body["obo"]) == (state, "territory", None)
    assert first["fields"] == {"attachment.key": 1, "attachment.digest": 1}
    assert second["fields"] == {"attachment.key": 1, "attachment.original_digest": 1}


@pytest.mark.sec("SEC-AZ11")
def test_a_stand_in_who_downloads_does_so_in_the_absent_persons_name(story):
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    story.qualified()
    story.assigned()
    part = Sender(story.world, "crip_coordinator", story.pk).keeps()
    stands_in = {
        "authority": story.world.authorities["93"].pk, "role": "ase_inspector", "absent": story.user("ase_inspector"),
        "stand_in": story.user("ase_inspector_2"), "until": "2026-12-01T10:00:00+01:00",
    }  # fmt: skip
    answer = story.world.as_("ase_inspector").post("stand-ins", stands_in, key=uuid4().hex)
    assert answer.status_code == 201, answer.content

    Sender(story.world, "ase_inspector_2", story.pk).reads(part)

    (entry,) = written(act="attachment:opened")
    said = json.loads(bytes(entry.body))
    absent = pseudonyms.actor(story.user("ase_inspector"))
    assert (said["role"], said["obo"]) == ("ase_inspector", str(absent))


@pytest.mark.sec("SEC-FI4")
def test_a_file_is_served_as_an_attachment_of_a_fixed_type_that_may_do_nothing(draft):
    for content, name, kind in (
        (files.pdf(), "a.pdf", "application/pdf"), (files.image(), "a.jpg", "image/jpeg"),
        (files.image("PNG"), "a.png", "image/png"), (b"texte", "a.txt", "text/plain; charset=utf-8"),
        (files.image("HEIF"), "a.heic", "image/jpeg"),
    ):  # fmt: skip
        answer = draft.opens(draft.keeps(content, name))
        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"].startswith('attachment; filename="piece-')
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert {"sandbox", "default-src 'none'"} <= set(answer["Content-Security-Policy"].split("; "))
        assert answer["Cache-Control"] == "no-store"
        assert int(answer["Content-Length"]) == len(b"".join(answer.streaming_content))


def test_the_sender_is_told_which_images_are_never_sent_and_says_to_have_read_it(draft):
    told = draft.world.as_("filer").get(f"referrals/{draft.pk}/attachments").json()["sending"]
    for text in told["notice"].values():
        assert all(word in text for word in ("227-23", "PHAROS", "3018"))
    assert {kind["code"]: kind["access_class"] for kind in told["kinds"]} == KINDS
    assert draft.sends(notice_read="false").status_code == 400
    assert draft.sends(kind="photo").status_code == 400
    see_all()
    assert not Attachment.objects.exists()
