"""Declaration of a step: once, on its machine; everything else follows from it.

From a ``Step`` come the route, the input schema, ``available_actions``, the permission matrix, the
docs, and the cells that the tests must cover. A declared function takes the row first, sets fields of it and, where
the target isn't fixed, returns it; it saves nothing, sends nothing, logs nothing (``referrals/execution/runner.py``).

Guards and checks are rules (``referrals/workflow/rules.py``): a guard is also asked without input, while one asks only
what is possible; a check once the input is valid. An effect takes the running act and touches the other rows of the
case.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import django_fsm
from django.db import models

from accounts import stepup
from accounts.actor import Actor
from accounts.roles import Role
from audit.events import Purpose, register
from core.inputs import StrictSerializer
from core.languages import Text
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.law.citations import cited
from referrals.vocabulary.states import Machine
from referrals.workflow.machines import MACHINES
from referrals.workflow.rules import CASE_CLASSES, OF_ITS_ROW, Rule
from referrals.workflow.usual import Usual

#: A target: the state stays as it is.
SAME: Final = "same"
#: Whose people do a step: those of the authority that holds the case, or of one to which it was sent (T32, T33).
HOLDER, RECEIVER = "holder", "receiver"

#: What a step asks of the case and of the input.
Guard = Rule[...]
#: What a step does to the other rows of the case; it takes the running act.
Effect = Callable[[Any], None]


class Theme(StrEnum):
    """What a step that leaves the state of its case is about; pages show those of one theme together."""

    DANGER = "danger"
    EXCHANGES = "exchanges"
    PEOPLE = "people"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One declared step of one machine.

    ``carries`` is done before the state moves (decisions that a step brings along), ``effects`` after it.
    ``creates``: the step makes its object (``source`` then says from where else it may start). ``internal`` steps are
    done only by the system or fired by another step, and have no route. ``holding`` and ``seeing`` steps ask for no
    ordinary relation: to read class D of the case now is enough, or to see the case at all. ``signed_when`` answers
    with the reason why a second person must sign, or None. ``second_signers`` are the roles that may; ``signers_for``
    names those of a reason that asks for others. ``also_locks`` names the other cases that the step may touch: they
    are locked together with this one. ``sides``: whose people do it. ``purpose`` is what the journal says it is for,
    where the class of its data doesn't tell. ``unrecorded`` steps leave no row in the trail, and no entry but that of
    the disclosure that brought them about: their date itself would be sealed. A ``quiet`` step is unrecorded, and
    leaves its case's version as it is: a mark would tell of another file. A ``grave`` step asks whoever does it, and
    whoever signs it, for a fresh proof (SEC-AU6). ``usual``: when it usually comes next. ``run`` carries it out on its
    row: django-fsm asks where the step starts and moves the state; nothing is saved.

    ``times_itself``: its effects stop its deadlines, for they alone know which child's or row's is meant.
    ``signatories`` names the setting by which an authority chooses, among the usual signers, who signs it.
    ``changes_rights``: somebody gets or loses a right on the case. ``of_the_list``: it changes who reads what is
    restricted, and is signed and known of by that list alone (T46). ``keeping`` steps are no action on the case, and
    leave the delay of its retention as it was (R221-9). ``on_filing`` steps are taken on the pages of a filing.
    ``tells``: the parties that get a notice; ``notice`` names its template where it has words of its own,
    ``filer_notice`` and ``watchers_notice`` those for whoever filed and for the auditors.
    ``theme``: with which steps it stands on a page. ``urgent``: nobody has the time to read much beside it.
    ``on_report``: it is decided with the report in view. ``finds_service``: a service may have to be found before it.
    """

    name: str
    number: str
    machine: Machine
    # Left out of comparisons and hashes, for its text depends on the reader's language.
    label: Text = field(compare=False)
    source: tuple[str, ...]
    target: tuple[str, ...]
    roles: tuple[Role, ...]
    law: str
    takes: type[StrictSerializer]
    guards: tuple[Guard, ...] = ()
    checks: tuple[Guard, ...] = ()
    carries: tuple[Effect, ...] = ()
    effects: tuple[Effect, ...] = ()
    starts: tuple[ClockCode, ...] = ()
    stops: tuple[ClockCode, ...] = ()
    tells: tuple[str, ...] = ()
    notice: str = ""
    filer_notice: str = ""
    watchers_notice: str = ""
    signed_when: Guard | None = None
    second_signers: tuple[Role, ...] = (Role.SUPERVISOR, Role.ASE_INSPECTOR)
    signers_for: tuple[tuple[Text, tuple[Role, ...]], ...] = field(default=(), compare=False)
    also_locks: Callable[[UUID], Iterable[UUID]] | None = None
    sides: tuple[str, ...] = (HOLDER,)
    holding: bool = False
    seeing: bool = False
    data_class: str = "D"
    purpose: Purpose | None = None
    internal: bool = False
    quiet: bool = False
    grave: bool = False
    creates: bool = False
    unrecorded: bool = False
    times_itself: bool = False
    signatories: str = "signatories_decisions"
    changes_rights: bool = False
    of_the_list: bool = False
    keeping: bool = False
    on_filing: bool = False
    theme: Theme | None = None
    urgent: bool = False
    on_report: bool = False
    finds_service: bool = False
    # Sentences, as the label is.
    usual: tuple[Usual, ...] = field(default=(), compare=False)
    doc: str = field(default="", compare=False)
    run: Callable[..., Any] = field(compare=False, repr=False)

    @property
    def recorded(self) -> bool:
        """Tell whether the step leaves a row in the trail of its case, and an entry of its own."""
        return not (self.unrecorded or self.quiet)

    @property
    def event(self) -> str:
        """Return the act that the journal records when the step is done."""
        return f"{self.machine.value}:{self.name}"

    def signers(self, reason: Text | None) -> tuple[Role, ...]:
        """Return the roles that may sign for this reason."""
        # Compared and not looked up: the hash of a sentence depends on the reader's language.
        return next((roles for one, roles in self.signers_for if one == reason), self.second_signers)


class Steps:
    """All declared steps by machine and name, in the order of their declaration."""

    def __init__(self) -> None:
        """Begin empty; the machines fill it when they are imported."""
        self._all: dict[tuple[Machine, str], Step] = {}

    def add(self, step: Step) -> None:
        """Keep one declaration.

        Raises:
            ValueError: the machine has a step of this name already, it cites an article that nobody described, or one
                of its guards and checks doesn't say of which class the facts are that it reads.
        """
        key = (step.machine, step.name)
        if key in self._all:
            raise ValueError(f"step {step.name} declared twice")
        self._all[key] = step
        # At import: a misspelt act or article, or a guard whose reason everybody would read, stops the start, and not
        # a request.
        for guard in (*step.guards, *step.checks):
            _require_classes(step, guard)
        register(step.event)
        cited(step.law)

    def get(self, machine: Machine, name: str) -> Step:
        """Return one step.

        Raises:
            KeyError: there is none of this name.
        """
        return self._all[machine, name]

    def of(self, machine: Machine) -> list[Step]:
        """Return the steps of one machine in the order of the procedure, whichever file declares them."""
        own = (step for step in self._all.values() if step.machine is machine)
        return sorted(own, key=lambda step: _rank(step.number))

    def named(self, flag: str) -> frozenset[str]:
        """Return the names of the steps whose declaration sets ``flag``, as records of steps bear them."""
        return frozenset(step.name for step in self._all.values() if getattr(step, flag))

    def all(self) -> list[Step]:
        """Return the steps of all machines."""
        return [step for machine in Machine for step in self.of(machine)]


steps: Final = Steps()


def _require_classes(step: Step, guard: Guard) -> None:
    if MACHINES[step.machine].of_case:
        declared = bool(guard.fact_class) and set(guard.fact_class) <= set(CASE_CLASSES)
    else:
        declared = guard.fact_class == OF_ITS_ROW
    if not declared:
        raise ValueError(f"{guard.__name__} of {step.name} doesn't say of which class its facts are")


def _rank(number: str) -> tuple[str, int, str]:
    """Return by what the number of a step is sorted: AR4 comes before AR10."""
    letters = number.rstrip("0123456789")
    return letters, int(number[len(letters) :] or 0), number


_PLURAL: Final = frozenset(
    [
        "roles",
        "guards",
        "checks",
        "carries",
        "effects",
        "starts",
        "stops",
        "tells",
        "second_signers",
        "sides",
        "usual",
    ]
)


class StepDecorator:
    """The decorator of one machine: ``step = StepDecorator(Machine.REFERRAL, Referral)``; ``@step("qualify", …)``.

    ``defaults``: what each step declares that says nothing else, as ``law``, ``roles`` and ``purpose``.
    """

    def __init__(self, machine: Machine, model: type[models.Model], **defaults: Any) -> None:
        self.machine, self.model, self.defaults = machine, model, defaults

    def __call__(
        self,
        name: str,
        *,
        source: Sequence[str],
        target: str | Sequence[str],
        **declared: Any,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Return the decorator that declares the function as step ``name``; it takes the row first."""
        sources = tuple(map(str, source))
        targets = (str(target),) if isinstance(target, str) else tuple(map(str, target))
        options = self.defaults | declared
        # Tuples, for a `Step` is a key of caches.
        for plural in _PLURAL & options.keys():
            options[plural] = tuple(options[plural])

        def declare(function: Callable[..., Any]) -> Callable[..., Any]:
            # A step that makes its row leaves no state: django-fsm has nothing to move.
            run = _transition(self.model, sources, targets)(function) if sources else function
            doc = (function.__doc__ or "").strip()
            steps.add(
                Step(
                    name=name,
                    machine=self.machine,
                    source=sources,
                    target=targets,
                    doc=doc,
                    run=run,
                    **options,
                )
            )
            return run

        return declare


def _transition(
    model: type[models.Model], sources: Sequence[str], targets: Sequence[str]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return django-fsm's decorator for a step; a step that keeps the state has no target there."""
    state: Any = model._meta.get_field("state")
    target: Any = None
    if len(targets) > 1:
        fixed = [one for one in targets if one != SAME]
        # django-fsm refuses a returned state that isn't listed: one that may stay has to list its sources.
        target = django_fsm.RETURN_VALUE(*dict.fromkeys([*fixed, *(sources if SAME in targets else ())]))
    elif targets[0] != SAME:
        target = targets[0]
    return django_fsm.transition(field=state, source=list(sources), target=target)


def require_proof(step: Step, actor: Actor, *, at: datetime) -> None:
    """Ask for a fresh proof of the second factor where the step is grave; its doors ask here once they know who may.

    Raises:
        StepUpRequired: the last proof of the session is older than five minutes.
        NotAllowed: a token came, which can't prove anything.
    """
    if step.grave:
        stepup.require(actor, at=at)
