"""Files and people of a request: which file somebody may bring in, who is of a case, who read it, who may know."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.access import office_holders
from accounts.roles import Role
from accounts.veil import account_behind
from audit import reading
from audit.models import ReadEntry
from core.compiled_queries import AmongGiven, CompiledQuery
from referrals.access_requests.sheet import Sheet
from referrals.execution import row_proposals
from referrals.models import AccessOpinion, AccessRequest, Exclusion, Referral
from referrals.policy.definitions import protocol_of
from referrals.vocabulary.states import Machine, State
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.safety import with_joined

NO_FILE: Final = (State.DRAFT, State.PURGED)
#: Who signs what leaves, as the second person.
SIGNERS: Final = (Role.SUPERVISOR, Role.DPO)


def files_named(sheet: Sheet, references: Collection[str]) -> list[Referral] | None:
    """Return the files of the authority with these references; None: one isn't there, or who acts is excluded from it.

    Restricted ones too, though no list shows them: they are named by hand, and come in with a second signature.
    """
    wanted = {one.strip() for one in references}
    spelled = wanted | {one.upper() for one in wanted}
    rows = Referral.objects.filter(authority=sheet.row.authority_id, reference__in=spelled)
    found = list(rows.exclude(state__in=NO_FILE).select_related("authority", "concern"))
    # Of a file that was joined to one of these the copy holds as much.
    barred = excluded([one.pk for one in with_joined(found)]).get(sheet.actor.user_id or UUID(int=0))
    fit = [one for one in found if one.is_authentic]
    return fit if len(fit) == len(wanted) and not barred else None


def excluded(cases: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return from which of some cases people are excluded; an end that the service didn't write ends nothing."""
    found: dict[UUID, set[UUID]] = {}
    for row in _EXCLUSIONS.rows(cases=list(cases)) if cases else ():
        if row.lifted_at is None or not row.is_authentic:
            found.setdefault(row.user_id, set()).add(row.referral_id)
    return found


_EXCLUSIONS: Final = CompiledQuery(lambda: Exclusion.objects.filter(AmongGiven("referral", "cases")))


def is_apart(sheet: Sheet, referral: Referral) -> bool:
    """Tell whether a file, or a child of it, is kept for named persons (T46)."""
    case = Case(referral, actor=sheet.actor, at=sheet.at)
    return bool(
        referral.restricted or referral.bar_was_lifted or any(child.restricted for child in case.recorded)
    )


def let_past(sheet: Sheet, referral: Referral) -> set[UUID]:
    return Case(referral, actor=sheet.actor, at=sheet.at).on_list()


def may_know(sheet: Sheet, referrals: Iterable[Referral], user: UUID) -> bool:
    """Tell whether a person may know of each of these files: not excluded, and of a restricted one on its list."""
    files = with_joined(referrals)
    if excluded([one.pk for one in files]).get(user):
        return False
    return all(not is_apart(sheet, one) or user in let_past(sheet, one) for one in files)


def role_asked(sheet: Sheet, user: UUID) -> Role | None:
    """Return the role in which a person may be asked for an opinion: inspector of one of the cases, or coordinator.

    A case that has no inspector yet is any inspector's. Who may not know of one of the files isn't asked at all.
    """
    referrals = [one.referral for one in sheet.files]
    if not may_know(sheet, referrals, user):
        return None
    for case in sheet.cases:
        named = {row.user_id for row in case.assignments if row.role == Role.ASE_INSPECTOR}
        if (not named or user in named) and workflow_people.holders_of(case, Role.ASE_INSPECTOR, {user}):
            return Role.ASE_INSPECTOR
    for case in sheet.cases:
        if workflow_people.holders_of(case, Role.CRIP_COORDINATOR, {user}):
            return Role.CRIP_COORDINATOR
    return None


def own_question(sheet: Sheet) -> AccessOpinion | None:
    mine = (one for one in sheet.opinions if one.asked_id == sheet.actor.user_id and one.answered_at is None)
    return next(mine, None)


def awaits_signature(sheet: Sheet) -> bool:
    """Tell whether somebody is asked to sign another step of this request; a proposal of the same is replaced."""
    waiting = row_proposals.awaited(Machine.ACCESS_REQUEST, sheet.row.pk, at=sheet.at)
    return any(one.step != sheet.step_name for one in waiting)


def remedies_end(sheet: Sheet) -> datetime:
    """Return until when the answer, or what became of an appeal, may be contested."""
    since = sheet.row.answered_at or sheet.at
    return since + timedelta(days=sheet.protocol.access_remedies_days)


def accounts_behind(sheet: Sheet, entries: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the accounts behind some entries of the list of readers, by entry; no table holds the way back."""
    if not entries:
        return {}
    with reading.as_auditor():
        rows = list(
            ReadEntry.objects.filter(pk__in=entries, tenant=sheet.row.authority_id).values_list("pk", "body")
        )
    cases = sheet.subjects()
    found: dict[UUID, UUID] = {}
    for entry, body in rows:
        who = json.loads(bytes(body)).get("actor") if body else None
        account = account_behind(UUID(who), cases=cases) if who else None
        if account is not None:
            found[entry] = account
    return found


def readers_behind(sheet: Sheet, entries: Collection[UUID]) -> set[UUID]:
    """Return who is behind some entries (AR9): who is heard and told, and signs nothing."""
    return set(accounts_behind(sheet, entries).values())


def officers(row: AccessRequest, *, at: datetime) -> set[UUID]:
    """Return the officers who deal with a request: the authority's, but who is excluded from one of its files."""
    files = with_joined(one.referral for one in row.files.select_related("referral"))
    barred = excluded([one.pk for one in files])
    return set(office_holders((Role.DPO,), row.authority_id, at=at)) - set(barred)


def package_days(row: AccessRequest, at: datetime) -> timedelta:
    """Return how long an answer waits to be fetched (ACCESS_PACKAGE_DAYS)."""
    return timedelta(days=protocol_of(row.authority, at).access_package_days)
