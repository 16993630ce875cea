"""The sentence under an evaluation: better, worse, or nothing that could be told from chance."""

import pytest

from core.evaluations.summary import summarize
from core.evaluations.verdict import caveats, verdict
from tests.support.evaluated import answer, judged, rewarded, row


def summary(rows, samples=1, most=1.0):
    return summarize(rows, ["base", "trained"], samples, most)


def said(rows, **how):
    return verdict(summary(rows, **how))


def test_a_better_model_is_called_better_with_the_numbers():
    text = said(judged("0" * 12 + "11", "1" * 12 + "10"))
    assert text.startswith("Better: trained answers 13 of 14 questions right, base 2 of 14 (+78.6 percentage points).")
    assert "12 wrong answers turned right and 1 right one wrong (exact McNemar test, p = 0.0034)" in text
    assert "needed" not in text


def test_a_worse_model_is_called_worse():
    assert said(judged("1" * 12, "0" * 12)).startswith("Worse: trained answers 0 of 12 questions right, base 12 of 12")


def test_a_change_that_chance_explains_is_none():
    text = said(judged("0" * 6 + "1" * 14, "1" * 5 + "0" * 4 + "1" * 11))
    assert text.startswith("No significant change: trained answers 16 of 20 questions right, base 14 of 20")
    assert "With 20 rows, about 8 more would have to change one way" in text
    assert "about 320 rows are needed" in text


def test_as_many_wins_as_losses_ask_for_no_number_of_rows():
    assert "more rows would show a smaller change" in said(judged("0101010101", "1010101010"))


def test_no_change_at_all_says_what_can_still_be_hidden():
    text = said(judged("0" * 30, "0" * 30))
    assert "No row got better or worse; a change in fewer than about 10 of 100 rows can go unseen here." in text


def test_a_handful_of_rows_can_not_show_anything():
    text = said(judged("00000", "11111"))
    assert text.startswith("No significant change") and "take more rows" in text


def test_rewards_are_told_with_their_interval():
    text = said(rewarded([0.2] * 8, [0.4, 0.5, 0.6, 0.7] * 2))
    assert "Better: the mean reward of trained is 0.55, that of base 0.2, of 1 (+0.35, 95 % interval +0.2" in text
    assert "8 rows rose and 0 rows fell, 0 stayed (exact sign test over rows, p = 0.0078)" in text


def test_a_mean_that_moves_against_most_rows_is_pointed_out():
    text = said(rewarded([0.5] * 20, [0.51] * 15 + [0.0] * 5))
    assert text.startswith("Better") and "The mean reward moved the other way: a few rows changed by much." in text


def test_an_interval_beside_zero_without_significant_rows_is_pointed_out():
    text = said(rewarded([0.0] * 20, [0.9] * 5 + [0.0] * 15))
    assert text.startswith("No significant change")
    assert "The interval of the mean lies beside 0" in text


def test_other_parts_of_the_reward_are_told_beside_right_and_wrong():
    rows = [row(i, [answer(0.0, False)], [answer(0.2, False)]) for i in range(20)]
    text = said(rows, most=1.2)
    assert text.startswith("No significant change: trained answers 0 of 20")
    assert "The mean reward, which has other parts as well, changed by +0.2" in text


def test_nothing_is_said_where_nothing_could_be_scored():
    assert said(rewarded([None], [None])) == "Nothing can be said: no row has a score on both sides."


CASES = {
    "a failed reward": (rewarded([None, 1.0], [0.0, 1.0]), "1 answer of base could not be scored"),
    "a row without a pair": (rewarded([None, 1.0], [0.0, 0.5]), "1 row could not be compared"),
    "the same everywhere": (judged("000", "010"), "base got the same reward on every row"),
    "cut answers": (
        [row(0, [answer(0.0)], [answer(1.0) | {"finish_reason": "length"}])],
        "100% of the answers of trained were cut at max_tokens",
    ),
    "refused prompts": (
        [row(0, [answer(None) | {"finish_reason": "refused"}], [answer(1.0)])],
        "base could not take 1 prompt",
    ),
}


@pytest.mark.parametrize(("rows", "note"), CASES.values(), ids=CASES.keys())
def test_what_a_reader_must_know_is_noted(rows, note):
    assert any(note in one for one in caveats(summary(rows)))


def test_plain_results_need_no_notes():
    assert caveats(summary(judged("0101", "1101"))) == []
