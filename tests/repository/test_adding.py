"""CONTRIBUTING.md, "How to add": a step and a field are added to a copy in the files that it names, and all follows."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("encryption", "core", "outbox", "audit", "accounts", "directory", "referrals", "web", "config")
STEP = '''

@rule(_("Le déclarant n'a pas laissé de numéro."), fact_class="C")
def filer_left_a_number(case: Case, step_input: Noted | None) -> bool:
    """Only a filer who left a number is called back."""
    return bool(case.referral.filed_by)


@step(
    "call_back", number="T99", label=_("Rappeler"), source=[State.TRIAGE], target=SAME,
    roles=[Role.CRIP_COORDINATOR], takes=Noted, guards=[filer_left_a_number], tells=["team"], law="CASF L226-3",
)
def call_back(referral: Referral, step_input: Noted, case: Case) -> None:
    """Note that the filer was called back."""
'''
IMPORTS = "from referrals.workflow.inputs import Noted\nfrom referrals.workflow.rules import rule\nfrom referrals.workflow.step import SAME\n"
FIELD = '    meeting_place = sealed("child.meeting_place", "B", subject=CHILD)\n'


@pytest.fixture
def copy(tmp_path):
    """The apps and their compiled code, in a folder of their own."""
    for app in APPS:
        shutil.copytree(ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("locale"))
    for file in ("manage.py", "README.md", "docs"):
        (tmp_path / file).symlink_to(ROOT / file)
    return tmp_path


def say(copy, program, tmp_path_factory):
    """Run a program in the copy; return the lines that it prints."""
    state = tmp_path_factory.mktemp("state")
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", f"import django; django.setup()\n{program}"],
        cwd=copy, capture_output=True, text=True, check=False,
        env={"DJANGO_SETTINGS_MODULE": "config.settings", "REPERE_STATE_DIR": str(state), "PATH": "/usr/bin:/bin",
             "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow("starts the service anew on a copy of its code")
def test_a_step_and_a_field_are_added_each_where_it_belongs(copy, tmp_path_factory):
    """The step has route, schema and description, and is no reason for a migration; the field is one, asked and masked."""
    steps = copy / "referrals/triage/steps.py"
    text = steps.read_text(encoding="utf-8")
    place = text.index("from referrals.workflow.")
    steps.write_text(f"{text[:place]}{IMPORTS}{text[place:]}{STEP}", encoding="utf-8")
    models = copy / "referrals/models/concern.py"
    text = models.read_text(encoding="utf-8")
    beside = '    runaway = clear(models.BooleanField(default=False), "A", subject=CHILD)\n'
    assert beside in text
    models.write_text(text.replace(beside, beside + FIELD), encoding="utf-8")

    said = say(copy, """
from django.core.management import call_command
from django.urls import resolve
from config.documents import permissions, workflow
from drf_spectacular.generators import SchemaGenerator
from referrals.cases.procedure import procedure
from referrals.filing.form import ConcernForm
from referrals.models import Child
path = "/api/v1/referrals/{id}/call_back"
schema = SchemaGenerator().get_schema(request=None, public=True)
print(resolve(path.replace("{id}", "00000000-0000-0000-0000-000000000000")).url_name)
print([p for p in schema["paths"] if p.endswith(("/call_back", "/call-back"))])
print("call_back" in str(procedure()), "T99" in workflow.page(), "T99" in permissions.page())
print(procedure()["rules"]["filer_left_a_number"]["fr"], "filer_left_a_number" in workflow.page())
print(type(ConcernForm().fields["children"].child.fields["meeting_place"]).__name__)
print(Child._meta.get_field("meeting_place").access_class)
call_command("makemigrations", name="meeting_place")
""", tmp_path_factory)  # fmt: skip

    assert said[:4] == [
        "referral-call_back", "['/api/v1/referrals/{id}/call_back']", "True True True",
        """["Le déclarant n'a pas laissé de numéro."] True""",
    ]  # fmt: skip
    assert said[5] == "B"
    assert [line.strip() for line in said if line.startswith("    ")] == [
        "+ Add field meeting_place to child"
    ]
    assert [line for line in said if line.startswith("Migrations for")] == ["Migrations for 'referrals':"]
    made = next((copy / "referrals/migrations").glob("*_meeting_place.py")).read_text(encoding="utf-8")
    assert made.count("migrations.") == 2, "its class, and one operation"
