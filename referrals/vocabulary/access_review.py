"""Codes of the review of an access: answers, and lookups in the journal."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class Answer(Coded):
    """What the agent says to the auditor's question."""

    MY_CASE = "my_case", _("Dossier dont j'avais la charge")
    ASKED = "asked", _("À la demande d'un collègue ou d'un supérieur")
    EMERGENCY = "emergency", pgettext_lazy("answer", "Urgence")
    ERROR = "error", _("Ouvert par erreur")
    NOT_ME = "not_me", _("Ce n'était pas moi")
    OTHER = "other", _("Autre raison, dite de vive voix")


class LookupKind(Coded):
    """What is looked up in the journal."""

    CASE = "case", _("Un dossier, par sa référence")
    PERSON = "person", _("Un compte, par son adresse électronique")


class LookupGround(Coded):
    """Why an auditor needs the pseudonym of a case or an account that somebody has named."""

    COMPLAINT = "complaint", _("Réclamation d'une personne concernée")
    RIGHTS = "rights", _("Demande d'exercice de droits (RGPD)")
    INSPECTION = "inspection", _("Contrôle ou inspection")
    BREACH = "breach", _("Violation de données signalée")


class LookupState(Coded):
    """Where a lookup stands; what both typed is compared, and looked for, at the second person's decision alone."""

    ASKED = "asked", _("Attend une seconde personne")
    REFUSED = "refused", pgettext_lazy("lookup", "Refusée")
    DIFFERENT = "different", _("Close : les deux saisies diffèrent")
    NOTHING = "nothing", _("Rien à montrer sous ce nom dans cette autorité")
    FOUND = "found", _("Pseudonyme trouvé")
    LAPSED = "lapsed", pgettext_lazy("lookup", "Restée sans réponse")
    ENDED = "ended", pgettext_lazy("lookup", "Terminée")
