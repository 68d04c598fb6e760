"""The image file: read as it streams, compared, and not kept."""

import hashlib
import tracemalloc
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from cpl.models import Submission
from cpl.rules.image_file import ImageFile
from cpl.services.images import ImageReader, record_image_file
from cpl.services.warnings import open_warnings
from secgov.accounts.models import Organisation
from secgov.documents.models import Content
from secgov.errors import Conflict, NotPermitted, Refusal
from tests.cpl.submitting import begin, fill, fresh, post, signed_in
from tests.factories import devices, people
from tests.factories.casts import Cast, cast
from tests.factories.devices import NOON
from tests.rules.cpl.test_ota_header import header_of

BODY = b"firmware" * 1000


def image(*, version: int = 0x00070804, maker: int = 0x7B25, body: bytes = BODY) -> bytes:
    """A whole OTA upgrade file."""
    return header_of(version=version, maker=maker, total=56 + len(body)) + body


def digest(data: bytes) -> str:
    """SHA-256 as the list writes it."""
    return hashlib.sha256(data).hexdigest().upper()


def read(*pieces: bytes) -> ImageFile:
    """Read a file that comes in pieces."""
    reader = ImageReader()
    for piece in pieces:
        reader.feed(piece)
    return reader.finish("C:\\fakepath\\osm.ota")


# --- Reading -----------------------------------------------------------------------------------------------


@pytest.mark.clause("Z2.1(h)(iii)")
def test_both_digests_are_taken_however_the_file_is_cut_into_pieces() -> None:
    data = image()
    for pieces in (
        [data],
        [data[:3], data[3:60], data[60:]],
        [bytes([byte]) for byte in data[:80]] + [data[80:]],
    ):
        file = read(*pieces)
        assert (file.sha256, file.sha256_without_header) == (digest(data), digest(BODY))
        assert (file.name, file.size) == ("osm.ota", len(data))
        assert file.header is not None and file.header.file_version == "00070804"


def test_file_of_another_kind_has_one_digest_and_no_header() -> None:
    for data in (b"x", b"MZ" * 5000):
        file = read(data)
        assert (file.sha256, file.sha256_without_header, file.header) == (digest(data), "", None)


def test_file_no_longer_than_its_header_is_read_to_its_end() -> None:
    assert read(header_of(total=56)).sha256_without_header == digest(b"")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (image()[:-1], "not whole"),
        (image()[:40], "ends after 40 bytes"),
        (header_of(length=9) + BODY, "it can have"),
    ],
)
def test_empty_cut_and_damaged_files_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        read(data)


def test_file_that_is_too_large_is_refused_while_it_streams(settings: LazySettings) -> None:
    settings.DOCUMENT_MAX_BYTES = 10_000
    reader = ImageReader()
    reader.feed(b"x" * 9_000)
    with pytest.raises(Refusal, match="more than 10 kB"):
        reader.feed(b"x" * 9_000)


def test_memory_stays_flat_however_long_the_file(settings: LazySettings) -> None:
    settings.DOCUMENT_MAX_BYTES = 200 * 1024 * 1024

    def pieces() -> Iterator[bytes]:
        yield header_of(total=56)
        for _ in range(1000):
            yield bytes(64 * 1024)

    tracemalloc.start()
    try:
        assert _read_all(pieces()).size > 60 * 1024 * 1024
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1024 * 1024


def _read_all(pieces: Iterator[bytes]) -> ImageFile:
    reader = ImageReader()
    for piece in pieces:
        reader.feed(piece)
    return reader.finish("long.ota")


# --- Kept with the submission -------------------------------------------------------------------------------


@pytest.fixture
def stage(db: None) -> Cast:
    """A maker and its rival."""
    return cast()


def record(submission: Submission, by: object, data: bytes) -> Submission:
    """Take the Hash of a draft from a file."""
    return record_image_file(
        submission=submission, by=by, at=NOON, version=submission.version, file=read(data)
    )


@pytest.mark.clause("Z2.1(h)(iii)")
@pytest.mark.parametrize(("skips", "hashed"), [(True, BODY), (False, None)])
def test_hash_is_taken_from_the_file_by_the_setting(
    stage: Cast, settings: LazySettings, skips: bool, hashed: bytes
) -> None:
    settings.IMAGE_HASH_SKIPS_OTA_HEADER = skips
    data = image(maker=0x7E3E, version=0x05080607)
    draft = record(devices.draft(stage.manufacturer, stage.maker, image_hash=""), stage.manufacturer, data)
    assert draft.image_hash == digest(hashed or data)
    assert {draft.image_file["sha256"], draft.image_file["sha256_without_header"]} == {
        digest(data),
        digest(BODY),
    }
    assert draft.image_descriptor == "Release 5.8.6" and open_warnings(draft) == ()


@pytest.mark.clause("Z2.1(h)(iii)")
def test_file_that_says_another_firmware_raises_a_warning(stage: Cast) -> None:
    draft = record(devices.draft(stage.manufacturer, stage.maker), stage.manufacturer, image(maker=0x7E3E))
    assert [each.code for each in open_warnings(draft)] == ["image-file-firmware"]


def test_file_of_a_rival_or_of_a_submission_handed_in_is_not_taken(stage: Cast) -> None:
    draft = devices.draft(stage.manufacturer, stage.maker)
    with pytest.raises(NotPermitted):
        record(draft, stage.rival, image())
    with pytest.raises(Conflict):
        record(devices.submitted(stage.manufacturer, stage.maker), stage.manufacturer, image())


# --- Through the portal --------------------------------------------------------------------------------------


@pytest.fixture
def maker(db: None) -> Organisation:
    """The organisation that submits."""
    return people.organisation("Osmotherley Instruments")


@pytest.fixture
def client(maker: Organisation) -> Client:
    """Somebody of it, signed in."""
    return signed_in(people.person(of=maker))


def give(client: Client, draft: Submission, data: bytes) -> object:
    """Upload an image file."""
    return post(client, draft, "image/file", {"image_file": SimpleUploadedFile("osm.ota", data)})


def test_uploaded_file_fills_the_hash_and_is_kept_nowhere(client: Client) -> None:
    draft = fill(client, begin(client))
    data = image(body=b"a marker that no table may hold" + BODY)
    assert give(client, draft, data).status_code == 302
    assert fresh(draft).image_hash == digest(data[56:])
    page = client.get(f"/portal/submissions/{draft.reference}/check/").content.decode()
    assert "The firmware version inside the file agrees with what you typed." in page
    assert "Hash, computed from the file" in page and "osm.ota" in page
    assert not Content.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT image_file::text FROM cpl_submission")
        assert "marker" not in cursor.fetchone()[0]


@pytest.mark.parametrize("data", [b"", image()[:-5], header_of(length=9) + BODY])
def test_bad_file_is_refused_at_its_field_and_changes_nothing(client: Client, data: bytes) -> None:
    draft = fill(client, begin(client))
    answer = give(client, draft, data)
    assert answer.status_code == 422 and 'id="id_image_file_error"' in answer.content.decode()
    assert fresh(draft).image_file is None and fresh(draft).version == draft.version


def test_no_file_at_all_is_asked_for(client: Client) -> None:
    answer = post(client, begin(client), "image/file", {})
    assert answer.status_code == 422 and "Choose the image file" in answer.content.decode()


def test_forged_upload_of_an_image_is_refused(maker: Organisation) -> None:
    user = people.person(of=maker)
    draft = begin(signed_in(user))
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(user)
    assert give(forger, draft, image()).status_code == 403 and fresh(draft).image_file is None


def test_saying_that_there_is_no_image_forgets_the_file(client: Client) -> None:
    draft = fill(client, begin(client))
    give(client, draft, image())
    post(client, draft, "image", {"has_image": "no"})
    assert fresh(draft).image_file is None


def test_hash_typed_over_that_of_the_file_is_warned_about(client: Client) -> None:
    draft = fill(client, begin(client))
    give(client, draft, image())
    fill(client, draft)  # types another Hash again
    assert [each.code for each in open_warnings(fresh(draft))] == ["image-file-hash"]


def test_script_in_a_file_s_name_or_header_comes_out_as_text(client: Client) -> None:
    draft = fill(client, begin(client))
    post(client, draft, "image/file", {"image_file": SimpleUploadedFile("<script>x.ota", image())})
    for place in ("image", "check"):
        page = client.get(f"/portal/submissions/{draft.reference}/{place}/").content.decode()
        assert "<script>" not in page and "script x.ota" in page
