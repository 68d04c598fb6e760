"""Referrals on the Secretariat's desk, and the second person's word on what the Authority determined (F2.2A, F2.7B)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from cpl.admin.record_pages import RecordAdmin, SecondPersonAdmin
from cpl.web.records import Fact, Listing, Record, acts_about, facts
from secgov.accounts.permissions import Duty
from secgov.journal.desk import RegisterAdmin
from ssc.models import AuthorityAnswer, Referral, Stay
from ssc.services.authority_answers import confirm_answer
from ssc.services.referable import in_words, model_of
from ssc.services.referral_bundle import decision_in_full
from ssc.services.stays import standing_of

REFERRAL_KINDS = {"draft": "", "lodged": "info", "determined": "law", "withdrawn": "gone"}
ANSWER_KINDS = {"recorded": "warn", "confirmed": "law", "refused": "gone"}


@admin.register(Referral)
class ReferralAdmin(RecordAdmin):
    """What Parties took to the Authority. A draft is nobody else's business."""

    kinds = REFERRAL_KINDS
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

    def record(self, row: Referral) -> Record:
        """A referral, the decision, and where it stands; the bundle is a link."""
        stay = standing_of(row)
        answer = row.answer or AuthorityAnswer.objects.filter(state="recorded", **row.about).first()
        return Record(
            title=f"Referral {row}",
            lede=f"{in_words(row.decision)}. {row.organisation} disagrees.",
            clause=row.clause,
            state=self.state_of(row),
            crumbs=self.crumbs(),
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


@admin.register(AuthorityAnswer)
class AuthorityAnswerAdmin(SecondPersonAdmin):
    """What the Authority determined: written by its recorder, confirmed here."""

    kinds = ANSWER_KINDS
    duty_of_second = Duty.CONFIRM_AUTHORITY_ORDER
    question = "Is this what the Authority determined?"
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
    list_select_related = ("order", "recorded_by", "second_by", "document")

    @admin.display(description="decision")
    def what(self, row: AuthorityAnswer) -> str:
        """What was decided."""
        return in_words(row.decision)

    def decide(self, row: AuthorityAnswer, **said: Any) -> None:
        """Confirm that this is what the Authority determined, or that it is not."""
        confirm_answer(answer=row, **said)

    def record(self, row: AuthorityAnswer) -> Record:
        """What was recorded, of which decision, and which referrals it answers."""
        order = row.order
        return Record(
            title="What the Authority determined",
            lede=f"{in_words(row.decision)}. Once confirmed the Authority’s determination is final: it overrides that, and "
            "the decision cannot be referred again.",
            clause=row.clause,
            state=self.state_of(row),
            crumbs=self.crumbs(),
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
            acts=acts_about(row, order),
        )  # fmt: skip


@admin.register(Stay)
class StayAdmin(RegisterAdmin):
    """Stays that the Authority ordered."""

    list_display = ("ordered_on", "authority_reference", "recorded_by", "ended_on")
    search_fields = ("authority_reference", "text")
    list_select_related = ("recorded_by",)
