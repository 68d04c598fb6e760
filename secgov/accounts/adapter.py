"""How people come to an account: never by themselves from the sign-in page."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """People are admitted by invitation, or register an organisation; open sign-up is closed."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | dict.fromkeys(
        ("username_password_mismatch", "email_password_mismatch"),
        "That name and password do not belong together. Check both, or have a link mailed for a new password.",
    )

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer no: an account without an organisation could do nothing."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by name and address together: by the name alone, anybody could keep a person out.

        Wrong codes of the second factor are counted by person: whoever tries them has the password already.
        """
        return (
            f"{super()._get_login_attempts_cache_key(request, **credentials)}:{self.get_client_ip(request)}"
        )
