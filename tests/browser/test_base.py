"""What every page has: a way out, a way in, two languages, and nothing left behind."""

import pytest

from tests.browser.conftest import somebody_else


def test_the_public_pages_can_be_used_by_everybody(visitor):
    for name, path in (
        ("start", "/"),
        ("sign-in", "/connexion"),
        ("accessibility", "/accessibilite"),
        ("absent", "/transmissions/x"),
        ("password-ask", "/mot-de-passe"),
        ("password-set", "/mot-de-passe/choix#fin-du-lien"),
        ("invitation", "/invitation"),
    ):
        visitor.goes(path)
        visitor.looks(name)


def test_what_stands_behind_a_mailed_link_goes_into_the_form_and_out_of_the_address(visitor):
    visitor.goes("/mot-de-passe/choix#fin-du-lien")

    assert visitor.page.locator("#token").input_value() == "fin-du-lien"
    assert visitor.page.url.endswith("/mot-de-passe/choix")
    assert not visitor.page.locator("#token").is_visible()
    visitor.page.locator("#password").fill("une phrase de passe d'essai")
    visitor.presses("Choisir ce mot de passe")
    visitor.looks("password-refused")
    assert "Ce lien n'est plus valable" in visitor.page.locator("main").inner_text()


def test_a_wrong_password_says_so_and_leads_to_the_field(visitor):
    visitor.goes("/connexion")
    visitor.page.get_by_label("Adresse de courriel").fill("filer.93@demo.invalid")
    visitor.page.get_by_role("textbox", name="Mot de passe").fill("not-the-password")
    visitor.presses("Se connecter")

    summary = visitor.page.locator("#faults")
    assert summary.is_visible()
    assert summary.evaluate("node => node === document.activeElement")
    visitor.looks("sign-in-wrong")
    summary.get_by_role("link").click()
    assert visitor.page.evaluate("document.activeElement.id") == "email"
    assert visitor.page.get_by_role("textbox", name="Mot de passe").input_value() == ""


def test_a_page_that_asks_for_somebody_leads_back_to_it(visitor):
    visitor.goes("/transmissions")
    assert visitor.page.get_by_role("heading", name="Se connecter").is_visible()
    visitor.page.get_by_label("Adresse de courriel").fill("filer.93@demo.invalid")
    visitor.page.get_by_role("textbox", name="Mot de passe").fill(visitor.service.password)
    visitor.presses("Se connecter")
    visitor.proves("filer")
    visitor.page.wait_for_url("**/transmissions")


def test_a_window_is_lent_to_the_next_without_a_session(browser, service):
    """The tests keep windows (``conftest.window``): who comes after isn't who was there before."""
    with somebody_else(browser, service) as before:
        before.signs_in("filer")
        context = before.page.context

    with somebody_else(browser, service) as after:
        assert after.page.context == context
        after.goes("/transmissions")
        assert after.page.get_by_role("heading", name="Se connecter").is_visible()


@pytest.mark.sec("SEC-AU10")
def test_after_sign_out_the_back_button_shows_nothing(visitor):
    visitor.signs_in("filer")
    visitor.goes("/transmissions")
    assert visitor.page.get_by_role("heading", level=1).inner_text() == "Mes transmissions"
    visitor.presses("Se déconnecter")
    assert visitor.page.get_by_role("heading", name="Votre compte est déconnecté").is_visible()

    visitor.page.go_back()

    visitor.page.get_by_role("heading", name="Se connecter").wait_for()
    assert "Mes transmissions" not in visitor.page.content()
    assert [one["name"] for one in visitor.page.context.cookies() if one["name"] == "session"] == []


@pytest.mark.sec("SEC-AU10")
@pytest.mark.parametrize("way", ["button", "key", "without script"])
@pytest.mark.parametrize("place", ["/transmissions", "/transmissions/x"], ids=["a page", "an error page"])
def test_the_quick_exit_leaves_and_signs_out(browser, service, place, way):
    with somebody_else(browser, service, java_script_enabled=way != "without script") as visitor:
        # Two people: the code of one is another one only half a minute later.
        visitor.signs_in("filer" if place == "/transmissions" else "filer_home")
        visitor.goes(place)
        if way == "key":
            for _ in range(3):
                visitor.page.keyboard.press("Escape")
        else:
            visitor.presses("Quitter vite")
        visitor.page.wait_for_url("**/style/mark.svg")

        # The browser leaves first and signs out meanwhile: a busy service has done so a moment later.
        signing_in = visitor.page.get_by_role("heading", name="Se connecter")
        for _ in range(20):
            visitor.goes("/transmissions")
            if signing_in.is_visible():
                return
        pytest.fail("still signed in")


def test_the_other_language_is_one_press_away_and_stays(visitor):
    visitor.goes("/connexion")
    visitor.presses("English")
    visitor.page.get_by_role("heading", name="Sign in").wait_for()
    assert visitor.page.get_by_role("heading", level=1).inner_text() == "Sign in"
    assert visitor.page.locator("html").get_attribute("lang") == "en"
    visitor.goes("/")
    visitor.looks("start-en")
    visitor.presses("Français")
    visitor.page.get_by_role("heading", name="Un enfant vous inquiète").wait_for()
    assert visitor.page.locator("html").get_attribute("lang") == "fr"


def test_nothing_is_asked_of_anybody_else(visitor):
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.goes("/")
    visitor.page.wait_for_load_state("networkidle")

    assert all(url.startswith(service_address(visitor)) for url in asked), asked


def service_address(visitor):
    return visitor.service.address


def test_the_style_sheet_and_the_script_break_no_policy(visitor):
    said = []
    visitor.page.on("console", lambda message: said.append(message.text))
    visitor.goes("/")
    visitor.goes("/connexion")

    assert [line for line in said if "Content Security Policy" in line] == []


def test_the_help_can_be_used_by_everybody(visitor):
    """The procedure with the place where a case is, the words, and the articles of law."""
    visitor.signs_in("crip_coordinator")
    visitor.page.locator("footer summary").click()
    visitor.follows("La procédure")
    visitor.looks("help-procedure")
    visitor.goes("/procedure?state=in_assessment#in_assessment")
    visitor.looks("help-procedure-here")
    visitor.clicks(visitor.page.locator("main").get_by_role("link", name="lexique"))
    visitor.looks("help-lexicon")
    visitor.clicks(visitor.page.locator("main").get_by_role("link", name="CASF L223-2").first)
    visitor.page.wait_for_url("**/textes#CASF-L223-2")
    visitor.looks("help-law")
