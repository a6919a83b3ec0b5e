"""Settings of sign-in."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import text


@dataclass(frozen=True, kw_only=True)
class SignInTerms:
    """How people sign in: a passkey, except where the authority says here why codes have to do (SEC-AU1)."""

    chapter: ClassVar = Chapter.SECURITY

    one_time_codes_reason: str = text(
        "", _("Codes à usage unique admis pour tous les rôles : pourquoi"), blank=True
    )
