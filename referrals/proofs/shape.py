"""Proof of the machines' shape: every state is reachable, and none holds a case for ever."""

from collections.abc import Iterable, Iterator, Sequence

from referrals.proofs.model import Model
from referrals.vocabulary.states import State


def unreached(models: Sequence[Model]) -> list[str]:
    """Return the states to which no path of declared steps leads."""
    return [
        f"{model.machine}: no declared step leads to {state}."
        for model in models
        for state in model.states
        if state not in _closure(model, model.begins)
    ]


def stuck(models: Sequence[Model]) -> list[str]:
    """Return the states from which no path of declared steps leads to an end."""
    return list(_stuck(models))


def _stuck(models: Sequence[Model]) -> Iterator[str]:
    for model in models:
        if not model.ends:
            yield f"{model.machine}: nothing says in which of its states a row ends."
        for state in model.states:
            # Whatever is transferred goes on elsewhere: that is no way out of where it stood.
            if state in model.ends or model.ends & _closure(model, [state], but=State.TRANSFERRED):
                continue
            yield f"{model.machine}: no declared step leads from {state} to an end."


def _closure(model: Model, states: Iterable[str], *, but: str = "") -> frozenset[str]:
    """Return these states and all to which steps lead from them, none by way of ``but``."""
    seen, waiting = set(states), list(states)
    while waiting:
        for _, target in model.moves(waiting.pop()):
            if target not in seen and target != but:
                seen.add(target)
                waiting.append(target)
    return frozenset(seen)
