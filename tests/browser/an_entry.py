"""Puts an entry into the directory of a service that runs, as its editor would: invented, in 93."""

import os
import sys
from datetime import UTC, datetime

import django


def main(name: str) -> None:
    """Make a structure with one service, and an address to which nobody's mail goes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import transaction

    from accounts.models import Authority
    from directory.actions import changes
    from directory.models import Service, Structure

    at = datetime.now(UTC)
    said = changes.Basis(by=None, at=at, means="typed")
    authority = Authority.objects.get(code="93")
    shared = {"authority": authority, "source": "own", "updated_on": at.date()}
    with transaction.atomic():
        structure = Structure(source_id=f"structure {name}", **shared)
        values = {"name": name, "kind": "mecs", "email": "lien@essai.invalid", "phone": "+33199001234"}
        changes.write(structure, values, said)
        service = Service(structure=structure, source_id=f"service {name}", **shared)
        values = {
            "name": "Accueil de nuit", "description": "Un lit pour une nuit.", "needs": ["tonight_shelter"],
            "zones": ["93"], "age_min_months": 144, "age_max_months": 215,
            "accepts": {"runaway": {"answer": "case", "words": "Appeler avant"}},
        }  # fmt: skip
        changes.write(service, values, said)


if __name__ == "__main__":
    main(sys.argv[1])
