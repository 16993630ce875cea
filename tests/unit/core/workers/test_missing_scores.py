"""A missing score is never counted as 0: in stored groups, held-out scores and scores of exported files."""

import json
from statistics import fmean

import pytest

from core.data.mapping import Row
from core.prompts.builtin import SOLUTION_ONLY
from core.rewards.base import Example, NotRun, Score
from core.rewards.for_trl import TrlReward
from core.rewards.library.answers import exact_match
from core.rewards.scoring import EachAlone, Together
from core.runs.groups import annotated, is_flat
from core.workers.export.score import side_by_side
from core.workers.held_out_score import judged
from core.workers.train.rollouts import RolloutRecorder
from tests.support.groups import group

MARKERS = SOLUTION_ONLY.markers
WEIGHTS = {"truth": 1.0, "style": 0.5}
ANSWERS = [f"<SOLUTION>{text}</SOLUTION>" for text in ("1", "1 or so", "2", "?")]
END = 7


def style(response, reference, example):
    if "?" in response:
        raise NotRun("nothing to judge")
    if "or so" in response:
        return 1 / 0
    return Score(1.0, "fine")


def rewards():
    parts = (EachAlone("truth", exact_match, True), EachAlone("style", style, False))
    return [TrlReward(part, MARKERS) for part in parts]


def stored(folder, token_ids):
    used = rewards()
    recorder = RolloutRecorder(folder, used, WEIGHTS, 4, {END})
    columns = {"reference": ["1"] * 4, "instruction": ["What is 1?"] * 4, "completion_ids": token_ids}
    for reward in used:
        reward([[{"role": "assistant", "content": answer}] for answer in ANSWERS], **columns)
    event = recorder.record(1, ["prompt"] * 4, [0.7, 0.0, -0.7, 0.0])
    return json.loads((folder / event["file"]).read_text(encoding="utf-8"))["completions"], event


def test_a_stored_completion_without_a_score_has_no_reward_and_no_advantage(tmp_path):
    completions, event = stored(tmp_path, [[1, END]] * 4)
    assert [one["reward"] for one in completions] == [1.5, None, 0.5, None]
    assert [one["advantage"] for one in completions] == [0.7, None, -0.7, None]
    assert completions[1]["scores"]["style"]["reason"] == "ZeroDivisionError: division by zero"
    assert [one["reward"] for one in event["sample"]] == [1.5, 0.5]


def test_a_completion_that_ends_at_the_last_token_was_not_cut(tmp_path):
    completions, _ = stored(tmp_path, [[1, 2, END], [1, 2, 3], [END], []])
    assert [one["truncated"] for one in completions] == [False, True, False, True]


def test_a_group_of_an_older_run_which_counted_0_is_still_read():
    scores = {"truth": {"value": None, "reason": "no tests", "kind": "not_run"}}
    older = {"text": "a", "tokens": 3, "truncated": False, "reward": 0.0, "advantage": -0.72, "scores": scores}
    assert is_flat(annotated(group(older, older), MARKERS))


def test_several_rewards_tried_as_one_have_a_score_only_where_all_have():
    together = Together("together", [reward.scorer for reward in rewards()], WEIGHTS)
    outcomes = together.score_all(ANSWERS, ["1"] * 4, [Example("What is 1?", MARKERS, {})] * 4)
    assert [outcome.kind for outcome in outcomes] == ["scored", "failed", "scored", "not_run"]
    assert outcomes[3].problem == "nothing to judge"


def test_a_held_out_score_is_about_the_rows_that_have_one():
    found = judged([Row("What is 1?", "1")] * 4, ANSWERS, rewards(), WEIGHTS)
    assert found["row_rewards"] == [1.5, None, 0.5, None]
    assert found["reward"] == fmean([1.5, 0.5])
    assert (found["marks"], found["correct"], found["scored"]) == ("1000", 1, 4)
    assert found["unscored"] == {"style": 2}


def test_an_answer_that_no_reward_could_mark_is_neither_right_nor_wrong():
    unmarked = [TrlReward(EachAlone("style", style, True), MARKERS)]
    found = judged([Row("What is 1?", "1")] * 4, ANSWERS, unmarked, WEIGHTS)
    assert (found["marks"], found["correct"], found["scored"], found["reward"]) == ("1-1-", 2, 2, 0.5)
    nothing = judged([Row("What is 1?", "1")] * 2, ANSWERS[1:2] * 2, unmarked, WEIGHTS)
    assert (nothing["correct"], nothing["scored"], nothing["reward"]) == (None, 0, None)


def test_a_file_and_its_adapter_are_compared_on_the_rows_that_both_have_a_score_for():
    file = {"row_rewards": [1.0, None, 0.0, 1.0], "marks": "1-01"}
    adapter = {"row_rewards": [9.0, 1.0, 1.0, 1.0, None], "marks": "0111-"}
    found = side_by_side(file, adapter, [1, 2, 3, 4], "Slow.")
    assert (found["rows"], found["correct"], found["adapter_correct"]) == (2, 1, 2)
    assert (found["reward"], found["adapter_reward"]) == (pytest.approx(0.5), 1.0)
    assert found["note"] == "2 of 4 answers have no score. Slow."


def test_a_file_is_scored_alone_where_the_adapter_was_not():
    found = side_by_side({"row_rewards": [0.5, None], "marks": ""}, None, [0, 1], "")
    assert (found["rows"], found["reward"], found["adapter_reward"], found["correct"]) == (1, 0.5, None, None)
