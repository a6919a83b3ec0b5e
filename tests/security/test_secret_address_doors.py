"""A secret address opens for a case that may need it, to a person who has just proved it is they (SEC-AZ26)."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.roles import PROGRAMS, Role
from audit.models import SubjectPseudonym
from config import pipeline
from directory.models import SecretOpening
from referrals.models import EmergencyApproval, RotaShift
from tests.audit.owner import written
from tests.conftest import see_all
from tests.directory.entries import SECRET_COMMUNE, a_structure, at_place, entries
from tests.referrals.workflow.kit import Kit
from tests.shared_fixtures import shared_fixture
from tests.web.browsing import let_in

pytestmark = pytest.mark.sec("SEC-AZ26")
READS_K = ("ase_inspector", "case_referent", "on_call", "supervisor")
#: How one comes in: minutes since the last proof in a session, none of them, or a token.
WAYS = {"fresh": 4, "stale": 6, "never proved": None, "token": "token"}
#: A Saturday night, and a Tuesday noon.
NIGHT, NOON = "2026-11-28T02:00:00+00:00", "2026-11-24T12:00:00+00:00"


@shared_fixture
def place(world):
    """A secret place of 93."""
    return at_place(world, a_structure(world), "secret")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Return what sets the hour; it is noon."""

    def to(instant):
        monkeypatch.setattr("config.pipeline.instant", lambda *_: datetime.fromisoformat(instant))

    to(NOON)
    return to


def now():
    return pipeline.instant()


def client_of(world, name, way, code="93"):
    if way == "token":
        return Client(
            headers={"authorization": f"Bearer {world.secrets[code, name]}"}, raise_request_exception=False
        )
    client = Client(raise_request_exception=False)
    proof = {} if way is None else {"proved_at": (now() - timedelta(minutes=way)).timestamp()}
    let_in(client, world.user(name, code), at=now(), **proof)
    return client


def opens(world, place, name, way=4, reference="", door="api", code="93"):
    """Ask at a door; return the status, and whether the address is in the answer."""
    said, client = {"purpose": "emergency", "reference": reference}, client_of(world, name, way, code)
    if door == "api":
        answer = client.post(f"/api/v1/places/{place.pk}/open", said, content_type="application/json")
    else:
        answer = client.post(f"/annuaire/adresses/{place.pk}", said, headers={"accept": "text/html"})
    see_all()
    return answer.status_code, SECRET_COMMUNE in answer.content.decode()


def a_case_of(world, name):
    """Return a case in hand of which somebody reads where the child lives, as far as their role ever does."""
    kit = Kit(world, "protected_admin")
    if name in ("on_call", "supervisor"):
        kit.let_in(name)
    return kit


@pytest.mark.parametrize("door", ["api", "page"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [str(role) for role in Role])
def test_no_role_opens_one_without_a_fresh_proof_in_a_session(world, place, name, way, door):
    """Enumerated: role × kind of sign-in × door, with a case that the role reads."""
    reference = a_case_of(world, name).case.reference
    is_program = Role(name) in PROGRAMS

    status, shown = opens(world, place, name, WAYS[way], reference, door)

    allowed = name in READS_K and way == "fresh" and not is_program
    assert shown is allowed, (name, way, door, status)
    assert (status == 200) is allowed
    assert SecretOpening.objects.exists() is allowed
    if name in READS_K and not allowed:
        assert status == (403 if way == "token" else 401)


def test_five_minutes_are_fresh_and_a_second_more_is_not(world, place):
    reference = a_case_of(world, "case_referent").case.reference

    assert opens(world, place, "case_referent", 5, reference) == (200, True)
    assert opens(world, place, "case_referent", 5 + 1 / 60, reference) == (401, False)


def closed(kit):
    kit.put(state="ended")


def excluded(kit):
    kit.exclude("case_referent")


def elsewhere(kit):
    kit.put(authority=kit.world.authorities["75"])


def unassigned(kit):
    kit.case.assignments.filter(role="case_referent").delete()


def restricted(kit):
    kit.put(restricted=True)


@pytest.mark.parametrize("change", [closed, excluded, elsewhere, unassigned, restricted])
@pytest.mark.parametrize("door", ["api", "page"])
def test_a_case_that_needs_none_or_isnt_the_readers_opens_none(world, place, change, door):
    kit = a_case_of(world, "case_referent")
    change(kit)

    assert opens(world, place, "case_referent", reference=kit.case.reference, door=door) == (400, False)
    assert not SecretOpening.objects.exists()


@pytest.mark.parametrize("name", ["on_call", "supervisor"])
def test_the_shell_of_a_case_opens_none_until_the_case_is_opened_in_an_emergency(world, place, name):
    kit = Kit(world, "protected_admin")
    assert opens(world, place, name, reference=kit.case.reference) == (400, False)

    kit.let_in(name)

    assert opens(world, place, name, reference=kit.case.reference) == (200, True)
    (entry,) = entries("directory:secret-opened")
    assert entry["obj"] == [str(SubjectPseudonym.objects.get(pk=kit.case.pk).pseudonym)]


def test_no_case_and_an_unknown_one_open_none(world, place):
    for name in READS_K:
        a_case_of(world, name)
        assert opens(world, place, name) == (400, False)
        assert opens(world, place, name, reference="R7KD-4M2X-9QPA-W") == (400, False)


# --- At night, with another person's approval -----------------------------------------------------------


def on_the_rota(world, at):
    return RotaShift.objects.create(
        authority=world.authorities["93"], user=world.user("on_call"), place="first",
        starts_at=at - timedelta(hours=2), ends_at=at + timedelta(hours=10), made_at=at, made_by=world.user("supervisor"),
    )  # fmt: skip


def given(world, shift, at, allowed=2):
    return EmergencyApproval.objects.create(
        authority=shift.authority, user=shift.user, shift=shift, asked_at=at, given_at=at,
        given_by=world.user("supervisor"), expires_at=at + timedelta(minutes=15), allowed=allowed,
    )  # fmt: skip


def test_at_night_the_officer_on_duty_opens_as_many_as_another_person_approved(world, place, clock):
    clock(NIGHT)
    at = now()
    assert opens(world, place, "on_call") == (400, False)
    approval = given(world, on_the_rota(world, at), at)

    assert [opens(world, place, "on_call")[0] for _ in range(3)] == [200, 200, 400]
    assert EmergencyApproval.objects.get(pk=approval.pk).addresses == [str(place.pk)] * 2
    assert len(written(act="emergency-approval:used")) == 2
    assert not SecretOpening.objects.filter(on_duty=True).exists(), "each is looked at"
    for name in ("supervisor", "ase_inspector", "case_referent"):
        assert opens(world, place, name) == (400, False)


@pytest.mark.parametrize("way", ["stale", "never proved", "token"])
def test_an_approval_stands_for_no_proof(world, place, clock, way):
    clock(NIGHT)
    given(world, on_the_rota(world, now()), now())

    assert opens(world, place, "on_call", WAYS[way])[1] is False


def test_an_approval_opens_none_by_day_off_duty_or_once_it_is_over(world, place, clock):
    clock(NIGHT)
    shift = on_the_rota(world, now())
    approval = given(world, shift, now())
    RotaShift.objects.update(ends_at=now())
    assert opens(world, place, "on_call") == (400, False)
    RotaShift.objects.update(ends_at=now() + timedelta(hours=10))
    EmergencyApproval.objects.filter(pk=approval.pk).update(expires_at=now())
    assert opens(world, place, "on_call") == (400, False)
    clock(NOON)
    given(world, on_the_rota(world, now()), now())
    assert opens(world, place, "on_call") == (400, False)
