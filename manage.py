#!/usr/bin/env python
"""Run a management command: ``python manage.py demo`` is the place to begin."""

import os
import sys


def main() -> None:
    """Hand the command line to Django."""
    # Bootstrap makes what the settings need: it runs before there are any.
    page = "config.bootstrap.settings" if sys.argv[1:2] == ["bootstrap"] else "config.settings"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", page)
    from django.core.management import execute_from_command_line

    from config import env

    with env.refusals_reported(1):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
