"""Whatever people write is shown as what they wrote: never markup on a page, never a formula in a file."""

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import openpyxl
import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from cpl.models import Submission
from firmware_repo.rules.release import is_telephone
from secgov.accounts.models import Membership, Organisation, Role
from secgov.journal.models import Act
from tests.cpl import hostile
from tests.cpl.desk import signed_in
from tests.factories import people, publishing
from tests.factories.people import LONG_AGO

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SCRIPT, FORMULA, ATTRIBUTE = "<script>alert(1)</script>", "=1+1", '"><img src=x onerror=alert(1)>'
OVERRIDE, LONG_WORD = "safe\u202egnp.exe", "W" * 4000
TEXTS = {
    "formula, attribute and script": (FORMULA + ATTRIBUTE + SCRIPT, FORMULA, ATTRIBUTE, SCRIPT),
    "override and long word": (OVERRIDE + LONG_WORD[len(OVERRIDE) :], LONG_WORD),
}
"""Several texts in one, for one walk; and each alone, for where that one is refused."""
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
NOT_WALKED = re.compile(
    r"^/(static|o|metrics|accounts|register|invitations)/|/logout/|/history/|/(schema|docs)/"
)
AT_MOST = 140  # pages of one person


class Page(HTMLParser):
    """What a browser would make of a page: its links, and anything in it that would run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.runs: list[str] = []
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links, and attributes that run or elements that nobody of ours writes."""
        given = dict(attrs)
        self._in_script = tag == "script"
        self.runs += [f"<{tag} {name}>" for name in given if name.startswith("on")]
        if tag == "img" and given.get("src") == "x":
            self.runs.append("<img src=x>")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        """Leave a script."""
        self._in_script = False

    def handle_data(self, data: str) -> None:
        """Note our words where a script would run them."""
        if self._in_script and "alert(1)" in data:
            self.runs.append("a script")


def walk(client: Client, *starts: str) -> Iterator[tuple[str, str, bytes | Page]]:
    """Follow every link from some pages, each kind of address once; give what each answers, with its media type."""
    waiting, met, seen = [*starts], {kind_of(start) for start in starts}, 0
    while waiting and seen < AT_MOST:
        address = waiting.pop(0)
        seen += 1
        answer = client.get(address, follow=True)
        assert answer.status_code in (200, 404), f"{address} answers {answer.status_code}"
        media_type = answer.headers["Content-Type"].split(";")[0]
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if media_type != "text/html":
            yield address, media_type, body
            continue
        page = Page(body.decode())
        yield address, media_type, page
        for link in page.links:
            target = urljoin(address, link).split("#")[0]
            if target.startswith("/") and not NOT_WALKED.search(target) and kind_of(target) not in met:
                met.add(kind_of(target))
                waiting.append(target)


def kind_of(address: str) -> str:
    """The sort of page: its path with all numbers alike, and which form of it is asked for."""
    parts = urlsplit(address)
    form = re.findall(r"(?:as|what)=\w+", parts.query)
    return re.sub(r"[0-9][0-9.-]*", "0", parts.path) + "".join(form)


def formulas_in(media_type: str, body: bytes) -> list[str]:
    """The cells of a file that a spreadsheet would run."""
    if media_type == "text/csv":
        cells = [cell for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))) for cell in row]
        return [cell for cell in cells if cell.startswith(FORMULA_STARTS) and not is_telephone(cell)]
    if "spreadsheetml" in media_type:
        book = openpyxl.load_workbook(io.BytesIO(body))
        return [
            str(cell.value)
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        ]
    return []


@pytest.fixture
def world(
    request: pytest.FixtureRequest, settings: LazySettings, tmp_path: Path
) -> list[tuple[Client, str, str]]:
    """A world full of hostile texts, and who looks at it from where."""
    publishing.signing_key(settings, tmp_path)
    cast = hostile.written(*request.param).cast
    Membership.objects.create(
        user=cast.manufacturer, organisation=cast.maker, role=Role.ORGANISATION_ADMIN, began_at=LONG_AGO
    )
    party = people.person(Role.SUPPLIER, Organisation.objects.parties().exclude(kind="dcc").first())
    return [
        (Client(), "/"),
        (signed_in(cast.manufacturer), "/portal/", "/fir/"),
        (signed_in(party), "/portal/notices/"),
        (signed_in(cast.secretariat), "/admin/"),
        (signed_in(cast.approver), "/admin/cpl/listchange/"),
    ]


@pytest.mark.parametrize("world", TEXTS.values(), ids=TEXTS, indirect=True)
def test_no_text_becomes_markup_or_a_formula_on_any_page_in_any_file_or_mail(world, request):
    texts = TEXTS[request.node.callspec.id]
    faults, seen = [], 0
    for client, *starts in world:
        for address, media_type, found in walk(client, *starts):
            seen += 1
            if isinstance(found, Page):
                faults += [f"{address} runs {each}" for each in found.runs]
                continue
            if "json" in media_type:
                json.loads(found)
            faults += [f"{address} has the formula {each}" for each in formulas_in(media_type, found)]
    for letter in mail.outbox:
        if "\n" in letter.subject or getattr(letter, "alternatives", None):
            faults.append(f"the mail {letter.subject!r} is more than plain text")
    assert faults == [] and seen > 300
    said = LONG_WORD if OVERRIDE in texts[0] else texts[0]
    assert Act.objects.filter(reason__contains=said).exists(), "nothing was written"
    assert Submission.objects.filter(state="draft", release_notes=texts[0]).exists(), "nor in a draft"


@pytest.mark.parametrize("world", [TEXTS["override and long word"]], indirect=True)
def test_a_character_that_reorders_what_follows_stands_in_no_reason_question_answer_or_entry(world):
    for name in ("reason", "public_reason"):
        assert not Act.objects.filter(**{f"{name}__contains": "\u202e"}).exists()
    answer = Client().get("/cpl/entries/000001/").content.decode()
    assert "\u202e" not in answer
