"""Procedure as a line of stations, made from the declarations: what leads on, who does it, under which law.

Nothing is decided here, and nothing is said that ``referrals/workflow`` doesn't declare; this file adds only the order
of the stations.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import Coded, Machine, State
from referrals.workflow import deadlines
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import SAME, Step, steps
from web.cases import display
from web.cases.choices import role_words

#: The line, in the order in which a case passes its stations; where it may end stands beside the station it leaves.
PARTS: Final[tuple[tuple[Any, tuple[State, ...]], ...]] = (
    (_("Recueil"), (State.DRAFT, State.SUBMITTED, State.WITHDRAWN, State.ACKNOWLEDGED)),
    (_("Première analyse"), (State.TRIAGE, State.NOT_QUALIFIED, State.MERGED, State.QUALIFIED)),
    (_("Évaluation"), (State.IN_ASSESSMENT, State.REPORT_SUBMITTED)),
    (
        _("Décision et protection"),
        (
            State.CLOSED_NO_ACTION,
            State.ADMIN_OFFER,
            State.PROTECTED_ADMIN,
            State.JUDICIAL_PENDING,
            State.PROTECTED_JUDICIAL,
        ),
    ),
    (_("Fin"), (State.ENDED, State.TRANSFERRED, State.ARCHIVED, State.PURGED)),
)
#: What is no part of the main line.
OFF: Final = frozenset(
    {
        State.WITHDRAWN,
        State.NOT_QUALIFIED,
        State.MERGED,
        State.CLOSED_NO_ACTION,
        State.TRANSFERRED,
        *MACHINES[Machine.REFERRAL].ends,
    }
)
#: A step that starts from more states than these belongs to none of them: it is told once, below.
FEW: Final = 5


@dataclass(frozen=True, slots=True)
class Lead:
    """A step: what it is called, who does it, where it leads, which delays it starts and stops, its law."""

    number: str
    label: str
    who: str
    to: tuple[tuple[str, str], ...]
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    law: str
    signed: bool


@dataclass(frozen=True, slots=True)
class Station:
    """A state of the case: ``off`` if it is no part of the main line; ``here``: where the reader's case is."""

    code: str
    label: str
    off: bool
    here: bool
    leads: tuple[Lead, ...]


@dataclass(frozen=True, slots=True)
class Procedure:
    """All of it."""

    parts: tuple[tuple[Any, tuple[Station, ...]], ...]
    anytime: tuple[Lead, ...]
    staying: tuple[Lead, ...]


def drawn(here: str = "") -> Procedure:
    """Return the procedure in the reader's language, with the station ``here`` marked."""
    own = steps.of(Machine.REFERRAL)
    moving = [step for step in own if step.target != (SAME,)]

    def station(state: State) -> Station:
        leading = [step for step in moving if str(state) in step.source and len(step.source) <= FEW]
        return Station(str(state), _word(state), state in OFF, str(state) == here, tuple(map(_lead, leading)))

    return Procedure(
        parts=tuple((title, tuple(map(station, states))) for title, states in PARTS),
        anytime=tuple(_lead(step) for step in moving if len(step.source) > FEW),
        staying=tuple(_lead(step) for step in own if step.target == (SAME,) and step.source),
    )


def delays() -> list[dict[str, str]]:
    """Return every delay in the reader's language: what it is, how long, its law ("" for practice)."""
    return [
        {
            "label": display.label(one),
            "delay": display.label({"label": one["delay"]}),
            "law": deadlines.DEADLINES[code].law,
        }
        for code, one in ((code, deadlines.deadline_line(code)) for code in ClockCode)
    ]


def _lead(step: Step) -> Lead:
    return Lead(
        number=step.number,
        label=display.step_words(step.machine, step.name),
        who=", ".join(role_words(str(role)) for role in step.roles if role != Role.API_119),
        to=tuple((state, _word(State(state))) for state in step.target if state != SAME),
        starts=tuple(map(_word, step.starts)),
        stops=tuple(map(_word, step.stops)),
        law=step.law,
        signed=step.signed_when is not None,
    )


def _word(code: Coded) -> str:
    return str(code.label)
