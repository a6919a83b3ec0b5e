"""Codes of the letters of a case (domain.md §4.9)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class LetterKind(Coded):
    """Which letter it is; of those that hang on a case."""

    HOLDERS_ASSESSMENT = "holders_assessment", _("Mise en place d'une évaluation")
    CONVOCATION = "convocation", _("Invitation à un entretien")
    HOLDERS_REFERRAL = "holders_referral", pgettext_lazy("letter", "Saisine de l'autorité judiciaire")
    DECISION_HOLDERS = "decision_holders", _("Notification de la décision")
    CHILD_LETTER = "child_letter", _("Lettre à l'enfant")
    FEEDBACK = "feedback", pgettext_lazy("letter", "Retour au déclarant")
    SERVICE_NOTICE = "service_notice", _("Notification au service")
    JUDGE_UNEXECUTED = "judge_unexecuted", _("Mesure non mise en œuvre")
    MAJORITY_NOTICE = "majority_notice", _("Vers l'autonomie")
    TRANSFER_COVER = "transfer_cover", _("Bordereau de transmission")
    HOLDERS_TRANSFER = "holders_transfer", _("Transmission à un autre département")
    INQUIRY = "inquiry", pgettext_lazy("letter", "Demande à un autre département")
    INQUIRY_ANSWER = "inquiry_answer", _("Réponse à un autre département")


#: Those that are written to a child, where they name no holder.
TO_CHILDREN = (LetterKind.CHILD_LETTER, LetterKind.MAJORITY_NOTICE, LetterKind.CONVOCATION)


class Audience(Coded):
    """To whom a letter goes."""

    HOLDER = "holder", _("Titulaire de l'autorité parentale")
    CHILD = "child", pgettext_lazy("audience", "Enfant")
    FILER = "filer", pgettext_lazy("audience", "Personne qui a transmis")
    SERVICE = "service", pgettext_lazy("audience", "Service chargé de la mesure")
    JUDGE = "judge", pgettext_lazy("audience", "Juge des enfants")
    AUTHORITY = "authority", pgettext_lazy("audience", "Autre département")


class LetterWay(Coded):
    """How a letter was sent or given."""

    HAND = "hand", _("Remise en main propre")
    PROFESSIONAL = "professional", _("Remise ou lue par un professionnel")
    POST = "post", pgettext_lazy("letter way", "Courrier simple")
    REGISTERED = "registered", pgettext_lazy("letter way", "Courrier recommandé")
    SECURE = "secure", _("Messagerie ou portail sécurisé")
    PLEX = "plex", pgettext_lazy("letter way", "PLEX")


class SourceKind(Coded):
    """From what a passage of a letter is made."""

    SETTING = "setting", _("Texte de la collectivité")
    RECEIPT = "receipt", pgettext_lazy("source of a passage", "Réception de la transmission")
    ASSESSMENT = "assessment", pgettext_lazy("source of a passage", "Évaluation confiée")
    CHILD = "child", pgettext_lazy("source of a passage", "Identité de l'enfant")
    HOLDER = "holder", pgettext_lazy("source of a passage", "Titulaires de l'autorité parentale")
    DECISION = "decision", pgettext_lazy("source of a passage", "Décision")
    MEASURE = "measure", pgettext_lazy("source of a passage", "Mesure")
    ORDER = "order", _("Décision de justice")
    EXTRACT = "extract", _("Passages cochés pour le service")
    JUSTICE = "justice", pgettext_lazy("source of a passage", "Saisine")
    DELAY = "delay", pgettext_lazy("source of a passage", "Échéances")
    FEEDBACK = "feedback", _("Retour dû")
    TRANSFER = "transfer", pgettext_lazy("source of a passage", "Demande de transfert")
    INQUIRY = "inquiry", _("Demande entre départements")
    MAJORITY = "majority", _("Préparation à la majorité")
    TEAM = "team", _("Personnes désignées")
    ADDED = "added", _("Ajouté par l'auteur")


class JudgeAsked(Coded):
    """What is asked of the judge whose measure isn't carried out (domain.md §4.9)."""

    OTHER_SERVICE = "other_service", _("Désigner un autre service")
    CHANGE = "change", _("Modifier la mesure")
    HEARING = "hearing", _("Fixer une audience")
