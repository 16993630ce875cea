"""Our rewards in the shape TRL calls."""

import pickle

import pytest

from core.prompts.template import SOLUTION_ONLY
from core.rewards.answers import exact_match
from core.rewards.base import Score
from core.rewards.for_trl import TrlReward


def chat(text):
    return [{"role": "assistant", "content": text}]


def test_scores_come_in_order_and_reasons_are_kept():
    reward = TrlReward("exact-match", exact_match, SOLUTION_ONLY.markers)
    completions = [chat("<SOLUTION>1</SOLUTION>"), chat("<SOLUTION>2</SOLUTION>")]
    assert reward(completions, reference=["1", "1"], instruction=["a", "b"], completion_ids=[[1], [2]]) == [1.0, 0.0]
    assert "is the reference" in reward.scores[0].reason
    assert reward.batch.token_ids == [[1], [2]]


@pytest.mark.parametrize(
    "broken", [lambda r, f, e: 1 / 0, lambda r, f, e: 0.5, lambda r, f, e: Score(float("nan"), "")]
)
def test_a_reward_that_fails_is_counted_and_left_out_never_a_silent_0(broken):
    reward = TrlReward("broken", broken, SOLUTION_ONLY.markers)
    assert reward([chat("x")], reference=["y"]) == [None]
    assert reward.errors == 1
    assert reward.last_error


def test_a_score_outside_0_to_1_is_clamped():
    reward = TrlReward("generous", lambda r, f, e: Score(7.0, "why not"), SOLUTION_ONLY.markers)
    assert reward([chat("x")], reference=["y"]) == [1.0]


def test_further_columns_reach_the_reward_under_its_own_names():
    seen = []
    reward = TrlReward(
        "curious", lambda r, f, e: seen.append(e.extras) or Score(1, ""), SOLUTION_ONLY.markers, ["unit"]
    )
    reward([chat("x")], reference=["y"], unit=["kg"])
    assert seen == [{"unit": "kg"}]


def test_it_can_be_pickled():
    reward = TrlReward("exact-match", exact_match, SOLUTION_ONLY.markers)
    assert pickle.loads(pickle.dumps(reward)).__name__ == "exact-match"
