"""What an evaluation finds: means, who won, pass@k, which rows to look at."""

import pytest

from core.evaluations.summary import MCNEMAR, SIGN, summarize
from tests.support.evaluated import answer, judged, rewarded, row

LABELS = ["base", "trained"]


def summary(rows, samples=1, most=1.0):
    return summarize(rows, LABELS, samples, most)


def test_right_and_wrong_answers_are_compared_by_mcnemar():
    found = summary(judged("0000000011", "1111111101"))
    assert [side["correct"] for side in found["sides"]] == [2, 9]
    change = found["difference"]
    assert (change["test"], change["wins"], change["losses"], change["ties"]) == (MCNEMAR, 8, 1, 1)
    assert change["p_value"] == pytest.approx(2 * 10 / 2**9)
    assert change["is_significant"]


def test_rewards_that_judge_no_truth_are_compared_by_a_sign_test():
    found = summary(rewarded([0.1] * 8, [0.2] * 7 + [0.1 + 1e-12]))
    change = found["difference"]
    assert (change["test"], change["wins"], change["losses"], change["ties"]) == (SIGN, 7, 0, 1)
    assert change["mean"] == pytest.approx(0.0875)
    assert found["sides"][0]["pass_at_1"] is None and found["sides"][0]["correct"] is None


def test_a_row_counts_by_the_mean_of_its_answers():
    marks = [(0, 0, 0, 1), (1, 1, 0, 1)]
    sides = [[answer(float(m), bool(m)) for m in side] for side in marks]
    found = summary([row(0, *sides)], samples=4)
    assert [side["mean"] for side in found["sides"]] == [0.25, 0.75]
    assert [side["pass_at_1"] for side in found["sides"]] == [0.25, 0.75]
    assert [one["value"] for one in found["sides"][0]["pass_curve"]] == pytest.approx([0.25, 0.5, 1.0])
    assert found["sides"][0]["k"] == 4
    assert found["difference"]["test"] == SIGN and found["difference"]["wins"] == 1


def test_answers_that_a_reward_failed_on_are_counted_and_never_a_zero():
    rows = [row(0, [answer(1.0), answer(None)], [answer(0.5)] * 2), row(1, [answer(None)] * 2, [answer(0.0)] * 2)]
    found = summary(rows, samples=2)
    assert (found["rows"], found["compared"]) == (2, 1)
    assert [side["mean"] for side in found["sides"]] == [1.0, 0.5]
    assert [side["unscored"] for side in found["sides"]] == [3, 0]


def test_without_any_score_there_are_no_means():
    found = summary(rewarded([None], [None]))
    assert found["sides"][0]["mean"] is None and list(found["sides"][0]["interval"]) == [None, None]
    assert found["difference"]["mean"] is None and found["difference"]["p_value"] == 1.0


def test_the_interval_of_the_difference_is_that_of_pairs():
    before = [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    found = summary(rewarded(before, [value + 1 for value in before]), most=60.0)
    assert found["difference"]["interval"] == pytest.approx((1.0, 1.0))
    low, high = found["sides"][0]["interval"]
    assert low < 15 and high > 35


def test_length_and_cut_answers_are_told_for_each_side():
    cut = answer(0.0, tokens=64) | {"finish_reason": "length"}
    found = summary([row(i, [answer(0.0, tokens=4)], [cut]) for i in range(4)])
    assert found["length_change"]["mean"] == 60
    assert [side["truncated_fraction"] for side in found["sides"]] == [0.0, 1.0]
    assert [side["mean_tokens"] for side in found["sides"]] == [4, 64]


def test_prompts_that_were_not_taken_are_no_answers_of_length_0():
    refused = answer(None, tokens=0) | {"finish_reason": "refused"}
    cut = answer(0.0, tokens=100) | {"finish_reason": "length"}
    found = summary([row(i, [cut], [refused if i % 2 else cut]) for i in range(8)])
    assert found["length_change"]["mean"] == 0
    assert [side["mean_tokens"] for side in found["sides"]] == [100, 100]
    assert [side["truncated_fraction"] for side in found["sides"]] == [1.0, 1.0]
    assert [side["refused"] for side in found["sides"]] == [0, 4]


def test_without_any_answer_there_is_no_length():
    refused = answer(None, tokens=0) | {"finish_reason": "refused"}
    found = summary([row(0, [answer(1.0)], [refused])])
    assert found["length_change"]["mean"] is None
    assert [side["mean_tokens"] for side in found["sides"]] == [10, None]


def test_the_worst_regressions_and_the_best_improvements_come_first_with_texts_and_reasons():
    before, after = [0.5] * 20, [0.5] * 20
    after[3], after[4], after[5], after[6] = 0.0, 0.2, 1.0, 0.9
    found = summary(rewarded(before, after))
    assert [one["index"] for one in found["regressions"]] == [3, 4]
    assert [one["index"] for one in found["improvements"]] == [5, 6]
    worst = found["regressions"][0]
    assert (worst["instruction"], worst["reference"]) == ("What is 3?", "3")
    assert worst["before"]["text"] == "says 0.5" and worst["after"]["reward"] == 0.0
    assert worst["after"]["reason"] == "match 0.00: by hand"


def test_only_so_many_examples_are_kept_and_long_ones_are_cut():
    rows = rewarded([1.0] * 30, [0.0] * 30)
    rows[0]["sides"][0]["answers"][0]["text"] = "x" * 10_000
    found = summary(rows)
    assert len(found["regressions"]) == 10 and found["improvements"] == []
    assert found["regressions"][0]["before"]["text"].endswith("... (10,000 characters)")


def test_of_several_answers_the_most_typical_is_shown():
    before = [answer(1.0, text="best"), answer(0.5, text="typical"), answer(0.0, text="worst")]
    found = summary([row(0, before, [answer(0.0)] * 3)], samples=3)
    assert found["regressions"][0]["before"]["text"] == "typical"
    assert found["regressions"][0]["before"]["mean"] == 0.5
