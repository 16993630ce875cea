"""The sessions beside the page: live status, search, many of them, and the comparison of runs."""

import time

import pytest
from playwright.sync_api import expect

from core.paths import Workspace
from tests.support.browser import open_step, ref
from tests.support.past_runs import write_run

MANY = 1000


@pytest.fixture(scope="module")
def many(shared_server):
    """A server with a thousand sessions."""
    workspace = Workspace(shared_server.root)
    for number in range(MANY):
        write_run(workspace, f"run-{number:04d}", steps=2, groups=0, name=f"Run {number}", seed=number)
    return shared_server


def test_a_session_appears_and_changes_its_status_by_itself(server, page):
    open_step(page, server, "model")
    server.begin("one", "steps=1000 delay=0.05")
    row = ref(page, "sessions").locator("li", has_text="steps=1000")
    expect(row).to_contain_text("Training")
    server.call("POST", "/api/training/stop", {"session_id": "one"})
    expect(row).to_contain_text("Stopped")


def test_a_thousand_sessions_are_listed_and_searched_without_delay(many, page):
    server = many
    began = time.monotonic()
    open_step(page, server, "model")
    expect(ref(page, "session-count")).to_have_text(str(MANY))
    listed_s = time.monotonic() - began
    typed_ms = page.evaluate(
        """() => {
            const input = document.querySelector('[data-ref=session-search]');
            const began = performance.now();
            input.value = 'run 77';
            input.dispatchEvent(new Event('input'));
            document.body.getBoundingClientRect();
            return performance.now() - began;
        }"""
    )
    expect(ref(page, "session-count")).to_have_text(f"19 of {MANY}")
    assert typed_ms < 250
    assert listed_s < 30


def test_two_runs_are_chosen_and_compared(many, page):
    server = many
    open_step(page, server, "model")
    ref(page, "pick").click()
    expect(ref(page, "compare-go")).to_be_disabled()
    for number in range(2):
        ref(page, "sessions").get_by_role("checkbox").nth(number).check()
    ref(page, "compare-go").click()
    expect(ref(page, "step-compare")).to_be_visible()
    expect(page.locator("[data-ref=step-compare] canvas").first).to_be_visible()
    expect(ref(page, "step-compare")).to_contain_text("Run")
