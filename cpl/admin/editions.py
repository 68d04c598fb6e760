"""Editions on the Secretariat's desk: who has each, by which evidence, and what is still owed (chart 4)."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from cpl.admin.decisions import draw
from cpl.models import (
    Edition,
    EditionForm,
    EditionLimb,
    HeldUpdate,
    ListImport,
    PublicationRequest,
    SigningKey,
)
from cpl.portal.judged import error_of
from cpl.rules.publication import LIMB_CLAUSES
from cpl.services.publication import parties_progress, record_other_channel
from secgov.accounts.permissions import Duty, permitted
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, identifier, tag
from secgov.journal.models import Message, Notice, Obligation

MOST_PARTIES = 50
EVIDENCE = {
    "manifest_sha256": "manifest", "notices": "notices to the DCC", "entries": "entries shown", "changed": "rows changed",
    "parties": "Parties", "by_mail": "by mail", "otherwise": "by another channel", "in_digest": "of the mails, digests",
}  # fmt: skip
"""What a limb wrote down as its evidence, in words."""
LIMBS = 3


@dataclass(frozen=True, slots=True)
class LimbRow:
    """One of the three things that F2.8 asks, as the page shows it."""

    name: str
    clause: str
    done: EditionLimb | None
    done_word: str
    progress: str
    evidence: list[tuple[str, Any]]
    owed: Obligation | None


class OtherChannelForm(forms.Form):
    """How and when a Party was told when no mail reached it."""

    how = forms.CharField(
        label="How was it told?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For example: by telephone, to whom.",
        error_messages={"required": "Say by which channel it was told, and whom."},
    )
    told_at = forms.DateTimeField(
        label="When?",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        help_text="London time. Left blank: just now.",
        error_messages={"invalid": "Give a day and a time, for example 2026-12-23 16:31."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)

    def refuse(self, refusal: Refusal) -> None:
        """Show what the service refused."""
        for each in refusal.each:
            field = {"reason": "how"}.get(each.field, each.field)
            self.add_error(field if field in self.fields else None, error_of(each))


@admin.register(Edition)
class EditionAdmin(RegisterAdmin):
    """Every edition; none of them ever changes."""

    list_display = (
        "number_shown",
        "issued_at",
        "carried",
        "current_entries",
        "removed_entries",
        "told",
        "digest",
    )
    search_fields = ("=number", "manifest_sha256")
    date_hierarchy = "issued_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        """Count the changes and limbs, and leave the bytes where they are."""
        counted = super().get_queryset(request).defer("manifest")
        return counted.annotate(
            changes_carried=Count("changes", distinct=True), limbs_done=Count("limbs", distinct=True)
        )

    @admin.display(description="edition", ordering="number")
    def number_shown(self, edition: Edition) -> SafeString:
        """Its number as it is shown."""
        return identifier(edition)

    @admin.display(description="changes")
    def carried(self, edition: Edition) -> str:
        """How many changes it carries."""
        return "taken over" if edition.is_imported else str(edition.changes_carried)

    @admin.display(description="F2.8")
    def told(self, edition: Edition) -> SafeString:
        """How many of the three limbs are done."""
        if edition.is_imported:
            return tag("", "Not applicable")
        done = edition.limbs_done
        return tag("good", "Complete") if done == LIMBS else tag("info", f"{done} of {LIMBS}")

    @admin.display(description="manifest")
    def digest(self, edition: Edition) -> SafeString:
        """The beginning of the manifest's digest."""
        return identifier(f"{edition.manifest_sha256[:16]}…")

    def get_urls(self) -> list[URLPattern]:
        """Add the button's address."""
        record = self.admin_site.admin_view(require_POST(self.record_channel))
        return [
            path("<int:pk>/notices/<int:notice>/other-channel/", record, name="cpl_edition_other_channel"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one edition with its limbs, their evidence, and the Parties still to be told."""
        return self._page(request, self._edition(object_id))

    def record_channel(self, request: HttpRequest, pk: int, notice: int) -> HttpResponse:
        """Record that a Party was told by another channel (F2.8(c))."""
        edition = self._edition(pk)
        told = get_object_or_404(_notices(edition).select_related("organisation"), pk=notice)
        form = OtherChannelForm(request.POST, auto_id=f"notice_{notice}_%s")
        if form.is_valid():
            try:
                record_other_channel(notice=told, by=request.user, at=clock.now(), **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(
                    request, f"It is recorded how {told.organisation} was told of edition {edition}."
                )
                return redirect("admin:cpl_edition_change", pk)
        return self._page(request, edition, refused=(notice, form))

    def _edition(self, pk: Any) -> Edition:
        rows = Edition.objects.select_related(
            "previous", "journal_seal", "signing_key", "placement", "imported_from"
        )
        return get_object_or_404(
            rows.defer("manifest", "previous__manifest"), pk=pk if str(pk).isdigit() else None
        )

    def _page(
        self, request: HttpRequest, edition: Edition, refused: tuple[int, OtherChannelForm] | None = None
    ) -> HttpResponse:
        progress = parties_progress(edition)
        changes = list(
            edition.changes.select_related("submission", "device_model", "approved_by").order_by(
                "entry_number"
            )
        )
        may = permitted(request.user, Duty.RECORD_OTHER_CHANNEL) is not None
        keys = [str(change.pk) for change in changes]
        owed = Obligation.objects.filter(
            subject_type="cpl.listchange", subject_id__in=keys, by_law=True
        ).order_by("due_at", "id")
        receipts = (
            edition.receipts.select_related("client").prefetch_related("holdbacks").order_by("at", "id")
        )
        context = {
            "edition": edition,
            "form": refused[1] if refused else None,
            "placement": getattr(edition, "placement", None),
            "forms": EditionForm.objects.filter(edition=edition).defer("gzipped"),
            "limb_rows": _limbs(
                edition,
                {each.clause: each for each in reversed(owed)},
                f"{progress.told:,} of {progress.total:,}",
            ),
            "complete": edition.limbs.count() == LIMBS,
            "progress": progress,
            "missing": _missing(edition, progress.missing[:MOST_PARTIES], refused)
            if may or progress.missing
            else [],
            "more_missing": max(0, len(progress.missing) - MOST_PARTIES),
            "may_record": may,
            "may_take_evidence": permitted(request.user, Duty.PACK_EVIDENCE) is not None,
            "otherwise": _notices(edition)
            .exclude(other_channel_at=None)
            .select_related("organisation")[:MOST_PARTIES],
            "changes": changes,
            "receipts": receipts,
            "loading": Obligation.objects.about(edition).filter(clause="F2.9").order_by("due_at", "id"),
        }
        return draw(request, "admin/cpl/edition.html", context, status=422 if refused else 200)


def _limbs(edition: Edition, owed: dict[str, Obligation], told: str) -> list[LimbRow]:
    """Give the three limbs, each with its evidence once it is done, and the earliest of what it owes until then."""
    done = {limb.limb: limb for limb in edition.limbs.all()}
    words = {
        "dcc": ("DCC", "Provided", ""),
        "website": ("Website", "Published", ""),
        "parties": ("Parties", "Told", told),
    }
    return [
        LimbRow(
            name=name,
            clause=LIMB_CLAUSES[limb],
            done=done.get(limb),
            done_word=done_word,
            progress=progress,
            evidence=_evidence(done[limb]) if limb in done else [],
            owed=owed.get(LIMB_CLAUSES[limb]),
        )
        for limb, (name, done_word, progress) in words.items()
    ]


def _evidence(limb: EditionLimb) -> list[tuple[str, Any]]:
    found = [(words, limb.evidence[name]) for name, words in EVIDENCE.items() if name in limb.evidence]
    return [(words, len(value) if isinstance(value, list) else value) for words, value in found]


def _notices(edition: Edition) -> QuerySet[Notice]:
    return Notice.objects.filter(subject_type="cpl.edition", subject_id=str(edition.pk), clause="F2.8(c)")


def _missing(
    edition: Edition, parties: Any, refused: tuple[int, OtherChannelForm] | None
) -> list[dict[str, Any]]:
    """Give each Party still to be told, its notice, why no mail arrived, and the form to record another channel."""
    notices = {
        each.organisation_id: each
        for each in _notices(edition).filter(organisation__in=[party.pk for party in parties])
    }
    mails: dict[int, list[Message]] = {}
    for mail in Message.objects.filter(notice__in=notices.values()).order_by("id"):
        mails.setdefault(mail.notice_id, []).append(mail)
    digests = {
        held.notice_id: held
        for held in HeldUpdate.objects.filter(notice__in=notices.values()).select_related(
            "message", "contact"
        )
    }
    shown = []
    for party in parties:
        notice = notices.get(party.pk)
        form = None
        if notice:
            form = OtherChannelForm(auto_id=f"notice_{notice.pk}_%s")
            if refused and refused[0] == notice.pk:
                form = refused[1]
        shown.append(
            {
                "party": party,
                "notice": notice,
                "mails": mails.get(notice.pk, []) if notice else [],
                "digest": digests.get(notice.pk) if notice else None,
                "form": form,
            }
        )
    return shown


@admin.register(PublicationRequest)
class PublicationRequestAdmin(RegisterAdmin):
    """Who asked for an edition at once, and why (A-70)."""

    list_display = ("requested_at", "requested_by", "reason")
    search_fields = ("reason", "requested_by__name")
    date_hierarchy = "requested_at"
    list_select_related = ("requested_by",)


@admin.register(ListImport)
class ListImportAdmin(RegisterAdmin):
    """Earlier published lists that were taken over."""

    list_display = ("__str__", "file_name", "rows", "issued_on", "imported_at")
    search_fields = ("=number", "file_name", "sha256")


@admin.register(SigningKey)
class SigningKeyAdmin(RegisterAdmin):
    """The public keys that vouch for manifests."""

    list_display = ("kid", "valid_from", "valid_to")
    search_fields = ("kid",)
    date_hierarchy = "valid_from"
