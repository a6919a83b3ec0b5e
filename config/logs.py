"""Logging: one JSON object a line, on standard error, with a closed list of keys (SEC-CF6).

A command that somebody runs by hand (``config.env.by_hand``) logs the same keys as text that can be read.

People who may see no case read the log. So a line holds codes, counts and ids: never a message built from values, a
query string, a body or a bound parameter. The project's code logs an event name and keys of ``ALLOWED``; a library's
message is reduced to its place in the library. An exception keeps its type and its frames and loses its message, which
in database drivers quotes the row. In production the same applies to what Python itself would print: warnings, and
uncaught errors of a thread or of a whole command.
"""

import json
import logging
import logging.config
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final, TextIO
from uuid import UUID

import structlog
from structlog.typing import EventDict, WrappedLogger

ALLOWED: Final = frozenset(
    {
        "act",
        "actor",
        "check",
        "code",
        "command",
        "count",
        "database",
        "key_id",
        "key_kind",
        "label",
        "leaf",
        "method",
        "ms",
        "n",
        "outcome",
        "request_id",
        "rid",
        "route",
        "row",
        "rule",
        "seq",
        "size",
        "status",
        "tenant",
        "version",
        "writer",
        "wseq",
    }
)
"""The keys of our own code; the formatter adds at, level, event, logger, where, error and frames."""

OURS: Final = frozenset(
    {"encryption", "core", "outbox", "audit", "accounts", "directory", "referrals", "config"}
)
REMOVED: Final = "[removed]"
FRAMES_MAX: Final = 40
_EVENT: Final = re.compile(r"[a-z][a-z0-9_.: -]{0,79}", re.ASCII)
_TEXT: Final = re.compile(r"[A-Za-z0-9_.:/+<>=-]{0,200}", re.ASCII)
_ROOT: Final = Path(__file__).resolve().parent.parent
_log = structlog.get_logger(__name__)


def configure(config: Mapping[str, Any]) -> None:
    """Send every logger, the frameworks' and the server's too, through ``Line``; Django's LOGGING_CONFIG.

    ``whole``: what Python itself would print goes there as well. ``plain``: lines are for a person, not a program.
    """
    to_stderr = {"handlers": ["stderr"], "propagate": False}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": "config.logs.Plain" if config["plain"] else "config.logs.Line"}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": config["level"]},
            "loggers": {
                "django": {"handlers": [], "level": "NOTSET", "propagate": True},
                "django.server": {"handlers": [], "level": "NOTSET", "propagate": True},
                # Its lines are paths; a refusal is in the journal, a fault is logged by config/errors.py.
                "django.request": {"handlers": [], "level": "CRITICAL", "propagate": True},
                # The server's worker has set up its own by the time that it loads the application.
                "gunicorn.error": to_stderr,
                "gunicorn.access": to_stderr,
            },
        }
    )
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _hand_over],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    if config["whole"]:
        warnings.showwarning = _warned
        sys.excepthook = _ended
        threading.excepthook = lambda args: _ended(args.exc_type, args.exc_value, args.exc_traceback)
        sys.unraisablehook = lambda args: _ended(args.exc_type, args.exc_value, args.exc_traceback)


def _warned(
    message: Warning | str,  # noqa: ARG001 - Python's signature; its words may quote a value
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - id.
    line: str | None = None,  # noqa: ARG001 - id.
) -> None:
    """Log a warning by its kind and place."""
    _log.warning("python:warned", code=category.__name__, label=f"{_relative(filename)}:{lineno}")


def _ended(kind: type[BaseException], error: BaseException | None, frames: TracebackType | None) -> None:
    """Log what nobody caught; who interrupts a command or ends a thread has said so."""
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        _log.critical("process:failed", exc_info=(kind, error or kind(), frames))


class Line(logging.Formatter):
    """Write a record as one line of JSON, in ASCII, so that no value can end or disguise a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; what isn't on the list isn't on it."""
        return json.dumps(self.fields(record), separators=(",", ":"))

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return what the line says, by key."""
        ours = fields_of_ours(record)
        event = record.msg if ours is not None and isinstance(record.msg, str) else "log"
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": event if _EVENT.fullmatch(event) else "log",
            "logger": _clean(record.name),
        }
        line.update(_bound() if ours is None else {})
        line.update(_fields_of_library(record) if ours is None else ours)
        if record.exc_info and record.exc_info[1] is not None:
            line.update(_raised(record.exc_info[1]))
        return line


class Plain(Line):
    """Write a record as text: level and event, the other keys in brackets, a line for each frame of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text; it says what the line of JSON would, but the instant."""
        fields = {key: value for key, value in self.fields(record).items() if key != "at"}
        level, event, frames = fields.pop("level"), fields.pop("event"), fields.pop("frames", [])
        values = ((key, " < ".join(one) if isinstance(one, list) else one) for key, one in fields.items())
        head = f"{level}: {event} ({', '.join(f'{key} {value}' for key, value in values)})"
        return "\n".join([head, *(f"  {frame}" for frame in frames)])


def _hand_over(
    _logger: WrappedLogger, _method: str, event: EventDict
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Turn a structlog event into a call of the standard logger, with only the keys that may pass."""
    name = event.pop("event", "log")
    raised = event.pop("exc_info", None)
    return (name,), {"extra": {"fields": _allowed(event)}, "exc_info": raised}


def _allowed(event: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _clean(value) for key, value in event.items() if key in ALLOWED}


def _bound() -> dict[str, Any]:
    return _allowed(structlog.contextvars.get_contextvars())


def _clean(value: object) -> Any:
    """Return a value that can only be a code, an id or a number; anything else is removed."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value) if isinstance(value, str | UUID) else ""
    return text if text and _TEXT.fullmatch(text) else REMOVED


def fields_of_ours(record: logging.LogRecord) -> dict[str, Any] | None:
    """Return the keys of an event of ours, logged through structlog or, with ``extra``, through logging; else None."""
    if (fields := getattr(record, "fields", None)) is not None:
        return dict(fields)
    return _bound() | _allowed(vars(record)) if record.name.partition(".")[0] in OURS else None


def _fields_of_library(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = {"where": _clean(f"{record.module}:{record.lineno}")}
    status = getattr(record, "status_code", None)
    return {**fields, "status": status} if isinstance(status, int) else fields


def _raised(error: BaseException) -> dict[str, Any]:
    """Return the types of an error and of its causes, and the error's frames: files, lines, functions."""
    frames = [
        f"{_relative(frame.f_code.co_filename)}:{line}:{frame.f_code.co_name}" for frame, line in _walk(error)
    ]
    return {"error": cause_chain(error), "frames": frames[-FRAMES_MAX:]}


def cause_chain(error: BaseException) -> list[str]:
    """Return the type of an error and those of its causes, by module and name; eight at most, the error's first."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < 8:
        kinds.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    return kinds


def own_frames(error: BaseException) -> list[tuple[str, int, str]]:
    """Return the frames of an error in the code of the service: file below its root, line, function."""
    return [
        (str(Path(frame.f_code.co_filename).relative_to(_ROOT)), line, frame.f_code.co_name)
        for frame, line in _walk(error)
        if _is_own(Path(frame.f_code.co_filename))
    ]


def _walk(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    return traceback.walk_tb(error.__traceback__)


def _is_own(path: Path) -> bool:
    return path.is_relative_to(_ROOT) and ".venv" not in path.parts


def _relative(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(_ROOT)) if _is_own(path) else "/".join(path.parts[-3:])
