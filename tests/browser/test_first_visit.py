"""The first visit: the demo in one click, nothing asked of the outside, the whole page quickly and small."""

import re

from playwright.sync_api import expect

from tests.support.browser import open_step, ref

PAGE_MS = 500
PAGE_SHARE = 5.0
"""Times as long as a fixed piece of work in the same browser: 2.6 on two idle cores, 4.0 to 4.3 on one."""
WORK = """() => {
    const began = performance.now();
    let sum = 0;
    for (let i = 0; i < 2e7; i += 1) sum += Math.sqrt(i) % 7;
    return [performance.now() - began, sum];
}"""
PAGE_BYTES = 600_000
MOST_VISITS = 40


def test_a_first_visit_is_welcomed_and_offers_the_demo(server, page):
    page.goto(server.url)
    expect(page).to_have_url(re.compile("#/welcome"))
    expect(page.get_by_role("button", name="Start the demo run")).to_be_visible()
    expect(ref(page, "connection-text")).to_have_text("Live")
    expect(ref(page, "cpu")).to_contain_text("%")


def test_one_click_starts_the_demo_and_shows_it(server, page):
    page.goto(server.url)
    page.get_by_role("button", name="Start the demo run").click()
    expect(ref(page, "step-monitor")).to_be_visible(timeout=20_000)
    expect(ref(page, "session-title")).to_have_text("Demo: which is larger?")
    expect(ref(page, "session-status")).to_have_text("Completed")


def a_piece_of_work(browser):
    """How long it takes, in ms."""
    context = browser.new_context()
    took, _ = context.new_page().evaluate(WORK)
    context.close()
    return took


def test_the_first_page_is_complete_within_its_budgets_of_time_and_size(server, browser):
    times, shares, sizes = [], [], []
    while len(times) < 3 or (min(times) >= PAGE_MS and min(shares) >= PAGE_SHARE and len(times) < MOST_VISITS):
        work_ms = a_piece_of_work(browser)
        context = browser.new_context()
        page = context.new_page()
        received = []
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event, into=received: into.append(event["encodedDataLength"]))
        page.goto(server.url)
        expect(ref(page, "step-welcome")).to_be_visible()
        expect(ref(page, "connection-text")).to_have_text("Live")
        times.append(page.evaluate("() => performance.getEntriesByName('complete')[0].startTime"))
        shares.append(times[-1] / work_ms)
        sizes.append(sum(received))
        context.close()
    assert max(sizes) < PAGE_BYTES
    # The least, since other programs only ever add; a machine that is slower altogether is held to the share.
    assert min(times) < PAGE_MS or min(shares) < PAGE_SHARE, (times, shares)


def test_an_offline_server_is_told_and_what_can_be_done_about_it(server, page):
    open_step(page, server, "model")
    server.kill()
    expect(ref(page, "offline")).to_contain_text("does not answer")
    expect(ref(page, "connection-text")).to_have_text("No connection")
