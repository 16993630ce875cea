"""What the start button knows: findings on whether a run can learn, each with the click that mends it; pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.catalog.families import base_model
from core.config import RunConfig
from core.data.lengths import END_TOKENS, AnswerLengths
from core.data.source import kind_of
from core.prompts.chosen import template_of
from core.prompts.template import Markers
from core.rewards.quick_start.own_answers import ENOUGH, OwnAnswers, earned, in_words
from core.rewards.tested import BenchResult
from core.runs.plan import Estimate
from core.runs.ready_finding import LEVELS, Level, Mend, ReadyFinding
from core.runs.recommended import ROOM, most_new_tokens, with_room
from core.statistics import sign_test, wilson_interval

READY_S = 20.0
"""How long a measurement for these findings may take."""
FEW_HELD_OUT = 20
FAILING = ("F",)
WEAK = ("C", "D")
THOUGHT_TAGS = ("<think>", "</think>")
KNOWN_MARKERS = {"Qwen3": (*THOUGHT_TAGS, "<answer>", "</answer>")}
"""Family of base models -> markers that they were trained on, besides Markdown's."""
GIB, GB = 1024**3, 1e9


@dataclass(frozen=True)
class ModelPlace:
    """Where the base model is.

    Attributes:
        is_here: Whether all of it is on this machine.
        download_bytes: About how much is fetched; None where that is not known.
        hub_problem: Why the hub could not be reached a moment ago; None where it could, or where nobody has asked.
    """

    is_here: bool
    download_bytes: int | None = None
    hub_problem: str | None = None


@dataclass(frozen=True)
class Facts:
    """What is known about a run before it starts; a measurement is a text where it failed, None where it is missing.

    Attributes:
        bench: The Bench's report on the run's reward.
        own_answers: What the data's own answers earn.
        lengths: How long they are.
        estimate: The rows of the run.
        model: Where the base model is.
        disk_free: Bytes.
        disk_needed: Bytes of download, checkpoints and adapter.
    """

    bench: BenchResult | str | None
    own_answers: OwnAnswers | str | None
    lengths: AnswerLengths | str | None
    estimate: Estimate
    model: ModelPlace
    disk_free: int
    disk_needed: int


def ready(config: RunConfig, facts: Facts) -> list[ReadyFinding]:
    """The findings on a configuration as it will run, what needs attention first."""
    found = [
        _bench(facts.bench),
        _own_answers(facts.own_answers),
        _answer_length(facts.lengths, config),
        _rows(facts.estimate, config),
        *_held_out(facts.estimate, config),
        _likely_start(facts.own_answers, config),
        _model(facts.model, config),
        _disk(facts),
    ]
    return sorted(found, key=lambda finding: LEVELS.index(finding["level"]))


def blockers(
    config: RunConfig, bench: BenchResult | str | None, lengths: AnswerLengths | str | None
) -> list[ReadyFinding]:
    """The findings that need a second, explicit start; only what is surely known is one."""
    return [finding for finding in (_bench(bench), _answer_length(lengths, config)) if finding["blocks"]]


def _finding(key: str, level: Level, text: str, **more: Any) -> ReadyFinding:
    title, field = ABOUT[key]
    found: ReadyFinding = {
        "key": key,
        "level": level,
        "title": title,
        "text": text,
        "value": None,
        "field": field,
        "mend": None,
        "blocks": False,
    }
    return {**found, **more}  # type: ignore[typeddict-item]


def _setting(label: str, settings: dict[str, Any]) -> Mend:
    return {"label": label, "settings": settings, "checks_rows": False}


def _bench(found: BenchResult | str | None) -> ReadyFinding:
    if found is None:
        return _finding("bench", "pending", "The Reward Bench has not tried this reward on these rows yet.")
    if isinstance(found, str):
        return _finding("bench", "info", f"The Reward Bench has no grade: {found}")
    grade = found["grade"]
    whole = list(found["rewards"].values())[-1]
    worst = next(iter(whole["findings"]), None)
    why = f" {worst['what']} {worst['what_to_do']}" if worst and grade != "A" else ""
    level: Level = "error" if grade in FAILING else "warning" if grade in WEAK else "good"
    return _finding("bench", level, f"Grade {grade}.{why}", value=grade, blocks=grade in FAILING)


def _own_answers(found: OwnAnswers | str | None) -> ReadyFinding:
    if found is None:
        return _finding("own_answers", "pending", "The data's own answers have not been scored yet.")
    if isinstance(found, str):
        return _finding("own_answers", "info", f"The data's own answers could not be scored: {found}")
    if not found["rows"]:
        return _finding("own_answers", "info", in_words(found))
    share, failing = earned(found), found["failing"]
    if share >= ENOUGH:
        return _finding("own_answers", "good", in_words(found), value=share)
    why = f" Row {failing['row']}: {failing['reason']}." if failing else ""
    level: Level = "warning" if share else "error"
    return _finding("own_answers", level, f"{in_words(found)}{why.replace('..', '.')}", value=share)


def _answer_length(found: AnswerLengths | str | None, config: RunConfig) -> ReadyFinding:
    most = config.training.max_new_tokens
    if found is None:
        return _finding("answer_length", "pending", "The longest answer has not been measured yet.")
    if isinstance(found, str):
        return _finding("answer_length", "info", f"The longest answer could not be measured: {found}")
    about = "about " if found["is_estimated"] else ""
    thoughts = " after its thoughts" if found["thinks"] else ""
    where = f" of the first {found['rows']:,} rows" if found["first_only"] else ""
    takes = f"{about}{found['longest']:,} tokens{thoughts}"
    figure = f"A perfect answer{where} takes up to {takes}, and max_new_tokens is {most:,}"
    value, possible = found["longest"], most_new_tokens(config, found)
    settings = with_room(config, found)
    wanted = settings["training.max_new_tokens"]
    mend = _setting(f"Allow {wanted:,} tokens", settings) if most < wanted else None
    if value - END_TOKENS > most:
        is_sure = not found["is_estimated"]
        text = f"{figure}: it can't be given whole."
        if value - END_TOKENS > possible:
            text, mend = f"{text} It can't fit at all: {possible:,} is the most that can be set for this model.", None
        level: Level = "error" if is_sure else "warning"
        return _finding("answer_length", level, text, value=value, mend=mend, blocks=is_sure)
    if most < value * (1 if config.pre_training.enabled else ROOM):
        return _finding("answer_length", "warning", f"{figure}: hardly any room is left.", value=value, mend=mend)
    return _finding("answer_length", "good", f"{figure}.", value=value)


def _rows(estimate: Estimate, config: RunConfig) -> ReadyFinding:
    train = estimate.train_rows
    if train is None:
        text = "Nobody has counted how many can be used."
        return _finding("rows", "info", text, mend=CHECK)
    needed = config.prompts_per_generation
    if train < needed:
        text = f"{train:,} rows are left to train on, and one step takes {needed} prompts."
        return _finding("rows", "error", text, value=train)
    counted = f"{train:,} rows to train on"
    if not estimate.is_checked and kind_of(config.dataset) in ("hub", "upload"):
        text = f"{counted} at most: nobody has checked them for empty, repeated and too long ones."
        return _finding("rows", "info", text, value=train, mend=CHECK)
    return _finding("rows", "good", f"{counted}.", value=train)


def _held_out(estimate: Estimate, config: RunConfig) -> Iterator[ReadyFinding]:
    held_out, rows = estimate.held_out_rows, estimate.rows
    if held_out is None or rows is None:
        return
    mend = _more_held_out(rows, config)
    if held_out == 0:
        text = "Nothing is held out, so no score will say what was learned."
        yield _finding("held_out", "warning", text, value=0, mend=mend)
    elif held_out < FEW_HELD_OUT:
        yield _finding("held_out", "warning", measures(held_out), value=held_out, mend=mend)
    else:
        yield _finding("held_out", "good", f"{held_out:,} rows are held out.", value=held_out)


def measures(held_out: int) -> str:
    """What a few held-out rows can measure."""
    low, high = wilson_interval(held_out // 2, held_out)
    clear = next((n for n in range(1, held_out + 1) if sign_test(n, 0) <= 0.05), None)
    text = f"Only {held_out}: one is {100 / held_out:.3g} points, and about half right means {low:.0%} to {high:.0%}."
    if clear is None:
        return f"{text} No change can be told from chance."
    return f"{text} A change of fewer than {clear} rows ({100 * clear / held_out:.0f} points) is noise."


def _more_held_out(rows: int, config: RunConfig) -> Mend | None:
    """Hold out FEW_HELD_OUT rows, where that leaves most rows to train on."""
    if rows < 3 * FEW_HELD_OUT:
        return None
    fraction = max(config.dataset.validation_fraction, math.ceil(100 * FEW_HELD_OUT / rows) / 100)
    settings = {
        "dataset.validation_fraction": fraction,
        "dataset.validation_samples": max(FEW_HELD_OUT, config.dataset.validation_samples),
    }
    return _setting(f"Hold out {FEW_HELD_OUT} rows", settings)


def _likely_start(own: OwnAnswers | str | None, config: RunConfig) -> ReadyFinding:
    """Whether the base model's first completions have a chance to score."""
    unseen = unseen_markers(config)
    if config.pre_training.enabled:
        return _finding("likely_start", "good", "The warm-up teaches the form of an answer first.")
    if not unseen:
        return _finding("likely_start", "good", "The form of an answer is one that the model knows.")
    name = config.model.name.rpartition("/")[2]
    text = (
        f"The warm-up is off, and {name} has never seen {unseen[0]}: most first answers will miss it and earn little."
    )
    if isinstance(own, dict) and not own["rows"]:  # without answers there is nothing to warm up on
        return _finding("likely_start", "warning", text)
    return _finding(
        "likely_start", "warning", text, mend=_setting("Turn the warm-up on", {"pre_training.enabled": True})
    )


def unseen_markers(config: RunConfig) -> list[str]:
    """The markers of the template that the base model was not trained on, as far as we know."""
    markers: Markers = template_of(config.prompt).markers
    known = base_model(config.model.name)
    seen = KNOWN_MARKERS.get(known.family, ()) if known else ()
    return [marker for marker in markers.given if marker not in seen and not marker.startswith("```")]


def _model(place: ModelPlace, config: RunConfig) -> ReadyFinding:
    name = config.model.name.rpartition("/")[2]
    if place.is_here:
        return _finding("model", "good", f"{name} is on this machine.")
    size = place.download_bytes
    figure = "is" if size is None else f"(about {size / GB:.1f} GB) is"
    text = f"{name} {figure} downloaded first"
    value = None if size is None else round(size / GB, 1)
    if place.hub_problem:
        return _finding("model", "error", f"{text}, and the hub can't be reached: {place.hub_problem}.", value=value)
    return _finding("model", "info", f"{text}.", value=value)


def _disk(facts: Facts) -> ReadyFinding:
    free, needed = facts.disk_free / GIB, facts.disk_needed / GIB
    text = f"The run needs about {max(needed, 0.1):.1f} GiB of disk, and {free:.1f} GiB are free"
    level: Level = "good" if free > needed else "error"
    return _finding("disk", level, f"{text}." if level == "good" else f"{text}: free some first.", value=round(free, 1))


CHECK: Mend = {"label": "Check all rows", "settings": {}, "checks_rows": True}
ABOUT = {
    "bench": ("Reward Bench", "reward.type"),
    "own_answers": ("Own answers", "dataset.response_field"),
    "answer_length": ("Longest answer", "training.max_new_tokens"),
    "rows": ("Rows", "dataset.source"),
    "held_out": ("Held-out rows", "dataset.validation_samples"),
    "likely_start": ("First answers", "pre_training.enabled"),
    "model": ("Base model", "model.name"),
    "disk": ("Disk", "training.save_total_limit"),
}
"""Finding -> (title, setting where it is decided)."""
