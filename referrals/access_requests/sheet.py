"""A request as guards and steps see it: the row, its files and copy, who acts and when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.actor import system
from audit.disclosure import disclosure
from audit.events import Purpose
from core.compiled_queries import rows_of
from encryption import keys
from encryption.keys import DataKey
from encryption.sealed import Sealed
from referrals.access_requests import stored
from referrals.access_requests.copies import LOCKED, Box, Scope, Span
from referrals.execution.row_machine import RowContext
from referrals.models import AccessFile, AccessOpinion, AccessPart, AccessRedaction, AccessRequest
from referrals.vocabulary.access_requests import Requester, Right, Wanted, Withheld
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput, as_json

#: Why something is hidden, and where; None: the whole part.
Hidden = tuple[Withheld, Span | Box | None]


@dataclass
class Sheet(RowContext[AccessRequest]):
    """A request in the hands of a person; ``step_input``: of the step that is done.

    What is sealed is opened here by the service, in the person's name, for what guards and effects compare: the person
    reads it by ``queries.py`` alone.
    """

    step_input: StepInput = field(default_factory=StepInput)
    step_name: str = ""

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.authority.timezone)

    @cached_property
    def files(self) -> list[AccessFile]:
        return rows_of(self.row, "files", "referral__authority", "referral__concern")

    @property
    def cases(self) -> list[Case]:
        return [Case(one.referral, actor=self.actor, at=self.at) for one in self.files]

    @cached_property
    def opinions(self) -> list[AccessOpinion]:
        return rows_of(self.row, "opinions")

    @cached_property
    def redactions(self) -> list[AccessRedaction]:
        return rows_of(self.row, "redactions", lifted_at=None)

    @property
    def copies(self) -> bool:
        return bool(self.row.right == Right.ACCESS and self.row.wanted != Wanted.READERS)

    @property
    def principal(self) -> Requester | None:
        """Return as whom who asks stands: who is mandated, as whom the mandate is from; None: not established."""
        requester = Requester(self.row.requester)
        if requester != Requester.MANDATED:
            return requester
        return Requester(self.said["mandate"]["of"]) if self.said.get("mandate") else None

    @property
    def of_holder(self) -> bool:
        """Tell whether a holder of parental authority asks, or has somebody ask, who may be the one to protect from."""
        return self.principal == Requester.HOLDER

    @property
    def holder_name(self) -> str:
        """Return the name of the holder who asks, or whose mandate it is; empty where none does."""
        if not self.of_holder:
            return ""
        mandate = self.said.get("mandate") or {}
        return str(mandate.get("name") or self.said.get("name", ""))

    def scope(self) -> Scope:
        row = self.row
        return Scope(
            requester=Requester(row.requester),
            wanted=Wanted(row.wanted),
            referrals=frozenset(one.referral_id for one in self.files),
            children=frozenset(map(UUID, row.children)),
            holder=row.holder,
            since=row.since,
            until=row.until,
            classes=frozenset(row.classes),
        )

    def subjects(self) -> list[UUID]:
        return [case.pseudonym for case in self.cases]

    # --- What is sealed -----------------------------------------------------------------------------------

    @cached_property
    def key(self) -> DataKey:
        """Return the request's own key.

        Raises:
            Unreadable: it was destroyed, or lost.
        """
        return keys.data_key(self.row.key or self.row.pk, self.row.pk)

    def seal(self, row: Any, name: str, value: object) -> None:
        setattr(row, name, self.key.seal(type(row)._meta.get_field(name), row.pk, as_json(value)))

    def opened(self, values: Iterable[Sealed | None]) -> list[Any]:
        """Return what sealed values hold, None where there is none, as the service opens it in the person's name."""
        service = system(origin=self.actor.origin, obo=self.actor.user_id)
        with disclosure(
            actor=service, purpose=Purpose.HANDLING, at=self.at, objects=[], tenant=self.row.authority_id
        ) as scope:
            return [value.open(scope) if value is not None else None for value in values]

    @cached_property
    def said(self) -> dict[str, Any]:
        return self.opened([self.row.said])[0] or {}

    def note(self, **words: object) -> None:
        (before,) = self.opened([self.row.notes])
        by = str(self.actor.user_id) if self.actor.user_id else ""
        entry = {"step": self.step_name, "at": self.at.isoformat(), "by": by} | {
            name: value for name, value in words.items() if value
        }
        self.seal(self.row, "notes", [*(before or []), entry])

    def parts(self) -> list[tuple[AccessPart, dict[str, Any]]]:
        rows = list(self.row.parts.all())
        return list(zip(rows, self.opened(row.content for row in rows), strict=True))

    def hidden(self) -> dict[UUID, list[Hidden]]:
        """Return what goes out of no part: what its rows hide, and what the collector hid and nobody lifted.

        The collector's passages stand sealed in the part. A row that was deleted, or that the service didn't write, is
        absent: so what it hid stays hidden, and what protects others whatever the rows say (domain.md §2.8 no. 15).
        """
        rows = list(self.row.redactions.all())
        there: dict[UUID, list[Hidden]] = {}
        lifted = set()
        for one, where in zip(rows, self.opened(one.passage for one in rows), strict=True):
            passage = Withheld(one.code), stored.passage_of(where or {}, one.code)
            if one.lifted_at is None:
                there.setdefault(one.part_id, []).append(passage)
            elif where is not None:
                lifted.add((one.part_id, *passage))
        for part, said in self.parts():
            here = there.setdefault(part.pk, [])
            for collected in _collected(said):
                is_shown = collected[0] not in LOCKED and (part.pk, *collected) in lifted
                if not is_shown and collected not in here:
                    here.append(collected)
        return there

    def codes(self) -> list[Withheld]:
        """Return why something is hidden, each reason once."""
        held = {code for passages in self.hidden().values() for code, _where in passages}
        return [code for code in Withheld if code in held]


def _collected(said: dict[str, Any]) -> list[Hidden]:
    """Return what the collector hid in a part, the whole of it included."""
    passages: list[Hidden] = [(span.code, span) for span in stored.hidden_of(said)]
    whole = stored.withheld_of(said)
    return passages if whole is None else [*passages, (whole, None)]
