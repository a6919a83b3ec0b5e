"""Search by name: for the cell alone, counted, written down; other authorities tell whom to call (CR17, §1.3 rule 6)."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import SYSTEM
from referrals.duplicates import name_search
from referrals.matching import blocking_keys, candidates
from referrals.models import Referral, SearchCount
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.audit.owner import as_owner, written
from tests.journeys.story import paris
from tests.referrals.matching.conftest import file
from tests.shared_fixtures import shared_fixture

GIRL = {"last_name": "Ben Saïd", "first_names": "Inès", "birth_date": "2012-03-14"}
pytestmark = [pytest.mark.sec("SEC-CR17"), pytest.mark.both_databases("statements of the search")]


@shared_fixture
def known(world):
    """A file about a girl."""
    return file(world, **GIRL)


@shared_fixture
def beside(known):
    """A file about a child born on the same day."""
    return file(known.world, last_name="Martin", first_names="Louise", birth_date="2012-03-14")


def ask(world, who="crip_coordinator", code="93", **wanted):
    return world.as_(who, code).post("searches", wanted)


def found(world, **wanted):
    answer = ask(world, **wanted)
    assert answer.status_code == 200, answer.content.decode()
    return [line["id"] for line in answer.json()["results"]]


@pytest.mark.parametrize(
    "wanted",
    [
        {"last_name": "Bensaid", "first_names": "Ines"},
        {"last_name": "BEN SAID", "birth_date": "2012-03-14"},
        {"last_name": "Inès", "first_names": "Ben-Saïd"},
        {"last_name": "Bensaïd"},
        {"first_names": "ines"},
    ],
)
def test_a_child_is_found_by_its_names_however_they_are_written(world, known, beside, wanted):
    assert found(world, **wanted) == [known.pk]


def test_a_line_is_the_shell_and_the_name(world, known):
    story = known

    answer = ask(world, **GIRL).json()

    (line,) = answer["results"]
    assert (line["reference"], line["state"]["code"]) == (story.row.reference, "submitted")
    assert line["child"]["last_name"] == "Ben Saïd"
    assert (answer["more"], answer["elsewhere"]) == (False, [])


@pytest.mark.parametrize(
    "who", ["filer", "assessor", "supervisor", "on_call", "territory_admin", "auditor", "dpo"]
)
def test_nobody_but_the_cell_searches(world, known, who):
    found, unknown = ask(world, who, **GIRL), ask(world, who, last_name="Personne", first_names="Aucune")

    assert found.status_code == unknown.status_code == 403
    assert found.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


@pytest.mark.sec("SEC-AZ4")
def test_a_hidden_file_is_found_by_nobody_who_may_not_see_it(world, filed):
    """Excluded or restricted: the same bytes and queries as for a child whom nobody knows."""
    first, second = filed(**GIRL), filed(**GIRL | {"first_names": "Aïcha"})
    first.does("supervisor", "exclude", {"user": first.user("crip_coordinator"), "reason": "Lien familial."})
    second.reads("crip_coordinator_2")
    named = [second.user("crip_coordinator_2"), second.user("supervisor")]
    said = {"named": named, "reason": "Agent du service.", "review_on": "2026-12-20"}
    second.does("crip_coordinator_2", "restrict", said)
    ask(world, last_name="Première", first_names="Recherche")  # begins the day's count
    seen = []
    for names in ("Inès", "Aïcha", "Personne"):
        for wanted in (GIRL | {"first_names": names}, {"first_names": names}):
            with CaptureQueriesContext(connection) as asked:
                answer = ask(world, **wanted)
            seen.append((answer.content, len(asked)))

    assert seen[0::2] == [seen[0]] * 3
    assert seen[1::2] == [seen[1]] * 3
    answer = ask(world, "crip_coordinator_2", **GIRL | {"first_names": "Aïcha"})
    assert [line["id"] for line in answer.json()["results"]] == [second.pk]


def test_a_search_says_what_the_index_cant_find_yet_and_that_it_read_less_than_there_is(
    world, filed, monkeypatch
):
    first, second = filed(**GIRL), filed(**GIRL)
    told = ask(world, **GIRL).json()
    assert (told["left_out"], told["not_indexed"]) == ([], 0)
    Referral.objects.filter(pk=second.pk).update(index_norm=blocking_keys.NORM - 1)
    monkeypatch.setattr(candidates, "_VALUES_AT_MOST", 30)

    told = ask(world, **GIRL).json()

    assert ([why["code"] for why in told["left_out"]], told["not_indexed"]) == (["not_indexed", "cut"], 1)
    assert first.pk in [line["id"] for line in told["results"]]


def test_another_authority_tells_whom_to_call_and_nothing_else(world, filed):
    """§1.3 rule 6: for the very same name and date alone; it is written down there too."""
    there = filed(commune="59350", code="59", **GIRL)

    exact = ask(world, last_name="BEN SAID", first_names="ines", birth_date="2012-03-14").json()
    nearly = ask(world, last_name="Ben Said", first_names="Inès", birth_date="2012-03-15").json()
    nameless = ask(world, last_name="Ben Said", first_names="Inès").json()

    authority = world.authorities["59"]
    assert exact["elsewhere"] == [{"authority": str(authority.pk), "name": authority.name}]
    assert exact["results"] == []
    assert there.pk not in str(exact)
    assert nearly["elsewhere"] == nameless["elsewhere"] == []
    with as_owner():
        asked = [json.loads(bytes(entry.body)) for entry in written(act="search:elsewhere")]
    # An index of a few children is so short that others may be opened too, and each time is written down.
    assert {(body["tenant"], body["role"], body["obo"] is not None) for body in asked} == {
        (str(authority.pk), "system", True)
    }


@pytest.mark.sec("SEC-AZ4")
def test_a_restricted_file_elsewhere_tells_nothing(world, filed):
    there = filed(commune="59350", code="59", **GIRL)
    there.row.__class__.objects.filter(pk=there.pk).update(restricted=True)

    ask(world, last_name="Première", first_names="Recherche")  # begins the day's count
    with CaptureQueriesContext(connection) as known:
        answer = ask(world, **GIRL)
    with CaptureQueriesContext(connection) as unknown:
        ask(world, **GIRL | {"birth_date": "2012-03-18"})

    assert answer.json()["elsewhere"] == []
    assert len(known) == len(unknown)


def test_a_search_is_one_entry_with_a_keyed_digest_and_no_name(world, known):
    ask(world, **GIRL)
    ask(world, **GIRL)
    ask(world, last_name="Autre", first_names="Enfant")

    with as_owner():
        entries = [json.loads(bytes(entry.body)) for entry in written(act="search:done")]
    assert [(body["role"], body["why"], len(body["obj"])) for body in entries] == [
        ("crip_coordinator", "search", 1), ("crip_coordinator", "search", 1), ("crip_coordinator", "search", 0),
    ]  # fmt: skip
    digests = [body["pd"] for body in entries]
    assert digests[0] == digests[1] != digests[2]
    known.names_nobody("Saïd", "Inès")


@pytest.mark.sec("SEC-AZ14")
def test_the_day_has_so_many_searches_and_no_more(world, filed):
    """A setting of the authority, tried at n and n + 1; a refusal opens and counts nothing."""
    asked = Change(effective_on=paris("2026-11-24 10:00").date(), values={"searches_per_day": 2})
    policy_changes_actions.change(
        world.authorities["93"].pk, asked, actor=SYSTEM, at=paris("2026-11-24 08:00")
    )
    filed(**GIRL)

    answers = [ask(world, **GIRL) for _ in range(3)]
    other = ask(world, "intake_agent", **GIRL)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "too-many-searches"
    assert int(answers[2]["Retry-After"]) <= 24 * 3_600 + 1, "until the day of the authority ends"
    assert other.status_code == 200, "each person has the own count"
    assert sorted(SearchCount.objects.values_list("count", flat=True)) == [1, 2]
    assert name_search.forget_counts(paris("2026-11-26 10:00")) == 0
    assert name_search.forget_counts(paris("2026-11-28 10:00")) == 2


@pytest.mark.sec("SEC-AZ14")
def test_what_a_search_shows_counts_as_shown(world, filed, settings):
    """Beyond the hour's cap nothing is looked for, hit or none: a refusal tells nothing, and lists are full too."""
    settings.LINES_PER_HOUR = 2
    for _ in range(2):
        filed(**GIRL)

    first = ask(world, **GIRL)
    refused = [ask(world, **GIRL), ask(world, last_name="Autre", first_names="Enfant")]

    assert (first.status_code, len(first.json()["results"])) == (200, 2)
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(429, "too-many-lines")}
    assert SearchCount.objects.get().count == 1
    assert ask(world, "intake_agent", **GIRL).status_code == 200, "each has the own count"


def test_one_name_alone_opens_no_more_than_a_bound(world, known, beside, monkeypatch):
    monkeypatch.setattr(name_search, "OPENED_BY_SCAN", 5)

    refused = ask(world, last_name="Bensaid")

    assert (refused.status_code, refused.json()["code"]) == (409, "search-too-wide")
    assert found(world, last_name="Bensaid", first_names="Inès") == [known.pk]


@pytest.mark.parametrize(
    "body",
    [{}, {"last_name": " - "}, {"birth_date": "2012-03-14"}, {"last_name": "Ab", "x": 1},
     {"last_name": "Inc*"}, {"first_names": "In%"}, {"last_name": "B"}, {"last_name": "93"}],
)  # fmt: skip
def test_a_search_needs_a_name_and_nothing_unknown(world, body):
    answer = ask(world, **body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")
    assert not SearchCount.objects.exists(), "nor is it counted"


def test_another_authority_is_searched_by_its_own_cell(world):
    answer = ask(world, last_name="Xu", first_names="Yi", authority=str(world.authorities["59"].pk))

    assert (answer.status_code, "authority" in answer.content.decode()) == (400, True)
