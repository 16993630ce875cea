"""From a dataset section to the rows of a run: choose the source, map, split by seed."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from core.catalog.datasets import curated
from core.config import RunConfig
from core.config.dataset import DatasetConfig, SourceKind
from core.data.builtin import BUILTIN, builtin_count, builtin_rows
from core.data.formats import SUFFIXES, DataFile
from core.data.hub import hub_rows, preview_rows
from core.data.mapping import BOXED, FINAL_ANSWER_MARK, Row, as_text, lookup, map_rows, usable_rows
from core.data.procedural import DEFAULTS, procedural_rows
from core.errors import InvalidInput
from core.jsonfile import read_json
from core.paths import Workspace

Progress = Callable[[float | None, str], None]
"""Called with (finished fraction or None, text) now and then."""

CHECKED_ROWS, FILTERED_ROWS = 20, 2000
HUB_LEAST_ROWS, HUB_SURPLUS = 10_000, 10
"""With max_samples, so many rows of a hub data set are read, and only the files that hold them are downloaded."""


def unreported(fraction: float | None, text: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Split:
    """The rows of a run. No held-out question is trained on; warm-up and training share rows only if one takes all."""

    warm_up: list[Row]
    train: list[Row]
    held_out: list[Row]
    left_out: Counter

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


def kind_of(config: DatasetConfig) -> SourceKind:
    """What `source` names: as given, or found out from its form."""
    if config.kind:
        return config.kind
    if config.source in BUILTIN:
        return "builtin"
    return "upload" if config.source.lower().removesuffix(".gz").endswith(SUFFIXES) else "hub"


def raw_rows(config: DatasetConfig, workspace: Workspace, report: Progress = unreported) -> Iterator[dict]:
    """The rows of the source as they are stored, lazily.

    Args:
        config: Names the source.
        workspace: Holds uploads and caches.
        report: Told how far a download is.
    Raises:
        InvalidInput: The source can't be read; `fields` names the setting.
    """
    kind = kind_of(config)
    if kind == "builtin":
        return builtin_rows(config.source, config.parameters)
    if kind == "procedural":
        return procedural_rows(config.source, config.parameters)
    _refuse_parameters(config)
    if kind == "upload":
        return data_file(config, workspace).rows()
    return hub_rows(config.source, config.subset, config.split, workspace.cache, report)


def rows_of_run(config: DatasetConfig, workspace: Workspace, report: Progress = unreported) -> Iterator[dict]:
    """The raw rows that a run reads: all, but of a hub data set under max_samples only the first many."""
    rows = raw_rows(config, workspace, report)
    if kind_of(config) == "hub" and config.max_samples is not None:
        return islice(rows, max(HUB_LEAST_ROWS, HUB_SURPLUS * config.max_samples))
    return rows


def _refuse_parameters(config: DatasetConfig) -> None:
    if config.parameters:
        problem = f"only generators take parameters, and {config.source} is none"
        raise InvalidInput(f"dataset.parameters: {problem}.", "Remove them.", {"dataset.parameters": problem})


def data_file(config: DatasetConfig, workspace: Workspace) -> DataFile:
    """The uploaded file that `config` names, in the encoding given here or when it was uploaded."""
    path = workspace.inside(config.source, "dataset.source")
    info = workspace.upload_info(path.name) if path.parent == workspace.uploads.resolve() else None
    known = read_json(info) if info is not None and info.is_file() else {}
    return DataFile(path, config.encoding or known.get("encoding"))


def first_rows(config: DatasetConfig, workspace: Workspace, count: int) -> list[dict]:
    """At most `count` raw rows from the start; of a hub data set without downloading it.

    Raises:
        InvalidInput, NotFound, Conflict, Unavailable: The source can't be read.
    """
    if kind_of(config) == "hub":
        _refuse_parameters(config)
        return preview_rows(config.source, config.subset, config.split, count, workspace.cache)
    return list(islice(raw_rows(config, workspace), count))


def check_source(config: RunConfig, workspace: Workspace) -> None:
    """Read the first rows, so that a wrong file, mapping or filter is refused before anything starts.

    Raises:
        InvalidInput: As `raw_rows` and `map_row`.
    """
    dataset = config.dataset
    rows = first_rows(dataset, workspace, FILTERED_ROWS if dataset.filters else CHECKED_ROWS)
    mapped = map_rows(rows, dataset, config.reward.columns)
    problem = final_answer_problem(rows, dataset)
    if problem and mapped.rows:
        raise InvalidInput(f"dataset.final_answer: {problem}.", "Use auto.", {"dataset.final_answer": problem})


def final_answer_problem(rows: Sequence[dict], config: DatasetConfig) -> str | None:
    """Why the rule for final answers does not fit these rows: none of them has its mark. None where it does."""
    mark = {"hash": FINAL_ANSWER_MARK, "boxed": BOXED}.get(config.final_answer)
    if mark is None or any(mark in as_text(lookup(row, config.response_field, "")) for row in rows):
        return None
    return f"none of the first {len(rows)} answers holds {mark}"


def load_split(config: RunConfig, workspace: Workspace, report: Progress = unreported) -> Split:
    """The rows of a run, shuffled and split by training.seed: the same seed gives the same split.

    Raises:
        InvalidInput: The source can't be read, or too few rows are left to train on.
    """
    left_out: Counter = Counter()
    raw = rows_of_run(config.dataset, workspace, report)
    rows = chosen(usable_rows(raw, config.dataset, config.reward.columns, left_out), config)
    split = cut(rows, config, left_out)
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


def cut(rows: list[Row], config: RunConfig, left_out: Counter) -> Split:
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


def rows_expected(config: DatasetConfig) -> int | None:
    """How many rows a run will find before max_samples, without reading any: of generators and of curated sets.

    None where that is not known: other sets of the hub or other splits, files, and whatever is filtered.

    Raises:
        InvalidInput: A built-in set can't use its parameters.
    """
    if config.filters:
        return None
    kind = kind_of(config)
    if kind == "builtin":
        return builtin_count(config.source, config.parameters)
    if kind == "procedural":
        size = {**DEFAULTS, **config.parameters}["size"]
        return size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None
    known = curated(config.source) if kind == "hub" else None
    if known is None or config.split != known.split or config.subset not in (None, known.subset):
        return None
    return known.rows
