"""A case is accepted elsewhere while it moves here, or twice at once: one wins, and one authority has it (§2.8 no. 9)."""

from collections import Counter
from functools import partial

import pytest
from django.db import connection

from encryption.models import WrappedKey
from referrals.models import Referral, TransferRequest
from tests.concurrency.test_step_races import racing, two_threads
from tests.factories.concerns import concern
from tests.security.procedure import TARGET, Case, filed, moment, plain, play, seeing_all, triaged, version_of

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AZ18", "SEC-FT6"),
    pytest.mark.both_databases("locks and isolation"),
]
RACES = {"postgresql": 3, "sqlite": 1}[connection.vendor]
RECEIPT = {"receipt": "Reçu."}
#: What people of the origin may be doing at that moment.
AT_ORIGIN = {
    "set_urgency": {"value": "U2", "reason": "Fait nouveau."},
    "log_contact": {
        "kind": "police",
        "with_whom": "Police",
        "means": "Téléphone",
        "at": moment(),
        "text": "Échange.",
    },
    "reorient": {"reason": "Autre service", "target": "pmi", "feedback": "Transmis"},
    "give_up": {"reason": "La famille reste."},
}


def asked(world):
    """Return a case in triage that 75 is asked to take over, and the request."""
    case = Case(world, plain)
    play(world, filed(case, concern()))
    play(world, triaged(case))
    formality = {"kind": "holders_informed", "outcome": "deferred", "reason": "child_interest"}
    body = {"target": str(world.authorities[TARGET].pk), "ground": "moved", "documents": ["concern"],
            "formalities": [formality]}  # fmt: skip
    made = world.as_("crip_coordinator").step(case.pk, "transfer_request", body, expect=200).json()["made"]
    return case, made


def accepting(world, case, who="crip_coordinator"):
    place = f"referrals/{case.pk}/transfer_accept"
    return partial(world.as_(who, TARGET).post, place, RECEIPT, version=version_of(case.pk))


def one_authority_has_it(case):
    """Return whether the case went, once it is sure that exactly one of the two authorities works on it."""
    with seeing_all():
        row = Referral.objects.get(pk=case.pk)
        twins = list(Referral.objects.filter(source_referral=row))
        request = TransferRequest.objects.get(referral=row)
        made = {key for twin in twins for key in (twin.case_key, twin.filer_key)}
        assert (
            set(WrappedKey.objects.filter(owner__in=[t.pk for t in twins]).values_list("pk", flat=True))
            == made
        )
    gone = row.state == "transferred"
    assert len(twins) == gone
    assert (request.state == "integrated") == gone
    return gone


@pytest.mark.slow("races, many times")
@pytest.mark.parametrize("step", AT_ORIGIN)
def test_an_acceptance_against_a_step_of_the_origin(world, step):
    seen = Counter()
    with two_threads() as threads:
        for number in range(RACES):
            case, request = asked(world)
            place = f"referrals/{case.pk}/{f'transfers/{request}/' if step == 'give_up' else ''}{step}"
            here = partial(
                world.as_("crip_coordinator").post, place, AT_ORIGIN[step], version=version_of(case.pk)
            )
            acts = [accepting(world, case), here]

            answers = racing(threads, acts if number % 2 else acts[::-1])

            there, origin = answers if number % 2 else answers[::-1]
            gone = one_authority_has_it(case)
            assert (there.status_code == 200) is gone, there.content
            assert (origin.status_code == 200) is not gone, origin.content
            assert (origin if gone else there).status_code in (404, 409, 412)
            seen[gone] += 1

    assert sum(seen.values()) == RACES


@pytest.mark.slow("races, many times")
def test_an_acceptance_against_another_one(world):
    with two_threads() as threads:
        for _ in range(RACES):
            case, _ = asked(world)
            acts = [accepting(world, case, who) for who in ("crip_coordinator", "crip_coordinator_2")]

            answers = racing(threads, acts)

            assert sorted(a.status_code for a in answers) in ([200, 404], [200, 412]), [
                a.content for a in answers
            ]
            assert one_authority_has_it(case)


@pytest.mark.slow("races, many times")
def test_an_acceptance_against_a_refusal(world):
    with two_threads() as threads:
        for _ in range(RACES):
            case, _ = asked(world)
            refusing = partial(
                world.as_("crip_coordinator_2", TARGET).post, f"referrals/{case.pk}/transfer_refuse",
                {"motive": "Adresse non établie."}, version=version_of(case.pk),
            )  # fmt: skip

            taken, refused = racing(threads, [accepting(world, case), refusing])

            assert (
                (taken.status_code == 200) is one_authority_has_it(case) is not (refused.status_code == 200)
            )


@pytest.mark.slow("races, many times")
def test_what_the_filer_adds_at_that_moment_arrives_or_is_asked_again(world):
    with two_threads() as threads:
        for _ in range(RACES):
            case, _ = asked(world)
            adding = partial(
                world.as_("filer").post, f"referrals/{case.pk}/provide_info", {"text": "Un détail."}
            )

            taken, added = racing(threads, [accepting(world, case), adding])

            assert added.status_code == 200, added.content
            assert taken.status_code in (200, 412)
            with seeing_all():
                last = (
                    Referral.objects.get(filed_as=case.pk)
                    if taken.status_code == 200
                    else Referral.objects.get(pk=case.pk)
                )
                assert last.complements.count() == 1, "where the case goes on"
            one_authority_has_it(case)
