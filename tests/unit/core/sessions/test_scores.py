"""What is said of a session's held-out scores."""

from core.sessions.scores import verdict


def test_the_verdict_compares_grpo_with_the_warm_up_or_else_with_the_base():
    scores = [
        {"stage": "base", "marks": "000"},
        {"stage": "warm_up", "marks": "100"},
        {"stage": "trained", "marks": "110"},
    ]
    assert "turned 1 wrong" in verdict(scores)
    assert "turned 2 wrong" in verdict([scores[0], scores[2]])
    assert verdict(scores[:2]) == ""
    assert verdict([]) == ""


def test_without_right_and_wrong_the_verdict_compares_rewards():
    before = {"stage": "base", "marks": "", "row_rewards": [0.0] * 8}
    after = {"stage": "trained", "marks": "", "row_rewards": [0.5] * 7 + [0.0]}
    assert "raised the reward of 7 held-out rows and lowered that of 0: a significant" in verdict([before, after])
