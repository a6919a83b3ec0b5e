"""The parties whom a step tells."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text

#: Whom a step tells, as its declaration names them.
PARTIES: Final[Mapping[str, Text]] = {
    "asker": _("la personne qui a posé la question"),
    "agent": _("l'agent, dont l'identité ne vous est pas révélée"),
    "asked": _("la personne à qui un avis est demandé"),
    "named_readers": _("les agents nommés"),
    "askers": _("les personnes qui ont posé une question"),
    "asked_cell": _("la cellule du département interrogé"),
    "asked_on_call": _("en urgence vitale, son astreinte"),
    "asking_cell": _("la cellule du département qui interroge"),
    "auditors": _("les auditeurs"),
    "both_teams": _("les deux équipes"),
    "child": _("l'enfant"),
    "coordinator": _("la ou le responsable CRIP"),
    "crip_queue": _("la file de la CRIP"),
    "dpo": _("la ou le délégué à la protection des données"),
    "endangered": _("si un enfant est en danger, la ou le responsable CRIP de son dossier"),
    "exploitation_lead": _("la ou le référent prostitution des mineurs"),
    "filer": _("le déclarant"),
    "holders": _("les titulaires de l'autorité parentale"),
    "assessment_lead": _("la ou le cadre d'évaluation"),
    "ase_inspector": _("l'inspection ASE"),
    "case_referent": _("la ou le référent ASE"),
    "inquiry_arbiters": _("au second refus, l'encadrement des deux départements"),
    "named": _("les personnes nommées"),
    "named_inspector": _("l'inspection ASE désignée sur le dossier"),
    "on_call": _("la ou le cadre d'astreinte"),
    "prosecutor": _("le parquet"),
    "recipient": _("le destinataire"),
    "service": _("le service"),
    "supervisor": _("l'encadrement"),
    "supervisors": _("l'encadrement"),
    "target_service": _("le service destinataire"),
    "target_team": _("l'équipe de l'autre dossier"),
    "team": _("l'équipe"),
    "transfer_arbiters": _("l'encadrement des deux autorités"),
    "transfer_target": _("l'autorité destinataire"),
}


def party(name: str) -> Text:
    """Return whom a step tells, in words."""
    return PARTIES.get(name, name)
