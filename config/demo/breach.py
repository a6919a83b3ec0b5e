"""A data breach of the demonstration: a letter to the wrong address, noticed, assessed, told to the parents."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from config.demo.cast import Cast, Stage
from config.demo.show import HOME
from referrals.access import row_level_security
from referrals.data_breaches import actions
from referrals.models import DataBreach
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps

CONTACT: Final = "dpd@demo.invalid"


def stage(cast: Cast, *, now: datetime) -> None:
    """Let a supervisor declare it and the data protection officer assess it; nothing if there is a breach."""
    with transaction.atomic(), row_level_security.for_the_service():
        if DataBreach.objects.exists():
            return
        supervisor, officer = (Stage(cast, HOME).actor(role, at=now) for role in ("supervisor", "dpo"))
        declared = {
            "aware_at": (now - timedelta(hours=20)).isoformat(),
            "kinds": ["confidentiality"],
            "source": "noticed",
            "what": "Un courrier est parti à une ancienne adresse ; il a été ouvert.",
            "seen": "La personne qui y habite l'a rapporté.",
        }
        (row,) = actions.declare(declared, actor=supervisor, at=now)
        assessed: dict[str, Any] = {
            "children": 1,
            "holders": 2,
            "entries": 1,
            "parts": ["identity", "measures"],
            "touched": ["read"],
            "legible": "readable",
            "consequences": "Une personne sait qu'une mesure est prise pour l'enfant.",
            "measures": "Le courrier a été repris.",
            "risk": "high",
            "why": "L'adresse de la famille est connue du voisinage.",
        }
        notified = {
            "group": "holders",
            "answer": "told",
            "on": now.date().isoformat(),
            "way": "letter",
            "happened": "Un courrier qui vous était destiné a été ouvert à votre ancienne adresse.",
            "consequences": "La personne qui y habite peut savoir qu'une mesure est prise.",
            "done": "Nous avons repris le courrier et corrigé l'adresse.",
            "advice": "Dites-nous si quelqu'un vous en parle.",
            "contact": CONTACT,
            "proof": "Lettre recommandée, avis de réception.",
            # The breach names no case: an inspector is heard before holders are told (domain.md §7.5).
            "opinion_by": str(Stage(cast, HOME).actor("ase_inspector", at=now).user_id),
            "opinion_on": now.date().isoformat(),
            "opinion": "Rien dans le dossier ne s'y oppose.",
        }
        for name, body in (("assess", assessed), ("inform_persons", notified)):
            actions.runner.perform(steps.get(Machine.BREACH, name), row.pk, body, actor=officer, at=now)
