"""Pages by place, not by count: a page costs the same wherever it lies and however long the list is."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

PAGE = 100
LONGEST_PAGE = 1000


class PlacePages(BasePagination):
    """Pages that go on after a place, which is named as readers name it: an entry number, an edition.

    The view says how: `after(rows, text)` gives the rows beyond a place, `place_of(row)` the place of a row. Rows may
    be a queryset or a list. Parameters: `limit` and `after`.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Give the rows of the page asked for. Raises ValidationError for a limit that is none."""
        limit = _limit(request.query_params.get("limit", str(PAGE)))
        if after := request.query_params.get("after"):
            queryset = view.after(queryset, after)
        rows = list(queryset[: limit + 1])
        self.next_address = None
        if len(rows) > limit:
            rows.pop()
            place = view.place_of(rows[-1])
            self.next_address = replace_query_param(request.build_absolute_uri(), "after", place)
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Answer with the page and the address of the next one, or null."""
        return Response({"results": data, "next": self.next_address})


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= LONGEST_PAGE):
        raise ValidationError({"limit": [f"Give a whole number from 1 to {LONGEST_PAGE}."]})
    return int(text)
