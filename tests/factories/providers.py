"""An identity provider of the site that nobody calls: its addresses are known, so that a browser can be sent there."""

import math
from typing import Any

from accounts.oidc import metadata, providers
from accounts.oidc.metadata import Metadata

PROVIDER: dict[str, Any] = {
    "code": "essai", "issuer": "https://id.example.org", "name": "Essai", "client_id": "repere", "secret": "secret",
    "client_auth": "post", "scopes": ["openid"], "algorithms": ["ES256"], "pkce": True, "prompt": "login",
    "auth_time": False, "userinfo": "jwt", "acr": [], "second_factor_acr": [], "second_factor_amr": [], "siret": "",
    "hosts": [], "logout": True,
}  # fmt: skip


def let_the_site_have_one(settings: Any) -> None:
    """Let the site have this provider and no other."""
    settings.OIDC_PROVIDERS = [PROVIDER]
    here = PROVIDER["issuer"]
    kept = metadata._of(providers.named(PROVIDER["code"]))
    kept.metadata = Metadata(f"{here}/a", f"{here}/t", f"{here}/k", f"{here}/u", "", names_itself=False)
    kept.metadata_until = math.inf
