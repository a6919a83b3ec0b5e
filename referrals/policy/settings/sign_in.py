"""Settings of sign-in."""

from dataclasses import dataclass

from referrals.policy.field_types import text


@dataclass(frozen=True, kw_only=True)
class SignInTerms:
    """How people sign in: a passkey, except where the authority says here why codes have to do (SEC-AU1)."""

    one_time_codes_reason: str = text(
        "",
        "Codes à usage unique admis pour tous les rôles : pourquoi",
        "One-time codes accepted for all roles: why",
        blank=True,
    )
