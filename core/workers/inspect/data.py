"""The tasks of an inspection worker that look at data sets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any

from core.catalog.hub_reach import follow_hub
from core.config import RunConfig, parse_config
from core.data.columns import column_statistics
from core.data.guess import columns_of, guess_mapping
from core.data.hub import describe, hub_rows
from core.data.lengths import AnswerLengths, longest_of
from core.data.mapping import Row, passes
from core.data.preview import (
    DataPreview,
    HashedStatistics,
    MappedPreview,
    MissingTokenizer,
    PromptPreview,
    RenderedRow,
    RenderedRows,
)
from core.data.procedural import ProceduralTask, procedural_names
from core.data.row import RawRow
from core.data.section import DatasetConfig
from core.data.source import (
    data_file,
    final_answer_problem,
    first_rows,
    first_usable,
    kind_of,
    looked_at,
    many_rows,
    rows_of_run,
    sampled,
)
from core.errors import LoraCraftError
from core.files import sha256_of
from core.jsonfile import JsonObject
from core.paths import Workspace
from core.prompts.chat_template import perfect_answer
from core.prompts.chosen import template_of
from core.prompts.special_tokens import found_in
from core.rewards.numbering import lettered
from core.rewards.quick_start.suggest import Sample, suggest
from core.runs.checks import Measured, check_rows
from core.runs.split import check_source
from core.workers.chat_format import ChatFormat, about_template, unknown_thinking
from core.workers.corpus import prompt_ids, render
from core.workers.inspect.arguments import FirstRows, OfConfig, OfDataset, OfFile, OfHub, OfPrompt, SuggestionWanted
from core.workers.inspect.lengths import Lengths, lengths_of
from core.workers.inspect.tokenizers import tokenizer_of
from core.workers.reward_tools import tools

MAX_CELL_SHOWN = 4000
"""Characters of a cell that a preview shows at most."""
MAX_ITEMS_SHOWN = 50
"""Items of a list or an object that a preview shows at most."""

RENDERED_ROWS = 3


def preview(workspace: Workspace, arguments: FirstRows, report: Any) -> DataPreview:
    """The first rows in a form to show, the guessed mapping, and facts about the other rows."""
    config = DatasetConfig.model_validate(arguments["dataset"])
    count = max(arguments["samples"], looked_at(config))
    file = data_file(config, workspace) if kind_of(config) == "upload" else None
    rows = file.first(count) if file else first_rows(config, workspace, count)
    known = _guessed_from(rows, config, workspace)
    mapping = guess_mapping(known)
    return {
        "columns": columns_of([*rows, *known]),
        "rows": [shown(row) for row in rows[: arguments["samples"]]],
        "mapping": mapping.settings,
        "guesses": asdict(mapping),
        "notes": file.notes if file else [],
        "total_rows": len(rows) if len(rows) < count else None,
    }


def fields(workspace: Workspace, arguments: OfConfig, report: Any) -> MappedPreview:
    """The guessed mapping, and three rows as the model and the reward will see them."""
    config = parse_config(arguments["config"])
    count = looked_at(config.dataset)
    mapped, rows = first_usable(config.dataset, workspace, config.columns)
    known = _guessed_from(rows[:count], config.dataset, workspace)
    mapping = guess_mapping(known)
    shown_rows = rendered(mapped.rows, config, workspace)
    if problem := final_answer_problem(rows, config.dataset):
        shown_rows["notices"].append(f"{problem}.")
    lengths = lengths_of(mapped.rows, config, workspace)
    return {
        "columns": columns_of([*rows[:count], *known]),
        "mapping": mapping.settings,
        "guesses": asdict(mapping),
        **shown_rows,
        "lengths": {**lengths, "first_only": len(mapped.rows) >= count},
    }


def _guessed_from(rows: Sequence[RawRow], config: DatasetConfig, workspace: Workspace) -> Sequence[RawRow]:
    """The rows that columns are guessed from: from all over a source with more than `rows`, as Quick Start does."""
    count = looked_at(config)
    is_all = len(rows) < count or kind_of(config) != "upload"
    return rows if is_all else sampled(many_rows(config, workspace), count)[0]


def rendered(rows: Sequence[Row], config: RunConfig, workspace: Workspace) -> RenderedRows:
    """Three rows rendered by the model's chat template; `problem` says why if there is none."""
    template = template_of(config.prompt)
    mapped = lettered(rows, config.reward)[:RENDERED_ROWS]
    shown_as = rendered_prompts(mapped, config, workspace)
    samples: list[RenderedRow] = [
        {
            "prompt": prompt.removesuffix(shown_as.opening),
            "tokens": tokens,
            "instruction": row.instruction,
            "reference": row.reference,
            "reasoning": row.reasoning,
            "extras": shown(row.extras),
            "perfect_answer": perfect_answer(template.answer(row.reference, row.reasoning), shown_as.opening),
        }
        for row, (prompt, tokens) in zip(mapped, shown_as.prompts, strict=True)
    ]
    return {"samples": samples, "problem": shown_as.problem, "notices": shown_as.notices}


@dataclass(frozen=True)
class RenderedPrompts:
    """Prompts as a model sees them.

    Attributes:
        prompts: [(prompt, tokens)].
        opening: What the chat template begins of an answer.
        notices: What a user should know of the template.
        problem: Why there is no tokenizer; the messages then replace the prompts.
    """

    prompts: list[tuple[str, int | None]]
    opening: str = ""
    notices: list[str] = field(default_factory=list)
    problem: MissingTokenizer | None = None


def rendered_prompts(rows: Sequence[Row], config: RunConfig, workspace: Workspace) -> RenderedPrompts:
    """The prompts of rows by the model of `config`."""
    model, template, thinking = config.model.name, template_of(config.prompt), config.prompt.thinking
    try:
        tokenizer = tokenizer_of(model, workspace, thinking)
    except (LoraCraftError, OSError, ValueError) as error:
        plain = ["\n".join(m["content"] for m in template.messages(row.instruction)) for row in rows]
        text = f"The chat template of {model} is not at hand, so the messages are shown without it: {error}"
        problem: MissingTokenizer = {"message": text[:500], "fields": {"model.name": "not at hand"}}
        return RenderedPrompts([(text, None) for text in plain], problem=problem)
    sizes = [len(ids) for ids in prompt_ids(rows, template, tokenizer)]
    prompts: list[tuple[str, int | None]] = list(zip(render(rows, template, tokenizer), sizes, strict=True))
    notices = list(about_template(tokenizer, template.system_prompt).values())
    if unknown := unknown_thinking(tokenizer, thinking):
        notices.append(unknown)
    return RenderedPrompts(prompts, ChatFormat(tokenizer).opening, notices)


def statistics(workspace: Workspace, arguments: OfDataset, report: Any) -> HashedStatistics:
    """Row count, column statistics and sha256 of a file, with progress."""
    file = data_file(DatasetConfig.model_validate(arguments["dataset"]), workspace)
    found = column_statistics(file.rows(), lambda count: report(file.fraction, f"{count:,} rows"))
    return {**found, "sha256": sha256_of(file.path)}


def digest(workspace: Workspace, arguments: OfFile, report: Any) -> str:
    """The sha256 of a file."""
    return sha256_of(workspace.inside(arguments["path"], "path"))


def check(workspace: Workspace, arguments: OfConfig, report: Any) -> JsonObject:
    """A CheckReport: every row looked at as a run would use it."""
    config = parse_config(arguments["config"])
    template = template_of(config.prompt)
    tokenizer = tokenizer_of(config.model.name, workspace, config.prompt.thinking)
    controls = ChatFormat(tokenizer).controls
    lengths = Lengths(tokenizer, template)
    answers: list[AnswerLengths] = []

    def measure(rows: Sequence[Row]) -> list[Measured]:
        special = (found_in((row.instruction, row.reference, row.reasoning), controls) for row in rows)
        sizes = [len(ids) for ids in prompt_ids(rows, template, tokenizer)]
        answers.append(lengths.of(rows, max(sizes, default=0)))
        return [Measured(*pair) for pair in zip(sizes, special, strict=True)]

    raw = rows_of_run(config.dataset, workspace, report)
    found = check_rows(raw, config, measure, lambda count: report(None, f"{count:,} rows"))
    return asdict(replace(found, answers=longest_of(answers)))


def check_start(workspace: Workspace, arguments: OfConfig, report: Any) -> dict[str, str]:
    """Nothing, if a run could read its first rows; the hub is asked even if it was away a moment ago."""
    config = parse_config(arguments["config"])
    if kind_of(config.dataset) == "hub":
        follow_hub(again=True)
    check_source(config, workspace)
    return {}


def suggestion(workspace: Workspace, arguments: SuggestionWanted, report: Any) -> JsonObject:
    """Quick Start's proposal, a Suggestion."""
    config = DatasetConfig.model_validate(arguments["dataset"])

    def read() -> Iterator[RawRow]:
        return (row for row in many_rows(config, workspace) if passes(row, config.filters))

    rows, total = sampled(read(), looked_at(config))
    sample = Sample(config, kind_of(config), rows, total, arguments["model"], read)
    return asdict(suggest(sample, tools(workspace)))


def hub_description(workspace: Workspace, arguments: OfHub, report: Any) -> JsonObject:
    """The hub's description of a data set."""
    return asdict(describe(arguments["source"], arguments["subset"], arguments["split"], workspace.cache))


def download(workspace: Workspace, arguments: OfDataset, report: Any) -> dict[str, int]:
    """How many rows there are, once all of a hub data set is in the cache."""
    config = DatasetConfig.model_validate(arguments["dataset"])
    rows = hub_rows(config.source, config.subset, config.split, workspace.cache, report)
    return {"rows": sum(1 for _ in rows)}


def procedural_tasks(workspace: Workspace, arguments: object, report: Any) -> list[ProceduralTask]:
    """Every procedural task with its parameters."""
    return procedural_names()


def prompt_preview(workspace: Workspace, arguments: OfPrompt, report: Any) -> PromptPreview:
    """The prompt as that model sees it."""
    config = parse_config({"prompt": arguments["prompt"], "model": {"name": arguments["model"]}})
    template = template_of(config.prompt)
    row = Row(arguments["instruction"], "")
    shown_as = rendered_prompts([row], config, workspace)
    ((prompt, tokens),) = shown_as.prompts
    return {
        "prompt": prompt,
        "tokens": tokens,
        "messages": template.messages(row.instruction),
        "problem": shown_as.problem,
        "notices": shown_as.notices,
    }


def shown(value: Any) -> Any:
    """A value as JSON can carry it and a page can show it: long texts and lists cut, NaN as text."""
    if isinstance(value, dict):
        return {str(key): shown(item) for key, item in _first(value.items(), len(value))}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in _first(value, len(value), f"... ({len(value):,} items)")]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    return text if len(text) <= MAX_CELL_SHOWN else f"{text[:MAX_CELL_SHOWN]}... ({len(text):,} characters)"


def _first(items: Iterable[Any], count: int, rest: Any = ("...", "more")) -> list[Any]:
    """At most MAX_ITEMS_SHOWN items, and the number of the others."""
    return [*islice(items, MAX_ITEMS_SHOWN), *([rest] if count > MAX_ITEMS_SHOWN else [])]
