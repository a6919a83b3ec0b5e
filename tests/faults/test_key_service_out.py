"""SEC-FT8, over HTTP: with the key service out, concerns are received, what is sealed waits, and nothing else breaks."""

import time
from uuid import uuid4

import pytest

from config.closed import DOCUMENT
from encryption import keyring, keys
from encryption.cache import forget_all
from encryption.models import Kind, WrappedKey
from referrals.models import Referral
from tests.conftest import see_all
from tests.encryption.providers import gives_up_sooner
from tests.factories.concerns import concern

pytestmark = [
    pytest.mark.sec("SEC-FT8"),
    pytest.mark.both_databases("what each database leaves after a crash, and its own tools for copies"),
]
STOPPED, WRONG = "tests.encryption.providers.Stopped", "tests.encryption.providers.Wrong"
HANGS = "tests.encryption.providers.Hangs"


@pytest.fixture
def service(settings, monkeypatch):
    """Put the key service out, a minute after it was last asked; or bring it back."""
    working = settings.KEY_PROVIDER

    def put(provider=working):
        keys.prepare()
        settings.KEY_PROVIDER = provider
        if provider == HANGS:
            gives_up_sooner(monkeypatch)
        if provider == working:
            forget_all()
        for cache in (keyring._data, keyring._above, keyring._in_use, keyring._index, keyring._intake):
            cache._start_afresh()

    return put


def files(world, **said):
    return world.as_("filer").post("referrals", concern(**said) | {"submit": True}, key=uuid4().hex)


def kinds_above(pk):
    see_all()
    referral = Referral.objects.get(pk=pk)
    named = WrappedKey.objects.filter(pk__in=[referral.case_key, referral.filer_key])
    return {WrappedKey.objects.get(pk=row.wrapped_by).kind for row in named}


@pytest.mark.sec("SEC-CR7")
@pytest.mark.parametrize("provider", [STOPPED, WRONG, HANGS])
def test_a_concern_is_filed_while_the_key_service_is_out_and_read_when_it_is_back(world, service, provider):
    service(provider)
    began = time.monotonic()

    answer = files(world)

    assert answer.status_code == 201, answer.content
    assert answer.json()["reference"]
    assert time.monotonic() - began < 10, "a service that hangs is asked once, not at each value"
    service()
    found = world.as_("crip_coordinator").get(f"referrals/{answer.json()['id']}")
    assert found.status_code == 200
    assert "unreadable" not in found.content.decode()


@pytest.mark.sec("SEC-CR7")
def test_a_draft_is_begun_edited_and_submitted_while_the_key_service_is_out(world, service):
    service(STOPPED)
    filer = world.as_("filer")

    begun = filer.post("referrals", concern(), key=uuid4().hex)
    place = f"referrals/{begun.json()['id']}"
    edited = filer.patch(place, {"facts": concern()["facts"]}, version=1)
    submitted = filer.post(f"{place}/submit", {}, version=2, key=uuid4().hex)

    assert [begun.status_code, edited.status_code, submitted.status_code] == [201, 200, 200]


@pytest.mark.parametrize("provider", [STOPPED, HANGS])
def test_what_is_sealed_is_503_within_two_seconds_and_lists_go_on(world, service, provider):
    pk = files(world).json()["id"]
    service(provider)
    cell = world.as_("crip_coordinator")
    keyring.index_key()
    began = time.monotonic()

    opened = cell.get(f"referrals/{pk}")

    assert time.monotonic() - began < 2
    assert (opened.status_code, opened.content) == (503, DOCUMENT)
    assert "Retry-After" in opened.headers
    assert cell.get("referrals").status_code == 200
    service()
    assert cell.get(f"referrals/{pk}").status_code == 200


def test_a_wrong_root_key_shows_unreadable_values_and_never_a_500(world, service):
    pk = files(world).json()["id"]
    service(WRONG)

    opened = world.as_("crip_coordinator").get(f"referrals/{pk}")

    assert opened.status_code == 200
    assert '"unreadable":true' in opened.content.decode().replace(" ", "")


@pytest.mark.sec("SEC-CR7")
def test_an_acknowledgement_puts_the_keys_under_the_authority_and_does_not_need_the_key_service(
    world, service, django_capture_on_commit_callbacks
):
    first, second = files(world).json()["id"], files(world).json()["id"]
    agent = world.as_("intake_agent")
    assert kinds_above(first) == {Kind.INTAKE}

    with django_capture_on_commit_callbacks(execute=True):
        assert agent.post(f"referrals/{first}/acknowledge", {}, version=2, key=uuid4().hex).status_code == 200
    assert kinds_above(first) == {Kind.AUTHORITY}

    service(STOPPED)
    with django_capture_on_commit_callbacks(execute=True):
        assert (
            agent.post(f"referrals/{second}/acknowledge", {}, version=2, key=uuid4().hex).status_code == 200
        )
    assert kinds_above(second) == {Kind.INTAKE}
    service()
    assert world.as_("crip_coordinator").get(f"referrals/{second}").status_code == 200
