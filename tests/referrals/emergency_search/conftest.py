"""Cases filed over HTTP, for those who search them."""

from tests.referrals.matching.conftest import filed

__all__ = ["filed"]
