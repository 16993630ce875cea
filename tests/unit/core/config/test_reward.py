"""The reward section: one thing scores each part, and everything it names is checked."""

import pytest

from core.config import parse_config
from core.errors import InvalidInput
from core.rewards.section import RewardConfig

PYTHON = {"kind": "python", "source": "def reward(response, reference, example):\n    return 1.0\n"}
JUDGE = {"url": "http://localhost:1/v1", "model": "m"}
BAD = {
    "an unknown preset": ({"preset_name": "magic"}, "there is no preset 'magic'"),
    "an unknown parameter": ({"preset_name": "length", "parameters": {"words": 3}}, "no parameter 'words'"),
    "parameters of the default preset": ({"parameters": {"x": 1}}, "math-science has no parameter"),
    "components of a preset": ({"components": [{"preset_name": "math"}]}, "need type 'composite'"),
    "a composite of nothing": ({"type": "composite"}, "at least one component"),
    "a custom reward without a name": ({"type": "custom"}, "needs a custom_name"),
    "a name without the type": ({"custom_name": "mine"}, "needs a custom_name, and the other types none"),
    "two of one name": (
        {"type": "composite", "components": [{"preset_name": "math"}, {"preset_name": "math-science"}]},
        "two components are called math-science",
    ),
    "a component of two things": (
        {"type": "composite", "components": [{"preset_name": "math", "judge": JUDGE}]},
        "exactly one of",
    ),
    "a component of nothing": ({"type": "composite", "components": [{"weight": 1}]}, "exactly one of"),
    "a field that every reward is given": ({"fields": {"solution": "x"}}, "fields can't be called solution"),
    "a judge with a secret in its address": (
        {"type": "composite", "components": [{"judge": {**JUDGE, "url": "http://a:b@host/v1"}}]},
        "leave user and password out",
    ),
    "a judge that would be sent another secret": (
        {"type": "composite", "components": [{"judge": {**JUDGE, "api_key_variable": "HF_TOKEN"}}]},
        "pattern",
    ),
}


@pytest.mark.parametrize(("reward", "message"), BAD.values(), ids=BAD.keys())
def test_what_can_not_score_is_refused(reward, message):
    with pytest.raises(InvalidInput) as refusal:
        parse_config({"reward": reward})
    assert message in str(refusal.value.fields)


def test_every_part_is_reported_under_its_own_name():
    parts = [
        {"preset_name": "math"},
        {"preset_name": "length", "name": "short", "parameters": {"max_words": 20, "min_words": 9}, "weight": 0.5},
        {"custom_name": "mine", "weight": 2},
        {"judge": JUDGE},
    ]
    config = RewardConfig.model_validate({"type": "composite", "components": parts})
    assert config.weights == {"math-science": 1.0, "short": 0.5, "mine": 2.0, "judge": 1.0}


def test_needed_columns_are_looked_for_under_their_own_names():
    assert RewardConfig(preset_name="procedural").columns == {"entry": "entry"}
    config = RewardConfig(preset_name="programming", fields={"tests": "test_list", "entry_point": "name"})
    assert config.columns == {"tests": "test_list", "entry_point": "name"}
    assert RewardConfig().columns == {}


def test_a_custom_reward_is_written_out_and_read_back():
    config = parse_config({"reward": {"type": "custom", "custom_name": "mine", "custom": PYTHON}})
    assert parse_config(config.dump()) == config
    assert config.dump()["reward"]["custom"]["source"] == PYTHON["source"]
