"""The calendar, the rehearsal's clock, and signs of life."""

from django.db import models

from secgov.journal.guards import NO_DELETE


class BankHoliday(models.Model):
    """A weekday that is not a Working Day, for one division (TR-2, A-05). Data, loaded yearly."""

    class Division(models.TextChoices):
        ENGLAND_AND_WALES = "england-and-wales", "England and Wales"
        SCOTLAND = "scotland", "Scotland"
        GREAT_BRITAIN = "great-britain", "Great Britain (any of both)"

    division = models.CharField(max_length=20, choices=Division.choices)
    day = models.DateField()
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["division", "day"], name="journal_bankholiday_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.day}"


class Rehearsal(models.Model):
    """Marks this database as one for rehearsals, and holds the instant it pretends; at most one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    now = models.DateTimeField("pretended instant", null=True, blank=True)
    set_at = models.DateTimeField("real instant at which it was set", null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="journal_rehearsal_single")]

    def __str__(self) -> str:
        return "Rehearsal"


class Heartbeat(models.Model):
    """When a sweep last ran to its end."""

    sweep = models.CharField(max_length=80, primary_key=True)
    finished_at = models.DateTimeField()
    handled = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.sweep


class PromiseCheck(models.Model):
    """One run of `check_promises`, kept for the Secretariat's board."""

    ran_at = models.DateTimeField()
    seconds = models.FloatField()
    counters = models.JSONField()
    full = models.BooleanField(default=False)

    class Meta:
        ordering = ["-ran_at", "-id"]
        triggers = [NO_DELETE]

    def __str__(self) -> str:
        return f"Promises, {self.ran_at:%Y-%m-%d %H:%M}"

    @property
    def broken(self) -> dict[str, int]:
        """The counters that are not zero."""
        return {name: count for name, count in self.counters.items() if count}
