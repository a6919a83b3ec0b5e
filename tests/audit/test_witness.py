"""A witness cosigns only what continues what it saw; its word is checked before it is kept (SEC-AL11)."""

import base64
import http.client
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aics_tlog as tlog
import pytest

from audit import verifier, witness, witnessing
from audit.models import Cosignature
from encryption.signing import FileSigner
from tests.audit import logs
from tests.audit.conftest import NOON
from tests.audit.logs import entries, note
from tests.audit.sequenced import Sequenced, sequenced, written
from tests.servers import begun

__all__ = ["sequenced"]

LEAVES = entries(300)
TREE = tlog.MerkleTree(LEAVES)


@dataclass
class Asked:
    """A witness of its own key and store, asked over HTTP."""

    witness: witness.Witness
    port: int

    def add(self, old: int, proof: list[bytes], checkpoint: bytes) -> tuple[int, str, str]:
        lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
        return self.post(f"old {old}\n{lines}\n".encode() + checkpoint)

    def post(self, body: bytes, path: str = "/add-checkpoint") -> tuple[int, str, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        link.request("POST", path, body)
        answer = link.getresponse()
        found = answer.status, answer.read().decode(), answer.headers["Content-Type"]
        link.close()
        return found


@contextmanager
def serving(folder: Path, *keys: str, clock=lambda: 1_767_000_000):
    known: dict[str, list[verifier.Key]] = {}
    for one in map(verifier.Key.of, keys):
        known.setdefault(one.name, []).append(one)
    made = witness.Witness(
        "witness.example/w1",
        FileSigner(folder / "w.key", make=True),
        witness.Store(folder / "w.db"),
        known,
        clock,
    )
    server = witness.server(made, "127.0.0.1", 0)
    thread = begun(server)
    try:
        yield Asked(made, server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def asked(tmp_path):
    with serving(tmp_path, logs.vkey()) as found:
        yield found


def head(size: int, leaves: list[bytes] = LEAVES, **more) -> bytes:
    return note(leaves[:size], witnessed=False, **more)


@pytest.mark.sec("SEC-AL11")
def test_a_first_checkpoint_and_those_that_continue_it_are_cosigned(asked: Asked):
    first = asked.add(0, [], head(100))
    second = asked.add(100, TREE.consistency_proof(100, 300), head(300))
    again = asked.add(300, [], head(300))

    assert [one[0] for one in (first, second, again)] == [200, 200, 200]
    whole = tlog.parse_note(head(300) + second[1].encode())
    found = tlog.verify_checkpoint(
        whole, tlog.parse_vkey(logs.vkey()), [tlog.parse_vkey(asked.witness.vkey)], quorum=1
    )
    assert found.ok


FORKED = [*LEAVES[:50], b"other", *LEAVES[51:]]


@pytest.mark.sec("SEC-AL11")
@pytest.mark.parametrize(
    ("old", "proof", "checkpoint", "status"),
    [
        (0, [], lambda: head(50), 409),  # smaller, as if nothing had been seen
        (100, [], lambda: head(50), 400),  # smaller than what it says it continues
        (50, TREE.consistency_proof(50, 300), lambda: head(300), 409),  # not from where the witness stands
        (100, TREE.consistency_proof(99, 300), lambda: head(300), 422),
        (100, [], lambda: head(300), 422),
        (100, tlog.MerkleTree(FORKED).consistency_proof(100, 300), lambda: head(300, FORKED), 422),
        (100, [], lambda: head(100, FORKED), 409),  # another root of the same size
        (100, TREE.consistency_proof(100, 300), lambda: head(300, key=logs.OTHER_KEY), 403),
        (100, TREE.consistency_proof(100, 300), lambda: head(300, origin="other.example/log"), 404),
    ],
)
def test_what_contradicts_the_last_one_is_refused_and_changes_nothing(
    asked: Asked, old, proof, checkpoint, status
):
    assert asked.add(0, [], head(100))[0] == 200

    found = asked.add(old, proof, checkpoint())

    assert found[0] == status
    assert "\N{EM DASH}" not in found[1]
    if status == 409:
        assert found[1:] == ("100\n", "text/x.tlog.size")
    assert asked.add(100, TREE.consistency_proof(100, 300), head(300))[0] == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"old 0\n", b"old 01\n\n" + head(1), b"old 0\nxx~\n\n" + head(1), b"old -1\n\n" + head(1),
     b"old 0\n" + b"AAAA\n" * 64 + b"\n" + head(1), b"old 0\n\nnothing\n", b"\xff\n\n" + head(1)],
)  # fmt: skip
def test_what_is_no_request_is_refused(asked: Asked, body):
    assert asked.post(body)[0] == 400


def test_other_addresses_and_large_bodies_are_refused(asked: Asked):
    assert asked.post(b"x", "/other")[0] == 404
    assert asked.post(b"x" * (witness.MAX_BODY + 1))[0] == 400


@pytest.mark.sec("SEC-AL11")
def test_of_two_requests_at_once_one_continues_and_the_other_is_told_where_it_stands(tmp_path):
    """Check and change are one: a fork can't slip in beside the truth, whichever comes first."""
    with serving(tmp_path, logs.vkey()) as asked:
        asked.add(0, [], head(100))
        forked = tlog.MerkleTree(LEAVES[:100] + FORKED[:200])
        two = [
            (100, TREE.consistency_proof(100, 300), head(300)),
            (100, forked.consistency_proof(100, 300), note(LEAVES[:100] + FORKED[:200], witnessed=False)),
        ]
        for _ in range(5):
            assert sorted(at_once(asked, two)) in ([200, 409], [409, 409])


def at_once(asked: Asked, requests: list[tuple]) -> list[int]:
    found: list[int] = []
    threads = [threading.Thread(target=lambda one=one: found.append(asked.add(*one)[0])) for one in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_witness_that_is_started_again_remembers(tmp_path):
    with serving(tmp_path, logs.vkey()) as asked:
        asked.add(0, [], head(100))
    with serving(tmp_path, logs.vkey()) as asked:
        assert asked.add(0, [], head(50))[0] == 409


# --- Asked by the sequencer ---------------------------------------------------------------------------


@pytest.fixture
def witnessed(sequenced: Sequenced, settings, db):
    """A sequencer whose log is known to a running witness."""
    written(1)
    sequenced.sequencer.once()
    folder = sequenced.folder / "elsewhere"
    folder.mkdir()
    with serving(folder, sequenced.key()) as asked:
        settings.LOG_WITNESSES = [f"http://127.0.0.1:{asked.port} {asked.witness.vkey}"]
        yield sequenced, asked


@pytest.mark.sec("SEC-AL11")
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_each_checkpoint_carries_the_word_of_its_witness(witnessed):
    sequenced, asked = witnessed
    for count in (2, 3):
        written(count)
        sequenced.sequencer.once()

    assert list(Cosignature.objects.order_by("size").values_list("size", flat=True)) == [3, 6]
    words = ["verify", str(sequenced.exported()), "--key", sequenced.key(), "--witness", asked.witness.vkey]
    assert verifier.main(words) == 0


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_a_witness_that_stands_elsewhere_is_met_where_it_stands(witnessed):
    """It knows an earlier checkpoint that our database doesn't know it knows."""
    sequenced, asked = witnessed
    asked.add(0, [], bytes(sequenced.checkpoint().note))
    written(4)

    sequenced.sequencer.once()

    assert Cosignature.objects.get().size == 5


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
@pytest.mark.parametrize("wrong", ["away", "another key"])
def test_without_a_witness_the_log_goes_on_and_no_cosignature_is_kept(witnessed, settings, wrong):
    sequenced, asked = witnessed
    other = FileSigner(sequenced.folder / "other.key", make=True)
    key = witness.vkey("witness.example/w1", verifier.COSIGNATURE, other.ed25519_public())
    settings.LOG_WITNESSES = [
        "http://127.0.0.1:1 " + asked.witness.vkey
        if wrong == "away"
        else f"http://127.0.0.1:{asked.port} {key}"
    ]
    written(1)

    assert sequenced.sequencer.once() == 1

    assert sequenced.checkpoint().size == 2
    assert not Cosignature.objects.exists()
    assert sequenced.checkpoint().at == NOON


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_a_witness_that_is_away_is_asked_again_after_a_pause(witnessed, settings, monkeypatch):
    sequenced, asked = witnessed
    settings.LOG_WITNESSES = [f"http://127.0.0.1:1 {asked.witness.vkey}"]
    tries = []
    monkeypatch.setattr(witnessing, "_ask", lambda *_, at: bool(tries.append(at)))
    for at in (NOON, NOON + timedelta(seconds=59), NOON + timedelta(seconds=60)):
        sequenced.sequencer.clock = lambda at=at: at
        written(1)
        sequenced.sequencer.once()

    assert tries == [NOON, NOON + timedelta(seconds=60)]
