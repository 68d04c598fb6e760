"""Tokens for clients: client credentials only (RFC 6749, 4.4). No person ever gets one by signing in."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import RevokeTokenView, TokenView

from secgov.api.client_secrets import client_named
from secgov.api.throttles import CountedTogether

GRANT = "client_credentials"


class TokenThrottle(CountedTogether):
    """So many attempts a minute from one address: each costs a slow comparison of secrets."""

    scope = "token"

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        """Count by the address that the request comes from."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class _Guarded:
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Refuse what no honest client sends, and too much of anything, before secrets are compared."""
        throttle = TokenThrottle()
        if not throttle.allow_request(request, self):
            answer = _refused("too_many_requests", "Wait before you ask for another token.", 429)
            answer.headers["Retry-After"] = str(int(throttle.wait() or 1))
            return answer
        if any("\x00" in value for value in request.POST.values()):
            return _refused("invalid_request", "A parameter holds a character that no credential has.", 400)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


@method_decorator(csrf_exempt, name="dispatch")
class ClientTokenView(_Guarded, TokenView):
    """A token for a client that shows its secret."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Give a token. Errors as OAuth tells them."""
        if request.POST.get("grant_type") != GRANT:
            return _refused("unsupported_grant_type", f"Tokens are given for grant_type={GRANT} only.", 400)
        answer = super().post(request, *args, **kwargs)
        client = client_named(request)
        if client and client.user:
            request.client_account = client.user  # type: ignore[attr-defined]  the middleware counts it
        return answer


@method_decorator(csrf_exempt, name="dispatch")
class ClientRevokeView(_Guarded, RevokeTokenView):
    """The end of a token before its time."""


def _refused(error: str, description: str, status: int) -> JsonResponse:
    return JsonResponse({"error": error, "error_description": description}, status=status)
