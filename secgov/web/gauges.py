"""What an operator watches of the list itself, counted when asked."""

import datetime as dt
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cpl.models import Edition, ListChange
from secgov.journal.models import Heartbeat, Message, Obligation, Task


class SystemGauges(Collector):
    """Counts at one instant. Each is one short statement over an index."""

    def __init__(self, *, at: dt.datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[Metric]:
        """Give every gauge."""
        messages = Message.objects.waiting()
        yield _one("cpl_outbox_waiting", "Mails that wait to be handed over.", messages.count())
        oldest = messages.order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
        yield _one("cpl_outbox_oldest_seconds", "Age of the mail that has waited longest.", self._age(oldest))
        dead = Message.objects.filter(dead_at__isnull=False).count()
        yield _one("cpl_outbox_dead", "Mails given up; a person has a task for each.", dead)
        overdue = Obligation.objects.overdue(at=self.at).count()
        yield _one("cpl_obligations_overdue", "Obligations under the Code past their time.", overdue)
        standing = Obligation.objects.standing().count()
        yield _one("cpl_obligations_standing", "Obligations neither discharged nor fallen away.", standing)
        open_tasks = Task.objects.filter(closed_at=None).count()
        yield _one("cpl_tasks_open", "Tasks that wait for a person.", open_tasks)
        waiting = ListChange.objects.approved().count()
        yield _one("cpl_changes_awaiting_edition", "Approved changes that no edition carries yet.", waiting)
        newest = Edition.objects.placed().order_by("-number").values_list("number", flat=True).first()
        yield _one("cpl_newest_edition", "Number of the newest placed edition: 2052 is 2.052.", newest or 0)
        unplaced = Edition.objects.filter(placement=None).count()
        yield _one("cpl_editions_unplaced", "Editions whose files do not stand yet.", unplaced)
        ages = GaugeMetricFamily(
            "cpl_sweep_age_seconds", "Since a sweep last ran to its end.", labels=["sweep"]
        )
        for sweep, finished_at in Heartbeat.objects.values_list("sweep", "finished_at"):
            ages.add_metric([sweep], self._age(finished_at))
        yield ages

    def _age(self, instant: dt.datetime | None) -> float:
        return (self.at - instant).total_seconds() if instant else 0.0


def _one(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, value=value)
