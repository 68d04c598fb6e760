"""Reading settings from the environment: what is missing or nonsense is refused by its name."""

import datetime as dt
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
ANSWERS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def yes_or_no(name: str, default: bool) -> bool:
    """Take a setting that is on or off. A slip of the pen must not turn a safeguard off."""
    value = env.str(name, "").strip().lower()
    if value and value not in ANSWERS:
        raise ImproperlyConfigured(f"The setting {name} is {value!r}; it must be one of {', '.join(ANSWERS)}")
    return ANSWERS[value] if value else default


def day_or_none(name: str) -> dt.date | None:
    """Take a setting that is a day, or is not set."""
    text = env.str(name, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ImproperlyConfigured(
            f"The setting {name} is {text!r}; it must be a day like 2026-12-01"
        ) from error


def day(name: str, default: dt.date) -> dt.date:
    """Take a setting that is a day."""
    return day_or_none(name) or default


def required(name: str, example: str) -> str:
    """Take a setting that production must give; a sentence names it where it is missing."""
    value = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"The setting {name} is missing. Give it in the environment, for example {name}={example}"
        )
    return value


def one_of(name: str, choices: tuple[str, ...], default: str) -> str:
    """Take a setting whose values are a closed list."""
    value = env.str(name, "") or default
    if value not in choices:
        raise ImproperlyConfigured(f"The setting {name} is {value!r}; it must be one of {', '.join(choices)}")
    return value


def whole_number(name: str, default: int, least: int, most: int) -> int:
    """Take a setting that is a whole number within bounds."""
    text = env.str(name, "") or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise ImproperlyConfigured(
            f"The setting {name} is {text!r}; it must be a whole number from {least} to {most}"
        )
    return int(text)


def address(name: str, example: str, *schemes: str) -> str:
    """Take the address of a server, which has one of these schemes and a host or path."""
    value = required(name, example)
    scheme, _, rest = value.partition("://")
    if scheme not in schemes or not rest:
        raise ImproperlyConfigured(
            f"The setting {name} must begin with {' or '.join(f'{each}://' for each in schemes)}, for example {name}={example}"
        )
    return value


def database(name: str, example: str) -> dict[str, Any]:
    """Take the address of a PostgreSQL database, with the role to sign in as."""
    found = env.db_url_config(address(name, example, "postgres", "postgresql"))
    if not found["NAME"] or not found["USER"]:
        raise ImproperlyConfigured(
            f"The setting {name} names no database or no role. Write it like {name}={example}"
        )
    return found
