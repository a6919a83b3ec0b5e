"""Reads attachments: their list, and one of them as a file, each within a disclosure (SEC-FI4)."""

import base64
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Any, Final
from uuid import UUID

import structlog

from accounts.actor import Actor
from encryption.errors import Unreadable
from encryption.objects import ObjectKey
from encryption.sealed import OpenScope
from referrals.access import child_sight, joined_filings
from referrals.access.relations import CaseAccess
from referrals.access.row_level_security import for_the_service
from referrals.attachments import rights, store
from referrals.attachments.keeping import readable_row
from referrals.errors import (
    FileBarred,
    NotAllowed,
    NotScannedYet,
    NotServed,
    NotVisible,
    ObjectMissing,
    StoreUnavailable,
)
from referrals.models import Attachment, Referral
from referrals.reading import fields
from referrals.vocabulary import formats
from referrals.vocabulary.attachments import Barring, Kind, Media, Scan

_log = structlog.get_logger("referrals")
#: After so many pieces of a file that is being read (1 MiB) it is asked anew whether it was set aside.
STRETCH: Final = 16


def listed(
    referral: Referral, ties: CaseAccess, scope: OpenScope, *, actor: Actor, at: datetime
) -> list[dict[str, Any]]:
    """Return the attachments that the actor reads, those of joined filings included, oldest first.

    Of what one has sent and not yet laid to a complement: that it waits, and since when.
    """
    lines = [_line(row, scope) for row in _rows(referral, ties, actor)]
    lines += [
        {"id": str(row.pk), "at": formats.moment(row.at), "waiting": True}
        for row in rights.waiting(referral, ties, actor.user_id)
    ]
    if not ties.draft and not ties.coarse:
        for filing, own in joined_filings.readable_filings(referral, ties, actor, at=at):
            lines += [_line(row, scope) | {"filing": str(filing.pk)} for row in _rows(filing, own, actor)]
    return sorted(lines, key=lambda line: str(line["at"]))


def _rows(referral: Referral, ties: CaseAccess, actor: Actor) -> list[Attachment]:
    sight = child_sight.sight_of(referral, ties, actor)
    return [row for row in Attachment.objects.filter(referral=referral) if rights.reads(row, sight)]


def _line(row: Attachment, scope: OpenScope) -> dict[str, Any]:
    """Return a line; of a file that was set aside neither name nor digest is opened."""
    barred = row.barred_at is not None
    return {
        "id": str(row.pk),
        "at": formats.moment(row.at),
        "waiting": False,
        "kind": formats.labelled(Kind(row.kind)),
        "access_class": row.access_class,
        "media": formats.labelled(Media(row.media)),
        "scan": formats.labelled(Scan(row.scan)),
        "size": row.size,
        "evidence": row.evidence,
        "original": row.evidence and row.original is not None and not barred,
        "role": row.role,
        "by": str(row.by) if row.by else None,
        "children": row.children,
        "complement": str(row.complement_id) if row.complement_id else None,
        "filing": None,
        "name": None if barred else fields.opened(row.name, scope),
        "sha256": None if barred or row.digest is None else fields.opened(row.digest, scope),
        "barred": _barred(row) if barred else None,
    }


def _barred(row: Attachment) -> dict[str, Any]:
    return {
        "at": formats.moment(row.barred_at),
        "reason": formats.labelled(Barring(row.barred_for)),
        "condemned_at": formats.moment(row.condemned_at),
        "destroyed_at": formats.moment(row.destroyed_at),
    }


def readable(
    referral: Referral, ties: CaseAccess, part: Any, *, actor: Actor, at: datetime
) -> tuple[Attachment, Referral, CaseAccess]:
    """Return an attachment of the case, or of a filing joined to it, with the filing and the ties that count there."""
    try:
        return readable_row(referral, part, child_sight.sight_of(referral, ties, actor)), referral, ties
    except NotVisible:
        if ties.draft or ties.coarse:
            raise
    for filing, own in joined_filings.readable_filings(referral, ties, actor, at=at):
        with suppress(NotVisible):
            return readable_row(filing, part, child_sight.sight_of(filing, own, actor)), filing, own
    raise NotVisible


def require_servable(row: Attachment, ties: CaseAccess, *, original: bool) -> None:
    """Ask that the file may leave the house.

    Raises:
        FileBarred: it was set aside, whoever asks and for whatever form of it.
        NotAllowed: the original is asked for, by who doesn't get it.
        NotScannedYet: the antivirus hasn't seen it.
        NotServed: it was refused, or no original was kept.
    """
    if row.barred_at is not None:
        raise FileBarred
    if original and not rights.gets_originals(ties):
        raise NotAllowed("attachment:original")
    if row.scan == Scan.WAITING:
        raise NotScannedYet
    if row.scan == Scan.INFECTED or (original and not row.evidence):
        raise NotServed
    if row.object is None or (original and row.original is None):
        raise NotServed


def content(row: Attachment, scope: OpenScope, *, original: bool) -> tuple[Iterator[bytes], str]:
    """Return the file in pieces, and its digest in base64; the first piece is read here, and proves the key.

    Raises:
        Unreadable: key, digest or the file's beginning can't be opened.
        ObjectMissing, StoreUnavailable: the store hasn't it.
    """
    name, sealed = (row.original, row.original_digest) if original else (row.object, row.digest)
    if name is None or sealed is None or row.key is None:
        raise NotServed
    key: ObjectKey = row.key.open(scope)
    checksum = base64.b64encode(bytes.fromhex(sealed.open(scope))).decode()
    pieces = key.opened(name, store.configured().reading(name))
    first = next(pieces)
    return _rest(row.pk, chain([first], pieces)), checksum


def _rest(pk: UUID, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the file; where it breaks off, the connection does: the answer is shorter than it said.

    Whether it was set aside since is looked at before each further ``STRETCH``: what has left the house has left it.
    """
    try:
        for number, piece in enumerate(pieces):
            if number and number % STRETCH == 0:
                _require_unbarred(pk)
            yield piece
    except (Unreadable, ObjectMissing, StoreUnavailable, FileBarred):
        _log.exception("attachment:broken", code="unreadable")
        raise


def _require_unbarred(pk: UUID) -> None:
    with for_the_service():
        if not Attachment.objects.filter(pk=pk, barred_at=None).exists():
            raise FileBarred
