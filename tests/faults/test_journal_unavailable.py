"""SEC-AL3, SEC-AL4: what can't be written down isn't done, nor read; what is refused is written down once."""

from collections import Counter

import pytest

from config.closed import DOCUMENT
from tests.factories.concerns import concern
from tests.faults.crash import crashing, effects, entries, into_the_journal
from tests.security.procedure import Case, filed, play, version_of
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases(
    "what each database leaves after a crash, and its own tools for copies"
)


@shared_fixture
def case(world):
    """A case of 93, taken in by its cell."""
    found = Case(world, "Texte d'essai, {}.".format)
    play(world, filed(found, concern()))
    return found.pk


PARTS = (
    "", "/clocks", "/assessment", "/children", "/judicial-referrals", "/measures", "/approvals",
    "/holder-informations", "/timeline",
)  # fmt: skip


@pytest.mark.sec("SEC-AL4")
@pytest.mark.parametrize("place", ["referrals", "referrals?names=true", "clocks", *PARTS])
def test_nothing_sensitive_is_read_without_its_entry(world, case, place):
    path = f"referrals/{case}{place}" if place in PARTS else place
    caller, rows = world.as_("crip_coordinator"), effects()

    with crashing(hits=into_the_journal) as crash:
        answer = caller.get(path)

    assert crash.fired
    assert (answer.status_code, answer.content) == (503, DOCUMENT)
    assert effects() == rows


@pytest.mark.sec("SEC-AL4")
@pytest.mark.parametrize("place", ["audit/entries", "users", "memberships"])
def test_no_list_of_people_or_entries_is_read_without_its_entry(world, place):
    caller = world.as_("auditor" if place == "audit/entries" else "territory_admin")

    with crashing(hits=into_the_journal) as crash:
        answer = caller.get(place)

    assert crash.fired
    assert (answer.status_code, answer.content) == (503, DOCUMENT)


NOTE = {"note": "vu"}


def refusals(world, pk):
    """Return a request for each kind of refusal, with its status."""
    cell, intake = world.as_("crip_coordinator"), world.as_("intake_agent")
    version = version_of(pk)
    at = f"referrals/{pk}"
    once = "a" * 12
    triage = {"method": "by_hand", "where": "registre", "found": "no"}
    authority = str(world.authorities["93"].pk)
    person = {"email": "nouvelle@test.invalid", "full_name": "Nouvelle Essai", "authority": authority}
    stranger = world.as_("crip_coordinator", "75")
    return {
        "absent": (404, lambda: cell.get("referrals/00000000-0000-4000-8000-000000000000")),
        "elsewhere": (404, lambda: stranger.get(at)),
        "elsewhere, written": (404, lambda: stranger.post(f"{at}/acknowledge", NOTE, version=version)),
        "role": (403, lambda: intake.post(f"{at}/send_judicial", {}, version=version)),
        "state": (409, lambda: cell.post(f"{at}/start_triage", triage, version=version)),
        "version": (412, lambda: cell.post(f"{at}/acknowledge", NOTE, version=version + 7)),
        "no version": (428, lambda: cell.post(f"{at}/acknowledge", NOTE)),
        "body": (400, lambda: cell.post(f"{at}/acknowledge", {"note": 7}, version=version)),
        "unknown member": (400, lambda: cell.post(f"{at}/acknowledge", {"state": "ended"}, version=version)),
        "incomplete": (400, lambda: world.as_("filer").post("referrals", {"submit": True}, key=once)),
        "no key": (400, lambda: world.as_("filer").post("referrals", concern() | {"submit": True})),
        "query": (400, lambda: cell.get("referrals", state="nowhere")),
        "part": (404, lambda: cell.get(f"{at}/attachments/{authority}/content")),
        "children": (403, lambda: world.as_("on_call").get(f"{at}/children")),
        "people": (403, lambda: cell.post("users", person)),
    }  # fmt: skip


#: How often of late each account was refused cases (SEC-AZ23).
COUNTED = frozenset({"referrals_usecount"})


@pytest.mark.sec("SEC-AL3")
def test_each_refusal_leaves_one_entry_and_nothing_else(world, case):
    for name, (status, ask) in refusals(world, case).items():
        rows, written = effects(COUNTED), entries()

        answer = ask()

        assert answer.status_code == status, (name, answer.status_code, answer.content)
        assert entries() - written == Counter({"request:denied": 1}), name
        assert effects(COUNTED) == rows, name
