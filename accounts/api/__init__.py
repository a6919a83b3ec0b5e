"""API of accounts: translates in, makes one call, translates out. Here: how its sign-in looks in the schema."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class DoorScheme(OpenApiAuthenticationExtension):
    """A bearer token, or a session cookie."""

    target_class = "accounts.signin.DoorAuthentication"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:  # noqa: ARG002
        return [
            {"type": "http", "scheme": "bearer", "description": "`rep_…`, from POST /api/v1/tokens."},
            {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
        ]
