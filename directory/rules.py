"""What an entry must hold as a whole, whoever writes it: an editor, a file, the service itself (field.md A.1, A.7).

Each function returns its faults by field, as codes (``config/error_messages.py``); none means that the row may stand.
"""

from collections.abc import Mapping
from typing import Any

from directory import standard
from directory.codes import Status, Visibility
from directory.models import Place, Service, Structure

type Faults = dict[str, list[str]]


def service_faults(service: Service, changes: Mapping[str, Any]) -> Faults:
    """Return what is wrong with a service once it has these values: ages, audiences, suspension."""

    def value(name: str) -> Any:
        return changes.get(name, getattr(service, name))

    faults: Faults = {}
    youngest, oldest = value("age_min_months"), value("age_max_months")
    if youngest is not None and oldest is not None and youngest > oldest:
        faults["age_max_months"] = ["out-of-order"]
    audiences = value("audiences")
    if standard.EVERYBODY in audiences and len(audiences) > 1:  # it stands alone (field.md A.1)
        faults["audiences"] = ["one-of"]
    if value("suspended_until") is not None and value("status") != Status.SUSPENDED:
        faults["suspended_until"] = ["one-of"]
    return faults


def place_of(service: Service) -> Place | None:
    """Return where a service is: its own place, else its structure's."""
    own = Place.objects.filter(service=service).first() if service.pk else None
    return own or Place.objects.filter(structure=service.structure_id, service=None).first()


def contact_faults(service: Service, place: Place | None) -> Faults:
    """Refuse a service whose only place is secret and which nobody can ask (field.md A.7, rule 6).

    The phone and the address of its structure count: they are shown where it has none of its own.
    """
    if place is None or place.visibility != Visibility.SECRET:
        return {}
    structure = service.structure
    reached = (service.phone, service.email, service.mobilisation_url, structure.phone, structure.email)
    return {} if any(reached) else {"phone": ["contact-needed"]}


def structure_contact_faults(structure: Structure) -> Faults:
    """As ``contact_faults``, of all services of a structure that work."""
    services = Service.objects.filter(structure=structure, merged_into=None).exclude(status=Status.CLOSED)
    services = services.select_related("place")
    own = Place.objects.filter(structure=structure, service=None).first()
    for service in services:
        service.structure = structure
        if faults := contact_faults(service, getattr(service, "place", None) or own):
            return faults
    return {}


def address_page_faults(structure: Structure, changes: Mapping[str, Any]) -> Faults:
    """Refuse the page of Accèslibre of a structure at a secret address: its path spells commune and street."""
    if not changes.get("accessibility_url"):
        return {}
    secret = Place.objects.filter(structure=structure, visibility=Visibility.SECRET).exists()
    return {"accessibility_url": ["secret-address"]} if secret else {}
