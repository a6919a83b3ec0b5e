"""``make journeys``: play what each person does in the demonstration, and print what it costs them.

Writes nothing but its output: the demonstration lives in a folder of its own, gone at the end.
"""

import sys
from collections.abc import Iterable, Sequence
from statistics import median

from playwright.sync_api import sync_playwright

from tests.browser.conftest import chromium, serving
from tests.browser.journeys.meter import Journey, Seen
from tests.browser.journeys.people import tell

HEAD = (
    "who", "does", "acts", "clicks", "fields", "keys", "screens", "loads", "px desk", "px phone", "kB", "ms", "ms max",
)  # fmt: skip
PAGES = ("page", "px desk", "px phone", "kB", "answers", "ms", "ms max")


def main() -> None:
    """Play and print."""
    journeys: list[Journey] = []
    with serving() as service, sync_playwright() as playwright, chromium(playwright) as browser:
        for journey in tell(browser, service):
            sys.stderr.write(
                f"{journey.who}: {journey.what}{' – ' if journey.hindered else ''}{journey.hindered}\n"
            )
            journeys.append(journey)
    print(ABOUT)  # noqa: T201 - a command of a person's
    print(table(HEAD, map(of_journey, journeys)))  # noqa: T201 - id.
    print()  # noqa: T201 - id.
    print(table(PAGES, map(of_page, *zip(*sorted(pages(journeys).items()), strict=True))))  # noqa: T201 - id.


ABOUT = """Acts: clicks, fields typed in or chosen, keys. Screens: how far was scrolled for them. Loads: pages that came.
px: the tallest page at 1440 × 900 and at 390 × 844; kB: the heaviest, with all its files. ms: the answers of the
service as the browser waits for them, median and longest.
"""


def of_journey(one: Journey) -> Sequence[str]:
    """Return the line of a journey."""
    said = (one.who, f"{one.what} – NOT POSSIBLE: {one.hindered}" if one.hindered else one.what)
    acts = (one.interactions, one.clicks, one.fields, one.keys, f"{one.screens:.1f}", one.loads)
    return [*map(str, (*said, *acts)), *_seen(one.whole, counted=False)]


def of_page(address: str, seen: Seen) -> Sequence[str]:
    """Return the line of a page."""
    return [address, *_seen(seen, counted=True)]


def _seen(seen: Seen, *, counted: bool) -> Sequence[str]:
    times = [f"{median(seen.answers):.0f}", f"{max(seen.answers):.0f}"] if seen.answers else ["–", "–"]
    count = [str(len(seen.answers))] if counted else []
    return [
        *(f"{n:,}" if n else "–" for n in (seen.desk, seen.phone)),
        f"{seen.weight / 1000:.0f}",
        *count,
        *times,
    ]


def pages(journeys: Iterable[Journey]) -> dict[str, Seen]:
    """Return what was seen of each address in all journeys."""
    found: dict[str, Seen] = {}
    for journey in journeys:
        for address, seen in journey.pages.items():
            found.setdefault(address, Seen()).add(seen)
    return found


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return lines in columns: the words to the left, the figures to the right."""
    rows = [list(head), *(list(line) for line in lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    words = 2 if head[0] == "who" else 1
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n < words else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


if __name__ == "__main__":
    main()
