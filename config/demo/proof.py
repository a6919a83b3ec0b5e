"""Journal tree of the demonstration, built before the page is shown, so that there is something to verify."""

from pathlib import Path

from audit import checkpoints, notes, sequencer, tree
from config import env


def key_file() -> Path:
    """Return the path of the key that checkpoints are verified with."""
    return env.state_dir() / "log.vkey"


def build() -> None:
    """Give places to all that was played, sign it, and leave the verifier's key in a file.

    Raises:
        LogContradicted: the witness's file knows another log, as after half of the state folder was deleted.
    """
    signer = checkpoints.signer()
    sequencer.Sequencer(signer).once()
    origin = tree.newest()
    if origin is not None:
        key_file().write_text(f"{notes.vkeys(origin.name, signer)[0]}\n", encoding="utf-8")
