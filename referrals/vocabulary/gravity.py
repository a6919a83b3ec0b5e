"""Order of the exploitation statuses by gravity: which of several is the gravest."""

from referrals.vocabulary.states import GRAVITY, Exploitation


def gravest(statuses: list[str]) -> Exploitation:
    """Return the gravest of some statuses."""
    return max((Exploitation(status) for status in statuses), key=GRAVITY.index, default=Exploitation.NONE)
