"""Upload of a file: read from the request piece by piece, sealed at once, scanned, parsed, resealed.

All of it happens between two transactions of the request: the first has checked rights, the second checks again and
stores the file. No plaintext touches a disk, and no more than a few pieces are in memory. An interruption leaves names
in the table of objects that no attachment holds: they are deleted at once, or swept (SEC-FT7).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Self
from uuid import UUID, uuid4

import structlog
from django.conf import settings

from accounts.request import ServiceRequest, actor_in
from core.one_file import FILE, FORM_BYTES, BodyCut, FormRefused, announced, patience, read_form
from encryption import digest
from encryption.objects import ObjectKey
from referrals.attachments import locks, sandbox, scanning, store
from referrals.attachments.names import accepted_name
from referrals.attachments.store import Writing
from referrals.errors import FileRefused, FileTooLarge, InvalidInput, StoreUnavailable, UploadCut
from referrals.vocabulary.attachments import TYPE_OF_ENDING, Scan

_log = structlog.get_logger("referrals")
#: Fields that may come several times, a value each: a list.
SEVERAL: Final = ("children",)
#: What antivirus and parser may take beside, before the place of an upload ends by itself.
AFTERWARDS_SECONDS: Final = 120.0


@dataclass(kw_only=True)
class Arrived:
    """A received upload: the form's fields, and the sealed objects that no row holds yet."""

    key: ObjectKey = field(default_factory=ObjectKey.new)
    object: UUID = field(default_factory=uuid4)
    original: UUID | None = field(default_factory=uuid4)
    fields: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    media: str = ""
    scan: Scan = Scan.WAITING
    size: int = 0
    original_size: int = 0
    digest: str = ""
    original_digest: str = ""
    held: bool = False
    forgotten: list[UUID] = field(default_factory=list)
    _begun: list[UUID] = field(default_factory=list)

    def names(self) -> list[UUID]:
        """Return the names that have to be written down before the first byte comes."""
        return [self.object, *([self.original] if self.original else [])]

    def said(self) -> dict[str, Any]:
        """Return what this upload says as a whole, for its Idempotency-Key."""
        return {**self.fields, "name": self.name, "sha256": self.original_digest}

    def give_up(self) -> None:
        """Delete what nothing holds; what can't be deleted now is swept."""
        if not self.held:
            for name in self._begun:
                _delete(name)

    def begin(self, name: UUID) -> "_Intake":
        self._begun.append(name)
        return _Intake(self.key, name)

    def opened(self) -> Iterator[bytes]:
        """Yield the file as it came."""
        if self.original is None:
            return iter(())
        return self.key.opened(self.original, store.configured().reading(self.original))

    def forget_original(self) -> None:
        """Delete the file as it came."""
        if self.original is not None:
            _delete(self.original)
            self.forgotten.append(self.original)
            self.original = None


def receive(request: ServiceRequest, arrived: Arrived) -> None:
    """Read the request's body into the store, have it scanned and parsed; ``arrived`` says what came.

    It has a place among the uploads of this process and of its sender meanwhile, and only so much time as its length
    allows.

    Raises:
        InvalidInput: the form isn't one with one file.
        UploadCut: the body ended before its end, or comes too slowly.
        UploadsBusy: too many others are arriving.
        FileTooLarge, FileRefused: the file isn't taken.
        StoreUnavailable, ParserUnavailable: not now.
    """
    try:
        with locks.taken():
            _receive(request, arrived)
    finally:
        locks.end(actor_in(request).user_id, arrived.object)


def lasts_at_most(size: int) -> timedelta:
    """Return how long a body of so many bytes may take until it is parsed."""
    return timedelta(seconds=patience(size) + AFTERWARDS_SECONDS)


def _receive(request: ServiceRequest, arrived: Arrived) -> None:
    try:
        with arrived.begin(arrived.names()[1]) as intake:
            arrived.name = _read_form(request, intake, arrived.fields)
            arrived.original_size, arrived.original_digest = intake.finish()
        if not arrived.original_size:
            raise FileRefused("file-empty")
        kind = type_of(arrived.name)
        arrived.media = kind
        arrived.scan = scanning.verdict(arrived.opened())
        if arrived.scan is Scan.INFECTED:
            raise FileRefused("malware")
        with arrived.begin(arrived.object) as intake:
            for piece in sandbox.parsed(kind, arrived.opened(), arrived.original_size):
                intake.write(piece)
            arrived.size, arrived.digest = intake.finish()
        if arrived.scan is not Scan.WAITING and arrived.fields.get("evidence") != "true":
            arrived.forget_original()
    except BaseException:
        arrived.give_up()
        raise


def type_of(name: str) -> str:
    """Return the type that a name announces.

    Raises:
        FileRefused: none of those that this service takes.
    """
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    kind = TYPE_OF_ENDING.get(ending, "")
    if kind not in settings.ATTACHMENT_TYPES:
        raise FileRefused("type-refused")
    return kind


def require_form(request: ServiceRequest) -> None:
    """Refuse a body that needn't be read to be refused.

    Raises:
        InvalidInput: it isn't a form, or doesn't say how long it is.
        FileTooLarge: it says that it is too large.
    """
    try:
        size = announced(request)
    except FormRefused as refused:
        raise InvalidInput(FILE, refused.code) from None
    if size > settings.ATTACHMENT_BYTES + FORM_BYTES:
        raise FileTooLarge(settings.ATTACHMENT_BYTES)


def _delete(name: UUID) -> None:
    try:
        store.configured().delete(name)
    except StoreUnavailable:
        _log.warning("attachment:left", code="store-unavailable")


class _Intake:
    """One object while it is written: sealed, counted and digested as it comes."""

    def __init__(self, key: ObjectKey, name: UUID) -> None:
        self._sealing = key.sealing(name)
        self._digest = digest.running_sha256()
        self._writing: Writing = store.configured().writing(name)
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writing.give_up()

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        self._digest.update(piece)
        self._writing.write(self._sealing.update(piece))

    def finish(self) -> tuple[int, str]:
        """Make the object readable; return its size and digest."""
        self._writing.write(self._sealing.finish())
        self._writing.finish()
        return self.size, self._digest.hexdigest()


# --- The form ----------------------------------------------------------------------------------------


def _read_form(request: ServiceRequest, intake: _Intake, fields: dict[str, Any]) -> str:
    """Read the form: its one file into ``intake``, its fields into ``fields``; return the file's name."""
    names: list[str] = []

    def begin(file_name: str) -> None:
        names.append(accepted_name(file_name))
        type_of(names[0])

    def write(start: int, piece: bytes) -> None:
        if start + len(piece) > settings.ATTACHMENT_BYTES:
            raise FileTooLarge(settings.ATTACHMENT_BYTES)
        intake.write(piece)

    seconds = patience(int(request.META["CONTENT_LENGTH"]))
    try:
        read_form(request, fields, seconds=seconds, begin=begin, write=write, several=SEVERAL)
    except FormRefused as refused:
        raise InvalidInput(FILE, refused.code) from None
    except BodyCut:
        raise UploadCut from None
    return names[0]
