"""The whole wizard for real: a file and a reward of one's own, some steps of the embedded model, exports and tests.

The one training of real weights in the suite, so whatever needs one is asked of it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.data.builtin import builtin_rows
from core.paths import Workspace
from core.sessions.scores import verdict
from core.statistics import compare_rewards
from tests.support.browser import open_step, picture, ref
from tests.support.server import Server

BRIEF = """
def reward(response, reference, example):
    words = response.split()
    if not words:
        return 0.0, "nothing was said"
    return max(0.0, 1 - len(words) / 16), str(len(words)) + " words"
"""
SUMS = {"operations": "+", "largest": 20, "second_largest": 9}
STEPS = 3
WARM_UP = {"enabled": True, "max_samples": 20, "batch_size": 4, "learning_rate": 6.3e-4}
"""So few rows that half of the answers stay wordy: that leaves GRPO something to teach."""
CONFIG = {
    "name": "Through the wizard",
    "dataset": {
        "instruction_field": "Question",
        "response_field": "Answer",
        "validation_fraction": 0.3,
        "validation_samples": 48,
    },
    "prompt": {"template": "solution-only"},
    "training": {
        "max_steps": STEPS,
        "batch_size": 16,
        "num_generations": 4,
        "max_new_tokens": 12,
        "max_sequence_length": 128,
        "learning_rate": 3e-4,
        "save_steps": 0,
    },
    "reward": {"type": "composite", "components": [{"preset_name": "exact-match"}, {"custom_name": "brief"}]},
    "pre_training": WARM_UP,
}
RUN_MS, EXPORT_MS, ANSWER_MS = 900_000, 600_000, 180_000


@pytest.mark.slow
def test_a_newcomer_trains_exports_and_tests_the_embedded_model_in_the_browser(page, tmp_path, environment):
    server = Server(tmp_path / "root", environment, worker="core.workers.train")
    server.root.mkdir()
    server.start()
    try:
        session_id = _train(page, server, _given(server, tmp_path))
        _check_learning(server, session_id)
        _export(page)
        _check_proof(server, session_id)
        _test(page)
    finally:
        server.kill()


def _given(server: Server, folder: Path) -> Path:
    """The file of a configuration of an uploaded file, as Excel saves it, and of a saved reward."""
    lines = [
        "Question;Answer",
        *(f"{row['instruction']};{row['response']}" for row in builtin_rows("arithmetic", SUMS)),
    ]
    status, taken = server.upload("Excel export.csv", ("\ufeff" + "\r\n".join(lines) + "\r\n").encode())
    assert status == 201, taken
    assert (
        server.call("PUT", "/api/rewards/custom/brief", {"kind": "python", "source": BRIEF, "range": [0, 1]})[0] == 201
    )
    file = folder / "config.json"
    file.write_text(json.dumps(CONFIG | {"dataset": {**CONFIG["dataset"], "source": taken["path"]}}), encoding="utf-8")
    return file


def _train(page, server: Server, file: Path) -> str:
    """Train through the wizard; the session's id."""
    open_step(page, server, "welcome")
    ref(page, "open-configs").click()
    ref(page, "config-import").set_input_files(file)
    expect(ref(page, "step-model")).to_be_visible()
    page.goto(f"{server.url}/#/train")
    expect(ref(page, "review")).to_contain_text("uploads/Excel-export.csv")
    expect(ref(page, "ready-busy")).to_be_hidden()
    expect(ref(page, "ready-list")).to_contain_text("Grade F")  # brevity alone pays nonsense, and is learnt here
    page.get_by_role("button", name="Start training").click()
    expect(ref(page, "start-anyway-text")).to_contain_text("Grade F")
    page.get_by_role("button", name="Start all the same").click()
    expect(ref(page, "step-monitor")).to_be_visible(timeout=ANSWER_MS)
    expect(ref(page, "session-status")).to_have_text("Completed", timeout=RUN_MS)
    expect(ref(page, "scores").locator(".score")).to_have_count(3)
    page.get_by_role("tab", name="Rollouts").click()
    expect(ref(page, "completions").locator(".completion")).to_have_count(4)
    picture(page, "embedded-rollouts")
    return page.url.partition("#/monitor/")[2].partition("?")[0]


def _check_learning(server: Server, session_id: str) -> None:
    """The warm-up teaches sums, GRPO what the own reward wants, both on rows that were never trained on."""
    session = server.session(session_id)
    base, warm, trained = session["evaluations"]
    assert base["correct"] == 0 < warm["correct"]
    metrics = server.call("GET", f"/api/training/sessions/{session_id}/metrics")[1]["columns"]
    assert metrics["step"] == list(range(1, STEPS + 1))
    for before, after in ((base, warm), (warm, trained)):
        comparison = compare_rewards(before["row_rewards"], after["row_rewards"])
        assert comparison.wins > comparison.losses
        assert comparison.p_value < 0.05, (before["reward"], after["reward"])
    assert trained["rewards"]["brief"] > warm["rewards"]["brief"]
    assert session["verdict"] == verdict(session["evaluations"])
    assert "raised the reward" in verdict([{**score, "marks": ""} for score in (base, warm, trained)])


def _export(page) -> None:
    ref(page, "to-export").click()
    page.locator("[name=export-target][value=f16]").check()
    ref(page, "export-start").click()
    expect(ref(page, "export-status")).to_have_text("Completed", timeout=EXPORT_MS)
    expect(ref(page, "export-files")).to_contain_text("model-q4_k_m.gguf")
    expect(ref(page, "export-files")).to_contain_text("the same")
    expect(ref(page, "use-commands-llama")).to_contain_text(
        f"llama-cli -m {ref(page, 'export-folder').text_content()}/"
    )
    picture(page, "embedded-export")


def _check_proof(server: Server, session_id: str) -> None:
    """Each file says what the adapter says, the wide one almost to the digit."""
    files = server.call("GET", f"/api/exports/{session_id}")[1]["files"]
    wide, small = ({file["target"]: file for file in files}[target] for target in ("f16", "q4_k_m"))
    assert len(files) == 2
    assert wide["difference"] < 0.02 < wide["base_difference"]
    assert small["difference"] < small["base_difference"]
    assert wide["same_token_ids"] and small["same_token_ids"]
    assert "<SOLUTION>" in small["answer"]
    assert not (Workspace(server.root).export(session_id) / ".work").exists()


def _test(page) -> None:
    page.locator(".stepper__link[data-step=test]").click()
    ref(page, "chat-tries").get_by_role("button").first.click()
    ref(page, "chat-prompt").press("Enter")
    reply = ref(page, "chat-list").locator(".reply")
    expect(reply.locator(".reply__total")).to_contain_text("of 2", timeout=ANSWER_MS)
    page.get_by_role("tab", name="Compare").click()
    ref(page, "versus-tries").get_by_role("button").first.click()
    ref(page, "versus-prompt").press("Enter")
    expect(ref(page, "versus-replies").locator(".reply__total").nth(1)).to_contain_text("of 2", timeout=ANSWER_MS)
    picture(page, "embedded-compare")
    page.get_by_role("tab", name="Evaluate").click()
    ref(page, "evaluate-rows").fill("8")
    page.get_by_role("button", name="Start the evaluation").click()
    expect(ref(page, "evaluation-status")).to_have_text("Completed", timeout=ANSWER_MS)
    expect(ref(page, "evaluation-table")).to_contain_text("pass@1")
    picture(page, "embedded-evaluation")
    _score(page)


def _score(page) -> None:
    expect(ref(page, "answers").locator(".answer")).to_have_count(8)
    ref(page, "score-part").locator("summary").click()
    ref(page, "score-reference").fill("53")
    ref(page, "score-response").fill("<SOLUTION>53</SOLUTION>")
    page.get_by_role("button", name="Score it").click()
    expect(ref(page, "score-total")).to_contain_text(re.compile(r"Reward 1\.9\d* of 2"), timeout=ANSWER_MS)
    picture(page, "embedded-test")
