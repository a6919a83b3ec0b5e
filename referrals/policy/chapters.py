"""Chapters of an authority's settings: each topic (``referrals/policy/settings/``) names the one that it stands in."""

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import Coded


class Chapter(Coded):
    """Where somebody looks for a setting; pages and lists have them in this order."""

    AUTHORITY = "authority", _("L'autorité et ses partenaires")
    TIME = "time", _("Heures ouvrées et échéances")
    FILING = "filing", _("Formulaire de transmission")
    LETTERS = "letters", _("Réponses aux déclarants")
    CORRESPONDENCE = "correspondence", _("Courriers d'un dossier")
    FIRST_ANALYSIS = "first_analysis", _("Première analyse")
    DANGER = "danger", _("Danger immédiat et astreinte")
    ASSESSMENT = "assessment", _("Évaluation")
    DECISIONS = "decisions", _("Décisions, mesures et signatures")
    JUSTICE = "justice", _("Titulaires de l'autorité parentale et parquet")
    TRANSFERS = "transfers", _("Transferts entre autorités")
    SECURITY = "security", _("Connexion, agendas et exports")
    ANOMALIES = "anomalies", _("Anomalies d'accès")
    RETENTION = "retention", _("Conservation et élimination")
    STATISTICS = "statistics", _("Statistiques")
