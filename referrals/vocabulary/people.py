"""Coded answers about the child, the holders of parental authority and third parties."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class IdentityKnown(Coded):
    """How well the child is identified (domain.md §4.1)."""

    KNOWN = "known", _("Connue")
    PARTIAL = "partial", _("Partielle")
    UNKNOWN = "unknown", _("Inconnue")


class Sex(Coded):
    """As recorded for statistics, with a fourth answer (domain.md §4.1)."""

    GIRL = "girl", _("Fille")
    BOY = "boy", _("Garçon")
    OTHER = "other", _("Autre")
    UNKNOWN = "unknown", _("Non connu")


class LivingWith(Coded):
    """With whom a child lives (domain.md §4.1)."""

    BOTH_PARENTS = "both_parents", _("Ses deux parents")
    MOTHER = "mother", _("Sa mère")
    FATHER = "father", _("Son père")
    MOTHER_PARTNER = "mother_partner", _("Sa mère et son conjoint")
    FATHER_PARTNER = "father_partner", _("Son père et sa conjointe")
    ALTERNATE = "alternate", _("En résidence alternée")
    RELATIVE = "relative", _("Un membre de la famille")
    FOSTER = "foster", _("Famille d'accueil")
    RESIDENTIAL = "residential", _("Établissement")
    ALONE = "alone", _("Seul")
    OTHER = "other", _("Autre")
    UNKNOWN = "unknown", _("Non connu")


class Attendance(Coded):
    """School attendance (domain.md §4.1)."""

    REGULAR = "regular", _("Régulière")
    IRREGULAR = "irregular", _("Irrégulière")
    ABSENT = "absent", _("Absentéisme lourd ou déscolarisation")
    NOT_ENROLLED = "not_enrolled", _("Non scolarisé")
    UNKNOWN = "unknown", _("Non connue")


class NotInformedReason(Coded):
    """Why the holders were not told beforehand (CASF L226-2-1; domain.md §4.2)."""

    CHILD_INTEREST = "child_interest", _("Contraire à l'intérêt de l'enfant")
    HOLDER_IMPLICATED = "holder_implicated", _("Parent impliqué")
    REPRISALS = "reprisals", _("Risque de représailles")
    FLIGHT = "flight", _("Risque de fuite")
    UNREACHABLE = "unreachable", _("Injoignable")
    PROSECUTOR = "prosecutor", _("Consigne du parquet")
    URGENCY = "urgency", pgettext_lazy("not informed reason", "Urgence")
    OTHER = "other", _("Autre")


class HolderLink(Coded):
    """Link of a holder of parental authority with the child (domain.md §4.2)."""

    FATHER = "father", _("Père")
    MOTHER = "mother", _("Mère")
    GUARDIAN = "guardian", _("Tuteur")
    ASE = "ase", pgettext_lazy("holder link", "ASE")
    OTHER = "other", _("Autre")
    UNKNOWN = "unknown", _("Inconnu")


class Occasion(Coded):
    """What the holders must be told of (domain.md §2.7)."""

    TRANSMISSION = "transmission", pgettext_lazy("occasion", "Transmission")
    ASSESSMENT = "assessment", _("Évaluation")
    JUDICIAL_REFERRAL = "judicial_referral", _("Saisine de l'autorité judiciaire")
    DECISION = "decision", _("Décision")
    INQUIRY = "inquiry", _("Demande à un autre département")


class DeferralReason(Coded):
    """Why the information of a holder waits (domain.md T16)."""

    CHILD_INTEREST = "child_interest", _("Contraire à l'intérêt de l'enfant")
    HOLDER_IMPLICATED = "holder_implicated", _("Titulaire impliqué")
    PROSECUTOR = "prosecutor", _("Consigne du parquet")


class ThirdPartyRole(Coded):
    """Part that a third party is said to play (domain.md §4.4)."""

    ALLEGED_EXPLOITER = "alleged_exploiter", _("Tiers présumé exploiteur")
    BUYER = "buyer", pgettext_lazy("third party role", "Auteur d'achat d'actes sexuels")
    RECRUITER = "recruiter", _("Recruteur")
    ACCOMPLICE = "accomplice", _("Complice")
    WITNESS = "witness", _("Témoin")


class ThirdPartyLink(Coded):
    """Link of a third party with the child (domain.md §4.4)."""

    FAMILY = "family", _("Famille")
    PARTNER = "partner", _("Petit ami ou partenaire")
    PEER = "peer", _("Ami ou pair")
    ACQUAINTANCE = "acquaintance", _("Connaissance")
    PROFESSIONAL = "professional", _("Professionnel")
    STRANGER = "stranger", _("Inconnu de l'enfant")
    UNKNOWN = "unknown", _("Non connu")
