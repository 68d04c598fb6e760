"""How people come to an account: never by themselves from the sign-in page."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """People are admitted by invitation, or register an organisation; open sign-up is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer no: an account without an organisation could do nothing."""
        return False
