"""The register of data breaches and one of them, as pages and the API show it (RGPD art. 33(5))."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.access import office_holders
from accounts.actor import Actor
from accounts.models import Authority, User
from accounts.roles import Role
from audit import journal
from audit.disclosure import disclosure
from audit.events import Counted, Purpose, count_as, register
from core.paging import Page, page_of
from referrals.data_breaches import actions, counting, notice
from referrals.data_breaches.sheet import PAGE, groups_of, unanswered
from referrals.data_breaches.steps import DECLARERS
from referrals.errors import NotVisible
from referrals.letters.paper import html
from referrals.models import DataBreach
from referrals.reading import fields
from referrals.vocabulary.data_breaches import (
    BreachKind,
    BreachRisk,
    BreachSource,
    Concerned,
    DataPart,
    Informing,
    Legible,
    Stopped,
    Touched,
    Way,
)
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import BreachState, Coded

READ: Final = "breach:read"
LISTED: Final = "breach:listed"
EXPORTED: Final = "breach:exported"
PRINTED: Final = "breach:letter"
register(READ, LISTED, EXPORTED, PRINTED)
count_as(Counted.EXPORTS, EXPORTED)
#: The sealed fields, in the order in which they are shown.
SEALED: Final = ("facts", "assessment", "notifications", "letters", "news", "closing")
#: A register that is longer is asked for by state or risk.
ROWS_MAX: Final = 2_000


def register_page(asked: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the breaches that the actor may know of, the newest first; the look is an entry.

    ``asked`` may hold ``running``: those alone whose 72 hours run.
    """
    actions.require_role(actor)
    filters = {name: asked.pop(name) for name in ("state", "risk") if name in asked}
    running = asked.pop("running", False)
    with actions.in_reach(actor):
        rows = running_of(actor) if running else actions.visible_to(actor)
        bound_to = f"breaches/{sorted(filters.items())}/{running}"
        page = page_of(rows.filter(**filters), order=("-declared_at", "id"), bound_to=bound_to, **asked)
    _listed(LISTED, len(page.items), actor=actor, at=at)
    return page


def running_of(actor: Actor) -> "QuerySet[DataBreach]":
    """Return the breaches that the actor may know of and whose 72 hours run."""
    return actions.visible_to(actor).filter(due_at__isnull=False)


def register_rows(asked: Mapping[str, Any], *, actor: Actor, at: datetime) -> list[DataBreach]:
    """Return the register as a table takes it away, the newest first; an entry says so."""
    actions.require_role(actor)
    with actions.in_reach(actor):
        rows = list(actions.visible_to(actor).filter(**asked).order_by("-declared_at", "id")[:ROWS_MAX])
    _listed(EXPORTED, len(rows), actor=actor, at=at)
    return rows


def _listed(act: str, count: int, *, actor: Actor, at: datetime) -> None:
    journal.record(act, actor=actor, at=at, purpose=Purpose.AUDIT, rule="read:breaches", count=count)


def visible_row(pk: UUID, *, actor: Actor) -> DataBreach:
    with actions.in_reach(actor):
        row = actions.visible_to(actor).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


def _coded(codes: type[Coded], value: str) -> Any:
    return labelled(codes(value)) if value in codes.values else None


def line(row: DataBreach, *, at: datetime) -> dict[str, Any]:
    """Return a breach as the register shows it: codes, days and numbers."""
    return {
        "id": str(row.pk),
        "authority": {"code": row.authority.code, "name": row.authority.name},
        "state": labelled(BreachState(row.state)),
        "source": labelled(BreachSource(row.source)),
        "kinds": [labelled(BreachKind(kind)) for kind in row.kinds],
        "declared_at": moment(row.declared_at),
        "aware_at": moment(row.aware_at),
        "since": moment(row.since),
        "until": moment(row.until),
        "due_at": moment(row.due_at),
        "overdue": row.due_at is not None and row.due_at < at,
        "stopped_at": moment(row.stopped_at),
        "stopped_by": _coded(Stopped, row.stopped_by),
        "suspended_at": moment(row.suspended_at),
        "lifted_at": moment(row.lifted_at),
        "assessed_at": moment(row.assessed_at),
        "risk": _coded(BreachRisk, row.risk),
        "danger": row.danger,
        "entries": row.entries,
        "persons": [
            {"group": labelled(Concerned(group)), "count": row.persons[group]} for group in groups_of(row)
        ],
        "parts": [labelled(DataPart(part)) for part in row.parts],
        "touched": [labelled(Touched(one)) for one in row.touched],
        "legible": _coded(Legible, row.legible),
        "notified_at": moment(row.notified_at),
        "complete_at": moment(row.complete_at),
        "late": row.late,
        "groups": [_group(group, row.groups[group]) for group in groups_of(row) if group in row.groups],
        "unanswered": [labelled(Concerned(group)) for group in unanswered(row)],
        "closed_at": moment(row.closed_at),
    }


def _group(group: str, said: Mapping[str, str]) -> dict[str, Any]:
    return {
        "group": labelled(Concerned(group)),
        "answer": labelled(Informing(said["answer"])),
        "on": said["on"],
        "way": _coded(Way, said.get("way", "")),
        "opinion_on": said.get("opinion_on"),
        "cnil_told_on": said.get("cnil_told_on"),
    }


def done(row: DataBreach, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return a breach as a write answers with it: its line, and what the actor may do next."""
    steps = [step.name for step in actions.runner.possible(row, actor, at=at)]
    return line(row, at=at) | {"available_steps": steps}


def reads_words(row: DataBreach, actor: Actor) -> bool:
    """Tell whether the actor reads what was typed: officers and supervisors of the authority, and who typed it."""
    roles = actor.roles_in(row.authority_id)
    return bool(roles.intersection(actions.WORDS))


def one(row: DataBreach, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return a breach with the words that the actor reads; the reading is an entry.

    An administrator reads what they declared, and nothing that came after; an auditor reads codes alone.
    """
    body = done(row, actor, at=at)
    officers = reads_words(row, actor)
    own = row.declared_by_id == actor.user_id and row.declared_as != Role.AUDITOR
    names = SEALED if officers else ("facts",) if own else ()
    with disclosure(
        actor=actor,
        purpose=Purpose.AUDIT,
        at=at,
        objects=[],
        tenant=row.authority_id,
        act=READ,
        payload=row.pk.bytes,
        always=True,
    ) as scope:
        body |= {name: fields.opened(getattr(row, name), scope) if name in names else None for name in SEALED}
    # The page has an address of its own.
    if isinstance(body["letters"], dict):
        body["letters"] = {
            group: {name: text for name, text in letter_row.items() if name != PAGE}
            for group, letter_row in body["letters"].items()
        }
    seen = bool(actor.roles_in(row.authority_id) & {Role.DPO, Role.AUDITOR})
    body["anomaly"] = str(row.anomaly_id) if row.anomaly_id and seen else None
    return body


def figures(row: DataBreach, actor: Actor, *, at: datetime) -> dict[str, Any] | None:
    """Return what the journal shows of a breach, to the officer who assesses it; None: nothing to count by."""
    if Role.DPO not in actor.roles_in(row.authority_id):
        raise NotVisible
    counted = counting.figures(row, actor=actor, at=at)
    return counted.body() if counted is not None else None


def letter(row: DataBreach, group: str, actor: Actor, *, at: datetime, language: str) -> str:
    """Return the letter to a group that was told, as the page that was made then; the reading is an entry.

    Of a letter from before pages were kept, the page is made now.
    """
    group_row = row.groups.get(group)
    if (
        not reads_words(row, actor)
        or group_row is None
        or group_row["answer"] != Informing.TOLD
        or row.letters is None
    ):
        raise NotVisible
    with disclosure(
        actor=actor,
        purpose=Purpose.AUDIT,
        at=at,
        objects=[],
        tenant=row.authority_id,
        act=PRINTED,
        payload=row.pk.bytes,
    ) as scope:
        words = row.letters.open(scope).get(group, {})
    letter_text: str | None = words.get(PAGE)
    return letter_text or html(notice.paper(row, words, at=at, language=language))


def inspectors(row: DataBreach, *, at: datetime) -> list[tuple[str, str]]:
    """Return the inspectors of the authority, by id and name: one of them may be heard (DB5)."""
    return people(office_holders((Role.ASE_INSPECTOR,), row.authority_id, at=at))


def people(users: Collection[UUID]) -> list[tuple[str, str]]:
    rows = User.objects.filter(pk__in=users).order_by("full_name", "pk")
    return [(str(one.pk), one.full_name) for one in rows]


def declarable(actor: Actor) -> list[Authority]:
    """Return the authorities for which the actor may declare a breach; several are chosen from."""
    if actor.holding((Role.PLATFORM_ADMIN,)):
        return list(Authority.objects.order_by("name"))
    authorities = {one.authority_id for one in actor.holding(DECLARERS)}
    return list(Authority.objects.filter(pk__in=authorities).order_by("name"))
