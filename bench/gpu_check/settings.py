"""Settings of the checks' runs: sections of a run configuration, and how they are put together."""

from __future__ import annotations

from typing import Any

LENGTHS = {"even": (r"(?s)(..)*", 1.0), "of threes": (r"(?s)(...)*", 0.5), "of fives": (r"(?s)(.{5})*", 0.25)}
"""Name -> the pattern of a whole answer, and the weight: the rewards differ even between senseless answers, so that
there is a training signal; bench/bare_unsloth.py has the same."""

BASE: dict[str, dict[str, Any]] = {
    "model": {"lora_rank": 4, "lora_alpha": 8},
    "dataset": {"source": "arithmetic", "parameters": {"largest": 20}, "validation_fraction": 0.0},
    "prompt": {"template": "plain"},
    "training": {
        "max_steps": 2,
        "batch_size": 4,
        "gradient_accumulation_steps": 1,
        "num_generations": 4,
        "max_new_tokens": 8,
        "max_sequence_length": 256,
        "learning_rate": 1e-3,
        "save_steps": 0,
        "engine_step": "trl",  # the two engines are compared by what they learn from the same samples
    },
    "reward": {
        "type": "composite",
        "components": [
            {"name": name, "preset_name": "pattern", "parameters": {"pattern": pattern}, "weight": weight}
            for name, (pattern, weight) in LENGTHS.items()
        ],
    },
    "pre_training": {"enabled": False, "max_samples": 8, "batch_size": 4, "learning_rate": 1e-3},
}
WARMED_UP = {"pre_training": {"enabled": True}}
HELD_OUT = {"dataset": {"validation_fraction": 0.1, "validation_samples": 6}}
TWICE = {"grpo": {"num_iterations": 2}}


def settings(*changes: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """BASE with changes, section by section; a later one wins."""
    made = {section: dict(values) for section, values in BASE.items()}
    for change in changes:
        for section, values in change.items():
            made[section] = {**made.get(section, {}), **values}
    return made
