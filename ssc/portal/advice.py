"""Advice of the SSC to the Authority, and its reviews of the CPA scheme (SC-1.2-3, SC-1.2-4)."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cpl.portal.decision_forms import EntryField
from cpl.portal.event_forms import words_field
from cpl.portal.judged import DayField, JudgedForm, refuse
from cpl.web.records import Fact, Listing, Record, Work, facts
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.models import Message
from ssc.models import AuthorityAdvice, SchemeReview
from ssc.portal.frame import page
from ssc.services import advice as services

SHOWN = 100


class AdviceForm(JudgedForm):
    """What the SSC advises the Authority (SC-1.2-4)."""

    kind = forms.ChoiceField(
        label="What is known", choices=AuthorityAdvice.Kind.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose whether they do not, or may not, comply."},
    )  # fmt: skip
    devices = words_field("The Devices concerned", "Name the Devices concerned.")
    device_model = EntryField(label="Entry", required=False)
    security_characteristics = forms.CharField(
        label="Security Characteristics", max_length=200, help_text="Which, and in which version.",
        error_messages={"required": "Name the Security Characteristics, and their version."},
    )  # fmt: skip
    text = words_field("The advice", "Write what the SSC advises.")
    advised_on = DayField(label="When the SSC decided to give it")
    minute_reference = forms.CharField(
        label="Minute", max_length=200, error_messages={"required": "Give the minute’s reference."}
    )


class ReviewForm(JudgedForm):
    """A review of the CPA scheme (SC-1.2-3)."""

    reviewed_on = DayField(label="When the SSC reviewed it")
    what = forms.CharField(
        label="What was looked at", max_length=300, error_messages={"required": "Say what was looked at."}
    )
    finding = words_field("What was found", "Say what was found.")
    suggestion = words_field(
        "What the SSC suggests", "", "A modification, if it suggests one.", required=False
    )
    minute_reference = forms.CharField(
        label="Minute", max_length=200, error_messages={"required": "Give the minute’s reference."}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def advice(request: HttpRequest) -> HttpResponse:
    """List the advice given to the Authority; the secretary and the Chair give the next."""
    require(request.user, Duty.READ_AUTHORITY_ADVICE, hidden=True)
    form = AdviceForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            made = services.advise_authority(by=request.user, at=clock.now(), values=form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:advice-given", made.reference)
    may_give = permitted(request.user, Duty.ADVISE_AUTHORITY)
    record = Record(
        title="Advice to the Authority",
        lede="On Devices that do not, or may not, comply with their Security Characteristics. Only the SSC and the "
        "Authority’s recorder read it.",
        clause="SC-1.2-4",
        crumbs=[_portal()],
        here="Advice to the Authority",
        listings=[Listing("Given so far", [_line(each) for each in services.advice_open_to(request.user)[:SHOWN]],
                          "None yet.")],
        works=[Work("Give advice", request.path, form, "Give the advice",
                    "The Authority is mailed that there is something to read, not what.")] if may_give else [],
    )  # fmt: skip
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)


def _portal() -> tuple[str, str]:
    return (reverse("portal:home"), "Portal")


def _line(row: AuthorityAdvice) -> list[Fact]:
    return [
        Fact("Advice", row.reference, reverse("ssc:advice-given", args=[row.reference])),
        *facts(
            [
                ("What is known", row.get_kind_display()),
                ("Given", row.given_at),
                ("Minute", row.minute_reference),
            ]
        ),
    ]


@login_required
@require_safe
def given(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one advice to those between whom it passes; to everybody else it does not exist."""
    row = get_object_or_404(services.advice_open_to(request.user), reference=reference)
    mailed = Message.objects.filter(key=services.mail_key(row)).first()
    entry = row.device_model
    record = Record(
        title=f"Advice {row}",
        lede="Between the SSC and the Authority alone.",
        clause="SC-1.2-4",
        crumbs=[_portal(), (reverse("ssc:advice"), "Advice to the Authority")],
        here=row.reference,
        facts=[
            *([Fact("Entry", f"{entry}", f"/cpl/entries/{entry}/")] if entry else []),
            *facts([
                ("What is known", row.get_kind_display()), ("Devices", row.devices),
                ("Security Characteristics", row.security_characteristics), ("The advice", row.text),
                ("Decided", row.advised_on), ("Minute", row.minute_reference), ("Given by", row.given_by),
                ("Given", row.given_at), ("The Authority mailed", mailed.sent_at if mailed else None),
            ]),
        ],
    )  # fmt: skip
    return page(request, "record.html", record.context())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def scheme(request: HttpRequest) -> HttpResponse:
    """List the reviews of the CPA scheme; the secretary and the Chair record the next."""
    if not permitted(request.user, Duty.READ_CASES):
        raise Http404
    form = ReviewForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            services.record_review(by=request.user, at=clock.now(), values=form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:scheme")
    may_record = permitted(request.user, Duty.REVIEW_SCHEME)
    record = Record(
        title="Reviews of the CPA scheme",
        lede="The SSC keeps the scheme under review for its fitness, and suggests modifications.",
        clause="SC-1.2-3",
        crumbs=[(reverse("ssc:docket"), "Docket")],
        here="CPA scheme",
        listings=[Listing("Recorded so far", [_review(each) for each in services.reviews_open_to(request.user)[:SHOWN]],
                          "None yet.")],
        works=[Work("Record a review", request.path, form, "Record the review")] if may_record else [],
    )  # fmt: skip
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)


def _review(row: SchemeReview) -> list[Fact]:
    return facts([
        ("Reviewed", row.reviewed_on), ("What was looked at", row.what), ("Found", row.finding),
        ("Suggested", row.suggestion), ("Minute", row.minute_reference), ("Recorded by", row.recorded_by),
    ])  # fmt: skip
