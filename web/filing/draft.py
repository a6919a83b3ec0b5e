"""Reads and saves a draft page by page, by the API's own functions.

A list of the form is saved whole, so that changing one item reads the others first, within a disclosure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.actor import Actor
from accounts.request import ServiceRequest, actor_in
from audit.events import Purpose
from encryption.sealed import OpenScope
from referrals.access.relations import CaseAccess
from referrals.errors import NotAllowed, WrongState
from referrals.execution.runner import StepResult
from referrals.filing import actions as filing_actions
from referrals.filing import form
from referrals.filing.form import ConcernForm
from referrals.models import HealthSign, Referral
from referrals.reading import concern, fields
from referrals.reading.disclosures import opened, seen
from referrals.vocabulary.filing_answers import Channel
from referrals.vocabulary.required_items import missing_items
from referrals.vocabulary.role_sets import CELL
from referrals.vocabulary.states import ChildKind, State
from referrals.workflow.form_rows import answers_of

type Said = dict[str, Any]
NOT_KNOWN: Final = "not_known"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of the reader's own."""

    referral: Referral
    ties: CaseAccess
    actor: Actor
    at: datetime

    @classmethod
    def of(cls, request: ServiceRequest, pk: UUID) -> "Draft":
        """Return the draft.

        Raises:
            NotVisible: no such case for this reader.
            NotAllowed: it is somebody else's, shown to the reader.
            WrongState: it was submitted.
        """
        referral, ties = seen(request, pk, whole=True)
        if ties.shared:
            raise NotAllowed("referral:edit")
        if referral.state != State.DRAFT:
            raise WrongState("edit")
        return cls(referral, ties, actor_in(request), request.at)

    def read(self) -> Said:
        """Return all that it says, opened in one disclosure: members and lists, as the form has them."""
        concern.prefetch(self.referral, self.ties)

        def content(scope: OpenScope) -> Said:
            return concern.content(self.referral, self.ties, scope, actor=self.actor)

        contents = opened(
            self.referral, self.ties, content, actor=self.actor, at=self.at, purpose=Purpose.FILING
        )
        return _as_form(contents) | {"variant": self.referral.variant} | self._receipt()

    @property
    def by_cell(self) -> bool:
        """Tell whether the cell types in what somebody else says: by phone, by letter (§4.5)."""
        return self.ties.as_filer() in CELL

    def _receipt(self) -> Said:
        referral, received = self.referral, self.referral.received_at
        reception = {"channel": referral.channel, "received_at": received.isoformat() if received else None}
        return (
            reception
            if self.by_cell and referral.channel != Channel.ONLINE
            else {"received_at": reception["received_at"]}
        )

    def note_seen(self) -> None:
        """Write down that the draft was looked at, though nothing of it was opened; its parts are at hand then."""
        concern.prefetch(self.referral, self.ties)
        nothing: Any = None
        opened(
            self.referral, self.ties, lambda _: nothing, actor=self.actor, at=self.at, purpose=Purpose.FILING
        )

    def missing(self) -> list[dict[str, str]]:
        """Return what the form still lacks; asked of presence alone, so that nothing is opened."""
        return missing_items(answers_of(self.referral), typed_by_cell=self.by_cell)

    def save(self, body: Mapping[str, Any], *, version: int | None) -> StepResult:
        """Change what ``body`` names, after the same validation as the API's."""
        filing_actions.editable(self.referral.pk, version=version, actor=self.actor, at=self.at)
        sent = ConcernForm.read(self._with_unknown(body))
        return filing_actions.edit(self.referral.pk, sent, version=version, actor=self.actor, at=self.at)

    def _with_unknown(self, body: Mapping[str, Any]) -> Said:
        """Return ``body`` with what other pages said not to know: the list is one for the whole form."""
        if NOT_KNOWN not in body:
            return dict(body)
        elsewhere = [name for name in self.referral.concern.not_known if name not in body]
        return {**body, NOT_KNOWN: elsewhere + list(body[NOT_KNOWN])}


def _as_form(content: Mapping[str, Any]) -> Said:
    """Return what was read in the shape in which it is sent: fields of the form, filled ones alone."""
    body: Said = dict(content.get("concern", {}))
    for name, model in form.SENT_PARTS.items():
        names = {field.name for field in form.form_fields(model)} | {NOT_KNOWN}
        body[name] = [_stored(item, names) for item in content.get(name) or []]
    names = {field.name for field in form.form_fields(HealthSign)}
    body["signs"] += [_stored(item, names) for item in content.get("health_signs") or []]
    return body


def _stored(item: Mapping[str, Any], names: set[str]) -> Said:
    return {
        name: value
        for name, value in item.items()
        if name in names and value not in (None, "", []) and value != fields.UNREADABLE
    }


# --- Items of a list --------------------------------------------------------------------------------------


def of_kind(items: list[Said], kind: str) -> list[int]:
    """Return the places in the list of the items of a kind of children; of all, without one."""
    if not kind:
        return list(range(len(items)))
    return [place for place, item in enumerate(items) if item.get("kind", ChildKind.SUBJECT) == kind]


def changed(
    items: list[Said], number: int, kind: str, change: Callable[[Said], Said | None]
) -> tuple[list[Said], int]:
    """Return the list with its ``number``-th item of ``kind`` changed, and where that stands; None takes it out.

    A number beyond the last adds one, unless nothing was said of it: whoever goes past a page has named nobody.
    """
    places, new_items = of_kind(items, kind), list(items)
    if number < len(places):
        place = places[number]
        item = change(new_items[place])
        new_items[place : place + 1] = [] if item is None else [item]
        return new_items, place
    item = change({"kind": kind} if kind else {})
    if item is not None and any(value for name, value in item.items() if name != "kind"):
        at = places[-1] + 1 if places else 0
        return [*new_items[:at], item, *new_items[at:]], at
    return new_items, len(new_items)


def put(item: Said, body: Mapping[str, Any]) -> Said:
    """Return an item with the answers of one page of it; what other pages of it said not to know stays."""
    unknown = [name for name in item.get(NOT_KNOWN, []) if name not in body]
    merged = {**item, **body}
    if NOT_KNOWN in body:
        merged[NOT_KNOWN] = unknown + list(body[NOT_KNOWN])
    return {name: value for name, value in merged.items() if value not in (None, "")}
