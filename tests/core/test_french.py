"""French as it is read: zero is singular, pages break no line before a tall mark, and messages stay plain."""

import pytest
from django.utils.translation import gettext, ngettext, override, pgettext

from core import french
from core.languages import for_reader
from referrals.vocabulary.deadlines import ClockCode


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 jour"), (1, "1 jour"), (2, "2 jours"), (-2, "-2 jours")]
)
def test_none_is_singular_as_one_is(number, words):
    with override("fr"):
        assert ngettext("%(n)s jour", "%(n)s jours", number) % {"n": number} == words


def test_none_is_plural_in_english():
    with override("en"):
        assert ngettext("%(n)s jour", "%(n)s jours", 0) % {"n": 0} == "0 days"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Pas encore de compte ?", "Pas encore de compte\u202f?"),
        ("Prévient : tous ; ou non !", "Prévient\u202f: tous\u202f; ou non\u202f!"),
        ("Le rôle « Cadre »", "Le rôle «\u00a0Cadre\u00a0»"),
        ("Déjà insécable\u00a0?", "Déjà insécable\u202f?"),
        ("À 9:00, HH:MM", "À 9:00, HH:MM"),
    ],
)
def test_no_line_of_a_page_breaks_before_a_mark(typed, read):
    with override("fr"):
        assert gettext(typed) == typed
        with french.for_page():
            assert gettext(typed) == read
        assert gettext(typed) == typed
    assert french.plain(read) == french.plain(typed)


def test_a_sentence_of_a_context_comes_without_it():
    with override("fr"), french.for_page():
        assert pgettext("message", "Ce qui suit : rien") == "Ce qui suit\u202f: rien"


def test_english_keeps_its_own_spaces():
    with override("en"), french.for_page():
        assert gettext(" : ") == ": "


def test_what_is_kept_in_both_languages_is_as_written_whoever_asked_first():
    """A page sets its French otherwise than the API: of what a process keeps neither is told as the other's."""
    code = ClockCode.C3
    with french.for_page(), override("fr"):
        kept, shown = code.labels_by_language, for_reader(code.labels_by_language)
    with override("fr"):
        told = for_reader(code.labels_by_language)

    assert kept["fr"] == told == "Danger immédiat : sans délai"
    assert shown == f"Danger immédiat{french.NARROW}: sans délai"
