"""Articles of law that the service cites, by code, in the order of their numbers."""

import re
from itertools import groupby

from referrals.vocabulary.law.article import Article, Code
from referrals.vocabulary.law.citations import ARTICLES


def by_code() -> list[tuple[Code, list[Article]]]:
    """Return each code with its articles."""
    ordered = sorted(ARTICLES.values(), key=lambda one: (list(Code).index(one.code), _place(one.number)))
    return [(code, list(articles)) for code, articles in groupby(ordered, key=lambda one: one.code)]


def _place(number: str) -> tuple[str, list[int]]:
    # L stands before R and R before D in a code; without a letter, by numbers alone.
    letter = {"L": "0", "R": "1", "D": "2"}.get(number[:1], "")
    return letter, [int(part) for part in re.findall(r"\d+", number)]
