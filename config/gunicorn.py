"""Settings of the web server in production: ``gunicorn -c python:config.gunicorn config.wsgi``.

What differs from machine to machine is said on the command line (``--bind``, ``--workers``), which wins over this file.
"""

from typing import Any

from config import env
from config.metrics import folder

worker_class = "gthread"
threads = env.number("REPERE_THREADS", default=4)
workers = 4
bind = "127.0.0.1:8000"
loglevel = "warning"
forwarded_allow_ips = ""  # no header makes a request secure, or another's: REPERE_TRUSTED_PROXIES says who may tell
graceful_timeout = 30


def on_starting(_server: Any) -> None:
    """Add what processes counted that ended without telling, killed or with the machine."""
    folder.fold_ended(env.metrics_dir())


def child_exit(_server: Any, worker: Any) -> None:
    """Add what a worker counted that has ended, so that no total shrinks."""
    folder.fold(env.metrics_dir(), worker.pid)
