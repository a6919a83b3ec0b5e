"""Settings of certificates of honorability."""

from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _

from accounts.honorability import MAY_BE_FOLLOWED
from accounts.roles import Role
from referrals.policy.chapters import Chapter
from referrals.policy.field_types import whole
from referrals.policy.list_types import codes

_FOLLOWED: Final = {str(role): role.label for role in Role if role in MAY_BE_FOLLOWED}


@dataclass(frozen=True, kw_only=True)
class CertificateTerms:
    """Whose certificate is followed: services always; agents who assess or follow where the authority reads it so."""

    chapter: ClassVar = Chapter.SECURITY

    honorability_roles: tuple[str, ...] = codes(
        ("measure_service",),
        _FOLLOWED,
        _("Attestation d'honorabilité : rôles suivis"),
        kept=("measure_service",),
        law="CASF L133-6",
    )
    honorability_years: int = whole(
        3, 1, 3, _("Attestation d'honorabilité : durée en années"), unit="", law="CASF L133-6"
    )
    honorability_grace_days: int = whole(
        90, 0, 180, _("Attestation d'honorabilité : délai des personnes déjà en poste")
    )
    honorability_first_notice_days: int = whole(
        90, 1, 180, _("Attestation d'honorabilité : premier rappel avant la fin")
    )
    honorability_second_notice_days: int = whole(
        30, 1, 180, _("Attestation d'honorabilité : deuxième rappel avant la fin")
    )
    honorability_last_notice_days: int = whole(
        7, 1, 180, _("Attestation d'honorabilité : dernier rappel avant la fin")
    )
    honorability_overdue_days: int = whole(
        30, 1, 90, _("Attestation d'honorabilité dépassée : l'encadrement est prévenu après")
    )
