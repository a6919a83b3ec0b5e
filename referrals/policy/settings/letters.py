"""Settings of the letters of a case: the letterhead, and the sentences round what each letter says (LETTER_TEXTS)."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import text


@dataclass(frozen=True, kw_only=True)
class LetterTerms:
    """Letterhead and sentences. What a letter says of a case comes from the case alone."""

    chapter: ClassVar = Chapter.CORRESPONDENCE

    letter_head_lines: str = text("", _("En-tête : adresse, une ligne par ligne"), blank=True)
    letter_phone: str = text("", _("En-tête : téléphone à appeler"), blank=True)
    letter_foot: str = text("", _("Bas de page"), blank=True)
    letter_delegation: str = text(
        "Pour le président du conseil départemental et par délégation",
        _("Signature : délégation"),
        law="CASF L226-3",
    )
    letter_closing: str = text(
        "Je vous prie d'agréer, {civilite}, l'expression de mes salutations distinguées.",
        _("Formule finale"),
        marks=["civilite"],
    )
    letter_data_text: str = text(
        "Les informations recueillies sont enregistrées dans un traitement informatisé. Vous pouvez "
        "demander à y accéder "
        "et à les faire rectifier, en écrivant au délégué à la protection des données à l'adresse ci-dessus.",
        _("Titulaires : données enregistrées, accès et rectification"),
        law="CASF R221-10",
    )
    letter_assessment_text: str = text(
        "Une information concernant un enfant de votre foyer nous est parvenue. La loi nous demande d'évaluer la "
        "situation de tous les mineurs qui y vivent. Des professionnels vont vous rencontrer, rencontrer chaque enfant "
        "et venir à votre domicile.",
        _("Titulaires : mise en place d'une évaluation"),
        law="CASF D226-2-6",
    )
    letter_meeting_text: str = text(
        "Nous souhaitons vous rencontrer pour échanger avec vous.",
        _("Invitation : pourquoi, en une phrase neutre"),
    )
    letter_meeting_change_text: str = text(
        "Si cette date ou ce lieu ne vous convient pas, appelez le numéro ci-dessus.",
        _("Invitation : comment la changer"),
    )
    letter_referral_text: str = text(
        "Nous vous informons que l'autorité judiciaire a été saisie de la situation de votre enfant.",
        _("Titulaires : saisine de l'autorité judiciaire"),
        law="CASF L226-5 al. 3",
    )
    letter_referral_rights_text: str = text(
        "Le juge des enfants peut vous entendre, et entendre votre enfant. Vous pouvez être assisté d'un avocat, votre "
        "enfant aussi. Le dossier peut être consulté au greffe du tribunal, et non auprès de nos services.",
        _("Titulaires : droits devant le juge"),
        law="CC 375-1",
    )
    letter_agreement_text: str = text(
        "Cette mesure repose sur votre accord écrit. Vous pouvez le retirer à tout moment, par écrit, à l'adresse "
        "ci-dessus.",
        _("Titulaires : accord écrit, et comment le retirer"),
        law="CASF L223-2",
    )
    letter_remedies_text: str = text(
        "Vous pouvez contester cette décision dans les deux mois qui suivent sa notification : par un "
        "recours adressé au "
        "président du conseil départemental, ou devant le tribunal administratif.",
        _("Titulaires : recours et délais"),
    )
    letter_child_under_12_text: str = text(
        "Des adultes se sont occupés de ta situation. Cette lettre te dit ce qui a été décidé. Tu n'as "
        "rien fait de mal.",
        _("Lettre à l'enfant de moins de douze ans : début"),
    )
    letter_child_under_12_rights_text: str = text(
        "Tu peux dire ce que tu penses et avoir un avocat. Tu peux venir avec quelqu'un en qui tu as confiance. Si tu "
        "as peur ou besoin de parler, appelle le 119 : c'est gratuit, jour et nuit.",
        _("Lettre à l'enfant de moins de douze ans : droits"),
        law="CC 375-1",
    )
    letter_child_12_text: str = text(
        "Des professionnels ont étudié ta situation. Cette lettre t'explique ce qui a été décidé. Rien de ce qui s'est "
        "passé n'est de ta faute.",
        _("Lettre à l'enfant de douze à quinze ans : début"),
    )
    letter_child_12_rights_text: str = text(
        "Tu as le droit d'être entendu, d'avoir un avocat et d'être accompagné d'une personne en qui tu "
        "as confiance. À "
        "tout moment, tu peux appeler le 119 : c'est gratuit et le numéro n'apparaît pas sur les factures.",
        _("Lettre à l'enfant de douze à quinze ans : droits"),
        law="CC 375-1",
    )
    letter_child_16_text: str = text(
        "Votre situation a été étudiée par des professionnels. Cette lettre vous explique ce qui a été décidé. Rien de "
        "ce qui s'est passé n'est de votre faute.",
        _("Lettre à partir de seize ans : début"),
    )
    letter_child_16_rights_text: str = text(
        "Vous avez le droit d'être entendu, d'être assisté d'un avocat et de désigner une personne de "
        "confiance. À tout "
        "moment, vous pouvez appeler le 119 : c'est gratuit et le numéro n'apparaît pas sur les factures.",
        _("Lettre à partir de seize ans : droits"),
        law="CC 375-1",
    )
    letter_service_text: str = text(
        "La mesure suivante est confiée à votre service. Si elle ne peut pas commencer au jour indiqué, prévenez sans "
        "délai la personne nommée ci-dessous.",
        _("Service : notification de la mesure"),
        law="CASF L223-1",
    )
    letter_judge_text: str = text(
        "La mesure que vous avez ordonnée n'est pas mise en œuvre à ce jour.",
        _("Juge des enfants : mesure non mise en œuvre"),
        law="CC 375-6",
    )
    letter_majority_text: str = text(
        "Vous aurez bientôt dix-huit ans. Un entretien vous permet de faire le point sur votre parcours "
        "et de préparer la "
        "suite. Jusqu'à vingt et un ans, vous pouvez demander à être accompagné.",
        _("Vers l'autonomie : parcours et droits"),
        law="CASF L222-5-1",
    )
    letter_majority_conditions_text: str = text(
        "Pour être accompagné après dix-huit ans, il faut ne pas avoir assez de ressources, ou de soutien de sa "
        "famille. Si vous avez été confié à l'aide sociale à l'enfance avant vos dix-huit ans, c'est un droit.",
        _("Vers l'autonomie : à quelles conditions on est accompagné"),
        law="CASF L222-5",
    )
    letter_majority_choice_text: str = text(
        "C'est à vous de dire ce que vous souhaitez après vos dix-huit ans. Vous pouvez changer d'avis. "
        "Pour en parler, "
        "appelez le numéro ci-dessus.",
        _("Vers l'autonomie : le choix à faire"),
        law="CASF R222-6",
    )
    letter_transfer_text: str = text(
        "Je vous transmets, sous pli confidentiel, les pièces énumérées ci-dessous.",
        _("Autre département : bordereau de transmission"),
        law="CASF R221-7",
    )
    letter_holders_transfer_text: str = text(
        "Le dossier qui vous concerne est transmis au département indiqué ci-dessous, qui devient votre interlocuteur. "
        "Une aide reçue avec votre accord ne se poursuit là-bas que si vous y consentez par écrit.",
        _("Titulaires : transmission à un autre département, et ce que cela change"),
        law="CASF R221-5",
    )
