"""SEC-AL20, enumerated: every address of a case × own draft, own filing, shared draft, staff: whom its entries name.

The oracle is typed by hand: which acts own filing and sharing can leave, and how each names who did it. All else that
somebody tries on an own or shared case leaves a refusal, which is one of those acts.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from audit import journal, pseudonyms
from audit.models import Entry
from referrals.models import FilerMessage
from tests.expected.routes import ROUTES
from tests.factories.concerns import concern
from tests.night import NIGHT, some
from tests.referrals.attachments import files
from tests.referrals.attachments.conftest import folder  # noqa: F401 - where the objects are
from tests.security.procedure import seeing_all
from tests.security.test_routes import WORDS_OF_PAGES
from tests.shared_fixtures import BOTH, forget
from tests.web.visiting import Visitor

pytestmark = [
    pytest.mark.sec("SEC-AL20"),
    pytest.mark.slow("every address of a case, by four people"),
]

#: What who files, or is shown a draft, does to one case, and what the service then does in their name; each names them by
#: account and case, from nowhere.
BY_CASE = {
    "referral:create", "referral:submit", "referral:submit_urgent", "referral:withdraw", "referral:provide_info",
    "draft:edited", "draft:shared", "draft:unshared", "field:opened", "receipt:given", "message:read", "attachment:added",
    "attachment:opened", "attachment:marked", "attachment:removed", "request:denied", "request:failed",
    "alert:sound", "review:open", "feedback:withhold",
}  # fmt: skip
#: What the same people leave that names no case: who acts, and nothing of the case beside it.
BY_ACCOUNT = {"list:opened", "request:denied", "request:failed"}
WITHOUT = ("org", "dev", "ip", "ua", "trace")
OF_A_CASE = [route for route in ROUTES if re.search(r"/(referrals|dossiers|transmissions)/<uuid:pk>", route)]
#: Lists, and what begins a case.
BESIDE = [
    "GET /api/v1/referrals?own=true", "GET /api/v1/referrals", "GET /api/v1/clocks", "GET /transmissions", "GET /dossiers",
    "GET /api/v1/notices", "POST /api/v1/referrals",
]  # fmt: skip
assert len(OF_A_CASE) > 180
#: How many addresses are tried by day.
BY_DAY = 4


@dataclass
class Person:
    """Somebody to whom a case is their own, shared, or work."""

    client: Any
    user: UUID
    pk: str
    part: str
    subject: UUID
    files: bool = True
    faults: list[str] = field(default_factory=list)

    @property
    def expected(self) -> str:
        return str(pseudonyms.filer(self.user, self.subject) if self.files else pseudonyms.actor(self.user))


@pytest.fixture
def people(world, folder):  # noqa: F811 - the fixture
    """Return who does it, by what the case is to them."""
    world.memberships["93", "filer"].organisation = world.services["93"]
    world.memberships["93", "filer"].save()
    cell = Visitor(world, "crip_coordinator").client
    filer, lead = Visitor(world, "filer").client, Visitor(world, "filer_org_lead").client
    draft, filed, unread = (begun(filer) for _ in range(3))
    file = added(filer, draft)
    assert sent(filer, "POST", f"/api/v1/referrals/{draft}/share").status_code == 200
    for pk in (filed, unread):
        assert sent(filer, "POST", f"/api/v1/referrals/{pk}/submit").status_code == 200
    ask = {"recipient": "filer", "questions": "Depuis quand ?"}
    assert sent(cell, "GET", f"/api/v1/referrals/{filed}").status_code == 200
    assert sent(cell, "POST", f"/api/v1/referrals/{filed}/request_info", ask).status_code == 200
    told = {"text": "Merci."}
    assert sent(cell, "POST", f"/api/v1/referrals/{filed}/message_filer", told).status_code == 200
    with seeing_all():
        message = str(FilerMessage.objects.get(referral=filed).pk)
        drafted, kept, new = (journal.subject(UUID(pk)) for pk in (draft, filed, unread))
    user = {name: world.user(name).pk for name in ("filer", "filer_org_lead", "crip_coordinator")}
    return {
        "own draft": Person(filer, user["filer"], draft, file, drafted),
        "own filing": Person(filer, user["filer"], filed, message, kept),
        "unread filing": Person(filer, user["filer"], unread, message, new),
        "shared draft": Person(lead, user["filer_org_lead"], draft, file, drafted),
        "staff": Person(cell, user["crip_coordinator"], filed, message, kept, files=False),
    }


def begun(client) -> str:
    return sent(client, "POST", "/api/v1/referrals", FORM).json()["id"]


def added(client, pk: str) -> str:
    form = {"kind": "letter", "notice_read": "true", "file": SimpleUploadedFile("lettre.pdf", files.pdf())}
    answer = client.post(f"/api/v1/referrals/{pk}/attachments", form, headers={"accept": "application/json"})
    assert answer.status_code == 201, answer.content
    return answer.json()["made"]


#: May be filed in either lane.
FORM = concern(danger_now="yes", danger_what="Adultes dans la chambre")
BODIES: dict[str, Any] = {
    "POST /api/v1/referrals": FORM,
    "PATCH /api/v1/referrals/<uuid:pk>": {"child_opinion": "Une autre"},
    "POST /api/v1/referrals/<uuid:pk>/submit_urgent": {},
    "POST /api/v1/referrals/<uuid:pk>/withdraw": {"reason": "Trop tard."},
    "POST /api/v1/referrals/<uuid:pk>/provide_info": {"text": "Rien de plus."},
    "POST /api/v1/referrals/<uuid:pk>/attachments/<uuid:part>/mark": {"evidence": False},
}  # fmt: skip


def sent(client, verb: str, path: str, body: Any = None) -> Any:
    """Send as a careful client: on the newest version, with a key, of the kind that the address takes."""
    page = not path.startswith("/api/")
    headers = {"accept": "text/html" if page else "application/json"}
    if verb == "GET":
        return client.get(path, headers=headers)
    if page:
        return client.post(path, body or {}, headers=headers)
    if "attachments" in path and path.endswith("attachments"):
        form = {"kind": "letter", "notice_read": "true", "file": SimpleUploadedFile("n.pdf", files.pdf())}
        return client.post(path, form, headers=headers)
    case = re.match(r"(/api/v1/referrals/[0-9a-f-]{36})/?", path)
    if case:
        found = client.get(case[1], headers=headers)
        if found.status_code == 200:
            headers["if-match"] = f'"{found.json().get("version", 1)}"'
    headers["idempotency-key"] = uuid4().hex
    return getattr(client, verb.lower())(path, body or {}, content_type="application/json", headers=headers)


def address(route: str, one: Person) -> tuple[str, str]:
    verb, path = route.split(" ")
    path = path.replace("<uuid:pk>", one.pk).replace("<uuid:part>", one.part)
    path = re.sub(r"<uuid:\w+>", lambda _: str(uuid4()), path)
    for name, word in WORDS_OF_PAGES.items():
        path = path.replace(f"<slug:{name}>", word)
    return verb, path


def entries_of(one: Person, route: str, known: list[UUID]) -> list[dict[str, Any]]:
    """Send a request and undo it; return the entries that it left."""
    verb, path = address(route, one)
    # No block of its own: the service asks for one, where a refusal is written, that is the outermost but the test's.
    points = [(name, transaction.savepoint_create(using=name)) for name in BOTH]
    answer = sent(one.client, verb, path, BODIES.get(route))
    found = [
        json.loads(bytes(body)) for body in Entry.objects.exclude(pk__in=known).values_list("body", flat=True)
    ]
    for name, point in points:
        transaction.savepoint_rollback(point, using=name)
    forget()
    return [entry for entry in found if entry["rid"] == answer.headers.get("X-Request-Id")]


def judged(one: Person, route: str, entries: list[dict[str, Any]], met: set[str]) -> None:
    """Hold what a request left against the oracle."""
    ours, account = str(one.subject), str(pseudonyms.actor(one.user))
    for entry in entries:
        told = route, entry["act"], entry["rule"]
        who = entry["actor"] or entry["obo"]
        if not one.files:
            if ours in entry["obj"] and entry["role"] and who is not None and who != account:
                one.faults.append(f"{told}: staff is named as somebody else")
        elif not entry["obj"]:
            if entry["act"] not in BY_ACCOUNT or who != account:
                one.faults.append(f"{told}: names no case")
        else:
            met.add(entry["act"])
            if entry["act"] not in BY_CASE:
                one.faults.append(f"{told}: no act of who files")
            if ours in entry["obj"] and who != one.expected:
                one.faults.append(f"{told}: named as {'who acts' if who == account else who}")
            if who == account:
                one.faults.append(f"{told}: the account beside a case")
            if any(entry[name] is not None for name in WITHOUT):
                one.faults.append(f"{told}: says from where")
    if one.files and len({bool(entry["obj"]) for entry in entries if entry["actor"]}) > 1:
        one.faults.append(f"{route}: told of under two names")


def test_every_act_on_an_own_or_shared_case_names_who_files_it_alone(people):
    known, met = list(Entry.objects.values_list("pk", flat=True)), defaultdict(set)
    routes = some(OF_A_CASE, "filers in entries", BY_DAY)
    always = [*BESIDE, *BODIES]
    for relation, one in people.items():
        for route in dict.fromkeys([*([] if relation == "unread filing" else routes), *always]):
            judged(one, route, entries_of(one, route, known), met[relation])

    faults = [f"{relation}: {fault}" for relation, one in people.items() for fault in one.faults]
    assert not faults, "\n".join(faults)
    assert met["own draft"] >= {
        "referral:create", "referral:submit_urgent", "attachment:marked", "request:denied",
    }  # fmt: skip
    assert met["own filing"] >= {"referral:provide_info", "request:denied"}
    assert "referral:withdraw" in met["unread filing"]
    assert "request:denied" in met["shared draft"]
    if NIGHT:
        reached = set().union(*(found for relation, found in met.items() if relation != "staff"))
        assert BY_CASE - reached <= {"request:failed"}  # no fault
