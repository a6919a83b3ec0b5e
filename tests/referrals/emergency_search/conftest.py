"""Cases filed over HTTP, for those who search them."""

from tests.referrals.matching.conftest import _at_ten, filed

__all__ = ["_at_ten", "filed"]
