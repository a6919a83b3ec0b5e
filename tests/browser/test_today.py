"""The pages on which people land, and those to which these lead: for everybody, on a desk and a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, somebody_else
from tests.browser.test_journeys import files_in_the_night


@pytest.mark.parametrize(
    ("who", "paths"),
    [
        (
            "supervisor",
            ("/aujourdhui", "/mesures", "/mesures?column=proposed", "/dossiers/charge", "/appels"),
        ),
        ("statistician", ("/aujourdhui", "/chiffres", "/chiffres?publishable=true")),
        ("platform_admin", ("/aujourdhui", "/plateforme")),
        ("directory_editor", ("/aujourdhui",)),
    ],
)
def test_the_pages_of_the_day_can_be_used_by_everybody(visitor, who, paths):
    visitor.signs_in(who)
    visitor.page.wait_for_url("**/aujourdhui")
    for path in paths:
        visitor.goes(path)
        for folded in visitor.page.locator("main details").all():
            folded.evaluate("node => { node.open = true }")
        visitor.looks(f"{who}{path.replace('/', '-')}")


def test_the_end_of_the_menu_opens(visitor):
    visitor.signs_in("supervisor")
    visitor.clicks(visitor.page.get_by_text("Autres pages"))
    visitor.follows("Ouvertures d'urgence")

    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("Ouvrir un dossier en urgence")


def test_a_call_is_taken_on_one_screen_of_a_phone(visitor, browser, service):
    with somebody_else(browser, service) as worker:
        reference = files_in_the_night(worker)
    visitor.signs_in("on_call")
    visitor.page.set_viewport_size(PHONE)
    visitor.goes("/appels")
    card = visitor.page.locator(".call-card").filter(has_text=reference)
    button = card.locator(".button.big").first
    first = visitor.page.locator(".call-card .button.big").first.bounding_box()
    assert first["y"] + first["height"] <= PHONE["height"], "on the first screen"
    for target in visitor.page.locator(".call-card a, .dial a").all():
        assert target.bounding_box()["height"] >= 44
    visitor.looks("call")
    visitor.clicks(button)
    visitor.presses("Prendre en compte l'appel")
    visitor.goes("/appels")
    expect(card).to_have_count(0)
