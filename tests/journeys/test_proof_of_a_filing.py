"""A concern is filed; the filer's receipt and the auditor's export prove it, without the service (domain.md §1.4)."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from audit import notes, tree, verifier
from audit.sequencer import Sequencer
from encryption.signing import FileSigner
from referrals.filing.receipt_pdf import codes
from tests.audit.owner import written
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.factories.world import World
from tests.shared_fixtures import shared_fixture

pytestmark = [pytest.mark.sec("SEC-AL9")]


@dataclass
class Proving:
    """A filed concern, a sequencer, and the verifier that an outsider runs on what was answered."""

    world: World
    folder: Path
    sequencer: Sequencer
    filed: dict
    capsys: pytest.CaptureFixture

    @property
    def case(self) -> str:
        return self.filed["id"]

    def passes(self) -> None:
        """Let the sequencer pass, as it does each second."""
        see_all()
        self.sequencer.once()

    def verified(self, command: str, answer: object, *more: str) -> tuple[int, str]:
        """Keep an answer in a file and ask the verifier; return its status and what it says."""
        file = self.folder / f"{uuid4()}"
        file.write_bytes(answer if isinstance(answer, bytes) else json.dumps(answer).encode())
        key = notes.vkeys(tree.newest().name, self.sequencer.signer)[0]
        status = verifier.main([command, *more, str(file), "--key", key])
        return status, self.capsys.readouterr().out


@shared_fixture
def filed(world) -> dict:
    """A concern, as its filer was answered."""
    answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key="one-of-the-filer")
    assert answer.status_code == 201
    return answer.json()


@pytest.fixture
def proving(world, filed, tmp_path, settings, capsys) -> Proving:
    settings.LOG_WITNESS_FILE, settings.LOG_WITNESSES = str(tmp_path / "witness.txt"), []
    signer = FileSigner(tmp_path / "log.key", make=True)
    return Proving(world, tmp_path, Sequencer(signer), filed, capsys)


# --- The filer ----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL12")
def test_the_receipt_proves_by_itself_that_a_concern_was_received_and_when(proving: Proving):
    first = proving.world.as_("filer").get(f"referrals/{proving.case}/receipt").json()
    proving.passes()
    receipt = proving.world.as_("filer").get(f"referrals/{proving.case}/receipt").json()

    assert first["proof"] is None  # some seconds too early; the receipt says so and is otherwise the same
    assert {**first, "proof": ""} == {**receipt, "proof": ""}
    assert receipt["reference"] == proving.filed["reference"]
    status, said = proving.verified("receipt", receipt)
    assert status == 0
    assert f"Transmission reçue (filed): {json.loads(receipt['entry'])['ts']}" in said
    assert proving.verified("receipt", first)[0] == verifier.FAULTS["missing"][0]


@pytest.mark.sec("SEC-AZ8")
def test_a_receipt_never_changes_however_much_is_written_later(proving: Proving):
    """The size of a later checkpoint would count what all authorities write, a search that found something with it."""
    ask = proving.world.as_("filer").get
    proving.passes()
    receipt = ask(f"referrals/{proving.case}/receipt").content
    assert json.loads(receipt)["proof"] is not None

    proving.world.as_("crip_coordinator").get(f"referrals/{proving.case}")
    for _ in range(2):
        proving.passes()
        assert ask(f"referrals/{proving.case}/receipt").content == receipt


def test_the_receipt_holds_no_word_of_the_case(proving: Proving):
    proving.passes()
    receipt = proving.world.as_("filer").get(f"referrals/{proving.case}/receipt").json()

    assert set(receipt) == {"id", "reference", "status", "submitted_at", "entry", "proof"}
    entry = json.loads(receipt["entry"])
    assert entry["fields"] == {}
    assert proving.case not in receipt["entry"]
    assert receipt["reference"] not in receipt["entry"]
    assert str(proving.world.user("filer").pk) not in receipt["entry"]


CHANGES: dict[str, Callable[[dict], dict]] = {
    "another instant": lambda r: r | {"entry": r["entry"].replace('"ts":"2', '"ts":"3')},
    "another act": lambda r: r | {"entry": r["entry"].replace("referral:submit", "referral:sabmit")},
    "another place": lambda r: r | {"proof": r["proof"].replace("\nindex ", "\nindex 1")},
    "another checkpoint": lambda r: r | {"proof": r["proof"].replace("journal\n", "journal/2\n", 1)},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_receipt_that_was_changed_proves_nothing(proving: Proving, change):
    proving.passes()
    receipt = proving.world.as_("filer").get(f"referrals/{proving.case}/receipt").json()

    status, said = proving.verified("receipt", CHANGES[change](receipt))

    assert status in (verifier.FAULTS["proof"][0], verifier.FAULTS["signature"][0])
    assert "FAUTE" in said


def test_an_entry_of_another_act_is_no_receipt(proving: Proving):
    proving.passes()
    other = written(act="referral:create")[0]
    found = proving.world.as_("auditor").get("audit/proofs/inclusion", entry=str(other.pk)).json()

    assert proving.verified("inclusion", found)[0] == 0
    assert proving.verified("receipt", found)[0] == verifier.FAULTS["proof"][0]


@pytest.mark.parametrize("role", ["crip_coordinator", "supervisor", "auditor", "filer_2", "territory_admin"])
def test_nobody_else_gets_the_receipt(proving: Proving, role):
    """The same 404 as for a case that isn't there."""
    caller = proving.world.as_(role)

    answers = [caller.get(f"referrals/{pk}/receipt") for pk in (proving.case, uuid4())]

    assert [one.status_code for one in answers] == [404, 404]
    told = [{k: v for k, v in one.json().items() if k != "request_id"} for one in answers]
    assert told[0] == told[1]


def test_a_draft_has_no_receipt(proving: Proving):
    draft = proving.world.as_("filer").post("referrals", concern(), key="a-draft-of-the-filer").json()

    assert proving.world.as_("filer").get(f"referrals/{draft['id']}/receipt").status_code == 404


def test_a_program_gets_no_receipt_later_than_in_the_answer_to_its_filing(world):
    """119 may know nothing of the case any more (domain.md §1.3, *receipt*)."""
    program = world.as_("api_119")
    filed = program.post("referrals", concern() | {"submit": True}, key="one-of-119-on-that-day")

    assert filed.status_code == 201, filed.content
    assert program.get(f"referrals/{filed.json()['id']}/receipt").status_code == 404


def test_that_a_receipt_was_given_is_written_down(proving: Proving):
    proving.world.as_("filer").get(f"referrals/{proving.case}/receipt")

    (entry,) = written(act="receipt:given")
    assert entry.outcome == "allow"
    assert entry.subject is not None


# --- The receipt on paper -----------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL12")
def test_the_page_proves_by_itself_what_the_receipt_proves(proving: Proving):
    """The file that a browser saves is what the verifier reads; so is what the codes say, joined."""
    proving.passes()
    page = proving.world.as_("filer").get(f"referrals/{proving.case}/receipt.html")
    receipt = proving.world.as_("filer").get(f"referrals/{proving.case}/receipt").json()

    status, said = proving.verified("receipt", page.content)
    assert status == 0, said
    texts = codes(receipt)
    assert page.content.decode().count("<svg") == len(texts) >= 1
    assert max(map(len, texts)) < 2_953, "what one code holds"
    assert proving.verified("receipt", json.loads("".join(texts)))[0] == 0


def test_the_page_holds_no_word_of_the_case_and_asks_for_nothing(proving: Proving):
    proving.passes()
    page = proving.world.as_("filer").get(f"referrals/{proving.case}/receipt.html")

    said = page.content.decode()
    for word in ("Exemple", "Absences", "93008", "Enseignante", "filer.93@"):
        assert word not in said
    assert "src=" not in said
    assert "href=" not in said
    assert "style-src 'sha256-" in page["Content-Security-Policy"]
    assert "default-src 'none'" in page["Content-Security-Policy"]


def test_the_page_of_the_first_seconds_says_that_the_proof_follows(proving: Proving):
    page = proving.world.as_("filer").get(f"referrals/{proving.case}/receipt.html").content.decode()

    assert "La preuve suit" in page
    assert "<svg" not in page


def test_the_page_that_was_changed_proves_nothing(proving: Proving):
    proving.passes()
    page = proving.world.as_("filer").get(f"referrals/{proving.case}/receipt.html").content
    assert b"\\u003c" in page or b"referral:submit" in page

    status, _ = proving.verified("receipt", page.replace(b'\\"ts\\":\\"2', b'\\"ts\\":\\"3'))

    assert status == verifier.FAULTS["proof"][0]


@pytest.mark.parametrize("form", ["receipt.html", "receipt.pdf"])
@pytest.mark.parametrize("role", ["crip_coordinator", "auditor", "filer_2"])
def test_nobody_else_gets_a_printed_receipt(proving: Proving, role, form):
    assert proving.world.as_(role).get(f"referrals/{proving.case}/{form}").status_code == 404


def test_the_pdf_is_made_where_the_extra_is_installed(proving: Proving):
    proving.passes()

    answer = proving.world.as_("filer").get(f"referrals/{proving.case}/receipt.pdf")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")


# --- The auditor --------------------------------------------------------------------------------------


def test_an_auditor_keeps_a_checkpoint_and_later_sees_that_the_log_continues_it(proving: Proving):
    auditor = proving.world.as_("auditor")
    proving.passes()
    held = auditor.get("audit/checkpoints/latest").json()
    proving.passes()
    new = auditor.get("audit/checkpoints/latest").json()
    proof = auditor.get("audit/proofs/consistency", first=str(held["size"]), second=str(new["size"]))

    assert new["size"] > held["size"]
    assert proof.json()["note"] == new["note"]
    for name, one in (("held", held), ("new", new)):
        (proving.folder / name).write_text(one["note"], encoding="utf-8")
    words = [str(proving.folder / "held"), str(proving.folder / "new")]
    assert proving.verified("consistency", proof.json(), *words)[0] == 0
    broken = proof.json() | {"hashes": proof.json()["hashes"][1:]}
    assert proving.verified("consistency", broken, *words)[0] == verifier.FAULTS["proof"][0]


@pytest.mark.sec("SEC-AL9", "SEC-AL17", "SEC-AZ16")
def test_an_auditor_exports_the_log_with_the_entries_of_the_own_authority_only(proving: Proving):
    elsewhere = concern(children=[child(commune_insee="75056")]) | {"submit": True}
    assert (
        proving.world.as_("filer", "75").post("referrals", elsewhere, key="one-of-paris").status_code == 201
    )
    proving.passes()
    home = proving.world.authorities["93"].pk

    answer = proving.world.as_("auditor").get("audit/export")

    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="journal.zip"'
    content = b"".join(answer.streaming_content)
    status, said = proving.verified("verify", content, "--strict")
    assert status == 0
    (proving.folder / "zip").write_bytes(content)
    records = verifier.records(bundle_in(proving.folder / "zip"))
    read = [json.loads(one) for one in records if one]
    assert {one["tenant"] for one in read} == {str(home)}
    assert f"{len(records) - len(read)} entrées retenues" in said
    assert 0 < len(read) < len(records)
    asked = written(act="audit:exported")[-1]
    assert json.loads(bytes(asked.body))["n"] == len(read)


def bundle_in(place: Path) -> bytes:
    export = verifier.Export([str(place)])
    found = export.tile("entries", 0, export.checkpoint().size)
    assert found is not None
    return found


def test_an_auditor_continues_from_a_held_checkpoint_and_is_told_how_much_is_new(proving: Proving):
    auditor = proving.world.as_("auditor")
    proving.passes()
    held = auditor.get("audit/checkpoints/latest").json()
    (proving.folder / "held").write_text(held["note"], encoding="utf-8")
    proving.passes()

    export = b"".join(auditor.get("audit/export").streaming_content)

    status, said = proving.verified("since", export, str(proving.folder / "held"))
    assert status == 0
    assert f"1 entrées depuis la taille {held['size']}." in said


def test_an_auditor_of_another_authority_has_no_proof_of_an_entry_of_this_one(proving: Proving):
    proving.passes()
    entry = str(written(act="referral:submit")[0].pk)

    own = proving.world.as_("auditor").get("audit/proofs/inclusion", entry=entry)
    other = proving.world.as_("auditor", "75").get("audit/proofs/inclusion", entry=entry)
    absent = proving.world.as_("auditor").get("audit/proofs/inclusion", entry=str(uuid4()))

    assert proving.verified("inclusion", own.json())[0] == 0
    assert (other.status_code, absent.status_code) == (404, 404)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("proofs/consistency", {"first": "1", "second": "999999"}),
        ("proofs/consistency", {"first": "999999"}),
        ("export", {"start": "999999"}),
    ],
)
def test_what_the_tree_does_not_hold_is_not_found(proving: Proving, path, query):
    proving.passes()

    assert proving.world.as_("auditor").get(f"audit/{path}", **query).status_code == 404


@pytest.mark.parametrize("path", ["checkpoints/latest", "export", "proofs/consistency"])
def test_before_anything_is_signed_there_is_nothing_to_show(proving: Proving, path):
    query = {"first": "0"} if "proofs" in path else {}

    assert proving.world.as_("auditor").get(f"audit/{path}", **query).status_code == 404


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("checkpoints/latest", {"size": "1"}), ("proofs/inclusion", {}), ("proofs/inclusion", {"entry": "x"}),
        ("proofs/consistency", {"first": "-1"}), ("proofs/consistency", {"first": "1", "third": "2"}),
        ("export", {"start": "one"}),
    ],
)  # fmt: skip
def test_parameters_are_strict(proving: Proving, path, query):
    assert proving.world.as_("auditor").get(f"audit/{path}", **query).status_code == 400
