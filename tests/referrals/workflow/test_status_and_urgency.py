"""T44 and T45 over all pairs: where a child's status may go by whom, and how low the urgency may fall."""

from collections import Counter
from itertools import product

import pytest
from django.db import transaction

from referrals.models import Child, Referral
from tests.expected.fields import PROSTITUTION_STATUS
from tests.expected.steps import STATUS_MOVES, URGENCY_FLOORS
from tests.journeys import bodies
from tests.night import NIGHT, one_in, some
from tests.referrals.workflow.kit import Kit

#: Who holds the case by which tie, beside the coordinator.
HOLDERS = ("crip_coordinator", "intake_agent", "ase_inspector", "assessor", "assessment_lead", "case_referent",
           "measure_service", "exploitation_lead", "supervisor")  # fmt: skip
MAY_LOWER = ("crip_coordinator", "ase_inspector")
LEVELS = ("U0", "U1", "U2", "U3")


def held_by(world, who):
    """A case that this role holds: assigned, executing, or named for a signature."""
    kit = Kit(world, "triage", who=who)
    kit.put(prostitution_status="at_risk")
    if who in ("assessor",):
        kit.assign(who)
    kit.measure("active")
    if who == "supervisor":
        kit.propose_to(who)
    return kit


def expected(who, before, after):
    """Return what the table says of a move: ``done``, ``asked`` (a second signature) or ``refused``."""
    move = STATUS_MOVES.get((before, after))
    if move is None or (move != "holding" and who not in MAY_LOWER):
        return "refused"
    return "asked" if move == "signed" else "done"


def outcome(kit, machine, step, body):
    """Ask within a savepoint, and tell what came of it and what changed."""
    with transaction.atomic():
        before = kit.now()
        found = kit.refusal(machine, step, body)
        after = kit.now()
        transaction.set_rollback(True)
    if found:
        return "refused" if after == before else f"refused by {found}, and changed"
    return "asked" if after[:4] == before[:4] else "done"


@pytest.mark.parametrize(
    "who", [*MAY_LOWER, *some([who for who in HOLDERS if who not in MAY_LOWER], "status", 2)]
)
def test_a_status_moves_exactly_as_the_table_says(world, who):
    kit = held_by(world, who)
    signer = "ase_inspector_2" if who == "supervisor" else "supervisor"
    found = {}
    for before, after in product(PROSTITUTION_STATUS, PROSTITUTION_STATUS):
        kit.set_child(prostitution_status=before, status_ever=before)
        body = {"child": kit.child.pk, "value": after, "reasons": "Motifs.", "approver": kit.user(signer)}
        found[before, after] = outcome(kit, "referral", "set_exploitation_status", body)

    assert found == {pair: expected(who, *pair) for pair in found}
    assert len(found) == 25


def test_a_status_set_is_kept_at_its_gravest_and_raises_the_urgency(kit):
    for value, urgency in (("at_risk", "U1"), ("suspected", "U2"), ("established", "U2")):
        kit.ask(
            "referral",
            "set_exploitation_status",
            {"child": kit.child.pk, "value": value, "reasons": "Indices."},
        )
        case, child = Referral.objects.get(pk=kit.case.pk), Child.objects.get(pk=kit.child.pk)
        seen = (child.prostitution_status, child.status_ever, case.status_ever, case.urgency)
        assert seen == (value, value, value, urgency)


# --- T45 ----------------------------------------------------------------------------------------------


def put_in(kit, situation):
    danger = situation == "immediate_danger"
    status = "none" if danger else situation
    kit.set_child(immediate_danger=danger, prostitution_status=status)


@pytest.mark.slow("every pair of status and urgency")
def test_the_urgency_never_falls_below_its_floor(world):
    """Every situation of a child, present value and value asked for, by a coordinator and by intake."""
    found = Counter()
    for who in ("crip_coordinator", "intake_agent"):
        kit = Kit(world, "triage", who=who)
        for situation, now, wanted in one_in(2, product(URGENCY_FLOORS, LEVELS, LEVELS)):
            put_in(kit, situation)
            kit.put(urgency=now)
            allowed = wanted >= URGENCY_FLOORS[situation] and (who == "crip_coordinator" or wanted >= now)
            said = outcome(kit, "referral", "set_urgency", {"value": wanted, "reason": "Éléments nouveaux."})
            assert said == ("done" if allowed else "refused"), (who, situation, now, wanted)
            found[said] += 1

    assert sum(found.values()) == 2 * 6 * 16 or not NIGHT
    assert min(found.values()) > (50 if NIGHT else 15)


@pytest.mark.parametrize(("who", "done"), [("crip_coordinator", "done"), ("intake_agent", "refused")])
def test_a_danger_is_said_to_be_over_by_a_coordinator_who_says_what_was_done(world, who, done):
    kit = Kit(world, "triage", who=who)
    kit.set_child(immediate_danger=True)
    kit.put(urgency="U3")
    body = {"value": "U1", "reason": "Mise à l'abri.", "clear_danger": [kit.child.pk]}

    assert outcome(kit, "referral", "set_urgency", body) == "refused", "what was done isn't said"
    assert outcome(kit, "referral", "set_urgency", body | {"done": "Accueillie chez sa tante."}) == done


def test_the_gravest_child_decides_the_floor(kit):
    kit.fill.row(type(kit.child), child_met="never", position=2, prostitution_status="suspected")

    assert outcome(kit, "referral", "set_urgency", {"value": "U1", "reason": "x"}) == "refused"
    assert outcome(kit, "referral", "set_urgency", {"value": "U2", "reason": "x"}) == "done"


# --- T10 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stands", "known", "least"),
    [
        ("U0", {}, "U0"),
        ("U2", {}, "U2"),
        ("U1", {"prostitution_status": "suspected", "status_ever": "suspected"}, "U2"),
        ("U2", {"immediate_danger": True}, "U3"),
    ],
)
def test_a_qualification_below_the_floor_is_refused_and_never_kept_silently(kit, stands, known, least):
    kit.put(urgency=stands)
    kit.set_child(**known)
    body = bodies.qualification([kit.child.pk], approver=kit.user("crip_coordinator_2"))

    found = {urgency: outcome(kit, "referral", "qualify", body | {"urgency": urgency}) for urgency in LEVELS}

    taken = "asked" if known.get("status_ever") else "done"  # a second reader, where a child may be exploited
    assert found == {urgency: taken if urgency >= least else "refused" for urgency in LEVELS}


def test_the_urgency_of_a_qualification_is_that_of_the_case_from_then_on(kit):
    kit.ask("referral", "qualify", bodies.qualification([kit.child.pk], urgency="U2"))
    assert Referral.objects.get(pk=kit.case.pk).urgency == "U2"
