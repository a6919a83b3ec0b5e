"""An invitation that is answered by an identity provider, in place of choosing a password (docs/decisions/0033)."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import actions, links
from accounts.actor import SYSTEM
from accounts.models import Identity, MailedLink, ProviderVisit, User
from accounts.models.factor import Identified
from config.error_messages import TITLES
from outbox.models import Notice
from tests.accounts.conftest import PASSWORD, Caller, entries
from tests.accounts.oidc.browsing import Browser, asked, led_to, there_and_back
from tests.accounts.oidc.conftest import SIRET
from tests.conftest import see_all

pytestmark = pytest.mark.sec("SEC-AU1")

PAGE = "/invitation"
GO = "/invitation/fournisseur/proconnect"
CONFIRM = "/invitation/identite"
SECRET, CODE = "A" * 43, "abcd-efgh-ijkl-mnop"
SAID = {"token": SECRET, "code": CODE}


@pytest.fixture
def lea(make_user, authority_93):
    """Somebody who is invited, again: a password of before is known to whoever it may be."""
    user = make_user("lea", password=PASSWORD, home_authority=authority_93)
    MailedLink.objects.create(
        user=user, kept=links.digest_of(SECRET), bound=links.state_of(user), code=links.digest_of_code(user, CODE),
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    return user


def words(answer) -> str:
    return answer.content.decode().replace("&#x27;", "'")


def sets_a_password(**said):
    return Caller(Client()).post("password", SAID | {"password": "trois ponts au clair de lune"} | said)


def nothing_came_of_it(user) -> None:
    see_all()
    assert not Identity.objects.exists()
    assert User.objects.get(pk=user.pk).factors_version == user.factors_version
    assert entries(act="identity:bound") == []


@pytest.mark.sec("SEC-AU5", "SEC-AU7")
def test_an_identity_takes_the_place_of_a_password_and_the_second_factor_follows(
    lea, provider, site, visitor, signed_in
):
    elsewhere = signed_in(lea)
    lea.factors.all().delete()
    assert "S'identifier avec Proconnect" in words(visitor.goes(PAGE))

    assert led_to(there_and_back(visitor, GO, **SAID)) == CONFIRM

    nothing_came_of_it(lea)
    assert lea.email in words(visitor.goes(CONFIRM))
    done = visitor.presses(CONFIRM)
    assert (done.status_code, done["Location"]) == (303, "/connexion/suite")
    assert visitor.goes("/connexion/suite")["Location"] == "/connexion/moyen", "as after a password"
    assert visitor.goes("/compte/connexion").status_code == 401, "nobody is signed in by it"
    assert visitor.client.session["awaited"]["provided"]["hint"], "and signing out will end there too"
    see_all()
    assert (Identity.objects.get().user_id, Identity.objects.get().provider) == (lea.pk, "proconnect")
    (entry,) = entries(act="identity:bound")
    assert (entry.tenant, json.loads(bytes(entry.body))["auth"]) == (lea.home_authority_id, "link")
    assert Notice.objects.filter(template="account.factors", user_id=lea.pk).exists()
    assert elsewhere.get("me").status_code == 401, "sessions of before end"
    assert not User.objects.get(pk=lea.pk).has_usable_password(), "and the password of before"
    assert led_to(there_and_back(Browser())) == "/connexion/suite"


@pytest.mark.parametrize("before", ["password", "provider"])
def test_an_invitation_is_used_once_whichever_way(lea, provider, site, visitor, before):
    other = Browser()
    there_and_back(other, GO, **SAID)
    if before == "password":
        assert sets_a_password().status_code == 204
    else:
        there_and_back(visitor, GO, **SAID)
        assert visitor.presses(CONFIRM).status_code == 303
    see_all()
    bound = Identity.objects.count()

    late = [other.goes(CONFIRM), other.presses(CONFIRM), Browser().presses(GO, **SAID)]

    assert [answer.status_code for answer in late] == [409, 409, 409]
    assert all(str(TITLES["link-refused"]) in words(answer) for answer in late)
    assert sets_a_password().json()["code"] == "link-refused"
    see_all()
    assert Identity.objects.count() == bound


def another_invitation(user):
    MailedLink.objects.filter(user=user).delete()
    MailedLink.objects.create(
        user=user, kept=links.digest_of("B" * 43), bound=links.state_of(user), code=links.digest_of_code(user, CODE),
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip


def a_lapse(user):
    MailedLink.objects.filter(user=user).update(expires_at=timezone.now())


def a_closed_account(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def another_address(user):
    User.objects.filter(pk=user.pk).update(email="ailleurs@test.invalid")


def a_reset(user):
    actions.reset_by_the_host(actor=SYSTEM, at=timezone.now(), user=user, how=Identified.VIDEO)


@pytest.mark.parametrize("changed", [another_invitation, a_lapse, a_closed_account, another_address, a_reset])
@pytest.mark.parametrize("when", ["there", "back"])
def test_a_way_whose_invitation_counts_no_more_leads_nowhere(lea, provider, site, visitor, changed, when):
    _, back = asked(led_to(visitor.presses(GO, **SAID)))
    if when == "there":
        changed(lea)
        assert visitor.arrives(back).status_code == 409
    else:
        assert led_to(visitor.arrives(back)) == CONFIRM
        changed(lea)
    shown, answer = visitor.goes(CONFIRM), visitor.presses(CONFIRM)

    assert (shown.status_code, answer.status_code) == ((303, 303) if when == "there" else (409, 409))
    see_all()
    assert not Identity.objects.exists()


@pytest.mark.parametrize(
    ("said", "status"),
    [({"code": ""}, 400), ({"token": ""}, 400), ({"code": CODE[:-1]}, 409), ({"token": "C" * 43}, 409)],
)
def test_neither_the_mail_nor_the_code_alone_begins_a_way(lea, provider, site, visitor, said, status):
    answer = visitor.presses(GO, **SAID | said)

    assert answer.status_code == status
    assert 'name="password"' in words(answer), "the form is shown again"
    assert not ProviderVisit.objects.exists()
    assert provider.seen == [], "and nobody is called"


def test_a_link_for_a_forgotten_password_is_no_invitation(lea, provider, site, visitor):
    MailedLink.objects.filter(user=lea).update(code=None)

    assert visitor.presses(GO, **SAID).status_code == 409


def test_what_came_back_counts_in_that_browser_and_for_that_alone(
    lea, alice, provider, site, visitor, signed_in
):
    there_and_back(visitor, GO, **SAID)
    cookie = visitor.client.cookies["provider"].value
    stranger, at_home = Browser(), Browser()
    at_home.client.cookies = signed_in(alice.user).client.cookies
    there_and_back(at_home, "/compte/connexion/fournisseur/proconnect")

    assert stranger.goes(CONFIRM)["Location"] == PAGE
    assert stranger.presses(CONFIRM)["Location"] == PAGE
    assert at_home.presses(CONFIRM)["Location"] == PAGE, "what waits in a session opens no invitation"
    at_home.client.cookies["provider"] = cookie
    assert at_home.presses("/compte/connexion/identite").status_code == 401, "nor the other way round"
    nothing_came_of_it(lea)


def test_an_identity_that_is_bound_already_uses_nothing_up(lea, alice, provider, site, bound, visitor):
    bound(alice.user, provider)
    there_and_back(visitor, GO, **SAID)

    assert visitor.presses(CONFIRM).status_code == 409
    assert sets_a_password().status_code == 204


def test_another_institution_than_the_accounts_is_refused_and_the_invitation_stands(
    alice, organisation, provider, site, visitor
):
    organisation.siret = SIRET
    organisation.save()
    user = alice.user
    MailedLink.objects.create(
        user=user, kept=links.digest_of(SECRET), bound=links.state_of(user), code=links.digest_of_code(user, CODE),
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    provider.told = {"siret": "13002526500013"}
    there_and_back(visitor, GO, **SAID)

    assert visitor.presses(CONFIRM).status_code == 409
    assert len(entries(act="identity:refused")) == 1
    assert sets_a_password().status_code == 204


def test_a_provider_that_is_out_leaves_the_form_as_it_was_filled_in(lea, provider, site, visitor):
    provider.instead["/.well-known/openid-configuration"] = lambda handler: handler.say(500)

    answer = visitor.presses(GO, **SAID)

    assert answer.status_code == 503
    assert f'value="{CODE}"' in words(answer)
    assert f'value="{SECRET}"' in words(answer)
    assert sets_a_password().status_code == 204


def test_a_way_that_comes_to_nothing_leads_back_to_the_invitation(lea, provider, site, visitor):
    provider.claims = {"nonce": "a" * 43}

    answer = there_and_back(visitor, GO, **SAID)

    assert answer.status_code == 401
    assert f'href="{PAGE}"' in words(answer)
    assert sets_a_password().status_code == 204


def test_a_site_without_providers_shows_the_page_of_before(lea, settings):
    settings.OIDC_PROVIDERS = []

    assert "Ou sans mot de passe" not in words(Browser().goes(PAGE))
    assert "formaction" not in words(Browser().goes(PAGE))


def test_of_a_link_to_set_a_password_no_provider_is_offered(provider, site):
    assert "formaction" not in words(Browser().goes("/mot-de-passe/choix"))
