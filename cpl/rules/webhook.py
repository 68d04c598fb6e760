"""When a call to the DCC's own address is made again, and when no more calls are made until a person has looked.

Section F2.8(a)  The updated list is provided to the DCC. A call to its system hurries that;
    it is neither the provision nor a receipt, which are the mail, the pull and the DCC's word (A-20).

Reading: calls are made in the order of editions. A later one is not made before an earlier one was taken, so that the
DCC's system never hears of an older edition after a newer one.
"""

from datetime import timedelta

MOST_FAILURES = 8
"""In a row, over about half an hour; then somebody has to look."""
LONGEST_WAIT = timedelta(minutes=10)
_FIRST_WAIT = timedelta(seconds=10)


def wait_after(failures: int) -> timedelta:
    """Give how long to wait after so many failures in a row: twice as long each time, up to a bound. Section F2.8(a)"""
    return min(_FIRST_WAIT * 2 ** min(failures, 10), LONGEST_WAIT)


def is_to_pause(failures: int) -> bool:
    """Tell whether calls are to rest until a person resumes them. Section F2.8(a)"""
    return failures >= MOST_FAILURES


def is_taken(status: int) -> bool:
    """Tell whether an answer says that a call was taken: 2xx. A redirect is none; it is not followed. Section F2.8(a)"""
    return 200 <= status < 300
