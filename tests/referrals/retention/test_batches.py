"""Batches over HTTP: who reads them, who takes which step, two persons, and files that the reader may not know of."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import Membership
from audit import journal
from audit.models import Entry, EntrySubject
from outbox.models import Notice
from referrals.errors import NotAllowed, NotVisible, WrongState
from referrals.models import RetentionBatch, SettingChange
from referrals.retention import batch_tasks, batches
from referrals.vocabulary.states import Machine
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.days import today
from tests.expected.small_steps import BATCH, BATCH_STATES
from tests.expected.vocabulary import ROLES
from tests.factories.world import LONG_AGO
from tests.night import one_in
from tests.referrals.retention.archived_cases import LONG_AFTER, archived, batch, standing
from tests.referrals.workflow.kit import refusal_on_row

pytestmark = pytest.mark.both_databases("statements of batches")

ON = today().isoformat()
BODIES = {
    "request_visa": {"letter": "AD93/2031/4", "on": ON},
    "grant_visa": {"number": "2031/17", "on": ON},
    "refuse_visa": {"reason": "historical", "on": ON},
    "execute": {},
    "waive_visa": {},
}
KEEPERS = ("dpo", "supervisor", "supervisor_2")


def do(world, who, made, step, body=None, *, code="93", key=None):
    path = f"retention-batches/{made.pk}/{step}"
    answer = world.as_(who, code).post(path, BODIES[step] if body is None else body, key=key or uuid4().hex)
    see_all()
    return answer


def without_visa(world):
    SettingChange.objects.create(
        authority=world.authorities["93"], position=1, key="visa_required", value=False, effective_at=LONG_AGO,
        made_at=LONG_AGO,
    )  # fmt: skip
    world.authorities["93"].protocol_version = uuid4()
    world.authorities["93"].save()


# --- Every cell ----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ1")
@pytest.mark.sec("SEC-AZ2")
def test_every_role_state_and_step_is_as_the_table_says(world):
    """The runner's own order: role before state, state before what the step asks for."""
    made = batch(world)
    for role in ROLES:
        actor = world.actor(role, at=LONG_AFTER)
        for state in BATCH_STATES:
            values = {"state": state}
            if state == "executed":
                values |= {
                    "executed_at": LONG_AFTER,
                    "executed_by": world.user("supervisor_2"),
                    "visa_by": world.user("dpo"),
                }
            RetentionBatch.objects.filter(pk=made.pk).update(**values)
            for name, row in BATCH.items():
                if row.has_route:
                    refused = refusal_on_row(batches.runner, Machine.BATCH, name, made, actor, at=LONG_AFTER)
                    expected = NotAllowed if role not in row.who else None
                    if expected is None and state not in row.origins:
                        expected = WrongState
                    if role not in ("dpo", "supervisor"):
                        expected = NotVisible
                    if expected:
                        assert refused is expected, (role, state, name)
                    else:
                        assert refused not in (NotAllowed, WrongState, NotVisible), (
                            role,
                            state,
                            name,
                        )


@pytest.mark.sec("SEC-AZ5")
@pytest.mark.parametrize("place", ["", "/lines"])
def test_whoever_keeps_no_files_here_finds_no_batch(world, place):
    made = batch(world, archived(world))
    few = one_in(3, world.secrets)
    for code, name in [one for one in world.secrets if one[1] in KEEPERS or one in few]:
        answer = world.as_(name, code).get(f"retention-batches/{made.pk}{place}")
        listed = world.as_(name, code).get("retention-batches").json()["results"]
        keeps = code == "93" and name in KEEPERS
        assert answer.status_code == (200 if keeps else 404), (code, name)
        assert [line["id"] for line in listed] == ([str(made.pk)] if keeps else []), (code, name)


# --- The course ----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ12")
def test_one_asks_and_records_another_executes(world):
    kit = archived(world)
    made = batch(world, kit)
    before = Notice.objects.filter(template="batch.changed").count()

    asked = do(world, "dpo", made, "request_visa").json()
    granted = do(world, "dpo", made, "grant_visa").json()
    assert (asked["state"]["code"], asked["letter"], asked["available_steps"]) == (
        "visa_requested", "AD93/2031/4", ["grant_visa", "refuse_visa"],
    )  # fmt: skip
    assert (granted["state"]["code"], granted["visa_number"]) == ("visa_granted", "2031/17")
    assert do(world, "dpo", made, "execute").status_code == 403
    executed = do(world, "supervisor", made, "execute").json()
    assert (executed["state"]["code"], executed["available_steps"]) == ("executed", [])

    told = Notice.objects.filter(template="batch.changed")[before:]
    assert {notice.subject_id for notice in told} == {made.pk}
    assert standing(made) == {kit.case.pk}, "destroyed by the service, not in the request"
    assert batch_tasks.purge_executed(LONG_AFTER) == 1
    with as_owner():
        acts = list(
            Entry.objects.filter(act__startswith="batch:").order_by("at").values_list("act", flat=True)
        )
    assert sorted(acts) == ["batch:execute", "batch:grant_visa", "batch:request_visa"]


@pytest.mark.sec("SEC-AZ12")
def test_whoever_is_both_is_still_one_person(world):
    made = batch(world, archived(world), state="visa_granted")
    world_dpo = world.user("dpo")
    Membership.objects.create(
        user=world.user("supervisor"), role="dpo", authority=world.authorities["93"], valid_from=LONG_AGO
    )
    RetentionBatch.objects.filter(pk=made.pk).update(visa_by=world.user("supervisor"))

    refused = do(world, "supervisor", made, "execute")

    assert (refused.status_code, refused.json()["rule"]) == (409, "another_person_recorded_it")
    assert do(world, "supervisor_2", made, "execute").status_code == 200
    assert world_dpo.pk != RetentionBatch.objects.get(pk=made.pk).executed_by_id


@pytest.mark.sec("SEC-AZ12")
def test_who_recorded_the_visa_must_still_hold_the_office(world):
    made = batch(world, archived(world), state="visa_granted", visa_by=world.user("assessor"))

    refused = do(world, "supervisor", made, "execute")
    assert (refused.status_code, refused.json()["rule"]) == (409, "recorder_is_in_office")

    assert do(world, "dpo", made, "grant_visa").status_code == 200, "another records it again"
    assert do(world, "supervisor", made, "execute").status_code == 200


def test_a_visa_that_is_needed_is_there(world):
    made = batch(world, archived(world), state="visa_granted", visa_number="")

    assert do(world, "supervisor", made, "execute").json()["rule"] == "visa_is_recorded"
    assert do(world, "dpo", made, "waive_visa").json()["rule"] == "visa_is_left_out"


@pytest.mark.sec("SEC-AZ12")
def test_without_a_visa_two_persons_decide_all_the_same(world):
    """VISA_REQUIRED off."""
    made = batch(world, archived(world))
    without_visa(world)

    assert do(world, "dpo", made, "waive_visa").json()["state"]["code"] == "visa_granted"
    assert do(world, "dpo", made, "execute").status_code == 403
    assert do(world, "supervisor", made, "execute").status_code == 200


@pytest.mark.parametrize("step", ["request_visa", "grant_visa", "refuse_visa"])
def test_no_day_is_ahead(world, step):
    made = batch(world, archived(world), state=BATCH[step].origins[0])
    ahead = (today() + timedelta(days=2)).isoformat()

    refused = do(world, "dpo", made, step, BODIES[step] | {"on": ahead})

    assert (refused.status_code, refused.json()["rule"]) == (409, "day_is_not_ahead")
    assert do(world, "dpo", made, step).status_code == 200


def test_a_refusal_ends_the_batch_and_keeps_the_files(world):
    kit = archived(world)
    made = batch(world, kit, state="visa_requested")

    answer = do(world, "dpo", made, "refuse_visa").json()

    assert (answer["state"]["code"], answer["refusal"]["code"]) == ("refused", "historical")
    assert batch_tasks.purge_executed(LONG_AFTER) == 0


@pytest.mark.sec("SEC-IN12")
def test_a_step_sent_twice_is_done_once(world):
    made = batch(world, archived(world))
    key = uuid4().hex

    answers = [do(world, "dpo", made, "request_visa", key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    other = {"letter": "Autre", "on": ON}
    assert do(world, "dpo", made, "request_visa", other, key=key).status_code == 422


# --- Files that the reader may not know of -------------------------------------------------------------


def lines(world, who, made):
    answer = world.as_(who).get(f"retention-batches/{made.pk}/lines")
    see_all()
    return answer


def hide_by_exclusion(kit):
    kit.exclude("dpo")
    kit.exclude("supervisor")


def hide_by_restriction(kit):
    kit.put(restricted=True)


HIDING = [hide_by_exclusion, hide_by_restriction]


@pytest.mark.sec("SEC-AZ4")
@pytest.mark.parametrize("hide", HIDING, ids=lambda rule: rule.__name__)
def test_a_hidden_file_stands_in_no_list_and_no_answer_tells_of_it(world, hide):
    """The same bytes, whether it is there or not."""
    seen, hidden = archived(world), archived(world)
    made = batch(world, seen, hidden)
    both = {line["referral"] for line in lines(world, "dpo", made).json()["results"]}
    assert both == {str(seen.case.pk), str(hidden.case.pk)}
    hide(hidden)

    shown = [lines(world, who, made) for who in ("dpo", "supervisor")]
    made.lines.filter(referral=hidden.case).update(dropped_at=LONG_AFTER)
    without = [lines(world, who, made) for who in ("dpo", "supervisor")]

    assert [a.content for a in shown] == [a.content for a in without]
    assert [line["referral"] for line in shown[0].json()["results"]] == [str(seen.case.pk)]
    assert str(hidden.case.pk) not in world.as_("dpo").get(f"retention-batches/{made.pk}").content.decode()


@pytest.mark.sec("SEC-AZ4")
@pytest.mark.parametrize("hide", HIDING, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize(
    ("who", "state", "step"), [("dpo", "proposed", "request_visa"), ("supervisor", "visa_granted", "execute")]
)
def test_nobody_puts_forward_or_destroys_what_they_may_not_see(world, hide, who, state, step):
    seen, hidden = archived(world), archived(world)
    made = batch(world, seen, hidden, state=state)
    hide(hidden)

    assert do(world, who, made, step).status_code == 200

    assert standing(made) == {seen.case.pk}
    assert made.lines.get(referral=hidden.case).dropped_for == "unseen"


def test_a_list_of_files_names_them_in_the_journal_and_opens_nothing(world):
    kit = archived(world)
    made = batch(world, kit)

    (line,) = lines(world, "dpo", made).json()["results"]

    assert set(line) == {"referral", "reference", "outcome", "received_at", "closed_at", "archived_at"}
    assert line["outcome"]["code"] == "closed_no_action"
    with as_owner():
        named = EntrySubject.objects.filter(subject=journal.subject(kit.case.pk)).exists()
        entry = Entry.objects.filter(act="list:opened", subject=journal.subject(kit.case.pk)).exists()
    assert named or entry


@pytest.mark.sec("SEC-AZ5")
def test_what_is_destroyed_is_in_no_list_any_more(world):
    made = batch(world, archived(world), archived(world), state="executed")
    assert batch_tasks.purge_executed(LONG_AFTER) == 2

    assert lines(world, "dpo", made).json()["results"] == []
    assert world.as_("supervisor").get(f"retention-batches/{made.pk}").json()["state"]["code"] == "executed"


def test_a_notice_leads_to_the_batch(world):
    archived(world)
    batch_tasks.propose(LONG_AFTER)
    see_all()

    (told,) = world.as_("dpo").get("notices").json()["results"]
    see_all()

    assert (told["referral"], told["batch"]) == (None, str(RetentionBatch.objects.get().pk))
    assert world.as_("crip_coordinator").get("notices").json()["results"] == []
