"""What the DCC has loaded of the sample list: all but one entry, which it holds back with its reason (Section F2.9)."""

import datetime as dt
from collections.abc import Callable

from cpl.models import DeviceModel, Edition, ListingPeriod
from cpl.sample.people import CLIENT
from cpl.services.publication import publish_due, record_receipt
from secgov.accounts.models import User

HELD_BACK = "Our systems learn its GBCS Version with their next release."


def load_loading(*, clock: Callable[[], dt.datetime]) -> None:
    """Issue the edition that was taken over, and post the receipts of the DCC's client.

    Files are written, so it comes after all else is committed: an edition in the folder that the database lost would
    stop the next one.
    """
    publish_due(clock=clock)
    client, edition = User.objects.get(username=CLIENT), Edition.objects.placed().latest()
    listed = DeviceModel.objects.filter(periods__in=ListingPeriod.objects.open().filter(origin="imported"))
    entry = listed.order_by("-gbcs_version", "-number").first()
    holdbacks = {f"{entry.pk:06d}": HELD_BACK}
    for kind, held in (("received", None), ("loaded_in_part", holdbacks)):
        record_receipt(
            edition=edition, kind=kind, manifest_sha256=edition.manifest_sha256, holdbacks=held, client=client, at=clock(),
        )  # fmt: skip
