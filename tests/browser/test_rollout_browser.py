"""The browser of groups: steps, groups, completions with reasons, search, and why a reward is flat."""

import json

import pytest
from playwright.sync_api import expect

from core.paths import Workspace
from tests.support.browser import open_step, ref
from tests.support.past_runs import write_run


@pytest.fixture(scope="module")
def runs(shared_server):
    """A server with one run that learns, one whose reward is flat, one that has just begun, and one with a gap."""
    workspace = Workspace(shared_server.root)
    write_run(workspace, "learns", steps=30, groups=5, name="Learns", seed=1)
    write_run(workspace, "flat", steps=12, groups=5, name="Flat", signal=False)
    write_run(workspace, "young", steps=1, groups=1, name="Young")
    write_run(workspace, "gap", steps=1, groups=1, name="Gap", seed=3)
    take_a_score(workspace.session("gap").completions / "step-000001.jsonl")
    return shared_server


def take_a_score(file):
    """The last completion of a group could not be judged."""
    group = json.loads(file.read_text(encoding="utf-8"))
    last = group["completions"][-1] | {"reward": None, "advantage": None}
    last["scores"]["judge"] = {"value": None, "reason": "the judge did not answer", "kind": "failed"}
    group["completions"][-1] = last
    file.write_text(json.dumps(group) + "\n", encoding="utf-8")


def show(page, server, session="learns", rest=""):
    open_step(page, server, "monitor", f"/{session}?tab=rollouts{rest}")
    expect(ref(page, "rollouts")).to_be_visible()


def test_the_newest_step_is_shown_with_all_completions_side_by_side(runs, page):
    show(page, runs)
    expect(ref(page, "step-label")).to_have_text("Step 30 of 30")
    expect(ref(page, "groups").locator("li")).to_have_count(5)
    completions = ref(page, "completions").locator(".completion")
    expect(completions).to_have_count(4)
    expect(completions.first).to_contain_text("exact-match")
    expect(completions.first).to_contain_text("advantage")
    tops = page.eval_on_selector_all(".completion", "all => all.map((one) => one.getBoundingClientRect().y)")
    assert len(set(tops)) == 1


def test_a_completion_without_a_score_says_why_and_has_no_advantage(runs, page):
    show(page, runs, "gap")
    last = ref(page, "completions").locator(".completion").last
    expect(last.locator(".completion__reward")).to_have_text("No score")
    expect(last.locator(".completion__advantage")).to_have_text("judge: the judge did not answer")
    expect(last.locator(".completion__track")).to_be_hidden()
    expect(ref(page, "groups")).to_contain_text("no signal, 1 unscored")
    ref(page, "findings-count").click()
    findings = ref(page, "findings")
    expect(findings).to_contain_text("25% of the completions could not be scored: judge: the judge did not answer")


def test_the_extracted_answer_is_marked_in_the_text(runs, page):
    show(page, runs)
    mark = ref(page, "completions").locator("mark").first
    assert mark.inner_text().isdigit()


def test_the_slider_moves_through_the_steps_by_keyboard(runs, page):
    show(page, runs)
    ref(page, "step-slider").focus()
    page.keyboard.press("Home")
    expect(ref(page, "step-label")).to_have_text("Step 1 of 30")
    page.keyboard.press("ArrowRight")
    expect(ref(page, "step-label")).to_have_text("Step 2 of 30")
    expect(ref(page, "step-follow")).not_to_be_checked()


def test_the_first_step_is_chosen_by_a_key_that_can_not_move_the_slider(runs, page):
    show(page, runs, "young")
    ref(page, "step-slider").press("Home")
    expect(ref(page, "step-label")).to_have_text("Step 1 of 1")
    expect(ref(page, "step-follow")).not_to_be_checked()


def test_a_search_finds_the_next_completion_that_was_cut(runs, page):
    show(page, runs)
    page.get_by_role("button", name="Step before").click()
    expect(ref(page, "step-label")).to_have_text("Step 29 of 30")
    ref(page, "rollout-filter").select_option("truncated")
    ref(page, "find-back").click()
    expect(ref(page, "find-result")).to_contain_text("Found in step")
    found = ref(page, "completions").locator("[data-found='true']")
    expect(found).to_contain_text("cut at the limit")


def test_a_search_without_a_match_says_so(runs, page):
    show(page, runs)
    ref(page, "rollout-filter").select_option("failed")
    ref(page, "find-back").click()
    expect(ref(page, "find-result")).to_contain_text("None before")


def test_a_flat_reward_is_explained_with_examples_that_lead_to_it(runs, page):
    show(page, runs, "flat")
    expect(ref(page, "flat-hint")).to_be_visible()
    expect(ref(page, "diagnosis-verdict")).not_to_be_empty()
    finding = ref(page, "findings").locator(".finding", has_text="earn nothing").first
    expect(finding).to_be_visible()
    finding.get_by_role("button").first.click()
    expect(ref(page, "group-title")).to_contain_text("Group")
    expect(ref(page, "completions")).to_contain_text("Reward 0")


def test_new_groups_appear_while_the_newest_step_is_followed(server, page):
    server.begin("live", "steps=2000 delay=0.1")
    show(page, server, "live")
    first = ref(page, "step-label").inner_text()
    expect(ref(page, "step-label")).not_to_have_text(first)
    expect(ref(page, "completions")).to_contain_text("not judged")


def test_a_fixed_step_stays_while_training_goes_on(server, page):
    server.begin("live", "steps=2000 delay=0.1")
    show(page, server, "live")
    ref(page, "step-slider").focus()
    page.keyboard.press("Home")
    expect(ref(page, "step-label")).to_contain_text("Step 1 of")
    before = ref(page, "progress-text").inner_text()
    expect(ref(page, "progress-text")).not_to_have_text(before)
    page.wait_for_timeout(1500)  # longer than the newest step takes to be fetched
    expect(ref(page, "step-label")).to_contain_text("Step 1 of")


def test_every_match_of_a_step_can_be_reached(runs, page):
    show(page, runs)
    ref(page, "step-slider").focus()
    page.keyboard.press("Home")
    expect(ref(page, "step-label")).to_have_text("Step 1 of 30")
    ref(page, "rollout-filter").select_option("best")
    places = []
    for _ in range(3):
        ref(page, "find-on").click()
        expect(ref(page, "find-result")).to_contain_text("Found in step")
        expect(ref(page, "rollouts")).to_have_attribute("aria-busy", "false")
        marks = page.eval_on_selector_all(".completion", "all => all.findIndex((one) => one.dataset.found === 'true')")
        places.append((ref(page, "step-label").inner_text(), ref(page, "group-title").inner_text(), marks))
    assert len(set(places)) == 3
    assert [step for step, _, _ in places] == ["Step 1 of 30"] * 3
