"""What an edition says otherwise than the one before: kept when it is placed, so that nobody reads two whole lists."""

from django.db import models

from secgov.journal.guards import INSERT_ONLY


class EditionDelta(models.Model):
    """The entries that differ from the edition before, each as it was and as it is: gzipped JSON, by entry number.

    Reckoned from the stored bytes of the two editions; it can be made anew from them at any time.
    """

    edition = models.OneToOneField("cpl.Edition", models.PROTECT, primary_key=True, related_name="delta")
    entries = models.PositiveIntegerField()
    gzipped = models.BinaryField()

    class Meta:
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"What {self.edition} changed"
