"""Whose secret it is: a client's own, or the former one while its overlap lasts."""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest
from oauth2_provider.models import Application
from oauth2_provider.oauth2_validators import OAuth2Validator

from secgov.accounts.clients import former_secret_opens
from secgov.journal import clock


class ClientValidator(OAuth2Validator):
    """Takes a client's former secret too, until its time is over: its systems change theirs one after the other."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Say whether the request shows a secret that opens."""
        if super().authenticate_client(request, *args, **kwargs):
            return True
        named, secret = credentials(self._extract_basic_auth(request) or "")
        if not named:
            named, secret = request.client_id or "", getattr(request, "client_secret", "") or ""
        client = self._load_application(named, request) if named and secret else None
        return client is not None and former_secret_opens(client=client, secret=secret, at=clock.now())


def credentials(basic: str) -> tuple[str, str]:
    """Give the id and the secret out of what an Authorization header says after `Basic`; two empty texts for nonsense."""
    try:
        named, _, secret = base64.b64decode(basic).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(named), unquote_plus(secret)


def client_named(request: HttpRequest) -> Application | None:
    """Give the client that a request for a token says it is, whether or not it proved it."""
    scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
    named = credentials(basic)[0] if scheme.lower() == "basic" else request.POST.get("client_id", "")
    if not named or "\x00" in named:
        return None
    return Application.objects.select_related("user").filter(client_id=named).first()
