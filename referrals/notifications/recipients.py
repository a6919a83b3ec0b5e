"""Recipients of a step's notices: resolves each party that a declaration names (``tells``) to accounts.

A notice holds a template's code, the reference and the link, nothing of what happened (domain.md §2.8 no. 7). Persons
excluded from a case are not notified, nor those who aren't on the list of a restricted one, nor the person who did the
step; right before a notice is sent, the access rule itself is checked again (``may_be_told``). The public prosecutor,
the holders, the child and an outside service have no account: people inform them, with their letters, never the
service.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actor import SYSTEM
from accounts.models import Membership, User
from accounts.roles import Role
from accounts.signin import actor_of_user
from encryption import index
from outbox import gateway
from outbox.models import Endpoint
from outbox.notices import About, Recipients, rows_of
from outbox.notices import tell as write
from outbox.ports import doors
from outbox.templates import Kind, Template, register
from referrals.access import matrix, row_level_security, transfer_requests, visibility
from referrals.access.matrix import FILERS
from referrals.access.relations import filed_by
from referrals.access_review import actions as access_review_actions
from referrals.execution import hooks
from referrals.models import Grant, StandIn
from referrals.models.on_call_rota import Place
from referrals.on_call_rota import actions as on_call_rota_actions
from referrals.vocabulary.states import Exploitation, RequestState, TransferState
from referrals.workflow.case import Case
from referrals.workflow.context import StepContext

#: Where whoever filed reads on: their notices lead to a page, for they have no program that reads answers.
PAGES_OF_FILERS: Final = "transmissions"

register(
    Template("referral.new", Kind.QUEUE, _("Une transmission attend d'être ouverte.")),
    Template("referral.urgent", Kind.QUEUE, _("Une situation urgente vous attend.")),
    Template("case.changed", Kind.CASE, _("Un dossier vous attend.")),
    Template(
        "glass.broken",
        Kind.CASE,
        _("Une ouverture d'urgence est à examiner."),
    ),
    Template(
        "glass.watched",
        Kind.CASE,
        _("Une ouverture d'urgence vient d'avoir lieu."),
        start="journal",
    ),
    Template(
        "glass.contested",
        Kind.CASE,
        _("Une ouverture d'urgence est contestée."),
        start="journal",
    ),
    Template(
        "transfer.asked",
        Kind.QUEUE,
        _("Une demande de transfert attend votre réponse."),
        place="transfers",
        page="transferts",
    ),
    Template(
        "signature.asked",
        Kind.SIGNATURE,
        _("Une signature vous est demandée."),
    ),
    Template(
        "filing.received",
        Kind.FILING,
        _("Votre transmission a été reçue par le service compétent."),
        page=PAGES_OF_FILERS,
    ),
    Template(
        "filing.message",
        Kind.FILING,
        _("Un message vous attend au sujet de votre transmission."),
        page=PAGES_OF_FILERS,
    ),
)

#: Nobody called the officer: the answer to an urgent step says so, for a person must phone.
PHONE_ON_CALL: Final = "no-gateway-phone-the-on-call-officer"
#: Nobody at all is on call: whoever files urgently is told to phone the supervisor.
PHONE_SUPERVISOR: Final = "nobody-on-call-phone-the-supervisor"
#: Parties without an account.
OUTSIDE: Final = frozenset({"prosecutor", "holders", "child", "target_service"})
#: Who watches over accesses and knows no case: told that something was done, never of which case.
WATCHERS: Final = frozenset({"auditors"})
#: People of another file are told of that one, by the step that is done on it (X05, X06).
ELSEWHERE: Final = frozenset({"target_team"})
#: People of the authority that was asked to take the case over: they see the request, not the case.
RECEIVING: Final = frozenset({"transfer_target"})

#: What a party means, as a condition on memberships at the case's authority; None: nobody at all.
type Party = Callable[[Case, Mapping[str, Any]], Q | None]


def _holding(*roles: Role) -> Party:
    return lambda case, step_input: Q(role__in=roles)  # noqa: ARG005 - parties share one signature


def _on_call(case: Case, step_input: Mapping[str, Any]) -> Q:  # noqa: ARG001 - id.
    """The officers whom the rota calls first now; all of them where it has nobody who may know of the case."""
    officers = on_call_rota_actions.first_called(case.authority_id, at=case.at, barred=barred_from(case))
    return Q(role=Role.ON_CALL, user_id__in=sorted(officers)) if officers else Q(role=Role.ON_CALL)


def _second_on_call(case: Case, step_input: Mapping[str, Any]) -> Q | None:  # noqa: ARG001 - id.
    """The officers whom the rota calls next; all of them again where it has nobody."""
    on_duty = on_call_rota_actions.on_duty(case.authority_id, at=case.at, barred=barred_from(case))
    if not on_duty:
        return Q(role=Role.ON_CALL)
    second = on_duty.get(Place.SECOND) if Place.FIRST in on_duty else None
    return Q(role=Role.ON_CALL, user_id__in=sorted(second)) if second else None


def _leads(case: Case, step_input: Mapping[str, Any]) -> Q | None:  # noqa: ARG001 - id.
    unit = case.referral.unit_id
    return Q(role=Role.ASSESSMENT_LEAD, unit_id=unit) if unit else None


def _exploitation_leads(case: Case, step_input: Mapping[str, Any]) -> Q | None:  # noqa: ARG001 - id.
    is_exploited = case.protocol.prostitution_lead and any(
        child.prostitution_status != Exploitation.NONE for child in case.children
    )
    return Q(role=Role.EXPLOITATION_LEAD) if is_exploited else None


def _assigned(role: Role) -> Party:
    def those(case: Case, step_input: Mapping[str, Any]) -> Q | None:  # noqa: ARG001 - id.
        users = [
            assignment.user_id for assignment in case.referral.assignments.filter(until_at=None, role=role)
        ]
        if not users:
            return None
        # Whoever stands in for one of them is told too; right before it leaves, the access rule is asked again.
        standing = StandIn.objects.in_force(case.at).filter(
            absent__in=users, role=role, authority=case.authority_id
        )
        return Q(role=role) & (Q(user_id__in=users) | Q(user_id__in=standing.values("stand_in")))

    return those


def _deciders(case: Case, step_input: Mapping[str, Any]) -> Q | None:
    """Whoever decides: the inspectors named on the case, else those of its unit (T48)."""
    named = _assigned(Role.ASE_INSPECTOR)(case, step_input)
    unit = case.referral.unit_id
    return named or (Q(role=Role.ASE_INSPECTOR, unit_id=unit) if unit else None)


def _service(case: Case, step_input: Mapping[str, Any]) -> Q | None:
    """The people of the service to which the step's measure is confided."""
    services = {step_input.get("service"), getattr(case.part, "service_id", None)}
    measure = step_input.get("measure")
    services |= {row.service_id for row in case.measures if row.pk == measure}
    services.discard(None)
    return Q(role=Role.MEASURE_SERVICE, organisation_id__in=services) if services else None


def _named(case: Case, step_input: Mapping[str, Any]) -> Q | None:
    """The persons whom the input names, or the people of the service that it names."""
    users = {step_input.get("user"), *(step_input.get("named") or ()), *(step_input.get("add") or ())} - {
        None
    }
    people = Q(user_id__in=users) if users else None
    service = _service(case, step_input) if step_input.get("service") else None
    return people | service if people and service else people or service


def _asker(case: Case, step_input: Mapping[str, Any]) -> Q | None:
    """Whoever put the questions that the step is about."""
    request = step_input.get("request")
    if not request:
        return None
    askers = case.referral.information_requests.filter(pk=request).values_list("asked_by", flat=True)
    return Q(user_id__in=list(askers))


def _partner(case: Case, step_input: Mapping[str, Any]) -> Q | None:  # noqa: ARG001 - id.
    """The partner who is asked; a filer is told as a filer."""
    return Q(user_id=step_input.get("partner")) if step_input.get("partner") else None


def _askers(case: Case, step_input: Mapping[str, Any]) -> Q | None:  # noqa: ARG001 - id.
    """Those whose questions were just called off, and those who were asked (T32; §2.2 Closings)."""
    rows = case.referral.information_requests.filter(closed_at=case.at, state=RequestState.CANCELLED)
    users = {user for row in rows.values_list("asked_by", "partner") for user in row} - {None}
    return Q(user_id__in=users) if users else None


def _arbiters(case: Case, step_input: Mapping[str, Any]) -> Q | None:  # noqa: ARG001 - id.
    """The supervisors, once a transfer is theirs to settle; those of the other authority are told beside (§2.7)."""
    request = case.open_transfer
    settling = request is not None and request.state == TransferState.ARBITRATION
    return Q(role=Role.SUPERVISOR) if settling else None


PARTIES: Final[Mapping[str, Party]] = {
    "crip_queue": _holding(Role.INTAKE_AGENT, Role.CRIP_COORDINATOR),
    "coordinator": _holding(Role.CRIP_COORDINATOR),
    "on_call": _on_call,
    "second_on_call": _second_on_call,
    "supervisor": _holding(Role.SUPERVISOR),
    "supervisors": _holding(Role.SUPERVISOR),
    "exploitation_lead": _exploitation_leads,
    "assessment_lead": _leads,
    "team": _assigned(Role.ASSESSOR),
    "ase_inspector": _deciders,
    "case_referent": _assigned(Role.CASE_REFERENT),
    "named_inspector": _assigned(Role.ASE_INSPECTOR),
    "service": _service,
    "named": _named,
    "asker": _asker,
    "recipient": _partner,
    "both_teams": _assigned(Role.ASSESSOR),
    "askers": _askers,
    "transfer_arbiters": _arbiters,
}


@hooks.tell.register
def tell(act: StepContext) -> None:
    """Write the notices of a step that was just carried out, in its transaction."""
    case, step = act.case, act.step
    if not step.tells:
        return
    urgent = "on_call" in step.tells
    template = step.notice or _template(step.tells, urgent=urgent)
    about = _about(case, template, urgent=urgent)
    withheld = not urgent and (
        act.apart or case.withheld(said=act.step_input, child=act.child, part=case.part)
    )
    addressees = people(case, step.tells, act.step_input, withheld=withheld, or_list=not urgent)
    done_by = {act.actor.user_id, act.signer.user_id if act.signer else None}
    users = set(addressees) - done_by
    officers = {user for user in addressees if Role.ON_CALL in addressees[user]} if urgent else set()
    called = officers - done_by if gateway.is_there() else set()
    if urgent and not called:
        act.warnings.append(PHONE_ON_CALL if officers else PHONE_SUPERVISOR)
    case.insert(*rows_of(about, Recipients(users=users, called=called), at=act.at))
    if step.watchers_notice:
        tell_watchers(case, step.watchers_notice)
    _tell_receivers(act)
    # Nothing else is said to a filer than that the concern was received, and that somebody wrote: all else a filer
    # learns from what that person writes (domain.md §1.4).
    if step.filer_notice and ("filer" in step.tells or _asks_filer(act)):
        _tell_filer(case, step.filer_notice)


@hooks.ask_signature.register
def ask_signature(case: Case, approver: UUID) -> None:
    """Tell a person that a signature is awaited, in the transaction that asks for it."""
    write(_about(case, "signature.asked"), Recipients(users=[approver]), at=case.at)


def tell_watchers(case: Case, template: str) -> int:
    """Tell the auditors of the case's authority that something was done; not of which case (§1.3 ``auditor``)."""
    auditors = Membership.objects.in_force(case.at).filter(authority=case.authority_id, role=Role.AUDITOR)
    about = About(template=template, reference="", subject_id=None, authority_id=case.authority_id)
    return write(about, Recipients(users=set(auditors.values_list("user_id", flat=True))), at=case.at)


def tell_parties(case: Case, parties: Collection[str], template: str, *, withheld: bool = False) -> int:
    """Tell parties of a case something that no step tells, as recurring work does; return how many rows."""
    users = list(people(case, parties, {}, withheld=withheld, or_list=True))
    return write(_about(case, template), Recipients(users=users), at=case.at)


def tell_users(case: Case, users: Collection[UUID], template: str, *, withheld: bool = False) -> int:
    """Tell persons of a case's authority the same, as far as they may be told of it; return how many rows."""
    addressees = list(people(case, ("named",), {"named": users}, withheld=withheld)) if users else []
    return write(_about(case, template), Recipients(users=addressees), at=case.at) if addressees else 0


def call_parties(case: Case, parties: Collection[str]) -> int:
    """Call parties of a case urgently, by phone where there is a gateway; return how many people were told."""
    users = list(people(case, parties, {}))
    called = users if gateway.is_there() else []
    write(_about(case, "referral.urgent", urgent=True), Recipients(users=users, called=called), at=case.at)
    return len(users)


def call_list(case: Case, template: str) -> None:
    """Call whoever may know of a restricted case now, by phone where there is a gateway."""
    users = sorted(let_past(case))
    called = users if gateway.is_there() else []
    write(_about(case, template, urgent=True), Recipients(users=users, called=called), at=case.at)


def people(
    case: Case,
    parties: Iterable[str],
    step_input: Mapping[str, Any] | None,
    *,
    withheld: bool = False,
    or_list: bool = False,
) -> dict[UUID, set[Role]]:
    """Return the accounts that parties mean now, each with the roles by which it is meant: one query.

    Of a restricted case, and of what is ``withheld`` (``Case.withheld``), its list alone is told (T46); with
    ``or_list`` all of the list where none of the parties is on it: a delay must not run out unseen.

    Raises:
        KeyError: a party that nobody has defined.
    """
    recipients_elsewhere = OUTSIDE | ELSEWHERE | WATCHERS | RECEIVING | {"filer"}
    rules = [PARTIES[name](case, step_input or {}) for name in parties if name not in recipients_elsewhere]
    wanted = [rule for rule in rules if rule is not None]
    if not wanted:
        return {}
    rows = Membership.objects.in_force(case.at).filter(_of_authority(case))
    rows = rows.exclude(user_id__in=case.referral.exclusions.filter(lifted_at=None).values("user_id"))
    meant = rows.filter(reduce(or_, wanted))
    if not (case.referral.restricted or withheld):
        return _by_account(meant)
    let_in = _let_in(case).values("user_id")
    accounts = _by_account(meant.filter(user_id__in=let_in))
    return accounts or (_by_account(rows.filter(user_id__in=let_in)) if or_list else {})


def _by_account(rows: "QuerySet[Membership]") -> dict[UUID, set[Role]]:
    roles_by_user: dict[UUID, set[Role]] = {}
    for user, role in rows.values_list("user_id", "role"):
        roles_by_user.setdefault(user, set()).add(Role(role))
    return roles_by_user


def _let_in(case: Case) -> "QuerySet[Grant]":
    """Return the grants that let somebody past the restriction of a case now: by its list, or by a broken glass."""
    return case.referral.grants.filter(kind__in=("named", "glass"), ended_at=None, expires_at__gt=case.at)


def let_past(case: Case) -> set[UUID]:
    """Return who may know of a restricted case now: by its list, or by a broken glass; none who is excluded."""
    return set(_let_in(case).values_list("user_id", flat=True)) - excluded_from(case)


def excluded_from(case: Case) -> set[UUID]:
    """Return who is excluded from a case now."""
    return set(case.referral.exclusions.filter(lifted_at=None).values_list("user_id", flat=True))


def barred_from(case: Case) -> set[UUID]:
    """Return the officers on call who may not know of a case: excluded, or not let past its restriction."""
    barred = excluded_from(case)
    if case.referral.restricted:
        memberships = Membership.objects.in_force(case.at).filter(
            authority=case.authority_id, role=Role.ON_CALL
        )
        let_in = set(_let_in(case).values_list("user_id", flat=True))
        barred |= set(memberships.values_list("user_id", flat=True)) - let_in
    return barred


def _of_authority(case: Case) -> Q:
    """A service may be of another authority: it executes the measure all the same (domain.md §1.1)."""
    return Q(authority_id=case.authority_id) | Q(role=Role.MEASURE_SERVICE)


def _template(tells: Collection[str], *, urgent: bool) -> str:
    if urgent:
        return "referral.urgent"
    return "referral.new" if "crip_queue" in tells else "case.changed"


def _about(case: Case, template: str, *, urgent: bool = False) -> About:
    referral = case.referral
    return About(
        template=template,
        reference=referral.reference,
        subject_id=referral.pk,
        authority_id=referral.authority_id,
        urgent=urgent,
    )


def _tell_receivers(act: StepContext) -> None:
    """Tell the authority that was asked: its coordinators of a request sent, its supervisors of one to be settled."""
    case, parties = act.case, {"transfer_target", "transfer_arbiters"} & set(act.step.tells)
    request = case.find_open_transfer() if parties and case.referral.transfer_open else None
    if request is None:
        return
    roles = [role for role, state in matrix.DECIDE_ON_TRANSFERS.items() if request.state == state]
    rows = Membership.objects.in_force(case.at).filter(role__in=roles, authority_id=request.target_id)
    rows = rows.exclude(user_id__in=case.referral.exclusions.filter(lifted_at=None).values("user_id"))
    if case.referral.restricted:
        rows = rows.filter(user_id__in=request.receivers.values("user_id"))
    users = set(rows.values_list("user_id", flat=True)) - {act.actor.user_id}
    write(_about(case, "transfer.asked"), Recipients(users=users), at=act.at)


def _asks_filer(act: StepContext) -> bool:
    return "recipient" in act.step.tells and not act.step_input.get("partner")


def _tell_filer(case: Case, template: str) -> None:
    """Tell who filed, by the keyed value alone, and the program where it is one that is called."""
    filer = bytes(case.referral.filed_by)
    programs = Endpoint.objects.filter(disabled_at=None).values_list("pk", "user_id")
    called = [pk for pk, user in programs if filed_by(user) == filer]
    pk, reference = case.referral.known_to_filer_as
    about = replace(_about(case, template), subject_id=pk, reference=reference)
    write(about, Recipients(filers=[told_as(filer)], endpoints=called), at=case.at)


def told_as(filer: bytes) -> bytes:
    """Return as whom notices name who filed: from a case's own value nobody gets there without the key (SEC-CR20)."""
    return index.keyed("notice.filer", filer)


# --- What the outbox asks before a notice leaves -------------------------------------------------------


def may_be_told(user_id: UUID, subject_id: UUID, at: datetime) -> bool:
    """Tell whether an account may know of a case now, by the one access rule: between act and delivery it may
    have been excluded, taken off the case, or closed.
    """  # noqa: D205 - one sentence
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    actor = actor_of_user(user, SYSTEM.origin, at=at)
    with row_level_security.for_the_service():
        if visibility.cases_meant_by(actor, subject_id, at=at).first() is not None:
            return True
        if access_review_actions.visible_to(actor).filter(pk=subject_id).exists():
            return True
        if access_review_actions.asked_of(actor, at=at).filter(pk=subject_id).exists():
            return True
        transfers = transfer_requests.transfers_to(actor, at=at).filter(referral_id=subject_id)
        return transfers.first() is not None or visibility.batches_of(actor).filter(pk=subject_id).exists()


def find_filers(values: Collection[bytes]) -> Mapping[bytes, UUID]:
    """Return the filing accounts behind keyed values.

    The way back isn't stored, so that a copy of the database doesn't say who filed: each filer's value is computed
    again. Some milliseconds for each thousand filers, once a batch.
    """
    wanted = set(values)
    accounts = (
        Membership.objects.filter(role__in=FILERS).order_by().values_list("user_id", flat=True).distinct()
    )
    return {value: user for user in accounts.iterator() if (value := told_as(filed_by(user))) in wanted}


doors.may_be_told = may_be_told
doors.filers = find_filers
