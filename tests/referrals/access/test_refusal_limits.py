"""SEC-AZ23: one account is refused so many cases within ten minutes; then it waits, and danger never does."""

import json
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.sequencer import Sequencer
from encryption.signing import FileSigner
from outbox.models import Notice
from referrals.access import refusal_limits, volume_limits
from referrals.access_review import tasks as access_review_tasks
from referrals.models import AccessAnomaly, Alert, Referral, UseCount
from tests.audit.owner import as_owner, written
from tests.conftest import see_all
from tests.expected.routes import ROUTES
from tests.factories.concerns import concern, urgent
from tests.night import NIGHT, one_in
from tests.referrals.api.routes import ABSENT, masked
from tests.referrals.attachments import files
from tests.security.procedure import seeing_all, version_of
from tests.security.test_routes import WORDS_OF_PAGES
from tests.shared_fixtures import shared_fixture
from tests.web.browsing import Somebody
from tests.web.test_pages import URGENT

pytestmark = pytest.mark.sec("SEC-AZ23")

START = datetime(2026, 11, 24, 9, 0, 0, 250_000, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
FREE = 3


@pytest.fixture
def clock(clock):
    clock.now = START
    return clock


@pytest.fixture
def few(settings, clock):
    """Three are free."""
    settings.CASE_REFUSALS_FREE = FREE


@shared_fixture
def filed(world):
    """Return a case of 93 that its coordinator sees."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("config.pipeline.instant", lambda *_: START)
        return (
            world.as_("filer_2").post("referrals", concern() | {"submit": True}, key=uuid4().hex).json()["id"]
        )


def probe(caller, path=f"referrals/{ABSENT}"):
    return caller.get(path)


def refused_often(caller, times=FREE + 1):
    """Let an account be refused once more than is free."""
    assert {probe(caller).status_code for _ in range(times)} == {404}


def denials():
    """Return the entries of refusals, oldest first."""
    with as_owner():
        found = [json.loads(bytes(entry.body)) for entry in written(act="request:denied")]
    return sorted(found, key=lambda body: (body["ts"], body["wseq"]))


def test_the_figures_are_those_of_the_requirement():
    """As the settings have them: the tests themselves are refused more than a person is."""
    page = (configured.BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8")

    for line in ("FREE = 30", "MINUTES = 10", "DELAY_MAX_SECONDS = 60"):
        assert f"CASE_REFUSALS_{line}\n" in page


# --- Waiting ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/children",
        "/messages?channel=professionals",
        "/receipt",
        "/attachments",
        "/narrative",
        "/timeline",
    ],
)
def test_so_many_refusals_are_free_and_then_the_account_waits(world, few, filed, path):
    cell = world.as_("crip_coordinator")
    for _ in range(FREE):
        assert probe(cell, f"referrals/{ABSENT}{path}").status_code == 404
    assert cell.get(f"referrals/{filed}").status_code == 200, "as many as are free cost nothing"
    assert probe(cell, f"referrals/{ABSENT}{path}").status_code == 404

    answer = cell.get(f"referrals/{filed}{path}")

    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert answer.json()["code"] == "cases-delayed"
    assert int(answer["Retry-After"]) in (2, 3)


def test_what_one_may_not_do_counts_like_what_is_not_there(world, few, filed):
    """403, on a case that one may know of; a wrong body or version doesn't count, nor what isn't of cases."""
    agent = world.as_("intake_agent")
    agent.get(f"referrals/{filed}")
    for _ in range(2 * FREE):
        assert agent.post(f"referrals/{filed}/acknowledge", {"x": 1}, key=uuid4().hex).status_code in (
            400,
            409,
            428,
        )
        assert agent.get("users").status_code == 403
    for _ in range(FREE + 1):
        answer = agent.step(filed, "qualify", {})
        assert answer.status_code == 403, answer.content

    assert agent.get(f"referrals/{filed}").status_code == 429


@pytest.mark.both_databases("each asks for the count in a statement of its own")
def test_the_wait_doubles_up_to_a_minute_and_ends(world, few, filed, clock):
    cell, waits = world.as_("crip_coordinator"), []
    refused_often(cell)
    for _ in range(7):
        delayed = probe(cell)
        assert delayed.status_code == 429
        waits.append(int(delayed["Retry-After"]))
        clock.now += timedelta(seconds=waits[-1])
        assert probe(cell).status_code == 404, "it is looked at again, and refused again"

    assert [wait - 1 for wait in waits] == [2, 4, 8, 16, 32, 60, 60]
    clock.now += 10 * MINUTE + SECOND
    assert cell.get(f"referrals/{filed}").status_code == 200
    for _ in range(FREE):
        assert probe(cell).status_code == 404
    assert cell.get(f"referrals/{filed}").status_code == 200, "ten minutes later all are free again"


def test_a_clock_that_was_set_back_makes_nobody_wait_for_longer(world, few, filed, clock):
    cell, agent = world.as_("crip_coordinator"), world.as_("intake_agent")
    refused_often(cell)
    refused_often(agent, FREE)

    clock.now -= timedelta(hours=1)

    assert int(probe(cell)["Retry-After"]) == 3
    assert agent.get(f"referrals/{filed}").status_code == 200


def test_while_one_waits_nothing_is_looked_at(world, few, filed):
    """The answer is the same for a case that is seen, hidden, absent, or another territory's: bytes and headers."""
    far = (
        world.as_("filer", "59").post("referrals", concern() | {"submit": True}, key=uuid4().hex).json()["id"]
    )
    cell = world.as_("crip_coordinator")
    refused_often(cell)

    answers = [masked(probe(cell, f"referrals/{pk}")) for pk in (filed, far, ABSENT, uuid4())]

    assert answers[0][0] == 429
    assert all(answer == answers[0] for answer in answers)


def test_tokens_sessions_and_pages_of_one_account_are_counted_together(world, few, filed):
    user = world.user("crip_coordinator")
    page, cell = Somebody(user), world.as_("crip_coordinator")
    page.goes(f"/dossiers/{ABSENT}", expect=404)
    page.goes(f"/dossiers/{ABSENT}/famille", expect=404)
    for _ in range(FREE - 1):
        assert probe(cell).status_code == 404

    for path in (
        f"/dossiers/{filed}",
        f"/dossiers/{ABSENT}",
        f"/dossiers/{filed}/etape/referral/acknowledge",
    ):
        html = page.goes(path, expect=429)
        assert "Trop de demandes refusées sur des dossiers" in html
    assert page.client.get(f"/dossiers/{filed}")["Retry-After"]
    assert Somebody(user).client.get(f"/dossiers/{filed}").status_code == 429, "another session"
    assert probe(cell, f"referrals/{filed}").status_code == 429
    assert world.as_("intake_agent").get(f"referrals/{filed}").status_code == 200, "each has the own count"


def test_what_is_no_case_never_waits(world, few):
    cell, page = world.as_("crip_coordinator"), Somebody(world.user("crip_coordinator"))
    refused_often(cell)

    for path in ("me", "notices", "clocks", "alerts", "workflow"):
        assert cell.get(path).status_code == 200, path
    for path in ("/aujourdhui", "/appels", "/signatures", "/urgence"):
        page.goes(path)


#: The addresses of cases that never wait, beside the pages of a filing.
NEVER = {
    "POST /api/v1/referrals", "PATCH /api/v1/referrals/<uuid:pk>", "POST /api/v1/referrals/<uuid:pk>/submit",
    "POST /api/v1/referrals/<uuid:pk>/submit_urgent", "POST /api/v1/referrals/<uuid:pk>/attachments",
    "GET /api/v1/break-glass", "POST /api/v1/break-glass", "POST /api/v1/referrals/<uuid:pk>/break-glass/open",
    "POST /api/v1/referrals/<uuid:pk>/alerts/<uuid:part>/acknowledge", "GET /ouvertures", "POST /ouvertures",
}  # fmt: skip
OF_CASES = re.compile(
    r"\w+ /(?:api/v1/(?:referrals|transfers|emergency-sheets|exclusions|break-glass)"
    r"|dossiers|transmissions|transferts|deports|ouvertures)(?:/|$)"
)


@pytest.mark.slow("asks every address")
def test_every_address_of_cases_waits_but_what_danger_needs(world, few):
    user, waits = world.user("crip_coordinator"), set()
    refused_often(world.as_("crip_coordinator"))

    every = [route for route in ROUTES if OF_CASES.match(route)]
    assert len(every) > 150
    few = one_in(3, every)
    of_cases = [route for route in every if route in NEVER or route in few]
    page = Somebody(user)
    for route in [*of_cases, *one_in(8, [route for route in ROUTES if route not in every])]:
        if route not in every:
            page = Somebody(user)  # some of them sign out
        verb, path = route.split(" ")
        for name, word in WORDS_OF_PAGES.items():
            path = path.replace(f"<slug:{name}>", word)
        answer = page.client.generic(
            verb, re.sub(r"<uuid:\w+>", ABSENT, path), content_type="application/json"
        )
        if answer.status_code == 429:
            waits.add(route)

    assert len(of_cases) > 50
    assert waits == {route for route in {*of_cases} - NEVER if " /transmissions" not in route}


# --- What danger needs --------------------------------------------------------------------------------


def test_filing_never_waits(world, few):
    """A draft, its file, both lanes, over the API and through pages."""
    filer, page = world.as_("filer"), Somebody(world.user("filer"))
    refused_often(filer)
    assert probe(filer).status_code == 429

    draft = filer.post("referrals", concern(), key=uuid4().hex).json()["id"]
    said = {"strengths": "Une tante est présente."}
    changed = filer.patch(f"referrals/{draft}", said, version=version_of(draft))
    assert changed.status_code == 200, changed.content
    sent = {"kind": "letter", "notice_read": "true", "file": SimpleUploadedFile("lettre.pdf", files.pdf())}
    path = f"/api/v1/referrals/{draft}/attachments"
    assert filer.client.post(path, sent, headers={"idempotency-key": uuid4().hex}).status_code == 201
    submitted = filer.post(f"referrals/{draft}/submit", version=version_of(draft), key=uuid4().hex)
    assert submitted.status_code == 200, submitted.content
    at_once = urgent() | {"submit": True, "urgent": True}
    assert filer.post("referrals", at_once, key=uuid4().hex).status_code == 201
    place = page.begins("urgent")
    page.goes(f"{place}/urgence")
    page.sends(f"{place}/urgence", **URGENT)


def test_the_emergency_opening_and_the_answer_to_a_call_never_wait(world, few, filed):
    night = urgent() | {"submit": True, "urgent": True}
    called = world.as_("filer").post("referrals", night, key=uuid4().hex).json()["id"]
    with seeing_all():
        alert = Alert.objects.get(referral=called)
        Referral.objects.filter(pk=filed).update(restricted=True)
        reference = Referral.objects.get(pk=filed).reference
    officer, page = world.as_("on_call"), Somebody(world.user("on_call"))
    refused_often(officer)
    assert probe(officer).status_code == 429

    page.goes(f"/dossiers/{called}/etape/alert/{alert.pk}/acknowledge")
    path = f"referrals/{called}/alerts/{alert.pk}/acknowledge"
    answer = officer.post(path, version=version_of(called), key=uuid4().hex)
    assert answer.status_code == 200, answer.content
    page.goes("/ouvertures")
    body = {"reference": reference, "reason": "Appel de nuit."}
    assert officer.post("break-glass", body, key=uuid4().hex).status_code == 201


# --- The journal and the auditor ------------------------------------------------------------------------


def test_the_free_ones_are_an_entry_each_and_later_ones_one_a_minute(world, few, filed, clock):
    cell = world.as_("crip_coordinator")
    cell.get(f"referrals/{filed}")
    for _ in range(FREE + 1):
        probe(cell)
    for _ in range(20):
        assert probe(cell, f"referrals/{filed}").status_code == 429
    clock.now += MINUTE
    for _ in range(5):
        probe(cell)

    found = denials()

    assert [entry["rule"] for entry in found] == ["not-found"] * FREE + ["cases-delayed"] * 2
    assert [entry["n"] for entry in found] == [None] * FREE + [1, 21]
    assert {(entry["out"], tuple(entry["obj"])) for entry in found} == {("deny", ())}


@pytest.fixture
def sought(world, clock, settings, tmp_path):
    """Return what finds anomalies: what the sequencer does each second and the worker each minute."""
    settings.LOG_WITNESS_FILE, settings.LOG_WITNESSES = str(tmp_path / "witness.txt"), []
    sequencer = Sequencer(FileSigner(tmp_path / "log.key", make=True), clock=clock)

    def seek():
        see_all()
        with as_owner():
            sequencer.once()
        access_review_tasks.seek(clock.now)
        see_all()
        return list(AccessAnomaly.objects.order_by("rule"))

    return seek


def test_the_auditor_is_told_within_a_minute_whatever_the_authority_counts(world, few, filed, clock, sought):
    """Rule R06, although fewer cases weren't there than its figure of a day, which counts no 403."""
    agent = world.as_("intake_agent")
    for _ in range(FREE + 1):
        assert agent.step(filed, "qualify", {}).status_code == 403
    clock.now += MINUTE

    (found,) = [one for one in sought() if one.rule == "R06"]

    assert (found.authority_id, found.count) == (world.authorities["93"].pk, 1)
    told = Notice.objects.filter(template="anomaly.changed", channel="app")
    assert world.user("auditor").pk in {notice.user_id for notice in told}


@pytest.mark.slow("as many refusals as it takes")
def test_many_refusals_over_one_authoritys_accounts_are_told_too(world, clock, settings, sought, choose):
    """As many as the authority chose within ten minutes, although no account was refused more than is free to it."""
    settings.CASE_REFUSALS_FREE = 30
    many = 300 if NIGHT else 60
    choose(anomaly_refusals_of_all=many)
    callers = [world.as_(name) for code, name in world.secrets if code == "93"][:11]
    for caller in callers[:10]:
        for _ in range(many // 10 - 1):
            assert probe(caller).status_code == 404
    assert "R19" not in {one.rule for one in sought()}
    clock.now += MINUTE
    for _ in range(10):
        assert probe(callers[10]).status_code == 404

    (found,) = [one for one in sought() if one.rule == "R19"]

    assert (found.count, found.who) == (many, None)


@pytest.mark.slow("probes by the hundred, at night by the thousand")
def test_an_attack_by_many_tokens_fills_no_journal_and_keeps_nobody_from_filing(world, clock, settings):
    """Three accounts, twenty probes each within a minute; at night all of an authority, 15,000 together."""
    settings.CASE_REFUSALS_FREE = free = 30 if NIGHT else 15
    names = ("crip_coordinator", "supervisor", "filer")
    callers = [world.as_(name) for name in names]
    if NIGHT:
        callers = [world.as_(name) for code, name in world.secrets if code == "93"]
    for number in range(15_000 if NIGHT else 60):
        assert probe(callers[number % len(callers)], f"referrals/{uuid4()}").status_code in (404, 429)

    assert len(denials()) == len(callers) * (free + 1)
    filing = concern() | {"submit": True}
    assert world.as_("filer").post("referrals", filing, key=uuid4().hex).status_code == 201


# --- How it is kept -----------------------------------------------------------------------------------


def test_what_is_counted_names_nobody_and_is_deleted(world, few):
    cell, user = world.as_("crip_coordinator"), world.user("crip_coordinator")
    refused_often(cell)

    (row,) = UseCount.objects.filter(cap="refusals")
    assert user.pk.bytes not in bytes(row.person) + bytes(row.used)
    assert len(volume_limits.opened(bytes(row.person), row.used)) == 8 + 8 * (FREE + 1)
    volume_limits.forget_counts(START + 10 * MINUTE - SECOND)
    assert UseCount.objects.filter(pk=row.pk).exists()
    volume_limits.forget_counts(START + 10 * MINUTE + SECOND)
    assert not UseCount.objects.filter(pk=row.pk).exists()


def test_another_process_counts_on(world, few, filed):
    """What one process has seen is asked of the database by the next."""
    actor = world.actor("crip_coordinator", at=START)
    for _ in range(FREE + 1):
        refusal_limits.note(actor, refused=True, at=START)

    assert world.as_("crip_coordinator").get(f"referrals/{filed}").status_code == 429
