"""Sign-in by an identity provider, as a browser does it: redirect, return, and sign-out there too.

Pages alone do this: a program doesn't sign in. A call to the provider is returned as a function, to be made outside of
any transaction (``accounts/outbound_calls.py``); the next transaction judges its result.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from accounts import actions, sign_in_flow, signin, suspicious_sign_ins, throttling
from accounts.actor import Actor
from accounts.errors import AccountsError, ProviderRefused
from accounts.models import User
from accounts.oidc import metadata, profile, visits
from accounts.oidc.metadata import Metadata
from accounts.oidc.profile import Profile
from accounts.oidc.providers import Provider
from accounts.oidc.visits import Visit
from accounts.origin import origin_of
from accounts.request import ServiceRequest
from encryption import digest

#: What a browser may be on the way for, and what waits for a word where it came back from there.
_THERE: Final = frozenset({visits.SIGN_IN, visits.BIND, visits.INVITED})
_WAITING: Final = {visits.BIND: visits.BOUND, visits.INVITED: visits.RECOGNISED}
#: A longer ID token isn't kept until then; one signs out here alone afterwards.
_HINT_MAX: Final = 2_500


def begin(provider: Provider, known: Metadata, visit: Visit, *, at: datetime) -> tuple[str, str]:
    """Keep a way that begins; return where the browser goes, and the secret that it is to bring back."""
    return profile.address_to_ask(provider, known, visit), visits.keep(visit, at=at)


def come_back(
    request: ServiceRequest, provider: Provider, answer: Mapping[str, str], *, at: datetime
) -> tuple[Visit, Callable[[], Profile | AccountsError]]:
    """Take the way that this browser was on, so that it counts no more; return it, and what is to be called.

    What brings another state takes nothing: no other site can end a way by sending its visitors here. The answer of the
    call may be a refusal: which page tells it depends on why somebody came.

    Raises:
        ProviderRefused: this browser is on no way to this provider, or brings an answer that was meant for another.
    """
    secret = visits.secret_in(request)
    visit = visits.open_visit(secret, at=at)
    if visit is None or visit.purpose not in _THERE or visit.provider != provider.code:
        raise ProviderRefused(rule="provider-state")
    if not digest.equal(answer["state"].encode(), visit.state.encode()) or visits.take(secret, at=at) is None:
        raise ProviderRefused(rule="provider-state")

    def call() -> Profile | AccountsError:
        try:
            code = profile.code_in(provider, answer)
            return profile.profile_of(provider, visit, code, named=bool(answer["iss"]), at=at)
        except AccountsError as refused:
            return refused

    return visit, call


def enter(
    request: ServiceRequest, provider: Provider, visit: Visit, claims: Profile, *, at: datetime
) -> bool:
    """Begin the session of whoever the provider names; tell whether they are signed in now, or give a factor first.

    Raises:
        IdentityUnknown, OrganisationDiffers: see ``actions.sign_in_by_provider``.
    """
    origin = origin_of(request, auth=actions.PROVIDER)
    user = actions.sign_in_by_provider(provider=provider, claims=claims, origin=origin, at=at)
    provided = {"provider": provider.code, "end": claims.end, "hint": claims.hint} if claims.hint else None
    new_place = throttling.is_new_place(request, user, at=at)
    sign_in_flow.await_factor(request, user, at=at, onward=visit.onward, provided=provided)
    if not actions.is_enough(user, claims, at=at):
        return False
    actions.record_session(user=user, origin=origin_of(request, auth=signin.SESSION), at=at)
    signin.open_session(request, user, at=at, proved=False)
    suspicious_sign_ins.finished(user, at.date(), new_place=new_place, at=at)
    return True


def await_word(visit: Visit, claims: Profile, *, at: datetime) -> str:
    """Keep what came back until its person confirms it; return the secret that finds it.

    Raises:
        LinkRefused: they were invited, and the invitation counts no more.
    """
    invited = visit.purpose == visits.INVITED
    if invited:
        actions.require_invited(bytes.fromhex(visit.link), at=at)
    leaves = invited and len(claims.hint) <= _HINT_MAX
    waiting = Visit(
        _WAITING[visit.purpose],
        visit.provider,
        visit.begun_at,
        user=visit.user,
        subject=claims.subject.hex(),
        siret=claims.siret,
        link=visit.link,
        end=claims.end if leaves else "",
        hint=claims.hint if leaves else "",
    )
    return visits.keep(waiting, at=at)


def awaiting(request: ServiceRequest, actor: Actor, *, at: datetime) -> Visit | None:
    """Return what waits to be confirmed by somebody in this browser; None if nothing does."""
    visit = visits.open_visit(visits.secret_in(request), at=at)
    if visit is None or visit.purpose != visits.BOUND or visit.user != str(actor.user_id):
        return None
    return visit


def recognised(request: ServiceRequest, *, at: datetime) -> tuple[Visit, User] | None:
    """Return what waits to be confirmed by somebody who is invited, in this browser, and whose account it is about.

    Raises:
        LinkRefused: the invitation counts no more.
    """
    visit = visits.open_visit(visits.secret_in(request), at=at)
    if visit is None or visit.purpose != visits.RECOGNISED:
        return None
    return visit, actions.require_invited(bytes.fromhex(visit.link), at=at)


def accept(request: ServiceRequest, *, at: datetime) -> None:
    """Bind what came back to the account of the invitation, and let its person's second factor be awaited.

    Raises:
        ProviderRefused, LinkRefused, OrganisationDiffers, IdentityTaken: see ``actions.accept_invitation``.
    """
    visit = visits.take(visits.secret_in(request), at=at)
    origin = origin_of(request, auth=actions.LINK)
    user = actions.accept_invitation(visit=visit, origin=origin, at=at)
    provided = None
    if visit is not None and visit.hint:
        provided = {"provider": visit.provider, "end": visit.end, "hint": visit.hint}
    sign_in_flow.await_factor(request, user, at=at, provided=provided)


def way_out(request: ServiceRequest, *, at: datetime) -> str:
    """Return where this session's person signs out at the provider too; empty where there is no such place.

    The address is the one that the provider published when they signed in.
    """
    provided = request.session.get(signin.PROVIDED)
    if not provided:
        return ""
    visit = visits.begun(visits.LEFT, provided["provider"], at=at)
    visits.keep_by_state(visit, at=at)
    return profile.address_to_leave(provided["end"], provided["hint"], visit.state)


def came_out(state: str, *, at: datetime) -> bool:
    """Tell whether a browser comes back from where ``way_out`` sent it; once."""
    visit = visits.take(state, at=at)
    return visit is not None and visit.purpose == visits.LEFT


def metadata_of(provider: Provider) -> Callable[[], Metadata]:
    return lambda: metadata.of(provider)
