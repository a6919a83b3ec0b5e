"""Identity providers of the site, as its settings name them (``config/env.py``, docs/runbook.md)."""

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from accounts.errors import NotVisible


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider; ``code`` names it in addresses and in the database, ``name`` to people.

    ``client_auth`` is how the service proves itself, ``post`` or ``basic`` (client_secret_post, client_secret_basic).
    ``acr`` are the levels of which one is required, empty: any. Of ``second_factor_acr`` and ``second_factor_amr`` each
    that isn't empty has to hold what the provider says, for its sign-in to count as a second factor too; where both are
    empty it never does. ``siret`` is the claim that names the person's institution. ``userinfo`` is ``jwt`` (signed),
    ``json``, or ``no`` where nothing is asked there. ``hosts`` may hold addresses of it, beside the issuer's host.
    """

    code: str
    issuer: str
    name: str
    client_id: str
    secret: str = field(repr=False)
    client_auth: str
    scopes: Collection[str]
    algorithms: Collection[str]
    pkce: bool
    prompt: str
    auth_time: bool
    userinfo: str
    acr: Collection[str]
    second_factor_acr: Collection[str]
    second_factor_amr: Collection[str]
    siret: str
    hosts: Collection[str]
    logout: bool

    @property
    def returns_to(self) -> str:
        """Return where it sends a browser back: to an address of its own, so that none answers for another."""
        return f"{settings.PUBLIC_ADDRESS}/connexion/fournisseur/{self.code}/retour"

    @property
    def near(self) -> bool:
        """Tell whether it runs on this machine, where a developer's needs no TLS; production refuses that."""
        return urlsplit(self.issuer).hostname in ("localhost", "127.0.0.1", "::1")


_NAMES = frozenset(one.name for one in fields(Provider))


def all_of_site() -> list[Provider]:
    return [_provider(entry) for entry in settings.OIDC_PROVIDERS]


def named(code: str) -> Provider:
    """Return the provider with a code.

    Raises:
        NotVisible: the site has none.
    """
    for entry in settings.OIDC_PROVIDERS:
        if entry["code"] == code:
            return _provider(entry)
    raise NotVisible


def name_of(code: str) -> str:
    """Return what people call a provider; its code where the site has it no more."""
    return next((one.name for one in all_of_site() if one.code == code), code)


def _provider(entry: dict[str, Any]) -> Provider:
    return Provider(**{name: entry[name] for name in _NAMES})
