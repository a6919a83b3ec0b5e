"""What is known of an article: what it says, where its text stands, since when it holds, how far it was read."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.vocabulary.states import Coded

_LEGIFRANCE: Final = "https://www.legifrance.gouv.fr"
#: The month in which the texts were read, by its first day.
NOVEMBER: Final = date(2026, 11, 1)


class Code(Coded):
    """A code or another text; the value begins the key of its articles."""

    CASF = "CASF", _("Code de l'action sociale et des familles (CASF)")
    CC = "CC", _("Code civil (CC)")
    CP = "CP", _("Code pénal (CP)")
    CPC = "CPC", _("Code de procédure civile (CPC)")
    CPP = "CPP", _("Code de procédure pénale (CPP)")
    CJPM = "CJPM", _("Code de la justice pénale des mineurs (CJPM)")
    PATRIMOINE = "PATRIMOINE", _("Code du patrimoine")
    RGPD = "RGPD", _("Règlement général sur la protection des données (RGPD)")
    LOI_2002_305 = "LOI-2002-305", _("Loi du 4 mars 2002 relative à l'autorité parentale")


#: How a citation begins.
CITED_AS: Final = {
    Code.CPP: "CPP art. ",
    Code.PATRIMOINE: "Code du patrimoine ",
    Code.RGPD: "RGPD art. ",
    Code.LOI_2002_305: "loi 2002-305 art. ",
}
_TEXTS: Final = {
    Code.CASF: "LEGITEXT000006074069",
    Code.CC: "LEGITEXT000006070721",
    Code.CP: "LEGITEXT000006070719",
    Code.CPC: "LEGITEXT000006070716",
    Code.CPP: "LEGITEXT000006071154",
    Code.CJPM: "LEGITEXT000039086952",
    Code.PATRIMOINE: "LEGITEXT000006074236",
}
#: Where a text stands whole: that of an article, where its own address isn't known.
_ADDRESSES: Final = {
    **{code: f"{_LEGIFRANCE}/codes/texte_lc/{text}" for code, text in _TEXTS.items()},
    Code.RGPD: "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
    Code.LOI_2002_305: f"{_LEGIFRANCE}/jorf/id/JORFTEXT000000776352",
}


class Checked(Coded):
    """How far somebody read the text in force, and not what others say of it."""

    FULL = "full", _("Texte lu en entier")
    PART = "part", _("Résumé d'après une partie du texte ou une version antérieure")
    NOT = "not", _("Résumé d'après une autre source : le texte n'a pas encore été lu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article, or with no ``number`` a code as a whole.

    ``says``: two sentences of ours, never its wording. ``since``: the day from which this version holds; None where no
    source tells. ``read_in``: the month, by its first day; None where it wasn't read. ``place``: the id of the article
    (``LEGIARTI…``) or of its section (``LEGISCTA…``) on Légifrance, where it is known.
    """

    code: Code
    number: str
    says: Text
    checked: Checked
    since: date | None = None
    read_in: date | None = NOVEMBER
    place: str = ""

    @property
    def key(self) -> str:
        """Return what names it in an address and in answers: ``CASF-L226-4``."""
        return "-".join(filter(None, (self.code.value, self.number)))

    @property
    def name(self) -> str:
        """Return how it is cited: ``CASF L226-4``, ``RGPD art. 32``."""
        return (CITED_AS.get(self.code, f"{self.code} ") + self.number).strip()

    @property
    def address(self) -> str:
        """Return where its official text stands; that of its section or code, where its own isn't known."""
        if self.place.startswith("LEGIARTI"):
            return f"{_LEGIFRANCE}/codes/article_lc/{self.place}"
        if self.place:
            return f"{_LEGIFRANCE}/codes/section_lc/{_TEXTS[self.code]}/{self.place}"
        return _ADDRESSES[self.code]
