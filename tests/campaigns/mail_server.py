"""A mail server that takes letters, or refuses, hangs or drops the line, as it is told; on a free port of this machine."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from tests import mail

REFUSES_FOR_NOW, REFUSES_THE_ADDRESS, HANGS, DROPS = "4xx", "5xx", "hang", "drop"


class FaultyServer:
    """Shows one fault to the first `faults` letters; takes all others and counts them by their Message-ID."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.fault, self.faults, self.struck = "", 0, 0
        self.port = 0

    async def handle_RCPT(
        self, smtp: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Refuse the address where that is the fault."""
        if self.fault == REFUSES_THE_ADDRESS and self._strikes():
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, smtp: Any, session: Any, envelope: Any) -> str:
        """Take a letter, or show the fault. A dropped line comes after the letter was taken: the worst case."""
        identity = str(message_from_bytes(envelope.content)["Message-ID"])
        if self.fault in (REFUSES_FOR_NOW, HANGS, DROPS) and self._strikes():
            if self.fault == REFUSES_FOR_NOW:
                return "451 come again"
            if self.fault == DROPS:
                self.taken[identity] += 1
                smtp.transport.close()
            else:
                await asyncio.Event().wait()  # until whoever waits for us goes
            return "421 gone"
        self.taken[identity] += 1
        return "250 taken"

    def _strikes(self) -> bool:
        if self.struck == self.faults:
            return False
        self.struck += 1
        return True


@contextmanager
def mail_server(fault: str = "", faults: int = 0) -> Iterator[FaultyServer]:
    """Give a running server."""
    handler = FaultyServer()
    handler.fault, handler.faults = fault, faults
    with mail.served(handler) as handler.port:
        yield handler
