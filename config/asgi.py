"""The ASGI entry point, for any ASGI server."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()

from config.checks import require_fit  # noqa: E402 - needs the apps, which the line above loads
from encryption.keys import prepare  # noqa: E402 - id.

require_fit()
prepare()
