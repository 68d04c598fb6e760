"""Who gave the Panel a new certificate for an entry of the list, by the portal (Appendix Z 6.7)."""

from __future__ import annotations

from django.db import models

from secgov.journal.guards import INSERT_ONLY


class CertificateProvision(models.Model):
    """An organisation provided a certificate as naming a listed Device Model."""

    coverage = models.OneToOneField("cpl.CertificateCoverage", models.PROTECT, related_name="provision")
    organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, related_name="certificate_provisions"
    )
    provided_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    provided_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.coverage}, from {self.organisation}"
