"""Codes of access reviews, emergency searches, exports, destruction batches and duplicates."""

from collections.abc import Mapping
from typing import Final

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


class SearchGround(Coded):
    """How the child comes to be before the officer, or before whoever calls the officer."""

    FOUND = "found", _("Enfant retrouvé ou sans protection")
    TAKEN_IN = "taken_in", _("Enfant recueilli")
    BROUGHT = "brought", _("Enfant amené à l'astreinte")
    POLICE = "police", _("Appel de la police ou de la gendarmerie")
    HOSPITAL = "hospital", _("Appel d'un hôpital")
    HELPLINE = "helpline", _("Appel du 119")
    SERVICE = "service", _("Appel d'un service")


class SearchState(Coded):
    """Where the review of a search stands."""

    TO_REVIEW = "to_review", pgettext_lazy("emergency search", "À examiner")
    REVIEWED_OK = "reviewed_ok", pgettext_lazy("emergency search", "Validée")
    REVIEWED_KO = "reviewed_ko", pgettext_lazy("emergency search", "Contestée")


class ExportPurpose(Coded):
    """What a list with names is taken out for."""

    MEETING = "meeting", _("Réunion ou commission")
    CONTINUITY = "continuity", _("Continuité du service")
    INSPECTION = "inspection", _("Contrôle ou inspection")
    OTHER = "other", pgettext_lazy("export purpose", "Autre")


class ExportState(Coded):
    """Where an export stands."""

    ASKED = "asked", _("Attend une seconde personne")
    REFUSED = "refused", pgettext_lazy("export", "Refusé")
    LAPSED = "lapsed", pgettext_lazy("export", "Resté sans réponse")
    WAITING = "waiting", _("Confirmé, délai en cours")
    READY = "ready", pgettext_lazy("export", "Prêt")
    TAKEN = "taken", pgettext_lazy("export", "Téléchargé")
    ENDED = "ended", pgettext_lazy("export", "Détruit sans avoir servi")


class DropReason(Coded):
    """Why a file left a batch; never shown: it may tell of another file (T41)."""

    HOLD = "hold", pgettext_lazy("drop reason", "Élimination suspendue")
    REOPENED = "reopened", _("Rouvert")
    ACTION = "action", _("Action sur le dossier")
    OTHER_FILE = "other_file", _("Autre dossier ouvert")
    FILING_LEFT = "filing_left", _("Transmission jointe encore conservée")
    UNSEEN = "unseen", _("Non présenté : accès restreint")


class VisaRefusal(Coded):
    """Why the archives refuse the visa."""

    HISTORICAL = "historical", _("Conservation historique")
    INCOMPLETE = "incomplete", _("Bordereau incomplet")
    TOO_EARLY = "too_early", _("Délai jugé insuffisant")
    OTHER = "other", _("Autre motif")


class LinkKind(Coded):
    """What two files have to do with each other (domain.md §2.7)."""

    SAME = "same", _("Même enfant")
    RELATED = "related", _("Dossier lié (famille, fratrie, suites)")


class Merge(Coded):
    """Whether a joined filing tells the same facts or new ones (T12)."""

    SAME_FACTS = "same_facts", _("Mêmes faits")
    NEW_FACTS = "new_facts", _("Faits nouveaux")


class Likeness(Coded):
    """Why two files may belong together."""

    NAME = "name", _("Nom")
    SPELLING = "spelling", _("Nom, orthographe voisine")
    SWAPPED_NAMES = "swapped_names", _("Nom et prénom inversés")
    BIRTH_DATE = "birth_date", pgettext_lazy("likeness", "Date de naissance")
    NEAR_BIRTH_DATE = "near_birth_date", _("Date de naissance ou âge voisin")
    ADDRESS = "address", _("Adresse")
    HOLDER = "holder", _("Titulaire de l'autorité parentale")
    PHONE = "phone", _("Téléphone d'un titulaire")
    SCHOOL = "school", _("Établissement scolaire")
    THIRD_PARTY = "third_party", _("Tiers")
    TRACE = "trace", _("Compte ou numéro relevé en ligne")
    SIBLINGS = "siblings", pgettext_lazy("likeness", "Fratrie")
    OTHER = "other", _("Autre")


class LeftOut(Coded):
    """Why a search hasn't looked at everything."""

    NOT_INDEXED = "not_indexed", _("Une partie des dossiers n'est pas encore indexée")
    CUT = "cut", _("Trop de dossiers se ressemblent pour être tous regardés")


#: The class whose readers may be told of a reason, where it isn't the pair's own (domain.md §1.3).
REASON_CLASS: Final[Mapping[str, str]] = {Likeness.THIRD_PARTY: "F", Likeness.TRACE: "G"}
