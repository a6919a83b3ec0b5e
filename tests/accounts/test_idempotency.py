"""The writes of accounts: rights first, then once under an Idempotency-Key (SEC-IN12, SEC-AZ3)."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import actions, replays
from accounts.actor import SYSTEM
from accounts.models import Membership, Organisation, Replay, Token, Unit, User
from accounts.roles import Role
from encryption import index
from outbox import scheduler
from tests.accounts.conftest import entries
from tests.night import some

pytestmark = pytest.mark.both_databases("what a repeated request finds")

KEY = "the-same-key"
EXPECTED = {
    "users": (User, "user:made", 201),
    "verify": (User, "user:verified", 200),
    "memberships": (Membership, "membership:granted", 201),
    "end": (Membership, "membership:ended", 200),
    "units": (Unit, "unit:made", 201),
    "organisations": (Organisation, "organisation:made", 201),
    "tokens": (Token, "token:made", 201),
}


@pytest.fixture
def writes(ada, alice, unit, authority_93):
    """Return the path and body of each write that makes or ends something."""
    place = str(authority_93.pk)
    return {
        "users": ("users", {"email": "zoe@exemple.fr", "full_name": "Zoé Essai", "authority": place}),
        "verify": (f"users/{alice.user_id}/verify", {}),
        "memberships": (
            "memberships",
            {"email": "alice@exemple.fr", "role": "statistician", "authority": place, "unit": str(unit.pk)},
        ),
        "end": (f"memberships/{alice.pk}/end", {}),
        "units": (f"authorities/{place}/units", {"name": "Circonscription d'essai"}),
        "organisations": (
            "organisations",
            {"name": "Foyer d'essai", "kind": "association", "authority": place},
        ),
        "tokens": (
            "tokens",
            {
                "membership": str(ada.pk),
                "label": "essai",
                "expires_at": (timezone.now() + timedelta(days=30)).isoformat(),
            },
        ),
    }


@pytest.fixture
def admin(ada, signed_in):
    return signed_in(ada.user)


def once(caller, write, key=KEY, **changed):
    path, body = write
    return caller.post(path, body | changed, **{"Idempotency-Key": key})


@pytest.mark.sec("SEC-IN12")
@pytest.mark.parametrize("name", EXPECTED)
def test_the_same_request_under_the_same_key_is_done_once(admin, writes, name):
    model, act, status = EXPECTED[name]

    first = once(admin, writes[name])
    there = model.objects.count()
    again = once(admin, writes[name])

    assert (first.status_code, again.status_code) == (status, status), again.content
    assert again.json() | {"token": None} == first.json() | {"token": None}
    assert model.objects.count() == there
    assert len(entries(act=act)) == 1


@pytest.mark.sec("SEC-IN12")
@pytest.mark.parametrize("name", EXPECTED)
def test_another_request_under_the_same_key_is_refused(admin, writes, name):
    once(admin, writes[name])
    counts = [model.objects.count() for model, *_ in EXPECTED.values()]

    other_body = once(admin, writes[name], full_name="Autre")
    other_route = once(admin, writes["users" if name == "units" else "units"])

    assert (other_body.status_code, other_route.status_code) == (422, 422)
    assert other_body.json()["code"] == "idempotency-key-reused"
    assert [model.objects.count() for model, *_ in EXPECTED.values()] == counts


@pytest.mark.sec("SEC-IN12")
@pytest.mark.parametrize("key", ["short", "x" * 65, "with blank", "clé-accentuée", ""])
def test_a_key_that_is_none_is_refused(admin, writes, key):
    answer = once(admin, writes["users"], key=key)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-malformed")
    assert not User.objects.filter(email="zoe@exemple.fr").exists()


def test_without_a_key_each_request_counts(admin, writes):
    path, body = writes["organisations"]

    assert [admin.post(path, body).status_code for _ in range(2)] == [201, 201]
    assert not Replay.objects.exists()


@pytest.mark.sec("SEC-IN12")
def test_a_request_that_was_refused_may_be_corrected_under_its_key(admin, writes):
    assert once(admin, writes["users"], email="zoe").status_code == 400
    assert once(admin, writes["users"]).status_code == 201


@pytest.mark.sec("SEC-IN12")
def test_the_key_of_one_caller_is_not_that_of_another(admin, writes, olga, calling, authority_75):
    once(admin, writes["units"])

    answer = once(calling(olga), (f"authorities/{authority_75.pk}/units", {"name": "Secteur d'essai"}))

    assert answer.status_code == 201


@pytest.mark.sec("SEC-IN12")
def test_a_token_is_told_once_and_kept_nowhere(admin, writes):
    """Who lost the answer learns which token it was, so that it can be revoked and another made."""
    first = once(admin, writes["tokens"]).json()

    again = once(admin, writes["tokens"]).json()

    assert first["token"].startswith("rep_")
    assert again["token"] is None
    assert again["id"] == first["id"]
    assert first["token"] not in everything()
    assert admin.delete(f"tokens/{again['id']}").status_code == 204
    assert once(admin, writes["tokens"], key="another-key").json()["token"].startswith("rep_")


def everything():
    """Return all rows of the database, as one text."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("accounts_", "referrals_")):
                cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - a table's name
                found += cursor.fetchall()
    return repr(found)


@pytest.mark.sec("SEC-IN12", "SEC-AZ10")
@pytest.mark.parametrize("name", [name for name in EXPECTED if name != "tokens"])
def test_a_repetition_asks_for_the_rights_of_now(admin, ada, writes, name, signed_in):
    assert once(admin, writes[name]).status_code in (200, 201)
    actions.end(actor=SYSTEM, at=timezone.now(), membership_id=ada.pk)

    answer = once(signed_in(ada.user), writes[name])

    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


@pytest.mark.sec("SEC-IN12")
def test_what_the_caller_may_see_no_more_is_not_told(
    admin, ada, writes, member, authority_75, calling, signed_in
):
    """The institution was made for 93; who has gone to 75 since gets the answer of an absence."""
    once(admin, writes["organisations"])
    member(Role.TERRITORY_ADMIN, authority_75, user=ada.user)
    actions.end(actor=SYSTEM, at=timezone.now(), membership_id=ada.pk)

    assert once(signed_in(ada.user), writes["organisations"]).status_code == 404


BODIES = {"nothing": {}, "nonsense": {"x": 1}, "a list": [1, 2]}


@pytest.mark.sec("SEC-AZ3")
@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name in EXPECTED for kind in some(list(BODIES), name)]
)
def test_who_may_not_is_told_so_before_the_body_is_looked_at(alice, calling, writes, name, kind):
    path, _ = writes[name]

    answer = calling(alice).post(path, BODIES[kind])

    assert answer.status_code == 403
    assert answer.json()["code"] == "not-allowed"
    assert json.loads(answer.content)["rule"] in {"accounts.manage", "organisations.manage", "session-only"}


@pytest.mark.sec("SEC-AZ3")
@pytest.mark.parametrize("name", EXPECTED)
def test_nor_is_a_key_of_theirs(alice, calling, writes, name):
    assert once(calling(alice), writes[name], key="x").status_code == 403


@pytest.mark.sec("SEC-IN12")
def test_what_is_remembered_of_a_request_tells_no_account(admin, ada, writes):
    """Beside the id of a referral the caller's would tell who filed it, which its own row hides (``filed_by``)."""
    once(admin, writes["users"])

    (row,) = Replay.objects.values()
    told = [bytes(value) if isinstance(value, memoryview) else value for value in row.values()]
    assert not any(
        form in told for form in (ada.user_id, ada.user_id.bytes, str(ada.user_id), ada.user_id.hex)
    )
    assert bytes(row["caller"]) == index.keyed("idempotency.request", ada.user_id.bytes + KEY.encode())
    assert bytes(row["caller"]) != index.keyed("filer", ada.user_id.bytes)


@pytest.mark.sec("SEC-CR20")
def test_two_requests_of_one_account_have_no_value_in_common(admin, writes):
    """A row about the account itself would tell whose those about its filings are."""
    once(admin, writes["users"])
    once(admin, writes["organisations"], key="another-key")

    assert len({bytes(row.caller) for row in Replay.objects.all()}) == 2


def test_what_the_release_before_remembers_is_honoured(admin, ada, writes):
    once(admin, writes["users"])
    Replay.objects.update(caller=index.keyed("idempotency.caller", ada.user_id.bytes))

    assert once(admin, writes["users"]).status_code == 201
    assert Replay.objects.count() == 1


def test_the_same_key_of_another_caller_is_another(admin, olga, writes, calling):
    abroad = ("organisations", {"name": "Foyer", "kind": "other", "authority": str(olga.authority_id)})
    callers = (admin, writes["organisations"]), (calling(olga, scopes=["read", "write"]), abroad)

    assert [once(*write).status_code for write in callers] == [201, 201]
    assert len({bytes(row.caller) for row in Replay.objects.filter(key=KEY)}) == 2


def test_a_request_is_remembered_for_thirty_days(admin, writes):
    once(admin, writes["users"])
    made = Replay.objects.get().at

    assert replays.forget_old(made + timedelta(days=30)) == 0
    assert replays.forget_old(made + timedelta(days=30, seconds=1)) == 1
    assert not Replay.objects.exists()
    assert "replays:forgotten" in {work.name for work in scheduler.registered()}
