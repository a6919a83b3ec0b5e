"""Settings of the authority itself: what it calls itself and its grades, and whom it works with."""

from dataclasses import dataclass
from typing import Final

from referrals.policy.field_types import choice, flag, text
from referrals.policy.list_types import Partner, Row, rows

_PROSECUTOR_CHANNELS: Final = {
    "manual": ("Selon la situation, preuve au dossier", "As the situation asks, the proof in the case"),
    "mail": ("Courriel", "Mail"),
    "phone_then_mail": ("Téléphone, puis courriel", "Phone, then mail"),
    "portal": ("Portail sécurisé", "Secure portal"),
}


@dataclass(frozen=True, kw_only=True)
class NameAndPartnerTerms:
    """What the authority calls itself and its grades, and whom it works with."""

    crip_name: str = text(
        "Cellule de recueil des informations préoccupantes",
        "Nom de la cellule",
        "Name of the cell",
        law="CASF L226-3",
    )
    urgency_u0_label: str = text("Standard", "Libellé de l'urgence U0", "Label of urgency U0")
    urgency_u1_label: str = text("Prioritaire", "Libellé de l'urgence U1", "Label of urgency U1")
    urgency_u2_label: str = text("Urgent (24–72 h)", "Libellé de l'urgence U2", "Label of urgency U2")
    urgency_u3_label: str = text(
        "Urgence vitale / danger imminent", "Libellé de l'urgence U3", "Label of urgency U3"
    )
    protocol_partners: tuple[Row, ...] = rows(
        Partner, "Partenaires du protocole", "Partners of the protocol", key="name", law="CASF L226-3"
    )
    prosecutor_channel: str = choice(
        "manual",
        _PROSECUTOR_CHANNELS,
        "Voie de transmission au parquet",
        "How the prosecutor is reached",
        law="CASF L226-4",
    )
    prostitution_lead: bool = flag(
        True,
        "Référent·e prostitution des mineur·es prévenu·e",
        "Lead on the exploitation of minors is told",
        law="CASF L221-1",
    )
