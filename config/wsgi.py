"""WSGI entry point, for any WSGI server (``gunicorn config.wsgi``)."""

import os

from django.core.wsgi import get_wsgi_application

from config import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
with env.refusals_reported(3):  # by which servers know that it is of no use to start the process again
    application = get_wsgi_application()

# These need the apps, which the lines above load.
from config.checks.start import require_fit
from encryption.keys import prepare

with env.refusals_reported(3):
    require_fit()
prepare()
