"""Resources of the demonstration: the associations kept by hand, and a few services that nobody can take for real.

Everything is done by the editors of 93, 59 and 75 through the real actions. The telephone numbers are of the ranges
that the regulator keeps for fiction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts.actor import Actor
from config.demo.cast import Cast, Stage
from config.demo.show import HOME
from directory.actions import capacities, places, seeds, services, structures
from directory.inputs import CapacityInput, PlaceInput, ServiceInput, StructureInput, VerificationInput
from directory.models import Structure
from referrals.access import row_level_security

WHO: Final = "directory_editor"
#: By authority: the structure, where it is, and its service; ``free``: places declared to be free.
_ROWS: Final[tuple[dict[str, Any], ...]] = (
    {
        "code": "93",
        "structure": {
            "kind": "emergency_shelter", "name": "Foyer de démonstration (93)", "phone": "01 99 00 93 01",
        },
        "place": {
            "visibility": "professional", "insee_code": "93066", "postal_code": "93200",
            "address": "1 rue de l'Exemple",
        },
        "service": {
            "name": "Accueil de nuit de démonstration", "needs": ["tonight_shelter"], "place_kind": "shelter",
            "description": "Service inventé : un lit pour la nuit, à toute heure.", "age_min_months": 144,
            "age_max_months": 215, "round_the_clock": True, "specialised": "trained", "zones": ["93", "75"],
            "accepts": [
                {"situation": "runaway", "answer": "yes"},
                {"situation": "substance", "answer": "case", "words": "appeler avant"},
            ],
            "answer_delay_hours": 1, "safe_channels": ["phone"], "who_may_ask": ["professionals", "ase", "judge"],
        },
        "free": 2,
    },
    {
        "code": "59",
        "structure": {
            "kind": "specialised_home", "name": "Hébergement éloigné de démonstration (59)", "phone": "03 53 01 59 01",
        },
        "place": {
            "visibility": "secret", "insee_code": "59512", "postal_code": "59100", "address": "1 rue de l'Exemple",
        },
        "service": {
            "name": "Accueil éloigné de démonstration", "needs": ["distance_shelter", "specialised_support"],
            "description": "Service inventé : un accueil loin du lieu de danger.", "age_min_months": 156,
            "age_max_months": 215, "place_kind": "home", "distance_placement": True, "specialised": "dedicated",
            "zones": ["france"], "needs_agreement": ["ase_decision"], "answer_delay_hours": 24,
            "safe_channels": ["phone", "sealed_mail"], "who_may_ask": ["ase", "judge", "professionals"],
        },
        "free": 1,
    },
    {
        "code": "75",
        "structure": {
            "kind": "mental_health", "name": "Maison des adolescents de démonstration (75)", "phone": "01 99 00 75 01",
        },
        "place": {
            "visibility": "public", "insee_code": "75113", "postal_code": "75013", "address": "1 rue de l'Exemple",
        },
        "service": {
            "name": "Consultation de démonstration", "needs": ["mental_health", "sexual_health"],
            "description": "Service inventé : une écoute sans rendez-vous.", "age_min_months": 132,
            "age_max_months": 251, "specialised": "trained", "zones": ["75", "93"],
            "opening_hours": "Mo-Fr 09:00-18:00; PH off",
        },
        "free": None,
    },
    {
        "code": "93",
        "structure": {
            "kind": "street_outreach", "name": "Équipe mobile de démonstration (93)", "phone": "01 99 00 93 02",
        },
        "place": None,
        "service": {
            "name": "Aller vers de démonstration", "needs": ["outreach", "specialised_support"],
            "description": "Service inventé : une équipe qui va vers les jeunes, le soir et en ligne.",
            "age_min_months": 132, "age_max_months": 251, "specialised": "dedicated", "zones": ["93"],
            "opening_hours": "Mo-Sa 17:00-23:00",
        },
        "free": None,
    },
)  # fmt: skip


def stage(cast: Cast, *, now: datetime) -> None:
    """Seed the directory of each authority, and add what is invented; nothing that is there already."""
    with transaction.atomic(), row_level_security.for_the_service():
        for code, authority in cast.authorities.items():
            editor = Stage(cast, code).actor(WHO, at=now)
            seeds.seed(authority, national=code == HOME, actor=editor, at=now)
        for row in _ROWS:
            _add(row, Stage(cast, row["code"]).actor(WHO, at=now), now)


def _add(row: Mapping[str, Any], editor: Actor, now: datetime) -> None:
    if Structure.objects.filter(name=row["structure"]["name"]).exists():
        return
    structure = structures.make(StructureInput.read(row["structure"]), actor=editor, at=now)
    service = services.make(structure.pk, ServiceInput.read(row["service"]), actor=editor, at=now)
    if row["place"]:
        places.put(structure.pk, None, PlaceInput.read(row["place"]), actor=editor, at=now)
    if row["free"] is not None:
        capacity = {"maximum": 6, "vacancy": row["free"], "told_by": "Accueil (inventé)"}
        capacities.write(service.pk, CapacityInput.read(capacity), actor=editor, at=now)
    body = {"means": "phone", "evidence": "Inventé pour la démonstration."}
    services.verify(service.pk, VerificationInput.read(body), actor=editor, at=now)
