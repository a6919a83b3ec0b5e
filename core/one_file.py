"""Form with one file, read from a request piece by piece; no piece is kept here.

To be read where no transaction is open: a telephone at the edge of its network sends slowly. Whoever calls decides what
becomes of each piece, and refuses by an error of its own, which passes through.
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Timer
from time import monotonic
from typing import Any, Final, cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters

FILE: Final = "file"
#: What a form holds beside its file: boundaries, heads, two or three short fields.
FORM_BYTES: Final = 16 * 1024


class FormRefused(Exception):
    """It isn't a form with one file; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BodyCut(Exception):
    """The body ended before its announced end, or comes too slowly; nothing of it counts."""


def announced(request: HttpRequest) -> int:
    """Return how many bytes the form announces.

    Raises:
        FormRefused: it isn't a form, or doesn't say how long it is.
    """
    kind, parameters = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
    if kind != "multipart/form-data" or not parameters.get("boundary"):
        raise FormRefused("not-multipart")
    length = str(request.META.get("CONTENT_LENGTH") or "")
    if not (length.isascii() and length.isdigit()):
        raise FormRefused("length-required")
    return int(length[:13])


def patience(size: int) -> float:
    """Return how many seconds a body may take to come: a telephone at the edge of its network sends slowly."""
    return float(settings.ATTACHMENT_PATIENCE_SECONDS + size / settings.ATTACHMENT_BYTES_A_SECOND)


def read_form(
    request: HttpRequest,
    fields: dict[str, Any],
    *,
    seconds: float,
    begin: Callable[[str], None],
    write: Callable[[int, bytes], None],
    several: Sequence[str] = (),
) -> None:
    """Read a form: its one file, and its other fields into ``fields``.

    ``begin`` is called with the file's name, ``write`` with each piece and how many bytes came before it. The fields
    that stand before a file that is refused are there all the same: a page shows them again. ``several`` may come more
    than once: a list each.

    Raises:
        FormRefused, BodyCut: it isn't such a form, or breaks off, or takes longer than ``seconds``.
    """
    handler, body = _OneFile(begin, write), _Counted(request, until=monotonic() + seconds)
    form: QueryDict = QueryDict()
    try:
        with _hung_up_after(seconds, request.META.get("gunicorn.socket")):
            parser = _Form(request.META, cast("Any", body), [handler], "utf-8")
            try:
                parser.parse()
            finally:
                form = parser.fields
                fields.update({str(name): str(form[name]) for name in form if name not in several})
                fields.update({name: form.getlist(name) for name in several if name in form})
            body.require_whole(request)
    except (MultiPartParserError, SuspiciousOperation, ValueError):
        raise FormRefused("not-multipart") from None
    except (UnreadablePostError, ConnectionError, TimeoutError):
        raise BodyCut from None
    if not handler.begun:
        raise FormRefused("required")
    if any(len(form.getlist(name)) != 1 for name in form if name not in several):
        raise FormRefused("one-of")


class _Form(MultiPartParser):
    """A form of which the fields read so far can be asked for."""

    @property
    def fields(self) -> QueryDict:
        posted: QueryDict = getattr(self, "_post", None) or QueryDict()
        return posted


@contextmanager
def _hung_up_after(seconds: float, connection: Any) -> Iterator[None]:
    """End what comes over a connection when the time is over, should the block still wait for it.

    A read waits until all of its piece is there, and so could wait for ever on one byte a minute. Only gunicorn tells
    the connection; elsewhere the time is looked at between two pieces.
    """

    def hang_up() -> None:
        with suppress(OSError):  # it is closed already
            connection.shutdown(socket.SHUT_RD)

    if connection is None:
        yield
        return
    timer = Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class _Counted:
    """The body as the parser reads it, which takes a body that breaks off for one that ends."""

    def __init__(self, request: HttpRequest, *, until: float) -> None:
        self._request, self._until, self._count, self._tail = request, until, 0, b""

    def read(self, size: int = -1) -> bytes:
        """Return what comes next.

        Raises:
            BodyCut: it has come for too long.
        """
        if monotonic() > self._until:
            raise BodyCut
        piece: bytes = self._request.read(size)
        self._count += len(piece)
        self._tail = (self._tail + piece)[-256:]
        return piece

    def require_whole(self, request: HttpRequest) -> None:
        """Ask that all that was announced came, and that the form was closed.

        Raises:
            BodyCut: it wasn't.
        """
        while len(self.read(64 * 1024)):
            pass
        _, parameters = parse_header_parameters(request.META["CONTENT_TYPE"])
        closing = b"--" + parameters["boundary"].encode("ascii", "replace") + b"--"
        if self._count != int(request.META["CONTENT_LENGTH"]) or closing not in self._tail:
            raise BodyCut


class _OneFile(FileUploadHandler):
    """Django's parser hands the file over piece by piece; nothing is kept here."""

    chunk_size = 64 * 1024

    def __init__(self, begin: Callable[[str], None], write: Callable[[int, bytes], None]) -> None:
        super().__init__()
        self._begin, self._write, self.begun = begin, write, False

    def new_file(self, field_name: str, file_name: str, *_: object, **__: object) -> None:
        """Begin a file.

        Raises:
            FormRefused: it is a second file, or stands in another field.
        """
        if self.begun or field_name != FILE:
            raise FormRefused("one-of")
        self.begun = True
        self._begin(file_name)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece; nothing is handed on."""
        self._write(start, bytes(raw_data))

    def file_complete(self, file_size: int) -> None:
        """Hand nothing on."""
