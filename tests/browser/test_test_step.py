"""Step 7: chat, comparison, batches, evaluations and their history, with a random model of a few thousand weights."""

import json
import re

import pytest
from playwright.sync_api import expect

from core.paths import Workspace
from tests.browser.conftest import watched
from tests.support.browser import SIZES, open_step, picture, ref, settle, violations
from tests.support.trained_run import write_trained_run

SLOW = 120_000


@pytest.fixture(scope="module")
def trained(shared_server):
    """A server with a run whose adapter can be loaded."""
    write_trained_run(Workspace(shared_server.root), "r1")
    return shared_server


@pytest.fixture
def step(trained, page):
    """The step of that run; an answer that a test leaves behind is ended, a model that it has loaded stays."""
    show(page, trained)
    yield page
    if trained.call("GET", "/api/models/state")[1]["busy"]:
        trained.call("POST", "/api/models/unload")


def show(page, server, rest="/r1"):
    open_step(page, server, "test", rest)
    expect(ref(page, "test-model").locator("option").first).to_be_attached()
    expect(ref(page, "sampling-essential").locator("[data-field]").first).to_be_attached()


def tune(page, **values):
    """Set sampling values."""
    for name, value in values.items():
        field = page.locator(f"[data-ref=test-settings] [data-field='{name}'] input")
        if not field.is_visible():
            ref(page, "sampling-more-part").locator("summary").click()
        field.fill(str(value))


def ask(page, question, expected=""):
    ref(page, "chat-reference").fill(expected)
    ref(page, "chat-prompt").fill(question)
    ref(page, "chat-prompt").press("Enter")


def replies(page):
    return ref(page, "chat-list").locator(".reply")


def answered(page, place=-1):
    """A reply once it is complete."""
    reply = replies(page).nth(place)
    expect(reply.locator(".reply__end")).to_be_visible(timeout=SLOW)
    return reply


def test_a_question_is_asked_by_enter_and_answered_with_its_costs_and_its_score(step):
    tune(step, max_tokens=8, temperature=0)
    ask(step, "What is 1 + 1?", "2")
    reply = answered(step)
    expect(reply.locator(".reply__costs")).to_contain_text("tokens/s")
    expect(reply.locator(".reply__total")).to_contain_text("Reward 0 of 1")
    expect(reply.locator(".part__reason")).not_to_be_empty()
    expect(ref(step, "chat-said")).to_contain_text("Reward 0 of 1")
    expect(ref(step, "chat-prompt")).to_be_focused()
    expect(ref(step, "machine-badge")).to_have_text("Loaded")
    reply.get_by_role("button", name="As it was asked").click()
    expect(ref(step, "reader-text")).to_contain_text("What is 1 + 1?")


def test_shift_enter_begins_a_new_line(step):
    ref(step, "chat-prompt").press_sequentially("one")
    ref(step, "chat-prompt").press("Shift+Enter")
    ref(step, "chat-prompt").press_sequentially("two")
    expect(ref(step, "chat-prompt")).to_have_value("one\ntwo")
    expect(replies(step)).to_have_count(0)


def test_an_answer_streams_and_a_stop_keeps_what_there_is(step):
    tune(step, max_tokens=3000, temperature=0)
    ask(step, "1")
    expect(replies(step).locator(".reply__text")).not_to_be_empty(timeout=SLOW)
    expect(replies(step)).to_have_attribute("aria-busy", "true")
    step.get_by_role("button", name="Stop", exact=True).click()
    expect(answered(step).locator(".reply__end")).to_have_text("stopped")
    expect(replies(step).locator(".reply__text")).not_to_be_empty()
    expect(ref(step, "chat-stop")).to_be_hidden()


def test_a_conversation_sends_what_was_said_before_and_single_questions_do_not(step):
    tune(step, max_tokens=4, temperature=0)
    ref(step, "chat-conversation").check()
    for place, question in enumerate(("first question", "second question")):
        ask(step, question)
        answered(step, place)
    answered(step).get_by_role("button", name="As it was asked").click()
    expect(ref(step, "reader-text")).to_contain_text("first question")
    step.keyboard.press("Escape")
    ref(step, "chat-single").check()
    ask(step, "third question")
    answered(step, 2).get_by_role("button", name="As it was asked").click()
    expect(ref(step, "reader-text")).not_to_contain_text("first question")


def test_asking_again_draws_anew_and_clearing_empties_the_chat(step):
    tune(step, max_tokens=4)
    ask(step, "1")
    answered(step).get_by_role("button", name="Ask again").click()
    expect(replies(step)).to_have_count(2)
    answered(step, 1)
    ref(step, "chat-clear").click()
    expect(replies(step)).to_have_count(0)
    expect(ref(step, "chat-empty")).to_be_visible()


def test_the_system_prompt_is_the_training_s_until_it_is_written_anew(step):
    own = ref(step, "test-system").input_value()
    assert "<SOLUTION>" in own
    ref(step, "test-system").fill("Be brief.")
    expect(ref(step, "test-system-unit")).to_have_text("yours")
    tune(step, max_tokens=2)
    ask(step, "1")
    answered(step).get_by_role("button", name="As it was asked").click()
    expect(ref(step, "reader-text")).to_contain_text("Be brief.")
    step.keyboard.press("Escape")
    ref(step, "test-system-reset").click()
    expect(ref(step, "test-system")).to_have_value(own)
    ref(step, "test-template").uncheck()
    expect(ref(step, "test-system")).to_have_value("")


def test_the_adapter_can_be_switched_off(step):
    tune(step, max_tokens=8, temperature=0)
    ask(step, "1")
    first = answered(step).locator(".reply__text").inner_text()
    ref(step, "test-adapter").uncheck()
    ask(step, "1")
    reply = answered(step, 1)
    expect(reply.locator(".reply__model")).to_have_text("tiny-model, without adapter")
    assert reply.locator(".reply__text").inner_text() != first


def test_a_value_out_of_bounds_is_told_beside_its_field(step):
    tune(step, temperature=9)
    ask(step, "1")
    expect(step.locator("[data-field=temperature] .field__error")).to_be_visible(timeout=SLOW)
    expect(replies(step).locator(".reply__error")).to_contain_text("temperature")
    tune(step, temperature=0, max_tokens=2)
    expect(step.locator("[data-field=temperature] .field__error")).to_be_hidden()
    replies(step).get_by_role("button", name="Ask again").click()
    answered(step)
    expect(replies(step)).to_have_count(1)


def test_a_page_that_is_loaded_anew_goes_on_showing_the_answer(step, trained):
    tune(step, max_tokens=3000, temperature=0)
    ask(step, "1")
    expect(replies(step).locator(".reply__text")).not_to_be_empty(timeout=SLOW)
    step.reload()
    expect(replies(step)).to_have_attribute("aria-busy", "true")
    expect(replies(step).locator(".reply__busy")).to_contain_text("Writing")
    step.get_by_role("button", name="Stop", exact=True).click()
    expect(answered(step).locator(".reply__end")).to_have_text("stopped")


def test_two_tabs_keep_their_questions_apart(step, trained):
    other = step.context.new_page()
    show(other, trained)
    tune(step, max_tokens=3000, temperature=0)
    ask(step, "left")
    expect(replies(step).locator(".reply__text")).not_to_be_empty(timeout=SLOW)
    tune(other, max_tokens=3)
    ask(other, "right")
    expect(replies(other).locator(".reply__busy")).to_contain_text("Waiting for a chat to end")
    expect(ref(step, "machine-text")).to_contain_text("1 more waits")
    step.get_by_role("button", name="Stop", exact=True).click()
    expect(answered(other).locator(".reply__end")).to_be_visible()
    expect(ref(step, "chat-list")).not_to_contain_text("right")
    expect(ref(other, "chat-list")).not_to_contain_text("left")


def test_the_base_model_is_compared_with_the_trained_one_and_the_better_is_marked(step):
    step.get_by_role("tab", name="Compare").click()
    tune(step, max_tokens=8)
    ref(step, "versus-prompt").fill("What is 1 + 1?")
    ref(step, "versus-reference").fill("2")
    ref(step, "versus-reward").select_option(label="Length")
    ref(step, "versus-prompt").press("Enter")
    columns = ref(step, "versus-replies").locator(".reply")
    expect(columns.locator(".reply__total")).to_have_count(2)
    expect(columns.nth(1).locator(".reply__total")).to_contain_text("Reward", timeout=SLOW)
    expect(columns.nth(1).locator(".reply__difference")).to_contain_text("Against the first")
    expect(ref(step, "versus-seed")).to_contain_text("Seed")
    expect(columns.nth(0).locator(".reply__model")).to_have_text("tiny-model, without adapter")


def test_models_are_added_and_left_out_of_a_comparison(step):
    step.get_by_role("tab", name="Compare").click()
    models = ref(step, "versus-models").locator("li")
    expect(models).to_have_count(2)
    for _ in range(4):
        ref(step, "versus-add").click()
    expect(models).to_have_count(6)
    expect(ref(step, "versus-add")).to_be_disabled()
    step.get_by_role("button", name="Leave out model 6").click()
    expect(models).to_have_count(5)
    ref(step, "versus-reset").click()
    expect(models).to_have_count(2)


def test_unloading_in_the_middle_of_an_answer_is_told_in_the_answer(step):
    tune(step, max_tokens=3000, temperature=0)
    ask(step, "1")
    expect(replies(step).locator(".reply__text")).not_to_be_empty(timeout=SLOW)
    ref(step, "machine-unload").click()
    ref(step, "confirm-yes").click()
    expect(replies(step).locator(".reply__error")).to_contain_text("unloaded")
    expect(replies(step).get_by_role("button", name="Ask again")).to_be_visible()


def test_a_model_that_had_to_go_says_why(step, trained):
    write_trained_run(Workspace(trained.root), "r2")
    show(step, trained, "/r2")
    tune(step, max_tokens=2)
    ask(step, "1")
    answered(step)
    assert trained.call("DELETE", "/api/training/sessions/r2")[0] == 200
    expect(ref(step, "machine-notice-text")).to_contain_text("the run r2 was deleted")


def start_batch(page, *prompts):
    page.get_by_role("tab", name="Batch").click()
    ref(page, "batch-lines").fill("\n".join(prompts))
    page.get_by_role("button", name="Start the batch").click()


def test_pasted_prompts_are_answered_in_a_table_and_taken_away_as_files(step):
    tune(step, max_tokens=4, temperature=0)
    start_batch(step, *[f"What is {n} + {n}?" for n in range(23)])
    expect(ref(step, "batch-status")).to_have_text("Completed", timeout=SLOW)
    rows = ref(step, "batch-rows").locator("tr")
    expect(ref(step, "batch-page")).to_have_text("1 to 20 of 23")
    expect(rows.first).to_contain_text("What is 0 + 0?")
    ref(step, "batch-after").click()
    expect(rows).to_have_count(3)
    rows.nth(2).get_by_role("button").click()
    expect(ref(step, "reader-text")).to_contain_text("What is 22 + 22?")
    step.keyboard.press("Escape")
    with step.expect_download() as download:
        ref(step, "batch-csv").click()
    assert download.value.path().read_text(encoding="utf-8-sig").count("What is") == 23
    with step.expect_download() as download:
        ref(step, "batch-json").click()
    assert len(json.loads(download.value.path().read_text(encoding="utf-8"))["results"]) == 23


def test_a_file_with_expected_answers_is_read_and_scored(step, tmp_path):
    file = tmp_path / "questions.csv"
    file.write_text("question,answer\n" + "".join(f"What is {n} + 1?,{n + 1}\n" for n in range(7)), encoding="utf-8")
    step.get_by_role("tab", name="Batch").click()
    tune(step, max_tokens=400, temperature=0)
    ref(step, "batch-file").set_input_files(file)
    expect(ref(step, "batch-name")).to_have_text("questions.csv")
    step.get_by_role("button", name="Start the batch").click()
    expect(ref(step, "batch-test-name")).to_have_text("questions.csv")
    expect(ref(step, "batch-page")).to_contain_text("7")
    expect(ref(step, "batch-rows")).to_contain_text("What is 3 + 1?")
    expect(ref(step, "batch-tiles")).to_contain_text("Mean reward", timeout=SLOW)
    expect(ref(step, "batch-tiles")).to_contain_text("0 of 7")


def test_a_file_that_can_not_be_read_says_why(step, tmp_path):
    file = tmp_path / "broken.jsonl"
    file.write_text('{"prompt": "fine"}\n{"prompt": \n', encoding="utf-8")
    step.get_by_role("tab", name="Batch").click()
    ref(step, "batch-file").set_input_files(file)
    step.get_by_role("button", name="Start the batch").click()
    expect(ref(step, "batch-error-text")).to_contain_text("line 2")
    expect(ref(step, "batch-name")).to_have_text("broken.jsonl")


def test_a_batch_goes_on_after_a_reload_and_is_cancelled(step):
    tune(step, max_tokens=3000, temperature=0)
    start_batch(step, *[str(n) for n in range(200)])
    expect(ref(step, "batch-status")).to_have_text("Running", timeout=SLOW)
    step.reload()
    expect(ref(step, "batch-progress-text")).to_contain_text("of 200 prompts")
    step.get_by_role("button", name="Cancel").click()
    expect(ref(step, "batch-status")).to_have_text("Cancelled", timeout=SLOW)
    expect(ref(step, "batch-progress-part")).to_be_hidden()


def test_an_evaluation_tells_its_verdict_first_and_then_all_behind_it(step):
    step.get_by_role("tab", name="Evaluate").click()
    ref(step, "evaluate-rows").fill("5")
    expect(ref(step, "evaluate-estimate")).to_have_text("10 answers: 5 rows × 2 models.")
    step.get_by_role("button", name="Start the evaluation").click()
    expect(ref(step, "evaluation-status")).to_have_text("Completed", timeout=SLOW)
    expect(ref(step, "evaluation-verdict")).to_contain_text("No significant change")
    expect(ref(step, "evaluation-bars").locator("li")).to_have_count(2)
    expect(ref(step, "evaluation-tiles")).to_contain_text("Rows as before5")
    expect(ref(step, "evaluation-chance")).to_contain_text("proves nothing")
    expect(ref(step, "evaluation-table")).to_contain_text("pass@1")
    ref(step, "evaluation-rows-part").locator("summary").click()
    expect(ref(step, "evaluation-rows").locator(".answer")).to_have_count(5)
    settle(step)
    assert violations(step) == []
    with step.context.expect_page() as report:
        ref(step, "evaluation-html").click()
    expect(report.value.get_by_role("heading", level=1)).to_contain_text("r1 against tiny-model")


def test_several_answers_a_row_at_temperature_0_are_warned_of_and_refused_beside_the_field(step):
    step.get_by_role("tab", name="Evaluate").click()
    ref(step, "evaluate-samples").fill("4")
    expect(ref(step, "evaluate-hint")).to_be_hidden()
    tune(step, temperature=0)
    expect(ref(step, "evaluate-hint")).to_be_visible()
    step.get_by_role("button", name="Start the evaluation").click()
    expect(step.locator("[data-field=temperature] .field__error")).to_be_visible()
    ref(step, "evaluate-samples").fill("99")
    tune(step, temperature=1)
    step.get_by_role("button", name="Start the evaluation").click()
    expect(ref(step, "evaluate-samples-error")).to_be_visible()


def test_the_history_opens_tests_and_deletes_them(step):
    tune(step, max_tokens=2)
    start_batch(step, "only one")
    expect(ref(step, "batch-status")).to_have_text("Completed", timeout=SLOW)
    step.get_by_role("tab", name="History").click()
    first = ref(step, "tests").locator("li").first
    expect(first).to_contain_text("1 of 1 answered")
    first.get_by_role("link").click()
    expect(ref(step, "batch-rows")).to_contain_text("only one")
    expect(step).to_have_url(re.compile("tab=batch&test=batch-"))
    step.get_by_role("tab", name="History").click()
    before = ref(step, "tests").locator("li").count()
    first.get_by_role("button").click()
    ref(step, "confirm-yes").click()
    expect(ref(step, "tests").locator("li")).to_have_count(before - 1)


def test_an_answer_from_elsewhere_is_scored_by_the_run_s_reward_and_by_another(step):
    step.get_by_role("tab", name="Evaluate").click()
    ref(step, "score-part").locator("summary").click()
    ref(step, "score-reference").fill("53")
    ref(step, "score-response").fill("<SOLUTION>54</SOLUTION>")
    step.get_by_role("button", name="Score it").click()
    expect(ref(step, "score-total")).to_contain_text("Reward 0 of 1", timeout=SLOW)
    ref(step, "score-reward").select_option(label="Solution Format")
    step.get_by_role("button", name="Score it").click()
    expect(ref(step, "score-total")).to_contain_text("Reward 1 of 1", timeout=SLOW)


def test_without_a_run_base_models_can_be_tested(server, page):
    show(page, server, "")
    expect(ref(page, "test-none")).to_be_visible()
    expect(ref(page, "test-model")).to_contain_text("SmolLM2")
    for tab in ("Compare", "Batch", "History", "Evaluate"):
        page.get_by_role("tab", name=tab).click()
        settle(page)
        assert violations(page) == []
    expect(ref(page, "evaluate-none")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_answers_fit_every_screen_and_axe_finds_nothing(trained, browser, size, theme):
    width, height = SIZES[size]
    how = {"viewport": {"width": width, "height": height}, "color_scheme": theme, "reduced_motion": "reduce"}
    with watched(browser, **how) as page:
        show(page, trained)
        if size == "phone":
            ref(page, "test-settings").locator("summary").first.click()
        tune(page, max_tokens=12)
        ask(page, "What is 1 + 1?", "2")
        answered(page)
        for tab in ("Compare", "Batch", "Evaluate", "History", "Chat"):
            page.get_by_role("tab", name=tab).click()
            settle(page)
            picture(page, f"test-{tab.lower()}-{size}-{theme}")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
            assert violations(page) == []
