"""Signing in by an identity provider, from the form to the session and out again."""

import html
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts import suspicious_sign_ins
from accounts.models import Identity, Membership, Organisation, ProviderVisit, Session, SignInToCheck
from accounts.roles import Role
from config.error_messages import TITLES
from encryption import onetime
from tests.accounts.conftest import LONG_AGO, Caller, entries
from tests.accounts.oidc.browsing import Browser, asked, led_to, there_and_back
from tests.accounts.oidc.conftest import SIRET, site_of
from tests.conftest import see_all
from tests.factories.factors import give_application, give_passkey

START = "/connexion/fournisseur/proconnect"


def code_of(factor) -> str:
    return onetime.code_at(factor.pk, onetime.step_of(timezone.now().timestamp()))


def signed_in(visitor: Browser) -> bool:
    return visitor.goes("/compte/connexion").status_code == 200


def said(entry) -> dict:
    return json.loads(bytes(entry.body))


def in_words(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", answer.content.decode()))


# --- The whole way ---------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU1")
def test_a_provider_stands_for_the_password_and_the_second_factor_is_asked(
    alice, provider, site, bound, visitor
):
    identity = bound(alice.user, provider)
    factor = give_application(alice.user)
    assert "S'identifier avec Proconnect" in in_words(visitor.goes("/connexion"))

    back = there_and_back(visitor, next="/transmissions")

    assert led_to(back) == "/connexion/suite"
    assert not signed_in(visitor), "the provider's word is no second factor"
    done = visitor.presses("/connexion/suite", code=code_of(factor))
    assert (done.status_code, done["Location"]) == (303, "/transmissions")
    assert signed_in(visitor)
    identity.refresh_from_db()
    assert identity.last_used_on == timezone.now().date()
    assert len(entries(act="identity:used")) == len(entries(act="session:opened")) == 1
    assert said(entries(act="identity:used")[0])["auth"] == "provider"


def test_what_is_asked_of_the_provider_is_what_its_profile_knows(alice, provider, site, visitor):
    site(acr=["eidas2", "eidas3"], second_factor_amr=["mfa"], auth_time=True)

    asked_for = parse_qs(urlsplit(led_to(visitor.presses(START))).query)

    assert set(asked_for) == {
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "claims",
        "prompt",
    }
    assert min(len(asked_for["state"][0]), len(asked_for["nonce"][0])) >= 32
    assert asked_for["scope"] == ["openid siret"]
    assert json.loads(asked_for["claims"][0]) == {
        "id_token": {
            "acr": {"essential": True, "values": ["eidas2", "eidas3"]},
            "amr": {"essential": True},
            "auth_time": {"essential": True},
        }
    }


@pytest.mark.parametrize("client_auth", ["post", "basic"])
def test_a_provider_that_knows_pkce_gets_it(alice, make_provider, settings, bound, visitor, client_auth):
    provider = make_provider(pkce=True, path="")
    settings.OIDC_PROVIDERS = [site_of(provider, settings, pkce=True, client_auth=client_auth, siret="")]
    bound(alice.user, provider)
    give_application(alice.user)

    assert led_to(there_and_back(visitor)) == "/connexion/suite"


def test_a_userinfo_in_clear_is_taken_where_the_site_says_so_and_none_where_it_says_that(
    alice, provider, site, bound, visitor
):
    bound(alice.user, provider)
    give_application(alice.user)
    provider.signs_userinfo = json.dumps
    site(userinfo="json")
    assert led_to(there_and_back(visitor)) == "/connexion/suite"
    site(userinfo="no")
    before = provider.asked("/userinfo")

    assert led_to(there_and_back(visitor)) == "/connexion/suite"
    assert provider.asked("/userinfo") == before


# --- The second factor -----------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU1", "SEC-AU6")
def test_a_level_that_the_site_lets_count_is_a_second_factor_but_no_fresh_proof(
    alice, provider, site, bound, visitor
):
    site(second_factor_acr=["eidas2", "eidas3"])
    identity = bound(alice.user, provider)
    give_application(alice.user)
    provider.person["acr"] = "eidas2"

    assert led_to(there_and_back(visitor, next="/transmissions")) == "/transmissions"

    assert signed_in(visitor)
    grave = visitor.presses(f"/compte/connexion/identite/{identity.pk}/retrait")
    assert grave.status_code == 401
    assert "confirmation de moins de cinq minutes" in grave.content.decode()
    assert Identity.objects.filter(pk=identity.pk).exists()


def odd(user):
    """What the owner is to check, by kind: how often it happened."""
    return dict(SignInToCheck.objects.filter(user=user).values_list("kind", "count"))


def test_a_way_that_stops_at_the_second_factor_is_the_owners_to_check_as_after_a_password(
    alice, provider, site, bound, visitor
):
    """ASVS 5.0, 6.3.5: whoever has the owner's identity there gets as far as whoever has the password."""
    bound(alice.user, provider)
    give_application(alice.user)

    there_and_back(visitor)

    assert odd(alice.user) == {"unfinished": 1}


def test_the_owner_who_comes_by_the_provider_takes_back_no_warning_of_somebody_elses(
    alice, provider, site, bound, visitor
):
    site(second_factor_acr=["eidas2"])
    bound(alice.user, provider)
    give_application(alice.user)
    provider.person["acr"] = "eidas2"
    suspicious_sign_ins.begun(alice.user, at=timezone.now())  # somebody has the password

    there_and_back(visitor)

    assert signed_in(visitor)
    assert odd(alice.user)["unfinished"] == 1


@pytest.mark.sec("SEC-AU1")
@pytest.mark.parametrize(
    ("set_to", "person"),
    [
        ({}, {"acr": "eidas3", "amr": ["mfa"]}),
        ({"second_factor_acr": ["eidas2"]}, {"acr": "eidas1", "amr": ["mfa"]}),
        ({"second_factor_acr": ["eidas2"]}, {"acr": ["eidas2"], "amr": ["mfa"]}),
        ({"second_factor_acr": ["eidas2"], "second_factor_amr": ["mfa"]}, {"acr": "eidas2", "amr": ["pwd"]}),
        ({"second_factor_acr": ["eidas2"], "second_factor_amr": ["mfa"]}, {"acr": "eidas2", "amr": None}),
        ({"second_factor_amr": ["mfa"]}, {"acr": "eidas2", "amr": "mfa"}),
    ],
)
def test_what_the_site_does_not_name_is_no_second_factor(
    alice, provider, site, bound, visitor, set_to, person
):
    site(**set_to)
    bound(alice.user, provider)
    give_application(alice.user)
    provider.person |= person

    assert led_to(there_and_back(visitor)) == "/connexion/suite"
    assert not signed_in(visitor)


@pytest.mark.sec("SEC-AU1")
@pytest.mark.parametrize("holds", ["passkey", "application"])
def test_who_has_to_bring_a_passkey_brings_it_whatever_the_provider_says(
    nadia, provider, site, bound, visitor, holds
):
    site(second_factor_acr=["eidas3"], second_factor_amr=["pop"])
    bound(nadia.user, provider)
    provider.person |= {"acr": "eidas3", "amr": ["pop", "mfa"]}
    (give_passkey if holds == "passkey" else give_application)(nadia.user)

    assert led_to(there_and_back(visitor)) == "/connexion/suite"
    assert not signed_in(visitor)


@pytest.mark.sec("SEC-AU1")
def test_who_has_no_factor_here_makes_one_first(alice, provider, site, bound, visitor):
    site(second_factor_acr=["eidas2"])
    bound(alice.user, provider)
    provider.person["acr"] = "eidas2"

    assert led_to(there_and_back(visitor)) == "/connexion/suite"
    assert visitor.goes("/connexion/suite")["Location"] == "/connexion/moyen"
    assert not signed_in(visitor)


# --- Whose identity, and of which institution --------------------------------------------------------------


def refused(answer, code: str, status: int = 401) -> None:
    """Tell that somebody was refused, in which words, and that nobody is signed in by it."""
    assert str(TITLES[code]) in in_words(answer)
    assert answer.status_code == status, in_words(answer)
    assert "Rien n'a été fait" in in_words(answer)
    see_all()
    assert not Session.objects.exclude(person=None).exists()


def test_an_identity_that_nobody_has_bound_opens_nothing_whatever_address_it_names(
    alice, provider, site, visitor
):
    give_application(alice.user)
    provider.told = {"email": alice.user.email, "email_verified": True}

    refused(there_and_back(visitor), "identity-unknown")


def test_an_account_that_is_closed_is_as_if_nobody_had_bound_it(alice, provider, site, bound, visitor):
    bound(alice.user, provider)
    alice.user.is_active = False
    alice.user.save()

    refused(there_and_back(visitor), "identity-unknown")


def test_the_same_id_at_another_provider_is_somebody_else(alice, make_provider, settings, bound, visitor):
    one, other = make_provider(), make_provider()
    other.person["sub"] = one.person["sub"]
    settings.OIDC_PROVIDERS = [site_of(one, settings), site_of(other, settings, code="academie")]
    bound(alice.user, one)
    give_application(alice.user)

    refused(there_and_back(visitor, "/connexion/fournisseur/academie"), "identity-unknown")
    assert led_to(there_and_back(visitor)) == "/connexion/suite"


def test_no_claim_gives_a_role(alice, provider, site, bound, visitor):
    bound(alice.user, provider)
    factor = give_application(alice.user)
    provider.told = {"roles": ["crip_coordinator"], "groups": ["admin"], "role": "territory_admin"}
    before = list(Membership.objects.order_by("pk").values())

    there_and_back(visitor)
    visitor.presses("/connexion/suite", code=code_of(factor))

    assert signed_in(visitor)
    assert list(Membership.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("own", "before", "claimed", "enters"),
    [
        (SIRET, "", SIRET, True),
        (SIRET, "", "13002526500013", False),
        (SIRET, "", None, False),
        (SIRET, SIRET, "21930000100018", False),
        (SIRET, "13002526500013", SIRET, True),
        ("", "", SIRET, True),
        ("", "", None, True),
        ("", SIRET, SIRET, True),
        ("", SIRET, "13002526500013", False),
        ("", SIRET, None, False),
    ],
    ids=[
        "the same", "another", "none named", "no number", "moved there", "nothing to compare", "nothing at all",
        "as before", "another than before", "none any more",
    ],
)  # fmt: skip
def test_the_institution_that_is_named_must_be_the_accounts(
    alice, organisation, provider, site, bound, visitor, own, before, claimed, enters
):
    organisation.siret = own
    organisation.save()
    identity = bound(alice.user, provider, siret=before)
    give_application(alice.user)
    provider.told = {"siret": claimed}

    answer = there_and_back(visitor)

    if enters:
        assert led_to(answer) == "/connexion/suite"
        identity.refresh_from_db()
        assert identity.siret == (claimed or "")
        return
    refused(answer, "organisation-differs", 409)
    assert "autre établissement" in in_words(answer)
    (entry,) = entries(act="identity:refused")
    assert (said(entry)["rule"], entry.tenant) == ("organisation-differs", alice.authority_id)


def test_a_second_position_elsewhere_fits_as_well(
    alice, authority_93, organisation, member, provider, site, bound, visitor
):
    organisation.siret = "13002526500013"
    organisation.save()
    other = Organisation.objects.create(name="Autre", kind="other", siret=SIRET, authority=authority_93)
    member(Role.FILER, authority_93, user=alice.user, organisation=other, valid_from=LONG_AGO)
    bound(alice.user, provider)
    give_application(alice.user)
    provider.told = {"siret": SIRET}

    assert led_to(there_and_back(visitor)) == "/connexion/suite"


def test_where_the_site_names_no_claim_nothing_is_compared(
    alice, organisation, provider, site, bound, visitor
):
    organisation.siret = SIRET
    organisation.save()
    site(siret="")
    bound(alice.user, provider)
    give_application(alice.user)

    assert led_to(there_and_back(visitor)) == "/connexion/suite"


# --- Out again -------------------------------------------------------------------------------------------


def entered(visitor, user, provider, bound):
    bound(user, provider)
    factor = give_application(user)
    there_and_back(visitor)
    visitor.presses("/connexion/suite", code=code_of(factor))
    assert signed_in(visitor)


@pytest.mark.sec("SEC-AU8")
def test_who_came_by_a_provider_signs_out_there_too(alice, provider, site, bound, visitor):
    entered(visitor, alice.user, provider, bound)

    out = visitor.presses("/deconnexion")

    assert '"cookies"' in out["Clear-Site-Data"]
    assert not signed_in(visitor)
    status, back = asked(led_to(out))
    assert status == 303
    visitor.client.cookies.clear()  # the browser has forgotten all
    page = visitor.arrives(back)
    assert "aussi déconnecté du fournisseur d'identité" in in_words(page)
    again = visitor.arrives(back)
    assert (again.status_code, again["Location"]) == (303, "/"), "its state counts once"


@pytest.mark.parametrize("why", ["the site says so", "the provider has none"])
def test_where_one_does_not_sign_out_there_nothing_leads_there(alice, provider, site, bound, visitor, why):
    site(logout=why != "the site says so")
    if why == "the provider has none":
        provider.metadata = {"end_session_endpoint": None}
    entered(visitor, alice.user, provider, bound)

    out = visitor.presses("/deconnexion")

    assert out.status_code == 200
    assert "Refresh" not in out


def test_who_gave_the_password_goes_nowhere_else(alice, signed_in, site):
    visitor = Browser()
    visitor.client.cookies = signed_in(alice.user).client.cookies

    out = visitor.presses("/deconnexion")

    assert out.status_code == 200
    assert "Refresh" not in out


def test_a_way_back_from_nowhere_leads_to_the_start(db, visitor, site):
    for path in ("/deconnexion/retour", "/deconnexion/retour?state=" + "a" * 43):
        answer = visitor.arrives(path)
        assert (answer.status_code, answer["Location"]) == (303, "/")


# --- What is kept ----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU7")
def test_nothing_that_is_kept_tells_who_or_makes_a_way(alice, provider, site, bound, visitor):
    bound(alice.user, provider)
    address = led_to(visitor.presses(START))
    cookie = visitor.client.cookies["provider"]
    (visit,) = ProviderVisit.objects.all()
    sent = parse_qs(urlsplit(address).query)

    kept = bytes(visit.kept) + bytes(visit.data)
    for secret in (cookie.value, sent["state"][0], sent["nonce"][0], "proconnect"):
        assert secret.encode() not in kept
    assert (cookie["samesite"], bool(cookie["httponly"]), cookie["max-age"]) == ("Lax", True, 600)
    (identity,) = Identity.objects.all()
    assert provider.person["sub"].encode() not in bytes(identity.subject)


def test_a_session_of_before_is_over(alice, provider, site, signed_in):
    visitor = Browser()
    caller: Caller = signed_in(alice.user)
    visitor.client.cookies = caller.client.cookies
    assert visitor.goes("/compte/connexion").status_code == 200

    visitor.presses(START)

    assert visitor.goes("/compte/connexion").status_code == 401
    assert not Session.objects.filter(person__isnull=False).exists()


def test_a_form_of_another_site_begins_nothing(alice, provider, site):
    client = Client(enforce_csrf_checks=True, headers={"accept": "text/html"})

    assert client.post(START, {"next": "/"}).status_code == 403
    assert not ProviderVisit.objects.exists()
