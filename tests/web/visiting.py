"""A person at the pages, without a browser: signs in, reads, fills in the forms that a page shows, and sends them."""

import html
import re
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from accounts.signin import PROVED
from tests.conftest import see_all
from tests.factories.factors import give_passkey
from tests.factories.world import World
from tests.web.browsing import let_in

PASSWORD = "a long sentence for a test"


class _Fields(HTMLParser):
    """What a browser would send of the last form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self.area, self.select = "", ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        found = dict(attrs)
        name, value = found.get("name"), found.get("value") or ""
        if tag == "form":
            self.forms.append({})
        if not self.forms or (not name and tag != "option"):
            return
        if tag == "input" and (found.get("type") not in ("radio", "checkbox") or "checked" in found):
            self.forms[-1].setdefault(name, []).append(value)
        elif tag == "textarea":
            self.area = name
            self.forms[-1][name] = [""]
        elif tag == "select":
            self.select = name
            self.forms[-1][name] = [""]
        elif tag == "option" and self.select and "selected" in found:
            self.forms[-1][self.select] = [value]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        if tag == "select":
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.forms[-1][self.area] = [(self.forms[-1][self.area][0] + data).removeprefix("\n")]


class Visitor:
    """One person of the world at the pages."""

    def __init__(
        self, world: World, name: str, code: str = "93", *, at: datetime | None = None, factors: bool = False
    ) -> None:
        """Sign in, as if both factors were given now; ``at`` an instant of a story, whose clock isn't the machine's.

        ``factors``: the account has them, which few pages ask for.
        """
        self.code, user = code, world.user(name, code)
        self.client = Client(headers={"accept": "text/html"}, raise_request_exception=False)
        if factors:
            user.password = make_password(PASSWORD)
            user.save()
            give_passkey(user)
        proved = at or timezone.now()
        let_in(self.client, user, at=proved, **{PROVED: proved.timestamp()})

    def get(self, path: str, **query: Any) -> Any:
        """Read a page."""
        answer = self.client.get(path, query)
        see_all()
        return answer

    def post(self, path: str, said: Any) -> Any:
        """Send a form."""
        answer = self.client.post(path, said)
        see_all()
        return answer

    def fills(self, path: str, **said: Any) -> Any:
        """Open a page, change some fields of its form, and send it; double underscores are hyphens."""
        shown = self.get(path)
        assert shown.status_code == 200, (path, shown.status_code, text(shown)[:600])
        changed = {name.replace("__", "-"): value for name, value in said.items()}
        return self.post(path, form_in(shown) | changed)


def form_in(answer: Any) -> dict[str, Any]:
    """Return what the form of a page holds: the one with a version, else the last."""
    parser = _Fields()
    parser.feed(answer.content.decode())
    found = next((one for one in parser.forms if "version" in one), parser.forms[-1])
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def text(answer: Any) -> str:
    """Return what a page says, without its marks."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def links(answer: Any, under: str = "/") -> list[str]:
    """Return the addresses to which a page leads."""
    found = re.findall(r'href="([^"]+)"', answer.content.decode())
    return list(dict.fromkeys(html.unescape(one) for one in found if one.startswith(under)))
