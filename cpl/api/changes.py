"""What changed: after an edition, and between any two."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cpl.api import outputs
from cpl.api.views import PAGING, edition_asked, newest_edition, problems
from cpl.models import Edition
from cpl.rules.differences import Difference
from cpl.services import publication
from secgov.errors import Refusal


class Changes(GenericAPIView):
    """What changed after an edition."""

    throttle_scope = "public"
    filters = frozenset({"since"})

    @extend_schema(
        operation_id="changes",
        parameters=[
            OpenApiParameter("since", str, required=True, description="An edition, such as 2.050."),
            *PAGING,
        ],
        responses={200: outputs.ChangePage, **problems(400, 404, 422)},
    )
    def get(self, request: Request) -> Response:
        """Give every change that later editions carry, in their order, with its entry before and after.

        Each entry that a later edition writes otherwise is among them, so that `since`, with every `after` put in the
        place of its `before`, is the newest edition.
        """
        page = self.paginate_queryset(self.filter_queryset(Edition.objects.none()))
        answer = self.get_paginated_response([_told(change) for change in page])
        return Response({"since": str(self.since), "latest": newest_edition(), **answer.data})

    def matching(self, rows: Any, asked: dict[str, str]) -> publication.ChangesBetween:
        """The changes of placed editions after `since`."""
        number = edition_asked(asked.get("since", ""), "since")
        self.since = get_object_or_404(Edition.objects.placed().defer("manifest"), number=number)
        return publication.changes_since(number=number)

    def after(self, rows: publication.ChangesBetween, place: str) -> publication.ChangesBetween:
        """The changes beyond one, named by its edition and its place there."""
        edition, _, number = place.partition(":")
        if not (number.isascii() and number.isdigit() and len(number) <= 9):
            raise Refusal(
                "That is not a place in the changes.",
                clause="F2.2",
                field="after",
                remedy="Take `next` of the page before.",
            )
        return rows.after(edition_asked(edition, "after"), int(number))

    def place_of(self, change: publication.ToldChange) -> str:
        """Its edition and its place there."""
        return f"{change.edition}:{change.place}"


class Compare(GenericAPIView):
    """How two editions differ."""

    throttle_scope = "public"
    filters = frozenset[str]()

    @extend_schema(
        operation_id="compare",
        parameters=PAGING,
        responses={200: outputs.ComparisonPage, **problems(400, 404, 422)},
    )
    def get(self, request: Request, first: int, second: int) -> Response:
        """Give every entry that the two editions do not write alike, by number: what leads from the first to the second."""
        editions = Edition.objects.placed().defer("manifest")
        self.first = get_object_or_404(editions, number=first)
        self.second = get_object_or_404(editions, number=second)
        page = self.paginate_queryset(self.filter_queryset(Edition.objects.none()))
        results = [
            {"entry": each.entry, "kind": kind, "before": each.before, "after": each.after}
            for kind, each in page
        ]
        answer = self.get_paginated_response(results)
        return Response({"first": str(self.first), "second": str(self.second), **answer.data})

    def matching(self, rows: Any, asked: dict[str, str]) -> list[tuple[str, Difference]]:
        """Every difference."""
        return publication.compare_editions(first=self.first, second=self.second)

    def after(self, rows: list[tuple[str, Difference]], place: str) -> list[tuple[str, Difference]]:
        """Those beyond an entry number."""
        if not (place.isascii() and place.isdigit()):
            raise Refusal("That is not an entry number.", clause="F2.2", field="after", remedy="Take `next`.")
        return [each for each in rows if each[1].entry > place]

    def place_of(self, row: tuple[str, Difference]) -> str:
        """The entry's number."""
        return row[1].entry


def _told(told: publication.ToldChange) -> dict[str, Any]:
    return {
        "edition": str(told.edition),
        "entry": told.entry,
        "kind": told.kind,
        "clause": told.clause,
        "public_reason": told.change.public_reason if told.change else "",
        "decided_at": told.change.approved_at if told.change else told.edition.issued_at,
        "before": told.before,
        "after": told.after,
    }
