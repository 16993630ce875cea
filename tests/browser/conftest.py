"""A Chromium and a page for every browser test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from launch import find_browser

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
EXPECTED = ("net::ERR_", "WebSocket connection", "responded with a status of 4", "status of 503")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of this machine, or the one set-up has fetched."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on an error in its console and on a request that leaves this machine."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    opened.on("request", lambda request: problems.append(f"asked {request.url}") if is_foreign(request.url) else None)
    yield opened
    context.close()
    assert [p for p in problems if not any(word in p for word in EXPECTED)] == []


def is_foreign(url: str) -> bool:
    """Whether a request leaves this machine."""
    return not url.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:"))
