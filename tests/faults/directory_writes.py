"""The writes of the directory at the API, as ``writes.py`` has those of everything else."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from directory.actions import services
from tests.directory.entries import (
    AT,
    PUBLIC_ADDRESS,
    SECRET_ADDRESS,
    a_case,
    a_service,
    a_structure,
    an_error_report,
    an_opening,
    at_place,
    editor,
)
from tests.directory.exchange.samples import a_held_row, di_service, di_structure, packed, tried
from tests.factories.world import World
from tests.web.browsing import let_in

EDITOR = "directory_editor"
SERVICES = "POST /api/v1/resources"
SEARCH = "POST /api/v1/resources/search"
NIGHT_PHONE = "POST /api/v1/resources/{id}/night-phone"
OPEN_PLACE = "POST /api/v1/places/{id}/open"


def _by(world: World, who: str, route: str, make: Callable[[World], tuple[Any, Any]]) -> Any:
    """Make the row and the body, and return what sends them, under a fresh key each time."""
    verb, path = route.split(" ")
    pk, body = make(world)
    url = path.removeprefix("/api/v1/").replace("{id}", str(pk))
    return lambda: partial(world.as_(who)._send, verb.lower(), url, body, None, uuid4().hex)


def _secret_place(world: World) -> Any:
    return at_place(world, a_structure(world), "secret").pk


def _with_night_phone(world: World) -> Any:
    service = a_service(world)
    services.change(service.pk, {"night_phone": "+33199001234"}, actor=editor(world), at=AT)
    return service.pk


def _file(raw: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("ressources.zip", raw)


def _opens(world: World) -> Any:
    client, place = Client(raise_request_exception=False), _secret_place(world)
    let_in(client, world.user("on_call"), proved_at=datetime.now(UTC).timestamp())
    body = {"purpose": "emergency", "reference": a_case(world, "on_call")}
    url = f"/api/v1/places/{place}/open"
    return lambda: lambda: client.post(url, body, content_type="application/json")


def _tries(world: World) -> Any:
    form = {"source": "data_inclusion", "extent": "part"}
    raw = packed([di_structure()], [di_service()])
    client = world.as_(EDITOR).client
    return lambda: lambda: client.post("/api/v1/resources/imports", form | {"file": _file(raw)})


def _does(world: World) -> Any:
    raw = packed([di_structure()], [di_service()])
    run, _ = tried(world, raw)
    client = world.as_(EDITOR).client
    return lambda: lambda: client.post(f"/api/v1/resources/imports/{run.pk}/do", {"file": _file(raw)})


#: By route: who writes, and the id in the address with the body.
MADE: dict[str, tuple[str, Callable[[World], tuple[Any, Any]]]] = {
    SERVICES: (EDITOR, lambda world: (None, {
        "structure": str(a_structure(world).pk), "name": "Accueil", "description": "Un lit.",
        "needs": ["tonight_shelter"], "night_phone": "01 99 00 12 34",
        "accepts": [{"situation": "runaway", "answer": "case", "words": "Appeler."}],
    })),
    SEARCH: ("filer", lambda _: (None, {"department": "93", "need": "tonight_shelter"})),
    "PATCH /api/v1/resources/{id}": (EDITOR, lambda world: (a_service(world).pk, {
        "zones": ["59"], "age_min_months": 144, "night_phone": "01 99 00 56 78", "status": "suspended",
        "suspended_until": "2027-01-31",
    })),
    "POST /api/v1/resources/{id}/verify": (EDITOR, lambda world: (
        a_service(world).pk, {"means": "phone", "evidence": "L'accueil", "confirmed": ["needs", "zones"]},
    )),
    "POST /api/v1/resources/{id}/capacities": (EDITOR, lambda world: (
        a_service(world).pk, {"unit": "place", "maximum": 4, "vacancy": 1, "told_by": "La cheffe de service"},
    )),
    "POST /api/v1/resources/{id}/merge": (EDITOR, lambda world: (
        a_service(world).pk, {"lost": str(a_service(world).pk)},
    )),
    "POST /api/v1/resources/{id}/errors": ("filer", lambda world: (
        a_service(world).pk, {"sentence": "Le numéro ne répond plus."},
    )),
    NIGHT_PHONE: ("on_call", lambda world: (_with_night_phone(world), None)),
    "POST /api/v1/structures": (EDITOR, lambda _: (None, {"kind": "mecs", "name": "Le Phare"})),
    "PATCH /api/v1/structures/{id}": (EDITOR, lambda world: (
        a_service(world).structure_id, {"name": "Le Grand Phare", "status": "closed"},
    )),
    "POST /api/v1/structures/{id}/places": (EDITOR, lambda world: (
        at_place(world, a_structure(world, phone="119"), **PUBLIC_ADDRESS).structure_id,
        {"visibility": "secret", **SECRET_ADDRESS},
    )),
    "POST /api/v1/structures/{id}/merge": (EDITOR, lambda world: (
        a_structure(world).pk, {"lost": str(a_service(world).structure_id)},
    )),
    "POST /api/v1/secret-openings/{id}/look": ("supervisor", lambda world: (
        an_opening(world).pk, {"justified": False},
    )),
    "POST /api/v1/resources/held/{id}/settle": (EDITOR, lambda world: (a_held_row(world).pk, {"same": True})),
    "POST /api/v1/resource-errors/{id}/settle": (EDITOR, lambda world: (
        an_error_report(world).pk, {"corrected": True},
    )),
}  # fmt: skip
TRY_FILE = "POST /api/v1/resources/imports"
DO_FILE = "POST /api/v1/resources/imports/{id}/do"
SETTLE_HELD = "POST /api/v1/resources/held/{id}/settle"
WRITES: dict[str, Callable[[World], Any]] = {
    route: partial(_by, who=who, route=route, make=make) for route, (who, make) in MADE.items()
} | {TRY_FILE: _tries, DO_FILE: _does, OPEN_PLACE: _opens}
#: A search changes nothing and is linked to nobody; the number of the night is an entry alone.
UNWRITTEN = {SEARCH, NIGHT_PHONE}
