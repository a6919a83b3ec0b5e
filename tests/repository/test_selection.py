"""Which tests run where: what the tables of the suite name is there."""

from pathlib import Path

from tests.scheduling import FORKING

ROOT = Path(__file__).resolve().parents[2]


def test_what_runs_last_is_there():
    assert [path for path in FORKING if not (ROOT / path).exists()] == []
