"""Certificates that the list relies on: what is known of each, reporting its end, recording action to renew it (F2.6, Z6.7)."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models.functions import Least
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cpl.models import AssuranceCertificate, CertificateCoverage, CertificateEvent
from cpl.portal.event_forms import RenewalForm, ReportForm, model_in_words
from cpl.portal.frame import own_submissions, page
from cpl.portal.judged import refuse
from cpl.rules.certificate_events import Life, conditions, is_renewal_in_time, renewal_standing
from cpl.rules.certificates import BODY_NAMES, date_kind, relevant_date
from cpl.services.certificate_events import report_event
from cpl.services.certificate_life import is_responsible, record_renewal_action
from cpl.services.listing_facts import certificate_facts
from cpl.services.replacements import entries_to_provide_for
from cpl.web.records import Fact, Listing, Record, Work, facts, plain
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, organisations_of, permitted
from secgov.errors import NotPermitted, Refusal
from secgov.journal import clock

ON_A_PAGE = 50
KINDS = {
    "in force": "good", "date passed": "bad", "renewal overdue": "warn", "event reported": "warn", "lapsed": "bad",
    "superseded": "gone",
}  # fmt: skip
RENEWAL = {"met": ("good", "In hand"), "late": ("bad", "Late"), "open": ("warn", "Nothing recorded")}


class SearchForm(forms.Form):
    """What to look for."""

    q = forms.CharField(label="Certificate number", required=False, max_length=60)
    body = forms.ChoiceField(
        label="Issued by", required=False, choices=[("", "any body"), *BODY_NAMES.items()]
    )


@login_required
@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    """List the certificates that this person may look at, those whose date comes first at the top."""
    form = SearchForm(request.GET)
    rows = AssuranceCertificate.objects.visible_to(request.user).with_lapse()
    if form.is_valid():
        if number := form.cleaned_data["q"].strip():
            rows = rows.filter(number__icontains=number)
        if body := form.cleaned_data["body"]:
            rows = rows.filter(body=body)
    rows = rows.prefetch_related("coverage", "events", "renewal_actions")
    rows = rows.order_by(Least("renews_on", "expires_on").asc(nulls_last=True), "number")
    shown = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    own = _own_devices(request.user)
    context = {"page": shown, "lines": [_line(each, own) for each in shown], "filter": form}
    return page(request, "held_certificates.html", context)


def _own_devices(user: User) -> set[str] | None:
    """The devices that this person's organisations have submitted; None for whoever reads every submission."""
    if permitted(user, Duty.READ_ALL_SUBMISSIONS):
        return None
    return set(own_submissions(user).values_list("identity", flat=True))


def _named_to(certificate: AssuranceCertificate, own: set[str] | None) -> list[CertificateCoverage]:
    """The models that it names, as far as they are this person's business: what somebody else only submits is not."""
    links = [each for each in certificate.coverage.all() if each.ended_on is None]
    return [each for each in links if own is None or each.device_model_id or each.identity in own]


def _line(certificate: AssuranceCertificate, own: set[str] | None) -> dict[str, Any]:
    """What a row says. Events that no body has confirmed are nobody's business but the Secretariat's."""
    given = certificate_facts(certificate, list(certificate.coverage.all()))
    day, today = relevant_date(given), clock.today()
    standing = tuple(
        each.kind
        for each in certificate.events.all()
        if each.state == CertificateEvent.State.CONFIRMED and each.overtaken_at is None
    )
    actions = [each.taken_on for each in certificate.renewal_actions.all() if each.relevant_date == day]
    renewal = None
    if certificate.body == "NCSC" and day and certificate.state == "valid" and not standing:
        renewal = RENEWAL[renewal_standing(actions, relevant_date=day, on=today)]
    return {
        "row": certificate,
        "day": day,
        "date_kind": date_kind(given),
        "conditions": [
            (KINDS[each], each.capitalize()) for each in conditions(given, Life(standing=standing), on=today)
        ],
        "renewal": renewal,
        "models": len(_named_to(certificate, own)),
    }


@login_required
@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one certificate, what one's organisation told of it, and what one may do."""
    return _page(request, visible_certificate(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell the Panel that it has ended (Z6.7)."""
    row = visible_certificate(request, pk)
    organisation = _acting_for(request.user, Duty.REPORT_EVENT)
    form = ReportForm(certificate=row)
    if request.method == "POST":
        form = ReportForm(request.POST, request.FILES, certificate=row)
        if form.is_valid():
            values = form.cleaned_data
            try:
                report_event(certificate=row, by=request.user, organisation=organisation, at=clock.now(),
                             upload=values.pop("evidence"), **values)  # fmt: skip
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                return redirect("portal:held-certificate", pk)
    return form_page(
        request, row, form, "Report that it has ended", "Report it",
        "Your report changes nothing by itself. We ask the body that issued it, and tell nobody else that you reported.",
        "Z6.7",
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def renewal(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what one's organisation did so that it can be considered for renewal (F2.6)."""
    row = visible_certificate(request, pk)
    organisation = _acting_for(request.user, Duty.RECORD_RENEWAL)
    form = RenewalForm()
    if request.method == "POST":
        form = RenewalForm(request.POST, request.FILES)
        if form.is_valid():
            values = form.cleaned_data
            try:
                record_renewal_action(certificate=row, by=request.user, organisation=organisation, at=clock.now(),
                                      upload=values.pop("evidence"), **values)  # fmt: skip
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                return redirect("portal:held-certificate", pk)
    return form_page(
        request, row, form, "Record action towards renewal", "Record it",
        "Any one responsible Party’s action meets the duty of all, if it comes before the date.", "F2.6",
    )  # fmt: skip


def visible_certificate(request: HttpRequest, pk: int) -> AssuranceCertificate:
    """Give a certificate that this person may look at; raises Http404."""
    rows = AssuranceCertificate.objects.visible_to(request.user).with_lapse().prefetch_related("coverage")
    return get_object_or_404(rows, pk=pk)


def _acting_for(user: User, duty: Duty) -> Organisation:
    organisations = organisations_of(user, duty)
    if not organisations:
        raise NotPermitted(f"You may not {duty.value}.")
    return organisations[0]


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("portal:home"), "Portal"), (reverse("portal:held-certificates"), "Certificates")]


def form_page(
    request: HttpRequest, row: AssuranceCertificate, form: forms.Form, title: str, button: str, lede: str, clause: str
) -> HttpResponse:  # fmt: skip
    """Draw a page with one form about a certificate."""
    record = Record(
        title=f"{title}: {row}",
        lede=lede,
        clause=clause,
        crumbs=[*_crumbs(), (reverse("portal:held-certificate", args=[row.pk]), row.number)],
        here=title,
        works=[Work("What you tell us", request.path, form, button)],
    )
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)


def _page(request: HttpRequest, row: AssuranceCertificate) -> HttpResponse:
    devices = _own_devices(request.user)
    line = _line(row, devices)
    own = [each.pk for each in organisations_of(request.user, Duty.READ_NOTICES)]
    ended = row.events.standing().select_related("certificate").first()
    record = Record(
        title=str(row),
        lede="What is known of it, what your organisation told us, and what is done towards its renewal.",
        clause="F2.5",
        state=line["conditions"][0] if line["conditions"] else ("", row.get_state_display()),
        historic=ended is not None and ended.is_historic,
        crumbs=_crumbs(),
        here=row.number,
        facts=facts([
            ("Issued by", row.get_body_display()), ("Standard", f"{row.standard} {row.standard_version}".strip()),
            ("Issue date", row.issued_on), ("Expiry date", row.expires_on), ("Renewal date", row.renews_on),
            ("Security Characteristics", row.sc_version and f"version {row.sc_version}"),
            ("Action towards renewal", line["renewal"] and line["renewal"][1]),
        ]),
        listings=[_named(row, devices), _told(row, own), *([_renewals(row, own)] if line["renewal"] else [])],
        note=_ended(ended),
    )  # fmt: skip
    context = record.context() | {"doors": _doors(request.user, row, bool(line["renewal"]))}
    return page(request, "held_certificate.html", context)


def _doors(user: User, row: AssuranceCertificate, renewable: bool) -> list[tuple[str, str]]:
    doors = []
    if row.state == "valid" and organisations_of(user, Duty.REPORT_EVENT):
        doors.append((reverse("portal:report-event", args=[row.pk]), "Report that it has ended"))
    if renewable and any(is_responsible(each, row) for each in organisations_of(user, Duty.RECORD_RENEWAL)):
        doors.append((reverse("portal:renewal-action", args=[row.pk]), "Record action towards renewal"))
    if entries_to_provide_for(row, organisations_of(user, Duty.SUBMIT_DEVICE)):
        doors.append((reverse("portal:replacement", args=[row.pk]), "A new certificate for these models"))
    return doors


def _ended(event: CertificateEvent | None) -> str:
    if event is None:
        return ""
    body = event.certificate.get_body_display()
    return f"{event.get_kind_display()} from {plain(event.occurred_on)}, confirmed by {body}."


def _named(row: AssuranceCertificate, own: set[str] | None) -> Listing:
    rows = [
        [Fact(f"Entry {each.device_model_id:06d}", model_in_words(each), f"/cpl/entries/{each.device_model_id:06d}/")
         if each.device_model_id else Fact("No entry", model_in_words(each))]
        for each in _named_to(row, own)
    ]  # fmt: skip
    return Listing("Device Models that it names", rows)


def _told(row: AssuranceCertificate, own: list[int]) -> Listing:
    rows = []
    for event in row.events.filter(reports__organisation__in=own).distinct():
        for each in event.reports.filter(organisation__in=own):
            rows.append(facts([
                ("What", event.get_kind_display()), ("Reported", each.reported_at), ("Report", each.pk),
                ("State", f"{event.get_state_display()}{', historic' if event.is_historic else ''}"),
            ]))  # fmt: skip
    return Listing("What your organisation reported", rows, "Nothing.")


def _renewals(row: AssuranceCertificate, own: list[int]) -> Listing:
    rows = []
    for each in row.renewal_actions.select_related("organisation"):
        in_time = is_renewal_in_time(taken_on=each.taken_on, relevant_date=each.relevant_date)
        rows.append(facts([
            ("By", each.organisation if each.organisation_id in own else "another Party"),
            ("Done", each.taken_on), ("For", each.relevant_date), ("State", "in time" if in_time else "late"),
            ("What", each.what if each.organisation_id in own else ""),
        ]))  # fmt: skip
    return Listing("Action towards renewal", rows, "Nothing is recorded yet.")
