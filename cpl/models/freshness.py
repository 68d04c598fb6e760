"""Signed statements of which edition is the newest: who holds one that is in force is not kept behind (F2.9)."""

from django.db import models

from secgov.journal.guards import INSERT_ONLY


class FreshnessStatement(models.Model):
    """What the worker signed at `made_at`: the newest edition then, its manifest, and until when that holds."""

    edition = models.ForeignKey("cpl.Edition", models.PROTECT, related_name="freshness_statements")
    signing_key = models.ForeignKey("cpl.SigningKey", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    statement = models.BinaryField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("made_at")), name="cpl_freshness_lasts_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.edition} is the newest, said {self.made_at:%Y-%m-%d %H:%M}"
