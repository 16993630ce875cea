"""An algorithm is one row: its words, what it changes in TRL's arguments, and what settings undo of it."""

import pytest

from core.config import parse_config
from core.config.algorithms import ALGORITHMS, Algorithm
from core.config.describe import as_schema
from core.errors import InvalidInput
from core.runs.arguments import grpo_arguments


def note(**grpo):
    config = parse_config({"grpo": grpo, "training": {"gradient_accumulation_steps": 4}})
    return ALGORITHMS[config.grpo.algorithm].note(config)


@pytest.fixture
def further():
    """A further row."""
    ALGORITHMS["further"] = Algorithm("Further", "Does more.", "For more.", {"epsilon": 0.1})
    as_schema.cache_clear()
    yield "further"
    del ALGORITHMS["further"]
    as_schema.cache_clear()


def test_a_row_more_is_offered_accepted_and_passed_on_to_trl(further):
    schema = as_schema()
    [field] = [field for field in schema["fields"] if field["name"] == "grpo.algorithm"]
    assert field["choices"][-1] == further
    assert schema["algorithms"][-1] == {
        "value": "further", "title": "Further", "text": "Does more.", "when": "For more.", "settings": []
    }  # fmt: skip
    arguments = grpo_arguments(parse_config({"grpo": {"algorithm": further}}))
    assert (arguments["epsilon"], arguments["scale_rewards"]) == (0.1, "group")


def test_a_name_without_a_row_is_refused_with_those_that_have_one():
    with pytest.raises(InvalidInput) as refused:
        parse_config({"grpo": {"algorithm": "ppo"}})
    assert refused.value.fields["grpo.algorithm"].startswith("is one of grpo, gspo, or_grpo, dr_grpo, dapo")


def test_gspo_without_off_policy_steps_is_called_what_it_is_with_the_setting_to_change():
    said = note(algorithm="gspo")
    assert "this is GRPO" in said and "num iterations" in said and "above 4" in said
    assert note(algorithm="gspo", num_iterations=2) == ""
    assert note(algorithm="gspo", steps_per_generation=8) == ""
    assert note(algorithm="gspo", steps_per_generation=4) == said


def test_settings_that_undo_dapo_or_dr_grpo_are_named():
    assert "nothing is clipped" in note(algorithm="dapo")
    assert "this is GRPO" in note(algorithm="dapo", mask_truncated=False)
    assert "Mask truncated is off" in note(algorithm="dapo", mask_truncated=False, num_iterations=2)
    assert "scale rewards is set to group" in note(algorithm="dr_grpo", scale_rewards="group")
    assert "loss type is set to bnpo" in note(algorithm="dr_grpo", loss_type="bnpo")
    assert note(algorithm="dr_grpo") == note(algorithm="or_grpo") == ""
