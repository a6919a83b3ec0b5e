"""Data breaches: every role, state and step; each guard spoilt; the 72 hours; what ends them (RGPD art. 33, 34)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from rest_framework.exceptions import ValidationError

from accounts.actions import close_account, reopen_account
from accounts.actor import SYSTEM
from accounts.errors import AlreadyThere
from accounts.models import Authority, Membership, User
from audit import pseudonyms
from audit.models import Entry
from encryption.sealed import Sealed
from referrals.data_breaches import actions, counting
from referrals.errors import GuardRefused, NotAllowed, NotVisible, WrongState
from referrals.models import DataBreach
from referrals.vocabulary.states import Machine
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.days import today
from tests.expected.small_steps import BREACH, BREACH_STATES
from tests.expected.vocabulary import ROLES
from tests.faults.writes import AWARE
from tests.journeys.test_s20_data_breach import ASSESSED, FIRST, LETTER
from tests.night import some
from tests.referrals.workflow.kit import refusal_on_row

AT = datetime.now(UTC)
HOUR = timedelta(hours=1)
SEE = ("dpo", "supervisor", "auditor")


def breach(world, *, state="declared", code="93", **said):
    see_all()
    values = {"declared_at": AT - HOUR, "source": "noticed", "aware_at": AT - HOUR} | said
    running = state in ("declared", "assessed")
    values.setdefault("due_at", AT + 71 * HOUR if running else None)
    if state == "notified":
        values.setdefault("notified_at", AT)
    if state == "not_notified":
        values.setdefault("risk", "none")
    return DataBreach.objects.create(authority=world.authorities[code], state=state, **values)


def do(world, who, made, step, body=None):
    answer = world.as_(who).post(f"data-breaches/{made.pk}/{step}", body or {}, key=uuid4().hex)
    see_all()
    return answer


def declare(world, who="dpo", code="93", **said):
    body = AWARE | {"aware_at": (AT - HOUR).isoformat()} | said
    answer = world.as_(who, code).post("data-breaches", body, key=uuid4().hex)
    see_all()
    return answer


# --- Every cell ----------------------------------------------------------------------------------------


@pytest.mark.slow("every role, state and step")
@pytest.mark.sec("SEC-AZ1")
@pytest.mark.sec("SEC-AZ2")
def test_every_role_state_and_step_is_as_the_table_says(world):
    made = breach(world)
    for role in ROLES:
        actor = world.actor(role, at=AT)
        for state in BREACH_STATES if role in SEE else some(list(BREACH_STATES), role):
            running = state in ("declared", "assessed")
            DataBreach.objects.filter(pk=made.pk).update(
                state=state, due_at=AT if running else None, notified_at=AT, risk="none"
            )
            for name, row in BREACH.items():
                if not row.has_route:
                    continue
                refused = refusal_on_row(actions.runner, Machine.BREACH, name, made, actor, at=AT)
                if role not in SEE:
                    assert refused is NotVisible, (role, state, name)
                elif role not in row.who:
                    assert refused is NotAllowed, (role, state, name)
                elif state not in row.origins:
                    assert refused is WrongState, (role, state, name)
                else:
                    assert refused in (GuardRefused, ValidationError), (role, state, name)


def test_only_those_who_declare_have_the_register(world):
    for role in ROLES:
        status = 200 if role in BREACH["declare"].who else 403
        assert world.as_(role).get("data-breaches").status_code == status, role
    see_all()
    assert declare(world, "crip_coordinator").status_code == 403


def test_the_register_is_filtered_and_of_the_own_authority(world):
    one, _ = breach(world, state="notified", risk="high"), breach(world, code="75")
    ask = world.as_("auditor").get
    assert [line["id"] for line in ask("data-breaches", risk="high").json()["results"]] == [str(one.pk)]
    assert ask("data-breaches", state="declared").json()["results"] == []


# --- Guards ---------------------------------------------------------------------------------------------

NOW = AT.isoformat()
LATE = {"due_at": AT - HOUR, "aware_at": AT - 73 * HOUR}
DAY = {"on": today().isoformat()}
OPINION = {"answer": "inquiry", "reason": "x", "opinion": "x", "opinion_on": today().isoformat(),
           "cnil_told_on": today().isoformat()}  # fmt: skip
HIGH = {"risk": "high", "persons": {"children": 2}, "assessed_at": AT, "legible": "readable"}


@pytest.mark.parametrize(
    ("step", "state", "said", "body", "rule"),
    [
        ("assess", "declared", {}, ASSESSED | dict.fromkeys(("children", "holders", "implicated"), 0),
         "somebody_is_concerned"),
        ("notify_cnil", "declared", {}, FIRST | {"notified_at": (AT - 2 * HOUR).isoformat()}, "notification_is_in_order"),
        ("notify_cnil", "declared", {}, FIRST | {"notified_at": NOW, "part": "complement"}, "notification_is_in_order"),
        ("notify_cnil", "declared", {}, FIRST | {"notified_at": NOW, "part": "whole"}, "notification_is_in_order"),
        ("notify_cnil", "notified", HIGH, FIRST | {"notified_at": NOW}, "notification_is_in_order"),
        ("notify_cnil", "assessed", LATE, FIRST | {"notified_at": NOW}, "delay_is_explained"),
        ("rule_out", "assessed", {"risk": "risk"}, {"reasons": "x"}, "no_risk_is_left"),
        ("inform_persons", "assessed", {"risk": "risk"}, {}, "risk_is_high"),
        ("inform_persons", "assessed", HIGH, LETTER | DAY | {"group": "filers"}, "group_is_concerned"),
        ("inform_persons", "assessed", HIGH, LETTER | {"group": "children", "on": "2099-01-01"}, "days_have_come"),
        ("inform_persons", "assessed", HIGH, LETTER | {"group": "children", "on": "2020-01-01"}, "days_have_come"),
        ("inform_persons", "assessed", HIGH, OPINION | {"group": "children", "opinion_by": "supervisor"},
         "opinion_is_an_inspectors"),
        ("inform_persons", "assessed", HIGH | {"persons": {"holders": 1}}, LETTER | DAY | {"group": "holders"},
         "holders_wait_for_an_opinion"),
        ("inform_persons", "assessed", HIGH, {"group": "children", "answer": "unreadable", "reason": "x"},
         "unreadable_is_true"),
        ("reassess", "not_notified", {}, {"new": "x", "aware_at": (AT - 2 * HOUR).isoformat()}, "news_are_new"),
        ("close", "notified", {}, {}, "every_group_is_answered"),
        ("close", "notified", HIGH, {}, "every_group_is_answered"),
        ("lift_suspension", "declared", {}, {}, "account_is_suspended"),
    ],
)  # fmt: skip
def test_a_guard_bites(world, step, state, said, body, rule):
    made = breach(world, state=state, **said)
    if "opinion_by" in body:
        body = body | {"opinion_by": str(world.user(body["opinion_by"]).pk)}

    answer = do(world, "supervisor" if step == "lift_suspension" else "dpo", made, step, body)

    assert (answer.status_code, answer.json().get("rule")) == (409, rule), answer.content
    assert DataBreach.objects.get(pk=made.pk).state == state


def test_a_declaration_is_in_order_and_names_a_known_account_that_isnt_ones_own(world):
    for said, rule in (
        ({"aware_at": (AT + HOUR).isoformat()}, "instants_are_in_order"),
        ({"since": AT.isoformat()}, "instants_are_in_order"),
        ({"account": "nobody@test.invalid"}, "account_is_known"),
        ({"account": world.user("assessor", "75").email}, "account_is_known"),
        ({"account": world.user("dpo").email}, "account_is_known"),
    ):
        answer = declare(world, **said)
        assert (answer.status_code, answer.json().get("rule")) == (409, rule), (said, answer.content)
    assert declare(world, authorities=[str(world.authorities["75"].pk)]).status_code == 400
    assert declare(world, "platform_admin").status_code == 400, "the platform says whom it touches"


# --- The letter ----------------------------------------------------------------------------------------------


def test_a_letter_stays_as_it_was_made_and_its_proof_is_kept_with_it(world):
    """RGPD art. 33(5): what was sent is what is shown later, whatever is assessed or renamed since."""
    made = breach(world, state="assessed", **(HIGH | {"parts": ["identity"]}))
    said = LETTER | DAY | {"group": "children", "proof": "Recommandé n° 42."}
    assert do(world, "dpo", made, "inform_persons", said).status_code == 200
    place = f"data-breaches/{made.pk}"
    before = world.as_("dpo").get(f"{place}/notice", group="children").content.decode()
    assert "Un dossier a été ouvert sans motif." in before
    see_all()
    assert do(world, "dpo", made, "assess", ASSESSED | {"parts": ["health"]}).status_code == 200
    Authority.objects.filter(pk=made.authority_id).update(name="Autorité renommée")

    assert world.as_("dpo").get(f"{place}/notice", group="children").content.decode() == before
    see_all()
    kept = world.as_("supervisor").get(place).json()["letters"]["children"]
    assert kept["proof"] == "Recommandé n° 42."
    assert "page" not in kept, "it has an address of its own"
    assert world.as_("auditor").get(place).json()["letters"] is None


def test_a_letter_from_before_pages_were_kept_is_made_when_it_is_read(world):
    made = breach(world, state="assessed", **HIGH, groups={"children": {"answer": "told", **DAY}})
    words = {name: LETTER[name] for name in ("happened", "consequences", "done", "advice", "contact")}
    actions.fill(made, {"letters": {"children": words}})
    made.save()
    page = world.as_("dpo").get(f"data-breaches/{made.pk}/notice", group="children")
    assert "Un dossier a été ouvert sans motif." in page.content.decode()


def test_a_letter_is_a_pdf_too_for_the_same_readers(world):
    made = breach(world, state="assessed", **HIGH)
    assert do(world, "dpo", made, "inform_persons", LETTER | DAY | {"group": "children"}).status_code == 200
    place = f"data-breaches/{made.pk}/notice.pdf"
    answer = world.as_("dpo").get(place, group="children")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    see_all()
    assert world.as_("dpo").get(place).status_code == 400, "which group"
    assert world.as_("dpo").get(place, group="holders").status_code == 404
    assert world.as_("auditor").get(place, group="children").status_code == 404


# --- The 72 hours ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("aware", "due"),
    [
        ("2026-11-27T16:00:00+00:00", "2026-11-30T16:00:00+00:00"),  # a week-end
        (
            "2027-03-26T16:00:00+00:00",
            "2027-03-29T16:00:00+00:00",
        ),  # 17:00 to 18:00 by the wall: summer begins
        ("2026-10-24T15:00:00+00:00", "2026-10-27T15:00:00+00:00"),  # 17:00 to 16:00: it ends
    ],
)
def test_the_hours_are_hours(world, aware, due):
    row = DataBreach(aware_at=datetime.fromisoformat(aware))
    actions.Sheet(row, actor=SYSTEM, at=AT).start_clock()
    assert row.due_at == datetime.fromisoformat(due)


def test_a_notification_or_a_risk_ruled_out_ends_them_and_nothing_else_does(world):
    """§2.8 no. 16: each step of each state either leaves the clock as it is, or is one of these two."""
    ends = {name for name, row in BREACH.items() if not {"same", "declared", "assessed"} >= set(row.targets)}
    assert ends - {"close"} == {"notify_cnil", "rule_out"}
    assert not set(BREACH["close"].origins) & {"declared", "assessed"}, (
        "what is closed was one of both before"
    )
    for state in ("declared", "assessed"):
        with pytest.raises(IntegrityError), transaction.atomic():
            breach(world, state=state, due_at=None)
    for state in ("notified", "not_notified", "closed"):
        with pytest.raises(IntegrityError), transaction.atomic():
            breach(world, state=state, due_at=AT)
    made = breach(world, **{name: HIGH[name] for name in ("risk", "persons", "assessed_at", "legible")})
    do(world, "dpo", made, "assess", ASSESSED)
    do(world, "dpo", made, "inform_persons", LETTER | DAY | {"group": "children"})
    assert DataBreach.objects.get(pk=made.pk).due_at == made.due_at


def test_what_was_notified_at_once_is_assessed_afterwards(world):
    made = breach(world)
    assert do(world, "dpo", made, "notify_cnil", FIRST | {"notified_at": NOW}).status_code == 200
    assert do(world, "dpo", made, "assess", ASSESSED).json()["state"]["code"] == "notified"


# --- The account in question --------------------------------------------------------------------------------


def test_a_suspended_account_keeps_its_roles_and_comes_back_by_a_supervisor_alone(world):
    suspect = world.user("assessor")
    assert declare(world, "auditor", account=suspect.email).status_code == 201
    made = DataBreach.objects.get()
    assert (made.who, made.suspended_at is not None) == (pseudonyms.actor(suspect.pk), True)
    assert not User.objects.get(pk=suspect.pk).is_active
    assert world.as_("assessor").get("referrals").status_code == 401
    assert str(made.who) not in world.as_("auditor").get(f"data-breaches/{made.pk}").content.decode()
    with pytest.raises(AlreadyThere):
        reopen_account(actor=SYSTEM, at=AT, user_id=suspect.pk)
    see_all()
    other = breach(world, who=made.who, suspended_at=AT)
    assert do(world, "supervisor", made, "lift_suspension", {"reason": "x"}).status_code == 200
    assert not User.objects.get(pk=suspect.pk).is_active, "another breach suspends it still"
    assert do(world, "supervisor", other, "lift_suspension", {"reason": "x"}).status_code == 200
    assert User.objects.get(pk=suspect.pk).is_active
    assert Membership.objects.in_force(AT).filter(user=suspect).exists()
    close_account(actor=SYSTEM, at=AT, user_id=suspect.pk)
    see_all()
    again = breach(world, who=made.who, suspended_at=AT)
    assert do(world, "supervisor", again, "lift_suspension", {"reason": "x"}).status_code == 200
    assert not User.objects.get(pk=suspect.pk).is_active, "closed for good is closed"


def test_a_second_breach_names_a_suspended_account_and_holds_it_too(world):
    suspect = world.user("assessor")
    for _ in range(2):
        assert declare(world, "auditor", account=suspect.email).status_code == 201
    first, second = DataBreach.objects.order_by("declared_at", "pk")
    assert first.who == second.who == pseudonyms.actor(suspect.pk)
    assert first.suspended_at, "each holds it"
    assert second.suspended_at, "each holds it"
    assert Entry.objects.filter(act="user:suspended").count() == 1
    assert do(world, "supervisor", first, "lift_suspension", {"reason": "x"}).status_code == 200
    assert not User.objects.get(pk=suspect.pk).is_active
    assert do(world, "supervisor", second, "lift_suspension", {"reason": "x"}).status_code == 200
    assert User.objects.get(pk=suspect.pk).is_active


def test_closing_a_suspended_account_is_no_way_to_reopen_it(world):
    suspect = world.user("assessor")
    suspect.home_authority = world.authorities["93"]
    suspect.save()
    assert declare(world, "auditor", account=suspect.email).status_code == 201
    made = DataBreach.objects.get()
    close_account(actor=SYSTEM, at=AT, user_id=suspect.pk)
    see_all()
    answer = world.as_("territory_admin").post(f"users/{suspect.pk}/reopen", {}, key=uuid4().hex)
    assert (answer.status_code, answer.json()["code"]) == (409, "already-there")
    see_all()
    assert not User.objects.get(pk=suspect.pk).is_active
    assert declare(world, "auditor", account=suspect.email).json()["code"] == "guard-refused", "it is closed"
    assert do(world, "supervisor", made, "lift_suspension", {"reason": "x"}).status_code == 200
    answer = world.as_("territory_admin").post(f"users/{suspect.pk}/reopen", {}, key=uuid4().hex)
    assert answer.status_code == 200, answer.content
    see_all()
    assert User.objects.get(pk=suspect.pk).is_active


def test_nobody_sees_or_signs_a_breach_about_the_own_account(world):
    mine = breach(
        world,
        state="assessed",
        risk="none",
        assessed_at=AT,
        who=pseudonyms.actor(world.user("supervisor").pk),
    )
    for who, status in (("supervisor", 404), ("supervisor_2", 200), ("dpo", 200)):
        assert world.as_(who).get(f"data-breaches/{mine.pk}").status_code == status
    ruling = {"reasons": "x", "approver": str(world.user("supervisor").pk)}
    assert do(world, "dpo", mine, "rule_out", ruling).status_code == 409
    ruling["approver"] = str(world.user("supervisor_2").pk)
    assert do(world, "dpo", mine, "rule_out", ruling).status_code == 202


def test_without_an_account_or_a_case_nothing_is_counted_and_a_counting_is_an_entry(world):
    made = breach(world)
    assert world.as_("dpo").get(f"data-breaches/{made.pk}/figures").json() == {"figures": None}
    see_all()
    known = breach(world, who=pseudonyms.actor(world.user("assessor").pk))
    assert world.as_("dpo").get(f"data-breaches/{known.pk}/figures").json()["figures"]["entries"] == 0
    with as_owner():
        assert Entry.objects.filter(act=counting.COUNTED).count() == 1


@pytest.mark.sec("SEC-CR1")
def test_what_is_typed_is_sealed_and_a_row_put_by_hand_is_nobodys(world):
    declare(world, what="Un mot reconnaissable.")
    made = DataBreach.objects.get()
    assert isinstance(made.facts, Sealed)
    see_all()
    DataBreach._base_manager.filter(pk=made.pk).update(mac=b"0" * 32)
    assert world.as_("dpo").get(f"data-breaches/{made.pk}").status_code == 404
