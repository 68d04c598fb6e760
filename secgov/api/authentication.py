"""Whose token it is: client credentials answer for the client's own account."""

from typing import Any

from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.request import Request


class ClientTokenAuthentication(OAuth2Authentication):
    """A token from `/o/token/` by client credentials; the user is the account that the client belongs to."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Give (account, token), or None without a token. A bad token is refused with 401 by the base class."""
        answer = super().authenticate(request)
        if answer is None:
            return None
        user, token = answer
        return (user or token.application.user), token
