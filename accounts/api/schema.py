"""Authentication schemes of the API's schema: a bearer token, or a session cookie."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class DoorScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the parent has no types
    """Describe ``accounts.signin.DoorAuthentication``."""

    target_class = "accounts.signin.DoorAuthentication"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:  # noqa: ARG002
        """Return both ways, in the order of ``name``."""
        return [
            {"type": "http", "scheme": "bearer", "description": "`rep_…`, from POST /api/v1/tokens."},
            {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
        ]
