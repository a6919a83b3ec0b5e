"""Each sign of the grid has words in both languages."""

from django.utils import translation

from core.languages import in_both
from referrals.vocabulary.filing_answers import SIGN_CODES, SIGNS
from web.filing import grid


def test_each_sign_of_the_grid_has_words_in_both_languages():
    for label in (label for family in SIGNS.values() for label in family.values()):
        assert len(set(in_both(label).values())) == 2, label
    for language in ("fr", "en"):
        with translation.override(language):
            assert all(grid.label(code) for code in SIGN_CODES)
    assert {code for family in grid.FAMILIES for code in grid.SIGNS[family.code]} == set(SIGN_CODES)
