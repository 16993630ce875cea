"""The live view: progress, reload, restart, stop and resume, failures, logs, forks, deletion."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import open_step, ref
from tests.support.fake_worker import GO

SLOW = 120_000


@pytest.fixture
def server(emptied_server):
    """One server for all tests of this file."""
    return emptied_server


def show(page, server, session="one", rest=""):
    open_step(page, server, "monitor", f"/{session}{rest}")


def go_on(server, session="one"):
    """Let a run go on that waits at the step `hold` of its script."""
    (server.root / "outputs" / session / GO).touch()


def test_a_running_session_is_shown_live_to_its_end(server, page):
    server.begin("one", "steps=40 delay=0.01 noise=1 hold=20")
    show(page, server)
    expect(ref(page, "session-status")).to_have_text("Training")
    expect(ref(page, "progress-text")).to_contain_text("of 40")
    expect(page.locator(".chart canvas").first).to_be_visible()
    go_on(server)
    expect(ref(page, "session-status")).to_have_text("Completed", timeout=SLOW)
    expect(ref(page, "progress-text")).to_have_text("Step 40 of 40")
    expect(ref(page, "scores")).to_contain_text("1 of 10")
    expect(ref(page, "scores")).to_contain_text("3 of 10")
    expect(ref(page, "verdict")).to_contain_text("no significant change")
    expect(ref(page, "phases")).to_contain_text("GRPO")
    page.get_by_role("tab", name="Log").click()
    expect(ref(page, "log")).to_contain_text("xxx")


def test_the_same_picture_comes_back_after_reload_and_after_a_restart_of_the_server(server, page):
    server.begin("one", "steps=120 delay=0.01 hold=60")
    show(page, server)
    expect(ref(page, "progress-text")).to_contain_text("of 120")
    page.reload()
    expect(ref(page, "progress-text")).to_contain_text("of 120")
    server.kill()
    expect(ref(page, "connection-text")).to_contain_text("No connection")
    expect(ref(page, "offline")).to_be_visible()
    server.start()
    expect(ref(page, "connection-text")).to_have_text("Live", timeout=SLOW)
    expect(ref(page, "offline")).to_be_hidden()
    go_on(server)
    expect(ref(page, "session-status")).to_have_text("Completed", timeout=SLOW)
    expect(ref(page, "progress-text")).to_have_text("Step 120 of 120")


def test_two_tabs_show_the_same_run(server, page):
    server.begin("one", "steps=2000 delay=0.05")
    second = page.context.new_page()
    show(page, server)
    show(second, server)
    page.get_by_role("button", name="Stop and save").click()
    for tab in (page, second):
        expect(ref(tab, "session-status")).to_have_text("Stopped")


def test_stop_resume_and_delete_work_from_the_page(server, page):
    server.begin("one", "steps=60 delay=0.01 hold=30")
    show(page, server)
    expect(ref(page, "progress-text")).to_contain_text("of 60")
    page.get_by_role("button", name="Stop and save").click()
    expect(ref(page, "session-status")).to_have_text("Stopped")
    go_on(server)
    page.get_by_role("button", name="Resume").click()
    expect(ref(page, "session-status")).to_have_text("Completed", timeout=SLOW)
    page.get_by_role("button", name="Delete this session").click()
    expect(ref(page, "confirm-title")).to_contain_text("Delete")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("button", name="Start the demo run")).to_be_visible()
    assert server.call("GET", "/api/training/sessions")[1]["sessions"] == []


def test_discarding_asks_first(server, page):
    server.begin("one", "steps=2000 delay=0.05")
    show(page, server)
    expect(ref(page, "progress-text")).to_contain_text("of 2000")
    page.get_by_role("button", name="Stop and discard").click()
    page.get_by_role("button", name="Cancel").click()
    assert server.status("one") == "training"
    page.get_by_role("button", name="Stop and discard").click()
    ref(page, "confirm-yes").click()
    expect(ref(page, "session-status")).to_have_text("Stopped")


def test_a_failure_is_told_with_its_cure(server, page):
    server.begin("one", "steps=5 end=oom")
    show(page, server)
    expect(ref(page, "failure-cause")).to_contain_text("Out of memory")
    expect(ref(page, "failure-cure")).to_contain_text("batch_size")


def test_a_fork_becomes_the_draft_and_starts_as_a_run_of_its_own(server, page):
    server.begin("one", "steps=2")
    show(page, server)
    expect(ref(page, "session-status")).to_have_text("Completed")
    page.get_by_role("button", name="Fork with changes").click()
    expect(ref(page, "step-config")).to_be_visible()
    page.goto(f"{server.url}/#/train")
    expect(ref(page, "review-fork-text")).to_contain_text("copy of one")
    ref(page, "run-name").fill("steps=3")
    ref(page, "run-id").fill("two")
    page.get_by_role("button", name="Start training").click()
    expect(ref(page, "session-id")).to_have_text("two")
    assert server.session("two")["config"]["name"] == "steps=3"


def test_a_session_that_is_gone_says_so(server, page):
    show(page, server, "nobody")
    expect(ref(page, "session-missing")).to_be_visible()
    expect(ref(page, "session-missing")).to_contain_text("no session of this name")


def test_a_waiting_run_shows_its_place_in_the_queue(server, page):
    server.begin("one", "steps=2000 delay=0.05")
    server.begin("two", "steps=2")
    server.begin("three", "steps=2")
    show(page, server, "three")
    expect(ref(page, "session-status")).to_have_text("Queued")
    expect(ref(page, "progress-text")).to_have_text("Number 2 in the queue")


def test_the_settings_of_a_run_can_be_read_and_saved(server, page):
    server.begin("one", "steps=2")
    show(page, server, rest="?tab=setup")
    expect(ref(page, "setup-rows")).to_contain_text("steps=2")
    with page.expect_download() as download:
        ref(page, "setup-save").click()
    config = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert config["name"] == "steps=2"


def test_log_lines_can_be_filtered(server, page):
    server.begin("one", "steps=3 noise=2")
    show(page, server, rest="?tab=log")
    expect(ref(page, "log")).to_contain_text("xxx")
    ref(page, "log-filter").fill("nothing like this")
    expect(ref(page, "log-empty")).to_have_text("No line contains that.")


def test_the_address_without_a_step_leads_to_the_newest_run(server, page):
    server.begin("one", "steps=1")
    page.goto(server.url)
    expect(page).to_have_url(re.compile(r"#/monitor/one"))
