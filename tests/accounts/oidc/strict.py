"""A strict identity provider of the tests: ProConnect's profile over real HTTP, in a thread of its own.

It refuses what ProConnect refuses: a parameter that it doesn't know, a state or nonce of fewer than 32 characters, an
address that wasn't registered to the letter, a code that is older than 30 seconds or came before. ``claims``,
``userinfo``, ``signs`` and the like let a test have it say what no honest provider says.
"""

import base64
import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit
from uuid import uuid4

from joserfc import jwk, jws

from tests.servers import begun

CODE_SECONDS = 30
ACCESS_SECONDS = 60
KNOWN = {
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "claims",
    "prompt",
    "idp_hint",
    "login_hint",
}
PKCE = {"code_challenge", "code_challenge_method"}


def new_key(kind: str = "EC") -> Any:
    """A key to sign with, under a name of its own."""
    size = 2048 if kind == "RSA" else "P-256"
    return jwk.generate_key(kind, size, {"kid": uuid4().hex, "use": "sig"})


class StrictProvider:
    """One provider; ``person`` is who signs in there, without being asked."""

    def __init__(self, *, path: str = "/api/v2", pkce: bool = False) -> None:
        self.path, self.pkce = path, pkce
        self.client_id, self.secret = "repere", "un secret/de+client&"
        self.redirects: set[str] = set()
        self.leaves: set[str] = set()
        self.keys = [new_key()]
        self.algorithm = "ES256"
        self.person: dict[str, Any] = {"sub": uuid4().hex, "acr": "eidas1", "amr": ["pwd"]}
        self.told: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}  # put over what an ID token says; None takes a claim away
        self.userinfo: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.answers: dict[str, str] = {}  # put over what the browser brings back
        self.signs: Callable[[dict[str, Any]], str] | None = None
        self.signs_userinfo: Callable[[dict[str, Any]], str] | None = None
        self.instead: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}  # by the end of the address
        self.seen: list[str] = []
        self.codes: dict[str, dict[str, Any]] = {}
        self.access: dict[str, float] = {}
        self.later = 0.0  # by how many seconds its clock is ahead
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}{path}"
        self.thread = begun(self.server)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def now(self) -> float:
        return time.time() + self.later

    def asked(self, end: str) -> int:
        """How often an address was asked for."""
        return sum(one.endswith(end) for one in self.seen)

    def sign(self, claims: dict[str, Any], key: Any = None, algorithm: str = "", **header: Any) -> str:
        key = key or self.keys[-1]
        whole = {"alg": algorithm or self.algorithm, "kid": key.kid, **header}
        return jws.serialize_compact(whole, json.dumps(claims).encode(), key, [whole["alg"]])

    # --- what it answers --------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/session/end",
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }

    def authorize(self, given: dict[str, list[str]]) -> str:
        """Return where the browser goes back; an error of 400 has no way back."""
        known = KNOWN | (PKCE if self.pkce else set())
        if set(given) - known or any(len(values) != 1 for values in given.values()):
            raise ValueError("Y000400: an unknown parameter")
        said = {name: values[0] for name, values in given.items()}
        if (
            said["response_type"] != "code"
            or said["client_id"] != self.client_id
            or said["redirect_uri"] not in self.redirects
        ):
            raise ValueError("Y000400: not as it was registered")
        if len(said["state"]) < 32 or len(said["nonce"]) < 32 or "openid" not in said["scope"].split(" "):
            raise ValueError("Y000400: too short")
        if said.get("prompt", "login") != "login":
            raise ValueError("Y000400: prompt")
        if self.pkce and said.get("code_challenge_method") != "S256":
            raise ValueError("Y000400: no challenge")
        wanted = json.loads(said.get("claims", "{}")).get("id_token", {}).get("acr", {}).get("values", [])
        back = {"state": said["state"], "iss": self.issuer}
        if wanted and self.person["acr"] not in wanted and not self.claims:
            back["error"] = "access_denied"
        else:
            code = uuid4().hex
            self.codes[code] = {**said, "at": self.now()}
            back["code"] = code
        back = {name: value for name, value in (back | self.answers).items() if value}
        return f"{said['redirect_uri']}?{urlencode(back)}"

    def token(self, said: dict[str, str], header: str) -> dict[str, Any]:
        if header.startswith("Basic "):
            name, _, secret = base64.b64decode(header[6:]).decode().partition(":")
            client = (unquote(name), unquote(secret))
        else:
            client = (said.pop("client_id", ""), said.pop("client_secret", ""))
        code = self.codes.pop(said.pop("code", ""), None)
        verifier = said.pop("code_verifier", "")
        if client != (self.client_id, self.secret) or code is None or self.now() - code["at"] > CODE_SECONDS:
            raise ValueError("invalid_grant")
        if said != {"grant_type": "authorization_code", "redirect_uri": code["redirect_uri"]}:
            raise ValueError("invalid_request")
        if bool(verifier) != self.pkce or (self.pkce and _challenge(verifier) != code["code_challenge"]):
            raise ValueError("invalid_grant")
        access, now = uuid4().hex, self.now()
        self.access[access] = now
        claims = {
            "iss": self.issuer, "aud": self.client_id, "iat": int(now), "exp": int(now) + 60, "auth_time": int(now),
            "nonce": code["nonce"], **self.person, **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        token = (self.signs or self.sign)(claims)
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
            "id_token": token,
        }

    def tell(self, header: str) -> str:
        made = self.access.get(header.removeprefix("Bearer "))
        if made is None or self.now() - made > ACCESS_SECONDS:
            raise ValueError("invalid_token")
        now = int(self.now())
        said = {
            "iss": self.issuer, "aud": self.client_id, "iat": now, "exp": now + 60, "sub": self.person["sub"],
            **self.told, **self.userinfo,
        }  # fmt: skip
        said = {name: value for name, value in said.items() if value is not None}
        return (self.signs_userinfo or self.sign)(said)

    def leave(self, given: dict[str, list[str]]) -> str:
        if set(given) != {"id_token_hint", "state", "post_logout_redirect_uri"}:
            raise ValueError("Y000400")
        said = {name: values[0] for name, values in given.items()}
        jws.deserialize_compact(said["id_token_hint"], jwk.KeySet(self.keys), [self.algorithm])
        if len(said["state"]) < 32 or said["post_logout_redirect_uri"] not in self.leaves:
            raise ValueError("Y000400")
        return f"{said['post_logout_redirect_uri']}?{urlencode({'state': said['state']})}"


def _challenge(verifier: str) -> str:
    from hashlib import sha256

    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _handler(provider: StrictProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: Any) -> None:
            pass

        def say(self, status: int, body: str = "", kind: str = "application/json", **headers: str) -> None:
            data = body.encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": str(len(data)),
                "Connection": "close",
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.seen.append(parts.path)
            end = parts.path.removeprefix(provider.path)
            given = parse_qs(parts.query, keep_blank_values=True)
            if instead := provider.instead.get(end):
                return instead(self)
            try:
                if end == "/.well-known/openid-configuration":
                    return self.say(200, json.dumps(provider.document()))
                if end == "/jwks":
                    return self.say(
                        200, json.dumps({"keys": [one.as_dict(private=False) for one in provider.keys]})
                    )
                if end == "/userinfo":
                    return self.say(
                        200, provider.tell(self.headers["Authorization"] or ""), "application/jwt"
                    )
                if end in ("/authorize", "/session/end"):
                    to = provider.authorize(given) if end == "/authorize" else provider.leave(given)
                    return self.say(303, Location=to)
            except (ValueError, KeyError) as error:
                return self.say(400, json.dumps({"error": str(error)}))
            return self.say(404)

        def do_POST(self) -> None:
            provider.seen.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if instead := provider.instead.get(self.path.removeprefix(provider.path)):
                return instead(self)
            said = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
            try:
                return self.say(200, json.dumps(provider.token(said, self.headers["Authorization"] or "")))
            except (ValueError, KeyError) as error:
                return self.say(400, json.dumps({"error": str(error)}))

    return Handler
