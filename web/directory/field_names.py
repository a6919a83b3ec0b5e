"""What the fields of an entry are called in its history, and where two entries stand beside each other."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text

#: What fields are called in the history of an entry and beside each other, where no form asks a question.
FIELDS: Final[Mapping[str, Text]] = {
    "name": _("Nom"),
    "kind": _("Genre"),
    "description": _("Description"),
    "needs": _("Besoins"),
    "specialised": _("Spécialité"),
    "phone": _("Téléphone"),
    "email": _("Courriel"),
    "website": _("Site"),
    "contact_name": _("À qui parler"),
    "safe_channels": _("Moyens sûrs"),
    "round_the_clock": _("Jour et nuit"),
    "opening_hours": _("Horaires"),
    "opening_hours_text": _("Horaires en toutes lettres"),
    "answer_delay_hours": _("Délai de réponse, en heures"),
    "languages": _("Langues"),
    "interpreter": _("Interprète"),
    "night_phone": _("Numéro de nuit"),
    "age_min_months": _("Âge minimum"),
    "age_max_months": _("Âge maximum"),
    "sexes": _("Qui est reçu"),
    "accepts": _("Situations"),
    "place_kind": _("Accueil"),
    "zones": _("Territoire"),
    "refused_departments": _("Départements refusés"),
    "distance_placement": _("Éloignement"),
    "from_departments": _("Éloignement : départements"),
    "who_may_ask": _("Qui peut demander"),
    "needs_agreement": _("Accords"),
    "access_conditions": _("Conditions"),
    "documents_wanted": _("Documents à envoyer"),
    "documents_never": _("Documents à ne jamais envoyer"),
    "mobilisation_note": _("Comment demander"),
    "mobilisation_url": _("Formulaire en ligne"),
    "fees": _("Frais"),
    "fees_note": _("Qui paie"),
    "status": _("État"),
    "suspended_until": _("Suspendu jusqu'au"),
    "asks_every_months": _("Rythme de confirmation, en mois"),
    "structure": _("Structure"),
    "authority": _("Autorité"),
    "merged_into": _("Réunie avec une autre fiche"),
    "themes": _("Thématiques"),
    "audiences": _("Publics"),
    "audiences_note": _("Publics, précisions"),
    "source": _("Source"),
    "source_licence": _("Licence"),
    "source_url": _("Page de la source"),
    "updated_on": _("Date de la source"),
    "verified_on": _("Fiche vérifiée"),
    "siret": _("SIRET"),
    "finess": _("FINESS"),
    "place.visibility": _("Visibilité de l'adresse"),
    "place.department": _("Département de l'adresse"),
    "capacity.maximum": _("Places en tout"),
    "capacity.emergency": _("Places d'urgence"),
    "capacity.vacancy": _("Places libres"),
    "capacity.note": _("Places, remarque"),
    "capacity.told_by": _("Places dites par"),
    "capacity.valid_until": _("Places, valable jusqu'à"),
}
#: Fields of where a place is: that they changed is told, and nothing else.
ADDRESS: Final = _("Adresse")


def field_name(name: str) -> str:
    """Return what a field of an entry is called; empty for those that only the service itself goes by."""
    if name in FIELDS:
        return str(FIELDS[name])
    return str(ADDRESS) if name.startswith("place.") else ""
