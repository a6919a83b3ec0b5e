"""SEC-FT13: a sequencer, or a witness, that is killed at any step leaves a tree that the next one goes on with.

Forked processes of this test, SIGKILL at every statement, on both sides of every commit, around the witness file. After
each kill another sequencer passes: places have no gap, no checkpoint contradicts one that anybody holds.
"""

import sqlite3
import time

import pytest

from audit import exporting, notes, sequencing, tree, verifier, witness, witnessing
from audit.models import Checkpoint, Entry, Leaf
from audit.sequencer import Sequencer
from encryption.signing import FileSigner
from tests.audit import sequenced as made
from tests.audit.conftest import NOON
from tests.faults.killed import database_points, killed_everywhere
from tests.night import NIGHT

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-FT13"),
    # The role of the sequencer is tried in tests/audit; here it is the steps that count.
    pytest.mark.usefixtures("as_the_owner"),
    pytest.mark.both_databases("what each database leaves after a crash, and its own tools for copies"),
]
sequenced = made.sequenced
STRIDE = 1 if NIGHT else 3
SERVER_NOTICES_WITHIN = 20.0  # seconds, on a busy machine


@pytest.mark.slow("a process killed at each step")
def test_a_sequencer_killed_at_any_step_leaves_nothing_that_the_next_cant_go_on_with(sequenced, monkeypatch):
    def passing(points):
        add = witnessing.FileWitness.add

        def told(file, note):
            points()
            add(file, note)
            points()

        monkeypatch.setattr(witnessing.FileWitness, "add", told)
        with database_points(points):
            Sequencer(sequenced.sequencer.signer, clock=lambda: NOON).once()

    kills = 0
    made.written(2)
    for _ in killed_everywhere(passing, stride=STRIDE):
        kills += 1
        after = passed_by_the_next(sequenced)
        whole(sequenced)
        assert after in (0, 2)
        made.written(2)

    assert kills > 20 // STRIDE
    passed_by_the_next(sequenced)
    assert verified(sequenced) == 0


def passed_by_the_next(sequenced) -> int:
    """Let another sequencer pass; return how many places it gave.

    The server notices in its own time that the killed one's connection is gone, and until then that one leads. So the
    next one passes again, as it does each second.
    """
    given, until = 0, time.monotonic() + SERVER_NOTICES_WITHIN
    while True:
        given += sequenced.again().once()
        signed = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
        if Leaf.objects.count() == Entry.objects.count() == signed or time.monotonic() > until:
            return given
        time.sleep(0.02)


def whole(sequenced) -> None:
    """Places from 0 without a gap, each entry one, and the tree under the newest checkpoint and the witness's."""
    places = list(Leaf.objects.order_by("place").values_list("place", "entry"))
    assert [place for place, _ in places] == list(range(len(places)))
    assert {entry for _, entry in places} == set(Entry.objects.values_list("pk", flat=True))
    last = Checkpoint.objects.order_by("-size").first()
    assert last is not None
    assert last.size == len(places)
    for one in witnessing.FileWitness(sequenced.witness).seen():
        assert tree.Tree.of(1).root(one.size) == one.root


def verified(sequenced) -> int:
    to = sequenced.folder / "export"
    with sequencing.reading():
        exporting.to_folder(exporting.latest(exporting.everything, origin=tree.newest()), to)
    return verifier.main(["verify", str(to), "--key", sequenced.key(), "--earlier", str(sequenced.witness)])


@pytest.mark.sec("SEC-AL11")
def test_a_witness_killed_at_any_step_cosigns_the_same_and_nothing_else(tmp_path):
    """What it answered is kept; what it kept without an answer is cosigned when it is asked again; never another."""
    log = FileSigner(tmp_path / "log.key", make=True)
    own = FileSigner(tmp_path / "w1.key", make=True)
    origin = "repere.example/journal"
    keys = {origin: [verifier.Key.of(notes.vkeys(origin, log)[0])]}
    leaves = [bytes([number]) * 32 for number in range(80)]
    store = tmp_path / "w1.db"

    def asked(size, old):
        """A request for the tree of some leaves, from an older one; the proof is that of a tree of our own."""
        root, path = verifier.fold(leaves[:size]), proof(old, size)
        note = notes.signed(origin, size, root, log, at=NOON)
        lines = "".join(f"{notes.base64.b64encode(one).decode()}\n" for one in path)
        return f"old {old}\n{lines}\n".encode() + note

    def proof(first, second):
        if not 0 < first < second:
            return []
        return _consistency(leaves, first, second)

    witness.Witness("w.example/w1", own, witness.Store(store), keys).add_checkpoint(asked(1, 0))
    size = 1
    now = {"size": size}
    act = lambda points: dying(own, store, keys, asked(now["size"] + 1, now["size"]), points)  # noqa: E731
    for _ in killed_everywhere(act):
        size = now["size"]
        again = witness.Witness("w.example/w1", own, witness.Store(store), keys)
        first = again.add_checkpoint(asked(size + 1, size))
        stands = size if first.status == 200 else int(first.body)
        assert first.status in (200, 409)
        assert stands in (size, size + 1)
        assert again.add_checkpoint(asked(size + 1, size + 1)).status == 200
        forged = notes.signed(origin, size + 1, bytes(32), log, at=NOON)
        assert again.add_checkpoint(f"old {size + 1}\n\n".encode() + forged).status == 409
        now["size"] += 1
    assert now["size"] > 4


def dying(own, store, keys, request, points) -> None:
    """Answer one request, counting each statement of the store and both ends of it."""
    opened = witness.Store._open

    def watched(self):
        found: sqlite3.Connection = opened(self)
        found.set_trace_callback(points)
        return found

    one = witness.Witness("w.example/w1", own, witness.Store(store), keys)
    witness.Store._open = watched
    points()
    answer = one.add_checkpoint(request)
    points()
    assert answer.status == 200


def _consistency(leaves, first, second):
    """The proof of RFC 9162 §2.1.4.1, by its own definition."""

    def sub(m, part, whole):
        n = len(part)
        if m == n:
            return [] if whole else [verifier.fold(part)]
        k = 1 << (n - 1).bit_length() - 1
        if m <= k:
            return [*sub(m, part[:k], whole), verifier.fold(part[k:])]
        return [*sub(m - k, part[k:], False), verifier.fold(part[:k])]

    return sub(first, leaves[:second], True)
