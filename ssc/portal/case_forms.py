"""The forms of a case: triage, requests, notes, conflicts, guests, impact, the determination and the Chair's word."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms

from cpl.models import DeviceModel
from cpl.portal.event_forms import words_field
from cpl.portal.judged import DayField, JudgedForm
from cpl.portal.query_form import DocumentedForm, document_field, level_field
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, people_who_may
from ssc.models import Case, Determination, PeriodUnit
from ssc.models.casework import SUBJECTS
from ssc.rules import determinations as rules
from ssc.rules.committee import CATEGORIES
from ssc.services.determination_facts import (
    PERIODS,
    TEXTS,
    candidates_for,
    devices_known,
    known_suppliers_of,
)
from ssc.services.meetings import words_of
from ssc.services.requests import addressees

LABELS = {
    "remove": "Remove",
    "remove_plan": "Remove, and impose a plan",
    "retain": "Retain",
    "retain_plan": "Retain, and impose a plan",
}


class TriageForm(DocumentedForm):
    """How serious a case is, and by when the SSC means to determine (Z6.2(d))."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    seriousness = forms.ChoiceField(
        label="How serious are the potential security consequences?", choices=Case.Seriousness.choices,
        widget=forms.RadioSelect, error_messages={"required": "Choose high, medium or low."},
    )  # fmt: skip
    target = DayField(label="Determine by", help_text="The Code sets no period: the graver, the sooner.")
    reason = words_field("Reason", "Say why: one sentence will do.", "Kept in the journal.")


class AskForm(DocumentedForm):
    """What the SSC asks of one organisation (Z6.6)."""

    addressee = forms.ModelChoiceField(
        label="Asked of", queryset=Organisation.objects.none(), empty_label="Choose one",
        help_text="The DCC and Supplier Parties are obliged to answer; a Manufacturer is not.",
        error_messages={"required": "Choose whom the SSC asks."},
    )  # fmt: skip
    question = words_field(
        "Question",
        "Say what the SSC asks: one sentence will do.",
        "It alone reads this, and nothing else of the case.",
    )
    reply_by = DayField(label="Reply by")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["addressee"].queryset = addressees()


class VersionForm(DocumentedForm):
    """Nothing but a button."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ReasonForm(DocumentedForm):
    """Why."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput, required=False)
    reason = words_field("Reason", "Say why: one sentence will do.", "Kept in the journal.")


class ConflictForm(DocumentedForm):
    """A member's own interest in a case."""

    reason = words_field(
        "What is your interest?", "Say what your interest is: one sentence will do.",
        "The case closes to you at once; the Chair or the secretary can find later that it no longer stands.",
    )  # fmt: skip


class GuestForm(DocumentedForm):
    """Whom the Chair invites to advise (SC-1.2)."""

    guest = forms.ModelChoiceField(
        label="Expert", queryset=User.objects.none(), empty_label="Choose one",
        error_messages={"required": "Choose whom you invite."},
    )  # fmt: skip
    reason = words_field("Why", "Say why: one sentence will do.", "Kept in the journal.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["guest"].queryset = people_who_may(Duty.ADVISE_ON_CASES)


class NoteForm(DocumentedForm):
    """What somebody writes on a case, with a document if there is one."""

    text = words_field(
        "What you want the Committee to read", "Write it: one sentence will do.", "Nobody outside reads it."
    )
    document = document_field("Document", "")
    classification = level_field()


class ImpactForm(DocumentedForm):
    """What a later removal assumes: its day, and how many Devices each Supplier upgrades a week."""

    removal_day = DayField(
        label="A later removal, on", required=False, help_text="Leave it blank to leave that option out."
    )

    def __init__(self, *args: Any, holders: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holders = holders
        for key, name in holders:
            self.fields[f"pace_{key}"] = forms.IntegerField(
                label=f"{name}: Devices upgraded a week", required=False, min_value=0,
                help_text="As it reports; blank where it has not.",
                widget=forms.TextInput(attrs={"class": "w-s", "inputmode": "numeric"}),
                error_messages={"invalid": f"{name}: give a number, for example 250.",
                                "min_value": f"{name}: give a number from nought up."},
            )  # fmt: skip

    @property
    def paces(self) -> dict[int, int]:
        """The pace of each Supplier that has reported one."""
        given = {key: self.cleaned_data.get(f"pace_{key}") for key, _ in self.holders}
        return {key: pace for key, pace in given.items() if pace is not None}


def _text(label: str, help_text: str = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=4000, required=False, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


def _number(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=1000,
        widget=forms.TextInput(attrs={"class": "w-s", "inputmode": "numeric"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "Give a number of days, for example 20."),
    )  # fmt: skip


def _unit() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Unit", required=False, choices=PeriodUnit.choices, widget=forms.RadioSelect, initial=PeriodUnit.WORKING_DAYS
    )  # fmt: skip


class DeterminationForm(DocumentedForm):
    """What the SSC is to determine, with all that the Code asks it to weigh. Blanks may stay blank until it is put."""

    document_name = "ncsc_upload"
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    clause = forms.CharField(widget=forms.HiddenInput, required=False)
    supplements = forms.IntegerField(widget=forms.HiddenInput, required=False)
    security_implications = _text(
        "Security implications", "What could go wrong while Devices of this model stay in use?"
    )
    consumer_consequences = _text(
        "Consequences for Energy Consumers",
        "What would Suspension mean in homes: prepayment, vulnerable customers, visits?",
    )
    weighing = _text("How the two weigh against each other", "Which is the graver, and why?", 2)
    devices_unknown_reason = _text(
        "Why the number of Devices is not known", "The DCC’s counts do not say how many there are.", 2
    )
    ncsc = forms.ChoiceField(
        label="Information from NCSC", required=False, widget=forms.RadioSelect,
        choices=[("given", "Taken into account"), ("none", "None provided")],
        help_text="On the risks of the end of this certificate.",
    )  # fmt: skip
    ncsc_information = _text("What NCSC says", "Only if it provided information.", 2)
    ncsc_upload = document_field("NCSC’s paper", "")
    minute_upload = document_field("The minute", "")
    classification = level_field()
    outcome_key = forms.ChoiceField(
        label="Outcome",
        required=False,
        widget=forms.RadioSelect,
        help_text="Whether or not it is removed, a plan may be imposed.",
    )
    obliged = forms.ModelMultipleChoiceField(
        label="On whom the plan is imposed", queryset=Organisation.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    proposal_days = _number("Time to propose the plan")
    proposal_unit = _unit()
    proposal_starts_on = DayField(label="It starts on", required=False, help_text="That day is not counted.")
    approval_days = _number("Time to gain its approval")
    approval_unit = _unit()
    approval_starts_on = DayField(label="It starts on", required=False, help_text="That day is not counted.")
    reasons = _text("Reasons", "For the Panel and the parties to a referral; never published.")
    determined_on = DayField(label="When the SSC determined", required=False)
    minute_reference = forms.CharField(
        label="Minute reference", max_length=200, required=False,
        widget=forms.TextInput(attrs={"class": "w-m", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(
        self, *args: Any, model: DeviceModel, clause: str, supplement: bool = False, have: Collection[str] = (),
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        possible = rules.possible_outcomes(clause)
        self.fields["outcome_key"].choices = [(key, LABELS[key]) for key in possible]
        self.automatic = rules.is_automatic(device_type=model.device_type, generation=model.generation)
        known = known_suppliers_of(model)
        candidates = candidates_for(model)
        field = self.fields["obliged"]
        field.queryset = Organisation.objects.filter(pk__in=[each.pk for each in candidates]).order_by("name")
        field.label_from_instance = lambda each: (
            f"{each}, has its plan already"
            if each.name in have
            else f"{each}{'' if each.pk in known else ', not known to have any'}"
        )
        if self.automatic:
            field.help_text = "A SMETS2+ Communications Hub: the DCC alone, by itself."
        else:
            field.help_text = "The Suppliers of such Devices; a plan each."
        if devices_known(model) or supplement:
            del self.fields["devices_unknown_reason"]
        if supplement:
            for name in ("security_implications", "consumer_consequences", "weighing", "ncsc", "ncsc_information",
                         "ncsc_upload", "outcome_key"):  # fmt: skip
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Ask for the classification where any document is given."""
        values = super().clean()
        if values.get("minute_upload") and not values.get("classification"):
            self.add_error(
                "classification",
                "Choose White, Green, Amber or Red: every document carries a classification.",
            )
        return values

    @property
    def fields_of_determination(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        given = self.cleaned_data
        values = {name: given[name] for name in (*TEXTS, *PERIODS, "determined_on") if name in given}
        if "ncsc" in given:
            values["ncsc_provided_none"] = given["ncsc"] == "none"
            if given["ncsc"] == "none":
                values["ncsc_information"] = given.get("ncsc_information", "").strip()
        if "outcome_key" in given:
            outcome, with_plan, _ = rules.OUTCOMES.get(given["outcome_key"], ("", None, ""))
            values |= {"outcome": outcome, "with_plan": with_plan}
        else:
            values["with_plan"] = True
        return values


def initial_of(row: Determination) -> dict[str, Any]:
    """What a form of a determination in hand begins with."""
    key = next(
        (key for key, (outcome, plan, _) in rules.OUTCOMES.items() if (outcome, plan) == (row.outcome, row.with_plan)), ""
    )  # fmt: skip
    given = bool(row.ncsc_information or row.ncsc_document_id)
    return {
        **{name: getattr(row, name) for name in (*TEXTS, *PERIODS, "determined_on")},
        "version": row.version,
        "clause": row.clause,
        "supplements": row.supplements_id,
        "outcome_key": key,
        "ncsc": "none" if row.ncsc_provided_none else "given" if given else "",
        # Without a plan nobody is named; whoever turns to one begins with those known to have such Devices.
        **({} if row.with_plan is False else {"obliged": [each.pk for each in row.obliged.all()]}),
    }


class DecideForm(DocumentedForm):
    """The Chair's word on exactly one text."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    agree = forms.TypedChoiceField(
        label="Is this what the SSC determined?",
        choices=[("yes", "Yes, this is what it determined"), ("no", "No, it goes back to the secretary")],
        widget=forms.RadioSelect, coerce=lambda value: value == "yes",
        error_messages={"required": "Choose whether this is what the SSC determined."},
    )  # fmt: skip
    reason = words_field("Reason", "Say why: one sentence will do.", "Kept in the journal.")


class MeetingForm(DocumentedForm):
    """A meeting of the SSC."""

    on = DayField(label="Day")
    place = forms.CharField(label="Place", max_length=200, required=False)


def _about(kind: str, row: Any) -> str:
    """What something that waits is about, so that nobody chooses by a bare number."""
    if kind == "case":
        return f", entry {row.device_model_id:06d}"
    return f", {row.organisation}" if kind in ("plan", "referral") else ""


class AgendaForm(JudgedForm):
    """What is put on the agenda of a meeting, of what waits for one."""

    items = forms.MultipleChoiceField(
        label="What waits for a meeting", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what is to be considered.",
                        "invalid_choice": "One of these waits no more, or is on an agenda by now. Load the page again."},
    )  # fmt: skip

    def __init__(self, *args: Any, waiting: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = {f"{kind}-{row.pk}": row for kind, row in waiting}
        self.fields["items"].choices = [
            (f"{kind}-{row.pk}", f"{SUBJECTS[kind]} {words_of(row)}{_about(kind, row)}")
            for kind, row in waiting
        ]

    @property
    def subjects(self) -> list[Any]:
        """What was chosen."""
        return [self.waiting[key] for key in self.cleaned_data["items"]]


class SeatForm(DocumentedForm):
    """Who holds a seat of the SSC (SC-1.2)."""

    category = forms.ChoiceField(
        label="For", choices=list(CATEGORIES.items()), error_messages={"required": "Choose a category."}
    )
    holder = forms.ModelChoiceField(
        label="Held by", queryset=User.objects.none(), required=False, empty_label="nobody: it stands vacant"
    )
    reason = words_field("Reason", "Say why: one sentence will do.", "Kept in the journal.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = people_who_may(Duty.COMMENT_ON_CASE)
