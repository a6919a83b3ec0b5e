"""The walks take every step that has a route: a new step without a move fails here."""

from referrals.workflow.declare import steps
from referrals.workflow.machines import MACHINES
from referrals.workflow.states import Machine
from tests.security.procedure import play, send, walks

PART_STEPS = {runs.folder: machine for machine, runs in MACHINES.items() if runs.folder}


def test_the_walks_take_every_step(world):
    taken = set()

    def each(move):
        answer = send(world, move)
        parts = move.path.split("/")
        if len(parts) >= 3 and answer.status_code < 400:
            machine = PART_STEPS.get("/".join(parts[:2])) or PART_STEPS.get(parts[0])
            machine = machine or PART_STEPS.get(parts[2], Machine.REFERRAL)
            taken.add((machine, parts[-1]))
        return answer

    for walk in walks(world):
        play(world, walk, each)

    routed = {(s.machine, s.name) for s in steps.all() if not s.internal and s.name != "create"}
    assert routed - taken == set()
