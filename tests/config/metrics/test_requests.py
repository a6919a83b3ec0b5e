"""Requests are counted by class of address and status, over all processes; a process that ends takes nothing with it."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from config import gunicorn
from config.env import BASE_DIR
from config.metrics import folder, requests
from tests.config.metrics.conftest import TOKEN
from tests.conftest import BOTH

pytestmark = pytest.mark.django_db(databases=BOTH)
SCRIPT = """
import os, sys
from pathlib import Path
from config.metrics import folder
folder.count_in(Path(sys.argv[1]))
from prometheus_client import Counter
Counter("repere_requests", "Answers given.", ("class", "method", "status"), registry=None).labels(
    "none", "GET", "404").inc(int(sys.argv[2]))
print(os.getpid())
"""


def another(where, count):
    """Let another process count so many answers; return its number."""
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", SCRIPT, str(where), str(count)],
        cwd=BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(ran.stdout)


def answered(measured):
    return measured.values().get(("repere_requests_total", "none", "GET", "404"), 0)


def test_an_answer_is_counted_by_its_class_and_its_status(measured):
    measured.client.get("/healthz")
    measured.client.get("/healthz?a=b")
    measured.client.post("/healthz")
    measured.client.get("/dossiers/6f1c24c1-57a5-4c1f-ae30-d8eb2fa58a7b")
    measured.client.get("/no/such/place")
    measured.client.generic("BREW", "/healthz")

    values = measured.values()

    counted = {key[1:]: value for key, value in values.items() if key[0] == "repere_requests_total"}
    assert counted["probe", "GET", "200"] == 2
    assert counted["probe", "POST", "405"] == 1
    assert counted["none", "GET", "404"] == 1
    assert {key[0] for key in counted} == {"probe", "none", "work"}
    assert counted["none", "none", "405"] == 1
    assert not [key for key in counted if "6f1c24c1" in str(key) or "/" in str(key)]
    assert values["repere_request_seconds_count", "probe"] == 3


#: Acts of which there is one in a week: each of another class would be told by its count.
RARE = {
    "dossiers/<uuid:pk>", "api/v1/referrals/<uuid:pk>/break-glass", "api/v1/referrals/<uuid:pk>/exclusions",
    "api/v1/exclusions", "api/v1/secret-openings", "api/v1/alerts", "api/v1/break-glass", "api/v1/emergency-searches",
    "deports", "ouvertures", "appels", "transmissions/<uuid:pk>/retrait", "agenda/<str:secret>.ics", "compte/liens",
    "administration/reglages", "recherches-urgence", "demandes-acces", "violations", "api/v1/ties", "an/address/to/come",
}  # fmt: skip


@pytest.mark.parametrize("route", sorted(RARE))
def test_a_rare_act_is_counted_among_all_others(route):
    assert requests.class_of(SimpleNamespace(resolver_match=SimpleNamespace(route=route))) == "work"


def test_each_class_is_of_addresses_that_there_are_and_that_name_no_case():
    listed = {word for words in requests.CLASSES.values() for word in words}
    routes = [route for route in all_routes() if first_word(route) in listed]

    assert {first_word(route) for route in routes} == listed
    assert not [route for route in routes if "<uuid:" in route]


def first_word(route):
    return route.removeprefix("api/").removeprefix("v1/").partition("/")[0]


def all_routes(resolver=None, before=""):
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from all_routes(one, route)


def test_where_nobody_may_read_nothing_is_counted(settings, tmp_path):
    settings.METRICS_TOKEN, settings.METRICS_DIR = "", tmp_path / "metrics"

    assert Client().get("/healthz").status_code == 200
    assert not settings.METRICS_DIR.exists()


def test_a_folder_that_cant_be_written_keeps_nobody_from_filing(settings, tmp_path):
    (tmp_path / "file").write_text("no folder")
    settings.METRICS_TOKEN, settings.METRICS_DIR = TOKEN, tmp_path / "file"

    assert Client().get("/healthz").status_code == 200


def test_the_folder_is_the_services_alone(measured, settings):
    measured.client.get("/healthz")

    assert settings.METRICS_DIR.stat().st_mode & 0o777 == 0o700


def test_processes_are_added_up_and_one_that_ends_takes_nothing_away(measured, settings):
    measured.client.get("/nowhere")
    where = settings.METRICS_DIR
    ended = another(where, 41)
    assert answered(measured) == 42

    folder.fold(where, ended)

    assert answered(measured) == 42
    assert not list(where.glob(f"*_{ended}.db"))
    folder.fold(where, another(where, 100))
    assert answered(measured) == 142


def test_the_server_keeps_the_counts_of_workers_that_were_killed(measured, settings, monkeypatch):
    measured.client.get("/nowhere")
    monkeypatch.setenv("REPERE_METRICS_DIR", str(settings.METRICS_DIR))
    ended = another(settings.METRICS_DIR, 7)

    gunicorn.on_starting(None)

    assert answered(measured) == 8
    assert not list(settings.METRICS_DIR.glob(f"*_{ended}.db"))
    assert list(settings.METRICS_DIR.glob(f"counter_{os.getpid()}.db")), "a living process keeps its file"


def test_a_damaged_file_of_a_dead_process_is_put_aside(measured, settings):
    measured.client.get("/nowhere")
    ended = another(settings.METRICS_DIR, 7)
    path = settings.METRICS_DIR / f"counter_{ended}.db"
    path.write_bytes((1_000).to_bytes(4, "little") + bytes(4) + (9_999).to_bytes(4, "little") + bytes(988))

    folder.fold(settings.METRICS_DIR, ended)

    assert answered(measured) == 1
    assert not path.exists()


FULL = """
import os, sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from config.metrics import requests
mounted, *places = sys.argv[1:]
for place in places:
    if not os.fork():
        break
    if os.wait()[1]:
        sys.exit(f"killed: {place}")
else:
    sys.exit()
settings.METRICS_DIR = Path(place) / "metrics"
def refuse(*_):
    raise OSError(28, "No space left on device")
def fill():
    if not mounted:
        os.posix_fallocate = refuse
        return
    with open(place + "/fill", "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
counted = requests.Counted(lambda request: HttpResponse("ok", status=int(request.GET["status"])))
def ask(verb, *statuses):
    for status in statuses:
        print(counted(RequestFactory().generic(verb, f"/?status={status}")).status_code)
if Path(place).name == "running":
    ask("GET", 200)
fill()
requests.SILENT_SECONDS = 0
for verb in ("GET", "POST", "PUT"):
    ask(verb, *range(200, 600))  # each a value of its own: a file has to grow
sys.stdout.flush()
os._exit(0)  # it would take its copy of all modules apart
"""


@pytest.fixture
def small_disks(tmp_path):
    """Two file systems of 256 KiB and whether they are some: where nobody may mount, the test refuses the space itself."""
    places, mounted = [tmp_path / "starting", tmp_path / "running"], []
    for place in places:
        place.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=256k,mode=777", "tmpfs", str(place)]
        if os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0:  # noqa: S603
            mounted.append(place)
    yield places, mounted == places
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)  # noqa: S603, S607


@pytest.mark.sec("SEC-FT4")
def test_a_full_disk_costs_counts_and_no_process(small_disks, monkeypatch):
    """The library maps files with holes: who writes into one on a full disk is killed."""
    places, mounted = small_disks
    for name, value in {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "REPERE_METRICS_DIR": str(places[0] / "metrics"),
        "REPERE_METRICS_TOKEN": TOKEN,
    }.items():
        monkeypatch.setenv(name, value)
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", FULL, "yes" if mounted else "", *map(str, places)],
        cwd=BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, (ran.returncode, ran.stderr[-2000:])
    assert len(ran.stdout.split()) == 1_200 + 1_201
    assert ran.stderr.count("metrics:lost") == len(places)
    for place in places:
        folder.fold_ended(place / "metrics")
        folder.counted(place / "metrics")


def test_the_blocks_of_a_file_are_its_own(measured, settings):
    for status in range(400):
        requests._counters(settings.METRICS_DIR)[0].labels(f"class-{status}", "GET", "200").inc()

    for path in settings.METRICS_DIR.glob("*.db"):
        assert path.stat().st_blocks * 512 >= path.stat().st_size >= folder.FILE_BYTES, path


def test_it_counts_again_once_there_is_space(measured, settings, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(requests, "SILENT_SECONDS", 0.0)
    with monkeypatch.context() as full:
        full.setattr(os, "posix_fallocate", refuse)
        assert measured.client.get("/nowhere").status_code == 404
        assert not list(settings.METRICS_DIR.glob("*.db")), "none that can't be read"
    measured.client.get("/nowhere")

    assert answered(measured) == 1
