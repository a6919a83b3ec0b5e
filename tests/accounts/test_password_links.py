"""A password that its owner sets by a mailed link: forgotten, or by invitation (SEC-AU1, SEC-AU2, SEC-AU3)."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.core.serializers import serialize
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import actions
from accounts.actor import SYSTEM
from accounts.errors import LinkRefused
from accounts.models import MailedLink, Session, User
from accounts.models.factor import Identified
from accounts.roles import Role
from outbox import delivery, scheduler
from outbox.models import Notice
from tests.accounts.conftest import PASSWORD, Caller, acting, entries
from tests.factories.factors import give_passkey
from tests.night import NIGHT

pytestmark = pytest.mark.sec("SEC-AU2")

NEW = "trois ponts au clair de lune"
HTML = {"accept": "text/html"}


class Clock:
    """The instant of each request and of each mail, which a test moves."""

    def __init__(self):
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self, *_):
        return self.now

    def on(self, **by):
        self.now += timedelta(**by)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    found = Clock()
    for place in ("config.pipeline.instant", "accounts.actions.links.instant"):
        monkeypatch.setattr(place, found)
    return found


@pytest.fixture
def owner(alice):
    """Alice, who has a second factor."""
    give_passkey(alice.user)
    return alice.user


def asks(email="alice@exemple.fr", *, at="192.0.2.7"):
    return Caller(Client(REMOTE_ADDR=at)).post("password-link", {"email": email})


def mails(clock):
    """Let the worker deliver what is due; return what arrived."""
    mail.outbox.clear()
    delivery.deliver_due(clock=clock)
    return list(mail.outbox)


def token_in(message):
    (found,) = set(re.findall(r"http\S+#(\S+)", message.body))
    return found


def link(clock, email="alice@exemple.fr"):
    """Ask for a link and return what stands behind its ``#``."""
    assert asks(email).status_code == 204
    return token_in(next(one for one in mails(clock) if "#" in one.body))


def sets(token, password=NEW, **more):
    return Caller(Client()).post("password", {"token": token, "password": password} | more)


def refused(answer):
    return (answer.status_code, answer.json()["code"]) == (409, "link-refused")


def signs_in(user, password):
    return Caller(Client()).post("session", {"email": user.email, "password": password}).json().get("awaited")


# --- The whole way ------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU1", "SEC-AU3")
def test_who_forgot_sets_another_and_still_needs_the_second_factor(owner, signed_in, clock):
    elsewhere = signed_in(owner)
    token = link(clock)
    caller = Caller(Client())

    answer = caller.post("password", {"token": token, "password": NEW})

    assert (answer.status_code, answer.content) == (204, b"")
    assert caller.get("me").status_code == 401, "nobody is signed in by a link"
    assert elsewhere.get("me").status_code == 401, "all sessions ended"
    assert not Session.objects.filter(person__isnull=False).exists(), "and nobody is told that they go on"
    assert signs_in(owner, PASSWORD) is None
    assert signs_in(owner, NEW) == "factor", "and no other factor can be made instead"
    (entry,) = entries(act="password:set")
    assert json.loads(bytes(entry.body))["auth"] == "link"
    (told,) = mails(clock)
    assert "Votre mot de passe a été choisi ou changé." in told.body


def test_the_mail_is_neutral_and_its_secret_is_where_no_server_is_told_it(owner, clock, settings):
    settings.PUBLIC_ADDRESS = "https://repere.example"
    asks()
    (message,) = mails(clock)

    assert message.to == ["alice@exemple.fr"]
    assert re.search(r"https://repere\.example/mot-de-passe/choix#[A-Za-z0-9_-]{43}\n", message.body)
    assert "#" not in message.subject
    for word in ("Alice", "enfant", "child", "mineur", "dossier", "signalement", "concern"):
        assert word not in message.subject + message.body


@pytest.mark.parametrize("path", ["/mot-de-passe/choix", "/invitation"])
def test_the_page_of_a_link_names_no_referrer_and_its_script_takes_the_secret_out(db_both, path):
    answer = Client(headers=HTML).get(path)

    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    script = b"".join(Client().get("/style/page.js")).decode()
    assert 'history.replaceState(null, "", location.pathname)' in script


# --- Nobody learns who has an account -----------------------------------------------------------------


WHO = ["alice", "nobody", "closed", "factorless", "program", "no address"]


@pytest.fixture
def everybody(owner, member, make_user, authority_93):
    """Of whom Alice alone is sent a link: the others are unknown, closed, without a factor, a program."""
    give_passkey(make_user("closed", password=PASSWORD, is_active=False))
    make_user("factorless", password=PASSWORD)
    program = member(Role.API_119, authority_93, user=make_user("program"))
    give_passkey(program.user)


def seen_of(name, way):
    email = name if " " in name else f"{name}@exemple.fr"
    client = Client(headers=HTML if way == "page" else {})
    if way == "page":
        answer = client.post("/mot-de-passe", {"email": email})
    else:
        answer = Caller(client).post("password-link", {"email": email})
    headers = {key: value for key, value in answer.headers.items() if key != "X-Request-Id"}
    body = re.sub(r'value="[^"]*"|<code>[^<]*</code>|"request_id":"[^"]*"', "", answer.content.decode())
    return answer.status_code, headers, body


@pytest.mark.parametrize("way", ["api", "page"])
def test_the_answer_the_queries_and_the_hash_are_the_same_for_whomever(everybody, hashed, way):
    found, asked = {}, {}
    for name in WHO:
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            found[name] = seen_of(name, way)
        statements = [re.sub(r"'[^']*'|\b\d+\b|NULL|\s+", "", query["sql"]) for query in queries]
        asked[name] = statements, len(hashed)

    assert found["alice"][0] == (204 if way == "api" else 200)
    assert {repr(one) for one in found.values()} == {repr(found["alice"])}
    assert {len(one[0]) for one in asked.values()} == {len(asked["alice"][0])}
    assert {one[1] for one in asked.values()} == {1}


def test_only_who_is_there_open_a_person_and_has_a_second_factor_is_written_to(everybody, clock):
    for name in WHO:
        seen_of(name, "api")

    assert [one.to for one in mails(clock)] == [["alice@exemple.fr"]]
    assert MailedLink.objects.count() == 1


@pytest.mark.sec("SEC-AU2", "SEC-AZ8")
def test_the_journal_has_no_entry_more_for_who_is_there(everybody, clock):
    """Whoever holds two places of it could count what stands between."""
    before = len(entries())
    for name in WHO:
        seen_of(name, "api")
        mails(clock)

    assert len(entries()) == before


def test_what_is_asked_leaves_the_same_rows_for_nobody(everybody, clock):
    for name in WHO:
        seen_of(name, "api")

    assert Notice.objects.count() == 2 * len(WHO)
    mails(clock)
    faults = Notice.objects.filter(channel="mail").values_list("fault", flat=True)
    assert sorted(faults) == ["", *["no-account"] * (len(WHO) - 1)]


# --- How often ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["alice@exemple.fr", "nobody@exemple.fr"])
def test_asking_slows_down_by_address_whosever_it_is(owner, clock, settings, email):
    settings.PASSWORD_ASKS_FREE, settings.PASSWORD_LINK_MINUTES = 2, 1
    assert [asks(email, at=f"192.0.{n}.7").status_code for n in range(3)] == [204] * 3
    waits = []
    for n in range(6):
        answer = asks(email, at=f"198.51.{n}.7")
        assert (answer.status_code, answer.json()["code"]) == (429, "asks-delayed")
        waits.append(int(answer["Retry-After"]) - 1)
        clock.on(seconds=waits[-1])
        assert asks(email, at=f"198.51.{n}.8").status_code == 204
    assert waits == [2, 4, 8, 16, 32, 60], "never longer than a link counts"


def test_whoever_is_made_to_wait_has_a_link_that_counts(owner, clock, settings):
    """An attacker who takes every turn, from everywhere, keeps the owner out at no instant."""
    for n in range(40 if NIGHT else 12):
        answer = asks(at=f"198.51.{n}.7")
        if answer.status_code == 429:
            clock.on(seconds=int(answer["Retry-After"]) - 1)
            assert asks(at=f"203.0.{n}.7").status_code == 204
        newest = token_in(mails(clock)[-1])
    answer = asks(at="192.0.2.7")
    clock.on(seconds=int(answer["Retry-After"]) - 2)

    assert asks(at="192.0.2.7").status_code == 429
    assert sets(newest).status_code == 204


def test_a_mailbox_gets_few_mails_whoever_asks(owner, clock):
    """Asked for every half a minute for two hours (by day every two minutes), from as many networks."""
    sent, pause = 0, 30 if NIGHT else 120
    for n in range(7_200 // pause):
        sent += asks(at=f"198.51.{n}.7").status_code == 204
        clock.on(seconds=pause)

    assert sent <= 3 + 11 + 3


def test_a_network_that_asks_for_many_waits_and_others_dont(owner, clock, settings):
    settings.SIGNIN_FREE_FAILURES_OF_NETWORK = 3
    for n in range(4):
        assert asks(f"p{n}@exemple.fr", at="198.51.100.7").status_code == 204

    assert asks(at="198.51.100.9").status_code == 429
    assert asks(at="192.0.2.7").status_code == 204


# --- When a link is void ------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "seconds", "counts"), [(29, 59, True), (30, 0, False)])
def test_a_link_counts_for_half_an_hour_from_when_it_was_asked_for(owner, clock, minutes, seconds, counts):
    token = link(clock)
    clock.on(minutes=minutes, seconds=seconds)

    answer = sets(token)

    assert answer.status_code == 204 if counts else refused(answer)


def test_a_mail_that_is_held_up_for_so_long_isnt_sent(owner, clock):
    asks()
    clock.on(minutes=30)

    assert mails(clock) == []
    assert Notice.objects.get(channel="mail").fault == "link-not-due"
    assert not MailedLink.objects.exists()


def test_a_link_is_used_once(owner, clock):
    token = link(clock)
    assert sets(token).status_code == 204

    assert refused(sets(token, "une autre phrase de passe"))
    assert signs_in(owner, NEW) == "factor"


def test_a_password_that_isnt_acceptable_leaves_the_link(owner, clock):
    token = link(clock)
    for password in ("court", "x" * 257, "alice@exemple"):
        answer = sets(token, password)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "password"), password

    assert sets(token).status_code == 204


def test_a_second_link_voids_the_first(owner, clock):
    first = link(clock)
    second = link(clock)

    assert refused(sets(first))
    assert sets(second).status_code == 204


def another_password(user):
    user.set_password("une phrase venue d'ailleurs")
    user.save()


def another_address(user):
    User.objects.filter(pk=user.pk).update(email="ailleurs@exemple.fr")


def another_factor(user):
    actions.reset_by_the_host(actor=SYSTEM, at=datetime.now(UTC), user=user, how=Identified.VIDEO)


def a_closed_account(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("changed", [another_password, another_address, another_factor, a_closed_account])
def test_another_password_address_or_factor_and_a_closed_account_void_it(owner, clock, changed):
    token = link(clock)
    changed(User.objects.get(pk=owner.pk))

    assert refused(sets(token))
    assert not entries(act="password:set")


def test_the_command_voids_it_and_tells_the_owner(owner, clock, monkeypatch):
    token = link(clock)
    monkeypatch.setattr("sys.stdin", io.StringIO("une phrase venue d'ailleurs\n"))
    call_command("set_password", owner.email, stdout=io.StringIO())

    assert refused(sets(token))
    assert not MailedLink.objects.exists()
    clock.on(minutes=1)
    assert len(mails(clock)) == 1


@pytest.mark.sec("SEC-AU3")
def test_a_password_counts_for_as_long_as_nobody_changes_it(owner, clock):
    clock.on(days=4_000)

    assert signs_in(owner, PASSWORD) == "factor"


@pytest.mark.parametrize("token", ["x", "A" * 43, "é" * 43, "A" * 64])
def test_what_is_no_link_is_refused_alike(owner, clock, token):
    used = link(clock)
    sets(used)
    mask = lambda answer: answer.json() | {"request_id": ""}  # noqa: E731 - a word for one line

    assert mask(sets(token)) == mask(sets(used))


def test_links_that_count_no_more_are_deleted(owner, clock):
    link(clock)
    clock.on(minutes=31)
    scheduler.run_due(clock=clock)

    assert not MailedLink.objects.exists()


@pytest.mark.sec("SEC-AU7")
def test_no_row_holds_what_the_mail_does(owner, clock):
    """Neither before the mail leaves, for there is no secret yet, nor afterwards."""
    asks()
    assert not MailedLink.objects.exists()
    token = token_in(mails(clock)[0])

    rows = serialize("json", [*MailedLink.objects.all(), *Notice.objects.all()])
    assert token not in rows
    assert bytes(MailedLink.objects.get().kept) != token.encode()


@pytest.mark.sec("SEC-AU7")
@pytest.mark.parametrize(
    ("path", "body"),
    [("password-link", {"email": "alice@exemple.fr"}), ("password", {"token": "x", "password": NEW})],
)
def test_both_ask_for_the_token_of_the_browser(owner, path, body):
    answer = Caller(Client(enforce_csrf_checks=True)).post(path, body)

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("password-link", {}, "email"),
        ("password-link", {"email": "a@exemple.fr", "user": "x"}, "user"),
        ("password", {"token": "x"}, "password"),
        ("password", {"token": "x", "password": NEW, "email": "alice@exemple.fr"}, "email"),
    ],
)
def test_what_is_missing_or_unknown_is_named(owner, path, body, field):
    answer = Caller(Client()).post(path, body)

    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (400, [field])


# --- Pages --------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU1")
@pytest.mark.parametrize(("language", "done"), [("fr", "Votre mot de passe est choisi"), ("en", "is set")])
def test_the_pages_lead_the_same_way(owner, clock, language, done):
    client = Client(headers=HTML | {"accept-language": language})
    assert "/mot-de-passe" in client.get("/connexion").content.decode()
    assert client.post("/mot-de-passe", {"email": owner.email}).status_code == 200
    token = token_in(mails(clock)[0])
    weak = client.post("/mot-de-passe/choix", {"token": token, "password": "court"})
    assert weak.status_code == 400
    assert f'value="{token}"' in weak.content.decode()

    answer = client.post("/mot-de-passe/choix", {"token": token, "password": NEW})

    assert answer.status_code == 200
    assert done in answer.content.decode()
    assert NEW not in answer.content.decode()
    assert client.get("/connexions").status_code == 401
    assert signs_in(owner, NEW) == "factor"
    again = client.post("/mot-de-passe/choix", {"token": token, "password": NEW})
    assert again.status_code == 409


# --- Invitations --------------------------------------------------------------------------------------


@pytest.fixture
def lea(make_user, authority_93):
    """Somebody whose account was just made: without a password, without a factor."""
    return make_user("lea", home_authority=authority_93)


def invites(caller, user, **headers):
    return caller.post(f"users/{user.pk}/invitation", **headers)


@pytest.fixture
def invited(ada, lea, signed_in, clock):
    """Return the code that the administrator tells, and the secret that the mail holds."""
    answer = invites(signed_in(ada.user), lea)
    assert answer.status_code == 201, answer.content
    (message,) = mails(clock)
    assert message.to == ["lea@exemple.fr"]
    assert "/invitation#" in message.body
    assert answer.json()["code"] not in message.body
    assert token_in(message) not in answer.content.decode()
    return answer.json()["code"], token_in(message)


def test_who_is_invited_sets_the_password_that_no_administrator_knows(lea, invited, clock):
    code, token = invited

    assert sets(token, code=code.upper().replace("-", " ")).status_code == 204
    assert signs_in(lea, NEW) == "enrolment"
    assert refused(sets(token, code=code)), "it is used up"
    assert len(entries(act="user:invited")) == len(entries(act="password:set")) == 1


@pytest.mark.sec("SEC-AU1")
def test_the_mailbox_alone_opens_nothing(lea, invited, clock):
    code, token = invited
    for wrong in ({}, {"code": "aaaa-bbbb-cccc-dddd"}, {"code": code[:-1]}):
        assert refused(sets(token, **wrong))
    assert asks(lea.email).status_code == 204
    assert mails(clock) == [], "without a second factor a forgotten password isn't enough"

    assert sets(token, code=code).status_code == 204


@pytest.mark.parametrize(("delta", "counts"), [({"days": 6, "hours": 23}, True), ({"days": 7}, False)])
def test_an_invitation_counts_for_a_week(invited, clock, delta, counts):
    code, token = invited
    clock.on(**delta)

    answer = sets(token, code=code)

    assert answer.status_code == 204 if counts else refused(answer)


def test_another_invitation_voids_the_first_at_once(ada, lea, invited, signed_in, clock):
    code, token = invited
    other = invites(signed_in(ada.user), lea).json()["code"]

    assert refused(sets(token, code=code)), "before the new mail has left"
    assert refused(sets(token, code=other))
    assert sets(token_in(mails(clock)[0]), code=other).status_code == 204


def test_of_two_invitations_in_the_queue_the_last_counts(ada, lea, signed_in, clock):
    caller = signed_in(ada.user)
    invites(caller, lea)
    clock.on(seconds=1)
    code = invites(caller, lea).json()["code"]

    (message,) = mails(clock)

    assert sets(token_in(message), code=code).status_code == 204


@pytest.mark.sec("SEC-IN12")
def test_the_same_request_invites_once_and_tells_the_code_once(ada, lea, signed_in, clock):
    caller = signed_in(ada.user)
    first, again = (invites(caller, lea, **{"Idempotency-Key": "une-invitation"}) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json() | {"code": None}
    assert len(mails(clock)) == 1


@pytest.mark.sec("SEC-AU6")
def test_an_invitation_asks_for_a_fresh_proof(ada, lea, signed_in):
    caller = signed_in(ada.user)
    session = caller.client.session
    session["proved_at"] -= 600
    session.save()

    assert invites(caller, lea).json()["code"] == "step-up-required"
    assert not MailedLink.objects.exists()


@pytest.mark.sec("SEC-AZ5")
def test_nobody_invites_elsewhere_oneself_or_a_program(
    ada, olga, nadia, lea, member, make_user, authority_93, signed_in, calling
):
    caller = signed_in(ada.user)
    program = member(Role.API_119, authority_93, user=make_user("program", home_authority=authority_93))

    assert invites(caller, olga.user).status_code == 404
    assert invites(caller, ada.user).json()["code"] == "own-account"
    assert invites(caller, program.user).status_code == 403
    assert invites(calling(nadia), lea).status_code == 403
    User.objects.filter(pk=lea.pk).update(is_active=False)
    assert invites(caller, lea).status_code == 404
    assert not MailedLink.objects.exists()


@pytest.mark.sec("SEC-AU1")
def test_who_has_a_second_factor_keeps_it(ada, owner, authority_93, signed_in, clock):
    code = invites(signed_in(ada.user), owner).json()["code"]

    assert sets(token_in(mails(clock)[0]), code=code).status_code == 204
    assert signs_in(owner, NEW) == "factor"


def test_the_page_of_administration_shows_the_code_once(ada, lea, signed_in, clock):
    client = signed_in(ada.user).client
    path = f"/administration/personnes/{lea.pk}/invitation"
    assert path in client.get(f"/administration/personnes/{lea.pk}", headers=HTML).content.decode()
    page = client.get(path, headers=HTML).content.decode()
    once = re.search(r'name="once" value="(\w+)"', page)[1]

    first, again = (client.post(path, {"once": once}, headers=HTML).content.decode() for _ in range(2))

    code = re.search(r"<li><code>([a-z2-7-]+)</code></li>", first)[1]
    assert code not in again
    (message,) = mails(clock)
    page = Client(headers=HTML).post(
        "/invitation", {"token": token_in(message), "password": NEW, "code": code}
    )
    assert page.status_code == 200
    assert signs_in(lea, NEW) == "enrolment"


# --- Another address ----------------------------------------------------------------------------------


ELSEWHERE = "alice.nouvelle@exemple.fr"


def changes(caller, email=ELSEWHERE):
    return caller.post("me/address", {"email": email})


def confirms(caller, token):
    return caller.post("me/address/confirm", {"token": token})


def told(message):
    return message.to[0], message.body.partition("\n")[0]


@pytest.fixture
def caller(alice, signed_in):
    """Alice in a session, with a fresh proof."""
    return signed_in(alice.user)


@pytest.fixture
def token(caller, clock):
    """What stands in the mail to the new address."""
    assert changes(caller).status_code == 204
    return token_in(next(one for one in mails(clock) if one.to == [ELSEWHERE]))


@pytest.mark.sec("SEC-AU6")
def test_an_address_changes_by_a_link_to_the_new_one_and_the_old_one_is_told(alice, caller, clock):
    assert changes(caller).status_code == 204
    sent = mails(clock)
    assert sorted(one.to[0] for one in sent) == [ELSEWHERE, alice.user.email]
    to_old, to_new = sorted(sent, key=lambda one: one.to == [ELSEWHERE])
    assert told(to_old) == (alice.user.email, "Un changement d'adresse a été demandé pour votre compte.")
    assert "#" not in to_old.body
    assert "/compte/adresse/choix#" in to_new.body
    assert User.objects.get(pk=alice.user_id).email == alice.user.email, "nothing has changed yet"

    assert confirms(caller, token_in(to_new)).status_code == 204

    assert User.objects.get(pk=alice.user_id).email == ELSEWHERE
    assert caller.get("me").json()["email"] == ELSEWHERE
    assert [told(one) for one in mails(clock)] == [(ELSEWHERE, "L'adresse de votre compte a changé.")]
    assert len(entries(act="user:address-asked")) == len(entries(act="user:address-changed")) == 1
    assert refused(confirms(caller, token_in(to_new))), "once"


def test_links_of_before_are_void_with_the_old_address(alice, caller, token, clock):
    password = link(clock)
    assert confirms(caller, token).status_code == 204

    assert refused(sets(password))
    assert not MailedLink.objects.exists()


def test_whoever_reads_the_new_mailbox_alone_changes_nothing(ada, signed_in, token):
    assert Caller(Client()).post("me/address/confirm", {"token": token}).status_code == 401
    assert refused(confirms(signed_in(ada.user), token))
    assert refused(sets(token)), "a link for an address sets no password"


def test_a_link_for_a_password_confirms_no_address(caller, clock):
    assert refused(confirms(caller, link(clock)))


def test_a_strangers_asking_leaves_the_change_as_it_is(caller, token, clock):
    assert asks().status_code == 204
    mails(clock)

    assert confirms(caller, token).status_code == 204


@pytest.mark.sec("SEC-AU6")
def test_a_change_asks_for_a_fresh_proof_and_a_session(alice, caller, calling):
    session = caller.client.session
    session["proved_at"] -= 600
    session.save()

    assert changes(caller).json()["code"] == "step-up-required"
    assert changes(calling(alice)).status_code == 403
    assert not MailedLink.objects.exists()


def test_an_address_that_somebody_has_is_asked_for_alike_and_sent_nothing(ada, caller, clock):
    free, taken = changes(caller), changes(caller, ada.user.email)

    assert (free.status_code, free.content) == (taken.status_code, taken.content) == (204, b"")
    assert ada.user.email not in [one.to[0] for one in mails(clock)]


def test_an_address_that_somebody_took_meanwhile_is_refused(make_user, caller, token):
    make_user("alice.nouvelle")

    assert refused(confirms(caller, token))


@pytest.mark.parametrize("changed", [another_password, another_factor])
def test_another_password_or_factor_voids_it(alice, token, changed):
    changed(User.objects.get(pk=alice.user_id))
    again = User.objects.get(pk=alice.user_id)

    with pytest.raises(LinkRefused):
        actions.change_address(actor=acting(alice), at=datetime.now(UTC), token=token)
    assert again.email == alice.user.email


@pytest.mark.parametrize(("seconds", "counts"), [(1_799, True), (1_800, False)])
def test_it_counts_for_half_an_hour_too(caller, token, clock, monkeypatch, seconds, counts):
    clock.on(seconds=seconds)
    monkeypatch.setattr("accounts.sessions.idle_limit", lambda roles: timedelta(days=1))

    answer = confirms(caller, token)

    assert answer.status_code == 204 if counts else refused(answer)


def test_what_is_no_address_is_named_and_one_isnt_flooded(caller, clock):
    assert changes(caller, "no address").json()["errors"][0]["field"] == "email"

    assert [changes(caller).status_code for _ in range(5)] == [204, 204, 204, 204, 429]


def test_the_pages_change_it_the_same_way(alice, caller, clock):
    client = caller.client
    assert "/compte/adresse" in client.get("/compte/connexion", headers=HTML).content.decode()
    assert client.get("/compte/adresse", headers=HTML).status_code == 200
    assert client.post("/compte/adresse", {"email": ELSEWHERE}, headers=HTML).status_code == 200
    sent = token_in(next(one for one in mails(clock) if one.to == [ELSEWHERE]))
    assert Client(headers=HTML).get("/compte/adresse/choix").status_code == 200, (
        "a link in a mail brings no cookie"
    )
    stranger = Client(headers=HTML).post("/compte/adresse/choix", {"token": sent})
    assert (stranger.status_code, f'value="{sent}"' in stranger.content.decode()) == (401, True)
    wrong = client.post("/compte/adresse/choix", {"token": "x"}, headers=HTML)
    assert wrong.status_code == 409

    answer = client.post("/compte/adresse/choix", {"token": sent}, headers=HTML)

    assert answer.status_code == 200
    assert User.objects.get(pk=alice.user_id).email == ELSEWHERE


# --- Found by attacking it ----------------------------------------------------------------------------


def test_asking_for_somebodys_address_as_ones_own_keeps_them_from_no_link(owner, ada, signed_in, clock):
    """Each asks under a count of its own; nor does a stranger's asking for a password keep an owner from a change."""
    insider = signed_in(ada.user)
    assert [changes(insider, owner.email).status_code for _ in range(5)][-1] == 429

    assert asks().status_code == 204
    assert token_in(next(one for one in mails(clock) if "#" in one.body))
    caller = signed_in(owner)
    for _ in range(4):
        asks(ELSEWHERE)
    assert asks(ELSEWHERE).status_code == 429
    assert changes(caller).status_code == 204


@pytest.mark.sec("SEC-AU6")
def test_the_link_to_a_new_address_leaves_after_the_old_one_was_told(owner, caller, clock, monkeypatch):
    """While the old mailbox's server says "later", a stolen session gets no link to its own address."""
    sent = EmailMessage.send

    def greylisting(self, *args, **kwargs):
        if self.to == [owner.email]:
            raise SMTPRecipientsRefused({owner.email: (451, b"later")})
        return sent(self, *args, **kwargs)

    changes(caller)
    monkeypatch.setattr(EmailMessage, "send", greylisting)
    assert mails(clock) == []
    clock.on(minutes=2)
    assert mails(clock) == []

    monkeypatch.setattr(EmailMessage, "send", sent)
    arrived = []
    for _ in range(3):  # whichever the worker looked at first while both waited
        clock.on(minutes=8)
        arrived += [one.to[0] for one in mails(clock)]
    assert arrived == [owner.email, ELSEWHERE]


def test_a_link_that_is_tried_again_is_a_message_of_its_own(owner, clock, monkeypatch):
    """The server's yes was lost: the mailbox shows both, for only the last link counts."""
    asks()
    (first,) = mails(clock)
    Notice.objects.filter(channel="mail").update(state="waiting", due_at=clock(), done_at=None)
    (second,) = mails(clock)

    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]
    assert refused(sets(token_in(first)))
    assert sets(token_in(second)).status_code == 204


def test_a_strangers_asking_leaves_an_invitation_as_it_is(owner, ada, signed_in, clock):
    invited = signed_in(ada.user).post(f"users/{owner.pk}/invitation").json()
    token = token_in(next(one for one in mails(clock) if "#" in one.body))
    assert asks().status_code == 204
    mails(clock)

    assert sets(token, code=invited["code"]).status_code == 204
    assert not MailedLink.objects.exists()
