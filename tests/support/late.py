"""Answers that reach a page late, when a test says so."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import APIResponse, Page, Route

FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Until the page has drawn twice."""


class Late:
    """The first answer to an address: asked for as soon as the page asks, handed over when the test says so."""

    def __init__(self, page: Page, address: str, status: int = 200, value: Any = None):
        self.page, self.pattern, self.status, self.value = page, re.compile(address), status, value
        self.route: Route | None = None
        self.answer: APIResponse | None = None
        page.route(self.pattern, self._take)

    def _take(self, route: Route) -> None:
        if self.route is not None:
            return route.fallback()
        self.route = route
        if self.value is None:
            self.answer = route.fetch()
        return None

    def wait(self) -> None:
        """Until the page has asked."""
        for _ in range(1000):
            if self.route is not None and (self.answer or self.value):
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"The page has not asked for {self.pattern.pattern}.")

    def arrive(self) -> None:
        """Hand the answer over, and wait until the page has taken it or dropped it."""
        self.wait()
        if self.value is None:
            self.route.fulfill(response=self.answer)
        else:
            self.route.fulfill(status=self.status, json=self.value)
        self.page.evaluate("async () => (await fetch('/api/system/health')).json()")
        self.page.evaluate(FRAMES)
