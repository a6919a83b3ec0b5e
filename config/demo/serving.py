"""Web server of the demonstration: gunicorn reads its settings here (``-c python:config.demo.serving``).

One process with a few threads: SQLite has one writer at a time, and a second process would only wait for it. Mails are
files in ``var/mail``, one each.
"""

import os
import sys
from threading import Event, Thread

PORT_VARIABLE = "REPERE_DEMO_PORT"
HOST = "127.0.0.1"

bind = f"{HOST}:{os.environ.get(PORT_VARIABLE, '8000')}"
workers = 1
threads = 4
worker_class = "gthread"
loglevel = "warning"
proc_name = "repere-demo"
forwarded_allow_ips = ""  # nobody stands before it: a header can't make a request secure


_stop = Event()
PAUSE_SECONDS = 2.0
#: Most of what a demonstration does that nobody uses are these passes: elsewhere there is one each second.
SEQUENCER_PAUSE_SECONDS = 3.0


def post_worker_init(_worker: object) -> None:
    """Let what recurs, what must leave and the journal's tree be done beside the requests.

    Elsewhere ``manage.py tick`` and ``manage.py sequence`` do it, in processes of their own.
    """
    from audit import sequencer
    from outbox import worker

    Thread(target=worker.forever, args=[_stop], kwargs={"pause_seconds": PAUSE_SECONDS}, daemon=True).start()
    # The key of the journal lies with this one process, as all of the demonstration does; elsewhere it has its own.
    pause = {"pause_seconds": SEQUENCER_PAUSE_SECONDS}
    Thread(target=sequencer.forever, args=[_stop], kwargs=pause, daemon=True).start()


def worker_exit(_server: object, _worker: object) -> None:
    """Tell that work to end."""
    _stop.set()


def when_ready(_server: object) -> None:
    """Say where the service answers, once the port is open."""
    sys.stdout.write(f"\nLe service répond sur http://{bind} (Ctrl-C pour l'arrêter).\n")
    sys.stdout.flush()
