"""How one is told, and where a program is called: /me/notices and /webhooks, for each kind of caller."""

import pytest

from audit.models import Entry
from outbox.models import Endpoint, Preference
from tests.audit.owner import as_owner

HOST = "hooks.example.org"


@pytest.fixture
def program(world, settings):
    settings.WEBHOOK_HOSTS = [HOST]
    return world.as_("api_119")


def acts():
    with as_owner():
        return list(Entry.objects.order_by("at").values_list("act", flat=True))


def put(caller, body):
    return caller.client.put("/api/v1/me/notices", body, content_type="application/json")


def test_one_says_how_to_be_told_and_the_change_is_an_entry(world):
    caller = world.as_("crip_coordinator")
    assert caller.get("me/notices").json() == {"phone": "", "daily": [], "calls": False}

    answer = put(caller, {"phone": "+33612345678", "daily": ["clock", "case"]})

    assert answer.json() == {"phone": "+33612345678", "daily": ["case", "clock"], "calls": False}
    assert acts()[-1] == "preferences:changed"
    assert put(caller, {"daily": ["queue"]}).json() == {"phone": "", "daily": ["queue"], "calls": False}
    assert Preference.objects.count() == 1
    assert world.as_("crip_coordinator_2").get("me/notices").json()["daily"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"phone": "0612345678"},
        {"phone": "+33 6"},
        {"daily": ["digest"]},
        {"daily": ["case", "case"]},
        {"x": 1},
    ],
)
def test_what_makes_no_sense_is_refused(world, body):
    assert put(world.as_("crip_coordinator"), body).status_code == 400
    assert not Preference.objects.exists()


def test_a_program_is_called_where_it_says_and_its_secret_is_shown_once(program):
    answer = program.post("webhooks", {"url": f"https://{HOST}/in"}, key="webhook-1")

    assert answer.status_code == 201
    made = answer.json()
    assert made["secret"].startswith("whk_")
    assert len(made["secret"]) == 47
    (line,) = program.get("webhooks").json()["results"]
    assert line == {key: made[key] for key in ("id", "url", "created_at", "rotated_at")}
    assert acts()[-1] == "webhook:made"


@pytest.mark.sec("SEC-IN12")
def test_a_repeated_request_makes_one_endpoint(program):
    first, again = (
        program.post("webhooks", {"url": f"https://{HOST}/in"}, key="webhook-1") for _ in range(2)
    )

    assert first.json() == again.json()
    assert Endpoint.objects.count() == 1
    assert program.post("webhooks", {"url": f"https://{HOST}/in"}, key="webhook-2").status_code == 409


@pytest.mark.sec("SEC-IN10")
@pytest.mark.parametrize(
    "url", ["https://evil.example/", f"http://{HOST}/", "https://127.0.0.1/", f"https://{HOST}:22/"]
)
def test_no_other_address_is_taken_and_none_is_repeated(program, url):
    answer = program.post("webhooks", {"url": url}, key="webhook-1")

    assert (answer.status_code, answer.json()["code"]) == (400, "address-refused")
    assert url not in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_a_rotation_gives_another_secret_once(program):
    made = program.post("webhooks", {"url": f"https://{HOST}/in"}, key="webhook-1").json()

    turned, again = (program.post(f"webhooks/{made['id']}/rotate", key="webhook-2") for _ in range(2))

    assert turned.status_code == 200
    assert turned.json()["secret"] != made["secret"]
    assert turned.json() == again.json()
    assert Endpoint.objects.get().generation == 2
    assert acts().count("webhook:rotated") == 1


def test_one_that_is_removed_is_gone(program):
    made = program.post("webhooks", {"url": f"https://{HOST}/in"}, key="webhook-1").json()

    answer = program.client.delete(f"/api/v1/webhooks/{made['id']}")

    assert answer.status_code == 204
    assert program.get("webhooks").json()["results"] == []
    assert program.client.delete(f"/api/v1/webhooks/{made['id']}").status_code == 404
    assert acts().count("webhook:removed") == 1


@pytest.mark.sec("SEC-IN7")
def test_people_and_other_programs_find_none_of_it(world, program):
    made = program.post("webhooks", {"url": f"https://{HOST}/in"}, key="webhook-1").json()

    assert (
        world.as_("crip_coordinator")
        .post("webhooks", {"url": f"https://{HOST}/x"}, key="webhook-3")
        .status_code
        == 403
    )
    for other in (world.as_("api_119", "59"), world.as_("territory_admin")):
        assert other.get("webhooks").json()["results"] == []
        assert other.post(f"webhooks/{made['id']}/rotate", key="webhook-4").status_code == 404
        assert other.client.delete(f"/api/v1/webhooks/{made['id']}").status_code == 404
    assert Endpoint.objects.get().generation == 1
