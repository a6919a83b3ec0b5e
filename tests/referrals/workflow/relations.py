"""One person and some cases for every pair of role and relation, in a few bulk statements.

Each person has one tie and no other (tests/expected/vocabulary.py tells how each is built): whoever would have a
territory by the role alone sits at another authority, unless the territory is the tie in question. Cases are put
into their state at insertion, which nothing but a test does.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Permission

from accounts.actor import Actor
from accounts.models import Membership, Organisation, Token, Unit, User
from accounts.signin import actor_of_user, hashed
from encryption import keys
from referrals.access.relations import filed_by, shared_with
from referrals.models import (
    Approval,
    Assignment,
    Child,
    Exclusion,
    Grant,
    Measure,
    Referral,
    ReferralUserObjectPermission,
    StandIn,
    TransferRequest,
)
from tests.expected import access as table
from tests.expected.part_steps import PART_STEP_STATES
from tests.expected.vocabulary import (
    APPROVER,
    ASSIGNED,
    BROKEN_GLASS,
    EXCLUDED,
    EXECUTING,
    GRANTED,
    NAMED,
    NONE,
    OFF_THE_LIST,
    ORDINARY,
    OWN,
    OWN_ON_DRAFTS_ONLY,
    RECEIVING,
    RELATIONS,
    ROLES,
    SHARED,
    STANDING_IN,
    TERRITORY,
    UNIT,
)
from tests.factories.world import FAR, LONG_AGO, ORIGIN, World

WORLDS = (*RELATIONS, OFF_THE_LIST)
HERE, ELSEWHERE = "93", "75"
#: Roles that work by assignment: the only ones that somebody may stand in for.
STOOD_IN_FOR = ("assessor", "ase_inspector", "case_referent")
ACTIVE = PART_STEP_STATES["measure"]
SECOND_SIGNERS_BY_TERRITORY = ("supervisor", "crip_coordinator")
FILERS = ("filer", "api_119")


@dataclass
class Tied:
    """One person in one role, tied by one relation to cases, one for each state asked for."""

    role: str
    relation: str
    user: User
    secret: str
    actor: Actor
    service: Organisation
    cases: dict[str, Referral] = field(default_factory=dict)

    def held(self, state: str) -> frozenset[str]:
        """Return the relations of the tables that this world amounts to."""
        return held(self.role, self.relation, state)


@cache
def held(role: str, relation: str, state: str) -> frozenset[str]:
    """Return the relations of the tables that the world ``relation`` gives a role on a case in ``state``."""
    if relation in (NONE, EXCLUDED):
        return frozenset()
    if role in FILERS and relation in (NAMED, OFF_THE_LIST, BROKEN_GLASS):
        relation = OWN
    if relation == BROKEN_GLASS:
        ordinary = {NAMED} if role in ORDINARY else set()
        return frozenset(ordinary | ({BROKEN_GLASS} if BROKEN_GLASS in table.READS[role] else set()))
    if relation == OFF_THE_LIST:
        return frozenset()
    if relation == SHARED:
        return frozenset({SHARED}) if role == "filer_org_lead" and state == "draft" else frozenset()
    if relation == OWN and role in OWN_ON_DRAFTS_ONLY and state != "draft":
        return frozenset()
    if relation == APPROVER and role in SECOND_SIGNERS_BY_TERRITORY:
        return frozenset({APPROVER, TERRITORY})
    return frozenset({relation})


@cache
def sees(role: str, relation: str, state: str) -> bool:
    """Tell whether the tables let a role know of the case at all."""
    ties = held(role, relation, state)
    if state in table.STATES_WITHOUT_A_CASE or relation == RECEIVING:
        return False
    if state in table.STATES_FOR_AUTHORS_ONLY:
        return any(
            tie in [*table.DRAFT_READS.get(role, ()), *table.DRAFT_WRITES.get(role, ())] for tie in ties
        )
    return any(tie in table.READS[role] or tie in table.PARTIAL.get(role, ()) for tie in ties)


@cache
def receives(role: str, relation: str, state: str) -> bool:
    """Tell whether a role answers for an authority that was asked to take the case over."""
    return relation == RECEIVING and role in table.RECEIVED and state in ACTIVE


def _sits_here(role: str, relation: str) -> bool:
    if ORDINARY.get(role) == TERRITORY:
        with_territory = relation in (TERRITORY, NAMED, EXCLUDED, OFF_THE_LIST, BROKEN_GLASS)
        return with_territory or (relation == APPROVER and role in SECOND_SIGNERS_BY_TERRITORY)
    return not (role == "measure_service" and relation == EXECUTING)


def ties_in(role: str, relation: str) -> set[str]:
    """Return the ties that the rows of a world make: the ordinary one too on restricted and excluded cases."""
    if relation == EXCLUDED:
        return {OWN, UNIT, ASSIGNED, EXECUTING, APPROVER, GRANTED, STANDING_IN, BROKEN_GLASS}
    if relation in (NAMED, OFF_THE_LIST, BROKEN_GLASS):
        return {ORDINARY.get(role, "")}
    return {relation}


def build(
    world: World,
    states: Iterable[str],
    *,
    at: datetime,
    real_keys: bool = False,
    only: Any = None,
    asked: Container[tuple[str, str, str]] | None = None,
    **shell: Any,
) -> list[Tied]:
    """Return everybody, each with a case of their own in each state.

    ``only`` keeps some (role, relation), ``asked`` some cases, by (role, relation, state).
    """
    kit = _Kit(world, at, shell, real_keys=real_keys)
    people = [
        kit.person(role, relation)
        for role in ROLES
        for relation in WORLDS
        if only is None or only(role, relation)
    ]
    kit.save_people()
    for one in people:
        one.actor = actor_of_user(one.user, ORIGIN, at=at)
        for state in states:
            if asked is None or (one.role, one.relation, state) in asked:
                one.cases[state] = kit.case(one, state)
    kit.save_cases()
    return people


class _Kit:
    """Rows on their way to the database."""

    def __init__(self, world: World, at: datetime, shell: dict[str, Any], *, real_keys: bool) -> None:
        self.world, self.at, self.shell, self.real_keys = world, at, shell, real_keys
        self.aside = Unit.objects.create(authority=world.authorities[HERE], name="Une autre circonscription")
        self.other_service = Organisation.objects.create(name="Un autre service", kind="association")
        self.someone = world.user("ase_inspector_2", HERE)
        self.permissions = {kind: permission(kind) for kind in ("named", "granted", "glass")}
        self.rows: dict[type[Any], list[Any]] = {}
        #: By stand-in, for whom they stand in.
        self.absent: dict[Any, User] = {}

    def add(self, row: Any) -> Any:
        self.rows.setdefault(type(row), []).append(row)
        return row

    def save(self, *models: type[Any]) -> None:
        for model in models:
            model._default_manager.bulk_create(self.rows.pop(model, []))

    def person(self, role: str, relation: str) -> Tied:
        here = self.world.authorities[HERE if _sits_here(role, relation) else ELSEWHERE]
        ties = ties_in(role, relation)
        service = self.add(Organisation(name=f"Service {role} {relation}", kind="association"))
        in_unit = UNIT in ties or relation == EXCLUDED
        unit = self.world.units[HERE] if in_unit else self.aside
        user = self.add(
            User(email=f"{role}.{relation}@test.invalid", full_name=f"{role} {relation}", password="!")
        )
        membership = self.add(
            Membership(
                user=user,
                role=role,
                authority=here,
                unit=unit if here.code == HERE else None,
                organisation=service,
                valid_from=LONG_AGO,
            )
        )
        if role == "assessment_lead" and here.code != HERE:
            membership.unit = self.world.units[ELSEWHERE]
        secret = "rep_" + (uuid4().hex + uuid4().hex)[:43]
        self.add(
            Token(
                prefix=secret[:12], sha256=hashed(secret), membership=membership, label="test",
                scopes=["read", "write"], created_at=LONG_AGO, expires_at=FAR,
                last_used_on=(self.at + timedelta(days=1)).date(),
            )
        )  # fmt: skip
        if STANDING_IN in ties and role in STOOD_IN_FOR and here.code == HERE:
            self.absent[user.pk] = self._absent(user, role, membership.unit)
        actor = Actor(user_id=user.pk, positions=(), origin=ORIGIN)
        return Tied(role=role, relation=relation, user=user, secret=secret, actor=actor, service=service)

    def _absent(self, stand_in: User, role: str, unit: Unit | None) -> User:
        """Return somebody of the same role and unit, for whom ``stand_in`` stands in."""
        user = self.add(
            User(email=f"absent.{stand_in.email}", full_name=f"absent {stand_in.full_name}", password="!")
        )
        here = self.world.authorities[HERE]
        self.add(Membership(user=user, role=role, authority=here, unit=unit, valid_from=LONG_AGO))
        self.add(
            StandIn(
                authority=here, role=role, absent=user, stand_in=stand_in, since_at=LONG_AGO, until_at=FAR,
                named_at=LONG_AGO, named_by=user.pk,
            )
        )  # fmt: skip
        return user

    def save_people(self) -> None:
        self.save(Organisation, User, Membership, Token, StandIn)

    def case(self, one: Tied, state: str) -> Referral:
        ties = ties_in(one.role, one.relation)
        pk = uuid4()
        authority = self.world.authorities[HERE]
        made = keys.create_data_keys(pk, authority.pk) if self.real_keys else {}
        case = Referral(
            id=pk, reference=pk.hex[:16], state=state, version=3, authority=authority,
            unit=self.world.units[HERE], department=HERE, created_at=self.at, received_at=self.at,
            submitted_at=self.at, statutory_due_at=self.at, urgency="U1", prostitution_status="at_risk",
            restricted=one.relation in (NAMED, OFF_THE_LIST, BROKEN_GLASS),
            filed_by=filed_by(one.user.pk if OWN in ties else uuid4()),
            case_key=made["case"].id if made else uuid4(), filer_key=made["filer"].id if made else uuid4(),
        )  # fmt: skip
        for name, value in self.shell.items():
            setattr(case, name, value)
        if one.relation == SHARED and state == "draft":
            case.shared_with = shared_with(one.service.pk)
        self.add(case)
        self._tie(one, case, ties)
        return case

    def _tie(self, one: Tied, case: Referral, ties: set[str]) -> None:
        at = self.at
        if ASSIGNED in ties:
            self.add(Assignment(referral=case, user=one.user, role=one.role, since_at=at))
        if one.user.pk in self.absent:
            self.add(Assignment(referral=case, user=self.absent[one.user.pk], role=one.role, since_at=at))
        if EXECUTING in ties:
            self.add(measure(case, one.service, self.add(Child(referral=case)), at=at))
        if APPROVER in ties:
            self.add(
                Approval(
                    referral=case, step="reorient", machine="referral", proposer=self.someone,
                    proposer_role="ase_inspector", approver=one.user, asked_state=case.state, requested_at=at,
                    expires_at=at + timedelta(days=5),
                )
            )  # fmt: skip
        if RECEIVING in ties:
            self.add(
                TransferRequest(
                    referral=case, reference=case.reference, authority=case.authority,
                    target=self.world.authorities[ELSEWHERE], ground="moved", channel="electronic",
                    state="arbitration" if one.role == "supervisor" else "sent", asked_by=self.someone.pk,
                    asked_at=at, sent_at=at,
                )
            )  # fmt: skip
            case.transfer_open = True
        glass = one.relation in (BROKEN_GLASS, EXCLUDED)
        kinds = (("named", one.relation == NAMED), ("granted", GRANTED in ties), ("glass", glass))
        for kind, wanted in kinds:
            if wanted:
                self.grant(one.user, case, kind)
        if one.relation == EXCLUDED:
            self.add(Exclusion(referral=case, user=one.user, by=self.someone.pk, since_at=at))

    def grant(self, user: User, case: Referral, kind: str) -> None:
        right = ReferralUserObjectPermission(
            user=user, permission=self.permissions[kind], content_object=case
        )
        self.add(right)
        self.add(
            Grant(
                referral=case, user=user, permission=right, kind=kind, by=self.someone.pk, since_at=self.at,
                expires_at=FAR,
            )
        )  # fmt: skip

    def save_cases(self) -> None:
        self.save(
            Referral,
            Child,
            Measure,
            Assignment,
            Approval,
            ReferralUserObjectPermission,
            Grant,
            Exclusion,
            TransferRequest,
        )


def permission(kind: str) -> Permission:
    """Return the right that a grant of this kind holds."""
    return Permission.objects.get(codename=f"{kind}_referral", content_type__app_label="referrals")


def measure(
    case: Referral, service: Organisation | None, child: Child, *, at: datetime, **more: Any
) -> Measure:
    """Return an unsaved administrative measure that a service executes."""
    values = {"state": "active", "type_id": "aed", "judicial": False} | more
    return Measure(referral=case, child=child, service=service, proposed_at=at, **values)
