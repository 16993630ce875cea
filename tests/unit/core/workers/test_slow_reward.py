"""A reward that takes a large part of the steps is named once."""

from types import SimpleNamespace

import pytest

from core.workers.train.callbacks import SLOW_STEPS, MetricsCallback


class Reward:
    last_error = last_not_run = ""
    errors = not_run = 0

    def __init__(self, name):
        self.__name__, self.seconds = name, 0.0


class Heard:
    """A reporter that keeps what it is told."""

    def __init__(self):
        self.notices = []
        self.log = SimpleNamespace(append=lambda kind, **event: None)

    def notice(self, level, field, message):
        self.notices.append((level, field, message))


def run(steps, seconds):
    """The notices of steps of 10 seconds, of which each reward takes its part."""
    rewards, heard = [Reward(name) for name in seconds], Heard()
    callback = MetricsCallback(heard, "training", rewards)
    state = SimpleNamespace(global_step=1, max_steps=steps)
    for step in range(steps):
        for reward in rewards:
            spent = seconds[reward.__name__]
            reward.seconds += spent[step] if isinstance(spent, list) else spent
        callback.on_log(None, state, None, {"loss": 0.1, "step_time": 10.0})
    return heard.notices


def test_the_slow_one_of_two_rewards_is_named_once_with_its_share():
    said = "judge is slow: it takes 35% of a step, and sampling waits for it"
    assert run(SLOW_STEPS + 3, {"exact": 0.1, "judge": 3.5}) == [("warning", "reward", said)]


@pytest.mark.parametrize("seconds", [1.9, [9.0, 9.0, 0.1, 0.1, 0.1]], ids=["a small part", "slow at first only"])
def test_other_rewards_are_not(seconds):
    assert run(SLOW_STEPS, {"exact": seconds}) == []
