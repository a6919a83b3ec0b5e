"""An identity provider in Chromium: at another site, so that cookies come along as browsers have it (SEC-AU1)."""

import pytest


@pytest.mark.sec("SEC-AU1", "SEC-AU7")
def test_an_identity_is_bound_signs_in_with_a_passkey_and_signs_out_there_too(visitor, provider):
    visitor.signs_in("assessor_2")
    visitor.goes("/compte/confirmation")
    visitor.glances("confirmation")
    visitor.goes("/compte/connexion")
    visitor.presses("Lier une identité Mon Service")
    visitor.page.wait_for_url("**/compte/connexion/identite")
    visitor.glances("identity-bind")
    visitor.presses("Lier cette identité")
    visitor.page.wait_for_url("**/compte/connexion")
    visitor.presses("Se déconnecter")

    visitor.goes("/invitation")
    visitor.glances("invitation-with-a-provider")
    visitor.goes("/connexion")
    visitor.glances("sign-in-by-a-provider")
    visitor.presses("S'identifier avec Mon Service")
    visitor.page.wait_for_url("**/connexion/suite")
    assert visitor.page.get_by_label("Mot de passe").count() == 0, "the provider's word stands for it"
    visitor.glances("second-step-after-a-provider")
    visitor.presses("Utiliser une clé d'accès")
    visitor.page.wait_for_url(lambda url: "/connexion" not in url)
    visitor.goes("/compte/connexion")
    assert visitor.page.get_by_role("heading", name="Mes moyens de connexion").is_visible()

    visitor.presses("Se déconnecter")
    visitor.page.wait_for_url("**/deconnexion/retour?state=*")
    visitor.glances("signed-out-elsewhere")
    assert provider.asked("/session/end") == 1
    visitor.goes("/compte/connexion")
    assert visitor.page.get_by_role("heading", name="Se connecter").is_visible()
