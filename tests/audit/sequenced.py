"""A sequencer for tests: a key of its own, a witness file of its own, and what an auditor is given of them."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction

from audit import events, exporting, journal, notes, sequencing, tree
from audit.models import Checkpoint, Entry
from audit.sequencer import Sequencer
from audit.tree import Frontier, Tree
from encryption.signing import FileSigner
from tests.audit.conftest import NOON

events.register("test:done")


@dataclass
class Sequenced:
    """A sequencer, and where it leaves what it does."""

    folder: Path
    sequencer: Sequencer

    @property
    def witness(self) -> Path:
        return self.folder / "witness.txt"

    def key(self, number: int = 0) -> str:
        """A verifier key of the present origin: 0 Ed25519, 1 ML-DSA-44."""
        return notes.vkeys(tree.newest().name, self.sequencer.signer)[number]

    def again(self) -> Sequencer:
        """Another process with the same key."""
        return Sequencer(self.sequencer.signer, clock=lambda: NOON)

    def exported(self) -> Path:
        to = self.folder / "export"
        with sequencing.reading():
            exporting.to_folder(exporting.latest(exporting.everything, origin=tree.newest()), to)
        return to

    def checkpoint(self) -> Checkpoint:
        return Checkpoint.objects.order_by("-origin", "-size")[0]


@pytest.fixture
def sequenced(tmp_path, settings) -> Sequenced:
    settings.LOG_ORIGIN = "repere.example/journal"
    settings.LOG_WITNESS_FILE = str(tmp_path / "witness.txt")
    settings.LOG_WITNESSES = []
    signer = FileSigner(tmp_path / "log.key", make=True)
    return Sequenced(tmp_path, Sequencer(signer, clock=lambda: NOON))


def written(count: int) -> list[Entry]:
    """Entries of this connection, each in its own transaction."""
    made = []
    for _ in range(count):
        with transaction.atomic():
            made.append(journal.record("test:done", actor=None, at=NOON))
    return made


def grown(leaves: list[bytes], origin: int = 1) -> Tree:
    """The tree over given leaf hashes, without entries behind them."""
    frontier = Frontier(Tree.of(origin))
    first, tiles = frontier.size, []
    for one in leaves:
        tiles += frontier.add(one)
    sequencing.add_leaves(origin, first, [(None, one) for one in leaves])
    tree.Tile.objects.bulk_create(
        tree.Tile(origin=origin, level=level, number=number, hashes=hashes, root=root)
        for level, number, hashes, root in tiles
    )
    assert frontier.root() == Tree.of(origin).root(frontier.size)
    return Tree.of(origin)
