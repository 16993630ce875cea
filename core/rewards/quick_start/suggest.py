"""Quick Start: which mapping, template and reward suit a data set, with reasons and a score of its own answers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice

from typing_extensions import NotRequired, TypedDict

from core.catalog.datasets import curated
from core.data.builtin import BUILTIN
from core.data.guess import MappingSettings, columns_of, guess_final_answer, guess_mapping
from core.data.mapping import LeftOut, Row, map_row, usable_rows
from core.data.profile import Column, named, profile
from core.data.row import RawRow
from core.data.section import DatasetConfig
from core.errors import InvalidInput
from core.jsonfile import JsonObject
from core.prompts.chosen import template_of
from core.prompts.section import PromptConfig
from core.rewards.build import RewardTools, scorers
from core.rewards.numbering import lettered
from core.rewards.presets import PRESETS
from core.rewards.quick_start.fitting import (
    LABEL_NAMES,
    MOST_LABELS,
    Answers,
    Fit,
    fitting,
    other_fits,
    other_rules,
    sorted_labels,
    without_reference,
)
from core.rewards.quick_start.own_answers import ENOUGH, OWN_ROWS, OwnAnswers, earned, in_words, own_answers
from core.rewards.quick_start.prompt import prompt_for, warm_up_for
from core.rewards.section import RewardConfig

FORMAT_WEIGHT = 0.1
MOST_TRIES = 5
PATIENCE_S = 20.0
"""After so long no further proposal is tried."""
TOLD_ROWS, TOLD = 8, 0.95
MADE: MappingSettings = {
    "instruction_field": "instruction",
    "response_field": "response",
    "context_field": None,
    "reasoning_field": None,
    "final_answer": "auto",
}
"""The columns of generated rows."""
NO_REFERENCE = (
    "The data have no answers, so a reward that compares with a reference can't be used. These need none: {0}; so do a "
    "judge (a language model that scores) and rewards of your own."
)


class WeighedPreset(TypedDict):
    """A part of a composite reward."""

    preset_name: str
    parameters: NotRequired[JsonObject]
    weight: NotRequired[float]


class SuggestedReward(TypedDict, total=False):
    """The values of a reward section that a suggestion sets."""

    type: str
    preset_name: str
    parameters: JsonObject
    components: list[WeighedPreset]
    fields: dict[str, str]


@dataclass
class Suggestion:
    """Values for the dataset, prompt, reward and pre_training sections, and a sentence for each choice.

    Attributes:
        own_answers: What the reward gives the data's own answers; null where they have none.
        enough: Whether nearly all of them have a full score, or, if the reward does not judge truth, earn that much.
    """

    dataset: JsonObject
    prompt: JsonObject = field(default_factory=dict)
    reward: SuggestedReward = field(default_factory=SuggestedReward)
    pre_training: JsonObject = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    own_answers: OwnAnswers | None = None
    enough: bool = True


@dataclass(frozen=True)
class Sample:
    """Rows of a data set, and what is known of it.

    Attributes:
        kind: What its source is.
        total: How many rows there are at least.
        model: The model that will be trained; None if it is not chosen.
        every: Reads more rows than `rows`, of which those are a part.
    """

    config: DatasetConfig
    kind: str
    rows: Sequence[RawRow]
    total: int
    model: str | None = None
    every: Callable[[], Iterable[RawRow]] | None = None


@dataclass(frozen=True)
class _Proposal:
    """A mapping with the reward that suits it."""

    dataset: JsonObject
    config: DatasetConfig
    examples: Sequence[Row]
    fit: Fit


def suggest(sample: Sample, tools: RewardTools) -> Suggestion:
    """What to start with: the first proposal whose reward gives the data's own answers nearly all, else the best one.

    Args:
        sample: The mapping in its config is replaced by a guess.
        tools: Resources of rewards.
    Raises:
        InvalidInput: It has no rows, or no column that could be the question.
    """
    if not sample.rows:
        raise InvalidInput("The data set has no rows.", "Choose another.", {"dataset.source": "has no rows"})
    columns = profile(sample.rows)
    dataset, reasons = _mapping(sample)
    if dataset["response_field"] is None:
        return _without_answers(sample, dataset, reasons)
    started = time.perf_counter()
    proposals = _proposals(sample, columns, dataset)
    first = next(proposals)
    best = _tried(sample, first, reasons, tools)
    if best.enough or PRESETS[first.fit.preset].category == "writing":  # whose scale own answers need not reach
        return _with_figure(best)
    judging = (other for other in proposals if PRESETS[other.fit.preset].judges_truth)
    for proposal in islice(judging, MOST_TRIES):
        other = _tried(sample, proposal, [*reasons, _difference(proposal)], tools)
        best = other if _full(other) > _full(best) else best
        if best.enough or time.perf_counter() - started > PATIENCE_S:
            break
    return _with_figure(best)


def _tried(sample: Sample, proposal: _Proposal, reasons: Sequence[str], tools: RewardTools) -> Suggestion:
    """A proposal with what its reward gives the data's own answers."""
    found = _complete(sample, proposal, reasons)
    found.own_answers = _scored(found, sample, tools)
    figure = _full(found) if PRESETS[proposal.fit.preset].judges_truth else earned(found.own_answers)
    found.enough = figure >= ENOUGH
    return found


def _full(found: Suggestion) -> float:
    """The share of own answers with a full score, which counts where the reward judges truth."""
    return found.own_answers["full"] if found.own_answers else 0.0


def _with_figure(found: Suggestion) -> Suggestion:
    """The suggestion with its figure in words before all other reasons."""
    if found.own_answers is not None:
        found.reasons.insert(0, in_words(found.own_answers))
    return found


def _mapping(sample: Sample) -> tuple[JsonObject, list[str]]:
    """(values of the dataset section, reasons)."""
    known = curated(sample.config.source) if sample.kind == "hub" else None
    if known is not None:
        return asdict(known.mapping), [f"Mapping: {known.title} is known."]
    if sample.kind in ("builtin", "procedural"):
        return {**MADE}, ["Mapping: generated rows have a question and an answer."]
    guess = guess_mapping(sample.rows)
    if guess.instruction.field is None:
        problem = f"none of its columns could be the question: {', '.join(columns_of(sample.rows))[:300]}"
        hint = f"{guess.instruction.reason[0].upper()}{guess.instruction.reason[1:]}. Give each row a text to answer."
        raise InvalidInput(f"The data set can't be mapped: {problem}.", hint, {"dataset": problem})
    reasons = [f"Question: {guess.instruction.reason}.", f"Answer: {guess.response.reason}."]
    if guess.context.field:
        reasons.append(f"Context: {guess.context.reason}.")
    if guess.reasoning.field:
        reasons.append(f"Reasoning: {guess.reasoning.reason}.")
    if guess.response.field:
        reasons.append(f"Final answer: {guess.final_answer_reason}.")
    return {**guess.settings}, [*reasons, *guess.hints]


def _proposals(sample: Sample, columns: Sequence[Column], dataset: JsonObject) -> Iterator[_Proposal]:
    """The best proposal first; then other rules for the final answer, other columns of answers, other rewards."""
    first = _proposal(sample, columns, dataset)
    yield first
    if _is_fixed(sample, first.fit):
        return
    answers = Answers(columns, first.config, first.examples)
    for rule in other_rules(answers, first.config):
        yield _proposal(sample, columns, {**dataset, "final_answer": rule})
    for column in _other_answers(columns, first.config):
        rule, _ = guess_final_answer(column.texts)
        patch: JsonObject = {"response_field": column.path, "final_answer": rule, "reasoning_field": None}
        yield _proposal(sample, columns, {**dataset, **patch})
    for fit in other_fits(answers, first.fit.preset):
        yield _Proposal(first.dataset, first.config, first.examples, fit)


def _is_fixed(sample: Sample, fit: Fit) -> bool:
    """Whether no other reward would be better: this one reads a column that was made for it."""
    return sample.kind in ("procedural", "builtin") or fit.preset in ("programming", "multiple-choice", "procedural")


def _other_answers(columns: Sequence[Column], config: DatasetConfig) -> list[Column]:
    """The next column that is called an answer."""
    taken = {config.instruction_field, config.response_field, *config.contexts}
    free = [column for column in columns if column.path not in taken and column.can_answer and not column.is_fact]
    free = [column for column in free if not set(column.words) & LABEL_NAMES]
    best = named("response", free)
    return [column for column in free if best is not None and column.path == best.field]


def _proposal(sample: Sample, columns: Sequence[Column], dataset: JsonObject) -> _Proposal:
    config = DatasetConfig.model_validate({**sample.config.model_dump(), **dataset})
    examples = [map_row(row, config, {}) for row in sample.rows]
    fit = _reward(sample, Answers(columns, config, examples))
    if fit.labels and sample.every is not None:
        labels = {map_row(row, config, {}).reference for row in sample.every()} - {""}
        fit = replace(fit, labels=sorted_labels(labels) if len(labels) <= MOST_LABELS else ())
    return _Proposal(dataset, config, examples, fit)


def _reward(sample: Sample, answers: Answers) -> Fit:
    if sample.kind == "procedural":
        return Fit("procedural", "the task brings its own verifier", {"entry": "entry"})
    known = curated(sample.config.source) if sample.kind == "hub" else None
    if known is not None:
        return Fit(known.preset, f"it is what {known.title} is usually judged by", dict(known.extras))
    if sample.kind == "builtin":
        return Fit(BUILTIN[sample.config.source].preset, "the set is made for it")
    return fitting(answers)


def _complete(sample: Sample, proposal: _Proposal, reasons: Sequence[str]) -> Suggestion:
    """A proposal as values of the sections."""
    fit, config = proposal.fit, proposal.config
    prompt, about_prompt = prompt_for(fit, config, proposal.examples, sample.rows)
    has_markers = prompt["template"] not in ("plain", "code-block")
    said = [*reasons, f"Reward {fit.preset}: {fit.why}.", *about_prompt]
    if has_markers:
        said.append("Solution Format, at a low weight, pays for the markers before answers come right.")
    warm_up = warm_up_for(fit.labels, sample.model, sample.total)
    if warm_up:
        said.append("A warm-up teaches a small model the labels, which it would seldom write by itself.")
    if _is_told(proposal):
        said.append("Careful: nearly every question has its answer in it, so look whether the columns are right.")
    dataset = _dataset(sample, proposal.dataset)
    return Suggestion(dataset, prompt, _weighed(fit, has_markers), warm_up, said)


def _is_told(proposal: _Proposal) -> bool:
    """Whether nearly all questions have their answer in them, though it is a number to be worked out."""
    rows = [row for row in proposal.examples if row.reference]
    if proposal.fit.preset != "math-science" or proposal.config.contexts or len(rows) < TOLD_ROWS:
        return False
    told = [re.search(rf"(?<!\w){re.escape(row.reference)}(?!\w)", row.instruction) is not None for row in rows]
    return sum(told) >= TOLD * len(told)


def _difference(proposal: _Proposal) -> str:
    reads = f"{proposal.config.response_field!r}, final answer {proposal.config.final_answer}"
    return f"The first proposal gave the data's own answers too little; this one reads {reads}."


def _dataset(sample: Sample, mapping: JsonObject) -> JsonObject:
    return sample.config.model_dump(mode="json", exclude_defaults=True) | {"source": sample.config.source} | mapping


def _weighed(fit: Fit, has_markers: bool) -> SuggestedReward:
    extras: SuggestedReward = {"fields": fit.fields} if fit.fields else {}
    part: WeighedPreset = {"preset_name": fit.preset}
    if fit.parameters:
        part["parameters"] = fit.parameters
    if not has_markers:
        alone: SuggestedReward = {"type": "preset", "preset_name": fit.preset, **extras}
        return {**alone, "parameters": fit.parameters} if fit.parameters else alone
    form: WeighedPreset = {"preset_name": "solution-format", "weight": FORMAT_WEIGHT}
    return {"type": "composite", "components": [part, form], **extras}


def _without_answers(sample: Sample, dataset: JsonObject, reasons: Sequence[str]) -> Suggestion:
    """Data without answers: what judges a text by itself."""
    config = DatasetConfig.model_validate({**sample.config.model_dump(), **dataset})
    presets, why = without_reference([map_row(row, config, {}) for row in sample.rows])
    reward: SuggestedReward = {"type": "preset", "preset_name": presets[0]}
    if len(presets) > 1:
        reward = {"type": "composite", "components": [{"preset_name": name} for name in presets]}
    offered = [preset.title for preset in PRESETS.values() if not preset.fields]
    said = [
        *reasons,
        NO_REFERENCE.format(", ".join(offered)),
        f"Reward {' and '.join(presets)}: {why}.",
        "Prompt template plain: the whole completion is the answer.",
    ]
    warm_up: JsonObject = {"enabled": False}
    return Suggestion(_dataset(sample, dataset), {"template": "plain"}, reward, warm_up, said)


def _scored(found: Suggestion, sample: Sample, tools: RewardTools) -> OwnAnswers:
    """What the suggested reward gives the data's own answers."""
    config = DatasetConfig.model_validate(found.dataset)
    reward = RewardConfig.model_validate(found.reward)
    rows = lettered(
        list(usable_rows(sample.rows, config, reward.columns_with(config.response_field), LeftOut())), reward
    )
    template = template_of(PromptConfig.model_validate(found.prompt))
    return own_answers(scorers(reward, tools), reward.weights, rows[:OWN_ROWS], template)
