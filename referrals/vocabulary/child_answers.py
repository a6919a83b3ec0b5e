"""Coded answers about a child: identity, sex, home, school (domain.md §4.1)."""

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import Coded


class IdentityKnown(Coded):
    """How well the child is identified (domain.md §4.1)."""

    KNOWN = "known", _("Connue")
    PARTIAL = "partial", _("Partielle")
    UNKNOWN = "unknown", _("Inconnue")


class Sex(Coded):
    """As recorded for statistics, with a fourth answer (domain.md §4.1)."""

    GIRL = "girl", _("Fille")
    BOY = "boy", _("Garçon")
    OTHER = "other", _("Autre")
    UNKNOWN = "unknown", _("Non connu")


class LivingWith(Coded):
    """With whom a child lives (domain.md §4.1)."""

    BOTH_PARENTS = "both_parents", _("Ses deux parents")
    MOTHER = "mother", _("Sa mère")
    FATHER = "father", _("Son père")
    MOTHER_PARTNER = "mother_partner", _("Sa mère et son conjoint")
    FATHER_PARTNER = "father_partner", _("Son père et sa conjointe")
    ALTERNATE = "alternate", _("En résidence alternée")
    RELATIVE = "relative", _("Un membre de la famille")
    FOSTER = "foster", _("Famille d'accueil")
    RESIDENTIAL = "residential", _("Établissement")
    ALONE = "alone", _("Seul")
    OTHER = "other", _("Autre")
    UNKNOWN = "unknown", _("Non connu")


class Attendance(Coded):
    """School attendance (domain.md §4.1)."""

    REGULAR = "regular", _("Régulière")
    IRREGULAR = "irregular", _("Irrégulière")
    ABSENT = "absent", _("Absentéisme lourd ou déscolarisation")
    NOT_ENROLLED = "not_enrolled", _("Non scolarisé")
    UNKNOWN = "unknown", _("Non connue")
