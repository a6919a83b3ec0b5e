"""Merges two entries that are the same: a person decides, and the one that goes stays as an alias (field.md A.8)."""

from datetime import datetime
from uuid import UUID

from accounts.actor import Actor
from accounts.errors import InvalidInput, NotVisible
from directory import acts, reach
from directory.access import EDIT, visible_services
from directory.actions import changes
from directory.actions.changes import Said
from directory.actions.records import acting, kept_service, kept_structure, record
from directory.codes import Means, Visibility
from directory.models import Place, Service, Structure
from directory.rules import place_of


def kept_of[Row: (Structure, Service)](row: Row) -> Row:
    """Return the entry that a row stands for: itself, or the one that it was merged into.

    A file that names the source's id of the row that went finds the one that is kept by this.
    """
    while row.merged_into is not None:
        row = row.merged_into
    return row


def merge(kept_pk: UUID, lost_pk: UUID, *, actor: Actor, at: datetime) -> Structure | Service:
    """Merge an entry into another of the same kind and authority; return the one that is kept.

    Raises:
        NotVisible: one of them is absent, or merged already.
        NotAllowed: the actor doesn't keep both.
        InvalidInput: they are the same row, or not of one kind and authority; or one is at a secret address and the
            other isn't.
    """
    if visible_services(actor).filter(pk=kept_pk).exists():
        return merge_services(kept_pk, lost_pk, actor=actor, at=at)
    return merge_structures(kept_pk, lost_pk, actor=actor, at=at)


def merge_services(kept_pk: UUID, lost_pk: UUID, *, actor: Actor, at: datetime) -> Service:
    """Merge a service into another; as ``merge``."""
    kept = kept_service(kept_pk, actor)
    try:
        lost = kept_service(lost_pk, actor)
    except NotVisible:
        raise InvalidInput({"lost": ["not-a-choice"]}) from None
    _check(kept, lost, place_of(kept), place_of(lost))
    said = Said(by=actor.user_id, at=at, means=Means.TYPED)
    for alias in lost.aliases.all():
        changes.write(alias, {"merged_into": kept}, said)
    changes.write(lost, {"merged_into": kept}, said)
    _record(kept, actor, at)
    return kept


def merge_structures(kept_pk: UUID, lost_pk: UUID, *, actor: Actor, at: datetime) -> Structure:
    """Merge a structure into another, which takes over its services and parts; as ``merge``."""
    kept = kept_structure(kept_pk, actor)
    try:
        lost = kept_structure(lost_pk, actor)
    except NotVisible:
        raise InvalidInput({"lost": ["not-a-choice"]}) from None
    _check(kept, lost, _own_place(kept), _own_place(lost))
    said = Said(by=actor.user_id, at=at, means=Means.TYPED)
    for service in lost.services.select_related("authority"):
        changes.write(service, {"structure": kept}, said)
        service.structure = kept
        reach.write(service)
    Place.objects.filter(structure=lost).exclude(service=None).update(structure=kept)
    for row in (*lost.aliases.all(), lost):
        changes.write(row, {"merged_into": kept}, said)
    for part in lost.parts.exclude(pk=kept.pk):
        changes.write(part, {"parent": kept}, said)
    if kept.parent_id == lost.pk:
        changes.write(kept, {"parent": lost.parent}, said)
    _record(kept, actor, at)
    return kept


def _check(
    kept: Structure | Service, lost: Structure | Service, kept_place: Place | None, lost_place: Place | None
) -> None:
    if kept.pk == lost.pk or kept.authority_id != lost.authority_id:
        raise InvalidInput({"lost": ["not-a-choice"]})
    # The two are at one address: what one of them tells is what the other keeps secret.
    secret = {
        place is not None and place.visibility == Visibility.SECRET for place in (kept_place, lost_place)
    }
    if len(secret) > 1 and kept_place is not None and lost_place is not None:
        raise InvalidInput({"lost": ["secret-address"]})


def _own_place(structure: Structure) -> Place | None:
    return Place.objects.filter(structure=structure, service=None).first()


def _record(kept: Structure | Service, actor: Actor, at: datetime) -> None:
    actor = acting(actor, EDIT, kept.authority_id)
    record(acts.ENTRIES_MERGED, kept.pk, kept.authority_id, actor=actor, at=at)
