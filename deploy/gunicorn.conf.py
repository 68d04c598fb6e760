"""How gunicorn serves, under `make run` and in production alike."""

import os

wsgi_app = "secgov.wsgi"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
keepalive = 30  # the DCC's client and nginx ask again and again over one connection
timeout = 60
graceful_timeout = 30
limit_request_line = 8190
limit_request_fields = 60
loglevel = "warning"


def child_exit(server, worker):
    """Forget the gauges of a process that has ended, where the metrics of several are counted together."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess  # reads the variable while it is imported

        multiprocess.mark_process_dead(worker.pid)
