"""Codes of access requests: who asks, what is asked for, what is hidden and why (RGPD art. 12, 15; domain.md §7.5)."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.languages import Text
from referrals.vocabulary.states import Coded


class Subject(Coded):
    """Whose data a field holds: each field of each model declares it (domain.md §7.5)."""

    CHILD = "child", pgettext_lazy("subject of data", "L'enfant")
    HOLDER = "holder", pgettext_lazy("subject of data", "Titulaire de l'autorité parentale")
    FILER = "filer", pgettext_lazy("subject of data", "Auteur de la transmission")
    THIRD_PARTY = "third_party", pgettext_lazy("subject of data", "Tiers")
    STAFF = "staff", pgettext_lazy("subject of data", "Agent")
    NOBODY = "nobody", pgettext_lazy("subject of data", "Personne : donnée du service")


class Withheld(Coded):
    """Why a passage is hidden, as « [occulté : …] » says it (domain.md §7.5)."""

    FILER = "filer", pgettext_lazy("withheld", "identité de l'auteur de la transmission")
    THIRD_PARTY = "third_party", pgettext_lazy("withheld", "vie privée d'un tiers")
    OTHER_CHILD = "other_child", pgettext_lazy("withheld", "vie privée d'un autre enfant")
    OTHER_HOLDER = "other_holder", pgettext_lazy("withheld", "vie privée de l'autre titulaire")
    JUDICIAL = "judicial", pgettext_lazy("withheld", "document judiciaire")
    CHILD_INTEREST = "child_interest", pgettext_lazy("withheld", "intérêt de l'enfant")
    MEDICAL = "medical", pgettext_lazy("withheld", "secret médical")
    SAFETY = "safety", pgettext_lazy("withheld", "sécurité d'une personne")
    INQUIRY = "inquiry", pgettext_lazy("withheld", "enquête en cours")
    STAFF_NAME = "staff_name", pgettext_lazy("withheld", "nom d'un agent")


class Requester(Coded):
    """Who asks (AR1)."""

    SUBJECT_MINOR = "subject_minor", _("La personne concernée, mineure")
    SUBJECT_ADULT = "subject_adult", _("La personne concernée, majeure")
    HOLDER = "holder", _("Un titulaire de l'autorité parentale")
    MANDATED = "mandated", _("Une personne mandatée par écrit")
    FILER = "filer", _("L'auteur d'une transmission")
    THIRD_PARTY = "third_party", _("Un tiers mis en cause ou cité")
    STAFF = "staff", _("Un agent")


class Right(Coded):
    """Which right is used (RGPD art. 15 to 21); all but access go the same way, without a copy."""

    ACCESS = "access", pgettext_lazy("right", "Accès")
    RECTIFICATION = "rectification", pgettext_lazy("right", "Rectification")
    RESTRICTION = "restriction", pgettext_lazy("right", "Limitation")
    OBJECTION = "objection", pgettext_lazy("right", "Opposition")
    ERASURE = "erasure", pgettext_lazy("right", "Effacement")


class Wanted(Coded):
    """What is asked for (AR1)."""

    ALL = "all", pgettext_lazy("wanted", "Tout le dossier")
    PART = "part", pgettext_lazy("wanted", "Une partie")
    READERS = "readers", _("La liste des consultations seule")


class Way(Coded):
    """By which way a request came, or an answer goes."""

    LETTER = "letter", pgettext_lazy("way of a request", "Courrier")
    MAIL = "mail", pgettext_lazy("way of a request", "Courriel")
    DESK = "desk", pgettext_lazy("way of a request", "Sur place")
    PHONE = "phone", pgettext_lazy("way of a request", "Téléphone")


class Standing(Coded):
    """In which quality somebody asks, once it is established (AR3)."""

    SELF = "self", pgettext_lazy("standing", "La personne elle-même")
    MINOR_ALONE = (
        "minor_alone",
        pgettext_lazy("standing", "Une mineure ou un mineur, avec discernement, sans titulaire"),
    )
    HOLDER_IN_OFFICE = (
        "holder_in_office",
        pgettext_lazy("standing", "Titulaire en exercice, pour un enfant mineur"),
    )
    MANDATE = "mandate", pgettext_lazy("standing", "Mandat écrit")


class Proof(Coded):
    """How an identity was established; the papers are looked at, and not kept (AR2, AR3)."""

    PAPER = "paper", pgettext_lazy("proof of identity", "Pièce d'identité regardée")
    KNOWN = "known", pgettext_lazy("proof of identity", "Personne connue du service")
    ELECTRONIC = "electronic", pgettext_lazy("proof of identity", "Identité électronique")
    CALLED_BACK = "called_back", pgettext_lazy("proof of identity", "Rappel à un numéro connu")


class Gate(Coded):
    """Why nothing leaves without an opinion (the safety gate of domain.md §7.5)."""

    IMPLICATED = "implicated", pgettext_lazy("gate", "La personne qui demande est mise en cause")
    STATUS = (
        "status",
        pgettext_lazy("gate", "Situation de prostitution suspectée ou établie, demande d'un titulaire"),
    )
    SHELTERED = "sheltered", pgettext_lazy("gate", "L'enfant est mis à l'abri, ou son lieu est protégé")
    JUSTICE = "justice", pgettext_lazy("gate", "Un signalement est en cours, ou une enquête est connue")
    DEFERRED = "deferred", pgettext_lazy("gate", "L'information de ce titulaire est différée")


class Verdict(Coded):
    """What whoever is asked says of a communication (AR8)."""

    SEND = "send", pgettext_lazy("verdict", "Communiquer")
    LATER = "later", pgettext_lazy("verdict", "Plus tard")
    NEVER = "never", pgettext_lazy("verdict", "Ne pas communiquer")


class ExtensionGround(Coded):
    """Why the delay is extended (RGPD art. 12.3)."""

    COMPLEXITY = "complexity", pgettext_lazy("extension", "Complexité de la demande")
    NUMBER = "number", pgettext_lazy("extension", "Nombre de demandes")


class AccessRefusal(Coded):
    """Why a request is refused (AR12)."""

    NOT_IDENTIFIED = "not_identified", pgettext_lazy("access refusal", "Identité non établie")
    NO_STANDING = "no_standing", pgettext_lazy("access refusal", "Qualité non établie")
    UNFOUNDED_OR_EXCESSIVE = (
        "unfounded_or_excessive",
        pgettext_lazy("access refusal", "Demande manifestement infondée ou excessive"),
    )
    INQUIRY = "inquiry", pgettext_lazy("access refusal", "Enquête en cours")
    CHILD_INTEREST = "child_interest", pgettext_lazy("access refusal", "Intérêt de l'enfant")


class Handing(Coded):
    """How an answer is handed over (AR13)."""

    IN_PERSON = "in_person", pgettext_lazy("handing over", "En main propre")
    REGISTERED = "registered", pgettext_lazy("handing over", "Lettre recommandée avec avis de réception")
    ENCRYPTED = "encrypted", pgettext_lazy("handing over", "Fichier chiffré, mot de passe par une autre voie")


class Appeal(Coded):
    """Before whom the answer is contested (AR14)."""

    CADA = "cada", pgettext_lazy("appeal", "CADA")
    CNIL = "cnil", pgettext_lazy("appeal", "CNIL")
    COURT = "court", pgettext_lazy("appeal", "Juridiction")


class Outcome(Coded):
    """What an appeal leads to (AR15)."""

    ANSWER = "answer", pgettext_lazy("outcome of an appeal", "Communiquer")
    REFUSE = "refuse", pgettext_lazy("outcome of an appeal", "Maintenir le refus")


#: Who read, where a role says it to nobody outside, or the reader is at risk.
AGENT: Final[Text] = pgettext_lazy("reader of a file", "un agent")
#: Who read, where the service itself did it in somebody's name.
SERVICE: Final[Text] = pgettext_lazy("reader of a file", "le service, pour un agent")
#: What was opened, by access class, as the list of readers says it; class K is told to nobody.
CLASS_WORDS: Final[Mapping[str, Text]] = {
    "A": pgettext_lazy("opened part of a file", "état et dates du dossier"),
    "B": pgettext_lazy("opened part of a file", "identité de l'enfant et des titulaires"),
    "C": pgettext_lazy("opened part of a file", "identité de l'auteur de la transmission"),
    "D": pgettext_lazy("opened part of a file", "faits, propos et signes"),
    "E": pgettext_lazy("opened part of a file", "santé"),
    "F": pgettext_lazy("opened part of a file", "tiers"),
    "G": pgettext_lazy("opened part of a file", "traces numériques et pièces jointes"),
    "H": pgettext_lazy("opened part of a file", "évaluation"),
    "I": pgettext_lazy("opened part of a file", "justice"),
    "J": pgettext_lazy("opened part of a file", "décisions et mesures"),
}
