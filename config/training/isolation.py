"""Isolation: no process of a training instance opens a connection or asks for a name, whatever code would.

Settings that lead elsewhere are refused already (``refusals``); this holds for what no setting names, and for faults of
ours. An audit hook of the interpreter can't be taken off again.
"""

import socket
import sys
from typing import Any, Final

#: What the interpreter tells before it reaches out. Source: Python's "Audit events table".
_REACHING: Final = frozenset(
    {
        "socket.connect",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "socket.getnameinfo",
    }
)


class Isolated(OSError):
    """A connection that a training instance doesn't make."""


def forbid(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what leaves the machine; processes of one machine may speak to one another by a socket of its own.

    Raises:
        Isolated: it would reach out.
    """
    if event not in _REACHING:
        return
    first = arguments[0] if arguments else None
    if isinstance(first, socket.socket) and first.family == socket.AF_UNIX:
        return
    raise Isolated(f"A training instance reaches nobody ({event}).")


def isolate() -> None:
    """Let this process reach nobody from now on."""
    sys.addaudithook(forbid)
