"""The filed cases of the search, whose pairs are compared here."""

from tests.referrals.matching.conftest import _at_ten, again, filed, girl, other, searched

__all__ = ["_at_ten", "again", "filed", "girl", "other", "searched"]
