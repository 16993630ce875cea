"""TASKS: what an inspection worker can be asked; each (workspace, arguments, report) -> a JSON value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.workers import inspect_data, inspect_rewards, inspect_testing

TASKS: dict[str, Callable[..., Any]] = {
    task.__name__: task
    for task in (
        inspect_data.preview,
        inspect_data.fields,
        inspect_data.statistics,
        inspect_data.digest,
        inspect_data.check,
        inspect_data.check_start,
        inspect_data.suggestion,
        inspect_data.hub_description,
        inspect_data.download,
        inspect_data.procedural_tasks,
        inspect_data.prompt_preview,
        inspect_rewards.reward_test,
        inspect_rewards.reward_bench,
        inspect_rewards.reward_validate,
        inspect_testing.prompt_file,
        inspect_testing.held_out_rows,
        inspect_testing.score_rows,
    )
}
"""Name -> task."""
