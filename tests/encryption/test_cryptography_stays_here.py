"""Cryptography is called in ``encryption/`` and nowhere else (SEC-CR19)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from encryption import inventory
from tests.sources import nodes

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {"tests", "bench"}  # they check from outside, or measure against the bare calls
LIBRARIES = {
    "cryptography",
    "hmac",
    "hashlib",
    "secrets",
    "_hashlib",
    "OpenSSL",
    "nacl",
    "Crypto",
    "jwt",
    "pkcs11",
    "fido2",
    "joserfc",
    "authlib",
}
WORDS = rf"\b(?:{'|'.join(LIBRARIES)})\b"
# The key of signed cookies is made on the first run, before any app can be imported. The verifier is one file that runs
# where this service isn't: it may import nothing of it, holds no key, and checks with public ones only.
ALLOWED = {
    ("config/env.py", "secrets"),
    ("audit/verifier.py", "hashlib"),
    ("audit/verifier.py", "cryptography"),
}


def imported(node: ast.AST) -> Iterator[str]:
    """Every top-level library that a piece of code imports, also by a call with a literal name."""
    match node:
        case ast.Import(names=names):
            yield from (name.name.split(".")[0] for name in names)
        case ast.ImportFrom(module=str(module), level=0):
            yield module.split(".")[0]
        case ast.Call(args=[ast.Constant(value=str(name)), *_]) if _imports(node.func):
            yield name.split(".")[0]


def _imports(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in {"__import__", "import_module", "import_string"}


def modules() -> Iterator[Path]:
    packages = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in ELSEWHERE]
    yield from ROOT.glob("*.py")
    for package in packages:
        yield from package.rglob("*.py")


@pytest.mark.sec("SEC-CR19")
def test_no_other_app_imports_cryptography():
    found = {
        (path.relative_to(ROOT).as_posix(), library)
        for path, node in nodes(modules(), WORDS)
        for library in LIBRARIES.intersection(imported(node))
        if path.relative_to(ROOT).parts[0] != "encryption"
    }

    assert found == ALLOWED


@pytest.mark.parametrize(
    "line",
    [
        "import hmac", "import hashlib as h", "from secrets import *", "from cryptography import x509",
        "def f():\n    import hmac", "__import__('hmac')", "importlib.import_module('hashlib')",
    ],
)  # fmt: skip
def test_the_check_sees_every_form_of_import(line, tmp_path):
    module = tmp_path / "module.py"
    module.write_text(line)

    assert [one for _, node in nodes([module], WORDS) for one in imported(node) if one in LIBRARIES]


def test_the_check_reads_the_whole_tree():
    names = {path.relative_to(ROOT).as_posix() for path in modules()}

    assert {"manage.py", "config/env.py", "encryption/keyring.py", "audit/journal.py"} <= names


@pytest.mark.sec("SEC-CR19")
def test_the_inventory_in_the_decision_record_is_fresh():
    record = (ROOT / "docs/decisions/0002-sealed-field-format.md").read_text(encoding="utf-8")

    assert inventory.table() in record
