"""Every file for spreadsheets that leaves the service: no part of it is computed, whoever opens it (SEC-AZ15).

A name is typed by whoever files. It must stay a text for a spreadsheet of any country, which splits a line at its own
separator and not at ours.
"""

import ast
import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from audit import questions
from core.spreadsheets import inert, is_formula
from referrals.exports import table as exports
from tests.referrals.workflow.kit import AT
from web import spreadsheets

pytestmark = pytest.mark.sec("SEC-AZ15")
ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "audit", "directory", "referrals", "web", "config", "outbox", "core", "encryption")
#: Which modules write tables, typed by hand. The last one repeats lines of a public register, for the package itself.
EXITS = {
    "audit/questions.py",
    "referrals/exports/table.py",
    "web/spreadsheets.py",
    "directory/exchange/finess.py",
}
#: Libraries and types of other formats of spreadsheets: none is written.
OTHER_FORMATS = (
    "openpyxl",
    "xlsxwriter",
    "xlwt",
    "odfpy",
    "pyexcel",
    "ezodf",
    "ms-excel",
    "spreadsheetml",
    "opendocument",
)
SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−"
CONTROLS = "\t\r\n"
FORMULAS = [
    '=HYPERLINK("http://x.invalid";"Inès")', "+33 6 00 00 00 00", "-2+3", "@SUM(A1:A9)", "\t=1+1", "\r=1+1", "\n=1+1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1", " =1+1", "\u00a0=1+1", '"=1+1',
    # After what another country takes for a separator.
    "Inès;=1+1;", "Inès,=1+1,", "Inès\t=1+1\t", "Inès|=1+1|", 'Inès;"=1+1;', 'Inès;" ＝1+1;', "Inès\n=1+1", "Inès;;+1;",
]  # fmt: skip
#: What professionals write, and reads as before.
ORDINARY = [
    "Inès",
    "Saint-Denis",
    "d'Ornano",
    "a = b",
    "10 + 2",
    "x@y.invalid",
    "2026-01-02",
    "é",
    "",
    "Foyer « A »",
]


def computed(text: str) -> list[str]:
    """Return the cells that a spreadsheet would compute, for each separator that one may believe in."""
    found = []
    for separator in ",;\t|":
        for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator):
            found += [
                cell
                for cell in row
                if cell.lstrip().startswith(tuple(SIGNS))
                or (cell.strip() and cell.startswith(tuple(CONTROLS)))
            ]
    return found


def _exported(cell: str) -> str:
    line = {
        "names": [cell, cell, cell], "age_band": "15_17", "reference": "93-2026-000001-4", "state": "triage",
        "urgency": "U1", "department": "93", "received_on": "2026-01-01", "due_on": "",
    }  # fmt: skip
    return exports.written([line], number=uuid4(), name=cell, at=AT).decode()


def _shown(cell: str) -> str:
    return spreadsheets.table("x", [cell, "b"], [[cell, 1], [None, cell]]).content.decode()


def _journal(cell: str) -> str:
    body = dict.fromkeys(questions.COLUMNS, cell) | {"obj": [cell], "fields": {cell: 1}}
    entry = SimpleNamespace(body=json.dumps(body).encode(), set_apart=False, pk=1, id=1)
    return b"".join(questions._lines([entry])).decode()


@pytest.mark.parametrize("write", [_exported, _shown, _journal])
@pytest.mark.parametrize("cell", FORMULAS)
def test_nothing_is_computed_in_any_file(write, cell):
    assert computed(write(cell)) == []


@pytest.mark.parametrize("cell", ORDINARY)
def test_what_people_write_reads_as_before(cell):
    assert inert(cell) == cell
    assert not is_formula(cell)


@pytest.mark.parametrize("sign", [*SIGNS, *CONTROLS])
def test_each_sign_is_marked_once(sign):
    assert is_formula(f"{sign}1+1")
    assert inert(f"{sign}1+1") == f"'{sign}1+1"
    assert inert(inert(f"{sign}1+1")) == inert(f"{sign}1+1")


def test_there_is_no_other_way_out():
    """Each module that writes a table is above; none writes another format of spreadsheets."""
    writers, others = set(), set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            # Parsed only where the word stands: all of them take seconds.
            names = {
                f"{getattr(node.value, 'id', '')}.{node.attr}"
                for node in ast.walk(ast.parse(text if "csv" in text else ""))
                if isinstance(node, ast.Attribute)
            }
            if names & {"csv.writer", "csv.DictWriter"}:
                writers.add(str(path.relative_to(ROOT)))
            others |= {(str(path.relative_to(ROOT)), name) for name in OTHER_FORMATS if name in text}

    assert writers == EXITS
    assert others == set()
