"""Reads a citation: which articles a text cites, and where in it.

A citation begins with its code, ``CASF L226-4 I d``; those that follow it after a comma are of the same code, ``CASF
L226-3, D226-2-3; CC 375``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from referrals.vocabulary.law import casf_legislative, casf_regulatory, other_codes
from referrals.vocabulary.law.article import Article, Code

#: All articles by their keys, in the order of the codes and of their numbers.
ARTICLES: Final[Mapping[str, Article]] = MappingProxyType(
    {one.key: one for one in (*casf_legislative.ARTICLES, *casf_regulatory.ARTICLES, *other_codes.ARTICLES)}
)
#: How texts name a code, in both languages; of two that begin alike the longer one stands first.
_NAMES: Final = {
    "casf": Code.CASF,
    "cjpm": Code.CJPM,
    "cpc": Code.CPC,
    "cpp": Code.CPP,
    "cp": Code.CP,
    "cc": Code.CC,
    "rgpd": Code.RGPD,
    "code du patrimoine": Code.PATRIMOINE,
    "code civil": Code.CC,
    "civil code": Code.CC,
    "code pénal": Code.CP,
    "criminal code": Code.CP,
    "loi n° 2002-305 du 4 mars 2002": Code.LOI_2002_305,
    "loi 2002-305": Code.LOI_2002_305,
    "loi du 4 mars 2002": Code.LOI_2002_305,
    "law of 4 march 2002": Code.LOI_2002_305,
}
_NUMBER: Final = r"[LRD]?\d+(?:-\d+)*\b"
_CITED: Final = re.compile(
    rf"\b(?:(?P<code>(?i:{'|'.join(_NAMES)}))\b(?:,? art(?:icle|\.))?,? ?(?P<first>{_NUMBER})?|(?P<next>{_NUMBER}))"
    r"(?P<part>(?:,? (?:al\. \d+\b|[IVX]+\b(?: [a-d]\b)?|\d+°))*)"
)
#: What may stand between two articles of one code.
_AND: Final = frozenset({", ", "; ", " à ", " et ", " to ", " and "})


@dataclass(frozen=True, slots=True)
class Citation:
    """An article as a text cites it, with paragraph or item: ``CASF L226-4 I d``; from where to where it stands."""

    article: Article
    text: str
    start: int
    end: int


def found_in(text: str, code: Code | None = None) -> Iterator[Citation]:
    """Yield the articles that a text cites, in its order; ``code``: that of the first, where the text doesn't name it.

    What isn't known is passed over: a sentence has other numbers too.
    """
    ended = 0
    for citation in _CITED.finditer(text):
        if citation["code"]:
            code = _NAMES[citation["code"].lower()]
        elif ended and text[ended : citation.start()] not in _AND:
            code = None
        number = citation["first"] or citation["next"]
        article = ARTICLES.get("-".join(filter(None, (code, number))))
        if code and article:
            ended = citation.end()
            yield Citation(article, article.name + citation["part"], citation.start(), ended)


@cache
def cited(law: str) -> tuple[Citation, ...]:
    """Return the articles of a citation that is nothing else, as declarations have it; "" cites none.

    Raises:
        ValueError: it cites what no file here declares.
    """
    citations = tuple(found_in(law))
    starts, ends = [one.start for one in citations], [one.end for one in citations]
    between = {law[end:start] for end, start in zip([0, *ends], [*starts, len(law)], strict=True)}
    if between - _AND - {""}:
        raise ValueError(f"cites what is declared nowhere: {law}")
    return citations


def citation_lines(law: str) -> list[dict[str, str]]:
    """Return a citation as answers tell it: code, text and address of each article."""
    return [{"code": one.article.key, "text": one.text, "address": one.article.address} for one in cited(law)]
