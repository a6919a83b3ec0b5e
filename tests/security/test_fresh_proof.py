"""Grave acts ask for the second factor again (SEC-AU6): which they are, and that nothing of them is done without."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as service
from django.test import Client
from django.utils import timezone

from accounts import stepup
from accounts.models import FactorReset, GrantRequest, Membership, Token, User
from outbox.models import Notice, Preference
from referrals.models import BreakGlass, Exclusion, SettingChange, StandIn
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.days import today
from tests.expected.routes import GRAVE
from tests.factories.concerns import concern
from tests.referrals.api.routes import routes
from tests.security.test_routes import patterns
from tests.shared_fixtures import shared_fixture
from tests.web.browsing import Somebody, let_in
from tests.web.visiting import text

pytestmark = pytest.mark.sec("SEC-AU6")


class Person:
    """Somebody at the API in a session whose last proof is so many minutes old; None: there never was one."""

    def __init__(self, world, name, minutes):
        self.client = Client(raise_request_exception=False)
        proved = None if minutes is None else (timezone.now() - timedelta(minutes=minutes)).timestamp()
        let_in(self.client, world.user(name), **({} if proved is None else {"proved_at": proved}))

    def post(self, path, body, *, version=None):
        headers = {"idempotency-key": uuid4().hex} | ({} if version is None else {"if-match": f'"{version}"'})
        answer = self.client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)
        see_all()
        return answer

    def get(self, path):
        answer = self.client.get(f"/api/v1/{path}")
        see_all()
        return answer


@shared_fixture
def case(world):
    """A case of the cell, and its version."""
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key="fresh-proof")
    pk = filed.json()["id"]
    assert world.as_("crip_coordinator").version(pk), "whoever of the cell opens it acknowledges it"
    return pk


def path_of(world, row):
    """Return the address of a page of the list, with ids of what there is."""
    place = str(world.authorities["93"].pk)
    path = row.removeprefix("GET ").replace("<uuid:pk>", str(world.user("assessor").pk))
    return path.replace("<uuid:authority>", place)


def is_refused(answer):
    return (answer.status_code, answer.json().get("code")) == (401, "step-up-required")


def test_the_acts_are_those_of_the_list():
    """Declared on the address, or on the step behind it; typed by hand in the list."""
    declared = set()
    for route in routes():
        step = getattr(route.view, "step", None)
        if route.verb.upper() in getattr(route.view, "step_up", ()) or (step is not None and step.grave):
            declared.add(f"{route.verb.upper()} /api/v1/{route.path}")
    assert declared == {row for row in GRAVE if "/api/" in row} - {"POST /api/v1/break-glass"}
    pages = {
        f"{verb} {path}"
        for path, view in patterns()
        if not path.startswith("/api/")
        for verb in getattr(getattr(view, "view_class", None), "step_up", ())
    }
    assert pages == {row for row in GRAVE if "/api/" not in row}
    assert {f"{one.machine}:{one.name}" for one in steps.all() if one.grave} == {
        "referral:exclude", "referral:lift_exclusion", "referral:grant_access", "referral:destroy_file",
        "glass:open", "batch:execute",
        "anomaly:ask_identities", "anomaly:grant_identities", "access_request:answer", "access_request:refuse",
        "access_request:settle", "access_request:hand_over", "breach:lift_suspension",
    }  # fmt: skip


def test_five_minutes_is_fresh_and_later_is_not(world):
    at = timezone.now()
    from dataclasses import replace

    actor = world.actor("filer", at=at)
    for age, fresh in ((0, True), (300, True), (301, False), (-1, False)):
        proved = replace(actor, proved_at=at - timedelta(seconds=age))
        assert stepup.is_fresh(proved, at=at) is fresh, age


@pytest.mark.parametrize(("minutes", "fresh"), [(None, False), (6, False), (4, True)])
class TestAnAct:
    def test_an_export_of_the_journal(self, world, minutes, fresh):
        answer = Person(world, "auditor", minutes).get("audit/export")

        assert is_refused(answer) is not fresh

    def test_a_role_that_is_given(self, world, minutes, fresh):
        said = {
            "email": world.user("filer").email, "role": "statistician", "authority": str(world.authorities["93"].pk)
        }  # fmt: skip
        before = Membership.objects.count()
        answer = Person(world, "territory_admin", minutes).post("memberships", said)

        assert answer.status_code == (201 if fresh else 401)
        assert Membership.objects.count() == before + fresh

    def test_a_token_that_outlives_the_session(self, world, minutes, fresh):
        said = {
            "membership": str(world.memberships["93", "api_119"].pk), "label": "119",
            "expires_at": (timezone.now() + timedelta(days=1)).isoformat(),
        }  # fmt: skip
        before = Token.objects.count()
        answer = Person(world, "api_119", minutes).post("tokens", said)

        assert answer.status_code == (201 if fresh else 401)
        assert Token.objects.count() == before + fresh

    def test_a_person_who_stands_in_for_another(self, world, minutes, fresh):
        said = {
            "authority": str(world.authorities["93"].pk), "role": "assessor", "absent": str(world.user("assessor").pk),
            "stand_in": str(world.user("assessor_2").pk), "until": (timezone.now() + timedelta(days=3)).isoformat(),
        }  # fmt: skip
        answer = Person(world, "assessor", minutes).post("stand-ins", said)

        assert is_refused(answer) is not fresh, answer.content
        see_all()
        assert StandIn.objects.exists() is fresh

    def test_a_person_who_is_excluded(self, world, case, minutes, fresh):
        said = {"user": str(world.user("assessor").pk), "reason": "Lien de famille."}
        version = world.as_("crip_coordinator").version(case)
        answer = Person(world, "crip_coordinator", minutes).post(
            f"referrals/{case}/exclude", said, version=version
        )

        assert is_refused(answer) is not fresh
        see_all()
        assert Exclusion.objects.exists() is (answer.status_code == 200)

    def test_a_case_that_is_opened_in_an_emergency(self, world, case, minutes, fresh):
        see_all()
        from referrals.models import Referral

        reference = Referral.objects.get(pk=case).reference
        answer = Person(world, "on_call", minutes).post(
            "break-glass", {"reference": reference, "reason": "Appel de nuit."}
        )

        assert is_refused(answer) is not fresh
        see_all()
        assert BreakGlass.objects.exists() is (answer.status_code == 201)


def told(world, name, minutes, body):
    """Say how one wants to be told."""
    client = Person(world, name, minutes).client
    return client.put("/api/v1/me/notices", body, content_type="application/json")


@pytest.mark.parametrize("minutes", [None, 6])
def test_a_number_for_urgent_calls_is_neither_changed_nor_removed_without_it(world, minutes):
    """Somebody at an open session could turn the calls of the night to another telephone."""
    user = world.user("on_call")
    assert is_refused(told(world, "on_call", minutes, {"phone": "+33612345678", "daily": ["case"]}))
    assert not Preference.objects.exists(), "nothing of it is done"
    User.objects.filter(pk=user.pk).update(phone="+33611111111")

    for number in ({"phone": "+33612345678"}, {"phone": ""}, {}):
        assert is_refused(told(world, "on_call", minutes, number)), number
    kept_number = told(world, "on_call", minutes, {"phone": "+33611111111", "daily": ["case"]})

    assert kept_number.status_code == 200, "mails that come once a day need none"
    assert User.objects.get(pk=user.pk).phone == "+33611111111"
    assert not Notice.objects.filter(template="account.phone").exists()


def test_another_number_is_told_to_the_owner(world):
    answer = told(world, "on_call", 4, {"phone": "+33612345678"})

    assert answer.status_code == 200, answer.content
    told_of = set(Notice.objects.values_list("template", "user_id"))
    assert told_of == {("account.phone", world.user("on_call").pk)}


def test_it_tells_nobody_what_they_may(world, case):
    """A step asks for it after the right; an address of its own asks everybody, whoever may do it or not."""
    assert (
        Person(world, "statistician", 6).post(f"referrals/{case}/exclude", {}, version=1).status_code == 404
    )
    for name in ("supervisor", "territory_admin"):
        assert is_refused(Person(world, name, 6).post("memberships", {}))


def test_in_production_a_token_does_no_grave_act(world, settings):
    """It can't prove anything. Outside, tokens of people stand for people who try the service."""
    caller = world.as_("auditor")
    assert service.TOKENS_FOR_PEOPLE
    assert caller.get("audit/export").status_code not in (401, 403)

    settings.TOKENS_FOR_PEOPLE = False
    refused = caller.get("audit/export")
    assert (refused.status_code, refused.json()["rule"]) == (403, "step-up")


def reader_of(path):
    """Who has the right to a page."""
    named = {"/journal": "auditor", "/deports": "crip_coordinator", "/annuaire/adresses": "on_call"}
    return next((role for place, role in named.items() if path.startswith(place)), "territory_admin")


class TestPages:
    @pytest.fixture
    def coordinator(self, world):
        return Somebody(world.user("crip_coordinator"))

    def test_a_grave_step_asks_before_anything_is_typed(self, world, case, coordinator):
        path = f"/dossiers/{case}/etape/referral/exclude"
        page = coordinator.goes(path, expect=401)

        assert "Confirmez que c" in page
        assert f'href="/compte/confirmation?next={path}"' in page

    def test_what_was_typed_meanwhile_is_still_there(self, world, case, coordinator):
        path = f"/dossiers/{case}/etape/referral/exclude"
        session = coordinator.client.session
        session["proved_at"] = timezone.now().timestamp()
        session.save()
        coordinator.goes(path)
        session["proved_at"] = (timezone.now() - timedelta(minutes=6)).timestamp()
        session.save()

        said = {"user": str(world.user("assessor").pk), "reason": "Mots que l'on ne veut pas retaper."}
        answer = coordinator.sends(path, expect=401, **said)

        assert "Mots que l" in answer.content.decode()
        assert "Confirmez dans un autre onglet" in text(answer)
        see_all()
        assert not Exclusion.objects.exists()

    @pytest.mark.parametrize(
        "row", sorted(row for row in GRAVE if "/api/" not in row and row.startswith("GET"))
    )
    def test_a_page_of_a_grave_act_is_not_shown_without(self, world, row):
        """Asked of whoever has the right: an old proof opens nothing, and what is sent to it does nothing."""
        path = path_of(world, row)
        somebody = Somebody(world.user(reader_of(path)))

        page = somebody.goes(path, expect=401)

        assert f'href="/compte/confirmation?next={path}"' in page
        assert somebody.client.post(path, {}).status_code in (400, 401, 404, 405)

    @pytest.mark.parametrize(
        "row", sorted(row for row in GRAVE if "/api/" not in row and row.startswith("GET"))
    )
    def test_asking_for_the_head_alone_is_no_way_around(self, world, row):
        path = path_of(world, row)
        somebody = Somebody(world.user(reader_of(path)))

        assert somebody.client.head(path).status_code == 401

    def test_a_setting_and_the_end_of_a_role_need_a_fresh_proof(self, world):
        """What loosens the rules for all, and what leaves nobody to watch, isn't done with a stolen session."""
        admin = Somebody(world.user("territory_admin"))
        place = f"/administration/{world.authorities['93'].pk}/reglages/triage_hours"
        admin.goes(place)
        admin.sends(place, expect=401, triage_hours="30", effective_on=today().isoformat())
        held = world.memberships["93", "dpo"]
        assert admin.client.post(f"/administration/roles/{held.pk}/fin", {}).status_code == 401
        see_all()
        held.refresh_from_db()
        assert held.valid_to is None
        assert not SettingChange.objects.exists()

    def test_a_number_for_urgent_calls_is_not_changed_by_an_old_proof(self, world):
        officer = Somebody(world.user("on_call"))
        officer.goes("/compte/avis")
        answer = officer.sends("/compte/avis", expect=401, phone="06 12 34 56 78")

        assert "Confirmez dans un autre onglet" in text(answer)
        assert "06 12 34 56 78" in answer.content.decode(), "as it was typed"
        assert User.objects.get(pk=world.user("on_call").pk).phone == ""
        officer.goes("/compte/avis")
        officer.sends("/compte/avis", expect=200, daily="case")
        assert Preference.objects.filter(user_id=world.user("on_call").pk).exists()

    def test_a_role_is_not_reviewed_by_an_old_proof(self, world):
        """What was ticked is ticked still."""
        held = world.memberships["93", "auditor"]
        Membership.objects.filter(pk=held.pk).update(reviewed_at=held.valid_from)
        dpo = Somebody(world.user("dpo"))
        answer = dpo.client.post("/administration/roles/a-revoir", {"chosen": [str(held.pk)]})

        assert answer.status_code == 401
        assert f'id="f-{held.pk}" value="{held.pk}" checked' in " ".join(answer.content.decode().split())
        assert "Confirmez dans un autre onglet" in text(answer)
        see_all()
        assert Membership.objects.get(pk=held.pk).reviewed_at == held.valid_from

    @pytest.mark.parametrize("role", ["statistician", "dpo"])
    def test_a_role_is_neither_given_nor_asked_for_by_an_old_proof(self, world, role):
        """The act asks, not the page alone: the form comes back as it was typed."""
        admin = Somebody(world.user("territory_admin"))
        said = {
            "email": world.user("filer").email, "authority": str(world.authorities["93"].pk),
            "role": role,
        }  # fmt: skip
        before = Membership.objects.count()
        answer = admin.client.post("/administration/roles/nouveau", said)

        assert answer.status_code == 401
        assert f'value="{said["email"]}"' in answer.content.decode()
        assert Membership.objects.count() == before
        assert not GrantRequest.objects.exists()

    def test_a_second_person_decides_nothing_by_an_old_proof(self, world):
        asked_by, at = world.user("territory_admin"), timezone.now()
        role = GrantRequest.objects.create(
            user=world.user("statistician"), role="dpo", authority=world.authorities["93"], asked_by=asked_by, asked_at=at
        )  # fmt: skip
        reset = FactorReset.objects.create(user=world.user("statistician"), asked_by=asked_by, asked_at=at)
        dpo = Somebody(world.user("dpo"))
        for place in (f"roles/{role.pk}", f"moyens/{reset.pk}"):
            answer = dpo.client.post(
                f"/administration/demandes/{place}", {"decision": "confirm", "how": "video"}
            )
            assert answer.status_code == 401
        see_all()
        assert not GrantRequest.objects.exclude(decided_at=None).exists()
        assert not FactorReset.objects.exclude(decided_at=None).exists()

    def test_an_emergency_keeps_its_words_too(self, world, case):
        officer = Somebody(world.user("on_call"))
        officer.goes("/ouvertures")
        answer = officer.sends(
            "/ouvertures", expect=401, reference="93-XXXX-XXXX", reason="Appel de la police."
        )

        assert "Appel de la police." in answer.content.decode()
