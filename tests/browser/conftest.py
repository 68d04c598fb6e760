"""A browser for the tests that look at pages as people do. Where Chromium is not installed they say so and skip."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# The driver runs an event loop in our thread, and Django would take every query for one made from a coroutine.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

Opened = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip(
            "Chromium is not installed here, so no page was looked at in a browser (apt install chromium)"
        )
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=240_000)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser) -> Opened:
    """Open a window of a width, light or dark, with or without JavaScript; it is closed when the block ends."""

    @contextmanager
    def window(width: int, *, dark: bool = False, script: bool = True) -> Iterator[Page]:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        context.set_default_timeout(240_000)  # nothing is judged by the clock
        try:
            yield context.new_page()
        finally:
            context.close()

    return window
