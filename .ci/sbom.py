"""List what each lock pins, as CycloneDX: ``requirements.lock`` in ``build/sbom.json``, the others beside it.

Run by ``make sbom``, in the environment of ``requirements-sbom.lock``. ``cyclonedx-py`` reads the locks for names,
versions and hashes, and the installed packages for their licences. What comes out is compared with the lock, pin by
pin, and held against the schema of CycloneDX. The same locks and packages give the same bytes.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
#: Where the packages are installed whose licences are told. ``requirements-dev.lock`` holds all other locks but one.
ENVIRONMENTS = (".venv/bin/python", ".venv/sbom/bin/python")

type Document = dict[str, Any]
type Pins = dict[tuple[str, str], list[str]]


def pins(lock: str) -> Pins:
    """Return the hashes of each name and version that a lock file pins."""
    found: Pins = {}
    for line in lock.splitlines():
        if pin := re.match(r"([a-z0-9._-]+)==([^\s;]+)", line):
            here = found.setdefault((pin[1], pin[2]), [])
        elif digest := re.match(r" +--hash=sha256:([0-9a-f]{64})", line):
            here.append(digest[1])
    return {pin: sorted(hashes) for pin, hashes in found.items()}


def components(document: Document) -> Pins:
    """Return the hashes of each name and version that a document lists."""
    return {
        (one["name"], one["version"]): sorted(
            digest["content"]
            for place in one.get("externalReferences", ())
            for digest in place.get("hashes", ())
            if digest["alg"] == "SHA-256"
        )
        for one in document["components"]
    }


def faults(document: Document, lock: str) -> list[str]:
    """Return a sentence for each pin that a document lacks, adds or lists with other hashes."""
    wanted, listed = pins(lock), components(document)
    return [
        *(f"{name} {version} is pinned and not listed" for name, version in sorted(wanted.keys() - listed)),
        *(f"{name} {version} is listed and not pinned" for name, version in sorted(listed.keys() - wanted)),
        *(
            f"{name} {version} is listed with other hashes"
            for name, version in sorted(wanted.keys() & listed)
            if wanted[name, version] != listed[name, version] or not wanted[name, version]
        ),
    ]


def licences(document: Document) -> dict[str, Any]:
    """Return what each installed package says of its licence, by the address of name and version."""
    return {one["purl"]: one["licenses"] for one in document["components"] if one.get("licenses")}


def with_licences(document: Document, known: dict[str, Any]) -> Document:
    """Return a document with the licences that are known; a package that isn't installed here has none."""
    told = [
        one | ({"licenses": known[one["purl"]]} if one["purl"] in known else {})
        for one in document["components"]
    ]
    return document | {"components": told}


def ask(*arguments: str) -> Document:
    """Return the document that ``cyclonedx-py`` makes."""
    run = subprocess.run(  # noqa: S603 - arguments of this page
        [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *arguments,
         "--pyproject", "pyproject.toml", "--output-reproducible", "--no-validate", "--spec-version", "1.6"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        sys.exit(run.stderr)
    found: Document = json.loads(run.stdout)
    return found


def main() -> int:
    """Write one list a lock; return 1 and say why where one can't be made."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    valid = JsonStrictValidator(SchemaVersion.V1_6)
    known: dict[str, Any] = {}
    for python in ENVIRONMENTS:
        known |= licences(ask("environment", python))
    BUILD.mkdir(exist_ok=True)
    for path in sorted(ROOT.glob("requirements*.lock")):
        document = with_licences(ask("requirements", path.name), known)
        text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        wrong = faults(document, path.read_text(encoding="utf-8"))
        if error := valid.validate_str(text):
            wrong.append(f"it isn't CycloneDX 1.6: {error}")
        if wrong:
            sys.stderr.write("".join(f"{path.name}: {fault}\n" for fault in wrong))
            return 1
        to = BUILD / f"{path.stem.replace('requirements', 'sbom')}.json"
        to.write_text(text, encoding="utf-8")
        count = len(document["components"])
        told = sum("licenses" in one for one in document["components"])
        sys.stdout.write(f"{to.relative_to(ROOT)}: {count} pins, {told} with a licence\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
