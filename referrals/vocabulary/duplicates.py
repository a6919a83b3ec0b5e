"""Codes of duplicate candidates and links: kind, similarity, effect of a merge."""

from collections.abc import Mapping
from typing import Final

from referrals.vocabulary.states import Coded


class LinkKind(Coded):
    """What two files have to do with each other (domain.md §2.7)."""

    SAME = "same", "The same child", "Même enfant"
    RELATED = "related", "Linked (family, siblings, later facts)", "Dossier lié (famille, fratrie, suites)"


class Merge(Coded):
    """Whether a joined filing tells the same facts or new ones (T12)."""

    SAME_FACTS = "same_facts", "The same facts", "Mêmes faits"
    NEW_FACTS = "new_facts", "New facts", "Faits nouveaux"


class Likeness(Coded):
    """Why two files may belong together."""

    NAME = "name", "Name", "Nom"
    SPELLING = "spelling", "Name, spelt otherwise", "Nom, orthographe voisine"
    SWAPPED_NAMES = "swapped_names", "Last and first name exchanged", "Nom et prénom inversés"
    BIRTH_DATE = "birth_date", "Birth date", "Date de naissance"
    NEAR_BIRTH_DATE = "near_birth_date", "Birth date or age that fits", "Date de naissance ou âge voisin"
    ADDRESS = "address", "Address", "Adresse"
    HOLDER = "holder", "Holder of parental authority", "Titulaire de l'autorité parentale"
    PHONE = "phone", "Telephone of a holder", "Téléphone d'un titulaire"
    SCHOOL = "school", "School", "Établissement scolaire"
    THIRD_PARTY = "third_party", "Third party", "Tiers"
    TRACE = "trace", "Account or number seen online", "Compte ou numéro relevé en ligne"
    SIBLINGS = "siblings", "Brother or sister", "Fratrie"
    OTHER = "other", "Other", "Autre"


#: The class whose readers may be told of a reason, where it isn't the pair's own (domain.md §1.3).
REASON_CLASS: Final[Mapping[str, str]] = {Likeness.THIRD_PARTY: "F", Likeness.TRACE: "G"}
