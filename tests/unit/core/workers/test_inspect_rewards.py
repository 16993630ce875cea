"""Trying rewards on given responses."""

import json

from core.config import parse_config
from core.runs.split import load_split
from core.workers.inspect.data import check_start, fields, suggestion
from core.workers.inspect.lengths import answer_lengths
from core.workers.inspect.rewards import reward_bench, reward_own_answers, reward_test

FORMAT = {"preset_name": "solution-format", "weight": 0.5}


def total_of(workspace, *components):
    config = {
        "prompt": {"template": "solution-only"},
        "dataset": {"source": "leg_counting", "kind": "procedural"},
        "reward": {"type": "composite", "components": list(components)},
    }
    row = {"instruction": "1 + 1?", "reference": "2", "response": "<SOLUTION>2</SOLUTION>", "extras": {}}
    answer = reward_test(workspace, {"config": config, "rows": [row]}, None)
    return answer["results"][0]["total"]


def test_an_answer_on_which_a_reward_could_not_run_has_no_total(workspace):
    assert total_of(workspace, FORMAT, {"preset_name": "exact-match"}) == 1.5
    assert total_of(workspace, FORMAT, {"preset_name": "procedural"}) is None


CHOICE = {
    "instruction_field": "question",
    "response_field": "answer",
    "context_field": "options",
    "validation_fraction": 0,
}


def configured(workspace, rows, reward, **dataset):
    (workspace.uploads / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    dataset = {"source": "uploads/rows.jsonl", **dataset}
    return {"prompt": {"template": "solution-only"}, "dataset": dataset, "reward": reward}


def test_options_counted_from_1_reach_a_run_and_the_bench_as_letters(workspace):
    options = {"A": "one", "B": "two", "C": "three", "D": None}
    rows = [{"question": f"{n}?", "options": options, "answer": n % 3 + 1} for n in range(12)]
    reward = {"preset_name": "multiple-choice", "fields": {"choices": "options"}}
    config = configured(workspace, rows, reward, **CHOICE)
    train = load_split(parse_config(config), workspace).train
    assert {row.instruction: row.reference for row in train}["4?\n\nA) one\nB) two\nC) three"] == "B"
    own = reward_test(workspace, {"config": config, "rows": None, "samples": 12}, None)["results"]
    assert [result["total"] for result in own] == [1.0] * 12
    report = reward_bench(workspace, {"config": config, "samples": 12}, lambda *_: None)
    assert report["grade"] == "A"


def test_unanswerable_questions_and_several_answers_reach_question_answering(workspace):
    answers = [["Rome", "the city of Rome"], [], ["7", "seven"]]
    rows = [{"question": f"{n}?", "answers": {"text": answers[n % 3]}} for n in range(12)]
    mapping = {"instruction_field": "question", "response_field": "answers.text"}
    config = configured(workspace, rows, {"preset_name": "question-answering"}, **mapping)
    own = reward_test(workspace, {"config": config, "rows": None, "samples": 12}, None)["results"]
    assert [result["response"] for result in own[:2]] == [
        "<SOLUTION>Rome</SOLUTION>",
        "<SOLUTION>unanswerable</SOLUTION>",
    ]
    assert [result["total"] for result in own] == [1.0] * 12
    assert reward_bench(workspace, {"config": config, "samples": 12}, lambda *_: None)["grade"] == "A"


def test_what_quick_start_proposes_for_a_late_column_can_be_looked_at_measured_and_started(workspace):
    rows = [{"question": f"{n}+{n}?", "answer": str(2 * n)} for n in range(300)]
    rows += [{"question": f"{n}*{n}?", "answer": str(n * n), "context": f"Of {n}."} for n in range(300)]
    dataset = configured(workspace, rows, {})["dataset"]
    proposed = suggestion(workspace, {"dataset": dataset, "model": None}, None)
    assert proposed["dataset"]["context_field"] == "context"
    config = {"config": {name: proposed[name] for name in ("dataset", "prompt", "reward")}}
    check_start(workspace, config, None)
    assert "context" in fields(workspace, config, None)["columns"]
    assert answer_lengths(workspace, config, None)["rows"] == 200
    assert reward_own_answers(workspace, {**config, "samples": 20}, None)["full"] == 1.0


def test_rows_that_pass_a_filter_are_looked_for_among_later_ones(workspace):
    rows = [{"question": f"{n}+{n}?", "answer": str(2 * n), "level": n // 300} for n in range(600)]
    filters = [{"field": "level", "comparison": "equals", "value": 1}]
    mapping = {"instruction_field": "question", "response_field": "answer", "filters": filters}
    config = {"config": configured(workspace, rows, {"preset_name": "exact-match"}, **mapping)}
    assert reward_own_answers(workspace, {**config, "samples": 20}, None)["rows"] == 20
    assert answer_lengths(workspace, config, None)["rows"] == 200
    proposed = suggestion(workspace, {"dataset": config["config"]["dataset"], "model": None}, None)
    assert proposed["own_answers"]["rows"] == 20
