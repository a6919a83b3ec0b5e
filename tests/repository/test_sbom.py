"""SEC-CF3: the list of parts (``make sbom``) holds each pin of each lock with its hashes, and nothing else."""

import re
import runpy
from pathlib import Path

import pytest

from tests.repository.test_stack import LOCKS, TOOLS

ROOT = Path(__file__).resolve().parents[2]
SBOM = runpy.run_path(str(ROOT / ".ci" / "sbom.py"))

LOCK = f"""\
alpha==1.0 \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
beta-two==2.0.post1 ; sys_platform == 'win32' \\
    --hash=sha256:{"c" * 64}
"""


def component(name, version, *hashes):
    return {
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "externalReferences": [{"hashes": [{"alg": "SHA-256", "content": content} for content in hashes]}],
    }


ALPHA = component("alpha", "1.0", "b" * 64, "a" * 64)
BETA = component("beta-two", "2.0.post1", "c" * 64)


@pytest.mark.sec("SEC-CF3")
@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ([ALPHA, BETA], []),
        ([ALPHA], ["beta-two 2.0.post1 is pinned and not listed"]),
        ([ALPHA, BETA, component("gamma", "3", "d" * 64)], ["gamma 3 is listed and not pinned"]),
        ([component("alpha", "1.0", "a" * 64), BETA], ["alpha 1.0 is listed with other hashes"]),
        (
            [component("alpha", "1.1", "a" * 64, "b" * 64), BETA],
            ["alpha 1.0 is pinned and not listed", "alpha 1.1 is listed and not pinned"],
        ),
    ],
)
def test_a_list_that_differs_from_its_lock_is_refused(listed, said):
    assert SBOM["faults"]({"components": listed}, LOCK) == said


def test_a_pin_without_a_hash_is_refused_though_it_is_listed():
    assert SBOM["faults"]({"components": [component("alpha", "1.0")]}, "alpha==1.0\n") == [
        "alpha 1.0 is listed with other hashes"
    ]


@pytest.mark.sec("SEC-CF3")
@pytest.mark.parametrize("name", [*LOCKS, TOOLS])
def test_each_pin_and_each_hash_of_a_lock_is_read(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    read = SBOM["pins"](text)

    assert len(read) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)) > 20
    assert sum(map(len, read.values())) == text.count("--hash=sha256:")


def test_a_licence_is_told_as_the_installed_package_of_that_version_tells_it():
    installed = {
        "components": [
            ALPHA | {"licenses": [{"license": {"id": "MIT"}}]},
            component("beta-two", "2.1") | {"licenses": [{"license": {"id": "EUPL-1.2"}}]},
        ]
    }

    told = SBOM["with_licences"]({"components": [ALPHA, BETA]}, SBOM["licences"](installed))

    assert told["components"] == [ALPHA | {"licenses": [{"license": {"id": "MIT"}}]}, BETA]


def test_every_lock_is_known_to_these_tests():
    assert sorted(path.name for path in ROOT.glob("requirements*.lock")) == sorted([*LOCKS, TOOLS])


def test_the_run_of_ci_makes_the_lists():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if line.startswith("make --no-print-directory sbom")]
