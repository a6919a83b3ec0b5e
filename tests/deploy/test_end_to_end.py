"""At night: the whole service as an operator installs it, from nothing, asked over TLS through the proxy.

``tests/deploy/site.py`` installs it by ``manage.py bootstrap`` and starts the commands of the shipped units under their
own limits. The tests follow one another: a person is invited, signs in and files a concern with an attachment; then
parts fail, and come back.
"""

import base64
import json
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from audit import verifier
from tests.deploy import nginx
from tests.deploy.site import Site, eventually, site
from tests.factories.concerns import concern
from tests.referrals.attachments import files

pytestmark = [
    *(pytest.mark.needs(part) for part in ("nginx", "postgresql", "clamd", "systemd-analyze")),
    pytest.mark.real_clock("real programs, by the clock of the machine"),
    pytest.mark.slow("a whole installation"),
]

ROOT = Path(__file__).resolve().parents[2]
PERSON, PASSWORD = "prof.canari@college.example", "trois ponts au clair de lune"
#: What no log may hold.
CANARIES = ("canari", "Lou-Canari", PASSWORD, "Absences-Canari")
FILING = concern() | {
    "facts": [{"on": "2026-11-20", "place_type": "school", "source": "seen", "text": "Absences-Canari"}]
}


class Browser:
    """One person at a browser: cookies, and the token that forms bring."""

    def __init__(self, proxy: nginx.Proxy) -> None:
        self.proxy, self.cookies, self.token = proxy, {}, ""

    def ask(self, verb, path, body=None, *, kind="application/json", host=nginx.NAMES[0], **headers):
        said = json.dumps(body).encode() if isinstance(body, dict) else body
        if host == nginx.NAMES[0]:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if said is not None:
            headers |= {"X_CSRFToken": self.token, "Content_Type": kind, "Origin": f"https://{host}"}
        answer = self.proxy.send(verb, path, said, host=host, **headers)
        if host == nginx.NAMES[0]:
            self.cookies |= answer.cookies
        return answer

    def does(self, verb, path, body=None, **said):
        """Ask the API for what has to succeed; return what it answers."""
        answer = self.ask(verb, f"/api/v1/{path}", body, **said)
        assert answer.status in (200, 201, 204), (path, answer.status, answer.body[:500])
        found = json.loads(answer.body) if answer.body else {}
        self.token = found.get("csrf_token", self.token)
        return found


@pytest.fixture(scope="module")
def installed():
    with site() as made:
        yield made


@pytest.fixture(scope="module")
def running(installed: Site):
    """All processes, as repere.target starts them."""
    installed.start("witness", "repere-witness.service")
    installed.start("sequencer", "repere-sequencer.service")
    installed.start_web(0)
    installed.start_web(1)
    installed.start("worker", "repere-worker.service")
    return installed


@pytest.fixture(scope="module")
def person(running: Site):
    """A teacher: invited by the command, with a password and a second factor of their own, signed in."""
    told = running.manage(
        "web", "create_user", PERSON, "--name", "Prénom Canari", "--authority", "93", "--show-link"
    )
    running.manage("web", "grant", PERSON, "filer", "93")
    link = re.search(r"https://\S+#(\S+)", told)[1]
    code = re.search(r"^Code.* : (.+)$", told, re.M)[1]
    browser = Browser(running.proxy)
    browser.does("GET", "session")
    browser.does("POST", "password", {"token": link, "code": code, "password": PASSWORD})
    awaited = browser.does("POST", "session", {"email": PERSON, "password": PASSWORD})
    assert awaited["awaited"] == "enrolment"
    secret = browser.does("POST", "me/factors/begin", {"kind": "totp"})["secret"]
    shown = TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(int(time.time())).decode()  # noqa: S303
    browser.does("POST", "me/factors", {"kind": "totp", "label": "téléphone", "code": shown})
    assert browser.does("GET", "session")["signed_in"]
    return browser


@pytest.fixture(scope="module")
def draft(person: Browser):
    """A concern that was begun, with one file; its id and the file's."""
    case = person.does("POST", "referrals", FILING, Idempotency_Key=uuid4().hex)["id"]
    kind, form = of_file("lettre.pdf", files.pdf())
    path = f"referrals/{case}/attachments"
    return case, person.does("POST", path, form, kind=kind, Idempotency_Key=uuid4().hex)["made"]


@pytest.fixture(scope="module")
def filed(person: Browser, draft):
    """The same concern, sent; its id."""
    case, _ = draft
    version = person.does("GET", f"referrals/{case}")["version"]
    person.does("POST", f"referrals/{case}/submit", {}, If_Match=f'"{version}"', Idempotency_Key=uuid4().hex)
    return case


def of_file(name, data):
    """Return the kind and the bytes of a form with one file."""
    edge = "----edge-of-the-form"
    fields = "".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in {"kind": "letter", "notice_read": "true"}.items()
    )
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    body = (
        f"{fields}{head}Content-Type: application/pdf\r\n\r\n".encode()
        + data
        + f"\r\n--{edge}--\r\n".encode()
    )
    return f"multipart/form-data; boundary={edge}", body


def status_of(site: Site, path="/connexion"):
    return site.proxy.send("GET", path).status


def test_the_service_is_ready_through_the_proxy(running: Site):
    eventually(lambda: json.loads(running.proxy.send("GET", "/readyz").body) == {"status": "ready"})
    page = running.proxy.send("GET", "/connexion", Accept="text/html")

    assert page.status == 200
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.cookies.keys() == {"__Host-csrftoken"}
    assert running.proxy.send("GET", "/connexion", host=nginx.NAMES[1]).status == 404, (
        "files and nothing else"
    )


@pytest.mark.sec("SEC-CF6")
def test_the_monitoring_reads_its_figures_with_its_token_alone(running: Site):
    token = Path(running.environments["web"]["REPERE_METRICS_TOKEN_FILE"]).read_text().strip()
    read = running.proxy.send("GET", "/metrics", Authorization=f"Bearer {token}")

    assert running.proxy.send("GET", "/metrics").status == 401
    assert read.status == 200
    assert b'repere_database_up{database="keys"} 1.0' in read.body
    assert b"repere_antivirus_up 1.0" in read.body


@pytest.mark.sec("SEC-FI4")
def test_a_file_is_scanned_and_read_at_its_own_host(person: Browser, draft):
    case, part = draft
    (line,) = person.does("GET", f"referrals/{case}/attachments")["results"]
    sent_on = person.ask(
        "GET", f"/api/v1/referrals/{case}/attachments/{part}/content", Sec_Fetch_Dest="document",
        Sec_Fetch_Mode="navigate", Sec_Fetch_Site="same-origin",
    )  # fmt: skip
    place = urlsplit(sent_on.headers["Location"])
    read = person.ask("GET", place.path, host=place.hostname)

    assert line["scan"]["code"] == "clean"
    assert (sent_on.status, place.hostname) == (303, nginx.NAMES[1])
    assert (read.status, read.body[:5]) == (200, b"%PDF-")
    assert not read.cookies


@pytest.mark.sec("SEC-AL10")
def test_a_filing_is_received_proved_and_witnessed(running: Site, person: Browser, filed):
    receipt = eventually(lambda: proved(person, filed))
    file = running.folder / "receipt.json"
    file.write_text(json.dumps(receipt))
    key = running.environments["witness"]["REPERE_WITNESS_LOG"]

    assert receipt["reference"]
    assert verifier.main(["receipt", str(file), "--key", key]) == 0
    eventually(lambda: running.cases.does("SELECT count(*) > 0 FROM audit_cosignature", "repere") == "t")
    assert (running.folder / "state/repere-log/witness.txt").stat().st_size


def proved(person, case):
    """Return the receipt once the sequencer has placed and signed it."""
    receipt = person.does("GET", f"referrals/{case}/receipt")
    return receipt if receipt["proof"] else None


@pytest.mark.sec("SEC-FI3")
def test_a_harmful_file_is_refused(person: Browser):
    draft = person.does("POST", "referrals", FILING, Idempotency_Key=uuid4().hex)["id"]
    kind, form = of_file("lettre.txt", files.EICAR)
    answer = person.ask(
        "POST", f"/api/v1/referrals/{draft}/attachments", form, kind=kind, Idempotency_Key=uuid4().hex
    )

    assert answer.status in (400, 409, 422), answer.body
    assert person.does("GET", f"referrals/{draft}/attachments")["results"] == []


@pytest.mark.sec("SEC-CF2")
def test_no_command_line_shows_a_secret(running: Site):
    folder = running.folder / "configuration" / "secrets"
    secrets = {word for path in folder.rglob("*") if path.is_file() for word in path.read_text().split()}
    shown = ""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            shown += path.read_text(errors="replace")

    assert "manage.py\0tick" in shown
    assert len(secrets) > 10
    assert not [secret for secret in secrets if len(secret) > 15 and secret in shown]


def test_the_health_check_of_the_container_passes(running: Site):
    code = (ROOT / "deploy/container/healthcheck.py").read_text().replace("8000", str(running.ports[0]))
    said = {"REPERE_ALLOWED_HOSTS": running.environments["web"]["REPERE_ALLOWED_HOSTS"]}

    assert subprocess.run([sys.executable, "-c", code], env=said, check=False).returncode == 0  # noqa: S603


@pytest.mark.sec("SEC-FT17")
def test_one_web_server_is_enough(running: Site, person: Browser):
    running.processes["web-1"].kill()

    assert {status_of(running) for _ in range(20)} == {200}
    assert person.does("GET", "session")["signed_in"]
    running.start_web(0)


@pytest.mark.sec("SEC-FT17")
def test_without_a_web_server_the_proxy_says_what_to_do_and_then_all_is_as_before(
    running: Site, person: Browser
):
    for name in ("web-1", "web-2"):
        running.processes[name].kill()
    page, problem = running.proxy.send("GET", "/connexion"), running.proxy.send("GET", "/api/v1/session")

    assert (page.status, page.body) == (503, (ROOT / "web/files/closed.html").read_bytes())
    assert (problem.status, problem.body) == (503, (ROOT / "web/files/closed.json").read_bytes())
    running.start_web(0)
    running.start_web(1)
    eventually(lambda: status_of(running) == 200)
    assert person.does("GET", "session")["signed_in"]


def test_a_dead_worker_is_named_and_closes_nothing(running: Site):
    """Without it nobody is called; but whoever files still can."""
    assert running.processes["worker"].stop() == 0
    # Minutes pass.
    assert running.cases.does("UPDATE outbox_work SET ran_at = ran_at - interval '6 minutes'", "repere") == ""
    ready, strict = (running.proxy.send("GET", path) for path in ("/readyz", "/readyz?strict"))

    assert (ready.status, json.loads(ready.body)) == (200, {"status": "ready", "degraded": ["worker"]})
    assert strict.status == 503
    running.start("worker", "repere-worker.service")
    eventually(lambda: json.loads(running.proxy.send("GET", "/readyz").body) == {"status": "ready"})


@pytest.mark.sec("SEC-FT17")
def test_a_database_that_is_gone_closes_the_service_and_opens_it_again(running: Site, person: Browser):
    running.cases.stop()
    try:
        eventually(lambda: running.proxy.send("GET", "/readyz").status == 503)
        page = running.proxy.send("GET", "/connexion", Accept="text/html")
        assert (page.status, b"119" in page.body) == (503, True), "the page that says whom to call"
        assert running.proxy.send("GET", "/healthz").status == 200
    finally:
        running.cases.start()
    eventually(lambda: running.proxy.send("GET", "/readyz").status == 200)
    assert person.does("GET", "session")["signed_in"]


def test_all_stops_in_order_and_no_log_names_anybody(running: Site, draft):
    """From the outside inwards: nothing is asked any more, then nothing is done, then nothing is signed."""
    stopped = {
        name: running.processes[name].stop() for name in ("web-1", "web-2", "worker", "sequencer", "witness")
    }
    logs = {path.name: path.read_text(errors="replace") for path in running.folder.rglob("*.log")}
    logs |= {path.parent.name: path.read_text(errors="replace") for path in running.folder.glob("*/log")}

    # A witness keeps nothing in memory: it is ended by the signal itself.
    assert stopped == dict.fromkeys(("web-1", "web-2", "worker", "sequencer"), 0) | {
        "witness": -signal.SIGTERM
    }
    assert logs.keys() >= {"web-1.log", "worker.log", "sequencer.log", "repere.log", "cases", "keys"}
    for name, text in logs.items():
        assert not [one for one in (*CANARIES, *draft) if one.lower() in text.lower()], name
        assert "Traceback" not in text, name
