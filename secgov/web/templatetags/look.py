"""The look's small parts for templates: tags, clauses, identifiers, dates in words, deadlines, pages."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secgov import clauses, time_rules
from secgov.journal.models import Obligation
from secgov.journal.services.calendar import working_calendar
from secgov.web import words

register = template.Library()

KINDS = ("", "good", "warn", "bad", "info", "law", "gone", "plain")
NOTHING = timedelta(0)
LAST_HOURS = timedelta(hours=4)  # the DCC is reminded 20 hours into its 24 (F2.9)

register.filter("day", words.day_in_words)
register.filter("plain_day", words.plain_day)
register.filter("short_day", words.short_day)
register.filter("clock", words.time_of_day)
register.filter("instant", words.instant_in_words)
register.filter("legal_end", words.end_in_words)
register.filter("size", words.size_in_words)
register.filter("lasted", words.duration_in_words)


@register.filter
def entry_number(number: int) -> str:
    """Write an entry's number with six digits: `000123`."""
    return f"{number:06d}"


@register.filter
def edition(number: int) -> str:
    """Write an edition's number as it is shown: 2052 is `2.052`."""
    return f"{number // 1000}.{number % 1000:03d}"


@register.filter
def counted(number: int, noun: str) -> str:
    """Count things in words: `{{ 2|counted:"addition" }}`, or `counted:"entry,entries"` for an odd plural."""
    one, _, many = noun.partition(",")
    return words.count_in_words(number, one, many)


@register.filter
def day_after(day: date) -> date:
    """Give the next day: what is known by one day happened before the next."""
    return day + timedelta(days=1)


@register.filter
def thousands(number: int) -> str:
    """Group the digits of a number: `18,420`."""
    return f"{number:,}"


@register.filter
def at(values: Mapping[Any, Any] | None, key: Any) -> Any:
    """Look up a key that is itself a value, as in `{{ waiting|at:link.url }}`; nothing where it is unknown."""
    return (values or {}).get(key, "")


@register.simple_tag
def tag(kind: str, label: str) -> SafeString:
    """Draw a state as a word with its shape. `kind` is one of KINDS; the empty one means waiting."""
    if kind not in KINDS:
        raise ValueError(f"There is no tag of kind {kind!r}; there are {', '.join(KINDS)}")
    return format_html('<span class="tag{}">{}</span>', f" tag-{kind}" if kind else "", label)


@register.simple_tag
def clause(citation: str) -> SafeString:
    """Link a clause to its row on the page of clauses: `{% clause "F2.8(a)" %}`."""
    if not citation:
        return SafeString("")
    return format_html('<a class="clause" href="/clauses/#{0}">{0}</a>', clauses.anchor(citation))


@register.simple_tag
def entry_link(number: int) -> SafeString:
    """Link an entry by its number."""
    return format_html('<a href="/cpl/entries/{0}/" class="id">{0}</a>', f"{number:06d}")


@register.simple_tag
def digest(value: str) -> SafeString:
    """Show a hash: monospace, two lines of 32, one click selects all of it."""
    return format_html('<span class="id id-long">{}</span>', value)


@register.simple_tag
def when(value: date | datetime, form: str = "instant") -> SafeString:
    """Show a date or instant as a `time` element; `form` is instant, day, plain_day, short_day or clock."""
    spell = {
        "instant": words.instant_in_words,
        "day": words.day_in_words,
        "plain_day": words.plain_day,
        "short_day": words.short_day,
        "clock": words.time_of_day,
    }[form]
    if form == "instant" and not isinstance(value, datetime):
        spell = words.day_in_words
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), spell(value))


@register.simple_tag(takes_context=True)
def due(context: template.Context, obligation: Obligation, form: str = "long") -> SafeString:
    """Show a deadline: how long, then the date in words, then its clause. One that is met says when.

    `form` short abbreviates the date, for dense tables, and leaves out the year that it is now. A page that shows many
    gives `calendar` in its context, so that it is read once.
    """
    now = context["look"].now
    if obligation.fell_away_at:
        state, text, instant = *_gone(obligation, now), obligation.fell_away_at
        date_in_words = words.instant_in_words(instant)
    elif obligation.discharged_at:
        state, text = _met(obligation)
        instant = obligation.discharged_at
        date_in_words = words.instant_in_words(instant)
    else:
        state, text = _time_left(obligation, now, context.get("calendar"))
        instant = obligation.due_at
        date_in_words = words.short_end(instant, now) if form == "short" else words.end_in_words(instant)
    return format_html(
        '<span class="due due-{}"><b>{}</b><time datetime="{}">{}</time>{}</span>',
        state,
        text,
        instant.isoformat(),
        date_in_words,
        clause(obligation.clause),
    )


def _gone(obligation: Obligation, now: datetime) -> tuple[str, str]:
    late = obligation.missed_by(at=now)
    if late is None:
        return "wait", "Fell away"
    return "late", f"Fell away late, by {words.duration_in_words(late)}"


def _met(obligation: Obligation) -> tuple[str, str]:
    if time_rules.is_in_time(obligation.discharged_at, obligation.due_at):
        return "met", "Met"
    return "late", f"Met late, by {words.duration_in_words(obligation.discharged_at - obligation.due_at)}"


def _time_left(
    obligation: Obligation, now: datetime, calendar: time_rules.WorkingCalendar | None
) -> tuple[str, str]:
    """Say how long is left in the unit of the clock: hours for hours, Working Days for Working Days.

    Where the calendar does not reach so far, days as they come: one far date must not keep a whole page from showing.
    """
    left = obligation.due_at - now
    if left <= NOTHING:
        return "late", f"Late by {words.duration_in_words(-left)}"
    if obligation.elapsed_seconds:
        return "today" if left <= LAST_HOURS else "next", f"{words.duration_in_words(left)} left"
    today = time_rules.london_day(now)
    last_day = time_rules.london_day(obligation.due_at - words.SECOND)
    if last_day == today:
        return "today", "Due today"
    try:
        days = time_rules.working_days_between(today, last_day, calendar or working_calendar())
    except time_rules.CalendarMissing:
        return "next", f"{(last_day - today).days:,} days left"
    return "next", f"{days} Working Day{'' if days == 1 else 's'} left"


@register.inclusion_tag("_partials/why.html")
def why(steps: list[str], summary: str = "Why this date") -> dict[str, Any]:
    """Unfold the sum behind a date, sentence by sentence."""
    return {"steps": steps, "summary": summary}


@register.inclusion_tag("_partials/pager.html", takes_context=True)
def pager(context: template.Context, page: Page) -> dict[str, Any]:
    """Draw first, near, last and next pages; every other part of the query stays."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "numbers": numbers, "request": context["request"]}
