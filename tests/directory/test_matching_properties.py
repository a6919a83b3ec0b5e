"""What holds of matching for any case and any services (field.md A.9, A.10 tests 3, 4, 9, 12)."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from directory.codes import Agreement, Asker, Need, Sex, Situation, Specialised, Status
from directory.matching import (
    REMOVING,
    CaseFacts,
    Finding,
    Rule,
    ServiceFacts,
    Vacancy,
    Verdict,
    assess,
    match,
)
from tests.night import examples

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 12, 25, 3, tzinfo=PARIS)
NEEDS = [Need.TONIGHT_SHELTER, Need.DISTANCE_SHELTER, Need.OUTREACH]
PLACES = ["93", "75", "973", "59"]
IDS = [UUID(int=number) for number in range(1, 6)]


def some(values, most=2):
    return st.lists(st.sampled_from(values), unique=True, max_size=most).map(tuple)


months = st.integers(0, 260)
spans = st.tuples(months, months).map(lambda two: tuple(sorted(two)))
cases = st.builds(
    CaseFacts,
    need=st.sampled_from(NEEDS),
    department=st.sampled_from([*PLACES, ""]),
    commune=st.sampled_from(["", "93008", "75118", "97302"]),
    danger_departments=st.frozensets(st.sampled_from(PLACES), max_size=2),
    age_months=st.none() | spans,
    sex=st.none() | st.sampled_from(list(Sex)),
    situations=st.frozensets(st.sampled_from(list(Situation)), max_size=2),
    asker=st.sampled_from(list(Asker)),
    agreements=st.frozensets(st.sampled_from(list(Agreement)), max_size=2),
    tonight=st.booleans(),
    excluded=st.frozensets(st.sampled_from([*IDS, UUID(int=100), UUID(int=200)]), max_size=1),
)
vacancies = st.builds(
    Vacancy,
    count=st.integers(0, 2),
    told_at=st.integers(0, 200).map(lambda hours: NOW - timedelta(hours=hours)),
    valid_until=st.none() | st.just(NOW),
)
accepts = st.lists(
    st.tuples(st.sampled_from(Situation.values), st.sampled_from(["yes", "case", "no", ""]), st.just("appeler")),
    max_size=2, unique_by=lambda one: one[0],
).map(tuple)  # fmt: skip
services = st.builds(
    ServiceFacts,
    id=st.sampled_from(IDS),
    name=st.sampled_from(["A", "B"]),
    structure=st.sampled_from([UUID(int=100), UUID(int=101)]),
    structure_name=st.just("Structure"),
    structures=st.sampled_from([frozenset(), frozenset({UUID(int=200)})]),
    specialised=st.sampled_from(Specialised.values),
    needs=some(NEEDS),
    status=st.sampled_from(Status.values),
    suspended_until=st.none() | st.sampled_from([date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26)]),
    structure_status=st.sampled_from(Status.values),
    merged=st.booleans(),
    verified_on=st.none() | st.integers(0, 400).map(lambda days: NOW.date() - timedelta(days=days)),
    verified_by=st.sampled_from(["phone", "typed", ""]),
    who_may_ask=some(Asker.values),
    zones=some([*PLACES, "france", "93008", "200057875"], 3),
    refused_departments=some(PLACES, 1),
    distance_placement=st.booleans(),
    from_departments=some(PLACES),
    department=st.sampled_from([*PLACES, ""]),
    secret=st.booleans(),
    point=st.none() | st.sampled_from([(2.4, 48.9), (3.0, 50.6), (-52.3, 4.9)]),
    age_min_months=st.none() | st.integers(0, 150),
    age_max_months=st.none() | st.integers(150, 260),
    sexes=some(Sex.values, 3),
    accepts=accepts,
    round_the_clock=st.booleans(),
    hours=st.sampled_from(["", "24/7", "Mo-Fr 09:00-18:00; PH off", "Mo-Su,PH 20:00-08:00", "le soir"]),
    agreements=some(Agreement.values),
    vacancies=st.lists(vacancies, max_size=2).map(tuple),
)
several = st.lists(services, max_size=5, unique_by=lambda one: one.id)


def told(found):
    """Return what was said of each service, by id."""
    return {
        one.service: [(each.verdict, each.sentence) for each in one.findings]
        for one in (*found.offered, *found.removed)
    }


@examples(15)
@given(case=cases, known=several, added=services)
def test_adding_a_service_never_changes_what_is_said_of_another(case, known, added):
    others = [one for one in known if one.id != added.id]

    before = match(case, others, now=NOW, zone=PARIS)
    after = match(case, [added, *others], now=NOW, zone=PARIS)

    assert {pk: said for pk, said in told(after).items() if pk != added.id} == told(before)
    for list_ in ("offered", "removed"):
        kept = [one.service for one in getattr(after, list_) if one.service != added.id]
        assert kept == [one.service for one in getattr(before, list_)]


@examples(15)
@given(case=cases, known=several, data=st.data())
def test_the_order_in_which_services_come_changes_nothing(case, known, data):
    shuffled = data.draw(st.permutations(known))

    assert match(case, shuffled, now=NOW, zone=PARIS) == match(case, known, now=NOW, zone=PARIS)


@examples(15)
@given(case=cases, known=several)
def test_every_service_is_in_one_list_and_an_excluded_one_in_none(case, known):
    found = match(case, known, now=NOW, zone=PARIS)
    offered, removed = ({one.service for one in some} for some in (found.offered, found.removed))
    excluded = {one.id for one in known if case.excluded & {one.id, one.structure, *one.structures}}

    assert offered | removed == {one.id for one in known} - excluded
    assert not offered & removed
    assert all(one.removed_by is None for one in found.offered)
    assert all(one.removed_by.rule in REMOVING and one.removed_by.sentence for one in found.removed)


@examples(15)
@given(case=cases, service=services)
def test_each_rule_says_one_verdict_and_a_sentence_that_json_keeps(case, service):
    offer = assess(case, service, now=NOW, zone=PARIS)
    if offer is None:
        return

    assert [one.rule for one in offer.findings] == list(Rule)
    for one in offer.findings:
        assert one.sentence or one.verdict is Verdict.PASS
        assert "{" not in one.sentence
        assert Finding.of(json.loads(json.dumps(one.as_dict()))).sentence == one.sentence


@examples(15)
@given(case=cases, service=services)
def test_no_service_is_offered_that_is_stale_or_does_not_work(case, service):
    """field.md A.10, test 12: a year, or three months where a place is asked for tonight or far away."""
    offer = assess(case, service, now=NOW, zone=PARIS)
    if offer is None or offer.removed_by:
        return

    short = service.distance_placement or {"tonight_shelter", "distance_shelter"} & set(service.needs)
    assert service.verified_on is not None
    assert NOW.date() - service.verified_on <= timedelta(days=92 if short else 366)
    assert service.status != "closed"
    assert not service.merged
    assert service.structure_status == "active"


@examples(15)
@given(case=cases, service=services)
def test_nobody_is_sent_to_where_the_danger_is(case, service):
    offer = assess(case, service, now=NOW, zone=PARIS)
    far = case.need == Need.DISTANCE_SHELTER and case.department
    if offer is None or offer.removed_by or not far:
        return

    assert service.department not in {case.department, *case.danger_departments}


@examples(15)
@given(case=cases, service=services)
def test_what_is_said_tells_no_more_of_the_case_than_age_and_situations(case, service):
    """Whoever keeps the findings keeps no commune and no danger zone of the child that the service doesn't name itself."""
    offer = assess(case, service, now=NOW, zone=PARIS)
    if offer is None:
        return

    own = json.dumps([service.zones, service.department, service.refused_departments])
    kept = json.dumps([one.as_dict() for one in offer.findings])
    for code in {case.commune, *case.danger_departments} - {"", case.department}:
        assert f'"{code}"' not in kept or f'"{code}"' in own


@examples(15)
@given(case=cases, service=services)
def test_of_a_secret_place_nothing_but_its_departement_counts(case, service):
    """field.md A.7.3: where within it the place lies changes neither a sentence nor the order."""
    one = assess(case, replace(service, secret=True, point=(2.4, 48.9)), now=NOW, zone=PARIS)
    other = assess(case, replace(service, secret=True, point=(-52.3, 4.9)), now=NOW, zone=PARIS)

    assert one == other
