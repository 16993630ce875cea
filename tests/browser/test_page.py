"""The page in a real browser: live numbers, reload, server restart, errors, untrusted text."""

import json
import re

from playwright.sync_api import expect

NASTY = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def ref(page, name):
    return page.locator(f"[data-ref='{name}']")


def test_a_first_visit_offers_the_demo_and_asks_nothing_of_the_outside(server, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url)
    expect(page.get_by_role("button", name="Start the demo run")).to_be_visible()
    expect(ref(page, "connection")).to_have_text("Live")
    expect(ref(page, "cpu")).to_contain_text("%")
    assert [url for url in asked if not re.match(r"(http|ws)://localhost:", url)] == []


def test_a_running_session_is_shown_live_to_its_end(server, page):
    server.begin("one", "steps=40 delay=0.05 noise=1")
    page.goto(server.url)
    expect(ref(page, "session-status")).to_have_text("Training")
    expect(ref(page, "progress-text")).to_contain_text("of 40")
    expect(ref(page, "reward-chart").locator("canvas")).to_be_visible()
    expect(ref(page, "session-status")).to_have_text("Completed", timeout=15_000)
    expect(ref(page, "progress-text")).to_have_text("Step 40 of 40")
    expect(ref(page, "scores")).to_contain_text("1 of 10 correct")
    page.get_by_text("Log", exact=True).click()
    expect(ref(page, "log")).to_contain_text("xxx")


def test_the_same_picture_comes_back_after_reload_and_after_a_restart_of_the_server(server, page):
    server.begin("one", "steps=120 delay=0.05")
    page.goto(server.url)
    expect(ref(page, "progress-text")).to_contain_text("of 120")
    page.reload()
    expect(ref(page, "progress-text")).to_contain_text("of 120")
    server.kill()
    expect(ref(page, "connection")).to_contain_text("No connection")
    server.start()
    expect(ref(page, "connection")).to_have_text("Live", timeout=15_000)
    expect(ref(page, "session-status")).to_have_text("Completed", timeout=20_000)
    expect(ref(page, "progress-text")).to_have_text("Step 120 of 120")


def test_stop_resume_and_delete_work_from_the_page(server, page):
    server.begin("one", "steps=100 delay=0.05")
    page.goto(server.url)
    expect(ref(page, "progress-text")).to_contain_text("of 100")
    page.get_by_role("button", name="Stop and save").click()
    expect(ref(page, "session-status")).to_have_text("Stopped")
    page.get_by_role("button", name="Resume").click()
    expect(ref(page, "session-status")).to_have_text("Completed", timeout=20_000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Start the demo run")).to_be_visible()
    assert server.call("GET", "/api/training/sessions")[1]["sessions"] == []


def test_a_failure_is_told_with_its_cure(server, page):
    server.begin("one", "steps=5 end=oom")
    page.goto(server.url)
    expect(ref(page, "failure-cause")).to_contain_text("Out of memory")
    expect(ref(page, "failure-cure")).to_contain_text("batch_size")


def test_a_bad_configuration_is_refused_with_its_field(server, page):
    page.goto(server.url)
    page.get_by_text("Start a run of your own").click()
    page.get_by_label("Configuration (JSON)").fill(json.dumps({"training": {"seed": "x"}}))
    page.get_by_role("button", name="Start", exact=True).click()
    expect(ref(page, "run-errors")).to_contain_text("training.seed")
    page.get_by_label("Configuration (JSON)").fill("{")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(ref(page, "run-errors")).to_contain_text("not JSON")


def test_untrusted_text_stays_text(server, page):
    page.on("dialog", lambda dialog: (_ for _ in ()).throw(AssertionError("a script ran")))
    server.begin("one", f"steps=1 {NASTY}")
    page.goto(server.url)
    expect(ref(page, "session-title")).to_contain_text("<img src=x")
    assert page.locator("img").count() == 0


def test_everything_can_be_reached_and_named_by_keyboard(server, page):
    server.begin("one", "steps=1")
    page.goto(server.url)
    expect(ref(page, "session-status")).to_have_text("Completed")
    names = []
    for _ in range(8):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 30)"))
    assert names[0] == "Skip to the session"
    assert any("one" in name for name in names)
    assert "New run" in names and "Delete" in names


def test_nothing_overflows_on_a_phone(server, page):
    server.begin("one", "steps=2")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(server.url)
    expect(ref(page, "session-status")).to_have_text("Completed")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
