"""Reads the form that brings a file to import, between two transactions of its request (``config/pipeline.py``)."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from accounts.errors import InvalidInput
from accounts.outbound_calls import Outside
from accounts.request import ServiceRequest
from core.one_file import FILE, FORM_BYTES, BodyCut, FormRefused, announced, patience, read_form


@dataclass(slots=True)
class Arrived:
    """The fields of a form, and its file, in memory alone; ``refused``: why nothing of the file is to be looked at."""

    fields: dict[str, Any] = field(default_factory=dict)
    raw: bytearray = field(default_factory=bytearray)
    refused: str = ""


def to_come(request: ServiceRequest) -> Outside:
    """Let the body be read once the running transaction is over; the view finds in ``request.brought`` what arrived."""
    try:
        size = announced(request)
    except FormRefused as refused:
        raise InvalidInput({FILE: [refused.code]}) from None
    if size > settings.IMPORT_BYTES + FORM_BYTES:
        raise InvalidInput({FILE: ["import-too-large"]})
    return Outside(lambda: _read(request, patience(size)))


def _read(request: ServiceRequest, seconds: float) -> Arrived:
    arrived = Arrived()

    def write(start: int, piece: bytes) -> None:
        if start + len(piece) > settings.IMPORT_BYTES:
            raise FormRefused("import-too-large")
        arrived.raw += piece

    try:
        # The file's name is the sender's affair.
        read_form(request, arrived.fields, seconds=seconds, begin=lambda _name: None, write=write)
    except FormRefused as refused:
        arrived.refused = refused.code
    except BodyCut:
        arrived.refused = "import-cut"
    return arrived


def most_bytes() -> int:
    return int(settings.IMPORT_BYTES)
