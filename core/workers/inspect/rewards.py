"""The tasks of an inspection worker that try rewards out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from core.config import RunConfig, parse_config
from core.data.mapping import IfThere, Row
from core.data.source import first_usable
from core.errors import LoraCraftError
from core.prompts.builtin import SOLUTION_ONLY
from core.prompts.chosen import template_of
from core.prompts.template import Markers
from core.rewards import sandbox
from core.rewards.base import Example
from core.rewards.bench.bench import bench
from core.rewards.build import scorers
from core.rewards.custom import definition as custom
from core.rewards.custom.definition import CustomReward
from core.rewards.custom.trial import try_out
from core.rewards.for_trl import as_record, weighted_sum
from core.rewards.numbering import lettered
from core.rewards.quick_start.own_answers import OwnAnswers, own_answers
from core.rewards.record import ScoreRecord
from core.rewards.scoring import Scorer, Together
from core.rewards.tested import BenchResult, RewardRange, RewardTest, ValidReward
from core.workers.inspect.arguments import BenchWanted, OfDefinition, TestWanted
from core.workers.reward_tools import tools

TOGETHER = "together"
"""The report on the weighted sum of several rewards, which training uses."""


def reward_test(workspace: Any, arguments: TestWanted, report: Any) -> RewardTest:
    """The scores of the given responses, or without rows of the set's own answers."""
    config = parse_config(arguments["config"])
    template = template_of(config.prompt)
    if arguments["rows"] is not None:
        given = arguments["rows"]
        rows = [Row(r["instruction"], r["reference"], "", r["extras"]) for r in given]
        responses = [r["response"] for r in given]
    else:
        rows = dataset_rows(config, workspace, arguments["samples"])
        responses = [template.answer(row.reference, row.reasoning) for row in rows]
    return tested(scorers(config.reward, tools(workspace)), config, responses, rows, template.markers)


def tested(
    used: Sequence[Scorer], config: RunConfig, responses: Sequence[str], rows: Sequence[Row], markers: Markers
) -> RewardTest:
    """Every response under every scorer, with the weighted total, and ms per completion.

    The total is null if a part could not be scored.
    """
    examples = [Example(row.instruction, markers, row.extras) for row in rows]
    records: list[dict[str, ScoreRecord]] = [{} for _ in rows]
    speeds = {}
    for scorer in used:
        started = time.perf_counter()
        outcomes = scorer.score_all(responses, [row.reference for row in rows], examples)
        speeds[scorer.name] = round((time.perf_counter() - started) * 1000 / max(len(rows), 1), 3)
        for record, outcome in zip(records, outcomes, strict=True):
            record[scorer.name] = as_record(outcome)
    weights = config.reward.weights
    return {
        "results": [
            {
                "instruction": row.instruction,
                "reference": row.reference,
                "response": response,
                "total": weighted_sum(record, weights),
                "scores": record,
                "parsed": asdict(markers.parse(response)),
            }
            for row, response, record in zip(rows, responses, records, strict=True)
        ],
        **_range(config),
        "ms_per_completion": speeds,
    }


def _range(config: RunConfig) -> RewardRange:
    """The least and the greatest total, null where a part has no known range."""
    low, high = config.reward.range or (None, None)
    return {"least": low, "most": high}


def reward_bench(workspace: Any, arguments: BenchWanted, report: Any) -> BenchResult:
    """A report for each part of the reward, on rows of the data set."""
    config = parse_config(arguments["config"])
    template = template_of(config.prompt)
    rows = dataset_rows(config, workspace, arguments["samples"])
    used = scorers(config.reward, tools(workspace))
    weights = config.reward.weights
    is_alone = len(used) == 1 and weights[used[0].name] > 0
    tried = used if is_alone else [*used, Together(TOGETHER, used, weights)]
    reports = {}
    for place, scorer in enumerate(tried):
        report(place / len(tried), scorer.name)
        reports[scorer.name] = asdict(bench(scorer, rows, template))
    return {"rows": len(rows), "grade": reports[tried[-1].name]["grade"], "rewards": reports}


def reward_own_answers(workspace: Any, arguments: BenchWanted, report: Any) -> OwnAnswers:
    """What the configured reward gives the data set's own answers."""
    config = parse_config(arguments["config"])
    rows = dataset_rows(config, workspace, arguments["samples"])
    return own_answers(
        scorers(config.reward, tools(workspace)), config.reward.weights, rows, template_of(config.prompt)
    )


def reward_validate(workspace: Any, arguments: OfDefinition, report: Any) -> ValidReward:
    """The custom reward with every value, once it has been tried and can be used, and its scores for three answers."""
    config = None if arguments["config"] is None else parse_config(arguments["config"])
    template = SOLUTION_ONLY if config is None else template_of(config.prompt)
    with sandbox.using("auto" if config is None else config.reward.sandbox):
        definition = custom.read(arguments["definition"])
        rows, note = ([], arguments["note"]) if config is None else _trial_rows(definition, config, workspace)
        trial = try_out(definition, rows, template, note)
    return {"definition": definition.model_dump(mode="json"), "trial": trial}


def _trial_rows(definition: CustomReward, config: RunConfig, workspace: Any) -> tuple[list[Row], str]:
    """(rows to try a custom reward on, why there are none)."""
    try:
        return _rows_for(definition, config, workspace), ""
    except LoraCraftError as error:
        return [], f"The data set could not be read: {error.message}"


def _rows_for(definition: CustomReward, config: RunConfig, workspace: Any) -> list[Row]:
    """Rows with the columns that a custom reward names, as far as the data has them."""
    fields = config.reward.fields
    columns = {name: fields.get(name) or IfThere(name) for name in definition.columns}
    return first_usable(config.dataset, workspace, columns)[0].rows


def dataset_rows(config: RunConfig, workspace: Any, count: int) -> list[Row]:
    """The first `count` usable rows of the configured data set."""
    mapped, _ = first_usable(config.dataset, workspace, config.columns, count)
    return lettered(mapped.rows, config.reward)[:count]
