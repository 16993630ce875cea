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


def test_what_the_server_can_not_read_is_shown_beside_its_list_and_can_be_deleted(server, page):
    template, run = server.root / "configs" / "prompts" / "mine.json", server.root / "outputs" / "broken"
    for file in (template, run / "config.json"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{", encoding="utf-8")
    open_step(page, server, "dataset")
    prompts, sessions = (page.locator(f"[data-broken={store}]") for store in ("prompts", "sessions"))
    expect(prompts).to_contain_text("mine prompts/mine.json: it is not valid JSON")
    expect(sessions).to_contain_text("broken/config.json")
    for listed in (prompts, sessions):
        listed.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        expect(listed).to_be_hidden()
    assert not template.exists() and not run.exists()


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
