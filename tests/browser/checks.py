"""What every page must be: readable by axe's rules, as wide as the window, usable by the keyboard, quick to leave."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zlib import crc32

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.night import NIGHT, some

DESK, PHONE, NARROW = (
    {"width": 1280, "height": 900},
    {"width": 390, "height": 844},
    {"width": 320, "height": 640},
)
#: A window of 1440 pixels at 200 %: as wide as one of half of them.
ZOOMED = {"width": 720, "height": 450}
SCHEMES = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = Axe()
#: What a page does right isn't told of: that takes longer than finding what it does wrong.
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
#: Each kind of element that is seen now, or of the head: those that it stands in, with their classes, and what it has
#: itself: attributes, text, a label. The elements stay in the page, by their kind.
KINDS = """() => {
  const seen = (node) => node.checkVisibility({ visibilityProperty: true }) || document.head.contains(node);
  const told = (node) => `${node.tagName}.${[...node.classList].sort().join(".")}`;
  window.kinds = new Map();
  for (const node of [...document.querySelectorAll("*")].filter(seen)) {
    const path = [];
    for (let one = node; one; one = one.parentElement) path.push(told(one));
    const named = ["type", "role", "lang"].map((name) => node.getAttribute(name));
    const labelled = [Boolean(node.textContent.trim()), Boolean(node.labels && node.labels.length)];
    const kind = JSON.stringify([path.join("<"), node.getAttributeNames().sort(), named, labelled]);
    if (!window.kinds.has(kind)) window.kinds.set(kind, []);
    window.kinds.get(kind).push(node);
  }
  return [...window.kinds.keys()];
}"""
#: What axe finds in the first and last element of some kinds, or in all of them, and in all that stands in these.
FOUND = """([kinds, options, all]) => {
  const some = (nodes) => all ? nodes : [nodes[0], nodes.at(-1)];
  const asked = new Set(kinds.flatMap((kind) => some(window.kinds.get(kind))));
  const within = (node) => node.parentElement && (asked.has(node.parentElement) || within(node.parentElement));
  return axe.run({ include: [...asked].filter((node) => !within(node)) }, options);
}"""
#: By day a page with fewer new kinds is left to one with more: axe reads all of a page before it tells of a part.
NEW_KINDS = 8
#: What axe was asked about in this run.
ASKED: set[str] = set()
#: The addresses whose pages were looked at in this run, by their names in the URLconf.
LOOKED: set[str] = set()
#: The kinds of page that were glanced at in this run, and what each told of: an act that was done, or faults.
GLANCED: set[tuple[str, ...]] = set()
#: The parts of a date, through which the Tab key goes one by one without a word to the page.
STOPS_OF_A_DATE = 7
#: What the Tab key must reach, in its order: of rounds of one name the chosen or the first.
STOPS = """() => {
  const rounds = new Set();
  const chosen = (node) => [...document.getElementsByName(node.name)].find((one) => one.checked && one.form === node.form);
  const stops = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]"
  )].filter((node) => {
    if (node.disabled || node.tabIndex < 0 || !node.checkVisibility({ visibilityProperty: true })) return false;
    if (node.type !== "radio") return true;
    const first = chosen(node) || node, known = rounds.has(node.name);
    if (first === node) rounds.add(node.name);
    return first === node && !known;
  });
  const told = (node) => `${node.tagName} ${node.name || ""} ${(node.textContent || "").trim().slice(0, 40)}`;
  window.met = [];
  document.addEventListener("focusin", (event) => {
    const node = event.target, look = getComputedStyle(node), box = node.getBoundingClientRect();
    const ring = (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none";
    const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    window.met.push([stops.indexOf(node), ring && inside, told(node)]);
  });
  return stops.map(told);
}"""


def route(url: str) -> str:
    """Return the name of an address in the URLconf; none where it leads nowhere."""
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""


def glanced_at(page: Page) -> bool:
    """Note that a page was glanced at; tell whether one of its kind, step and state was before, which is enough by day."""
    found = resolve(urlsplit(page.url).path)
    words = [str(value) for value in found.kwargs.values() if not isinstance(value, UUID)]
    states = [str(page.locator(f"main {state}").count() > 0) for state in (".note[role=status]", "#faults")]
    told = (found.view_name, *words, *states)
    known = told in GLANCED
    GLANCED.add(told)
    return known and not NIGHT


def looked_at(page: Page) -> None:
    """Note that a page was looked at, unless it is one that tells of an error."""
    if not page.title().startswith("Err"):
        LOOKED.add(route(page.url))


def assert_fits(page: Page, name: str) -> None:
    """Nothing is wider than the window, down to 320 pixels."""
    page.wait_for_load_state("load")
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= window, f"{name}: {wide} > {window}"


def assert_accessible(page: Page, name: str, scheme: str | None = None) -> None:
    """axe-core finds nothing in some colours, once the page has its style: after a click its words are there first.

    By day it is asked about the kinds of element that weren't before it yet, in whatever window and colours, where a
    page has some of them.
    """
    page.wait_for_load_state("load")
    kinds = set(page.evaluate(KINDS))
    asked = kinds if NIGHT else kinds - ASKED
    if len(asked) < (1 if NIGHT else NEW_KINDS):
        return
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.axe_script)
    if scheme is not None:
        coloured(page, scheme)
    found = AxeResults(page.evaluate(FOUND, [sorted(asked), AXE_OPTIONS, NIGHT]))
    if scheme is not None:
        coloured(page, None)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    ASKED.update(kinds)


def sized(page: Page, size: Any) -> None:
    """Have a page in a window of some size: what it lays out anew costs more than to ask."""
    if page.viewport_size != size:
        page.set_viewport_size(size)


def coloured(page: Page, scheme: Any) -> None:
    """Have a page in its light or dark colours, at once: what moves from one to the other would be read halfway."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


def ways(name: str, *, all_of_them: bool) -> Iterator[tuple[Any, Any]]:
    """Yield window and colours: desk and phone, light and dark; but for ``all_of_them`` one, by a checksum of the name."""
    every = [(size, scheme) for size in (DESK, PHONE) for scheme in SCHEMES]
    yield from every if all_of_them else [every[crc32(name.encode()) % len(every)]]


def assert_good(page: Page, name: str, *, all_ways: bool) -> None:
    """A page in general: it fits down to 320 pixels and at 200 %, can be left at once, has one red button at most; axe finds nothing."""
    windows = (NARROW, PHONE, ZOOMED, DESK)
    for size in windows if NIGHT else (NARROW, *some([PHONE, ZOOMED, DESK], name)):
        sized(page, size)
        assert_fits(page, f"{name} at {size['width']}")
    halves = page.locator("main section[lang]:has(> h1)").count()  # a page that says all in two languages
    assert page.locator("h1").count() == (halves or 1), f"{name} has not one heading of the first level"
    red = page.locator(".alarm-button:visible").count()
    assert red <= 1, f"{name} has {red} red buttons: one act at most can't wait"
    assert re.match(r"\S+.* – Repère$", page.title()), f"{name} has no title"
    if page.locator("#exit").count():
        assert page.locator("#exit button").is_visible(), f"{name} can't be left quickly"
    for size, scheme in ways(name, all_of_them=all_ways):
        sized(page, size)
        assert_accessible(page, f"{name}, {scheme}, {size['width']}", scheme)
    sized(page, DESK)


def assert_by_keyboard(page: Page, name: str) -> None:
    """The Tab key reaches all that can be used, in the page's order, shows where it is, and goes out at the end."""
    stops = page.evaluate(STOPS)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    for _ in stops:
        page.keyboard.press("Tab")
    for _ in range(STOPS_OF_A_DATE * page.locator("main input[type^=date]").count()):
        if page.evaluate("window.met.at(-1)[0]") == len(stops) - 1:
            break
        page.keyboard.press("Tab")
    met = page.evaluate("window.met")
    assert "skip" in page.evaluate("document.querySelector('a').className"), (
        f"{name}: the first stop skips nothing"
    )
    order = [n for n, _, _ in met]
    missed = [stop for n, stop in enumerate(stops) if n not in order]
    assert missed == [], f"{name}: not reached by the keyboard: {missed}"
    assert order == sorted(order), f"{name}: not in the order of the page: {met}"
    assert all(seen for _, seen, _ in met), (
        f"{name}: not seen with the focus: {[what for _, seen, what in met if not seen]}"
    )
    page.keyboard.press("Tab")
    assert page.evaluate("window.met.length") == len(stops) or page.evaluate("window.met.at(-1)[0]") == 0, (
        f"{name} holds the focus at its end"
    )
