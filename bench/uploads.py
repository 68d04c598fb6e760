"""A file of ten thousand devices, from the upload to its preview, beside a list of 20,000 entries (issue 3: 60 seconds)."""

import datetime as dt
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from bench import stores
from bench.importing import ENTRIES
from bench.measures import AT_MOST, Measured
from cpl.models import Upload
from cpl.services.groups import make_drafts
from cpl.services.import_list import import_list
from cpl.services.uploads import check_uploads, receive_upload
from cpl.upload_reading import MOST_ROWS, read_lines
from secgov.accounts.models import Role
from secgov.journal.actors import Actor
from tests.factories import people
from tests.factories.device_lists import CPA, ZIGBEE, as_csv, as_xlsx, row
from tests.factories.published_list import large_list

AT = dt.datetime(2026, 12, 1, 14, 5, tzinfo=dt.UTC)
SECONDS = 60
MEGABYTES = 200


def measure() -> Iterator[Measured]:
    """Take and check the file in either form; then the drafts made of it, and the memory that the reading takes."""
    rows = [_row(number) for number in range(1, MOST_ROWS + 1)]
    files = {"devices.csv": as_csv(rows), "devices.xlsx": as_xlsx(rows)}
    stores.fresh()
    import_list(
        data=large_list(ENTRIES), file_name="list.csv", at=AT, actor=Actor(user_id=None, role="bench")
    )
    person = people.person(Role.MANUFACTURER)
    organisation = person.memberships.get().organisation
    for name, data in files.items():
        kind = PurePath(name).suffix[1:].upper()
        start = time.perf_counter()
        receive_upload(organisation=organisation, file=SimpleUploadedFile(name, data), by=person, at=AT)
        check_uploads(clock=lambda: AT)
        seconds = time.perf_counter() - start
        upload = Upload.objects.latest("id")
        if upload.state != Upload.State.CHECKED:
            raise AssertionError(f"the file was to be good, but: {upload.problems[:3]}")
        detail = f"{len(data) / 1e6:.1f} MB, {upload.rows_total} rows"
        yield Measured(f"previewing an upload, {kind}", seconds, AT_MOST, SECONDS, "s", detail)
    start = time.perf_counter()
    make_drafts(upload=Upload.objects.latest("id"), by=person, at=AT)
    yield Measured(
        "making its drafts", time.perf_counter() - start, AT_MOST, SECONDS, "s", f"{MOST_ROWS} drafts"
    )
    tracemalloc.start()
    read = sum(1 for _ in read_lines("devices.xlsx", files["devices.xlsx"]))
    peak = tracemalloc.get_traced_memory()[1] / 1024 / 1024
    tracemalloc.stop()
    yield Measured("memory of reading it", peak, AT_MOST, MEGABYTES, "MB", f"{read} lines of XLSX")


def _row(number: int) -> dict[str, Any]:
    """A device of one of the list's own manufacturers, with two certificates that a hundred devices share."""
    some = number // 100
    return row(
        number,
        manufacturer_identifier=f"{number % 97:04X}",
        device_type="Single Element Electricity Metering Equipment",
        model_identifier=f"{number % 65_536:04X}",
        firmware_version=f"{number:08X}",
        certificates=(ZIGBEE | {"number": f"ZIG-{some}"}, CPA | {"number": f"CPA-{some}"}),
    )
