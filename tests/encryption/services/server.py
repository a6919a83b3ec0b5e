"""An HTTP server in a thread, whose answers can be spoiled."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any

from tests.servers import begun

#: Longer than anybody may wait.
SLOW_SECONDS = 4.0


class Server:
    """Answers by ``answer(method, path, headers, body)``; ``fault`` says how it misbehaves instead."""

    def __init__(self) -> None:
        self.fault = ""
        self.asked: list[str] = []
        self._stop = Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except (ConnectionError, TimeoutError):
                    self.close_connection = True

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append(f"{self.command} {self.path}")
                if outer.fault == "cut":
                    self.close_connection = True
                    return
                if outer.fault == "slow":
                    outer._stop.wait(SLOW_SECONDS)
                    self.close_connection = True
                    return
                status, document = outer.answer(self.command, self.path, dict(self.headers.items()), body)
                said = b"<html>" if outer.fault == "garbage" else json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                if outer.fault == "trickle":
                    for one in said:
                        if outer._stop.wait(0.4):
                            return
                        self.wfile.write(bytes((one,)))
                        self.wfile.flush()
                    return
                self.wfile.write(said)

            do_GET = do_POST = _answer  # noqa: N815 - http.server calls them so

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self._thread = begun(self._http)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        raise NotImplementedError

    def stop(self) -> None:
        """Stop for good: nothing listens any more, and connections that are kept open are cut."""
        self.fault = "cut"
        self._stop.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def settle(self) -> None:
        """Let those that are slow go on at once."""
        self._stop.set()
