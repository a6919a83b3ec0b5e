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


def contact_faults(row: Structure | Service | Place) -> Faults:
    """Refuse that a service whose only place is secret could be asked by nobody (field.md A.7, rule 6).

    ``row`` is what was written: a service, its structure, or the place of one of them. The phone and the address of the
    structure count: they are shown where the service has none of its own.
    """
    match row:
        case Service():
            services = [] if _is_reached(row) else [row]
        case Place() if row.visibility != Visibility.SECRET:
            services = []
        case Place() if row.service is not None:
            services = [row.service]
        case Place():
            services = _working(row.structure)
        case Structure():
            services = [] if row.phone or row.email else _working(row)
    hidden = (one for one in services if not _is_reached(one) and _is_secret(place_of(one)))
    return {"phone": ["contact-needed"]} if any(hidden) else {}


def place_of(service: Service) -> Place | None:
    """Return where a service is: its own place, else its structure's."""
    own = Place.objects.filter(service=service).first()
    return own or Place.objects.filter(structure=service.structure_id, service=None).first()


def _is_reached(service: Service) -> bool:
    structure = service.structure
    return any((service.phone, service.email, service.mobilisation_url, structure.phone, structure.email))


def _is_secret(place: Place | None) -> bool:
    return place is not None and place.visibility == Visibility.SECRET


def _working(structure: Structure) -> list[Service]:
    rows = Service.objects.filter(structure=structure, merged_into=None).exclude(status=Status.CLOSED)
    return [*rows.select_related("structure")]


def address_page_faults(structure: Structure, changes: Mapping[str, Any]) -> Faults:
    """Refuse the page of Accèslibre of a structure at a secret address: its path spells commune and street."""
    if not changes.get("accessibility_url"):
        return {}
    secret = Place.objects.filter(structure=structure, visibility=Visibility.SECRET).exists()
    return {"accessibility_url": ["secret-address"]} if secret else {}
