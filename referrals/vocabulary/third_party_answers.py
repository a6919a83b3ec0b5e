"""Coded answers about third parties: their part, their link with the child (domain.md §4.4)."""

from referrals.vocabulary.states import Coded


class ThirdPartyRole(Coded):
    """Part that a third party is said to play (domain.md §4.4)."""

    ALLEGED_EXPLOITER = "alleged_exploiter", "Alleged exploiter", "Tiers présumé exploiteur"
    BUYER = "buyer", "Buyer of sexual acts", "Auteur d'achat d'actes sexuels"
    RECRUITER = "recruiter", "Recruiter", "Recruteur"
    ACCOMPLICE = "accomplice", "Accomplice", "Complice"
    WITNESS = "witness", "Witness", "Témoin"


class ThirdPartyLink(Coded):
    """Link of a third party with the child (domain.md §4.4)."""

    FAMILY = "family", "Family", "Famille"
    PARTNER = "partner", "Partner", "Petit ami ou partenaire"
    PEER = "peer", "Peer", "Pair, ami·e"
    ACQUAINTANCE = "acquaintance", "Acquaintance", "Connaissance"
    PROFESSIONAL = "professional", "Professional", "Professionnel·le"
    STRANGER = "stranger", "Stranger", "Inconnu de l'enfant"
    UNKNOWN = "unknown", "Not known", "Non connu"
