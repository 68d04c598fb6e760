"""What the journal holds."""

from secgov.journal.models.acts import Act, Seal, SealedAct
from secgov.journal.models.calendar import BankHoliday, Heartbeat, PromiseCheck, Rehearsal
from secgov.journal.models.obligations import Obligation, Task
from secgov.journal.models.outbox import IdempotencyKey, Message, Notice, NoticeReading

__all__ = [
    "Act",
    "BankHoliday",
    "Heartbeat",
    "IdempotencyKey",
    "Message",
    "Notice",
    "NoticeReading",
    "Obligation",
    "PromiseCheck",
    "Rehearsal",
    "Seal",
    "SealedAct",
    "Task",
]
