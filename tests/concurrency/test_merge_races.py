"""Two files joined into each other at one moment: they are locked in one order, so one wins and nothing waits for ever."""

from functools import partial

import pytest
from django.db import connection

from referrals.models import Child, Joining, Referral
from tests.concurrency.test_step_races import racing, two_threads
from tests.factories.concerns import concern
from tests.security.procedure import Case, filed, plain, play, seeing_all, send, triaged

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AZ18", "SEC-FT6"),
    pytest.mark.both_databases("locks and isolation"),
]
RACES = {"postgresql": 20, "sqlite": 4}


@pytest.fixture
def pair(world):
    """Two cases in triage that a person holds to be about the same child."""
    first, second = Case(world, plain), Case(world, plain)
    for case in (first, second):
        play(world, filed(case, concern()))
        play(world, triaged(case))
    made = send(
        world, first.step("intake_agent", "duplicates/suggest", other=second.pk, reasons=["name"])
    ).json()
    send(world, first.step("crip_coordinator", f"duplicates/{made['made']}/confirm", kind="same"))
    return first, second


def joined_to(case, target):
    return {
        "target": target.pk, "link": "same_facts",
        "children": [{"child": case.children[0], "same_as": target.children[0]}],
        "holders": [{"holder": case.holder(), "same_as": target.holder()}],
    }  # fmt: skip


@pytest.mark.slow("races, many times")
def test_of_two_joinings_into_each_other_one_wins(world, pair):
    first, second = pair
    winners = set()
    with two_threads() as threads:
        for number in range(RACES[connection.vendor]):
            ways = [(first, second, "crip_coordinator"), (second, first, "crip_coordinator_2")]
            with seeing_all():
                versions = dict(Referral.objects.values_list("pk", "version"))
            acts = [
                partial(
                    world.as_(who).post, f"referrals/{case.pk}/attach_existing", joined_to(case, target),
                    version=next(v for pk, v in versions.items() if str(pk) == case.pk),
                )
                for case, target, who in (ways if number % 2 else ways[::-1])
            ]  # fmt: skip

            answers = racing(threads, acts)

            assert sorted(a.status_code for a in answers) in ([200, 409], [200, 412]), [
                a.content for a in answers
            ]
            with seeing_all():
                standing = Joining.objects.get(undone_at=None)
                states = dict(
                    Referral.objects.filter(pk__in=[first.pk, second.pk]).values_list("pk", "state")
                )
                children = Child.objects.filter(referral__in=states).count()
            assert states == {standing.referral_id: "merged", standing.target_id: "triage"}
            assert children == 2
            winners.add(standing.referral_id)
            won = first if str(standing.referral_id) == first.pk else second
            assert send(world, won.step("supervisor", "unmerge", reason="Essai.")).status_code == 200

    assert len(winners) >= (2 if connection.vendor == "postgresql" else 1)


@pytest.mark.slow("races, many times")
def test_parting_and_joining_on_at_one_moment_leave_one_truth(world, pair):
    """The target moves on while the filing is parted from it: both are done, or one is refused."""
    first, second = pair
    move = first.step("crip_coordinator", "attach_existing", **joined_to(first, second))
    with two_threads() as threads:
        for _ in range(RACES[connection.vendor] // 4):
            assert send(world, move).status_code == 200
            with seeing_all():
                versions = {str(pk): v for pk, v in Referral.objects.values_list("pk", "version")}
            acts = [
                partial(world.as_("supervisor").post, f"referrals/{first.pk}/unmerge", {"reason": "Essai."},
                        version=versions[first.pk]),
                partial(world.as_("crip_coordinator").post, f"referrals/{second.pk}/set_urgency",
                        {"value": "U2", "reason": "Essai."}, version=versions[second.pk]),
            ]  # fmt: skip

            parted, raised = racing(threads, acts)

            assert parted.status_code == 200
            assert raised.status_code in (200, 412)
            with seeing_all():
                urgency = Referral.objects.values_list("urgency", flat=True).get(pk=second.pk)
                Referral.objects.filter(pk__in=[first.pk, second.pk]).update(urgency="U1", urgency_ever="U1")
            if raised.status_code == 200:
                assert urgency == "U2"
