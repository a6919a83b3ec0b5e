"""Coded answers of decisions (domain.md §2.2)."""

from referrals.vocabulary.states import Coded


class CloseGround(Coded):
    """Ground on which a child's part is closed (domain.md §2.2)."""

    NO_DANGER = "no_danger", "Danger ruled out", "Danger écarté"
    RISK_LEFT = "risk_left", "A risk is left, with reasons", "Risque résiduel (motivé)"
    MAJORITY = "majority", "Majority", "Majorité"
    DEATH = "death", "Death", "Décès"
