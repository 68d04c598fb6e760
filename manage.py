#!/usr/bin/env python
"""Django's command line. Commands that change the schema run as the owner of the database, all others as the application."""

import os
import sys

OWNER_COMMANDS = {"migrate", "seed_reference", "flush", "createcachetable"}


def main() -> None:
    """Run one management command, as the database role that it needs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secgov.settings")
    owner = os.environ.get("DATABASE_OWNER_URL")
    if owner and len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["CPL_DATABASE_ROLE"] = "owner"
    from django.core.management import execute_from_command_line  # the environment must stand first

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
