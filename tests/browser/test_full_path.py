"""A newcomer's whole way: model, data, configuration, reward, start, watch, export, test; with the fake worker."""

from playwright.sync_api import expect

from tests.support.browser import picture, ref, setting


def go_on(page):
    ref(page, "next").click()


def test_a_newcomer_walks_from_the_welcome_to_the_test_of_a_run(server, page):
    page.goto(server.url)
    page.get_by_role("link", name="Build your own run").click()
    expect(ref(page, "models")).to_contain_text("SmolLM2")
    page.get_by_role("radio", name="SmolLM2", exact=True).check()
    page.locator("input[data-model='SmolLM2-135M-Instruct']").check()
    go_on(page)
    page.get_by_role("radio", name="Built-in").check()
    ref(page, "builtin-sets").get_by_role("radio", name="Dates").check()
    expect(ref(page, "look-body").locator("tr")).to_have_count(5)
    expect(ref(page, "rail-facts")).to_contain_text("dates")
    go_on(page)
    setting(page, "name").fill("steps=12 delay=0.05")
    setting(page, "training.max_steps").fill("12")
    expect(ref(page, "plan-estimate")).to_contain_text("12")
    go_on(page)
    expect(ref(page, "quick-found")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Use this").click()
    expect(ref(page, "rail-facts")).to_contain_text("solution-format")
    go_on(page)
    expect(ref(page, "review")).to_contain_text("dates")
    ref(page, "run-id").fill("first")
    page.get_by_role("button", name="Start training").click()
    expect(ref(page, "session-status")).to_have_text("Completed")
    assert server.session("first")["config"]["dataset"]["source"] == "dates"
    page.get_by_role("tab", name="Rollouts").click()
    expect(ref(page, "completions").locator(".completion").first).to_be_visible()
    picture(page, "full-path-rollouts")
    ref(page, "to-export").click()
    expect(ref(page, "export-reason")).to_contain_text("no trained adapter")
    expect(ref(page, "export-start")).to_be_disabled()
    page.locator(".stepper__link[data-step=test]").click()
    page.get_by_role("tab", name="Evaluate").click()
    expect(ref(page, "answers")).to_contain_text("trained 2")
    expect(ref(page, "test-verdict")).to_contain_text("no significant change")
    picture(page, "full-path-test")


def test_the_address_of_each_step_brings_it_back(server, page):
    for step in ("model", "dataset", "config", "reward", "train"):
        page.goto(f"{server.url}/#/{step}")
        expect(ref(page, f"step-{step}")).to_be_visible()
    page.go_back()
    expect(ref(page, "step-reward")).to_be_visible()
