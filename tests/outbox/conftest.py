"""A real mail server and a real HTTP server in the process of the tests, and notices that nobody's act wrote."""

import json
import socket
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from django.utils.translation import gettext_lazy as _

from outbox import templates
from outbox.models import Notice
from outbox.ports import Contact, doors
from tests.servers import begun

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SAMPLE = templates.Template("test.sample", templates.Kind.CASE, _("Un dossier vous attend."))
templates.register(SAMPLE)


class Clock:
    """A clock that the test moves; each look at it lets a second pass where ``ticking`` says so."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def forward(self, **by):
        self.now += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


class MailServer:
    """What arrived, and what the server answers: a code for every message, or for one address."""

    def __init__(self):
        self.arrived = []
        self.answer = "250 OK"
        self.refusals = {}

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - id.
        if self.answer.startswith("250"):
            self.arrived.append((tuple(envelope.rcpt_tos), envelope.content.decode()))
        return self.answer

    @property
    def recipients(self):
        return [to for (to,), _ in self.arrived]


@pytest.fixture
def smtp(settings):
    """A server that takes mail, and the settings that lead to it."""
    server = MailServer()
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 10},
        }
    }
    server.controller = controller
    yield server
    if controller.server is not None:
        controller.stop()


@pytest.fixture
def no_smtp(settings):
    """Settings that lead to a port on which nothing listens."""
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 2},
        }
    }


class Counterpart:
    """An HTTP server that keeps what it is asked and answers what the test says."""

    def __init__(self):
        self.asked = []
        self.answers = []
        self.answer = (200, {})
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append((self.command, self.path, dict(self.headers), body))
                status, said = outer.answers.pop(0) if outer.answers else outer.answer
                self.send_response(status)
                if status in (301, 302, 307, 308):
                    self.send_header("Location", "/elsewhere")
                raw = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST  # noqa: N815 - id.

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def port(self):
        return self.server.server_address[1]


@pytest.fixture
def counterpart():
    found = Counterpart()
    thread = begun(found.server)
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


@pytest.fixture
def gateway(counterpart, settings):
    """A gateway for SMS and calls."""
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{counterpart.port}/messages"
    settings.SMS_GATEWAY_TOKEN = "gateway-token"
    counterpart.answer = (202, {"receipt": "r-1"})
    return counterpart


@pytest.fixture
def people(monkeypatch):
    """The address book and the rule, as the apps above would answer; ``unseen`` may know of nothing."""
    book, unseen = {}, set()
    monkeypatch.setattr(doors, "contacts", lambda users: {u: book[u] for u in users if u in book})
    monkeypatch.setattr(
        doors, "filers", lambda values: {v: u for u in book if (v := b"%32d" % (u.int % 10**9)) in values}
    )
    monkeypatch.setattr(doors, "may_be_told", lambda user, subject, at: user not in unseen)
    monkeypatch.setattr(doors, "on_dead", [])
    return People(book, unseen)


class People:
    def __init__(self, book, unseen):
        self.book, self.unseen = book, unseen

    def one(self, name="lea", phone=""):
        user = uuid4()
        self.book[user] = Contact(email=f"{name}@test.invalid", phone=phone)
        return user


def a_notice(user=None, **said):
    """Write one mail that is due now."""
    values = {
        "channel": "mail", "user_id": user, "template": SAMPLE.code, "kind": SAMPLE.kind, "reference": "93-K7QX-2MPT",
        "subject_id": uuid4(), "created_at": NOON, "due_at": NOON,
    } | said  # fmt: skip
    return Notice.objects.create(**values)
