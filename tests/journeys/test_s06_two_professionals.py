"""S6: a teacher and a midwife file about the same girl; joined, and parted when they prove to be cousins (§10, T12, T35)."""

from uuid import UUID, uuid4

import pytest

from referrals.duplicates.tasks import keep_index, search_duplicates
from referrals.models import Child, Clock, Inquiry, JudicialReferral, StepRecord
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.journeys.story import Story, paris, wall
from tests.referrals.attachments.conftest import Sender
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("cases joined and parted under row-level security")

FACT = "Consultation gynécologique en urgence."


class ItIs:
    """Lets it be this minute on the wall of Paris, for whichever of the cases."""

    now = paris("2026-11-24 10:00")

    def __call__(self, story, text):
        story.at(text)
        self.now = story.now


@shared_fixture
def it_is():
    return ItIs()


@shared_fixture
def teacher(world, it_is):
    """The first filing, already in assessment."""
    told = Story(world)
    it_is(told, "2026-11-24 10:00")
    told.files("filer", concern())
    search_duplicates(told.now)
    told.triaged()
    told.qualified()
    told.assigned()
    return told


@shared_fixture
def midwife(world, teacher, it_is):
    """The second one, two days later, of the same girl and her little brother, at risk."""
    told = Story(world)
    it_is(told, "2026-11-26 10:00")
    said = concern(prostitution_status_filer="at_risk")
    said["facts"][0]["text"] = FACT
    said["children"][0] |= {"last_name": "Exempel", "first_names": "Loue"}
    brother = {"kind": "household", "first_names": "Petit", "birth_date": "2018-09-30", "sex": "boy"}
    said["children"].append(said["children"][0] | brother)
    told.files("filer_2", said)
    keep_index(told.now)
    search_duplicates(told.now)
    told.reads("crip_coordinator")
    # Nobody goes past what the search found without looking at it (T06).
    assert told.refused("crip_coordinator", "start_triage", {"method": "index"}) == "matches_are_seen"
    assert told.reads("crip_coordinator", "duplicates")["results"]
    told.does("crip_coordinator", "start_triage", {"method": "index"})
    return told


def suggested(story, other):
    """Return the pair that the index found; one that it couldn't, a person names."""
    held = story.reads("crip_coordinator", "duplicates")["results"]
    found = [line["id"] for line in held if (line["other"]["id"], line["held_by"]) == (other.pk, story.pk)]
    if found:
        return found[0]
    body = {"other": other.pk, "reasons": ["name", "birth_date"], "note": "Orthographe voisine."}
    return story.does("intake_agent", "suggest", body, part="duplicates")["made"]


def confirmed(story, other, kind="same"):
    pair = suggested(story, other)
    story.does("crip_coordinator", "confirm", {"kind": kind}, part=f"duplicates/{pair}")


def matched(story, other, **said):
    girl, brother = story.children
    return {
        "target": other.pk,
        "link": "new_facts",
        "children": [{"child": girl, "same_as": other.children[0]}, {"child": brother}],
        "holders": [{"holder": mine, "same_as": same} for mine, same in zip(story.holders, other.holders, strict=True)],
    } | said  # fmt: skip


@shared_fixture
def joined(midwife, teacher):
    confirmed(midwife, teacher)
    midwife.signed("crip_coordinator", "attach_existing", matched(midwife, teacher), by="supervisor")
    return midwife


def counts_until(story):
    """Return when the assessment's delay that runs now is over."""
    see_all()
    return wall(Clock.objects.get(referral=story.pk, code="C4", stopped_at=None).due_at)


@pytest.mark.slow("several cases, joined and parted")
def test_the_files_of_a_joined_filing_are_read_by_the_readers_of_its_file(midwife, teacher):
    """Each by the class that one has on the file; neither filer reads any of them."""
    sender = Sender(midwife.world, "crip_coordinator", midwife.pk)
    certificate = sender.keeps(kind="medical_certificate")
    confirmed(midwife, teacher)
    midwife.signed("crip_coordinator", "attach_existing", matched(midwife, teacher), by="supervisor")

    file = Sender(midwife.world, "assessor", teacher.pk)

    (line,) = file.lists()
    assert (line["id"], line["filing"]) == (certificate, midwife.pk)
    assert file.reads(certificate).startswith(b"%PDF")
    for who in ("filer", "filer_2", "intake_agent", "on_call"):
        other = file.as_(who)
        assert other.opens(certificate).status_code == 404


@pytest.mark.slow("several cases, joined and parted")
def test_a_question_to_another_departement_goes_along_with_a_joined_filing(midwife, teacher):
    """T12: it is the file's then, about the child of the file."""
    for holder in midwife.holders:
        midwife.does("crip_coordinator", "inform_holders", {
            "holder": holder, "occasion": "inquiry", "outcome": "not_applicable", "reason_text": "Inconnu.",
        })  # fmt: skip
    body = {
        "asked": midwife.world.authorities["75"].pk, "child": midwife.children[0], "school": "Collège des Essais",
        "ground": "school_there", "purpose": "Comprendre.",
    }  # fmt: skip
    place = f"referrals/{midwife.pk}/inquiries"
    asked = midwife.world.as_("crip_coordinator").post(place, body, key=uuid4().hex)
    assert asked.status_code == 201, asked.content.decode()
    confirmed(midwife, teacher)

    midwife.signed("crip_coordinator", "attach_existing", matched(midwife, teacher), by="supervisor")

    see_all()
    row = Inquiry.objects.get(side="asker")
    assert (str(row.state), str(row.referral_id), row.child_id) == (
        "asked",
        str(teacher.pk),
        teacher.children[0],
    )
    listed = teacher.world.as_("crip_coordinator").get("inquiries", side="asker").json()["results"]
    assert [line["referral"] for line in listed] == [str(teacher.pk)]


def filings(story, who, **expect):
    return story.reads(who, "filings", **expect)["results"]


def test_the_index_finds_the_girl_spelt_otherwise_and_shows_why_on_both_sides(midwife, teacher):
    """Nobody named the pair: when triage opens the second filing, it is there."""
    here = midwife.reads("crip_coordinator", "duplicates")["results"]
    there = teacher.reads("intake_agent", "duplicates")["results"]
    assert [(line["other"]["id"], line["reasons"], line["note"]) for line in here] == [
        (teacher.pk, ["spelling", "birth_date", "phone"], None)
    ]
    assert (here[0]["kind"]["code"], here[0]["suggested_by"]) == ("same", None)
    assert [(line["other"]["id"], "note" in line) for line in there] == [(midwife.pk, False)]
    assert teacher.reads("assessor", "duplicates")["results"] == [], (
        "who doesn't see the other file learns of no pair"
    )
    assert midwife.reads("filer_2", "duplicates")["results"] == []


def test_nothing_is_joined_before_a_person_says_it_is_the_same_child(midwife, teacher):
    body = matched(midwife, teacher, approver=midwife.user("supervisor"))
    assert midwife.refused("crip_coordinator", "attach_existing", body) == "same_child_is_confirmed"

    confirmed(midwife, teacher, "related")

    assert midwife.refused("crip_coordinator", "attach_existing", body) == "same_child_is_confirmed"
    linked = midwife.reads("crip_coordinator", "links")["results"]
    assert [(line["id"], line["link"]) for line in linked] == [(teacher.pk, "related")]
    back = teacher.reads("crip_coordinator", "links")["results"]
    assert [(line["id"], line["link"]) for line in back] == [(midwife.pk, "related")]


def test_a_status_at_risk_asks_for_two(midwife, teacher):
    confirmed(midwife, teacher)

    assert (
        midwife.refused("crip_coordinator", "attach_existing", matched(midwife, teacher)) == "approver-needed"
    )


def test_joined_the_target_holds_what_must_be_acted_on(joined, teacher):
    """The earliest date stays, the gravest status holds, the brother is the team's from now on."""
    girl = teacher.child()

    assert (joined.state, teacher.state) == ("merged", "in_assessment")
    assert teacher.due("C4") == "2027-02-24 23:59:59"
    assert (girl.prostitution_status, girl.status_ever) == ("at_risk", "at_risk")
    assert [str(child.first_names) for child in Child.objects.filter(referral=teacher.pk)] == ["[sealed]"] * 2
    names = [child["first_names"] for child in teacher.reads("assessor", "children")["results"]]
    assert names == ["Lou", "Petit"]
    assert joined.running == ["C20", "C5"], "the filer's own feedback goes on"
    assert joined.row.closure_reviews.count() == 0, "two signed"


def test_the_assessors_read_what_the_joined_filing_says_and_the_other_filer_nothing(joined, teacher):
    read = filings(teacher, "assessor")[0]

    assert read["facts"][0]["text"] == FACT
    assert [child["first_names"] for child in read["children"]] == ["Loue"]
    assert filings(teacher, "filer") == []
    assert filings(teacher, "on_call") == []
    joined.unseen_by("filer", "assessor")
    assert FACT not in str(teacher.reads("filer"))


def test_no_filer_learns_anything_from_a_joining(midwife, teacher):
    def seen():
        return [
            story.world.as_(who).get(f"referrals/{story.pk}{part}").json()
            for story, who in ((midwife, "filer_2"), (teacher, "filer"))
            for part in ("", "/clocks", "/timeline", "/links", "/duplicates", "/filings")
        ]

    before = seen()
    confirmed(midwife, teacher)
    midwife.signed("crip_coordinator", "attach_existing", matched(midwife, teacher), by="supervisor")

    assert seen() == before

    midwife.does("supervisor", "unmerge", {"reason": "Cousines homonymes."})

    assert seen() == before


def test_who_is_excluded_from_the_filing_is_excluded_from_the_file(midwife, teacher):
    midwife.does("supervisor", "exclude", {"user": midwife.user("assessor_2"), "reason": "Lien familial."})
    confirmed(midwife, teacher)

    midwife.signed("crip_coordinator", "attach_existing", matched(midwife, teacher), by="supervisor")

    teacher.reads("assessor_2", expect=404)
    assert filings(teacher, "assessor")


@pytest.mark.sec("SEC-AZ4")
def test_whom_the_service_barred_from_the_filing_is_barred_from_the_file_for_the_same(midwife, teacher):
    see_all()
    tie = uuid4()
    midwife.row.exclusions.create(
        user_id=midwife.user("assessor_2"), cause="tie", tie=tie, since_at=midwife.now
    )
    confirmed(midwife, teacher)

    midwife.signed("crip_coordinator", "attach_existing", matched(midwife, teacher), by="supervisor")

    teacher.reads("assessor_2", expect=404)
    see_all()
    assert [(row.cause, row.tie, row.by) for row in teacher.row.exclusions.all()] == [("tie", tie, None)]


def test_a_filing_restricted_afterwards_is_read_by_the_named_alone(joined, teacher):
    named = [joined.user("crip_coordinator"), joined.user("supervisor")]
    joined.does(
        "crip_coordinator",
        "restrict",
        {"named": named, "reason": "Agent du service.", "review_on": "2026-12-20"},
    )

    assert filings(teacher, "assessor") == []
    assert filings(teacher, "crip_coordinator")[0]["facts"][0]["text"] == FACT


def test_parted_both_have_their_own_dates_and_what_is_theirs(joined, teacher):
    before = teacher.row.version

    joined.does("supervisor", "unmerge", {"reason": "Cousines homonymes."})

    assert (joined.state, teacher.state) == ("triage", "in_assessment")
    assert joined.due("C4") == "2027-02-26 23:59:59"
    assert teacher.due("C4") == "2027-02-24 23:59:59"
    assert [child["first_names"] for child in joined.reads("crip_coordinator")["children"]] == [
        "Loue",
        "Petit",
    ]
    assert [child["first_names"] for child in teacher.reads("assessor", "children")["results"]] == ["Lou"]
    girl = teacher.child()
    assert (girl.prostitution_status, girl.status_ever) == ("none", "at_risk"), "the history stays"
    assert filings(teacher, "assessor") == []
    assert teacher.row.version == before + 1
    assert joined.child().decision == "undecided"


def test_an_earlier_filing_brings_its_date_and_takes_it_back(world, teacher, it_is):
    """The file counts from the earlier filing while it is joined; its own receipt and legal date never move."""
    early = Story(world)
    it_is(early, "2026-11-20 10:00")
    early.files("filer", concern())
    it_is(early, "2026-11-25 10:00")
    early.triaged()
    confirmed(early, teacher)
    same = {"child": early.children[0], "same_as": teacher.children[0]}
    own = {"holder": early.holders[0], "same_as": teacher.holders[0]}
    body = {"target": teacher.pk, "link": "same_facts", "children": [same], "holders": [own]}

    early.does("crip_coordinator", "attach_existing", body)

    assert (teacher.row.counts_from, counts_until(teacher)) == (early.row.received_at, "2027-02-20 23:59:59")
    assert early.row.closure_reviews.get().step == "attach_existing", "one signed"

    early.does("supervisor", "unmerge", {"reason": "Erreur."})

    assert (teacher.row.counts_from, counts_until(teacher)) == (None, "2027-02-24 23:59:59")
    assert counts_until(early) == "2027-02-20 23:59:59"
    assert early.row.closure_reviews.get().state == "reopened"


@pytest.mark.slow("several cases, joined and parted")
def test_what_was_joined_further_is_parted_last_first(midwife, teacher):
    """A filing is read in the end where its file was joined to."""
    third = midwife
    second = Story(teacher.world)
    second.now = midwife.now
    second.files("filer", concern())
    second.triaged()
    confirmed(third, second)
    third.signed("crip_coordinator", "attach_existing", matched(third, second), by="supervisor")
    confirmed(second, teacher)
    second.signed("crip_coordinator", "attach_existing", matched(second, teacher), by="supervisor")

    assert [line["id"] for line in filings(teacher, "assessor")] == [second.pk, third.pk]
    assert third.refused("supervisor", "unmerge", {"reason": "Erreur."}) == "target_gives_back"

    second.does("supervisor", "unmerge", {"reason": "Erreur."})
    third.does("supervisor", "unmerge", {"reason": "Erreur."})

    assert [story.row.children.count() for story in (teacher, second, third)] == [1, 1, 2]
    assert [child["first_names"] for child in third.reads("crip_coordinator")["children"]] == [
        "Loue",
        "Petit",
    ]


def test_justice_moves_with_the_filing_and_comes_back(midwife, teacher):
    midwife.does("crip_coordinator", "send_judicial", bodies.to_justice(midwife.children[0]))
    confirmed(midwife, teacher)
    midwife.signed("crip_coordinator", "attach_existing", matched(midwife, teacher), by="supervisor")

    read = teacher.reads("assessor", "judicial-referrals")["results"][0]
    assert (read["document"], read["children"]) == ("Signalement argumenté.", [str(teacher.children[0])])
    assert "C7" in teacher.running
    assert teacher.row.judicial_status == "sent"

    midwife.does("supervisor", "unmerge", {"reason": "Erreur."})

    see_all()
    row = JudicialReferral.objects.get()
    assert str(row.referral_id) == midwife.pk
    assert [child.pk for child in row.children.all()] == [midwife.children[0]]
    assert "C7" in midwife.running
    assert "C7" not in teacher.running


def test_a_question_to_the_filer_stays_with_its_filer_and_the_answer_reaches_the_team(midwife, teacher):
    """§2.8 no. 7: the other filer never sees it."""
    asked = {"recipient": "filer", "questions": "Depuis quand ?"}
    request = midwife.does("crip_coordinator", "request_info", asked)["made"]
    partner = {
        "recipient": "partner",
        "partner": midwife.user("exploitation_lead"),
        "questions": "Hébergement ?",
    }
    own = midwife.does("crip_coordinator", "request_info", partner)["made"]
    confirmed(midwife, teacher)
    midwife.signed("crip_coordinator", "attach_existing", matched(midwife, teacher), by="supervisor")

    assert midwife.reads("filer_2")["status"]["code"] == "question"
    assert teacher.reads("filer")["status"]["code"] == "in_progress"
    assert teacher.row.information_requests.get().pk == UUID(own)
    assert "C6" in teacher.running

    midwife.does("filer_2", "provide_info", {"request": request, "text": "Depuis l'été."})

    assert "Depuis l'été." in str(filings(teacher, "assessor")[0]["messages"])
    assert "été" not in str(teacher.reads("filer"))

    midwife.does("supervisor", "unmerge", {"reason": "Erreur."})

    assert not teacher.row.information_requests.exists()
    assert midwife.row.info_requested


def test_a_danger_told_on_the_joined_filing_is_flagged_at_the_file(joined, teacher):
    """T08 on a merged filing: whoever told the second time learns nothing, and the danger waits for nobody."""
    before = joined.reads("filer_2")

    said = {
        "text": "Un homme l'attend en bas.",
        "danger_now": True,
        "danger_what": "Un homme l'attend en bas.",
    }
    joined.does("filer_2", "provide_info", said)

    assert teacher.row.immediate_danger
    assert (teacher.row.urgency, "C3" in teacher.running) == ("U3", True)
    assert "referral:flag_immediate_danger system" in teacher.journal()
    told = joined.reads("filer_2")
    assert {name: told[name] for name in ("status", "clocks", "available_actions")} == {
        name: before[name] for name in ("status", "clocks", "available_actions")
    }
    assert teacher.row.steps.get(step="flag_immediate_danger").by is None, "who filed is named nowhere"


def test_both_cases_have_their_entry(midwife, teacher):
    confirmed(midwife, teacher)
    here, there = len(midwife.entries()), len(teacher.entries())

    midwife.signed("crip_coordinator", "attach_existing", matched(midwife, teacher), by="supervisor")

    assert "referral:attach_existing supervisor" in midwife.journal(since=here)
    assert "referral:take_in supervisor" in teacher.journal(since=there)
    assert StepRecord.objects.filter(referral=teacher.pk, step="take_in").get().signed_by == midwife.user(
        "supervisor"
    )
    midwife.names_nobody(FACT, "Petit", "Orthographe")
