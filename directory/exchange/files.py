"""Turns an uploaded file into entries: JSON, lines of JSON, CSV, or a ZIP of structures, services and side file.

It opens nothing and writes nothing, and whatever bytes come, it answers with a ``Read`` or a ``FileFault``.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Any, Final, NoReturn

from accounts.imports import table
from accounts.imports.faults import Fault as FileReason
from accounts.imports.faults import FileFault
from directory.codes import Source
from directory.exchange import data_inclusion, finess, hsds_read, own_table, service_public, side_file
from directory.exchange.rows import ENTRIES_MAX, SERVICE, STRUCTURE, Read

#: The sources that a file may be of.
FILES: Final = (Source.DATA_INCLUSION, Source.HSDS, Source.FINESS, Source.SERVICE_PUBLIC, Source.TABLE)
_ZIP: Final = b"PK\x03\x04"
_PARTS_MAX: Final = 8
#: JSON nested deeper than this is none of ours; the parser itself would only stop at its own stack.
_DEPTH_MAX: Final = 40
#: So often these signs may stand in all that is parsed of one file: of ``ENTRIES_MAX`` entries each may have some
#: hundred members. Parsed, each takes a hundred bytes or two: a small file of nothing else would fill the memory.
_SIGNS_MAX: Final[Sequence[tuple[bytes, int]]] = ((b"[{", 1_000_000), (b",", 2_000_000), (b"\r\n", 3_000_000))


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """How a file is to be read: of which source, on which day, for which territory, up to which size unpacked."""

    source: str
    today: date
    covers: Callable[[str], bool]
    most_bytes: int


def read(raw: bytes, request: ReadRequest) -> Read:
    """Return what a file holds.

    Raises:
        FileFault: nothing of it is taken.
    """
    result = _read(raw, request)
    if not (result.entries or result.refused or result.left_out):
        raise FileFault(FileReason.NO_LINES)
    if len(result.entries) + len(result.refused) > ENTRIES_MAX:
        raise FileFault(FileReason.TOO_MANY_LINES)
    return result


def _read(raw: bytes, request: ReadRequest) -> Read:
    match request.source:
        case Source.DATA_INCLUSION:
            return _data_inclusion(raw, request)
        case Source.CURATED:
            return _curated(raw, request)
        case Source.HSDS:
            return _hsds(raw, request)
        case Source.FINESS:
            return finess.read(table.Source.of(raw), request.covers, today=request.today)
        case Source.SERVICE_PUBLIC:
            desks = service_public.desks_of(_bounded_json(raw))
            if desks is None:
                _not_it()
            return service_public.read(desks, request.covers, today=request.today)
        case _:
            return own_table.read(table.Source.of(raw), today=request.today)


def _hsds(raw: bytes, request: ReadRequest) -> Read:
    members = hsds_read.members_of(_bounded_json(raw))
    if members is None:
        _not_it()
    _count(*members)
    result = Read()
    for kind, items in zip((STRUCTURE, SERVICE), members, strict=True):
        for one in hsds_read.read_all(kind, items, today=request.today):
            result.keep(one)
    return result


def _data_inclusion(raw: bytes, request: ReadRequest) -> Read:
    structures: list[tuple[int, Any]] = []
    services: list[tuple[int, Any]] = []
    side = side_file.empty()
    parts = list(_parts(raw, request.most_bytes)) if raw.startswith(_ZIP) else [raw]
    _bound(parts)
    for part in parts:
        document = _document(part)
        if isinstance(document, dict):
            if not side_file.is_one(document):
                _not_it()
            side = document
            continue
        target = services if _are_services(document) else structures
        target += document
    return _members(structures, services, side, request)


def _members(
    structures: Sequence[tuple[int, Any]],
    services: Sequence[tuple[int, Any]],
    side: dict[str, Any],
    request: ReadRequest,
) -> Read:
    _count(structures, services)
    result = Read()
    kinds = ((STRUCTURE, structures), (SERVICE, services))
    entries = chain.from_iterable(
        data_inclusion.read_all(kind, items, today=request.today) for kind, items in kinds
    )
    for one in side_file.added(entries, side):
        result.keep(one)
    return result


def _curated(raw: bytes, request: ReadRequest) -> Read:
    """Read one set of ``directory/data/associations.json``: what a ZIP of data.inclusion has, in one document."""
    document = _bounded_json(raw)
    if not isinstance(document, dict) or not side_file.is_one(document.get("side")):
        _not_it()
    lists = [document.get(name) for name in ("structures", "services")]
    if not all(isinstance(one, list) for one in lists):
        _not_it()
    structures, services = (list(enumerate(one or (), 1)) for one in lists)
    return _members(structures, services, document["side"], request)


def _are_services(items: Sequence[tuple[int, Any]]) -> bool:
    """Tell whether the members of a list are services: these name a structure."""
    first = next((item for _, item in items if isinstance(item, dict)), {})
    return "structure_id" in first


def _document(part: bytes) -> dict[str, Any] | list[tuple[int, Any]]:
    """Return the members of a list with their lines, or the one object that a file is."""
    bare = part.lstrip(b"\xef\xbb\xbf \t\r\n")
    if bare.startswith(b"["):
        document = _json(part)
        return _numbered(document) if isinstance(document, list) else _not_it()
    if not bare.startswith(b"{"):
        return list(islice(_csv(part), ENTRIES_MAX + 1))
    lines = [line for line in bare.splitlines() if line.strip()]
    if len(lines) == 1 or not lines[0].rstrip().endswith(b"}"):
        document = _json(part)
        if isinstance(document, dict) and "format" not in document and "id" in document:
            return [(1, document)]
        return document if isinstance(document, dict) else _not_it()
    return [(number, _json(line, number)) for number, line in _numbered(lines)]


def _numbered[Member](members: Sequence[Member]) -> list[tuple[int, Member]]:
    _count(members)
    return list(enumerate(members, 1))


def _csv(part: bytes) -> Iterator[tuple[int, Any]]:
    source = table.Source.of(part)
    rows = source.rows(source.delimiter())
    _line, header = next(rows, (1, []))
    names = [cell.strip() for cell in header]
    if "id" not in names or len(set(names)) != len(names):
        raise FileFault(FileReason.COLUMNS, 1)
    for line, row in rows:
        if len(row) != len(names):
            yield line, None
            continue
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=True) if cell.strip()}
        yield line, {name: _cell(name, cell) for name, cell in cells.items()}


def _cell(name: str, cell: str) -> Any:
    """Return the value of a cell; several codes stand as ``a,b``, as ``{a,b}`` or as a list of JSON."""
    if name not in data_inclusion.SETS:
        return cell
    if cell.startswith("["):
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    return [bare for one in cell.strip("{}").split(",") if (bare := one.strip().strip('"'))]


def _parts(raw: bytes, most: int) -> Iterator[bytes]:
    """Yield the files of a ZIP, never more than ``most`` bytes in all, whatever they say of themselves.

    Raises:
        FileFault: it can't be unpacked, or holds more.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            names = [one for one in packed.infolist() if not one.is_dir()]
            if len(names) > _PARTS_MAX:
                _not_it()
            for one in names:
                if not one.filename.endswith((".json", ".ndjson", ".csv")):
                    continue
                if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    _not_it()
                with packed.open(one) as file:
                    part = file.read(most + 1)
                most -= len(part)
                if most < 0:
                    raise FileFault(FileReason.TOO_MANY_LINES)
                yield part
    except FileFault:
        raise
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise FileFault(FileReason.ENCODING) from None


def _bound(parts: Sequence[bytes]) -> None:
    """Refuse what would take far more memory parsed than it has bytes, before anything of it is parsed.

    Raises:
        FileFault: it holds more members than any file that is taken.
    """
    for signs, most in _SIGNS_MAX:
        if sum(part.count(sign) for part in parts for sign in signs) > most:
            raise FileFault(FileReason.TOO_MANY_LINES)


def _bounded_json(raw: bytes) -> Any:
    """Return the one document of JSON that a file is; raises as ``_bound`` and ``_json``."""
    _bound([raw])
    return _json(raw)


def _json(raw: bytes, line: int = 0) -> Any:
    """Return a document of JSON; numbers that aren't finite, and nesting without end, aren't.

    Raises:
        FileFault: it is none.
    """
    try:
        return _shallow(json.loads(raw.removeprefix(b"\xef\xbb\xbf").decode(), parse_constant=_refuse))
    except (ValueError, RecursionError):
        raise FileFault(FileReason.ENCODING, line) from None


def _shallow(told: Any) -> Any:
    level = [told] if isinstance(told, dict | list) else []
    for _ in range(_DEPTH_MAX):
        members = (one.values() if isinstance(one, dict) else one for one in level)
        level = [inner for inner in chain.from_iterable(members) if isinstance(inner, dict | list)]
        if not level:
            return told
    raise ValueError


def _refuse(_constant: str) -> NoReturn:
    raise ValueError


def _count(*lists: Sequence[Any]) -> None:
    if sum(map(len, lists)) > ENTRIES_MAX:
        raise FileFault(FileReason.TOO_MANY_LINES)


def _not_it() -> NoReturn:
    raise FileFault(FileReason.COLUMNS)
