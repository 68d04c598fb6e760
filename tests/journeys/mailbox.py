"""A mail server that keeps what it takes, on a free port of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

from tests import mail


class Mailbox:
    """Everything that was handed over, in order."""

    def __init__(self) -> None:
        self.letters: list[Message] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take one letter."""
        self.letters.append(message_from_bytes(envelope.content))
        return "250 taken"


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, str]]:
    """Give the mailbox, and the address to send to as EMAIL_URL writes it."""
    mailbox = Mailbox()
    with mail.served(mailbox) as port:
        yield mailbox, f"smtp://127.0.0.1:{port}"
