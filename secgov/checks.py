"""What has to be so before this system may serve.

Django asks before its commands; the web server, the worker and beat ask by `stop_unsafe_start`.
"""

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.db import connection

SHORTEST_TOKEN = 16
SAMPLE = "sample"


def stop_unsafe_start() -> None:
    """Stop a server whose settings no production may run with: nothing else asks before a server's start.

    Raises ImproperlyConfigured with a sentence for each. The database may be down; its role is asked by `/readyz`.
    """
    found = [*check_production_settings(None), *check_files(None), *check_addresses(None)]
    if serious := [each for each in found if each.is_serious()]:
        raise ImproperlyConfigured(" ".join(f"{each.msg} {each.hint or ''}".strip() for each in serious))


@register(Tags.security)
def check_production_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse settings that no production may run with, and warn of those that weaken it."""
    if settings.DEBUG:
        return []
    found: list[CheckMessage] = []
    if settings.ENVIRONMENT_NAME == SAMPLE:
        found.append(
            Error(
                "ENVIRONMENT_NAME says this is the sample.",
                hint="Give it this system's name, such as production.",
                id="cpl.E001",
            )
        )
    if not settings.SITE_URL.startswith("https://"):
        found.append(Error("SITE_URL must begin with https://.", hint="Mails link there.", id="cpl.E002"))
    if len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        found.append(
            Error(
                f"METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters.",
                hint="Give it a random one.",
                id="cpl.E003",
            )
        )
    if not settings.FOUR_EYES:
        found.append(
            Warning(
                "FOUR_EYES is off: one person may propose and approve a change.",
                hint="Turn it on.",
                id="cpl.W001",
            )
        )
    return found


@register()
def check_files(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse files that are not there, or that others may read."""
    found: list[CheckMessage] = []
    if not settings.CLAUSE_REGISTER.is_file():
        found.append(Error(f"The clause register is missing: {settings.CLAUSE_REGISTER}.", id="cpl.E004"))
    if not Path(settings.EDITION_DIR).is_absolute():
        found.append(Error(f"EDITION_DIR must be a whole path, not {settings.EDITION_DIR}.", id="cpl.E005"))
    if settings.SIGNING_KEY_FILE:
        found += _check_key(Path(settings.SIGNING_KEY_FILE))
    return found


@register()
def check_addresses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse an address of the Authority (A-71), or one at which the DCC is to be reached (A-20), that is none."""
    found: list[CheckMessage] = []
    for name in ("AUTHORITY_EMAIL", "DCC_SECOND_EMAIL"):
        if given := getattr(settings, name):
            try:
                validate_email(given)
            except ValidationError:
                found.append(Error(f"{name} is not an e-mail address: {given}.", id="cpl.E006"))
    if settings.DCC_WEBHOOK_URL:
        address = urlsplit(settings.DCC_WEBHOOK_URL)
        schemes = ("https", "http") if settings.DEBUG else ("https",)
        if address.scheme not in schemes or not address.hostname or address.username:
            found.append(
                Error(
                    "DCC_WEBHOOK_URL must begin with https:// and name a host, and nobody's password.",
                    id="cpl.E009",
                )
            )
    return found


@register(Tags.database)
def check_database_role(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse to serve as a role that may change the journal: what is written once would rest on our own good will."""
    if settings.DEBUG or not databases or not application_may_change_the_journal():
        return []
    return [
        Error(
            "DATABASE_URL names a role that may change what is written once.",
            hint="Give the application a role of its own there, and the owner's in DATABASE_OWNER_URL.",
            id="cpl.E007",
        )
    ]


def application_may_change_the_journal() -> bool:
    """Say whether we are signed in as the application's role, and that could change acts.

    Who is signed in as the owner on purpose, to migrate or to test, may.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user = %s AND to_regclass('journal_act') IS NOT NULL"
            " AND (has_table_privilege(to_regclass('journal_act'), 'UPDATE')"
            " OR has_table_privilege(to_regclass('journal_act'), 'DELETE'))",
            [settings.DATABASE_APP_ROLE],
        )
        return bool(cursor.fetchone()[0])


def _check_key(path: Path) -> list[CheckMessage]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return [
            Warning(
                f"SIGNING_KEY_FILE is not there: {path}.",
                hint="Make a key with `manage.py make_signing_key`; until then no edition can be issued.",
                id="cpl.W002",
            )
        ]
    if mode & 0o077:
        return [
            Error(f"SIGNING_KEY_FILE can be read by others: {path}.", hint=f"chmod 600 {path}", id="cpl.E008")
        ]
    return []
