"""Coded answers about a child: identity, sex, home, school (domain.md §4.1)."""

from referrals.vocabulary.states import Coded


class IdentityKnown(Coded):
    """How well the child is identified (domain.md §4.1)."""

    KNOWN = "known", "Known", "Connue"
    PARTIAL = "partial", "Partly known", "Partielle"
    UNKNOWN = "unknown", "Unknown", "Inconnue"


class Sex(Coded):
    """As recorded for statistics, with a fourth answer (domain.md §4.1)."""

    GIRL = "girl", "Girl", "Fille"
    BOY = "boy", "Boy", "Garçon"
    OTHER = "other", "Other", "Autre"
    UNKNOWN = "unknown", "Not known", "Non connu"


class LivingWith(Coded):
    """With whom a child lives (domain.md §4.1)."""

    BOTH_PARENTS = "both_parents", "Both parents", "Ses deux parents"
    MOTHER = "mother", "Mother", "Sa mère"
    FATHER = "father", "Father", "Son père"
    MOTHER_PARTNER = "mother_partner", "Mother and partner", "Sa mère et son conjoint"
    FATHER_PARTNER = "father_partner", "Father and partner", "Son père et sa conjointe"
    ALTERNATE = "alternate", "Alternately with each", "En résidence alternée"
    RELATIVE = "relative", "Relative", "Un membre de la famille"
    FOSTER = "foster", "Foster care", "Famille d'accueil"
    RESIDENTIAL = "residential", "Children's home", "Établissement"
    ALONE = "alone", "Alone", "Seul·e"
    OTHER = "other", "Other", "Autre"
    UNKNOWN = "unknown", "Not known", "Non connu"


class Attendance(Coded):
    """School attendance (domain.md §4.1)."""

    REGULAR = "regular", "Regular", "Régulière"
    IRREGULAR = "irregular", "Irregular", "Irrégulière"
    ABSENT = "absent", "No longer attends", "Absentéisme lourd ou déscolarisation"
    NOT_ENROLLED = "not_enrolled", "Not enrolled", "Non scolarisé·e"
    UNKNOWN = "unknown", "Not known", "Non connue"
