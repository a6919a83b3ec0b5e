"""Sixteen clients in one thread: raw sockets kept open, one request each at a time, so that they cost little CPU.

They share the machine with the workers and the database; what they take, they take from both sides of a ratio.
"""

import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CLIENTS = 16
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

type Request = Callable[[], bytes]


@dataclass
class Taken:
    """What a stretch of load gave: seconds each answer took, what went wrong, seconds of processor, bytes.

    ``each`` is the processor time by answer, where the clients were one.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failures: list[bytes] = field(default_factory=list)
    cpu: float = 0.0
    bytes: int = 0
    each: list[float] = field(default_factory=list)

    def add(self, other: "Taken") -> None:
        """Count another stretch in."""
        self.seconds += other.seconds
        self.latencies += other.latencies
        self.failures += other.failures
        self.cpu += other.cpu
        self.bytes += other.bytes

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return the time in ms within which that share of the answers came."""
        return percentile(self.latencies, share)


def percentile(seconds: list[float], share: float) -> float:
    """Return in ms what that share of some times doesn't exceed."""
    ranked = sorted(seconds)
    return 1000 * ranked[min(int(share * len(ranked)), len(ranked) - 1)]


class _Client:
    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.socket = self._connected()
        self.began = 0.0
        self.received = b""
        self.expected = 0

    def _connected(self) -> socket.socket:
        made = socket.create_connection(self.address)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def send(self, request: bytes) -> None:
        self.received, self.expected = b"", 0
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what is there; tell whether the answer is whole.

        Raises:
            ConnectionError: the worker hung up.
        """
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError
        self.received += part
        if not self.expected:
            end = self.received.find(b"\r\n\r\n")
            if end >= 0 and (length := _LENGTH.search(self.received, 0, end + 2)):
                self.expected = end + 4 + int(length[1])
        return bool(self.expected) and len(self.received) >= self.expected


def get(path: str, token: str) -> bytes:
    """Return a GET request as it goes over the wire."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def post(path: str, token: str, body: bytes, key: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(
    address: tuple[str, int],
    request: Request,
    seconds: float,
    clients: int = CLIENTS,
    meter: Callable[[], float] | None = None,
) -> Taken:
    """Send what ``request`` makes for so long, each client its next one when the last is answered.

    ``meter`` tells the processor time so far, of which each answer then has its part; it asks for a single client.
    """
    taken = Taken()
    read = meter() if meter else 0.0
    with selectors.DefaultSelector() as ready:
        for _ in range(clients):
            client = _Client(address)
            ready.register(client.socket, selectors.EVENT_READ, client)
            client.send(request())
        began = time.perf_counter()
        until, busy = began + seconds, clients
        while busy:
            for key, _ in ready.select():
                client = key.data
                if not client.receive():
                    continue
                now = time.perf_counter()
                if meter:
                    before, read = read, meter()
                    taken.each.append(read - before)
                if client.received[9:11] == b"20":
                    taken.latencies.append(now - client.began)
                    taken.bytes += len(client.received)
                else:
                    taken.failures.append(client.received[:400])
                if now < until:
                    client.send(request())
                else:
                    ready.unregister(client.socket)
                    client.socket.close()
                    busy -= 1
        taken.seconds = time.perf_counter() - began
    return taken
