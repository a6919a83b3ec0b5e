"""A site with a strict provider, and whose identity there is bound."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Identity, User
from accounts.oidc import metadata
from encryption import index
from tests.accounts.oidc.browsing import Browser
from tests.accounts.oidc.strict import StrictProvider

SIRET = "21930000100019"


def site_of(provider: StrictProvider, settings: Any, code: str = "proconnect", **more: Any) -> dict[str, Any]:
    """What the settings say of a provider of the tests."""
    provider.redirects.add(f"{settings.PUBLIC_ADDRESS}/connexion/fournisseur/{code}/retour")
    provider.leaves.add(f"{settings.PUBLIC_ADDRESS}/deconnexion/retour")
    return {
        "code": code, "issuer": provider.issuer, "name": code.title(), "client_id": provider.client_id,
        "secret": provider.secret, "client_auth": "post", "scopes": ["openid", "siret"], "algorithms": ["RS256", "ES256"],
        "pkce": False, "prompt": "login", "auth_time": False, "userinfo": "jwt", "acr": [], "second_factor_acr": [],
        "second_factor_amr": [], "siret": "siret", "hosts": [], "logout": True, **more,
    }  # fmt: skip


@pytest.fixture
def make_provider() -> Iterator[Callable[..., StrictProvider]]:
    """Start strict providers, and stop them."""
    made: list[StrictProvider] = []

    def make(**more: Any) -> StrictProvider:
        made.append(StrictProvider(**more))
        return made[-1]

    metadata.forget()
    yield make
    for one in made:
        one.stop()
    metadata.forget()


@pytest.fixture
def provider(make_provider) -> StrictProvider:
    return make_provider()


@pytest.fixture
def site(provider, settings) -> Callable[..., dict[str, Any]]:
    """Let the site have the provider, in ProConnect's profile; what is given changes its settings."""

    def set_up(**more: Any) -> dict[str, Any]:
        settings.OIDC_PROVIDERS = [site_of(provider, settings, **more)]
        return settings.OIDC_PROVIDERS[0]

    set_up()
    return set_up


@pytest.fixture
def bound() -> Callable[..., Identity]:
    """Bind an identity to an account, without the way that leads there."""

    def bind(user: User, provider: StrictProvider, code: str = "proconnect", **more: Any) -> Identity:
        subject = index.keyed("identity.subject", f"{provider.issuer}\n{provider.person['sub']}".encode())
        return Identity.objects.create(
            user=user, provider=code, subject=subject, bound_at=timezone.now(), **more
        )

    return bind


@pytest.fixture
def visitor() -> Browser:
    return Browser()
