"""SEC-AZ14: what one person opens, is shown and files within an hour has an end; danger has none."""

import json
import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings as configured
from django.core.cache.backends.base import BaseCache

from audit import pseudonyms
from outbox import scheduler
from referrals.access import volume_limits
from referrals.models import BreakGlass, Referral, UseCount
from tests.audit.owner import as_owner, written
from tests.factories.concerns import concern, urgent
from tests.night import some
from tests.security.procedure import seeing_all
from tests.shared_fixtures import shared_fixture
from tests.web.browsing import Somebody

pytestmark = [
    pytest.mark.sec("SEC-AZ14"),
    pytest.mark.both_databases("counters that several processes raise"),
]

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@shared_fixture
def filed(world):
    """Return the ids of three cases of 93, from three filings of another person than those counted here."""
    made = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("config.pipeline.instant", lambda *_: START)
        for number in range(3):
            form = concern()
            form["children"][0] |= {
                "last_name": f"Exemple{'abc'[number]}",
                "birth_date": f"201{number}-03-02",
            }
            answer = world.as_("filer_2").post(
                "referrals", form | {"submit": True}, key=f"filing-{number}-{uuid4()}"
            )
            assert answer.status_code == 201, answer.content
            made.append(answer.json()["id"])
    return made


@pytest.fixture
def two_an_hour(settings):
    """Two of everything."""
    settings.OPENINGS_PER_HOUR = settings.LINES_PER_HOUR = settings.FILINGS_PER_HOUR = 2


def refusals(code):
    with as_owner():
        bodies = [json.loads(bytes(entry.body)) for entry in written(act="request:denied")]
    return [body for body in bodies if body["rule"] == code]


def passes():
    with as_owner():
        return [json.loads(bytes(entry.body)) for entry in written(act="cap:passed")]


@pytest.mark.parametrize(("name", "figure"), [("OPENINGS", 60), ("LINES", 300), ("FILINGS", 20)])
def test_the_figures_are_those_of_the_requirement(name, figure):
    """As the settings have them; the tests themselves make more cases than a person does."""
    page = (configured.BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8")

    assert f'{name}_PER_HOUR = env.number("REPERE_{name}_PER_HOUR", default={figure})' in page


# --- Opening ------------------------------------------------------------------------------------------


def test_so_many_files_are_opened_in_an_hour_and_no_more(world, filed, clock, two_an_hour):
    cell = world.as_("crip_coordinator")

    answers = [cell.get(f"referrals/{pk}") for pk in filed]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "too-many-openings"
    assert answers[2].json()["most"] == 2
    assert 3_500 < int(answers[2]["Retry-After"]) <= 3_602
    (entry,) = refusals("too-many-openings")
    assert (entry["out"], len(entry["obj"])) == ("deny", 1), "refused once, written once, with the case"
    assert world.as_("intake_agent").get(f"referrals/{filed[2]}").status_code == 200, "each has the own count"


def test_after_an_hour_there_is_room_again(world, filed, clock, two_an_hour):
    """The last sixty minutes count, not those of the clock: nobody has twice as many around the full hour."""
    cell = world.as_("crip_coordinator")
    for minutes, pk in ((0, 0), (40, 1)):
        clock.now = START + timedelta(minutes=minutes)
        assert cell.get(f"referrals/{filed[pk]}").status_code == 200
    clock.now = START + HOUR - SECOND
    refused = cell.get(f"referrals/{filed[2]}")
    assert refused.status_code == 429
    clock.now += timedelta(seconds=int(refused["Retry-After"]))

    assert cell.get(f"referrals/{filed[2]}").status_code == 200
    assert cell.get(f"referrals/{filed[0]}").status_code == 429, "the room of one is one"


def test_a_file_in_hand_costs_nothing_more(world, filed, two_an_hour):
    cell, page = world.as_("crip_coordinator"), Somebody(world.user("crip_coordinator"))
    for pk in filed[:2]:
        assert cell.get(f"referrals/{pk}").status_code == 200
    for _ in range(3):
        for pk in filed[:2]:
            assert cell.get(f"referrals/{pk}").status_code == 200
            assert cell.get(f"referrals/{pk}/children").status_code == 200
            page.goes(f"/dossiers/{pk}")
            page.goes(f"/dossiers/{pk}/famille")


@pytest.mark.parametrize(
    "way",
    some(
        [
            "",
            "/children",
            "/attachments",
            "/messages?channel=professionals",
            "/duplicates",
            "/links",
            "/measures",
        ],
        "a way in",
        3,
    ),
)
def test_every_way_into_a_file_counts(world, filed, two_an_hour, way):
    """A part of a file names the child as the whole does."""
    cell = world.as_("crip_coordinator")
    for pk in filed[:2]:
        assert cell.get(f"referrals/{pk}").status_code == 200

    answer = cell.get(f"referrals/{filed[2]}{way}")

    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-openings")


@pytest.mark.parametrize(
    "way", some(["", "/famille", "/messages", "/etape/referral/acknowledge"], "pages", 2)
)
def test_pages_and_programs_share_one_count(world, filed, two_an_hour, way):
    page = Somebody(world.user("crip_coordinator"))
    page.goes(f"/dossiers/{filed[0]}")
    assert world.as_("crip_coordinator").get(f"referrals/{filed[1]}").status_code == 200

    html = page.goes(f"/dossiers/{filed[2]}{way}", expect=429)

    assert "La limite de dossiers ouverts en une heure est atteinte" in html
    assert "Exemplec" not in html
    assert page.client.get(f"/dossiers/{filed[2]}")["Retry-After"]


def test_a_refusal_changes_nothing(world, filed, two_an_hour):
    """Opening acknowledges a concern (T05); one that wasn't opened isn't acknowledged."""
    cell = world.as_("crip_coordinator")
    for pk in filed:
        cell.get(f"referrals/{pk}")

    with seeing_all():
        assert [Referral.objects.get(pk=pk).state for pk in filed] == [
            "acknowledged",
            "acknowledged",
            "submitted",
        ]


def test_an_unanswered_alert_opens_its_file_whatever_was_opened(world, filed, two_an_hour):
    """Somebody is called at night, and has read two files before: the third is the child in danger."""
    night = (
        world.as_("filer")
        .post("referrals", urgent() | {"submit": True, "urgent": True}, key="in-danger")
        .json()["id"]
    )
    cell = world.as_("crip_coordinator")
    for pk in filed[:2]:
        assert cell.get(f"referrals/{pk}").status_code == 200

    assert cell.get(f"referrals/{night}").status_code == 200
    assert cell.get(f"referrals/{night}/children").status_code == 200
    (entry,) = passes()
    assert (entry["rule"], entry["why"], len(entry["obj"])) == ("cap:openings", "emergency", 1)
    assert cell.get(f"referrals/{filed[2]}").status_code == 429


def test_a_broken_glass_opens_its_one_file(world, filed, two_an_hour):
    """For the file that was asked for with a reason, and no other."""
    cell = world.as_("on_call")
    for pk in filed[:2]:
        assert cell.get(f"referrals/{pk}").status_code == 200
    with seeing_all():
        Referral.objects.filter(pk=filed[2]).update(restricted=True)
        reference = Referral.objects.get(pk=filed[2]).reference
    body = {"reference": reference, "reason": "Appel de nuit."}
    assert cell.post("break-glass", body, key=uuid4().hex).status_code == 201

    assert cell.get(f"referrals/{filed[2]}").status_code == 200
    with seeing_all():
        assert BreakGlass.objects.count() == 1
    assert [entry["rule"] for entry in passes()] == ["cap:openings"]


def test_what_one_filed_oneself_is_no_opening(world, filed, two_an_hour, settings):
    settings.FILINGS_PER_HOUR = 20
    filer = world.as_("filer")
    drafts = [filer.post("referrals", concern()).json()["id"] for _ in range(3)]

    assert {filer.get(f"referrals/{pk}").status_code for pk in drafts} == {200}
    assert {world.as_("filer_2").get(f"referrals/{pk}").status_code for pk in filed} == {200}


# --- Lists --------------------------------------------------------------------------------------------


def test_so_many_cases_are_shown_in_lists_and_no_more(world, filed, clock, two_an_hour):
    cell = world.as_("crip_coordinator")
    first = cell.get("referrals", limit="2", names="true")
    assert (first.status_code, len(first.json()["results"])) == (200, 2)
    assert cell.get("referrals", limit="2", names="true").status_code == 200, (
        "the same lines again cost nothing"
    )

    refused = cell.get("referrals", limit="2", names="true", cursor=first.json()["next"])

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-lines")
    assert int(refused["Retry-After"]) <= 3_602
    assert len(refusals("too-many-lines")) == 1
    html = Somebody(world.user("crip_coordinator")).goes("/dossiers?names=true", expect=429)
    assert "La limite de dossiers listés en une heure est atteinte" in html
    clock.now += HOUR + SECOND
    assert cell.get("referrals", limit="2", names="true", cursor=first.json()["next"]).status_code == 200


@pytest.mark.parametrize("path", ["referrals", "clocks"])
def test_lines_without_names_arent_counted(world, filed, two_an_hour, path):
    """Who coordinates looks through hundreds of shells: only names use up the hour."""
    cell = world.as_("crip_coordinator")

    assert [cell.get(path, limit="3").status_code for _ in range(3)] == [200] * 3
    assert cell.get("referrals", limit="2", names="true").status_code == 200


def test_a_page_of_more_than_the_cap_is_refused_and_says_when(world, filed, two_an_hour):
    """It never fits: whoever asks is told an hour, and asks for less."""
    answer = world.as_("crip_coordinator").get("referrals", names="true")

    assert (answer.status_code, answer["Retry-After"]) == (429, "3601")


def test_urgent_cases_are_listed_whatever_was_shown(world, filed, two_an_hour):
    cell = world.as_("crip_coordinator")
    cell.get("referrals", limit="2", names="true")
    night = (
        world.as_("filer")
        .post("referrals", urgent() | {"submit": True, "urgent": True}, key="in-danger")
        .json()["id"]
    )

    found = cell.get("referrals", urgency="U3", names="true")

    assert [line["id"] for line in found.json()["results"]] == [night]


def test_a_filers_own_list_isnt_counted(world, filed, two_an_hour):
    assert world.as_("filer_2").get("referrals").status_code == 200
    Somebody(world.user("filer_2")).goes("/transmissions")


# --- Filing -------------------------------------------------------------------------------------------


def files(caller, form=None, **said):
    return caller.post("referrals", (form or concern()) | {"submit": True} | said, key=uuid4().hex)


def test_so_many_concerns_are_filed_and_no_more(world, clock, two_an_hour):
    filer = world.as_("filer")

    answers = [files(filer) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].json()["code"] == "too-many-filings"
    assert len(refusals("too-many-filings")) == 1
    with seeing_all():
        assert Referral.objects.count() == 2
    clock.now += HOUR + SECOND
    assert files(filer).status_code == 201


@pytest.mark.parametrize(
    ("form", "said"), [(urgent(), {"urgent": True}), (concern(danger_now="yes", danger_what="Il revient ce soir"), {})],
    ids=["urgent lane", "danger said"],
)  # fmt: skip
def test_danger_is_never_refused_and_is_written_down(world, clock, two_an_hour, form, said):
    filer = world.as_("filer")
    for _ in range(2):
        assert files(filer).status_code == 201

    answers = [files(filer, form, **said) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert files(filer).status_code == 429
    assert passes() == [], "at the filing's own instant it would tell who filed (SEC-AL20)"
    volume_limits.tell_passed(START + HOUR - SECOND)
    assert passes() == []
    volume_limits.tell_passed(START + 2 * HOUR)
    volume_limits.tell_passed(START + 3 * HOUR)
    (entry,) = passes()
    assert (entry["rule"], entry["n"], entry["obj"]) == ("cap:filings", 3, [])
    assert entry["actor"] == str(pseudonyms.actor(world.user("filer").pk))
    assert UUID(entry["tenant"]) == world.authorities["93"].pk


def test_a_draft_outlasts_the_refusal_and_is_filed_later(world, clock, two_an_hour):
    """Drafts aren't counted, and what was typed is kept; page and API are one count."""
    filer = world.as_("filer")
    drafts = [filer.post("referrals", concern()).json()["id"] for _ in range(3)]
    for pk in drafts[:2]:
        filer.step(pk, "submit", expect=200)

    page = Somebody(world.user("filer"))
    page.goes(f"/transmissions/{drafts[2]}/relecture")
    html = page.sends(f"/transmissions/{drafts[2]}/relecture", expect=429, good_faith_notice="true")
    assert "La limite de transmissions en une heure est atteinte" in html.content.decode()
    filer.step(drafts[2], "submit", expect=429)
    clock.now += HOUR + SECOND
    filer.step(drafts[2], "submit", expect=200)


def test_a_program_files_for_a_whole_country(world, two_an_hour, settings):
    settings.FILINGS_PER_HOUR_OF_PROGRAM = 3
    helpline = world.as_("api_119")

    assert [files(helpline).status_code for _ in range(4)] == [201, 201, 201, 429]


# --- How it is kept -----------------------------------------------------------------------------------


def test_what_is_counted_names_nobody_and_no_case(world, filed):
    cell, user = world.as_("crip_coordinator"), world.user("crip_coordinator")
    cell.get(f"referrals/{filed[0]}")

    (row,) = UseCount.objects.filter(cap="openings")
    held = bytes(row.person) + bytes(row.used)
    for secret in (user.pk, UUID(filed[0]), world.authorities["93"].pk):
        assert secret.bytes not in held
        assert secret.bytes[:8] not in held


@pytest.mark.sec("SEC-CR20")
@pytest.mark.parametrize("sealing", [True, False], ids=["as it is", "were it not sealed"])
def test_when_something_was_counted_is_told_to_nobody_without_the_key(world, filed, monkeypatch, sealing):
    """The same search finds the second and the case in a row that isn't sealed."""
    if not sealing:
        monkeypatch.setattr(volume_limits, "sealed", lambda _, used: used)
        monkeypatch.setattr(volume_limits, "opened", lambda _, used: bytes(used))
    cell, user = world.as_("crip_coordinator"), world.user("crip_coordinator")
    cell.get(f"referrals/{filed[0]}")

    (row,) = UseCount.objects.filter(cap="openings")
    ((when, case),) = volume_limits._recent(bytes(row.person), row.used, START)
    assert bytes(row.person) == volume_limits.person_of(user.pk, "openings")
    assert [part in bytes(row.used) for part in (when.to_bytes(4), case)] == [not sealing] * 2


def test_what_counts_no_more_is_deleted(world, filed, clock):
    world.as_("crip_coordinator").get(f"referrals/{filed[0]}")
    there = UseCount.objects.count()

    assert there
    assert volume_limits.forget_counts(START + HOUR - SECOND) == 0
    assert volume_limits.forget_counts(START + HOUR + SECOND) == there
    assert "caps:forgotten" in {work.name for work in scheduler.registered()}


class Broken(BaseCache):
    """A cache that is down."""

    def __init__(self, *_):
        super().__init__({})

    def _fails(self, *_, **__):
        raise ConnectionError

    get = set = add = touch = delete = clear = get_many = set_many = incr = has_key = _fails


@pytest.mark.sec("SEC-FT16")
def test_with_the_cache_down_caps_and_sessions_are_what_they_were(
    world, filed, two_an_hour, settings, caplog
):
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.Broken"}}
    caplog.set_level(logging.ERROR)
    page = Somebody(world.user("crip_coordinator"))

    page.goes(f"/dossiers/{filed[0]}")
    page.goes(f"/dossiers/{filed[1]}")
    page.goes(f"/dossiers/{filed[2]}", expect=429)
    page.client.post("/deconnexion")
    page.goes("/dossiers", expect=401)
    assert not caplog.records
