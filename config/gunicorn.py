"""Settings of the web server in production: ``gunicorn --config python:config.gunicorn config.wsgi``.

What differs from instance to instance is on the command line, which wins over this file: the address, ``--bind``. The
number of processes is in gunicorn's own variable, ``WEB_CONCURRENCY``.
"""

import os
from typing import Any

from config import env
from config.metrics import folder

# An upload lasts as long as its sender takes: a thread waits for it, the others answer.
worker_class = "gthread"
threads = env.number("REPERE_THREADS", default=4)
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
loglevel = "warning"
# No header makes a request secure, or another's: REPERE_TRUSTED_PROXIES says who may tell.
forwarded_allow_ips = ""
# The heartbeat must not wait for a disk; its file has no name.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# At a stop what is under way is finished: a page within seconds, a large file within a minute.
graceful_timeout = 60
# Nobody steers a running server by a socket.
control_socket_disable = True


def on_starting(_server: Any) -> None:
    """Add what processes counted that ended without telling, killed or with the machine."""
    folder.fold_ended(env.metrics_dir())


def child_exit(_server: Any, worker: Any) -> None:
    """Add what a worker counted that has ended, so that no total shrinks."""
    folder.fold(env.metrics_dir(), worker.pid)
