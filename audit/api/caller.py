"""Who asks the auditors' API, and when."""

from datetime import datetime
from typing import Any

from rest_framework.request import Request

from audit.inspection import Auditing


def actor_and_instant(request: Request) -> tuple[Auditing | None, datetime]:
    """Return who asks and at which instant; the pipeline, which stands above this app, has set both."""
    carried: Any = request  # the framework's request passes on what the one under it has
    return carried.actor, carried.at
