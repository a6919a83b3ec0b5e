"""S21: an authority asks another about a child who lived there, and reads redacted copies (domain.md §10).

Seine-Saint-Denis (93) asks Paris (75). No case moves, nobody who filed learns of it, and each journal has its entries.
"""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from outbox.models import Notice
from referrals.inquiries import tasks
from referrals.models import Child, Inquiry, Referral
from tests.audit.owner import written
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys import bodies
from tests.journeys.story import Story
from tests.shared_fixtures import shared_fixture

ASKED = "75"
BOY = {"first_names": "Noé", "last_name": "Durandal", "birth_date": "2014-05-06", "sex": "boy"}
SISTER = {"first_names": "Mirabelle", "last_name": "Durandal", "birth_date": "2010-01-02"}
#: What no document that crosses may hold: another child, a third party, who told, with and without accents.
NEVER = ("Mirabelle", "Gontran", "Sidonie", "Delatour", "Delâtour", "parrain")
REPORT = (
    "Noé est suivi depuis que Sidonie Delatour a parlé de Gontran Lambda, son parrain. Mirabelle va bien."
)
BEFORE = concern(
    children=[child(**BOY, commune_insee="75056"), child(**SISTER, commune_insee="75056")],
    third_parties=[{"role": "witness", "name": "Gontran Lambda"}],
    filer_name="Sidonie Delâtour",
)
NOW = concern(children=[child(**BOY)])
QUESTION = {
    "former_address": "3 rue des Essais, Paris", "ground": "lived_there",
    "purpose": "Comprendre ce qui a été tenté.",
}  # fmt: skip
UNKNOWN = {"searched": True, "known": False}
ANSWER = UNKNOWN | {
    "known": True, "confirmed": True, "kinds": ["concern"], "from_year": 2024, "to_year": 2024, "standing": "over",
    "contact": "CRIP 75, poste 12",
}  # fmt: skip
WANTED = {"documents": ["assessment_report"], "for_assessment_report": "Pour l'évaluation en cours."}


class There(Story):
    """The same at the authority that is asked."""

    def files(self, who, body):
        answer = self.world.as_(who, ASKED).post("referrals", body | {"submit": True}, key=uuid4().hex)
        assert answer.status_code == 201, answer.content.decode()
        self.pk = answer.json()["id"]
        self._dates = (self.row.received_at, self.row.statutory_due_at)

    def does(self, who, step, body=None, *, part="", code=ASKED, expect=200):
        return super().does(who, step, body, part=part, code=code, expect=expect)

    def reads(self, who, part="", *, code=ASKED, expect=200):
        return super().reads(who, part, code=code, expect=expect)

    def writes(self, who, body):
        caller = self.world.as_(who, ASKED)
        answer = caller.patch(f"referrals/{self.pk}/assessment", body, version=self.row.version)
        assert answer.status_code == 200, answer.content.decode()

    def _user(self, name):
        return self.world.user(name, ASKED)


@shared_fixture
def there(story):
    """A file of two years ago in Paris, with its report; the boy's sister, a third party and who told are in it."""
    past = There(story.world)
    story.at("2026-11-24 10:00")
    past.now = story.now
    past.files("filer", BEFORE)
    past.triaged()
    past.qualified()
    past.assigned()
    past.met()
    past.does("assessor", "write", {"framework_version": "HAS 2021"}, part="assessment")
    levels = dict.fromkeys(past.children, "risk")
    past.writes("assessor", bodies.report(levels, past.holders) | {"report": REPORT})
    past.does("assessor", "hand_in", {}, part="assessment")
    past.does("assessment_lead", "submit_report", {})
    return past


@shared_fixture
def here(story, there):
    """A case in assessment in Seine-Saint-Denis about the same boy."""
    story.at("2026-12-01 10:00")
    story.files("filer", NOW)
    story.triaged()
    story.qualified()
    story.assigned()
    informs(story)
    return story


def informs(story, body=None):
    """Record that the mother was told that another département is asked, or what else is said (T16)."""
    see_all()
    told = body or bodies.told(story.holders[0], "inquiry", on=story.now.date().isoformat())
    return story.does("crip_coordinator", "inform_holders", told)


def ask(story, who="crip_coordinator", *, expect=201, **said):
    body = {"asked": story.world.authorities[ASKED].pk, "child": story.children[0]} | QUESTION | said
    answer = story.world.as_(who).post(f"referrals/{story.pk}/inquiries", body, key=uuid4().hex)
    assert answer.status_code == expect, answer.content.decode()
    return answer.json()


def does(story, inquiry, step, body=None, *, who="crip_coordinator", code="93", expect=200):
    answer = story.world.as_(who, code).post(f"inquiries/{inquiry['id']}/{step}", body or {}, key=uuid4().hex)
    assert answer.status_code == expect, (step, answer.content.decode())
    return answer.json()


def reads(story, inquiry, who="crip_coordinator", code="93", *, expect=200):
    answer = story.world.as_(who, code).get(f"inquiries/{inquiry['id']}")
    assert answer.status_code == expect, answer.content.decode()
    return answer.json()


def received(story, who="crip_coordinator", code=ASKED):
    """Return what stands on the list of an authority that is asked."""
    answer = story.world.as_(who, code).get("inquiries", side="asked")
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["results"]


def told(template, since=0):
    rows = Notice.objects.filter(template=template).order_by("created_at")
    return {row.user_id for row in rows}


def boy_of(there):
    (found,) = [one for one in there.children if one != there.children[1]]
    return str(found)


def answered(here, there, **said):
    """Go as far as the answer; return both sides' lines."""
    asker = ask(here)
    (asked,) = received(here)
    does(here, asked, "answer", ANSWER | {"child": boy_of(there)} | said, code=ASKED)
    return asker, asked


def restricts(there, **child):
    """Keep the file in Paris, or one child of it, for one coordinator and one supervisor there."""
    named = [there.user("crip_coordinator_2"), there.user("supervisor_2")]
    said = {"named": named, "reason": "Enfant d'un agent.", "review_on": "2026-12-20"}
    there.does("crip_coordinator", "restrict", said | child)


# --- The whole way ------------------------------------------------------------------------------------


def test_the_whole_way_from_the_question_to_its_closing(here, there):
    before = (there.state, here.state, Referral.objects.count())
    asker = ask(here)

    assert (asker["state"]["code"], asker["side"]["code"]) == ("asked", "asker")
    assert told("inquiry.received") == {
        here.world.user(name, ASKED).pk for name in ("crip_coordinator", "crip_coordinator_2")
    }
    (asked,) = received(here)
    assert (asked["reference"], asked["referral"], asked["due_at"]) == (
        here.row.reference,
        None,
        asker["due_at"],
    )
    assert here.now + timedelta(days=10) == Inquiry.objects.get(pk=asker["id"]).due_at
    question = reads(here, asked, code=ASKED)
    assert question["question"]["child"] == {
        "last_name": "Durandal", "first_names": "Noé", "birth_date": "2014-05-06",
    }  # fmt: skip
    (candidate,) = [one for one in question["candidates"] if one["first_names"] == "Noé"]
    assert (candidate["child"], candidate["reference"]) == (boy_of(there), there.row.reference)

    does(here, asked, "answer", ANSWER | {"child": candidate["child"]}, code=ASKED)
    answer = reads(here, asker)
    assert (answer["known"], answer["reply"]) == (True, {"contact": "CRIP 75, poste 12"})
    assert there.row.reference not in json.dumps(answer), "the file itself doesn't cross"
    does(here, asker, "ask_documents", WANTED)
    assert reads(here, asked, code=ASKED)["request"] == {"assessment_report": "Pour l'évaluation en cours."}
    sent = {
        "documents": ["assessment_report"], "reread": True,
        "passages": "son parrain",
    }  # fmt: skip
    does(here, asked, "send_documents", sent, code=ASKED)

    papers = reads(here, asker, "assessor")["papers"]
    assert "report" not in papers["documents"]["assessment_report"], "its texts are about the sister too"
    assert [one["text"] for one in papers["documents"]["assessment_report"]["conclusions"]] == ["Conclusion."]
    assert [word for word in NEVER if word in json.dumps(papers)] == []
    here.met()
    here.does("assessor", "write", {"framework_version": "HAS 2021"}, part="assessment")
    whole = bodies.report(dict.fromkeys(here.children, "risk"), here.holders)
    here.writes("assessor", whole)
    assert here.refused("assessor", "hand_in", {}, part="assessment") == "every_inquiry_was_considered"
    how = {
        "considered": [{"inquiry": asker["id"], "consideration": "Le suivi de 2024 est rapproché des faits."}]
    }
    here.writes("assessor", how)
    (row,) = here.reads("assessor", "assessment")["results"]
    assert [(one["inquiry"], one["consideration"]) for one in row["considered"]] == [
        (asker["id"], "Le suivi de 2024 est rapproché des faits.")
    ]
    here.does("assessor", "hand_in", {}, part="assessment")
    does(here, asker, "close", {"considered": "L'évaluation en tient compte."})
    assert reads(here, asked, code=ASKED)["closing"] is None, "how it was considered is the asker's own"
    assert reads(here, asked, code=ASKED)["state"]["code"] == "closed"
    assert (there.state, here.state, Referral.objects.count()) == before


def test_of_one_child_alone_the_texts_cross_without_whoever_else_they_name(here, there):
    see_all()
    Child.objects.filter(pk=there.children[1]).update(wrong_person=True)
    asker, asked = answered(here, there)
    does(here, asker, "ask_documents", WANTED)
    sent = {
        "documents": ["assessment_report"], "reread": True,
        "passages": "son parrain",
    }  # fmt: skip
    does(here, asked, "send_documents", sent, code=ASKED)

    report = reads(here, asker)["papers"]["documents"]["assessment_report"]["report"]

    assert report.startswith("Noé est suivi depuis que [occulté : déclarant]")
    assert [word for word in NEVER if word in report] == []


@pytest.mark.sec("SEC-AL1")
def test_each_side_has_its_entries_and_no_filer_learns_of_it(here, there):
    answered(here, there)

    for act, side in (("inquiry:ask", here), ("inquiry:answer", there)):
        entries = {entry.tenant: json.loads(bytes(entry.body)) for entry in written(act=act)}
        assert set(entries) == {here.row.authority_id, there.row.authority_id}, act
        assert entries[side.row.authority_id]["role"] == "crip_coordinator"
        (other,) = (body for tenant, body in entries.items() if tenant != side.row.authority_id)
        assert (other["role"], bool(other["obo"])) == ("system", True), "the service, in that person's name"
    filers = {user.pk for (_, name), user in here.world.users.items() if name.startswith("filer")}
    assert not filers & {row.user_id for row in Notice.objects.filter(template__startswith="inquiry")}
    here.names_nobody("Durandal", "Noé", "rue des Essais", "poste 12")


# --- Who sees what ------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ6", "SEC-AZ5")
def test_each_sees_the_own_side_alone_and_others_nothing(here, there):
    asker, asked = answered(here, there)

    reads(here, asked, expect=404)
    reads(here, asker, code=ASKED, expect=404)
    for code in ("93", ASKED, "59"):
        reads(here, asker if code != "93" else asked, code=code, expect=404)
    for who in ("filer", "dpo", "statistician", "measure_service", "auditor", "intake_agent"):
        reads(here, asker, who, expect=404)
        reads(here, asked, who, ASKED, expect=404)
    assert received(here, code="59") == []
    assert reads(here, asker, "on_call")["reply"] is None, "an officer reads the shell"
    assert reads(here, asked, "supervisor", ASKED)["question"] is None
    does(here, asker, "answer", UNKNOWN, expect=403)
    does(here, asked, "close", {"considered": "Non."}, code=ASKED, expect=403)


@pytest.mark.sec("SEC-AZ4")
@pytest.mark.parametrize("of", [Referral, Child])
def test_of_a_restricted_file_persons_of_its_list_alone_answer(here, there, of):
    """The same where the child asked about is kept apart from the rest of a file (T46)."""
    restricts(there, **({"child": boy_of(there)} if of is Child else {}))
    asker = ask(here)

    assert received(here) == received(here, "supervisor") == []
    (asked,) = received(here, "crip_coordinator_2")
    (same,) = received(here, "supervisor_2")
    assert told("inquiry.received") == {there.user("crip_coordinator_2"), there.user("supervisor_2")}
    does(here, same, "answer", UNKNOWN, who="supervisor_2", code=ASKED, expect=403)
    does(here, same, "refuse", {"reason": "no_ground"}, who="supervisor_2", code=ASKED, expect=409)
    does(here, asked, "answer", ANSWER | {"child": boy_of(there)}, who="crip_coordinator_2", code=ASKED)
    assert reads(here, asker)["known"] is True


@pytest.mark.sec("SEC-AZ4")
def test_who_is_excluded_from_the_childs_file_knows_nothing_of_the_question(here, there):
    """A parent who works at the asked authority would learn of the case elsewhere, and could answer: unknown."""
    parent = there.user("crip_coordinator")
    there.does("supervisor", "exclude", {"user": str(parent), "reason": "Parent de l'enfant."})
    asker = ask(here)

    assert received(here) == []
    (asked,) = received(here, "crip_coordinator_2")
    assert asked["restricted"] is False
    assert told("inquiry.received") == {there.user("crip_coordinator_2")}
    reads(here, asked, code=ASKED, expect=404)
    does(here, asked, "answer", UNKNOWN, code=ASKED, expect=404)
    does(here, asked, "answer", UNKNOWN, who="crip_coordinator_2", code=ASKED)
    reads(here, asked, code=ASKED, expect=404)
    assert reads(here, asker)["known"] is False


@pytest.mark.sec("SEC-AZ4")
@pytest.mark.parametrize("named", ["child", "holder"])
def test_who_has_declared_a_tie_to_somebody_in_the_question_knows_nothing_of_it(here, named):
    """No file there: only the tie tells."""
    last, first = {"child": ("Durandal", "Noé"), "holder": ("Vautrin", "Aurélien")}[named]
    tie = {"last_name": last, "first_names": first}
    assert here.world.as_("crip_coordinator", ASKED).post("ties", tie).status_code == 201
    ask(here, holder="M. Aurélien Vautrin")

    assert received(here) == []
    assert len(received(here, "crip_coordinator_2")) == 1


@pytest.mark.sec("SEC-AZ22")
@pytest.mark.parametrize("of", [Referral, Child])
def test_a_restriction_lifted_by_hand_shows_no_question_again(here, there, of):
    """The asked has answered from the file, which is restricted then; who has the database lifts that."""
    _asker, asked = answered(here, there)
    restricts(there, **({"child": boy_of(there)} if of is Child else {}))
    see_all()
    pk = there.pk if of is Referral else boy_of(there)
    assert of._base_manager.filter(pk=pk, restricted=True).update(restricted=False) == 1

    assert received(here) == []
    reads(here, asked, code=ASKED, expect=404)


def test_a_supervisor_says_that_a_file_is_restricted(here, there):
    restricts(there)
    asker = ask(here)
    (asked,) = received(here, "supervisor_2")

    does(here, asked, "refuse", {"reason": "restricted"}, who="supervisor_2", code=ASKED)

    assert reads(here, asker)["refusal"]["code"] == "restricted"


# --- What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"asked": "93"}, "another_authority_is_asked"),
        ({}, "not_asked_already"),
    ],
)
def test_why_a_question_is_refused(here, there, said, rule):
    if rule == "not_asked_already":
        ask(here)
    if "asked" in said:
        said = {"asked": here.world.authorities["93"].pk}
    assert ask(here, expect=409, **said)["rule"] == rule


def test_an_answer_asks_for_a_search_and_for_a_person_who_recognised_the_child(here, there):
    ask(here)
    (asked,) = received(here)

    for said, rule in (
        ({"searched": False}, "registers_were_searched"),
        ({"confirmed": False}, "child_was_recognised"),
        ({"child": str(here.children[0])}, "file_is_own"),
    ):
        body = ANSWER | {"child": boy_of(there)} | said
        assert does(here, asked, "answer", body, code=ASKED, expect=409)["rule"] == rule


def test_documents_are_answered_one_by_one(here, there):
    asker, asked = answered(here, there)
    does(here, asker, "ask_documents", WANTED)
    kind = "assessment_report"

    for said, rule in (
        ({"documents": [], "reread": True}, "each_document_is_answered"),
        ({"documents": [kind], "reread": False}, "texts_were_reread"),
    ):
        assert does(here, asked, "send_documents", said, code=ASKED, expect=409)["rule"] == rule
    for unsaid in ({"missing": [kind]}, {"missing": [kind], "why_plan": "purged"}, {"why_plan": "purged"}):
        assert does(here, asked, "send_documents", unsaid, code=ASKED, expect=400)["errors"]
    missing = {"missing": [kind], "why_assessment_report": "purged"}
    does(here, asked, "send_documents", missing, code=ASKED)
    assert reads(here, asker)["papers"] == {"documents": {}, "missing": {kind: "purged"}}


def test_nothing_found_is_said_kind_by_kind_and_answers_the_inquiry(here, there):
    asker, asked = answered(here, there)
    does(here, asker, "ask_documents", WANTED | {
        "documents": ["assessment_report", "decisions"], "for_decisions": "Pour la décision.",
    })  # fmt: skip

    missing = {
        "missing": ["assessment_report", "decisions"], "why_assessment_report": "not_found", "why_decisions": "judicial",
    }  # fmt: skip
    done = does(here, asked, "send_documents", missing, code=ASKED)

    assert done["state"]["code"] == "answered"
    assert reads(here, asker)["papers"] == {
        "documents": {}, "missing": {"assessment_report": "not_found", "decisions": "judicial"},
    }  # fmt: skip
    assert reads(here, asker)["due_at"] is None


REGISTER = {"register": "Registre papier de Paris", "register_year": 1998, "register_number": "98-1234"}


@pytest.mark.parametrize("left_out", [*REGISTER, "all"])
def test_a_known_child_is_named_by_a_child_of_the_authority_or_by_an_older_register(here, there, left_out):
    ask(here)
    (asked,) = received(here)
    body = {name: value for name, value in REGISTER.items() if left_out not in (name, "all")}
    refused = does(here, asked, "answer", ANSWER | body, code=ASKED, expect=400)
    wanted = {"child"} if left_out == "all" else {left_out}
    assert {(one["field"], one["code"]) for one in refused["errors"]} == {
        (name, "required") for name in wanted
    }
    assert does(here, asked, "answer", UNKNOWN | REGISTER, code=ASKED, expect=400)["errors"]


def test_the_entry_of_an_older_register_stays_with_who_found_it_and_makes_no_row(here, there):
    asker = ask(here)
    (asked,) = received(here)
    cases, children = Referral.objects.count(), Child.objects.count()

    does(here, asked, "answer", ANSWER | REGISTER, code=ASKED)

    assert (Referral.objects.count(), Child.objects.count()) == (cases, children)
    own = reads(here, asked, code=ASKED)
    assert (own["known"], own["reply"]["register"]) == (True, REGISTER)
    assert reads(here, asker)["reply"] == {"contact": ANSWER["contact"]}, (
        "what is in its own register is its own"
    )


def test_a_second_refusal_is_settled_by_the_supervisors_of_both(here, there):
    for number in (1, 2):
        ask(here)
        (asked,) = [one for one in received(here) if one["state"]["code"] == "asked"]
        does(here, asked, "refuse", {"reason": "no_ground"}, code=ASKED)
        assert bool(told("inquiry.to-settle")) == (number == 2)
    assert told("inquiry.to-settle") == {
        here.world.user(name, code).pk for name in ("supervisor", "supervisor_2") for code in ("93", ASKED)
    }


# --- What time brings about ---------------------------------------------------------------------------


def test_what_was_asked_of_an_unknown_child_is_destroyed_there_after_30_days(here, there):
    asker = ask(here)
    (asked,) = received(here)
    does(here, asked, "answer", UNKNOWN, code=ASKED)

    assert tasks.forget(here.now + timedelta(days=29, hours=23)) == 0
    assert tasks.forget(here.now + timedelta(days=30)) == 1

    see_all()
    row = Inquiry.objects.get(pk=asked["id"])
    assert (row.key, row.question, row.reply) == (None, None, None)
    assert reads(here, asker)["question"]["child"]["last_name"] == "Durandal"
    does(here, asker, "close", {"considered": "Rien de connu."})
    assert len(written(act="inquiry:forgotten")) == 1


def test_an_answer_that_is_late_reaches_the_supervisors_of_both(here, there):
    ask(here)
    due = here.now + timedelta(days=10)

    assert tasks.remind(due - timedelta(days=1)) == 1
    assert told("inquiry.soon") == {there.user("crip_coordinator"), there.user("crip_coordinator_2")}
    assert tasks.remind(due) == 2
    assert tasks.remind(due + timedelta(minutes=10)) == 0
    assert told("inquiry.overdue") == {
        there.user("crip_coordinator"), there.user("crip_coordinator_2"), there.user("supervisor"),
        there.user("supervisor_2"), here.user("supervisor"), here.user("supervisor_2"),
    }  # fmt: skip


def test_a_case_that_is_closed_takes_its_question_back(here, there):
    asker = ask(here)
    here.does("crip_coordinator", "transfer_request", bodies.transfer(here.world.authorities["59"]))
    here.does("crip_coordinator", "transfer_accept", {"receipt": "Reçu."}, code="59")

    see_all()
    assert {str(row.state) for row in Inquiry.objects.all()} == {"withdrawn"}
    assert asker["id"]


def test_a_case_that_is_closed_waits_for_no_documents(here, there):
    """IQ8: the answer stays, nothing is due any more, and the asked cell is told."""
    asker, _asked = answered(here, there)
    does(here, asker, "ask_documents", WANTED)
    moved = Notice.objects.filter(template="inquiry.moved", channel="app")
    before = moved.count()
    here.does("crip_coordinator", "transfer_request", bodies.transfer(here.world.authorities["59"]))
    here.does("crip_coordinator", "transfer_accept", {"receipt": "Reçu."}, code="59")

    see_all()
    assert {(str(row.state), row.due_at) for row in Inquiry.objects.all()} == {("answered", None)}
    assert moved.count() - before == 2, "the cell has two coordinators"
    (own, other) = written(act="inquiry:lapse")
    assert {own.tenant, other.tenant} == {here.row.authority_id, there.row.authority_id}


def test_who_follows_the_child_there_is_told_that_somebody_asks(here, there):
    """The case there is active: is this one to go to them (T31)?"""
    before = set(Notice.objects.filter(template="case.changed").values_list("pk", flat=True))
    answered(here, there)

    new = Notice.objects.filter(template="case.changed").exclude(pk__in=before)
    coordinators = {there.user("crip_coordinator"), there.user("crip_coordinator_2")}
    assert {row.user_id for row in new if row.authority_id == there.row.authority_id} & coordinators
