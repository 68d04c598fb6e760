"""How gunicorn serves, under `make run` and in production alike."""

import os
import shutil

from prometheus_client import multiprocess

wsgi_app = "secgov.wsgi"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
keepalive = 30  # the DCC's client and nginx ask again and again over one connection
timeout = 60
graceful_timeout = 30
limit_request_fields = 60
loglevel = "warning"

COUNTED_TOGETHER = os.environ.get("PROMETHEUS_MULTIPROC_DIR")


def on_starting(server):
    """Begin with an empty folder for the numbers that the processes count together."""
    if COUNTED_TOGETHER:
        shutil.rmtree(COUNTED_TOGETHER, ignore_errors=True)
        os.makedirs(COUNTED_TOGETHER)


def child_exit(server, worker):
    """Forget the gauges of a process that has ended; its counters stay in the sum."""
    if COUNTED_TOGETHER:
        multiprocess.mark_process_dead(worker.pid)
