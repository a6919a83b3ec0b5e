"""Coded answers about holders of parental authority: their link, what they are told, why not (domain.md §4.2)."""

from referrals.vocabulary.states import Coded


class NotInformedReason(Coded):
    """Why the holders were not told beforehand (CASF L226-2-1; domain.md §4.2)."""

    CHILD_INTEREST = "child_interest", "Against the child's interest", "Contraire à l'intérêt de l'enfant"
    HOLDER_IMPLICATED = "holder_implicated", "A parent is implicated", "Parent impliqué"
    REPRISALS = "reprisals", "Risk of reprisals", "Risque de représailles"
    FLIGHT = "flight", "Risk of flight", "Risque de fuite"
    UNREACHABLE = "unreachable", "Out of reach", "Injoignable"
    PROSECUTOR = "prosecutor", "Prosecutor's instruction", "Consigne du parquet"
    URGENCY = "urgency", "Urgency", "Urgence"
    OTHER = "other", "Other", "Autre"


class HolderLink(Coded):
    """Link of a holder of parental authority with the child (domain.md §4.2)."""

    FATHER = "father", "Father", "Père"
    MOTHER = "mother", "Mother", "Mère"
    GUARDIAN = "guardian", "Guardian", "Tuteur"
    ASE = "ase", "Child welfare service", "ASE"
    OTHER = "other", "Other", "Autre"
    UNKNOWN = "unknown", "Unknown", "Inconnu"


class Occasion(Coded):
    """What the holders must be told of (domain.md §2.7)."""

    TRANSMISSION = "transmission", "Transmission", "Transmission"
    ASSESSMENT = "assessment", "Assessment", "Évaluation"
    JUDICIAL_REFERRAL = "judicial_referral", "Judicial referral", "Saisine de l'autorité judiciaire"
    DECISION = "decision", "Decision", "Décision"


class DeferralReason(Coded):
    """Why the information of a holder waits (domain.md T16)."""

    CHILD_INTEREST = "child_interest", "Against the child's interest", "Contraire à l'intérêt de l'enfant"
    HOLDER_IMPLICATED = "holder_implicated", "The holder is implicated", "Titulaire impliqué"
    PROSECUTOR = "prosecutor", "Prosecutor's instruction", "Consigne du parquet"
