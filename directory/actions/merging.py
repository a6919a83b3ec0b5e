"""Merges two entries that are the same: a person decides, and the one that goes stays as an alias (field.md A.8)."""

from datetime import datetime
from uuid import UUID

from accounts.actor import Actor
from accounts.errors import InvalidInput, NotVisible
from directory import acts, reach
from directory.access import EDIT, visible_services
from directory.actions import changes
from directory.actions.changes import Basis
from directory.actions.records import acting, locked_service, locked_structure, record
from directory.codes import Means, Visibility
from directory.models import Place, Service, Structure
from directory.rules import place_of
from directory.secrecy import has_secret_place


def merge_target_of[Row: (Structure, Service)](row: Row) -> Row:
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
        InvalidInput: they are the same row, or not of one kind and authority; or one has a secret place and the other
            hasn't, one that is known to be nowhere included.
    """
    if visible_services(actor).filter(pk=kept_pk).exists():
        return merge_services(kept_pk, lost_pk, actor=actor, at=at)
    return merge_structures(kept_pk, lost_pk, actor=actor, at=at)


def merge_services(kept_pk: UUID, lost_pk: UUID, *, actor: Actor, at: datetime) -> Service:
    """Merge a service into another; as ``merge``."""
    target = locked_service(kept_pk, actor)
    try:
        lost = locked_service(lost_pk, actor)
    except NotVisible:
        raise InvalidInput({"lost": ["not-a-choice"]}) from None
    _check(target, lost)
    _check_secrets(_is_secret(place_of(target)) == _is_secret(place_of(lost)))
    basis = Basis(by=actor.user_id, at=at, means=Means.TYPED)
    for alias in lost.aliases.all():
        changes.write(alias, {"merged_into": target}, basis)
    changes.write(lost, {"merged_into": target}, basis)
    _record(target, actor, at)
    return target


def merge_structures(kept_pk: UUID, lost_pk: UUID, *, actor: Actor, at: datetime) -> Structure:
    """Merge a structure into another, which takes over its services and parts; as ``merge``."""
    target = locked_structure(kept_pk, actor)
    try:
        lost = locked_structure(lost_pk, actor)
    except NotVisible:
        raise InvalidInput({"lost": ["not-a-choice"]}) from None
    _check(target, lost)
    _check_secrets(_stay_secret(target, lost))
    basis = Basis(by=actor.user_id, at=at, means=Means.TYPED)
    for service in lost.services.select_related("authority"):
        changes.write(service, {"structure": target}, basis)
        service.structure = target
        reach.write(service)
    Place.objects.filter(structure=lost).exclude(service=None).update(structure=target)
    for row in (*lost.aliases.all(), lost):
        changes.write(row, {"merged_into": target}, basis)
    for part in lost.parts.exclude(pk=target.pk):
        changes.write(part, {"parent": target}, basis)
    if target.parent_id == lost.pk:
        changes.write(target, {"parent": lost.parent}, basis)
    _record(target, actor, at)
    return target


def _check(kept: Structure | Service, lost: Structure | Service) -> None:
    if kept.pk == lost.pk or kept.authority_id != lost.authority_id:
        raise InvalidInput({"lost": ["not-a-choice"]})


def _check_secrets(alike: bool) -> None:
    """Refuse a merger after which an address is told that was secret.

    The two are at one address: what one of them tells is what the other keeps secret. One without a place is no better:
    the kept one would show its registers and pages, and the next file write the address beside them.
    """
    if not alike:
        raise InvalidInput({"lost": ["one-is-secret"]})


def _stay_secret(kept: Structure, lost: Structure) -> bool:
    """Tell whether what is secret of two structures stays so; services without a place are at the kept one's then."""
    hidden, own = has_secret_place(kept.pk), _own_place(lost)
    alike = own is None or _is_secret(own) == _is_secret(_own_place(kept))
    return alike and hidden == has_secret_place(lost.pk)


def _is_secret(place: Place | None) -> bool:
    return place is not None and place.visibility == Visibility.SECRET


def _own_place(structure: Structure) -> Place | None:
    return Place.objects.filter(structure=structure, service=None).first()


def _record(kept: Structure | Service, actor: Actor, at: datetime) -> None:
    actor = acting(actor, EDIT, kept.authority_id)
    record(acts.ENTRIES_MERGED, kept.pk, kept.authority_id, actor=actor, at=at)
