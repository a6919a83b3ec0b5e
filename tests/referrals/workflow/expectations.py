"""The hand-typed tables of the four machines in one shape, and what they say of one cell.

A cell is (machine, step, state of the case, state of the part, role, relation).
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from tests.expected import part_steps, small_steps
from tests.expected.steps import ADDITIONS, ASSESSMENT, JUDICIAL, MEASURE, PART_STEP_STATES, REFERRAL
from tests.expected.vocabulary import RECEIVING, Step
from tests.referrals.workflow.relations import held

PAPER = yaml.safe_load(
    (Path(__file__).parents[2] / "expected" / "referral_steps.yaml").read_text(encoding="utf-8")
)
#: States of the referral, from the paper's sets; draft and purged are in no set (§2.2).
STATES = ("draft", *PAPER["sets"]["any"], "purged")
ANY = tuple(PAPER["sets"]["any"])
MACHINES = (
    "referral",
    "judicial",
    "assessment",
    "measure",
    "review",
    "duplicate",
    "feedback",
    "glass",
    "alert",
    "transfer",
    "orientation",
)
#: All machines: those of a case, and those of an authority's batches and anomalies.
EVERY_MACHINE = (*MACHINES, "batch", "anomaly", "inquiry", "access_request", "breach", "letter")
#: States of each other machine's rows, and of the referral while its routes exist.
PART_STATES = part_steps.STATES | small_steps.STATES
WHILE_IN = PART_STEP_STATES | small_steps.STATES_OF_CASE


@dataclass(frozen=True)
class Expected:
    """One expected step of one machine, with where it starts and ends."""

    machine: str
    name: str
    row: Step
    origins: tuple[str, ...]
    targets: tuple[str, ...]

    @property
    def roles(self) -> frozenset[str]:
        """Return the roles that a person may do it in."""
        return frozenset(self.row.who)

    @property
    def creates(self) -> bool:
        """Tell whether no row of the machine is there before it."""
        return not self.origins

    @cached_property
    def crosses(self) -> bool:
        """Tell whether an authority does it that was asked to take the case over."""
        return any(RECEIVING in how for how in self.row.who.values())

    def part_states(self) -> tuple[str, ...]:
        """Return the states of the part that the step is asked on; one nameless state where there is no part."""
        if self.machine == "referral" or self.creates:
            return ("",)
        return PART_STATES[self.machine]

    def starts_from(self, state: str, part_state: str) -> bool:
        """Tell whether the step starts here, whoever asks."""
        if self.machine == "referral":
            return state in self.origins
        return state in WHILE_IN[self.machine] and (self.creates or part_state in self.origins)

    def lets(self, role: str, relation: str, state: str) -> bool:
        """Tell whether the role may, by this relation."""
        return bool(held(role, relation, state) & set(self.row.who.get(role, ())))


def _tuple(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def _referral_steps() -> dict[str, Expected]:
    found = {
        name: Expected(
            "referral",
            name,
            row,
            _tuple(PAPER["transitions"][name]["from"]),
            _tuple(PAPER["transitions"][name]["to"]),
        )
        for name, row in REFERRAL.items()
    }
    return found | {
        name: Expected(
            "referral", name, row, row.origins or (() if row.targets else ANY), row.targets or ("same",)
        )
        for name, row in ADDITIONS.items()
    }


def _part_steps(machine: str, rows: dict[str, Step]) -> dict[str, Expected]:
    return {name: Expected(machine, name, row, row.origins, row.targets) for name, row in rows.items()}


EXPECTED: dict[str, dict[str, Expected]] = {
    "referral": _referral_steps(),
    "judicial": _part_steps("judicial", JUDICIAL),
    "assessment": _part_steps("assessment", ASSESSMENT),
    "measure": _part_steps("measure", MEASURE),
    "review": _part_steps("review", small_steps.REVIEW),
    "duplicate": _part_steps("duplicate", small_steps.DUPLICATE),
    "feedback": _part_steps("feedback", small_steps.FEEDBACK),
    "glass": _part_steps("glass", small_steps.GLASS),
    "alert": _part_steps("alert", small_steps.ALERT),
    "batch": _part_steps("batch", small_steps.BATCH),
    "transfer": _part_steps("transfer", small_steps.TRANSFER),
    "anomaly": _part_steps("anomaly", small_steps.ANOMALY),
    "inquiry": _part_steps("inquiry", small_steps.INQUIRY),
    "access_request": _part_steps("access_request", small_steps.ACCESS_REQUEST),
    "breach": _part_steps("breach", small_steps.BREACH),
    "letter": _part_steps("letter", small_steps.LETTER),
    "orientation": _part_steps("orientation", small_steps.ORIENTATION),
}


def asked_of_a_case() -> list[Expected]:
    """Return the steps that a person may ask for on a case that is there."""
    return [
        step
        for machine in MACHINES
        for step in EXPECTED[machine].values()
        if step.row.has_route and not (machine == "referral" and step.creates)
    ]
