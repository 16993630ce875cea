"""Step 6 in the browser: choosing, exporting for real, proofs, downloads, commands, deleting, the hub."""

import json

import pytest
from playwright.sync_api import expect

from core.jsonfile import write_json
from core.paths import Workspace
from tests.support.browser import open_step, ref
from tests.support.past_exports import write_adapter_files, write_export, write_log
from tests.support.past_runs import write_run
from tests.support.trained_run import write_trained_run

REAL_EXPORT_MS = 120_000


@pytest.fixture(scope="module")
def exported(shared_server):
    """A server with runs of the past: one exported, one not, one whose export failed."""
    workspace = Workspace(shared_server.root)
    for name in ("made", "bare", "failed"):
        write_run(workspace, name, steps=3, groups=0, name=name.title())
        write_adapter_files(workspace.session(name).adapter, 5000)
    write_export(workspace, "made", ["adapter", "f16", "q4_k_m"])
    failure = {"cause": "The file differs.", "cure": "Choose a larger type.", "code": "error", "log_tail": "last words"}
    write_log(workspace.export("failed"), [("starting", {"device": "cpu"}), ("failed", failure)])
    return shared_server


def card(page, title):
    return page.locator("label.choice").filter(has_text=title)


def test_forms_are_chosen_with_their_sizes_and_the_room_they_need(exported, page):
    open_step(page, exported, "export", "/bare")
    expect(card(page, "GGUF Q4_K_M").locator("input")).to_be_checked()
    expect(card(page, "GGUF Q4_K_M")).to_contain_text("Recommended")
    expect(ref(page, "export-room")).to_contain_text("1 form, about")
    card(page, "GGUF Q8_0").click()
    expect(ref(page, "export-room")).to_contain_text("2 forms, about")
    expect(ref(page, "export-room")).to_contain_text("needed while working")
    for title in ("GGUF Q4_K_M", "GGUF Q8_0"):
        card(page, title).click()
    expect(ref(page, "export-start")).to_be_disabled()


def test_what_can_not_be_made_says_why(exported, page):
    config = Workspace(exported.root).session("bare").adapter / "adapter_config.json"
    before = config.read_text(encoding="utf-8")
    write_json(config, {**json.loads(before), "use_dora": True})
    open_step(page, exported, "export", "/bare")
    offer = card(page, "LoRA adapter as GGUF")
    expect(offer).to_contain_text("DoRA")
    expect(offer.locator("input")).to_be_disabled()
    config.write_text(before, encoding="utf-8")


def test_files_show_their_proof_and_are_downloaded(exported, page):
    open_step(page, exported, "export", "/made")
    files = ref(page, "export-files").locator(".proof")
    expect(files).to_have_count(3)
    made = files.filter(has_text="model-q4_k_m.gguf")
    expect(made).to_contain_text("Proven")
    made.locator("summary").click()
    expect(made).to_contain_text("nats of 1 allowed")
    with page.expect_download() as download:
        made.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "made-q4_k_m.gguf"
    with page.expect_download() as folder:
        files.filter(has_text="adapter/").get_by_role("link", name="Download").click()
    assert folder.value.suggested_filename.endswith(".zip")


def test_commands_have_the_real_path_of_the_chosen_file(exported, page):
    open_step(page, exported, "export", "/made")
    folder = Workspace(exported.root).export("made")
    expect(ref(page, "use-llama")).to_contain_text(f"llama-cli -m {folder}/model-q4_k_m.gguf")
    page.get_by_role("tab", name="Ollama").click()
    expect(ref(page, "use-ollama")).to_contain_text(f"ollama create made -f {folder}/Modelfile")
    ref(page, "use-file").select_option("f16")
    expect(ref(page, "use-ollama")).to_contain_text(f"ollama create made:f16 -f {folder}/Modelfile-f16")
    ref(page, "use-file").select_option("adapter")
    expect(ref(page, "use-python")).to_contain_text("PeftModel.from_pretrained")


def test_a_failed_export_says_what_to_do_and_shows_its_log(exported, page):
    open_step(page, exported, "export", "/failed")
    expect(ref(page, "export-status")).to_have_text("Failed")
    expect(ref(page, "export-failure-text")).to_have_text("The file differs. Choose a larger type.")
    ref(page, "export-failure-log").locator("summary").click()
    expect(ref(page, "export-log-tail")).to_have_text("last words")


def test_a_push_names_the_field_that_is_wrong_and_forgets_the_token(exported, page):
    open_step(page, exported, "export", "/made")
    ref(page, "export-push").locator("summary").click()
    ref(page, "push-repo").fill("no slash")
    ref(page, "push-token").fill("hf_secret")
    ref(page, "push-start").click()
    expect(ref(page, "push-repo-error")).to_contain_text("owner/name")
    expect(ref(page, "push-repo")).to_have_attribute("aria-invalid", "true")
    expect(ref(page, "push-token")).to_have_value("")
    ref(page, "push-repo").fill("me/mine")
    ref(page, "push-start").click()
    expect(ref(page, "push-token-error")).to_be_visible()
    assert "hf_secret" not in page.content()


def test_a_file_is_deleted_after_a_question(exported, page):
    write_export(Workspace(exported.root), "bare", ["f16", "q8_0"])
    open_step(page, exported, "export", "/bare")
    row = ref(page, "export-files").locator(".proof").filter(has_text="model-f16.gguf")
    row.get_by_role("button", name="Delete").click()
    ref(page, "confirm-yes").click()
    expect(row).to_have_count(0)
    assert not (Workspace(exported.root).export("bare") / "model-f16.gguf").exists()


def test_a_run_is_exported_for_real_and_another_tab_sees_it(exported, page, browser):
    write_trained_run(Workspace(exported.root), "tiny")
    open_step(page, exported, "export", "/tiny")
    card(page, "GGUF Q8_0").click()
    other = browser.new_page()
    open_step(other, exported, "export", "/tiny")
    ref(page, "export-start").click()
    expect(ref(page, "export-stages").locator("li").first).to_contain_text("Merge")
    expect(ref(page, "export-cancel")).to_be_enabled()
    expect(ref(page, "export-start")).to_be_disabled()
    for tab in (page, other):
        expect(ref(tab, "export-files").locator(".proof")).to_have_count(2, timeout=REAL_EXPORT_MS)
    other.close()
    expect(ref(page, "export-state")).to_be_hidden()
    expect(card(page, "GGUF Q8_0")).to_contain_text("There already")


def test_without_a_trained_run_the_way_to_one_is_shown(server, page):
    open_step(page, server, "export")
    expect(ref(page, "export-none")).to_be_visible()
    expect(ref(page, "export-body")).to_be_hidden()
