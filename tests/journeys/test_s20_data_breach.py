"""S20: an agent opened files of children of her street; the breach has its hours, its assessment, its letters."""

from uuid import UUID, uuid4

import pytest

from accounts.models import User
from audit import pseudonyms
from outbox.models import Notice
from referrals.data_breaches import gate, tasks
from referrals.data_breaches.sheet import Sheet
from referrals.models import (
    AccessAnomaly,
    Child,
    Concern,
    DataBreach,
    Holder,
    HolderInformation,
    JudicialReferral,
)
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.night import some
from tests.shared_fixtures import shared_fixture

pytestmark = [
    pytest.mark.sec("SEC-AL18"),
    pytest.mark.both_databases("rows that the host declares for authorities where it holds no role"),
]
ASSESSED = {
    "children": 3, "holders": 2, "implicated": 1, "entries": 3, "parts": ["identity", "facts"], "touched": ["read"],
    "legible": "readable", "consequences": "Une adresse peut être connue.", "measures": "Compte suspendu.",
    "risk": "high", "why": "Le lieu d'un enfant a été transmis.",
}  # fmt: skip
FIRST = {
    "part": "first", "reference": "FR-2026-0042", "proof": "Accusé du téléservice", "nature": "Lecture sans motif.",
    "contact": "dpd@test.invalid",
}  # fmt: skip
LETTER = {
    "answer": "told", "way": "letter", "happened": "Un dossier a été ouvert sans motif.",
    "consequences": "Votre adresse peut être connue.", "done": "L'accès a été fermé.",
    "advice": "Appelez-nous si quelqu'un se présente.", "contact": "dpd@test.invalid",
}  # fmt: skip


class Breach:
    """The breach at the API, at the minutes of the story."""

    def __init__(self, story):
        self.story = story

    def does(self, who, step, body=None, *, code="93", expect=200, pk=None):
        path = f"data-breaches/{pk or self.row.pk}/{step}"
        answer = self.story.world.as_(who, code).post(path, body or {}, key=uuid4().hex)
        see_all()
        assert answer.status_code == expect, (step, answer.status_code, answer.content.decode()[:1500])
        return answer.json()

    def reads(self, who, path="", *, code="93", expect=200):
        answer = self.story.world.as_(who, code).get(f"data-breaches/{self.row.pk}{path}")
        see_all()
        assert answer.status_code == expect, (who, path, answer.status_code)
        return answer.json() if expect == 200 and "json" in answer["Content-Type"] else answer

    @property
    def row(self):
        see_all()  # recurring work has closed what the transaction sees
        return DataBreach.objects.get()


@shared_fixture
def opened(story):
    """Three files of the street, which an agent reads on a Thursday evening without a reason."""
    story.at("2026-11-24 10:00")
    cases = []
    for surname in ("Fauxnom", "Exemple", "Modèle"):
        story.files("filer", concern(children=[child(last_name=surname)]))
        story.triaged()
        cases.append(story.pk)
    Holder.objects.filter(pk=Holder.objects.filter(referral=cases[0]).first().pk).update(implicated="yes")
    story.at("2026-11-26 22:10")
    for case in cases:
        assert story.world.as_("crip_coordinator_2").get(f"referrals/{case}").status_code == 200
    see_all()
    return cases


@pytest.fixture
def judged(story, opened):
    """On Friday at 17:00 the auditor finds it unjustified."""
    agent = story.user("crip_coordinator_2")
    anomaly = AccessAnomaly.objects.create(
        authority=story.world.authorities["93"], rule="R03", key="S20", state="under_review",
        who=pseudonyms.actor(agent), subjects=[str(pseudonyms.subject(UUID(case))) for case in opened], count=3,
        first_at=story.now, last_at=story.now, detected_at=story.now, asked_at=story.now, answered_at=story.now,
    )  # fmt: skip
    story.at("2026-11-27 17:00")
    told = Breach(story)
    told.anomaly, told.agent, told.cases = anomaly, agent, opened
    answer = anomaly_step(told, "auditor", "find_unjustified", {"reason": "curiosity"})
    assert answer["breach_due_at"].startswith("2026-11-30T16:00"), "72 hours, the week-end included"
    return told


def anomaly_step(told, who, step, body=None, *, expect=200):
    path = f"audit/anomalies/{told.anomaly.pk}/{step}"
    answer = told.story.world.as_(who).post(path, body or {}, key=uuid4().hex)
    see_all()
    assert answer.status_code == expect, answer.content.decode()[:1500]
    return answer.json()


def told_of(template):
    return {row.user_id for row in Notice.objects.filter(template=template)}


def test_the_breach_opens_by_itself_and_the_account_is_suspended(judged):
    row, user = judged.row, judged.story.user
    assert (row.state, row.source, row.anomaly_id) == ("declared", "anomaly", judged.anomaly.pk)
    assert row.suspended_at == judged.story.now
    assert judged.story.world.as_("crip_coordinator_2").get("referrals").status_code == 401
    assert {user("dpo"), user("supervisor"), user("supervisor_2")} <= told_of("breach.declared")
    assert not User.objects.get(pk=judged.agent).is_active
    counted = judged.reads("dpo", "/figures")["figures"]
    assert (counted["entries"], counted["files"], counted["persons"]["children"]) == (3, 3, 3)
    assert counted["persons"]["implicated"] == 1
    assert {"identity", "facts"} <= counted["parts"].keys()
    assert counted["touched"] == ["read"], "read, and not exported"
    judged.reads("supervisor", "/figures", expect=404)

    # The supervisor, told at once, gives the account back, with all its roles; nobody else does.
    judged.does("dpo", "lift_suspension", {"reason": "Erreur."}, expect=403)
    judged.does("supervisor", "lift_suspension", {"reason": "Une erreur de la règle."})
    assert judged.story.world.as_("crip_coordinator_2").get("referrals").status_code == 200
    judged.does("supervisor", "lift_suspension", {"reason": "Encore."}, expect=409)
    # Whom it is about learns nothing of it.
    assert judged.row.lifted_by_id == user("supervisor")


@pytest.mark.slow("the whole course")
def test_the_whole_course(judged):
    """Assessed, notified in two parts, persons told but for one group, closed; the anomaly closes after it."""
    story, reference = judged.story, judged.story.row.reference
    story.at("2026-11-28 11:00")
    judged.does("dpo", "assess", ASSESSED | {"danger": True, "reference": reference})
    assert told_of("breach.danger") == {story.user("crip_coordinator")}, (
        "the case's coordinator, and no other"
    )
    anomaly_step(judged, "dpo", "report")
    assert anomaly_step(judged, "dpo", "conclude", expect=409)["rule"] == "breach_is_dealt_with"

    see_all()
    assert tasks.watch(story.now) == 0
    story.at("2026-11-29 10:00")
    judged.does(
        "dpo", "notify_cnil", FIRST | {"part": "complement", "notified_at": story.now.isoformat()}, expect=409
    )
    line = judged.does("dpo", "notify_cnil", FIRST | {"notified_at": story.now.isoformat()})
    assert (line["due_at"], line["stopped_by"]["code"], line["late"]) == (None, "notified", False)
    story.at("2026-11-29 17:30")
    see_all()
    assert tasks.watch(story.now) == 0, "the clock is stopped"
    story.at("2026-12-08 10:00")
    assert (
        judged.does("dpo", "close", {"changes": "Formation."}, expect=409)["rule"]
        == "every_group_is_answered"
    )
    judged.does("dpo", "notify_cnil", FIRST | {"part": "complement", "notified_at": story.now.isoformat()})
    heard = {"opinion_by": str(story.user("ase_inspector")), "opinion_on": "2026-12-08", "opinion": "Écrire."}
    judged.does("dpo", "inform_persons", LETTER | {"group": "children", "on": "2026-12-08"})
    holders = LETTER | {"group": "holders", "on": "2026-12-08"}
    refused = judged.does("dpo", "inform_persons", holders, expect=409)
    assert refused["rule"] == "holders_wait_for_an_opinion", "a holder of one of these cases is implicated"
    judged.does("dpo", "inform_persons", holders | heard)
    page = judged.reads("dpo", "/notice?group=holders").content.decode()
    assert "Un dossier a été ouvert sans motif." in page
    for said in ("FAUXNOM", "Fauxnom", "crip_coordinator", *judged.cases):
        assert said not in page
    judged.reads("dpo", "/notice?group=implicated", expect=404)
    withheld = {"group": "implicated", "answer": "inquiry", "reason": "Enquête en cours."}
    assert judged.does("dpo", "inform_persons", withheld, expect=400)["code"] == "invalid-input"
    withheld |= {
        "opinion_by": str(story.user("ase_inspector")), "opinion_on": "2026-12-08", "opinion": "Ne pas informer.",
        "cnil_told_on": "2026-12-08",
    }  # fmt: skip
    assert (
        judged.does("dpo", "close", {"changes": "Formation."}, expect=409)["rule"]
        == "every_group_is_answered"
    )
    judged.does("dpo", "inform_persons", withheld)
    judged.does("dpo", "close", {"changes": "Formation."})
    assert anomaly_step(judged, "dpo", "conclude")["state"]["code"] == "closed"

    body = judged.reads("auditor")
    assert [body[name] for name in ("facts", "assessment", "letters", "closing")] == [None] * 4
    assert judged.reads("supervisor")["closing"]["changes"] == "Formation."
    judged.reads("crip_coordinator", expect=404)
    judged.reads("dpo", code="75", expect=404)
    story.names_nobody("FAUXNOM", "Fauxnom", "Formation.", "Ne pas informer.")


def spoil_concern(case):
    Concern.objects.filter(referral=case).update(holder_implicated="yes")


def spoil_holder(case):
    Holder.objects.filter(referral=case).update(implicated="yes")


def spoil_status(case):
    Child.objects.filter(referral=case).update(prostitution_status="suspected")


def spoil_information(case):
    HolderInformation.objects.create(
        referral_id=case, holder=Holder.objects.filter(referral=case).first(), occasion="transmission",
        state="deferred", reason="prosecutor", review_on="2026-12-30",
    )  # fmt: skip


def spoil_justice(case):
    JudicialReferral.objects.create(
        referral_id=case, state="prepared", grounds=["5"], prepared_at="2026-11-25T10:00:00Z"
    )


def spoil_subjects(case):
    """One of its cases is shredded: nothing leads from its pseudonym to it any more."""
    breach = DataBreach.objects.get()
    breach.subjects = [*breach.subjects, str(uuid4())]
    breach.save()


def spoil_subjects_all(case):
    breach = DataBreach.objects.get()
    breach.subjects = []
    breach.save()


@pytest.mark.sec("SEC-AZ1")
@pytest.mark.parametrize(
    "spoil",
    [
        *some([spoil_concern, spoil_holder, spoil_status, spoil_information, spoil_justice], "shuts", 2),
        spoil_subjects,
        spoil_subjects_all,
    ],
)
def test_holders_are_told_without_an_opinion_only_where_nothing_in_any_case_speaks_against_it(judged, spoil):
    """§7.5: one case of three is enough, and one that can't be found."""
    story = judged.story
    Holder.objects.update(implicated="no")
    Concern.objects.update(holder_implicated="no")
    assert not gate.is_shut(Sheet(judged.row, actor=story.world.actor("dpo", at=story.now), at=story.now))
    see_all()
    spoil(judged.cases[1])
    story.at("2026-12-01 09:00")
    judged.does("dpo", "assess", ASSESSED)
    letter = LETTER | {"group": "holders", "on": "2026-12-01"}
    assert judged.does("dpo", "inform_persons", letter, expect=409)["rule"] == "holders_wait_for_an_opinion"
    judged.does("dpo", "inform_persons", LETTER | {"group": "children", "on": "2026-12-01"})
    heard = {"opinion_by": str(story.user("ase_inspector")), "opinion_on": "2026-12-01", "opinion": "Écrire."}
    judged.does("dpo", "inform_persons", letter | heard)


def test_a_sheltered_child_shuts_the_gate_too(judged):
    """The place is class K: what was filed of it is read by the service alone."""
    story = judged.story
    story.files("filer", concern(children=[child(whereabouts="sheltered")]))
    see_all()
    Holder.objects.update(implicated="no")
    Concern.objects.update(holder_implicated="no")
    breach = judged.row
    breach.subjects = [str(pseudonyms.subject(UUID(story.pk)))]
    sheet = Sheet(breach, actor=story.world.actor("dpo", at=story.now), at=story.now)
    assert gate.is_shut(sheet)
    breach.subjects = [str(pseudonyms.subject(UUID(judged.cases[1])))]
    assert not gate.is_shut(sheet)


def test_holders_are_told_without_an_opinion_where_the_gate_is_open(judged):
    story = judged.story
    Holder.objects.update(implicated="no")
    Concern.objects.update(holder_implicated="no")
    story.at("2026-12-01 09:00")
    judged.does("dpo", "assess", ASSESSED)
    judged.does("dpo", "inform_persons", LETTER | {"group": "holders", "on": "2026-12-01"})


def test_a_notification_on_tuesday_says_why_it_is_late(judged):
    story = judged.story
    for text, whom in (
        ("2026-11-28 17:01", {"dpo"}),
        ("2026-11-29 17:01", {"dpo", "supervisor", "supervisor_2"}),
    ):
        story.at(text)
        Notice.objects.all().delete()
        see_all()
        assert tasks.watch(story.now) == 1
        assert tasks.watch(story.now) == 0, "once"
        assert told_of("breach.soon") == {story.user(name) for name in whom}
    story.at("2026-12-01 09:00")
    see_all()
    tasks.watch(story.now)
    assert told_of("breach.overdue") == {story.user(name) for name in ("dpo", "supervisor", "supervisor_2")}
    judged.does("dpo", "assess", ASSESSED)
    late = FIRST | {"notified_at": story.now.isoformat()}
    assert judged.does("dpo", "notify_cnil", late, expect=409)["rule"] == "delay_is_explained"
    assert judged.does("dpo", "notify_cnil", late | {"delay": "Pont du week-end."})["late"]


def test_a_lost_backup_that_is_sealed_takes_two_and_stays(story):
    """Risk none: the officer proposes, a supervisor signs; taken up again, the hours run anew."""
    story.at("2026-11-25 09:00")
    said = {
        "aware_at": story.now.isoformat(), "kinds": ["availability"], "source": "reported", "what": "Bande perdue.",
        "seen": "Inventaire.",
    }  # fmt: skip
    answer = story.world.as_("supervisor").post("data-breaches", said, key=uuid4().hex)
    assert answer.status_code == 201, answer.content
    see_all()
    breach = Breach(story)
    sealed = ASSESSED | {"risk": "none", "legible": "sealed", "touched": ["lost"]}
    breach.does("dpo", "assess", sealed)
    assert breach.does("dpo", "inform_persons", LETTER, expect=409)["rule"] == "risk_is_high"
    ruling = {"reasons": "Chiffrée."}
    for wrong in ({}, {"approver": str(story.user("dpo"))}, {"approver": str(story.user("auditor"))}):
        breach.does("dpo", "rule_out", ruling | wrong, expect=409)
    asked = breach.does("dpo", "rule_out", ruling | {"approver": str(story.user("supervisor"))}, expect=202)
    assert breach.row.due_at is not None, "what is only proposed ends no clock"
    signed = story.world.as_("supervisor").post(f"approvals/{asked['approval']}/sign", {}, key=uuid4().hex)
    see_all()
    assert signed.status_code == 200, signed.content
    row = breach.row
    assert (row.state, row.due_at, row.stopped_by) == ("not_notified", None, "ruled_out")
    assert (row.ruled_out_by_id, row.ruled_out_with_id) == (story.user("dpo"), story.user("supervisor"))

    story.at("2026-12-01 12:00")
    breach.does("dpo", "reassess", {"new": "La clé était avec.", "aware_at": story.now.isoformat()})
    assert breach.row.due_at.isoformat() == "2026-12-04T11:00:00+00:00"


def test_the_host_declares_a_fault_of_three_authorities(story):
    """Three rows, three clocks; each authority's own, and the host reads what it declared alone."""
    story.at("2026-11-25 09:00")
    world = story.world
    said = {
        "authorities": [str(one.pk) for one in world.authorities.values()], "aware_at": story.now.isoformat(),
        "kinds": ["integrity"], "source": "processor", "what": "Une panne a mêlé des écritures.", "seen": "Contrôle.",
    }  # fmt: skip
    answer = world.as_("platform_admin").post("data-breaches", said, key=uuid4().hex)
    assert answer.status_code == 201, answer.content
    assert len(answer.json()["results"]) == 3
    see_all()
    rows = {row.authority.code: row for row in DataBreach.objects.select_related("authority")}
    assert {row.due_at for row in rows.values()} == {rows["93"].aware_at + tasks.SOON + tasks.LAST_DAY}
    for code, row in rows.items():
        assert story.world.user("dpo", code).pk in told_of("breach.declared")
        place = f"data-breaches/{row.pk}"
        assert world.as_("dpo", code).get(place).json()["facts"]["what"].startswith("Une panne")
        assert world.as_("platform_admin").get(place).status_code == 200
        assert world.as_("platform_admin", "59").get(place).status_code == 404, "another administrator"
        others = [one for one in rows if one != code]
        assert [world.as_("dpo", one).get(place).status_code for one in others] == [404, 404]
        see_all()
    listed = world.as_("platform_admin").get("data-breaches").json()["results"]
    assert len(listed) == 3
    refused = world.as_("platform_admin").post(
        f"data-breaches/{rows['93'].pk}/assess", ASSESSED, key=uuid4().hex
    )
    assert refused.status_code == 403
