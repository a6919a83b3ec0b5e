"""Static proofs about the declared procedure, before anybody runs it (domain.md §2.8 nos. 2 and 8).

Four proofs over the declarations alone: no runner, no database, no row. Each returns its counterexamples, in sentences
that name machine, state and step; no counterexample is the proof. ``manage.py make_docs`` refuses to write the page of
a procedure that fails one (``make check`` runs it), and the tests break a model in each way and see it caught.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from referrals.proofs import exploitation, shape, witnesses
from referrals.proofs.model import Model, declared

__all__ = ["PROOFS", "Model", "Proof", "declared", "faults"]


@dataclass(frozen=True, slots=True)
class Proof:
    """One statement about the procedure and the search for what contradicts it."""

    says: str
    search: Callable[[Sequence[Model]], list[str]]


PROOFS: Final = (
    Proof("Every state of every machine is reached by a declared step.", shape.unreached),
    Proof("From every state that isn't an end, declared steps lead to an end.", shape.stuck),
    Proof(
        "No path leads from a suspected or established exploitation to a closing before it was ruled out by two"
        " persons, and nothing that was ever suspected, at risk or urgent is closed by one person.",
        exploitation.closed_over,
    ),
    Proof(
        "Whatever one person ends, another than its author sees again: on a list of reviews, or by the very relation"
        " of its role to the case.",
        witnesses.unwitnessed,
    ),
)


def faults(models: Sequence[Model] | None = None) -> list[str]:
    """Return what contradicts any of the proofs, in the procedure as it is declared or in ``models``."""
    chosen = declared() if models is None else models
    return [fault for proof in PROOFS for fault in proof.search(chosen)]
