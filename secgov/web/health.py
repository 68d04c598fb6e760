"""For operators: is it alive, could it work, how does it do."""

import hmac
import os

import prometheus_client
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, multiprocess

from secgov.journal import clock
from secgov.web.gauges import SystemGauges
from secgov.web.readiness import Finding, findings


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process answers at all; nothing else is asked."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 where everything that the work needs stands, else 503 naming what does not."""
    found = findings(clock=clock.now)
    good = all(each.good for each in found)
    wrong = [each.name for each in found if not each.good]
    body = {"ready": good, "wrong": wrong, "findings": [_told(each) for each in found]}
    return JsonResponse(body, status=200 if good else 503)


def _told(finding: Finding) -> dict[str, str | bool]:
    return {"name": finding.name, "good": finding.good, "says": finding.says}


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus its numbers, to whoever brings METRICS_TOKEN; to everybody else there is nothing here."""
    given = request.headers.get("Authorization", "").encode()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(
        given, f"Bearer {settings.METRICS_TOKEN}".encode()
    ):
        raise Http404
    ours = CollectorRegistry(auto_describe=False)
    ours.register(SystemGauges(at=clock.now()))
    numbers = prometheus_client.generate_latest(_of_processes()) + prometheus_client.generate_latest(ours)
    return HttpResponse(numbers, content_type=prometheus_client.CONTENT_TYPE_LATEST)


def _of_processes() -> CollectorRegistry:
    """The counters of every process of the web server, where they share a folder; else those of this one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return prometheus_client.REGISTRY
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)
    return together
