"""What two persons do together through pages: roles that one asks for and another gives, factors that somebody lost."""

import re
from datetime import timedelta

import pytest
from django.core.serializers import serialize
from django.utils import timezone

from accounts.models import Factor, FactorReset, GrantRequest, MailedLink, Membership, User
from accounts.roles import POWERFUL, Role
from outbox.models import Notice
from tests.conftest import see_all
from tests.factories.factors import give_passkey
from tests.night import some
from tests.web.visiting import Visitor, links, text

pytestmark = [pytest.mark.sec("SEC-AZ12"), pytest.mark.sec("SEC-AU1")]

REQUESTS = "/administration/demandes"
CONFIRMERS = ("territory_admin", "supervisor", "dpo")


@pytest.fixture
def admin(world):
    return Visitor(world, "territory_admin")


@pytest.fixture
def newcomer(world):
    """Somebody who holds no role yet."""
    return User.objects.create_user(email="nouvelle@test.invalid", full_name="Nouvelle Essai")


def asks_for_role(admin, newcomer, role="dpo"):
    done = admin.fills("/administration/roles/nouveau", email=newcomer.email, role=role)
    assert done.status_code == 303, text(done)[:1500]
    see_all()
    return GrantRequest.objects.get(user=newcomer)


def decides(visitor, place, decision):
    """Press one of the two buttons of a request's page."""
    how = {"how": "called_back"} if "/moyens/" in place else {}
    return visitor.fills(place, decision=decision, **how)


@pytest.mark.sec("SEC-AZ24")
@pytest.mark.parametrize("role", [*some(sorted(POWERFUL), "web", 2), "intake_agent"])
def test_a_role_is_asked_by_one_and_given_by_another_who_sees_the_code(world, admin, newcomer, role):
    found = asks_for_role(admin, newcomer, role)
    assert not Membership.objects.filter(user=newcomer).exists()
    supervisor = Visitor(world, "supervisor")
    place = f"{REQUESTS}/roles/{found.pk}"
    assert REQUESTS in links(supervisor.get("/aujourdhui"))
    assert place in links(supervisor.get(REQUESTS))
    assert "Nouvelle Essai" in text(supervisor.get(place))

    done = decides(supervisor, place, "confirm")

    assert done.status_code == 200
    code = re.search(r"<code>(\S+)</code>", done.content.decode())[1]
    assert "Nouvelle Essai" in text(done)
    assert REQUESTS in links(done)
    see_all()
    assert code not in serialize("json", MailedLink.objects.all())
    assert Membership.objects.get(user=newcomer).role == role
    assert "Aucune demande n'attend." in text(supervisor.get(REQUESTS))
    assert supervisor.get(place).status_code == 404


def test_a_refusal_gives_nothing(world, admin, newcomer):
    place = f"{REQUESTS}/roles/{asks_for_role(admin, newcomer).pk}"
    dpo = Visitor(world, "dpo")

    assert decides(dpo, place, "refuse").status_code == 303
    see_all()
    assert not Membership.objects.filter(user=newcomer).exists()
    assert GrantRequest.objects.get().confirmed is False
    assert dpo.post(place, {"decision": "confirm"}).status_code == 404


def test_neither_button_is_no_decision(world, admin, newcomer):
    place = f"{REQUESTS}/roles/{asks_for_role(admin, newcomer).pk}"

    assert Visitor(world, "dpo").post(place, {}).status_code == 400
    see_all()
    assert GrantRequest.objects.get().decided_at is None


def test_whoever_asked_and_whom_it_is_for_have_no_button_and_no_way(world, admin):
    """Nobody alone, nobody for themself: the page has no form, and what is sent all the same is refused."""
    supervisor = Visitor(world, "supervisor")
    found = GrantRequest.objects.create(
        user=world.user("supervisor"), role=Role.DPO, authority=world.authorities["93"],
        asked_by=world.user("territory_admin"), asked_at=timezone.now(),
    )  # fmt: skip
    place = f"{REQUESTS}/roles/{found.pk}"

    for visitor, said in ((admin, "Vous l'avez demandé"), (supervisor, "est pour vous")):
        page = visitor.get(place)
        assert said in text(page)
        assert 'name="decision"' not in page.content.decode()
        assert visitor.post(place, {"decision": "confirm"}).status_code == 403
    see_all()
    assert GrantRequest.objects.get().decided_at is None


def test_what_became_impossible_is_said(world, admin, newcomer):
    """Asked for while nothing stood against it; since then the person opens cases there."""
    place = f"{REQUESTS}/roles/{asks_for_role(admin, newcomer, 'auditor').pk}"
    Membership.objects.create(
        user=newcomer, role=Role.INTAKE_AGENT, authority=world.authorities["93"], valid_from=timezone.now()
    )

    refused = decides(Visitor(world, "dpo"), place, "confirm")

    assert refused.status_code == 400
    assert "Rôle :" in text(refused)
    see_all()
    assert not Membership.objects.filter(user=newcomer, role=Role.AUDITOR).exists()


def test_lost_factors_are_reset_by_two(world, admin):
    lost = world.user("assessor")
    give_passkey(lost)
    asked = f"/administration/personnes/{lost.pk}/moyens"
    assert asked in links(admin.get(f"/administration/personnes/{lost.pk}"))

    assert admin.fills(asked, how="in_person")["Location"].partition("?")[0] == REQUESTS
    assert admin.post(asked, {"how": "video"}).status_code == 409
    see_all()
    found = FactorReset.objects.get()
    place = f"{REQUESTS}/moyens/{found.pk}"
    assert 'name="decision"' not in admin.get(place).content.decode()
    assert Factor.objects.filter(user=lost).exists()
    done = decides(Visitor(world, "supervisor"), place, "confirm")
    assert "<code>" in done.content.decode(), "the account opens cases: its person is invited too"

    see_all()
    assert not Factor.objects.filter(user=lost).exists()


def test_the_pages_ask_how_one_made_sure_and_show_what_the_first_said(world, admin):
    """ASVS 6.4.4; whoever says nothing is asked again, beside the question."""
    lost = world.user("assessor")
    give_passkey(lost)
    asked = f"/administration/personnes/{lost.pk}/moyens"
    silent = admin.fills(asked)
    assert silent.status_code == 400
    assert "Comment avez-vous vérifié l'identité" in text(silent)
    see_all()
    assert not FactorReset.objects.exists()
    admin.fills(asked, how="called_back")
    see_all()
    place = f"{REQUESTS}/moyens/{FactorReset.objects.get().pk}"
    second = Visitor(world, "supervisor")

    assert "Par un rappel au numéro connu de son service" in text(second.get(place))
    assert second.fills(place, decision="confirm").status_code == 400
    assert Factor.objects.filter(user=lost).exists()
    assert second.fills(place, decision="refuse").status_code == 303


def test_nobody_asks_for_their_own_reset(world, admin):
    own = f"/administration/personnes/{world.user('territory_admin').pk}"

    assert f"{own}/moyens" not in links(admin.get(own))
    assert admin.post(f"{own}/moyens", {"how": "video"}).status_code == 403


def test_each_second_person_is_told_and_nobody_else(world, admin, newcomer):
    """A neutral notice: it leads to the request's page and says of nobody what it is about."""
    found = asks_for_role(admin, newcomer)

    told = Notice.objects.filter(template="request.role", channel="app")
    others = {world.user(name).pk for name in ("supervisor", "supervisor_2", "dpo")}
    assert {one.user_id for one in told} == others
    assert {one.subject_id for one in told} == {found.pk}
    admin.fills(f"/administration/personnes/{world.user('supervisor').pk}/moyens", how="video")
    see_all()
    told = Notice.objects.filter(template="request.reset", channel="app")
    assert {one.user_id for one in told} == others - {world.user("supervisor").pk}


@pytest.mark.sec("SEC-AZ1")
def test_another_authority_has_none_of_it(world, admin, newcomer):
    found = asks_for_role(admin, newcomer)
    for name in CONFIRMERS:
        visitor = Visitor(world, name, "75")
        assert "Nouvelle Essai" not in text(visitor.get(REQUESTS))
        place = f"{REQUESTS}/roles/{found.pk}"
        assert visitor.get(place).status_code == 404
        assert visitor.post(place, {"decision": "confirm"}).status_code == 404


@pytest.mark.parametrize("name", ["crip_coordinator", "auditor", "filer", "assessor", "statistician"])
def test_who_confirms_nothing_has_no_page_of_it(world, name):
    visitor = Visitor(world, name)
    pages = (
        REQUESTS,
        f"{REQUESTS}/roles/{world.authorities['93'].pk}",
        f"{REQUESTS}/moyens/{world.authorities['93'].pk}",
    )

    assert REQUESTS not in links(visitor.client.get("/", follow=True))
    assert [visitor.get(page).status_code for page in pages] == [403] * 3
    assert [visitor.post(page, {}).status_code for page in pages[1:]] == [403] * 2


def test_a_week_later_it_is_gone(world, admin, newcomer):
    found = asks_for_role(admin, newcomer)
    GrantRequest.objects.update(asked_at=timezone.now() - timedelta(days=7, seconds=1))
    dpo = Visitor(world, "dpo")

    assert "Aucune demande n'attend." in text(dpo.get(REQUESTS))
    assert dpo.get(f"{REQUESTS}/roles/{found.pk}").status_code == 404
