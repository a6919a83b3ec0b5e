"""The whole way with a provider that others wrote: Canaille, in a process of its own (requirements-dev.lock brings it).

Its tokens, its userinfo as a signed JWT, its keys and its logout are its own; nothing of it is of our making.
"""

import html
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import pytest
import requests
from django.utils import timezone
from joserfc import jwk

from accounts.models import Identity, Session
from accounts.oidc import metadata
from config.env import BASE_DIR
from encryption import onetime
from tests.accounts.conftest import entries
from tests.accounts.oidc.browsing import Browser, led_to
from tests.conftest import see_all
from tests.factories.factors import give_application

MISSING = "Canaille isn't installed: `make test` brings it (requirements-dev.lock), or `pip install canaille[oidc,server]`."
START = "/connexion/fournisseur/canaille"
PERSON = {"user": "personne", "password": "une phrase de passe d'essai"}


pytestmark = pytest.mark.real_clock("the provider is a process of its own")


class Real:
    """The process, and how one signs in there."""

    def __init__(self, settings: Any) -> None:
        self.said = {
            "port": 0, "keys": [new_key()], "client_id": "repere", "secret": uuid4().hex, **PERSON,
            "redirect": f"{settings.PUBLIC_ADDRESS}{START}/retour", "leave": f"{settings.PUBLIC_ADDRESS}/deconnexion/retour",
        }  # fmt: skip
        self.home = settings.PUBLIC_ADDRESS
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.accounts.oidc.realprovider", json.dumps(self.said)]
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            command, cwd=BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        told = self.process.stdout.readline()
        assert told, "The provider's process ended before it listened."
        self.said["port"] = int(told)
        self.issuer = f"http://127.0.0.1:{self.said['port']}/"
        self.browser = requests.Session()
        self.browser.trust_env = False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def changes_keys(self) -> None:
        """Sign with another key from now on: the same provider at the same place, begun anew."""
        self.stop()
        self.said["keys"] = [new_key()]
        self.start()

    def goes(self, address: str) -> str:
        """Go where a page of ours leads; fill in what is asked for, and return where that leads back."""
        answer = self.browser.get(address, allow_redirects=False, timeout=30)
        for _ in range(12):
            if answer.is_redirect:
                to = urljoin(answer.url, answer.headers["Location"])
                if to.startswith(self.home):
                    return to
                answer = self.browser.get(to, allow_redirects=False, timeout=30)
                continue
            fields = form_of(answer.text)
            fields |= {
                name: value
                for name, value in (("login", PERSON["user"]), ("password", PERSON["password"]))
                if name in fields
            }
            if "answer" in answer.text and "password" not in fields and "login" not in fields:
                fields["answer"] = "accept" if 'value="accept"' in answer.text else "logout"
            answer = self.browser.post(answer.url, fields, allow_redirects=False, timeout=30)
        raise AssertionError((answer.status_code, answer.url, answer.text[:3000]))


def form_of(page: str) -> dict[str, str]:
    """What the fields of a page hold."""
    found = {}
    for tag in re.findall(r"<input[^>]+>", page):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in attributes and attributes.get("type") != "submit":
            found[attributes["name"]] = html.unescape(attributes.get("value", ""))
    return found


def new_key() -> dict[str, Any]:
    key = jwk.generate_key("RSA", 2048, {"kid": uuid4().hex, "alg": "RS256", "use": "sig"})
    return key.as_dict(private=True)


@pytest.fixture
def real(settings) -> Iterator[Real]:
    if importlib.util.find_spec("canaille") is None:
        pytest.fail(MISSING)
    metadata.forget()
    one = Real(settings)
    settings.OIDC_PROVIDERS = [
        {
            "code": "canaille", "issuer": one.issuer, "name": "Canaille", "client_id": "repere",
            "secret": one.said["secret"], "client_auth": "basic", "scopes": ["openid"], "algorithms": ["RS256"],
            "pkce": True, "prompt": "login", "auth_time": False, "userinfo": "jwt", "acr": [], "second_factor_acr": [],
            "second_factor_amr": ["mfa"], "siret": "", "hosts": [], "logout": True,
        }
    ]  # fmt: skip
    yield one
    one.stop()
    metadata.forget()


def code_of(factor) -> str:
    return onetime.code_at(factor.pk, onetime.step_of(timezone.now().timestamp()))


@pytest.mark.slow("a provider in a process of its own")
def test_a_real_provider_from_binding_to_signing_out_and_through_other_keys(alice, real, signed_in):
    factor = give_application(alice.user)
    owner = Browser()
    owner.client.cookies = signed_in(alice.user).client.cookies
    back = real.goes(led_to(owner.presses("/compte/connexion/fournisseur/canaille")))
    assert led_to(owner.arrives(back)) == "/compte/connexion/identite"
    assert owner.presses("/compte/connexion/identite").status_code == 303
    see_all()
    assert Identity.objects.get().user_id == alice.user_id
    Session.objects.all().delete()

    visitor = Browser()
    back = real.goes(led_to(visitor.presses(START, next="/transmissions")))
    assert led_to(visitor.arrives(back)) == "/connexion/suite", "a password there is no second factor here"
    assert visitor.presses("/connexion/suite", code=code_of(factor))["Location"] == "/transmissions"
    assert visitor.goes("/compte/connexion").status_code == 200
    again = visitor.arrives(back)
    assert again.status_code == 401, "its answer counts once"

    page = visitor.arrives(real.goes(led_to(visitor.presses("/deconnexion"))))
    assert "aussi déconnecté du fournisseur d'identité" in html.unescape(page.content.decode())
    assert visitor.goes("/compte/connexion").status_code == 401

    real.changes_keys()
    back = real.goes(led_to(visitor.presses(START)))
    assert led_to(visitor.arrives(back)) == "/connexion/suite", "its new key is looked for"
    see_all()
    assert len(entries(act="identity:used")) == 2


def test_a_real_provider_that_is_gone_is_told(alice, real):
    visitor = Browser()
    back = real.goes(led_to(visitor.presses(START)))
    real.process.terminate()
    real.process.wait()

    answer = visitor.arrives(back)

    assert answer.status_code == 503
    assert "ne répond pas" in answer.content.decode()
