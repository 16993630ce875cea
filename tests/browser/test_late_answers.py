"""Answers that come late: one that was asked for earlier never overrides what has been chosen since, in any view."""

import pytest
from playwright.sync_api import expect

from core.paths import Workspace
from tests.browser.conftest import watched
from tests.support.browser import open_step, ref
from tests.support.late import Late
from tests.support.past_runs import write_run

SCORE_ALL = "def reward(response, reference, example):\n    return 1.0\n"
REFUSAL = {"error": {"code": "conflict", "message": "Too late.", "hint": "", "fields": {"training.seed": "Too late."}}}


@pytest.fixture(scope="module")
def page(browser):
    """One page for all tests of this file; each test chooses what it needs."""
    with watched(browser, viewport={"width": 1440, "height": 900}) as opened:
        yield opened


@pytest.fixture(scope="module")
def server(shared_server):
    """A server with two runs, two saved configurations and two custom rewards."""
    workspace = Workspace(shared_server.root)
    write_run(workspace, "learns", steps=30, groups=5, name="Learns", seed=1)
    write_run(workspace, "other", steps=4, groups=2, name="Other")
    for name in ("first", "second"):
        shared_server.call("POST", "/api/configs/save", {"name": name, "config": {"name": name}})
        saved = shared_server.call("PUT", f"/api/rewards/custom/{name}", {"kind": "python", "source": SCORE_ALL})
        assert saved[0] in (200, 201), saved
    return shared_server


@pytest.fixture
def late(page):
    """Make a late answer; routes end with the test."""
    yield lambda address, **made_up: Late(page, address, **made_up)
    page.unroute_all(behavior="ignoreErrors")


def show_rollouts(page, server, session="learns"):
    page.goto("about:blank")
    open_step(page, server, "monitor", f"/{session}?tab=rollouts")
    expect(ref(page, "rollouts")).to_be_visible()


def slide(page, key, label):
    ref(page, "step-slider").focus()
    page.keyboard.press(key)
    expect(ref(page, "step-label")).to_have_text(label)


def rendered(prompt):
    """A prompt's preview, without the tokenizer that takes seconds to load."""
    return {"prompt": prompt, "tokens": 3, "problem": None}


def fresh_draft(page, server, step):
    """Show a step of the draft as on a first visit."""
    open_step(page, server, "welcome")
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    page.reload()
    open_step(page, server, step)


def test_a_search_begins_at_the_step_that_was_chosen_and_not_at_the_one_still_shown(server, page, late):
    show_rollouts(page, server)
    expect(ref(page, "step-label")).to_have_text("Step 30 of 30")
    answer = late(r"completions\?step=1(&|$)")
    slide(page, "Home", "Step 1 of 30")
    answer.wait()
    ref(page, "rollout-filter").select_option("best")
    ref(page, "find-on").click()
    expect(ref(page, "find-result")).to_have_text("Found in step 1.")
    answer.arrive()
    expect(ref(page, "step-label")).to_have_text("Step 1 of 30")
    expect(ref(page, "completions").locator("[data-found='true']")).to_have_count(1)


def test_a_step_that_is_chosen_in_mid_search_stays(server, page, late):
    show_rollouts(page, server)
    answer = late("completions/search")
    ref(page, "rollout-filter").select_option("best")
    ref(page, "find-back").click()
    answer.wait()
    slide(page, "Home", "Step 1 of 30")
    answer.arrive()
    slide(page, "ArrowRight", "Step 2 of 30")
    expect(ref(page, "find-result")).to_have_text("")
    ref(page, "rollout-filter").select_option("")


def test_the_newest_step_does_not_come_once_it_is_no_longer_followed(server, page, late):
    show_rollouts(page, server)
    slide(page, "Home", "Step 1 of 30")
    expect(ref(page, "diagnosis-about")).to_contain_text("Step 1")
    answer = late(r"completions(\?steps=false)?$")
    ref(page, "step-follow").check()
    answer.wait()
    ref(page, "step-follow").uncheck()
    answer.arrive()
    expect(ref(page, "step-label")).to_have_text("Step 1 of 30")


def test_a_diagnosis_that_failed_late_leaves_the_newer_one(server, page, late):
    show_rollouts(page, server)
    answer = late(r"diagnosis\?step=1$", status=409, value=REFUSAL)
    slide(page, "Home", "Step 1 of 30")
    answer.wait()
    slide(page, "ArrowRight", "Step 2 of 30")
    expect(ref(page, "diagnosis-about")).to_contain_text("2:")
    answer.arrive()
    expect(ref(page, "diagnosis-verdict")).not_to_contain_text("Too late")


def test_a_comparison_keeps_the_newer_state_of_a_run(server, page, late):
    server.begin("live", "steps=60 delay=0.05")
    open_step(page, server, "compare", "?ids=learns,live")
    expect(ref(page, "compared").locator("li").last).to_contain_text("live")
    answer = late("sessions/live$")
    answer.wait()
    expect(ref(page, "compared").locator("li").last).to_contain_text("Completed")
    answer.arrive()
    expect(ref(page, "compared").locator("li").last).to_contain_text("Completed")


def test_a_run_that_begins_leaves_the_run_to_be_added_as_it_was_chosen(server, page):
    open_step(page, server, "compare", "?ids=learns")
    ref(page, "compare-add").select_option("other")
    server.begin("fresh", "steps=1")
    expect(ref(page, "compare-add")).to_contain_text("fresh")
    expect(ref(page, "compare-add")).to_have_value("other")


def test_the_charts_of_the_run_that_was_left_stay_away(server, page, late):
    page.goto("about:blank")
    answer = late(r"sessions/learns/metrics")
    open_step(page, server, "monitor", "/learns")
    answer.wait()
    page.goto(f"{server.url}/#/monitor/other")
    expect(ref(page, "session-id")).to_have_text("other")
    expect(page.locator(".chart canvas").first).to_be_visible()
    answer.arrive()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").first.click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.startswith("training,")]) == 4


def test_a_model_that_was_asked_for_first_leaves_what_is_said_of_the_second(server, page, late):
    fresh_draft(page, server, "model")
    about = {"name": "a/second", "kind": "hub", "cached": True, "parameters": None, "problem": ""}
    answers = [late("describe.*first", status=404, value=REFUSAL), late("describe.*second", value=about)]
    for name, answer in zip(("a/first", "a/second"), answers, strict=True):
        ref(page, "other-name").fill(name)
        ref(page, "other-name").press("Enter")
        answer.wait()
    for answer in reversed(answers):
        answer.arrive()
        expect(ref(page, "other-result")).to_contain_text("a/second can be used")


def test_a_look_up_at_the_hub_lasts_until_other_data_is_chosen(server, page, late):
    fresh_draft(page, server, "dataset")
    about = {"source": "an/id", "subset": "main", "split": "train", "subsets": ["main"], "splits": ["train"]}
    about |= {"rows": 10, "size_bytes": 10, "licence": "mit", "gated": False, "columns": ["a", "b"]}
    page.get_by_role("radio", name="Hugging Face id").check()
    for is_left in (False, True):
        answer = late("datasets/hub", value=about)
        ref(page, "hub-path").fill("an/id")
        ref(page, "hub-path").press("Enter")
        answer.wait()
        if is_left:
            page.get_by_role("radio", name="Public").check()
            ref(page, "public-sets").get_by_role("radio", name="GSM8K").check()
        page.evaluate("() => dispatchEvent(new HashChangeEvent('hashchange'))")  # draws everything
        answer.arrive()
        expect(ref(page, "rail-facts")).to_contain_text("gsm8k" if is_left else "an/id")


def test_a_column_that_is_chosen_before_the_first_rows_are_there_stays(server, page, late):
    fresh_draft(page, server, "dataset")
    expect(ref(page, "look-body").locator("tr").first).to_be_visible()
    page.get_by_role("radio", name="Built-in").check()
    answer = late("datasets/preview")
    ref(page, "builtin-sets").get_by_role("radio").last.check()
    answer.wait()
    mapping = page.locator("[data-field='dataset.instruction_field']")
    mapping.locator("select").select_option(label="another path …")
    mapping.locator("input").fill("my.column")
    answer.arrive()
    expect(ref(page, "look-head")).to_contain_text("answer")
    kept = "() => JSON.parse(localStorage.getItem('lora-craft-draft')).config.dataset.instruction_field"
    assert page.evaluate(kept) == "my.column"


def test_the_prompt_is_read_from_the_answer_that_was_typed_last(server, page, late):
    fresh_draft(page, server, "dataset")
    ref(page, "prompt-try").locator("summary").click()
    expect(ref(page, "prompt-try-facts")).to_contain_text("Solution")
    answer = late("prompts/parse")
    ref(page, "prompt-try-text").fill("<SOLUTION>first</SOLUTION>")
    answer.wait()
    ref(page, "prompt-try-text").fill("<SOLUTION>second</SOLUTION>")
    expect(ref(page, "prompt-try-facts")).to_contain_text("second")
    answer.arrive()
    expect(ref(page, "prompt-try-facts")).to_contain_text("second")


def test_a_late_plan_and_a_late_preview_give_way_to_those_of_the_newer_draft(server, page, late):
    fresh_draft(page, server, "dataset")
    page.route("**/prompts/preview", lambda route: route.fulfill(json=rendered(route.request.post_data)))
    late_preview = late("prompts/preview", value=rendered("The first words."))
    late_plan = late("training/plan", status=400, value=REFUSAL)
    ref(page, "prompt-system_prompt").fill("The first words.")
    late_plan.wait()
    late_preview.wait()
    ref(page, "prompt-system_prompt").fill("The second words.")
    expect(ref(page, "prompt-text")).to_contain_text("The second words.")
    late_plan.arrive()
    late_preview.arrive()
    expect(ref(page, "prompt-text")).to_contain_text("The second words.")
    expect(ref(page, "rail-problems-part")).to_be_hidden()


def test_what_the_start_refuses_is_not_said_of_a_draft_that_has_changed_since(server, page, late):
    fresh_draft(page, server, "train")
    answer = late("training/start", status=409, value=REFUSAL)
    with page.expect_response("**/training/plan"):
        page.get_by_role("button", name="Start training").click()
        answer.wait()
        ref(page, "run-name").fill("another name")
    answer.arrive()
    expect(ref(page, "start-error-text")).to_contain_text("Too late")
    expect(ref(page, "rail-problems-part")).to_be_hidden()


def test_a_start_does_not_take_those_along_who_have_gone_elsewhere(server, page, late):
    fresh_draft(page, server, "train")
    answer = late("training/start", status=202, value={"session_id": "learns"})
    page.get_by_role("button", name="Start training").click()
    answer.wait()
    page.goto(f"{server.url}/#/config")
    expect(ref(page, "step-config")).to_be_visible()
    answer.arrive()
    expect(page.get_by_text("learns has been started.")).to_be_visible()
    expect(ref(page, "step-config")).to_be_visible()


def test_of_two_configurations_the_one_that_was_chosen_last_becomes_the_draft(server, page, late):
    fresh_draft(page, server, "train")
    ref(page, "open-configs").click()
    answer = late("configs/load.*first")
    page.get_by_role("button", name="Load first").click()
    answer.wait()
    page.get_by_role("button", name="Load second").click()
    expect(ref(page, "step-model")).to_be_visible()
    answer.arrive()
    open_step(page, server, "train")
    expect(ref(page, "run-name")).to_have_value("second")


def test_of_two_rewards_the_one_that_was_opened_last_is_edited(server, page, late):
    fresh_draft(page, server, "reward")
    page.get_by_role("radio", name="Custom Builder").check()
    answer = late("rewards/custom/first")
    page.get_by_role("button", name="Edit first").click()
    answer.wait()
    page.get_by_role("button", name="Edit second").click()
    expect(ref(page, "builder-title")).to_have_text("Version 1 of second")
    answer.arrive()
    expect(ref(page, "builder-title")).to_have_text("Version 1 of second")


def test_a_score_does_not_come_on_a_page_that_was_turned(server, page, late):
    fresh_draft(page, server, "reward")
    ref(page, "try").locator("summary").first.click()
    answer = late("rewards/test")
    ref(page, "try-response").fill("<SOLUTION>4</SOLUTION>")
    ref(page, "try").get_by_role("button", name="Score it").click()
    answer.wait()
    ref(page, "try").get_by_role("tab").nth(1).click()
    answer.arrive()
    expect(ref(page, "try-result")).to_be_hidden()
    expect(ref(page, "try-busy")).to_be_hidden()
