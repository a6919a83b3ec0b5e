"""The proxy as it is shipped, on ports of the test: nginx with deploy/nginx/repere.conf and a certificate of the test."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from http.cookies import SimpleCookie
from pathlib import Path

from tests.deploy.authority import Authority

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "deploy" / "nginx"
#: The files that name the web servers, by where these run, with the servers' addresses.
UPSTREAMS = {
    "nginx": ("127.0.0.1:8001", "127.0.0.1:8002"),
    "container": ("172.30.25.11:8000", "172.30.25.12:8000"),
}
NAMES = ("repere.example.fr", "fichiers-repere.example.fr")


def program() -> str:
    """Return the path of nginx, which Debian keeps out of a user's path."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or "nginx"


def free_port() -> int:
    """Return a port of this machine that nobody has."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: dict[str, str]


@dataclass
class Proxy:
    """A running nginx: ``folder`` holds its logs, ``authority`` the certificate by which callers know it."""

    folder: Path
    authority: Authority
    port: int
    plain_port: int
    context: ssl.SSLContext = field(init=False)

    def __post_init__(self) -> None:
        self.context = ssl.create_default_context(cafile=self.authority.file)

    def send(
        self, verb: str, path: str, body: bytes | None = None, *, host: str = NAMES[0], source: str = "127.0.0.1",
        **headers: str,
    ) -> Answer:  # fmt: skip
        """Send one request over TLS under a name of the service; underlines in header names are dashes."""
        line = _Named(host, self.port, source, self.context)
        said = {"Host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
        return _answer(line, verb, path, body, said)

    def send_plainly(self, verb: str, path: str, *, host: str = NAMES[0]) -> Answer:
        """Send one request without TLS."""
        line = HTTPConnection("127.0.0.1", self.plain_port, timeout=60)
        return _answer(line, verb, path, None, {"Host": host})

    def log(self, *, lines: int) -> str:
        """Return what it wrote of requests and errors, once there are so many lines: it writes after it has answered."""
        end = time.monotonic() + 30
        while True:
            text = "".join(path.read_text() for path in sorted(self.folder.glob("repere*.log")))
            if text.count("\n") >= lines or time.monotonic() > end:
                return text
            time.sleep(0.02)


class _Named(HTTPSConnection):
    """A connection to 127.0.0.1 that asks for a certificate of a name, and comes from an address of its own."""

    def __init__(self, name: str, port: int, source: str, context: ssl.SSLContext) -> None:
        super().__init__(name, port, timeout=60, context=context)
        self._source = source

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), 60, source_address=(self._source, 0))
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)  # type: ignore[attr-defined]


def _answer(
    line: HTTPConnection, verb: str, path: str, body: bytes | None, headers: dict[str, str]
) -> Answer:
    with closing(line):
        line.request(verb, path, body, headers)
        came = line.getresponse()
        # All of a name: a header that came twice must not look as if it had come once.
        found = {name: ", ".join(came.headers.get_all(name, [])) for name in came.headers}
        baked = SimpleCookie()
        for cookie in came.headers.get_all("Set-Cookie", []):
            baked.load(cookie)
        return Answer(came.status, found, came.read(), {name: one.value for name, one in baked.items()})


def configuration(
    folder: Path, webs: tuple[int, int], port: int, plain_port: int, *, log_level: str = "crit",
    upstream: str = "nginx",
) -> Path:  # fmt: skip
    """Write the shipped configuration for a folder, ports and web servers of a test; return the main file.

    Nothing but names of files, ports and addresses is changed, and what the log of errors tells.
    """
    text = (SHIPPED / "repere.conf").read_text(encoding="utf-8")
    for pattern, ours in {
        r"listen \[::\]:\d+.*;": "",
        r"listen 443\b": f"listen 127.0.0.1:{port}",
        r"listen 80\b": f"listen 127.0.0.1:{plain_port}",
        r"/etc/repere/tls|/var/log/nginx": str(folder),
        r"/srv/repere": str(ROOT),
        r"\bcrit;": f"{log_level};",
    }.items():
        text = re.sub(pattern, ours, text)
    (folder / "repere.conf").write_text(text, encoding="utf-8")
    servers = (ROOT / "deploy" / upstream / "upstream.conf").read_text(encoding="utf-8")
    for shipped, web in zip(UPSTREAMS[upstream], webs, strict=True):
        servers = servers.replace(shipped, f"127.0.0.1:{web}")
    (folder / "upstream.conf").write_text(servers, encoding="utf-8")
    main = (ROOT / "deploy" / "container" / "nginx.conf").read_text(encoding="utf-8")
    main = re.sub(r"(?<= )/tmp(?=/)", str(folder), main).replace(
        "worker_processes auto", "worker_processes 1"
    )
    main = main.replace("error_log stderr", f"error_log {folder}/main.log")
    # A distribution's main file logs what no server says otherwise of.
    main = main.replace("access_log off", f"access_log {folder}/repere-main.log")
    # Root's own folders, such as those of a test, are closed to the account that nginx takes otherwise.
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(user + main, encoding="utf-8")
    return folder / "nginx.conf"


@contextmanager
def running(
    folder: Path, webs: tuple[int, int], authority: Authority | None = None, *, log_level: str = "crit",
    upstream: str = "nginx",
) -> Iterator[Proxy]:  # fmt: skip
    """Run it before two web servers, until the end of the block."""
    authority = authority or Authority(folder)
    for made in authority.certify("service", *NAMES):
        if made.parent != folder:
            shutil.copy(made, folder / made.name)
    proxy = Proxy(folder, authority, free_port(), free_port())
    main = configuration(folder, webs, proxy.port, proxy.plain_port, log_level=log_level, upstream=upstream)
    nginx = subprocess.Popen([program(), "-c", str(main), "-g", "daemon off;"], stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait_for(proxy.port, nginx)
        yield proxy
    finally:
        nginx.terminate()
        nginx.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with closing(socket.socket()) as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("nginx didn't start")
