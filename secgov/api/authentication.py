"""Whose token it is: client credentials answer for the client's own account."""

from typing import Any

from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


class ClientTokenAuthentication(OAuth2Authentication):
    """A token from `/o/token/` by client credentials; the user is the account that the client belongs to.

    Only the Authorization header is looked at: a token in an address would stand in every log. One that is not good
    is refused with 401 even where none is needed, so that a client never believes itself known when it is not.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Give (account, token), or None without a token. Raises AuthenticationFailed for a bad one."""
        if "HTTP_AUTHORIZATION" not in request.META:
            return None
        answer = super().authenticate(request)
        if answer is None:
            raise AuthenticationFailed(
                "The token is not known, or its time is over. Get another one at /o/token/."
            )
        user, token = answer
        account = user or token.application.user
        if account is None or not account.is_active:
            raise AuthenticationFailed("The account of this client is closed.")
        request._request.client_account = account  # the middleware counts what it asks for
        return account, token
