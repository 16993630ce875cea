"""A Chromium and a page for every browser test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from launch import find_browser
from tests.support.server import REPOSITORY, Server

POPUPS = "WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled"
"""What Chromium loads behind its address bar with each page that is opened: half a second of work that nobody sees."""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
ARGUMENTS += [f"--disable-features={POPUPS},HttpsUpgrades,MediaRouter,OptimizationHints,PaintHolding"]
EXPECTED = ("net::ERR_", "WebSocket connection")
expect.set_options(timeout=60_000)
"""Of every expectation: a machine that is busy with something else is slow, and no less right."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of this machine, or the one set-up has fetched."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session", autouse=True)
def restored_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The embedded model's tokenizer, restored from its package once; that takes seconds, and most pages want it."""
    folder = tmp_path_factory.mktemp("models")
    code = "import sys; from pathlib import Path; from core.workers.embedded import embedded_tokenizer as restored\n"
    command = [sys.executable, "-c", f"{code}print(restored(Path(sys.argv[1])))", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    Server.at_hand = Path(done.stdout.splitlines()[-1])
    yield
    Server.at_hand = None


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on an error in its console and on a request that leaves this machine."""
    with watched(browser, viewport={"width": 1440, "height": 900}, accept_downloads=True) as opened:
        yield opened


@contextmanager
def watched(browser: Browser, **how: Any) -> Iterator[Page]:
    """A page in a context of its own; problems in its console, or requests of others, are errors when it is closed."""
    context = browser.new_context(**{"reduced_motion": "reduce"} | how)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda message: problems.extend(problem_of(message)))
    opened.on("request", lambda request: problems.append(f"asked {request.url}") if is_foreign(request.url) else None)
    yield opened
    context.close()
    assert problems == []


def problem_of(message: ConsoleMessage) -> list[str]:
    """An error in the console; that a route refuses something, or that a server is away, is none."""
    is_refusal = "/api/" in message.location["url"] and "responded with a status of" in message.text
    is_expected = is_refusal or any(word in message.text for word in EXPECTED)
    return [] if message.type != "error" or is_expected else [f"{message.text} ({message.location['url']})"]


def is_foreign(url: str) -> bool:
    """Whether a request leaves this machine."""
    return not url.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:"))
