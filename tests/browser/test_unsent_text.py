"""A text that isn't sent yet: saved while one writes where there is a draft, asked about elsewhere, and left at once."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import somebody_else
from tests.browser.test_cases import goes_to_step, opens_the_first
from tests.browser.test_filing import begins

#: Longer than a page waits after the last key before it saves, in milliseconds.
SOON = 10_000
WORDS = "Elle dit qu'elle a peur de rentrer."


@pytest.fixture
def visitor(browser, service):
    """Somebody at a window of their own, whose clock stays with it."""
    with somebody_else(browser, service, kept=False) as present:
        yield present


def begins_with_a_clock(visitor):
    """Begin a draft in a browser whose clock the test can put forward; return its address."""
    visitor.page.clock.install()
    return begins(visitor)


def writes(visitor, name, words):
    """Type as a person does: the browser asks nobody who touched nothing."""
    visitor.page.locator(f'[name="{name}"]').press_sequentially(words)


def test_a_page_of_the_form_is_there_again_although_nobody_pressed_a_button(visitor):
    draft = begins_with_a_clock(visitor)
    visitor.goes(f"{draft}/inquietude")
    saved = visitor.page.locator("[data-saved]")
    expect(saved).to_be_hidden()
    writes(visitor, "child_words", WORDS)
    visitor.page.clock.fast_forward(SOON)
    expect(saved).to_contain_text("Enregistré à")
    visitor.looks("saved while writing")

    visitor.goes(f"{draft}/inquietude")
    assert visitor.page.locator('[name="child_words"]').input_value() == WORDS
    writes(visitor, "child_words", " Et la suite")
    visitor.presses("Enregistrer et continuer")  # on the version that was left by the saving before
    visitor.goes(f"{draft}/inquietude")
    assert "Et la suite" in visitor.page.locator('[name="child_words"]').input_value()


def test_what_cannot_be_saved_is_said_and_kept(visitor):
    draft = begins_with_a_clock(visitor)
    visitor.goes(f"{draft}/inquietude")
    visitor.page.route(f"**{draft}/inquietude", lambda route: route.abort())
    writes(visitor, "child_words", WORDS)
    visitor.page.clock.fast_forward(SOON)
    expect(visitor.page.get_by_role("alert")).to_contain_text("n'est pas encore enregistré")
    visitor.page.unroute(f"**{draft}/inquietude")
    visitor.glances("not saved")

    visitor.presses("Enregistrer et continuer")
    visitor.goes(f"{draft}/inquietude")
    assert visitor.page.locator('[name="child_words"]').input_value() == WORDS


def test_leaving_a_text_that_is_stored_nowhere_is_asked_about_but_for_the_quick_exit(visitor):
    visitor.signs_in("crip_coordinator")
    case = opens_the_first(visitor)
    asked = []

    def accepts(dialog):
        asked.append(dialog.type)
        dialog.accept()

    visitor.page.on("dialog", accepts)
    goes_to_step(visitor, case, "message_professionals")
    visitor.goes("/dossiers")
    assert asked == [], "nothing was typed"

    goes_to_step(visitor, case, "message_professionals")
    writes(visitor, "text", WORDS)
    visitor.goes("/dossiers")
    assert asked == ["beforeunload"]

    goes_to_step(visitor, case, "message_professionals")
    writes(visitor, "text", WORDS)
    visitor.page.get_by_role("button", name="Quitter vite").click()
    visitor.page.wait_for_url("**/style/mark.svg")
    assert asked == ["beforeunload"]
