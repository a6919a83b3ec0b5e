"""Sign-in flow: second factors, and passwords set by strangers; the same for API and pages.

Between the password and the factor a session belongs to nobody; after it, to its person, under another id. The journal
entry of each step is written in the same transaction as the session's row.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts import actions, factors, signin, stepup, suspicious_sign_ins, throttling
from accounts.access import own_account
from accounts.actor import Actor
from accounts.errors import NotAllowed, PasskeyNeeded
from accounts.models import Authority, User
from accounts.models.factor import FactorKind
from accounts.origin import origin_of
from accounts.request import ServiceRequest, actor_in
from accounts.signin import Awaited
from encryption import onetime

PROVE: Final = "prove"
MAKE: Final = "make"


def await_factor(
    request: ServiceRequest,
    user: User,
    *,
    at: datetime,
    onward: str = "/",
    provided: Mapping[str, str] | None = None,
) -> None:
    """Let the second factor of whoever gave the right password be awaited, and note that it is.

    ``provided``: a provider's word stood for the password. Somebody may have the owner's identity there.
    """
    suspicious_sign_ins.begun(user, at=at)
    signin.await_factor(request, user, at=at, onward=onward, provided=provided)


def complete_proof(
    request: ServiceRequest, user: User, awaited: Awaited | None, proof: dict[str, Any], *, at: datetime
) -> bool:
    """Check a proof and move the session on; tell whether its person is signed in now.

    ``proof`` may hold the password too, where a session goes on: beside a code it makes the proof a whole one. It is
    looked at first, and a wrong one counts as a failed sign-in.

    Raises:
        TooManyTries, ProofRefused: see ``actions.prove``.
        PasskeyNeeded: somebody signed in has no factor that their roles accept, and none of those confirms an act.
    """
    challenge = signin.take_challenge(request, PROVE, at=at)
    origin = origin_of(request, auth=signin.SESSION)
    password = proof.pop("password", None)
    if awaited is None and password is not None:
        with throttling.counted(request, {"email": user.email, "password": password}, at=at) as credentials:
            actions.require_present_password(user, credentials["password"])
    new_place = awaited is not None and throttling.is_new_place(request, user, at=at)
    enough = actions.prove(user=user, proof=actions.Proof(**proof, challenge=challenge), origin=origin, at=at)
    if not enough:
        if awaited is None:  # another role was given since this session began
            raise PasskeyNeeded(rule="passkey-needed")
        signin.note_weaker_proof(request)
        return False
    if awaited is None:
        actions.record_confirmation(user=user, origin=origin, at=at)
        wholly = password is not None or "passkey" in proof
        signin.confirm_session(request, user, at=at, wholly=wholly)
    else:
        actions.record_session(user=user, origin=origin, at=at)
        signin.open_session(request, user, at=at)
        suspicious_sign_ins.finished(user, awaited.day, new_place=new_place, at=at)
    return True


def ask_link(request: ServiceRequest, *, email: str, at: datetime) -> None:
    """Let a link to set another password be sent, unless too many were of late."""
    throttling.count_link_request(request, email, at=at)
    actions.ask_link(email=email, at=at)


def ask_account(
    request: ServiceRequest,
    *,
    stranger: actions.Stranger,
    authority: Authority,
    institution: actions.Institution,
    at: datetime,
) -> None:
    """Ask for an account as a stranger, unless too many were asked for of late."""
    throttling.count_account_request(request, stranger.email, at=at)
    actions.ask_account(at=at, stranger=stranger, authority=authority, institution=institution)


def ask_colleague(
    request: ServiceRequest, actor: Actor, *, stranger: actions.Stranger, position: UUID, at: datetime
) -> None:
    """Ask for an account for a colleague, by the same counts."""
    throttling.count_account_request(request, stranger.email, at=at)
    actions.ask_colleague(actor=actor, at=at, stranger=stranger, position=position)


def ask_address(request: ServiceRequest, actor: Actor, *, email: str, at: datetime) -> None:
    """Ask that the own account take another address, unless it asked for too many."""
    if actor.user_id is not None:
        throttling.count_address_request(request, actor.user_id, at=at)
    actions.ask_address(actor=actor, email=email, at=at)


def set_password(request: ServiceRequest, *, token: str, password: str, at: datetime, code: str = "") -> None:
    """Set a password by a link."""
    origin = origin_of(request, auth=actions.LINK)
    actions.set_password_by_link(token=token, password=password, code=code, origin=origin, at=at)


def change_password(
    request: ServiceRequest, actor: Actor, *, present: str, password: str, at: datetime
) -> None:
    """Set one's own password by the present one, and keep this session alone, under another id.

    A wrong present one counts as a failed sign-in and waits as one: whoever has somebody's session guesses no faster
    here than at the door, and keeps the owner out no better.
    """
    typed = {"email": own_account(actor).email, "password": present}
    with throttling.counted(request, typed, at=at) as credentials:
        user = actions.change_password(actor=actor, at=at, present=credentials["password"], password=password)
    signin.keep_session(request, user)


def require_may_add(request: ServiceRequest, awaited: Awaited | None, *, at: datetime) -> None:
    """Refuse to make a factor for whoever has one and hasn't just proved it."""
    if awaited is None:
        stepup.require(actor_in(request), at=at, wholly=True)
    elif actions.stage_of(awaited, at=at) is not actions.Stage.ENROLMENT:
        raise NotAllowed(rule="factor-first")


def begin(request: ServiceRequest, user: User, kind: FactorKind, *, at: datetime) -> dict[str, Any]:
    """Begin to make a factor; return what the person's device needs, as ``BegunFactorOut`` tells it."""
    if kind == FactorKind.PASSKEY:
        options, challenge = factors.options_to_make(user)
        answer: dict[str, Any] = {"public_key": options, "secret": None, "address": None}
    else:
        challenge = actions.begin_application()
        answer = {"public_key": None, **_application(user, challenge)}
    signin.keep_challenge(request, f"{MAKE}:{kind}", challenge, at=at)
    return answer


def begun_application(request: ServiceRequest, user: User, *, at: datetime) -> dict[str, str] | None:
    """Return secret and address of the application begun last in this session, if it still counts."""
    challenge = signin.challenge_in(request, f"{MAKE}:{FactorKind.TOTP}", at=at)
    return None if challenge is None else _application(user, challenge)


def _application(user: User, challenge: str) -> dict[str, str]:
    begun = UUID(challenge)
    address = onetime.address_of(begun, account=user.email, issuer="Repère")
    return {"secret": onetime.shown_secret(begun), "address": address}


def add(
    request: ServiceRequest, user: User, awaited: Awaited | None, fields: dict[str, Any], *, at: datetime
) -> tuple[Any, list[str]]:
    """Make the factor that was begun, and move the session on: it stays, or begins, and all others end."""
    kind = FactorKind(fields["kind"])
    origin = origin_of(request, auth=signin.SESSION)
    new = actions.NewFactor(
        kind=kind,
        label=fields["label"],
        challenge=signin.take_challenge(request, f"{MAKE}:{kind}", at=at),
        code=fields.get("code", ""),
        answer=fields.get("passkey"),
    )
    factor, codes = actions.add_factor(user=user, new_factor=new, origin=origin, at=at)
    fresh = User.objects.get(pk=user.pk)
    if awaited is None:
        signin.keep_session(request, fresh)
    else:
        actions.record_session(user=fresh, origin=origin, at=at)
        signin.open_session(request, fresh, at=at)
        suspicious_sign_ins.finished(
            fresh, awaited.day, new_place=False, at=at
        )  # of a new factor the owner is told
    return factor, codes
