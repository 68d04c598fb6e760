"""Reads of editions, answered before the nine usual layers: they are the same bytes for everybody."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from cpl.api.stored import EDITION_IN_ADDRESSES, MEDIA_TYPES, find_form, stored_answer

Answer = Callable[[HttpRequest], HttpResponse]

_STORED = re.compile(rf"/api/v1/cpl/editions/({EDITION_IN_ADDRESSES})/({'|'.join(MEDIA_TYPES)})/?\Z")


class StoredBytesMiddleware:
    """Hands anonymous reads of stored edition bytes straight to their answer; everything else goes the usual way.

    A request with an Authorization header goes the usual way too: the DCC's pull of a manifest is receipt (A-20).
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or hand on."""
        if request.method in ("GET", "HEAD") and "HTTP_AUTHORIZATION" not in request.META:
            address = _STORED.match(request.path_info)
            if address and (found := find_form(address[1], address[2])):
                return stored_answer(request, found, asked=address[1])
        return self.get_response(request)
