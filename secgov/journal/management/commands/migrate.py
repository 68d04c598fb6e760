"""Django's migrate, and then the rights of the application's own role."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from secgov.journal.grants import grant_application_role


class Command(Migrate):
    """Migrates as the owner, and always ends by granting the application's role what it may do, so that no new table
    is forgotten.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the migrations, then the grants."""
        super().handle(*args, **options)
        if grant_application_role() and options["verbosity"]:
            self.stdout.write("The application's role has its rights.")
