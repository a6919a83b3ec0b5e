"""CONTRIBUTING.md, "How to add": a step, a field and letters are scaffolded in a copy; all checks pass, and few files change."""

import filecmp
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.repository.test_names import APPS

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "var", "build", "__pycache__", ".pytest_cache", ".ruff_cache"
)
STEP = [
    "new_step", "triage", "call_back", "--number", "X90", "--label", "Rappeler la personne qui transmet",
    "--english", "Call the filer back", "--law", "CASF L226-3", "--guide", "apres/que-devient-ma-transmission",
    "--roles", "crip_coordinator", "intake_agent", "--deadline", "C90", "3", "Rappel du déclarant", "Call back to the filer",
    "--notice", "Un rappel est noté au dossier.", "A call back was noted on the case.",
]  # fmt: skip
FIELD = [
    "new_field", "child", "meeting_place", "--after", "nickname", "--asks", "MORE_OF_CHILD", "--access", "B",
    "--label", "Lieu de rendez-vous habituel", "--english", "Usual meeting place",
]  # fmt: skip


def letter(module, name, audience, step):
    return [
        "new_letter", module, name, "--step", step, "--audience", audience, "--signers", "crip_coordinator",
        "--label", f"Essai {name}", "--english", f"Trial {name}", "--law", "CASF L223-1",
    ]  # fmt: skip


#: What is added, with the number of files that somebody has to know for it (those that are made from them aside).
ADDED = [
    (STEP, 9),
    (FIELD, 4),
    (letter("to_partners", "partner_trial", "service", "call_back"), 4),
    (letter("to_holders", "holder_trial", "holder", "assign"), 4),
    (letter("to_children", "child_trial", "child", "assign"), 4),
]
#: The tests that each command leaves to be written.
FAILING = {"test_call_back", "test_partner_trial", "test_holder_trial", "test_child_trial"}
NUMBER = len(list((ROOT / "referrals/migrations").glob("[0-9]*.py"))) + 1
MIGRATION = f"referrals/migrations/{NUMBER:04}_meeting_place.py"
#: Files made from the others.
MADE = {
    "docs/law.md", "docs/permissions.md", "docs/workflow.md", "docs/data-protection/tableaux.md",
    "referrals/locale/en/LC_MESSAGES/django.mo", "web/locale/en/LC_MESSAGES/django.mo",
    MIGRATION,
}  # fmt: skip
#: Of the copy's own tests, those that compare the code with what was typed by hand.
COMPARING = (
    "tests/referrals/workflow/test_declarations.py", "tests/referrals/workflow/test_deadlines.py",
    "tests/referrals/models/test_fields.py", "tests/referrals/letters", "tests/referrals/triage", "tests/web/test_steps.py",
    "tests/web/guidance", "tests/repository/test_languages.py",
)  # fmt: skip


def run(root, *command):
    """Run a program in a copy; return its exit code and what it printed."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings", "REPERE_STATE_DIR": str(root / "var"), "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    for name in [
        name for name in environment if name.startswith(("PYTEST_", "COV_")) or name.endswith("DATABASE_URL")
    ]:
        del environment[name]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *command], cwd=root, capture_output=True, text=True, check=False, env=environment
    )
    return done.returncode, done.stdout + done.stderr


def copied(folder):
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    return folder


def changed(root):
    """Return the files of a copy that aren't as in the repository."""
    names = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    names = {name for name in names if not name.startswith(("var/", ".")) and "__pycache__" not in name}
    return {
        name
        for name in names
        if not (ROOT / name).exists() or not filecmp.cmp(root / name, ROOT / name, shallow=False)
    }


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A copy to which everything was added, and the files that each command named."""
    root = copied(tmp_path_factory.mktemp("grown") / "repere")
    named = []
    for command, _ in ADDED:
        code, printed = run(root, "manage.py", *command)
        assert code == 0, printed
        named.append(printed.split())
    return root, named


@pytest.mark.slow("runs the checks and the comparing tests on a copy of the repository")
def test_what_is_scaffolded_touches_few_files_and_passes_every_check(grown):
    """Only the tests that the commands leave to be written fail."""
    root, named = grown

    assert [len(files) for files in named] == [number for _, number in ADDED]
    assert {file for files in named for file in files} | MADE == changed(root)
    step = {file for file in named[0] if re.match("referrals/(workflow|execution)/", file)}
    assert step == {"referrals/workflow/deadlines.py"}, (
        "where deadlines are declared; nothing else of the engine"
    )
    scripts = Path(sys.executable).parent
    for check in (
        ("-m", "ruff", "check", "--no-cache", "."), ("-m", "ruff", "format", "--no-cache", "--check", "."),
        ("-m", "mypy", *APPS), (str(scripts / "lint-imports"),), ("manage.py", "makemigrations", "--check", "--dry-run"),
        ("manage.py", "make_docs", "--check"),
    ):  # fmt: skip
        code, printed = run(root, *check)
        assert code == 0, printed
    _, printed = run(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *COMPARING)
    assert set(re.findall(r"^(?:FAILED|ERROR) \S+?::(\w+)", printed, re.MULTILINE)) == FAILING, printed[
        -3000:
    ]


@pytest.mark.slow("starts the service anew on a copy of the repository")
def test_route_schema_pages_form_and_migration_follow_from_the_declarations(grown):
    """The step is no reason for a migration; the field is one, asked and masked."""
    root, _ = grown
    code, printed = run(root, "-c", """
import django; django.setup()
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from referrals.cases.procedure import procedure
from referrals.filing.form import ConcernForm
from referrals.models import Child
schema = SchemaGenerator().get_schema(request=None, public=True)
print(resolve("/api/v1/referrals/00000000-0000-0000-0000-000000000000/call_back").url_name)
print([p for p in schema["paths"] if p.endswith(("/call_back", "/call-back"))])
print("call_back" in str(procedure()), "C90" in str(procedure()))
print("meeting_place" in ConcernForm().fields["children"].child.fields)
print(Child._meta.get_field("meeting_place").access_class)
""")  # fmt: skip
    migration = (root / MIGRATION).read_text(encoding="utf-8")

    assert code == 0, printed
    assert printed.splitlines()[-5:] == [
        "referral-call_back", "['/api/v1/referrals/{id}/call_back']", "True True", "True", "B",
    ]  # fmt: skip
    assert migration.count("migrations.") == 2, "its class, and one operation"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ([*STEP[:2], "acknowledge", *STEP[3:]], "acknowledge"),
        ([*STEP[:2], "Call-Back", *STEP[3:]], "minuscules"),
        ([*STEP[:4], "T05", *STEP[5:]], "T05"),
        ([one if one != "CASF L226-3" else "CASF L999-9" for one in STEP], "L999-9"),
        ([one if one != "C90" else "C4" for one in STEP], "C4"),
        ([one if one != "3" else "trois" for one in STEP], "trois"),
        ([one if one != "apres/que-devient-ma-transmission" else "nulle/part" for one in STEP], "nulle/part"),
        ([STEP[0], "letters", *STEP[2:]], "letters"),
        ([*FIELD[:2], "last_name", *FIELD[3:]], "last_name"),
        ([one if one != "MORE_OF_CHILD" else "NOTHING" for one in FIELD], "NOTHING"),
        (letter("to_children", "child_letter", "child", "assign"), "child_letter"),
        (letter("to_children", "child_trial", "child", "nothing"), "nothing"),
    ],
)
def test_what_cannot_be_added_is_refused_and_nothing_is_written(untouched, settings, command, reason):
    settings.BASE_DIR = untouched

    with pytest.raises(CommandError, match=reason):
        call_command(*command)

    assert not changed(untouched)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    return copied(tmp_path_factory.mktemp("untouched") / "repere")
