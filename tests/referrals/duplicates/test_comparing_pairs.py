"""No first analysis goes past a match that nobody has looked at, and no search holds anything up (T06; §2.8 no. 11)."""

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.access import case_ties, visibility
from referrals.duplicates import queries, tasks
from referrals.models import DuplicateCandidate
from tests.conftest import see_all
from tests.journeys import bodies
from tests.journeys.story import paris
from tests.referrals.matching.conftest import GIRL, OTHER, at_ten, pairs
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor, links, text

AT = paris("2026-11-24 18:00")
RULE = "matches_are_seen"


def waiting(story, who="crip_coordinator", code="93"):
    """Return how many matches of a case wait, as a list of cases tells it."""
    actor = story.world.actor(who, code, at=AT)
    rows = visibility.visible_to(actor, at=AT).filter(pk=story.pk)
    found = queries.unseen_matches({row.pk: case_ties.ties_of(row, actor) for row in rows}, actor, at=AT)
    return found.get(UUID(story.pk), 0)


@shared_fixture
def two(girl, again):
    """Return two files of one child, that the search has found."""
    first, second = girl, again
    at = paris("2026-11-24 10:30")
    tasks.keep_index(at)
    tasks.search_duplicates(at)
    see_all()
    for story in (first, second):
        with pytest.MonkeyPatch.context() as patch:
            at_ten(patch)
            story.reads("intake_agent")
    return first, second


def test_the_first_analysis_waits_until_somebody_of_the_cell_has_looked(two):
    _, second = two
    for method in (bodies.SEARCHED, {"method": "index"}):
        assert second.refused("intake_agent", "start_triage", dict(method)) == RULE
    barred = {line["step"]: line["blocked_by"] for line in second.reads("intake_agent")["blocked_actions"]}
    assert "« Rapprochements »" in barred["start_triage"]["reason"]
    assert waiting(second) == 1

    pairs(second, "supervisor")  # who doesn't lead the analysis has not looked in its stead
    assert waiting(second) == 1
    pairs(second, "crip_coordinator")

    assert waiting(second) == 0
    second.does("intake_agent", "start_triage", {"method": "index"})
    assert second.state == "triage"


def test_what_is_found_later_is_looked_at_before_the_analysis_ends(filed, searched):
    second = filed("filer_2", **OTHER)
    searched()
    second.triaged()
    filed(**GIRL)
    second.reads("crip_coordinator")
    corrections = [
        {"part": "children", "row": second.children[0], "field": name, "value": value}
        for name, value in GIRL.items()
    ]
    second.does("crip_coordinator", "rectify", {"corrections": corrections, "reason": "Identité établie."})
    searched()

    refused = {
        "qualify": bodies.qualification(second.children),
        "reorient": {"reason": "Sans objet.", "target": "no_object", "feedback": "Réorientée."},
    }
    assert {second.refused("crip_coordinator", step, body) for step, body in refused.items()} == {RULE}
    pairs(second)
    second.does("crip_coordinator", "qualify", refused["qualify"])


def test_a_search_that_runs_holds_up_nobody_who_searched_by_hand(again):
    second = again
    second.reads("intake_agent")

    second.does("intake_agent", "start_triage", dict(bodies.SEARCHED))

    assert second.state == "triage"


def test_who_decides_of_a_pair_has_looked_at_it(two):
    held = DuplicateCandidate.objects.get()
    holder = next(story for story in two if story.pk == str(held.referral_id))
    assert [waiting(story) for story in two] == [1, 1]

    holder.does("crip_coordinator", "reject", {"reason": "Homonymes."}, part=f"duplicates/{held.pk}")

    assert [waiting(story) for story in two] == [0, 0]


@pytest.mark.sec("SEC-AZ4")
def test_a_match_whose_other_half_is_hidden_neither_counts_nor_bars(two):
    first, second = two
    body = {"user": first.user("crip_coordinator"), "reason": "Lien familial."}
    first.does("supervisor", "exclude", body)

    assert (waiting(second), waiting(second, "crip_coordinator_2")) == (0, 1)
    assert "start_triage" not in str(second.reads("crip_coordinator")["blocked_actions"])
    second.does("crip_coordinator", "start_triage", {"method": "index"})


@pytest.mark.sec("SEC-AZ7")
def test_a_match_for_a_reason_that_the_reader_may_not_know_neither_counts_nor_bars(filed, searched):
    """§1.3: a trace is of class G, which an intake agent doesn't read."""
    trace = {
        "digital_traces": [{"platform": "x", "handle": "Lola_93"}],
        "holders": [],
        "not_known": ["holders"],
    }
    filed(of=trace, **GIRL)
    second = filed("filer_2", of=trace, **OTHER)
    searched()
    second.reads("intake_agent")

    assert (waiting(second), waiting(second, "intake_agent")) == (1, 0)
    second.does("intake_agent", "start_triage", {"method": "index"})


def test_the_case_tells_that_the_search_runs_then_of_the_match_until_both_are_compared(again, searched):
    second = again
    visitor = Visitor(second.world, "crip_coordinator", at=AT)
    case, tab = f"/dossiers/{second.pk}", f"/dossiers/{second.pk}/rapprochements"
    for page in (case, tab):
        assert "La recherche de dossiers similaires est en cours." in text(visitor.get(page))
    assert "Aucun autre dossier ne ressemble à celui-ci." not in text(visitor.get(tab))

    searched()
    shown = visitor.get(case)
    assert "1 dossier semblable a été trouvé, et personne ne l'a encore regardé." in text(shown)
    assert "recherche de dossiers similaires" not in text(shown)
    assert "Pas encore regardé" in text(visitor.get(tab))
    (pair,) = links(shown, f"{case}/rapprochement/")
    assert visitor.get(pair).status_code == 200

    assert "semblable" not in text(visitor.get(case))
    assert "Pas encore regardé" not in text(visitor.get(tab))


def test_of_several_cases_one_question_is_asked(two):
    actor = two[0].world.actor("crip_coordinator", at=AT)
    rows = visibility.visible_to(actor, at=AT).filter(pk__in=[story.pk for story in two])
    ties = {row.pk: case_ties.ties_of(row, actor) for row in rows}

    with CaptureQueriesContext(connection) as asked:
        assert queries.unseen_matches(ties, actor, at=AT) == {UUID(story.pk): 1 for story in two}
    assert ["referrals_duplicatecandidate" in one["sql"] for one in asked].count(True) == 1
    assert len(asked) == 2, "beside it what the actor may see, which a request asks once"


def test_beside_what_the_note_counts_no_other_number_of_the_same_stands(filed, searched):
    """A pair is decided on one of its two files: on that page the step is offered for fewer than were found."""
    first, *_ = [filed(**GIRL) for _ in range(4)]
    searched()
    stories = [first, *_]
    shown = {}
    for story in stories:
        page = Visitor(story.world, "crip_coordinator", at=AT).get(f"/dossiers/{story.pk}")
        assert "3 dossiers semblables ont été trouvés" in text(page)
        shown[story.pk] = text(page).partition("Prochaines étapes")[2]

    assert any("Comparer les dossiers" in words for words in shown.values())
    assert not [words for words in shown.values() if "en attente" in words.partition("Échéances")[0]]
