"""The list of kept tests follows what other pages do, however late its answers come."""

from playwright.sync_api import expect

from tests.browser.test_test_step import show, step, trained
from tests.support.browser import open_step, ref
from tests.support.late import Late

__all__ = ["step", "trained"]


def test_a_test_that_another_tab_starts_appears_by_itself(step, trained):
    step.get_by_role("tab", name="History").click()
    before = len(trained.call("GET", "/api/models/tests")[1]["tests"])
    expect(ref(step, "tests").locator("li")).to_have_count(before)
    body = {"model_path": "outputs/r1", "prompts": [{"prompt": "from elsewhere"}], "max_tokens": 2}
    assert trained.call("POST", "/api/models/batch", body)[0] == 202
    expect(ref(step, "tests").locator("li")).to_have_count(before + 1)


def test_a_test_that_begins_while_the_list_is_on_its_way_stays_in_it(trained, page, until):
    show(page, trained)
    open_step(page, trained, "model")
    late = Late(page, r"/api/models/tests$")
    page.go_back()
    late.wait()
    page.get_by_role("tab", name="History").click()
    body = {"model_path": "outputs/r1", "prompts": [{"prompt": "newer than the list"}], "max_tokens": 2}
    begun = trained.call("POST", "/api/models/batch", body)[1]["test_id"]
    row = ref(page, "tests").locator(f"a[href*='{begun}']")
    until(lambda: trained.call("GET", f"/api/models/tests/{begun}")[1]["status"] == "completed", 60)
    expect(row).to_be_visible()
    late.arrive()
    assert row.is_visible()
