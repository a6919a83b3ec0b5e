"""Coded answers of an assessment, and what became of hearing a child."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.inputs import Code, StrictSerializer, Text
from referrals.vocabulary.states import Coded, YesNo


class DangerCategory(Coded):
    """CC art. 375, CASF R226-2-2 (domain.md §2.4)."""

    HEALTH = "health", _("Santé")
    SECURITY = "security", _("Sécurité")
    MORALITY = "morality", _("Moralité")
    EDUCATION = "education_conditions", _("Conditions d'éducation")
    DEVELOPMENT = "development", _("Développement physique, affectif, intellectuel et social")


class DangerLevel(Coded):
    """Grade of danger (domain.md §2.4)."""

    NO_DANGER = "no_danger", _("Pas de danger ni de risque")
    RISK = "risk", _("Risque de danger")
    DANGER = "danger", _("Danger")
    GRAVE_IMMEDIATE = "grave_immediate", _("Danger grave et immédiat")


class Maltreatment(Coded):
    """Types of maltreatment (domain.md §2.4)."""

    SEXUAL = "sexual", _("Violences sexuelles")
    PHYSICAL = "physical", _("Violences physiques")
    NEGLECT = "neglect", _("Négligences lourdes")
    PSYCHOLOGICAL = "psychological", _("Violences psychologiques")
    EXPLOITATION = "exploitation", _("Exploitation sexuelle / prostitution")
    COUPLE_VIOLENCE = "couple_violence", _("Exposition aux violences conjugales")


class TeamField(Coded):
    """Field of an assessor (CASF D226-2-5; domain.md §1.1)."""

    SOCIO_EDUCATIONAL = "socio_educational", _("Socio-éducatif")
    SOCIAL = "social", _("Social")
    HEALTH = "health", _("Santé")
    PSYCHOLOGY = "psychology", _("Psychologie")


class Proposal(Coded):
    """What the report proposes (CASF D226-2-7; domain.md §2.4)."""

    CLASSEMENT = "classement", pgettext_lazy("proposal", "Classement")
    ADAPTED_ACTIONS = "adapted_actions", _("Actions adaptées / prestation ASE")
    JUDICIAL = "judicial", _("Saisine de l'autorité judiciaire (argumentée)")
    CONTINUATION = "continuation", _("Poursuite de la prise en charge")


class Seen(Coded):
    """Whether a contact saw the child (domain.md T17)."""

    NO = "no", pgettext_lazy("seen", "Non")
    WITH_HOLDER = "with_holder", _("Avec un titulaire")
    ALONE = "alone", _("Seul")


class Dimension(Coded):
    """What the report looks at for each child: six dimensions of the decree (CASF D226-2-3), then its own items.

    The items are in the order in which a page asks for them; REPORT_ITEMS says which of them an authority wants.
    """

    NEEDS_RIGHTS = "needs_rights", _("Besoins et droits fondamentaux")
    HEALTH = "health", _("État de santé")
    EDUCATION = "education_conditions", _("Conditions d'éducation")
    DEVELOPMENT = "development", _("Développement")
    WELLBEING = "wellbeing", _("Bien-être")
    SUFFERING = "suffering_signs", _("Signes de souffrance")
    SAFETY = "safety", _("Sécurité physique, protection, sécurité affective")
    EXPLORATION = "exploration", _("Expériences et exploration")
    RULES = "rules_limits", _("Cadre, règles, limites")
    IDENTITY = "identity", _("Identité")
    ESTEEM = "self_esteem", _("Estime de soi")
    SKILLS = "child_skills", _("Compétences personnelles et sociales")
    PARENTING = "parenting", _("Compétences parentales envers cet enfant")
    MOBILISE = "holders_mobilise", _("Capacité des titulaires à se mobiliser")
    RESOURCES = "resources", _("Ressources de l'enfant et de l'entourage")


#: What the decree names: no authority leaves one out, and no report is handed in without it.
OF_DECREE: Final = (
    Dimension.NEEDS_RIGHTS,
    Dimension.HEALTH,
    Dimension.EDUCATION,
    Dimension.DEVELOPMENT,
    Dimension.WELLBEING,
    Dimension.SUFFERING,
)


def wanted(items: Iterable[str]) -> list[Dimension]:
    """Return what the report looks at for each child, in the order of the page, by REPORT_ITEMS of an authority."""
    chosen = set(items)
    return [one for one in Dimension if one in chosen or one in OF_DECREE]


class FindingCode(Coded):
    """What was found of one dimension for one child; no figure or sum is made of it (domain.md §4.10)."""

    SATISFIED = "satisfied", _("Satisfait")
    FRAGILE = "fragile", _("Fragile")
    NOT_SATISFIED = "not_satisfied", _("Non satisfait")
    NOT_ASSESSED = "not_assessed", _("Non évalué")


class WayHeard(Coded):
    """How a child was heard (CASF D226-2-6)."""

    ALONE = "alone", pgettext_lazy("hearing", "Seul")
    TRUSTED = "trusted", _("Avec une personne de son choix")
    WITH_HOLDER = "with_holder", _("Avec un titulaire")
    NOT_HEARD = "not_heard", _("Pas entendu")


HEARD: Final = (WayHeard.ALONE, WayHeard.TRUSTED, WayHeard.WITH_HOLDER)


class NotHeard(Coded):
    """Why a child's own words are missing."""

    NOT_ASKED = "not_asked", _("Pas interrogé : l'évaluation s'en chargera")
    DECLINED = "declined", _("N'a pas souhaité s'exprimer")
    NO_WORDS = "no_words", _("Ne s'exprime pas encore, ou pas par des mots")
    NOT_MET = "not_met", _("N'a pas pu être rencontré")
    NO_INTERPRETER = "no_interpreter", _("Pas d'interprète")
    AT_RISK = "at_risk", _("L'entendre l'aurait mis en danger")
    REFUSED = "refused", _("Un titulaire s'y est opposé")
    DECEASED = "deceased", _("L'enfant est décédé")
    OTHER = "other", _("Autre raison")


class HolderMet(Coded):
    """Whether a holder said something in an assessment (CASF D226-2-6)."""

    MET = "met", _("Oui")
    NOT_MET = "not_met", _("Non")


class HolderNotMet(Coded):
    """Why a holder says nothing in a report."""

    DECLINED = "declined", _("N'a pas souhaité s'exprimer")
    UNREACHABLE = "unreachable", _("N'a pas pu être joint")
    AT_RISK = "at_risk", _("Cela aurait mis l'enfant en danger")
    NO_INTERPRETER = "no_interpreter", _("Pas d'interprète")
    OTHER = "other", _("Autre raison")


class VisitKind(Coded):
    """Kind of a contact of the assessment (domain.md T17)."""

    HOME_VISIT = "home_visit", _("Visite à domicile")
    MEETING = "meeting", _("Rencontre")
    ATTEMPT = "attempt", _("Tentative sans succès")
    PHONE = "phone", _("Appel")
    PARTNER = "partner", _("Échange avec un partenaire")


# The judge hears a child with discernment individually, asks the bar for a lawyer where the child's interest requires,
# and names an ad hoc administrator where the child has no discernment (CC 375-1, 388-2). What the judge did is recorded
# with each answer (J04) and each ruling (M18); its absence blocks nothing, because the duty is the judge's (domain.md
# §2.6).


class Heard(Coded):
    """Whether the judge heard the child (CC 375-1, 388-1)."""

    HEARD = "heard", _("Entendu individuellement")
    NOT_ABLE = "not_able", _("Sans discernement")
    DECLINED = "declined", _("N'a pas souhaité être entendu")
    NOT_HEARD = "not_heard", _("Non entendu")


#: What is kept of a hearing beside an answer of justice; the ruling on a measure keeps it in its record.
HEARING_FIELDS: Final = ("child_heard", "child_lawyer", "ad_hoc_administrator", "hearing_note")


class Hearing(StrictSerializer):
    """How the child was heard and represented, as far as it is known."""

    child_heard = Code(Heard.choices, required=False, default="", allow_blank=True)
    child_lawyer = Code(YesNo.choices, required=False, default="", allow_blank=True)
    ad_hoc_administrator = Code(YesNo.choices, required=False, default="", allow_blank=True)
    hearing_note = Text(max_length=2_000, multiline=True, required=False, default="", allow_blank=True)


def hearing_answers(step_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of the hearing."""
    return {name: step_input.get(name) or "" for name in HEARING_FIELDS}
