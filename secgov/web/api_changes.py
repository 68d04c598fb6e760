"""What was added to the API, by day, newest first: for its page of changes."""

import datetime as dt

API_CHANGES: tuple[tuple[dt.date, tuple[str, ...]], ...] = (
    (
        dt.date(2026, 11, 20),
        (
            "cpl/held-back/, and held_back on one entry: which entries the DCC has not loaded, and why.",
            "A pull of the manifest is a receipt only with a token of the scope cpl:receipt.",
            "A client’s secret changes with an overlap, in the portal under Your systems.",
            "The DCC’s own address can be called about each edition, signed.",
            "Limits are counted across all servers.",
            "An empty file is refused where the version of a DCC’s list before had rows, but for the Pending list.",
            "OPTIONS is answered with 405; the OpenAPI document names each choice of its own (CombinationStatusEnum).",
            "Of deployed-products/counts/ a Supplier is told the totals of its own rows alone, and no digest; the digest of a "
            "Pending list is that of its public rows where something of it is withheld.",
            "as_of and known_at on cpl/entries/ and one entry, for any day and any instant.",
        ),
    ),
    (
        dt.date(2026, 11, 19),
        (
            "cpl/freshness, keys/ with successors, cpl/compare/, the kind “updated” in cpl/changes/.",
            "The lists from the DCC, their counts, and the incompatibility matrix.",
        ),
    ),
    (dt.date(2026, 11, 18), ("Editions, entries, changes, status, receipts, and the firmware repository.",)),
)
"""Each day with its sentences, in plain words."""
