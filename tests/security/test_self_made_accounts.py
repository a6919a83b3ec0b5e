"""Nobody reads cases through an account that they made: one administrator, every door, every role (SEC-AZ24)."""

import re
from itertools import product

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import GrantRequest, Membership, User
from accounts.roles import NEED_ORGANISATION, NEED_UNIT, ON_REQUEST, PROGRAMS, Role
from outbox import delivery
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.factories.factors import sign_in_fully
from tests.night import some
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor, form_in

pytestmark = pytest.mark.sec("SEC-AZ24")
#: Typed by hand from the requirement: these open no more than the shell of a case.
ONE_PERSON = {"filer", "statistician", "directory_editor"}
OPENING = sorted({*map(str, Role)} - ONE_PERSON)
EMAIL = "zoe@test.invalid"
NEW = "trois ponts au clair de lune"


@shared_fixture
def case(world):
    """A case of 93 with a child whose name the coordinator reads."""
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key="own-accounts")
    assert filed.status_code == 201, filed.content
    read = world.as_("crip_coordinator").get(f"referrals/{filed.json()['id']}/children")
    assert "Exemple" in read.content.decode()
    return filed.json()["id"]


class Administrator:
    """The only administrator of 93: asks everything that there is, and reads the mail of the account that they make."""

    def __init__(self, world, role):
        self.world, self.role = world, role
        self.place = str(world.authorities["93"].pk)
        self.caller = world.as_("territory_admin")
        self.codes, self.links = set(), []

    def post(self, path, body=None):
        answer = self.caller.post(path, body)
        see_all()
        self.learns(answer)
        return answer

    def learns(self, answer):
        """Remember what an answer shows that looks like the code of an invitation, and the links that came by mail."""
        self.codes |= set(re.findall(r"\b[a-z0-9]{4}(?:-[a-z0-9]{4}){3}\b", answer.content.decode()))
        self.links += reads_mail()

    def wanted(self, role=None, *, nested=False):
        role = role or self.role
        said = {"role": role}
        if role in NEED_UNIT:
            said["unit"] = str(self.world.units["93"].pk)
        if role in NEED_ORGANISATION:
            said["organisation"] = str(self.world.services["93"].pk)
        if role == "measure_service":
            said["certificate"] = timezone.now().date().isoformat()
        return said if nested else said | {"email": EMAIL, "authority": self.place}

    def makes(self):
        made = self.post("users", {"email": EMAIL, "full_name": "Zoé Martin", "authority": self.place})
        assert made.status_code == 201, made.content
        pk = made.json()["id"]
        assert self.post(f"users/{pk}/verify").status_code == 200
        return pk

    def invites(self, pk):
        return self.post(f"users/{pk}/invitation")

    def asks_and_confirms(self, role=None):
        """Ask for the role at both addresses, and try to confirm every request that waits."""
        self.post("memberships", self.wanted(role))
        self.post("membership-requests", self.wanted(role))
        for row in GrantRequest.objects.filter(decided_at=None):
            assert self.post(f"membership-requests/{row.pk}/confirm").status_code == 403

    def gets_in(self):
        """Use all codes on all links; return the client of a session in the account, if there is one."""
        user = User.objects.get(email=EMAIL)
        for token, code in product(self.links, [*self.codes, ""]):
            Client().post(
                "/api/v1/password", {"token": token, "code": code, "password": NEW}, content_type="application/json"
            )  # fmt: skip
        see_all()
        user.refresh_from_db()
        if not user.check_password(NEW):
            return None
        client = Client(raise_request_exception=False)
        sign_in_fully(client, user, NEW)
        see_all()
        return client


def reads_mail():
    """Let the worker deliver what is due; return the secrets of the links that came to the account."""
    mail.outbox.clear()
    delivery.deliver_due(clock=timezone.now)
    see_all()
    mine = [one.body for one in mail.outbox if one.to == [EMAIL]]
    return [token for body in mine for token in re.findall(r"http\S+#(\S+)", body)]


def reads_nothing(client, case):
    """Tell that a session opens no case content: neither the children, nor the case, nor its list."""
    if client is None:
        return True
    answers = [client.get(f"/api/v1/{path}") for path in (f"referrals/{case}", f"referrals/{case}/children")]
    see_all()
    assert "Exemple" not in "".join(one.content.decode() for one in answers)
    return all(one.status_code in (401, 403, 404) for one in answers)


# --- Doors: each leaves an account of the administrator's, with the role as far as one person gets -------


def by_api(admin):
    pk = admin.makes()
    admin.asks_and_confirms()
    admin.invites(pk)


def by_one_act(admin):
    admin.post("invitations", {
        "email": EMAIL, "full_name": "Zoé Martin", "authority": admin.place, "verified": True,
        "roles": [admin.wanted(nested=True)],
    })  # fmt: skip
    admin.asks_and_confirms()
    if made := User.objects.filter(email=EMAIL).first():
        admin.invites(made.pk)
    else:
        admin.makes()


def by_form(admin):
    visitor = Visitor(admin.world, "territory_admin")
    path = "/administration/personnes/nouvelle"
    said = {f"roles-0-{name}": value for name, value in admin.wanted(nested=True).items()}
    form = form_in(visitor.get(path))
    answer = visitor.post(
        path,
        {**form, **said, "email": EMAIL, "full_name": "Zoé Martin", "language": "fr", "verified": "true"},
    )
    see_all()
    admin.learns(answer)
    for row in GrantRequest.objects.filter(decided_at=None):
        page = f"/administration/demandes/roles/{row.pk}"
        form = form_in(visitor.get(path))
        assert visitor.post(page, {"once": form.get("once", ""), "decision": "confirm"}).status_code == 403
    if made := User.objects.filter(email=EMAIL).first():
        admin.learns(visitor.post(f"/administration/personnes/{made.pk}/invitation", {"once": form["once"]}))
    else:
        admin.makes()


def by_import(admin):
    unit = admin.world.units["93"].name if admin.role in NEED_UNIT else ""
    service = admin.world.services["93"].name if admin.role in NEED_ORGANISATION else ""
    line = f"Zoé Martin;{EMAIL};;{admin.role};{unit};{service};"
    raw = f"nom;courriel;telephone;role;unite;structure;langue\n{line}\n".encode()
    form = {"authority": admin.place, "source": "people", "file": SimpleUploadedFile("x.csv", raw)}
    tried = admin.caller.client.post("/api/v1/imports", form)
    see_all()
    if tried.status_code == 201:
        run = tried.json()
        admin.post(f"imports/{run['id']}/ask")
        refused = admin.post(f"imports/{run['id']}/confirm", {"digest": run["digest"]})
        assert refused.status_code == (403 if run["created"] else 404), refused.content
    if not User.objects.filter(email=EMAIL).exists():
        admin.invites(admin.makes())
    admin.asks_and_confirms()


def by_request_of_the_account(admin):
    pk = admin.makes()
    assert admin.post("memberships", admin.wanted("filer")).status_code == 201
    assert admin.invites(pk).status_code == 201
    client = admin.gets_in()
    assert client is not None, "a filer's account may be in the hand of who made it"
    body = {"role": admin.role, "place": "93", "organisation": admin.wanted().get("organisation")}
    asked = client.post("/api/v1/me/role-requests", body, content_type="application/json")
    see_all()
    assert (asked.status_code == 201) == (admin.role in ON_REQUEST & NEED_ORGANISATION), asked.content
    if asked.status_code == 201:
        said = {"organisation": body["organisation"], "certificate": timezone.now().date().isoformat()}
        if admin.role != "measure_service":
            said.pop("certificate")
        accepted = admin.post(f"account-requests/{asked.json()['id']}/accept", said)
        assert (accepted.status_code, accepted.json()["membership"]) == (200, None), accepted.content
    admin.asks_and_confirms()


DOORS = (by_api, by_one_act, by_form, by_import, by_request_of_the_account)


@pytest.mark.parametrize(("role", "door"), some(list(product(OPENING, DOORS)), "own-accounts", 20))
def test_one_administrator_reads_no_case_by_any_door(world, case, door, role):
    admin = Administrator(world, role)

    door(admin)

    assert not Membership.objects.filter(user__email=EMAIL, role__in=OPENING).exists()
    assert reads_nothing(admin.gets_in(), case)


@pytest.mark.parametrize("role", some(OPENING, "own-accounts-confirmed", 3))
def test_who_made_the_account_is_not_in_it_once_another_confirmed(world, case, role):
    """The administrator has the account as a filer, with its mailbox, and asks for more: the way in is made anew."""
    admin = Administrator(world, role)
    pk = admin.makes()
    assert admin.post("memberships", admin.wanted("filer")).status_code == 201
    assert admin.invites(pk).status_code == 201
    before = admin.gets_in()
    assert before is not None
    asked = admin.post("membership-requests", admin.wanted()).json()

    done = world.as_("supervisor").post(f"membership-requests/{asked['id']}/confirm")
    see_all()

    assert done.status_code == 200, done.content
    assert Membership.objects.filter(user=pk, role=role).exists()
    assert bool(done.json()["code"]) == (role not in PROGRAMS), "for the second person alone"
    assert reads_nothing(before, case), "its sessions have ended"
    assert not User.objects.get(pk=pk).factors.exists()
    assert admin.invites(pk).status_code == 403
    admin.links += reads_mail()
    assert done.json()["code"] not in admin.codes
    User.objects.get(pk=pk).check_password(NEW) and pytest.fail("the password of before counts")
    assert admin.gets_in() is None


@pytest.mark.parametrize(
    "way", ["factor reset", "another invitation", "closed and opened again", "another address"]
)
def test_no_later_act_of_one_administrator_leads_into_it(world, case, way):
    admin = Administrator(world, "intake_agent")
    asked = admin.post("invitations", {
        "email": EMAIL, "full_name": "Zoé Martin", "authority": admin.place, "roles": [admin.wanted(nested=True)],
    }).json()  # fmt: skip
    assert asked["code"] is None, "for who confirms"
    pk, request = asked["id"], asked["requests"][0]["id"]
    done = world.as_("supervisor").post(f"membership-requests/{request}/confirm")
    see_all()
    assert done.json()["code"]
    admin.links += reads_mail()

    if way == "factor reset":
        reset = admin.post(f"users/{pk}/factor-reset", {"how": "in_person"})
        assert reset.status_code == 201, reset.content
        again = admin.post(f"factor-resets/{reset.json()['id']}/confirm", {"how": "in_person"})
        assert again.status_code == 403
    elif way == "another invitation":
        assert admin.invites(pk).json()["code"] == "two-persons-needed"
    elif way == "another address":
        assert admin.caller.patch(f"users/{pk}", {"email": "autre@test.invalid"}).status_code == 405
        see_all()
    else:
        assert admin.post(f"users/{pk}/close").status_code == 200
        assert admin.post(f"users/{pk}/reopen").status_code == 200
        admin.asks_and_confirms()
        admin.invites(pk)

    assert reads_nothing(admin.gets_in(), case)


def test_the_code_opens_the_account_for_its_person(world, case):
    """The other side: what the second person tells the person works, and then the role does."""
    admin = Administrator(world, "intake_agent")
    asked = admin.post("invitations", {
        "email": EMAIL, "full_name": "Zoé Martin", "authority": admin.place, "roles": [admin.wanted(nested=True)],
    }).json()  # fmt: skip
    done = world.as_("supervisor").post(f"membership-requests/{asked['requests'][0]['id']}/confirm")
    see_all()
    admin.links += reads_mail()
    admin.codes = {done.json()["code"]}

    client = admin.gets_in()

    read = client.get(f"/api/v1/referrals/{case}/children")
    assert (read.status_code, "Exemple" in read.content.decode()) == (200, True)
