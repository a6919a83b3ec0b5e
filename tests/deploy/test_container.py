"""The container file: sound by hadolint, without privileges or secrets, and with all that the service needs."""

import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.servers import begun

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "container"
FILES = sorted(FOLDER.glob("Containerfile*"))
TEXT = (FOLDER / "Containerfile").read_text(encoding="utf-8")
HADOLINT = Path(sys.executable).with_name("hadolint")
ACCOUNTS = {"repere": 10001, "repere-log": 10002, "repere-witness": 10003, "repere-owner": 10004}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_hadolint_finds_nothing(file):
    run = subprocess.run([HADOLINT, file], capture_output=True, text=True, check=False)  # noqa: S603

    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_ends_without_privileges(file):
    users = re.findall(r"^USER (\d+):(\d+)$", file.read_text(), re.M)

    assert users
    assert "0" not in users[-1]


def test_packages_come_by_their_hashes_as_wheels_and_run_nothing():
    assert TEXT.count("pip --python") == TEXT.count("--require-hashes --only-binary :all:") == 1


def test_nothing_secret_is_given_to_a_build():
    names = re.findall(r"^(?:ARG|ENV) (\w+)|^    (\w+)=", TEXT, re.M)
    given = {one or other for one, other in names}

    assert given == {
        "PYTHON_IMAGE",
        "EXTRA",
        "VERSION",
        "PATH",
        "REPERE_MODE",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONUNBUFFERED",
    }
    assert not re.search(r"^(COPY|ADD) (--\S+ )*(\.|\*|/)\s", TEXT, re.M), "each part is named"


def test_without_its_environment_file_no_process_starts_as_on_somebodys_own_machine():
    """Compose takes an absent file for an empty one: the mode is the image's, and asks for all that it lacks."""
    assert re.search(r"^ENV (?:.*\\\n)*.*REPERE_MODE=production", TEXT, re.M)


def test_the_image_holds_every_app_and_no_test():
    apps = re.search(r"^APPS := (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", TEXT, re.M)
    named = {name for line in copied for name in line.split() if not name.startswith("requirements")}

    assert named == {*apps, "manage.py", "pyproject.toml", "LICENSE", "deploy/container/healthcheck.py"}
    assert all((ROOT / name).exists() for name in named)
    assert named | {"requirements*.lock"} == {
        line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")
    }


def test_docker_leaves_out_what_podman_leaves_out():
    assert (ROOT / ".dockerignore").read_bytes() == (ROOT / ".containerignore").read_bytes()


def test_each_account_has_its_fixed_number():
    assert dict(re.findall(r"(repere[a-z-]*):(100\d\d)", TEXT)) == {
        n: str(id_) for n, id_ in ACCOUNTS.items()
    }


class Service(BaseHTTPRequestHandler):
    """Answers as the service does: to its own name alone."""

    def do_GET(self):
        own = self.headers["Host"] == "repere.example" and self.path == "/healthz"
        self.send_response(self.server.status if own else 400)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.mark.parametrize(("status", "ends_with"), [(200, 0), (503, 1), (None, 1)])
def test_the_health_check_is_the_answer_of_the_service(status, ends_with):
    server = HTTPServer(("127.0.0.1", 0), Service)
    server.status = status
    thread = begun(server)
    port = server.server_port
    if status is None:  # nobody listens any more
        server.shutdown()
        server.server_close()
    code = (FOLDER / "healthcheck.py").read_text().replace("8000", str(port))
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env={"REPERE_ALLOWED_HOSTS": "repere.example, other.example"},
        check=False,
    )
    server.shutdown()
    server.server_close()
    thread.join()

    assert run.returncode == ends_with
