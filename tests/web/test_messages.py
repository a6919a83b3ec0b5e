"""Both languages are complete: what the pages say in French, they say in English too."""

import ast
import gettext
import re
from pathlib import Path

from django.utils import translation
from django.utils.translation.template import templatize

from referrals.vocabulary.signs import SIGN_CODES
from web.filing import grid

WEB = Path(__file__).resolve().parents[2] / "web"
CATALOGUE = WEB / "locale" / "en" / "LC_MESSAGES"
CALL = re.compile(r"""\bn?gettext\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")


def said_in_templates():
    for path in WEB.rglob("*.html"):
        for found in CALL.finditer(templatize(path.read_text(encoding="utf-8"))):
            yield ast.literal_eval(found[1])


def said_in_code():
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "gettext"):
                yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def english():
    with (CATALOGUE / "django.mo").open("rb") as file:
        words = gettext.GNUTranslations(file)._catalog
    return {key[0] if isinstance(key, tuple) else key: value for key, value in words.items()}


def test_every_message_has_its_english_words():
    """``make messages`` gathers the messages; the English words are written into ``web/locale/en``."""
    known = english()
    said = {*said_in_templates(), *said_in_code()}

    assert len(said) > 300
    assert sorted(message for message in said if not known.get(message)) == []


def test_the_compiled_words_are_those_that_were_written():
    written = (CATALOGUE / "django.po").read_text(encoding="utf-8")
    texts = re.findall(r'^msgstr(?:\[\d\])? ("(?:[^"\\]|\\.)*")$', written, re.MULTILINE)
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = set(gettext.GNUTranslations(file)._catalog.values())

    assert "fuzzy" not in written
    assert {ast.literal_eval(text) for text in texts} - compiled - {""} == set()


def test_a_message_keeps_its_places():
    """A word in braces or a mark of the text that one language lacks would fail in that language alone."""
    marks = re.compile(r"%\(\w+\)s|</?strong>|\b\d{2,3}\b")
    for french, words in english().items():
        if french and "/20" not in french:
            assert sorted(marks.findall(french)) == sorted(marks.findall(words)), french


def test_each_sign_of_the_grid_has_words_in_both_languages():
    assert set(grid.ENGLISH) == set(SIGN_CODES)
    for language in ("fr", "en"):
        with translation.override(language):
            assert all(grid.label(code) for code in SIGN_CODES)
    assert {code for family in grid.FAMILIES for code in grid.SIGNS[family.code]} == set(SIGN_CODES)
