"""What a write asks of its sender, and what its answers never tell (SEC-AZ8 to AZ10, SEC-IN12, SEC-IN11, SEC-AL19)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from referrals.models import Referral
from tests.audit.owner import written
from tests.factories.concerns import child, concern
from tests.night import NIGHT, some
from tests.referrals.api.routes import ask, counting, masked, of_a_case, routes
from tests.security.procedure import Case, filed, play, seeing_all, version_of

# --- Version and key ----------------------------------------------------------------------------------


@pytest.mark.slow("every address of a case")
def test_each_write_of_a_case_asks_for_the_version(world, case):
    """428 without If-Match, 412 with another one's; then the state and version of now are told."""
    cell, version = world.as_("crip_coordinator"), version_of(case.pk)
    asked = 0
    for route in of_a_case("post"):
        if route.path.count("<uuid:") > 1 or "assessment" in route.path:
            continue  # these have no part yet to be about
        if route.path.endswith(("share", "attachments", "inquiries", "letters", "match")):
            continue  # who may read a draft, what a file says, whom one asks and what one looks for isn't what a version is of
        if "missing" in some(("wrong", "missing"), route.name):
            missing = ask(cell, route, route.at(case.pk), {}, version=None)
            assert missing.status_code == 428, (route.name, missing.status_code)
        wrong = (version + 1, version - 1, "*", f'W/"{version}"', str(version), '"01"', '""', '"\u0663"')
        for said in some(wrong, route.name) if "wrong" in some(("wrong", "missing"), route.name) else ():
            stale = ask(cell, route, route.at(case.pk), {}, version=said)
            assert stale.status_code == 412, (route.name, said, stale.status_code)
            assert (stale.json()["state"], stale.json()["version"]) == ("submitted", version)
            asked += 1

    assert asked > (150 if NIGHT else 20)
    assert version_of(case.pk) == version


def test_the_etag_is_the_version_and_a_filer_is_shown_none(world, case):
    """Nor can one find it out by guessing: its requests aren't compared with it."""
    filer = world.as_("filer")
    assert "ETag" not in filer.get(f"referrals/{case.pk}")
    guesses = [masked(filer.post(f"referrals/{case.pk}/acknowledge", {}, version=n)) for n in range(5)]
    assert all(guess == guesses[0] for guess in guesses)
    assert guesses[0][0] == 403

    answer = world.as_("crip_coordinator").get(f"referrals/{case.pk}")

    assert answer["ETag"] == f'"{answer.json()["version"]}"' == f'"{version_of(case.pk)}"'
    done = world.as_("crip_coordinator").step(
        case.pk, "start_triage", {"method": "by_hand", "where": "registre", "found": "no"}, expect=200
    )
    assert done["ETag"] == f'"{version_of(case.pk)}"'


@pytest.mark.sec("SEC-IN12")
def test_submitting_asks_for_a_well_formed_key(world):
    filer = world.as_("filer")
    pk = filer.post("referrals", concern()).json()["id"]
    version = version_of(pk)

    missing = filer.post(f"referrals/{pk}/submit", {}, version=version)
    malformed = [
        filer.post(f"referrals/{pk}/submit", {}, version=version, key=key).status_code
        for key in ("short", "a" * 65, "with space 12", "accent-é-123", "a/b/c/d/e/f")
    ]
    done = filer.post(f"referrals/{pk}/submit", {}, version=version, key="12345678")
    again = filer.post(f"referrals/{pk}/submit", {}, version=version, key="12345678")

    assert missing.status_code == 400
    assert malformed == [400] * 5
    assert (done.status_code, again.status_code) == (200, 200)
    assert masked(again) == masked(done)
    assert len(written(act="referral:submit")) == 1


@pytest.mark.sec("SEC-IN12")
def test_a_replay_asks_for_the_rights_of_now(world, case):
    """The answer is made anew: whoever lost the case since gets its 404, not the old answer."""
    cell, key = world.as_("intake_agent"), "acknowledge-1"
    version = version_of(case.pk)
    path = f"referrals/{case.pk}/acknowledge"
    assert cell.post(path, {"note": "vu"}, version=version, key=key).status_code == 200
    assert cell.post(path, {"note": "vu"}, version=version, key=key).status_code == 200
    exclude(world, case, "intake_agent")

    assert cell.post(path, {"note": "vu"}, version=version, key=key).status_code == 404


@pytest.mark.sec("SEC-IN12")
def test_a_key_is_its_callers_alone(world, case):
    version = version_of(case.pk)
    path = f"referrals/{case.pk}/acknowledge"
    assert world.as_("intake_agent").post(path, {}, version=version, key="the-same").status_code == 200

    answer = world.as_("crip_coordinator").post(path, {}, version=version, key="the-same")

    assert answer.status_code == 412


# --- What filing doesn't tell (SEC-AZ8) ---------------------------------------------------------------


@pytest.mark.sec("SEC-AZ8")
@pytest.mark.parametrize("at_once", [True, False])
def test_filing_tells_nothing_of_whether_the_child_is_known(world, at_once):
    """Known here, known elsewhere, restricted, unknown: same bytes, headers and number of queries."""
    known = child(last_name="Connue", first_names="Deja", birth_date="2010-01-01")
    world.as_("filer_2").post("referrals", concern(children=[known]) | {"submit": True}, key="known-here")
    hidden = child(last_name="Cachee", first_names="Tres", birth_date="2010-01-01")
    pk = world.as_("filer_2").post(
        "referrals", concern(children=[hidden]) | {"submit": True}, key="hidden-here"
    )
    with seeing_all():
        Referral.objects.filter(pk=pk.json()["id"]).update(restricted=True)
    far = child(last_name="Ailleurs", first_names="Loin", birth_date="2010-01-01", commune_insee="59350")
    world.as_("filer", "59").post("referrals", concern(children=[far]) | {"submit": True}, key="known-there")
    filer = world.as_("filer")
    file(
        filer, child(last_name="Premiere", first_names="Fois", birth_date="2010-01-01"), at_once, "warm-up-1"
    )

    answers = [
        file(filer, dict(said, commune_insee="93008"), at_once, f"filing-{number}")
        for number, said in enumerate(
            [known, hidden, far, child(last_name="Inconn", first_names="Deja", birth_date="2010-01-01")]
        )
    ]

    assert {answer[0][0] for answer in answers} == {(201 if at_once else 200)}
    assert all(answer == answers[0] for answer in answers)


def file(filer, said, at_once, key):
    """File for a child; return the masked answer and the number of statements."""
    form = concern(children=[said])
    if at_once:
        with counting() as total:
            answer = filer.post("referrals", form | {"submit": True}, key=key)
    else:
        pk = filer.post("referrals", form).json()["id"]
        with counting() as total:
            answer = filer.post(f"referrals/{pk}/submit", {}, version=version_of(pk), key=key)
    return masked(answer), total[0]


# --- After filing (SEC-AZ9) ---------------------------------------------------------------------------


@pytest.mark.slow("every address of a case")
@pytest.mark.sec("SEC-AZ9")
def test_no_address_tells_a_filer_the_story_again_or_lets_it_be_changed(world):
    case = Case(world, "Secretqwzx {}".format)
    form = concern(strengths="Secretqwzx", facts=[{"text": "Secretqwzx", "source": "seen"}])
    form["children"][0]["last_name"] = "Secretqwzx"
    play(world, filed(case, form))
    filer, version = world.as_("filer"), version_of(case.pk)

    for route in (*of_a_case("get"), *of_a_case("post", "put", "patch", "delete")[:: 1 if NIGHT else 4]):
        answer = ask(filer, route, route.at(case.pk), {"strengths": "autre"}, version=version)
        assert b"Secretqwzx" not in answer.content, route.name
        if route.verb != "get" and not route.path.endswith("/withdraw"):
            assert answer.status_code in (400, 403, 404, 409), (route.name, answer.status_code)
    for path in ("referrals", "referrals?names=true", "clocks"):
        assert b"Secretqwzx" not in filer.get(path).content
    assert filer.client.delete(f"/api/v1/referrals/{case.pk}").status_code == 405
    assert version_of(case.pk) == version


# --- Rights are those of now (SEC-AZ10) ---------------------------------------------------------------


def exclude(world, case, name):
    """Bar a person from a case."""
    body = {"user": str(world.user(name).pk), "reason": "lien de famille"}
    world.as_("supervisor").step(case.pk, "exclude", body, expect=200)


def end_membership(world, case):
    place = world.memberships["93", "intake_agent"]
    place.valid_to = timezone.now() - timedelta(seconds=1)
    place.save()


def disable(world, case):
    user = world.user("intake_agent")
    user.is_active = False
    user.save()


def revoke(world, case):
    world.memberships["93", "intake_agent"].tokens.update(revoked_at=timezone.now())


def shorten(world, case):
    world.memberships["93", "intake_agent"].tokens.update(expires_at=timezone.now() - timedelta(seconds=1))


ENDS = {
    "membership ended": (end_membership, 401), "account disabled": (disable, 401),
    "token revoked": (revoke, 401), "token expired": (shorten, 401),
    "excluded": (lambda world, case: exclude(world, case, "intake_agent"), 404),
}  # fmt: skip


@pytest.mark.sec("SEC-AZ10")
@pytest.mark.parametrize("why", ENDS)
def test_a_right_that_ends_has_ended_at_the_next_request(world, case, why):
    end, status = ENDS[why]
    caller, path = world.as_("intake_agent"), f"referrals/{case.pk}"
    assert caller.get(path).status_code == 200

    end(world, case)

    version = version_of(case.pk)
    assert caller.get(path).status_code == status
    search = {"method": "by_hand", "where": "registre", "found": "no"}
    assert caller.post(f"{path}/start_triage", search, version=version).status_code == status
    assert version_of(case.pk) == version


@pytest.mark.sec("SEC-AZ10")
def test_an_assessor_who_leaves_the_team_reads_no_more(world, case):
    cell = world.as_("crip_coordinator")
    cell.step(case.pk, "start_triage", {"method": "by_hand", "where": "r", "found": "no"}, expect=200)
    qualified = [{"child": case.children[0], "danger_categories": ["health"], "danger_level": "risk"}]
    cell.step(case.pk, "qualify", {"children": qualified, "urgency": "U0", "opinion": "avis"}, expect=200)
    team = [
        {"user": case.user("assessor"), "field": "health"}, {"user": case.user("assessor_2"), "field": "social"},
    ]  # fmt: skip
    on = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    cell.step(case.pk, "assign", {"team": team, "plan_on": on}, expect=200)
    leaver = world.as_("assessor_2")
    assert leaver.get(f"referrals/{case.pk}").status_code == 200

    exclude(world, case, "assessor_2")

    assert leaver.get(f"referrals/{case.pk}").status_code == 404
    assert leaver.patch(f"referrals/{case.pk}/assessment", {"notes": "x"}, version=9).status_code == 404


# --- What an error says (SEC-IN11), what an entry's instant is (SEC-AL19) -----------------------------


@pytest.mark.slow("every address of a case")
@pytest.mark.sec("SEC-IN11")
def test_an_error_has_only_the_members_of_its_contract(world, case):
    """Whatever is sent wherever: codes, fixed sentences, names; state and version to who may see them."""
    allowed = {
        "type", "title", "status", "code", "request_id", "detail", "errors", "fields", "parameters", "missing",
        "step", "rule", "law", "state", "version", "second_signers", "reason", "roles", "field",
    }  # fmt: skip
    marked = {"note": "Secretqwzx", "reason": ["Secretqwzx"], "Secretqwzx": 1, "child": "Secretqwzx"}
    for route in routes("referrals", ("post", "patch"))[:: 1 if NIGHT else 2]:
        for who in some(("crip_coordinator", "filer", "auditor"), route.name):
            caller = world.as_(who)
            for version in some((None, 1, version_of(case.pk)), who + route.name):
                answer = ask(caller, route, route.at(case.pk), marked, version=version)
                assert answer.status_code in (400, 403, 404, 409, 412, 428), (route.name, answer.status_code)
                assert answer["Content-Type"] == "application/problem+json"
                assert set(answer.json()) <= allowed, (route.name, set(answer.json()) - allowed)
                assert b"Secretqwzx" not in answer.content, route.name
                if who != "crip_coordinator":
                    assert not {"state", "version"} & set(answer.json()), route.name


@pytest.mark.sec("SEC-AL19")
def test_entries_bear_the_instant_of_their_act_in_utc(world, case):
    with seeing_all():
        submitted = Referral.objects.get(pk=case.pk).submitted_at
    (entry,) = [found for found in written(act="referral:submit") if found.at == submitted]

    body = json.loads(bytes(entry.body))

    assert body["ts"] == submitted.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
