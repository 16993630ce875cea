"""What browser tests share: finding nodes by their hooks, opening steps, asking axe, keeping pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, Request, expect

from tests.support.server import REPOSITORY, Server

AXE = REPOSITORY / "static" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = REPOSITORY / "cache" / "pictures"
"""Screenshots of the last test run, to be looked at."""
DRAFT_STEPS = ("welcome", "model", "dataset", "config", "reward", "train")
LOOK_MS, CALM_LOOKS = 40, 4
SIZES = {"desktop": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}


def ref(page: Page, name: str) -> Locator:
    """The node with this data-ref."""
    return page.locator(f"[data-ref='{name}']")


def setting(page: Page, name: str) -> Locator:
    """The input of a setting on the step that is shown."""
    return page.locator(f"[data-field='{name}']:visible").locator("input, select, textarea").first


def open_step(page: Page, server: Server, step: str, rest: str = "") -> None:
    """Show a step and wait for it."""
    page.goto(f"{server.url}/#/{step}{rest}")
    expect(ref(page, f"step-{step}")).to_be_visible()
    expect(ref(page, "connection-text")).to_have_text("Live")


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands, of any severity: rule, and the nodes that break it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}" for one in found]


def settle(page: Page) -> None:
    """Wait until nothing moves any more, so that a picture or axe sees the final colours."""
    page.wait_for_function(
        "() => document.getAnimations().every((one) => one.playState !== 'running' || "
        "one.effect.getComputedTiming().iterations === Infinity)"
    )


def quiet(page: Page) -> Callable[[], None]:
    """A function that waits until the page has asked the server nothing for a moment; to be made before it is shown."""
    asking: set[Request] = set()
    page.on("request", lambda request: asking.add(request))
    for over in ("requestfinished", "requestfailed"):
        page.on(over, lambda request: asking.discard(request))

    def wait() -> None:
        calm = 0
        while calm < CALM_LOOKS:
            page.wait_for_timeout(LOOK_MS)
            calm = 0 if asking else calm + 1

    return wait


def picture(page: Page, name: str) -> Path:
    """Keep a screenshot of what is shown."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    file = PICTURES / f"{name}.png"
    page.screenshot(path=file)
    return file
