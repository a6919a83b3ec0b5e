"""Settings of the authority itself: what it calls itself and its grades, and whom it works with."""

from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import choice, flag, text
from referrals.policy.list_types import Partner, Row, rows

_PROSECUTOR_CHANNELS: Final = {
    "manual": _("Selon la situation, preuve au dossier"),
    "mail": pgettext_lazy("setting", "Courriel"),
    "phone_then_mail": _("Téléphone, puis courriel"),
    "portal": _("Portail sécurisé"),
    "plex": _("PLEX, la plateforme d'échange de la justice"),
}


@dataclass(frozen=True, kw_only=True)
class NameAndPartnerTerms:
    """What the authority calls itself and its grades, and whom it works with."""

    chapter: ClassVar = Chapter.AUTHORITY

    crip_name: str = text(
        "Cellule de recueil des informations préoccupantes", _("Nom de la cellule"), law="CASF L226-3"
    )
    crip_phone: str = text("", _("Téléphone de la cellule"), blank=True)
    on_call_phone: str = text("", _("Téléphone de l'astreinte"), blank=True)
    prosecutor_name: str = text("", _("Parquet destinataire des saisines"), blank=True, law="CASF L226-4")
    prosecutor_phone: str = text(
        "", _("Téléphone de la permanence du parquet"), blank=True, law="CASF L226-4"
    )
    urgency_u0_label: str = text("Standard", _("Libellé de l'urgence U0"))
    urgency_u1_label: str = text("Prioritaire", _("Libellé de l'urgence U1"))
    urgency_u2_label: str = text("Urgent (24–72 h)", _("Libellé de l'urgence U2"))
    urgency_u3_label: str = text("Urgence vitale / danger imminent", _("Libellé de l'urgence U3"))
    protocol_partners: tuple[Row, ...] = rows(
        Partner, _("Partenaires du protocole"), key="name", law="CASF L226-3"
    )
    prosecutor_channel: str = choice(
        "manual", _PROSECUTOR_CHANNELS, _("Voie de transmission au parquet"), law="CASF L226-4"
    )
    prostitution_lead: bool = flag(True, _("Référent prostitution des mineurs prévenu"), law="CASF L221-1")
