"""Accounts and roles that people ask for: nobody learns who has one, and an administrator decides (0035)."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import accountrequests
from accounts import inputs as accounts_inputs
from accounts.models import AccountRequest, AuthorityTerritory, GrantRequest, Membership, Organisation, User
from accounts.models.accountrequest import Profession, Refused
from accounts.roles import BY_TWO, ON_REQUEST, Role
from core.inputs import Code, Flag, Id
from outbox import delivery
from outbox.models import Notice
from referrals.vocabulary.filing_answers import NOT_PROFESSIONAL, FilerProfession
from tests.accounts.conftest import LONG_AGO, PASSWORD, Caller, entries
from tests.night import one_in

pytestmark = pytest.mark.sec("SEC-AU2")

REQUESTS = "account-requests"
SIRET = "73282932000074"
HTML = {"accept": "text/html"}
SAID = {
    "full_name": "Camille Exemple", "email": "camille@college.invalid", "profession": "teacher", "place": "93",
    "organisation_name": "Collège des Ormes", "number": "732 829 320 00074",
}  # fmt: skip


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
    for place in ("config.pipeline", "accounts.actions.links", "accounts.actions.accountrequests"):
        monkeypatch.setattr(f"{place}.instant", found)
    return found


@pytest.fixture(autouse=True)
def places(authority_93, authority_75):
    for one in (authority_93, authority_75):
        AuthorityTerritory.objects.create(authority=one, department_code=one.code, valid_from=LONG_AGO.date())


@pytest.fixture
def sam(member, make_user, authority_93):
    """A supervisor of 93, who confirms what Ada asks."""
    return member(Role.SUPERVISOR, authority_93, user=make_user("sam", password=PASSWORD))


@pytest.fixture
def admin(ada, calling):
    """Ada, by a token that outlives the weeks which some tests let go by."""
    return calling(ada, expires_at=datetime.now(UTC) + timedelta(days=90))


def asks(*, at="192.0.2.7", **changed):
    return Caller(Client(REMOTE_ADDR=at)).post(REQUESTS, SAID | changed)


def mails(clock):
    """Let the worker deliver what is due; return what arrived."""
    mail.outbox.clear()
    delivery.deliver_due(clock=clock)
    return list(mail.outbox)


def token_in(message):
    (found,) = set(re.findall(r"http\S+#(\S+)", message.body))
    return found


def confirms(token):
    return Caller(Client()).post(f"{REQUESTS}/confirm", {"token": token})


@pytest.fixture
def confirmed(clock):
    """A request whose address is confirmed; made anew, with changes, by calling it."""

    def make(**changed):
        assert asks(**changed).status_code == 204
        (message,) = mails(clock)
        assert confirms(token_in(message)).status_code == 204
        return AccountRequest.objects.get(email=SAID["email"], decided_at=None, confirmed_at__isnull=False)

    return make


def waiting(caller):
    return caller.get(REQUESTS).json()["results"]


def accepts(caller, pk, body=None, **headers):
    return caller.post(f"{REQUESTS}/{pk}/accept", body, **headers)


# --- The whole way -------------------------------------------------------------------------------------


def test_who_has_no_account_asks_and_gets_one_with_its_institution(admin, clock, authority_93, settings):
    settings.PUBLIC_ADDRESS = "https://repere.example"
    answer = asks()
    assert (answer.status_code, answer.content) == (204, b"")
    (message,) = mails(clock)
    assert message.to == ["camille@college.invalid"]
    assert "https://repere.example/demande-de-compte/confirmation#" in message.body
    for word in ("Camille", "Collège", "enfant", "child"):
        assert word not in message.subject + message.body
    assert waiting(admin) == [], "nothing is seen before the address is confirmed"
    kept = AccountRequest.objects.get()
    assert token_in(message).encode() not in bytes(kept.kept)
    assert confirms(token_in(message)).status_code == 204

    (line,) = waiting(admin)
    assert {name: line[name] for name in ("full_name", "email", "private_mail", "profession", "match")} == {
        "full_name": "Camille Exemple", "email": "camille@college.invalid", "private_mail": False,
        "profession": "teacher", "match": None,
    }  # fmt: skip
    assert (line["register"], line["number"], line["role"]["code"]) == ("siret", SIRET, "filer")
    done = accepts(admin, line["id"], {"kind": "school"})

    assert done.status_code == 200, done.content
    user = User.objects.get(email="camille@college.invalid")
    held = Membership.objects.get(user=user)
    assert (held.role, held.authority, held.organisation.siret) == ("filer", authority_93, SIRET)
    assert (user.home_authority, user.verified_at, user.has_usable_password()) == (authority_93, None, False)
    (invitation,) = mails(clock)
    assert "/invitation#" in invitation.body
    assert done.json()["code"]
    assert done.json()["code"] not in invitation.body
    row = AccountRequest.objects.get()
    assert (row.email, row.full_name, row.user, row.membership) == ("", "", user, held)
    for act in ("account-request:confirmed", "account-request:accepted", "user:made", "membership:granted",
                "user:invited", "organisation:made", "account-request:listed"):  # fmt: skip
        assert entries(act=act), act
    assert accepts(admin, line["id"]).status_code == 404, "once"


@pytest.mark.parametrize("verified", [True, False])
def test_nobody_is_vouched_for_unless_the_administrator_says_so(admin, confirmed, verified):
    assert accepts(admin, confirmed().pk, {"verified": verified}).status_code == 200

    assert bool(User.objects.get(email=SAID["email"]).verified_at) is verified
    assert len(entries(act="user:verified")) == verified


@pytest.mark.sec("SEC-IN12")
def test_the_same_acceptance_under_one_key_is_done_once_and_its_code_told_once(admin, confirmed):
    key, pk = {"Idempotency-Key": "accepted-only-once"}, confirmed().pk
    first, again = (accepts(admin, pk, **key) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["code"]
    assert again.json() == first.json() | {"code": None}
    assert Membership.objects.filter(user__email=SAID["email"]).count() == 1


# --- Nobody learns who has an account ------------------------------------------------------------------


WHO = ["an account", "a closed account", "an open request", "neither"]


@pytest.fixture
def addresses(alice, make_user, confirmed):
    make_user("closed", is_active=False)
    confirmed()
    return dict(
        zip(WHO, ("alice@exemple.fr", "closed@exemple.fr", SAID["email"], "neuf@exemple.fr"), strict=True)
    )


@pytest.mark.parametrize("way", ["api", "page"])
def test_the_answer_the_queries_and_the_rows_are_the_same_for_whomever(addresses, way):
    found, asked, written = {}, {}, {}
    for who, email in addresses.items():
        rows = AccountRequest.objects.count(), Notice.objects.count()
        client = Client(headers=HTML if way == "page" else {}, REMOTE_ADDR="198.51.100.7")
        with CaptureQueriesContext(connection) as queries:
            if way == "page":
                answer = client.post("/demande-de-compte", SAID | {"email": email, "language": "fr"})
            else:
                answer = Caller(client).post(REQUESTS, SAID | {"email": email})
        headers = {key: value for key, value in answer.headers.items() if key != "X-Request-Id"}
        body = re.sub(r'value="[^"]*"', "", answer.content.decode())
        assert SAID["email"] not in body
        found[who] = repr((answer.status_code, headers, body))
        asked[who] = len(queries)
        written[who] = AccountRequest.objects.count() - rows[0], Notice.objects.count() - rows[1]

    assert found["neither"].startswith("(200" if way == "page" else "(204")
    assert set(found.values()) == {found["neither"]}
    assert set(asked.values()) == {asked["neither"]}
    assert set(written.values()) == {(1, 2)}


def test_who_has_an_account_is_mailed_that_and_no_link(addresses, clock):
    for email in addresses.values():
        asks(email=email)

    arrived = {message.to[0]: message for message in mails(clock)}
    assert set(arrived) == set(addresses.values())
    for who, email in addresses.items():
        assert ("#" in arrived[email].body) is (who in ("an open request", "neither")), who
        assert ("qui en a déjà un" in arrived[email].body) is ("account" in who), who


@pytest.mark.sec("SEC-AZ8")
def test_asking_leaves_no_entry_in_the_journal(addresses):
    before = len(entries())
    for email in addresses.values():
        asks(email=email)

    assert len(entries()) == before


def test_an_account_opened_before_the_link_was_used_changes_no_answer(admin, clock, make_user):
    asks(email="zoe@exemple.fr")
    (message,) = mails(clock)
    make_user("zoe")

    assert confirms(token_in(message)).status_code == 204
    assert waiting(admin) == []
    assert not AccountRequest.objects.exists()
    assert "qui en a déjà un" in mails(clock)[0].body


# --- How often, and for how long -----------------------------------------------------------------------


@pytest.mark.parametrize("email", ["alice@exemple.fr", "neuf@exemple.fr"])
def test_asking_slows_down_by_address_whosever_it_is(alice, clock, settings, email):
    settings.PASSWORD_ASKS_FREE, settings.ACCOUNT_ASKS_APART_SECONDS = 2, 4
    assert [asks(email=email, at=f"192.0.{n}.7").status_code for n in range(3)] == [204] * 3
    waits = []
    for n in range(3):
        answer = asks(email=email, at=f"198.51.{n}.7")
        assert (answer.status_code, answer.json()["code"]) == (429, "asks-delayed")
        waits.append(int(answer["Retry-After"]) - 1)
        clock.on(seconds=waits[-1])
        assert asks(email=email, at=f"198.51.{n}.8").status_code == 204
    assert waits == [2, 4, 4]


def test_a_network_that_asks_for_many_waits_and_its_people_still_get_their_links(clock, settings):
    settings.SIGNIN_FREE_FAILURES_OF_NETWORK = 3
    for n in range(4):
        assert asks(email=f"p{n}@exemple.fr", at="198.51.100.7").status_code == 204

    assert asks(email="p9@exemple.fr", at="198.51.100.9").status_code == 429
    assert asks(email="p9@exemple.fr", at="192.0.2.7").status_code == 204
    link = Caller(Client(REMOTE_ADDR="198.51.100.7")).post("password-link", {"email": "p9@exemple.fr"})
    assert link.status_code == 204


@pytest.mark.parametrize(("seconds", "counts"), [(-1, True), (0, False)])
def test_a_link_confirms_for_two_days_and_once(admin, clock, seconds, counts):
    asks()
    (message,) = mails(clock)
    clock.on(hours=48, seconds=seconds)

    assert confirms(token_in(message)).status_code == (204 if counts else 409)
    assert len(waiting(admin)) == counts
    again = confirms(token_in(message))
    assert (again.status_code, again.json()["code"]) == (409, "link-refused")
    assert confirms("x" * 43).status_code == 409


def test_a_newer_confirmation_takes_the_place_of_the_one_before(admin, clock, confirmed):
    """Whoever asks for somebody's address voids nothing by it: it is the mailbox that decides."""
    confirmed()
    asks(full_name="Camille Corrigée")
    assert [line["full_name"] for line in waiting(admin)] == ["Camille Exemple"]
    (message,) = mails(clock)
    confirms(token_in(message))

    assert [line["full_name"] for line in waiting(admin)] == ["Camille Corrigée"]


def test_what_nobody_confirms_or_decides_is_gone_in_time_and_its_person_told(admin, clock, confirmed):
    asks(email="jamais@exemple.fr")
    mails(clock)
    clock.on(hours=47, minutes=59)
    assert accountrequests.forget_old(clock()) == 0
    pk = confirmed().pk
    clock.on(minutes=1)
    assert accountrequests.forget_old(clock()) == 1
    assert AccountRequest.objects.get().pk == pk

    clock.on(days=52, hours=23, minutes=58)
    assert [line["id"] for line in waiting(admin)] == [str(pk)]
    assert accountrequests.forget_old(clock()) == 0
    clock.on(minutes=1)
    assert waiting(admin) == []
    assert accepts(admin, pk).status_code == 404, "it has lapsed, whether the service has said so or not"
    assert accountrequests.forget_old(clock()) == 1
    (told,) = mails(clock)
    assert (told.to, "restée sans réponse" in told.body) == ([SAID["email"]], True)
    (entry,) = entries(act="account-request:lapsed")
    assert json.loads(bytes(entry.body))["n"] == 1
    clock.on(days=7)
    assert accountrequests.forget_old(clock()) == 1
    assert not AccountRequest.objects.exists()


def test_what_was_decided_is_gone_after_thirty_days(admin, clock, confirmed):
    admin.post(f"{REQUESTS}/{confirmed().pk}/refuse", {"reason": "other"})
    clock.on(days=29, hours=23)
    assert accountrequests.forget_old(clock()) == 0
    clock.on(hours=1)
    assert accountrequests.forget_old(clock()) == 1


def test_administrators_are_told_once_a_day_that_something_waits(ada, olga, clock, confirmed):
    confirmed()
    asks(email="pas.confirmee@exemple.fr", place="75")
    mails(clock)
    accountrequests.tell_administrators(clock())
    (told,) = mails(clock)
    assert told.to == ["ada@exemple.fr"], "and nobody of elsewhere, nor of what isn't confirmed"
    assert "Camille" not in told.subject + told.body
    clock.on(hours=23, minutes=59)
    assert accountrequests.tell_administrators(clock()) == 0
    clock.on(minutes=1)
    assert accountrequests.tell_administrators(clock()) == 1


# --- Who decides ---------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ1", "SEC-AZ5")
@pytest.mark.parametrize(("who", "status"), [("olga", 404), ("nadia", 403), ("alice", 403)])
@pytest.mark.usefixtures("alice")
def test_nobody_else_sees_or_decides(request, who, status, calling, confirmed):
    """Of another authority: as if there were none."""
    pk, caller = confirmed().pk, calling(request.getfixturevalue(who))
    absent = "00000000-0000-4000-8000-000000000000"

    for act, body in (("accept", {}), ("refuse", {"reason": "other"})):
        answers = [caller.post(f"{REQUESTS}/{one}/{act}", body) for one in (pk, absent)]
        assert [one.status_code for one in answers] == [status] * 2
        assert len({re.sub(r'"request_id":"[^"]*"', "", one.content.decode()) for one in answers}) == 1
    assert caller.get(REQUESTS).status_code == (200 if status == 404 else 403)
    assert status == 403 or waiting(caller) == []
    assert AccountRequest.objects.get().decided_at is None


def test_a_refusal_says_to_its_person_that_it_is_one_and_no_more(admin, clock, confirmed):
    pk = confirmed().pk
    for reason in (Refused.LAPSED, "son enfant est suivi"):
        assert admin.post(f"{REQUESTS}/{pk}/refuse", {"reason": reason}).status_code == 400
    answer = admin.post(f"{REQUESTS}/{pk}/refuse", {"reason": "unknown_there"})

    assert (answer.status_code, answer.json()["accepted"], answer.json()["reason"]) == (
        200,
        False,
        "unknown_there",
    )
    (told,) = mails(clock)
    assert (told.to, "n'a pas été retenue" in told.body) == ([SAID["email"]], True)
    assert "connaît" not in told.body
    (entry,) = entries(act="account-request:refused")
    assert json.loads(bytes(entry.body))["to"] == "unknown_there"
    assert not User.objects.filter(email=SAID["email"]).exists()


def test_an_address_that_got_an_account_meanwhile_gives_nothing(admin, confirmed):
    pk = confirmed().pk
    User.objects.create_user(email=SAID["email"], full_name="Venue Autrement")
    answer = accepts(admin, pk, {"kind": "school"})

    assert (answer.status_code, answer.json()["code"]) == (409, "address-taken")
    assert not Organisation.objects.exists(), "all or nothing"
    assert not Membership.objects.filter(user__email=SAID["email"]).exists()
    assert AccountRequest.objects.get().decided_at is None


@pytest.mark.parametrize("place", ["93", "75"])
def test_a_number_that_was_taken_meanwhile_says_by_whom_to_who_may_see_it(
    admin, confirmed, place, authority_93, authority_75
):
    pk = confirmed().pk
    whose = {"93": authority_93, "75": authority_75}[place]
    there = Organisation.objects.create(name="Lycée d'à côté", kind="school", siret=SIRET, authority=whose)
    answer = accepts(admin, pk, {"kind": "school"}).json()

    assert (answer["code"], answer["errors"][0]["field"]) == ("number-taken", "siret")
    shown = {"id": str(there.pk), "name": "Lycée d'à côté"} if place == "93" else None
    assert answer.get("organisation") == shown
    assert (waiting(admin)[0]["match"] or {}).get("id") == (str(there.pk) if place == "93" else None)
    assert not User.objects.filter(email=SAID["email"]).exists()


@pytest.mark.parametrize(
    ("email", "private"), [("camille@gmail.com", True), ("c@orange.fr", True), ("c@notgmail.com", False)]
)
def test_a_private_provider_is_a_warning_and_no_bar(admin, clock, email, private):
    asks(email=email)
    confirms(token_in(mails(clock)[0]))
    (line,) = waiting(admin)

    assert line["private_mail"] is private
    assert accepts(admin, line["id"]).status_code == 200


# --- What may be asked for -----------------------------------------------------------------------------


def test_no_member_of_a_request_takes_a_text():
    """Whoever is worried about a child would write of it; there is nowhere to."""
    for body in (
        accounts_inputs.AccountRequestInput, accounts_inputs.ColleagueInput, accounts_inputs.RoleRequestInput,
        accounts_inputs.RefusalInput,
    ):  # fmt: skip
        for name, one in body().fields.items():
            bare = name in ("email", "place") and one.max_length in (254, 4)
            of_a_kind = isinstance(
                one, Code | Flag | Id | accounts_inputs.RegisterNumber | accounts_inputs.Named
            )
            assert bare or of_a_kind, (body.__name__, name)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("full_name", "Camille, l'enfant de 12 ans est en danger"),
        ("full_name", "Venez vite rue des Ormes un enfant crie"),
        ("full_name", "06 12 34 56 78"),
        ("organisation_name", "Collège ! Une élève m'a dit que"),
        ("organisation_name", " ".join(["mot"] * 15)),
        ("number", "Lycée"),
        ("number", "732 829 320 00075"),
        ("place", "59"),
        ("email", "pas une adresse"),
    ],
)
def test_a_message_fits_into_no_member(field, said):
    answer = asks(**{field: said})

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not AccountRequest.objects.exists()


def test_names_as_people_and_institutions_bear_them_pass():
    names = ("Zoé-Anne d'Arc", "Nguyễn Thị Minh", "J.-P. O’Neil", "محمد علي")
    for n, name in enumerate(names):
        assert asks(full_name=name, email=f"n{n}@exemple.fr").status_code == 204, name
    place = "Lycée « Les 3 Ormes », S.E.G.P.A. (annexe)/Nord & Sud"
    assert asks(email="place@exemple.fr", organisation_name=place).status_code == 204
    assert asks(email="ni@exemple.fr", organisation_name="", number="").status_code == 400


def test_professions_are_those_of_the_form_without_private_persons():
    form = {one.value: str(one.label) for one in FilerProfession if one not in NOT_PROFESSIONAL}

    assert {one.value: str(one.label) for one in Profession} == form


@pytest.mark.sec("SEC-AZ12")
@pytest.mark.parametrize("role", sorted({*ON_REQUEST, *one_in(4, Role)}))
def test_few_roles_are_asked_for_and_what_was_asked_is_given(
    ada, sam, alice, signed_in, authority_93, organisation, role
):
    """A stranger is given the role of who files alone, whatever they send; whoever has an account asks for three."""
    assert asks(role=role).status_code == 400
    caller, admin = signed_in(alice.user), signed_in(ada.user)
    Membership.objects.filter(pk=alice.pk).update(organisation=None)
    asked = caller.post(
        "me/role-requests", {"role": role, "place": "93", "organisation": str(organisation.pk)}
    )
    if role not in ON_REQUEST:
        assert asked.status_code == 400
        return

    assert asked.status_code == 201, asked.content
    (line,) = waiting(admin)
    assert (line["user"], line["match"]["id"]) == (str(alice.user.pk), str(organisation.pk))
    assert {line["asked_at"][10:], line["confirmed_at"][10:]} == {"T00:00:00Z"}, "a day, as all of one's own"
    body = {"organisation": str(organisation.pk)}
    if role == "measure_service":
        assert accepts(admin, line["id"], body).status_code == 400, "without a certificate of honorability"
        body["certificate"] = datetime.now(UTC).date().isoformat()
    done = accepts(admin, line["id"], body)
    assert (done.status_code, done.json()["code"]) == (200, None)
    if role in BY_TWO:
        assert done.json()["membership"] is None
        waits = GrantRequest.objects.get()
        assert signed_in(sam.user).post(f"membership-requests/{waits.pk}/confirm").status_code == 200
    given = Membership.objects.get(user=alice.user, role=role, organisation=organisation)
    assert (given.user, given.role, given.authority, given.organisation) == (
        alice.user, role, authority_93, organisation
    )  # fmt: skip


def test_who_asks_for_themself_may_be_of_elsewhere_and_never_decides_on_it(
    ada, olga, signed_in, authority_75
):
    """An administrator can't sign people of elsewhere out by a role; whoever asks for one wants it."""
    User.objects.filter(pk=olga.user.pk).update(password=User.objects.get(pk=ada.user.pk).password)
    caller = signed_in(ada.user)
    for place in ("93", "75"):
        assert caller.post("me/role-requests", {"role": "filer", "place": place}).status_code == 201
    assert caller.post("me/role-requests", {"role": "filer", "place": "75"}).status_code == 409, "one is open"
    own = AccountRequest.objects.get(authority__code="93").pk

    for act, body in (("accept", {}), ("refuse", {"reason": "other"})):
        answer = caller.post(f"{REQUESTS}/{own}/{act}", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "own-request")
    other = signed_in(User.objects.get(pk=olga.user.pk))
    (line,) = waiting(other)
    assert accepts(other, line["id"]).status_code == 200
    assert Membership.objects.filter(user=ada.user, role="filer", authority=authority_75).exists()


# --- Leads of institutions -----------------------------------------------------------------------------


@pytest.fixture
def lead(member, make_user, authority_93, organisation):
    user = make_user("lea", password=PASSWORD)
    return member(Role.FILER_ORG_LEAD, authority_93, user=user, organisation=organisation)


def test_a_lead_asks_for_a_colleague_who_confirms(lead, alice, admin, signed_in, clock, organisation):
    caller, body = signed_in(lead.user), {"position": str(lead.pk), "full_name": "Sacha Exemple"}
    known = caller.post("me/colleagues", body | {"email": "alice@exemple.fr"})
    new = caller.post("me/colleagues", body | {"email": "sacha@exemple.fr"})
    assert (known.status_code, known.content) == (new.status_code, new.content) == (204, b"")
    assert waiting(admin) == []
    link = next(message for message in mails(clock) if message.to == ["sacha@exemple.fr"])
    confirms(token_in(link))

    (line,) = waiting(admin)
    assert (line["full_name"], line["asked_by"]) == ("Sacha Exemple", str(lead.user.pk))
    assert line["match"]["id"] == str(organisation.pk)


def test_what_a_lead_asked_for_is_dead_once_they_lead_no_more(lead, ada, admin, signed_in, clock):
    body = {"position": str(lead.pk), "full_name": "Sacha Exemple", "email": "sacha@exemple.fr"}
    signed_in(lead.user).post("me/colleagues", body)
    confirms(token_in(mails(clock)[0]))
    Membership.objects.filter(pk=lead.pk).update(valid_to=clock())

    assert waiting(admin) == []
    assert accepts(admin, AccountRequest.objects.get().pk).status_code == 404


def test_who_leads_nothing_asks_for_nobody(alice, lead, signed_in):
    body = {"position": str(lead.pk), "full_name": "Sacha Exemple", "email": "sacha@exemple.fr"}

    assert signed_in(alice.user).post("me/colleagues", body).status_code == 403
    assert not AccountRequest.objects.exists()
