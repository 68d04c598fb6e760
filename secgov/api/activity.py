"""What clients ask for is counted, so that the DCC and the Secretariat see what the DCC's systems do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from secgov.accounts.clients import record_use
from secgov.journal import clock

REFUSED = 400


class ClientActivityMiddleware:
    """Counts each call that a client made with its token, and each of its requests for one, by name and day."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then count."""
        answer = self.get_response(request)
        account = getattr(request, "client_account", None)
        if account is not None and request.resolver_match is not None:
            name = request.resolver_match.view_name.removeprefix("api-").replace("-", " ")
            record_use(
                account=account,
                call=f"{request.method} {name}",
                refused=answer.status_code >= REFUSED,
                at=clock.now(),
            )
        return answer
