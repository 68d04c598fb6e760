"""What every form of the portal is made of: it reads what was typed, and a rule judges it."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from secgov.errors import Refusal

CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "w-s id"}
FIRST_YEAR, LAST_YEAR = 1900, 2199
DAY_FORMATS = ["%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%d-%m-%Y"]


def error_of(refusal: Refusal) -> ValidationError:
    """Turn a refusal into a form's error: what is wrong, the remedy, and the clause for the summary."""
    words = f"{refusal.message} {refusal.remedy}".strip()
    # Django fills parameters into the words; a per cent sign that somebody typed must survive that.
    return ValidationError(words.replace("%", "%%"), code="refused", params={"clause": refusal.clause})


def refuse(form: forms.Form, refusal: Refusal, *, called: Mapping[str, str] | None = None) -> None:
    """Write a refusal into a form, at its field where the form has it, else over the whole.

    `called` gives the form's name for what the rule calls a field.
    """
    for each in refusal.each:
        field = (called or {}).get(each.field, each.field)
        form.add_error(field if field in form.fields else None, error_of(each))


class JudgedForm(forms.Form):
    """A form whose fields are cleaned by rules. With `leaving`, what is blank may stay blank: it is only a draft."""

    use_required_attribute = False
    cleaners: ClassVar[Mapping[str, Callable[[str], str]]] = {}
    called: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, leaving: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.leaving = leaving
        if leaving:
            for field in self.fields.values():
                field.required = False
        for name, field in self.fields.items():
            named = field.label or name.replace("_", " ").capitalize()
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = f"{named}: fill this in."
            field.error_messages["max_length"] = (
                f"{named}: at most %(limit_value)d characters can be kept. Shorten it."
            )
            field.error_messages["null_characters_not_allowed"] = (
                f"{named}: a character in it cannot be kept. Type it again as plain text."
            )

    def clean(self) -> dict[str, Any]:
        """Judge every field that has a rule; a blank one gets the rule's own words."""
        for name, cleaner in self.cleaners.items():
            if self.has_error(name, "required"):
                del self.errors[name]
            elif name in self.errors:
                continue
            typed = self.cleaned_data.get(name) or ""
            try:
                self.cleaned_data[name] = "" if self.leaving and not typed.strip() else cleaner(typed)
            except Refusal as refusal:
                refuse(self, refusal, called={**self.called, refusal.field: name})
        return self.cleaned_data


class DayInput(forms.DateInput):
    """Shows a day as pages write it: 1 February 2027, without a nought before it."""

    def format_value(self, value: Any) -> Any:
        """Give a day in words; what was typed is given back as it was typed."""
        return f"{value.day} {value:%B %Y}" if isinstance(value, dt.date) else super().format_value(value)


class DayField(forms.DateField):
    """A day, typed as people write it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=DayInput(attrs={"class": "w-m", "autocomplete": "off"}),
            input_formats=DAY_FORMATS,
            error_messages={
                "required": f"{kwargs['label']}: give a day, for example 1 February 2027.",
                "invalid": f"{kwargs['label']}: this is not a day. Give one, for example 1 February 2027.",
            },
            **kwargs,
        )

    def to_python(self, value: Any) -> dt.date | None:
        """Read a day. Raises ValidationError for none, and for one so far off that its end or its sum is beyond reach."""
        day = super().to_python(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(
                f"{self.label}: give a day between the years {FIRST_YEAR} and {LAST_YEAR}.", code="invalid"
            )
        return day
