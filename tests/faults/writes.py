"""The writes that no walk of the procedure takes: accounts, sessions, notices, programs, drafts, files. See ``WRITES``."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import accountrequests, links
from accounts.actor import SYSTEM
from accounts.models import CalendarFeed, Factor, GuidanceReview, Identity, MailedLink, User
from accounts.oidc import visits
from accounts.roles import Role
from accounts.signin import PROVED
from directory import links as directory_links
from directory.actions import changes
from directory.codes import Means
from directory.models import ConfirmationLink
from encryption import keys, onetime
from encryption.digest import sha256
from referrals.models import (
    AccessPart,
    AccessRequest,
    CaseExport,
    Child,
    Decision,
    EmergencyApproval,
    EmergencySearch,
    Exclusion,
    HolderInformation,
    Inquiry,
    Referral,
    RotaShift,
)
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.conftest import see_all
from tests.directory.confirmation_requests import a_service
from tests.factories import resources
from tests.factories.concerns import concern
from tests.factories.factors import SoftKey, give_application, give_passkey
from tests.factories.world import World
from tests.faults import directory_writes
from tests.referrals.attachments import files
from tests.referrals.workflow.kit import AT, Kit
from tests.security.procedure import Case, assessed, plain, play, seeing_all, triaged
from tests.security.procedure import filed as filed_in_the_walk
from tests.security.test_routes import a_grant_request, a_reset, a_shift, an_account_request, an_import, shift
from tests.web.browsing import let_in
from tests.web.learning import completes
from tests.web.visiting import Visitor, form_in
from web.filing.sections import sections

type StepContext = Callable[[], Any]
type MakeReady = Callable[[], StepContext]
SECRET = "phrase de passe d'essai"
HOOKS = "hooks.example.org"
WRITES: dict[str, Callable[[World], MakeReady]] = {**directory_writes.WRITES}


def write(route: str) -> Callable[[Callable[[World], MakeReady]], Callable[[World], MakeReady]]:
    """Put into the table what makes a write of an address ready."""

    def put(made: Callable[[World], MakeReady]) -> Callable[[World], MakeReady]:
        WRITES[route] = made
        return made

    return put


def by(
    world: World, who: str, route: str, body: Any = None, ids: tuple[Any, ...] = (), code: str = "93"
) -> MakeReady:
    """Return what sends a write with somebody's token, under a fresh key each time."""
    verb, path = filled(route, ids)
    caller = world.as_(who, code)
    return lambda: partial(caller._send, verb, path, body, None, uuid4().hex)


def filled(route: str, ids: tuple[Any, ...]) -> tuple[str, str]:
    """Return verb and path below ``/api/v1/``, with its ids."""
    verb, path = route.split(" ")
    for one in ids:
        path = path.replace("{id}", str(one), 1)
    return verb.lower(), path.removeprefix("/api/v1/")


class Session:
    """Somebody at the API in a session, both factors given a moment ago."""

    def __init__(self, world: World, who: str) -> None:
        self.user = world.user(who)
        self.client = Client(headers={"accept": "application/json"}, raise_request_exception=False)
        let_in(self.client, self.user, **{PROVED: datetime.now(UTC).timestamp()})

    def sends(self, route: str, body: Any = None, ids: tuple[Any, ...] = ()) -> Any:
        verb, path = filled(route, ids)
        headers = {"idempotency-key": uuid4().hex}
        send = getattr(self.client, verb)
        return send(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)

    def ready(self, route: str, body: Any = None, ids: tuple[Any, ...] = ()) -> MakeReady:
        return lambda: partial(self.sends, route, body, ids)


# --- Accounts -----------------------------------------------------------------------------------------

USERS = "POST /api/v1/users"
UNITS = "POST /api/v1/authorities/{id}/units"
ORGANISATIONS = "POST /api/v1/organisations"
CORRECT_ORGANISATION = "PUT /api/v1/organisations/{id}"
ASK_ACCOUNT = "POST /api/v1/account-requests"
CONFIRM_REQUEST = "POST /api/v1/account-requests/confirm"
ACCEPT_REQUEST = "POST /api/v1/account-requests/{id}/accept"
REFUSE_REQUEST = "POST /api/v1/account-requests/{id}/refuse"
ASK_OWN_ROLE = "POST /api/v1/me/role-requests"
ASK_COLLEAGUE = "POST /api/v1/me/colleagues"
MEMBERSHIPS = "POST /api/v1/memberships"
END = "POST /api/v1/memberships/{id}/end"
CERTIFICATE = "POST /api/v1/memberships/{id}/certificate"
REVIEW = "POST /api/v1/memberships/{id}/review"
VERIFY = "POST /api/v1/users/{id}/verify"
ASK_RESET = "POST /api/v1/users/{id}/factor-reset"
ASK_ROLE = "POST /api/v1/membership-requests"
TRY_IMPORT = "POST /api/v1/imports"
ASK_IMPORT = "POST /api/v1/imports/{id}/ask"
CONFIRM_IMPORT = "POST /api/v1/imports/{id}/confirm"
UNDO_IMPORT = "POST /api/v1/imports/{id}/undo"
END_SESSIONS = "POST /api/v1/users/{id}/end-sessions"
CLOSE = "POST /api/v1/users/{id}/close"
REOPEN = "POST /api/v1/users/{id}/reopen"
END_ALL = "POST /api/v1/authorities/{id}/end-sessions"
ROTA = "POST /api/v1/authorities/{id}/rota"
WITHDRAW_SHIFT = "POST /api/v1/authorities/{id}/rota/{id}/withdraw"
ADMINISTRATOR = "territory_admin"


def authority_of(world: World) -> str:
    return str(world.authorities["93"].pk)


@write(ORGANISATIONS)
def _organisation(world: World) -> MakeReady:
    body = {"name": "Foyer d'essai", "kind": "association", "authority": authority_of(world)}
    return by(world, ADMINISTRATOR, ORGANISATIONS, body)


@write(CORRECT_ORGANISATION)
def _corrected_organisation(world: World) -> MakeReady:
    body = {"name": "Service d'essai", "kind": "other", "siret": "73282932000074"}
    return by(world, ADMINISTRATOR, CORRECT_ORGANISATION, body, (world.services["93"].pk,))


@write(ASK_ACCOUNT)
def _asked(world: World) -> MakeReady:
    said = {
        "full_name": "Camille Exemple", "email": "camille@test.invalid", "profession": "teacher", "place": "93",
        "organisation_name": "Collège d'essai",
    }  # fmt: skip
    return lambda: _posting(Client(raise_request_exception=False), "account-requests", said)


@write(CONFIRM_REQUEST)
def _confirmed_request(world: World) -> MakeReady:
    an_account_request(world, confirmed_at=None, kept=accountrequests.digest_of(TOKEN))
    client = Client(raise_request_exception=False)
    return lambda: _posting(client, "account-requests/confirm", {"token": TOKEN})


@write(ACCEPT_REQUEST)
def _accepted_request(world: World) -> MakeReady:
    body = {"kind": "school", "verified": True}
    return by(world, ADMINISTRATOR, ACCEPT_REQUEST, body, (an_account_request(world).pk,))


@write(REFUSE_REQUEST)
def _refused_request(world: World) -> MakeReady:
    return by(world, ADMINISTRATOR, REFUSE_REQUEST, {"reason": "other"}, (an_account_request(world).pk,))


@write(ASK_OWN_ROLE)
def _asked_role(world: World) -> MakeReady:
    return Session(world, "statistician").ready(ASK_OWN_ROLE, {"role": "filer", "place": "93"})


@write(ASK_COLLEAGUE)
def _asked_colleague(world: World) -> MakeReady:
    said = {
        "position": str(world.memberships["93", "filer_org_lead"].pk), "full_name": "Camille Exemple",
        "email": "camille@test.invalid",
    }  # fmt: skip
    return Session(world, "filer_org_lead").ready(ASK_COLLEAGUE, said)


@write(USERS)
def _user(world: World) -> MakeReady:
    body = {"email": "nouvelle@test.invalid", "full_name": "Nouvelle Essai", "authority": authority_of(world)}
    return by(world, ADMINISTRATOR, USERS, body)


@write(UNITS)
def _unit(world: World) -> MakeReady:
    return by(world, ADMINISTRATOR, UNITS, {"name": "Unité d'essai"}, (authority_of(world),))


@write(MEMBERSHIPS)
def _membership(world: World) -> MakeReady:
    body = {
        "email": world.user("statistician").email, "role": "assessor", "authority": authority_of(world),
        "unit": str(world.units["93"].pk),
    }  # fmt: skip
    return by(world, ADMINISTRATOR, MEMBERSHIPS, body)


@write(END)
def _end(world: World) -> MakeReady:
    return by(world, ADMINISTRATOR, END, ids=(world.memberships["93", "statistician"].pk,))


@write(CERTIFICATE)
def _certificate(world: World) -> MakeReady:
    ids = (world.memberships["93", "measure_service"].pk,)
    return by(world, ADMINISTRATOR, CERTIFICATE, {"issued_on": datetime.now(UTC).date().isoformat()}, ids=ids)


@write(REVIEW)
def _review(world: World) -> MakeReady:
    return by(world, "dpo", REVIEW, ids=(world.memberships["93", "auditor"].pk,))


@write(VERIFY)
def _verify(world: World) -> MakeReady:
    User.objects.filter(pk=world.user("statistician").pk).update(verified_at=None)
    return by(world, ADMINISTRATOR, VERIFY, ids=(world.user("statistician").pk,))


@write(END_SESSIONS)
def _end_sessions(world: World) -> MakeReady:
    Session(world, "statistician")
    return by(world, ADMINISTRATOR, END_SESSIONS, ids=(world.user("statistician").pk,))


@write(CLOSE)
def _close(world: World) -> MakeReady:
    user = world.user("statistician")
    give_passkey(user)
    Session(world, "statistician")
    return by(world, ADMINISTRATOR, CLOSE, ids=(user.pk,))


@write(REOPEN)
def _reopen(world: World) -> MakeReady:
    pk = world.user("statistician").pk
    User.objects.filter(pk=pk).update(home_authority=world.authorities["93"])
    # Closed, with its roles ended: one that keeps them is suspended, which an administrator doesn't undo.
    assert by(world, ADMINISTRATOR, CLOSE, ids=(pk,))()().status_code == 200
    see_all()
    return by(world, ADMINISTRATOR, REOPEN, ids=(pk,))


@write(END_ALL)
def _end_all(world: World) -> MakeReady:
    Session(world, "statistician")
    return by(world, ADMINISTRATOR, END_ALL, ids=(world.authorities["93"].pk,))


@write(ASK_RESET)
def _ask_reset(world: World) -> MakeReady:
    return by(world, ADMINISTRATOR, ASK_RESET, {"how": "in_person"}, ids=(world.user("statistician").pk,))


@write(ASK_ROLE)
def _ask_role(world: World) -> MakeReady:
    body = {"email": world.user("filer").email, "role": "dpo", "authority": authority_of(world)}
    return by(world, ADMINISTRATOR, ASK_ROLE, body)


def _decided(kind: str, end: str, made: Callable[[World], Any], body: Any = None) -> None:
    route = f"POST /api/v1/{kind}/{{id}}/{end}"
    write(route)(lambda world: by(world, "supervisor", route, body, ids=(made(world).pk,)))


for _end_of_request in ("confirm", "refuse"):
    _decided(
        "factor-resets", _end_of_request, a_reset, {"how": "video"} if _end_of_request == "confirm" else None
    )
    _decided("membership-requests", _end_of_request, a_grant_request)


@write(TRY_IMPORT)
def _tried_import(world: World) -> MakeReady:
    here = Session(world, ADMINISTRATOR)

    def sends() -> Any:
        file = SimpleUploadedFile("x.csv", b"nom;type;siret\nFoyer d'essai;residential;73282932000074\n")
        form = {"authority": authority_of(world), "source": "institutions", "file": file}
        return here.client.post("/api/v1/imports", form)

    return lambda: sends


@write(ASK_IMPORT)
def _asked_import(world: World) -> MakeReady:
    run = an_import(world, world.user(ADMINISTRATOR), asked_at=None)
    return by(world, ADMINISTRATOR, ASK_IMPORT, ids=(run.pk,))


@write(CONFIRM_IMPORT)
def _confirmed_import(world: World) -> MakeReady:
    run = an_import(world)
    return by(world, "supervisor", CONFIRM_IMPORT, {"digest": run.digest}, ids=(run.pk,))


@write(UNDO_IMPORT)
def _undone_import(world: World) -> MakeReady:
    run = an_import(world)
    done = world.as_("supervisor").post(f"imports/{run.pk}/confirm", {"digest": run.digest})
    assert done.status_code == 200, done.content
    return by(world, ADMINISTRATOR, UNDO_IMPORT, ids=(run.pk,))


_decided("imports", "refuse", an_import)

LOOKUP: Final = "POST /api/v1/audit/lookups"
DECIDE_LOOKUP: Final = "POST /api/v1/audit/lookups/{id}/decide"
#: A reference of the right form that no case bears: looking it up writes what any look-up writes.
NAMED: Final = {"kind": "case", "named": "R7KD-4M2X-9QPA-W", "ground": "complaint"}


@write(LOOKUP)
def _asked_lookup(world: World) -> MakeReady:
    return by(world, "auditor", LOOKUP, NAMED)


@write(DECIDE_LOOKUP)
def _decided_lookup(world: World) -> MakeReady:
    asked = world.as_("auditor").post("audit/lookups", NAMED, key=uuid4().hex)
    assert asked.status_code == 201, asked.content
    said = {"allowed": True, "named": NAMED["named"]}
    return by(world, "dpo", DECIDE_LOOKUP, said, ids=(asked.json()["id"],))


@write(ROTA)
def _shift(world: World) -> MakeReady:
    return by(world, "supervisor", ROTA, shift(world)(), (authority_of(world),))


@write(WITHDRAW_SHIFT)
def _withdrawn(world: World) -> MakeReady:
    return by(world, "supervisor", WITHDRAW_SHIFT, ids=(authority_of(world), a_shift(world).pk))


STAND_INS = "POST /api/v1/stand-ins"
END_STAND_IN = "POST /api/v1/stand-ins/{id}/end"
HANDOVERS = "POST /api/v1/handovers"


def _stand_in(world: World) -> dict[str, Any]:
    return {
        "authority": authority_of(world), "role": "assessor", "absent": str(world.user("assessor").pk),
        "stand_in": str(world.user("assessor_2").pk),
        "until": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
    }  # fmt: skip


@write(STAND_INS)
def _named(world: World) -> MakeReady:
    return by(world, "assessor", STAND_INS, _stand_in(world))


@write(END_STAND_IN)
def _named_no_more(world: World) -> MakeReady:
    made = world.as_("assessor").post("stand-ins", _stand_in(world), key="stand-in").json()
    return by(world, "assessor", END_STAND_IN, ids=(made["id"],))


@write(HANDOVERS)
def _handed_over(world: World) -> MakeReady:
    case = Case(world, plain)
    for walk in (filed_in_the_walk(case, concern()), triaged(case), assessed(case)):
        play(world, walk)
    taker = world.hire("assessor_3", Role.ASSESSOR)
    body = {
        "leaver": case.user("assessor"), "role": "assessor", "reason": "Départ du service.",
        "moves": [{"user": str(taker.pk)}],
    }  # fmt: skip
    return by(world, "supervisor", HANDOVERS, body)


# --- Sessions, factors, tokens ------------------------------------------------------------------------

SIGN_IN = "POST /api/v1/session"
SIGN_OUT = "DELETE /api/v1/session"
END_SESSION = "DELETE /api/v1/sessions/{id}"
PASSKEY = "POST /api/v1/session/passkey"
FACTOR = "POST /api/v1/session/factor"
BEGIN = "POST /api/v1/me/factors/begin"
ADD = "POST /api/v1/me/factors"
REMOVE = "DELETE /api/v1/me/factors/{id}"
NAME = "POST /api/v1/me/factors/{id}/name"
CODES = "POST /api/v1/me/recovery-codes"
TOKENS = "POST /api/v1/tokens"
REVOKE = "DELETE /api/v1/tokens/{id}"


def _halfway(world: World) -> tuple[Client, SoftKey]:
    """Return somebody who gave the password, and has a passkey."""
    user = world.user(ADMINISTRATOR)
    user.password = make_password(SECRET)
    user.save()
    key = give_passkey(user)
    client = Client(headers={"accept": "application/json"}, raise_request_exception=False)
    said = {"email": user.email, "password": SECRET}
    assert client.post("/api/v1/session", said, content_type="application/json").status_code == 200
    return client, key


def _posting(client: Client, path: str, body: Any = None) -> StepContext:
    return partial(client.post, f"/api/v1/{path}", body or {}, content_type="application/json")


@write(SIGN_IN)
def _sign_in(world: World) -> MakeReady:
    user = world.user(ADMINISTRATOR)
    user.password = make_password(SECRET)
    user.save()
    client = Client(headers={"accept": "application/json"}, raise_request_exception=False)
    return lambda: _posting(client, "session", {"email": user.email, "password": SECRET})


@write(PASSKEY)
def _question(world: World) -> MakeReady:
    client, _ = _halfway(world)
    return lambda: _posting(client, "session/passkey")


@write(FACTOR)
def _answer(world: World) -> MakeReady:
    client, key = _halfway(world)
    asked = _posting(client, "session/passkey")().json()["public_key"]
    return lambda: _posting(client, "session/factor", {"passkey": key.proves(asked)})


@write(SIGN_OUT)
def _sign_out(world: World) -> MakeReady:
    return Session(world, "filer").ready(SIGN_OUT)


@write(END_SESSION)
def _another_session(world: World) -> MakeReady:
    here, there = Session(world, "filer"), Session(world, "filer")
    assert there.client.session.session_key
    listed = here.client.get("/api/v1/sessions").json()["results"]
    other = next(line["id"] for line in listed if not line["current"])
    return here.ready(END_SESSION, ids=(other,))


@write(BEGIN)
def _begin(world: World) -> MakeReady:
    return Session(world, "filer").ready(BEGIN, {"kind": "totp"})


@write(ADD)
def _add(world: World) -> MakeReady:
    here, key = Session(world, "filer"), SoftKey()
    options = here.sends(BEGIN, {"kind": "passkey"}).json()["public_key"]
    return here.ready(ADD, {"kind": "passkey", "label": "Poste", "passkey": key.makes(options)})


def _of_two(world: World) -> tuple[Session, Factor]:
    here = Session(world, "filer")
    give_passkey(here.user)
    give_passkey(here.user)
    return here, Factor.objects.filter(user=here.user).first()


@write(REMOVE)
def _remove(world: World) -> MakeReady:
    here, one = _of_two(world)
    return here.ready(REMOVE, ids=(one.pk,))


@write(NAME)
def _name(world: World) -> MakeReady:
    here, one = _of_two(world)
    return here.ready(NAME, {"label": "Clé du bureau"}, (one.pk,))


@write(CODES)
def _codes(world: World) -> MakeReady:
    here = Session(world, "filer")
    give_application(here.user)
    return here.ready(CODES)


def _token(world: World) -> dict[str, Any]:
    place = str(world.memberships["93", ADMINISTRATOR].pk)
    return {
        "membership": place,
        "label": "essai",
        "expires_at": (datetime.now(UTC) + timedelta(days=9)).isoformat(),
    }


@write(TOKENS)
def _tokens(world: World) -> MakeReady:
    return Session(world, ADMINISTRATOR).ready(TOKENS, _token(world))


@write(REVOKE)
def _revoke(world: World) -> MakeReady:
    here = Session(world, ADMINISTRATOR)
    return here.ready(REVOKE, ids=(here.sends(TOKENS, _token(world)).json()["id"],))


# --- Mailed links -------------------------------------------------------------------------------------

ASK_LINK = "POST /api/v1/password-link"
NEW_PASSWORD = "POST /api/v1/password"
CHANGE_PASSWORD = "POST /api/v1/me/password"
INVITE = "POST /api/v1/users/{id}/invitation"
ASK_ADDRESS = "POST /api/v1/me/address"
NEW_ADDRESS = "POST /api/v1/me/address/confirm"
TOKEN = "a-secret-that-stood-in-a-mail"


def _linked(user: User, email: str = "") -> None:
    """Let somebody have a link whose secret is ``TOKEN``."""
    MailedLink.objects.create(
        user=user, kept=links.digest_of(TOKEN), bound=links.state_of(user), email=email,
        expires_at=datetime.now(UTC) + timedelta(minutes=20),
    )  # fmt: skip


@write(ASK_LINK)
def _ask_link(world: World) -> MakeReady:
    user = world.user("filer")
    give_passkey(user)
    return lambda: _posting(Client(raise_request_exception=False), "password-link", {"email": user.email})


@write(NEW_PASSWORD)
def _new_password(world: World) -> MakeReady:
    _linked(world.user("filer"))
    said = {"token": TOKEN, "password": SECRET}
    return lambda: _posting(Client(raise_request_exception=False), "password", said)


@write("POST /api/v1/invitations")
def _add(world: World) -> MakeReady:
    roles = [{"role": "assessor"}, {"role": "supervisor"}]
    body = {
        "email": "ajout@test.invalid",
        "full_name": "Ajout",
        "authority": authority_of(world),
        "roles": roles,
    }
    return by(world, ADMINISTRATOR, "POST /api/v1/invitations", body)


FIND_USERS = "POST /api/v1/users/search"


@write(FIND_USERS)
def _find(world: World) -> MakeReady:
    return by(world, ADMINISTRATOR, FIND_USERS, {"words": "test"})


@write(INVITE)
def _invite(world: World) -> MakeReady:
    return by(world, ADMINISTRATOR, INVITE, ids=(world.user("statistician").pk,))


@write(CHANGE_PASSWORD)
def _change_password(world: World) -> MakeReady:
    user = world.user("filer")
    user.password = make_password(SECRET)
    user.save()
    said = {"present": SECRET, "password": "une autre phrase de passe"}
    return Session(world, "filer").ready(CHANGE_PASSWORD, said)


@write(ASK_ADDRESS)
def _ask_address(world: World) -> MakeReady:
    return Session(world, "filer").ready(ASK_ADDRESS, {"email": "autre@test.invalid"})


@write(NEW_ADDRESS)
def _new_address(world: World) -> MakeReady:
    _linked(world.user("filer"), "autre@test.invalid")
    return Session(world, "filer").ready(NEW_ADDRESS, {"token": TOKEN})


# --- Notices and programs -----------------------------------------------------------------------------

PREFERENCES = "PUT /api/v1/me/notices"
READ_NOTICE = "POST /api/v1/notices/{id}/read"
HOOK = "POST /api/v1/webhooks"
DROP_HOOK = "DELETE /api/v1/webhooks/{id}"
TURN_HOOK = "POST /api/v1/webhooks/{id}/rotate"


@write(PREFERENCES)
def _preferences(world: World) -> MakeReady:
    return by(world, "crip_coordinator", PREFERENCES, {"phone": "+33612345678", "daily": ["clock"]})


@write(READ_NOTICE)
def _read(world: World) -> MakeReady:
    filed(world)
    line = world.as_("crip_coordinator").get("notices").json()["results"][0]
    return by(world, "crip_coordinator", READ_NOTICE, ids=(line["id"],))


@write(HOOK)
def _hook(world: World) -> MakeReady:
    return by(world, "api_119", HOOK, {"url": f"https://{HOOKS}/in"})


def _hooked(world: World) -> str:
    made = world.as_("api_119").post("webhooks", {"url": f"https://{HOOKS}/in"}, key="webhook-1")
    return str(made.json()["id"])


@write(DROP_HOOK)
def _drop_hook(world: World) -> MakeReady:
    return by(world, "api_119", DROP_HOOK, ids=(_hooked(world),))


@write(TURN_HOOK)
def _turn_hook(world: World) -> MakeReady:
    return by(world, "api_119", TURN_HOOK, ids=(_hooked(world),))


# --- Saved views ---------------------------------------------------------------------------------------

SAVE_VIEW = "POST /api/v1/saved-views"
REMOVE_VIEW = "POST /api/v1/saved-views/{id}/remove"
A_VIEW = {"name": "À recevoir", "query": "state=submitted"}


@write(SAVE_VIEW)
def _saves_a_view(world: World) -> MakeReady:
    return by(world, "crip_coordinator", SAVE_VIEW, A_VIEW)


@write(REMOVE_VIEW)
def _removes_a_view(world: World) -> MakeReady:
    made = world.as_("crip_coordinator").post("saved-views", A_VIEW, key=uuid4().hex)
    return by(world, "crip_coordinator", REMOVE_VIEW, {}, ids=(made.json()["id"],))


# --- Drafts, files, searches --------------------------------------------------------------------------

SHARE = "POST /api/v1/referrals/{id}/share"
UNSHARE = "POST /api/v1/referrals/{id}/unshare"
FILES = "POST /api/v1/referrals/{id}/attachments"
DROP_FILE = "DELETE /api/v1/referrals/{id}/attachments/{id}"
MARK = "POST /api/v1/referrals/{id}/attachments/{id}/mark"
SEARCHES = "POST /api/v1/searches"
MATCH = "POST /api/v1/referrals/{id}/orientations/match"


def filed(world: World) -> str:
    made = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex)
    return str(made.json()["id"])


def _draft(world: World) -> str:
    """Return a draft of a filer who works where ``filer_org_lead`` leads."""
    see_all()
    world.memberships["93", "filer"].organisation = world.services["93"]
    world.memberships["93", "filer"].save()
    return str(world.as_("filer").post("referrals", concern(), key=uuid4().hex).json()["id"])


@write(SHARE)
def _share(world: World) -> MakeReady:
    return by(world, "filer", SHARE, ids=(_draft(world),))


@write(UNSHARE)
def _unshare(world: World) -> MakeReady:
    pk = _draft(world)
    assert world.as_("filer").post(f"referrals/{pk}/share", key=uuid4().hex).status_code == 200
    return by(world, "filer", UNSHARE, ids=(pk,))


def _sending(world: World, pk: str, **said: str) -> StepContext:
    file = SimpleUploadedFile("lettre.pdf", files.pdf())
    form = {"kind": "letter", "notice_read": "true", "file": file} | said
    client = world.as_("filer").client
    headers = {"Idempotency-Key": uuid4().hex}
    return partial(client.post, f"/api/v1/referrals/{pk}/attachments", form, headers=headers)


@write(FILES)
def _file(world: World) -> MakeReady:
    pk = _draft(world)
    return lambda: _sending(world, pk)


def _with_a_file(world: World, **said: str) -> tuple[str, str]:
    pk = _draft(world)
    return pk, str(_sending(world, pk, **said)().json()["made"])


@write(DROP_FILE)
def _drop_file(world: World) -> MakeReady:
    return by(world, "filer", DROP_FILE, ids=_with_a_file(world))


@write(MARK)
def _mark(world: World) -> MakeReady:
    return by(world, "filer", MARK, {"evidence": False}, _with_a_file(world, evidence="true"))


@write(MATCH)
def _match(world: World) -> MakeReady:
    kit = Kit(world, "triage")
    resources.a_service(kit.case.authority)
    return by(world, "crip_coordinator", MATCH, {"need": "specialised_support"}, (kit.case.pk,))


@write(SEARCHES)
def _search(world: World) -> MakeReady:
    filed(world)
    return by(world, "crip_coordinator", SEARCHES, {"last_name": "Ben Saïd", "first_names": "Inès"})


# --- Ties of staff ------------------------------------------------------------------------------------

TIES = "POST /api/v1/ties"
CORRECT_TIE = "POST /api/v1/ties/{id}/correct"
REMOVE_TIE = "POST /api/v1/ties/{id}/remove"
CONFIRM_EXCLUSION = "POST /api/v1/exclusions/{id}/confirm"
A_TIE = {"last_name": "Exemple", "first_names": "Lou", "birth_date": "2011-03-02"}


def _a_tie(world: World) -> str:
    return str(world.as_("assessor").post("ties", A_TIE, key="a-declared-tie").json()["id"])


@write(TIES)
def _declared(world: World) -> MakeReady:
    return by(world, "assessor", TIES, A_TIE)


@write(CORRECT_TIE)
def _corrected(world: World) -> MakeReady:
    return by(world, "assessor", CORRECT_TIE, A_TIE | {"first_names": "Loue"}, (_a_tie(world),))


@write(REMOVE_TIE)
def _taken_back(world: World) -> MakeReady:
    return by(world, "assessor", REMOVE_TIE, ids=(_a_tie(world),))


def a_likeness(world: World) -> str:
    """Return the id of an exclusion that awaits a decision."""
    case = Case(world, plain)
    play(world, filed_in_the_walk(case, concern()))
    with seeing_all():
        made = Exclusion.objects.create(
            referral_id=case.pk, user=world.user("supervisor_2"), cause="name", since_at=datetime.now(UTC)
        )
    return str(made.pk)


@write(CONFIRM_EXCLUSION)
def _confirmed(world: World) -> MakeReady:
    return by(world, "crip_coordinator", CONFIRM_EXCLUSION, {"reason": "Son frère."}, (a_likeness(world),))


# --- Pages --------------------------------------------------------------------------------------------


def page(world: World, who: str, route: str, shown: str = "", **said: Any) -> MakeReady:
    """Return what fills in the form of a page and sends it; ``shown`` is where the form stands, if elsewhere."""
    visitor = Visitor(world, who)
    path = route.removeprefix("POST ")
    form = form_in(visitor.get(shown or path))
    form.pop("file", None)
    return lambda: partial(visitor.client.post, path, form | said)


def on_page(route: str, **said: Any) -> Callable[[Callable[[World], Any]], Any]:
    """Put a page into the table: the function says who sends it, then its ids, and prepares what it needs."""

    def put(told: Callable[[World], tuple[str, *tuple[Any, ...]]]) -> Any:
        def ready(world: World) -> MakeReady:
            who, *ids = told(world)
            return page(world, who, re.sub(r"{\w+}", lambda _: str(ids.pop(0)), route), **said)

        write(route)(ready)
        return told

    return put


def _as(who: str) -> Callable[[World], tuple[str]]:
    return lambda world: (who,)


def _drafted(world: World) -> tuple[str, str]:
    return "filer", _draft(world)


def _filed(world: World) -> tuple[str, str]:
    return "filer", filed(world)


def _received(world: World) -> tuple[str, str]:
    """Return a case that the cell has seen."""
    pk = filed(world)
    assert world.as_("crip_coordinator").version(pk)
    return "crip_coordinator", pk


on_page("POST /transmissions/nouvelle", lane="ordinary")(_as("filer"))
for _part, _said in {
    "enfant": {"last_name": "Essai"}, "situation": {"injuries-mode": "observed"},
    "questions": {}, "relecture": {"good_faith_notice": "true"}, "partage": {"then": "show"},
    "urgence": {"danger_what": "Elle part ce soir.", "filer_phone": "06 39 98 12 34"},
}.items():  # fmt: skip
    on_page(f"POST /transmissions/{{id}}/{_part}", **_said)(_drafted)
on_page("POST /transmissions/{id}/complement", text="Une précision.")(_filed)
on_page("POST /transmissions/{id}/retrait", reason="Une erreur.")(_filed)
on_page("POST /administration/personnes/nouvelle", email="nouvelle@test.invalid", full_name="Nouvelle")(
    _as(ADMINISTRATOR)
)
on_page("POST /administration/roles/nouveau", email="statistician.93@test.invalid", role="intake_agent")(
    _as(ADMINISTRATOR)
)
on_page("POST /administration/{id}/reglages/{slug}", triage_hours="30", effective_on="2099-01-01")(
    lambda world: (ADMINISTRATOR, authority_of(world), "triage_hours")
)


on_page("POST /entrainement/histoires/{slug}")(lambda world: ("on_call", "nuit-d-astreinte"))


@write("POST /entrainement/entrer")
def _enters(world: World) -> MakeReady:
    client = Client(headers={"accept": "text/html"}, raise_request_exception=False)
    who = str(world.memberships["93", "filer"].pk)
    return lambda: partial(client.post, "/entrainement/entrer", {"who": who})


@write("POST /entrainement/attestation")
def _attested(world: World) -> MakeReady:
    visitor = Visitor(world, "filer")
    completes(world, visitor)
    return lambda: partial(visitor.client.post, "/entrainement/attestation", {"name": "Camille Exemple"})


@on_page("POST /administration/personnes/{id}/verification")
def _vouch(world: World) -> tuple[str, Any]:
    User.objects.filter(pk=world.user("statistician").pk).update(verified_at=None)
    return ADMINISTRATOR, world.user("statistician").pk


GUIDANCE_REVIEW = {
    "name": "Dominique Essai", "function": "Psychologue", "body": "Association de démonstration",
    "reviewed_on": "2024-03-01", "until": "2025-02-28",
}  # fmt: skip
on_page("POST /administration/aide/{slug}/{slug}/{slug}", **GUIDANCE_REVIEW)(
    lambda world: (ADMINISTRATOR, "fr", "faire", "premiers-gestes")
)


@on_page("POST /administration/aide/{id}/fin")
def _reviewed(world: World) -> tuple[str, Any]:
    said = GUIDANCE_REVIEW | {
        "authority": world.authorities["93"],
        "typed_by": world.user(ADMINISTRATOR),
        "typed_at": datetime.now(UTC),
    }
    return ADMINISTRATOR, GuidanceReview.objects.create(
        path="faire/x", language="fr", digest="0" * 64, **said
    ).pk


@on_page("POST /administration/personnes/{id}/moyens", how="in_person")
def _lost(world: World) -> tuple[str, Any]:
    return ADMINISTRATOR, world.user("statistician").pk


@on_page("POST /administration/roles/{id}/fin")
def _role_ends(world: World) -> tuple[str, Any]:
    return ADMINISTRATOR, world.memberships["93", "statistician"].pk


@on_page("POST /administration/demandes/roles/{id}", decision="confirm")
def _role_decided(world: World) -> tuple[str, Any]:
    return "supervisor", a_grant_request(world).pk


@on_page("POST /administration/demandes/moyens/{id}", decision="refuse")
def _reset_decided(world: World) -> tuple[str, Any]:
    return "supervisor", a_reset(world).pk


@write("POST /dossiers/{id}/pieces")
def _cell_sends(world: World) -> MakeReady:
    who, pk = _received(world)
    visitor, path = Visitor(world, who), f"/dossiers/{pk}/pieces"
    form = form_in(visitor.get(path)) | {"kind": "letter", "notice_read": "true"}

    def ready() -> StepContext:
        form.pop("file", None)  # a browser sends it last
        return partial(
            visitor.client.post, path, form | {"file": SimpleUploadedFile("lettre.pdf", files.pdf())}
        )

    return ready


on_page("POST /dossiers/{id}/etape/{slug}/{slug}", text="Un message.")(
    lambda world: (*_received(world), "referral", "message_professionals")
)


@write("POST /dossiers/affichage")
def _looks(world: World) -> MakeReady:
    return page(world, "crip_coordinator", "POST /dossiers/affichage", "/dossiers", names="on", query="")


@write("POST /ouvertures")
def _glass(world: World) -> MakeReady:
    with seeing_all():
        reference = Referral.objects.get(pk=filed(world)).reference
    return page(world, "on_call", "POST /ouvertures", reference=reference, reason="Un appel de nuit.")


@write("POST /connexion")
def _signs_in(world: World) -> MakeReady:
    user = world.user("filer")
    user.password = make_password(SECRET)
    user.save()
    client = Client(headers={"accept": "text/html"}, raise_request_exception=False)
    return lambda: partial(client.post, "/connexion", {"email": user.email, "password": SECRET})


@write("POST /connexion/suite")
def _second_step(world: World) -> MakeReady:
    user = world.user("filer")
    factor = give_application(user)
    client = _signs_in(world)()
    answer = client()
    assert answer.status_code == 303, answer.content
    browser = client.func.__self__  # type: ignore[attr-defined]  # of the partial
    return lambda: partial(browser.post, "/connexion/suite", {"code": onetime.code_at(factor.pk, _step())})


def _step() -> int:
    return onetime.step_of(datetime.now(UTC).timestamp())


@write("POST /annuaire/confirmer")
def _confirmed_entry(world: World) -> MakeReady:
    at = datetime.now(UTC)
    ConfirmationLink.objects.create(
        service=a_service(world),
        kept=directory_links.digest_of(TOKEN),
        made_at=at,
        expires_at=at + timedelta(days=1),
    )
    client = Client(raise_request_exception=False)
    said = {"token": TOKEN, "then": "answer", "works": "suspended", "remark": "À revoir."}
    return lambda: partial(client.post, "/annuaire/confirmer", said)


@on_page("POST /annuaire/services/{id}/lien")
def _has_it_asked(world: World) -> tuple[str, Any]:
    return "directory_editor", a_service(world).pk


@on_page("POST /annuaire/services/{id}/historique/{id}/annulation")
def _undoes_an_answer(world: World) -> tuple[str, Any, Any]:
    service = a_service(world)
    said = changes.Basis(by=None, at=datetime.now(UTC), means=Means.LINK)
    changes.write(service, {"contact_name": "Un inconnu"}, said)
    return "directory_editor", service.pk, service.verifications.get().pk


@write("POST /deconnexion")
def _signs_out(world: World) -> MakeReady:
    visitor = Visitor(world, "filer")
    return lambda: partial(visitor.client.post, "/deconnexion", {})


TO_PROVIDER = "POST /connexion/fournisseur/{slug}"
BIND_IDENTITY = "POST /compte/connexion/identite"
TO_ACCEPT = "POST /invitation/fournisseur/{slug}"
ACCEPT = "POST /invitation/identite"
REMOVE_IDENTITY = "DELETE /api/v1/me/identities/{id}"


@write(TO_PROVIDER)
def _to_a_provider(world: World) -> MakeReady:
    visitor = Visitor(world, "filer")
    return lambda: partial(visitor.client.post, "/connexion/fournisseur/essai", {})


@write(BIND_IDENTITY)
def _binds(world: World) -> MakeReady:
    visitor = Visitor(world, "filer")
    user, at = world.user("filer"), datetime.now(UTC)
    visit = visits.Visit(visits.BOUND, "essai", at.timestamp(), user=str(user.pk), subject="01" * 32)
    visitor.client.cookies["provider"] = visits.keep(visit, at=at)
    return lambda: partial(visitor.client.post, "/compte/connexion/identite", {})


@write(TO_ACCEPT)
def _accepts_by_a_provider(world: World) -> MakeReady:
    client, said = _invited(world), {"token": TOKEN, "code": "abcd"}
    return lambda: partial(client.post, "/invitation/fournisseur/essai", said)


@write(ACCEPT)
def _accepts(world: World) -> MakeReady:
    client, at = _invited(world), datetime.now(UTC)
    link = links.digest_of(TOKEN).hex()
    visit = visits.Visit(visits.RECOGNISED, "essai", at.timestamp(), subject="02" * 32, link=link)
    client.cookies["provider"] = visits.keep(visit, at=at)
    return lambda: partial(client.post, "/invitation/identite", {})


def _invited(world: World) -> Client:
    user = world.user("filer")
    _linked(user)
    MailedLink.objects.filter(user=user).update(code=links.digest_of_code(user, "abcd"))
    return Client(headers={"accept": "text/html"}, raise_request_exception=False)


@write(REMOVE_IDENTITY)
def _unbinds(world: World) -> MakeReady:
    here = Session(world, "filer")
    one = Identity.objects.create(user=here.user, provider="essai", subject=b"s", bound_at=datetime.now(UTC))
    return here.ready(REMOVE_IDENTITY, ids=(one.pk,))


#: Of the procedure, and no steps: the walks take them (``tests/security/procedure.py``).
FEED = "POST /api/v1/calendar-feeds"
REVOKE_FEED = "DELETE /api/v1/calendar-feeds/{id}"
SEARCH_IN_EMERGENCY = "POST /api/v1/emergency-searches"
REVIEW_SEARCH = "POST /api/v1/emergency-searches/{id}/review"
ASK_APPROVAL = "POST /api/v1/emergency-approvals"
GIVE_APPROVAL = "POST /api/v1/emergency-approvals/{id}/give"
EXPORT = "POST /api/v1/exports"
DECIDE_EXPORT = "POST /api/v1/exports/{id}/decide"
TAKE_EXPORT = "POST /api/v1/exports/{id}/take"


@write(FEED)
def _feed(world: World) -> MakeReady:
    at = datetime.now(UTC)
    change = Change(at.date(), {"calendar_feeds": True})
    policy_changes_actions.change(world.authorities["93"].pk, change, actor=SYSTEM, at=at)
    return Session(world, "crip_coordinator").ready(FEED, {"name": "Poste"})


@write(REVOKE_FEED)
def _revoke_feed(world: World) -> MakeReady:
    today = datetime.now(UTC).date()
    row = CalendarFeed.objects.create(
        user=world.user("crip_coordinator"), label="Poste", language="fr", sha256="0" * 64, made_on=today,
        ends_on=today + timedelta(days=1),
    )  # fmt: skip
    return Session(world, "crip_coordinator").ready(REVOKE_FEED, ids=(row.pk,))


@write(EXPORT)
def _export(world: World) -> MakeReady:
    Kit(world, "triage")
    return Session(world, "crip_coordinator").ready(EXPORT, {"purpose": "meeting", "reason": "Commission."})


ASK_ELSEWHERE = "POST /api/v1/referrals/{id}/inquiries"
QUESTION = {
    "former_address": "3 rue des Essais", "ground": "lived_there", "purpose": "Comprendre.",
}  # fmt: skip
ANSWERED = {
    "searched": True, "known": True, "confirmed": True, "kinds": ["care"], "standing": "over", "contact": "CRIP 75",
    "register": "Registre papier", "register_year": 1998, "register_number": "98-1234",
}  # fmt: skip
PAPERS = {"documents": ["plan"], "for_plan": "Pour l'évaluation."}
#: What is done before each step of an inquiry, by whom, and what the step itself sends.
INQUIRY_STEPS: Final = {
    "withdraw": ((), "93", {"reason": "Sans objet."}),
    "answer": ((), "75", ANSWERED),
    "ask_documents": (("answer",), "93", PAPERS),
    "send_documents": (("answer", "ask_documents"), "75", {"missing": ["plan"], "why_plan": "not_found"}),
    "refuse": ((), "75", {"reason": "no_ground"}),
    "close": (("answer",), "93", {"considered": "Pris en compte."}),
}


def question_of(world: World) -> tuple[str, dict[str, Any]]:
    """Return a case that may ask, and what it asks."""
    kit = Kit(world, "triage")
    who = {"last_name": "Durandal", "first_names": "Noé", "birth_date": "2014-05-06"}
    for name, value in who.items():
        field = Child._meta.get_field(name)
        setattr(kit.child, name, kit.fill.keys[field.key].seal(field, kit.child.pk, value))
    kit.child.save()
    kit.fill.row(HolderInformation, holder=kit.holder, occasion="inquiry", state="done")
    return str(kit.case.pk), QUESTION | {"asked": str(world.authorities["75"].pk), "child": str(kit.child.pk)}


@write(ASK_ELSEWHERE)
def _asks_elsewhere(world: World) -> MakeReady:
    pk, body = question_of(world)
    return Session(world, "crip_coordinator").ready(ASK_ELSEWHERE, body, (pk,))


def _inquiry_step(step: str) -> None:
    route = f"POST /api/v1/inquiries/{{id}}/{step}"

    @write(route)
    def make(world: World) -> MakeReady:
        pk, body = question_of(world)
        asked = world.as_("crip_coordinator").post(f"referrals/{pk}/inquiries", body, key=uuid4().hex)
        see_all()
        rows = {row.authority.code: row.pk for row in Inquiry.objects.select_related("authority")}
        before, code, last = INQUIRY_STEPS[step]
        for name in before:
            _, at, sent = INQUIRY_STEPS[name]
            answer = world.as_("crip_coordinator", at).post(
                f"inquiries/{rows[at]}/{name}", sent, key=uuid4().hex
            )
            assert answer.status_code == 200, (asked.content, answer.content)
        return by(world, "crip_coordinator", route, last, ids=(rows[code],), code=code)


for _name in INQUIRY_STEPS:
    _inquiry_step(_name)


RECEIVE_ACCESS = "POST /api/v1/access-requests"
TAKE_ACCESS = "POST /api/v1/access-requests/{id}/package"
GIRL = {"last_name": "Durandal", "first_names": "Inès", "birth_date": "2011-05-06"}
ACCESS_ASKED = {
    "requester": "subject_minor", "right": "rectification", "way": "letter", "name": "Inès Durandal", "contact": "12 rue",
    "words": "Je veux mes données.", **GIRL,
}  # fmt: skip
IDENTIFIED = {"proof": "paper", "standing": "minor_alone", "discernment": True, "how": "Carte."}
_SCOPED: Final = ("confirm_identity", "set_scope")
_COPIED: Final = (*_SCOPED, "collect")
#: What is done before each step of an access request, and what the step itself sends. Without a copy: what is in one is
#: laid there by hand, for what collects and what packs have tests of their own.
ACCESS_STEPS: Final[dict[str, tuple[tuple[str, ...], dict[str, Any]]]] = {
    "ask_identity": ((), {"doubt": "Écriture.", "lacking": "Une pièce.", "safe_way": "Courrier."}),
    "confirm_identity": ((), IDENTIFIED),
    "set_scope": (("confirm_identity",), {"searched": True}),
    "collect": (_SCOPED, {}),
    "redact": (_COPIED, {"code": "medical"}),
    "ask_opinion": (_SCOPED, {"question": "Peut-on ?"}),
    "give_opinion": ((*_SCOPED, "ask_opinion"), {"verdict": "send", "reason": "Oui."}),
    "name_readers": (_COPIED, {"why": "x", "weighed": "x", "heard": "x"}),
    "extend": (("confirm_identity",), {"ground": "number", "reasons": "Trois demandes."}),
    "answer": (_COPIED, {"done": "Corrigé."}),
    "refuse": ((), {"reason": "no_standing", "reasons": "Motif."}),
    "hand_over": (
        (*_COPIED, "answer"),
        {"handing": "in_person", "to": "Inès", "identity_shown": True, "explained_by": "Sa référente"},
    ),
    "appeal": (("refuse",), {"appeal": "cnil", "reference": "1"}),
    "settle": (("refuse", "appeal"), {"decision": "Avis.", "outcome": "refuse", "reason": "no_standing"}),
    "close": ((), {"note": "Retirée."}),
}
SIGNED_ACCESS: Final = ("name_readers", "answer", "refuse", "settle")


class AccessDesk:
    """A request about a girl of 93, as its officer takes it through its steps."""

    def __init__(self, world: World, **said: Any) -> None:
        self.world, self.kit = world, Kit(world, "triage")
        for name, value in GIRL.items():
            field = Child._meta.get_field(name)
            setattr(self.kit.child, name, self.kit.fill.keys[field.key].seal(field, self.kit.child.pk, value))
        self.kit.child.whereabouts = None
        self.kit.child.save()
        self.today = datetime.now(UTC).date().isoformat()
        answer = Session(world, "dpo").sends(
            RECEIVE_ACCESS, ACCESS_ASKED | {"received_on": self.today} | said
        )
        assert answer.status_code == 201, answer.content
        see_all()
        self.pk = answer.json()["id"]

    @property
    def row(self) -> AccessRequest:
        return AccessRequest.objects.get(pk=self.pk)

    def lay(self, model: Any, name: str, value: Any, **said: Any) -> Any:
        """Seal a value under the request's key, in the request or in a new row of it."""
        own = self.row
        row = own if model is AccessRequest else model(pk=uuid4(), request_id=self.pk, **said)
        key = keys.data_key(own.key or own.pk, own.pk)
        setattr(row, name, key.seal(model._meta.get_field(name), row.pk, value))
        row.save()
        see_all()
        return row

    def lay_package(self) -> None:
        """Lay a package with its hash: another one isn't handed out."""
        made = b"PK"
        row = self.lay(AccessRequest, "package", base64.b64encode(made).decode())
        row.package_hash = sha256(made).hex()
        row.save()

    def body(self, step: str) -> dict[str, Any]:
        said = dict(ACCESS_STEPS[step][1])
        match step:
            case "set_scope":
                said["references"] = [self.kit.case.reference]
            case "redact":
                there = AccessPart.objects.filter(request=self.pk).count()
                part = self.lay(AccessPart, "content", {"text": "x", "attachment": ""}, position=there)
                said["part"] = str(part.pk)
            case "ask_opinion":
                said["user"] = str(self.kit.user("ase_inspector"))
            case "name_readers":
                entry = str(uuid4())
                self.lay(AccessRequest, "readers", {"lines": [{"entry": entry}], "proofs": {}})
                said |= {"entries": [entry], "heard_on": self.today}
            case "extend":
                said["told_on"] = self.today
            case "hand_over":
                self.lay_package()
                said["on"] = self.today
            case "appeal":
                said["on"] = self.today
            case "close":
                said["withdrawn_on"] = self.today
        return said | ({"approver": str(self.kit.user("supervisor"))} if step in SIGNED_ACCESS else {})

    def does(self, step: str, *, who: str = "dpo", **said: Any) -> Any:
        """Do one step, and return its answer."""
        body = self.body(step) | said
        answer = Session(self.world, who).sends(
            f"POST /api/v1/access-requests/{{id}}/{step}", body, (self.pk,)
        )
        see_all()
        assert answer.status_code in (200, 202), (step, answer.content)
        return answer

    def goes(self, *names: str) -> None:
        """Do steps, each signed where two sign it."""
        for name in names:
            who = "ase_inspector" if name == "give_opinion" else "dpo"
            route = f"POST /api/v1/access-requests/{{id}}/{name}"
            answer = Session(self.world, who).sends(route, self.body(name), (self.pk,))
            see_all()
            assert answer.status_code == (202 if name in SIGNED_ACCESS else 200), (name, answer.content)
            if name in SIGNED_ACCESS:
                signed = Session(self.world, "supervisor").sends(
                    "POST /api/v1/approvals/{id}/sign", {}, (answer.json()["approval"],)
                )
                see_all()
                assert signed.status_code == 200, signed.content


@write(RECEIVE_ACCESS)
def _receives_access(world: World) -> MakeReady:
    body = ACCESS_ASKED | {"received_on": datetime.now(UTC).date().isoformat()}
    return Session(world, "dpo").ready(RECEIVE_ACCESS, body)


@write(TAKE_ACCESS)
def _takes_access(world: World) -> MakeReady:
    desk = AccessDesk(world)
    desk.goes(*ACCESS_STEPS["hand_over"][0])
    desk.lay_package()
    return Session(world, "dpo").ready(TAKE_ACCESS, {}, (desk.pk,))


def _access_step(step: str) -> None:
    route = f"POST /api/v1/access-requests/{{id}}/{step}"

    @write(route)
    def make(world: World) -> MakeReady:
        desk = AccessDesk(world)
        desk.goes(*ACCESS_STEPS[step][0])
        who = "ase_inspector" if step == "give_opinion" else "dpo"
        return Session(world, who).ready(route, desk.body(step), (desk.pk,))


for _name in ACCESS_STEPS:
    _access_step(_name)


def _decides_on_row(what: str) -> None:
    route = f"POST /api/v1/approvals/{{id}}/{what}"

    @write(route)
    def make(world: World) -> MakeReady:
        desk = AccessDesk(world)
        asked = Session(world, "dpo").sends(
            "POST /api/v1/access-requests/{id}/refuse", desk.body("refuse"), (desk.pk,)
        )
        see_all()
        who = "dpo" if what == "withdraw" else "supervisor"
        body = {"reason": "Non."} if what == "refuse" else {}
        return Session(world, who).ready(route, body, (asked.json()["approval"],))


for _name in ("sign", "refuse", "withdraw"):
    _decides_on_row(_name)
DECLARE_BREACH = "POST /api/v1/data-breaches"
AWARE = {
    "kinds": ["confidentiality"], "source": "noticed", "what": "Un envoi.", "seen": "Un retour.",
}  # fmt: skip


@write(DECLARE_BREACH)
def _declare_breach(world: World) -> MakeReady:
    body = AWARE | {"aware_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
    return Session(world, "supervisor").ready(DECLARE_BREACH, body)


PREPARE_LETTER = "POST /api/v1/referrals/{id}/letters"
WHY = {"why": "Pour que tu ailles mieux."}
SENT_BY_HAND = {"on": AT.date().isoformat(), "way": "hand", "proof": "Remise."}
#: What is done before each step of a letter, and what the step itself sends; the mark of what was read comes in between.
LETTER_STEPS: Final[dict[str, tuple[tuple[str, ...], dict[str, Any]]]] = {
    "edit": ((), WHY),
    "sign": (("edit",), {}),
    "send": (("edit", "sign"), SENT_BY_HAND),
    "discard": ((), {"reason": "Erreur."}),
}


def letter_of(world: World) -> tuple[str, dict[str, Any]]:
    """Return a case whose child is to be told of its decision, and which letter that is."""
    kit = Kit(world, "report_submitted")
    decided = kit.fill.row(Decision, child=kit.child, code="close", at=AT)
    body = {"kind": "child_letter", "part": str(decided.pk), "children": [str(kit.child.pk)]}
    return str(kit.case.pk), body


def read_letter(world: World, pk: object) -> dict[str, Any]:
    """Return what signs a letter: the mark of it as it was read."""
    return {"draft": world.as_("ase_inspector").get(f"letters/{pk}").json()["draft"]}


@write(PREPARE_LETTER)
def _prepares(world: World) -> MakeReady:
    pk, body = letter_of(world)
    return Session(world, "ase_inspector").ready(PREPARE_LETTER, body, (pk,))


def _letter_step(step: str) -> None:
    route = f"POST /api/v1/letters/{{id}}/{step}"

    @write(route)
    def make(world: World) -> MakeReady:
        pk, body = letter_of(world)
        inspector = world.as_("ase_inspector")
        made = inspector.post(f"referrals/{pk}/letters", body, key=uuid4().hex).json()["id"]
        before, last = LETTER_STEPS[step]
        for name in before:
            sent = read_letter(world, made) if name == "sign" else LETTER_STEPS[name][1]
            answer = inspector.post(f"letters/{made}/{name}", sent, key=uuid4().hex)
            assert answer.status_code == 200, answer.content
        body = read_letter(world, made) if step == "sign" else last
        see_all()
        return by(world, "ase_inspector", route, body, ids=(made,))


for _name in LETTER_STEPS:
    _letter_step(_name)


def an_export(world: World, **said: Any) -> CaseExport:
    """Return an export that waits for a second person, or with ``made_at`` for whoever asked."""
    pk = uuid4()
    key = keys.create_draft_key(pk)
    row = CaseExport(
        pk=pk, authority=world.authorities["93"], asked_by=world.user("crip_coordinator"),
        asked_at=datetime.now(UTC), purpose="meeting", key=key.id, **said,
    )  # fmt: skip
    row.reason = key.seal(CaseExport._meta.get_field("reason"), pk, "Commission.")
    if "made_at" in said:
        row.content = key.seal(CaseExport._meta.get_field("content"), pk, [])
    row.save(force_insert=True)
    return row


@write(SEARCH_IN_EMERGENCY)
def _search_in_emergency(world: World) -> MakeReady:
    Kit(world, "triage")
    a_duty(world)
    return Session(world, "on_call").ready(SEARCH_IN_EMERGENCY, A_SEARCH)


A_SEARCH = {
    "ground": "police", "reason": "Retrouvée.", "last_name": "Exemple", "first_names": "Lou",
    "birth_date": "2011-03-02",
}  # fmt: skip


def a_duty(world: World) -> RotaShift:
    """Let the officer of 93 be on duty now."""
    at = datetime.now(UTC)
    return RotaShift.objects.create(
        authority=world.authorities["93"], user=world.user("on_call"), place="first", starts_at=at - timedelta(hours=1),
        ends_at=at + timedelta(hours=9), made_at=at - timedelta(days=1), made_by=world.user("supervisor"),
    )  # fmt: skip


@write(REVIEW_SEARCH)
def _review_search(world: World) -> MakeReady:
    pk, at = uuid4(), datetime.now(UTC)
    key = keys.create_draft_key(pk)
    row = EmergencySearch(
        pk=pk, authority=world.authorities["93"], user=world.user("on_call"), shift=a_duty(world), searched_at=at,
        ground="police", review_due_at=at + timedelta(days=1), key=key.id,
    )  # fmt: skip
    row.reason = key.seal(EmergencySearch._meta.get_field("reason"), pk, "Retrouvée.")
    row.save(force_insert=True)
    return Session(world, "supervisor").ready(REVIEW_SEARCH, {"agreed": True, "note": "Vu."}, (pk,))


@write(ASK_APPROVAL)
def _ask_approval(world: World) -> MakeReady:
    a_duty(world)
    return Session(world, "on_call").ready(ASK_APPROVAL, {})


@write(GIVE_APPROVAL)
def _give_approval(world: World) -> MakeReady:
    shift = a_duty(world)
    row = EmergencyApproval.objects.create(
        authority=shift.authority, user=shift.user, shift=shift, asked_at=datetime.now(UTC)
    )
    return Session(world, "supervisor").ready(GIVE_APPROVAL, {}, (row.pk,))


@write(DECIDE_EXPORT)
def _decide_export(world: World) -> MakeReady:
    ids = (an_export(world).pk,)
    return Session(world, "supervisor").ready(DECIDE_EXPORT, {"confirmed": True}, ids)


@write(TAKE_EXPORT)
def _take_export(world: World) -> MakeReady:
    at = datetime.now(UTC)
    row = an_export(
        world, decided_by=world.user("supervisor"), decided_at=at, confirmed=True, ready_at=at, made_at=at,
        ends_at=at + timedelta(days=1),
    )  # fmt: skip
    return Session(world, "crip_coordinator").ready(TAKE_EXPORT, {}, (row.pk,))


WALKED = {
    f"{verb} /api/v1/{path}"
    for verb, path in (
        ("POST", "referrals"), ("PATCH", "referrals/{id}"), ("PATCH", "referrals/{id}/assessment"),
        ("POST", "referrals/{id}/approvals/{id}/sign"), ("POST", "referrals/{id}/approvals/{id}/refuse"),
        ("POST", "referrals/{id}/approvals/{id}/withdraw"), ("POST", "referrals/{id}/messages/{id}/read"),
        ("POST", "authorities/{id}/settings"), ("POST", "break-glass"), ("POST", "access-questions/{id}/answer"),
        ("POST", "audit/holds"), ("POST", "audit/holds/{id}/lift"),
        ("POST", "approvals/{id}/sign"), ("POST", "approvals/{id}/refuse"), ("POST", "approvals/{id}/withdraw"),
    )
}  # fmt: skip
#: Pages that do, inside the same transaction of a request, what another address of the table does: the same view with
#: other words, or the same action from another form.
TWINS = {
    "POST /annuaire": directory_writes.SEARCH,
    "POST /annuaire/services/{id}/nuit": directory_writes.NIGHT_PHONE,
    "POST /annuaire/services/{id}/erreur": "POST /api/v1/resources/{id}/errors",
    "POST /annuaire/adresses/{id}": directory_writes.OPEN_PLACE,
    "POST /annuaire/signalements/{id}": "POST /api/v1/resource-errors/{id}/settle",
    "POST /annuaire/doublons/{id}/{id}": "POST /api/v1/resources/{id}/merge",
    "POST /recherches-urgence/accords": ASK_APPROVAL,
    "POST /recherches-urgence/accords/{id}": GIVE_APPROVAL,
    "POST /annuaire/ouvertures/{id}": "POST /api/v1/secret-openings/{id}/look",
    "POST /annuaire/structures/nouvelle": "POST /api/v1/structures",
    "POST /annuaire/structures/{id}/correction": "PATCH /api/v1/structures/{id}",
    "POST /annuaire/structures/{id}/etat": "PATCH /api/v1/structures/{id}",
    "POST /annuaire/structures/{id}/adresse": "POST /api/v1/structures/{id}/places",
    "POST /annuaire/services/{id}/adresse": "POST /api/v1/structures/{id}/places",
    "POST /annuaire/structures/{id}/services/nouveau": directory_writes.SERVICES,
    "POST /annuaire/services/{id}/correction/{slug}": "PATCH /api/v1/resources/{id}",
    "POST /annuaire/services/{id}/places": "POST /api/v1/resources/{id}/capacities",
    "POST /annuaire/services/{id}/verification": "POST /api/v1/resources/{id}/verify",
    "POST /signatures/{id}": "POST /api/v1/approvals/{id}/sign",
    "POST /demandes-acces/nouvelle": RECEIVE_ACCESS,
    "POST /demandes-acces/{id}/fichier": TAKE_ACCESS,
    "POST /demandes-acces/{id}/fichier-protege": TAKE_ACCESS,
    "POST /demandes-acces/{id}/copie": "POST /api/v1/access-requests/{id}/redact",
    "POST /demandes-acces/{id}/copie/{id}": "POST /api/v1/access-requests/{id}/redact",
    "POST /demandes-acces/{id}/copie/{id}/lever/{id}": "POST /api/v1/access-requests/{id}/redact",
    "POST /dossiers/{id}/courrier": PREPARE_LETTER,
    "POST /courriers/{id}/etape/{slug}": "POST /dossiers/{id}/etape/{slug}/{slug}",
    "POST /demandes-acces/{id}/etape/{slug}": "POST /dossiers/{id}/etape/{slug}/{slug}",
    **{
        f"POST /transmissions/{{id}}/{one.slug}": "POST /transmissions/{id}/enfant"
        for one in sections()
        if one.slug not in ("enfant", "situation", "questions")
    },
    "POST /transmissions/{id}/pieces": "POST /dossiers/{id}/pieces",
    "POST /transmissions/{id}/pieces/{id}/retrait": DROP_FILE,
    "POST /transmissions/{id}/messages/{id}/lu": "POST /api/v1/referrals/{id}/messages/{id}/read",
    "POST /dossiers/{id}/pieces/{id}/preuve": MARK,
    "POST /dossiers/{id}/redaction": "PATCH /api/v1/referrals/{id}/assessment",
    "POST /dossiers/{id}/redaction/{id}": "PATCH /api/v1/referrals/{id}/assessment",
    "POST /dossiers/{id}/signature/{id}": "POST /api/v1/referrals/{id}/approvals/{id}/sign",
    "POST /dossiers/{id}/etape/{slug}/{id}/{slug}": "POST /dossiers/{id}/etape/{slug}/{slug}",
    "POST /violations/declarer": DECLARE_BREACH,
    "POST /violations/{id}/etape/{slug}": "POST /dossiers/{id}/etape/{slug}/{slug}",
    "POST /journal/anomalies/{id}/etape/{slug}": "POST /dossiers/{id}/etape/{slug}/{slug}",
    "POST /acces/{id}": "POST /api/v1/access-questions/{id}/answer",
    "POST /connexions/{id}/fin": END_SESSION,
    "POST /administration/unites": UNITS,
    "POST /administration/{id}/astreinte/nouvelle": ROTA,
    "POST /administration/astreinte/{id}/retrait": WITHDRAW_SHIFT,
    "POST /compte/avis": PREFERENCES,
    "POST /compte/agenda/nouveau": FEED,
    "POST /compte/agenda/{id}/fin": REVOKE_FEED,
    "POST /demandes/{id}/etape/{slug}": "POST /dossiers/{id}/etape/{slug}/{slug}",
    "POST /dossiers/{id}/interroger": ASK_ELSEWHERE,
    "POST /recherches-urgence/nouvelle": SEARCH_IN_EMERGENCY,
    "POST /recherches-urgence/{id}": REVIEW_SEARCH,
    "POST /exports/demande": EXPORT,
    "POST /exports/{id}/decision": DECIDE_EXPORT,
    "POST /exports/{id}/fichier": TAKE_EXPORT,
    "POST /connexion/moyen": ADD,
    "POST /compte/connexion/ajout": ADD,
    "POST /compte/confirmation": FACTOR,
    "POST /compte/connexion/codes": CODES,
    "POST /compte/connexion/{id}/nom": NAME,
    "POST /compte/connexion/{id}/retrait": REMOVE,
    "POST /compte/connexion/fournisseur/{slug}": TO_PROVIDER,
    "POST /compte/connexion/identite/{id}/retrait": REMOVE_IDENTITY,
    "POST /quitter": "POST /deconnexion",
    "POST /journal/reclamations/nouvelle": LOOKUP,
    "POST /journal/reclamations/{id}/decision": DECIDE_LOOKUP,
    "POST /administration/imports/nouveau": TRY_IMPORT,
    "POST /annuaire/imports/nouveau": directory_writes.TRY_FILE,
    "POST /annuaire/imports/{id}": directory_writes.DO_FILE,
    "POST /annuaire/imports/retenues/{id}": directory_writes.SETTLE_HELD,
    "POST /administration/imports/{id}": CONFIRM_IMPORT,
    "POST /administration/structures/nouvelle": ORGANISATIONS,
    "POST /administration/structures/{id}/correction": CORRECT_ORGANISATION,
    "POST /administration/demandes/comptes/{id}": ACCEPT_REQUEST,
    "POST /administration/demandes/comptes/{id}/refus": REFUSE_REQUEST,
    "POST /demande-de-compte": ASK_ACCOUNT,
    "POST /demande-de-compte/confirmation": CONFIRM_REQUEST,
    "POST /compte/roles/demande": ASK_OWN_ROLE,
    "POST /compte/roles/collegue": ASK_COLLEAGUE,
    "POST /mot-de-passe": ASK_LINK,
    "POST /mot-de-passe/choix": NEW_PASSWORD,
    "POST /invitation": NEW_PASSWORD,
    "POST /compte/mot-de-passe": CHANGE_PASSWORD,
    "POST /compte/adresse": ASK_ADDRESS,
    "POST /compte/adresse/choix": NEW_ADDRESS,
    "POST /administration/personnes/{id}/invitation": INVITE,
    "POST /administration/roles/a-revoir": REVIEW,
    "POST /administration/roles/{id}/attestation": CERTIFICATE,
    "POST /administration": FIND_USERS,
    "POST /administration/personnes/{id}/connexions": END_SESSIONS,
    "POST /administration/personnes/{id}/fermeture": CLOSE,
    "POST /administration/personnes/{id}/reouverture": REOPEN,
    "POST /administration/{id}/connexions": END_ALL,
    "POST /compte/liens/nouveau": TIES,
    "POST /compte/liens/{id}/correction": CORRECT_TIE,
    "POST /compte/liens/{id}/retrait": REMOVE_TIE,
    "POST /deports/{id}": CONFIRM_EXCLUSION,
    "POST /dossiers/vues": SAVE_VIEW,
    "POST /dossiers/vues/{id}/retrait": REMOVE_VIEW,
    "POST /dossiers/recherche": SEARCHES,
    "POST /dossiers/{id}/orientations/recherche": MATCH,
    "POST /dossiers/{id}/etape/orientation/propose": "POST /dossiers/{id}/etape/{slug}/{slug}",
    "POST /dossiers/lot": "POST /dossiers/{id}/etape/{slug}/{slug}",
}
#: They write nothing: a language goes into a cookie, a checkpoint is compared, filters go on to an address.
NO_WRITES = {
    "POST /langue", "POST /guide/que-faire", "POST /journal/preuves", "POST /journal/questions/{slug}", "POST /journal/entrees",
    "POST /entrainement/cours/{slug}", "POST /entrainement/attestation/preuve",
}  # fmt: skip
#: What changes nothing, or leaves no entry, by design.
UNWRITTEN = directory_writes.UNWRITTEN | {
    SIGN_IN, BEGIN, PASSKEY, READ_NOTICE, SAVE_VIEW, REMOVE_VIEW, FIND_USERS, "POST /dossiers/affichage", ASK_LINK, ASK_ACCOUNT, "POST /connexion", TO_PROVIDER,
    TO_ACCEPT,
    TAKE_ACCESS,  # an entry alone
    MATCH,  # entries alone
    "POST /entrainement/attestation",  # an entry alone
}  # fmt: skip
#: What stays of a write that came to nothing: the name of an object, written before its bytes so that none is ever
#: forgotten, until it is swept (SEC-FT7); and that somebody sent a file, for the quota counts those that fail too.
LEFT = dict.fromkeys(
    (FILES, "POST /dossiers/{id}/pieces"),
    frozenset({"referrals_storedobject", "referrals_uploadcount", "referrals_usecount"}),
)
