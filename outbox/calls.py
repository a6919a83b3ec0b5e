"""Outgoing HTTP calls: to one checked address, without redirects or proxies, bounded in time and size."""

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from typing import Any, Final, override

from django.conf import settings

from outbox.outcome import NotNow

STEP_SECONDS: Final = 5  # each wait on the network
WHOLE_SECONDS: Final = 20  # the whole call, however slowly the other side trickles
ANSWER_BYTES: Final = 64 * 1024
_HTTP: Final = "http"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: it connects to ``address``, which must prove to be ``host`` (TLS)."""

    scheme: str
    host: str
    port: int
    path: str
    address: str
    method: str = "POST"


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked before; its name isn't resolved again."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.host, call.port, timeout=STEP_SECONDS)
        self._call = call
        self._opened: socket.socket | None = None

    @override
    def connect(self) -> None:
        self.sock = socket.create_connection((self._call.address, self._call.port), timeout=STEP_SECONDS)
        self._opened = self.sock
        if self._call.scheme != _HTTP:
            context = ssl.create_default_context(cafile=settings.OUTBOUND_CA_FILE or None)
            self.sock = self._opened = context.wrap_socket(self.sock, server_hostname=self._call.host)

    def cut(self) -> None:
        """Break off, from another thread.

        The connection itself lets go of its socket before an answer without a length has been read; we don't.
        """
        if self._opened is not None:
            with suppress(OSError):
                self._opened.shutdown(socket.SHUT_RDWR)


def send(
    call: Call, body: bytes, headers: Mapping[str, str], *, seconds: float | None = None
) -> tuple[int, bytes]:
    """Send JSON; return status and body. A redirect is an answer like another: nobody follows it.

    ``seconds`` is how long the whole call may take, if not as long as any.

    Raises:
        NotNow: nothing that could be understood came back in time.
    """
    connection = _Pinned(call)
    deadline = Timer(WHOLE_SECONDS if seconds is None else seconds, connection.cut)
    deadline.daemon = True
    deadline.start()
    try:
        connection.request(
            call.method, call.path, body or None, {"Content-Type": "application/json", **headers}
        )
        answer = connection.getresponse()
        return answer.status, answer.read(ANSWER_BYTES)
    except ssl.SSLError:
        raise NotNow("tls") from None
    except TimeoutError:
        raise NotNow("time-out") from None
    except (OSError, http.client.HTTPException):
        raise NotNow("unreachable") from None
    finally:
        deadline.cancel()
        connection.close()


def answered(body: bytes) -> dict[str, Any]:
    """Return the JSON object in an answer; empty when it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
