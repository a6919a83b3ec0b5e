"""Servers of reports in the process of the tests: they speak HTTP, and keep each byte that they receive."""

import gzip
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.servers import begun


@dataclass(frozen=True)
class Received:
    """One request: its first line and headers, and its body unpacked."""

    head: bytes
    packed: bytes
    body: bytes


class Server:
    """What came to a server, and what it answers: a status, and where to for a redirect; or nothing at all."""

    def __init__(self, status=200, location="", *, is_dumb=False):
        self.status, self.location, self.is_dumb = status, location, is_dumb
        self.received = []
        self.ended = threading.Event()
        self.port = 0

    @property
    def dsn(self):
        return f"http://publickey@127.0.0.1:{self.port}/1"

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}/v1/traces"

    def all_bytes(self):
        """Every byte received, bodies as they came and unpacked."""
        return b"\n".join(part for one in self.received for part in (one.head, one.packed, one.body))

    def wait(self, count=1):
        """Return what was received once there are so many requests; the senders have threads of their own."""
        until = monotonic() + 10
        while len(self.received) < count and monotonic() < until:
            sleep(0.02)
        assert len(self.received) >= count
        return self.received

    def events(self, count=1):
        """The events of the envelopes that came, parsed; every item of each envelope is one."""
        found = []
        for one in self.wait(count):
            head, *items = one.body.split(b"\n")
            assert set(json.loads(head)) == {"event_id"}
            for kind, item in zip(items[::2], items[1::2], strict=False):
                assert json.loads(kind)["type"] == "event"
                found.append(json.loads(item))
        return found

    def spans(self, count=1):
        """The spans that came, each with its attributes and those of its resource as plain values."""
        found = []
        for one in self.wait(count):
            for group in ExportTraceServiceRequest.FromString(one.body).resource_spans:
                resource = _plain(group.resource.attributes)
                found += [
                    (span, _plain(span.attributes), resource)
                    for scope in group.scope_spans
                    for span in scope.spans
                ]
        return found


def _plain(attributes):
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


@contextmanager
def serving(status=200, location="", *, is_dumb=False):
    """Serve while the block runs."""
    server = Server(status, location, is_dumb=is_dumb)

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            packed = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = gzip.decompress(packed) if self.headers.get("Content-Encoding") == "gzip" else packed
            server.received.append(Received(f"{self.requestline}\n{self.headers}".encode(), packed, body))
            if server.is_dumb:
                server.ended.wait(30)
                return
            self.send_response(server.status)
            if server.location:
                self.send_header("Location", server.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - what a redirect may turn a POST into

        def log_message(self, *args):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    http.daemon_threads = True
    server.port = http.server_port
    thread = begun(http)
    try:
        yield server
    finally:
        server.ended.set()
        http.shutdown()
        http.server_close()
        thread.join()
