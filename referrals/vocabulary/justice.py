"""Codes of what a referral to the prosecutor asks for (CASF L226-4; domain.md §4.9)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


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
