"""Emergency search by name: on duty alone, the shell and whom to call, told at once, looked at after (§1.3 rule 10)."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.actor import SYSTEM
from audit.journal import digest_of
from encryption.models import WrappedKey
from outbox.models import Notice
from referrals.break_glass.checks import is_frozen
from referrals.emergency_search import actions, tasks
from referrals.models import EmergencySearch, RotaShift
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.audit.owner import as_owner, written
from tests.conftest import see_all
from tests.factories.concerns import child
from tests.journeys.story import paris
from tests.web.visiting import Visitor, text

pytestmark = pytest.mark.sec("SEC-AZ13")
GIRL = {"last_name": "Ben Saïd", "first_names": "Inès", "birth_date": "2012-03-14"}
WHY = {"ground": "hospital", "reason": "Les urgences appellent : une jeune fille amenée par un inconnu."}
NOW = paris("2026-11-24 10:00")


@pytest.fixture(autouse=True)
def duty(world, monkeypatch):
    """The officer of 93 is on duty this Tuesday."""
    monkeypatch.setattr("config.pipeline.instant", lambda *_: NOW)
    return on_duty(world)


def on_duty(world, who="on_call", code="93", at=NOW):
    return RotaShift.objects.create(
        authority=world.authorities[code], user=world.user(who, code), place="first",
        starts_at=at - timedelta(hours=2), ends_at=at + timedelta(hours=10), made_at=at - timedelta(days=1),
        made_by=world.user("supervisor", code),
    )  # fmt: skip


def ask(world, who="on_call", code="93", **said):
    answer = world.as_(who, code).post("emergency-searches", WHY | GIRL | said)
    see_all()
    return answer


def told(template):
    return {notice.user_id for notice in Notice.objects.filter(template=template)}


def people(world, *names, code="93"):
    return {world.user(name, code).pk for name in names}


def bodies(act):
    with as_owner():
        return [json.loads(bytes(entry.body)) for entry in written(act=act)]


def setting(world, code="93", **values):
    change = Change(effective_on=NOW.date(), values=values)
    policy_changes_actions.change(
        world.authorities[code].pk, change, actor=SYSTEM, at=NOW - timedelta(hours=2)
    )


def test_a_child_who_is_not_born_yet_is_refused_at_the_field_and_not_counted(world):
    answer = ask(world, birth_date="2026-11-26")

    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("birth_date", "born-later")]
    assert not EmergencySearch.objects.exists()


# --- What it gives ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", [{}, {"birth_date": None, "age": 13}, {"first_names": "Ines", "last_name": "BENSAID"}]
)
def test_the_shell_of_the_own_file_and_nothing_of_its_content(world, filed, said):
    story = filed(**GIRL)
    filed(last_name="Martin", first_names="Louise", birth_date="2012-03-14")

    answer = ask(world, **said)

    assert answer.status_code == 200, answer.content
    (line,) = answer.json()["results"]
    assert set(line) == {"reference", "state", "urgency", "runaway", "sheet"}
    assert (line["reference"], line["runaway"], line["sheet"]) == (story.row.reference, False, False)
    assert answer.json()["elsewhere"] == []


def test_of_another_authority_whom_to_call_and_nothing_else(world, filed):
    filed(commune="59350", code="59", **GIRL)
    there = world.authorities["59"]
    expected = {"authority": str(there.pk), "name": there.name, "phone": "", "sheet": None}

    assert ask(world).json()["elsewhere"] == [expected]
    setting(world, "59", on_call_phone="03 00 00 00 59")
    again = ask(world).json()

    assert (again["elsewhere"], again["results"]) == ([expected | {"phone": "03 00 00 00 59"}], [])
    assert told("search.known-here") == people(
        world, "crip_coordinator", "crip_coordinator_2", "on_call", code="59"
    )
    assert ask(world, first_names="Inèss").json()["elsewhere"] == [], "elsewhere the very names"
    assert {body["tenant"] for body in bodies("emergency-search:compared")} == {str(there.pk)}


@pytest.mark.sec("SEC-AZ4", "SEC-AZ5")
def test_restricted_excluded_and_unknown_are_one_answer_and_a_person_of_the_list_is_called(
    world,
    filed,
    settings,
):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"
    first, second = filed(**GIRL), filed(**GIRL | {"first_names": "Aïcha"})
    first.does("supervisor", "exclude", {"user": first.user("on_call"), "reason": "Lien familial."})
    second.reads("crip_coordinator_2")
    named = [second.user("crip_coordinator_2"), second.user("supervisor")]
    second.does(
        "crip_coordinator_2", "restrict", {"named": named, "reason": "Agent.", "review_on": "2026-12-20"}
    )
    asked = [ask(world, first_names=name).json() | {"id": ""} for name in ("Inès", "Aïcha", "Personne")]

    assert asked == [{"id": "", "results": [], "more": False, "elsewhere": []}] * 3
    called = Notice.objects.filter(template="search.withheld", channel="call")
    assert {notice.user_id for notice in called} == people(world, "crip_coordinator_2", "supervisor")
    assert EmergencySearch.objects.count() == 3, "each is looked at, found or not"


@pytest.mark.sec("SEC-AZ4", "SEC-AZ5")
@pytest.mark.parametrize(("code", "commune"), [("93", "93008"), ("59", "59350")])
def test_a_child_kept_apart_is_looked_for_shown_to_nobody_and_its_list_is_called(
    world, filed, settings, code, commune
):
    """T46 on one child: the file itself isn't restricted, and another child of it is found as ever."""
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"
    brother = {"last_name": "Ben Saïd", "first_names": "Yanis", "birth_date": "2010-05-06"}
    both = [child(**GIRL, commune_insee=commune), child(**brother, commune_insee=commune)]
    story = filed(commune=commune, code=code, of={"children": both})
    unknown = ask(world, first_names="Personne").json() | {"id": ""}
    restricts(story, code, story.children[0])

    asked = ask(world)

    assert asked.json() | {"id": ""} == unknown
    called = Notice.objects.filter(template="search.withheld", channel="call")
    assert {notice.user_id for notice in called} == people(
        world, "crip_coordinator_2", "supervisor", code=code
    )
    assert told("search.known-here") == set()
    assert shell(ask(world, **brother), code) == (story.row.reference if code == "93" else "Autorité 59")
    seen = {
        who: world.as_(who).get(f"emergency-searches/{asked.json()['id']}").json()["references"]
        for who in ("crip_coordinator", "supervisor")
    }
    listed = [story.row.reference] if code == "93" else []
    assert seen == {"crip_coordinator": [], "supervisor": listed}, "who knows of the child alone"


def restricts(story, code, child):
    named = [story.user(who) if code == "93" else str(story.world.user(who, code).pk)
             for who in ("crip_coordinator_2", "supervisor")]  # fmt: skip
    said = {"child": child, "named": named, "reason": "Enfant d'un agent.", "review_on": "2026-12-20"}
    story.reads("crip_coordinator_2", code=code)
    story.does("crip_coordinator_2", "restrict", said, code=code)
    see_all()


def shell(answer, code):
    if code == "93":
        return answer.json()["results"][0]["reference"]
    return answer.json()["elsewhere"][0]["name"]


@pytest.mark.sec("SEC-AZ4")
def test_nothing_is_told_of_the_officers_own_relatives(world, filed):
    filed(commune="59350", code="59", **GIRL)
    tie = {"last_name": "Ben Saïd", "first_names": "Inès", "birth_date": "2012-03-14"}
    declared = world.as_("on_call").post("ties", tie, key=uuid4().hex)
    assert declared.status_code == 201, declared.content

    assert ask(world).json()["elsewhere"] == []
    assert told("search.known-here") == set()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"first_names": ""}, "first_names"), ({"birth_date": None}, "birth_date"),
        ({"ground": "curious"}, "ground"), ({"reason": ""}, "reason"), ({"age": 22}, "age"),
    ],
)  # fmt: skip
def test_less_than_both_names_a_birth_and_a_reason_is_no_search(world, said, field):
    answer = ask(world, **said)

    assert answer.status_code == 400
    assert field in str(answer.json()["errors"])
    assert not EmergencySearch.objects.exists()


# --- Who may, and how often ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["on_call", "crip_coordinator", "supervisor", "intake_agent", "filer", "auditor"]
)
def test_nobody_but_an_officer_on_duty_searches(world, filed, duty, who):
    """Once the duty is over, or withdrawn, the officer isn't one; the answer is the same for a child that is known."""
    filed(**GIRL)
    RotaShift.objects.filter(pk=duty.pk).update(ends_at=NOW)

    known, unknown = ask(world, who), ask(world, who, last_name="Personne")

    assert known.status_code == unknown.status_code == 403
    assert known.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}
    assert not EmergencySearch.objects.exists()


@pytest.mark.sec("SEC-AZ14")
@pytest.mark.parametrize("field", ["last_name", "first_names"])
@pytest.mark.parametrize(
    "name",
    ["Inc*", "*", "Inc%", "Inc_", "In?", "Inc...", "In…", "123", "Ben2", "--", "'", "I", "I.", "[a-z]+", " ", "a\tb"],
)  # fmt: skip
def test_what_is_no_name_is_refused_at_the_field_and_isnt_counted(world, duty, field, name):
    answer = ask(world, **{field: name})

    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert not EmergencySearch.objects.exists()
    assert actions.left(duty, at=NOW) == 5


@pytest.mark.parametrize(
    ("last", "first"),
    [("O'Brien", "Jean-Noël"), ("D’Angelo", "Inès, Marie"), ("Ngô", "Lê"), ("de la Tour", "J. Paul"), ("محمد", "نور"), ("Ó Sé", "Gal·la")],
)  # fmt: skip
def test_names_as_people_bear_them_are_looked_for(world, last, first):
    assert ask(world, last_name=last, first_names=first).status_code == 200


# --- What is written down -----------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL1", "SEC-CR18")
def test_each_search_is_an_entry_with_a_keyed_value_and_no_name_anywhere(world, filed):
    story = filed(**GIRL)
    ask(world)
    ask(world)
    ask(world, last_name="Personne")

    entries = bodies("emergency-search:done")
    assert [(body["role"], body["why"], len(body["obj"])) for body in entries] == [
        ("on_call", "emergency", 1), ("on_call", "emergency", 1), ("on_call", "emergency", 0),
    ]  # fmt: skip
    assert entries[0]["pd"] == entries[1]["pd"] != entries[2]["pd"]
    for body in bodies("emergency-search:compared"):
        assert (body["role"], body["obo"]) == ("system", entries[0]["actor"])
    story.names_nobody("Saïd", "Inès", "inconnu")
    row = EmergencySearch.objects.last()
    assert b"inconnu" not in bytes(row.reason.ciphertext)


def test_who_reviews_is_told_at_once_and_nobody_of_the_excluded(world, filed):
    story = filed(**GIRL)
    story.does(
        "supervisor", "exclude", {"user": story.user("crip_coordinator_2"), "reason": "Lien familial."}
    )

    row = ask(world).json()["id"]

    assert told("search.to-review") == people(world, "supervisor", "supervisor_2", "crip_coordinator")
    assert told("search.watched") == people(world, "auditor")
    assert world.as_("crip_coordinator_2").get(f"emergency-searches/{row}").status_code == 404
    assert world.as_("crip_coordinator_2").get("emergency-searches").json()["results"] == []
    assert world.as_("supervisor", "59").get(f"emergency-searches/{row}").status_code == 404
    assert world.as_("intake_agent").get(f"emergency-searches/{row}").status_code == 403


# --- The review ---------------------------------------------------------------------------------------


def reviewed(world, row, who="supervisor", **said):
    answer = world.as_(who).post(f"emergency-searches/{row}/review", said, key=uuid4().hex)
    see_all()
    return answer


def test_another_person_looks_at_it_once_and_a_contested_one_is_told(world, filed):
    story = filed(**GIRL)
    row = ask(world).json()["id"]
    read = world.as_("supervisor").get(f"emergency-searches/{row}").json()
    assert (read["reason"], read["references"]) == (WHY["reason"], [story.row.reference])
    assert read["review_due_at"] == "2026-11-25T22:59:59Z", "the end of the next working day"

    assert reviewed(world, row, "on_call", agreed=True).status_code == 403
    assert reviewed(world, row, agreed=False).status_code == 400, "with its reason"
    done = reviewed(world, row, agreed=False, note="Aucun enfant n'était là.")
    again = reviewed(world, row, "supervisor_2", agreed=True)

    assert (done.status_code, done.json()["state"]["code"], again.status_code) == (200, "reviewed_ko", 409)
    assert told("search.contested") == people(world, "auditor")
    (body,) = bodies("emergency-search:contested")
    assert body["pd"] == digest_of(EmergencySearch.objects.get().pk.bytes)
    assert (
        world.as_("on_call").get(f"emergency-searches/{row}").json()["review"] == "Aucun enfant n'était là."
    )
    assert len(bodies("emergency-search:read")) == 2


def test_an_overdue_review_is_told_every_hour_and_freezes_who_is_off_duty(world, duty):
    ask(world)
    officer, late = world.user("on_call").pk, NOW + timedelta(days=2)
    assert (tasks.watch(NOW), is_frozen(officer, NOW)) == (0, False)

    assert [tasks.watch(late), tasks.watch(late), tasks.watch(late + timedelta(hours=1))] == [1, 0, 1]

    see_all()
    assert told("search.overdue") == people(world, "supervisor", "supervisor_2", "auditor")
    assert is_frozen(officer, late) is True
    RotaShift.objects.filter(pk=duty.pk).update(ends_at=late + timedelta(hours=1))
    assert is_frozen(officer, late) is False, "on-call is never frozen"
    RotaShift.objects.filter(pk=duty.pk).update(ends_at=late)
    reviewed(world, EmergencySearch.objects.get().pk, agreed=True)
    assert is_frozen(officer, late) is False


def test_what_was_written_is_destroyed_long_after_the_review(world, django_capture_on_commit_callbacks):
    row = EmergencySearch.objects.get(pk=ask(world).json()["id"])
    assert tasks.end_due(NOW + timedelta(days=400)) == 0, "never before it was looked at"
    reviewed(world, row.pk, agreed=True, note="Vu.")
    assert tasks.end_due(NOW + timedelta(days=89)) == 0

    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.end_due(NOW + timedelta(days=90)) == 1

    see_all()
    kept = EmergencySearch.objects.get()
    assert (kept.reason, kept.review, kept.key, kept.agreed) == (None, None, None, True)
    assert not WrappedKey.objects.using("keys").filter(pk=row.key).exists()


@pytest.mark.parametrize(
    "wrong", [{"agreed": True}, {"ended_at": NOW}, {"reviewed_at": NOW, "agreed": True, "reviewed_by": "own"}]
)
def test_the_database_refuses_a_review_by_oneself_or_by_nobody(world, wrong):
    ask(world)
    said = wrong | ({"reviewed_by": world.user("on_call")} if "reviewed_by" in wrong else {})
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencySearch.objects.update(**said)


# --- On the pages -------------------------------------------------------------------------------------


def test_an_officer_searches_on_a_page_and_a_supervisor_looks_at_it_there(world, filed):
    setting(world, emergency_search_cap=1)
    setting(world, "59", on_call_phone="03 00 00 00 59")
    here = filed(**GIRL)
    filed(commune="59350", code="59", **GIRL)
    officer = Visitor(world, "on_call", at=NOW)
    assert "Chercher un enfant en urgence" in text(officer.get("/recherches-urgence"))
    form = text(officer.get("/recherches-urgence/nouvelle"))
    assert "Chercher sans l'accord de personne" not in form
    said = WHY | {"last_name": "Ben Saïd", "first_names": "Inès", "birth_date": "14/3/2012"}

    wrong = officer.fills("/recherches-urgence/nouvelle", **said | {"birth_date": ""})
    answer = officer.fills("/recherches-urgence/nouvelle", **said)

    assert wrong.status_code == 400, text(wrong)[:400]
    assert answer.status_code == 200, text(answer)[:900]
    shown = text(answer)
    for words in (here.row.reference, "Autorité 59", "03 00 00 00 59", "Chercher sans l'accord de personne"):
        assert words in shown, words
    row = EmergencySearch.objects.get()
    supervisor = Visitor(world, "supervisor", at=NOW)
    assert WHY["reason"] in text(supervisor.get(f"/recherches-urgence/{row.pk}"))
    bare = supervisor.fills(f"/recherches-urgence/{row.pk}", decision="contest")
    assert bare.status_code == 400
    assert supervisor.fills(f"/recherches-urgence/{row.pk}", decision="agree").status_code == 303
    assert "Validée" in text(supervisor.get("/recherches-urgence"))
    assert officer.get("/recherches-urgence/nouvelle").status_code == 200
    assert supervisor.get("/recherches-urgence/nouvelle").status_code == 403
