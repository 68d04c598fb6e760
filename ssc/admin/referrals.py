"""Referrals on the Secretariat's desk, and the second person's word on what the Authority determined (F2.2A, F2.7B)."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from cpl.admin.decided import agreed
from cpl.admin.decisions import draw
from cpl.portal.event_forms import AgreeForm
from cpl.portal.judged import refuse
from cpl.web.records import Fact, Listing, Record, Work, acts_about, facts
from secgov.accounts.permissions import Duty, permitted
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, tag
from ssc.models import AuthorityAnswer, Referral, Stay
from ssc.services.authority_answers import confirm_answer
from ssc.services.referable import in_words, model_of
from ssc.services.referral_bundle import decision_in_full
from ssc.services.stays import standing_of

REFERRAL_KINDS = {"draft": "", "lodged": "info", "determined": "law", "withdrawn": "gone"}
ANSWER_KINDS = {"recorded": "warn", "confirmed": "law", "refused": "gone"}


def _crumbs(name: str, words: str) -> list[tuple[str, str]]:
    return [(reverse("admin:index"), "Secretariat"), (reverse(f"admin:ssc_{name}_changelist"), words)]


@admin.register(Referral)
class ReferralAdmin(RegisterAdmin):
    """What Parties took to the Authority. A draft is nobody else's business."""

    list_display = ("reference", "organisation", "what", "standing", "lodged_at", "answer", "is_circular")
    list_filter = ("state", "is_circular")
    search_fields = ("reference", "organisation__name", "grounds")
    date_hierarchy = "lodged_at"
    list_select_related = ("organisation", "answer")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Referral]:
        """Those that were lodged and that the person may see."""
        rows = Referral.objects.visible_to(request.user).exclude(lodged_at=None)
        return rows.select_related("organisation", "answer")

    @admin.display(description="decision")
    def what(self, row: Referral) -> str:
        """What was decided."""
        return in_words(row.decision)

    @admin.display(description="state", ordering="state")
    def standing(self, row: Referral) -> SafeString:
        """The state as a word with its shape."""
        return tag(REFERRAL_KINDS[row.state], row.get_state_display())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:  # fmt: skip
        """Show a referral, the decision, and where it stands; the bundle is a link."""
        key = object_id if object_id.isdigit() else None
        row = get_object_or_404(self.get_queryset(request), pk=key)
        stay = standing_of(row)
        answer = row.answer or AuthorityAnswer.objects.filter(state="recorded", **row.about).first()
        record = Record(
            title=f"Referral {row}",
            lede=f"{in_words(row.decision)}. {row.organisation} disagrees.",
            clause=row.clause,
            state=(REFERRAL_KINDS[row.state], row.get_state_display()),
            crumbs=_crumbs("referral", "Referrals"),
            here=str(row),
            note=f"{stay}: do not carry the decision out until it ends." if stay else "",
            facts=[
                Fact("Entry", f"{model_of(row.decision)}", f"/cpl/entries/{model_of(row.decision)}/"),
                *facts([
                    ("Party", row.organisation), ("Lodged", row.lodged_at), ("Grounds", row.grounds),
                    ("Flag", "it follows the Authority’s own determination" if row.is_circular else ""),
                    ("Withdrawn", row.withdrawn_at), ("Why", row.withdrawn_reason),
                ]),
                Fact("Bundle", "the Authority’s file, with digests", reverse("ssc:referral-bundle", args=[row.reference])),
            ],
            listings=[
                Listing("The decision", [[Fact(label, words) for label, words in decision_in_full(row.decision)]]),
                Listing("Documents", [
                    [Fact(each.get_classification_display(), each.name,
                          reverse("ssc:referral-document", args=[row.reference, each.pk]))]
                    for each in row.documents.order_by("pk")]),
                Listing("What the Authority determined", [
                    [Fact(answer.get_state_display(), str(answer),
                          reverse("admin:ssc_authorityanswer_change", args=[answer.pk]))]] if answer else [],
                    "Nothing is recorded yet."),
            ],
            acts=acts_about(row, stay),
        )  # fmt: skip
        return draw(request, "cpl/record.html", record.context())


@admin.register(AuthorityAnswer)
class AuthorityAnswerAdmin(RegisterAdmin):
    """What the Authority determined: written by its recorder, confirmed here."""

    list_display = (
        "what",
        "outcome",
        "standing",
        "authority_reference",
        "answered_on",
        "recorded_by",
        "second_by",
    )
    list_filter = ("state", "outcome")
    search_fields = ("authority_reference", "text", "referrals__reference")
    list_select_related = ("recorded_by", "second_by")

    @admin.display(description="decision")
    def what(self, row: AuthorityAnswer) -> str:
        """What was decided."""
        return in_words(row.decision)

    @admin.display(description="state", ordering="state")
    def standing(self, row: AuthorityAnswer) -> SafeString:
        """The state as a word with its shape."""
        return tag(ANSWER_KINDS[row.state], row.get_state_display())

    def get_urls(self) -> list[URLPattern]:
        """Add the second person's button."""
        confirm = self.admin_site.admin_view(require_POST(self.confirm))
        return [path("<int:pk>/confirm/", confirm, name="ssc_authorityanswer_confirm"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:  # fmt: skip
        """Show what was recorded and, while it waits, the second person's form."""
        return self._page(request, self._row(object_id))

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm that this is what the Authority determined, or that it is not."""
        row = self._row(pk)
        form = AgreeForm(request.POST)
        if form.is_valid():
            try:
                confirm_answer(answer=row, by=request.user, at=clock.now(), **agreed(form))
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, "Your decision is recorded.")
                return redirect("admin:ssc_authorityanswer_change", pk)
        return self._page(request, row, form)

    def _row(self, pk: Any) -> AuthorityAnswer:
        rows = AuthorityAnswer.objects.select_related("order", "recorded_by", "second_by", "document")
        return get_object_or_404(rows, pk=pk if str(pk).isdigit() else None)

    def _page(
        self, request: HttpRequest, row: AuthorityAnswer, refused: AgreeForm | None = None
    ) -> HttpResponse:
        works = []
        if row.state == AuthorityAnswer.State.RECORDED and permitted(
            request.user, Duty.CONFIRM_AUTHORITY_ORDER
        ):
            form = refused or AgreeForm(initial={"version": row.version})
            action = reverse("admin:ssc_authorityanswer_confirm", args=[row.pk])
            works = [Work("Is this what the Authority determined?", action, form, "Record my decision")]
        order = row.order
        record = Record(
            title="What the Authority determined",
            lede=f"{in_words(row.decision)}. Once confirmed the Authority’s determination is final: it overrides that, and "
            "the decision cannot be referred again.",
            clause=row.clause,
            state=(ANSWER_KINDS[row.state], row.get_state_display()),
            crumbs=_crumbs("authorityanswer", "Determinations of the Authority"),
            here=row.authority_reference,
            facts=[
                Fact("Entry", f"{model_of(row.decision)}", f"/cpl/entries/{model_of(row.decision)}/"),
                *facts([
                    ("Outcome", row.get_outcome_display()), ("Determined", row.answered_on),
                    ("Reference", row.authority_reference), ("It says", row.text), ("Document", row.document),
                    ("Recorded by", row.recorded_by), ("Recorded", row.recorded_at),
                    ("Second person", row.second_by), ("Then", row.second_at), ("Why", row.second_reason),
                ]),
                *([Fact("For the list", str(order), reverse("admin:cpl_authorityorder_change", args=[order.pk]))]
                  if order else []),
            ],
            listings=[Listing("Referrals", [
                [Fact(each.organisation.name, str(each), reverse("admin:ssc_referral_change", args=[each.pk]))]
                for each in Referral.objects.exclude(lodged_at=None).filter(**row.about).select_related("organisation")])],
            works=works,
            acts=acts_about(row, order),
        )  # fmt: skip
        return draw(request, "cpl/record.html", record.context(), status=422 if refused else 200)


@admin.register(Stay)
class StayAdmin(RegisterAdmin):
    """Stays that the Authority ordered."""

    list_display = ("ordered_on", "authority_reference", "recorded_by", "ended_on")
    search_fields = ("authority_reference", "text")
    list_select_related = ("recorded_by",)
