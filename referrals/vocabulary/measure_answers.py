"""Coded answers of measures: consent to a shelter, why one isn't carried out, how one ends (domain.md §2.6)."""

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import Coded


class Representative(Coded):
    """Whether a child's legal representative can agree to a shelter (CASF L223-2 al. 2)."""

    UNABLE = "unable", _("Hors d'état de donner son accord")
    REFUSES = "refuses", _("En état de le donner, et refuse")


class Execution(Coded):
    """What has to be carried out of a measure, by which its start is awaited (domain.md §2.3 C24)."""

    EMERGENCY = "emergency", _("Accueil en urgence")
    CARE = "care", _("Accueil hors du domicile")
    HOME = "home", _("Aide ou action à domicile")


class DangerRemains(Coded):
    """Whether a child is still in danger when its measure is over: nobody is spared the answer (M12, M13, M15)."""

    YES = "yes", _("Oui, un danger demeure")
    NO = "no", _("Non, le danger est écarté")


class EndReason(Coded):
    """Why a follow-up or measure ends (MOTFININT 1 and 3, MOTIFML; domain.md §2.6 M12–M14)."""

    TERM = "term", _("Échéance")
    TRANSFER = "transfer", _("Transfert avec maintien")
    NO_DANGER = "10", _("Absence de danger")
    IMPOSSIBLE = "11", _("Impossibilité d'exercer")
    MOVED = "12", _("Déménagement annoncé")
    MOVED_NO_ADDRESS = "13", _("Déménagement sans laisser d'adresse")
    ADOPTION = "14", _("Adoption")
    MAJORITY = "15", _("Majorité")
    EMANCIPATION = "16", _("Émancipation")
    YOUNG_ADULT = "17", _("Mesure jeune majeur")
    DEATH = "18", _("Décès")
    OTHER = "19", _("Autre")


class RulingKind(Coded):
    """What is recorded of justice about an order: a hearing, an appeal, and what became of the order (M18)."""

    HEARING = "hearing", _("Décision rendue après audience")
    APPEAL_LODGED = "appeal_lodged", _("Appel formé")
    SUSPENDED = "suspended", _("Ordonnance suspendue")
    UPHELD = "upheld", _("Ordonnance confirmée")
    AMENDED = "amended", _("Ordonnance réformée")
    QUASHED = "quashed", _("Ordonnance infirmée ou annulée")


class ShownToChild(Coded):
    """How a child was told beforehand what a report on its situation says, by age and maturity (L223-5; M17)."""

    READ = "read", _("Lu avec l'enfant ou remis à l'enfant")
    EXPLAINED = "explained", _("Expliqué à l'enfant, selon son âge")
    TOO_YOUNG = "too_young", _("Pas présenté : trop jeune pour comprendre")


class NotExecutedReason(Coded):
    """Why a measure isn't carried out (domain.md M15, M19)."""

    NO_PLACE = "no_place", _("Aucune place")
    NO_STAFF = "no_staff", _("Manque de personnel")
    NO_SERVICE = "no_service", _("Aucun service compétent")
    CHILD_AWAY = "child_away", _("Enfant absent")
    FAMILY_REFUSAL = "family_refusal", _("Refus de la famille")
    OVERTAKEN = "overtaken", _("Mesure devenue sans objet")
    OTHER = "other", _("Autre")


class MajorityChoice(Coded):
    """What a person wants after the 18th birthday (domain.md M20)."""

    AGREES = "agrees", _("Accepte que l'aide à domicile continue")
    YOUNG_ADULT = "young_adult", _("Demande un accompagnement jeune majeur")
    DECLINES = "declines", _("Ne souhaite pas de suite")


class ChoiceSigner(Coded):
    """Who signed what is to follow the 18th birthday (domain.md M20); the person's own signature alone counts."""

    PERSON = "person", _("La personne elle-même")
    HOLDER = "holder", _("Un titulaire de l'autorité parentale")
    OTHER = "other", _("Quelqu'un d'autre")


class InterviewOutcome(Coded):
    """Whether the interview before majority was held, or refused by the minor (domain.md M21)."""

    HELD = "held", _("Tenu")
    REFUSED = "refused", _("Refusé par le mineur")


class TrustedPerson(Coded):
    """Whether the trusted person attended the interview (CASF L223-1-3)."""

    PRESENT = "present", _("Présente")
    ABSENT = "absent", _("Désignée, absente")
    NONE = "none", _("Aucune désignée")


class TrustedPersonOfPlan(Coded):
    """Whether the minor was asked for a trusted person when the plan was signed (CASF L223-1-3)."""

    NAMED = "named", _("Désignée par le mineur")
    NONE_WANTED = "none_wanted", _("Le mineur n'en souhaite pas")
    NOT_ASKED = "not_asked", _("Pas encore demandé")


class InterviewTopic(Coded):
    """What a minor is told in the interview before majority (CASF L222-5-1)."""

    PATH = "path", _("Le bilan de son parcours")
    RIGHTS = "rights", _("Ses droits")
    CONDITIONS = "conditions", _("Les conditions d'un accompagnement après dix-huit ans")


class ShelterEnd(Coded):
    """How an emergency shelter ends (domain.md M12)."""

    RETURNED = "returned", _("Retour")
    ADMITTED = "admitted", _("Admission")
    JUDGE_SEIZED = "judge_seized", _("Juge saisi")
