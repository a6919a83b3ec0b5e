"""Model of a state machine for the proofs: states, ends, steps. Made from the declarations, or broken by a test."""

from collections.abc import Sequence
from dataclasses import dataclass

from referrals.vocabulary.states import Machine
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import SAME, Step, steps


@dataclass(frozen=True, slots=True)
class Model:
    """One machine: every state, those where its row's life ends, and its declared steps."""

    machine: Machine
    states: tuple[str, ...]
    ends: frozenset[str]
    steps: tuple[Step, ...]

    @property
    def begins(self) -> frozenset[str]:
        """Return the states in which a row begins: where a step makes it, else the first one."""
        targets = frozenset(target for step in self.steps if step.creates for target in step.target)
        return targets or frozenset(self.states[:1])

    def moves(self, state: str) -> list[tuple[Step, str]]:
        """Return the steps that leave ``state``, each with a state to which it leads."""
        return [
            (step, target)
            for step in self.steps
            if state in step.source
            for target in step.target
            if target not in (SAME, state)
        ]


def declared() -> tuple[Model, ...]:
    """Return the machines as they are declared."""
    return tuple(
        Model(
            machine=machine,
            states=tuple(map(str, MACHINES[machine].states)),
            ends=frozenset(map(str, MACHINES[machine].ends)),
            steps=tuple(steps.of(machine)),
        )
        for machine in Machine
    )


def model_of(models: Sequence[Model], machine: Machine) -> Model:
    """Return one machine out of the models.

    Raises:
        LookupError: it isn't among them.
    """
    match = next((model for model in models if model.machine is machine), None)
    if match is None:
        raise LookupError(machine)
    return match
