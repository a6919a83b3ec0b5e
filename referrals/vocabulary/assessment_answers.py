"""Coded answers of an assessment: dangers, the team, contacts, what the report proposes (domain.md §1.1, §2.4)."""

from referrals.vocabulary.states import Coded


class DangerCategory(Coded):
    """CC art. 375, CASF R226-2-2 (domain.md §2.4)."""

    HEALTH = "health", "Health", "Santé"
    SECURITY = "security", "Security", "Sécurité"
    MORALITY = "morality", "Morality", "Moralité"
    EDUCATION = "education_conditions", "Conditions of education", "Conditions d'éducation"
    DEVELOPMENT = "development", "Development", "Développement physique, affectif, intellectuel et social"


class DangerLevel(Coded):
    """Grade of danger (domain.md §2.4)."""

    NO_DANGER = "no_danger", "No danger nor risk", "Pas de danger ni de risque"
    RISK = "risk", "Risk of danger", "Risque de danger"
    DANGER = "danger", "Danger", "Danger"
    GRAVE_IMMEDIATE = "grave_immediate", "Grave and immediate danger", "Danger grave et immédiat"


class Maltreatment(Coded):
    """Types of maltreatment (domain.md §2.4)."""

    SEXUAL = "sexual", "Sexual violence", "Violences sexuelles"
    PHYSICAL = "physical", "Physical violence", "Violences physiques"
    NEGLECT = "neglect", "Gross neglect", "Négligences lourdes"
    PSYCHOLOGICAL = "psychological", "Psychological violence", "Violences psychologiques"
    EXPLOITATION = "exploitation", "Sexual exploitation", "Exploitation sexuelle / prostitution"
    COUPLE_VIOLENCE = "couple_violence", "Exposure to couple violence", "Exposition aux violences conjugales"


class TeamField(Coded):
    """Field of an assessor (CASF D226-2-5; domain.md §1.1)."""

    SOCIO_EDUCATIONAL = "socio_educational", "Socio-educational", "Socio-éducatif"
    SOCIAL = "social", "Social", "Social"
    HEALTH = "health", "Health", "Santé"
    PSYCHOLOGY = "psychology", "Psychology", "Psychologie"


class Proposal(Coded):
    """What the report proposes (CASF D226-2-7; domain.md §2.4)."""

    CLASSEMENT = "classement", "No further action", "Classement"
    ADAPTED_ACTIONS = "adapted_actions", "Adapted actions, ASE service", "Actions adaptées / prestation ASE"
    JUDICIAL = "judicial", "Judicial authority", "Saisine de l'autorité judiciaire (argumentée)"
    CONTINUATION = "continuation", "Continue the measure under way", "Poursuite de la prise en charge"


class Seen(Coded):
    """Whether a contact saw the child (domain.md T17)."""

    NO = "no", "Not seen", "Non"
    WITH_HOLDER = "with_holder", "With a holder", "Avec un titulaire"
    ALONE = "alone", "Alone", "Seul·e"


class VisitKind(Coded):
    """Kind of a contact of the assessment (domain.md T17)."""

    HOME_VISIT = "home_visit", "Home visit", "Visite à domicile"
    MEETING = "meeting", "Meeting", "Rencontre"
    ATTEMPT = "attempt", "Failed attempt", "Tentative sans succès"
    PHONE = "phone", "Phone call", "Appel"
    PARTNER = "partner", "Talk with a partner", "Échange avec un partenaire"
