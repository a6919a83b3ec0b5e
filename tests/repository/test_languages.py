"""Both languages are complete: what the service says in French, it says in English too."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from tests.sources import nodes

ROOT = Path(__file__).resolve().parents[2]
APPS = sorted(path.parts[-5] for path in ROOT.glob("*/locale/en/LC_MESSAGES/django.po"))
CALL = re.compile(r"""\b(?:n|p|np)?gettext\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
#: Sentences of which one language names a law or a service, and the other gives its number.
NUMBERED_IN_FRENCH = {
    "119",
    "119, pour ce qu'il a transmis",
    "Parquet du lieu où l'enfant a été trouvé (CC 375-5)",
    "Prostitution – art. 13 loi du 4 mars 2002",
}
#: How a sentence is marked in the code, with the places of what is translated, and of its context.
MARKS = {
    "_": ((0,), None),
    "gettext": ((0,), None),
    "gettext_lazy": ((0,), None),
    # A catalogue holds both words of a plural under its singular.
    "ngettext": ((0,), None),
    "ngettext_lazy": ((0,), None),
    "pgettext": ((1,), 0),
    "pgettext_lazy": ((1,), 0),
}


def marked_in_templates(app):
    for path in (ROOT / app).rglob("*.html"):
        for call in CALL.finditer(templatize(path.read_text(encoding="utf-8"))):
            yield ast.literal_eval(call[1])


def marked_in_code(app):
    for path, node in nodes((ROOT / app).rglob("*.py"), rf"\b(?:{'|'.join(MARKS)})\s*\("):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if name in MARKS:
            places, context = MARKS[name]
            texts = [node.args[place] for place in places]
            before = "" if context is None else f"{node.args[context].value}\x04"
            # A sentence put together from a variable would never be found in the catalogue.
            assert all(isinstance(text, ast.Constant) for text in texts), f"{path}:{node.lineno}"
            yield from (f"{before}{text.value}" for text in texts)


def compiled(app):
    """Return the English words by the French ones; those of a plural by these and a number."""
    with (ROOT / app / "locale" / "en" / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


def english(app):
    return {key[0] if isinstance(key, tuple) else key: words for key, words in compiled(app).items()}


@pytest.mark.parametrize("app", APPS)
def test_every_sentence_has_its_english_words(app):
    """``make messages`` gathers the sentences; the English ones are written into ``<app>/locale``."""
    known = english(app)
    marked = {*marked_in_templates(app), *marked_in_code(app)}

    assert marked
    assert sorted(sentence for sentence in marked if not known.get(sentence)) == []


@pytest.mark.parametrize("app", APPS)
def test_the_compiled_words_are_those_that_were_written(app):
    written = (ROOT / app / "locale" / "en" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    texts = re.findall(r'^msgstr(?:\[\d\])? ("(?:[^"\\]|\\.)*")$', written, re.MULTILINE)

    assert "fuzzy" not in written
    assert {ast.literal_eval(text) for text in texts} - set(compiled(app).values()) - {""} == set()


@pytest.mark.parametrize("app", APPS)
def test_a_sentence_keeps_its_places(app):
    """A word in braces or a mark of the text that one language lacks would fail in that language alone."""
    # "9:00" is "9 h" in French.
    marks = re.compile(r"%\(\w+\)s|\{\w+\}|</?strong>|\b(?!00\b)\d{2,3}\b")
    for french, words in english(app).items():
        if french and "/20" not in french and french.rpartition("\x04")[2] not in NUMBERED_IN_FRENCH:
            assert sorted(marks.findall(french)) == sorted(marks.findall(words)), french


def test_no_two_catalogues_disagree():
    """Django puts all catalogues into one: the app that comes first would decide for the others."""
    known = {}
    for app in APPS:
        for french, words in english(app).items():
            if french:
                assert known.setdefault(french, words) == words, french


def test_no_code_chooses_the_words_of_a_language_by_itself():
    """One way: a sentence is translated by its catalogue, a text kept in both languages chosen by ``for_reader``."""
    allowed = {"core/languages.py", "web/page.py"}
    asks = {
        str(path.relative_to(ROOT))
        for app in (*APPS, "core")
        for path in (ROOT / app).rglob("*.py")
        if "get_language()" in path.read_text(encoding="utf-8")
    }

    assert asks == allowed
