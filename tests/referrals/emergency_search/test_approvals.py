"""Past the free searches of a duty: another person's approval, or five that count as nobody's (SEC-AZ25)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from outbox.models import Notice
from referrals.break_glass.checks import is_frozen
from referrals.emergency_search import tasks
from referrals.models import EmergencyApproval, EmergencySearch, RotaShift
from tests.conftest import see_all
from tests.referrals.emergency_search.test_emergency_search import (
    GIRL,
    NOW,
    WHY,
    ask,
    bodies,
    duty,
    on_duty,
    people,
    setting,
    told,
)
from tests.security.test_forged_rows import by_sql
from tests.web.visiting import Visitor, text

__all__ = ["duty"]
pytestmark = [pytest.mark.sec("SEC-AZ25"), pytest.mark.usefixtures("one_free")]


@pytest.fixture
def one_free(world, duty):
    """One search of a duty is free; it is done."""
    setting(world, emergency_search_cap=2)
    assert [ask(world).status_code for _ in range(2)] == [200, 200]


@pytest.fixture
def clock(monkeypatch):
    """Return what sets the hour, so many minutes later."""

    def later(minutes):
        monkeypatch.setattr("config.pipeline.instant", lambda *_: NOW + timedelta(minutes=minutes))

    return later


def asked(world, who="on_call", code="93"):
    answer = world.as_(who, code).post("emergency-approvals", {}, key=uuid4().hex)
    see_all()
    return answer


def given(world, pk, who="supervisor", code="93"):
    answer = world.as_(who, code).post(f"emergency-approvals/{pk}/give", {}, key=uuid4().hex)
    see_all()
    return answer


def approved(world, who="supervisor"):
    pk = asked(world).json()["id"]
    assert given(world, pk, who).status_code == 200
    return EmergencyApproval.objects.get(pk=pk)


def fault(answer):
    ((field, code),) = [(one["field"], one["code"]) for one in answer.json()["errors"]]
    return answer.status_code, field, code


# --- Nothing that the officer says lifts it -------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [{"word": "x"}, {"word": "Mme Cadre", "word_at": "2026-11-24T08:55:00Z"}, {"approval": str(uuid4())}],
)
def test_no_text_lifts_the_cap(world, said):
    for _ in range(3):
        answer = ask(world, **said)
        assert answer.status_code == 400
        assert {one["code"] for one in answer.json()["errors"]} == {"unknown"}
    assert EmergencySearch.objects.count() == 2


def test_past_the_free_ones_a_search_says_that_nobody_approved_it_and_five_may(world):
    assert fault(ask(world)) == (400, "unapproved", "cap-reached")

    assert [ask(world, unapproved=True).status_code for _ in range(5)] == [200] * 5
    for _ in range(60):
        assert fault(ask(world, unapproved=True)) == (400, "unapproved", "approval-needed")

    assert EmergencySearch.objects.count() == 7
    rules = [body.get("rule") or "" for body in bodies("emergency-search:done")]
    assert rules == ["", *[""], *["unapproved"] * 5]
    assert approved(world).given_at == NOW
    assert [ask(world, unapproved=True).status_code for _ in range(3)] == [200, 200, 400]


def test_a_free_search_isnt_told_as_one_that_nobody_approved(world):
    assert told("search.unapproved") == set()
    RotaShift.objects.update(ends_at=NOW)
    on_duty(world)
    assert ask(world, unapproved=True).status_code == 200

    assert told("search.unapproved") == set()
    assert not bodies("emergency-search:done")[-1].get("rule")


def test_one_that_nobody_approved_is_told_at_once_and_looked_at(world):
    row = ask(world, unapproved=True).json()["id"]

    assert told("search.unapproved") == people(world, "supervisor", "supervisor_2", "auditor")
    assert all(notice.urgent for notice in Notice.objects.filter(template="search.unapproved"))
    read = world.as_("supervisor").get(f"emergency-searches/{row}").json()
    assert (read["unapproved"], read["word"], read["to_review"]) == (True, None, True)
    assert tasks.watch(NOW + timedelta(days=2)) == 3, "overdue is told every hour, as of the free ones"


# --- Another person's approval ---------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["supervisor", "second_on_call"])
def test_a_supervisor_or_another_officer_on_call_approves_as_many_as_are_free(world, who):
    if who == "second_on_call":
        world.hire(who, "on_call")
    row = approved(world, who)

    assert (row.allowed, row.expires_at) == (2, NOW + timedelta(minutes=15))
    done = [ask(world) for _ in range(3)]

    assert [one.status_code for one in done] == [200, 200, 400]
    read = world.as_("supervisor").get(f"emergency-searches/{done[0].json()['id']}").json()
    assert (read["word"]["name"], read["unapproved"]) == (world.user(who).full_name, False)
    assert [body.get("rule") or "" for body in bodies("emergency-search:done")][2:] == ["approved"] * 2
    assert ask(world, unapproved=True).status_code == 200, "those that nobody approved are counted apart"


def test_it_is_asked_and_given_in_the_journal_and_told_at_once(world):
    world.hire("second_on_call", "on_call")
    row = approved(world)

    assert told("search.approval-asked") == people(world, "supervisor", "supervisor_2", "second_on_call")
    assert told("search.approval-given") == people(world, "on_call")
    (one,), (two,) = bodies("emergency-approval:asked"), bodies("emergency-approval:given")
    assert (one["role"], two["role"], one["pd"]) == ("on_call", "supervisor", two["pd"])
    assert one["actor"] != two["actor"]
    assert row.user_id != row.given_by_id


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [("on_call", "93", 403), ("supervisor", "75", 404), ("on_call", "59", 404), ("crip_coordinator", "93", 403),
     ("territory_admin", "93", 403), ("auditor", "93", 403), ("api_119", "93", 403)],
)  # fmt: skip
def test_nobody_else_gives_it(world, who, code, status):
    pk = asked(world).json()["id"]

    assert given(world, pk, who, code).status_code == status
    assert EmergencyApproval.objects.get().given_at is None


@pytest.mark.parametrize("who", ["supervisor", "crip_coordinator", "auditor", "filer"])
def test_nobody_but_an_officer_on_duty_asks(world, who):
    assert asked(world, who).status_code == 403
    RotaShift.objects.update(ends_at=NOW)
    assert asked(world).status_code == 403
    assert not EmergencyApproval.objects.exists()


def test_it_is_asked_once_while_it_waits_and_given_once(world, clock):
    first, second = asked(world).json()["id"], asked(world).json()["id"]
    assert first == second
    assert given(world, first).status_code == 200
    assert given(world, first, "supervisor_2").status_code == 409
    third = asked(world).json()["id"]
    assert third != first
    clock(60)
    assert given(world, third).status_code == 404, "nobody approves what was asked an hour ago"


def test_it_ends_after_a_quarter_of_an_hour_and_with_the_office_of_who_gave_it(world, clock):
    approved(world)
    clock(14)
    assert ask(world).status_code == 200
    clock(15)
    assert ask(world).status_code == 400
    clock(0)
    Membership.objects.filter(user=world.user("supervisor")).update(valid_to=NOW)
    assert ask(world).status_code == 400


@pytest.mark.sec("SEC-AZ22")
def test_one_that_the_service_didnt_write_lets_nobody_go_on(world, duty):
    row = approved(world)
    by_sql(row, allowed=50)
    assert ask(world).status_code == 400
    by_sql(row, allowed=2)
    assert ask(world).status_code == 200
    waiting = EmergencyApproval.objects.get(pk=asked(world).json()["id"])
    EmergencyApproval.objects.filter(pk=row.pk).delete()
    by_sql(
        waiting, given_at=NOW, given_by=world.user("supervisor").pk, expires_at=NOW + timedelta(days=1), allowed=9
    )  # fmt: skip
    assert ask(world).status_code == 400


def test_who_keeps_the_rota_and_is_on_it_begins_no_new_count(world, duty):
    RotaShift.objects.update(ends_at=NOW)
    shift = on_duty(world)
    assert ask(world).status_code == 200, "put there by somebody else"
    RotaShift.objects.filter(pk=shift.pk).update(made_by=world.user("on_call"))

    assert ask(world).status_code == 400


def test_who_keeps_the_rota_doesnt_end_a_freeze_by_a_shift_made_once_a_review_is_late(world, duty):
    officer, late = world.user("on_call"), NOW + timedelta(days=2)
    assert is_frozen(officer.pk, late) is True
    before = on_duty(world, at=late)
    assert is_frozen(officer.pk, late) is False
    RotaShift.objects.filter(pk=before.pk).update(made_by=officer, made_at=NOW)
    assert is_frozen(officer.pk, late) is False, "a shift planned before"
    RotaShift.objects.filter(pk=before.pk).update(made_at=late)

    assert is_frozen(officer.pk, late) is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"given_by": "own", "given_at": NOW, "expires_at": NOW, "allowed": 2},
        {"given_at": NOW},
        {"allowed": 2},
    ],
)
def test_the_database_refuses_ones_own_and_halves(world, wrong):
    row = EmergencyApproval.objects.get(pk=asked(world).json()["id"])
    said = wrong | ({"given_by": world.user("on_call").pk} if "given_by" in wrong else {})
    with pytest.raises(IntegrityError), transaction.atomic():
        by_sql(row, **said)


def test_it_is_deleted_long_after_the_duty(world, duty):
    approved(world)
    end = RotaShift.objects.get(pk=duty.pk).ends_at
    assert tasks.forget_approvals(end + timedelta(days=89)) == 0

    assert tasks.forget_approvals(end + timedelta(days=90)) == 1

    see_all()
    assert not EmergencyApproval.objects.exists()


# --- On the pages ----------------------------------------------------------------------------------------


def test_an_officer_asks_without_losing_what_was_typed_and_a_supervisor_gives_it_in_one_tap(world):
    officer, supervisor = Visitor(world, "on_call", at=NOW), Visitor(world, "supervisor", at=NOW)
    said = WHY | {"last_name": "Ben Saïd", "first_names": "Inès", "birth_date": "14/3/2012"}
    new = "/recherches-urgence/nouvelle"
    refused = officer.fills(new, **said)
    assert refused.status_code == 400
    assert "Vos recherches libres sont épuisées" in text(refused)

    waiting = officer.fills(new, **said, then="ask")

    assert waiting.status_code == 200
    assert "Accord demandé le" in text(waiting)
    assert 'value="Ben Saïd"' in waiting.content.decode()
    assert "Votre accord est demandé" not in text(officer.get("/recherches-urgence"))
    coordinator = Visitor(world, "crip_coordinator", at=NOW)
    assert "Votre accord est demandé" not in text(coordinator.get("/recherches-urgence"))
    listed = supervisor.get("/recherches-urgence")
    assert "Votre accord est demandé" in text(listed)
    pk = EmergencyApproval.objects.get().pk
    assert officer.post(f"/recherches-urgence/accords/{pk}", {}).status_code == 403
    assert supervisor.post(f"/recherches-urgence/accords/{pk}", {}).status_code == 303
    assert "Votre accord est demandé" not in text(supervisor.get("/recherches-urgence"))
    assert "Accord de supervisor 93" in text(officer.get(new))
    assert officer.fills(new, **said).status_code == 200
    (search,) = EmergencyApproval.objects.get().searches
    shown = text(supervisor.get(f"/recherches-urgence/{search}"))
    assert "Accord supervisor 93" in shown
    assert officer.post("/recherches-urgence/accords", {}).status_code == 303
    assert GIRL["last_name"] not in text(supervisor.get("/recherches-urgence"))
