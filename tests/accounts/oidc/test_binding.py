"""Binding an identity of a provider to the own account, listing, and giving it up."""

import json
from uuid import uuid4

import pytest

from accounts import actions
from accounts.actor import SYSTEM
from accounts.errors import IdentityTaken, ProviderRefused
from accounts.models import Identity, Organisation, Session
from accounts.oidc import visits
from accounts.signin import PROVED
from config.error_messages import TITLES
from outbox.models import Notice
from tests.accounts.conftest import Caller, acting, entries
from tests.accounts.oidc.browsing import Browser, led_to, there_and_back
from tests.accounts.oidc.conftest import SIRET, site_of
from tests.conftest import see_all

BIND = "/compte/connexion/fournisseur/proconnect"
CONFIRM = "/compte/connexion/identite"
OWN = "/compte/connexion"


@pytest.fixture
def at_home(signed_in):
    """Return somebody at the pages, both factors given a moment ago."""

    def make(user) -> Browser:
        visitor = Browser()
        visitor.client.cookies = signed_in(user).client.cookies
        return visitor

    return make


def stale(visitor: Browser) -> None:
    """Let the last proof be six minutes old."""
    session = visitor.client.session
    session[PROVED] -= 360
    session.save()


def words(answer) -> str:
    return answer.content.decode().replace("&#x27;", "'")


@pytest.mark.sec("SEC-AU5", "SEC-AU7")
def test_its_owner_binds_it_in_their_own_session_and_is_told(alice, provider, site, at_home, signed_in):
    visitor, elsewhere = at_home(alice.user), signed_in(alice.user)
    assert "Lier une identité Proconnect" in words(visitor.goes(OWN))
    before = visitor.client.cookies["session"].value

    back = there_and_back(visitor, BIND)
    assert led_to(back) == CONFIRM
    assert not Identity.objects.exists(), "to come back is not enough"
    assert "Lier votre identité Proconnect à ce compte" in words(visitor.goes(CONFIRM))
    done = visitor.presses(CONFIRM)

    assert (done.status_code, done["Location"]) == (303, OWN)
    assert visitor.client.cookies["session"].value != before
    assert "Lier une identité Proconnect" not in words(visitor.goes(OWN))
    assert elsewhere.get("me").status_code == 401, "all other sessions end"
    see_all()
    identity = Identity.objects.get()
    assert (identity.user_id, identity.provider) == (alice.user_id, "proconnect")
    (entry,) = entries(act="identity:bound")
    assert (entry.tenant, json.loads(bytes(entry.body))["to"]) == (alice.authority_id, "proconnect")
    assert Notice.objects.filter(template="account.factors", user_id=alice.user_id).exists()
    Session.objects.all().delete()
    assert led_to(there_and_back(Browser())) == "/connexion/suite"


@pytest.mark.sec("SEC-AU6")
def test_an_old_proof_begins_nothing_and_binds_nothing(alice, provider, site, at_home):
    visitor = at_home(alice.user)
    there_and_back(visitor, BIND)
    stale(visitor)

    assert visitor.presses(CONFIRM).status_code == 401
    assert visitor.presses(BIND).status_code == 401
    assert not Identity.objects.exists()


def test_what_came_back_counts_once_and_in_that_account_alone(alice, ada, provider, site, at_home):
    visitor, other = at_home(alice.user), at_home(ada.user)
    there_and_back(visitor, BIND)
    other.client.cookies["provider"] = visitor.client.cookies["provider"].value

    assert other.goes(CONFIRM)["Location"] == OWN, "it isn't hers"
    refused = other.presses(CONFIRM)
    assert refused.status_code == 401
    assert str(TITLES["provider-refused"]) in words(refused)
    see_all()
    assert not Identity.objects.exists()
    assert visitor.presses(CONFIRM).status_code == 303
    assert visitor.presses(CONFIRM).status_code == 401
    see_all()
    assert Identity.objects.get().user_id == alice.user_id


def test_a_way_of_signing_in_binds_nothing_and_one_of_binding_signs_nobody_in(
    alice, ada, provider, site, at_home
):
    visitor = at_home(alice.user)
    answer = there_and_back(visitor, BIND)
    stranger = Browser()
    stranger.client.cookies["provider"] = visitor.client.cookies["provider"].value

    assert led_to(answer) == CONFIRM
    assert stranger.goes(CONFIRM).status_code == 401
    begun = Browser()
    begun.presses("/connexion/fournisseur/proconnect")
    other = at_home(ada.user)
    other.client.cookies["provider"] = begun.client.cookies["provider"].value
    assert other.presses(CONFIRM).status_code == 401
    see_all()
    assert not Identity.objects.exists()


def test_an_identity_is_bound_once_and_an_account_has_one_of_a_provider(
    alice, ada, provider, site, bound, at_home
):
    bound(ada.user, provider)
    visitor = at_home(alice.user)
    there_and_back(visitor, BIND)

    taken = visitor.presses(CONFIRM)
    assert taken.status_code == 409
    assert str(TITLES["identity-taken"]) in words(taken)
    provider.person["sub"] = uuid4().hex
    other = at_home(ada.user)
    there_and_back(other, BIND)
    assert other.presses(CONFIRM).status_code == 409
    see_all()
    assert Identity.objects.count() == 1


@pytest.mark.parametrize("claimed", [SIRET, "13002526500013", None])
def test_the_institution_must_be_the_accounts(alice, organisation, provider, site, at_home, claimed):
    organisation.siret = SIRET
    organisation.save()
    provider.told = {"siret": claimed}
    visitor = at_home(alice.user)
    there_and_back(visitor, BIND)

    shown, answer = visitor.goes(CONFIRM), visitor.presses(CONFIRM)

    see_all()
    if claimed == SIRET:
        assert organisation.name in words(shown)
        assert answer.status_code == 303
        assert Identity.objects.get().siret == SIRET
        assert organisation.name in words(visitor.goes(OWN))
        return
    assert answer.status_code == 409
    assert str(TITLES["organisation-differs"]) in words(answer)
    assert not Identity.objects.exists()
    assert len(entries(act="identity:refused")) == 1


def test_an_institution_that_nobody_knows_here_is_told_by_its_number(
    nadia, provider, site, at_home, make_user
):
    nadia.user.set_password("sept bruyères sous la pluie")
    nadia.user.save()
    provider.told = {"siret": SIRET}
    visitor = at_home(nadia.user)
    there_and_back(visitor, BIND)

    assert SIRET in words(visitor.goes(CONFIRM))
    assert Organisation.objects.filter(siret=SIRET).count() == 0, "none is made of a claim"


@pytest.mark.parametrize("code", ["provider-refused", "provider-unavailable"])
def test_a_way_that_comes_to_nothing_leads_back_to_the_own_ways(alice, provider, site, at_home, code):
    visitor = at_home(alice.user)
    if code == "provider-unavailable":
        provider.instead["/token"] = lambda handler: handler.say(500)
    else:
        provider.claims = {"nonce": "a" * 43}

    answer = there_and_back(visitor, BIND)

    assert str(TITLES[code]) in words(answer)
    assert f'href="{OWN}"' in words(answer)
    assert visitor.goes(OWN).status_code == 200, "the session goes on"


def test_a_provider_that_is_out_when_it_begins_is_told(alice, provider, site, at_home):
    provider.instead["/.well-known/openid-configuration"] = lambda handler: handler.say(500)
    answer = at_home(alice.user).presses(BIND)

    assert answer.status_code == 503
    assert f'href="{OWN}"' in words(answer)


# --- Listing and giving up -------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU5")
def test_it_is_given_up_by_its_owner_alone(alice, ada, provider, site, bound, at_home, signed_in):
    identity = bound(alice.user, provider)
    visitor, elsewhere = at_home(alice.user), signed_in(alice.user)
    address = f"/compte/connexion/identite/{identity.pk}/retrait"
    assert address in words(visitor.goes(OWN))
    other = at_home(ada.user)
    assert other.goes(address).status_code == other.presses(address).status_code == 404
    assert "Proconnect" in words(visitor.goes(address))

    done = visitor.presses(address)

    assert (done.status_code, done["Location"]) == (303, OWN)
    assert visitor.goes(OWN).status_code == 200
    assert elsewhere.get("me").status_code == 401
    see_all()
    assert not Identity.objects.exists()
    assert len(entries(act="identity:removed")) == 1
    assert Notice.objects.filter(template="account.factors", user_id=alice.user_id).exists()


def test_a_provider_that_the_site_has_no_more_can_still_be_given_up(
    alice, provider, site, bound, at_home, settings
):
    identity = bound(alice.user, provider)
    settings.OIDC_PROVIDERS = []
    visitor = at_home(alice.user)
    assert "proconnect" in words(visitor.goes(OWN))

    assert visitor.presses(f"/compte/connexion/identite/{identity.pk}/retrait").status_code == 303


def test_a_site_without_providers_shows_nothing_of_them(alice, at_home, settings):
    settings.OIDC_PROVIDERS = []
    visitor = at_home(alice.user)

    assert "Fournisseurs d'identité" not in words(visitor.goes(OWN))
    assert "fournisseur" not in words(Browser().goes("/connexion"))


def test_several_providers_are_offered_each_by_its_name(alice, make_provider, settings, at_home, bound):
    one, other = make_provider(), make_provider()
    settings.OIDC_PROVIDERS = [site_of(one, settings), site_of(other, settings, code="academie")]
    bound(alice.user, one)

    page = words(Browser().goes("/connexion"))
    assert "S'identifier avec Proconnect" in page
    assert "S'identifier avec Academie" in page
    own = words(at_home(alice.user).goes(OWN))
    assert "Lier une identité Academie" in own
    assert "Lier une identité Proconnect" not in own


def test_over_the_api_they_are_listed_and_given_up(alice, ada, provider, site, bound, signed_in, calling):
    identity = bound(alice.user, provider, siret=SIRET)
    caller: Caller = signed_in(alice.user)

    (line,) = caller.get("me/identities").json()
    assert line == {
        "id": str(identity.pk), "provider": "proconnect", "siret": SIRET, "last_used_on": None,
        "bound_at": line["bound_at"],
    }  # fmt: skip
    assert signed_in(ada.user).get("me/identities").json() == []
    assert signed_in(ada.user).delete(f"me/identities/{identity.pk}").status_code == 404
    assert calling(alice).get("me/identities").status_code == 403, "a leaked token learns of none"
    assert calling(alice).delete(f"me/identities/{identity.pk}").status_code == 403
    assert caller.delete(f"me/identities/{identity.pk}").status_code == 204
    assert caller.get("me/identities").json() == []
    assert caller.get("me").status_code == 200, "this session stays"


@pytest.mark.sec("SEC-AU6")
def test_over_the_api_a_fresh_proof_is_asked_too(alice, provider, site, bound, signed_in):
    identity = bound(alice.user, provider)
    caller = signed_in(alice.user)
    session = caller.client.session
    session[PROVED] -= 360
    session.save()

    answer = caller.delete(f"me/identities/{identity.pk}")

    assert answer.status_code == 401
    assert answer.json()["code"] == "step-up-required"


def test_who_lost_the_factors_loses_the_identities_too(alice, provider, site, bound):
    """Whoever had the account in hand may have bound one of their own."""
    bound(alice.user, provider)

    actions.reset_by_the_host(actor=SYSTEM, at=alice.valid_from, user=alice.user, how="in_person")

    assert not Identity.objects.exists()


# --- Below the pages -------------------------------------------------------------------------------------


def test_the_act_itself_asks_whose_it_is(alice, ada, provider, site):
    from django.utils import timezone

    at = timezone.now()
    way = visits.Visit(
        visits.BOUND, "proconnect", at.timestamp(), user=str(alice.user_id), subject="00" * 32, siret=""
    )
    from dataclasses import replace

    def actor(who):
        return replace(acting(who, at=at), proved_at=at)

    for visit in (None, replace(way, user=str(ada.user_id)), replace(way, purpose=visits.BIND)):
        with pytest.raises(ProviderRefused):
            actions.bind_identity(actor=actor(alice), at=at, visit=visit)
    actions.bind_identity(actor=actor(alice), at=at, visit=way)
    with pytest.raises(IdentityTaken):
        actions.bind_identity(actor=actor(ada), at=at, visit=replace(way, user=str(ada.user_id)))
