"""GET /metrics: for whoever has the token, whatever is out, and with nothing of a person (SEC-CF6)."""

from contextlib import suppress
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections
from django.test import Client
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from accounts.models import User
from audit.models import Entry
from config.metrics import asking
from config.metrics.names import BY_NAME, METRICS
from outbox import maintenance_gate
from referrals.models import Referral
from tests.audit.owner import as_owner
from tests.config.metrics.conftest import TOKEN
from tests.conftest import BOTH, see_all
from tests.factories.concerns import child, concern
from tests.security.needles import MARK, hits

pytestmark = [
    pytest.mark.django_db(databases=BOTH),
    pytest.mark.both_databases("a database that doesn't answer"),
]


def test_without_a_token_of_the_monitoring_the_address_is_absent(client, settings):
    settings.METRICS_TOKEN = ""

    for token in ("", TOKEN):
        answer = client.get("/metrics", headers={"authorization": f"Bearer {token}"})
        absent = client.get("/nowhere")
        assert answer.status_code == absent.status_code == 404
        assert answer.json() | {"request_id": ""} == absent.json() | {"request_id": ""}


@pytest.mark.parametrize("token", [None, "", TOKEN[:-1], TOKEN + "0", TOKEN.upper(), "é"])
def test_a_wrong_token_opens_nothing(measured, token):
    answer = measured.get(token)

    assert (answer.status_code, answer.json()["code"]) == (401, "not-authenticated")
    assert b"repere_" not in answer.content


def test_the_token_counts_in_no_other_way_than_as_bearer(measured):
    for sent in (TOKEN, f"Basic {TOKEN}", f"bearer{TOKEN}"):
        assert measured.client.get("/metrics", headers={"authorization": sent}).status_code == 401
    assert measured.client.get(f"/metrics?token={TOKEN}").status_code == 401


@pytest.mark.sec("SEC-IN8")
def test_it_is_only_read(measured):
    answer = measured.client.post("/metrics", headers={"authorization": f"Bearer {TOKEN}"})

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_it_speaks_both_forms(measured):
    measured.client.get("/healthz")
    plain = measured.get()
    opened = measured.get(accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")

    assert plain["Content-Type"].startswith("text/plain; version=0.0.4")
    assert opened["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert opened.content.endswith(b"# EOF\n")
    families = {family.name: family for family in text_string_to_metric_families(opened.content.decode())}
    assert families.keys() <= BY_NAME.keys()
    for name, family in families.items():
        assert (family.type, family.documentation) == (BY_NAME[name].kind, BY_NAME[name].help)
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == set(BY_NAME[name].labels), name


def test_each_metric_is_named_once_and_by_the_rules():
    assert len(BY_NAME) == len(METRICS)
    for metric in METRICS:
        assert metric.name.startswith("repere_")
        assert not metric.name.endswith("_total")


def test_an_address_of_the_process_is_as_good_as_its_name(measured, client):
    """A monitoring system asks by the address of a process, and can't choose another name."""
    assert measured.get(host="10.1.2.3:8000").status_code == 200
    assert client.get("/readyz", headers={"host": "web1:8000"}).status_code == 200
    assert client.get("/api/v1/session", headers={"host": "web1:8000"}).status_code == 400


def test_it_leaves_no_session_no_cookie_and_no_entry(measured):
    with as_owner():
        before = Entry.objects.count()

    answers = [measured.get(), measured.get("wrong")]

    with as_owner():
        assert Entry.objects.count() == before
    assert [dict(answer.cookies) for answer in answers] == [{}, {}]
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def test_it_is_read_while_the_service_is_closed(measured, monkeypatch):
    assert measured.values()["repere_open",] == 1
    monkeypatch.setattr(maintenance_gate, "_reasons", [lambda: "cases-restored"])
    maintenance_gate.forget()

    assert measured.client.get("/api/v1/me").status_code == 503
    assert measured.values()["repere_open",] == 0
    assert measured.client.get("/readyz").status_code == 503


@pytest.mark.parametrize(("name", "alias"), [("cases", "default"), ("keys", "keys")])
def test_it_is_read_while_a_database_is_out(measured, monkeypatch, name, alias):
    def refuse(*_, **__):
        raise OperationalError("host 10.0.0.1 is down")

    other = {"cases": "keys", "keys": "cases"}[name]
    monkeypatch.setattr(connections[alias], "cursor", refuse)

    values = measured.values()

    assert values["repere_database_up", name] == 0
    assert values["repere_database_up", other] == 1
    assert ("repere_database_answer_seconds", name) not in values
    assert (("repere_worker_seen_timestamp_seconds",) in values) is False
    assert (("repere_journal_alarms",) in values) == (name == "keys")
    assert not any("10.0.0.1" in str(key) for key in values)


@pytest.mark.sec("SEC-CR18")
@pytest.mark.sec("SEC-CF6")
def test_nothing_of_a_filed_case_is_in_it(world, measured):
    said = concern(
        children=[child(last_name=f"{MARK}00001", address=f"{MARK}00002")],
        facts=[{"text": f"{MARK}00003", "source": "seen"}],
        filer_name=f"{MARK}00004",
    )
    filer, cell = world.as_("filer"), world.as_("crip_coordinator")
    pk = filer.post("referrals", said | {"submit": True}, key=uuid4().hex).json()["id"]
    for path in (f"referrals/{pk}", "referrals", f"referrals/{MARK}00005"):
        cell.get(path, q=f"{MARK}00006")

    shown = {
        "metrics": measured.get().content,
        "health": _said(),
        "health as JSON": _said("--json"),
    }

    see_all()
    names = [pk, Referral.objects.get(pk=pk).reference]
    names += [text for user in User.objects.all() for text in (user.email, user.full_name, str(user.pk))]
    for name, content in shown.items():
        assert list(hits(content)) == [], name
        assert [one for one in names if one.encode() in content] == [], name
    assert b'class="work"' in shown["metrics"]


def _said(*options):
    asking.forget()
    out = StringIO()
    with suppress(SystemExit):
        call_command("health", *options, stdout=out)
    return out.getvalue().encode()


def test_whoever_has_no_token_makes_nobody_ask(measured, monkeypatch):
    monkeypatch.setattr(asking, "read", lambda _: pytest.fail("asked"))

    assert Client().get("/metrics").status_code == 401
