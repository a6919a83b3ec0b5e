"""``docs/workflow.md``: a diagram and a table of each state machine, from the declared steps."""

from collections.abc import Iterator
from typing import Final

from config.documents.tables import BREAK, MADE, code, lines, table
from core.languages import ENGLISH, FRENCH, in_language
from referrals.proofs import PROOFS
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import ACTIVE, ANY, CLOSED, OPENED, Machine, State
from referrals.workflow.deadlines import DEADLINES
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import SAME, Step, steps

#: Names of the sets of referral states that many steps start from, the largest first.
SETS: Final = (
    ("any", frozenset(ANY)),
    ("active or closed", frozenset((*ACTIVE, *CLOSED))),
    ("active", frozenset(ACTIVE)),
    ("opened", frozenset(OPENED)),
)
HEAD: Final = (
    "#",
    "Step",
    "Label",
    "From",
    "To",
    "Who",
    "Rules",
    "Second signature",
    "Clocks",
    "Law",
)
INTRODUCTION: Final = """\
# The procedure

Four machines run side by side: the referral itself, its referrals to the judicial authority, its assessment, and the
measures of each child. Each step below is declared once, in `referrals/workflow/`; its route, its form, the list of
what one may do next, its tests and this page come from that declaration. A running service tells the same at
`GET /api/v1/workflow`.

How to read the tables: a step starts from the states of *From*; `=` means that the state stays. *Who* needs a
relation to the case as well (`docs/permissions.md`). Each *rule* is a function of that name; its sentence says what
must hold, and where that is written. Rules are asked in this order, before anything changes. *Second signature*: when
the reason applies, nothing moves until another person has signed. A step that nobody is named for is done by the
service, or brought along by another step.
"""
RULES: Final = """\
## Rules

Each rule once, with the sentences that people read when it refuses, or when it asks for a second signature; « … »
stands for a figure of the authority or of the case. Where there is none, the answer names the fields of the body.
"""
PROVEN: Final = """\
## What is proven of it

`referrals/proofs/` searches the declarations below, the rules of each step included, for what contradicts these
statements; nobody need run the service for it. `make check` fails on the first that is found.
"""


def page() -> str:
    """Return the page."""
    parts = [MADE, INTRODUCTION, _sets(), _proofs(), _clocks()]
    for machine in Machine:
        parts += [_title(machine), _diagram(machine), _unreached(machine), _table(machine)]
    parts.append(_rules())
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _title(machine: Machine) -> str:
    return f"## {in_language(machine.label, ENGLISH)} (*{machine.label}*)"


def _proofs() -> str:
    lines_of_proofs = (f"{place}. {proof.says}" for place, proof in enumerate(PROOFS, 1))
    return "\n".join([PROVEN.strip(), "", *lines_of_proofs])


def _sets() -> str:
    lines_of_sets = (
        f"- **{name}**: {', '.join(code(str(s)) for s in State if s in states)}" for name, states in SETS[2:]
    )
    closed = ", ".join(code(str(state)) for state in CLOSED)
    return "\n".join(
        [
            "Sets of states of the referral:",
            "",
            *lines_of_sets,
            f"- **closed**: {closed}",
            f"- **any**: active, closed, {code(str(State.ARCHIVED))}",
        ]
    )


def _clocks() -> str:
    return "## Clocks\n\n" + table(
        ["Code", "Delay", "Délai", "How long", "Law or practice", "Settings"], map(_clock, ClockCode)
    )


def _clock(clock: ClockCode) -> list[str]:
    facts = DEADLINES[clock]
    own = [code(name) for name in facts.settings]
    meaning = f"{in_language(facts.delay, ENGLISH)}{BREAK}*{facts.delay}*"
    name = in_language(clock.label, ENGLISH)
    return [code(str(clock)), name, str(clock.label), meaning, facts.law or "practice", lines(own)]


def _rules() -> str:
    """Return each rule once: what it asks, and what it says."""
    rules = {
        rule.__name__: rule
        for step in steps.all()
        for rule in (*step.guards, *step.checks, step.signed_when)
        if rule is not None
    }
    rows = (
        [code(name), rules[name].description, lines(rules[name].published(FRENCH))] for name in sorted(rules)
    )
    return f"{RULES.strip()}\n\n" + table(["Rule", "What it asks", "What it says when it refuses"], rows)


# --- Diagrams -----------------------------------------------------------------------------------------


def _diagram(machine: Machine) -> str:
    drawn = ["```mermaid", "stateDiagram-v2"]
    touched = {state for edge in _edges(machine) for state in edge} - {"[*]"}
    drawn += [
        f'    state "{state.label}" as {state}' for state in MACHINES[machine].states if str(state) in touched
    ]
    for (source, target), numbers in sorted(_edges(machine).items(), key=lambda e: _place(machine, e[0])):
        drawn.append(f"    {source} --> {target}: {', '.join(numbers)}")
    return "\n".join([*drawn, "```"])


def _edges(machine: Machine) -> dict[tuple[str, str], list[str]]:
    """Return the moves of a machine with the numbers of the steps that make them; steps that stay are left out."""
    edges: dict[tuple[str, str], list[str]] = {}
    for step in steps.of(machine):
        for source in _sources(step):
            for target in step.target:
                if target not in (SAME, source):
                    edges.setdefault((source, target), []).append(step.number)
    return edges


def _sources(step: Step) -> tuple[str, ...]:
    if not step.creates:
        return step.source
    # A step that makes its object begins at the dot, even if the object may also be there already.
    return ("[*]", *step.source)


def _place(machine: Machine, edge: tuple[str, str]) -> tuple[int, int]:
    order = ["[*]", *map(str, MACHINES[machine].states)]
    return order.index(edge[0]), order.index(edge[1])


def _unreached(machine: Machine) -> str:
    touched = {state for edge in _edges(machine) for state in edge}
    left = [code(str(state)) for state in MACHINES[machine].states if str(state) not in touched]
    return f"No declared step leads to {', '.join(left)} yet." if left else ""


def picture() -> str:
    """Return one line a state: where its steps lead."""
    leads: dict[str, list[str]] = {}
    for source, target in sorted(_edges(Machine.REFERRAL), key=lambda edge: _place(Machine.REFERRAL, edge)):
        if source != "[*]":
            leads.setdefault(source, []).append(target)
    drawn = (f"    {source} --> {' & '.join(targets)}" for source, targets in leads.items())
    return "\n".join(["```mermaid", "flowchart LR", *drawn, "```"])


# --- Tables -------------------------------------------------------------------------------------------


def _table(machine: Machine) -> str:
    return table(HEAD, (list(_row(step)) for step in steps.of(machine)))


def _row(step: Step) -> Iterator[str]:
    yield step.number
    yield code(step.name)
    yield f"{in_language(step.label, FRENCH)}{BREAK}*{in_language(step.label, ENGLISH)}*"
    yield _from(step)
    yield lines("=" if target == SAME else code(target) for target in step.target)
    yield lines(code(str(role)) for role in step.roles) if step.roles else "the service"
    yield lines(f"{code(rule.__name__)}: {rule.description}" for rule in (*step.guards, *step.checks))
    yield _signature(step)
    yield _clocks_of(step)
    yield step.law


def _from(step: Step) -> str:
    sources = frozenset(step.source)
    name = next((name for name, states in SETS if step.machine is Machine.REFERRAL and sources == states), "")
    words = [name] if name else [code(source) for source in step.source]
    return lines(["*new*", *words] if step.creates else words)


def _signature(step: Step) -> str:
    if step.signed_when is None:
        return "–"
    return f"{step.signed_when.description}{BREAK}By: {', '.join(code(str(role)) for role in step.second_signers)}"


def _clocks_of(step: Step) -> str:
    sentences = []
    if step.starts:
        sentences.append(f"start {', '.join(map(str, step.starts))}")
    if step.stops:
        sentences.append(f"stop {', '.join(map(str, step.stops))}")
    return lines(sentences)
