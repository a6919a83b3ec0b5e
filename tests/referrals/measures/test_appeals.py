"""What becomes of an order: appeal, suspension, ruling of the court, and what hung on it (M18; domain.md §2.6).

Dates were reckoned by hand: the story begins on Tuesday, 24 November 2026.
"""

import pytest

from outbox.models import Notice
from referrals.models import Measure
from referrals.vocabulary.deadlines import ClockCode
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.journeys import test_s18_never_executed as never_executed
from tests.referrals.workflow import test_deadlines
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor

COPY = "Arrêt de la cour d'appel."
measure, ordered = never_executed.measure, never_executed.ordered
ORDERED = ["C14", "C14b", "C2", "C24", "C4", "C5"]


def rules(story, part, kind, on="2026-12-01", *, who="crip_coordinator", expect=200, **said):
    """Record what became of an order."""
    body = {"on": on, "ruling_kind": kind, "copy": COPY, **said}
    return story.does(who, "ruling", body, part=part, expect=expect)


def row(part):
    see_all()
    return Measure.objects.get(pk=part.removeprefix("measures/"))


@shared_fixture
def filed(story):
    """An ordinary concern of a teacher, on Tuesday 24 November at ten."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    return story


@pytest.fixture
def placed(filed):
    """A judge's emergency order, ordered to nobody yet, and a referent who follows it."""
    return test_deadlines.ordered(filed, "opp_judge", place="12 rue des Essais")


def begin(story, part, on="2026-11-25"):
    story.does("ase_inspector", "name_referent", {"user": story.user("case_referent")})
    story.does("ase_inspector", "start", {"started_on": on}, part=part)


def test_an_appeal_changes_nothing_until_the_court_has_ruled(filed, placed):
    rules(filed, placed, "appeal_lodged", "2026-11-24")

    assert (row(placed).state, filed.running) == ("ordered", ORDERED)
    (entry,) = [e for e in filed.reads("crip_coordinator", "timeline")["results"] if e["step"] == "ruling"]
    assert entry["data"]["ruling_kind"] == "appeal_lodged"


def test_while_the_order_is_suspended_the_measure_is_and_its_execution_rests(filed, placed):
    filed.at("2026-11-24 18:00")
    assert filed.due("C24") == "2026-11-25 23:59:59"
    rules(filed, placed, "suspended", "2026-11-24")

    measure = row(placed)
    assert (measure.state, str(measure.order_suspended_on)) == ("suspended", "2026-11-24")
    assert filed.running == ["C14", "C14b", "C2", "C4", "C5"], "the judge's own delays run on"
    # Told twice, it is suspended once.
    rules(filed, placed, "suspended", "2026-11-24")
    assert str(row(placed).suspended_from) == "ordered"

    filed.at("2026-12-01 09:00")
    rules(filed, placed, "upheld")

    measure = row(placed)
    assert (measure.state, measure.order_suspended_on, measure.suspended_from) == ("ordered", None, "")
    assert filed.running == ["C2", "C24", "C4", "C5"]
    assert filed.due("C24") == "2026-12-02 23:59:59", "the day that was left, after seven days of rest"


def test_a_measure_that_had_begun_goes_on_with_what_was_left(filed, placed):
    filed.at("2026-11-25 09:00")
    begin(filed, placed)
    before = {code: filed.due(code) for code in ("C15", "C16", "C17")}
    filed.at("2026-12-01 09:00")
    rules(filed, placed, "suspended")
    assert not {"C16", "C17"} & set(filed.running)
    assert "C15" in filed.running
    for who, step, body in (
        ("case_referent", "resume", {"on": "2026-12-01"}),
        ("ase_inspector", "end", bodies.end(on="2026-12-01")),
    ):
        assert filed.refused(who, step, body, part=placed) == "order_is_in_force"

    filed.at("2026-12-11 09:00")
    rules(filed, placed, "amended", "2026-12-11", effect="new_term", term_on="2027-06-01")

    assert row(placed).state == "active"
    assert filed.due("C16") == "2027-03-07 23:59:59", f"ten days after {before['C16']}"
    assert filed.due("C17") == "2027-12-05 23:59:59", f"ten days after {before['C17']}"
    assert filed.due("C15") == "2027-06-01 23:59:59"


def test_a_measure_suspended_before_its_order_is_suspended_after_it(filed, placed):
    filed.at("2026-11-25 09:00")
    begin(filed, placed)
    away = {"on": "2026-11-25", "reason": "Hospitalisation", "judge_told": True}
    filed.does("case_referent", "suspend", away, part=placed)
    filed.at("2026-12-01 09:00")
    rules(filed, placed, "suspended")
    rules(filed, placed, "upheld")

    assert row(placed).state == "suspended"
    filed.does("case_referent", "resume", {"on": "2026-12-01"}, part=placed)
    assert row(placed).state == "active"


def test_a_quashed_order_ends_the_measure_on_the_day_of_the_ruling(filed, placed):
    filed.at("2026-11-25 09:00")
    begin(filed, placed)
    filed.at("2026-12-03 09:00")
    assert rules(filed, placed, "quashed", expect=400)["errors"] == [
        {"field": "danger_remains", "code": "required", "detail": "Ce champ est obligatoire."}
    ]
    see_all()
    Notice.objects.all().delete()

    answer = rules(filed, placed, "quashed", danger_remains="no")

    measure = row(placed)
    assert (measure.state, str(measure.over_on), measure.over_reason) == ("lifted", "2026-12-01", "19")
    assert not {one for one in filed.running if one in set(ClockCode) and one > "C9"} - {"C2"}
    assert filed.running == ["C2", "C4", "C5"]
    # What hung on it: the secret place, holders still to be informed, the word to who filed.
    assert {"order-quashed-shelter", "order-quashed-feedback"} <= set(answer["warnings"])
    told = set(Notice.objects.values_list("user_id", flat=True))
    wanted = {filed.world.user(who).pk for who in ("case_referent", "ase_inspector")}
    assert wanted <= told
    assert filed.world.user("crip_coordinator").pk not in told, "who did it knows"


@pytest.mark.parametrize("remains", ["yes", "no"])
def test_where_danger_remains_the_child_is_undecided_again_from_that_day_on(ordered, remains):
    ordered.at("2027-03-12 10:00")
    see_all()
    Notice.objects.all().delete()
    part = measure(ordered)

    rules(ordered, part, "quashed", "2027-03-10", who="ase_inspector", danger_remains=remains)

    undecided = remains == "yes"
    assert ordered.child().decision == ("undecided" if undecided else "judicial")
    assert ("C8" in ordered.running) == undecided
    if undecided:
        assert str(ordered.clock("C8").started_at.date()) == "2027-03-10"
    assert ordered.row.measures.get().state == "lifted"
    see_all()
    told = set(Notice.objects.values_list("user_id", flat=True))
    assert {ordered.user(who) for who in ("crip_coordinator", "case_referent", "measure_service")} <= told


@pytest.mark.parametrize("kind", ["appeal_lodged", "suspended", "upheld", "quashed"])
@pytest.mark.parametrize("unasked", [{"effect": "new_term"}, {"term_on": "2027-06-01"}])
def test_only_a_hearing_or_an_amendment_changes_the_measure(filed, placed, kind, unasked):
    refused = rules(filed, placed, kind, **unasked, danger_remains="no", expect=400)

    assert [(e["field"], e["code"]) for e in refused["errors"]] == [(next(iter(unasked)), "unknown")]
    assert row(placed).state == "ordered"


@pytest.mark.parametrize(
    ("said", "fault"),
    [({"ruling_kind": "hearing"}, "required"), ({"ruling_kind": "amended"}, "required"),
     ({"ruling_kind": "amended", "effect": "kept"}, "not-a-choice")],
)  # fmt: skip
def test_a_ruling_says_its_effect(filed, placed, said, fault):
    kind = said.pop("ruling_kind")
    refused = rules(filed, placed, kind, **said, expect=400)

    assert [(e["field"], e["code"]) for e in refused["errors"]] == [("effect", fault)]


@pytest.mark.parametrize("on", ["2026-11-23", "2026-12-02"])
def test_a_ruling_dates_from_the_order_on_and_has_been_made(filed, placed, on):
    filed.at("2026-12-01 09:00")

    body = {"on": on, "ruling_kind": "quashed", "copy": COPY, "danger_remains": "no"}
    assert filed.refused("crip_coordinator", "ruling", body, part=placed) == "ruling_follows_the_order"


def test_on_its_page_one_records_an_appeal_and_reads_it_in_the_history(filed, placed):
    page = Visitor(filed.world, "crip_coordinator")
    answer = page.fills(
        f"/dossiers/{filed.pk}/etape/measure/{placed.removeprefix('measures/')}/ruling",
        on="2026-11-24", ruling_kind="suspended", copy=COPY,
    )  # fmt: skip

    assert answer.status_code == 303, answer.content.decode()
    assert row(placed).state == "suspended"
    assert "Ordonnance suspendue" in page.get(f"/dossiers/{filed.pk}/historique").content.decode()
