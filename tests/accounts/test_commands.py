"""The ways in from the server: ``create_user``, ``set_password`` and ``grant``."""

import io
import json
import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import passwords
from accounts.models import MailedLink, Membership, User
from accounts.roles import POWERFUL, Role
from outbox import delivery
from outbox.models import Notice
from tests.accounts.conftest import PASSWORD, Caller, entries
from tests.night import one_in


@pytest.fixture
def typing(monkeypatch):
    """Give the standard input one line."""

    def type_(line: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(line + "\n"))

    return type_


def create(email="zoe@exemple.fr", **more):
    call_command("create_user", email, name="Zoé Martin", stdout=io.StringIO(), **more)


def test_an_account_is_made_with_its_password(typing, authority_93, signed_in):
    typing(PASSWORD)

    create(authority="93", language="en")

    made = User.objects.get(email="zoe@exemple.fr")
    assert (made.full_name, made.language, made.home_authority) == ("Zoé Martin", "en", authority_93)
    assert signed_in(made).get("me").status_code == 200
    assert {entry.act for entry in entries(tenant=authority_93.pk)} >= {
        "user:made",
        "password:set",
    }
    (entry,) = entries(act="user:made")
    assert json.loads(bytes(entry.body))["role"] == "system"


def test_whoever_an_administrator_made_gets_a_first_password(typing, make_user, authority_93, signed_in):
    """And a forgotten one is replaced; what was opened under the old one ends."""
    made = make_user("zoe", home_authority=authority_93)
    typing(PASSWORD)
    call_command("set_password", "ZOE@exemple.fr", stdout=io.StringIO())

    caller = signed_in(User.objects.get(pk=made.pk))
    assert caller.get("me").status_code == 200
    typing("une autre phrase de passe, plus longue")
    call_command("set_password", "zoe@exemple.fr", stdout=io.StringIO())
    assert caller.get("me").status_code == 401
    assert len(entries(act="password:set")) == 2


@pytest.mark.sec("SEC-AU3")
@pytest.mark.parametrize("password", ["", "trop court"])
def test_no_command_sets_a_password_that_isnt_acceptable_or_of_nobody(typing, make_user, password):
    made = make_user("zoe", password=PASSWORD)
    for email in ("zoe@exemple.fr", "nobody@exemple.fr", "nobody"):
        typing(password)
        with pytest.raises(CommandError):
            call_command("set_password", email)
    made.refresh_from_db()
    assert made.check_password(PASSWORD)


@pytest.mark.sec("SEC-AU3")
@pytest.mark.parametrize(
    "password", ["", "trop court", "motdepasse123"[:11], "x" * 257, "q1w2e3r4t5y6", "zoe@exemple.fr"]
)
def test_a_password_that_is_not_acceptable_makes_no_account(typing, password):
    typing(password)

    with pytest.raises(CommandError):
        create()

    assert not User.objects.filter(email="zoe@exemple.fr").exists()


@pytest.mark.sec("SEC-AU3")
@pytest.mark.parametrize("word", one_in(4, passwords.CONTEXT_WORDS))
def test_a_password_of_words_of_our_trade_makes_no_account(typing, word):
    for password in (f"{word} 1-2-3" + word * 3, f"Repère {word.upper()} 119119"):
        typing(password)
        with pytest.raises(CommandError):
            create()
    assert not User.objects.filter(email="zoe@exemple.fr").exists()
    typing(f"{word} xkgvwzqj bnt")

    create()


@pytest.mark.sec("SEC-AU3")
@pytest.mark.parametrize("length", [12, 256])
def test_the_bounds_themselves_are_accepted(typing, length):
    typing(("réglisse et thym " * 20)[: length - 1] + "!")

    create()

    assert User.objects.filter(email="zoe@exemple.fr").exists()


@pytest.mark.parametrize(
    ("email", "more"), [("zoe", {}), ("paul@exemple.fr", {}), ("zoe@exemple.fr", {"authority": "00"})]
)
def test_an_account_that_cannot_be_is_refused(typing, email, more):
    typing(PASSWORD)
    before = User.objects.count()

    with pytest.raises(CommandError):
        create(email, **more)

    assert User.objects.count() == before


# --- In production nobody chooses somebody's password (ASVS 6.4.6) ------------------------------------------


@pytest.fixture
def production(settings, monkeypatch):
    """The settings of production, in which the standard input isn't read."""
    settings.PRODUCTION = settings.ALLOW_FILE_KEYS = True
    settings.PUBLIC_ADDRESS = "https://repere.example"
    monkeypatch.setattr("sys.stdin", None)


def says(*command, **more):
    out = io.StringIO()
    call_command(*command, stdout=out, **more)
    return out.getvalue()


def code_in(said):
    return re.search(r"(?<![\w-])[a-z2-7]{4}(-[a-z2-7]{4}){3}(?![\w-])", said)[0]


def sets(token, code, password=PASSWORD):
    body = {"token": token, "password": password, "code": code}
    return Caller(Client()).post("password", body).status_code


@pytest.mark.sec("SEC-AU3")
def test_in_production_who_is_made_is_invited_and_chooses(production, authority_93, signed_in):
    said = says("create_user", "zoe@exemple.fr", name="Zoé Martin", authority="93")

    made = User.objects.get(email="zoe@exemple.fr")
    assert not made.has_usable_password()
    assert made.verified_at is not None
    assert "#" not in said, "the host never sees the link"
    mail.outbox.clear()
    delivery.deliver_due()
    (message,) = mail.outbox
    assert message.to == ["zoe@exemple.fr"]
    token = re.search(r"#(\S+)", message.body)[1]
    assert sets(token, "aaaa-aaaa-aaaa-aaaa") == 409
    assert sets(token, code_in(said)) == 204
    assert signed_in(User.objects.get(pk=made.pk)).get("me").status_code == 200
    assert {entry.act for entry in entries(tenant=authority_93.pk)} >= {
        "user:made",
        "user:invited",
        "password:set",
    }


def test_in_production_no_command_sets_a_password(production, make_user):
    made = make_user("zoe", password=PASSWORD)
    with pytest.raises(CommandError, match="invite"):
        call_command("set_password", "zoe@exemple.fr")

    made.refresh_from_db()
    assert made.check_password(PASSWORD)


def test_who_lost_both_is_invited_from_the_server(production, make_user):
    made = make_user("zoe", password=PASSWORD)
    first, second = (code_in(says("invite", "ZOE@exemple.fr")) for _ in range(2))
    mail.outbox.clear()
    delivery.deliver_due()

    tokens = [re.search(r"#(\S+)", one.body)[1] for one in mail.outbox]

    assert sets(tokens[-1], first, "trois ponts au clair de lune") == 409, "an earlier code is void"
    assert sets(tokens[-1], second, "trois ponts au clair de lune") == 204
    assert User.objects.get(pk=made.pk).check_password("trois ponts au clair de lune")


@pytest.mark.parametrize("command", ["create_user", "invite"])
def test_where_no_mail_arrives_the_link_is_shown(production, make_user, command):
    if command == "invite":
        make_user("zoe", password=PASSWORD)
    more = {"name": "Zoé Martin"} if command == "create_user" else {}
    said = says(command, "zoe@exemple.fr", "--show-link", **more)

    token = re.search(r"https://repere\.example/invitation#(\S+)", said)[1]

    assert not Notice.objects.filter(template="account.invitation").exists()
    assert sets(token, code_in(said), "trois ponts au clair de lune") == 204
    assert sets(token, code_in(said), "quatre ponts au clair de lune") == 409, "once"


def test_a_closed_account_and_a_programs_are_not_invited(production, make_user, member, authority_93):
    make_user("zoe", is_active=False)
    member(Role.API_119, authority_93, user=make_user("robot"))
    for email in ("zoe@exemple.fr", "robot@exemple.fr", "nobody@exemple.fr"):
        with pytest.raises(CommandError):
            says("invite", email)
    assert not MailedLink.objects.exists()


@pytest.mark.sec("SEC-AZ12")
@pytest.mark.parametrize("role", sorted(POWERFUL))
def test_a_powerful_role_is_given_in_front_of_the_server(make_user, authority_93, role):
    zoe = make_user("zoe")

    call_command("grant", "ZOE@exemple.fr", role, "93", stdout=io.StringIO())

    made = Membership.objects.get(user=zoe)
    assert (made.role, made.authority, made.valid_to) == (role, authority_93, None)
    (entry,) = entries(act="membership:granted", tenant=authority_93.pk)
    body = json.loads(bytes(entry.body))
    assert (body["role"], body["to"]) == ("system", role)


def test_a_role_is_given_with_its_unit_and_its_end(make_user, authority_93, unit):
    zoe = make_user("zoe")

    call_command(
        "grant",
        "zoe@exemple.fr",
        Role.ASSESSMENT_LEAD,
        "93",
        "--unit",
        str(unit.pk),
        "--until",
        "2099-01-01T00:00+01:00",
        stdout=io.StringIO(),
    )

    made = Membership.objects.get(user=zoe)
    assert made.unit == unit
    assert made.valid_to.isoformat() == "2098-12-31T23:00:00+00:00"


@pytest.mark.parametrize(
    "arguments",
    [
        ("personne@exemple.fr", "assessor", "93"),
        ("zoe", "assessor", "93"),
        ("zoe@exemple.fr", "assessor", "00"),
        ("zoe@exemple.fr", "system", "93"),
        ("zoe@exemple.fr", "assessment_lead", "93"),
        ("zoe@exemple.fr", "assessment_lead", "93", "--unit", "x"),
        ("zoe@exemple.fr", "assessor", "93", "--until", "2099-01-01"),
        ("zoe@exemple.fr", "assessor", "93", "--until", "2000-01-01T00:00+00:00"),
    ],
)
def test_a_grant_that_cannot_be_is_refused(make_user, authority_93, arguments):
    zoe = make_user("zoe")

    with pytest.raises(CommandError):
        call_command("grant", *arguments, stdout=io.StringIO())

    assert not Membership.objects.filter(user=zoe).exists()


# --- The first two administrators ---------------------------------------------------------------------------

FIRST = "chef@exemple.fr", "Ada Nord", "adjoint@exemple.fr", "Luc Sud"


@pytest.fixture
def typed(monkeypatch):
    """Give the standard input some lines."""

    def type_(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return type_


def test_one_command_opens_an_authority_with_two_administrators(production, typed):
    """Its keys, its territory, both accounts, vouched for and invited; a password is chosen by nobody else."""
    typed(*FIRST)

    said = says("first_people", "59")

    rows = Membership.objects.filter(authority__code="59").order_by("user__email")
    assert [(row.user.email, row.user.full_name, row.role) for row in rows] == [
        ("adjoint@exemple.fr", "Luc Sud", "territory_admin"),
        ("chef@exemple.fr", "Ada Nord", "territory_admin"),
    ]
    assert all(row.user.verified_at is not None and not row.user.has_usable_password() for row in rows)
    assert rows[0].authority.territories.exists()
    assert len(re.findall(r"Code, à dire de vive voix", said)) == 2
    assert "#" not in said, "the host never sees the links"
    mail.outbox.clear()
    delivery.deliver_due()
    assert sorted(one.to[0] for one in mail.outbox) == ["adjoint@exemple.fr", "chef@exemple.fr"]


def test_the_two_do_the_rest_without_the_server(production, typed, signed_in, make_user):
    """What one of the two asks, the other one confirms (SEC-AZ12)."""
    typed(*FIRST)
    says("first_people", "59")
    chef, other = (User.objects.get(email=email) for email in (FIRST[0], FIRST[2]))
    third = make_user("zoe", home_authority=chef.home_authority)
    for one in (chef, other):
        one.set_password(PASSWORD)
        one.save()
    wanted = {"email": third.email, "role": "supervisor", "authority": str(chef.home_authority_id)}

    asked = signed_in(chef).post("membership-requests", wanted)
    assert asked.status_code == 201, asked.content
    confirm = f"membership-requests/{asked.json()['id']}/confirm"
    assert signed_in(chef).post(confirm).status_code == 403
    assert signed_in(other).post(confirm).status_code == 200
    assert Membership.objects.filter(user=third, role=Role.SUPERVISOR).exists()


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((), "rien n'a été fait"),
        (FIRST[:3], "rien n'a été fait"),
        ((*FIRST[:3], ""), "pas un nom"),
        (("chef", *FIRST[1:]), "invalide"),
        ((FIRST[0], FIRST[1], "CHEF@exemple.fr", FIRST[3]), "la même"),
        (("pauline@exemple.fr", *FIRST[1:]), "existe"),
    ],
)
def test_two_are_made_or_nobody(production, typed, make_user, lines, why):
    make_user("pauline")
    before = User.objects.count()
    typed(*lines)

    with pytest.raises(CommandError, match=why):
        says("first_people", "59")

    assert User.objects.count() == before
    assert not Membership.objects.filter(authority__code="59").exists()


def test_an_authority_that_has_an_administrator_gets_no_other_one_so(production, typed):
    """Who holds the server doesn't slip in a third person beside those who administer."""
    typed(*FIRST)
    says("first_people", "59")
    typed("autre@exemple.fr", "Zoé Est", "encore@exemple.fr", "Max Ouest")

    with pytest.raises(CommandError, match="déjà un administrateur"):
        says("first_people", "59")

    assert Membership.objects.filter(authority__code="59").count() == 2


def test_an_unknown_authority_is_told_before_anything_is_typed(production):
    with pytest.raises(CommandError, match="999"):
        says("first_people", "999")
