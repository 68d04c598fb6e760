"""The journal: acts, seals, obligations, messages, the calendar."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """The lowest app: it names people and organisations by lazy foreign keys only."""

    name = "secgov.journal"
    label = "journal"
