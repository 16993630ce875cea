"""Our rewards in the shape TRL calls, and what becomes of those that can't score."""

import pickle

import pytest

from core.prompts.builtin import SOLUTION_ONLY
from core.rewards.base import NotRun, Score
from core.rewards.for_trl import TrlReward, as_record
from core.rewards.library.answers import exact_match
from core.rewards.scoring import EachAlone


def chat(text):
    return [{"role": "assistant", "content": text}]


def trl_reward(function, name="r"):
    return TrlReward(EachAlone(name, function, True), SOLUTION_ONLY.markers)


def test_scores_come_in_order_and_reasons_are_kept():
    reward = trl_reward(exact_match, "exact-match")
    completions = [chat("<SOLUTION>1</SOLUTION>"), chat("<SOLUTION>2</SOLUTION>")]
    assert reward(completions, reference=["1", "1"], instruction=["a", "b"], completion_ids=[[1], [2]]) == [1.0, 0.0]
    assert "is the reference" in reward.outcomes[0].score.reason
    assert reward.batch.token_ids == [[1], [2]]
    assert reward.__name__ == "exact-match"


@pytest.mark.parametrize(
    "broken",
    [lambda r, f, e: 1 / 0, lambda r, f, e: 0.5, lambda r, f, e: Score(float("nan"), ""), lambda r, f, e: None],
)
def test_a_reward_that_fails_is_counted_and_left_out_never_a_silent_0(broken):
    reward = trl_reward(broken)
    assert reward([chat("x")], reference=["y"]) == [None]
    assert (reward.errors, reward.not_run) == (1, 0)
    assert reward.last_error
    assert as_record(reward.outcomes[0])["value"] is None


def test_what_could_not_be_judged_is_counted_apart_from_what_failed():
    def unjudged(response, reference, example):
        raise NotRun("the sandbox has no yield")

    reward = trl_reward(unjudged)
    assert reward([chat("x")], reference=["y"]) == [None]
    assert (reward.errors, reward.not_run) == (0, 1)
    assert as_record(reward.outcomes[0]) == {"value": None, "reason": "the sandbox has no yield", "kind": "not_run"}


def test_a_score_outside_the_range_of_a_reward_is_a_failure_and_not_clipped_in_silence():
    reward = trl_reward(lambda r, f, e: Score(7.0, "why not"))
    assert reward([chat("x")], reference=["y"]) == [None]
    assert (reward.errors, reward.last_error) == (1, "returned 7, outside its range of 0 to 1")


def test_a_score_that_is_out_of_range_by_rounding_alone_is_the_end_of_the_range():
    assert trl_reward(lambda r, f, e: Score(0.1 + 0.2 + 0.7000000001, ""))([chat("x")], reference=["y"]) == [1.0]


def test_the_parts_of_a_score_are_kept_in_its_record():
    reward = trl_reward(lambda r, f, e: Score(0.5, "half", {"form": 1.0, "truth": 0.0}))
    reward([chat("x")], reference=["y"])
    assert as_record(reward.outcomes[0])["parts"] == {"form": 1.0, "truth": 0.0}


def test_further_columns_reach_the_reward_under_its_own_names():
    seen = []
    reward = trl_reward(lambda r, f, e: seen.append(e.extras) or Score(1, ""))
    reward([chat("x"), chat("y")], reference=["", ""], extras=['{"tests": {"a": 1}}', '{"tests": [2, "b"]}'])
    assert seen == [{"tests": {"a": 1}}, {"tests": [2, "b"]}]
    assert reward.batch.extras == seen


def test_it_can_be_pickled():
    assert pickle.loads(pickle.dumps(trl_reward(exact_match, "exact-match"))).__name__ == "exact-match"
