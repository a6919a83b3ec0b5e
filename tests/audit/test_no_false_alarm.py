"""On a log that nobody tampered with no option of the verifier raises a finding (SEC-AL13)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from audit import (
    events,
    exporting,
    journal,
    notes,
    pruning,
    sequencer,
    tree,
    verifier,
    witnessing,
)
from audit.models import Entry
from audit.witness import Store, Witness
from encryption.signing import FileSigner
from tests.audit import sequenced as made
from tests.audit.sequenced import Sequenced
from tests.conftest import see_all

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL13"),
]
sequenced = made.sequenced
events.register("test:done")
NOW = datetime.now(UTC)
OLD, RECENT = NOW - timedelta(days=1200), NOW - timedelta(days=30)
HOME, ELSEWHERE = uuid4(), uuid4()


@dataclass
class Kept:
    """The log, and all that an auditor may have in hand."""

    sequenced: Sequenced
    feed: Path
    witness: Witness
    first: int = 0
    exports: list[str] = field(default_factory=list)
    still: bool = True  # nothing was written since the export
    complete: bool = True

    def passes(self) -> None:
        self.sequenced.sequencer.once()

    def write(self, at: datetime, *tenants: UUID | None) -> None:
        for tenant in tenants:
            with transaction.atomic():
                journal.record("test:done", actor=None, at=at, tenant=tenant)

    def options(self) -> list[str]:
        """All at once: what one option finds alone it finds among the others."""
        log = self.sequenced
        words = [
            word for key in notes.vkeys(tree.newest().name, log.sequencer.signer) for word in ("--key", key)
        ]
        words += ["--strict", "--earlier", str(log.witness), "--witness", self.witness.vkey]
        words += ["--feed", str(self.feed), "--feed-since", str(self.first)]
        return words + ["--settled"] * self.still + ["--complete"] * self.complete


@pytest.fixture
def kept(sequenced, settings, tmp_path, monkeypatch) -> Kept:
    """Old and recent entries of two authorities and of none, by two writers; some from before the feed began."""
    settings.LEAF_FEED = ""
    signer = sequenced.sequencer.signer
    names = [settings.LOG_ORIGIN, f"{settings.LOG_ORIGIN}/2"]
    known = {name: [verifier.Key.of(notes.vkeys(name, signer)[0])] for name in names}
    asked = Witness(
        "witness.example/w1", FileSigner(tmp_path / "w.key", make=True), Store(tmp_path / "w.db"), known
    )
    settings.LOG_WITNESSES = [f"https://witness.example {asked.vkey}"]

    def send(_call, body, _headers):
        answer = asked.add_checkpoint(body)
        return answer.status, answer.body.encode()

    monkeypatch.setattr(witnessing, "send", send)
    found = Kept(sequenced, tmp_path / "leaves.log", asked)
    found.write(OLD, HOME, ELSEWHERE, None)
    found.passes()
    found.first = sequenced.checkpoint().size
    settings.LEAF_FEED = str(found.feed)
    connection.close()  # another writer
    found.write(OLD, HOME, ELSEWHERE)
    found.write(RECENT, HOME, None, ELSEWHERE, HOME)
    found.passes()
    return found


def whole(kept: Kept) -> None:
    kept.exports = [str(kept.sequenced.exported())]


def while_entries_are_written(kept: Kept) -> None:
    whole(kept)
    kept.write(RECENT, HOME, HOME, ELSEWHERE)
    kept.still = False


def while_they_get_their_places(kept: Kept) -> None:
    """Placed and not signed yet: the export ends where the last checkpoint does."""
    kept.write(RECENT, HOME, ELSEWHERE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequencer.Sequencer, "_publish", lambda *_: None)
        kept.passes()
    assert tree.size_of(1) > kept.sequenced.checkpoint().size
    whole(kept)
    kept.still = False


def prune(kept: Kept) -> int:
    gone = 0
    for tenant in (HOME, ELSEWHERE, None):
        with transaction.atomic():
            see_all()
            before = NOW - timedelta(days=365)
            gone += pruning.prune(tenant, access_before=before, technical_before=before, at=NOW)
    kept.passes()
    return gone


def after_pruning(kept: Kept) -> None:
    """Also where the folder holds an export from before."""
    kept.sequenced.exported()
    assert prune(kept) == 5
    whole(kept)


def after_a_restore(kept: Kept) -> None:
    """A new origin, with what was pruned before it, said again."""
    prune(kept)
    sequencer.begin_new_origin(by=kept.sequenced.sequencer.signer, at=NOW)
    connection.close()
    kept.passes()
    for tenant in (HOME, ELSEWHERE, None):
        with transaction.atomic():
            see_all()
            pruning.restate(tenant, at=NOW)
    kept.write(RECENT, HOME)
    kept.passes()
    kept.first += 1  # entry 0 is the last checkpoint of the origin before
    whole(kept)


def in_one_authoritys_files(kept: Kept) -> None:
    def of_home(entries):
        rows = Entry.objects.filter(pk__in=entries, tenant=HOME).values_list("pk", "body")
        return {pk: bytes(body) for pk, body in rows}

    prune(kept)
    place = kept.sequenced.folder / "home.zip"
    with place.open("wb") as file:
        exporting.to_zip(exporting.latest(of_home, origin=tree.newest()), file, start=0)
    kept.exports, kept.complete = [str(place)], False


def where_a_process_was_killed(kept: Kept) -> None:
    """Between the commit and the line, as one without the feed would leave it."""
    lines = kept.feed.read_text().splitlines(keepends=True)
    kept.feed.write_text("".join(lines[:-1]))
    whole(kept)


@pytest.mark.parametrize(
    "course",
    [
        whole, while_entries_are_written, while_they_get_their_places, after_pruning, after_a_restore,
        in_one_authoritys_files, where_a_process_was_killed,
    ],
)  # fmt: skip
def test_nothing_is_found_where_nothing_was_done(kept: Kept, course: Callable[[Kept], None]):
    course(kept)

    report = verifier.verify(verifier.arguments().parse_args(["verify", *kept.exports, *kept.options()]))

    assert report.status == 0, report
