"""The WSGI entry point, for any WSGI server (``gunicorn config.wsgi``)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from config.checks import require_fit  # noqa: E402 - needs the apps, which the line above loads
from encryption.keys import prepare  # noqa: E402 - id.

require_fit()
prepare()
