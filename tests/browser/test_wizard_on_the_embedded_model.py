"""The whole wizard for real: a file of one's own, a few steps of the embedded model, an export and its test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import open_step, picture, ref
from tests.support.server import Server

CONFIG = {
    "name": "Through the wizard",
    "dataset": {
        "source": "uploads/sums.csv",
        "instruction_field": "question",
        "response_field": "answer",
        "validation_fraction": 0.2,
        "validation_samples": 8,
    },
    "prompt": {"template": "solution-only"},
    "training": {
        "max_steps": 2,
        "batch_size": 8,
        "num_generations": 4,
        "max_new_tokens": 12,
        "max_sequence_length": 128,
        "learning_rate": 1e-4,
    },
    "reward": {"type": "preset", "preset_name": "exact-match"},
    "pre_training": {"enabled": True, "max_samples": 16, "learning_rate": 5e-4},
}
RUN_MS, EXPORT_MS = 300_000, 180_000


@pytest.mark.slow
def test_a_newcomer_trains_exports_and_tests_the_embedded_model_in_the_browser(browser, tmp_path, environment):
    server = Server(tmp_path / "root", environment, worker="core.workers.train")
    server.root.mkdir()
    server.start()
    try:
        rows = "".join(f"What is {a} + {b}?,{a + b}\n" for a in range(10, 20) for b in range(1, 9))
        assert server.upload("sums.csv", f"question,answer\n{rows}".encode())[0] == 201
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        file = tmp_path / "config.json"
        file.write_text(json.dumps(CONFIG), encoding="utf-8")
        _train(page, server, file)
        _export(page)
        _test(page)
    finally:
        server.kill()


def _train(page, server: Server, file: Path) -> None:
    open_step(page, server, "welcome")
    ref(page, "open-configs").click()
    ref(page, "config-import").set_input_files(file)
    expect(ref(page, "step-model")).to_be_visible()
    page.goto(f"{server.url}/#/train")
    expect(ref(page, "review")).to_contain_text("uploads/sums.csv")
    page.get_by_role("button", name="Start training").click()
    expect(ref(page, "step-monitor")).to_be_visible(timeout=60_000)
    expect(ref(page, "session-status")).to_have_text("Completed", timeout=RUN_MS)
    expect(ref(page, "scores").locator(".score")).to_have_count(3)
    page.get_by_role("tab", name="Rollouts").click()
    expect(ref(page, "completions").locator(".completion")).to_have_count(4)
    picture(page, "embedded-rollouts")


def _export(page) -> None:
    ref(page, "to-export").click()
    ref(page, "export-start").click()
    expect(ref(page, "export-status")).to_have_text("Completed", timeout=EXPORT_MS)
    expect(ref(page, "export-files")).to_contain_text("model-q4_k_m.gguf")
    expect(ref(page, "export-files")).to_contain_text("the same")
    expect(ref(page, "use-commands-llama")).to_contain_text(
        f"llama-cli -m {ref(page, 'export-folder').text_content()}/"
    )
    picture(page, "embedded-export")


def _test(page) -> None:
    page.locator(".stepper__link[data-step=test]").click()
    ref(page, "chat-tries").get_by_role("button").first.click()
    ref(page, "chat-prompt").press("Enter")
    reply = ref(page, "chat-list").locator(".reply")
    expect(reply.locator(".reply__total")).to_contain_text("of 1", timeout=60_000)
    page.get_by_role("tab", name="Compare").click()
    ref(page, "versus-tries").get_by_role("button").first.click()
    ref(page, "versus-prompt").press("Enter")
    expect(ref(page, "versus-replies").locator(".reply__total").nth(1)).to_contain_text("of 1", timeout=120_000)
    picture(page, "embedded-compare")
    page.get_by_role("tab", name="Evaluate").click()
    ref(page, "evaluate-rows").fill("8")
    page.get_by_role("button", name="Start the evaluation").click()
    expect(ref(page, "evaluation-status")).to_have_text("Completed", timeout=120_000)
    expect(ref(page, "evaluation-table")).to_contain_text("pass@1")
    picture(page, "embedded-evaluation")
    _score(page)


def _score(page) -> None:
    expect(ref(page, "answers").locator(".answer")).to_have_count(8)
    ref(page, "score-part").locator("summary").click()
    ref(page, "score-reference").fill("53")
    ref(page, "score-response").fill("<SOLUTION>53</SOLUTION>")
    page.get_by_role("button", name="Score it").click()
    expect(ref(page, "score-total")).to_contain_text("Reward 1 of 1", timeout=60_000)
    picture(page, "embedded-test")
