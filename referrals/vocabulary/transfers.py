"""Codes of transfers (domain.md §8.2, §8.3)."""

from referrals.vocabulary.states import Coded


class Ground(Coded):
    """Why another authority is to take the case over (T31)."""

    MOVED = "moved", "The child or its family has moved", "L'enfant ou sa famille a déménagé"
    RESIDENCE = (
        "residence",
        "The residence is known now, and lies elsewhere",
        "La résidence, désormais connue, est dans un autre ressort",
    )
    COMPETENCE = (
        "competence",
        "Another authority is competent or holds the child's file",
        "Une autre autorité est compétente ou suit déjà l'enfant",
    )


class Channel(Coded):
    """How the documents go (CASF R221-7; TRANSFER_MODE)."""

    ELECTRONIC = "electronic", "Electronic", "Par voie électronique"
    SEALED_MAIL = "sealed_mail", "Sealed registered letter", "Par pli recommandé"


class Document(Coded):
    """A document that goes along (R221-6; domain.md §8.3)."""

    CONCERN = "concern", "The concern itself", "L'information préoccupante"
    DECISIONS = "decisions", "Decisions and measures", "Décisions et mesures"
    ASSESSMENT_REPORT = "assessment_report", "Assessment report", "Rapport d'évaluation"
    SITUATION_REPORTS = "situation_reports", "Yearly and circumstantial reports", "Rapports de situation"
    PLAN = "plan", "Child's plan", "Projet pour l'enfant"


class FormalityKind(Coded):
    """What is done before a case goes (R221-5-1 to R221-5-3)."""

    HOLDERS_INFORMED = (
        "holders_informed",
        "Holders informed of the transfer and its effects",
        "Information des titulaires sur le transfert et ses effets",
    )
    WRITTEN_AGREEMENT = (
        "written_agreement",
        "Written agreement of the holders to the transfer of an administrative service",
        "Accord écrit des titulaires au transfert d'une prestation",
    )
    RELINQUISHMENT = (
        "relinquishment",
        "The judge has relinquished the case",
        "Dessaisissement du juge des enfants",
    )


class Fulfilment(Coded):
    """What became of a formality."""

    DONE = "done", "Done", "Accomplie"
    DEFERRED = "deferred", "Deferred, with its reason", "Différée (motif)"
    REFUSED = "refused", "Refused by the holders", "Refusée par les titulaires"


class BreakEffect(Coded):
    """What the break in care would bring, where the holders don't agree (R221-5-2)."""

    DANGER = "danger", "It endangers the child", "Elle met l'enfant en danger"
    RISK = "risk", "It leaves a risk", "Elle laisse un risque"


class Opinion(Coded):
    """What a supervisor holds in an arbitration (domain.md §2.7)."""

    TRANSFER = "transfer", "The case goes to the other authority", "Le dossier est à transférer"
    KEEP = "keep", "The case stays where it is", "Le dossier reste à l'origine"
