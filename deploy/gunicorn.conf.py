"""How gunicorn serves the service. The address to listen at is on its command line: it differs by instance.

``REPERE_THREADS`` gives the threads of a process, as the service knows it too; ``WEB_CONCURRENCY``, gunicorn's own
variable, the number of processes.
"""

import os

from config import env

wsgi_app = "config.wsgi"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# An upload lasts as long as its sender takes: a thread waits for it, and the others answer.
worker_class = "gthread"
with env.refusals_said(3):
    threads = env.number("REPERE_THREADS", default=4)
# The service itself reads X-Forwarded-For, from the proxies in REPERE_TRUSTED_PROXIES alone (accounts/origin.py).
forwarded_allow_ips = ""
# Its heartbeat must not wait for a disk.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - gunicorn makes a file of its own in it, and removes its name at once
# At a stop, what is under way is finished: a page within seconds, a large file within a minute.
graceful_timeout = 60
# The service writes the log of requests; gunicorn's own would hold query strings.
accesslog = None
# Nobody steers a running server by a socket.
control_socket_disable = True
