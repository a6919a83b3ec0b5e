"""One entry of the directory, as whoever has a role reads it, and what was said of it (field.md A.6, A.8)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.actor import Actor
from accounts.naming import visible
from directory import access
from directory.access import visible_services, visible_structures
from directory.actions.merging import merge_target_of
from directory.codes import Visibility
from directory.freshness import freshness
from directory.models import Service, Verification
from directory.queries.search import working
from directory.queries.views import (
    ServicePage,
    StructurePage,
    VerificationLine,
    address_view,
    capacity_view,
    line_of,
    place_of,
    with_places,
)
from directory.secrecy import LEADS, REGISTERS, has_secret_place, leave_no_way_to

HISTORY_MAX: Final = 500


def service(pk: UUID, *, actor: Actor, at: datetime) -> ServicePage:
    """Return a service; of one that was merged, the one that is kept.

    Raises:
        NotAllowed: the actor doesn't read the directory.
        NotVisible: there is no such service.
    """
    entry = merge_target_of(visible(visible_services(actor).select_related("merged_into"), pk))
    row = visible(with_places(visible_services(actor)), entry.pk)
    place, structure = place_of(row), row.structure
    if has_secret_place(structure.pk):  # of a service beside this one, too: one structure, one register
        leave_no_way_to(row)
        leave_no_way_to(structure)
    return ServicePage(
        service=row,
        structure=structure,
        address=address_view(place),
        phone=row.phone or structure.phone,
        email=row.email or structure.email,
        capacities=tuple(capacity_view(one, at=at) for one in row.capacities.all()),
        freshness=freshness(row, at=at),
        has_night_phone=row.night_phone is not None,
        may_edit=row.authority_id in actor.may(access.EDIT),
        may_open_address=(
            place is not None
            and place.visibility == Visibility.SECRET
            and place.authority_id in actor.may(access.SECRET)
        ),
        may_open_night_phone=row.night_phone is not None and access.may_ask(actor),
    )


def structure(pk: UUID, *, actor: Actor, at: datetime) -> StructurePage:
    """Return a structure with its services by name; of one that was merged, the one that is kept.

    Raises:
        NotAllowed: the actor doesn't read the directory.
        NotVisible: there is no such structure.
    """
    row = merge_target_of(visible(visible_structures(actor).select_related("merged_into"), pk))
    services = with_places(working(visible_services(actor)).filter(structure=row)).order_by("name", "id")
    if has_secret_place(row.pk):
        leave_no_way_to(row)
    registers = {name: getattr(row, name) for name in REGISTERS}
    return StructurePage(
        row=row,
        identifiers={name: number for name, number in registers.items() if number},
        address=address_view(row.places.filter(service=None).first()),
        services=tuple(line_of(one, at=at) for one in services),
        may_edit=row.authority_id in actor.may(access.EDIT),
    )


def history(row: Service, *, actor: Actor) -> list[VerificationLine]:
    """Return what was said of a service and when, the newest first; who said it is told to its editors alone.

    Of what leads to a secret address it tells that it changed, and no value, old or new: as the page.

    Raises:
        NotAllowed: the actor doesn't read the directory.
    """
    visible_services(actor)
    named = row.authority_id in actor.may(access.EDIT)
    untold = LEADS if has_secret_place(row.structure_id) else frozenset()
    rows = Verification.objects.filter(service=row).select_related("by")[:HISTORY_MAX]
    return [
        VerificationLine(
            id=one.pk,
            field=one.field,
            old=None if one.field in untold else one.old,
            new=None if one.field in untold else one.new,
            at=one.at,
            means=one.means,
            evidence=one.evidence if named else "",
            by=one.by.full_name if named and one.by else "",
        )
        for one in rows
    ]
