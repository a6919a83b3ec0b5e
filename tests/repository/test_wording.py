"""How the service speaks: neutral words without a point inside, and each language with its own marks."""

import re
from pathlib import Path

import pytest

from tests.repository.test_languages import APPS, english

ROOT = Path(__file__).resolve().parents[2]
#: A letter, the point, a letter: "un·e", which many can't read aloud (CONTRIBUTING.md, "Code and words").
POINT = re.compile(r"\w·\w")
#: What is written alike in both languages, though of several words.
ALIKE = {
    "Police, gendarmerie",
    "Export {number} – {name} – {at}",
    "Urgent (24–72 h)",
    "%(n)s message",
    "urgent (U2)",
    "%(hours)s h",
    "%(km)s km",
}
TAG = re.compile(r"<[^>]*>")


def sentences():
    """Yield each app with a French sentence and its English one; of a context its words alone."""
    for app in APPS:
        for french, words in english(app).items():
            if french:
                yield app, french.rpartition("\x04")[2], words


def test_no_word_has_a_point_inside():
    """Neither "un·e" nor "mineur·es": another wording is for everybody, and is read aloud."""
    kept = ("migrations", "locale")
    files = [
        path for app in APPS for path in (ROOT / app).rglob("*") if path.suffix in (".py", ".html")
        and not set(kept) & set(path.parts)
    ]  # fmt: skip
    pointed = {
        str(path.relative_to(ROOT)) for path in files if POINT.search(path.read_text(encoding="utf-8"))
    }

    assert files
    assert pointed == set()


@pytest.mark.parametrize(
    ("of", "refused", "instead"),
    [
        ("french", '"', "« and »"),
        ("french", "’", "'"),
        ("french", "...", "…"),
        ("english", '"', "“ and ”"),
        ("english", "«", "“"),
        ("english", "’", "'"),
        ("english", "\u00a0", "a space"),
        ("english", "...", "…"),
    ],
)
def test_each_language_has_its_own_marks(of, refused, instead):
    """French quotes stand in French sentences alone; the apostrophe is the plain one in both."""
    texts = [french if of == "french" else words for _, french, words in sentences()]

    assert texts
    assert [text for text in texts if refused in TAG.sub("", text)] == [], f"write {instead}"


def test_english_has_no_space_before_a_mark():
    assert [words for *_, words in sentences() if re.search(r"\w [:;!?]", words)] == []


def test_french_has_a_space_before_a_tall_mark():
    """``core/french.py`` makes it one at which no line breaks; a place like HH:MM or 9:00 has none."""
    tight = re.compile(r"[a-zà-ü)»];|[a-zà-ü)»][!?]|[a-zà-ü)»]:(?!//)|«\w|\w»")

    assert [french for _, french, _ in sentences() if tight.search(TAG.sub("", french))] == []


def test_no_sentence_was_left_in_french():
    same = {french for _, french, words in sentences() if french == words and " " in french.strip()}

    assert same - ALIKE == set()
