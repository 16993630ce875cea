"""The tasks of an inspection worker that batches and evaluations need: prompts, held-out rows, scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core.config import parse_config
from core.data.mapping import Row
from core.errors import InvalidInput
from core.evaluations.prompt_files import read_prompts
from core.paths import Workspace
from core.prompts.chosen import template_of
from core.rewards.base import Example
from core.rewards.build import scorers
from core.rewards.for_trl import as_record, weighted_sum
from core.rewards.numbering import lettered
from core.rewards.record import ScoreRecord
from core.rewards.scoring import Scorer
from core.runs.split import load_split
from core.workers.corpus import with_room
from core.workers.held_out import are_those_of
from core.workers.inspect.data import tokenizer_of
from core.workers.reward_tools import tools

CHANGED = "The data set has changed since the run, so its rows were divided anew; some may have been trained on."


def prompt_file(workspace: Workspace, arguments: dict, report: Any) -> dict:
    """{"path", "encoding", "config"} -> the prompts of a file, see Prompts; `config` is the run's, or null."""
    path = workspace.inside(arguments["path"], "file")
    config = arguments["config"] and parse_config(arguments["config"])
    columns, data = (config.columns, config.dataset) if config else ({}, None)
    prompts = read_prompts(path, arguments["encoding"], columns, data)
    if config:
        rows = [Row(prompt["prompt"], prompt["reference"] or "", "", prompt["extras"]) for prompt in prompts.prompts]
        for prompt, row in zip(prompts.prompts, lettered(rows, config.reward), strict=True):
            prompt["reference"], prompt["extras"] = row.reference or None, row.extras
    return asdict(prompts)


def held_out_rows(workspace: Workspace, arguments: dict, report: Any) -> dict:
    """{"config", "rows", "evaluation"} -> {"rows", "held_out", "doubt"}: the first rows to score on, and how many.

    They are split and filtered as in training. From the same data set these are the held-out rows. If the data set has
    changed since, the split differs, and rows of the training can be among them. So the rows are compared with the
    run's last held-out score in `evaluation` (null for none), and `doubt` is not empty if they differ.
    """
    config = parse_config(arguments["config"])
    template = template_of(config.prompt)
    split = load_split(config, workspace, report)
    rows = with_room(
        split.held_out, config, template, tokenizer_of(config.model.name, workspace, config.prompt.thinking)
    )
    if not rows:
        problem = "no row of the run's data set is held out, or none leaves room for an answer"
        hint = "Train with a dataset.validation_fraction above 0, or test it with a file of prompts."
        raise InvalidInput(f"{problem[0].upper()}{problem[1:]}.", hint, {"session_id": problem})
    shown = [{name: getattr(row, name) for name in ("instruction", "reference", "extras")} for row in rows]
    scored = arguments["evaluation"]
    doubt = "" if scored is None or are_those_of(scored, rows) else CHANGED
    return {"rows": shown[: arguments["rows"]], "held_out": len(rows), "doubt": doubt}


def score_rows(workspace: Workspace, arguments: dict, report: Any) -> dict:
    """{"config", "rows": [{"response", "instruction", "reference", "extras"}]} -> the training's rewards for each.

    A result is {"reward", "scores", "is_correct"}: the weighted sum, null where a part has no score; every part with
    its reason; whether all rewards that judge truth gave full marks, null where none does or one has no score.
    Without rows it only checks that the rewards can be had. `most` is the most an answer can get, null if not known.
    """
    config = parse_config(arguments["config"])
    used, rows = scorers(config.reward, tools(workspace)), arguments["rows"]
    markers, weights = template_of(config.prompt).markers, config.reward.weights
    examples = [Example(row["instruction"], markers, row["extras"]) for row in rows]
    records: list[dict] = [{} for _ in rows]
    for scorer in used:
        outcomes = scorer.score_all([row["response"] for row in rows], [row["reference"] for row in rows], examples)
        for record, outcome in zip(records, outcomes, strict=True):
            record[scorer.name] = as_record(outcome)
    most = config.reward.range[1] if config.reward.range else None
    return {"most": most, "results": [_result(record, used, weights) for record in records]}


def _result(record: Mapping[str, ScoreRecord], used: list[Scorer], weights: Mapping[str, float]) -> dict:
    truths = [record[scorer.name]["value"] for scorer in used if scorer.judges_truth]
    return {
        "reward": weighted_sum(record, weights),
        "scores": record,
        "is_correct": None if not truths or None in truths else all(value == 1.0 for value in truths),
    }
