"""Trying rewards on given responses."""

from core.workers.inspect.rewards import reward_test

FORMAT = {"preset_name": "solution-format", "weight": 0.5}


def total_of(workspace, *components):
    config = {
        "prompt": {"template": "solution-only"},
        "dataset": {"source": "leg_counting", "kind": "procedural"},
        "reward": {"type": "composite", "components": list(components)},
    }
    row = {"instruction": "1 + 1?", "reference": "2", "response": "<SOLUTION>2</SOLUTION>", "extras": {}}
    answer = reward_test(workspace, {"config": config, "rows": [row]}, None)
    return answer["results"][0]["total"]


def test_an_answer_on_which_a_reward_could_not_run_has_no_total(workspace):
    assert total_of(workspace, FORMAT, {"preset_name": "exact-match"}) == 1.5
    assert total_of(workspace, FORMAT, {"preset_name": "procedural"}) is None
