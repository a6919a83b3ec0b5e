"""Somebody in doubt finds whom to call; a form shows what helps and keeps what was typed (field.md B.8.3, B.8.4)."""

from urllib.parse import urlsplit

from tests.browser.checks import NARROW, assert_by_keyboard


def test_a_teacher_in_doubt_finds_whom_to_call_in_three_clicks(visitor):
    asked = []
    visitor.page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    visitor.goes("/")

    visitor.follows("Que faire maintenant ?")  # one
    call = visitor.page.get_by_role("link", name="119").first

    assert visitor.page.get_by_role("heading", level=1).inner_text().startswith("Que faire")
    assert call.get_attribute("href") == "tel:119"  # two
    visitor.looks("guide-doubt")
    for name, answer in {"who": 1, "saw": 0, "danger": 2, "where": 3, "help": 2, "parents": 2}.items():
        visitor.page.locator(f"#f-{name}-{answer}").check()
    visitor.presses("Voir que faire")
    visitor.looks("guide-answer")
    assert visitor.page.locator("main a[href='tel:119']").count() >= 1
    assert "?" not in visitor.page.url, "no answer stands in an address"
    assert set(asked) == {urlsplit(visitor.page.url).netloc}, "nothing of anybody else's"


def test_guidance_is_found_read_and_printed_by_the_keyboard_on_a_small_screen(visitor):
    visitor.page.set_viewport_size(NARROW)
    visitor.goes("/guide")
    assert_by_keyboard(visitor.page, "guide")
    visitor.looks("guide")
    visitor.clicks(visitor.page.locator(".doors summary").filter(has_text="Agir"))
    visitor.looks("guide-door")
    visitor.follows("Quels sont les premiers gestes ?")
    visitor.looks("guide-page")
    visitor.goes("/guide/affiche")
    visitor.looks("guide-poster")
    assert visitor.page.locator(".number").count() == 8


def test_what_helps_opens_beside_the_form_and_what_was_typed_stays(visitor):
    visitor.signs_in("filer")
    visitor.goes("/transmissions/nouvelle")
    visitor.presses("Commencer")
    visitor.page.locator("textarea").first.fill("Elle dort en classe.")
    typed = visitor.page.locator("textarea").first

    visitor.clicks(visitor.page.locator("details.behind summary").first)
    with visitor.page.context.expect_page() as opened:
        visitor.clicks(visitor.page.locator("details.behind a").first)

    assert "/guide/" in opened.value.url
    assert typed.input_value() == "Elle dort en classe."
