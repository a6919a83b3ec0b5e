"""Which tests run where: what the tables of the suite name is there."""

from pathlib import Path

from tests.databases import BOTH_DATABASES
from tests.scheduling import LONGEST

ROOT = Path(__file__).resolve().parents[2]


def test_what_runs_on_both_databases_and_what_runs_first_is_there():
    assert [path for path in (*BOTH_DATABASES, *LONGEST) if not (ROOT / path).exists()] == []
