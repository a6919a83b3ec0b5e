"""Inventory of cryptographic primitives, made from this app's imports: no other app may import any.

``python -m encryption.inventory`` prints it; docs/decisions/0002-sealed-field-format.md carries it.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LIBRARIES: Final = frozenset({"cryptography", "fido2", "hmac", "hashlib", "joserfc", "pkcs11", "secrets"})


def table() -> str:
    """Return a Markdown table: each module of this app that uses cryptography, and what it uses."""
    lines = ["| module | uses |", "|---|---|"]
    for path in sorted(Path(__file__).parent.glob("*.py")):
        names = sorted(set(_used(ast.parse(path.read_text(encoding="utf-8")))))
        if names:
            lines.append(f"| `encryption/{path.name}` | {', '.join(f'`{name}`' for name in names)} |")
    return "\n".join(lines) + "\n"


def _used(tree: ast.Module) -> Iterator[str]:
    """Yield what is imported from the libraries, and the functions called on their modules."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] in LIBRARIES:
                yield from (name.name for name in names)
            case ast.ImportFrom(module="os", names=names):
                yield from (f"os.{name.name}" for name in names if name.name == "urandom")
            case ast.Attribute(value=ast.Name(id=library), attr=name) if library in LIBRARIES:
                yield f"{library}.{name}"
            case ast.Attribute(value=ast.Name(id="os"), attr="urandom"):
                yield "os.urandom"


if __name__ == "__main__":
    sys.stdout.write(table())
