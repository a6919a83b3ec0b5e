"""Coded answers of an assessment: dangers, the team, contacts, what the report proposes (domain.md §1.1, §2.4)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


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


class VisitKind(Coded):
    """Kind of a contact of the assessment (domain.md T17)."""

    HOME_VISIT = "home_visit", _("Visite à domicile")
    MEETING = "meeting", _("Rencontre")
    ATTEMPT = "attempt", _("Tentative sans succès")
    PHONE = "phone", _("Appel")
    PARTNER = "partner", _("Échange avec un partenaire")
