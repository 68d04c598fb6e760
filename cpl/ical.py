"""Dates as iCalendar (RFC 5545): whole days, one event each, with an identity that stays the same."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

OCTETS = 75  # a line of more is folded
MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Event:
    """Something on a London day. ``uid`` names it for ever, so that a calendar moves it instead of showing it twice."""

    uid: str
    day: dt.date
    title: str
    text: str = ""
    url: str = ""


def render(name: str, events: Iterable[Event], *, at: dt.datetime) -> bytes:
    """Write a calendar of events as of an instant."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Central Products List//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{_text(name)}"]
    stamp = f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.day + dt.timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(event.title)}",
        ]
        if event.text:
            lines.append(f"DESCRIPTION:{_text(event.text)}")
        if event.url:
            lines.append(f"URL:{event.url}")
        lines += ["TRANSP:TRANSPARENT", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _text(value: str) -> str:
    """Escape what has a meaning of its own; a line end becomes its sign."""
    for sign in ("\\", ";", ","):
        value = value.replace(sign, f"\\{sign}")
    return "\\n".join(value.splitlines())


def _folded(line: str) -> bytes:
    """Break a long line into several, each further one begun by a space, and no character in two."""
    parts: list[bytes] = []
    part = b""
    for character in line:
        encoded = character.encode()
        if len(part) + len(encoded) > OCTETS - bool(parts):
            parts.append(part)
            part = b""
        part += encoded
    return b"\r\n ".join([*parts, part])
