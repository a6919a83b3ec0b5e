"""People of the demonstration: three authorities with every role, their institutions, and the stage of a story."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from accounts import actions
from accounts.actor import SYSTEM
from accounts.models import Authority, Factor, Membership, Organisation, Token, Unit, User
from accounts.models.factor import FactorKind
from accounts.roles import NEED_UNIT, Role
from accounts.signin import actor_of_user
from audit.events import Origin
from encryption import digest
from referrals.models import on_call_rota
from referrals.on_call_rota import actions as on_call_rota_actions
from referrals.policy_changes import actions as policy_changes_actions
from web.training.playing import Player

CODES: Final = ("75", "93", "59")
DOMAIN: Final = "demo.invalid"
ORIGIN: Final = Origin(auth="demo")
TOKEN_LABEL: Final = "démonstration"  # noqa: S105 - the label of a token, not one
TOKEN_DAYS: Final = 30
CODES_REASON: Final = "Démonstration : ses personnages n'ont ni appareil ni clé."
#: What each authority has set; the telephone numbers are those that nobody is given (01 99 00).
SETTINGS: Final = {
    "one_time_codes_reason": CODES_REASON,
    "crip_phone": "01 99 00 00 10",
    "on_call_phone": "01 99 00 00 20",
    "prosecutor_name": "Parquet des mineurs (démonstration)",
    "prosecutor_phone": "01 99 00 00 30",
}
HELPLINE: Final = "Ligne nationale 119 (démonstration)"

#: Roles of which a second person is needed: two of a team, a signer who isn't the proposer.
DOUBLED: Final = (Role.CRIP_COORDINATOR, Role.ASSESSOR, Role.ASE_INSPECTOR, Role.SUPERVISOR)
UNIT_ROLES: Final = (*NEED_UNIT, Role.ASSESSOR, Role.ASE_INSPECTOR, Role.CASE_REFERENT)


@dataclass(frozen=True, slots=True)
class Place:
    """An institution of each authority: its key, French name and kind."""

    key: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the cast: ``crip_coordinator_2`` is the second of her role; ``place`` is where a person works."""

    name: str
    role: Role
    title: str
    place: str = ""


PLACES: Final = (
    Place("school", "Collège de démonstration", "school"),
    Place("hospital", "Hôpital de démonstration", "hospital"),
    Place("hotel", "Hôtel de démonstration", "other"),
    Place("home", "Foyer de démonstration", "residential"),
    Place("association", "Association de démonstration", "association"),
    Place("service", "Service éducatif de démonstration", "social_service"),
)
FILERS: Final = (
    Part("filer", Role.FILER, "Enseignante", "school"),
    Part("filer_nurse", Role.FILER, "Infirmière scolaire", "school"),
    Part("filer_hospital", Role.FILER, "Cadre hospitalier", "hospital"),
    Part("filer_hotel", Role.FILER, "Veilleur de nuit", "hotel"),
    Part("filer_home", Role.FILER, "Éducatrice de foyer", "home"),
    Part("filer_association", Role.FILER, "Intervenant associatif", "association"),
)
_PLACE_OF: Final = {
    Role.FILER_ORG_LEAD: "school",
    Role.MEASURE_SERVICE: "service",
    Role.API_119: "helpline",
}


def parts() -> Iterator[Part]:
    """Yield the cast of one authority, in the order of domain.md §1.1."""
    yield from FILERS
    for role in Role:
        if role is Role.FILER:
            continue
        place = _PLACE_OF.get(role, "")
        yield Part(str(role), role, str(role.label), place)
        if role in DOUBLED:
            yield Part(f"{role}_2", role, f"{role.label} n° 2", place)


@dataclass(slots=True)
class Cast:
    """The people by authority and part, with the token that each got in this run."""

    authorities: dict[str, Authority] = field(default_factory=dict)
    places: dict[tuple[str, str], Organisation] = field(default_factory=dict)
    members: dict[tuple[str, str], Membership] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    password: str = ""

    def user(self, code: str, name: str) -> User:
        """Return one person."""
        return self.members[code, name].user


def gather(*, since: datetime, now: datetime) -> Cast:
    """Return the cast as it is ``now``; who is missing is put in place ``since`` a day in the past.

    The authorities are there already.
    """
    cast = Cast()
    for authority in Authority.objects.filter(code__in=CODES):
        cast.authorities[authority.code] = authority
    helpline = _organisation(HELPLINE, "helpline", None, at=since)
    for code, authority in cast.authorities.items():
        unit = _unit(authority, at=since)
        cast.places[code, "helpline"] = helpline
        for place in PLACES:
            name = f"{place.name} ({code})"
            cast.places[code, place.key] = _organisation(name, place.kind, authority, at=since)
        for part in parts():
            cast.members[code, part.name] = _existing_member(code, part, now=now) or _member(
                cast, authority, unit, part, at=since
            )
    return cast


def _unit(authority: Authority, *, at: datetime) -> Unit:
    name = f"Circonscription de démonstration ({authority.code})"
    unit = Unit.objects.filter(authority=authority, name=name).first()
    return unit or actions.make_unit(actor=SYSTEM, at=at, new_unit=actions.NewUnit(authority, name))


def _organisation(name: str, kind: str, authority: Authority | None, *, at: datetime) -> Organisation:
    organisation = Organisation.objects.filter(name=name, authority=authority).first()
    wanted = actions.NewOrganisation(name, kind, authority)
    return organisation or actions.make_organisation(actor=SYSTEM, at=at, new_organisation=wanted)


def _email(code: str, part: Part) -> str:
    return f"{part.name}.{code}@{DOMAIN}"


def _existing_member(code: str, part: Part, *, now: datetime) -> Membership | None:
    memberships = Membership.objects.in_force(now).select_related("user")
    return memberships.filter(user__email=_email(code, part), role=part.role).first()


def _member(cast: Cast, authority: Authority, unit: Unit, part: Part, *, at: datetime) -> Membership:
    """Make the account and the role of one part."""
    email = _email(authority.code, part)
    name = f"{part.title} {authority.code} (démonstration)"
    user = User.objects.filter(email=email).first() or actions.make_user(
        actor=SYSTEM, at=at, new_user=actions.NewUser(email, name, authority)
    )
    if user.verified_at is None:
        user = actions.verify_user(actor=SYSTEM, at=at, user_id=user.pk)
    return actions.grant(
        actor=SYSTEM,
        at=at,
        appointment=actions.Appointment(
            user=user,
            role=part.role,
            authority=authority,
            unit=unit if part.role in UNIT_ROLES else None,
            organisation=cast.places[authority.code, part.place] if part.place else None,
            certificate=at.date() if part.role is Role.MEASURE_SERVICE else None,
        ),
    )


def give_tokens(cast: Cast, *, at: datetime) -> None:
    """Give everybody a fresh token, and revoke those of earlier runs (tokens for people exist here only)."""
    older = Token.objects.usable(at).filter(
        label=TOKEN_LABEL, membership__in=[member.pk for member in cast.members.values()]
    )
    for token in older.select_related("membership__user"):
        owner = actor_of_user(token.membership.user, ORIGIN, at=at)
        actions.revoke_token(actor=owner, at=at, token_id=token.pk)
    wanted = actions.TokenRequest(TOKEN_LABEL, expires_at=at + timedelta(days=TOKEN_DAYS))
    for key, membership in cast.members.items():
        cast.tokens[key] = actions.issue_token(
            actor=SYSTEM, at=at, membership=membership, token_request=wanted
        ).secret


def give_password(cast: Cast) -> None:
    """Let everybody sign in with one fresh password: it is hashed once, for a hash takes its time."""
    cast.password = "-".join(digest.random_bytes(2).hex() for _ in range(4))
    people = {member.user_id for member in cast.members.values()}
    User.objects.filter(pk__in=people).update(password=make_password(cast.password))


def give_applications(cast: Cast, *, at: datetime) -> None:
    """Let everybody have an application as second factor, whose codes ``manage.py demo_code`` tells.

    Here codes have to do for all roles: nobody makes ninety passkeys to look around. Each authority says so.
    """
    for authority in cast.authorities.values():
        today = at.astimezone(ZoneInfo(authority.timezone)).date()
        change = policy_changes_actions.Change(today, SETTINGS)
        policy_changes_actions.change(authority.pk, change, actor=SYSTEM, at=at)
    people = {member.user_id for member in cast.members.values()}
    have = Factor.objects.filter(user__in=people, kind=FactorKind.TOTP).values_list("user_id", flat=True)
    Factor.objects.bulk_create(
        Factor(user_id=one, kind=FactorKind.TOTP, label=TOKEN_LABEL, created_at=at)
        for one in sorted(people - set(have))
    )


def put_on_duty(cast: Cast, *, at: datetime) -> None:
    """Put each authority's officer on its rota for the days of the tokens: emergency search is for who is on duty."""
    until = at + timedelta(days=TOKEN_DAYS)
    for code, authority in cast.authorities.items():
        officer = cast.user(code, "on_call")
        if authority.rota_shifts.filter(user=officer, withdrawn_at=None, ends_at__gt=at).exists():
            continue
        shift = on_call_rota_actions.Shift(officer.pk, on_call_rota.Place.FIRST, at, until)
        by = actor_of_user(cast.user(code, "territory_admin"), ORIGIN, at=at)
        on_call_rota_actions.add(authority.pk, shift, actor=by, at=at)


@dataclass(frozen=True, slots=True)
class Stage(Player):
    """One authority of the cast."""

    origin: ClassVar[Origin] = ORIGIN
    cast: Cast
    code: str

    def user(self, name: str) -> User:
        """Return one of its people."""
        return self.cast.user(self.code, name)

    def place(self, key: str) -> UUID:
        """Return the id of an institution of the authority."""
        return self.cast.places[self.code, key].pk
