"""A request as guards and steps see it: the row, its files and copy, who acts and when."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.actor import Actor, system
from audit.disclosure import disclosure
from audit.events import Purpose
from core.compiled_queries import rows_of
from encryption import keys
from encryption.errors import Unreadable
from encryption.keys import DataKey
from encryption.sealed import OpenScope, Sealed
from referrals.access_requests import copies
from referrals.access_requests.copies import LOCKED, Box, Scope, Span
from referrals.attachments import serving
from referrals.errors import ObjectMissing
from referrals.execution.row_machine import RowContext
from referrals.models import (
    AccessFile,
    AccessOpinion,
    AccessPart,
    AccessRedaction,
    AccessRequest,
    Attachment,
    Referral,
)
from referrals.vocabulary.access_requests import Requester, Right, Wanted, Withheld
from referrals.vocabulary.attachments import Scan
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
        return self.cases_of(one.referral for one in self.files)

    def cases_of(self, referrals: Iterable[Referral]) -> list[Case]:
        return [Case(one, actor=self.actor, at=self.at) for one in referrals]

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

    @property
    def service(self) -> Actor:
        """The service in the person's name: what it opens and compares, the person doesn't read."""
        return system(origin=self.actor.origin, obo=self.actor.user_id)

    def opening(
        self, cases: Iterable[Case], purpose: Purpose = Purpose.ACCESS_REQUEST
    ) -> AbstractContextManager[OpenScope]:
        """Open values of some cases as the service; with ``ACCESS_REQUEST`` as purpose it is no line for the reader."""
        return disclosure(
            actor=self.service,
            purpose=purpose,
            at=self.at,
            objects=[case.pseudonym for case in cases],
            tenant=self.row.authority_id,
        )

    def reading(self, act: str, purpose: Purpose = Purpose.HANDLING) -> AbstractContextManager[OpenScope]:
        """Open values for the person, who reads them: an entry that names the files, whatever is opened."""
        return disclosure(
            actor=self.actor,
            purpose=purpose,
            at=self.at,
            objects=self.subjects()[:100],
            tenant=self.row.authority_id,
            act=act,
            payload=self.row.pk.bytes,
            always=True,
        )

    def opened(self, values: Iterable[Sealed | None]) -> list[Any]:
        """Return what sealed values hold, None where there is none, as the service opens it in the person's name."""
        with self.opening([], Purpose.HANDLING) as scope:
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

    def passages(self, redactions: Iterable[AccessRedaction]) -> list[tuple[AccessRedaction, Any]]:
        """Return some redactions, each with where it hides something; empty: the whole part."""
        rows = list(redactions)
        return list(zip(rows, self.opened(row.passage for row in rows), strict=True))

    def hidden_whole(self) -> set[UUID]:
        """Return the parts of which nothing is told."""
        return {one.part_id for one, where in self.passages(self.redactions) if not where}

    def parts(self) -> list[tuple[AccessPart, dict[str, Any]]]:
        rows = list(self.row.parts.all())
        return list(zip(rows, self.opened(row.content for row in rows), strict=True))

    def document(self, pk: UUID) -> tuple[str, bytes] | None:
        """Return form and bytes of a document; None: it was set aside, refused or destroyed, or can't be read any more.

        Raises:
            StoreUnavailable: the store doesn't answer; nothing is made then.
        """
        row = Attachment.objects.filter(pk=pk).select_related("referral").first()
        if row is None or row.barred_at is not None or row.object is None:
            return None
        if row.scan in (Scan.WAITING, Scan.INFECTED):
            return None
        with self.opening(self.cases_of([row.referral])) as scope:
            try:
                pieces, _checksum = serving.content(row, scope, original=False)
                return str(row.media), b"".join(pieces)
            except (Unreadable, ObjectMissing):
                return None

    def hidden(self) -> dict[UUID, list[Hidden]]:
        """Return what goes out of no part: what its rows hide, and what the collector hid and nobody lifted.

        The collector's passages stand sealed in the part. A row that was deleted, or that the service didn't write, is
        absent: so what it hid stays hidden, and what protects others whatever the rows say (domain.md §2.8 no. 15).
        """
        there: dict[UUID, list[Hidden]] = {}
        lifted = set()
        for one, where in self.passages(self.row.redactions.all()):
            passage = Withheld(one.code), copies.passage_of(where or {}, one.code)
            if one.lifted_at is None:
                there.setdefault(one.part_id, []).append(passage)
            elif where is not None:
                lifted.add((one.part_id, *passage))
        for part, content in self.parts():
            here = there.setdefault(part.pk, [])
            for collected in _collected(content):
                is_shown = collected[0] not in LOCKED and (part.pk, *collected) in lifted
                if not is_shown and collected not in here:
                    here.append(collected)
        return there

    def codes(self) -> list[Withheld]:
        """Return why something is hidden, each reason once."""
        codes = {code for passages in self.hidden().values() for code, _where in passages}
        return [code for code in Withheld if code in codes]


def _collected(said: dict[str, Any]) -> list[Hidden]:
    """Return what the collector hid in a part, the whole of it included."""
    passages: list[Hidden] = [(span.code, span) for span in copies.hidden_of(said)]
    whole = copies.withheld_of(said)
    return passages if whole is None else [*passages, (whole, None)]
