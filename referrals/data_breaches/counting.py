"""What the journal shows of a breach: about how many persons and entries, of which categories of data (DB2).

The service counts; nobody is named and no sealed value is opened. Whoever assesses corrects the figures.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.apps import apps

from accounts.actor import Actor
from audit import events, journal, pseudonyms, reading
from audit.events import Purpose
from encryption.fields import SealedField
from referrals.access import row_level_security
from referrals.models import Child, DataBreach, Holder, ThirdParty
from referrals.vocabulary.data_breaches import PART_OF, Concerned, DataPart, Touched

COUNTED: Final = "breach:counted"
events.register(COUNTED)
#: More entries are more than a month's work of a whole cell; whoever assesses says so.
ENTRIES_MAX: Final = 20_000
EXPORTS: Final = frozenset({"export:taken", "audit:exported"})


@dataclass
class Figures:
    """What was counted: readings, files, persons by category, categories of data with how many values of each."""

    entries: int = 0
    files: int = 0
    persons: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    touched: list[str] = field(default_factory=list)
    partial: bool = False

    def body(self) -> dict[str, Any]:
        return {
            "entries": self.entries,
            "files": self.files,
            "persons": self.persons,
            "parts": self.parts,
            "touched": self.touched,
            "partial": self.partial,
        }


def figures(row: DataBreach, *, actor: Actor, at: datetime) -> Figures | None:
    """Return what the journal shows of the account or the cases in question, in the period in question.

    None where neither an account nor a case is in question: then nothing tells the entries apart. The counting is an
    entry itself.
    """
    if row.who is None and not row.subjects:
        return None
    counted, subjects = Figures(), set[UUID]()
    exported = False
    with reading.as_auditor():
        bodies = list(islice(_entries(row), ENTRIES_MAX + 1))
    counted.partial = len(bodies) > ENTRIES_MAX
    for body in bodies[:ENTRIES_MAX]:
        exported = exported or body["act"] in EXPORTS
        if body["act"] not in events.OPENINGS:
            continue
        counted.entries += 1
        subjects.update(map(UUID, body["obj"]))
        for label, values in body["fields"].items():
            part = str(PART_OF.get(_class_of(label), DataPart.OTHER))
            counted.parts[part] = counted.parts.get(part, 0) + values
    counted.files = len(subjects)
    counted.persons = _persons(subjects, filers=DataPart.FILER.value in counted.parts)
    counted.touched = [
        *([Touched.READ.value] if counted.entries else []),
        *([Touched.EXPORTED.value] if exported else []),
    ]
    journal.record(
        COUNTED,
        actor=actor,
        at=at,
        tenant=row.authority_id,
        purpose=Purpose.AUDIT,
        count=counted.entries,
        payload=row.pk.bytes,
    )
    return counted


def _entries(row: DataBreach) -> Iterator[dict[str, Any]]:
    """Yield the bodies of the entries of the period that were allowed, of the account or else of the cases."""
    filters: dict[str, Any] = {"outcome": "allow"}
    if row.since is not None:
        filters["since"] = row.since
    seen: set[UUID] = set()
    who = [{"actor": row.who}] if row.who is not None else [{"subject": UUID(one)} for one in row.subjects]
    for whose in who:
        entries = reading.entries_of([row.authority_id], filters | whose).order_by("at", "id")
        # The last instant counts too.
        entries = entries.filter(at__lte=row.until or row.aware_at)
        for pk, body in entries.values_list("id", "body").iterator(1_000):
            if body and pk not in seen:
                seen.add(pk)
                yield json.loads(bytes(body))


def _persons(subjects: set[UUID], *, filers: bool) -> dict[str, int]:
    """Return about how many persons the files are of; rows are counted, no value of theirs is opened."""
    with row_level_security.beyond():
        cases = list(pseudonyms.cases(subjects).values())
        holders = Holder.objects.filter(referral__in=cases)
        implicated = holders.filter(implicated="yes").count()
        persons = {
            Concerned.CHILDREN: Child.objects.filter(referral__in=cases, wrong_person=False).count(),
            Concerned.HOLDERS: holders.count() - implicated,
            Concerned.IMPLICATED: implicated,
            Concerned.FILERS: len(cases) if filers else 0,
            Concerned.THIRD_PARTIES: ThirdParty.objects.filter(referral__in=cases).count(),
        }
    return {one.value: count for one, count in persons.items() if count}


@cache
def _classes() -> dict[str, str]:
    fields = (one for model in apps.get_models() for one in model._meta.get_fields())
    return {one.label: str(one.access_class) for one in fields if isinstance(one, SealedField)}


def _class_of(label: str) -> str:
    return _classes().get(label, "")
