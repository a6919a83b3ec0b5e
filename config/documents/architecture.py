"""Diagram of ``docs/architecture.md``, drawn from the imports between packages.

An arrow goes from a package to one that it imports, imports for types included. An arrow that follows from two others
isn't drawn. Packages of ``referrals`` that hold a feature are one box, because each may use those before it in the
list.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import fill
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
APPS: Final = ("config", "web", "referrals", "directory", "accounts", "audit", "outbox", "core", "encryption")
#: What every feature of ``referrals`` stands on, and what stands on them all; the other packages are features.
GROUND: Final = (
    "rest",
    "execution",
    "reading",
    "matching",
    "access",
    "workflow",
    "policy",
    "models",
    "vocabulary",
    "errors",
)
TOP: Final = ("apps", "composition", "management", "proofs")


def picture() -> str:
    """Return the picture in Mermaid."""
    imports = {box: {other for other in imports if other != box} for box, imports in _imports().items()}
    features = sorted({path.name for path in (ROOT / "referrals").iterdir() if _is_feature(path)})
    arrows = [f"    {box} --> {other}" for box in imports for other in sorted(_direct(box, imports))]
    inside = [f"        {box}" for box in imports if box.startswith("referrals.")]
    boxes = f'        referrals.features["{len(features)} features"]'
    inner = [boxes if line.strip() == "referrals.features" else line for line in inside]
    lines = ["```mermaid", "flowchart TD", "    subgraph referrals", *inner, "    end", *arrows, "```"]
    sentence = fill(f"The {len(features)} features: {', '.join(f'`{name}`' for name in features)}.", 120)
    return "\n".join([*lines, "", sentence])


def _is_feature(path: Path) -> bool:
    return (path / "__init__.py").exists() and path.name not in {*GROUND, *TOP, "migrations"}


def _direct(box: str, known: Mapping[str, set[str]]) -> set[str]:
    """Return what a box knows and doesn't reach by way of another box that it knows."""
    return {
        other
        for other in known[box]
        if not any(other in _reached(via, known) for via in known[box] - {other})
    }


def _reached(box: str, known: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    wanted = set(known[box])
    while wanted:
        reached |= wanted
        wanted = {other for one in wanted for other in known[one]} - reached
    return reached


def _imports() -> dict[str, set[str]]:
    """Return the boxes, from the top down, each with those that it imports."""
    imports: dict[str, set[str]] = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if ".migrations." not in module:
                imports.setdefault(_box(module), set()).update(map(_box, _named(path)))
    order = [*APPS[:2], *(f"referrals.{one}" for one in ("top", "features", *GROUND)), *APPS[3:]]
    return {box: imports.get(box, set()) for box in order}


def _named(path: Path) -> Iterator[str]:
    """Yield the modules of ours that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in APPS:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.split(".")[0] in APPS)


def _box(module: str) -> str:
    app, *rest = module.split(".")
    if app != "referrals" or not rest:
        return app if app != "referrals" else "referrals.top"
    part = rest[0]
    return f"referrals.{part if part in GROUND else 'top' if part in TOP else 'features'}"
