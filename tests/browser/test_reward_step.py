"""Step 4: Quick Start, presets and parts, recipes and Python of one's own, trying a reward out, the Reward Bench."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import open_step, picture, ref, violations

SLOW = 120_000


@pytest.fixture
def server(shared_server):
    """One server for all tests of this file: each page has a browser profile of its own."""
    return shared_server


def show(page, server, source=None):
    open_step(page, server, "reward")
    expect(ref(page, "rewards-busy")).to_be_hidden(timeout=SLOW)
    if source:
        page.get_by_role("radio", name=source).check()


def drafted(page, name, value):
    """The kept draft comes to hold `value` at a dotted name; where it is a list, in its presets."""
    page.wait_for_function(
        """([name, value]) => {
            const { config } = JSON.parse(localStorage.getItem('lora-craft-draft'));
            const held = name.split('.').reduce((at, key) => at?.[key], config);
            const told = Array.isArray(held) ? held.map((part) => part.preset_name) : held;
            return JSON.stringify(told) === JSON.stringify(value);
        }""",
        arg=[name, value],
    )


def test_algorithms_explain_themselves_and_say_when_they_change_nothing(server, page):
    show(page, server)
    ref(page, "algorithms").get_by_role("radio", name="GSPO").check()
    expect(ref(page, "rail-facts")).to_contain_text("GSPO")
    expect(ref(page, "algorithm-note")).to_be_visible()
    drafted(page, "grpo.algorithm", "gspo")


def test_quick_start_proposes_with_reasons_and_is_taken_with_one_click(server, page):
    show(page, server)
    expect(ref(page, "quick-reasons").locator("li").first).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Use this").click()
    expect(ref(page, "quick-used")).to_be_visible()
    drafted(page, "reward.components", ["exact-match", "solution-format"])


def test_a_preset_is_found_read_and_used(server, page):
    show(page, server, "Preset Library")
    ref(page, "preset-search").fill("closeness")
    expect(ref(page, "presets").locator("li")).to_have_count(1)
    ref(page, "presets").get_by_role("button").first.click()
    expect(ref(page, "preset-dialog")).to_be_visible()
    expect(ref(page, "preset-samples").locator("li").first).to_be_visible()
    assert violations(page) == []


def test_a_reward_that_runs_python_says_what_this_machine_has_for_it(server, page):
    show(page, server)
    expect(ref(page, "sandbox-part")).to_be_hidden()
    ref(page, "part-choice").select_option(label="Programming")
    ref(page, "part-add").click()
    expect(ref(page, "sandbox-note")).to_contain_text("This machine has")
    page.get_by_label("Where Python runs").select_option("monty")
    drafted(page, "reward.sandbox", "monty")
    ref(page, "sandbox-part").scroll_into_view_if_needed()
    picture(page, "sandbox")
    assert violations(page) == []


def test_parts_are_added_weighed_and_removed(server, page):
    show(page, server)
    ref(page, "part-choice").select_option(label="Solution Format")
    ref(page, "part-add").click()
    expect(ref(page, "rail-facts")).to_contain_text("solution-format")
    drafted(page, "reward.components.length", 2)


def test_a_recipe_is_built_saved_and_used(server, page):
    show(page, server, "Custom Builder")
    ref(page, "new-recipe").click()
    ref(page, "builder-name").fill("short-and-right")
    ref(page, "builder-use").click()
    expect(ref(page, "customs")).to_contain_text("short-and-right", timeout=SLOW)
    drafted(page, "reward.custom_name", "short-and-right")


def test_python_of_ones_own_is_refused_at_its_line_and_saved_when_it_works(server, page):
    show(page, server, "Custom Builder")
    ref(page, "new-python").click()
    editor = page.locator(".cm-content")
    expect(editor).to_be_visible(timeout=SLOW)
    expect(editor).to_contain_text("def reward")
    picture(page, "reward-code")
    assert violations(page) == []
    ref(page, "builder-name").fill("mine")
    editor.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("(")
    ref(page, "builder-save").click()
    expect(ref(page, "builder-error-text")).to_contain_text("line 1", timeout=SLOW)
    editor.click()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Delete")
    ref(page, "builder-use").click()
    expect(ref(page, "customs")).to_contain_text("mine", timeout=SLOW)
    drafted(page, "reward.type", "custom")


PASTED = """import re
def ladder(completions, answer, **kwargs):
    found = [re.search("<SOLUTION>(.*?)</SOLUTION>", one[0]["content"], re.S) for one in completions]
    return [-2.0 if m is None else 3.0 if m[1].strip() == a else -1 for m, a in zip(found, answer)]
def counted(completions, nums, **kwargs):
    return [0.0 for _ in completions]
"""


def test_a_pasted_reward_shows_its_three_scores_and_asks_for_the_columns_it_names(server, page):
    show(page, server, "Custom Builder")
    ref(page, "new-python").click()
    editor = page.locator(".cm-content")
    expect(editor).to_be_visible(timeout=SLOW)
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(PASTED)
    ref(page, "builder-try").click()
    expect(ref(page, "trial-warnings")).to_contain_text("'nums'", timeout=SLOW)
    ref(page, "builder-functions").get_by_text("counted").click()
    ref(page, "builder-low").fill("-2")
    ref(page, "builder-high").fill("3")
    ref(page, "builder-try").click()
    expect(ref(page, "trial-where")).to_contain_text("-2 to 3, of -2 to 3", timeout=SLOW)
    scores = ref(page, "trial-answers").locator(".trial__score")
    assert scores.all_text_contents() == ["3", "-1", "-2"]
    picture(page, "reward-trial")
    assert violations(page) == []
    ref(page, "builder-functions").get_by_text("counted").click()
    ref(page, "builder-name").fill("pasted")
    ref(page, "builder-use").click()
    expect(ref(page, "column-rows")).to_contain_text("The data set has no column nums", timeout=SLOW)
    expect(ref(page, "parts-note")).to_contain_text("-2 to 3")


def test_a_text_is_scored_with_reasons(server, page):
    show(page, server)
    ref(page, "try").locator("summary").first.click()
    ref(page, "try-response").fill("<SOLUTION>4</SOLUTION>")
    ref(page, "try-reference").fill("4")
    ref(page, "try").get_by_role("button", name="Score it").click()
    expect(ref(page, "verdicts")).to_contain_text("is the reference", timeout=SLOW)


def test_the_bench_grades_the_reward_and_knows_when_the_grade_is_out_of_date(server, page):
    show(page, server)
    ref(page, "bench-samples").select_option("20")
    ref(page, "bench-run").click()
    expect(ref(page, "grade-letter")).to_have_text("A")
    picture(page, "reward-bench")
    assert violations(page) == []
    ref(page, "part-choice").select_option(label="Solution Format")
    ref(page, "part-add").click()
    expect(ref(page, "bench-stale")).to_be_visible()
