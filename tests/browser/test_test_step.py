"""Step 7: chat, comparison, batches, evaluations and their history, with a random model of a few thousand weights."""

import json
import re

import pytest
from playwright.sync_api import expect

from core.paths import Workspace
from tests.browser.conftest import watched
from tests.support.browser import SIZES, open_step, picture, ref, settle, violations
from tests.support.trained_run import write_trained_run

SLOW = 60_000


@pytest.fixture(scope="module")
def trained(shared_server):
    """A server with a run whose adapter can be loaded."""
    write_trained_run(Workspace(shared_server.root), "r1")
    return shared_server


@pytest.fixture
def step(trained, page):
    """The step of that run; whatever is being answered is ended before and after."""
    show(page, trained)
    yield page
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


def test_without_a_run_base_models_can_be_tested(server, page):
    show(page, server, "")
    expect(ref(page, "test-none")).to_be_visible()
    expect(ref(page, "test-model")).to_contain_text("SmolLM2")
    for tab in ("Compare", "Batch", "Evaluate", "History"):
        page.get_by_role("tab", name=tab).click()
        settle(page)
        assert violations(page) == []


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
