"""Settings of ``manage.py bootstrap`` alone: nothing is set yet, so nothing is read and nothing is connected to."""

INSTALLED_APPS = ["config.bootstrap.apps.BareConfig"]
DATABASES: dict[str, object] = {}
USE_TZ = True
USE_I18N = False
