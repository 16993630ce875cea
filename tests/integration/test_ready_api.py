"""What the start button knows, over REST: measured on request, kept, and asked for a second word at the start."""

import json

import pytest

from core.prompts.builtin import SOLUTION_ONLY
from tests.integration.test_datasets_api import tiny

__all__ = ["tiny"]

READY, PLAN, START = "/api/training/ready", "/api/training/plan", "/api/training/start"
NUMBERS = ["one", "two", "three", "four", "five", "six"]
ALWAYS = "def reward(response, reference, example):\n    return 1.0, 'well done'\n"
READS = (
    "def reward(completions, answer, hint, **kwargs):\n    return [float(h in c) for c, h in zip(completions, hint)]\n"
)


@pytest.fixture(scope="module")
def sums(shared_server, tiny):
    """A configuration of an uploaded file and a model with a tokenizer of its own."""
    rows = [{"question": f"{a} and {b}?", "answer": f"{a} {b} {a} {b}"} for a in NUMBERS for b in NUMBERS]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path = shared_server.upload("sums.jsonl", data)[1]["path"]
    return {
        "model": {"name": tiny},
        "dataset": {"source": path, "instruction_field": "question", "response_field": "answer"},
        "prompt": {"template": SOLUTION_ONLY.name},
        "reward": {"type": "preset", "preset_name": "exact-match"},
        "training": {"max_new_tokens": 2, "max_sequence_length": 512},
        "pre_training": {"enabled": True, "max_samples": 4},
    }


@pytest.fixture(scope="module")
def measured(shared_server, sums):
    """The findings of the plan before, of the request that measures, and of the plan afterwards; each by its key."""
    answers = [shared_server.call("POST", path, {"config": sums}) for path in (PLAN, READY, PLAN)]
    assert [status for status, _ in answers] == [200] * 3, answers
    return [{finding["key"]: finding for finding in answer["ready"]} for _, answer in answers]


def test_a_plan_measures_nothing_and_says_so(measured):
    before, _, _ = measured
    assert [before[key]["level"] for key in ("bench", "own_answers", "answer_length")] == ["pending"] * 3


def test_the_findings_are_measured_on_request_and_the_plan_knows_them_afterwards(measured):
    _, found, after = measured
    assert found == after
    assert (found["bench"]["value"], found["own_answers"]["value"]) == ("A", 1.0)
    assert found["answer_length"]["value"] > 2
    assert found["model"]["text"] == "model is on this machine."
    assert next(iter(found)) == "answer_length"


def test_what_suits_the_data_is_in_the_plan(shared_server, sums, measured):
    recommended = shared_server.call("POST", PLAN, {"config": sums})[1]["recommended"]
    assert recommended == {"training.max_new_tokens": 48}
    assert measured[2]["answer_length"]["mend"]["settings"] == recommended


def test_a_run_whose_answers_cannot_fit_is_started_by_a_second_word_only(shared_server, sums, measured):
    status, refused = shared_server.call("POST", START, {"session_id": "short", "config": sums})
    assert (status, refused["error"]["code"]) == (409, "needs_consent")
    assert '"start_anyway": true' in refused["error"]["hint"]
    assert "can't be given whole" in refused["error"]["fields"]["training.max_new_tokens"]
    wanted = {"session_id": "short", "config": sums, "start_anyway": True}
    assert shared_server.call("POST", START, wanted)[0] == 202
    notices = [notice["message"] for notice in shared_server.session("short")["notices"]]
    assert any(message.startswith("Started all the same: A perfect answer takes") for message in notices)
    fork = "/api/training/sessions/short/fork"
    assert shared_server.call("POST", fork, {"session_id": "fork"})[0] == 409
    mended = {"session_id": "fork", "config": {"training": {"max_new_tokens": 48}}}
    assert shared_server.call("POST", fork, mended)[0] == 202


def test_a_start_that_nobody_has_looked_at_before_is_refused_for_a_reward_of_grade_f(shared_server, sums):
    assert shared_server.call("PUT", "/api/rewards/custom/always", {"kind": "python", "source": ALWAYS})[0] == 201
    reward = {"type": "custom", "custom_name": "always"}
    config = {**sums, "reward": reward, "training": {**sums["training"], "max_new_tokens": 64}}
    status, refused = shared_server.call("POST", START, {"config": config})
    assert (status, list(refused["error"]["fields"])) == (409, ["reward.type"])
    assert refused["error"]["message"].startswith("Reward Bench: Grade F. ")


def test_a_start_that_nobody_has_looked_at_before_measures_the_answers(shared_server, sums):
    config = {**sums, "prompt": {"template": "plain"}}
    status, refused = shared_server.call("POST", START, {"config": config})
    assert (status, list(refused["error"]["fields"])) == (409, ["training.max_new_tokens"])


def test_what_cannot_be_measured_keeps_no_run_from_starting(shared_server, sums):
    judge = {"url": "http://127.0.0.1:9/v1", "model": "some", "rubric": "Is it right?"}
    reward = {"type": "composite", "components": [{"judge": judge}]}
    config = {**sums, "reward": reward, "training": {**sums["training"], "max_new_tokens": 64}}
    assert shared_server.call("POST", START, {"session_id": "unmeasured", "config": config})[0] == 202


def test_a_check_counts_for_a_saved_reward_that_reads_a_column(shared_server, sums):
    assert shared_server.call("PUT", "/api/rewards/custom/reads", {"kind": "python", "source": READS})[0] == 201
    rows = [{"question": f"{a} and {b}?", "answer": a, "hint": b} for a in NUMBERS for b in NUMBERS]
    path = shared_server.upload("hints.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())[1]["path"]
    reward = {"type": "custom", "custom_name": "reads"}
    config = {**sums, "dataset": {**sums["dataset"], "source": path}, "reward": reward}
    job = shared_server.job(shared_server.call("POST", "/api/datasets/check", {"config": config})[1]["job_id"])
    assert job["status"] == "completed", job
    plan = shared_server.call("POST", PLAN, {"config": config})[1]
    assert plan["estimate"]["is_checked"]
    assert {f["key"]: f["level"] for f in plan["ready"]}["answer_length"] != "pending"
