"""A browser of the tests that goes to another site and comes back: it honours SameSite, which Django's client doesn't."""

import http.client
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.test import Client

HTML = {"accept": "text/html,application/xhtml+xml"}


class Browser:
    """Somebody at the pages of the service and of its providers."""

    def __init__(self) -> None:
        self.client = Client(headers=HTML, raise_request_exception=False)

    def presses(self, path: str, **said: Any) -> Any:
        """Send a form of ours."""
        return self.client.post(path, said)

    def goes(self, path: str) -> Any:
        """Follow a link of ours."""
        return self.client.get(path)

    def arrives(self, address: str) -> Any:
        """Come from another site by a link: no cookie that is Strict comes along."""
        parts = urlsplit(address)
        kept = dict(self.client.cookies.items())
        for name, morsel in kept.items():
            if morsel["samesite"] != "Lax":
                del self.client.cookies[name]
        answer = self.client.get(parts.path, parse_qsl(parts.query, keep_blank_values=True))
        for name, morsel in kept.items():
            if name not in self.client.cookies:
                self.client.cookies[name] = morsel
        return answer


def led_to(answer: Any) -> str:
    """Where a page leads on by itself."""
    assert answer.status_code == 200, (answer.status_code, answer.content.decode()[-2000:])
    return answer["Refresh"].removeprefix("0; url=")


def asked(address: str) -> tuple[int, str]:
    """Ask a provider, as a browser does; return its status and where it leads."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers.get("Location", "")


def there_and_back(browser: Browser, path: str = "/connexion/fournisseur/proconnect", **said: Any) -> Any:
    """Go to a provider from a form of ours, and come back with its answer."""
    status, back = asked(led_to(browser.presses(path, **said)))
    assert status == 303, (status, back)
    return browser.arrives(back)
