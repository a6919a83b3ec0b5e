"""How sessions are kept: hashed in the table, and in the browser no longer than it is open."""

import json
import re
import secrets

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session
from accounts.sessions import SessionStore, stored_key
from tests.accounts.conftest import LONG_AGO, PASSWORD

pytestmark = pytest.mark.both_databases("sessions written in the transaction of the request")

SIGN_IN = {"email": "alice@exemple.fr", "password": PASSWORD}
NO_KEYS = {
    "NUL": r'"\000aaaaaaaa"',
    "NUL in one that is long enough": '"' + r"\000" + "a" * 31 + '"',
    "huge": "a" * 1_000_000,
    "short": "a" * 31,
    "long": "a" * 33,
    "capitals": "A" * 32,
    "other letters": "é" * 32,
    "a hash": "0" * 40,
    "newline": '"' + "a" * 32 + r'\012"',
}


@pytest.mark.sec("SEC-AU7")
def test_the_table_holds_no_key_that_a_browser_could_bring(alice, signed_in):
    """Whoever has a backup has nobody's session."""
    caller = signed_in(alice.user)
    key = caller.client.cookies["session"].value

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_session")
        (row,) = cursor.fetchall()
    assert key not in json.dumps(row, default=str)
    assert row[0] == stored_key(key)
    thief = Client()
    thief.cookies["session"] = row[0]
    assert thief.get("/api/v1/me").status_code == 401
    assert caller.get("me").status_code == 200


@pytest.mark.sec("SEC-AU7")
def test_every_way_to_a_session_goes_by_the_hash():
    store = SessionStore()
    store["word"] = "one"
    store.save()
    key = store.session_key
    assert store.exists(key)
    assert not store.exists(stored_key(key))
    assert SessionStore(key)["word"] == "one"

    store["word"] = "two"
    store.save()
    assert SessionStore(key)["word"] == "two"
    assert Session.objects.count() == 1

    store.cycle_key()
    assert not store.exists(key)
    assert SessionStore(store.session_key)["word"] == "two"
    store.delete(store.session_key)
    assert not Session.objects.exists()


@pytest.mark.sec("SEC-AU7")
def test_a_key_is_165_bits_from_the_systems_generator(db, monkeypatch):
    store = SessionStore()
    store.create()
    assert re.fullmatch(r"[a-z0-9]{32}", store.session_key)

    letters = []
    monkeypatch.setattr(secrets, "choice", lambda among: letters.append(among) or "z")
    store.cycle_key()
    assert store.session_key == "z" * 32
    assert [len(set(among)) for among in letters] == [36] * 32


def test_sessions_that_are_over_are_cleared():
    over, running = SessionStore(), SessionStore()
    over.create()
    running.create()
    Session.objects.filter(pk=stored_key(over.session_key)).update(expire_date=LONG_AGO)

    assert SessionStore(over.session_key).load() == {}
    SessionStore.clear_expired()

    assert [row.pk for row in Session.objects.all()] == [stored_key(running.session_key)]


@pytest.mark.sec("SEC-AU7")
def test_no_way_of_djangos_store_asks_for_a_key_in_clear():
    """A method that Django adds, and that asks the table by itself, has to be looked at here."""
    asks = {"_get_session_from_db", "exists", "create_model_instance", "delete"}
    ways = {
        "load",
        "create",
        "save",
        "clear_expired",
        "aclear_expired",
        "get_model_class",
        "model",
        "__init__",
    }
    replaced = {"aload", "aexists", "acreate", "asave", "adelete"}
    unreached = {"_aget_session_from_db", "acreate_model_instance"}
    parent = {name for name in vars(SessionStore.__base__) if not name.startswith("__") or name == "__init__"}

    assert parent == asks | ways | replaced | unreached
    assert asks | replaced <= set(vars(SessionStore))


@pytest.mark.sec("SEC-AU7")
@pytest.mark.parametrize("cookie", NO_KEYS.values(), ids=NO_KEYS)
def test_a_cookie_that_is_no_key_never_reaches_the_database(cookie, alice):
    """A NUL would be an error of PostgreSQL, so that a stranger could fill the log with faults of ours."""
    client = Client(raise_request_exception=False, headers={"cookie": f"session={cookie}"})
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/api/v1/me")

    assert answer.status_code == 401
    assert not [query["sql"] for query in asked if "accounts_session" in query["sql"]]
    assert client.post("/api/v1/session", SIGN_IN, content_type="application/json").status_code == 200


@pytest.mark.sec("SEC-AU7")
def test_cookies_end_with_the_browser_and_the_session_with_its_hours(alice):
    """On a shared machine the next person finds nobody signed in."""
    client = Client()
    for cookies in (
        client.get("/api/v1/session").cookies,
        client.post("/api/v1/session", SIGN_IN, content_type="application/json").cookies,
    ):
        for name in cookies:
            assert (cookies[name]["max-age"], cookies[name]["expires"]) == ("", ""), name
    assert {"session", "csrftoken"} <= set(client.cookies)

    assert Session.objects.get().expire_date > timezone.now()
    Session.objects.update(expire_date=LONG_AGO)
    assert client.get("/api/v1/me").status_code == 401
