"""S9: an agent opens three files outside the own work at 22:10, one of a namesake; the auditor finds it unjustified."""

from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import override_settings

from accounts.models import Membership, User
from accounts.roles import Role
from audit import notes, pseudonyms, sequencing, tree, verifier
from audit.exporting import everything, latest, to_folder
from audit.sequencer import Sequencer
from encryption.signing import FileSigner
from outbox.models import Notice
from referrals.access_review import tasks as access_review_tasks
from referrals.models import AccessAnomaly
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor, links, text

pytestmark = [
    pytest.mark.sec("SEC-AL18"),
    pytest.mark.both_databases("the journal's views, and identities lifted"),
]
WITNESS = "witness.txt"


class Night:
    """The story, the sequencer that gives places, and the worker that asks the rules."""

    def __init__(self, story, folder):
        self.story, self.folder = story, folder
        self.sequencer = Sequencer(FileSigner(folder / "log.key", make=True), clock=lambda: story.now)

    def ask(self, who, path, **query):
        answer = self.story.world.as_(who).get(path, **query)
        see_all()
        return answer

    def do(self, who, step, body=None, *, anomaly=None, expect=200):
        path = f"audit/anomalies/{anomaly or self.one['id']}/{step}"
        answer = self.story.world.as_(who).post(path, body or {}, key=uuid4().hex)
        see_all()
        assert answer.status_code == expect, (step, answer.status_code, answer.content.decode())
        return answer.json()

    def sought(self):
        """What the sequencer does each second and the worker each minute."""
        see_all()
        with as_owner():
            self.sequencer.once()
        return access_review_tasks.seek(self.story.now)

    @property
    def anomalies(self):
        return self.ask("auditor", "audit/anomalies").json()["results"]

    @property
    def one(self):
        return next(line for line in self.anomalies if line["rule"]["code"] == "R14")


@shared_fixture
def three_files(story):
    """Three files, known to the cell since the morning; one bears the name of an agent."""
    story.at("2026-11-24 10:00")
    cases = []
    for surname in ("Fauxnom", "Exemple", "Modèle"):
        story.files("filer", concern(children=[child(last_name=surname)]))
        story.triaged()
        cases.append(story.pk)
    agent = story.world.hire("agent", Role.CRIP_COORDINATOR)
    User.objects.filter(pk=agent.pk).update(full_name="Dominique Fauxnom")
    return cases


@shared_fixture
def all_opened(story, three_files):
    """In the evening the agent opens them all; what the log left in its folder, by name."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with override_settings(LOG_WITNESS_FILE=str(folder / WITNESS), LOG_WITNESSES=[]):
            opens_all(Night(story, folder), three_files)
        return {file.name: file.read_bytes() for file in folder.iterdir()}


def opens_all(told, cases):
    story = told.story
    assert told.sought() == 0
    # Whoever writes the entries of the night has written before: else the clock would step for nobody.
    assert told.ask("auditor", "audit/entries").status_code == 200
    story.at("2026-11-24 22:10")
    for case in cases:
        assert told.ask("agent", f"referrals/{case}").status_code == 200
    assert told.sought() == 3


@pytest.fixture
def night(story, three_files, all_opened, tmp_path, settings):
    """The files were opened, and the log goes on in a folder of the test."""
    settings.LOG_WITNESS_FILE, settings.LOG_WITNESSES = str(tmp_path / WITNESS), []
    for name, content in all_opened.items():
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_bytes(content)
    told = Night(story, tmp_path)
    told.cases = three_files
    return told


def test_what_the_rules_found(night):
    """The namesake, three files at night, and the clock that this test moved; of the morning's work nothing."""
    found = {line["rule"]["code"]: line for line in night.anomalies}

    assert set(found) == {"R03", "R12", "R14"}
    assert found["R12"]["actor"] is None
    assert (found["R03"]["count"], len(found["R03"]["subjects"])) == (3, 3)
    assert (found["R14"]["count"], len(found["R14"]["subjects"])) == (1, 1)
    assert night.sought() == 0, "found once, whatever is looked at again"
    told = Notice.objects.filter(template="anomaly.changed", channel="app")
    assert {notice.user_id for notice in told} == {night.story.user("auditor")}


def test_the_auditor_sees_metadata_and_pseudonyms_and_no_content(night):
    entries = night.ask("auditor", f"audit/anomalies/{night.one['id']}/entries").json()["results"]
    texts = str(night.anomalies) + str(entries)

    assert [line["act"] for line in entries] == ["field:namesake"]
    for said in ("FAUXNOM", "Fauxnom", *night.cases, str(night.story.user("agent"))):
        assert said not in texts
    for case in night.cases:
        assert night.ask("auditor", f"referrals/{case}").status_code == 404
    assert night.ask("auditor", f"audit/anomalies/{night.one['id']}/identities").status_code == 403


@pytest.mark.parametrize("who", ["agent", "crip_coordinator", "supervisor", "territory_admin", "filer"])
def test_nobody_else_knows_of_it(night, who):
    assert night.ask(who, "audit/anomalies").status_code == 403
    assert night.ask(who, f"audit/anomalies/{night.one['id']}").status_code == 404
    assert night.ask(who, "access-questions").json()["results"] == []


@pytest.mark.slow("the whole course")
@pytest.mark.sec("SEC-AZ12")
@pytest.mark.sec("SEC-AL17")
def test_the_whole_course(night):
    """Asked, answered, judged, resolved by two, reported, the account suspended, closed; and the journal verifies."""
    story = night.story
    night.do("auditor", "take_up")
    assert night.do("auditor", "ask")["answer_due_at"].startswith("2026-11-29T")
    (question,) = night.ask("agent", "access-questions").json()["results"]
    assert not {"subjects", "rule"} & question.keys()
    assert (
        night.do("auditor", "find_unjustified", {"reason": "relative"}, expect=409)["rule"]
        == "agent_had_the_time"
    )

    path = f"access-questions/{question['id']}/answer"
    for who, status in (("crip_coordinator", 404), ("auditor", 404), ("agent", 200)):
        answer = story.world.as_(who).post(path, {"answer": "other"}, key=uuid4().hex)
        assert answer.status_code == status, who
    assert story.world.as_("agent").post(path, {"answer": "error"}, key=uuid4().hex).status_code == 409

    story.at("2026-11-26 09:00")
    judged = night.do("auditor", "find_unjustified", {"reason": "relative"})
    assert (judged["answer"]["code"], judged["breach_due_at"][:16]) == ("other", "2026-11-29T08:00")
    assert Notice.objects.filter(template="anomaly.changed", user_id=story.user("dpo")).exists()

    resolved(night)

    night.do("auditor", "report", expect=403)
    night.do("dpo", "report")
    assert Notice.objects.filter(template="anomaly.reported", user_id=story.user("supervisor")).exists()
    suspended(night)
    assert night.do("dpo", "conclude", expect=409)["rule"] == "breach_is_dealt_with"
    notified(night, judged["breach"])
    closed = night.do("dpo", "conclude")
    assert (closed["state"]["code"], closed["available_steps"]) == ("closed", [])

    verified(night)


def resolved(night):
    """Each alone learns nothing; the office that asks doesn't grant; then both read, for a day."""
    place = f"audit/anomalies/{night.one['id']}/identities"
    night.do("auditor", "ask_identities")
    night.do("auditor", "grant_identities", expect=409)
    assert night.ask("auditor", place).status_code == 403
    night.do("dpo", "grant_identities")
    said = [night.ask(who, place).json() for who in ("auditor", "dpo")]
    assert said[0] == said[1]
    assert said[0]["actor"]["name"] == "Dominique Fauxnom"
    assert [line["reference"] for line in said[0]["subjects"]] == [references(night)[night.cases[0]]]
    night.story.at("2026-11-27 09:01")
    assert night.ask("dpo", place).status_code == 403


def references(night):
    return {
        case: night.ask("crip_coordinator", f"referrals/{case}").json()["reference"] for case in night.cases
    }


def suspended(night):
    """The account is suspended since the judgement: the next request opens nothing, and its role is still there."""
    assert night.ask("agent", f"referrals/{night.cases[0]}").status_code == 401
    assert Membership.objects.get(user=night.story.user("agent")).valid_to is None


def notified(night, breach):
    """The officer tells the CNIL of the breach (S20 tells it whole)."""
    said = {
        "part": "first", "notified_at": night.story.now.isoformat(), "reference": "FR-1", "proof": "Accusé",
        "nature": "Lecture sans motif.", "contact": "dpd@test.invalid",
    }  # fmt: skip
    answer = night.story.world.as_("dpo").post(f"data-breaches/{breach}/notify_cnil", said, key=uuid4().hex)
    see_all()
    assert answer.status_code == 200, answer.content


def verified(night):
    """End to end, by the program that an outsider runs; the course itself is in it, and no name."""
    see_all()
    with as_owner():
        night.sequencer.once()
    with as_owner(), sequencing.reading():
        to_folder(latest(everything, origin=tree.newest()), night.folder / "export")
    key = notes.vkeys(tree.newest().name, night.sequencer.signer)[0]
    assert (
        verifier.main(["verify", str(night.folder / "export"), "--key", key, "--complete", "--strict"]) == 0
    )
    night.story.names_nobody("FAUXNOM", "Fauxnom", "Dominique")
    acts = {line["act"] for line in night.ask("dpo", "audit/entries", limit=100).json()["results"]}
    assert {
        "anomaly:take_up", "anomaly:ask", "anomaly:answer", "anomaly:find_unjustified", "anomaly:ask_identities",
        "anomaly:grant_identities", "anomaly:identities", "anomaly:report", "anomaly:conclude",
    } <= acts  # fmt: skip


@pytest.mark.parametrize("step", ["take_up", "ask", "justify"])
def test_nobody_judges_their_own(night, step):
    """An auditor whom an anomaly is about leaves it to another one."""
    own = pseudonyms.actor(night.story.user("auditor"))
    AccessAnomaly.objects.filter(pk=night.one["id"]).update(
        who=own, state="detected" if step == "take_up" else "under_review"
    )
    body = {"ground": "assigned"} if step == "justify" else {}
    assert night.do("auditor", step, body, anomaly=night.one["id"], expect=409)["rule"] == "not_about_oneself"


@pytest.mark.slow("the whole course")
@pytest.mark.sec("SEC-AZ17")
def test_whoever_opens_a_decoy_is_stopped_within_the_minute(night):
    """All sessions end and the auditor is told; whoever signs in again is stopped by another decoy, not by other work."""
    story = night.story
    opened = night.cases[0]
    reference = references(night)[opened]
    night.sought()  # whoever read it before it was a decoy had reasons
    call_command("decoy", reference, stdout=StringIO())
    agent = Sitting(night, "agent").visitor
    assert agent.get(f"/dossiers/{opened}").status_code == 200

    night.sought()

    assert agent.get("/dossiers").status_code == 401
    see_all()
    assert "R13" in {line["rule"]["code"] for line in night.anomalies}
    told = Notice.objects.filter(template="anomaly.changed", channel="app", user_id=story.user("auditor"))
    assert told.exists()
    story.at("2026-11-24 22:12")
    again = Sitting(night, "agent").visitor
    assert again.get(f"/dossiers/{night.cases[1]}").status_code == 200
    night.sought()
    assert again.get("/dossiers").status_code == 200
    stops = [
        line
        for line in night.ask("dpo", "audit/entries", limit=100).json()["results"]
        if line["act"] == "session:frozen"
    ]
    assert len(stops) == 1


# --- The same through pages -----------------------------------------------------------------------------


class Sitting:
    """Somebody of the story at the pages, signed in since this minute."""

    def __init__(self, night, name):
        see_all()
        self.visitor = Visitor(night.story.world, name, at=night.story.now)
        self.place = f"/journal/anomalies/{night.one['id']}"

    def reads(self, path="", *, expect=200):
        page = self.visitor.get(self.place + path)
        assert page.status_code == expect, (path, page.status_code, text(page)[:1500])
        return text(page)

    def does(self, step, *, expect=303, **said):
        done = self.visitor.fills(f"{self.place}/etape/{step}", **said)
        assert done.status_code == expect, (step, done.status_code, text(done)[:1500])
        return text(self.visitor.get(done["Location"])) if expect == 303 else text(done)


def test_the_entries_of_an_anomaly_come_a_page_at_a_time(night, monkeypatch):
    """A hundred entries on one page would be twice the weight that a page may have."""
    largest = max(AccessAnomaly.objects.all(), key=lambda anomaly: len(anomaly.entries))
    assert len(largest.entries) > 1
    monkeypatch.setattr("web.views.journal.anomalies.SHOWN", 1)
    auditor, first = Sitting(night, "auditor").visitor, f"/journal/anomalies/{largest.pk}"

    address, seen = first, []
    while address:
        page = auditor.get(address)
        shown = [to.partition("entry=")[2].partition("#")[0] for to in links(page) if "preuves?entry=" in to]
        assert len(shown) == 1
        seen += shown
        address = next((to for to in links(page) if "?after=" in to), "")

    assert sorted(seen) == sorted(largest.entries)
    assert auditor.get(first, after="101").status_code == 400
    assert "Aucune entrée" in text(auditor.get(first, after="100"))


@pytest.mark.slow("the whole course")
@pytest.mark.sec("SEC-AZ12")
@pytest.mark.sec("SEC-AZ16")
def test_the_whole_course_through_pages(night):
    """Taken up, asked, answered, judged, the veil lifted by two, reported, closed: each on a page."""
    auditor = Sitting(night, "auditor")
    start = auditor.visitor.get("/journal")
    assert "Même nom de famille que l'agent" in text(start)
    assert auditor.place in links(start)
    assert "Juger injustifié" not in auditor.reads()
    assert "L'action « Examiner » est enregistrée." in auditor.does("take_up")
    assert "L'agent n'a pas encore été interrogé." in auditor.reads(), "what bars a step is said"
    auditor.reads("/etape/find_unjustified", expect=409)
    assert "Réponse possible jusqu'au" in auditor.does("ask")
    auditor.reads("/etape/ask", expect=409)

    answered(night)

    night.story.at("2026-11-26 09:00")
    auditor, officer = Sitting(night, "auditor"), Sitting(night, "dpo")
    assert "Autre raison, dite de vive voix" in auditor.reads()
    refused = auditor.visitor.fills(f"{auditor.place}/etape/find_unjustified")
    assert refused.status_code == 400
    assert 'href="#f-reason-0"' in refused.content.decode()
    assert "72 heures" in auditor.does("find_unjustified", reason="relative")

    lifted(night, auditor, officer)

    auditor.reads("/etape/report", expect=403)
    officer.does("report")
    assert "ni notifiée à la CNIL, ni écartée par deux personnes" in officer.reads(
        "/etape/conclude", expect=409
    )
    notified(night, AccessAnomaly.objects.get(pk=night.one["id"]).breach.pk)
    assert "Close" in officer.does("conclude")
    assert auditor.visitor.get("/journal/anomalies", state="closed", rule="R14").status_code == 200
    for page in ("", "/journal", "/journal/entrees"):
        told = auditor.reads() if not page else text(auditor.visitor.get(page))
        for said in ("FAUXNOM", "Fauxnom", *night.cases):
            assert said not in told
    verified_by_pages(night)


def answered(night):
    """The agent reads that there is a question, by no rule and of no file, and answers it once by a code."""
    agent = Sitting(night, "agent").visitor
    (place,) = links(agent.get("/acces"), "/acces/")
    page = agent.get(place)
    assert "nom de famille" not in text(page)
    assert agent.fills(place).status_code == 400
    assert "Votre réponse a été transmise." in text(agent.get(agent.fills(place, answer="other")["Location"]))
    assert "Autre raison, dite de vive voix" in text(agent.get(place))
    assert agent.post(place, {"answer": "error"}).status_code == 409
    for stranger in ("crip_coordinator", "auditor"):
        assert Sitting(night, stranger).visitor.get(place).status_code == 404


def lifted(night, auditor, officer):
    """One office asks, the other grants; then both read, each reading an entry, for a day."""
    auditor.does("ask_identities")
    auditor.reads("/etape/grant_identities", expect=409)
    auditor.reads("/identites", expect=403)
    assert "Anonymat à lever à deux" in text(officer.visitor.get("/journal"))
    assert "Anonymat à lever à deux" not in text(auditor.visitor.get("/journal"))
    officer.does("grant_identities")
    see_all()
    reference = references(night)[night.cases[0]]
    for one in (auditor, officer):
        told = one.reads("/identites")
        assert "Dominique Fauxnom" in told
        assert reference in told
    story = night.story
    story.at("2026-11-27 09:01")
    Sitting(night, "dpo").reads("/identites", expect=403)
    story.at("2026-11-26 09:04")


def verified_by_pages(night):
    """What an auditor carries away: a part of the log that the one-file verifier finds whole."""
    see_all()
    with as_owner():
        night.sequencer.once()
    auditor = Sitting(night, "auditor").visitor
    (part,) = links(auditor.get("/journal/preuves"), "/journal/export?")
    place = night.folder / "journal.zip"
    place.write_bytes(b"".join(auditor.get(part)))
    key = notes.vkeys(tree.newest().name, night.sequencer.signer)[0]
    assert verifier.main(["verify", str(place), "--key", key, "--strict"]) == 0


@pytest.mark.parametrize("who", ["agent", "crip_coordinator", "supervisor", "territory_admin", "filer"])
def test_nobody_else_has_a_page_of_it(night, who):
    one = Sitting(night, who)
    for path in ("", "/identites", "/etape/take_up"):
        one.reads(path, expect=403)
    assert one.visitor.get("/journal/anomalies").status_code == 403
    assert "Aucune question ne vous est posée." in text(one.visitor.get("/acces"))
