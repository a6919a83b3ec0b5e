"""What no honest provider answers, and what a thief, a mix-up or a stranger brings: none of it signs anybody in."""

import hmac
import json
import threading
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.utils import timezone
from joserfc import jwk
from structlog.testing import capture_logs

from accounts.errors import ProviderRefused, ProviderUnavailable
from accounts.models import ProviderVisit, Session
from accounts.oidc import metadata, profile, providers, visits
from config.error_messages import TITLES
from tests.accounts.conftest import entries
from tests.accounts.oidc.browsing import Browser, asked, led_to, there_and_back
from tests.accounts.oidc.conftest import site_of
from tests.accounts.oidc.strict import new_key
from tests.conftest import see_all
from tests.factories.factors import give_application
from tests.night import NIGHT

START = "/connexion/fournisseur/proconnect"
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NOW = int(AT.timestamp())


@pytest.fixture
def known(alice, provider, site, bound):
    """Alice has bound her identity: were anything wrong taken for right, she would be in."""
    give_application(alice.user)
    return bound(alice.user, provider)


def comes_to_nothing(answer, code: str = "provider-refused", status: int = 401) -> None:
    """Tell that somebody was refused, with a page, and that no session is anybody's or awaits anybody."""
    page = answer.content.decode()
    assert answer.status_code == status, page[-2000:]
    assert str(TITLES[code]).replace("'", "&#x27;") in page
    see_all()
    assert not Session.objects.exists()
    assert entries(act="identity:used") == []


@pytest.fixture
def log():
    """What is logged, a line a map."""
    with capture_logs() as lines:
        yield lines


def rules(log) -> list[str]:
    """By which rules somebody was refused."""
    return [line["rule"] for line in log if line["event"] == "request.denied"]


def compact(header, payload: bytes, sign) -> str:
    """Write a token by hand: no library would make these."""
    head, body = (b64(part) for part in (json.dumps(header).encode(), payload))
    return f"{head}.{body}.{b64(sign(f'{head}.{body}'.encode()))}"


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def by_key(key):
    """Sign as ES256 has it: r and s, 32 bytes each."""

    def sign(text: bytes) -> bytes:
        made = key.private_key.sign(text, ec.ECDSA(hashes.SHA256()))
        return b"".join(part.to_bytes(32) for part in decode_dss_signature(made))

    return sign


def own(provider, **header):
    """A header as the provider writes it, and more."""
    return {"alg": "ES256", "kid": provider.keys[-1].kid} | header


def with_a_secret(provider, header, secret: bytes):
    def sign(claims) -> str:
        return compact(header, json.dumps(claims).encode(), lambda text: hmac.digest(secret, text, "sha256"))

    return sign


def unsigned(provider):
    return lambda claims: compact({"alg": "none"}, json.dumps(claims).encode(), lambda text: b"")


def by_the_public_key(provider):
    """Sign with what everybody has: the public key, taken for a shared secret (RFC 8725 §2.1)."""
    return with_a_secret(provider, own(provider, alg="HS256"), provider.keys[-1].as_pem(private=False))


def by_the_clients_secret(provider):
    return with_a_secret(provider, own(provider, alg="HS256"), provider.secret.encode())


def by_a_key_that_it_brings(provider):
    mine = new_key()
    header = {"alg": "ES256", "jwk": mine.as_dict(private=False)}
    return lambda claims: compact(header, json.dumps(claims).encode(), by_key(mine))


def by_another_key_of_the_same_name(provider):
    mine = new_key()
    return lambda claims: compact(own(provider), json.dumps(claims).encode(), by_key(mine))


def changed_afterwards(provider):
    def sign(claims) -> str:
        head, _, tail = provider.sign(claims).split(".")
        return f"{head}.{b64(json.dumps({**claims, 'more': 1}).encode())}.{tail}"

    return sign


def with_what_must_be_understood(provider):
    key = provider.keys[-1]
    header = own(provider, crit=["more"], more=1)
    return lambda claims: compact(header, json.dumps(claims).encode(), by_key(key))


def saying_something_twice(provider):
    key = provider.keys[-1]
    return lambda claims: compact(
        own(provider), (json.dumps(claims)[:-1] + ', "iss": "https://evil.example"}').encode(), by_key(key)
    )


def a_list(provider):
    return lambda claims: compact(own(provider), json.dumps([claims]).encode(), by_key(provider.keys[-1]))


def something_deep(provider):
    return lambda claims: compact(own(provider), b"[" * 20_000, by_key(provider.keys[-1]))


def too_long(provider):
    claims_of = lambda claims: json.dumps({**claims, "more": "a" * 40_000}).encode()  # noqa: E731
    return lambda claims: compact(own(provider), claims_of(claims), by_key(provider.keys[-1]))


def by_an_algorithm_that_the_site_has_not(provider):
    key = provider.keys[-1]
    return lambda claims: compact(own(provider, alg="ES384"), json.dumps(claims).encode(), by_key(key))


def by_an_algorithm_of_another_key(provider):
    key = provider.keys[-1]
    return lambda claims: compact(own(provider, alg="RS256"), json.dumps(claims).encode(), by_key(key))


#: Each with the rule by which it fails.
FORGERIES = {
    unsigned: "provider-algorithm",
    by_the_public_key: "provider-algorithm",
    by_the_clients_secret: "provider-algorithm",
    by_an_algorithm_that_the_site_has_not: "provider-algorithm",
    by_an_algorithm_of_another_key: "provider-key",
    by_a_key_that_it_brings: "provider-signature",
    by_another_key_of_the_same_name: "provider-signature",
    changed_afterwards: "provider-signature",
    with_what_must_be_understood: "provider-signature",
    saying_something_twice: "provider-token",
    a_list: "provider-token",
    something_deep: "provider-token",
    too_long: "provider-token",
}


@pytest.mark.parametrize("how", FORGERIES, ids=lambda how: how.__name__)
@pytest.mark.parametrize("which", ["signs", "signs_userinfo"], ids=["ID token", "userinfo"])
def test_what_the_provider_did_not_sign_counts_for_nothing(known, provider, visitor, log, which, how):
    setattr(provider, which, how(provider))

    comes_to_nothing(there_and_back(visitor))
    assert rules(log) == [FORGERIES[how]]


def test_what_is_written_by_hand_counts_when_it_is_right(known, provider, visitor):
    """So that the forgeries fail by what is wrong with them, and not by how they are written."""
    key = provider.keys[-1]
    provider.signs = lambda claims: compact(own(provider), json.dumps(claims).encode(), by_key(key))
    provider.signs_userinfo = provider.signs

    assert led_to(there_and_back(visitor)) == "/connexion/suite"


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "....", "é.é.é", 5, None], ids=str)
def test_what_is_no_token_is_refused(known, provider, visitor, log, token):
    provider.signs = lambda claims: token

    comes_to_nothing(there_and_back(visitor))
    assert rules(log) == ["provider-token"]


@pytest.mark.parametrize(
    ("claims", "rule"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": ["repere", "another"]}, "audience"),
        ({"aud": ["repere", "another"], "azp": "repere"}, "audience"),
        ({"azp": "another"}, "audience"),
        ({"azp": ""}, "audience"),
        ({"nonce": None}, "nonce"),
        ({"nonce": "a" * 43}, "nonce"),
        ({"nonce": 5}, "nonce"),
        ({"sub": None}, "subject"),
        ({"sub": ""}, "subject"),
        ({"sub": "a" * 256}, "subject"),
        ({"sub": 5}, "subject"),
        ({"sub": "é"}, "subject"),
        ({"exp": None}, "time"),
        ({"iat": None}, "time"),
        ({"exp": "9999999999"}, "time"),
        ({"exp": True}, "time"),
        ({"exp": -1}, "time"),
        ({"exp": 10**400}, "time"),
        ({"iat": float("nan")}, "time"),
        ({"auth_time": "now"}, "time"),
        ({"auth_time": True}, "time"),
        ({"auth_time": float("nan")}, "time"),
        ({"at_hash": "AAAA"}, "access-token"),
        ({"at_hash": ""}, "access-token"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_claim_that_is_not_as_it_must_be_is_refused(known, provider, visitor, log, claims, rule):
    provider.claims = claims

    comes_to_nothing(there_and_back(visitor))
    assert rules(log) == [f"provider-{rule}"]


def test_a_token_may_name_us_in_a_list_and_the_access_token_by_its_hash(
    known, provider, visitor, monkeypatch
):
    from hashlib import sha256
    from uuid import UUID

    access = UUID(int=5).hex
    monkeypatch.setattr("tests.accounts.oidc.strict.uuid4", lambda: UUID(int=5))
    provider.claims = {
        "aud": ["repere"], "azp": "repere", "at_hash": b64(sha256(access.encode()).digest()[:16]),
    }  # fmt: skip

    assert led_to(there_and_back(visitor)) == "/connexion/suite"


@pytest.mark.parametrize(
    "said",
    [
        {"sub": "another"}, {"sub": None}, {"iss": "https://evil.example"}, {"iss": None}, {"aud": "another"},
        {"aud": None}, {"exp": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_userinfo_about_another_or_for_another_is_refused(known, provider, visitor, said):
    provider.userinfo = said

    comes_to_nothing(there_and_back(visitor))


def test_a_userinfo_in_clear_is_refused_where_it_has_to_be_signed(known, provider, visitor):
    provider.signs_userinfo = json.dumps

    comes_to_nothing(there_and_back(visitor))


@pytest.mark.parametrize("acr", ["eidas1", None, "", ["eidas2"], 2])
def test_a_level_below_the_required_one_is_refused(known, provider, site, visitor, acr):
    site(acr=["eidas2", "eidas3"])
    provider.claims = {"acr": acr, "amr": ["pwd"]}

    comes_to_nothing(there_and_back(visitor))


def test_a_provider_that_says_so_itself_is_believed(known, provider, site, visitor):
    site(acr=["eidas2"])

    comes_to_nothing(there_and_back(visitor))
    assert provider.asked("/token") == 0, "its answer was an error"


def test_a_level_that_is_required_and_there_is_enough(known, provider, site, visitor):
    site(acr=["eidas2"])
    provider.person["acr"] = "eidas2"

    assert led_to(there_and_back(visitor)) == "/connexion/suite"


# --- Clocks ----------------------------------------------------------------------------------------------


def judged(provider, *, begun: float, **claims):
    """Exchange a code at noon, whatever the clocks of provider and machine say."""
    one = providers.named("proconnect")
    visit = visits.Visit(
        visits.SIGN_IN, "proconnect", begun, state="s" * 43, nonce="n" * 43, verifier="v" * 43
    )
    provider.claims = {"iat": NOW, "exp": NOW + 60, "auth_time": NOW, **claims}
    provider.userinfo = {"iat": NOW, "exp": NOW + 60}
    _, back = asked(profile.address_to_ask(one, metadata.of(one), visit))
    code = parse_qs(urlsplit(back).query)["code"][0]
    return profile.profile_of(one, visit, code, named=True, at=AT)


@pytest.mark.parametrize(
    ("claims", "begun", "rule"),
    [
        ({"exp": NOW - 59}, 0, ""),
        ({"exp": NOW - 60}, 0, "provider-expired"),
        ({"iat": NOW + 60, "exp": NOW + 120}, 0, ""),
        ({"iat": NOW + 61, "exp": NOW + 121}, 0, "provider-early"),
        ({"nbf": NOW + 60}, 0, ""),
        ({"nbf": NOW + 61}, 0, "provider-early"),
        ({"iat": NOW - 120}, -60, ""),
        ({"iat": NOW - 121}, -60, "provider-old"),
        ({"auth_time": NOW + 60}, 0, ""),
        ({"auth_time": NOW + 61}, 0, "provider-sign-in-old"),
        ({"auth_time": NOW - 120}, -60, ""),
        ({"auth_time": NOW - 121}, -60, "provider-sign-in-old"),
        ({"auth_time": None}, 0, ""),
    ],
)
def test_clocks_may_differ_by_a_minute_and_not_by_a_second_more(db, provider, site, claims, begun, rule):
    try:
        judged(provider, begun=NOW + begun, **claims)
        found = ""
    except ProviderRefused as refused:
        found = refused.extra["rule"]

    assert found == rule


def test_a_site_that_asks_for_the_time_of_the_sign_in_takes_none_without(db, provider, site):
    site(auth_time=True, prompt="")
    assert judged(provider, begun=NOW)

    for claims in ({"auth_time": None}, {"auth_time": NOW - 3600}):
        with pytest.raises(ProviderRefused):
            judged(provider, begun=NOW, **claims)


def test_a_provider_that_need_not_ask_again_may_have_known_somebody_since_morning(db, provider, site):
    site(prompt="")

    assert judged(provider, begun=NOW, auth_time=NOW - 3600)


# --- Answers that belong elsewhere ------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU7")
def test_an_answer_counts_once(known, provider, visitor):
    _, back = asked(led_to(visitor.presses(START)))
    cookie = visitor.client.cookies["provider"].value
    assert led_to(visitor.arrives(back)) == "/connexion/suite"
    exchanged = provider.asked("/token")
    Session.objects.all().delete()

    again = Browser()
    again.client.cookies["provider"] = cookie
    again.client.cookies["provider"]["samesite"] = "Lax"
    see_all()
    entry_count = len(entries(act="identity:used"))
    assert again.arrives(back).status_code == 401

    assert provider.asked("/token") == exchanged, "nothing is even asked"
    assert len(entries(act="identity:used")) == entry_count
    assert not Session.objects.exists()


@pytest.mark.sec("SEC-AU7")
def test_an_answer_is_worth_nothing_in_another_browser(known, provider, visitor):
    _, back = asked(led_to(visitor.presses(START)))

    comes_to_nothing(Browser().arrives(back))
    stranger = Browser()
    stranger.presses(START)  # somebody who is on a way of their own
    comes_to_nothing(stranger.arrives(back))
    assert provider.asked("/token") == 0
    assert led_to(visitor.arrives(back)) == "/connexion/suite", "it is still good where it belongs"


@pytest.mark.parametrize("state", ["", "a" * 43, "a" * 201])
def test_a_state_that_is_not_its_own_ends_no_way(known, provider, visitor, state):
    _, back = asked(led_to(visitor.presses(START)))

    assert visitor.arrives(f"{START}/retour?code=abc&state={state}").status_code in (400, 401)
    assert led_to(visitor.arrives(back)) == "/connexion/suite"


def test_a_way_counts_for_ten_minutes(known, provider, visitor, settings):
    _, back = asked(led_to(visitor.presses(START)))
    visit = ProviderVisit.objects.get()
    left = (visit.expires_at - timezone.now()).total_seconds() / 60
    assert settings.PROVIDER_MINUTES == 10
    assert left <= 10
    visit.expires_at = timezone.now()
    visit.save()

    comes_to_nothing(visitor.arrives(back))
    assert provider.asked("/token") == 0
    assert visits.forget_old(timezone.now()) == 1


@pytest.mark.parametrize("iss", ["https://evil.example", ""])
def test_an_answer_of_another_provider_is_noticed(known, provider, visitor, iss):
    """RFC 9207: whose answer it is, from a provider that has said that it tells."""
    provider.answers = {"iss": iss}

    comes_to_nothing(there_and_back(visitor))
    assert provider.asked("/token") == 0, "no code is sent where it wasn't meant for"


def test_a_provider_that_never_names_itself_need_not(known, provider, visitor):
    provider.metadata = {"authorization_response_iss_parameter_supported": None}
    provider.answers = {"iss": ""}

    assert led_to(there_and_back(visitor)) == "/connexion/suite"


def test_the_answer_of_one_provider_is_none_of_anothers(known, provider, make_provider, settings, visitor):
    other = make_provider()
    settings.OIDC_PROVIDERS = [*settings.OIDC_PROVIDERS, site_of(other, settings, code="academie")]
    _, back = asked(led_to(visitor.presses(START)))

    comes_to_nothing(visitor.arrives(back.replace("proconnect", "academie")))
    assert other.asked("/token") == 0


@pytest.mark.parametrize(
    "query", ["error=access_denied", "error=server_error&error_description=x", "", "code="]
)
def test_an_error_of_the_provider_is_told_in_our_words(known, provider, visitor, query):
    state = parse_qs(urlsplit(led_to(visitor.presses(START))).query)["state"][0]

    answer = visitor.arrives(f"{START}/retour?state={state}&{query}")

    comes_to_nothing(answer)
    assert "server_error" not in answer.content.decode()


@pytest.mark.sec("SEC-IN2")
def test_a_parameter_that_comes_twice_is_refused_and_one_that_means_nothing_is_passed_over(
    known, provider, visitor
):
    _, back = asked(led_to(visitor.presses(START)))

    assert visitor.arrives(f"{back}&code=another").status_code == 400
    assert led_to(visitor.arrives(f"{back}&session_state=a.b")) == "/connexion/suite"


def test_a_code_is_exchanged_once_and_not_after_thirty_seconds(known, provider, visitor):
    _, back = asked(led_to(visitor.presses(START)))
    provider.later = 31

    comes_to_nothing(visitor.arrives(back))


def test_a_wrong_secret_is_no_outage_of_the_site(known, provider, site, visitor):
    site(secret="not the one")

    comes_to_nothing(there_and_back(visitor))


# --- Keys ------------------------------------------------------------------------------------------------


def test_keys_may_change_at_any_time(known, provider, visitor):
    assert led_to(there_and_back(visitor)) == "/connexion/suite"
    provider.keys = [provider.keys[0], new_key()]
    assert led_to(there_and_back(visitor)) == "/connexion/suite", "a new key beside the old one"
    assert provider.asked("/jwks") == 2


def test_a_key_of_another_kind_takes_over(known, provider, visitor):
    assert led_to(there_and_back(visitor)) == "/connexion/suite"
    provider.keys, provider.algorithm = [new_key("RSA")], "RS256"

    assert led_to(there_and_back(visitor)) == "/connexion/suite"


def test_a_key_that_was_withdrawn_counts_ten_minutes_at_most(known, provider, visitor, monkeypatch):
    assert led_to(there_and_back(visitor)) == "/connexion/suite"
    old, provider.keys = provider.keys[0], [new_key()]
    provider.signs = lambda claims: provider.sign(claims, old)
    provider.signs_userinfo = provider.signs
    now = metadata.monotonic()
    monkeypatch.setattr(metadata, "monotonic", lambda: now + metadata.KEYS_SECONDS)
    Session.objects.all().delete()

    assert there_and_back(visitor).status_code == 401
    assert metadata.KEYS_SECONDS == 600


def test_keys_that_nobody_knows_send_us_to_the_provider_once_a_minute(known, provider, visitor, monkeypatch):
    provider.signs = lambda claims: provider.sign(claims, new_key())
    for _ in range(5):
        comes_to_nothing(there_and_back(visitor))
    assert provider.asked("/jwks") == 2, "the first time, and once again"

    now = metadata.monotonic()
    monkeypatch.setattr(metadata, "monotonic", lambda: now + metadata.RETRY_SECONDS + 1)
    comes_to_nothing(there_and_back(visitor))

    assert provider.asked("/jwks") == 3


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"keys": "none"},
        {"keys": []},
        {"keys": [{}] * 51},
        {"keys": [5, {"kty": ["EC"]}, {"kty": "EC", "crv": "P-256"}, {"kty": "RSA", "n": 5, "e": "AQAB"}]},
        {"keys": [jwk.OctKey.import_key("a secret that everybody has now").as_dict()]},
        {"keys": [{"kty": "RSA", "n": b64((1 << 1023 | 1).to_bytes(128)), "e": "AQAB"}]},
    ],
    ids=str,
)
def test_a_set_without_a_usable_key_lets_nobody_in(known, provider, visitor, document):
    provider.instead["/jwks"] = lambda handler: handler.say(200, json.dumps(document))

    answer = there_and_back(visitor)

    comes_to_nothing(answer, *(("provider-unavailable", 503) if answer.status_code == 503 else ()))


def test_a_key_for_something_else_is_none(known, provider, visitor, log):
    key = jwk.generate_key("EC", "P-256", {"kid": uuid4().hex, "use": "enc"})
    provider.keys = [key]
    provider.signs = lambda claims: compact(own(provider), json.dumps(claims).encode(), by_key(key))

    comes_to_nothing(there_and_back(visitor))
    assert rules(log) == ["provider-key"]


def test_of_two_keys_of_one_name_neither_counts(known, provider, visitor, log):
    """Which one is tried mustn't depend on their order."""
    first = provider.keys[-1]
    second = jwk.generate_key("EC", "P-256", {"kid": first.kid, "use": "sig"})
    for keys in ([first, second], [second, first]):
        metadata.forget()
        provider.keys = keys
        comes_to_nothing(there_and_back(visitor))

    assert rules(log) == ["provider-key"] * 2


def test_a_token_that_names_no_key_counts_where_one_alone_could_have_signed_it(known, provider, visitor):
    key = provider.keys[-1]
    provider.keys = [new_key("RSA"), key]
    unnamed = {"alg": "ES256"}
    provider.signs = lambda claims: compact(unnamed, json.dumps(claims).encode(), by_key(key))
    provider.signs_userinfo = provider.signs

    assert led_to(there_and_back(visitor)) == "/connexion/suite"


# --- Outages ---------------------------------------------------------------------------------------------


ENDS = ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"]


def breaks_off(handler) -> None:
    handler.close_connection = True


def redirects(handler) -> None:
    handler.say(302, Location="http://127.0.0.1:1/elsewhere")


def says_too_much(handler) -> None:
    handler.say(200, '{"issuer": "' + "a" * 200_000 + '"}')


def says_what_is_no_json(handler) -> None:
    handler.say(200, "<html>")


def says_something_deep(handler) -> None:
    handler.say(200, "[" * 60_000)


def fails(handler) -> None:
    handler.say(500)


OUTAGES = [breaks_off, redirects, says_too_much, says_what_is_no_json, says_something_deep, fails]


@pytest.mark.parametrize(
    ("outage", "end"),
    [(one, end) for n, one in enumerate(OUTAGES) for m, end in enumerate(ENDS) if NIGHT or (n + m) % 4 == 0],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_a_provider_that_is_out_is_told_and_the_other_way_goes_on(
    alice, known, provider, visitor, signed_in, end, outage
):
    provider.instead[end] = outage

    first = visitor.presses(START, next="/transmissions")
    answer = first if end == ENDS[0] else visitor.arrives(asked(led_to(first))[1])

    if answer.status_code == 401:
        assert (end, outage) in {("/userinfo", one) for one in OUTAGES}, "what isn't signed"
        return
    comes_to_nothing(answer, "provider-unavailable", 503)
    if answer is first:
        assert 'name="password"' in answer.content.decode()
        assert 'value="/transmissions"' in answer.content.decode()
    assert signed_in(alice.user).get("me").status_code == 200


def test_a_provider_that_trickles_is_cut_off(db, provider, site, monkeypatch):
    monkeypatch.setattr(metadata, "CALL_SECONDS", 0.3)
    on = threading.Event()

    def trickles(handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not on.wait(0.05):
                handler.wfile.write(b" ")
        except OSError:
            on.set()

    provider.instead[ENDS[0]] = trickles
    with pytest.raises(ProviderUnavailable):
        metadata.of(providers.named("proconnect"))

    assert on.wait(10), "the connection is gone"


def test_a_slow_provider_holds_no_more_than_three_threads(db, provider, site, settings):
    """PROVIDER_CALLS_AT_ONCE: the fourth is refused at once, and whoever signs in by password isn't held up."""
    assert settings.PROVIDER_CALLS_AT_ONCE == 3
    inside, on = threading.Semaphore(0), threading.Event()

    def waits(handler) -> None:
        inside.release()
        on.wait(30)
        handler.say(500)

    provider.instead[ENDS[0]] = waits
    one = providers.named("proconnect")

    def call() -> None:
        with pytest.raises(ProviderUnavailable):
            metadata.of(one)

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert inside.acquire(timeout=20)
    with pytest.raises(ProviderUnavailable) as refused:
        metadata.of(one)
    on.set()
    for thread in threads:
        thread.join()

    assert refused.value.extra["rule"] == "provider-busy"
    assert provider.asked(ENDS[0]) == 3


def test_what_a_provider_publishes_is_kept_for_an_hour(known, provider, visitor, monkeypatch):
    for _ in range(3):
        assert led_to(there_and_back(visitor)) == "/connexion/suite"
    assert provider.asked(ENDS[0]) == provider.asked("/jwks") == 1

    now = metadata.monotonic()
    monkeypatch.setattr(metadata, "monotonic", lambda: now + metadata.METADATA_SECONDS)
    there_and_back(visitor)

    assert provider.asked(ENDS[0]) == 2


@pytest.mark.sec("SEC-IN10")
@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://169.254.169.254/latest"},
        {"token_endpoint": "http://127.0.0.1:1/token"},
        {"token_endpoint": None},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": ["a"]},
        {"jwks_uri": "https://evil.example/jwks"},
        {"userinfo_endpoint": "//evil.example/userinfo"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://evil.example/authorize"},
        {"end_session_endpoint": "https://evil.example/leave"},
    ],
    ids=str,
)
def test_a_provider_names_no_address_but_its_own(known, provider, visitor, changed):
    provider.metadata = changed

    comes_to_nothing(visitor.presses(START), "provider-unavailable", 503)


@pytest.mark.sec("SEC-IN10")
def test_an_address_may_be_on_a_host_that_the_site_lists_over_tls_alone(db, provider, site):
    site(hosts=["keys.example"])
    one = providers.named("proconnect")

    for address, may in [
        ("https://keys.example/jwks", True),
        ("https://keys.example:443/jwks", True),
        ("https://keys.example:8443/jwks", False),
        ("http://keys.example/jwks", False),
        ("https://user@keys.example/jwks", False),
        ("https://keys.example.evil/jwks", False),
        ("https://keys.example/\r\nHost: evil", False),
        (f"{provider.issuer}/jwks", True),
        (f"https{provider.issuer[4:]}/jwks", False),
        ("https://keys.example/" + "a" * 500, False),
        ("https://[::1/jwks", False),
    ]:
        assert metadata._may_be(one, address) is may, address


@pytest.mark.sec("SEC-IN11", "SEC-AU9")
def test_no_log_and_no_page_tells_what_came(known, provider, visitor, log):
    provider.told = {"siret": "21930000100019", "email": "personne@exemple.fr"}
    provider.claims = {"nonce": "x" * 43}
    address = led_to(visitor.presses(START))
    _, back = asked(address)
    answer = visitor.arrives(back)

    comes_to_nothing(answer)
    secrets = {values[0] for values in parse_qs(urlsplit(back).query).values()} - {provider.issuer}
    said = json.dumps(log, default=str) + answer.content.decode()
    assert not [
        one for one in [*secrets, provider.person["sub"], provider.secret, "personne@"] if one in said
    ]
    assert "provider-nonce" in said, "but the log says by which rule"


@pytest.mark.parametrize("path", ["/connexion/fournisseur/autre", "/compte/connexion/fournisseur/autre"])
def test_a_provider_that_the_site_has_not_is_nowhere(alice, signed_in, site, path):
    visitor = Browser()
    visitor.client.cookies = signed_in(alice.user).client.cookies

    assert visitor.presses(path).status_code == 404


def test_a_way_back_is_not_asked_for_by_its_head(known, provider, visitor):
    _, back = asked(led_to(visitor.presses(START)))
    parts = urlsplit(back)

    assert visitor.client.head(f"{parts.path}?{parts.query}").status_code == 405
    assert led_to(visitor.arrives(back)) == "/connexion/suite"
