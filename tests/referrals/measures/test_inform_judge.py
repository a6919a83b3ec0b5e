"""The judge is told of a measure that nobody carries out (domain.md §2.6 M19): who may record it, and who reads it."""

import json
from datetime import timedelta

import pytest

from audit.models import Entry
from outbox.models import Notice
from referrals.models import Measure, Referral
from tests.conftest import see_all
from tests.days import today
from tests.journeys import bodies
from tests.referrals.workflow.kit import Kit

SAID = "Visites de la puéricultrice"


def ordered(world, state="ordered", *, judicial=True):
    kit = Kit(world, "protected_judicial")
    kit.part = kit.measure(
        state, type_id="aemo", judicial=judicial, ordered_on=today(), term_on=today() + timedelta(days=180)
    )
    return kit


def informs(kit, who="ase_inspector", **said):
    version = Referral.objects.get(pk=kit.case.pk).version
    answer = kit.world.as_(who).post(
        f"referrals/{kit.case.pk}/measures/{kit.part.pk}/inform_judge",
        bodies.judge_informed(on=today().isoformat(), meanwhile=SAID) | said,
        version=version, key=f"judge-{who}-{version}",
    )  # fmt: skip
    see_all()
    return answer


def rule_of(answer):
    assert answer.status_code == 409, answer.content
    return answer.json()["rule"]


@pytest.mark.parametrize("who", ["ase_inspector", "crip_coordinator"])
def test_it_is_recorded_sealed_and_journaled_tells_the_supervisor_and_leaves_the_measure(world, who):
    kit = ordered(world)
    entries = Entry.objects.count()

    answer = informs(kit, who)

    assert answer.status_code == 200, answer.content
    measure, record = Measure.objects.get(pk=kit.part.pk), kit.case.steps.get(step="inform_judge")
    assert (measure.state, measure.term_on) == ("ordered", kit.part.term_on)
    assert (record.number, record.access_class, record.part) == ("M19", "I", kit.part.pk)
    sealed = kit.case.steps.filter(pk=record.pk).values_list("data", flat=True).get()
    assert SAID.encode() not in bytes(str(sealed), "utf-8")
    told = Notice.objects.filter(subject_id=kit.case.pk, channel="app").values_list("user_id", flat=True)
    assert world.user("supervisor").pk in set(told)
    written = [bytes(body).decode() for body in Entry.objects.values_list("body", flat=True)]
    assert len(written) > entries
    assert any("inform_judge" in body for body in written)
    assert not any(SAID in json.dumps(json.loads(body), ensure_ascii=False) for body in written)


def test_whoever_reads_orders_reads_it_and_nobody_else(world):
    """Class I: the supervisor is told that it was done, and reads its words only by an emergency opening."""
    kit = ordered(world)
    informs(kit)

    for who, reads in (
        ("ase_inspector", True),
        ("crip_coordinator", True),
        ("supervisor", False),
        ("intake_agent", False),
        ("filer", False),
    ):
        read = world.as_(who).get(f"referrals/{kit.case.pk}/timeline").content.decode()
        assert (SAID in read) is reads, who


def test_an_administrative_measure_is_not_reported_to_the_judge(world):
    assert rule_of(informs(ordered(world, judicial=False))) == "is_judicial"


def test_once_begun_it_is_refused_unless_nothing_was_done(world):
    kit = ordered(world, "active")

    assert rule_of(informs(kit)) == "nothing_was_ever_done"
    assert informs(kit, nothing_was_done=True).status_code == 200


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"sending_way": "plex"}, "sending_reference"),
        ({"asked_since": None}, "asked_since"),
        ({"danger_remains": ""}, "danger_remains"),
    ],
)
def test_what_the_judge_must_know_is_said(world, said, field):
    """§4.9: the service asked and since when, whether a danger remains; of the platform, the file's reference."""
    answer = informs(ordered(world), **said)

    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_no_service_need_have_been_asked_and_none_is_asked_tomorrow(world):
    kit = ordered(world)
    tomorrow = (today() + timedelta(days=1)).isoformat()

    assert rule_of(informs(kit, asked_since=tomorrow)) == "told_and_seen_already"
    assert informs(kit, service_asked="", asked_since=None).status_code == 200
