"""Which entries of a list the warnings would have caught.

Section F2.2  The warnings are worth what they find in a list that people kept with care:
    each entry of a list is judged as it would have been when it came, against the
    entries of lower numbers.
"""

from collections.abc import Iterable

from cpl.rules.submission_warnings import Offer, warnings_about
from cpl.rules.warnings import Sibling, Standing, SubmissionWarning

Judged = tuple[Sibling, tuple[SubmissionWarning, ...]]


def warned_entries(entries: Iterable[Sibling]) -> list[Judged]:
    """Give the entries of a list that would have been warned about, each with its warnings. Section F2.2

    Takes entries with their numbers, identities and Hashes, in any order. Each is judged
    against those of lower numbers. Notes, which ask for no answer, are left out.
    """
    standing = Standing()
    found = []
    for entry in sorted(entries, key=lambda each: each.number):
        warnings = warnings_about(Offer(entry.device, entry.image_hash), standing=standing)
        if asked := tuple(each for each in warnings if each.asks):
            found.append((entry, asked))
        standing.add(entry)
    return found
