"""SEC-AZ2: each address and verb has its permission in one hand-typed list, and refuses who hasn't it."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from time import time
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.imports import trial as trials
from accounts.imports.rows import Institution
from accounts.models import AccountRequest, FactorReset, GrantRequest, ImportRun, Membership, User
from accounts.permissions import PERMISSIONS
from audit import pruning
from audit.sequencer import Sequencer
from encryption.signing import FileSigner
from outbox.models import Notice
from referrals.models import RotaShift
from referrals.workflow.step import steps
from tests.directory.entries import (
    PUBLIC_ADDRESS,
    a_case,
    a_service,
    a_structure,
    an_error_report,
    an_opening,
    at_place,
)
from tests.directory.exchange.samples import a_held_row, di_structure, packed, tried
from tests.expected import routes as table
from tests.expected.routes import ROUTES
from tests.factories.concerns import concern
from tests.factories.providers import let_the_site_have_one
from tests.factories.world import LONG_AGO
from tests.night import one_in, some
from tests.referrals.workflow.expectations import EVERY_MACHINE, EXPECTED
from tests.security.procedure import anomaly_of
from tests.shared_fixtures import shared_fixture
from tests.web.browsing import let_in

pytestmark = pytest.mark.sec("SEC-AZ2")

#: Words of a closed list in the addresses of pages.
WORDS_OF_PAGES = {
    "code": "essai",
    "machine": "referral",
    "step": "qualify",
    "part": "historique",
    "name": "answer",
    "question": "refusals",
    "key": "triage_hours",
    "source": "people",
    "topic": "publics",
    "form": "hsds",
    "lang": "fr",
    "section": "faire",
    "page": "premiers-gestes",
}
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STEPS = {step.row.number for machine in EVERY_MACHINE for step in EXPECTED[machine].values()}
WORDS = {
    value
    for name, value in vars(table).items()
    if name.isupper() and isinstance(value, str) and "/" not in value
}


def patterns(found=None, before="/"):
    """Yield each address of the URL configuration with its view."""
    for one in get_resolver("config.urls").url_patterns if found is None else found:
        path = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield path, one.callback
        else:
            yield from patterns(one.url_patterns, path)


def takes(kind, verb):
    return verb in kind.http_method_names and hasattr(kind, verb)


def served():
    """Return each address and verb that is served; a plain function is asked which it takes."""
    found = Counter()
    for path, view in patterns():
        kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
        for verb in VERBS:
            if takes(kind, verb.lower()) if kind else Client().generic(verb, path).status_code != 405:
                found[f"{verb} {path}"] += 1
    return found


def test_the_addresses_are_those_of_the_list_and_no_other(db_both):
    assert served() == Counter(ROUTES.keys()), (
        "an address without its row, a row without its address, or one twice"
    )


def test_each_row_names_a_permission_that_there_is():
    assert {row for row in ROUTES.values() if row not in STEPS} <= WORDS
    assert {name: tuple(sorted(roles)) for name, roles in PERMISSIONS.items()} == table.PERMISSIONS


def test_the_address_of_a_step_is_that_of_the_step_in_its_row():
    views = {
        f"POST {path}": view.cls.step for path, view in patterns() if hasattr(getattr(view, "cls", 0), "step")
    }

    assert {route: step.number for route, step in views.items()} == {
        route: row for route, row in ROUTES.items() if row in STEPS
    }
    assert all(route.endswith(f"/{step.name}") for route, step in views.items())
    assert {(s.machine, s.name) for s in views.values()} == {
        (s.machine, s.name)
        for s in steps.all()
        # A draft and a question are made at addresses of their own: there is no row yet.
        if not s.internal
        and (s.machine, s.name)
        not in {
            ("referral", "create"),
            ("inquiry", "ask"),
            ("access_request", "receive"),
            ("breach", "declare"),
            ("letter", "prepare"),
        }
    }


# --- Who is refused -----------------------------------------------------------------------------------


@pytest.fixture
def bodies(world):
    """What each write of accounts takes, so that nothing but the permission can refuse it."""
    authority = str(world.authorities["93"].pk)
    return {
        "POST /api/v1/users/<uuid:pk>/factor-reset": {"how": "in_person"},
        "POST /api/v1/factor-resets/<uuid:pk>/confirm": {"how": "in_person"},
        "POST /api/v1/organisations": {"name": "Foyer", "kind": "association", "authority": authority},
        "PUT /api/v1/organisations/<uuid:pk>": {"name": "Foyer", "kind": "association"},
        "POST /api/v1/account-requests/<uuid:pk>/refuse": {"reason": "other"},
        "POST /api/v1/users": {"email": "n@test.invalid", "full_name": "Nouvelle", "authority": authority},
        "POST /api/v1/users/search": {"words": "filer"},
        "POST /api/v1/invitations": lambda: {
            "email": f"{uuid4().hex}@test.invalid", "full_name": "Nouvelle", "authority": authority,
        },
        "POST /api/v1/authorities/<uuid:pk>/units": {"name": "Unité"},
        "POST /api/v1/authorities/<uuid:pk>/settings": {
            "effective_on": "2099-01-01",
            "values": {"triage_hours": 30},
        },
        "POST /api/v1/authorities/<uuid:pk>/rota": shift(world),
        "POST /api/v1/audit/holds": lambda: {"authority": authority, "subject": str(uuid4())},
        "POST /api/v1/memberships": {
            "email": world.user("filer").email, "role": "statistician", "authority": authority
        },
        "POST /api/v1/memberships/<uuid:pk>/certificate": {"issued_on": datetime.now(UTC).date().isoformat()},
        "POST /api/v1/membership-requests": {
            "email": world.user("filer").email, "role": "dpo", "authority": authority
        },
        "POST /api/v1/resources": lambda: {
            "structure": str(a_structure(world).pk), "name": "Accueil", "description": "Un lit.", "needs": [],
        },
        "PATCH /api/v1/resources/<uuid:pk>": {"languages": ["en"]},
        "POST /api/v1/resources/<uuid:pk>/verify": {"means": "phone"},
        "POST /api/v1/resources/<uuid:pk>/capacities": {"vacancy": 1},
        "POST /api/v1/resources/<uuid:pk>/merge": lambda: {"lost": str(a_service(world).pk)},
        "POST /api/v1/resources/<uuid:pk>/errors": {"sentence": "Le numéro a changé."},
        "POST /api/v1/resources/held/<uuid:pk>/settle": {"same": True},
        "POST /api/v1/structures": {"kind": "mecs", "name": "Le Phare"},
        "PATCH /api/v1/structures/<uuid:pk>": {"name": "Le Grand Phare"},
        "POST /api/v1/structures/<uuid:pk>/places": {"visibility": "public", **PUBLIC_ADDRESS},
        "POST /api/v1/structures/<uuid:pk>/merge": lambda: {"lost": str(a_structure(world).pk)},
        "POST /api/v1/places/<uuid:pk>/open": lambda: {
            "purpose": "emergency", "reference": a_case(world, *table.PERMISSIONS["directory.secret"])
        },
        "POST /api/v1/secret-openings/<uuid:pk>/look": {"justified": True},
        "POST /api/v1/resource-errors/<uuid:pk>/settle": {"corrected": True},
    }  # fmt: skip


def shift(world):
    """Return what makes the body of another shift each time: an officer is on call once at a time."""
    officer, hours = str(world.user("on_call").pk), count(1)

    def body():
        begins = datetime.now(UTC) + timedelta(hours=next(hours))
        ends = begins + timedelta(minutes=59)
        return {
            "officer": officer,
            "place": "first",
            "starts_at": begins.isoformat(),
            "ends_at": ends.isoformat(),
        }

    return body


@shared_fixture
def there(world):
    """The ids of what there is, by the beginning of the address that takes it."""
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key="for-the-list")
    User.objects.filter(pk=world.user("statistician").pk).update(verified_at=None)
    return {
        "/api/v1/users": str(world.user("statistician").pk),
        "/api/v1/authorities": str(world.authorities["93"].pk),
        "/api/v1/memberships/<uuid:pk>/review": str(world.memberships["93", "auditor"].pk),
        "/api/v1/memberships": str(world.memberships["93", "filer"].pk),
        "/api/v1/tokens": str(world.memberships["93", "filer"].tokens.get().pk),
        "/api/v1/referrals": filed.json()["id"],
        "/api/v1/audit/anomalies": str(anomaly_of(world, 1).pk),
        "/api/v1/audit/holds": str(
            pruning.hold(world.authorities["93"].pk, uuid4(), actor=None, at=LONG_AGO).pk
        ),
        "/api/v1/organisations": str(world.services["93"].pk),
        "/api/v1/resources/<uuid:pk>": str(a_service(world).pk),
        "/api/v1/structures/<uuid:pk>": str(a_structure(world).pk),
    }


@pytest.fixture
def ids(world, there):
    """The same, with what is made anew for each who asks."""
    return {
        "/api/v1/users/<uuid:pk>/close": lambda: str(a_person(world).pk),
        "/api/v1/users/<uuid:pk>/reopen": lambda: str(a_person(world, is_active=False).pk),
        "/api/v1/memberships/<uuid:pk>/certificate": lambda: str(another_agent(world).pk),
        "/api/v1/factor-resets": lambda: str(a_reset(world).pk),
        "/api/v1/account-requests": lambda: str(an_account_request(world).pk),
        "/api/v1/imports": lambda: str(an_import(world).pk),
        "/api/v1/membership-requests": lambda: str(a_grant_request(world).pk),
        "/api/v1/resources/imports/<uuid:pk>": lambda: str(tried(world, packed([di_structure()]))[0].pk),
        "/api/v1/resources/held/<uuid:pk>": lambda: str(a_held_row(world).pk),
        "/annuaire/imports/retenues/<uuid:pk>": lambda: str(a_held_row(world).pk),
        "/annuaire/imports/<uuid:pk>": lambda: str(tried(world, packed([di_structure()]))[0].pk),
        "/api/v1/places": lambda: str(at_place(world, a_structure(world), "secret").pk),
        "/api/v1/secret-openings/<uuid:pk>": lambda: str(an_opening(world).pk),
        "/api/v1/resource-errors/<uuid:pk>": lambda: str(an_error_report(world).pk),
        "shift": lambda: str(a_shift(world).pk),
        **there,
    }


def a_person(world, **more):
    """Somebody without a role, whose account is the authority's."""
    return User.objects.create(
        email=f"{uuid4().hex}@test.invalid", full_name="Une Personne", home_authority=world.authorities["93"], **more
    )  # fmt: skip


def another_agent(world):
    """Somebody else of a service: the own certificate is read by everybody."""
    like = world.memberships["93", "measure_service"]
    return Membership.objects.create(
        user=a_person(world), role=like.role, authority=like.authority, organisation=like.organisation,
        valid_from=like.valid_from,
    )  # fmt: skip


def a_reset(world):
    """A request that nobody has decided, asked by somebody whom no test asks as."""
    FactorReset.objects.all().delete()
    return FactorReset.objects.create(
        user=world.user("statistician"),
        asked_by=an_asker(world),
        asked_at=datetime.now(UTC),
    )


def a_grant_request(world):
    """A powerful role that waits for a second person, asked for by an administrator whom no test asks as."""
    GrantRequest.objects.all().delete()
    Membership.objects.filter(user=world.user("statistician"), role="dpo").delete()
    return GrantRequest.objects.create(
        user=world.user("statistician"), role="dpo", authority=world.authorities["93"], asked_by=an_asker(world),
        asked_at=datetime.now(UTC),
    )  # fmt: skip


def an_import(world, by=None, **more):
    """An import of one institution that waits for a second person, asked for by somebody whom no test asks as."""
    at, place = datetime.now(UTC), world.authorities["93"]
    asker = by or an_asker(world)
    run = ImportRun(
        authority=place, source="institutions", tried_by=asker, tried_at=at, **{"asked_at": at} | more
    )
    row = Institution(2, "Foyer d'essai", "residential", {"siret": "73282932000074"})
    trials.seal(run, trials.tried([row], [], place, asker=asker.pk, at=at))
    run.save()
    return run


def an_account_request(world, **more):
    """A request for an account in 93, whose address is confirmed."""
    at = datetime.now(UTC)
    said = {
        "email": f"{uuid4().hex}@test.invalid", "full_name": "Une Personne", "organisation_name": "Collège d'essai",
        "authority": world.authorities["93"], "asked_at": at, "confirmed_at": at,
    }  # fmt: skip
    return AccountRequest.objects.create(**said | more)


def an_asker(world):
    """An administrator of 93 whom no test asks as."""
    address = "administration@exemple.fr"
    asker = User.objects.filter(email=address).first()
    if asker is None:
        asker = User.objects.create_user(email=address, full_name="Administration Essai")
        Membership.objects.create(
            user=asker, role="territory_admin", authority=world.authorities["93"], valid_from=LONG_AGO
        )
    return asker


def a_shift(world):
    at, me = datetime.now(UTC), world.user("supervisor")
    return RotaShift.objects.create(
        authority=world.authorities["93"], user=world.user("on_call"), place="first", starts_at=at,
        ends_at=at + timedelta(hours=1), made_at=at, made_by=me,
    )  # fmt: skip


@pytest.fixture
def asked_of_the_tree(world, ids, tmp_path, settings):
    """What the questions about the journal's tree need: a tree that is signed, and an entry in it."""
    settings.LOG_WITNESS_FILE, settings.LOG_WITNESSES = "", []
    Sequencer(FileSigner(tmp_path / "log.key", make=True)).once()
    entry = world.as_("auditor").get("audit/entries", act="referral:submit").json()["results"][0]["id"]
    return {
        "proofs/inclusion": {"entry": entry}, "proofs/consistency": {"first": "1"},
        "questions/file-openings": {"subject": str(uuid4())}, "questions/person-openings": {"actor": str(uuid4())},
    }  # fmt: skip


def made(value):
    return value() if callable(value) else value


def ask(client, route, ids, bodies, queries=None):
    verb, path = route.split(" ")
    path = path.replace("<uuid:shift>", made(ids["shift"]) if "<uuid:shift>" in path else "")
    pk = next((found for start, found in ids.items() if path.startswith(start)), str(uuid4()))
    path = path.replace("<uuid:pk>", made(pk))
    path = re.sub(r"<uuid:\w+>", lambda _: str(uuid4()), path)
    for name, word in WORDS_OF_PAGES.items():
        path = path.replace(f"<slug:{name}>", word)
    send = getattr(client, verb.lower())
    if verb == "GET":
        return send(path, (queries or {}).get(path.removeprefix("/api/v1/audit/"), {}))
    headers = {"if-match": '"1"', "idempotency-key": uuid4().hex}
    body = bodies.get(route, {})
    return send(path, made(body), content_type="application/json", headers=headers)


@pytest.fixture
def once(ids):
    """The same ids, of what is made once: nobody who asks changes any of it."""
    return {start: made(found) for start, found in ids.items()}


def test_a_stranger_is_let_in_where_the_list_says_so_and_nowhere_else(once, bodies, settings):
    let_the_site_have_one(settings)
    for route, row in ROUTES.items():
        answer = ask(Client(raise_request_exception=False), route, once, bodies)
        if row == table.PUBLIC:
            assert answer.status_code not in (401, 403, 404), (route, answer.status_code)
        elif row in (table.BY_SECRET, table.MONITORING, table.TRAINS):
            assert answer.status_code == 404, (
                "a guess, no token, or no training instance; what a right one opens: tests/referrals/calendar_feeds, "
                "tests/config/metrics"
            )
        else:
            assert answer.status_code == 401, (route, answer.status_code)


def signed_in(user):
    """Return a browser of somebody who has just given a fresh proof."""
    client = Client(raise_request_exception=False)
    user.refresh_from_db()  # what is done to the own factors ends the sessions of before, and is told
    Notice.objects.filter(user_id=user.pk).delete()
    let_in(client, user, proved_at=datetime.now(UTC).timestamp())
    return client


@pytest.mark.slow("every address")
def test_a_person_without_a_role_has_the_own_account_and_nothing_else(world, once, bodies):
    """Signed in, a member of nothing: no address that asks for a right gives anything.

    By day one in four of the addresses of a permission or of one case: others without the right ask for each of them,
    below and in tests/referrals/api/test_routes.py.
    """
    nobody = User.objects.create(email="nobody@test.invalid", full_name="Sans Rôle")
    client = signed_in(nobody)
    elsewhere = [
        r for r, row in ROUTES.items() if row in table.PERMISSIONS or "/api/v1/referrals/<uuid:pk>/" in r
    ]
    left_out = {*elsewhere} - {*one_in(4, elsewhere)}
    for route, row in ROUTES.items():
        if route in left_out:
            continue
        answer = ask(client, route, once, bodies)
        if row in (table.PUBLIC, table.OWN_ACCOUNT, table.AWAITED, table.SIGNED_IN):
            assert answer.status_code != 403, (route, answer.status_code)
            if not route.startswith("GET "):
                client = signed_in(nobody)
        elif row == table.LISTED and "/api/" not in route:
            assert "encore rien transmis" in answer.content.decode(), route
        elif row == table.LISTED and not route.startswith("GET /api/"):
            assert answer.status_code == 200
        elif row == table.LISTED:
            assert answer.json() == {"results": [], "next": None}, route
        else:
            assert answer.status_code in (403, 404), (route, answer.status_code, answer.content)
            assert answer.json()["code"] in ("not-allowed", "not-found"), route


#: No person's token does these (SEC-AZ26).
SESSIONS_ALONE = {"POST /api/v1/places/<uuid:pk>/open"}


def kind_of(route):
    if "/api/" not in route:
        return "pages"
    if route in SESSIONS_ALONE:
        return "sessions"
    return "reads" if route.startswith("GET ") else "writes"


@pytest.mark.parametrize(
    ("permission", "kind"),
    sorted({(row, kind_of(route)) for route, row in ROUTES.items() if row in table.PERMISSIONS}),
)
def test_a_permission_is_its_roles_alone(request, world, ids, bodies, permission, kind):
    """Every role of the authority itself is tried on every address of the permission; by day on one of them.

    By day each other address is asked by one role that may not, half of them by one that may.
    """
    roles = [name for code, name in world.secrets if code == "93" and not name.endswith("_2")]
    may = [name for name in roles if name in table.PERMISSIONS[permission]]
    may_not = [name for name in roles if name not in may]
    asked = [route for route, row in ROUTES.items() if row == permission and kind_of(route) == kind]
    whole = kind == min(kind_of(route) for route, row in ROUTES.items() if row == permission)
    tries = [(name, asked[0]) for name in roles if whole]
    for route in asked[whole:]:
        tries += [
            (name, route)
            for name in (*(some(may, route) if one_in(2, [route]) else ()), *some(may_not, route))
        ]
    tries.sort(key=lambda one: one[0] in may)  # whoever may ends accounts and roles of others
    clients = {name: client_of(world, name, kind) for name, _ in tries}
    of_the_tree = request.getfixturevalue("asked_of_the_tree") if permission.startswith("audit.") else {}
    for name, route in tries:
        answer = ask(clients[name], route, ids, bodies, of_the_tree)
        b"".join(answer)  # an export is a file: read, and so closed
        if name in may:
            assert answer.status_code in (200, 201, 204), (route, name, answer.status_code)
        else:
            assert answer.status_code in (403, 404), (route, name, answer.status_code)


def client_of(world, name, kind):
    """Return the browser of somebody: no token opens a page."""
    if kind not in ("pages", "sessions"):
        secret = world.secrets["93", name]
        return Client(headers={"authorization": f"Bearer {secret}"}, raise_request_exception=False)
    client = Client(raise_request_exception=False)
    let_in(client, world.user(name), **({"proved_at": time()} if kind == "sessions" else {}))
    return client


def test_every_permission_opens_an_address():
    assert set(table.PERMISSIONS) <= set(ROUTES.values())


def test_who_may_not_begin_a_draft_begins_none(world):
    may = set(EXPECTED["referral"]["create"].row.who)
    for code, name in world.secrets:
        if code == "93" and not name.endswith("_2") and name not in may:
            assert world.as_(name).post("referrals", {}).status_code == 403, name
