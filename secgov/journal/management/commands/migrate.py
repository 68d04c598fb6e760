"""Django's migrate, and then the rights of the application's own role."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db.models.signals import class_prepared

from secgov.journal.grants import grant_application_role


class Command(Migrate):
    """Migrates as the owner, and always ends by granting the application's role what it may do, so that no new table
    is forgotten.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the migrations, then the grants."""
        with deaf_past():
            super().handle(*args, **options)
        if grant_application_role() and options["verbosity"]:
            self.stdout.write("The application's role has its rights.")


@contextmanager
def deaf_past() -> Iterator[None]:
    """Let no model of the past listen for others while migrations are run.

    Each state field listens for every model made after it, to find its transitions. Models of the past have none, and
    are made by the ten thousand: what they hear took half of the time.
    """

    def hush(sender: type, **kwargs: Any) -> None:
        if sender.__module__ == "__fake__":
            for field in sender._meta.local_fields:
                if hasattr(field, "_collect_transitions"):
                    class_prepared.disconnect(field._collect_transitions)

    class_prepared.connect(hush)
    try:
        yield
    finally:
        class_prepared.disconnect(hush)
