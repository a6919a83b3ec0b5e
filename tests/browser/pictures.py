"""The pictures of README.md and of the guide to the first use: ``make pictures``. All that they show is invented."""

import io
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import DESK, PHONE, ROOT, Visitor, chromium, serving, somebody_else
from tests.browser.opening import empty_service, walk

FOLDER: Final = ROOT / "docs" / "pictures"
#: So that a copy of the repository stays small.
BYTES_MAX: Final = 80_000
STEPS_BYTES_MAX: Final = 600_000
#: Width and height in pixels of a picture of the guide.
STEP_SIZE: Final = (1000, 625)


def keep(visitor: Visitor, name: str) -> Path:
    """Take a picture of what the window shows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.webp"
    Image.open(io.BytesIO(visitor.page.screenshot())).convert("RGB").save(path, "WEBP", quality=70, method=6)
    if (size := path.stat().st_size) > BYTES_MAX:
        raise SystemExit(f"{path.name} has {size} bytes, more than {BYTES_MAX}.")
    return path


def keep_step(visitor: Visitor, name: str) -> Path:
    """Take a picture of a step of the first use, smaller: a guide has many."""
    visitor.page.evaluate("scrollTo(0, 0)")
    path = FOLDER / f"first-use-{name}.webp"
    image = Image.open(io.BytesIO(visitor.page.screenshot())).convert("RGB")
    image.resize(STEP_SIZE, Image.Resampling.LANCZOS).save(path, "WEBP", quality=60, method=6)
    print(path)  # noqa: T201 - a command of a person's
    return path


def first_use() -> None:
    """Take the pictures of the guide, of a service that begins empty."""
    with (
        empty_service() as (service, said),
        sync_playwright() as playwright,
        chromium(playwright) as browser,
        ExitStack() as stack,
    ):
        walk(browser, service, said, keep_step, stack)
    if (size := sum(file.stat().st_size for file in FOLDER.glob("first-use-*"))) > STEPS_BYTES_MAX:
        raise SystemExit(f"The pictures of the first use have {size} bytes, more than {STEPS_BYTES_MAX}.")


def main() -> None:
    """Take all of them."""
    demonstration()
    first_use()


def demonstration() -> None:
    """Take those of README.md, of the demonstration."""
    with serving() as service, sync_playwright() as playwright, chromium(playwright) as browser:
        with somebody_else(browser, service) as visitor:
            visitor.page.set_viewport_size(PHONE)
            visitor.signs_in("filer")
            visitor.goes("/urgence")
            print(keep(visitor, "urgent"))  # noqa: T201 - a command of a person's
        with somebody_else(browser, service) as visitor:
            visitor.page.set_viewport_size(DESK)
            visitor.signs_in("crip_coordinator")
            visitor.goes("/dossiers")
            print(keep(visitor, "queue"))  # noqa: T201 - id.
            visitor.goes("/dossiers?state=report_submitted")
            visitor.clicks(visitor.page.locator(".cases .ref").first)
            visitor.page.wait_for_url("**/dossiers/*-*")
            print(keep(visitor, "case"))  # noqa: T201 - id.


if __name__ == "__main__":
    main()
