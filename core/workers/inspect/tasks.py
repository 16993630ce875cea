"""TASKS: the tasks of an inspection worker; each (workspace, arguments, report) -> a JSON value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.workers.inspect import data, evaluations, model, rewards

TASKS: dict[str, Callable[..., Any]] = {
    task.__name__: task
    for task in (
        data.preview,
        data.fields,
        data.statistics,
        data.digest,
        data.check,
        data.check_start,
        data.suggestion,
        data.hub_description,
        data.download,
        data.procedural_tasks,
        data.prompt_preview,
        model.check_model,
        rewards.reward_test,
        rewards.reward_bench,
        rewards.reward_own_answers,
        rewards.reward_validate,
        evaluations.prompt_file,
        evaluations.held_out_rows,
        evaluations.score_rows,
    )
}
"""Name -> task."""
