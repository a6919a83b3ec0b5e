"""An app imports only those below it (docs/decisions/0001-stack.md), and no arrow hides from the linter."""

import ast
import tomllib
from pathlib import Path

from tests.sources import IMPORTED, nodes

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINTER = PROJECT["tool"]["importlinter"]
UPWARDS = ["encryption", "core", "outbox", "audit", "accounts", "directory", "referrals", "web", "config"]
TOOLING = {"tests", "bench", "docs"}


def packages():
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - TOOLING


def imports(app, targets):
    """Yield the modules of an app that import one of these packages, wherever in it, each with the package."""
    for path, node in nodes((ROOT / app).rglob("*.py"), IMPORTED.format("|".join(targets))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        for name in names:
            if name.partition(".")[0] in targets:
                yield str(path.relative_to(ROOT)), name


def test_the_contract_names_every_app_in_this_order():
    contract = LINTER["contracts"][0]

    assert packages() == set(UPWARDS)
    assert set(LINTER["root_packages"]) == set(UPWARDS)
    assert list(reversed(contract["layers"])) == UPWARDS


def test_no_app_imports_upwards_not_even_inside_a_function():
    upwards = [
        found
        for place, app in enumerate(UPWARDS)
        for found in imports(app, {*UPWARDS[place + 1 :], "tests", "bench"})
    ]

    assert upwards == []


def test_only_the_edge_knows_the_settings_module():
    asking = [
        str(path.relative_to(ROOT))
        for app in UPWARDS
        for path in (ROOT / app).rglob("*.py")
        if "config.settings" in path.read_text(encoding="utf-8") and path.parent.name != "config"
    ]

    assert asking == []
