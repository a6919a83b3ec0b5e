"""A leaver's cases go to others, and somebody stands in at night: each act bears the names that it must.

domain.md §1.1 (supervisor: reassigns), T47, T48; SEC-AZ11, SEC-AZ12.
"""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from outbox.models import Notice
from referrals.models import Approval, Assignment, Exclusion, Grant, StandIn, StepRecord
from referrals.staffing import tasks as staffing_tasks
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys.story import Story, paris
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("stand-ins in SQL")

START = "2026-11-24 10:00"


def instant(text):
    return paris(text).isoformat()


def assessing(story):
    """A case in assessment: assessor and assessor_2 on the team, the inspector to decide."""
    story.at(START)
    story.files("filer", concern(children=[child(first_names="Lou")]))
    story.triaged()
    story.qualified()
    story.assigned()
    return story


@shared_fixture
def assessed(story):
    return assessing(story)


def named(story, by="ase_inspector", expect=201, **said):
    """Let the second inspector stand in for the first, for a week."""
    body = {
        "authority": story.world.authorities["93"].pk, "role": "ase_inspector", "absent": story.user("ase_inspector"),
        "stand_in": story.user("ase_inspector_2"), "until": instant("2026-12-01 10:00"),
    } | said  # fmt: skip
    answer = story.world.as_(by).post("stand-ins", body, key=uuid4().hex)
    assert answer.status_code == expect, answer.content
    return answer.json()


# --- Standing in --------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ11")
def test_a_stand_in_at_night_acts_in_the_absent_persons_name(assessed):
    """T37 by the inspector's stand-in: step, journal and every reading bear both names; ended, nothing is left."""
    story = assessed
    story.unseen_by("ase_inspector_2")
    made = named(story)
    story.at("2026-11-25 02:30")
    story.reads("ase_inspector_2")
    only = story.children[0]
    danger = {"child": only, "what": "Menaces.", "where": "Domicile", "since": "Cette nuit", "called": "17"}
    story.does("ase_inspector_2", "flag_immediate_danger", danger)
    shelter = {
        "child": only, "since": instant("2026-11-25 02:40"), "place": "Foyer", "service": story.world.services["93"].pk,
        "prosecutor_told_at": instant("2026-11-25 02:20"), "holders_told": "no", "holders_reason": "Nuit.",
    }  # fmt: skip
    story.at("2026-11-25 02:45")
    story.does("ase_inspector_2", "shelter_72h", shelter)

    absent, acting = story.user("ase_inspector"), story.user("ase_inspector_2")
    record = StepRecord.objects.get(referral=story.pk, step="shelter_72h")
    assert (record.by, record.obo, record.role) == (acting, absent, "ase_inspector")
    own = story.world.as_("auditor").get("audit/entries", subject=str(story.row.pk))
    assert own.status_code in (200, 400)
    entries = [body for body in story.entries() if body["role"] == "ase_inspector"]
    assert {body["act"] for body in entries} >= {"field:opened", "referral:shelter_72h"}
    assert all(body.get("obo") for body in entries), "whoever reads the journal finds both pseudonyms"
    line = next(
        one for one in story.reads("supervisor", "timeline")["results"] if one["step"] == "shelter_72h"
    )
    assert line["obo"] == str(absent)

    answer = story.world.as_("ase_inspector").post(f"stand-ins/{made['id']}/end", {}, key=uuid4().hex)
    assert answer.status_code == 200
    story.unseen_by("ase_inspector_2")


def test_it_ends_by_itself_and_at_once_when_either_loses_the_role(assessed):
    story = assessed
    named(story)
    story.reads("ase_inspector_2")
    story.at("2026-12-01 10:01")
    story.unseen_by("ase_inspector_2")

    story.at("2026-11-25 10:00")
    for name in ("ase_inspector", "ase_inspector_2"):
        story.reads("ase_inspector_2")
        membership = story.world.memberships["93", name]
        Membership.objects.filter(pk=membership.pk).update(valid_to=story.now)
        if name == "ase_inspector":
            story.reads("ase_inspector_2", expect=404)
        else:
            assert story.world.as_(name).get(f"referrals/{story.pk}").status_code in (401, 404)
        Membership.objects.filter(pk=membership.pk).update(valid_to=None)


def test_never_more_than_the_absent_person_has(assessed):
    """Restricted to others, excluded, or taken off the case: the stand-in loses it with the absent person."""
    story = assessed
    named(story)
    see_all()
    case, absent, acting = story.row, story.user("ase_inspector"), story.user("ase_inspector_2")

    case.__class__.objects.filter(pk=case.pk).update(restricted=True)
    Grant.objects.create(
        referral=case, user_id=acting, kind="named", by=acting, since_at=story.now,
        expires_at=story.now + timedelta(days=9),
    )  # fmt: skip
    story.reads("ase_inspector_2", expect=404)
    see_all()
    case.__class__.objects.filter(pk=case.pk).update(restricted=False)
    story.reads("ase_inspector_2")

    see_all()
    barred = Exclusion.objects.create(referral=case, user_id=absent, by=acting, since_at=story.now)
    story.reads("ase_inspector_2", expect=404)
    see_all()
    barred.lifted_at = story.now
    barred.save()
    Assignment.objects.filter(referral=case, user_id=absent).update(until_at=story.now)
    story.reads("ase_inspector_2", expect=404)


@pytest.mark.sec("SEC-AZ4")
def test_an_exclusion_and_a_conflict_of_interest_bar_the_stand_in(assessed):
    """Whoever assesses doesn't follow the family (D226-2-5): an assessor of the case can't stand in for its referent."""
    story = assessed
    story.does("crip_coordinator", "name_referent", {"user": story.user("case_referent")})
    world, assessor = story.world, story.user("assessor")
    Membership.objects.create(
        user_id=assessor, role="case_referent", authority=world.authorities["93"],
        valid_from=story.now - timedelta(days=9),
    )  # fmt: skip
    StandIn.objects.create(
        authority=world.authorities["93"], role="case_referent", absent_id=story.user("case_referent"),
        stand_in_id=assessor, since_at=story.now, until_at=story.now + timedelta(days=9), named_at=story.now,
        named_by=assessor,
    )  # fmt: skip
    actor = world.actor("assessor", at=story.now)
    roles = {str(role) for role, _ in _ties(story, actor).pairs}
    assert roles == {"assessor"}

    named(story)
    see_all()
    Exclusion.objects.create(
        referral=story.row, user_id=story.user("ase_inspector_2"), by=assessor, since_at=story.now
    )
    story.reads("ase_inspector_2", expect=404)


def _ties(story, actor):
    from referrals.access import case_ties, visibility

    see_all()
    found = visibility.visible_to(actor, at=story.now).get(pk=story.pk)
    return case_ties.ties_of(found, actor)


@pytest.mark.sec("SEC-AZ12")
def test_two_persons_stay_two(assessed):
    """Neither signs what the other proposed in this way, whichever of the two it was."""
    story = assessed
    story.does("crip_coordinator", "name_decider", {"user": story.user("ase_inspector")})
    only = story.children[0]
    up = {"child": only, "value": "suspected", "reasons": "Indices."}
    story.does("crip_coordinator", "set_exploitation_status", up)
    refuted = {"child": only, "value": "refuted", "reasons": "Écartée."}

    mine = refuted | {"approver": story.user("ase_inspector_2")}
    named(story)
    assert story.refused("ase_inspector", "set_exploitation_status", mine) == "approver-needed", "the reverse"
    theirs = refuted | {"approver": story.user("ase_inspector")}
    assert story.refused("ase_inspector_2", "set_exploitation_status", theirs) == "approver-needed"

    asked = story.does(
        "ase_inspector_2",
        "set_exploitation_status",
        refuted | {"approver": story.user("supervisor")},
        expect=202,
    )
    story.does("supervisor", "sign", part=f"approvals/{asked['approval']}")
    done = StepRecord.objects.filter(referral=story.pk, step="set_exploitation_status").last()
    names = (story.user("ase_inspector_2"), story.user("ase_inspector"), story.user("supervisor"))
    assert (done.by, done.obo, done.signed_by) == names
    approval = Approval.objects.get(pk=asked["approval"])
    with pytest.raises(IntegrityError, match="approval_not_by_the_absent"), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(obo=approval.approver_id)


def test_who_may_name_whom(assessed):
    story = assessed
    until = instant("2027-03-01 10:00")
    assert named(story, until=until, expect=400)["code"] == "invalid-input", "35 days at most, a setting"
    assert named(story, stand_in=story.user("ase_inspector"), expect=409)["rule"] == "stand_in_holds_the_role"
    assert named(story, stand_in=story.user("assessor"), expect=409)["rule"] == "stand_in_holds_the_role"
    for who in ("ase_inspector_2", "assessor"):
        named(story, by=who, expect=403)
    for who in ("crip_coordinator", "territory_admin", "filer"):
        named(story, by=who, expect=403)

    made = named(story, by="supervisor")
    assert named(story, by="supervisor", expect=409)["rule"] == "one_stand_in_at_a_time"
    story.world.as_("ase_inspector_2").post(f"stand-ins/{made['id']}/end", {}, key=uuid4().hex)
    named(story, by="assessment_lead")

    for who, count in (("supervisor", 2), ("assessment_lead", 2), ("ase_inspector", 2), ("assessor", 0)):
        assert len(story.world.as_(who).get("stand-ins").json()["results"]) == count, who
    assert story.world.as_("supervisor", "75").get("stand-ins").json()["results"] == []
    stranger = story.world.as_("assessor").post(f"stand-ins/{made['id']}/end", {}, key=uuid4().hex)
    assert stranger.status_code == 404


def test_a_stand_in_is_told_what_the_absent_person_is_told(assessed):
    from outbox.models import Notice

    story = assessed
    named(story)
    see_all()
    Notice.objects.all().delete()
    story.met()
    story.reported(["danger"])

    see_all()
    told = set(Notice.objects.filter(channel="app").values_list("user_id", flat=True))
    assert {story.user("ase_inspector"), story.user("ase_inspector_2")} <= told


@pytest.mark.parametrize("name", ["ase_inspector", "assessor", "crip_coordinator"])
def test_it_costs_the_ordinary_request_no_query(assessed, name):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked():
        assessed.reads(name)
        with CaptureQueriesContext(connection) as seen:
            assessed.reads(name)
        return len(seen)

    before = asked()
    named(assessed)

    assert asked() == before


# --- Hand-over ----------------------------------------------------------------------------------------


def second_case(story):
    other = Story(story.world)
    return assessing(other)


def handed_over(story, body, by="supervisor", expect=200):
    said = {"leaver": story.user("assessor"), "role": "assessor", "reason": "Départ du service."} | body
    answer = story.world.as_(by).post("handovers", said, key=uuid4().hex)
    assert answer.status_code == expect, answer.content
    return answer.json()


def another_assessor(story, name="case_referent"):
    """Somebody else who may assess."""
    Membership.objects.create(
        user_id=story.user(name), role="assessor", authority=story.world.authorities["93"],
        valid_from=story.now - timedelta(days=9),
    )  # fmt: skip
    return story.user(name)


def test_a_leavers_cases_go_to_another_and_those_refused_are_named(assessed):
    """Each case is asked the guards of T47: on one of the two the taker follows the family."""
    one, other = assessed, second_case(assessed)
    taker = another_assessor(one)
    other.does("crip_coordinator", "name_referent", {"user": taker})
    before = {story.pk: story.row.version for story in (one, other)}

    done = handed_over(one, {"moves": [{"user": taker}]})

    assert done["passed_on"] == [one.pk]
    (kept,) = done["kept"]
    assert (kept["referral"], kept["rule"]) == (other.pk, "taker_has_no_conflict")
    assert "suit déjà la famille" in kept["reason"]
    assert other.row.version == before[other.pk], "nothing else of it moved"
    see_all()
    team = set(
        Assignment.objects.filter(referral=one.pk, role="assessor", until_at=None).values_list(
            "user", "field"
        )
    )
    assert team == {(taker, "socio_educational"), (one.user("assessor_2"), "health")}
    one.unseen_by("assessor")
    other.reads("assessor")
    assert "referral:pass_on supervisor" in one.journal()
    assert "referral:pass_on supervisor taker_has_no_conflict" in other.journal()
    one.names_nobody("Lou", "Départ")


def test_selected_cases_go_to_different_people_and_the_same_request_is_done_once(assessed):
    one, other = assessed, second_case(assessed)
    first, second = another_assessor(one), another_assessor(one, "on_call")
    body = {
        "leaver": str(one.user("assessor")), "role": "assessor", "reason": "Départ.",
        "moves": [{"user": str(first), "referrals": [one.pk]}, {"user": str(second)}],
    }  # fmt: skip
    supervisor, key = one.world.as_("supervisor"), uuid4().hex

    done = supervisor.post("handovers", body, key=key).json()
    again = supervisor.post("handovers", body, key=key).json()

    assert sorted(done["passed_on"]) == sorted(again["passed_on"]) == sorted([one.pk, other.pk])
    assert done["kept"] == again["kept"] == []
    see_all()
    assert Assignment.objects.filter(referral=one.pk, user=first, until_at=None).exists()
    assert Assignment.objects.filter(referral=other.pk, user=second, until_at=None).exists()
    assert StepRecord.objects.filter(step="pass_on").count() == 2


def test_only_who_answers_for_the_cases_hands_them_over(assessed):
    moves = {"moves": [{"user": assessed.user("assessor_2"), "referrals": [assessed.pk]}]}
    for who in ("crip_coordinator", "assessor", "ase_inspector", "territory_admin", "filer"):
        handed_over(assessed, moves, by=who, expect=403)
    answer = assessed.world.as_("supervisor", "75").post(
        "handovers", {"leaver": assessed.user("assessor"), "role": "assessor", "reason": "X", **moves}
    )
    assert answer.status_code == 400, "a case that isn't seen is none of the person's"

    lead = handed_over(assessed, {"moves": [{"user": another_assessor(assessed)}]}, by="assessment_lead")
    assert lead["passed_on"] == [assessed.pk]


@pytest.mark.sec("SEC-AZ4")
def test_a_case_from_which_the_supervisor_is_barred_isn_t_counted_listed_or_moved(assessed):
    one, other = assessed, second_case(assessed)
    see_all()
    Exclusion.objects.create(
        referral=one.row, user_id=one.user("supervisor"), by=one.user("supervisor_2"), since_at=one.now
    )
    supervisor = one.world.as_("supervisor")

    listed = supervisor.get("assignments", user=one.user("assessor")).json()["results"]
    counted = {line["user"]: line["count"] for line in supervisor.get("assignments/people").json()["results"]}
    done = handed_over(one, {"moves": [{"user": another_assessor(one)}]})

    assert [line["id"] for line in listed] == [other.pk]
    assert counted[str(one.user("assessor"))] == 1
    assert done == {"passed_on": [other.pk], "kept": []}


def test_a_membership_that_ends_with_cases_left_is_on_the_supervisors_list(assessed):
    supervisor = assessed.world.as_("supervisor")
    assert supervisor.get("assignments/people", leaving="true").json()["results"] == []

    leaving = assessed.world.memberships["93", "assessor"]
    Membership.objects.filter(pk=leaving.pk).update(valid_to=assessed.now + timedelta(days=7))
    (line,) = supervisor.get("assignments/people", leaving="true").json()["results"]
    assert (line["user"], line["role"], line["count"], line["holds_role"]) == (
        str(assessed.user("assessor")), "assessor", 1, True,
    )  # fmt: skip
    assert line["ends_at"] is not None

    Membership.objects.filter(pk=leaving.pk).update(valid_to=assessed.now)
    for who in ("supervisor", "assessment_lead"):
        (line,) = assessed.world.as_(who).get("assignments/people", leaving="true").json()["results"]
        assert (line["holds_role"], line["ends_at"]) == (False, None)
    assert assessed.world.as_("crip_coordinator").get("assignments/people").json()["results"] == []
    shells = supervisor.get("assignments", user=assessed.user("assessor"), role="assessor").json()["results"]
    assert [line["id"] for line in shells] == [assessed.pk]
    assert json.dumps(shells).count("Lou") == 0


def test_the_journal_names_both_people_of_a_standing_in_by_their_pseudonyms(assessed):
    named(assessed)
    page = assessed.world.as_("auditor").get("audit/entries", limit=100).json()["results"]
    (entry,) = [line for line in page if line["act"] == "standin:named"]

    assert str(assessed.user("ase_inspector")) not in json.dumps(entry)
    assert UUID(entry["id"])


# --- Whose cases are left -----------------------------------------------------------------------------


def told_of_left(story):
    see_all()
    rows = Notice.objects.filter(template=staffing_tasks.LEFT, channel="app").order_by("created_at")
    return sorted(rows.values_list("user_id", flat=True))


@pytest.mark.parametrize("how", ["the account is closed", "the role ends", "its term is over"])
def test_cases_without_their_person_are_told_of_each_day_until_somebody_has_them(assessed, how):
    """By whichever way the role ended; whoever can hand the cases over is told, and nobody elsewhere."""
    story, admin = assessed, assessed.world.as_("territory_admin")
    held = story.world.memberships["93", "assessor"]
    assert staffing_tasks.tell_of_left(story.now) == 0
    if how == "the account is closed":
        assert admin.post(f"users/{held.user_id}/close", {}, key=uuid4().hex).status_code == 200
    elif how == "the role ends":
        assert admin.post(f"memberships/{held.pk}/end", {}, key=uuid4().hex).status_code == 200
    else:
        Membership.objects.filter(pk=held.pk).update(valid_to=story.now)

    assert [staffing_tasks.tell_of_left(story.now + timedelta(hours=hour)) for hour in (0, 1, 23)] == [
        1,
        0,
        0,
    ]

    supervisors = {story.user("supervisor"), story.user("supervisor_2")}
    first = told_of_left(story)
    assert set(first) == supervisors | {story.user("assessment_lead")}
    see_all()
    assert Assignment.objects.filter(user=held.user_id, until_at=None).exists(), (
        "no case loses its people unseen"
    )
    assert staffing_tasks.tell_of_left(story.now + timedelta(hours=25)) == 1, "they are told again"
    handed_over(story, {"moves": [{"user": another_assessor(story)}]})
    assert staffing_tasks.tell_of_left(story.now + timedelta(hours=50)) == 0


def test_where_nobody_supervises_the_coordinators_are_told(assessed):
    Membership.objects.filter(role__in=("supervisor", "assessment_lead")).update(valid_to=assessed.now)
    Membership.objects.filter(pk=assessed.world.memberships["93", "assessor"].pk).update(
        valid_to=assessed.now
    )

    assert staffing_tasks.tell_of_left(assessed.now) == 1

    coordinators = Membership.objects.filter(
        role="crip_coordinator", authority=assessed.world.authorities["93"]
    )
    assert set(told_of_left(assessed)) == set(coordinators.values_list("user_id", flat=True))


@pytest.mark.sec("SEC-AZ4")
def test_a_case_from_which_all_coordinators_are_barred_is_told_to_who_can_help(assessed):
    """Whoever can write a name into a case could blind the cell; those who are barred aren't told themselves."""
    story, authority = assessed, assessed.world.authorities["93"]
    held = Membership.objects.filter(authority=authority, valid_to=None)

    def bar(role):
        for user in held.filter(role=role).values_list("user_id", flat=True).distinct():
            Exclusion.objects.get_or_create(
                referral_id=story.pk, user_id=user, defaults={"since_at": story.now, "by": uuid4()}
            )

    def told():
        see_all()
        found = Notice.objects.filter(template=staffing_tasks.UNCOORDINATED, channel="app")
        return set(found.values_list("user_id", flat=True))

    see_all()
    first, *others = held.filter(role="crip_coordinator").values_list("user_id", flat=True).distinct()
    assert others, "one who is left keeps the case in hand"
    Exclusion.objects.create(referral_id=story.pk, user_id=first, since_at=story.now, by=uuid4())
    assert staffing_tasks.tell_of_uncoordinated(story.now) == 0
    see_all()
    bar("crip_coordinator")

    assert [
        staffing_tasks.tell_of_uncoordinated(story.now + timedelta(hours=hour)) for hour in (0, 1, 23)
    ] == [
        1,
        0,
        0,
    ]

    assert told() == {story.user("supervisor"), story.user("supervisor_2")}
    Notice.objects.all().delete()
    bar("supervisor")
    assert staffing_tasks.tell_of_uncoordinated(story.now) == 1
    assert told() == {story.user("territory_admin"), story.user("dpo")}
    Exclusion.objects.filter(referral_id=story.pk, user_id=first).update(lifted_at=story.now)
    assert staffing_tasks.tell_of_uncoordinated(story.now + timedelta(days=2)) == 0
