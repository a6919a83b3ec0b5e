"""Codes of the procedure's deadlines; ``referrals/workflow/deadlines.py`` says what they count (domain.md §2.3).

Those in R aren't in that table: a person who defers or restricts sets the day of the next review (T16, T46).
"""

from referrals.vocabulary.states import Coded


class ClockCode(Coded):
    """A delay of the procedure."""

    C1 = "C1", "Acknowledgement", "Accusé de réception"
    C2 = "C2", "First analysis", "Première analyse"
    C3 = "C3", "Immediate danger, without delay", "Danger immédiat – « sans délai »"
    C4 = "C4", "Assessment", "Évaluation"
    C4B_MEETING = "C4b-meeting", "First meeting", "Première rencontre"
    C4B_VISIT = "C4b-visit", "Home visit", "Visite à domicile"
    C5 = "C5", "Feedback to the professional or elected official", "Retour au déclarant professionnel/élu"
    C5B = "C5b", "Feedback to the private person", "Retour au particulier"
    C6 = "C6", "Answer to a request for information", "Complément"
    C7 = "C7", "Answer of the prosecutor", "Suite du parquet"
    C8 = "C8", "Decision", "Décision"
    C9 = "C9", "Agreement of the family", "Accord de la famille"
    C10 = "C10", "End of administrative measure", "Fin de mesure administrative"
    C11 = "C11", "72-hour shelter", "Accueil 72 h"
    C12 = "C12", "Provisional shelter", "Recueil provisoire"
    C13 = "C13", "Judge seized after the prosecutor's order", "OPP du parquet"
    C14 = "C14", "Hearing after emergency placement", "Audience après placement en urgence"
    C14B = "C14b", "Provisional measures", "Mesures provisoires"
    C15 = "C15", "End of judicial measure", "Mesure judiciaire"
    C15B = "C15b", "Investigation measure", "MJIE"
    C16 = "C16", "Child's plan", "Projet pour l'enfant"
    C17 = "C17", "Situation report", "Rapport de situation"
    C17B = "C17b", "Exit ban", "Interdiction de sortie du territoire"
    C18 = "C18", "Search for an address", "Recherche d'adresse"
    C19 = "C19", "Runaway", "Fugue"
    R_HOLDERS = "R-holders", "Informing the holders, review", "Information des titulaires, revue"
    R_RESTRICTION = "R-restriction", "Restriction of access, review", "Restriction d'accès, revue"
    C20 = "C20", "Keeping", "Conservation"
