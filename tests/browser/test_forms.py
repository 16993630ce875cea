"""Settings: drawn from the schema, checked as they are typed, kept over a reload, asked about before they are lost."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import open_step, ref, setting, violations


@pytest.fixture
def server(shared_server):
    """One server for all tests of this file: each page has a browser profile of its own."""
    return shared_server


def test_a_wrong_value_is_refused_beside_its_field_and_in_the_overview(server, page):
    open_step(page, server, "config")
    setting(page, "training.learning_rate").fill("-1")
    field = page.locator("[data-field='training.learning_rate']")
    expect(field.locator(".field__error")).to_contain_text("greater than 0")
    expect(setting(page, "training.learning_rate")).to_have_attribute("aria-invalid", "true")
    expect(ref(page, "actions-text")).to_contain_text("1 thing to settle")
    expect(page.locator("[data-step=config] .stepper__problems")).to_have_text("1 to settle")
    setting(page, "training.learning_rate").fill("2e-5")
    expect(field.locator(".field__error")).to_be_hidden()
    expect(ref(page, "actions-text")).to_contain_text("steps")


def test_text_where_a_number_belongs_is_refused(server, page):
    open_step(page, server, "config")
    setting(page, "training.max_new_tokens").fill("many")
    expect(page.locator("[data-field='training.max_new_tokens'] .field__error")).to_contain_text("integer")


def test_a_group_that_does_not_fill_the_batch_is_explained(server, page):
    open_step(page, server, "config")
    setting(page, "training.num_generations").fill("7")
    expect(ref(page, "rail-problems")).to_contain_text("7")


def test_a_problem_in_the_overview_leads_to_its_field(server, page):
    open_step(page, server, "config")
    setting(page, "training.learning_rate").fill("5")
    expect(ref(page, "rail-problems")).to_contain_text("Learning rate")
    page.goto(f"{server.url}/#/model")
    ref(page, "rail-problems").get_by_role("link", name="Learning rate").click()
    expect(ref(page, "step-config")).to_be_visible()
    expect(setting(page, "training.learning_rate")).to_be_focused()


def test_one_step_memory_and_steps_move_with_the_settings(server, page):
    open_step(page, server, "config")
    expect(ref(page, "plan-step")).to_contain_text("completions")
    before = ref(page, "memory-text").inner_text(), ref(page, "plan-estimate").inner_text()
    setting(page, "training.max_sequence_length").fill("4096")
    expect(ref(page, "memory-text")).not_to_have_text(before[0])
    setting(page, "training.batch_size").fill("32")
    expect(ref(page, "plan-step")).to_contain_text("32 completions")
    assert ref(page, "plan-estimate").inner_text() != before[1]


def test_tiers_show_more_settings_and_a_search_finds_any(server, page):
    open_step(page, server, "config")
    expect(setting(page, "training.learning_rate")).to_be_visible()
    expect(page.locator("[data-field='grpo.loss_type']")).to_be_hidden()
    page.get_by_role("radio", name="Everything").check()
    expect(page.locator("[data-field='grpo.loss_type']")).to_be_visible()
    page.get_by_role("radio", name="Essential").check()
    ref(page, "setting-search").fill("loss type")
    expect(page.locator("[data-field='grpo.loss_type']")).to_be_visible()
    expect(page.locator("[data-field='training.learning_rate']")).to_be_hidden()


def test_every_setting_of_the_configuration_step_can_be_reached(server, page):
    open_step(page, server, "config")
    page.get_by_role("radio", name="Everything").check()
    fields = page.evaluate("() => JSON.parse(document.querySelector('[data-ref=boot]').textContent).fields")
    wanted = {f["name"] for f in fields if f["name"].split(".")[0] in ("training", "grpo", "pre_training", "resources")}
    there = set(
        page.eval_on_selector_all("[data-ref=step-config] [data-field]", "all => all.map(e => e.dataset.field)")
    )
    assert wanted - {"grpo.algorithm"} <= there


def test_the_draft_survives_a_reload(server, page):
    open_step(page, server, "config")
    setting(page, "training.learning_rate").fill("3e-5")
    expect(ref(page, "draft-row")).to_be_visible()
    page.reload()
    expect(setting(page, "training.learning_rate")).to_have_value("3e-5")


def test_leaving_with_unsaved_changes_asks(server, page):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    open_step(page, server, "config")
    setting(page, "training.learning_rate").fill("3e-5")
    expect(ref(page, "draft-row")).to_be_visible()
    page.close(run_before_unload=True)
    page.wait_for_event("close")
    assert asked == ["beforeunload"]


def test_configurations_are_saved_loaded_exported_imported_and_deleted(server, page, tmp_path):
    open_step(page, server, "config")
    setting(page, "training.learning_rate").fill("3e-5")
    ref(page, "open-configs").click()
    ref(page, "config-name").fill("mine")
    ref(page, "configs").get_by_role("button", name="Save", exact=True).click()
    expect(ref(page, "config-list")).to_contain_text("mine")
    with page.expect_download() as download:
        ref(page, "config-export").click()
    exported = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert exported["training"]["learning_rate"] == 3e-5
    ref(page, "config-reset").click()
    expect(setting(page, "training.learning_rate")).not_to_have_value("3e-5")
    ref(page, "open-configs").click()
    page.get_by_role("button", name="Load mine").click()
    expect(ref(page, "configs")).to_be_hidden()
    page.goto(f"{server.url}/#/config")
    expect(setting(page, "training.learning_rate")).to_have_value("3e-5")
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps({"name": "theirs", "training": {"learning_rate": 4e-5}}), encoding="utf-8")
    ref(page, "open-configs").click()
    ref(page, "config-import").set_input_files(file)
    expect(ref(page, "configs")).to_be_hidden()
    page.goto(f"{server.url}/#/config")
    expect(setting(page, "training.learning_rate")).to_have_value("4e-5")
    ref(page, "open-configs").click()
    page.get_by_role("button", name="Delete mine").click()
    ref(page, "confirm-yes").click()
    expect(ref(page, "config-empty")).to_be_visible()


def test_a_file_that_is_no_configuration_is_refused_with_its_reason(server, page, tmp_path):
    open_step(page, server, "model")
    ref(page, "open-configs").click()
    for name, text, why in (
        ("broken.json", "{", "no JSON object"),
        ("typo.json", '{"training": {"learning_rat": 1}}', "learning_rate"),
    ):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        ref(page, "config-import").set_input_files(file)
        expect(ref(page, "config-error")).to_contain_text(why)


def test_the_run_is_shown_as_configuration_curl_and_python(server, page):
    open_step(page, server, "config")
    expect(ref(page, "outside-code")).to_contain_text('"optim"')
    page.get_by_role("tab", name="curl").click()
    expect(ref(page, "outside-code")).to_contain_text("/api/training/start")
    page.get_by_role("tab", name="Python").click()
    expect(ref(page, "outside-code")).to_contain_text("urllib.request")


def test_choosing_a_model_as_recommended_sets_what_suits_it(server, page):
    open_step(page, server, "model")
    page.locator("input[data-model='unsloth/Qwen3-0.6B']").check()
    expect(ref(page, "rail-facts")).to_contain_text("unsloth/Qwen3-0.6B")
    page.get_by_role("radio", name="Advanced").check()
    expect(setting(page, "model.gradient_checkpointing")).to_be_visible()


def test_a_model_that_is_not_there_is_refused_in_words(server, page):
    open_step(page, server, "model")
    ref(page, "other-name").fill("no such model")
    page.get_by_role("button", name="Check and use it").click()
    expect(ref(page, "other-result")).to_have_text(re.compile("There is no such model"))


def with_draft(page, server, file, config):
    """Load a configuration into the wizard, and go to Review."""
    file.write_text(json.dumps(config), encoding="utf-8")
    open_step(page, server, "welcome")
    ref(page, "open-configs").click()
    ref(page, "config-import").set_input_files(file)
    expect(ref(page, "step-model")).to_be_visible()
    open_step(page, server, "train")


def test_the_card_shows_nothing_of_an_earlier_draft_while_a_later_one_is_refused(server, page, tmp_path):
    with_draft(page, server, tmp_path / "some.json", {"prompt": {"template": "solution-only"}})
    expect(ref(page, "ready")).to_be_visible()
    open_step(page, server, "config")
    setting(page, "training.learning_rate").fill("-1")
    expect(ref(page, "actions-text")).to_contain_text("1 thing to settle")
    page.evaluate("() => { location.hash = '#/train' }")
    expect(ref(page, "step-train")).to_be_visible()
    expect(ref(page, "ready")).to_be_hidden()


def test_all_rows_can_be_checked_again_after_a_check_that_failed(server, page, tmp_path):
    path = server.upload("gone.csv", b"question,answer\none?,1\ntwo?,2\n")[1]["path"]
    dataset = {"source": path, "instruction_field": "question", "response_field": "answer"}
    with_draft(page, server, tmp_path / "gone.json", {"dataset": dataset, "prompt": {"template": "solution-only"}})
    check = ref(page, "ready-list").get_by_role("button", name="Check all rows")
    expect(check).to_be_enabled()
    (server.root / path).unlink()
    check.click()
    expect(check).to_be_enabled()


def test_the_card_says_what_keeps_a_run_from_learning_and_mends_it_by_clicks(server, page, tmp_path):
    rows = "".join(f"{n} and one?,{'word ' * 40}{n}\n" for n in range(70))
    path = server.upload("long.csv", f"question,answer\n{rows}".encode())[1]["path"]
    dataset = {"source": path, "instruction_field": "question", "response_field": "answer"}
    lengths = {"max_new_tokens": 16, "max_sequence_length": 128}
    config = {"dataset": dataset, "prompt": {"template": "solution-only"}, "training": lengths}
    with_draft(page, server, tmp_path / "short.json", config)
    expect(ref(page, "ready-busy")).to_be_hidden()
    card = ref(page, "ready-list")
    expect(card.locator("li").first).to_contain_text("it can't be given whole")
    expect(ref(page, "ready-verdict")).to_have_text("1 thing to mend")
    page.get_by_role("button", name="Start training").click()
    expect(ref(page, "start-anyway-text")).to_contain_text("Longest answer: A perfect answer takes up to")
    expect(ref(page, "step-train")).to_be_visible()
    assert violations(page) == []
    card.get_by_role("button", name="Allow").click()
    expect(card).not_to_contain_text("given whole")
    expect(ref(page, "start-anyway")).to_be_hidden()
    card.get_by_role("button", name="Check all rows").click()
    expect(ref(page, "plan-estimate")).to_contain_text("Rows, checked")
    expect(ref(page, "review")).to_contain_text("70, checked")
    card.get_by_role("button", name="Hold out 20 rows").click()
    expect(ref(page, "plan-estimate")).to_contain_text("20")
    card.get_by_role("button", name="Turn the warm-up on").click()
    expect(ref(page, "ready-fine-title")).to_contain_text("first answers")
    ref(page, "run-id").fill("mended")
    page.get_by_role("button", name="Start training").click()
    expect(ref(page, "step-monitor")).to_be_visible()
    started = server.session("mended")["config"]
    assert started["training"]["max_new_tokens"] > 50
    assert (started["dataset"]["validation_samples"], started["pre_training"]["enabled"]) == (100, True)


def test_a_run_that_is_refused_at_its_start_says_why_and_stays_a_draft(server, page):
    open_step(page, server, "train")
    ref(page, "run-id").fill("taken")
    page.get_by_role("button", name="Start training").click()
    expect(ref(page, "step-monitor")).to_be_visible()
    page.goto(f"{server.url}/#/train")
    ref(page, "run-id").fill("taken")
    page.get_by_role("button", name="Start training").click()
    expect(ref(page, "start-error")).to_contain_text("exists")
