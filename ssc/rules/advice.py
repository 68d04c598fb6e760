"""What the SSC's advice to the Authority, and a review of the CPA scheme, have to say.

SC Methodology 1.2  The SSC keeps the CPA scheme under review for its fitness and suggests modifications (G7.20(d)),
    and gives the Authority advice and information on the actual or potential non-compliance of any Device for which a
    CPA Certificate is issued or required with the Security Characteristics (G7.20(i)).

Reading: neither decides anything, so the secretary or the Chair records it alone, with its minute.
"""

import datetime as dt

from secgov.errors import Refusal, refuse_any

SCHEME, TO_AUTHORITY = "SC-1.2-3", "SC-1.2-4"


def check_review(*, what: str, finding: str, minute: str, reviewed_on: dt.date, today: dt.date) -> None:
    """Refuse a review of the CPA scheme that does not say what was looked at and found, or is still to come. SC-1.2-3"""
    refuse_any(
        [
            *_blank(SCHEME, what=(what, "Say what was looked at."), finding=(finding, "Say what was found."),
                    minute_reference=(minute, "Give the minute’s reference.")),
            *_to_come(SCHEME, "reviewed_on", reviewed_on, today),
        ]
    )  # fmt: skip


def check_advice(
    *, devices: str, characteristics: str, text: str, minute: str, advised_on: dt.date, today: dt.date
) -> None:
    """Refuse advice that does not name the Devices and the Security Characteristics, or is still to come. SC-1.2-4"""
    refuse_any(
        [
            *_blank(
                TO_AUTHORITY,
                devices=(devices, "Name the Devices concerned."),
                security_characteristics=(
                    characteristics,
                    "Name the Security Characteristics, and their version.",
                ),
                text=(text, "Write what the SSC advises."),
                minute_reference=(minute, "Give the minute’s reference."),
            ),
            *_to_come(TO_AUTHORITY, "advised_on", advised_on, today),
        ]
    )


def _blank(clause: str, **fields: tuple[str, str]) -> list[Refusal]:
    return [
        Refusal(says, clause=clause, field=name)
        for name, (value, says) in fields.items()
        if not value.strip()
    ]


def _to_come(clause: str, field: str, day: dt.date, today: dt.date) -> list[Refusal]:
    return [Refusal("That day is still to come.", clause=clause, field=field)] if day > today else []
