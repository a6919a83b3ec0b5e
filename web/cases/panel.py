"""Panel of steps: what the reader may do now, what blocks the rest, and what a step causes.

All of it is what the API answers as ``available_actions`` and ``blocked_actions``, in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.languages import Text, for_reader
from referrals.access.relations import CaseAccess
from referrals.models import Referral
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import Machine
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import SAME, Step, Theme
from web.cases import parties, words
from web.cases.display import step_of


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that may be done, or that something bars; ``found_by``: other words by which somebody looks for it."""

    label: str
    number: str
    law: str
    address: str
    about: str = ""
    why: str = ""
    effects: tuple[str, ...] = ()
    found_by: str = ""


@dataclass(slots=True)
class Panel:
    """Steps that belong together; ``first``: those that answer a call or move the case on, shown before the others."""

    title: str
    first: bool = False
    offers: list[Offer] = field(default_factory=list)
    barred: list[Offer] = field(default_factory=list)


class Panels(list[Panel]):
    """The steps of a page by what they are for, and what bars others, in one list."""

    @property
    def offers(self) -> list[Offer]:
        """Return all steps that may be done."""
        return [offer for panel in self for offer in panel.offers]

    @property
    def barred(self) -> list[Offer]:
        """Return all steps that something bars."""
        return [offer for panel in self for offer in panel.barred]

    @property
    def many(self) -> bool:
        """Tell whether there are so many, under several titles, that one looks for a step by its name."""
        return len(self) > 1 and len(self.offers) > FEW


#: Up to so many steps are seen at a glance.
FEW: Final = 6
#: How many steps are shown as what usually comes next.
NEXT: Final = 3


@dataclass(frozen=True, slots=True)
class Next:
    """A step that usually comes next, and why."""

    offer: Offer
    machine: Machine
    why: str
    rank: int


#: How a page calls the themes of the case's own steps that leave its state as it is.
THEMES: Final[Mapping[Theme, Text]] = {
    Theme.DANGER: _("Danger, fugue, justice"),
    Theme.EXCHANGES: _("Échanges"),
    Theme.PEOPLE: _("Personnes et accès"),
}
MOVES: Final = _("Faire avancer le dossier")
FILE: Final = _("Gérer le dossier")


def panels(
    pk: UUID,
    body: Mapping[str, Any],
    *,
    only: Sequence[str] = (),
    about: Mapping[str, str] | None = None,
) -> Panels:
    """Return the steps that an answer offers and bars, by what they are for.

    ``about`` names the parts by their ids; ``only``: of these machines.
    """
    by_title: dict[str, Panel] = {}
    for action in (*body.get("available_actions", ()), *body.get("blocked_actions", ())):
        step = step_of(action["machine"], action["step"])
        if step is not None and step.on_filing:
            continue
        offer = _offer(pk, action, about or {})
        if only and action["machine"] not in only:
            continue
        title, first = _theme(action)
        panel = by_title.setdefault(title, Panel(title, first))
        (panel.barred if "blocked_by" in action else panel.offers).append(offer)
    # An open call is answered before anything else: until then it goes on to the next officer (C3).
    call = str(Machine.ALERT.label)
    return Panels(sorted(by_title.values(), key=lambda panel: (not panel.first, panel.title != call)))


def next_steps(
    referral: Referral, ties: CaseAccess, body: Mapping[str, Any], *, about: Mapping[str, str]
) -> list[Next]:
    """Return the steps, three at most, that usually come next for this reader, the most pressing first."""
    roles = {role for role, _ in ties.pairs}
    usual: dict[Step, list[Next]] = {}
    for action in body.get("available_actions", ()):
        step = step_of(action["machine"], action["step"])
        why = (
            [one for one in step.usual if one.holds(referral, roles, ties.reads)] if step is not None else []
        )
        if step is not None and why:
            first, offer = min(why, key=lambda one: one.rank), _offer(referral.pk, action, about)
            called = str(first.called) if first.called is not None else offer.label
            offers = usual.setdefault(step, [])
            offers.append(Next(replace(offer, label=called), step.machine, str(first.why), first.rank))
    lines = [_of_several(referral.pk, offers) for offers in usual.values()]
    return sorted(lines, key=lambda one: one.rank)[:NEXT]


def _of_several(pk: UUID, offers: Sequence[Next]) -> Next:
    """Return one step that may be done on several parts as one: it leads to the page on which they stand."""
    first = offers[0]
    if len(offers) == 1 and first.machine is not Machine.DUPLICATE:
        return first
    place = PLACES.get(first.machine)
    # Of pairs of files the step is offered on one of both: how many there are, the note above the page says.
    counts = len(offers) > 1 and first.machine is not Machine.DUPLICATE
    words = gettext("%(n)s en attente") % {"n": len(offers)} if counts else ""
    address = reverse("case-part", args=[pk, place]) if place else first.offer.address
    return replace(first, offer=replace(first.offer, address=address, about=words))


#: Where the parts of a machine stand.
PLACES: Final[Mapping[str, str]] = {
    Machine.DUPLICATE: "rapprochements",
    Machine.MEASURE: "mesures",
    Machine.ORIENTATION: "orientations",
    Machine.JUDICIAL: "justice",
    Machine.FEEDBACK: "messages",
    Machine.TRANSFER: "transferts",
    Machine.GLASS: "signatures",
    Machine.REVIEW: "signatures",
}


def _theme(action: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the heading under which a step stands, and whether it is one that moves the case on."""
    machine, step = Machine(action["machine"]), step_of(action["machine"], action["step"])
    if machine is not Machine.REFERRAL:
        return str(machine.label), machine is Machine.ALERT and "blocked_by" not in action
    if step is not None and step.theme is not None:
        return str(THEMES[step.theme]), False
    moves = step is not None and any(target != SAME for target in step.target)
    return (str(MOVES), True) if moves else (str(FILE), False)


def _offer(pk: UUID, action: Mapping[str, Any], about: Mapping[str, str]) -> Offer:
    step = step_of(action["machine"], action["step"])
    part = part_in(action)
    why = action.get("blocked_by")
    return Offer(
        label=for_reader(action["label"]),
        number=action["number"],
        law=why["law"] if why else action["law"],
        address=address(pk, action["machine"], action["step"], part),
        about=about.get(part or "", ""),
        why=str(why["reason"]) if why else "",
        effects=tuple(brings(step)) if step is not None else (),
        found_by=str(words.FOUND_BY.get(step.event, "")) if step is not None else "",
    )


def part_in(action: Mapping[str, Any]) -> str | None:
    """Return the id of the part that an action is about; its address has it before the step."""
    runs = MACHINES[Machine(action["machine"])]
    if not runs.folder or runs.single or not runs.of_case:
        return None
    before = action["href"].rsplit("/", 2)[-2]
    return None if before == runs.folder else before


def address(pk: UUID, machine: str, step: str, part: str | None = None) -> str:
    """Return the address of a step's page; ``pk`` is the case, or the thing itself where the machine is of none."""
    if not MACHINES[Machine(machine)].of_case:
        return reverse(f"{machine}-step-page", args=[pk, step])
    if part is not None:
        return reverse("case-part-step", args=[pk, machine, part, step])
    return reverse("case-step", args=[pk, machine, step])


def brings(step: Step) -> list[str]:
    """Return what a step starts, stops and tells, as short phrases."""
    sentences = [gettext("Démarre le délai « %(delay)s »") % {"delay": _clock(code)} for code in step.starts]
    sentences += [gettext("Arrête le délai « %(delay)s »") % {"delay": _clock(code)} for code in step.stops]
    if step.tells:
        who = ", ".join(str(parties.party(name)) for name in step.tells)
        sentences.append(gettext("Prévient : %(who)s") % {"who": who})
    if step.signed_when is not None:
        sentences.append(
            gettext("Peut demander une seconde signature : la page dira si elle est nécessaire, et pourquoi.")
        )
    return sentences


def _clock(code: str) -> str:
    return str(ClockCode(code).label)
