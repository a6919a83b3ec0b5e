"""ASGI entry point, for any ASGI server."""

import os

from django.core.asgi import get_asgi_application

from config import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
with env.refusals_reported(3):  # by which servers know that it is of no use to start the process again
    application = get_asgi_application()

# These need the apps, which the lines above load.
from config.checks.start import require_fit
from encryption.keys import prepare

with env.refusals_reported(3):
    require_fit()
prepare()
