"""What ended certificates, on the Secretariat's desk: recording reports and the bodies' answers (Z6.7)."""

from django.contrib import admin, messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from cpl.admin.decisions import draw
from cpl.admin.record_pages import RecordAdmin
from cpl.models import AssuranceCertificate, CertificateEvent, ListChange
from cpl.portal.event_forms import AnswerForm, ReportForm, model_in_words
from cpl.portal.judged import refuse
from cpl.rules.certificate_events import opens_case, requires_removal
from cpl.services.certificate_events import Answer, confirm_event, deny_event, report_event
from cpl.web.records import Fact, Listing, Record, Work, acts_about, facts, owed_about
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import tag

KINDS = {"unconfirmed": "warn", "confirmed": "bad", "denied": "gone", "superseded": "gone"}
HOW = {"confirm": (confirm_event, "is confirmed"), "deny": (deny_event, "is denied")}


@admin.register(CertificateEvent)
class CertificateEventAdmin(RecordAdmin):
    """Every event of a certificate: reported or brought by its date, and what its body said."""

    kinds = KINDS
    list_display = ("event", "standing", "certificate", "occurred_on", "historic", "origin", "recorded_at")
    list_filter = ("state", "kind", "origin", "certificate__body")
    search_fields = ("certificate__number", "reports__organisation__name")
    date_hierarchy = "occurred_on"
    list_select_related = ("certificate",)

    @admin.display(description="what happened", ordering="kind")
    def event(self, row: CertificateEvent) -> str:
        """The kind of event."""
        return row.get_kind_display()

    @admin.display(description="before the rules applied")
    def historic(self, row: CertificateEvent) -> SafeString | str:
        """Whether it happened before the rules on certificates applied (X-6)."""
        return tag("plain", "Historic") if row.is_historic else ""

    def get_urls(self) -> list[URLPattern]:
        """Add the page that records one, and the buttons' addresses."""
        view = self.admin_site.admin_view
        report = view(require_http_methods(["GET", "HEAD", "POST"])(self.report))
        return [
            path("report/", report, name="cpl_certificateevent_report"),
            path("<int:pk>/confirm/", view(require_POST(self.confirm)), name="cpl_certificateevent_confirm"),
            path("<int:pk>/deny/", view(require_POST(self.deny)), name="cpl_certificateevent_deny"),
            *super().get_urls(),
        ]

    def report(self, request: HttpRequest) -> HttpResponse:
        """Record what the Secretariat was told: `?certificate=5`."""
        grant = require(request.user, Duty.CONFIRM_EVENT)
        pk = request.GET.get("certificate", "")
        if not (pk.isascii() and pk.isdigit() and len(pk) < 18):
            raise Http404
        certificate = get_object_or_404(AssuranceCertificate, pk=int(pk))
        form = ReportForm(certificate=certificate, desk=True)
        if request.method == "POST":
            form = ReportForm(request.POST, request.FILES, certificate=certificate, desk=True)
            if form.is_valid():
                values = form.cleaned_data
                try:
                    made = report_event(
                        certificate=certificate, by=request.user, organisation=grant.organisation, at=clock.now(),
                        upload=values.pop("evidence"), **values,
                    )  # fmt: skip
                except Refusal as refusal:
                    refuse(form, refusal)
                else:
                    messages.success(
                        request, "It is recorded. Nothing changes until the body has confirmed it."
                    )
                    return redirect("admin:cpl_certificateevent_change", made.event_id)
        record = Record(
            title=f"What ended {certificate}?",
            lede="A report changes nothing by itself: the body that issued the certificate is asked.",
            clause="Z6.7",
            crumbs=[
                (reverse("admin:index"), "Secretariat"),
                (reverse("admin:cpl_assurancecertificate_change", args=[certificate.pk]), str(certificate)),
            ],
            here="Record an event",
            works=[Work("The event", request.get_full_path(), form, "Record the event")],
            acts=acts_about(certificate),
        )
        return draw(request, "cpl/record.html", record.context(), status=422 if form.errors else 200)

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record that the body confirms it."""
        return self._answer(request, pk, "confirm")

    def deny(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record that the body denies it."""
        return self._answer(request, pk, "deny")

    def _answer(self, request: HttpRequest, pk: int, how: str) -> HttpResponse:
        event = self.row(request, pk)
        form = AnswerForm(request.POST, request.FILES, confirms=how == "confirm", auto_id=f"{how}_%s")
        if form.is_valid():
            values = dict(form.cleaned_data)
            service, words = HOW[how]
            version, reason, upload = values.pop("version"), values.pop("reason"), values.pop("document")
            try:
                service(event=event, by=request.user, at=clock.now(), version=version, reason=reason,
                        answer=Answer(upload=upload, **values))  # fmt: skip
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, f"{event} {words}.")
                return redirect("admin:cpl_certificateevent_change", pk)
        return self.page(request, event, **{how: form})

    def record(self, row: CertificateEvent) -> Record:
        """An event, who told of it, which entries it strikes, and what its body said."""
        return Record(
            title=str(row),
            lede=_what_follows(row),
            clause="Z6.7",
            state=self.state_of(row),
            historic=row.is_historic,
            crumbs=self.crumbs(),
            here=row.get_kind_display(),
            facts=_facts(row),
            listings=[_reports(row), _affected(row)],
            acts=acts_about(row),
            owed=owed_about(row),
        )

    def page(self, request: HttpRequest, row: CertificateEvent, **refused: AnswerForm) -> HttpResponse:
        """Draw the event's page and, while it waits for the body's word, both forms of whoever may record that."""
        record = self.record(row)
        if row.state == CertificateEvent.State.UNCONFIRMED and permitted(request.user, Duty.CONFIRM_EVENT):
            record.works = [_work(row, how, refused.get(how)) for how in HOW]
        return draw(request, "cpl/record.html", record.context(), status=422 if refused else 200)


def _work(event: CertificateEvent, how: str, refused: AnswerForm | None) -> Work:
    confirms = how == "confirm"
    initial = {"version": event.version}
    form = refused or AnswerForm(confirms=confirms, initial=initial, auto_id=f"{how}_%s")
    body = event.certificate.get_body_display()
    return Work(
        title=f"{body} confirms it" if confirms else f"{body} denies it",
        action=reverse(f"admin:cpl_certificateevent_{how}", args=[event.pk]),
        form=form,
        button="Record the confirmation" if confirms else "Record the denial",
        says="You are the first of two: whoever approves a removal that follows is another person."
        if confirms
        else "The event falls, and with it what rests on it alone.",
        bad=not confirms,
    )


def _what_follows(event: CertificateEvent) -> str:
    body, kind = event.certificate.body, event.kind
    if event.state in (CertificateEvent.State.DENIED, CertificateEvent.State.SUPERSEDED):
        return event.state_reason
    if event.overtaken_at:
        return "The certificate was renewed in place since."
    if opens_case(body):
        return "Whether an entry is removed for it is for the Security Sub-Committee to determine, and for nobody else."
    if requires_removal(body=body, kind=kind):
        return "Once the body has confirmed it, the Panel has to remove the entries that no other certificate holds."
    return "It removes nothing; new listings cannot rely on the certificate (A-10)."


def _facts(event: CertificateEvent) -> list[Fact]:
    certificate = event.certificate
    said = next(iter(event.statements.all()), None)
    found = [
        Fact("Certificate", str(certificate), reverse("admin:cpl_assurancecertificate_change", args=[certificate.pk])),
        *facts([
            ("No longer held from", event.occurred_on),
            ("How we know", event.get_origin_display()),
            ("Recorded", event.recorded_at),
            ("For these models alone", "\n".join(model_in_words(each) for each in event.targets.all())),
        ]),
    ]  # fmt: skip
    if said:
        found += facts([
            ("The body’s word", f"{said.get_body_display()} {'confirms' if said.confirms else 'denies'} it"),
            ("Who answered", f"{said.contact}, by {said.get_method_display().lower()}"),
            ("When", said.said_on), ("Reference", said.reference), ("Recorded by", said.recorded_by),
        ])  # fmt: skip
        if said.document:
            found.append(
                Fact(
                    "The answer",
                    str(said.document),
                    reverse("admin:documents_document_take", args=[said.document_id]),
                )
            )
    return found


def _reports(event: CertificateEvent) -> Listing:
    rows = [
        [
            *facts([
                ("Told by", each.organisation), ("Person", each.reported_by), ("Told", each.reported_at),
                ("Aware since", each.aware_on), ("Says", each.note),
            ]),
            *([Fact("Evidence", str(each.evidence), reverse("admin:documents_document_take", args=[each.evidence_id]))]
              if each.evidence else []),
        ]
        for each in event.reports.select_related("organisation", "reported_by", "evidence")
    ]  # fmt: skip
    return Listing("Who told us", rows, "Nobody: its date passed.")


def _affected(event: CertificateEvent) -> Listing:
    """The entries, each with the removal that follows from the event, by itself (Z6.1) or as determined (Z6.2)."""
    follows = ListChange.objects.filter(Q(removal_event=event) | Q(determination__events=event))
    removals = {each.entry_number: each for each in follows.order_by("pk")}
    rows = []
    for each in event.affected.select_related("device_model", "covered_by"):
        held = (
            f"held by {each.covered_by}: for information only (A-08)"
            if each.covered_by
            else "held by no other certificate"
        )
        change = removals.get(each.device_model_id)
        row = [Fact("Entry", f"{each.device_model}, {held}", f"/cpl/entries/{each.device_model}/")]
        if change:
            url = f"{reverse('admin:cpl_listchange_approve')}?change={change.pk}"
            row.append(Fact("Removal", change.get_state_display(), url))
        rows.append(row)
    return Listing("Entries that it strikes", rows, "No entry on the list.")
