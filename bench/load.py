"""Sixteen clients in one thread: raw sockets kept open, one request each at a time, so that they cost little CPU.

They share the machine with the workers and the database; what they take, they take from both sides of a ratio.
"""

import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

CLIENTS = 16
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

type Request = Callable[[], bytes]


@dataclass
class Taken:
    """What a stretch of load gave: seconds each answer took, and of the processor.

    ``each`` is the processor time by answer, where the clients were one.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    cpu: float = 0.0
    each: list[float] = field(default_factory=list)

    def add(self, other: "Taken") -> None:
        self.seconds += other.seconds
        self.latencies += other.latencies
        self.cpu += other.cpu

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


class _Client:
    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self.received, self.expected = b"", 0
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what is there; tell whether the answer is whole."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError
        self.received += part
        if not self.expected:
            end = self.received.find(b"\r\n\r\n")
            if end >= 0 and (length := _LENGTH.search(self.received, 0, end + 2)):
                self.expected = end + 4 + int(length[1])
        return bool(self.expected) and len(self.received) >= self.expected


def get(path: str, header: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n".encode()


def post(path: str, header: str, body: bytes, key: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\nIdempotency-Key: {key}\r\n"
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

    Raises:
        SystemExit: a request was refused.
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
                if client.received[9:11] != b"20":
                    raise SystemExit(f"refused: {client.received[:400]!r}")
                taken.latencies.append(now - client.began)
                if now < until:
                    client.send(request())
                else:
                    ready.unregister(client.socket)
                    client.socket.close()
                    busy -= 1
        taken.seconds = time.perf_counter() - began
    return taken


def concern() -> dict[str, Any]:
    """Return what a filer sends: one child, one holder, two facts. Nobody in it exists."""
    return {
        "submit": True,
        "children": [
            {
                "identity_known": "known", "last_name": "Exemple", "first_names": "Lou",
                "birth_date": "2011-03-02", "sex": "girl", "commune_insee": "93008",
                "address": "1 rue de l'Essai, Bobigny", "whereabouts": "known", "current_measure": "no",
            }
        ],
        "holders": [{"name": "Parent Exemple", "link": "mother"}],
        "facts": [
            {"place_type": "school", "source": "seen", "text": "Absences répétées, cadeaux. " * 8},
            {"place_type": "street", "source": "heard_from_child", "text": "Une voiture l'attend le soir. " * 8},
        ],
        "holder_implicated": "no", "parents_informed": "yes", "parents_informed_on": "2026-11-21",
        "parents_informed_by": "La directrice", "parents_informed_how": "Entretien",
        "has_household_minors": "no", "child_opinion": "D'accord pour en parler", "child_informed": "yes",
        "situation_type": ["unknown"], "prostitution_status_filer": "none", "danger_now": "no",
        "emergency_done": ["nobody"], "prior_actions": "Entretien avec l'élève", "other_victims": "unknown",
        "filer_name": "Enseignante Exemple", "filer_email": "enseignante@test.invalid",
        "filer_profession": "teacher", "filer_org": "Collège Exemple", "filer_org_type": "school",
        "filer_role_to_child": "Professeure principale", "filer_is_source": "yes",
        "feedback_channel": "platform", "good_faith_notice": True,
    }  # fmt: skip
