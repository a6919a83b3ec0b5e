"""SEC-CR20, SEC-AL20: whoever has cases, objects, logs and mails, and no key, doesn't learn who filed what."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import actions, links
from accounts.models import Membership, User
from accounts.roles import Role
from accounts.veil import account_behind
from audit import pseudonyms
from outbox import delivery
from outbox.models import Notice
from outbox.templates import Kind
from referrals.access import relations
from referrals.models import Referral
from referrals.notifications import recipients
from tests.accounts.test_factors import of_secret
from tests.audit.owner import as_owner, written
from tests.factories.concerns import concern, urgent
from tests.factories.factors import sign_in_fully
from tests.night import NIGHT
from tests.referrals.attachments import files
from tests.referrals.attachments.conftest import folder  # noqa: F401 - where the objects are
from tests.security.procedure import seeing_all
from tests.security.stolen import Copy, as_lines

pytestmark = [
    pytest.mark.sec("SEC-CR20"),
    pytest.mark.slow("several people file at a browser, with all that hangs on it"),
]

STEPS = 6
MONTH = timedelta(days=30)
PASSWORD = "quatre-chevaux-bleus-et-un-nuage"
NAMES = ("filer", "filer_2", "filer_3", "filer_4", *(("filer_5", "filer_6") if NIGHT else ()))


@dataclass
class Filer:
    """Somebody who files at a browser, and what they filed."""

    user: User
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    cases: list[str] = field(default_factory=list)

    def sends(self, verb: str, path: str, body: Any = None, *, expect: int = 200, **headers: str) -> Any:
        headers = {"accept": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        more = (
            {}
            if verb == "get"
            else {"data": {} if body is None else body, "content_type": "application/json"}
        )
        answer = getattr(self.client, verb)(f"/api/v1/{path}", headers=headers, **more)
        assert answer.status_code == expect, (path, answer.status_code, answer.content.decode()[-800:])
        return answer.json() if answer.content else None

    def enters(self, membership: Membership) -> None:
        """Sign in by a passkey, have an application and a token made."""
        sign_in_fully(self.client, self.user, PASSWORD)
        begun = self.sends("post", "me/factors/begin", {"kind": "totp"})
        self.sends(
            "post",
            "me/factors",
            {"kind": "totp", "label": "Téléphone", "code": of_secret(begun["secret"])},
            expect=201,
        )
        said = {
            "membership": str(membership.pk),
            "label": "essai",
            "expires_at": f"{timezone.now() + MONTH:%Y-%m-%dT%H:%M:%SZ}",
        }
        self.sends("post", "tokens", said, expect=201, idempotency_key=uuid4().hex)

    def files(self) -> None:
        """Begin, change and file one concern, and file another at once, urgently; look at both."""
        made = self.sends("post", "referrals", concern(), expect=201, idempotency_key=uuid4().hex)
        pk = made["id"]
        form = {
            "kind": "letter",
            "notice_read": "true",
            "file": SimpleUploadedFile("lettre.pdf", files.pdf()),
        }
        answer = self.client.post(
            f"/api/v1/referrals/{pk}/attachments", form, headers={"accept": "application/json"}
        )
        assert answer.status_code == 201, answer.content
        version = f'"{self.sends("get", f"referrals/{pk}")["version"]}"'
        self.sends("post", f"referrals/{pk}/submit", {}, idempotency_key=uuid4().hex, if_match=version)
        at_once = self.sends(
            "post",
            "referrals",
            urgent() | {"submit": True, "urgent": True},
            expect=201,
            idempotency_key=uuid4().hex,
        )
        self.cases += [pk, at_once["id"]]
        for path in ("referrals?own=true", "clocks", f"referrals/{pk}", f"referrals/{pk}/receipt", "notices"):
            self.sends("get", path)
        assert self.client.get("/transmissions", headers={"accept": "text/html"}).status_code == 200
        self.sends("get", f"referrals/{uuid4()}", expect=404)
        self.sends("get", f"referrals/{pk}/narrative", expect=403)

    def asks_for_links(self) -> None:
        """Ask to confirm another address, and, of another browser, for a forgotten password."""
        self.sends("post", "me/address", {"email": f"nouvelle-{self.user.pk.hex[:8]}@exemple.fr"}, expect=204)
        stranger = Client(headers={"accept": "application/json"})
        asked = stranger.post(
            "/api/v1/password-link", {"email": self.user.email}, content_type="application/json"
        )
        assert asked.status_code == 204

    def completes(self) -> None:
        """Read the notices of what one was asked, and answer it; so the session was used last on a filing."""
        pk = self.cases[0]
        for notice in self.sends("get", "notices")["results"]:
            self.sends("post", f"notices/{notice['id']}/read")
        self.sends(
            "post", f"referrals/{pk}/provide_info", {"text": "Rien de plus."}, idempotency_key=uuid4().hex
        )
        self.sends(
            "post",
            f"referrals/{pk}/withdraw",
            {"reason": "Trop tard."},
            expect=409,
            idempotency_key=uuid4().hex,
        )


def administered(world, filers) -> None:
    """What an administrator writes about each account, on each at an instant of its own: a role begun and ended."""
    admin = world.actor("territory_admin", at=timezone.now())
    for filer in filers:
        wanted = actions.Appointment(filer.user, Role.DIRECTORY_EDITOR, world.authorities["93"])
        with transaction.atomic():
            held = actions.grant(actor=admin, at=timezone.now(), appointment=wanted)
        with transaction.atomic():
            actions.review(actor=admin, at=timezone.now(), membership_id=held.pk)
        with transaction.atomic():
            actions.end(actor=admin, at=timezone.now(), membership_id=held.pk)


@pytest.fixture
def house(world, folder, capfd, settings):  # noqa: F811 - the fixture
    """Return people who file, and a copy of all that a thief gets."""
    settings.SESSION_NOTED_SECONDS = 0  # each use of a session is written, as it is once a minute
    for name in NAMES[2:]:
        world.hire(name, Role.FILER)
    filers = []
    for name in NAMES:
        user = world.user(name)
        user.set_password(PASSWORD)
        user.save()
        world.memberships["93", name].organisation = world.services["93"]
        world.memberships["93", name].save()
        filers.append(Filer(user))
    for name, filer in zip(NAMES, filers, strict=True):
        filer.enters(world.memberships["93", name])
        filer.files()
    cell = world.as_("crip_coordinator")
    for filer in filers:
        pk = filer.cases[0]
        assert cell.get(f"referrals/{pk}").status_code == 200
        cell.step(pk, "request_info", {"recipient": "filer", "questions": "Depuis quand ?"}, expect=200)
    for filer in filers:
        filer.completes()
        filer.asks_for_links()
    administered(world, filers)
    mail.outbox.clear()
    with seeing_all():
        delivery.deliver_due()
    said = [(("log", number), line) for number, line in enumerate(as_lines(capfd.readouterr().err))]
    # To whom a mail goes, and when, the mail server knows: of the text alone it is asked whether it names a case.
    said += [(("mail", number), [*one.to, str(one.message())]) for number, one in enumerate(mail.outbox)]
    said += [(("object", str(path)), str(path)) for path in folder.rglob("*") if path.is_file()]
    with seeing_all(), as_owner():
        return world, filers, Copy(said)


@pytest.mark.sec("SEC-AL20")
def test_a_stolen_copy_tells_of_no_filing_whose_it_is(house):
    """One set-up: no walk leads there, a planted one is found, with the keys each is; what entries and mails say."""
    world, filers, copy = house
    copy.forget(_house(world, filers, copy))

    found = [copy.walk(filer.user.pk, map(UUID, filer.cases), steps=STEPS) for filer in filers]

    assert not any(found), "\n".join(found)

    _each_purpose_has_a_value_of_its_own(copy, filers)
    _what_an_owner_is_told_of_is_of_a_day(filers)
    _the_search_finds_what_is_planted(copy, filers[0])
    _with_the_keys_each_is_found(filers)
    _entries_say_neither_from_where_nor_whose(filers)
    _mails_name_no_case(filers)


def _house(world, filers, copy):
    """Return what stands for the house: staff under each name, places, processes, and what many filers share."""
    own = {filer.user.pk for filer in filers}
    staff = [user.pk for user in world.users.values() if user.pk not in own]
    named = {pseudonyms.actor(one).hex for one in staff}
    places = [
        row.pk.hex for rows in (world.authorities, world.units, world.services) for row in rows.values()
    ]
    with as_owner():
        writers = {entry.writer.hex for entry in written()}
    sender = {settings.DEFAULT_FROM_EMAIL}
    return {one.hex for one in staff} | named | set(places) | writers | sender | copy.shared(own)


def _each_purpose_has_a_value_of_its_own(copy, filers):
    """By what names a filer in one table nobody is found in another."""
    for filer in filers:
        filed = relations.filed_by(filer.user.pk)
        for value, table in ((filed, "referrals_referral"), (recipients.told_as(filed), "outbox_notice")):
            assert {place[0] for place in copy.places[value.hex()]} == {table}


def _what_an_owner_is_told_of_is_of_a_day(filers):
    """The instant would be that of the entry of what they did."""
    told = Notice.objects.filter(user_id__in=[filer.user.pk for filer in filers], kind=Kind.ACCOUNT)
    assert {links.ADDRESS, links.FORGOTTEN} <= set(told.values_list("template", flat=True))
    instants = told.values_list("created_at", "due_at")
    assert len(instants) >= len(filers)
    # What waits for another notice of that day comes a second later.
    assert {(at.hour, at.minute, at.second, at.microsecond) for pair in instants for at in pair} == {
        (0, 0, 0, 0), (0, 0, 1, 0),
    }  # fmt: skip


def _the_search_finds_what_is_planted(copy, filer):
    """One row that names both is found, and one that shares an instant with either."""
    copy.values["planted", 1] = {filer.user.pk.hex, "12:00.123456"}
    copy.values["planted", 2] = {UUID(filer.cases[0]).hex, "12:00.123456"}
    for place in (("planted", 1), ("planted", 2)):
        for value in copy.values[place]:
            copy.places[value].add(place)

    assert copy.walk(filer.user.pk, [UUID(filer.cases[0])], steps=STEPS)


def _with_the_keys_each_is_found(filers):
    for filer in filers:
        with seeing_all():
            case = Referral.objects.get(pk=filer.cases[0])
            subject = pseudonyms.subject(case.pk)
        with as_owner():
            entries = [json.loads(bytes(entry.body)) for entry in written(subject=subject)]
        by_filer = {entry["actor"] for entry in entries if entry["role"] == "filer"}
        assert by_filer == {str(pseudonyms.filer(filer.user.pk, subject))}
        assert account_behind(UUID(by_filer.pop()), cases=[subject]) == filer.user.pk
        with seeing_all():
            (told, *_) = Notice.objects.filter(subject_id=case.pk, filer__isnull=False)
        assert recipients.find_filers([bytes(told.filer)]) == {bytes(told.filer): filer.user.pk}


def _entries_say_neither_from_where_nor_whose(filers):
    """Of each act by a filer on a case: refusals and readings too; a page of own filings is how many alone."""
    everybody = {str(pseudonyms.actor(filer.user.pk)) for filer in filers}
    with as_owner():
        entries = [json.loads(bytes(entry.body)) for entry in written()]
    named = [entry for entry in entries if entry["actor"] in everybody]
    filing = [entry for entry in entries if entry["role"] in ("filer", "filer_org_lead") and entry["obj"]]

    assert not [entry["act"] for entry in named if entry["obj"]]
    lists = [entry for entry in named if entry["act"] == "list:opened"]
    assert len(lists) >= 3 * len(filers)
    assert {entry["n"] for entry in lists} == {2}, "how many, and nothing else"
    assert {entry["act"] for entry in filing} >= {
        "referral:create", "referral:submit", "referral:submit_urgent", "referral:provide_info", "request:denied",
        "field:opened", "receipt:given", "attachment:added",
    }  # fmt: skip
    for entry in filing:
        assert entry["actor"] not in everybody
        assert [entry[name] for name in ("org", "dev", "ip", "ua", "trace")] == [None] * 5, entry["act"]
    requests = {entry["rid"] for entry in named}
    assert not requests & {entry["rid"] for entry in filing}, "no request is told of under both names"


def _mails_name_no_case(filers):
    """A mail to a filer leads to the list of own filings, and is no row's (``domain.md`` §2.8 no. 7)."""
    addresses = {filer.user.email for filer in filers}
    with seeing_all():
        cases = list(Referral.objects.values_list("pk", "reference"))
        rows = [str(pk) for pk in Notice.objects.values_list("pk", flat=True)]

    sent = [one for one in mail.outbox if one.to[0] in addresses]
    texts = [str(one.message()) for one in sent]
    assert len([text for text in texts if "transmissions" in text]) >= len(filers)
    for text in texts:
        assert not [name for pair in cases for name in map(str, pair) if name in text]
        assert not [row for row in rows if row in text], "the Message-ID is drawn, not kept"
