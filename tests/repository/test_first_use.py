"""The guide to the first use and the officer's templates name what exists: commands, pages, pictures, requirements."""

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from config.documents import PAGES, register
from referrals.access.matrix import CLASSES, MATRIX
from referrals.models import Child
from referrals.policy.definitions import SETTINGS
from tests.browser import opening
from tests.repository.test_languages import APPS, english

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("docs/first-use/README.md", "docs/first-use/en.md")
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs/data-protection").glob("*.md"))
COMMANDS_MOST = 5
BYTES_MOST = 600_000


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def commands_of(page):
    """Return the commands of the blocks of a page, each as its words."""
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    return [tuple(shlex.split(line)[2:]) for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("path", GUIDES)
def test_the_guide_has_the_commands_that_the_walk_takes_and_no_other(path):
    commands = commands_of(read(path))

    assert commands == list(opening.COMMANDS)
    assert 1 <= len(commands) <= COMMANDS_MOST


@pytest.mark.parametrize("words", opening.COMMANDS, ids=lambda words: words[0])
def test_each_command_takes_the_options_that_it_is_given(words):
    name, *options = words
    command = load_command_class(get_commands()[name], name)

    command.create_parser("manage.py", name).parse_args(options)


@pytest.mark.parametrize("path", GUIDES)
def test_each_picture_is_there_and_taken_by_the_walk(path):
    named = re.findall(r"!\[[^\]]+\]\(\.\./pictures/first-use-([a-z]+)\.webp\)", read(path))
    there = {file.stem.removeprefix("first-use-") for file in (ROOT / "docs/pictures").glob("first-use-*")}

    assert sorted(named) == sorted(opening.PICTURES), "each once"
    assert there == set(opening.PICTURES)


def test_the_pictures_are_small():
    sizes = [file.stat().st_size for file in (ROOT / "docs/pictures").glob("first-use-*")]

    assert 0 < sum(sizes) <= BYTES_MOST


def test_what_the_guide_quotes_stands_on_a_page():
    """« Ajouter une garde » of the guide is the link that people look for; its last word may be cut by a line."""
    known = " ".join(
        re.sub(r"\s+", " ", french.rpartition("\x04")[2]) for app in APPS for french in english(app) if french
    ) + " ".join(SOURCES)
    quoted = re.findall(r"«\s(.*?)\s»", re.sub(r"\s+", " ", read(GUIDES[0])))

    assert quoted
    assert [words for words in set(quoted) if words not in known and words not in OWN_WORDS] == []


#: What the guide quotes that is no word of a page: an invented name, a mark.
OWN_WORDS = {"à deux", "Essai Exemple", "J'ai vérifié moi-même qui est cette personne"}
#: Sentences of pages are looked for where they are written, too: those that no catalogue has yet.
SOURCES = [
    re.sub(r"\s+", " ", path.read_text(encoding="utf-8"))
    for folder in ("web", "accounts", "referrals")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".html") and "migrations" not in path.parts
]


@pytest.mark.parametrize("path", [*GUIDES, *TEMPLATES])
def test_each_link_leads_to_a_file(path):
    links = re.findall(r"\]\(([^)#:]+)\)", read(path))

    assert [link for link in links if not ((ROOT / path).parent / link).exists()] == []


@pytest.mark.parametrize("path", TEMPLATES)
def test_each_requirement_that_a_template_names_is_on_the_list(path):
    named = set(re.findall(r"SEC-[A-Z]+[0-9]+", read(path)))

    assert named <= set(re.findall(r"^\| (SEC-[A-Z]+[0-9]+) \|", read("docs/threats.md"), re.MULTILINE))


@pytest.mark.parametrize("path", [path for path in TEMPLATES if not path.endswith("tableaux.md")])
def test_each_article_is_described_or_marked_as_to_be_read(path):
    """No article is invented: one that the service doesn't describe is one of these, which the officer reads again."""
    known = set(
        re.findall(
            r"^\| \[(?:CASF|CC|CP|RGPD art\.|Code du patrimoine) ([^\]]+)\]",
            read("docs/law.md"),
            re.MULTILINE,
        )
    )
    cited = set(re.findall(r"\b([LRD]\d{3,4}-[\d-]+)", read(path)))

    assert cited - known - {"L1111-8"} == set()


def test_the_tables_of_the_register_hold_each_class_role_and_period():
    page = PAGES["docs/data-protection/tableaux.md"]("")

    assert all(f"\n| {letter} | " in page for letter in CLASSES)
    assert all(f"| {role.label} | " in page for role in MATRIX)
    for key, setting in SETTINGS.items():
        if key.startswith(("retention_", "log_")):
            assert f"| {setting.default} mois | " in page.partition(f"`{key}`")[0].rpartition("\n")[2]


def test_the_tables_count_what_is_sealed():
    """A field is counted by what stores it, not by what somebody wrote of it."""
    sealed = {field.name for field in register.fields_of("B") if register.is_sealed(field)}

    assert {"last_name", "first_names"} <= sealed
    assert "born_year_kind" not in sealed
    assert not register.is_sealed(Child._meta.get_field("referral"))
    assert import_module("config.documents.register").CELLS.keys() >= {
        cell for row in MATRIX.values() for cell in row.split()
    }
