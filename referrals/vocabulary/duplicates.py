"""Codes of duplicate candidates and links: kind, similarity, effect of a merge."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class LinkKind(Coded):
    """What two files have to do with each other (domain.md §2.7)."""

    SAME = "same", _("Même enfant")
    RELATED = "related", _("Dossier lié (famille, fratrie, suites)")


class Merge(Coded):
    """Whether a joined filing tells the same facts or new ones (T12)."""

    SAME_FACTS = "same_facts", _("Mêmes faits")
    NEW_FACTS = "new_facts", _("Faits nouveaux")


class Likeness(Coded):
    """Why two files may belong together."""

    NAME = "name", _("Nom")
    SPELLING = "spelling", _("Nom, orthographe voisine")
    SWAPPED_NAMES = "swapped_names", _("Nom et prénom inversés")
    BIRTH_DATE = "birth_date", pgettext_lazy("likeness", "Date de naissance")
    NEAR_BIRTH_DATE = "near_birth_date", _("Date de naissance ou âge voisin")
    ADDRESS = "address", _("Adresse")
    HOLDER = "holder", _("Titulaire de l'autorité parentale")
    PHONE = "phone", _("Téléphone d'un titulaire")
    SCHOOL = "school", _("Établissement scolaire")
    THIRD_PARTY = "third_party", _("Tiers")
    TRACE = "trace", _("Compte ou numéro relevé en ligne")
    SIBLINGS = "siblings", pgettext_lazy("likeness", "Fratrie")
    OTHER = "other", _("Autre")


class LeftOut(Coded):
    """Why a search hasn't looked at everything."""

    NOT_INDEXED = "not_indexed", _("Une partie des dossiers n'est pas encore indexée")
    CUT = "cut", _("Trop de dossiers se ressemblent pour être tous regardés")


#: The class whose readers may be told of a reason, where it isn't the pair's own (domain.md §1.3).
REASON_CLASS: Final[Mapping[str, str]] = {Likeness.THIRD_PARTY: "F", Likeness.TRACE: "G"}
