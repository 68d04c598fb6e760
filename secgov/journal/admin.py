"""The journal on the Secretariat's desk: acts, seals, obligations, notices, mails and signs of life. All read-only."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.safestring import SafeString

from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, identifier, tag
from secgov.journal.models import Act, Heartbeat, Message, Notice, Obligation, PromiseCheck, Seal, Task


@admin.register(Act)
class ActAdmin(RegisterAdmin):
    """Who did what, to what, why and under which clause: searchable by subject, verb and person."""

    list_display = ("at", "verb", "subject", "person", "actor_role", "clause", "reason")
    list_filter = ("actor_role", "clause", "verb")
    search_fields = (
        "subject_name",
        "subject_id",
        "verb",
        "actor__name",
        "actor__username",
        "actor_organisation",
        "reason",
    )
    search_help_text = "Search by subject, verb, person, organisation or reason."
    date_hierarchy = "at"
    list_select_related = ("actor",)
    fields = (
        "at", "recorded_at", "verb", "subject", "person", "actor_role", "actor_organisation", "clause", "rule_version", "reason",
        "public_reason", "before", "after", "seal", "request_id",
    )  # fmt: skip

    @admin.display(description="subject", ordering="subject_name")
    def subject(self, act: Act) -> str:
        """What the act is about."""
        return f"{act.subject_type.split('.')[-1]} {act.subject_name}"

    @admin.display(description="person")
    def person(self, act: Act) -> str:
        """Who did it; the system itself where nobody did."""
        return str(act.actor) if act.actor else "the system"

    @admin.display(description="seal")
    def seal(self, act: Act) -> str:
        """The seal that holds it."""
        sealed = getattr(act, "sealed", None)
        return f"Seal {sealed.seal_id}" if sealed else "not sealed yet"


@admin.register(Seal)
class SealAdmin(RegisterAdmin):
    """The chain over the acts; each edition's manifest carries the newest seal then."""

    list_display = ("__str__", "sealed_at", "acts", "digest")
    date_hierarchy = "sealed_at"
    fields = ("sealed_at", "acts", "digest", "previous")

    @admin.display(description="SHA-256")
    def digest(self, seal: Seal) -> SafeString:
        """The hash over its acts and the seal before."""
        return identifier(seal.sha256)


@admin.register(Obligation)
class ObligationAdmin(RegisterAdmin):
    """Every clock: what is owed, by whom, by when, and how it ended."""

    list_display = ("standing", "clause", "duty", "subject_name", "owed_by", "opened_at", "due_at")
    list_filter = (
        "owed_by",
        "clause",
        ("discharged_at", admin.EmptyFieldListFilter),
        ("fell_away_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("subject_name", "duty", "clause")
    date_hierarchy = "due_at"
    fields = (
        "standing", "clause", "duty", "owed_by", "organisation", "subject_name", "opened_at", "due_at", "sum_of_days",
        "calendar_version", "discharged_at", "discharged_by_act", "fell_away_at", "fell_away_reason", "opened_by_act",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Obligation]:
        """Bring along which are overdue now; the clock is read once for all rows."""
        return super().get_queryset(request).annotate(is_overdue=models.Q(due_at__lte=clock.now()))

    @admin.display(description="state", ordering="due_at")
    def standing(self, obligation: Obligation) -> SafeString:
        """Met, late, fallen away or running, by comparing instants."""
        if obligation.fell_away_at:
            return tag("gone", "Fell away")
        if obligation.discharged_at:
            return tag("bad", "Met late") if obligation.was_late else tag("good", "Met")
        return tag("bad", "Overdue") if obligation.is_overdue else tag("info", "Running")

    @admin.display(description="why this date")
    def sum_of_days(self, obligation: Obligation) -> str:
        """The sum in sentences."""
        return " ".join(obligation.why)


@admin.register(Task)
class TaskAdmin(RegisterAdmin):
    """What a person had to look at, and how it was closed. Open ones are closed on the board."""

    list_display = ("title", "state", "clause", "subject_name", "opened_at", "closed_at")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "clause")
    search_fields = ("title", "detail", "subject_name", "closing_reason")
    date_hierarchy = "opened_at"

    @admin.display(description="state", ordering="closed_at")
    def state(self, task: Task) -> SafeString:
        """Open or closed."""
        return tag("good", "Closed") if task.closed_at else tag("warn", "Open")


@admin.register(Notice)
class NoticeAdmin(RegisterAdmin):
    """What each organisation was told, and by which channel."""

    list_display = ("title", "organisation", "clause", "given_at", "read_at", "other_channel_at")
    list_filter = ("clause", "template", ("other_channel_at", admin.EmptyFieldListFilter))
    search_fields = ("title", "organisation__name", "subject_id")
    date_hierarchy = "given_at"
    list_select_related = ("organisation",)


@admin.register(Message)
class MessageAdmin(RegisterAdmin):
    """The outbox: each mail, its attempts, and what became of it."""

    list_display = ("recipient", "template", "state", "attempts", "enqueued_at", "sent_at", "last_error")
    list_filter = (
        ("sent_at", admin.EmptyFieldListFilter),
        ("dead_at", admin.EmptyFieldListFilter),
        "template",
    )
    search_fields = ("recipient", "key")
    date_hierarchy = "enqueued_at"

    @admin.display(description="state")
    def state(self, message: Message) -> SafeString:
        """Accepted by the mail server, given up, or waiting."""
        if message.sent_at:
            return tag("good", "Accepted")
        return tag("bad", "Given up") if message.dead_at else tag("", "Waiting")


@admin.register(PromiseCheck)
class PromiseCheckAdmin(RegisterAdmin):
    """The runs of the nightly count of promises."""

    list_display = ("ran_at", "outcome", "seconds", "full")
    date_hierarchy = "ran_at"

    @admin.display(description="outcome")
    def outcome(self, check: PromiseCheck) -> SafeString:
        """All at zero, or which are not."""
        broken = check.broken
        return (
            tag("bad", ", ".join(sorted(broken)))
            if broken
            else tag("good", f"All {len(check.counters)} at zero")
        )


@admin.register(Heartbeat)
class HeartbeatAdmin(RegisterAdmin):
    """When each sweep last ran to its end."""

    list_display = ("sweep", "finished_at", "handled")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Heartbeat]:
        """The longest silent first."""
        return super().get_queryset(request).order_by("finished_at")
