"""The service's own search: what it finds, what it says of it, and what it never shows (domain.md T06, T42; AZ4, AZ8)."""

import json
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs

from referrals.duplicates import renewal
from referrals.duplicates import tasks as duplicates_tasks
from referrals.matching import blocking_keys, candidates, identity, indexing
from referrals.matching.comparison import Verdict
from referrals.matching.identity import Family
from referrals.models import DuplicateCandidate, IndexSize, IndexValue, Referral
from referrals.models.matching import LENGTHS
from referrals.retention.elimination import destroy_rows
from referrals.vocabulary.oversight import LinkKind
from tests.audit.owner import as_owner, written
from tests.conftest import see_all
from tests.factories.concerns import concern, urgent
from tests.journeys.story import paris
from tests.night import NIGHT
from tests.referrals.matching.conftest import GIRL, OTHER, pairs

pytestmark = pytest.mark.both_databases("statements of the search")


@pytest.mark.parametrize(
    ("told", "reasons"),
    [
        ({}, ["name", "birth_date"]),
        ({"last_name": "LEFEVRE DUBOIS", "first_names": "chloe"}, ["spelling", "birth_date"]),
        ({"last_name": "Lefebvre", "first_names": "Cloé"}, ["spelling", "birth_date"]),
        ({"last_name": "Chloé", "first_names": "Lefèvre"}, ["spelling", "swapped_names", "birth_date"]),
        ({"birth_date": "2012-03-15"}, ["name", "near_birth_date"]),
        ({"birth_date": "2013-03-14", "first_names": "Chloe"}, ["spelling", "near_birth_date"]),
        ({"last_name": "Dubois", "usual_name": "Martin"}, ["spelling", "birth_date"]),
    ],
)
def test_a_file_of_the_same_child_is_suggested_with_its_reasons(girl, other, filed, searched, told, reasons):
    second = filed("filer_2", **GIRL | told)
    searched()

    ((_, kind, why),) = [pair for pair in pairs(second) if pair[0] == girl.pk]

    assert (kind, why) == ("same", reasons)


@pytest.mark.parametrize(
    "told",
    [
        {"birth_date": "2009-11-30"},  # a namesake
        {"first_names": "Inès", "birth_date": "2009-11-30"},
        {"last_name": "Garnier", "first_names": "Lou"},  # the same birthday
    ],
)
def test_who_shares_a_name_or_a_birthday_only_is_not_suggested_as_the_same(filed, searched, told):
    filed(**GIRL, of={"holders": [{"name": "Claire Lefèvre", "link": "mother"}]})
    second = filed("filer_2", of={"holders": [{"name": "Sonia Garnier", "link": "mother"}]}, **GIRL | told)
    searched()

    assert pairs(second) == []


def test_a_twin_is_linked_as_family_and_not_taken_for_the_child(girl, filed, searched):
    second = filed("filer_2", **GIRL | {"first_names": "Manon"})
    searched()

    assert [(pk, kind, "siblings" in why) for pk, kind, why in pairs(second)] == [(girl.pk, "related", True)]


def test_a_number_seen_in_two_files_links_them_and_shows_to_whoever_may_read_where_it_stands(filed, searched):
    """§1.3: a trace is of class G, which an intake agent doesn't read."""
    trace = {"digital_traces": [{"platform": "x", "handle": "Lola_93"}], "holders": []}
    first = filed(of=trace | {"not_known": ["holders"]}, **GIRL)
    trace = {"digital_traces": [{"platform": "y", "handle": "@lola93"}], "holders": []}
    second = filed("filer_2", of=trace | {"not_known": ["holders"]}, **OTHER)
    searched()

    assert pairs(second) == [(first.pk, "related", ["trace"])]
    assert pairs(second, "intake_agent") == []


@pytest.mark.sec("SEC-AZ8")
def test_filing_asks_and_answers_the_same_whether_or_not_the_child_is_known(world, filed, searched):
    filed("filer_2", **GIRL)  # what is made once for a person is made
    searched()
    seen = []
    for number, child in enumerate((GIRL, OTHER)):
        said = concern() | {"submit": True}
        said["children"][0] |= child
        with CaptureQueriesContext(connection) as asked:
            answer = world.as_("filer_2").post("referrals", said, key=f"filing-{number}-x")
        told = answer.json() | dict.fromkeys(("id", "made", "reference", "submitted_at", "clocks"))
        told["available_actions"] = [action["step"] for action in told["available_actions"]]
        seen.append((answer.status_code, json.dumps(told), len(asked)))

    assert seen[0] == seen[1]


@pytest.mark.sec("SEC-AZ4")
def test_a_hidden_file_leaves_no_mark_on_the_other(world, girl, other, filed, searched):
    """Restricted, or the reader excluded from it: same bytes, same queries as if it weren't there."""
    known, alone = girl, other
    second = filed("filer_2", **GIRL)
    searched()
    assert pairs(second) != []
    known.does("supervisor", "exclude", {"user": known.user("crip_coordinator"), "reason": "Lien familial."})

    def read(story, part):
        world.as_("crip_coordinator").get(f"referrals/{story.pk}{part}")
        with CaptureQueriesContext(connection) as asked:
            answer = world.as_("crip_coordinator").get(f"referrals/{story.pk}{part}")
        text = answer.content.decode()
        assert known.pk not in text
        shown = answer.json()
        steps = [line["step"] for line in shown.get("results", shown.get("available_actions", []))]
        return answer.status_code, steps, len(asked), shown.get("version")

    for part in ("", "/duplicates", "/timeline", "/links"):
        assert read(second, part) == read(alone, part), part
    assert pairs(second, "crip_coordinator_2") != [], "who sees both is told"


@pytest.mark.sec("SEC-AZ4")
def test_a_pair_that_a_person_suggested_shows_in_no_timeline_of_who_is_excluded(girl, other):
    first, second = girl, other
    second.reads("crip_coordinator")
    second.does("intake_agent", "suggest", {"other": first.pk, "reasons": ["other"]}, part="duplicates")
    first.does("supervisor", "exclude", {"user": first.user("crip_coordinator"), "reason": "Lien familial."})

    hidden, shown = (
        second.reads(who, "timeline")["results"] for who in ("crip_coordinator", "crip_coordinator_2")
    )

    assert "suggest" not in [line["step"] for line in hidden]
    assert first.pk not in str(hidden)
    assert "suggest" in [line["step"] for line in shown]


def test_what_is_corrected_is_searched_for_again_and_a_mistaken_child_no_more(girl, other, searched):
    """T42, S4: `wrong_person` takes the identity out of search at once; S1: a name that comes later is found."""
    first, second = girl, other
    searched()
    assert pairs(second) == []
    second.reads("crip_coordinator")
    corrections = [
        {"part": "children", "row": second.children[0], "field": name, "value": value}
        for name, value in GIRL.items()
    ]
    second.does("crip_coordinator", "rectify", {"corrections": corrections, "reason": "Identité établie."})
    searched()

    assert [(pk, kind) for pk, kind, _ in pairs(second)] == [(first.pk, "same")]

    wrong = {"wrong_person": second.children[0], "reason": "Erreur sur la personne."}
    second.does("crip_coordinator", "rectify", wrong)
    see_all()
    assert not IndexValue.objects.filter(row=second.children[0]).exists()
    searched()

    assert [pair.state for pair in DuplicateCandidate.objects.filter(referral=second.pk)] == ["rejected"]


def test_what_a_person_set_aside_does_not_come_again(girl, again, searched):
    first, second = girl, again
    searched()
    held = DuplicateCandidate.objects.get()
    holder = second if str(held.referral_id) == second.pk else first
    holder.reads("crip_coordinator")
    holder.does("crip_coordinator", "reject", {"reason": "Homonymes."}, part=f"duplicates/{held.pk}")
    Referral.objects.update(searched_at=None)
    searched()

    assert DuplicateCandidate.objects.count() == 1


def test_the_index_is_named_once_it_was_searched(girl, searched):
    """T06: the proof of the index needs neither place nor result; each reader finds the result as far as both are seen."""
    story = girl
    story.reads("crip_coordinator")
    assert story.refused("crip_coordinator", "start_triage", {"method": "index"}) == "index_was_asked"
    searched()

    both = {"method": "index", "where": "Registre"}
    assert story.refused("crip_coordinator", "start_triage", both, expect=400) == "invalid-input"
    story.does("crip_coordinator", "start_triage", {"method": "index"})

    assert story.state == "triage"


def test_a_child_kept_for_the_named_is_searched_for_by_nobody(girl, filed, searched):
    first = girl
    first.reads("crip_coordinator")
    named = [first.user("crip_coordinator"), first.user("supervisor")]
    said = {
        "child": first.children[0],
        "named": named,
        "reason": "Enfant d'un agent.",
        "review_on": "2026-12-20",
    }
    first.does("crip_coordinator", "restrict", said)
    second = filed("filer_2", **GIRL)
    searched()

    assert not IndexValue.objects.filter(row=first.children[0]).exists()
    assert [why for _, _, why in pairs(second) if "name" in why] == []


@pytest.mark.sec("SEC-AZ20")
@pytest.mark.parametrize("kept", [0, 1])
def test_a_pair_that_is_about_a_child_kept_for_the_named_is_taken_back_whichever_file_holds_it(
    girl, again, searched, kept
):
    """It would tell in the other file whose child that is."""
    both = [girl, again]
    searched()
    assert [len(pairs(one)) for one in both] == [1, 1]
    named = [both[0].user(name) for name in ("crip_coordinator", "supervisor")]
    said = {"child": both[kept].children[0], "named": named, "reason": "Menaces.", "review_on": "2026-12-20"}
    both[kept].reads("crip_coordinator")
    both[kept].does("crip_coordinator", "restrict", said)
    searched()

    assert [pairs(one, "crip_coordinator_2") for one in both] == [[], []]


def test_what_was_opened_to_compare_is_written_down(again, searched):
    second = again
    searched()

    with as_owner():
        acts = [json.loads(bytes(entry.body)) for entry in written(act="index:compared")]
    assert [(body["role"], body["why"], body["out"]) for body in acts] == [("system", "search", "allow")] * 2
    assert {"child.last_name", "child.birth_date"} <= set(acts[-1]["fields"])
    assert [len(body["obj"]) for body in acts] == [2, 2]
    second.names_nobody(GIRL["last_name"], "Chloé")


@pytest.mark.sec("SEC-AL2")
def test_however_many_files_are_opened_the_entries_of_a_search_name_them_all(filed, searched, monkeypatch):
    """Here an entry names three cases at most: the one that is searched for, and two others."""
    monkeypatch.setattr(candidates, "_PARTS", (1, 2, 4, 6))
    monkeypatch.setattr(candidates, "SEARCHED_AT_MOST", 6)
    monkeypatch.setattr(duplicates_tasks, "MAX_OBJECTS", 3)
    home = {"holders": [{"name": "Yamina Exemple", "link": "mother"}]}
    for year in range(2008, 2016):
        filed(of=home, **OTHER | {"first_names": f"Enfant {chr(year - 1943)}", "birth_date": f"{year}-02-03"})
    searched()
    renewal.count_children(paris("2026-11-24 12:00"))
    with as_owner():
        before = {entry.pk for entry in written(act="index:compared")}
    filed("filer_2", of=home, **OTHER)
    searched()

    with as_owner():
        found = [json.loads(bytes(one.body)) for one in written(act="index:compared") if one.pk not in before]
    named = [set(body["obj"]) for body in found]
    assert [len(each) for each in named] == [3, 3, 3]
    assert len(set.union(*named)) == 7, "six others, each once"
    assert all(body["fields"] for body in found)


def test_a_doubtful_file_is_offered_where_nothing_is_surer_and_not_beside_one_that_is():
    def verdict(kind, score):
        return Verdict(LinkKind(kind), score, ())

    def offered(*parts):
        found = candidates.until_same(map(list, parts), lambda part: [(one, one) for one in part])
        return [verdict.score for verdict, _ in found]

    sure, doubtful, kin = verdict("same", 20.0), verdict("same", 2.0), verdict("related", 3.0)
    assert offered([sure, doubtful, kin]) == [20.0, 3.0]
    assert offered([verdict("same", 7.0), doubtful]) == [7.0, 2.0], "neither is much surer"
    assert offered([sure, verdict("same", 9.0)]) == [20.0, 9.0], "one child may have two files"
    assert offered([kin], [doubtful], [sure]) == [3.0, 2.0], "one match is enough"


@pytest.mark.sec("SEC-AZ8")
def test_a_filing_and_its_search_leave_as_many_entries_whether_or_not_the_child_is_known(filed, searched):
    """Whoever files before and after counts what stands between the two places that the receipts tell."""
    filed(**GIRL)
    filed(**GIRL)
    searched()

    def acts(**child):
        before = {entry.pk for entry in written()}
        story = filed("filer_2", **child)
        searched()
        found = sorted(entry.act for entry in written() if entry.pk not in before)
        return len(pairs(story)), found

    (none, of_unknown), (two, of_known) = acts(**OTHER), acts(**GIRL)

    assert (none, two) == (0, 2)
    assert of_known == of_unknown
    assert of_known.count("index:compared") == 1


@pytest.mark.sec("SEC-CR16")
def test_the_index_holds_short_numbers_that_differ_by_authority(girl, filed):
    """No name, no date; the same child has other numbers in another authority."""
    here, there = girl, filed(commune="59350", code="59", **GIRL)
    numbers = [
        set(IndexValue.objects.filter(referral=story.pk).values_list("bucket", flat=True))
        for story in (here, there)
    ]

    assert all(numbers)
    assert numbers[0].isdisjoint(numbers[1])


@pytest.mark.sec("SEC-CR11")
def test_a_case_whose_rows_are_destroyed_is_found_no_more(girl, filed, searched):
    first = girl
    destroy_rows(first.row)
    second = filed("filer_2", **GIRL)
    searched()

    assert not IndexValue.objects.filter(referral=first.pk).exists()
    assert pairs(second) == []


def test_a_filing_that_was_joined_is_found_as_the_file_that_took_it_in(girl, again, filed, searched):
    first, second = girl, again
    for story in (first, second):
        story.triaged()
    body = {"other": first.pk, "reasons": ["name"]}
    made = second.does("intake_agent", "suggest", body, part="duplicates")["made"]
    second.does("crip_coordinator", "confirm", {"kind": "same"}, part=f"duplicates/{made}")
    joined = {
        "target": first.pk, "link": "same_facts",
        "children": [{"child": second.children[0], "same_as": first.children[0]}],
        "holders": [{"holder": m, "same_as": s} for m, s in zip(second.holders, first.holders, strict=True)],
    }  # fmt: skip
    second.does("crip_coordinator", "attach_existing", joined)
    third = filed(**GIRL)
    searched()

    assert [pk for pk, _, _ in pairs(third)] == [first.pk]


def test_while_values_of_an_earlier_version_are_made_anew_a_search_says_so_and_comes_again(
    girl, filed, searched
):
    """They aren't found until then, and the search proves nothing; whoever was searched for before isn't again."""
    first = girl
    searched()
    Referral.objects.filter(pk=first.pk).update(index_norm=blocking_keys.NORM - 1)
    IndexValue.objects.filter(referral=first.pk).delete()
    looked_at = first.row.searched_at
    second = filed("filer_2", **GIRL)
    assert searched() == 1
    told = second.reads("crip_coordinator", "duplicates")
    assert (told["results"], told["searching"]) == ([], True)
    assert [why["code"] for why in told["left_out"]] == ["not_indexed"]
    second.reads("crip_coordinator")
    assert second.refused("crip_coordinator", "start_triage", {"method": "index"}) == "index_was_asked"

    assert renewal.renew_index(paris("2026-11-24 12:00")) == 1
    assert renewal.renew_index(paris("2026-11-24 12:00")) == 0

    assert searched() == 1
    assert [pk for pk, _, _ in pairs(second)] == [first.pk]
    assert (first.row.index_norm, first.row.searched_at) == (blocking_keys.NORM, looked_at)
    told = second.reads("crip_coordinator", "duplicates")
    assert (told["searching"], told["left_out"]) == (False, [])


@pytest.mark.sec("SEC-CR16")
def test_values_follow_the_size_of_their_authority_and_are_found_at_every_length(
    girl, other, filed, searched
):
    """Made shorter than the authority's are now, they are found, and made anew: each value opened once, one entry."""
    first = girl
    searched()
    renewal.count_children(paris("2026-11-24 12:00"))
    IndexSize.objects.filter(authority=first.row.authority_id).update(bits=10)
    short = set(IndexValue.objects.values_list("bucket", flat=True))
    second = filed("filer_2", **GIRL)
    searched()
    assert [pk for pk, _, _ in pairs(second)] == [first.pk]
    assert (first.row.index_bits, second.row.index_bits) == (2, 10)

    before = {entry.pk for entry in written()}
    assert renewal.renew_index(paris("2026-11-24 12:00")) == 2

    (entry,) = [entry for entry in written(act="index:made") if entry.pk not in before]
    with as_owner():
        body = json.loads(bytes(entry.body))
    assert body["fields"]["child.last_name"] == 2
    assert len(body["obj"]) == 2
    see_all()
    assert not short & set(IndexValue.objects.values_list("bucket", flat=True))
    assert [story.row.index_bits for story in (first, other)] == [10, 10]
    third = filed(**GIRL)
    searched()
    assert {pk for pk, _, _ in pairs(third)} == {first.pk, second.pk}


@pytest.mark.sec("SEC-CR16")
def test_while_cases_of_every_length_are_made_anew_each_is_asked_for_and_afterwards_one_alone(girl, filed):
    """Whatever an authority grew through meanwhile, a search finds it, and asks for no more than there is.

    By day through one length in three.
    """
    first = girl
    lengths = LENGTHS if NIGHT else [LENGTHS[0], *LENGTHS[:0:-3][::-1]]
    half = len(lengths) // 2
    authority = first.row.authority_id
    renewal.count_children(paris("2026-11-24 12:00"))
    stories = [first]
    for bits in lengths[1:]:
        IndexSize.objects.filter(authority=authority).update(bits=bits)
        stories.append(filed(**GIRL))
    wanted = blocking_keys.searched_for(Family((identity.child(uuid4(), GIRL, on=date(2026, 11, 24)),)))
    every = {story.row.pk for story in stories}

    assert [story.row.index_bits for story in stories] == list(lengths)
    assert candidates.size_of(authority)[1:3] == (19, tuple(LENGTHS)), (
        "all between the shortest and the longest"
    )
    assert set(candidates.likely(candidates.size_of(authority), wanted).files) == every

    assert renewal.renew_index(paris("2026-11-24 12:01"), limit=half) == half
    see_all()
    assert set(candidates.likely(candidates.size_of(authority), wanted).files) == every
    assert renewal.renew_index(paris("2026-11-24 12:02")) == len(lengths) - 1 - half
    see_all()

    assert candidates.size_of(authority)[1:3] == (19, (19,))
    assert set(candidates.likely(candidates.size_of(authority), wanted).files) == every


@pytest.mark.sec("SEC-CR16")
def test_the_database_takes_the_lengths_that_there_are_and_no_other(girl):
    authority = girl.row.authority_id
    renewal.count_children(paris("2026-11-24 12:00"))
    size = IndexSize.objects.filter(authority=authority)

    assert [size.update(bits=bits) for bits in LENGTHS] == [1] * len(LENGTHS)
    for bits in (min(LENGTHS) - 1, max(LENGTHS) + 1):
        with pytest.raises(IntegrityError), transaction.atomic():
            size.update(bits=bits)


def test_a_search_that_reads_less_than_there_is_says_so(again, searched, monkeypatch):
    monkeypatch.setattr(candidates, "_VALUES_AT_MOST", 3)
    second = again
    searched()

    told = second.reads("crip_coordinator", "duplicates")

    assert [why["code"] for why in told["left_out"]] == ["cut"]
    assert told["searching"] is False


def test_a_case_that_cant_be_indexed_holds_up_no_other(girl, other, filed, searched, monkeypatch):
    """It is logged; it isn't found, and everybody else is searched for."""
    first, broken = girl, other
    searched()
    Referral.objects.all().update(index_norm=blocking_keys.NORM - 1)
    make = indexing.replace

    def breaks(families):
        if broken.pk in {str(referral.pk) for referral in families}:
            raise IndexError
        make(families)

    monkeypatch.setattr(indexing, "replace", breaks)
    with capture_logs() as logs:
        assert renewal.renew_index(paris("2026-11-24 12:00")) == 1
    assert [line["row"] for line in logs if line["event"] == "index:failed"] == [broken.row.pk]
    second = filed("filer_2", **GIRL)

    assert searched() == 1
    assert [pk for pk, _, _ in pairs(second)] == [first.pk]


def test_another_authoritys_earlier_values_keep_nobody_waiting(girl, filed, searched):
    first = girl
    elsewhere = filed(code="75", commune="75101", **OTHER)
    searched()
    Referral.objects.filter(pk=elsewhere.pk).update(index_norm=blocking_keys.NORM - 1)
    second = filed("filer_2", **GIRL)

    assert searched() == 1
    assert [pk for pk, _, _ in pairs(second)] == [first.pk]


@pytest.mark.parametrize("lane", ["ordinary", "urgent"])
def test_a_child_of_whom_an_initial_is_known_can_be_filed(world, lane):
    form = concern() if lane == "ordinary" else urgent()
    form["children"][0] |= {"identity_known": "partial", "last_name": "W.", "first_names": "H."}
    more = {"submit": True} | ({"urgent": True} if lane == "urgent" else {})

    assert world.as_("filer").post("referrals", form | more, key="initials-only").status_code == 201
