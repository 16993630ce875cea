"""Step 6: choosing, exporting for real, proofs, downloads, commands, deleting."""

import json
import os

import pytest
from playwright.sync_api import expect

from core.jsonfile import read_json, write_json
from core.paths import Workspace
from tests.browser.conftest import watched
from tests.support.browser import SIZES, open_step, picture, ref, settle, violations
from tests.support.past_exports import write_adapter_files, write_export, write_log
from tests.support.past_runs import write_run
from tests.support.trained_run import write_trained_run

SLOW_MS = 180_000
FAILURE = {"cause": "The disk is full.", "cure": "Free some space.", "code": "disk_full", "log_tail": "last words"}
HUGE = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 65536, "vocab_size": 128_000}
HUGE |= {"intermediate_size": 262_144, "num_hidden_layers": 5000, "num_attention_heads": 64, "num_key_value_heads": 64}


@pytest.fixture(scope="module")
def exported(shared_server):
    """A server with runs of the past: exported, never exported, failed, and trained on after its export."""
    workspace = Workspace(shared_server.root)
    for name in ("made", "bare", "failed", "old", "huge"):
        write_run(workspace, name, steps=3, groups=0, name=name.title())
        write_adapter_files(workspace.session(name).adapter, 5000)
    write_export(workspace, "made", ["adapter", "merged", "f16", "q4_k_m"])
    write_export(workspace, "old", ["f16", "q8_0"])
    (workspace.session("old").adapter / "adapter_model.safetensors").write_bytes(b"trained on")
    os.utime(workspace.session("old").adapter / "adapter_model.safetensors", (2e9, 2e9))
    write_json(workspace.export("failed") / "export.json", {"targets": ["q4_k_m"]})
    phase = ("phase", {"phase": "converting", "detail": ""})
    write_log(workspace.export("failed"), [("starting", {"device": "cpu"}), phase, ("failed", FAILURE)])
    (workspace.root / "huge-model").mkdir()
    write_json(workspace.root / "huge-model" / "config.json", HUGE)
    config = read_json(workspace.session("huge").config)
    write_json(workspace.session("huge").config, {**config, "model": {**config["model"], "name": "huge-model"}})
    return shared_server


def show(page, server, session):
    open_step(page, server, "export", f"/{session}")
    expect(ref(page, "export-facts")).to_contain_text("Goes to")


def box(page, name):
    return page.locator(f"[name=export-target][value='{name}']")


def row(page, target):
    return page.locator(f".export-file[data-target='{target}']")


def commands(page, program):
    page.get_by_role("tab", name=program).click()
    return ref(page, "export-use").get_by_role("tabpanel", name=program)


def test_files_are_chosen_with_their_sizes_and_the_room_they_need(exported, page):
    show(page, exported, "bare")
    expect(box(page, "q4_k_m")).to_be_checked()
    expect(page.locator(".export-target").first).to_contain_text("Recommended")
    expect(ref(page, "export-room")).to_contain_text("1 file, about")
    page.get_by_role("checkbox", name="Q8_0").check()
    expect(ref(page, "export-room")).to_contain_text("2 files, about")
    expect(ref(page, "export-room")).to_contain_text("needed while working")
    expect(ref(page, "export-start")).to_be_enabled()
    ref(page, "export-session").select_option("made")
    expect(box(page, "q8_0")).not_to_be_checked()
    ref(page, "export-session").select_option("bare")
    expect(box(page, "q8_0")).to_be_checked()
    for name in ("q4_k_m", "q8_0"):
        box(page, name).uncheck()
    expect(ref(page, "export-room")).to_have_text("Nothing is chosen yet.")
    expect(ref(page, "export-start")).to_be_disabled()


def test_rarer_types_are_shown_when_asked_for_and_counted_when_chosen(exported, page):
    show(page, exported, "bare")
    expect(box(page, "q6_k")).to_be_hidden()
    ref(page, "export-rare-title").click()
    box(page, "q6_k").check()
    expect(ref(page, "export-rare-title")).to_have_text("4 more types, 1 chosen")


def test_what_can_not_be_made_says_why(exported, page):
    config = Workspace(exported.root).session("bare").adapter / "adapter_config.json"
    before = config.read_text(encoding="utf-8")
    write_json(config, {**json.loads(before), "use_dora": True})
    show(page, exported, "bare")
    expect(page.locator(".export-target").filter(has=box(page, "adapter_gguf"))).to_contain_text("DoRA")
    expect(box(page, "adapter_gguf")).to_be_disabled()
    config.write_text(before, encoding="utf-8")


def test_an_export_that_does_not_fit_says_by_how_much(exported, page):
    show(page, exported, "huge")
    expect(ref(page, "export-room-problem")).to_contain_text("TB are needed while working")
    expect(ref(page, "export-room-problem")).to_contain_text("too little")
    expect(ref(page, "export-start")).to_be_disabled()


def test_files_that_are_there_are_marked_and_replaced_on_purpose_only(exported, page):
    show(page, exported, "made")
    expect(box(page, "q4_k_m")).not_to_be_checked()
    expect(page.locator(".export-target").first).to_contain_text("Made")
    box(page, "q4_k_m").check()
    expect(ref(page, "export-room-more")).to_contain_text("takes the place of what is there")


def test_files_show_their_proof_and_are_downloaded(exported, page):
    show(page, exported, "made")
    expect(page.locator(".export-file")).to_have_count(4)
    expect(row(page, "q4_k_m")).to_contain_text("Proven")
    expect(row(page, "q4_k_m").locator("summary")).to_contain_text("0.01 nats from your adapter (1 allowed)")
    row(page, "q4_k_m").locator("summary").click()
    expect(row(page, "q4_k_m")).to_contain_text("the same as in training")
    expect(row(page, "q4_k_m").locator(".export-file__answer")).to_be_visible()
    for target, name in (("q4_k_m", "made-q4_k_m.gguf"), ("adapter", "made-adapter.zip")):
        with page.expect_download() as download:
            row(page, target).get_by_role("link", name="Download").click()
        assert download.value.suggested_filename == name
    with page.expect_download() as everything:
        ref(page, "export-all").click()
    assert everything.value.suggested_filename == "made.zip"


def test_a_path_is_copied_whole(exported, page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show(page, exported, "made")
    row(page, "f16").get_by_role("button", name="Copy the path").click()
    expect(ref(page, "toast-text")).to_have_text("Copied.")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == str(Workspace(exported.root).export("made") / "model-f16.gguf")


def test_a_file_can_be_tested_at_once(exported, page):
    show(page, exported, "made")
    row(page, "q4_k_m").get_by_role("link", name="Test").click()
    expect(ref(page, "step-test")).to_be_visible()
    assert "model=exports%2Fmade%2Fmodel-q4_k_m.gguf" in page.url


def test_files_of_an_earlier_adapter_are_out_of_date_and_chosen_again(exported, page):
    show(page, exported, "old")
    expect(row(page, "q8_0")).to_contain_text("Out of date")
    expect(ref(page, "export-stale")).to_contain_text("2 files are out of date")
    page.get_by_role("button", name="Choose them again").click()
    expect(box(page, "f16")).to_be_checked()
    expect(box(page, "q8_0")).to_be_checked()
    expect(ref(page, "export-start")).to_be_focused()


def test_commands_have_the_real_path_of_the_chosen_file(exported, page):
    show(page, exported, "made")
    folder = Workspace(exported.root).export("made")
    expect(commands(page, "llama.cpp")).to_contain_text(f"llama-cli -m {folder}/model-q4_k_m.gguf -sys ")
    expect(commands(page, "Ollama")).to_contain_text(f"ollama create made -f {folder}/Modelfile")
    ref(page, "use-modelfile-part").locator("summary").click()
    expect(ref(page, "use-modelfile-text")).to_contain_text("FROM ./model-q4_k_m.gguf")
    ref(page, "use-file").select_option("f16")
    expect(commands(page, "Ollama")).to_contain_text(f"ollama create made-f16 -f {folder}/Modelfile-f16")
    expect(commands(page, "LM Studio")).to_contain_text(f"lora-craft/made-f16 {folder}/model-f16.gguf")
    ref(page, "use-file").select_option("merged")
    expect(commands(page, "Python")).to_contain_text(f'folder = "{folder}/merged"')
    expect(commands(page, "Ollama")).to_contain_text("takes a GGUF file")
    ref(page, "use-file").select_option("adapter")
    expect(commands(page, "Python")).to_contain_text("PeftModel.from_pretrained")
    page.get_by_role("radio", name="Downloaded").check()
    expect(commands(page, "Python")).to_contain_text('folder = "./made-adapter"')


def test_a_failed_export_says_what_to_do_and_shows_its_log(exported, page):
    show(page, exported, "failed")
    expect(ref(page, "export-state")).to_contain_text("The export failed")
    expect(ref(page, "export-failure")).to_contain_text("The disk is full.")
    expect(ref(page, "export-failure-cure")).to_have_text("Free some space.")
    expect(page.locator(".stage[data-state=failed]")).to_contain_text("Convert to GGUF")
    ref(page, "export-failure-log").locator("summary").click()
    expect(ref(page, "export-log-tail")).to_have_text("last words")
    expect(ref(page, "export-again")).to_be_enabled()


def test_a_run_without_an_adapter_says_so(exported, page):
    write_run(Workspace(exported.root), "unsaved", steps=3, groups=0, name="Unsaved")
    events = Workspace(exported.root).session("unsaved").events
    lines = [line for line in events.read_text(encoding="utf-8").splitlines() if json.loads(line)["kind"] != "saved"]
    events.write_text("\n".join(lines) + "\n", encoding="utf-8")
    open_step(page, exported, "export", "/unsaved")
    expect(ref(page, "export-unsaved")).to_contain_text("there is nothing to export")
    expect(ref(page, "export-form")).to_be_hidden()
    ref(page, "export-session").select_option("made")
    expect(ref(page, "export-form")).to_be_visible()


def test_without_a_trained_run_the_way_to_one_is_shown(server, page):
    open_step(page, server, "export")
    expect(ref(page, "export-none")).to_be_visible()
    expect(ref(page, "export-body")).to_be_hidden()


def test_files_are_deleted_after_a_question_one_by_one_and_together(exported, page):
    folder = write_export(Workspace(exported.root), "bare", ["f16", "q8_0", "q4_k_m"])
    show(page, exported, "bare")
    row(page, "f16").get_by_role("button", name="Delete").click()
    expect(ref(page, "confirm-text")).to_contain_text("model-f16.gguf")
    ref(page, "confirm-yes").click()
    expect(row(page, "f16")).to_have_count(0)
    expect(ref(page, "export-files-title")).to_be_focused()
    assert not (folder / "model-f16.gguf").exists()
    ref(page, "export-delete-all").click()
    ref(page, "confirm-yes").click()
    expect(ref(page, "export-made")).to_be_hidden()
    expect(ref(page, "export-new-title")).to_be_focused()
    assert not folder.exists()


def test_a_proof_stays_open_when_a_file_above_it_goes(exported, page):
    write_export(Workspace(exported.root), "bare", ["f16", "q8_0"])
    show(page, exported, "bare")
    row(page, "q8_0").locator("summary").click()
    row(page, "f16").get_by_role("button", name="Delete").click()
    ref(page, "confirm-yes").click()
    expect(row(page, "f16")).to_have_count(0)
    expect(row(page, "q8_0").locator("dl")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_opened_out_it_has_no_violations_and_does_not_overflow(exported, browser, size, theme):
    width, height = SIZES[size]
    how = {"viewport": {"width": width, "height": height}, "color_scheme": theme, "reduced_motion": "reduce"}
    with watched(browser, **how) as page:
        for session in ("failed", "old", "made"):
            show(page, exported, session)
            page.evaluate("() => document.querySelectorAll('.step--export details').forEach((d) => (d.open = true))")
            settle(page)
            picture(page, f"export-{session}-{size}-{theme}")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
            assert violations(page) == []


def test_a_run_is_exported_for_real_seen_by_two_tabs_and_after_a_reload(exported, page, browser):
    write_trained_run(Workspace(exported.root), "tiny")
    show(page, exported, "tiny")
    box(page, "q4_k_m").uncheck()  # which rounds a model of so few weights too coarsely to be proven
    for name in ("f16", "q8_0"):
        box(page, name).check()
    with watched(browser) as other:
        show(other, exported, "tiny")
        ref(page, "export-start").click()
        expect(ref(page, "export-state-title")).to_be_focused()
        expect(ref(page, "export-state-title")).to_have_text("Exporting 2 files")
        expect(page.locator(".stage[data-state=now]")).to_contain_text("Merge")
        expect(ref(page, "export-start")).to_be_disabled()
        page.reload()
        expect(ref(page, "export-status")).to_have_text("Running")
        assert violations(page) == []
        for tab in (page, other):
            expect(ref(tab, "export-done-text")).to_contain_text("2 files in", timeout=SLOW_MS)
            expect(tab.locator(".export-file")).to_have_count(2)
    expect(ref(page, "toast-text")).to_contain_text("The export is complete")
    expect(page.locator(".stage:not([data-state=done])")).to_have_count(0)
    expect(row(page, "q8_0")).to_contain_text("Proven")
    expect(box(page, "f16")).not_to_be_checked()
    page.get_by_role("button", name="See your files").click()
    expect(ref(page, "export-files-title")).to_be_focused()
    picture(page, "export-real")


def test_an_export_is_cancelled_after_a_question(exported, page):
    write_trained_run(Workspace(exported.root), "given-up")
    show(page, exported, "given-up")
    ref(page, "export-start").click()
    expect(page.locator(".stage[data-state=now]")).to_contain_text("Merge", timeout=SLOW_MS)
    ref(page, "export-cancel").click()
    ref(page, "confirm-yes").click()
    expect(ref(page, "export-state-title")).to_have_text("The export was cancelled", timeout=SLOW_MS)
    expect(ref(page, "export-stopped")).to_be_visible()
    expect(ref(page, "export-start")).to_be_enabled()
    assert list(Workspace(exported.root).export("given-up").glob("*.gguf")) == []
