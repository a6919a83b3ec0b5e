"""Coded answers of decisions, referrals to the prosecutor, measures and orientations."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class CloseGround(Coded):
    """Ground on which a child's part is closed (domain.md §2.2)."""

    NO_DANGER = "no_danger", _("Danger écarté")
    RISK_LEFT = "risk_left", _("Risque résiduel (motivé)")
    MAJORITY = "majority", _("Majorité")
    DEATH = "death", _("Décès")


class Enquiry(Coded):
    """An enquiry that the prosecutor is asked to have made."""

    UAPED_HEARING = "uaped_hearing", _("Audition en unité d'accueil pédiatrique (UAPED)")
    MEDICAL_EXAM = "medical_exam", _("Examen médical sur réquisition")
    DATA_PRESERVATION = "data_preservation", _("Conservation des données numériques")
    RUNAWAY_SEARCH = "runaway_search", _("Recherche de l'enfant en fugue")
    OTHER_VICTIMS = "other_victims", _("Recherche d'autres victimes")


class Request(Coded):
    """What the prosecutor is asked to decide or to seize."""

    OPP = "opp", _("Ordonnance de placement provisoire")
    JUDGE_SEIZED = "judge_seized", pgettext_lazy("asked of the prosecutor", "Saisine du juge des enfants")
    EXIT_BAN = "exit_ban", pgettext_lazy("asked of the prosecutor", "Interdiction de sortie du territoire")
    NO_CONTACT = "no_contact", _("Interdiction d'entrer en contact")
    AD_HOC_ADMINISTRATOR = "ad_hoc_administrator", _("Désignation d'un administrateur ad hoc")
    LAWYER = "lawyer", _("Désignation d'un avocat pour l'enfant")
    INSTRUCTION_ON_PARENTS = "instruction_on_parents", _("Consigne sur l'information des titulaires")


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


class RefusalReason(Coded):
    """Why a service doesn't take a child (field.md A.6)."""

    NO_PLACE = "no_place", _("Pas de place")
    AGE = "age", _("Âge")
    SEX = "sex", _("Sexe")
    TERRITORY = "territory", _("Territoire")
    RISK_PROFILE = "risk_profile", _("Situation jugée trop risquée")
    AGREEMENT_MISSING = "agreement_missing", _("Accord manquant")
    INCOMPLETE = "incomplete", _("Demande incomplète")
    WRONG_NEED = "wrong_need", _("Besoin auquel le service ne répond pas")
    NO_ANSWER = "no_answer", _("Pas de réponse")
    CLOSED = "closed", pgettext_lazy("refusal reason", "Service fermé")


#: Days without an answer after which whoever asked is reminded, and the orientation expires (DORA's rhythm).
REMINDED_AFTER_DAYS: Final = 10
EXPIRES_AFTER_DAYS: Final = 30
#: Over so many days the refusals of a service are told of: what it said earlier says little of it.
TOLD_FOR_DAYS: Final = 365
