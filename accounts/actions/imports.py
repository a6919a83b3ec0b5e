"""Import of a file: tried and asked for by one administrator, confirmed by another person, undone before its first use.

What is written is written by the acts that a person would do one by one, with the rights that whoever asked has at that
moment; so each has its own entry, by the second person for the first (SEC-AZ11, SEC-AZ12).
"""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from itertools import batched
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import acts, stepup
from accounts.access import managed_imports, open_imports, own_account, require, second_persons
from accounts.actions.deactivation import close_account
from accounts.actions.entry import record
from accounts.actions.links import invite
from accounts.actions.memberships import Appointment, end, give_as_second, tell_watchers
from accounts.actions.places import (
    Correction,
    NewOrganisation,
    correct_organisation,
    make_organisation,
    remove_organisations,
)
from accounts.actions.users import NewUser, make_user
from accounts.actor import Actor
from accounts.errors import AlreadyThere, ImportOutdated, InvalidInput, OwnGrant, TwoPersonsNeeded
from accounts.identifiers import REGISTERS
from accounts.imports import trial as trials
from accounts.imports.faults import FileFault
from accounts.imports.plan import Planned, entry_of
from accounts.imports.rows import Institution, Person
from accounts.imports.trial import Trial
from accounts.models import (
    Authority,
    Factor,
    Identity,
    ImportRun,
    Membership,
    Organisation,
    Unit,
    User,
)
from accounts.naming import visible
from accounts.notifications import IMPORT_REQUESTED, tell_people
from accounts.roles import BY_TWO, Role
from accounts.signin import actor_of_user

_AT_ONCE: Final = 400
#: What a run names by id of what it wrote.
USERS: Final = "users"
ROLES: Final = "memberships"
ORGANISATIONS: Final = "organisations"
CHANGES: Final = "changes"


def try_import(*, actor: Actor, at: datetime, authority: Authority, source: str, raw: bytes) -> ImportRun:
    """Read a file and keep what it would do, sealed; nothing of it is written, and the file isn't kept.

    Raises:
        InvalidInput: nothing of the file is taken; ``file`` has the reason, ``line`` where it was found (0: nowhere).
    """
    require(actor, "accounts.manage", authority.pk)
    stepup.require(actor, at=at)
    try:
        read = trials.read(raw, source, authority, on=at.date())
    except FileFault as error:
        refused = InvalidInput({"file": [f"import-{error.fault.value}"]})
        refused.extra["line"] = error.line
        raise refused from error
    asker = own_account(actor)
    run = ImportRun(
        authority=authority,
        source=source,
        stated_on=read.stated_on,
        tried_by=asker,
        tried_at=at,
        left_out=read.left_out,
    )
    trials.seal(run, trials.tried(read.rows, read.refused, authority, asker=asker.pk, at=at))
    run.save()
    # The trial tells who has an account already: it is a look at people, as a list is.
    _record(acts.IMPORT_TRIED, run, actor=actor, at=at, count=len(read.rows))
    return run


def read_import(*, actor: Actor, at: datetime, run: ImportRun) -> Trial | None:
    """Return what a run that waits would do, with the names in it, for whoever may see the run; the look is an entry.

    None: it waits no more.
    """
    if run.content is None:
        return None
    trial = trials.opened(run)
    _record(acts.IMPORT_READ, run, actor=actor, at=at, count=len(trial.rows))
    return trial


def ask_import(*, actor: Actor, at: datetime, run_id: UUID) -> ImportRun:
    """Ask that a second person confirm what one tried; they have a week, and nothing is written until then.

    Raises:
        AlreadyThere: it is asked for already.
        InvalidInput: it would change nothing.
    """
    runs = managed_imports(actor, at=at).filter(tried_by=actor.user_id)
    stepup.require(actor, at=at)
    run = visible(runs.select_for_update(of=("self",)), run_id)
    if run.asked_at is not None:
        raise AlreadyThere(_("La confirmation de cet import est déjà demandée."))
    if not (run.created or run.changed):
        raise InvalidInput({"file": ["import-no-change"]})
    run.asked_at = at
    run.save(update_fields=["asked_at"])
    _record(acts.IMPORT_REQUESTED, run, actor=actor, at=at, count=run.created + run.changed)
    others = second_persons("memberships.confirm", run.authority_id, but=(actor.user_id,), at=at)
    tell_people(others, IMPORT_REQUESTED, run.authority_id, at=at, request_id=run.pk)
    return run


def decide_import(
    *, actor: Actor, at: datetime, run_id: UUID, confirmed: bool, digest: str
) -> tuple[ImportRun, list[tuple[User, str]]]:
    """Write what was asked for, as the second person, or refuse it: all of it or nothing.

    Return the run, and whom it invited, each with the code that is told beside the mail, this once. ``digest`` is that
    of what the second person saw.

    Raises:
        TwoPersonsNeeded: the actor asked for it; or made, invited or reset lately one of its accounts (SEC-AZ24).
        OwnGrant: it gives the actor a role.
        ImportOutdated: it would do something else by now, or it isn't what was seen.
        NumberTaken, AlreadyThere, InvalidInput: as the acts refuse that write it.
    """
    runs = open_imports(actor, at=at)
    stepup.require(actor, at=at)
    run = visible(runs.select_for_update(of=("self",)), run_id)
    if actor.user_id == run.tried_by_id:
        raise TwoPersonsNeeded(rule="two-persons")
    invited: list[tuple[User, str]] = []
    if confirmed:
        invited = _write(run, digest, actor=actor, at=at)
    run.content = None
    run.decided_by_id, run.decided_at, run.confirmed = actor.user_id, at, confirmed
    run.save()
    act, count = (acts.IMPORT_DONE, run.created + run.changed) if confirmed else (acts.IMPORT_REFUSED, 0)
    _record(act, run, actor=actor, at=at, count=count)
    return run, invited


def undo_import(*, actor: Actor, at: datetime, run_id: UUID) -> ImportRun:
    """Take back what a run wrote, but for what was used since, which stays and is named by ``made``.

    An account is used once its person has chosen a password or another way to sign in, or holds roles of elsewhere; an
    institution once anything names it; a corrected entry once somebody has corrected it again.

    Raises:
        AlreadyThere: it is undone.
    """
    runs = managed_imports(actor, at=at).filter(confirmed=True)
    stepup.require(actor, at=at)
    run = visible(runs.select_for_update(of=("self",)), run_id)
    if run.undone_at is not None:
        raise AlreadyThere(_("Cet import est déjà annulé."))
    made = defaultdict(list, run.made)
    # Accounts first: an institution is used as long as somebody holds a role there.
    remaining: dict[str, list[str]] = {
        USERS: _undo_accounts(made, actor=actor, at=at),
        ROLES: _undo_roles(made, actor=actor, at=at),
        ORGANISATIONS: _undo_institutions(made, run.authority, actor=actor, at=at),
        CHANGES: _undo_changes(made, actor=actor, at=at),
    }
    whole = sum(len(made[kind]) for kind in remaining)
    run.made = {kind: ids for kind, ids in remaining.items() if ids}
    run.undone_by_id, run.undone_at = actor.user_id, at
    run.save(update_fields=["made", "undone_by", "undone_at"])
    _record(acts.IMPORT_UNDONE, run, actor=actor, at=at, count=whole - sum(map(len, remaining.values())))
    return run


# --- Writing -------------------------------------------------------------------------------------------


def _write(run: ImportRun, digest: str, *, actor: Actor, at: datetime) -> list[tuple[User, str]]:
    trial, asker = trials.opened(run), run.tried_by
    now = trials.tried(trial.rows, trial.unread, run.authority, asker=asker.pk, at=at)
    # What is confirmed is what was tried and seen: where an account or a number came in between, it is tried anew.
    if digest != run.digest or now.packed() != trial.packed():
        raise ImportOutdated
    if any(line.user == str(actor.user_id) for _row, line in trial.acting()):
        raise OwnGrant
    first = actor_of_user(asker, actor.origin, at=at)
    by = replace(actor, positions=first.positions, obo=asker.pk)
    require(by, "accounts.manage", run.authority_id)
    made: dict[str, list[Any]] = defaultdict(list)
    people: dict[str, User] = {}
    codes: dict[UUID, str] = {}
    for row, line in trial.acting():
        if isinstance(row, Person):
            pk, code = _give(row, line, run.authority, people, made, by=by, at=at)
            codes |= {pk: code} if code else {}
        else:
            _list(row, line, run.authority, made, by=by, at=at)
    run.made = dict(made)
    if any(isinstance(row, Person) and Role(row.role) in BY_TWO for row, _line in trial.acting()):
        tell_watchers(run.authority_id, actor=actor, at=at)
    new = [UUID(pk) for pk in made[USERS] if UUID(pk) not in codes]
    users = {user.pk: user for user in _users([str(pk) for pk in codes])}
    invited = [(users[pk], code) for pk, code in codes.items()]
    return [*invited, *(invite(actor=by, at=at, user_id=pk) for pk in new)]


def _give(
    row: Person,
    line: Planned,
    authority: Authority,
    people: dict[str, User],
    made: dict[str, list[Any]],
    *,
    by: Actor,
    at: datetime,
) -> tuple[UUID, str | None]:
    """Give the role of a row; return the account's id, and the code of an invitation that the role needed."""
    user = people.get(row.email)
    if user is None and line.user:
        user = User.objects.get(pk=line.user)
    if user is None:
        new = NewUser(row.email, row.full_name, authority, row.language, row.phone)
        user = make_user(actor=by, at=at, new_user=new)
        made[USERS].append(str(user.pk))
    people[row.email] = user
    wanted = Appointment(
        user=user,
        role=Role(row.role),
        authority=authority,
        unit=Unit.objects.get(pk=line.unit) if line.unit else None,
        organisation=Organisation.objects.get(pk=line.organisation) if line.organisation else None,
    )
    membership, code = give_as_second(actor=by, at=at, appointment=wanted)
    made[ROLES].append(str(membership.pk))
    return user.pk, code


def _list(
    row: Institution,
    line: Planned,
    authority: Authority,
    made: dict[str, list[Any]],
    *,
    by: Actor,
    at: datetime,
) -> None:
    if line.organisation:
        _correct(UUID(line.organisation), line.after, by=by, at=at)
        made[CHANGES].append([line.organisation, line.before, line.after])
        return
    new = NewOrganisation(row.name, row.kind, authority, row.numbers)
    made[ORGANISATIONS].append(str(make_organisation(actor=by, at=at, new_organisation=new).pk))


def _correct(pk: UUID, entry: dict[str, str], *, by: Actor, at: datetime) -> None:
    numbers = {register: entry[register] for register in REGISTERS if entry[register]}
    wanted = Correction(entry["name"], entry["kind"], numbers)
    correct_organisation(actor=by, at=at, pk=pk, correction=wanted)


# --- Undoing -------------------------------------------------------------------------------------------


def _undo_accounts(made: dict[str, list[Any]], *, actor: Actor, at: datetime) -> list[str]:
    """Close the accounts that nobody has used; return the others."""
    remaining = []
    for user in _users(made[USERS]):
        if _is_used(user) or _roles(user, at=at) - set(made[ROLES]):
            remaining.append(str(user.pk))
        elif user.is_active:
            close_account(actor=actor, at=at, user_id=user.pk)
    return remaining


def _undo_roles(made: dict[str, list[Any]], *, actor: Actor, at: datetime) -> list[str]:
    """End the roles of accounts that nobody has used; return those that go on."""
    remaining = []
    for some in batched(made[ROLES], _AT_ONCE):
        for one in Membership.objects.filter(pk__in=some).select_related("user").order_by("pk"):
            if one.valid_to is not None and one.valid_to <= at:
                continue
            if _is_used(one.user) or str(one.user_id) in made[USERS]:
                remaining.append(str(one.pk))
            else:
                end(actor=actor, at=at, membership_id=one.pk)
    return remaining


def _undo_institutions(
    made: dict[str, list[Any]], authority: Authority, *, actor: Actor, at: datetime
) -> list[str]:
    """Take the institutions from the list that nothing names; return the others."""
    ids = [UUID(pk) for pk in made[ORGANISATIONS]]
    return [str(pk) for pk in remove_organisations(actor=actor, at=at, authority=authority, ids=ids)]


def _undo_changes(made: dict[str, list[Any]], *, actor: Actor, at: datetime) -> list[str]:
    """Put back the entries that nobody has corrected since; return the institutions of the others."""
    remaining = []
    for pk, before, after in made[CHANGES]:
        organisation = Organisation.objects.filter(pk=pk).first()
        if organisation is None or entry_of(organisation) != after:
            remaining.append(pk)
        else:
            _correct(organisation.pk, before, by=actor, at=at)
    return remaining


def _users(ids: list[str]) -> list[User]:
    return [one for some in batched(ids, _AT_ONCE) for one in User.objects.filter(pk__in=some)]


def _is_used(user: User) -> bool:
    """Tell whether somebody can sign in to an account, or could once."""
    ways = (Factor.objects.filter(user=user), Identity.objects.filter(user=user))
    return user.has_usable_password() or any(rows.exists() for rows in ways)


def _roles(user: User, *, at: datetime) -> set[str]:
    memberships = Membership.objects.filter(user=user, valid_to=None) | Membership.objects.filter(
        user=user, valid_to__gt=at
    )
    return {str(one.pk) for one in memberships}


def _record(act: str, run: ImportRun, *, actor: Actor, at: datetime, count: int) -> None:
    record(
        act, actor=actor, at=at, tenant=run.authority_id, to_state=str(run.source), count=count, thing=run.pk
    )
