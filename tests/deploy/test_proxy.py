"""The proxy as it is shipped, with real nginx, real TLS, and two web servers of the test behind it."""

import itertools
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from http.client import RemoteDisconnected
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.deploy import nginx, small_service
from tests.deploy.authority import Authority
from tests.servers import begun

pytestmark = [pytest.mark.needs("nginx"), pytest.mark.real_clock("certificates are read by nginx's clock")]

ROOT = Path(__file__).resolve().parents[2]
CASE = "4ca7d0fe-1111-4222-8333-444455556666"
UPLOAD = f"/api/v1/referrals/{CASE}/attachments"
CANARY = "Zoe-Canari"
LONG = 4 * 1024 * 1024


class Web(BaseHTTPRequestHandler):
    """A web server that tells what reached it."""

    def do_GET(self):
        self._tell(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the names of the library

    def _tell(self, body):
        self.server.seen.append(self.path)
        if self.server.killed:
            self.server.killed.pop()
            return
        told = json.dumps(
            {"web": self.server.server_port, "path": self.path, "bytes": len(body), "headers": dict(self.headers)}
        ).encode()  # fmt: skip
        if self.path == "/long":
            told += b" " * LONG
        status = self.server.status
        self.send_response(status)
        self.send_header("X-Request-Id", "11111111-2222-4333-8444-555555555555")
        self.send_header("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        """Say nothing."""


class Webs:
    """Two web servers, of which each can be stopped."""

    def __init__(self):
        #: For each item a request of which the process is killed before it answers.
        self.killed = []
        self.servers = []
        for _ in range(2):
            server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
            server.seen, server.status, server.killed = [], 200, self.killed
            begun(server)
            self.servers.append(server)
        self.ports = tuple(server.server_port for server in self.servers)
        self.stopped = set()

    def seen(self):
        return [path for server in self.servers for path in server.seen]

    def stop(self, place):
        if place not in self.stopped:
            self.stopped.add(place)
            self.servers[place].shutdown()
            self.servers[place].server_close()


@pytest.fixture
def webs():
    webs = Webs()
    yield webs
    for place in range(2):
        webs.stop(place)


@pytest.fixture
def proxy(webs, tmp_path):
    with nginx.running(tmp_path, webs.ports) as proxy:
        yield proxy


def test_nginx_finds_nothing_wrong(tmp_path):
    Authority(tmp_path).certify("service", *nginx.NAMES)
    main = nginx.configuration(tmp_path, (8001, 8002), 443, 80)
    run = subprocess.run([nginx.program(), "-t", "-c", main], capture_output=True, text=True, check=False)  # noqa: S603

    assert run.returncode == 0, run.stderr
    assert "warn" not in run.stderr


def test_it_is_asked_over_tls_of_today_under_its_own_names_alone(proxy):
    assert proxy.send("GET", "/").status == 200
    assert proxy.send("GET", "/", host=nginx.NAMES[1]).status == 200
    trusting = ssl.create_default_context(cafile=proxy.authority.file)
    trusting.check_hostname = False
    with (
        pytest.raises(ssl.SSLError, match="unrecognized name"),  # told no certificate, not even the service's
        socket.create_connection(("127.0.0.1", proxy.port)) as line,
    ):
        trusting.wrap_socket(line, server_hostname="elsewhere.example").close()
    old = ssl.create_default_context(cafile=proxy.authority.file)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        pytest.raises((ssl.SSLError, ConnectionError)),
        socket.create_connection(("127.0.0.1", proxy.port)) as line,
    ):
        old.wrap_socket(line, server_hostname=nginx.NAMES[0]).close()


def test_plain_http_is_led_to_tls_and_a_program_is_refused(proxy, webs):
    page, program = proxy.send_plainly("GET", "/urgence"), proxy.send_plainly("GET", "/api/v1/referrals")

    assert (page.status, page.headers["Location"]) == (301, "https://repere.example.fr/urgence")
    assert program.status == 403, "its token has been sent in clear"
    assert not any(server.seen for server in webs.servers)


@pytest.mark.sec("SEC-IN8")
def test_the_service_is_told_the_bare_address_of_the_caller_and_nothing_that_the_caller_says(proxy):
    answer = proxy.send("GET", "/", X_Forwarded_For="203.0.113.9", source="127.0.0.7")
    headers = json.loads(answer.body)["headers"]

    assert headers["X-Forwarded-For"] == "127.0.0.7"
    assert headers["Host"] == "repere.example.fr"


def test_headers_of_safety_are_the_services_and_come_once(proxy):
    assert (
        proxy.send("GET", "/").headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    )


KEY = {"Idempotency_Key": "c3f1a2b4-0000-4000-8000-000000000001"}
REQUESTS = [
    ("GET", "/dossiers", {}), ("POST", "/dossiers/1/notes", {}), ("POST", "/api/v1/referrals", {}),
    ("POST", "/api/v1/referrals", KEY), ("PATCH", "/api/v1/referrals/1", {}), ("POST", UPLOAD, KEY),
    ("POST", "/transmissions/1/relecture", {}), ("DELETE", "/api/v1/tokens/1", {}),
]  # fmt: skip


@pytest.mark.sec("SEC-FT17")
@pytest.mark.parametrize("upstream", nginx.UPSTREAMS)
def test_one_web_server_is_enough_and_an_act_is_sent_once(webs, tmp_path, upstream):
    webs.stop(0)
    with nginx.running(tmp_path, webs.ports, upstream=upstream) as proxy:
        answers = [
            proxy.send(verb, path, b"once" if verb != "GET" else None, **headers)
            for verb, path, headers in REQUESTS * 2
        ]

    assert {answer.status for answer in answers} == {200}
    assert webs.servers[1].seen == [path for _, path, _ in REQUESTS * 2]


@pytest.mark.sec("SEC-IN12")
@pytest.mark.parametrize(
    ("verb", "path", "headers"),
    [
        ("GET", "/dossiers", {}),
        ("GET", "/api/v1/referrals", {}),
        ("DELETE", "/api/v1/tokens/1", {}),
        ("PUT", "/api/v1/me/notice-settings", {}),
        ("POST", "/api/v1/referrals", KEY),
        ("PATCH", "/api/v1/referrals/1", KEY),
        ("POST", "/api/v1/referrals/1/qualify", KEY),
        ("POST", "/transmissions/1/relecture", {}),
        ("POST", "/transmissions/1/urgence", {}),
    ],
)
def test_what_may_be_done_twice_survives_the_process_that_had_it(proxy, webs, verb, path, headers):
    webs.killed.append("one")
    answer = proxy.send(verb, path, b"typed" if verb != "GET" else None, **headers)

    assert answer.status == 200
    assert webs.seen() == [path] * 2
    told = json.loads(answer.body)
    assert told["headers"].get("Idempotency-Key") == headers.get("Idempotency_Key")
    assert told["bytes"] == (5 if verb != "GET" else 0)


@pytest.mark.sec("SEC-IN12")
@pytest.mark.parametrize(
    ("verb", "path", "headers"),
    [
        ("POST", "/api/v1/referrals", {}),
        ("POST", "/api/v1/referrals", {"Idempotency_Key": ""}),
        ("PATCH", "/api/v1/referrals/1", {}),
        ("POST", "/dossiers/1/notes", {}),
        ("POST", "/dossiers/1/notes", KEY),  # a form's key is in its body: nothing reads this one
        ("POST", "/connexion", KEY),
        ("POST", "/transmissions/1/retrait", {}),
        ("POST", UPLOAD, KEY),  # passed on as it came
    ],
)
def test_what_may_have_been_done_is_sent_to_nobody_else(proxy, webs, verb, path, headers):
    webs.killed.append("one")

    assert proxy.send(verb, path, b"typed", **headers).status == 503
    assert webs.seen() == [path]
    assert proxy.send(verb, path, b"typed", **headers).status == 200, "the next one isn't refused for it"


@pytest.mark.sec("SEC-FT17")
@pytest.mark.parametrize("upstream", nginx.UPSTREAMS)
def test_a_process_killed_on_each_server_takes_neither_out(webs, tmp_path, upstream):
    with nginx.running(tmp_path, webs.ports, upstream=upstream) as proxy:
        for _ in range(4):
            webs.killed.append("one")
            assert proxy.send("POST", "/dossiers/1/notes", b"x").status == 503
            assert proxy.send("POST", "/dossiers/1/notes", b"x").status == 200


@pytest.mark.sec("SEC-FT17")
def test_a_container_that_doesnt_answer_costs_two_seconds_once(webs, tmp_path):
    with socket.socket() as full, socket.socket() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting.connect(full.getsockname())  # no further connection is taken, none is refused
        ports = (full.getsockname()[1], webs.ports[1])
        with nginx.running(tmp_path, ports, upstream="container") as proxy:
            begun_at = time.monotonic()
            answers = [proxy.send("POST", "/dossiers/1/notes", b"x").status for _ in range(20)]
            seconds = time.monotonic() - begun_at

    assert answers == [200] * 20
    assert 1 < seconds < 4


@pytest.mark.sec("SEC-FT17")
@pytest.mark.parametrize("upstream", nginx.UPSTREAMS)
def test_processes_killed_in_turn_under_load_fail_one_answer_in_a_hundred_at_most(tmp_path, upstream):
    over, answers = threading.Event(), []

    def ask(proxy, requests):
        for verb, path, headers in itertools.cycle(requests):
            answer = proxy.send(verb, path, b"x" if verb == "POST" else None, **headers)
            answers.append((verb, path, answer.status))
            if over.is_set():
                return

    reading, acting = [("GET", "/dossiers", {})] * 9, ("POST", "/dossiers/1/notes", {})
    ports = (nginx.free_port(), nginx.free_port())
    with (
        small_service.running(*ports) as servers,
        nginx.running(tmp_path, ports, upstream=upstream) as proxy,
    ):
        requests = [("POST", "/api/v1/referrals", KEY), *reading, acting, *reading]
        callers = [
            threading.Thread(target=ask, args=(proxy, requests[n:] + requests[:n]))
            for n in range(0, len(requests), 4)
        ]
        for caller in callers:
            caller.start()
        for n in range(8):
            time.sleep(0.7)
            servers[n % 2].kill_process()
        time.sleep(0.7)
        over.set()
        for caller in callers:
            caller.join()

    failed = [answer for answer in answers if answer[2] >= 500]
    assert len(answers) > 200
    assert len(failed) <= len(answers) / 100, failed


@pytest.mark.sec("SEC-FT17")
@pytest.mark.parametrize("verb", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/dossiers", "/transmissions/1/pieces", "/agenda/secret.ics", "/"])
def test_without_a_web_server_people_get_the_page(proxy, webs, verb, path):
    webs.stop(0)
    webs.stop(1)
    answer = proxy.send(verb, path, b"x" if verb == "POST" else None)

    assert (answer.status, answer.body) == (503, (ROOT / "web/files/closed.html").read_bytes())
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Retry-After"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.sec("SEC-FT17")
@pytest.mark.parametrize(
    ("verb", "path"), [("GET", "/api/v1/referrals"), ("POST", UPLOAD), ("POST", "/api/v1/referrals")]
)
@pytest.mark.parametrize("headers", [{}, KEY])
def test_without_a_web_server_programs_get_the_problem(proxy, webs, verb, path, headers):
    webs.stop(0)
    webs.stop(1)
    answer = proxy.send(verb, path, b"x" if verb == "POST" else None, **headers)

    assert (answer.status, answer.body) == (503, (ROOT / "web/files/closed.json").read_bytes())
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"]


@pytest.mark.sec("SEC-FT17")
def test_a_refusal_of_the_service_itself_passes_as_it_is(proxy, webs):
    """It may hold what somebody has typed."""
    for server in webs.servers:
        server.status = 503

    answers = [proxy.send("POST", "/transmissions/1/motif", b"typed") for _ in range(4)]

    assert {answer.status for answer in answers} == {503}
    assert all(json.loads(answer.body)["bytes"] == 5 for answer in answers)
    assert sum(len(server.seen) for server in webs.servers) == 4


@pytest.mark.sec("SEC-CF6")
def test_the_log_names_no_case_no_secret_and_no_caller(proxy):
    sent = [
        f"/dossiers/{CASE}?nom={CANARY}", f"/api/v1/files/{CANARY}", f"/agenda/{CANARY}.ics", f"/{CANARY}/{CASE}",
        f"/connexion?suite={CANARY}", f"/api/v1/referrals/{CASE}/names",
    ]  # fmt: skip
    for path in sent:
        proxy.send(
            "POST", path, CANARY.encode(), source="127.0.0.7", Referer=f"https://x/{CANARY}", Cookie=CANARY
        )
    lines = [json.loads(line) for line in proxy.log(lines=5).splitlines()]

    assert [line["place"] for line in lines] == [
        "/dossiers", "/api/v1/files", "/", "/connexion", "/api/v1/referrals",
    ], "and none of a calendar"  # fmt: skip
    assert {line["request_id"] for line in lines} == {"11111111-2222-4333-8444-555555555555"}
    for secret in (CANARY, CASE, "127.0.0.7", "127.0.0.0/24"):
        assert secret not in proxy.log(lines=5)
        assert secret not in (proxy.folder / "main.log").read_text()


@pytest.mark.sec("SEC-CF6")
def test_an_outage_puts_no_request_into_the_log_of_errors(proxy, webs):
    webs.stop(0)
    webs.stop(1)
    proxy.send("GET", f"/dossiers/{CASE}?nom={CANARY}")

    assert CANARY not in proxy.log(lines=1)
    assert [json.loads(line)["status"] for line in proxy.log(lines=1).splitlines()] == [503]


def test_a_large_file_passes_on_its_routes_alone(proxy, webs):
    large = b"x" * (20 * 1024 * 1024)
    taken = [
        proxy.send("POST", path, large) for path in (UPLOAD, "/transmissions/1/pieces", "/dossiers/1/pieces")
    ]

    assert {answer.status for answer in taken} == {200}
    assert {json.loads(answer.body)["bytes"] for answer in taken} == {len(large)}
    assert proxy.send("POST", UPLOAD, large + b"x" * 16385).status == 413
    small = b"x" * (512 * 1024)
    assert proxy.send("POST", "/api/v1/referrals", small).status == 200, (
        "what is too large is the service's to say"
    )
    assert proxy.send("POST", "/api/v1/referrals", small + b"x").status == 413


@pytest.mark.sec("SEC-FI1")
def test_nothing_that_passes_lies_on_the_disk(webs, tmp_path):
    """Forms and answers hold names. nginx says so where it writes one to a file."""
    with nginx.running(tmp_path, webs.ports, log_level="warn") as proxy:
        proxy.send("POST", "/transmissions/1/motif", b"x" * (512 * 1024))
        proxy.send("POST", UPLOAD, b"x" * (1024 * 1024))
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # somebody who reads slowly
            line.connect(("127.0.0.1", proxy.port))
            with proxy.context.wrap_socket(line, server_hostname=nginx.NAMES[0]) as reader:
                reader.sendall(b"GET /long HTTP/1.0\r\nHost: repere.example.fr\r\n\r\n")
                read = sum(map(len, iter(lambda: reader.recv(4096), b"")))
        said = (tmp_path / "repere-error.log").read_text()

    assert read > LONG
    assert "temporary file" not in said


@pytest.mark.sec("SEC-CF6")
@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/readyz?strict"])
def test_how_the_service_is_is_not_told_elsewhere(proxy, webs, path):
    assert proxy.send("GET", path).status == 200
    assert proxy.send("GET", path, source="127.0.0.7").status == 403
    assert [path for server in webs.servers for path in server.seen] == [path]


@pytest.mark.sec("SEC-CF6")
def test_another_host_under_our_certificate_is_neither_answered_nor_logged(proxy, webs):
    with pytest.raises(RemoteDisconnected):
        proxy.send("GET", f"/{CANARY}?nom={CANARY}", Host="elsewhere.example")
    proxy.send("GET", "/")

    assert [path for server in webs.servers for path in server.seen] == ["/"]
    assert len(proxy.log(lines=1).splitlines()) == 1
    assert CANARY not in "".join(path.read_text() for path in proxy.folder.glob("*.log"))


def test_a_school_behind_one_address_isnt_stopped_and_a_flood_is(proxy):
    """Fifty people who load a page with its four files in the same moment, against a machine that never pauses."""
    assert set(pressed(proxy, 250)) == {200}
    assert set(pressed(proxy, 1_200)) == {200, 429}


@pytest.mark.sec("SEC-CR20")
@pytest.mark.sec("SEC-AL20")
def test_no_line_joins_a_callers_network_to_a_request_id(proxy):
    """The journal's entry of a filing has the id and no network, that of a sign-in has the network."""
    proxy.send("POST", "/transmissions", source="127.0.0.7")
    assert set(pressed(proxy, 1_200, b"/dossiers")) == {200, 429}
    lost = pressed(proxy, 1_200).count(429)

    # Of a calendar nothing is logged but what was refused.
    lines = [json.loads(line) for line in proxy.log(lines=1_201 + lost).splitlines()]
    refused = [line for line in lines if "network" in line]

    assert len(lines) - len(refused) > 0 < lost <= len(refused)
    assert all(line.keys() == {"at", "network", "status"} for line in refused)
    assert {(line["network"], line["status"]) for line in refused} == {("127.0.0.0/24", 429)}
    assert not [line for line in lines if "127.0.0." in str(line | {"web": ""}) and "request_id" in line]
    assert {line["status"] for line in lines if "request_id" in line} == {200}
    assert len(refused) == len((proxy.folder / "repere-flood.log").read_text().splitlines())


def pressed(proxy, count, path=b"/agenda/x.ics"):
    """Send requests down four connections, without waiting for answers; return the statuses."""
    found = []

    def ask():
        with proxy.context.wrap_socket(
            socket.create_connection(("127.0.0.1", proxy.port)), server_hostname=nginx.NAMES[0]
        ) as line:
            head = b"GET " + path + b" HTTP/1.1\r\nHost: repere.example.fr\r\n"
            line.sendall((head + b"\r\n") * (count // 4 - 1) + head + b"Connection: close\r\n\r\n")
            came = b"".join(iter(lambda: line.recv(1 << 16), b""))
            found.extend(int(status) for status in re.findall(rb"HTTP/1.1 (\d+) ", came))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


ROTATION = (ROOT / "deploy/logrotate/repere").read_text(encoding="utf-8")


@pytest.fixture
def rotation(tmp_path):
    """The shipped file for folders of the test and the account that runs it."""
    text = ROTATION.replace("/var/lib/repere", str(tmp_path))
    text = re.sub(r"^ *su .*\n", "", text, flags=re.M)
    file = tmp_path / "rotation"
    file.write_text(text)
    file.chmod(0o644)
    return file


def rotate(file, *words):
    program = shutil.which("logrotate") or "/usr/sbin/logrotate"
    command = [program, "--state", str(file.parent / "state"), *words, str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.mark.needs("logrotate")
def test_logrotate_finds_nothing_wrong(rotation):
    run = rotate(rotation, "--debug")

    assert run.returncode == 0, run.stderr
    assert "error:" not in run.stderr


@pytest.mark.needs("logrotate")
@pytest.mark.sec("SEC-AL14")
def test_no_line_of_the_feed_is_lost_when_it_is_rotated(rotation, tmp_path):
    feed = tmp_path / "leaves.log"
    with feed.open("a") as writer:
        writer.write("leaf one\n")
        writer.flush()
        assert rotate(rotation, "--force").returncode == 0
        writer.write("leaf two\n")

    (renamed,) = tmp_path.glob("leaves.log-*")
    assert renamed.read_text() == "leaf one\nleaf two\n"
    assert not feed.exists()


@pytest.mark.needs("logrotate")
@pytest.mark.sec("SEC-AL16")
def test_the_feed_of_filings_goes_after_35_days_even_where_nothing_is_filed(rotation, tmp_path):
    feed, day = tmp_path / "filings.log", 24 * 3600
    feed.touch()
    for days in (2, 40):
        old = tmp_path / time.strftime("filings.log-%Y%m%d", time.gmtime(time.time() - days * day))
        old.write_text("filing x\n")
        os.utime(old, (time.time() - days * day,) * 2)

    assert rotate(rotation, "--force").returncode == 0

    ages = {round((time.time() - one.stat().st_mtime) / day) for one in tmp_path.glob("filings.log-*")}
    assert ages == {0, 2}
    assert feed.stat().st_mode & 0o077 == 0
