"""The ladder lowers what it may, never raises anything, and keeps groups whole."""

import pytest

from core.config import parse_config
from core.runs.ladder import FIELDS, LONG, SHORT, Rung, is_whole, lowered, rungs

LAST = Rung("4bit", True, 1, 8, SHORT)
BATCH = {"training.batch_size", "training.gradient_accumulation_steps"}


def training(config):
    return config.training.batch_size, config.training.gradient_accumulation_steps


def test_the_first_rung_is_the_most_useful_and_the_last_the_smallest():
    steps = list(rungs())
    assert steps[0] == Rung("none", False, 8, 32, LONG)
    assert steps[-1] == LAST


@pytest.mark.parametrize(
    ("given", "movable", "found"),
    [
        ({}, BATCH, (1, 8)),
        ({"batch_size": 8}, BATCH - {"training.batch_size"}, (8, 1)),
        ({"gradient_accumulation_steps": 4}, BATCH - {"training.gradient_accumulation_steps"}, (1, 4)),
        ({"batch_size": 4, "gradient_accumulation_steps": 8}, BATCH, (1, 8)),
        ({"num_generations": 16, "batch_size": 16}, BATCH, (1, 16)),
    ],
    ids=["both", "batch given", "accumulation given", "a large step", "a large group"],
)
def test_a_batch_is_lowered_and_its_step_kept_where_it_can_be(given, movable, found):
    assert training(lowered(parse_config({"training": given}), LAST, frozenset(movable))) == found


def test_nothing_is_raised():
    small = {"max_sequence_length": 256, "max_new_tokens": 64, "batch_size": 2, "num_generations": 2}
    config = parse_config({"model": {"quantization": "8bit"}, "training": small})
    found = lowered(config, Rung("none", False, 8, 32, LONG), FIELDS)
    assert found == config


def test_what_may_not_be_moved_stays():
    config = parse_config({})
    assert lowered(config, LAST, frozenset()) == config


def test_a_warm_up_that_is_off_is_left_alone():
    assert lowered(parse_config({}), LAST, FIELDS).pre_training.batch_size == 4
    assert lowered(parse_config({"pre_training": {"enabled": True}}), LAST, FIELDS).pre_training.batch_size == 1


def test_half_groups_and_half_steps_are_seen():
    movable = frozenset({"training.batch_size"})
    assert not is_whole(lowered(parse_config({}), LAST, movable))
    off_policy = parse_config({"grpo": {"steps_per_generation": 4}})
    assert not is_whole(lowered(off_policy, LAST, frozenset(BATCH)))
    assert is_whole(lowered(parse_config({}), LAST, FIELDS))
