"""The queue: what its columns tell and to whom, orders, filters, names for a session, files, several cases at once."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from accounts.models import User
from referrals.models import Assignment, Attachment, Clock, Referral
from referrals.reading import clocks
from tests.audit.owner import as_owner, written
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys.story import Story, paris
from tests.referrals.api.routes import counting
from tests.referrals.family import Family
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor, links, text

pytestmark = pytest.mark.both_databases("statements of a list: orders, filters, parts of a reference")

NOW = paris("2026-11-24 11:00")


@pytest.fixture
def at(clock):
    clock.now = NOW
    return NOW


@shared_fixture
def two(world):
    """Two cases of 93: one of a teacher, which is in assessment, and a later one of a nurse."""
    first, second = Story(world), Story(world)
    for story, name, who, profession in (
        (first, "Premier", "filer", "teacher"),
        (second, "Deuxieme", "filer_2", "school_nurse_doctor"),
    ):
        story.files(who, concern(children=[child(last_name=name)], filer_profession=profession))
        see_all()
    return first, second


def lines(visitor, **asked):
    """Return the references of the lines of the queue, from the top."""
    page = visitor.get("/dossiers", **asked)
    assert page.status_code == 200, text(page)[:400]
    return re.findall(r'class="ref" href="[^"]+">([^<]+)<', page.content.decode())


def listed(caller, **asked):
    answer = caller.get("referrals", **asked)
    assert answer.status_code == 200, answer.content
    return [line["id"] for line in answer.json()["results"]]


def entries(act):
    with as_owner():
        return [json.loads(bytes(entry.body)) for entry in written(act=act)]


# --- Columns ------------------------------------------------------------------------------------------


def test_a_line_tells_the_next_deadline_by_name_who_files_and_who_is_in_charge(world, two):
    first, _ = two
    first.triaged()
    first.qualified()
    first.assigned()

    page = text(Visitor(world, "crip_coordinator").get("/dossiers"))

    assert "Enseignement" in page
    assert "Santé scolaire" in page
    assert "assessor 93" in page
    assert "Accusé de réception" in page
    (line,) = [
        one
        for one in world.as_("crip_coordinator").get("referrals", details="true").json()["results"]
        if one["id"] == first.pk
    ]
    facts = line["facts"]
    assert facts["next_due"]["code"] in first.running
    assert facts["filer"]["code"] == "teacher"
    assert {one["role"] for one in facts["owners"]} == {"assessor"}


@pytest.mark.parametrize(("who", "filer", "owners"), [("on_call", False, False), ("supervisor", False, True)])
def test_a_fact_is_there_for_readers_of_its_class_alone(world, two, who, filer, owners):
    """Who files is of class C; the names of colleagues are for readers of the facts and for who answers for them."""
    first, _ = two
    Assignment.objects.create(
        referral=first.row, user=world.user("assessor"), role="assessor", since_at=first.now
    )
    (line,) = [
        one
        for one in world.as_(who).get("referrals", details="true").json()["results"]
        if one["id"] == first.pk
    ]

    assert (line["facts"]["filer"] is not None, bool(line["facts"]["owners"])) == (filer, owners)
    assert line["facts"]["next_due"] is not None


@pytest.mark.sec("SEC-AZ20")
def test_a_line_counts_nothing_of_a_child_who_is_restricted_to_others(world):
    """Files, and the deadline of a measure, of the restricted child alone: nobody but those named is told."""
    family = Family(world)
    see_all()
    Attachment.objects.filter(referral=family.pk).exclude(children=[str(family.children["kept"].pk)]).delete()
    Clock.objects.filter(referral=family.pk).delete()
    hidden = NOW - timedelta(days=3)
    Clock.objects.create(
        referral_id=family.pk, code="C9", access_class="J", child=family.children["kept"].pk, started_at=hidden,
        warn_at=hidden, due_at=hidden, statutory=False,
    )  # fmt: skip

    (line,) = world.as_("crip_coordinator").get("referrals", details="true").json()["results"]

    assert (line["facts"]["attachments"], line["facts"]["next_due"]) == (0, None)
    assert listed(world.as_("crip_coordinator"), overdue="true") == []
    assert listed(world.as_("crip_coordinator"), due_within="366") == []


@pytest.mark.sec("SEC-AZ20")
def test_no_order_tells_of_a_deadline_that_the_reader_may_not_read(world, two):
    """By which column a queue is sorted: that whose clocks every tie of the reader reads."""
    columns = {
        who: clocks.due_column(world.actor(who, at=NOW))
        for who in (
            "crip_coordinator",
            "assessor",
            "supervisor",
            "intake_agent",
            "on_call",
            "measure_service",
        )
    }

    assert columns == {
        "crip_coordinator": "due_with_justice_at", "assessor": "due_with_justice_at",
        "supervisor": "due_with_measures_at", "intake_agent": "next_due_at", "on_call": "next_due_at",
        "measure_service": "next_due_at",
    }  # fmt: skip


def test_a_page_costs_as_many_statements_whatever_its_length(world, two):
    two[0].triaged()
    two[0].does("crip_coordinator", "message_professionals", {"text": "Un mot."})
    for number in range(2):
        Story(world).files("filer", concern(children=[child(last_name=f"Autre{'ab'[number]}")]))
    caller = world.as_("intake_agent")
    costs = []
    for limit in (2, 4):  # of one line alone the journal needs no list of cases
        caller.get("referrals", details="true", limit=limit)
        with counting() as total:
            assert len(listed(caller, details="true", limit=limit)) == limit
        costs.append(total[0])

    assert costs[0] == costs[1], costs


# --- Names --------------------------------------------------------------------------------------------


def test_names_stay_for_the_session_each_page_is_journaled_and_they_are_easily_hidden(world, two):
    coordinator = Visitor(world, "crip_coordinator")
    assert "Premier" not in text(coordinator.get("/dossiers"))

    shown = coordinator.post("/dossiers/affichage", {"names": "on", "query": "state=submitted"})

    assert (shown.status_code, shown["Location"]) == (303, "/dossiers?state=submitted")
    before = len(entries("list:opened"))
    page = text(coordinator.get("/dossiers"))
    assert "Lou Premier" in page
    assert "Bobigny" in page
    (entry,) = entries("list:opened")[before:]
    assert entry["fields"]["child.last_name"] == 2
    assert "Premier" not in text(Visitor(world, "crip_coordinator").get("/dossiers")), "another session"
    coordinator.post("/dossiers/affichage", {"names": "off"})
    assert "Premier" not in text(coordinator.get("/dossiers"))


@pytest.mark.sec("SEC-AZ14")
def test_where_no_more_names_may_be_read_the_queue_goes_on_without(world, two, settings):
    settings.LINES_PER_HOUR = 1
    coordinator = Visitor(world, "crip_coordinator")
    coordinator.post("/dossiers/affichage", {"names": "on"})

    page = text(coordinator.get("/dossiers"))

    assert "Les noms sont masqués" in page
    assert "Premier" not in page
    assert coordinator.get("/dossiers", names="true").status_code == 429


def test_one_goes_back_to_a_page_of_the_queue_alone(world):
    coordinator = Visitor(world, "crip_coordinator")
    for query in ("nom=Premier", "state=nonsense"):
        assert coordinator.post("/dossiers/affichage", {"names": "on", "query": query}).status_code == 400

    assert coordinator.post("/dossiers/affichage", {"query": "//elsewhere.test"})["Location"] == "/dossiers"


# --- Order --------------------------------------------------------------------------------------------


def test_each_column_sorts_both_ways_and_every_line_comes_once_over_the_pages(world, two):
    caller = world.as_("crip_coordinator")
    ways = {}
    for name in ("due", "reference", "age", "filer", "received", "state", "urgency", "owner"):
        for sort in (name, f"-{name}"):
            first = caller.get("referrals", sort=sort, limit=1).json()
            second = caller.get("referrals", sort=sort, limit=1, cursor=first["next"]).json()
            ways[sort] = [line["id"] for page in (first, second) for line in page["results"]]
            assert sorted(ways[sort]) == sorted(story.pk for story in two), sort
            assert second["next"] is None

    for name in ("reference", "received", "filer"):
        assert ways[name] == ways[f"-{name}"][::-1], name
    assert ways["received"] == [story.pk for story in two]
    assert ways["filer"] == [story.pk for story in two], "in the order of the form, not of the letters"


def test_a_cursor_goes_on_in_its_own_order_alone(world, two):
    caller = world.as_("crip_coordinator")
    cursor = caller.get("referrals", limit=1).json()["next"]

    assert caller.get("referrals", limit=1, cursor=cursor, sort="reference").status_code == 400
    assert caller.get("referrals", limit=1, cursor=cursor, names="true").status_code == 200


def test_who_files_is_no_order_for_who_may_not_know_it(world, two):
    """Class C: for others the list is as it always is, and its head leads nowhere."""
    caller = world.as_("on_call")

    assert listed(caller, sort="filer") == listed(caller) == listed(caller, sort="-filer")
    assert not [one for one in links(Visitor(world, "on_call").get("/dossiers")) if "sort=filer" in one]
    assert [one for one in links(Visitor(world, "crip_coordinator").get("/dossiers")) if "sort=filer" in one]


def test_the_queue_is_sorted_by_the_next_deadline_of_whatever_class(world, two):
    """A measure's deadline of tomorrow comes before the shell's of next week, for who reads measures."""
    first, second = two
    see_all()
    late = NOW + timedelta(days=30)
    Referral.objects.filter(pk=second.pk).update(
        next_due_at=late, due_with_measures_at=NOW, due_with_justice_at=NOW
    )

    assert listed(world.as_("crip_coordinator"))[0] == second.pk
    assert listed(world.as_("supervisor"))[0] == second.pk
    assert listed(world.as_("on_call"))[0] == first.pk


# --- Filters ------------------------------------------------------------------------------------------


def test_a_part_of_a_reference_finds_the_case_by_any_of_its_groups(world, two):
    first, second = two
    groups = first.row.reference.split("-")
    coordinator = Visitor(world, "crip_coordinator")
    for said in (
        *groups[:3],
        f"{groups[0]}-{groups[1][:2]}",
        f"{groups[2].lower()}{groups[3]}",
        first.row.reference,
    ):
        assert lines(coordinator, reference=said) == [first.row.reference], said

    for said in (groups[0][:3], "0012345678901234", "R'--", "%%%%"):
        assert lines(coordinator, reference=said) == [], said
    assert second.row.reference in lines(coordinator)


@pytest.mark.sec("SEC-AZ6")
def test_a_part_of_a_reference_finds_nothing_elsewhere(world, two):
    first, _ = two
    said = first.row.reference[:4]

    assert listed(world.as_("crip_coordinator", "75"), reference=said) == []
    assert listed(world.as_("assessor"), reference=said) == []


def test_filters_by_owner_filer_day_and_deadline(world, two):
    first, second = two
    Assignment.objects.create(
        referral=first.row, user=world.user("ase_inspector"), role="ase_inspector", since_at=first.now
    )
    caller, inspector = world.as_("crip_coordinator"), world.as_("ase_inspector")
    day = first.row.received_at.date().isoformat()
    of_both = sorted(story.pk for story in two)

    assert listed(caller, owner=str(world.user("ase_inspector").pk)) == [first.pk]
    assert listed(caller, owner="nobody") == [second.pk]
    assert (listed(caller, owner="me"), listed(inspector, owner="me")) == ([], [first.pk])
    assert listed(caller, filer="teacher") == [first.pk]
    assert listed(world.as_("on_call"), filer="teacher") == [], "class C"
    assert sorted(listed(caller, received_from=day, received_to=day)) == of_both
    assert listed(caller, received_to="2020-01-01") == listed(caller, received_from="2099-01-01") == []
    assert sorted(listed(caller, due_within="366")) == of_both
    assert listed(caller, due_within="0") == []
    assert caller.get("referrals", owner="Exemple").status_code == 400


def test_unread_are_the_cases_with_messages_of_others_that_the_reader_has_not_seen(world, two):
    first, _ = two
    first.triaged()
    caller = world.as_("intake_agent")
    assert listed(caller, unread="true") == []

    first.does("crip_coordinator", "message_professionals", {"text": "À lire."})

    assert listed(caller, unread="true") == [first.pk]
    assert listed(world.as_("crip_coordinator"), unread="true") == [], "one's own is no news"
    page = Visitor(world, "intake_agent").get("/dossiers")
    assert "1 message non lu" in text(page)


@pytest.mark.parametrize("size", ["25", "100"])
def test_filters_order_and_length_stay_in_the_address(world, two, size):
    page = Visitor(world, "crip_coordinator").get(
        "/dossiers", state="submitted", limit=size, sort="-received"
    )

    sorting = [one for one in links(page, "/dossiers?") if "sort=reference" in one]
    assert sorting
    assert all("state=submitted" in one and f"limit={size}" in one for one in sorting)
    assert 'aria-sort="descending"' in page.content.decode()


# --- File, search, several cases ----------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ15")
def test_the_file_has_no_name_and_no_formula_and_is_one_entry(world, two):
    first, second = two
    User.objects.filter(pk=world.user("assessor").pk).update(full_name="=1+1")
    Assignment.objects.create(
        referral=first.row, user=world.user("assessor"), role="assessor", since_at=first.now
    )
    coordinator = Visitor(world, "crip_coordinator")
    coordinator.post("/dossiers/affichage", {"names": "on"})
    before = len(entries("list:opened"))

    answer = coordinator.get("/dossiers/liste", sort="received", names="true")

    said = answer.content.decode()
    assert said.startswith("\ufeff")
    assert answer["Content-Disposition"] == 'attachment; filename="dossiers.csv"'
    rows = list(csv.reader(io.StringIO(said.removeprefix("\ufeff")), delimiter=";"))
    assert [row[0] for row in rows] == ["Référence", first.row.reference, second.row.reference]
    assert "Premier" not in said
    assert "'=1+1" in rows[1]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    (entry,) = entries("list:opened")[before:]
    assert (entry["n"], len(entry["obj"]), entry["fields"]) == (2, 2, {})


def test_a_file_that_was_cut_says_so(world, two, monkeypatch):
    monkeypatch.setattr("web.views.cases.case_list.FILE_MAX", 1)

    answer = Visitor(world, "crip_coordinator").get("/dossiers/liste").content.decode()

    assert "Liste coupée à 1 lignes" in answer
    assert len(answer.splitlines()) == 3


@pytest.mark.sec("SEC-AU9")
def test_a_child_is_searched_for_by_name_and_no_name_stands_in_an_address(world, two):
    first, _ = two
    coordinator = Visitor(world, "crip_coordinator")

    found = coordinator.fills("/dossiers/recherche", last_name="Premier")

    assert found.status_code == 200
    assert f"/dossiers/{first.pk}" in links(found)
    assert "Lou Premier" in text(found)
    assert not [one for one in links(found) if "Premier" in one]
    assert len(entries("search:done")) == 1
    assert coordinator.fills("/dossiers/recherche", birth_date="2011-03-02").status_code == 400
    assert "/dossiers/recherche" in links(coordinator.get("/dossiers"))


def row_of(page, reference):
    """Return the cells of a case's row by their heads, what can be ticked left out."""
    row = next(one for one in re.findall("(?s)<tr.*?</tr>", page.content.decode()) if f">{reference}<" in one)
    cells = re.findall('(?s)<t[dh](?: class="([a-z]+)")?(?: data-head="([^"]+)")?[^>]*>(.*?)</t[dh]>', row)
    said = {
        head or kind: re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", cell)).strip() for kind, head, cell in cells
    }
    return {head: words for head, words in said.items() if head != "pick"}


def test_a_case_that_was_found_by_name_has_the_row_that_it_has_in_the_queue(world, two):
    first, second = two
    first.triaged()
    first.qualified()
    first.assigned()
    coordinator = Visitor(world, "crip_coordinator")

    queue = coordinator.get("/dossiers", names="true")
    for story, name in ((first, "Premier"), (second, "Deuxieme")):
        found = coordinator.fills("/dossiers/recherche", last_name=name)
        assert row_of(found, story.row.reference) == row_of(queue, story.row.reference)
    row = row_of(queue, first.row.reference)
    assert "assessor 93" in row["En charge"]
    assert row["Déclarant"] == "Enseignement"
    assert row["Commune"] == "Bobigny"


@pytest.mark.sec("SEC-AZ8")
@pytest.mark.parametrize("who", ["assessor", "supervisor", "filer"])
def test_the_search_is_the_cells_alone(world, who):
    visitor = Visitor(world, who)

    assert visitor.get("/dossiers/recherche").status_code == 403
    assert visitor.post("/dossiers/recherche", {"last_name": "Premier"}).status_code == 403
    if who != "filer":
        assert "/dossiers/recherche" not in links(visitor.get("/dossiers"))


def ticked(page):
    return re.findall(r'name="cases" value="([^"]+)"', page.content.decode())


def test_one_person_is_named_on_several_cases_and_each_case_answers(world, two):
    first, second = two
    first.triaged()
    coordinator = Visitor(world, "crip_coordinator")
    cases = ticked(coordinator.get("/dossiers"))
    assert len(cases) == 2
    form = coordinator.post("/dossiers/lot", {"cases": cases})
    assert first.row.reference in text(form)
    inspector = str(world.user("ase_inspector").pk)

    said = {"cases": cases, "step": "name_decider", "user": inspector}
    done = coordinator.post("/dossiers/lot", said)

    assert done.status_code == 200
    outcome = text(done)
    assert outcome.count("Fait") == 1, "the second case wasn't opened yet: no inspector is named on it"
    assert outcome.count("Refusé") == 1
    assert [row.referral_id for row in Assignment.objects.filter(user=inspector, until_at=None)] == [
        first.row.pk
    ]
    assert [line for line in second.journal() if line.startswith("referral:name_decider")] == [
        "referral:name_decider crip_coordinator wrong-state"
    ]
    again = coordinator.post("/dossiers/lot", said)
    assert text(again).count("Refusé") == 2, "sent twice, it does nothing twice"


def test_cases_are_handed_over_by_who_answers_for_the_people(world, two):
    first, _ = two
    first.triaged()
    first.qualified()
    first.assigned()
    supervisor = Visitor(world, "supervisor")
    cases = [one for one in ticked(supervisor.get("/dossiers")) if one.startswith(first.pk)]
    said = {
        "cases": cases, "step": "pass_on", "leaver": str(world.user("ase_inspector").pk), "role": "ase_inspector",
        "user": str(world.user("ase_inspector_2").pk),
    }  # fmt: skip
    assert supervisor.post("/dossiers/lot", said).status_code == 400, "why is asked for"

    done = supervisor.post("/dossiers/lot", said | {"reason": "Congé."})

    assert "Fait" in text(done)
    on_it = Assignment.objects.filter(referral=first.pk, role="ase_inspector", until_at=None)
    assert [row.user_id for row in on_it] == [world.user("ase_inspector_2").pk]


@pytest.mark.sec("SEC-AZ5")
def test_several_cases_of_which_one_is_hidden_are_none(world, two):
    two[0].triaged()
    stranger = Visitor(world, "crip_coordinator", "75")
    cases = [f"{story.pk}:{story.row.version}" for story in two]

    for said in (
        {"cases": cases},
        {"cases": cases, "step": "name_decider", "user": str(world.user("ase_inspector").pk)},
    ):
        assert stranger.post("/dossiers/lot", said).status_code == 404
    assert Visitor(world, "assessor").post("/dossiers/lot", {"cases": cases}).status_code == 403
    nothing = Visitor(world, "crip_coordinator").post("/dossiers/lot", {"cases": []})
    assert nothing.status_code == 400
