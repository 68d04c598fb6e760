"""Which entries the DCC holds back, and why: published with them (F2.9)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cpl.api.inputs import cleaned
from cpl.api.views import PAGING, problems
from cpl.models import Receipt
from cpl.rules.loading import NotLoaded
from cpl.rules.publication import format_edition
from cpl.services.loading import held_back_entries


class HeldBack(serializers.Serializer):
    """That the DCC has not loaded an entry, in its own words. The entry is on the list, or removed, all the same."""

    since = serializers.DateTimeField(help_text="When the DCC first said so, without a break until now.")
    edition = serializers.CharField(help_text="Of which edition it first said so.")
    reason = serializers.CharField()


class HeldBackEntry(HeldBack):
    """The same, with the entry's number."""

    entry = serializers.RegexField(r"^[0-9]{6,}$")


class HeldBackPage(serializers.Serializer):
    """Entries that are held back, by number."""

    results = HeldBackEntry(many=True)
    next = serializers.URLField(allow_null=True)


class HeldBackEntries(GenericAPIView):
    """The entries that the DCC holds back."""

    throttle_scope = "public"
    filters = frozenset[str]()

    @extend_schema(
        operation_id="held_back", parameters=PAGING, responses={200: HeldBackPage, **problems(400, 422)}
    )
    def get(self, request: Request) -> Response:
        """Give every entry that the DCC said it could not load, with its reason, until it says otherwise."""
        page = self.paginate_queryset(self.filter_queryset(Receipt.objects.none()))
        return self.get_paginated_response([{"entry": each.entry, **told(each)} for each in page])

    def matching(self, rows: Any, asked: dict[str, str]) -> list[NotLoaded]:
        """Every one."""
        return list(held_back_entries())

    def after(self, rows: list[NotLoaded], place: str) -> list[NotLoaded]:
        """Those beyond an entry number."""
        number = cleaned({"entry": place})["entry"]
        return [each for each in rows if int(each.entry) > number]

    def place_of(self, row: NotLoaded) -> str:
        """The entry's number."""
        return row.entry


def told(held: NotLoaded) -> dict[str, Any]:
    """Tell of an entry's holding-back."""
    return {"since": held.since, "edition": format_edition(held.edition), "reason": held.reason}
