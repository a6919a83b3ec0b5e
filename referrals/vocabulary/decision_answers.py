"""Coded answers of decisions (domain.md §2.2)."""

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import Coded


class CloseGround(Coded):
    """Ground on which a child's part is closed (domain.md §2.2)."""

    NO_DANGER = "no_danger", _("Danger écarté")
    RISK_LEFT = "risk_left", _("Risque résiduel (motivé)")
    MAJORITY = "majority", _("Majorité")
    DEATH = "death", _("Décès")
