"""Codes of the procedure's deadlines; ``referrals/workflow/deadlines.py`` says what they count (domain.md §2.3).

Those in R are ours: a person who defers or restricts sets the day of the next review (T16, T46); another looks at a
closing or an exceptional opening, or answers for an act, within the delay of the authority (§2.7).
"""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class ClockCode(Coded):
    """A delay of the procedure."""

    C1 = "C1", pgettext_lazy("clock code", "Accusé de réception")
    C2 = "C2", _("Première analyse")
    C3 = "C3", _("Danger immédiat : sans délai")
    C4 = "C4", _("Évaluation")
    C4B_MEETING = "C4b-meeting", _("Première rencontre")
    C4B_VISIT = "C4b-visit", _("Visite à domicile")
    C5 = "C5", _("Retour au déclarant professionnel ou élu")
    C5B = "C5b", _("Retour au particulier")
    C6 = "C6", pgettext_lazy("clock code", "Complément")
    C7 = "C7", _("Suite du parquet")
    C8 = "C8", _("Décision")
    C9 = "C9", _("Accord de la famille")
    C10 = "C10", _("Fin de mesure administrative")
    C11 = "C11", _("Accueil 72 h")
    C12 = "C12", _("Recueil provisoire")
    C13 = "C13", _("OPP du parquet")
    C14 = "C14", _("Audience après placement en urgence")
    C14B = "C14b", _("Mesures provisoires")
    C15 = "C15", _("Mesure judiciaire")
    C15B = "C15b", pgettext_lazy("clock code", "MJIE")
    C16 = "C16", _("Projet pour l'enfant")
    C17 = "C17", _("Rapport de situation")
    C17B = "C17b", _("Interdiction de sortie du territoire")
    C18 = "C18", _("Recherche d'adresse")
    C19 = "C19", _("Fugue")
    C21 = "C21", _("Droit d'accès RGPD / CADA")
    C22 = "C22", _("Violation de données")
    C23 = "C23", _("Majorité")
    C24 = "C24", _("Mise en œuvre de la mesure")
    C25 = "C25", _("Entretien de préparation à la majorité")
    C26 = "C26", _("Suite à la majorité")
    C27 = "C27", _("Demande entre départements")
    R_HOLDERS = "R-holders", _("Réexaminer l'information des parents")
    R_RESTRICTION = "R-restriction", _("Restriction d'accès, revue")
    R_CLOSURE = "R-closure", _("Relecture de clôture")
    R_OPENING = "R-opening", _("Relecture d'un accès exceptionnel")
    R_ANOMALY = "R-anomaly", _("Explications de l'agent")
    C20 = "C20", _("Conservation")


#: Those that run on a row of their own, and not among the clocks of a case; C23 on none, for birthdays come by
#: themselves.
BESIDE_CASES: Final = frozenset(
    {
        ClockCode.C21,
        ClockCode.C22,
        ClockCode.C23,
        ClockCode.C27,
        ClockCode.R_CLOSURE,
        ClockCode.R_OPENING,
        ClockCode.R_ANOMALY,
    }
)
#: The clocks of a case, as a column or a filter offers them.
OF_CASES: Final = [(code.value, code.label) for code in ClockCode if code not in BESIDE_CASES]
