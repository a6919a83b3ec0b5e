"""Anomalies over HTTP and by the runner: every role, state and step; who sees what; holds, decoys, contested openings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from rest_framework.exceptions import ValidationError

from accounts.models import Membership, User
from audit import journal, pseudonyms
from audit.anomalies.facts import Fact, Finding
from audit.models import ActorPseudonym, Decoy, Entry, LegalHold, SubjectPseudonym
from outbox.models import Notice
from referrals.access_review import actions as access_review_actions
from referrals.access_review import tasks as access_review_tasks
from referrals.errors import GuardRefused, NotAllowed, NotVisible, WrongState
from referrals.models import AccessAnomaly, BreakGlass, DataBreach, Exclusion, Referral
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.days import today
from tests.expected.small_steps import ANOMALY, ANOMALY_STATES
from tests.expected.vocabulary import ROLES
from tests.factories.concerns import concern
from tests.night import one_in, some
from tests.referrals.workflow.kit import refusal_on_row

AT = datetime.now(UTC)
SEE = ("auditor", "dpo")
BODIES = {
    "justify": {"ground": "assigned"},
    "find_unjustified": {"reason": "curiosity"},
}


def anomaly(world, *, state="detected", who="crip_coordinator", code="93", **said):
    see_all()
    values = {
        "key": uuid4().hex, "rule": "R01", "count": 60, "first_at": AT, "last_at": AT, "detected_at": AT,
        "subjects": [str(uuid4())],
    } | said  # fmt: skip
    if state in ("justified", "unjustified", "reported", "closed"):
        values |= {"judged_at": AT, "judged_by": world.user("auditor")}
    pseudonym = pseudonyms.actor(world.user(who).pk) if who else None
    return AccessAnomaly.objects.create(
        authority=world.authorities[code], state=state, who=pseudonym, **values
    )


def do(world, who, made, step, body=None, *, code="93", key=None):
    path = f"audit/anomalies/{made.pk}/{step}"
    answer = world.as_(who, code).post(
        path, BODIES.get(step, {}) if body is None else body, key=key or uuid4().hex
    )
    see_all()
    return answer


# --- Every cell ----------------------------------------------------------------------------------------


@pytest.mark.slow("every role, state and step")
@pytest.mark.sec("SEC-AZ1")
@pytest.mark.sec("SEC-AZ2")
def test_every_role_state_and_step_is_as_the_table_says(world):
    """The runner's own order: seen, role, state, before what the step asks for."""
    made = anomaly(world)
    for role in ROLES:
        actor = world.actor(role, at=AT)
        for state in ANOMALY_STATES if role in SEE else some(list(ANOMALY_STATES), role):
            with_judge = {"judged_at": AT, "judged_by": world.user("auditor")}
            AccessAnomaly.objects.filter(pk=made.pk).update(state=state, **with_judge)
            for name, row in ANOMALY.items():
                if not row.has_route:
                    continue
                refused = refusal_on_row(
                    access_review_actions.runner, Machine.ANOMALY, name, made, actor, at=AT
                )
                if role not in SEE:
                    assert refused is NotVisible, (role, state, name)
                elif role not in row.who:
                    assert refused is NotAllowed, (role, state, name)
                elif state not in row.origins:
                    assert refused is WrongState, (role, state, name)
                else:
                    assert refused in (GuardRefused, ValidationError), (role, state, name)


@pytest.mark.slow("every role at every address")
@pytest.mark.sec("SEC-AZ5")
@pytest.mark.sec("SEC-AZ16")
def test_whoever_reads_no_journal_here_finds_no_anomaly(world):
    made = anomaly(world)
    others = one_in(3, [one for one in world.secrets if one[1] not in SEE])
    for code, name in [one for one in world.secrets if one[1] in SEE or one in others]:
        caller = world.as_(name, code)
        sees = code == "93" and name in SEE
        for place in ("", "/entries", "/identities"):
            status = caller.get(f"audit/anomalies/{made.pk}{place}").status_code
            assert status == ((403 if place == "/identities" else 200) if sees else 404), (code, name, place)
        listed = caller.get("audit/anomalies")
        assert listed.status_code == (200 if name in SEE else 403)
        if name in SEE:
            assert [line["id"] for line in listed.json()["results"]] == ([str(made.pk)] if sees else [])


def test_the_list_is_filtered_by_state_and_rule(world):
    one, other = anomaly(world, state="under_review"), anomaly(world, rule="R14")
    ask = world.as_("auditor").get

    assert [line["id"] for line in ask("audit/anomalies", state="detected").json()["results"]] == [
        str(other.pk)
    ]
    assert [line["id"] for line in ask("audit/anomalies", rule="R01").json()["results"]] == [str(one.pk)]
    assert ask("audit/anomalies", rule="R99").status_code == 400


# --- The course ----------------------------------------------------------------------------------------


def test_what_was_justified_is_closed_by_the_auditor(world):
    made = anomaly(world)

    do(world, "auditor", made, "take_up")
    assert do(world, "auditor", made, "justify").json()["reason"]["code"] == "assigned"
    assert do(world, "dpo", made, "close").status_code == 403
    assert do(world, "auditor", made, "close").json()["state"]["code"] == "closed"


def test_a_step_under_one_key_is_done_once(world):
    made, key = anomaly(world), "the-same-key-twice"

    first, second = (do(world, "auditor", made, "take_up", key=key) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    with as_owner():
        assert Entry.objects.filter(act="anomaly:take_up").count() == 1


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (None, 409),
        ("declared", 409),
        ("assessed", 409),
        ("notified", 200),
        ("not_notified", 200),
        ("closed", 200),
    ],
)
def test_an_anomaly_closes_after_its_breach_was_notified_or_ruled_out(world, state, status):
    made = anomaly(world, state="reported")
    if state is not None:
        breach_of(made, state)

    assert do(world, "dpo", made, "conclude").status_code == status


def breach_of(made, state):
    """Give an anomaly its breach."""
    running = state in ("declared", "assessed")
    return DataBreach.objects.create(
        authority=made.authority, anomaly=made, declared_at=AT, source="anomaly", aware_at=AT, state=state, risk="none",
        due_at=AT if running else None, notified_at=AT if state == "notified" else None,
    )  # fmt: skip


def test_the_agent_has_five_days(world):
    made = anomaly(
        world, state="under_review", asked_at=AT - timedelta(days=4), answer_due_at=AT + timedelta(days=1)
    )

    assert do(world, "auditor", made, "find_unjustified").json()["rule"] == "agent_had_the_time"
    AccessAnomaly.objects.filter(pk=made.pk).update(answer_due_at=AT - timedelta(minutes=1))
    assert do(world, "auditor", made, "find_unjustified").status_code == 200


def test_nothing_is_found_unjustified_before_the_agent_was_asked(world):
    """S9: heard first; unless nobody is there to be asked: it is about no person, or the account is closed."""
    made, of_nobody = anomaly(world, state="under_review"), anomaly(world, state="under_review", who=None)
    assert "find_unjustified" not in steps_of(world, made)
    assert do(world, "auditor", made, "find_unjustified").json()["rule"] == "agent_had_the_time"
    assert do(world, "auditor", of_nobody, "find_unjustified").status_code == 200

    User.objects.filter(pk=world.user("crip_coordinator").pk).update(is_active=False)
    assert "find_unjustified" in steps_of(world, made)
    assert do(world, "auditor", made, "find_unjustified").status_code == 200


def steps_of(world, made):
    return world.as_("auditor").get(f"audit/anomalies/{made.pk}").json()["available_steps"]


@pytest.mark.sec("SEC-AZ17")
def test_the_agent_is_told_no_rule(world):
    """Whoever learns that a file was a decoy tells the others: neither question nor mail names R13."""
    made = anomaly(world, state="under_review", rule="R13")
    do(world, "auditor", made, "ask")

    said = world.as_("crip_coordinator").get("access-questions")
    answered = world.as_("crip_coordinator").post(f"access-questions/{made.pk}/answer", {"answer": "error"})
    see_all()
    told = Notice.objects.filter(user_id=world.user("crip_coordinator").pk)

    assert said.json()["results"][0]["id"] == str(made.pk)
    assert {notice.template for notice in told} == {"anomaly.asked"}
    texts = said.content.decode() + answered.content.decode() + str(list(told.values()))
    for word in ("R13", "leurre", "decoy"):
        assert word not in texts


def test_a_question_that_wasnt_answered_in_time_is_gone(world):
    late = {"asked_at": AT - timedelta(days=6), "answer_due_at": AT - timedelta(days=1)}
    gone = anomaly(world, state="under_review", **late)
    kept = anomaly(world, state="under_review", answered_at=AT - timedelta(days=2), answer="error", **late)
    agent = world.as_("crip_coordinator")

    assert [line["id"] for line in agent.get("access-questions").json()["results"]] == [str(kept.pk)]
    assert agent.post(f"access-questions/{gone.pk}/answer", {"answer": "error"}).status_code == 404


def test_a_question_reaches_only_the_agent_and_is_answered_by_a_code(world):
    made = anomaly(world, state="under_review")
    assert do(world, "auditor", made, "ask").status_code == 200
    told = Notice.objects.filter(template="anomaly.asked", channel="app")
    assert [notice.user_id for notice in told] == [world.user("crip_coordinator").pk]
    path = f"access-questions/{made.pk}/answer"

    for said in ({"answer": "Je la connais"}, {"answer": "error", "text": "x"}, {}):
        assert world.as_("crip_coordinator").post(path, said).status_code == 400
    assert world.as_("crip_coordinator_2").post(path, {"answer": "error"}).status_code == 404
    assert world.as_("crip_coordinator").post(path, {"answer": "error"}).status_code == 200
    see_all()
    assert do(world, "auditor", made, "ask").json()["rule"] == "somebody_can_be_asked"


@pytest.mark.parametrize(
    "name", [name for name, row in ANOMALY.items() if row.has_route and name != "answer"]
)
def test_nobody_acts_on_an_anomaly_of_their_own(world, name):
    """§2.7: whoever reads the journal may be found by a rule too; another judges it."""
    row = ANOMALY[name]
    who = "dpo" if "dpo" in row.who and "auditor" not in row.who else "auditor"
    state = sorted(row.origins)[0]
    asked = {
        "resolution_asked_at": AT,
        "resolution_asked_by": world.user("dpo"),
        "resolution_asked_as": "dpo",
    }
    made = anomaly(
        world, state=state, who=who, **asked if name == "grant_identities" else {},
        **{"asked_at": AT, "answered_at": AT} if name == "find_unjustified" else {},
    )  # fmt: skip

    if name == "conclude":
        breach_of(made, "notified")
    refused = do(world, who, made, name)
    assert (refused.status_code, refused.json()["rule"]) == (409, "not_about_oneself")

    other = pseudonyms.actor(world.user("crip_coordinator").pk)
    AccessAnomaly.objects.filter(pk=made.pk).update(who=other)
    assert do(world, who, made, name).status_code == 200, "only that stood in the way"


# --- The veil ------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ12")
def test_whoever_holds_both_offices_doesnt_lift_the_veil_alone(world):
    made = anomaly(world, state="under_review")
    Membership.objects.create(
        user=world.user("auditor"), role="dpo", authority=world.authorities["93"],
        valid_from=world.memberships["93", "auditor"].valid_from,
    )  # fmt: skip

    actor = world.actor("auditor", at=AT)
    access_review_actions.runner.perform(
        steps.get(Machine.ANOMALY, "ask_identities"), made.pk, {}, actor=actor, at=AT
    )
    with pytest.raises(GuardRefused) as refused:
        access_review_actions.runner.perform(
            steps.get(Machine.ANOMALY, "grant_identities"), made.pk, {}, actor=actor, at=AT
        )
    assert refused.value.extra["rule"] == "the_other_office_asked"


@pytest.mark.sec("SEC-AZ12")
def test_the_veil_is_asked_for_once_and_where_there_is_one(world):
    bare = anomaly(world, state="under_review", who=None, subjects=[])
    assert do(world, "auditor", bare, "ask_identities").json()["rule"] == "there_is_something_to_resolve"

    made = anomaly(world, state="under_review")
    assert do(world, "auditor", made, "ask_identities").status_code == 200
    assert do(world, "dpo", made, "ask_identities").json()["rule"] == "there_is_something_to_resolve"


@pytest.mark.sec("SEC-AZ12")
def test_a_request_dies_with_the_office_and_with_time(world):
    made = anomaly(world, state="under_review")
    assert do(world, "auditor", made, "ask_identities").status_code == 200
    held = world.memberships["93", "auditor"]
    Membership.objects.filter(pk=held.pk).update(valid_to=AT)
    assert do(world, "dpo", made, "grant_identities").json()["rule"] == "asker_is_in_office"

    Membership.objects.filter(pk=held.pk).update(valid_to=None)
    AccessAnomaly.objects.filter(pk=made.pk).update(resolution_asked_at=AT - timedelta(days=6))
    assert do(world, "dpo", made, "grant_identities").json()["rule"] == "the_other_office_asked"
    assert do(world, "dpo", made, "ask_identities").status_code == 200


@pytest.mark.sec("SEC-AZ12")
def test_the_database_itself_wants_two_persons(world):
    made = anomaly(world, state="under_review")
    auditor = world.user("auditor")

    with pytest.raises(IntegrityError), transaction.atomic():
        AccessAnomaly.objects.filter(pk=made.pk).update(resolution_asked_by=auditor, resolved_by=auditor)


def test_each_look_behind_the_veil_is_an_entry(world):
    made = anomaly(world, state="under_review")
    do(world, "auditor", made, "ask_identities")
    do(world, "dpo", made, "grant_identities")

    for who in SEE:
        assert world.as_(who).get(f"audit/anomalies/{made.pk}/identities").status_code == 200

    with as_owner():
        assert Entry.objects.filter(act="anomaly:identities").count() == 2


@pytest.mark.sec("SEC-AZ12")
@pytest.mark.parametrize("leaver", SEE)
def test_the_veil_falls_again_when_one_of_the_two_leaves_the_office(world, leaver):
    made = anomaly(world, state="under_review")
    do(world, "auditor", made, "ask_identities")
    do(world, "dpo", made, "grant_identities")
    Membership.objects.filter(pk=world.memberships["93", leaver].pk).update(valid_to=datetime.now(UTC))

    (stays,) = set(SEE) - {leaver}
    assert world.as_(stays).get(f"audit/anomalies/{made.pk}/identities").status_code == 403


@pytest.mark.sec("SEC-AZ4")
def test_behind_the_veil_the_excluded_learns_no_reference(world):
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex).json()
    see_all()
    case = Referral.objects.get(pk=filed["id"])
    made = anomaly(world, state="under_review", subjects=[str(journal.subject(case.pk))])
    do(world, "auditor", made, "ask_identities")
    do(world, "dpo", made, "grant_identities")
    Exclusion(referral=case, user=world.user("auditor"), by=uuid4(), since_at=AT).save(force_insert=True)

    said = {who: world.as_(who).get(f"audit/anomalies/{made.pk}/identities").json() for who in SEE}

    assert [line["reference"] for line in said["dpo"]["subjects"]] == [filed["reference"]]
    assert [line["reference"] for line in said["auditor"]["subjects"]] == [None]
    assert said["auditor"]["actor"] == said["dpo"]["actor"]


@pytest.mark.sec("SEC-AL20")
def test_behind_the_veil_stands_whoever_files_too(world):
    """The pseudonym of a filing leads back through the pseudonym of its case."""
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex).json()
    see_all()
    subject = journal.subject(UUID(filed["id"]))
    made = anomaly(world, state="under_review", subjects=[str(subject)])
    AccessAnomaly.objects.filter(pk=made.pk).update(who=pseudonyms.filer(world.user("filer").pk, subject))
    do(world, "auditor", made, "ask_identities")
    do(world, "dpo", made, "grant_identities")

    said = world.as_("auditor").get(f"audit/anomalies/{made.pk}/identities").json()

    assert said["actor"]["id"] == str(world.user("filer").pk)


@pytest.mark.sec("SEC-AL23")
@pytest.mark.parametrize("model", [ActorPseudonym, SubjectPseudonym])
def test_a_row_that_was_altered_shows_nobody_behind_the_veil(world, model):
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex).json()
    see_all()
    made = anomaly(world, state="under_review", subjects=[str(journal.subject(UUID(filed["id"])))])
    do(world, "auditor", made, "ask_identities")
    do(world, "dpo", made, "grant_identities")
    with as_owner():
        row = model.objects.get(pseudonym__in=[made.who, *made.subjects])
        model.objects.filter(pk=row.pk).delete()
        row.pk = uuid4()
        model.objects.bulk_create([row])

    answer = world.as_("auditor").get(f"audit/anomalies/{made.pk}/identities")

    assert (answer.status_code, answer.json()["code"]) == (409, "pseudonym-refused")
    assert "person" not in answer.json()


# --- Where anomalies come from --------------------------------------------------------------------------


def test_a_contested_emergency_opening_becomes_an_anomaly_once(world):
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex).json()["id"]
    see_all()
    case = Referral.objects.get(pk=filed)
    BreakGlass.objects.create(
        referral=case, user=world.user("on_call"), role="on_call", opened_at=AT - timedelta(hours=3),
        expires_at=AT - timedelta(hours=2), ended_at=AT - timedelta(hours=2), review_due_at=AT, state="reviewed_ko",
        reviewed_at=AT - timedelta(hours=1), reviewed_by=world.user("supervisor").pk,
    )  # fmt: skip

    assert access_review_tasks.take_in_contested(AT) == 1
    assert access_review_tasks.take_in_contested(AT) == 0

    see_all()
    made = AccessAnomaly.objects.get(rule="G05")
    assert made.who == pseudonyms.actor(world.user("on_call").pk)
    assert made.subjects == [str(journal.subject(case.pk))]


def a_finding(world, *minutes):
    """What a rule finds of one day: a fact at each of these minutes."""
    tenant = world.authorities["93"].pk
    who = pseudonyms.actor(world.user("crip_coordinator").pk)
    facts = tuple(
        Fact(id=UUID(int=minute), at=AT + timedelta(minutes=minute), act="field:opened", tenant=tenant, actor=who,
             subjects=(UUID(int=1000 + minute),))
        for minute in minutes
    )  # fmt: skip
    return Finding(
        rule="R01", tenant=tenant, key=f"{who}/2026-11-24", actor=who, facts=facts, count=len(facts),
        subjects=tuple(fact.subjects[0] for fact in facts), entries=tuple(fact.id for fact in facts),
        first_at=facts[0].at, last_at=facts[-1].at,
    )  # fmt: skip


@pytest.mark.sec("SEC-AL18")
def test_a_detected_anomaly_grows_by_what_came_later_and_never_shrinks(world):
    """A clock that moved again by less, a batch looked at twice: the count alone doesn't tell what is known."""
    see_all()
    authority = world.authorities["93"]
    access_review_tasks.make(replace(a_finding(world, 1, 2), count=300), authority, at=AT)

    access_review_tasks.make(replace(a_finding(world, 1, 2, 3), count=300), authority, at=AT)
    access_review_tasks.make(replace(a_finding(world, 2, 4), count=2), authority, at=AT)

    made = AccessAnomaly.objects.get()
    assert (made.count, made.last_at) == (300, AT + timedelta(minutes=3))
    assert made.entries == [str(UUID(int=minute)) for minute in (1, 2, 3)]


@pytest.mark.sec("SEC-AL18")
@pytest.mark.parametrize("state", ["under_review", "justified", "unjustified", "reported", "closed"])
def test_what_comes_after_an_anomaly_was_taken_up_is_another_one(world, state):
    """Else a first, harmless finding would cover all that the same person does on that day."""
    see_all()
    authority = world.authorities["93"]
    assert access_review_tasks.make(a_finding(world, 1, 2), authority, at=AT)
    assert not access_review_tasks.make(a_finding(world, 1, 2, 3), authority, at=AT), (
        "detected only: it grows"
    )
    first = AccessAnomaly.objects.get()
    judged = {} if state == "under_review" else {"judged_at": AT, "judged_by": world.user("auditor")}
    AccessAnomaly.objects.update(state=state, **judged)

    assert not access_review_tasks.make(a_finding(world, 1, 2, 3), authority, at=AT), "nothing is later"
    assert access_review_tasks.make(a_finding(world, 1, 2, 3, 4), authority, at=AT)
    assert not access_review_tasks.make(a_finding(world, 1, 2, 3, 4, 5), authority, at=AT), (
        "the second one grows"
    )

    first = AccessAnomaly.objects.get(pk=first.pk)
    second = AccessAnomaly.objects.exclude(pk=first.pk).get()
    assert (first.count, first.last_at) == (3, AT + timedelta(minutes=3))
    assert (second.state, second.key, second.who) == ("detected", f"{first.key}/2", first.who)
    assert second.entries == [str(UUID(int=minute)) for minute in (4, 5)]
    assert second.subjects == [str(UUID(int=1000 + minute)) for minute in (4, 5)]
    assert (second.count, second.first_at) == (2, AT + timedelta(minutes=4))

    AccessAnomaly.objects.filter(pk=second.pk).update(state="under_review")
    assert access_review_tasks.make(a_finding(world, 1, 2, 3, 4, 5, 6), authority, at=AT)
    assert AccessAnomaly.objects.get(key=f"{first.key}/3").entries == [str(UUID(int=6))]


@pytest.mark.sec("SEC-AZ17")
def test_a_decoy_is_made_by_its_reference(world):
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex).json()
    see_all()

    call_command("decoy", filed["reference"], stdout=StringIO())
    call_command("decoy", filed["reference"], stdout=StringIO())

    see_all()
    (made,) = Decoy.objects.all()
    assert made.subject == journal.subject(Referral.objects.get(pk=filed["id"]).pk)
    assert made.tenant == world.authorities["93"].pk
    with pytest.raises(CommandError):
        call_command("decoy", "93-0000-XXXX", stdout=StringIO())


# --- Legal holds ----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL15")
def test_the_officer_places_and_lifts_a_hold_and_the_auditor_reads_it(world):
    authority = str(world.authorities["93"].pk)
    placed = world.as_("dpo").post("audit/holds", {"authority": authority}, key=uuid4().hex)
    assert placed.status_code == 201
    path = f"audit/holds/{placed.json()['id']}/lift"

    assert world.as_("dpo").post("audit/holds", {"authority": authority}, key=uuid4().hex).status_code == 409
    assert [line["id"] for line in world.as_("auditor").get("audit/holds").json()["results"]] == [
        placed.json()["id"]
    ]
    assert world.as_("auditor").post(path, {}).status_code == 403
    assert world.as_("dpo", "75").post(path, {}).status_code == 404
    lifted = world.as_("dpo").post(path, {}, key=uuid4().hex)
    assert lifted.json()["lifted_at"] is not None
    assert world.as_("dpo").post("audit/holds", {"authority": authority}, key=uuid4().hex).status_code == 201
    see_all()
    assert LegalHold.objects.count() == 2


@pytest.mark.sec("SEC-AZ1")
def test_nobody_else_places_a_hold_nor_elsewhere(world):
    own, other = (str(world.authorities[code].pk) for code in ("93", "75"))

    for role in ROLES:
        if role != "dpo":
            assert world.as_(role).post("audit/holds", {"authority": own}).status_code == 403, role
    assert world.as_("dpo").post("audit/holds", {"authority": other}).status_code == 403
    assert world.as_("dpo").post("audit/holds", {}).status_code == 400


# --- What would help to stay unseen ---------------------------------------------------------------------


def test_from_which_figure_on_a_reading_is_odd_is_shown_to_who_audits_and_who_sets_it(world):
    place = f"authorities/{world.authorities['93'].pk}/settings"
    changed = {"effective_on": today().isoformat(), "values": {"anomaly_night_files": 4}}
    assert world.as_("territory_admin").post(place, changed, key=uuid4().hex).status_code == 200

    for who, knows in (("auditor", True), ("dpo", True), ("territory_admin", True), ("crip_coordinator", False),
                       ("supervisor", False), ("assessor", False)):  # fmt: skip
        shown = {line["key"] for line in world.as_(who).get(place).json()["results"]}
        assert any(key.startswith("anomaly_") for key in shown) is knows, who
        assert "decision_days" in shown
        past = world.as_(who).get(f"{place}/history").json()["results"]
        assert [line["key"] for line in past] == (["anomaly_night_files"] if knows else []), who
