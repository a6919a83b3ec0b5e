"""Passkeys in Chromium, with an authenticator that it has in software (SEC-AU1)."""

import pytest

from tests.browser.keys import plugged_in


@pytest.mark.sec("SEC-AU1")
def test_a_passkey_is_made_and_signs_in(visitor):
    """Somebody adds a passkey of this browser, leaves, and comes back with it."""
    visitor.gives_the_password("assessor_2")
    visitor.types_a_code("assessor_2")
    plugged_in(visitor.page)
    visitor.goes("/compte/connexion")
    visitor.looks("own-factors")
    visitor.follows("Ajouter un moyen")
    visitor.looks("factor-add")
    visitor.page.get_by_label("Nom de la clé").fill("Poste d'essai")
    visitor.presses("Créer une clé d'accès")
    visitor.page.get_by_role("heading", name="Vos codes de secours").wait_for()
    visitor.follows("Je les ai notés")
    visitor.page.get_by_role("heading", name="Poste d'essai").wait_for()
    visitor.presses("Se déconnecter")

    visitor.gives_the_password("assessor_2")
    visitor.looks("second-step")
    visitor.presses("Utiliser une clé d'accès")
    visitor.page.wait_for_url(lambda url: "/connexion" not in url)

    visitor.goes("/compte/connexion")
    assert visitor.page.get_by_role("heading", name="Poste d'essai").is_visible()


def test_a_device_that_holds_no_passkey_says_so_and_leaves_another_way(visitor):
    plugged_in(visitor.page)
    visitor.gives_the_password("assessor")
    visitor.presses("Utiliser une clé d'accès")

    visitor.page.get_by_role("alert").get_by_text("n'a pas répondu").wait_for()
    assert visitor.page.get_by_label("Code à six chiffres").is_visible()
