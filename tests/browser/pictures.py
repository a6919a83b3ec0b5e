"""The pictures of README.md, taken of the running demonstration: ``make pictures``. All that they show is invented."""

import io
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import DESK, PHONE, ROOT, Visitor, chromium, serving, somebody_else

FOLDER: Final = ROOT / "docs" / "pictures"
#: So that a copy of the repository stays small.
BYTES_MAX: Final = 80_000


def keep(visitor: Visitor, name: str) -> Path:
    """Take a picture of what the window shows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.webp"
    Image.open(io.BytesIO(visitor.page.screenshot())).convert("RGB").save(path, "WEBP", quality=70, method=6)
    if (size := path.stat().st_size) > BYTES_MAX:
        raise SystemExit(f"{path.name} has {size} bytes, more than {BYTES_MAX}.")
    return path


def main() -> None:
    """Take all of them."""
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
            visitor.page.locator(".cases .ref").first.click()
            visitor.page.wait_for_url("**/dossiers/*-*")
            print(keep(visitor, "case"))  # noqa: T201 - id.


if __name__ == "__main__":
    main()
