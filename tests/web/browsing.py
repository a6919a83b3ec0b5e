"""Somebody at a browser, as far as the server can tell: a session, forms, and pages that are asked for as HTML."""

import re
from typing import Any

from django.test import Client

HTML = {"accept": "text/html,application/xhtml+xml"}


class Somebody:
    """A person who has signed in; each page that is sent takes its hidden fields along, as a browser does."""

    def __init__(self, user: Any = None) -> None:
        self.client = Client(headers=HTML, raise_request_exception=False)
        if user is not None:
            self.client.force_login(user)

    def goes(self, path: str, *, expect: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == expect, (path, answer.status_code, answer.content.decode()[-3000:])
        self.html = answer.content.decode()
        return self.html

    def sends(self, path: str, *, expect: int = 303, **said: Any) -> Any:
        """Fill the form of the page that was last gone to, and send it."""
        page = self.html.partition("<main")[2]
        hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', page))
        answer = self.client.post(path, hidden | said)
        assert answer.status_code == expect, (path, answer.status_code, answer.content.decode()[-3000:])
        self.html = answer.content.decode()
        return answer

    def begins(self, lane: str = "ordinary") -> str:
        """Begin a draft, and return its address."""
        self.goes("/transmissions/nouvelle")
        return str(self.sends("/transmissions/nouvelle", lane=lane)["Location"]).rpartition("/")[0]
