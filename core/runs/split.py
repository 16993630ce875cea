"""The rows of a run: the source of its configuration, mapped, and split by the seed."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable
from dataclasses import dataclass

from core.config import RunConfig
from core.data.mapping import LeftOut, Row, usable_rows
from core.data.source import Progress, final_answer_problem, first_usable, rows_of_run, unreported
from core.errors import InvalidInput
from core.paths import Workspace
from core.rewards.numbering import lettered


@dataclass(frozen=True)
class Split:
    """The rows of a run. No held-out question is trained on; warm-up and training share rows only if one takes all."""

    warm_up: list[Row]
    train: list[Row]
    held_out: list[Row]
    left_out: LeftOut

    @property
    def shares_rows(self) -> bool:
        """Whether the warm-up left no rows, so that GRPO uses the same."""
        return bool(self.warm_up) and self.warm_up[0] in self.train


@dataclass(frozen=True)
class SplitSizes:
    """How many rows each part of a split gets."""

    warm_up: int
    train: int
    held_out: int


def check_source(config: RunConfig, workspace: Workspace) -> None:
    """Read the first rows, so that a wrong file, mapping or filter is refused before anything starts.

    Raises:
        InvalidInput: As `raw_rows` and `map_row`.
    """
    dataset = config.dataset
    mapped, rows = first_usable(dataset, workspace, config.columns)
    problem = final_answer_problem(rows, dataset)
    if problem and mapped.rows:
        raise InvalidInput(f"dataset.final_answer: {problem}.", "Use auto.", {"dataset.final_answer": problem})


def load_split(config: RunConfig, workspace: Workspace, report: Progress = unreported) -> Split:
    """The rows of a run, shuffled and split by training.seed: the same seed gives the same split.

    Raises:
        InvalidInput: The source can't be read, or too few rows are left to train on.
    """
    left_out = LeftOut()
    raw = rows_of_run(config.dataset, workspace, report)
    rows = chosen(usable_rows(raw, config.dataset, config.columns, left_out), config)
    split = cut(lettered(rows, config.reward), config, left_out)
    if len(split.train) < config.prompts_per_generation:
        needed = config.prompts_per_generation
        problem = f"{len(split.train)} rows are left to train on, and one step takes {needed} prompts"
        out = "".join(f"; {count} {why}" for why, count in left_out.items())
        hint = "Add rows, hold out or warm up on fewer, or lower the batch size."
        raise InvalidInput(f"dataset.source: {problem}{out}.", hint, {"dataset.source": f"{problem}{out}"})
    return split


def chosen(rows: Iterable[Row], config: RunConfig) -> list[Row]:
    """The rows that are used, in the seed's order; no more than dataset.max_samples are ever in memory."""
    order = random.Random(config.training.seed)
    if config.dataset.max_samples is not None:
        drawn = ((order.random(), number, row) for number, row in enumerate(rows))
        return [row for _, _, row in heapq.nsmallest(config.dataset.max_samples, drawn)]
    shuffled = list(rows)
    order.shuffle(shuffled)
    return shuffled


def cut(rows: list[Row], config: RunConfig, left_out: LeftOut) -> Split:
    """Rows in their order as held-out, warm-up and training rows."""
    sizes = split_sizes(len(rows), config)
    held_out, rest = rows[: sizes.held_out], rows[sizes.held_out :]
    taught = rest[: sizes.warm_up]
    rest = rest[len(taught) :] or taught
    return Split(taught, rest[: sizes.train], held_out, left_out)


def split_sizes(rows: int, config: RunConfig) -> SplitSizes:
    """How `rows` rows are cut; when the warm-up takes all that are not held out, GRPO trains on the same ones."""
    dataset, warm_up, most = config.dataset, config.pre_training, config.training.samples_per_epoch
    held_out = min(round(rows * dataset.validation_fraction), dataset.validation_samples)
    rest = rows - held_out
    taught = min(rest, warm_up.max_samples or rest) if warm_up.enabled else 0
    rest = rest - taught or taught
    return SplitSizes(taught, rest if most is None else min(rest, most), held_out)
