"""Copies a case to another authority: every row, under new ids, resealed under its own new keys.

The stub keeps what it has (domain.md §2.1). References within the case (to a child, a measure, a row of the history)
point to the new ids; what isn't copied is listed, with the reason. A value that can't be opened, a row that the service
didn't write so, or one that doesn't arrive, aborts the transfer: nothing has moved then.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Model

from accounts.actor import system
from audit.disclosure import disclosure
from audit.events import Purpose
from encryption import keys
from encryption.authentic import Authentic, refused
from encryption.cells import Celled
from encryption.errors import Unreadable
from encryption.fields import SealedField
from encryption.sealed import OpenScope
from referrals.errors import TransferBroken
from referrals.workflow.context import as_json

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

#: The relations of a case that go along, in an order in which no row precedes one that it names.
CARRIED: Final = (
    "concern",
    "children",
    "holders",
    "facts",
    "signs",
    "health_signs",
    "third_parties",
    "digital_traces",
    "assessments",
    "conclusions",
    "findings",
    "dangers",
    "opinions",
    "considered",
    "visits",
    "sightings",
    "decisions",
    "judicial_referrals",
    "judicial_outcomes",
    "measures",
    "voices",
    "holder_informations",
    "information_requests",
    "complements",
    "attachments",
    "filer_messages",
    "feedback_tasks",
    "emergency_sheets",
    "sheet_readers",
    "exclusions",
    "excluded_resources",
    "rectifications",
    "steps",
    "clocks",
)
#: The relations that stay, and why.
LEFT: Final[Mapping[str, str]] = {
    "assignments": "the team of the origin loses the case; who did what is told by the history",
    "grants": "rights are given anew: a list keeps whom has a seat at the target, an exceptional access ends",
    "approvals": "a signature asked for lapses; one given stands in the history, with both names",
    "closure_reviews": "closings of the origin are reviewed there",
    "broken_glasses": "an opening at the origin is reviewed there, and opens nothing at the target",
    "alerts": "who is on call at the origin was called; the delay of a danger runs on, and calls there",
    "retention_lines": "a batch lists files of the origin",
    "index_values": "the service indexes the new row under the key of its own authority",
    "team_messages": "what the professionals of the origin said among themselves stays with them",
    "message_reads": "as the messages",
    "duplicates": "pairs with other files of the origin, which the target doesn't see; it searches among its own",
    "duplicates_elsewhere": "as the pairs",
    "joinings": "made anew for each filing that goes along with its file (``takeover``)",
    "joined_filings": "as the joinings",
    "moved_rows": "as the joinings",
    "transfer_requests": "the request is the origin's",
    "transfer_documents": "as the request",
    "transfer_receivers": "as the request",
    "inquiries": "asked by the origin, or answered there; the target asks anew",
    "access_files": "requests for access to the origin are answered there; the target is asked anew",
    "orientations": "asked in the name of the origin, and withdrawn with it; their steps go along in the history",
    "letters": "written on the paper of the origin and in its name; what they tell of goes along in its rows",
    "last_visits": "which reader of the origin opened it when is nobody's business at the target",
    "watch": "what the nightly pass saw of the rows that stay; it looks at the new ones by itself",
}
#: Clocks that the new authority starts anew, or that belong to the people of the origin.
NOT_RUNNING_ON: Final = ("C1", "C2", "C4b-meeting", "C4b-visit", "C6", "C8")


class Carrying:
    """One case on its way: which id has become which, and what was sealed."""

    def __init__(self, act: "StepContext", twin: Any, known: Mapping[UUID, UUID] | None = None) -> None:
        """Carry the case of ``act`` to the row ``twin`` of another authority; ``known``: what its file became."""
        self.act, self.origin, self.twin = act, act.case.referral, twin
        self.ids: dict[UUID, UUID] = dict(known or {})
        self.keys = {name: keys.data_key(twin.key_of(name), twin.pk) for name in ("case", "filer")}

    def carry(self) -> None:
        """Carry all rows, then compare what arrived with what left.

        Raises:
            TransferBroken: a value can't be opened, a row was altered, or something is missing.
        """
        # Locked: a file that is set aside or destroyed meanwhile is so in its copy too (``attachments/quarantine.py``).
        list(self.origin.attachments.select_for_update().order_by("id").values("pk"))
        rows = {name: list(self._rows(name)) for name in CARRIED}
        for row in (one for table_rows in rows.values() for one in table_rows):
            _require_as_written(row)
            self.ids[row.pk] = uuid4()
        keys.warm(key for key in (self.origin.case_key, self.origin.filer_key) if key)
        try:
            with self._disclosure() as scope:
                for table_rows in rows.values():
                    self._insert(table_rows, scope)
        except Unreadable:
            raise TransferBroken from None
        self._links(rows["judicial_referrals"])
        self._compare()

    def _disclosure(self) -> Any:
        """The service opens what it reseals, for whoever accepts, who has read nothing of it (SEC-AZ11)."""
        actor = self.act.actor
        return disclosure(
            actor=system(origin=actor.origin, obo=actor.user_id),
            purpose=Purpose.HANDLING,
            at=self.act.at,
            objects=[self.origin.pseudonym],
            tenant=self.origin.authority_id,
            rule="transfer",
        )

    def _rows(self, name: str, of: object = None) -> Iterator[Any]:
        table: Any = self.origin._meta.get_field(name).related_model
        yield from table._default_manager.filter(referral=of or self.origin)

    def _insert(self, rows: list[Any], scope: OpenScope) -> None:
        copies = [self._copy(row, scope) for row in rows]
        if copies:
            type(copies[0])._default_manager.bulk_create(copies)

    def _copy(self, row: Model, scope: OpenScope) -> Any:
        values: dict[str, Any] = {}
        for field in row._meta.concrete_fields:
            value = getattr(row, field.attname)
            if isinstance(field, SealedField):
                continue
            self._require_carried(field, value)
            values[field.attname] = self.new_id(value) if isinstance(value, UUID) else self.renamed(value)
        values["referral_id"] = self.twin.pk
        values |= self._of_authority(row)
        copy = type(row)(**values)
        for field in row._meta.concrete_fields:
            value = getattr(row, field.attname)
            if isinstance(field, SealedField) and value is not None:
                plain = self.renamed(value.open(scope)) if field.kind == "json" else value.open(scope)
                setattr(copy, field.attname, self.keys[field.key].seal(field, copy.pk, as_json(plain)))
        return copy

    def _require_carried(self, field: Any, value: object) -> None:
        """Refuse a row that names a row of a case which stays behind.

        Raises:
            TransferBroken: it does.
        """
        if value is None or not field.is_relation or field.name == "referral":
            return
        of_case = any(one.name == "referral" for one in field.related_model._meta.concrete_fields)
        if of_case and value not in self.ids:
            raise TransferBroken

    def _of_authority(self, row: Any) -> dict[str, Any]:
        """An emergency sheet names the authority that holds the case, and its reference there."""
        names = {field.name for field in row._meta.concrete_fields}
        if {"authority", "reference"} <= names:
            return {"authority_id": self.twin.authority_id, "reference": self.twin.reference}
        stopped = {"stopped_at": row.stopped_at or self.act.at} if "stopped_at" in names else {}
        return stopped if stopped and row.code in NOT_RUNNING_ON else {}

    def new_id(self, value: UUID) -> UUID:
        """Return what the id of a row of the case has become; any other id as it is."""
        return self.ids.get(value, value)

    def renamed(self, value: object) -> Any:
        """Return JSON with the ids of rows of the case as they are now; anything else as it is."""
        if isinstance(value, dict):
            return {self.renamed(name): self.renamed(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.renamed(inner) for inner in value]
        if isinstance(value, str) and len(value) == len(str(UUID(int=0))):
            return _text_of(value, self.ids)
        return value

    def _links(self, judicial: list[Any]) -> None:
        """Carry which children a referral to justice is about."""
        for row in judicial:
            children = [self.ids[pk] for pk in row.children.values_list("pk", flat=True)]
            self.twin.judicial_referrals.get(pk=self.ids[row.pk]).children.set(children)

    def _compare(self) -> None:
        """Count rows and sealed values on both sides, as the database has them.

        Raises:
            TransferBroken: they differ.
        """
        if any(_counted(self._rows(name)) != _counted(self._rows(name, self.twin)) for name in CARRIED):
            raise TransferBroken


def _require_as_written(row: Model) -> None:
    """Refuse a row that fails: its copy would be signed (SEC-AZ22, SEC-CR21).

    Raises:
        TransferBroken: what it says, or its sealed cells, aren't what the service wrote.
    """
    if isinstance(row, Celled) and not row.cells_hold():
        refused(type(row), row.pk)
        raise TransferBroken
    if isinstance(row, Authentic) and not row.is_authentic:
        raise TransferBroken


def _text_of(value: str, ids: Mapping[UUID, UUID]) -> str:
    try:
        return str(ids.get(UUID(value), value))
    except ValueError:
        return value


def _counted(rows: Iterator[models.Model]) -> tuple[int, int]:
    listed = list(rows)
    sealed = sum(
        isinstance(field, SealedField) and getattr(row, field.attname) is not None
        for row in listed
        for field in row._meta.concrete_fields
    )
    return len(listed), sealed
