"""A rehearsal of dumps: scratch databases beside those of the service, which are left as they are.

Its commands run in forks (``tests/forked.py``), at night those of one rehearsal in processes of their own.
"""

import json
import subprocess
from types import SimpleNamespace

import pytest

from config.recovery import rehearsal, status
from tests import forked
from tests.audit.sequenced import sequenced  # noqa: F401 - a fixture
from tests.faults.test_lost_filings import files
from tests.faults.test_restore import databases  # noqa: F401 - a fixture
from tests.night import NIGHT

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.only_on("sqlite", "test_point_in_time.py has a cluster of its own"),
    pytest.mark.both_databases("what each database leaves after a crash, and its own tools for copies"),
]


@pytest.fixture
def rehearses(databases, settings, monkeypatch, tmp_path):  # noqa: F811
    """Rehearse in the environment of the test; return the result, or why it was refused.

    With ``begins`` its commands begin processes at night, as the service's do.
    """
    for name, value in {
        "REPERE_STATE_DIR": str(tmp_path / "state"), "REPERE_KEY_FILE": str(settings.KEY_FILE),
        "REPERE_LOG_ORIGIN": settings.LOG_ORIGIN, "REPERE_LOG_KEY_FILE": str(settings.LOG_KEY_FILE),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)

    def rehearse(*words, expect=0, begins=False):
        def run(said, **options):
            return (subprocess if begins and NIGHT else forked).run(said, **options)

        monkeypatch.setattr(rehearsal, "subprocess", SimpleNamespace(run=run, DEVNULL=subprocess.DEVNULL))
        said = databases.run("rehearse", "--folder", str(tmp_path), *words, expect=expect)
        assert not list(tmp_path.glob("repere-rehearsal-*")), "nothing of it stays"
        return said

    return rehearse


@pytest.mark.slow("begins Django in a process of its own")
@pytest.mark.sec("SEC-CR12")
def test_it_restores_reads_and_measures_without_touching_the_service(
    world,
    databases,  # noqa: F811
    sequenced,  # noqa: F811
    rehearses,
    tmp_path,
):
    files(world, "one-of-this-test")
    sequenced.sequencer.once()
    databases.backup("old")
    copies = ("--cases", str(tmp_path / "old" / "cases"), "--keys", str(tmp_path / "old" / "keys"))
    before = sequenced.checkpoint().size

    found = json.loads(rehearses("--json", "--rpo", "3600", *copies, begins=True))

    assert found["held"]
    assert (found["filings"], found["unreadable"]) == (1, 0)
    assert found["opened"] > 10
    assert found["journal"] == {"held": before, "witnessed": before, "fault": ""}
    assert status.last_rehearsal() is not None
    assert "Perte de" in rehearses("--rpo", "0", *copies, expect=1)


def test_other_keys_than_those_of_the_cases_are_noticed(world, databases, sequenced, rehearses, tmp_path):  # noqa: F811
    """A copy of the keys that is older than that of the cases can't open the newest ones."""
    databases.backup("before")
    files(world, "one-of-this-test")
    databases.backup("old")
    copies = ("--cases", str(tmp_path / "old" / "cases"), "--keys", str(tmp_path / "before" / "keys"))

    said = rehearses("--rpo", "3600", *copies, expect=1)

    assert "illisibles : la copie des clés ne va pas avec" in said
    assert status.last_rehearsal() is None


def test_both_copies_or_none_are_named(rehearses, tmp_path):
    assert "Nommez les deux" in rehearses("--cases", str(tmp_path), expect=1)
    assert "Aucune copie de la base" in rehearses("--cases", str(tmp_path), "--keys", str(tmp_path), expect=1)


def test_an_altered_journal_is_noticed(world, databases, sequenced, rehearses, tmp_path):  # noqa: F811
    files(world, "one-of-this-test")
    sequenced.sequencer.once()
    databases.backup("old")
    whole = sequenced.checkpoint()
    witness = databases.folder / "witness.txt"
    text = witness.read_text()
    assert str(whole.size) in text
    root = text.split("\n")[3]
    witness.write_text(text.replace(root, "A" * 43 + "="))

    said = rehearses(
        "--rpo",
        "3600",
        "--cases",
        str(tmp_path / "old" / "cases"),
        "--keys",
        str(tmp_path / "old" / "keys"),
        expect=1,
    )

    assert "contredit le fichier témoin" in said
