"""What the Panel decides: the Central Products List."""

from django.apps import AppConfig


class CplConfig(AppConfig):
    """Entries, certificates, submissions, list changes, editions."""

    name = "cpl"
    verbose_name = "Central Products List"
