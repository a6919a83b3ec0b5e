"""Second factors over the API: what they let in, what they refuse, and what slows down (SEC-AU1, AU4, AU7)."""

import json
import os
import re
import secrets
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone
from fido2.utils import websafe_decode

from accounts import actions, factors
from accounts.actor import SYSTEM
from accounts.models import Attempt, Factor, RecoveryCode, Session, User
from accounts.models.factor import FactorKind
from accounts.roles import Role
from encryption import digest, onetime, passkeys
from outbox.models import Notice
from tests.accounts.conftest import PASSWORD, Caller, entries
from tests.days import PARIS
from tests.factories.factors import SoftKey, give_application, give_passkey, sign_in_fully

NOW = 1_800_000_000 // 30


def halfway(user: User) -> Caller:
    """Return whoever gave the right password, and nothing else yet."""
    caller = Caller(Client())
    answer = caller.post("session", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    return caller


def code_of(factor: Factor, *, later: int = 0) -> str:
    return onetime.code_at(factor.pk, onetime.step_of(timezone.now().timestamp()) + later)


def wrong_code(factor: Factor) -> str:
    """Return a code that is none of those that count now, nor soon."""
    step = onetime.step_of(timezone.now().timestamp())
    taken = {onetime.code_at(factor.pk, step + near) for near in range(-3, 10)}
    return next(f"{number:06}" for number in range(20) if f"{number:06}" not in taken)


def begun(caller: Caller, kind: str):
    answer = caller.post("me/factors/begin", {"kind": kind})
    assert answer.status_code == 200, answer.content
    return answer.json()


def asked(caller: Caller):
    return caller.post("session/passkey").json()["public_key"]


def of_secret(secret: str) -> str:
    """The code that an application shows for a secret, by another way than ours."""
    import base64

    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    made = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303 - as the applications do
    return made.generate(timezone.now().timestamp()).decode()


# --- Between the password and the factor ----------------------------------------------------------------


@pytest.mark.sec("SEC-AU1")
@pytest.mark.parametrize("has_one", [True, False], ids=["a factor", "none yet"])
def test_the_password_alone_opens_nothing(alice, has_one):
    if has_one:
        give_passkey(alice.user)
    caller = halfway(alice.user)

    assert caller.get("session").json()["awaited"] == ("factor" if has_one else "enrolment")
    for path in ("me", "tokens", "referrals", "authorities", "me/factors", "notices"):
        assert caller.get(path).status_code == 401, path
    for path in ("tokens", "referrals", "me/recovery-codes", f"me/factors/{alice.pk}/name"):
        assert caller.post(path).status_code == 401, path
    assert caller.client.get("/transmissions").status_code == 401
    assert entries(act="session:opened") == []


@pytest.mark.sec("SEC-AU1")
def test_whoever_has_a_factor_makes_no_other_with_the_password_alone(alice):
    give_passkey(alice.user)
    caller = halfway(alice.user)

    for answer in (
        caller.post("me/factors/begin", {"kind": "totp"}),
        caller.post("me/factors", {"kind": "totp", "label": "x", "code": "123456"}),
    ):
        assert answer.status_code == 403
        assert answer.json()["rule"] == "factor-first"
    assert Factor.objects.count() == 1


def test_whoever_only_gave_the_password_may_leave(alice):
    caller = halfway(alice.user)

    assert caller.delete("session").status_code == 204
    assert caller.get("session").json()["awaited"] is None
    assert not Session.objects.exists()


@pytest.mark.sec("SEC-AU1")
def test_a_session_that_waits_is_no_ones_once_the_account_changes(alice):
    closed, renewed = halfway(alice.user), halfway(alice.user)
    actions.set_password(
        actor=SYSTEM, at=timezone.now(), user=alice.user, password="une autre phrase de passe"
    )
    assert renewed.post("session/passkey").status_code == 401

    User.objects.filter(pk=alice.user_id).update(is_active=False)
    assert closed.post("session/passkey").status_code == 401


def test_a_session_waits_for_ten_minutes(alice):
    halfway(alice.user)

    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


def test_a_token_has_no_second_factor(alice, calling):
    caller = calling(alice)

    for path, body in (
        ("session/passkey", {}),
        ("session/factor", {"code": "123456"}),
        ("me/factors/begin", {}),
    ):
        assert caller.post(path, body).status_code == 403, path


def test_a_stranger_is_asked_to_sign_in(anonymous):
    for path in ("session/passkey", "session/factor", "me/factors", "me/factors/begin"):
        assert anonymous.post(path).status_code == 401


# --- Passkeys ---------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU1")
def test_a_first_passkey_is_made_and_opens_the_session(alice):
    caller, key = halfway(alice.user), SoftKey()
    options = begun(caller, "passkey")["public_key"]

    answer = caller.post("me/factors", {"kind": "passkey", "label": "Poste", "passkey": key.makes(options)})

    assert answer.status_code == 201, answer.content
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    assert caller.get("me").status_code == 200
    (entry,) = entries(act="factor:added")
    assert entry.tenant == alice.authority_id
    assert len(entries(act="session:opened")) == 1
    assert set(Notice.objects.values_list("template", "user_id")) == {("account.factors", alice.user_id)}
    sign_in_fully(Client(), alice.user, PASSWORD, key)


@pytest.mark.sec("SEC-AU7")
def test_each_step_of_signing_in_has_another_session(alice):
    key = give_passkey(alice.user)
    caller = halfway(alice.user)
    half = caller.client.cookies["session"].value
    caller.post("session/factor", {"passkey": key.proves(asked(caller))})

    assert caller.client.cookies["session"].value != half
    assert Session.objects.count() == 1


@pytest.mark.sec("SEC-AU1")
@pytest.mark.parametrize(
    "broken",
    [
        {"verifies": False}, {"present": False}, {"signs_right": False},
        {"origin": "https://elsewhere.example"}, {"domain": "elsewhere.example"}, {"id": b"not-one-of-alice"},
    ],
    ids=str,
)  # fmt: skip
def test_a_passkey_that_answers_something_else_opens_nothing(alice, broken):
    key = give_passkey(alice.user)
    for name, value in broken.items():
        setattr(key, name, value)
    caller = halfway(alice.user)

    answer = caller.post("session/factor", {"passkey": key.proves(asked(caller))})

    assert answer.status_code == 401
    assert answer.json()["code"] == "proof-refused"
    assert caller.get("me").status_code == 401
    assert len(entries(act="factor:refused")) == 1


@pytest.mark.sec("SEC-AU1")
def test_a_passkey_of_somebody_else_opens_nothing(alice, nadia):
    give_passkey(alice.user)
    other = give_passkey(nadia.user)
    caller = halfway(alice.user)

    assert caller.post("session/factor", {"passkey": other.proves(asked(caller))}).status_code == 401


@pytest.mark.sec("SEC-AU1")
def test_a_question_is_answered_once(alice):
    key = give_passkey(alice.user)
    caller = halfway(alice.user)
    options = asked(caller)
    answer = key.proves(options)
    assert caller.post("session/factor", {"passkey": answer}).status_code == 200

    again = halfway(alice.user)
    key.counter += 1
    assert again.post("session/factor", {"passkey": answer}).status_code == 401, "it was asked nothing"
    asked(again)
    assert again.post("session/factor", {"passkey": key.proves(options)}).status_code == 401, (
        "of another session"
    )


@pytest.mark.sec("SEC-AU1")
def test_a_question_is_256_bits_and_never_the_same(alice):
    give_passkey(alice.user)
    caller = halfway(alice.user)
    challenges = {asked(caller)["challenge"] for _ in range(20)}

    assert len(challenges) == 20
    assert {len(websafe_decode(one)) for one in challenges} == {32}


@pytest.mark.sec("SEC-AU1")
def test_a_counter_that_goes_back_betrays_a_copy(alice):
    key = give_passkey(alice.user)
    key.counter = 7
    sign_in_fully(Client(), alice.user, PASSWORD, key)
    key.counter = 6  # it says 7 again
    caller = halfway(alice.user)

    assert caller.post("session/factor", {"passkey": key.proves(asked(caller))}).status_code == 401
    (entry,) = entries(act="factor:refused")
    assert json.loads(bytes(entry.body))["rule"] == "passkey-counter"


@pytest.mark.parametrize("answer", ["AAAA", "oA", "_____w", "e30"])
def test_what_no_library_can_read_is_a_refusal(alice, answer):
    caller = halfway(alice.user)
    begun(caller, "passkey")
    said = {"kind": "passkey", "label": "x", "passkey": {"client_data": answer, "attestation": answer}}
    assert caller.post("me/factors", said).status_code == 401

    give_passkey(alice.user)
    asked(caller)
    said = dict.fromkeys(("id", "client_data", "authenticator_data", "signature"), answer)
    assert caller.post("session/factor", {"passkey": said}).status_code == 401


@pytest.mark.sec("SEC-AU1")
def test_passkeys_are_bound_to_the_public_address_whatever_host_is_named(alice, settings):
    settings.PUBLIC_ADDRESS = "https://repere.example"
    settings.ALLOWED_HOSTS = ["evil.example"]
    give_passkey(alice.user)
    caller = Caller(Client(headers={"host": "evil.example"}))
    caller.post("session", {"email": alice.user.email, "password": PASSWORD})

    assert asked(caller)["rpId"] == "repere.example"
    assert factors.party() == passkeys.Party("repere.example", "https://repere.example")


# --- Applications and recovery codes ------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU4")
def test_an_application_is_made_with_its_recovery_codes(alice):
    caller = halfway(alice.user)
    told = begun(caller, "totp")

    answer = caller.post(
        "me/factors", {"kind": "totp", "label": "Téléphone", "code": of_secret(told["secret"])}
    )

    assert answer.status_code == 201, answer.content
    codes = answer.json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert told["address"].startswith("otpauth://totp/")
    assert f"secret={told['secret']}" in told["address"]
    kept = b"".join(bytes(row.kept) for row in RecoveryCode.objects.all())
    assert not any(code.replace("-", "").encode() in kept for code in codes)
    assert caller.get("me").status_code == 200


@pytest.mark.sec("SEC-AU4")
def test_nothing_in_the_database_makes_a_code(alice):
    """The secret follows from a key that isn't there: two services with the same row have other codes."""
    caller = halfway(alice.user)
    secret = begun(caller, "totp")["secret"]
    caller.post("me/factors", {"kind": "totp", "label": "x", "code": of_secret(secret)})

    row = Factor.objects.values().get()
    assert secret not in str(row)
    assert row["public"] is None


def test_a_wrong_code_makes_no_application_and_may_be_tried_again(alice):
    caller = halfway(alice.user)
    secret = begun(caller, "totp")["secret"]
    refused = caller.post("me/factors", {"kind": "totp", "label": "x", "code": "12345"})
    assert refused.status_code == 400

    assert (
        caller.post("me/factors", {"kind": "totp", "label": "x", "code": of_secret(secret)}).status_code
        == 201
    )


@pytest.mark.sec("SEC-AU4")
class TestCodes:
    def test_one_opens_a_session_once(self, alice):
        factor = give_application(alice.user)
        code = code_of(factor)
        assert halfway(alice.user).post("session/factor", {"code": code}).status_code == 200

        assert halfway(alice.user).post("session/factor", {"code": code}).status_code == 401

    @pytest.mark.parametrize("second", range(30))
    def test_a_code_counts_in_its_step_ten_seconds_later_and_five_before(self, second):
        """45 seconds in all (ASVS 6.5.5); the codes of three factors, so that two that are equal by chance fail nothing."""
        at = NOW * 30 + second
        wanted = {0} | ({-1} if second < 10 else set()) | ({1} if second >= 25 else set())
        for factor in (UUID(int=1), UUID(int=2), UUID(int=3)):
            codes = {near: onetime.code_at(factor, NOW + near) for near in range(-3, 4)}
            counted = {codes[near] for near in wanted}
            for near, code in codes.items():
                found = onetime.matching_step(factor, code, seconds=at, after=None)
                assert (found is not None) is (code in counted), near

    def test_an_earlier_one_than_the_last_counts_no_more(self):
        factor = UUID(int=1)
        code = onetime.code_at(factor, NOW - 1)
        assert onetime.matching_step(factor, code, seconds=NOW * 30 + 1, after=NOW - 2) == NOW - 1

        found = onetime.matching_step(factor, code, seconds=NOW * 30 + 1, after=NOW + 1)

        assert found is None

    def test_the_published_vectors(self, monkeypatch):
        """RFC 6238, appendix B (SHA-1), cut to six digits."""
        monkeypatch.setattr(onetime, "_secret", lambda factor: b"12345678901234567890")
        for seconds, code in (
            (59, "287082"),
            (1111111109, "081804"),
            (1234567890, "005924"),
            (20000000000, "353130"),
        ):
            assert onetime.code_at(None, onetime.step_of(seconds)) == code

    def test_the_systems_generator_makes_them(self, monkeypatch):
        """A recovery code is 120 random bits; an application's secret follows from an id of 122, under a key."""
        assert re.fullmatch(r"([a-z2-7]{4}-){5}[a-z2-7]{4}", onetime.new_recovery_code())
        assert re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", onetime.new_invitation_code())
        monkeypatch.setattr(secrets, "token_bytes", lambda count: b"\0" * count)
        monkeypatch.setattr(os, "urandom", lambda count: b"\0" * count)

        assert onetime.new_recovery_code() == "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa"
        assert onetime.new_invitation_code() == "aaaa-aaaa-aaaa-aaaa"
        assert digest.token() == "A" * 43, "of a mailed link"
        assert actions.begin_application() == "00000000-0000-4000-8000-000000000000"

    def test_a_recovery_code_opens_a_session_once(self, alice, signed_in):
        caller = signed_in(alice.user)
        code = caller.post("me/recovery-codes").json()["codes"][3]

        typed = code.upper().replace("-", " ")
        assert halfway(alice.user).post("session/factor", {"recovery": typed}).status_code == 200
        assert halfway(alice.user).post("session/factor", {"recovery": code}).status_code == 401
        assert RecoveryCode.objects.filter(user=alice.user).count() == 9

    def test_one_of_somebody_else_opens_nothing(self, alice, make_user, signed_in):
        other = make_user("ines", password=PASSWORD)
        code = signed_in(other).post("me/recovery-codes").json()["codes"][0]
        give_application(alice.user)

        assert halfway(alice.user).post("session/factor", {"recovery": code}).status_code == 401


@pytest.mark.sec("SEC-AU4")
class TestSlowingDown:
    def fails(self, caller, factor, times):
        return [caller.post("session/factor", {"code": wrong_code(factor)}) for _ in range(times)]

    def test_a_wrong_code_is_counted_although_the_request_is_refused(self, alice):
        factor = give_application(alice.user)
        self.fails(halfway(alice.user), factor, 2)

        alice.user.refresh_from_db()
        assert alice.user.factor_failures == 2
        assert len(entries(act="factor:refused")) == 2

    def test_a_fifth_wrong_code_makes_the_next_one_wait_even_the_right_one(self, alice):
        factor = give_application(alice.user)
        caller = halfway(alice.user)
        statuses = [answer.status_code for answer in self.fails(caller, factor, 5)]
        late = caller.post("session/factor", {"code": code_of(factor)})

        assert statuses == [401] * 5
        assert late.status_code == 429
        assert 0 < int(late["Retry-After"]) <= 31
        alice.user.refresh_from_db()
        assert alice.user.factor_failures == 5, "what isn't looked at isn't counted"

        User.objects.update(factor_failed_at=timezone.now() - timedelta(seconds=31))
        assert caller.post("session/factor", {"code": code_of(factor)}).status_code == 200
        alice.user.refresh_from_db()
        assert (alice.user.factor_failures, alice.user.factor_failed_at) == (0, None)

    def test_waiting_doubles_and_has_an_end(self, make_user):
        at = timezone.now()
        user = make_user("ines")
        waits = []
        for failures in (4, 5, 6, 7, 11, 12, 99):
            user.factor_failures, user.factor_failed_at = failures, at
            until = factors.wait_until(user, at=at)
            waits.append(0 if until is None else (until - at).total_seconds())

        assert waits == [0, 30, 60, 120, 1920, 3600, 3600]

    def test_after_a_hundred_the_account_rests_and_comes_back(self, make_user):
        at = timezone.now()
        user = make_user("ines")
        user.factor_failures, user.factor_failed_at = 100, at

        assert factors.wait_until(user, at=at + timedelta(days=29)) is not None
        later = at + timedelta(days=30)
        assert factors.wait_until(user, at=later) is None
        factors.count_failure(user, at=later)
        assert user.factor_failures == 1

    def test_a_passkey_opens_at_any_time(self, alice):
        """Nobody guesses a signature: whoever types wrong codes locks nobody out who has a key."""
        key = give_passkey(alice.user)
        User.objects.filter(pk=alice.user_id).update(factor_failures=100, factor_failed_at=timezone.now())

        sign_in_fully(Client(), alice.user, PASSWORD, key)

        alice.user.refresh_from_db()
        assert alice.user.factor_failures == 0

    def test_the_owner_is_told_once(self, alice):
        factor = give_application(alice.user)
        past = timezone.now() - timedelta(days=1)
        User.objects.filter(pk=alice.user_id).update(factor_failures=9, factor_failed_at=past)
        caller = halfway(alice.user)
        self.fails(caller, factor, 1)
        User.objects.filter(pk=alice.user_id).update(factor_failed_at=past)
        self.fails(caller, factor, 1)

        told = Notice.objects.filter(template="account.refused", channel="mail")
        assert [row.user_id for row in told] == [alice.user_id]


# --- Which kinds count ----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU1")
class TestWhatCounts:
    def test_for_who_files_both_for_others_a_passkey(self, alice, member, make_user, authority_93):
        at = timezone.now()
        assert factors.kinds_for(alice.user, at=at) == set(FactorKind)
        for role in Role:
            if role is not Role.FILER:
                user = member(role, authority_93).user
                assert factors.kinds_for(user, at=at) == {FactorKind.PASSKEY}, role

    def test_one_stricter_role_asks_for_it_everywhere(self, alice, member, authority_75):
        member(Role.ASSESSOR, authority_75, user=alice.user)

        assert factors.kinds_for(alice.user, at=timezone.now()) == {FactorKind.PASSKEY}

    def test_an_application_is_refused_to_other_roles(self, ada):
        caller = halfway(ada.user)
        begun(caller, "totp")

        answer = caller.post("me/factors", {"kind": "totp", "label": "x", "code": "123456"})

        assert answer.status_code == 403
        assert answer.json()["code"] == "passkey-needed"

    def test_whoever_has_only_an_application_proves_it_and_makes_a_passkey(self, ada):
        """A filer who is given another role: not locked out, and not let in with less."""
        factor, key = give_application(ada.user), SoftKey()
        caller = halfway(ada.user)
        assert caller.get("session").json()["awaited"] == "factor"

        answer = caller.post("session/factor", {"code": code_of(factor)})

        assert answer.json()["awaited"] == "enrolment"
        assert caller.get("me").status_code == 401
        options = begun(caller, "passkey")["public_key"]
        made = caller.post("me/factors", {"kind": "passkey", "label": "x", "passkey": key.makes(options)})
        assert made.status_code == 201
        assert made.json()["recovery_codes"] == []
        assert caller.get("me").status_code == 200

    def test_beside_a_passkey_an_application_counts_no_more(self, ada):
        factor = give_application(ada.user)
        give_passkey(ada.user)
        caller = halfway(ada.user)

        assert caller.post("session/factor", {"code": code_of(factor)}).status_code == 401
        assert caller.get("me").status_code == 401

    def test_an_authority_relaxes_it_with_a_reason_that_is_journaled(self, ada, authority_93):
        from referrals.policy_changes import actions as policy_actions

        at = timezone.now()
        change = lambda why: policy_actions.change(  # noqa: E731 - said twice
            authority_93.pk,
            policy_actions.Change(at.astimezone(PARIS).date(), {"one_time_codes_reason": why}),
            actor=SYSTEM, at=at,
        )  # fmt: skip
        change("Postes sans port pour une clé, jusqu'en mars.")
        assert factors.kinds_for(ada.user, at=at) == set(FactorKind)
        assert [entry.act for entry in entries(act="setting:changed")] == ["setting:changed"]

        change("")
        assert factors.kinds_for(ada.user, at=at) == {FactorKind.PASSKEY}


# --- The own factors --------------------------------------------------------------------------------------------


class TestOwnFactors:
    def test_they_are_listed_named_and_removed(self, alice, signed_in):
        caller = signed_in(alice.user)
        spare = give_passkey(alice.user)
        row = Factor.objects.get(credential=spare.id)

        named = caller.post(f"me/factors/{row.pk}/name", {"label": "Clé du bureau"})
        removed = caller.delete(f"me/factors/{row.pk}")

        assert named.json()["label"] == "Clé du bureau"
        assert removed.status_code == 204
        assert [line["label"] for line in caller.get("me/factors").json()] == ["essai"]
        assert caller.get("me").status_code == 200, "this session goes on"
        assert len(entries(act="factor:named")) == len(entries(act="factor:removed")) == 1
        assert set(Notice.objects.values_list("template", "user_id")) == {("account.factors", alice.user_id)}

    def test_the_last_one_stays(self, alice, signed_in):
        caller = signed_in(alice.user)
        answer = caller.delete(f"me/factors/{Factor.objects.get().pk}")

        assert answer.status_code == 409
        assert answer.json()["code"] == "last-factor"

    def test_the_last_one_that_counts_stays(self, ada, signed_in):
        caller = signed_in(ada.user)
        give_application(ada.user)
        row = Factor.objects.get(kind=FactorKind.PASSKEY)

        assert caller.delete(f"me/factors/{row.pk}").status_code == 409

    def test_those_of_others_are_absent(self, alice, nadia, signed_in):
        give_passkey(nadia.user)
        row = Factor.objects.get(user=nadia.user)
        caller = signed_in(alice.user)

        assert caller.delete(f"me/factors/{row.pk}").status_code == 404
        assert caller.post(f"me/factors/{row.pk}/name", {"label": "x"}).status_code == 404

    @pytest.mark.sec("SEC-AU5")
    def test_a_change_ends_the_other_sessions_and_keeps_this_one_under_another_id(self, alice, signed_in):
        here, elsewhere = signed_in(alice.user), signed_in(alice.user)
        before = here.client.cookies["session"].value
        key = SoftKey()
        options = begun(here, "passkey")["public_key"]
        made = here.post("me/factors", {"kind": "passkey", "label": "x", "passkey": key.makes(options)})

        assert made.status_code == 201
        assert here.get("me").status_code == 200
        assert here.client.cookies["session"].value != before
        assert elsewhere.get("me").status_code == 401

    def test_there_are_at_most_ten(self, alice, signed_in):
        caller = signed_in(alice.user)
        for _ in range(9):
            give_passkey(alice.user)
        options = begun(caller, "passkey")["public_key"]
        said = {"kind": "passkey", "label": "x", "passkey": SoftKey().makes(options)}

        assert caller.post("me/factors", said).json()["code"] == "too-many-factors"

    def test_the_same_passkey_isnt_made_twice(self, alice, signed_in):
        caller = signed_in(alice.user)
        key = give_passkey(alice.user)
        options = begun(caller, "passkey")["public_key"]
        answer = caller.post("me/factors", {"kind": "passkey", "label": "x", "passkey": key.makes(options)})

        assert answer.status_code == 401

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({}, "code", "required"),
            ({"code": "123456", "recovery": "x"}, "code", "one-of"),
            ({"code": "12345"}, "code", "invalid"),
            ({"code": "１２３４５６"}, "code", "invalid"),
            ({"passkey": {"id": "%"}}, "passkey.id", "invalid"),
            ({"code": "123456", "trust": True}, "trust", "unknown"),
        ],
    )
    def test_what_is_wrong_is_named(self, alice, body, field, code):
        give_passkey(alice.user)
        answer = halfway(alice.user).post("session/factor", body)

        assert answer.status_code == 400
        assert (field, code) in [(one["field"], one["code"]) for one in answer.json()["errors"]]


# --- A fresh proof ------------------------------------------------------------------------------------------------


def grows_old(caller: Caller) -> None:
    """Let the last proof of a session be six minutes old."""
    session = caller.client.session
    session["proved_at"] = (timezone.now() - timedelta(minutes=6)).timestamp()
    session.save()


@pytest.mark.sec("SEC-AU6")
class TestAFreshProof:
    def test_a_change_of_the_own_factors_asks_for_it_and_goes_on_after_it(self, alice, signed_in):
        caller = signed_in(alice.user)
        spare = give_passkey(alice.user)
        row = Factor.objects.get(credential=spare.id)
        grows_old(caller)
        before = caller.client.cookies["session"].value

        refused = [
            caller.delete(f"me/factors/{row.pk}"),
            caller.post("me/recovery-codes"),
            caller.post("me/factors/begin", {"kind": "totp"}),
            caller.post("me/factors", {"kind": "totp"}),
        ]
        assert {(a.status_code, a.json()["code"]) for a in refused} == {(401, "step-up-required")}
        confirmed = caller.post("session/factor", {"passkey": spare.proves(asked(caller))})

        assert confirmed.json()["signed_in"] is True
        assert caller.client.cookies["session"].value != before, "SEC-AU7"
        assert len(entries(act="session:confirmed")) == 1
        assert caller.delete(f"me/factors/{row.pk}").status_code == 204

    @pytest.mark.parametrize("way", ["code", "recovery"])
    def test_for_a_change_of_how_one_signs_in_a_code_counts_with_the_password_alone(
        self, alice, signed_in, way
    ):
        """ASVS 5.0, 7.5.1: all factors again. A code is one; a passkey, which asks for a PIN or a finger, is two."""
        caller, factor = signed_in(alice.user), give_application(alice.user)
        spare = Factor.objects.get(credential=give_passkey(alice.user).id)
        recovery = iter(caller.post("me/recovery-codes").json()["codes"])
        changes = (
            lambda: caller.delete(f"me/factors/{spare.pk}"),
            lambda: caller.post("me/recovery-codes"),
            lambda: caller.post("me/factors/begin", {"kind": "totp"}),
            lambda: caller.post("me/address", {"email": "ailleurs@test.invalid"}),
            lambda: caller.delete(f"me/identities/{spare.pk}"),
        )
        grows_old(caller)

        def proves(**beside):
            Factor.objects.filter(pk=factor.pk).update(last_step=None)
            proof = {"code": code_of(factor)} if way == "code" else {"recovery": next(recovery)}
            return caller.post("session/factor", proof | beside)

        assert proves().status_code == 200
        for change in changes:
            refused = change()
            assert (refused.status_code, refused.json()["code"]) == (401, "step-up-required")
            assert refused.json()["wholly"] is True
        assert caller.delete(f"sessions/{spare.pk}").status_code == 404, (
            "other grave acts take the code alone"
        )
        wrong = proves(password="pas le bon mot de passe")
        assert (wrong.status_code, wrong.json()["code"]) == (401, "present-password-refused")
        assert changes[0]().status_code == 401

        assert proves(password=PASSWORD).status_code == 200
        assert changes[0]().status_code == 204

    def test_a_wrong_password_beside_a_code_is_counted_as_at_the_door(self, alice, signed_in):
        caller, factor = signed_in(alice.user), give_application(alice.user)
        said = {"code": code_of(factor), "password": "pas le bon mot de passe"}

        assert [caller.post("session/factor", said).status_code for _ in range(3)] == [401] * 3

        assert set(Attempt.objects.filter(failures__gt=0).values_list("failures", flat=True)) == {3}
        alice.user.refresh_from_db()
        assert alice.user.factor_failures == 0, "the code isn't looked at"

    def test_who_has_no_password_needs_a_passkey_or_another_sign_in(self, alice, signed_in):
        caller, factor = signed_in(alice.user), give_application(alice.user)
        User.objects.filter(pk=alice.user_id).update(password=make_password(None))
        alice.user.refresh_from_db()
        session = caller.client.session
        session["_auth_user_hash"] = alice.user.get_session_auth_hash()
        session.save()
        said = {"code": code_of(factor), "password": "n'importe laquelle"}

        assert caller.post("session/factor", said).status_code == 401

    def test_what_proves_nothing_makes_no_proof_last_longer(self, alice, signed_in):
        """Else a stolen session would stay fresh for as long as it lasts: new codes every four minutes."""
        caller = signed_in(alice.user)
        session = caller.client.session
        session["proved_at"] = proved = (timezone.now() - timedelta(minutes=4)).timestamp()
        session.save()

        assert caller.post("me/recovery-codes").status_code == 200
        assert caller.get("me").status_code == 200, "this session goes on"
        assert caller.client.session["proved_at"] == proved

    def test_a_wrong_one_leaves_the_session_as_it_is(self, alice, signed_in):
        caller = signed_in(alice.user)
        factor = give_application(alice.user)
        grows_old(caller)

        assert caller.post("session/factor", {"code": wrong_code(factor)}).status_code == 401
        assert caller.get("me").status_code == 200
        assert caller.post("me/recovery-codes").status_code == 401
