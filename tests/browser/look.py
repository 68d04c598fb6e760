"""Looking at pages: are they accessible, do they fit, does the browser complain, and where do they lead?"""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page

_AXE = Axe().axe_script
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NOT_PAGES = re.compile(
    r"^/(api|static|o|metrics|accounts/logout)/|[?&]as=|/documents?/|/download|^/admin/.*/(add|history|delete)/|\.(ics|atom|csv|xlsx|json)$"
)
WIDTHS = (1280, 390)
AT_MOST = 60  # pages of one walk: far more than stand; a page that breeds addresses cannot keep us for ever


def faults(page: Page, address: str, *, status: int = 200, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """Open an address and say everything that is wrong with what it shows at each width; nothing where all is well."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and status == 200:
            said.append(f"the browser says: {message.text}")

    page.on("console", listen)
    answer = page.goto(address)
    page.remove_listener("console", listen)
    if answer is None or answer.status != status:
        said.append(f"answers {answer.status if answer else 'nothing'}, not {status}")
    if is_ours(page):
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            said += [f"at {width}: {each}" for each in seen(page)]
    return [f"{_path(address)} {each}" for each in said]


def follow(target: Locator) -> None:
    """Click what leads to another page and wait until that one stands: what is read next must not be read too early."""
    with target.page.expect_navigation():
        target.click()


def seen(page: Page) -> list[str]:
    """What is wrong with the page as it stands in its window."""
    said = _violations(page)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        said.append("is wider than the window")
    return said


def _violations(page: Page) -> list[str]:
    """What axe finds wrong with the page. Only that is fetched: all that is right takes longer to send than to find."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(_AXE)
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options).then(result => result.violations)", options)
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"][:3]]


def is_ours(page: Page) -> bool:
    """Whether the page has our look; the admin's stock pages are not ours to mend."""
    return page.locator("body.look").count() == 1


def walk(page: Page, start: str, within: tuple[str, ...] = ("/",)) -> Iterator[list[str]]:
    """Follow every link from a page into these parts of the site, each kind of address once; give the faults met."""
    waiting, met = [start], {_kind(start)}
    for _ in range(AT_MOST):
        if not waiting:
            return
        yield faults(page, waiting.pop(0))
        here = page.url
        for link in page.eval_on_selector_all("a[href]", "all => all.map(each => each.getAttribute('href'))"):
            address = urljoin(here, link).split("#")[0]
            path = _path(address)
            if not address.startswith(_site(start)) or not path.startswith(within) or NOT_PAGES.search(path):
                continue
            if _kind(address) not in met:
                met.add(_kind(address))
                waiting.append(address)


def _site(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/"


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _kind(address: str) -> str:
    """The sort of page an address leads to: its path with all numbers alike, and no query."""
    return re.sub(r"[0-9][0-9.-]*", "0", urlsplit(address).path)
