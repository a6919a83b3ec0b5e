"""Breaking the glass (domain.md §1.3 rules 3, 7 and 8, §2.7): one case, a reason, an end, an alert, another's review."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from audit import journal
from outbox.models import Notice
from referrals.access import case_ties, joined_filings, visibility
from referrals.break_glass import queries as break_glass_queries
from referrals.errors import GuardRefused, NotVisible, WrongState
from referrals.models import BreakGlass, Child, Exclusion, Grant, Joining, Referral, RotaShift
from referrals.notifications import recipients
from tests.audit.owner import written
from tests.conftest import see_all
from tests.days import today
from tests.expected.vocabulary import EXCLUDED, NONE, OFF_THE_LIST, ORDINARY, ROLES
from tests.factories.world import Caller
from tests.journeys.story import paris
from tests.night import some
from tests.referrals.api.routes import counting, masked
from tests.referrals.workflow.kit import AT, Kit
from tests.referrals.workflow.relations import build
from tests.security.procedure import seeing_all

pytestmark = [pytest.mark.sec("SEC-AZ13"), pytest.mark.both_databases("the rule of access in SQL")]

NOW = datetime.now(UTC)
STATE = "protected_admin"
NEVER = ("filer", "filer_org_lead", "api_119", "auditor", "territory_admin", "platform_admin", "statistician",
         "directory_editor")  # fmt: skip
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def breaks(kit, who="on_call", *, at=AT, reason="Appel de nuit."):
    """Let somebody open the kit's case by its reference."""
    with transaction.atomic():
        return break_glass_queries.open_by_reference(
            kit.case.reference, reason, actor=kit.world.actor(who, at=at), at=at
        ).made


def sees(kit, who="on_call", *, at=AT):
    return visibility.visible_to(kit.world.actor(who, at=at), at=at).filter(pk=kit.case.pk).exists()


def reads(kit, who="on_call", *, at=AT):
    """Return the classes that somebody reads of the case."""
    actor = kit.world.actor(who, at=at)
    found = visibility.visible_to(actor, at=at).filter(pk=kit.case.pk).first()
    return case_ties.ties_of(found, actor).reads if found is not None else frozenset()


def post(caller, reference, **said):
    return caller.post("break-glass", {"reference": reference, "reason": "Urgence."} | said, key=uuid4().hex)


# --- Whom it lets in ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*some(NEVER, "never", 2), *some(sorted({*ROLES} - {*NEVER}), "opened", 4)])
def test_a_restricted_case_is_opened_by_whoever_would_read_it_were_it_not(world, role):
    (one,) = build(world, [STATE], at=NOW, real_keys=True, only=lambda *pair: pair == (role, OFF_THE_LIST))
    case = one.cases[STATE]
    journal.new_subject(case.pk, at=NOW)
    Child.objects.create(referral=case, prostitution_status="at_risk", status_ever="at_risk")
    caller = Caller(one.secret)

    answer = post(caller, case.reference)

    see_all()
    if role in NEVER:
        assert answer.status_code == 403
        assert not BreakGlass.objects.exists()
        return
    assert answer.status_code == 201, answer.content
    assert answer.json()["id"] == str(case.pk)
    row = BreakGlass.objects.get()
    assert (row.user_id, row.role, str(row.pk)) == (one.user.pk, role, answer.json()["made"])
    assert row.expires_at - row.opened_at == timedelta(minutes=60)
    assert caller.get(f"referrals/{case.pk}/clocks").status_code == 200
    assert set(ORDINARY) - {"filer", "api_119"} == set(ROLES) - set(NEVER)


@pytest.mark.sec("SEC-AZ5")
@pytest.mark.parametrize(
    "role",
    some(["on_call", "crip_coordinator", "assessor", "assessment_lead", "supervisor"], "one answer", 2),
)
def test_what_is_not_there_and_what_is_not_for_the_asker_is_one_answer(world, role):
    """Bytes, headers and number of queries; a restricted case that would be the asker's is opened, no other shows."""
    people = build(
        world,
        [STATE, "draft", "purged", "merged"],
        at=NOW,
        only=lambda r, tie: r == role and tie in (EXCLUDED, NONE),
    )
    excluded = next(one for one in people if one.relation == EXCLUDED)
    untied = next(one for one in people if one.relation == NONE)
    places = {
        "excluded": excluded.cases[STATE],
        "excluded and restricted": excluded.cases["draft"],
        "shredded": excluded.cases["purged"],
        "of another territory": untied.cases[STATE],
        "of another territory, restricted": untied.cases["draft"],
        "a draft of another": untied.cases["merged"],
    }
    with seeing_all():
        far = {"authority": world.authorities["59"], "unit": world.units["59"]}
        for why, values in {
            "excluded and restricted": {"state": STATE, "restricted": True},
            "of another territory": far,
            "of another territory, restricted": far | {"state": STATE, "restricted": True},
            "a draft of another": {"state": "draft"},
        }.items():
            Referral.objects.filter(pk=places[why].pk).update(version=9, **values)
    caller = Caller(excluded.secret)
    caller.get(f"referrals/{uuid4()}")  # the first request of an account writes its pseudonym

    def answer_of(reference):
        with counting() as total:
            answer = post(caller, reference)
        return masked(answer), total[0]

    absent = answer_of("0000-0000-0000-0")
    assert absent[0][0] == 404
    for why, case in places.items():
        assert answer_of(case.reference) == absent, why
    assert not BreakGlass.objects.exists()


def test_the_body_is_judged_before_anything_is_looked_for(world, kit):
    on_call = world.as_("on_call")

    answers = [
        on_call.post("break-glass", {"reference": reference}) for reference in (kit.case.reference, "none")
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json()["errors"] == answers[1].json()["errors"]


@pytest.mark.sec("SEC-AZ4")
@pytest.mark.parametrize(
    "who", ["on_call", "supervisor", "crip_coordinator", "intake_agent", "ase_inspector"]
)
def test_no_order_of_exclusion_and_opening_lets_an_excluded_person_in(world, who):
    """Restricted or not, opened before or after, renewed or not: whoever is excluded is let in by nothing."""
    for number, order in enumerate(some([*permutations(("exclude", "open", "restrict"))], who, 3)):
        kit = Kit(world, "triage")
        for act in order:
            if act == "exclude":
                kit.exclude(who)
            elif act == "restrict":
                kit.put(restricted=True)
            elif who in ("on_call", "supervisor") or kit_is_restricted(kit):
                attempt(kit, who)
        assert not sees(kit, who), (number, order)
        with pytest.raises(NotVisible):
            breaks(kit, who, at=AT + MINUTE)
        assert recipients.may_be_told(world.user(who).pk, kit.case.pk, AT) is False
        see_all()
        assert world.user(who).pk not in recipients.people(
            a_case(kit), ("coordinator", "on_call", "supervisor"), {}
        )


def kit_is_restricted(kit):
    return Referral.objects.get(pk=kit.case.pk).restricted


def attempt(kit, who):
    try:
        breaks(kit, who)
    except NotVisible:
        assert Exclusion.objects.filter(referral=kit.case, user=kit.world.user(who)).exists()


def a_case(kit):
    return recipients.Case(Referral.objects.get(pk=kit.case.pk), actor=recipients.SYSTEM, at=AT)


def test_it_opens_one_case_and_nothing_of_another(world):
    opened, other = Kit(world, "triage"), Kit(world, "triage")
    other.put(restricted=True)
    breaks(opened)

    assert "D" in reads(opened)
    assert not sees(other)
    other.put(restricted=False)
    assert reads(other) == {"A"}


def test_a_filing_that_was_joined_to_the_case_is_another_case(world):
    file, joined = Kit(world, "triage"), Kit(world, "merged")
    Joining.objects.create(referral=joined.case, target=file.case, kind="same_facts", joined_at=AT)
    breaks(file)
    actor = world.actor("on_call", at=AT)
    ties = case_ties.ties_of(visibility.visible_to(actor, at=AT).get(pk=file.case.pk), actor)

    (_, theirs) = next(joined_filings.readable_filings(file.case, ties, actor, at=AT))

    assert ("D" in ties.reads, "D" in theirs.reads) == (True, False)


def test_a_restricted_child_of_a_case_that_is_seen_is_opened_too(world, kit):
    coordinator = world.as_("crip_coordinator")
    with pytest.raises(GuardRefused) as refused:
        breaks(kit, "crip_coordinator")
    Child.objects.filter(referral=kit.case).update(restricted=True)
    path = f"referrals/{kit.case.pk}/children"
    assert coordinator.get(path).json()["results"] == []

    assert post(coordinator, kit.case.reference).status_code == 201

    assert refused.value.extra["rule"] == "something_is_withheld"
    assert len(coordinator.get(path).json()["results"]) == 1


def test_an_ordinary_request_asks_no_more_queries_whoever_holds_a_glass_elsewhere(world):
    kit, other = Kit(world, "triage"), Kit(world, "triage")
    caller = world.as_("on_call")
    caller.get(f"referrals/{kit.case.pk}")

    def queries():
        with counting() as total:
            assert caller.get(f"referrals/{kit.case.pk}").status_code == 200
        return total[0]

    before = queries()
    assert post(caller, other.case.reference).status_code == 201

    assert queries() == before


# --- Its end ------------------------------------------------------------------------------------------


def test_it_ends_to_the_second_without_any_work_being_done(kit):
    breaks(kit)
    end = AT + 60 * MINUTE

    assert "D" in reads(kit, at=end - timedelta(microseconds=1))
    assert reads(kit, at=end) == {"A"}
    kit.put(restricted=True)
    assert sees(kit, at=end - SECOND)
    assert not sees(kit, at=end)


def test_the_authority_may_let_it_last_less(world, kit):
    answer = world.as_("territory_admin").post(
        f"authorities/{world.authorities['93'].pk}/settings",
        {"effective_on": today().isoformat(), "values": {"break_glass_minutes": 10}},
        key="glass-setting",
    )
    assert answer.status_code == 200, answer.content
    see_all()

    at = datetime.now(UTC)
    breaks(kit, at=at)

    assert BreakGlass.objects.get().expires_at == at + timedelta(minutes=10)


def test_a_renewal_is_a_new_opening_and_the_one_before_awaits_its_review(kit):
    first, second = breaks(kit), breaks(kit, at=AT + 30 * MINUTE, reason="Rappel.")

    states = dict(BreakGlass.objects.values_list("pk", "state"))
    assert states == {first: "to_review", second: "opened"}
    assert "D" in reads(kit, at=AT + 89 * MINUTE)
    assert reads(kit, at=AT + 90 * MINUTE) == {"A"}
    assert Grant.objects.filter(kind="glass", ended_at=None).count() == 1


def test_whoever_opened_it_may_give_it_back_and_nobody_else(kit):
    kit.part = BreakGlass.objects.get(pk=breaks(kit))

    assert kit.refusal("glass", "give_back", {}, who="supervisor") == "opener_gives_back"
    with pytest.raises(NotVisible):
        kit.ask("glass", "give_back", {}, who="intake_agent")
    kit.ask("glass", "give_back", {}, who="on_call")

    assert reads(kit) == {"A"}
    assert not Grant.objects.get(kind="glass").permission
    assert BreakGlass.objects.get().state == "to_review"


def test_a_role_that_is_lost_ends_it_at_once(world, kit):
    breaks(kit)
    Membership.objects.filter(user=world.user("on_call")).update(valid_to=AT + MINUTE)

    assert "D" in reads(kit)
    assert not sees(kit, at=AT + MINUTE)


def test_time_moves_it_to_its_review_once(kit):
    breaks(kit)
    over = AT + 61 * MINUTE

    assert break_glass_queries.expire(AT + 59 * MINUTE) == 0
    assert [break_glass_queries.expire(over), break_glass_queries.expire(over)] == [1, 0]
    see_all()
    row = BreakGlass.objects.get()
    assert (row.state, row.ended_at, row.alerted_at) == ("to_review", AT + 60 * MINUTE, None)
    assert Grant.objects.get(kind="glass").ended_at == over


# --- Alert, review, freeze ----------------------------------------------------------------------------


def told(template, world):
    names = {user.pk: name for (code, name), user in world.users.items() if code == "93"}
    return sorted(
        names[row.user_id] for row in Notice.objects.filter(template=template, channel="app").order_by("id")
    )


def test_it_alerts_at_once_and_the_auditors_learn_not_of_which_case(world, kit):
    breaks(kit)

    assert told("glass.broken", world) == [
        "crip_coordinator", "crip_coordinator_2", "supervisor", "supervisor_2",
    ]  # fmt: skip
    (row,) = Notice.objects.filter(template="glass.watched", channel="app")
    assert (row.user_id, row.reference, row.subject_id) == (world.user("auditor").pk, "", None)


def test_another_person_reviews_it_and_the_auditors_hear_of_a_contested_one(world, kit):
    kit.part = BreakGlass.objects.get(pk=breaks(kit, "supervisor"))
    with pytest.raises(WrongState):
        kit.ask("glass", "approve", {}, who="crip_coordinator")
    kit.ask("glass", "give_back", {}, who="supervisor")

    assert kit.refusal("glass", "approve", {}, who="supervisor") == "reviewer_did_not_open"
    assert kit.refusal("glass", "contest", {}, who="supervisor_2") == "<body>"
    kit.ask("glass", "contest", {"reason": "Aucune urgence."}, who="supervisor_2", at=AT + MINUTE)

    row = BreakGlass.objects.get()
    assert (row.state, row.reviewed_by, row.reviewed_at) == (
        "reviewed_ko", world.user("supervisor_2").pk, AT + MINUTE,
    )  # fmt: skip
    assert row.review is not None
    assert told("glass.contested", world) == ["auditor"]
    assert Referral.objects.get(pk=kit.case.pk).glass_open is False
    shown = world.as_("crip_coordinator").get(f"referrals/{kit.case.pk}/break-glass").json()["results"]
    assert [(line["reason"], line["review"]) for line in shown] == [("Appel de nuit.", "Aucune urgence.")]


def test_on_a_restricted_case_nobody_reviews_who_broke_the_glass_in_turn(world):
    kit = Kit(world, "triage", who="crip_coordinator")
    kit.set_restricted()
    kit.part = BreakGlass.objects.get(pk=breaks(kit))
    breaks(kit, "supervisor")
    kit.ask("glass", "give_back", {}, who="on_call")

    assert kit.refusal("glass", "approve", {}, who="supervisor") == "reviewer_is_named"
    assert kit.refusal("glass", "approve", {}, who="crip_coordinator") == ""


def test_the_list_is_of_those_who_review_and_of_the_own_openings(world):
    mine, restricted = Kit(world, "triage"), Kit(world, "triage", who="crip_coordinator")
    restricted.set_restricted()
    for kit in (mine, restricted):
        breaks(kit)
    late = AT + timedelta(days=3)

    def lines(who, at=AT, **asked):
        asked = {"state": None, "overdue": None} | asked
        return {
            row.referral_id for row in break_glass_queries.listed(world.actor(who, at=at), at=at, **asked)
        }

    both = {mine.case.pk, restricted.case.pk}
    assert lines("crip_coordinator") == lines("on_call") == both
    assert lines("supervisor") == {mine.case.pk}, "off the list of the restricted one"
    assert lines("intake_agent") == lines("assessor") == lines("auditor") == set()
    assert lines("crip_coordinator", late, overdue=True) == both
    assert lines("crip_coordinator", overdue=True) == lines("crip_coordinator", state="reviewed_ok") == set()
    assert lines("on_call", late) == {mine.case.pk}, "the restricted one is out of sight again"


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-11-21 23:44", "2026-11-23 23:59"),
        ("2026-11-20 03:00", "2026-11-23 23:59"),
        ("2026-11-24 12:00", "2026-11-25 23:59"),
        ("2026-12-24 23:00", "2026-12-28 23:59"),
    ],
)
def test_a_review_is_due_at_the_end_of_the_next_working_day(world, opened, due):
    breaks(Kit(world, "triage"), at=paris(opened))

    assert BreakGlass.objects.get().review_due_at == paris(due).replace(second=59)


def test_an_overdue_review_alerts_every_hour_until_it_is_done(world, kit):
    pk = breaks(kit)
    due = BreakGlass.objects.get(pk=pk).review_due_at
    break_glass_queries.expire(due)
    rounds = [due, due + SECOND, due + SECOND + 59 * MINUTE, due + SECOND + 60 * MINUTE]

    assert [break_glass_queries.watch(at) for at in rounds] == [0, 1, 0, 1]
    see_all()
    assert told("glass.overdue", world) == ["auditor"] * 2 + ["supervisor"] * 2 + ["supervisor_2"] * 2
    kit.part = BreakGlass.objects.get(pk=pk)
    kit.ask("glass", "approve", {}, who="crip_coordinator", at=due + timedelta(hours=2))
    assert break_glass_queries.watch(due + timedelta(days=1)) == 0


@pytest.mark.parametrize("who", ["on_call", "supervisor"])
def test_an_overdue_review_freezes_its_account_unless_it_is_on_the_rota(world, who):
    first, second = Kit(world, "triage"), Kit(world, "triage")
    breaks(first, who)
    due = BreakGlass.objects.get().review_due_at
    breaks(second, who, at=due)
    late = due + SECOND

    with pytest.raises(GuardRefused) as refused:
        breaks(second, who, at=late)
    assert refused.value.extra["rule"] == "own_reviews_are_in_time"
    second.exclude(who)
    with pytest.raises(GuardRefused):  # the same answer for what isn't there: it tells of the account alone
        breaks(second, who, at=late)
    second.case.exclusions.update(lifted_at=AT)
    assert second.refusal("glass", "open", {"reason": "Nuit."}, who=who, at=late) == "own_reviews_are_in_time"

    RotaShift.objects.create(
        authority=world.authorities["93"], user=world.user(who), place="first", starts_at=AT,
        ends_at=late + timedelta(hours=1), made_at=AT, made_by=world.user("supervisor_2"),
    )  # fmt: skip
    if who == "on_call":
        assert breaks(second, who, at=late)
    else:
        with pytest.raises(GuardRefused):  # a shift gives no right: the account holds no role on call
            breaks(second, who, at=late)


# --- What is written down -----------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL1")
def test_every_opening_and_every_attempt_is_in_the_journal_with_its_purpose(world):
    kit, hidden = Kit(world, "triage"), Kit(world, "triage")
    hidden.exclude("on_call")
    caller = world.as_("on_call")

    assert post(caller, kit.case.reference).status_code == 201
    assert post(caller, hidden.case.reference).status_code == 404

    (opened,) = written(act="glass:open")
    (denied,) = written(act="request:denied")
    assert b'"why":"emergency"' in bytes(opened.body)
    assert b'"why":"emergency"' in bytes(denied.body)
    assert denied.subject is None, "the answer says of no case that it is there, and neither does its entry"


@pytest.mark.sec("SEC-IN12")
def test_the_same_request_opens_once(world, kit):
    caller = world.as_("on_call")
    said = {"reference": kit.case.reference, "reason": "Appel."}

    first, again = (caller.post("break-glass", said, key="glass-once-1") for _ in range(2))
    other = caller.post("break-glass", said | {"reason": "Autre."}, key="glass-once-1")

    see_all()
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json()["made"] == again.json()["made"]
    assert BreakGlass.objects.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"expires_at": AT}, {"reviewed_at": AT}, {"ended_at": AT}, {"state": "closed"},
        {"state": "reviewed_ok", "ended_at": AT, "reviewed_at": AT},
    ],
)  # fmt: skip
def test_the_database_refuses_an_opening_that_contradicts_itself(world, kit, values):
    sound = {"opened_at": AT, "expires_at": AT + MINUTE, "review_due_at": AT, "role": "on_call"} | values
    with pytest.raises(IntegrityError), transaction.atomic():
        BreakGlass.objects.create(referral=kit.case, user=world.user("on_call"), **sound)


def test_the_database_refuses_a_review_by_the_opener_and_a_second_open_one(world, kit):
    me = world.user("on_call")
    sound = {"opened_at": AT, "expires_at": AT + MINUTE, "review_due_at": AT, "role": "on_call"}
    BreakGlass.objects.create(referral=kit.case, user=me, **sound)
    for values in ({}, {"state": "reviewed_ok", "ended_at": AT, "reviewed_at": AT, "reviewed_by": me.pk}):
        with pytest.raises(IntegrityError), transaction.atomic():
            BreakGlass.objects.create(referral=kit.case, user=me, **sound, **values)
