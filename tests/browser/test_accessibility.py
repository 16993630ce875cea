"""axe-core finds nothing on any step in any theme; everything can be reached and done by keyboard; motion stops."""

import pytest
from playwright.sync_api import expect

from core.paths import Workspace
from tests.browser.conftest import watched
from tests.support.browser import DRAFT_STEPS, SIZES, open_step, picture, quiet, ref, settle, violations
from tests.support.past_exports import write_export
from tests.support.past_runs import write_run

SESSION_VIEWS = {
    "monitor": "monitor/past",
    "rollouts": "monitor/past?tab=rollouts",
    "log": "monitor/past?tab=log",
    "setup": "monitor/past?tab=setup",
    "export": "export/past",
    "test": "test/past",
    "evaluate": "test/past?tab=evaluate",
    "compare": "compare?ids=past,other",
}
ADDRESSES = {step: step for step in DRAFT_STEPS} | SESSION_VIEWS


@pytest.fixture(scope="module")
def runs(shared_server):
    """A server with two runs of the past."""
    workspace = Workspace(shared_server.root)
    write_run(workspace, "past", steps=30, groups=4, name="Past")
    write_export(workspace, "past", ["adapter", "merged", "f16", "q4_k_m"])
    write_run(workspace, "other", steps=20, groups=0, name="Other", seed=2)
    return shared_server


def walk(server, browser, size, theme):
    """One page that goes from view to view: the name of each, and the page once nothing of it changes any more."""
    width, height = SIZES[size]
    how = {"viewport": {"width": width, "height": height}, "color_scheme": theme, "reduced_motion": "reduce"}
    with watched(browser, **how) as page:
        is_quiet = quiet(page)
        for view, address in ADDRESSES.items():
            page.goto(f"{server.url}/#/{address}")
            expect(page.locator(".step:visible h1")).to_be_visible()
            expect(ref(page, "connection-text")).to_have_text("Live")
            is_quiet()
            settle(page)
            picture(page, f"{view}-{size}-{theme}")
            yield view, page


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing(runs, browser, theme):
    found = {}
    for view, page in walk(runs, browser, "desktop", theme):
        assert page.evaluate("() => document.documentElement.dataset.theme") == theme
        found[view] = violations(page)
    assert found == {view: [] for view in ADDRESSES}


@pytest.mark.parametrize("size", ["tablet", "phone"])
def test_nothing_overflows_on_smaller_screens(runs, browser, size):
    width, _ = SIZES[size]
    too_wide, found = [], {}
    for view, page in walk(runs, browser, size, "light"):
        too_wide += [view] if page.evaluate("() => document.documentElement.scrollWidth") > width else []
        found[view] = violations(page) if size == "phone" else []
    assert too_wide == []
    assert found == {view: [] for view in ADDRESSES}


def test_dialogs_have_no_violations_and_give_the_focus_back(runs, page):
    open_step(page, runs, "model")
    ref(page, "open-configs").focus()
    page.keyboard.press("Enter")
    expect(ref(page, "configs")).to_be_visible()
    settle(page)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(ref(page, "open-configs")).to_be_focused()


def test_the_sidebar_of_a_phone_opens_and_closes_by_keyboard(runs, browser):
    with watched(browser, viewport={"width": 390, "height": 844}, reduced_motion="reduce") as page:
        open_step(page, runs, "model")
        expect(ref(page, "sidebar")).to_be_hidden()
        ref(page, "menu").focus()
        page.keyboard.press("Enter")
        expect(ref(page, "sidebar")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(ref(page, "sidebar")).to_be_hidden()
        expect(ref(page, "menu")).to_be_focused()


def test_a_run_is_started_by_keyboard_alone(server, page):
    open_step(page, server, "train")
    names = []
    for _ in range(60):
        page.keyboard.press("Tab")
        names.append(page.evaluate("() => document.activeElement.textContent.trim().slice(0, 40)"))
        if names[-1] == "Start training":
            break
    assert names[0] == "Skip to the content"
    page.keyboard.press("Enter")
    expect(ref(page, "step-monitor")).to_be_visible(timeout=15_000)
    expect(ref(page, "main")).to_be_focused()


def test_tabs_move_by_arrow_keys(runs, page):
    open_step(page, runs, "monitor", "/past")
    page.get_by_role("tab", name="Charts").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Rollouts")).to_be_focused()
    expect(ref(page, "panel-rollouts-root")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Configuration")).to_have_attribute("aria-selected", "true")


def test_motion_stops_when_asked_to(runs, browser):
    with watched(browser, reduced_motion="reduce") as page:
        open_step(page, runs, "welcome")
        assert page.evaluate("() => document.getAnimations().length") == 0
