"""Which entries the DCC holds back, and why: published with them (F2.9)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cpl.api import outputs
from cpl.api.inputs import cleaned
from cpl.api.views import PAGING, problems, told_of
from cpl.models import Receipt
from cpl.rules.loading import NotLoaded
from cpl.services.loading import held_back_entries


class HeldBackEntries(GenericAPIView):
    """The entries that the DCC holds back."""

    throttle_scope = "public"
    filters = frozenset[str]()

    @extend_schema(
        operation_id="held_back",
        parameters=PAGING,
        responses={200: outputs.HeldBackPage, **problems(400, 422)},
    )
    def get(self, request: Request) -> Response:
        """Give every entry that the DCC said it could not load, with its reason, until it says otherwise."""
        page = self.paginate_queryset(self.filter_queryset(Receipt.objects.none()))
        return self.get_paginated_response([{"entry": each.entry, **told_of(each)} for each in page])

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
