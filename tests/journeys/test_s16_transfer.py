"""S16: a transfer is refused twice, settled by the supervisors of both, then accepted, or kept (domain.md §10).

Meanwhile the case moves on at the origin, and nobody of the other authority reads more of it than was sent.
"""

import pytest

from referrals.duplicates import tasks as duplicates_tasks
from referrals.models import Child, Clock, FeedbackTask, Referral, TransferRequest
from tests.audit.owner import written
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("row-level security on the way from one authority to another")

TARGET = "75"
CONCERN = concern(
    children=[child(first_names="Nour", last_name="Exemple")],
    facts=[{"text": "Une scène devant le collège.", "source": "seen"}],
    holders=[{"name": "Mere Exemple", "link": "mother"}], filer_name="Infirmiere Exemple",
)  # fmt: skip
PEOPLE_OF_TARGET = ("crip_coordinator_2", "supervisor", "intake_agent", "assessor", "ase_inspector", "dpo")


@shared_fixture
def asked(story):
    """A case in assessment that Paris is asked to take over."""
    story.at("2026-11-24 10:00")
    story.files("filer", CONCERN)
    story.triaged()
    story.qualified()
    story.assigned()
    story.at("2026-12-01 10:00")
    ask(story)
    return story


def ask(story, **said):
    target = story.world.authorities[TARGET]
    return story.does("crip_coordinator", "transfer_request", bodies.transfer(target, **said))


def at_target(story, who="crip_coordinator"):
    return story.world.as_(who, TARGET)


def received(story, who="crip_coordinator"):
    return at_target(story, who).get(f"transfers/{story.pk}")


def accept(story, *, expect=200, **said):
    body = {"receipt": "Reçu n° 2026-75-12"} | said
    return story.does("crip_coordinator", "transfer_accept", body, code=TARGET, expect=expect)


def refuse(story):
    return story.does("crip_coordinator", "transfer_refuse", {"motive": "Adresse non établie."}, code=TARGET)


def request_of(story):
    see_all()
    return TransferRequest.objects.filter(referral=story.pk).latest("position")


def settle(story, code, says):
    place = f"referrals/{story.pk}/transfers/{request_of(story).pk}/arbitrate"
    version = story.row.version if code == "93" else None
    answer = story.world.as_("supervisor", code).post(
        place,
        {"says": says, "reason": "Avis."},
        version=version,
        key=f"settle-{code}-{says}-{story.now:%H%M}",
    )
    assert answer.status_code == 200, answer.content
    return answer.json()


def twin(story):
    see_all()
    return Referral.objects.get(pk=story.row.goes_on_as)


# --- Before an answer ---------------------------------------------------------------------------------


def test_paris_reads_the_shell_and_the_documents_listed_and_nothing_else(asked):
    listed = at_target(asked).get("transfers").json()["results"]
    read = received(asked).json()

    assert [(line["reference"], line["authority"]["code"], line["state"]["code"]) for line in listed] == [
        (asked.row.reference, "93", "sent")
    ]
    assert read["shell"]["state"]["code"] == "in_assessment"
    assert [document["kind"]["code"] for document in read["documents"]] == ["concern"]
    told = read["documents"][0]["content"]
    assert told["children"][0]["last_name"] == "Exemple"
    assert told["facts"][0]["text"] == "Une scène devant le collège."
    assert "Infirmiere" not in str(read), "who filed doesn't cross"
    assert {line["step"] for line in read["available_actions"]} == {"transfer_accept", "transfer_refuse"}
    for part in ("", "children", "assessment", "timeline", "measures", "transfers", "clocks"):
        asked.reads("crip_coordinator", part, code=TARGET, expect=404)
    assert asked.pk not in at_target(asked).get("referrals").content.decode()


@pytest.mark.sec("SEC-AZ6")
def test_each_reading_stands_in_the_journal_of_the_origin(asked):
    received(asked)

    (entry,) = [e for e in written(act="field:opened") if b'"rule":"transfer"' in bytes(e.body)]

    assert entry.tenant == asked.row.authority_id
    assert b"transfer_document.content" in bytes(entry.body)
    assert "field:opened crip_coordinator" in asked.audited()


@pytest.mark.sec("SEC-AZ5")
def test_nobody_else_there_or_elsewhere_reads_it(asked):
    for code in ("93", "59"):
        for who in ("crip_coordinator", "supervisor"):
            assert asked.world.as_(who, code).get("transfers").json()["results"] == []
            assert asked.world.as_(who, code).get(f"transfers/{asked.pk}").status_code == 404
    assert received(asked, "supervisor").status_code == 404, "theirs is the arbitration"
    for who in ("intake_agent", "assessor", "ase_inspector", "on_call", "dpo", "auditor", "filer"):
        assert received(asked, who).status_code == 403
        assert at_target(asked, who).get("transfers").status_code == 403


@pytest.mark.sec("SEC-AZ4")
def test_who_is_excluded_from_the_case_learns_nothing_of_its_transfer(asked):
    excluded = asked.world.user("crip_coordinator", TARGET)
    see_all()
    asked.row.exclusions.create(
        referral=asked.row, user=excluded, by=asked.user("supervisor"), since_at=asked.now
    )

    assert at_target(asked).get("transfers").json()["results"] == []
    assert received(asked).status_code == 404
    answer = at_target(asked).post(
        f"referrals/{asked.pk}/transfer_accept", {"receipt": "Reçu"}, version=asked.row.version
    )
    assert answer.status_code == 404
    assert at_target(asked).get("notices").json()["results"] == []
    assert asked.state == "in_assessment"
    assert received(asked, "crip_coordinator_2").status_code == 200


@pytest.mark.sec("SEC-AZ4")
def test_ties_of_the_people_who_are_asked_count_before_they_read(asked):
    """The case is compared anew when it opens to another authority; until then it is closed to whoever has ties there."""
    nour = CONCERN["children"][0]
    for who, said in (
        ("crip_coordinator", {name: nour[name] for name in ("last_name", "first_names", "birth_date")}),
        ("crip_coordinator_2", {"last_name": "Autre", "first_names": "Personne"}),
    ):
        assert at_target(asked, who).post("ties", said).status_code == 201
    see_all()
    assert at_target(asked).get("transfers").json()["results"] == []
    assert at_target(asked, "crip_coordinator_2").get("transfers").json()["results"] == []

    duplicates_tasks.keep_index(asked.now)
    see_all()

    assert at_target(asked).get("transfers").json()["results"] == []
    assert received(asked).status_code == 404
    assert len(at_target(asked, "crip_coordinator_2").get("transfers").json()["results"]) == 1


def test_both_cells_are_told_without_content(asked):
    told = at_target(asked).get("notices").json()["results"]

    assert [(line["type"], line["reference"]) for line in told] == [("transfer.asked", asked.row.reference)]
    refuse(asked)
    assert at_target(asked, "crip_coordinator_2").get("notices").json()["results"] == [], (
        "nothing awaits them now"
    )
    at_origin = asked.world.as_("crip_coordinator_2").get("notices").json()["results"]
    assert ("case.changed", asked.row.reference) in {(line["type"], line["reference"]) for line in at_origin}


def test_the_case_moves_on_at_the_origin_and_an_answer_on_an_older_version_is_refused(asked):
    seen = received(asked).json()["shell"]["version"]
    asked.met()
    asked.does("crip_coordinator", "set_urgency", {"value": "U2", "reason": "Éléments nouveaux."})

    late = at_target(asked).post(
        f"referrals/{asked.pk}/transfer_accept", {"receipt": "Reçu"}, version=seen, key="late-acceptance"
    )

    assert late.status_code == 412
    assert late.json()["state"] == "in_assessment"
    assert received(asked).json()["shell"]["urgency"]["code"] == "U2", "the shell is that of now"
    assert asked.state == "in_assessment"


def test_no_second_request_while_one_is_open(asked):
    body = bodies.transfer(asked.world.authorities["59"])

    assert asked.refused("crip_coordinator", "transfer_request", body) == "no_transfer_is_open"


# --- Refused, sent again, settled ---------------------------------------------------------------------


def refused_twice(story):
    refuse(story)
    assert request_of(story).state == "refused"
    assert received(story).status_code == 404
    part = f"transfers/{request_of(story).pk}"
    story.does("crip_coordinator", "send", {"note": "Bail joint."}, part=part)
    assert received(story).status_code == 200
    refuse(story)


def test_after_a_refusal_nothing_is_read_there_and_a_second_one_goes_to_arbitration(asked):
    refused_twice(asked)

    assert request_of(asked).state == "arbitration"
    assert received(asked).status_code == 404
    seen = received(asked, "supervisor").json()
    assert seen["state"]["code"] == "arbitration"
    assert "shell" not in seen
    assert "documents" not in seen
    told = at_target(asked, "supervisor").get("notices").json()["results"]
    assert [line["type"] for line in told] == ["transfer.asked"]


def test_both_supervisors_agree_and_it_is_accepted(asked):
    refused_twice(asked)
    settle(asked, "93", "transfer")
    assert request_of(asked).state == "arbitration", "one side alone settles nothing"

    settle(asked, TARGET, "transfer")
    accept(asked)

    assert asked.state == "transferred"
    assert request_of(asked).state == "integrated"
    assert twin(asked).state == "qualified"


def test_without_an_agreement_the_case_is_kept_at_the_origin(asked):
    refused_twice(asked)
    settle(asked, "93", "transfer")

    settle(asked, TARGET, "keep")

    assert request_of(asked).state == "kept"
    assert received(asked).status_code == received(asked, "supervisor").status_code == 404
    assert asked.state == "in_assessment"
    ask(asked)
    assert request_of(asked).state == "sent", "another time may come"


def test_a_request_given_up_is_read_there_no_longer(asked):
    part = f"transfers/{request_of(asked).pk}"

    asked.does("crip_coordinator", "give_up", {"reason": "La famille reste."}, part=part)

    assert request_of(asked).state == "kept"
    assert received(asked).status_code == 404
    assert at_target(asked).get("transfers").json()["results"] == []


# --- Accepted -----------------------------------------------------------------------------------------


def test_the_case_arrives_whole_with_its_receipt_and_its_clocks(asked):
    asked.met()
    origin = asked.row
    legal = (origin.received_at, origin.statutory_due_at)
    running = {
        (c.code, c.due_at)
        for c in Clock.objects.filter(referral=origin, code__in=("C4", "C5"), stopped_at=None)
    }

    made = accept(asked)["made"]

    case = twin(asked)
    assert str(case.pk) == made
    assert (case.received_at, case.statutory_due_at) == legal
    assert (case.variant, case.authority.code, case.department) == ("transfer_in", TARGET, TARGET)
    clocks = Clock.objects.filter(referral=case, stopped_at=None)
    assert running == {(c.code, c.due_at) for c in clocks if c.code in ("C4", "C5")}
    assert {c.code for c in clocks} == {"C4", "C5"}
    assert asked.running == ["C20"], "no clock runs on at the origin but that of its keeping"
    there = at_target(asked).get(f"referrals/{made}").json()
    assert there["children"][0]["last_name"] == "Exemple"
    assert there["concern"]["filer_name"] == "Infirmiere Exemple"
    earlier = at_target(asked).get(f"referrals/{made}/assessment").json()["results"]
    assert [line["state"] for line in earlier] == ["aborted", "to_assign"]
    assert earlier[0]["visits"], "what the team wrote comes along"
    assert Child.objects.get(referral=case).child_met == "never", "a new team meets the child anew"


def test_the_history_goes_along_and_both_sides_tell_of_the_transfer(asked):
    made = accept(asked)["made"]

    here = [line["step"] for line in asked.reads("crip_coordinator", "timeline")["results"]]
    there = [line["step"] for line in at_target(asked).get(f"referrals/{made}/timeline").json()["results"]]
    assert here[-3:] == ["accept", "integrate", "transfer_accept"]
    assert there[-2:] == ["open", "take_over"]
    assert there[: len(there) - 2] == here[: len(there) - 2], "what was done before is told there too"
    assert [e.tenant for e in written(act="referral:take_over")] == [twin(asked).authority_id]
    assert [e.tenant for e in written(act="referral:transfer_accept")] == [asked.row.authority_id]
    subjects = {e.subject for act in ("take_over", "transfer_accept") for e in written(act=f"referral:{act}")}
    assert len(subjects) == 2, "two pseudonyms, which no entry links"


def test_a_stub_stays_that_is_read_and_not_worked_on(asked):
    accept(asked)

    assert asked.reads("crip_coordinator")["state"]["code"] == "transferred"
    for who in ("assessor", "ase_inspector"):
        asked.reads(who, expect=404)
    holder = bodies.told(asked.holders[0], "transmission", on="2026-12-01")
    asked.does("crip_coordinator", "inform_holders", holder)
    exchange = {
        "with_whom": "Famille",
        "means": "phone",
        "at": "2026-12-01T09:00:00Z",
        "said": "Entendu.",
        "kind": "family",
    }
    asked.does(
        "crip_coordinator",
        "log_contact",
        {k: exchange[k] for k in ("with_whom", "means", "at", "kind")} | {"text": "Entendu."},
    )
    for step, body in (
        ("set_urgency", {"value": "U3", "reason": "Essai."}),
        ("message_filer", {"text": "Essai."}),
        ("transfer_request", bodies.transfer(asked.world.authorities["59"])),
        ("reopen", {"ground": "error", "reason": "Essai."}),
    ):
        asked.refused("crip_coordinator", step, body)
    owed = FeedbackTask.objects.get(referral=asked.pk)
    send = {"text": "Essai.", "means": "platform"}
    asked.refused("crip_coordinator", "send", send, part=f"feedbacks/{owed.pk}")
    assert (owed.state, owed.reason) == ("withheld", "transferred")


@pytest.mark.sec("SEC-AZ9")
def test_the_filer_keeps_one_filing_and_is_answered_by_who_handles_it_now(asked):
    before = asked.reads("filer")
    listed = asked.world.as_("filer").get("referrals").json()["results"]
    due = [line["due_at"] for line in asked.world.as_("filer").get("clocks").json()["results"]]
    made = accept(asked)["made"]

    assert asked.reads("filer") == before, "the same words, the same id, the same reference, the same delay"
    assert asked.world.as_("filer").get("referrals").json()["results"] == listed
    after = asked.world.as_("filer").get("clocks").json()["results"]
    assert [line["due_at"] for line in after] == due
    assert {(line["referral"], line["reference"]) for line in after} == {(asked.pk, asked.row.reference)}

    paris = at_target(asked)
    asked_for = paris.step(
        made, "request_info", {"questions": "Quel collège ?", "recipient": "filer"}, expect=200
    )
    assert asked.reads("filer")["status"]["code"] == "question"
    answer = {"request": asked_for.json()["made"], "text": "Le collège du centre."}
    asked.world.as_("filer").step(asked.pk, "provide_info", answer, expect=200)
    owed = paris.get(f"referrals/{made}/feedbacks").json()["results"]
    paris.step(made, "send", {"text": "Évaluation en cours.", "means": "platform"}, part=f"feedbacks/{owed[0]['id']}",
               expect=200)  # fmt: skip
    assert asked.reads("filer")["status"]["code"] == "answered"
    told = asked.world.as_("filer").get("notices").json()["results"]
    assert {(line["referral"], line["reference"]) for line in told} == {(asked.pk, asked.row.reference)}


def test_the_answer_sent_again_under_its_key_tells_the_same(asked):
    place, body = f"referrals/{asked.pk}/transfer_accept", {"receipt": "Reçu n° 12"}
    version = asked.row.version

    answers = [at_target(asked).post(place, body, version=version, key="accepted-once") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["made"] == answers[1].json()["made"]
    see_all()
    assert Referral.objects.filter(source_referral=asked.pk).count() == 1


def test_the_old_reference_finds_the_case_at_the_target(asked):
    made = accept(asked)["made"]

    found = at_target(asked).get("referrals", reference=asked.row.reference).json()["results"]

    assert [line["id"] for line in found] == [made]
