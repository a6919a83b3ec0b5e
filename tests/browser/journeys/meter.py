"""Somebody at a browser whose every act is counted, by the browser itself, and every page measured."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error, Locator, Page, Response

from tests.browser.conftest import Service, Visitor

#: How long is waited for what a page should show, and how often is looked.
PATIENCE_MS, POLL_MS = 30_000, 50
#: What is folded within what is folded.
NESTED_AT_MOST = 10
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
#: A click is counted where the pointer goes down, since a label's click is told twice; a field where it is typed in or
#: chosen, once until another one is; a key where it does something. Each tells how far the page was scrolled for it.
COUNTER = """(() => {
  let last = null, at = 0;
  const tell = (kind) => {
    window.counted(kind, Math.abs(scrollY - at) / innerHeight);
    at = scrollY;
  };
  const typed = (node) => node.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  addEventListener("pointerdown", () => { last = null; tell("clicks"); }, true);
  addEventListener("input", (event) => {
    if (typed(event.target) && event.target !== last) { last = event.target; tell("fields"); }
  }, true);
  addEventListener("keydown", (event) => {
    if (event.key.length > 1 && !["Shift", "Control", "Alt", "Meta"].includes(event.key)) tell("keys");
  }, true);
})()"""
#: What one clicks to open the outermost fold around a node.
FOLDED = """(node) => {
  let found = null;
  for (let one = node; one; one = one.parentElement) if (one.matches("details:not([open])")) found = one;
  return found && found.querySelector("summary");
}"""
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Seen:
    """Pages of one address: the tallest in pixels on a desk and a phone, the heaviest in bytes, the answers in ms."""

    desk: int = 0
    phone: int = 0
    weight: int = 0
    answers: list[float] = field(default_factory=list)

    def add(self, other: "Seen") -> None:
        """Count others in."""
        self.desk, self.phone = max(self.desk, other.desk), max(self.phone, other.phone)
        self.weight = max(self.weight, other.weight)
        self.answers += other.answers


@dataclass
class Journey:
    """What one person did to come to an end, or what stood in the way."""

    who: str
    what: str
    clicks: int = 0
    fields: int = 0
    keys: int = 0
    screens: float = 0.0
    loads: int = 0
    pages: dict[str, Seen] = field(default_factory=dict)
    hindered: str = ""

    @property
    def interactions(self) -> int:
        """Return how often a hand did something."""
        return self.clicks + self.fields + self.keys

    @property
    def whole(self) -> Seen:
        """Return the worst of all its pages."""
        found = Seen()
        for one in self.pages.values():
            found.add(one)
        return found


class NotPossible(Exception):
    """The pages offer no way to do this."""


def kind(url: str) -> str:
    """Return an address without what names one case, person or filter."""
    path = re.sub(r"^https?://[^/]+", "", url).partition("?")[0].partition("#")[0]
    return ID.sub("…", path)


class Walker(Visitor):
    """A visitor whose acts count while a journey is under way, and unless told otherwise the heights of pages too."""

    def __init__(self, page: Page, service: Service, *, heights: bool = True) -> None:
        self.heights = heights
        self.journey: Journey | None = None
        self._since: list[tuple[str, float]] = []
        self._come = 0
        self.landing = service.address
        super().__init__(page, service, shares=False)
        page.context.expose_binding("counted", self._count)
        page.context.add_init_script(COUNTER)

    def _count(self, _: Any, what: str, screens: float) -> None:
        if self.journey is not None:
            setattr(self.journey, what, getattr(self.journey, what) + 1)
            self.journey.screens += screens

    def _weigh(self, response: Response) -> None:
        super()._weigh(response)
        if not response.request.is_navigation_request():
            return
        timing = response.request.timing
        self._since.append((response.url, timing["responseStart"] - timing["requestStart"]))
        came = not 300 <= response.status < 400
        self._come += came
        if self.journey is not None:
            self.journey.loads += came

    @contextmanager
    def does(self, who: str, what: str) -> Iterator[Journey]:
        """Count what is done in the block, until its end or until the pages offer no way."""
        journey = self.journey = Journey(who, what)
        self._since = []
        try:
            yield journey
            self.measures()
        except (NotPossible, Error) as why:
            told = " ".join(self.page.locator("#faults").all_inner_texts())
            wanted = re.findall(r"waiting for .*", str(why))[:1]
            journey.hindered = " – ".join(
                filter(None, (str(why).partition("\n")[0], *wanted, " ".join(told.split())))
            )
        finally:
            self.journey = None

    def measures(self) -> None:
        """Take the heights of the page that has come, on a desk and on a phone."""
        self.page.wait_for_load_state("load")
        if self.journey is None or not self.heights:
            return
        for url, took in self._since:
            self.journey.pages.setdefault(kind(url), Seen()).answers.append(took)
        self._since = []
        own, page = self.page.viewport_size, self.journey.pages.setdefault(kind(self.page.url), Seen())
        heights = [self._height(size) for size in (DESK, PHONE)]
        self.page.set_viewport_size(own)
        page.add(Seen(*heights, self.weights.get(self.page.url.partition("#")[0], 0)))

    def _height(self, size: Any) -> int:
        self.page.set_viewport_size(size)
        return int(self.page.evaluate("document.documentElement.scrollHeight"))

    def lands(self) -> None:
        """Come to the page on which sign-in leaves this person."""
        self.page.goto(self.landing)
        self.measures()

    # --- Acts, by what a reader or a screen reader is told

    def presses(self, name: str | re.Pattern[str]) -> None:
        """Press a button of the page's own part."""
        self.uses(self._named("button", name))

    def follows(self, name: str | re.Pattern[str]) -> None:
        """Follow a link, wherever it stands."""
        self.uses(self._named("link", name))

    def turns_to(self, place: str) -> None:
        """Follow an entry of the menu."""
        menu = self.page.get_by_role("navigation", name="Menu")
        found = menu.get_by_role("link", name=place, include_hidden=True)
        if not found.count():
            raise NotPossible(f"« {place} » not in the menu")
        self.uses(found.first)

    def finds(self, name: str | re.Pattern[str]) -> bool:
        """Tell whether a link is in sight."""
        return self.page.get_by_role("link", name=name).count() > 0

    def _named(self, role: Any, name: str | re.Pattern[str]) -> Locator:
        """Return what bears the name: in the page's own part rather than in the menu, in sight rather than folded."""
        main = self.page.locator("main")
        for where, hidden in ((main, False), (self.page, False), (main, True)):
            found = where.get_by_role(role, name=name, include_hidden=hidden)
            if found.count():
                return found.first
        raise NotPossible(f"{role} « {getattr(name, 'pattern', name)} » not on {kind(self.page.url)}")

    def uses(self, found: Locator) -> None:
        """Click, and wait for the page that comes: on a busy machine it may begin only after the click is over."""
        self.unfolds(found)
        come, stays = self._come, (found.get_attribute("href") or "").startswith("#")
        found.click()
        for _ in range(PATIENCE_MS // POLL_MS):
            if stays or self._come > come:
                break
            self.page.wait_for_timeout(POLL_MS)
        self.measures()

    def unfolds(self, found: Locator) -> None:
        """Open what is folded around something, from the outside in."""
        for _ in range(NESTED_AT_MOST):
            if found.is_visible():
                return
            summary = found.evaluate_handle(FOLDED).as_element()
            if summary is None:
                break
            summary.click()
        raise NotPossible("it can't be seen")
