"""What the documents leave open, how we read it, and what their words mean: for /guidance/. X-2 and X-4"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumption:
    """One doubtful point: its number, what it is about, and the reading in force."""

    number: str
    subject: str
    reading: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the Code, and what it means to a reader of this site."""

    word: str
    meaning: str


ASSUMPTIONS = (
    Assumption(
        "A-01",
        "How information is provided, and the Hash",
        "The clauses of Appendix Z that say how were not supplied. We ask for what F2.1, F2.17 and Z2.1 name. "
        "A Hash is SHA-256, 64 characters, taken over the image without its ZigBee OTA header where it has one.",
    ),
    Assumption(
        "A-05",
        "Working Days",
        "The definition was not supplied. Saturdays, Sundays and the bank holidays of England and Wales, "
        "Christmas Day and Good Friday are left out. Scotland can be set instead.",
    ),
    Assumption(
        "A-10",
        "ZigBee and DLMS certificates whose date passes",
        "The entry stays and is flagged; nothing new is listed under such a certificate. Withdrawal or "
        "cancellation removes it.",
    ),
    Assumption(
        "A-16",
        "What may be taken to the Authority",
        "The five decisions of the Panel on SMETS1 Device Models that Section F2.2A names, each of which the Panel "
        "records; what the SSC determines of any Device Model; and that one’s own plan was refused, or not approved in "
        "its time. A refusal to add is none of them, nor is silence, nor are comments.",
    ),
    Assumption(
        "A-20",
        "“Provided” and “received”",
        "An edition is provided to the DCC when it is available and the DCC has been told. It is received when "
        "the DCC says so, or takes the signed manifest, whichever comes first.",
    ),
    Assumption(
        "A-28",
        "Who decides on Security Characteristics",
        "The SSC approves; NCSC signs off and publishes. These are acts of their own, and publication needs both.",
    ),
    Assumption(
        "A-29",
        "Support for a proposal",
        "At least one SEC Party confirms its support from its own account before triage. A proposer that is a Party "
        "counts as its own supporter.",
    ),
    Assumption(
        "A-30",
        "When the Panel hears of a proposal",
        "When the SSC takes it up, and again of the outcome; every month besides, if it wishes.",
    ),
    Assumption(
        "A-31",
        "What becomes of a use case",
        "It is raised in the same form; its outcome is published guidance in place of a new version, with a Use Case "
        "Report.",
    ),
    Assumption(
        "A-36",
        "SMETS1 devices",
        "A SMETS1 Device Model is listed when an eligible combination names it. The Panel may decide otherwise, "
        "with its reason on record.",
    ),
    Assumption(
        "A-40",
        "“Within one Working Day”",
        "By the end of the first Working Day after the day on which the Panel was required to act.",
    ),
    Assumption(
        "A-45",
        "Several certificates of one body",
        "All are shown. The one in force with the latest date is the governing one.",
    ),
    Assumption(
        "A-49",
        "While a decision is before the Authority",
        "It stands until the Authority determines, unless the Authority orders a stay. There is no time limit.",
    ),
    Assumption(
        "A-64",
        "Corrections",
        "The Code has no word for mending a wrong row. A correction keeps the entry number, is decided by two "
        "people, shows what stood before and after, and withdraws nothing.",
    ),
    Assumption(
        "A-67",
        "Who sees the Firmware Information Repository",
        "Signed-in people of any organisation, because it holds contact details.",
    ),
    Assumption(
        "A-70",
        "Several changes on one day",
        "Approved changes gather for a set time into one edition, and never beyond the time the Code allows.",
    ),
)

GLOSSARY = (
    Term(
        "Central Products List",
        "All Device Models that may be used in smart metering in Great Britain, in one list.",
    ),
    Term(
        "Certified Products List",
        "The part of it for SMETS2+ Device Models, which need Assurance Certificates.",
    ),
    Term("Current, Removed", "On the list; no longer on it. A removed entry stays in the file, marked."),
    Term("Corrected", "A wrong cell was mended. The entry is the same; nothing is withdrawn."),
    Term("DCC", "The Data Communications Company, whose systems refuse firmware that is not Current here."),
    Term("Device Model", "A make, model, hardware and firmware version, with the specification it meets."),
    Term("Edition", "One numbered issue of the list. Its bytes never change."),
    Term("Panel, Secretariat", "The Code’s governing body; those who do its daily work."),
    Term("Party", "Whoever has acceded to the Smart Energy Code: Suppliers, networks, the DCC and others."),
    Term("Smart Metering Inventory", "The DCC’s record of every Device in a home."),
    Term("Suspended", "What becomes of a Device in that record when its model leaves the list."),
    Term("Website", "This site: where a copy of each edition is published (F2.8(b))."),
)
