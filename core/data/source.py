"""From a dataset section to the rows of a run: choose the source, map, split by seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from core.config import RunConfig
from core.config.dataset import DatasetConfig, SourceKind
from core.data.builtin import BUILTIN, builtin_rows
from core.data.formats import READERS, read_rows
from core.data.hub import hub_rows
from core.data.mapping import Row, map_rows
from core.errors import InvalidInput
from core.paths import Workspace


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


def kind_of(config: DatasetConfig) -> SourceKind:
    """What `source` names: as given, or found out from its form."""
    if config.kind:
        return config.kind
    if config.source in BUILTIN:
        return "builtin"
    return "upload" if config.source.lower().endswith(tuple(READERS)) else "hub"


def raw_rows(config: DatasetConfig, workspace: Workspace) -> Iterator[dict]:
    """The rows of the source as they are stored, lazily.

    Raises:
        InvalidInput: The source can't be read; `fields` names the setting.
    """
    kind = kind_of(config)
    if kind == "builtin":
        return builtin_rows(config.source, config.parameters)
    if config.parameters:
        problem = f"only generators take parameters, and {config.source} is none"
        raise InvalidInput(f"dataset.parameters: {problem}.", "Remove them.", {"dataset.parameters": problem})
    if kind == "upload":
        return read_rows(workspace.inside(config.source, "dataset.source"))
    if kind == "procedural":
        problem = "procedural tasks are not available in this version"
        raise InvalidInput(f"dataset.kind: {problem}.", "Use builtin, upload or hub.", {"dataset.kind": problem})
    return hub_rows(config.source, config.subset, config.split, workspace.cache)


def check_source(config: RunConfig, workspace: Workspace) -> None:
    """Read the first rows of a local source, so that a wrong file or mapping is refused before anything starts.

    Raises:
        InvalidInput: As `raw_rows` and `map_rows`.
    """
    if kind_of(config.dataset) != "hub":
        map_rows(islice(raw_rows(config.dataset, workspace), 20), config.dataset, config.reward.fields)


def load_split(config: RunConfig, workspace: Workspace) -> Split:
    """The rows of a run, shuffled and split by training.seed: the same seed gives the same split.

    Raises:
        InvalidInput: The source can't be read, or too few rows are left to train on.
    """
    dataset, training, warm_up = config.dataset, config.training, config.pre_training
    mapped = map_rows(raw_rows(dataset, workspace), dataset, config.reward.fields)
    rows = mapped.rows
    random.Random(training.seed).shuffle(rows)
    rows = rows[: dataset.max_samples]
    held = min(round(len(rows) * dataset.validation_fraction), dataset.validation_samples)
    held_out, rest = rows[:held], rows[held:]
    taught: list[Row] = []
    if warm_up.enabled:
        taught = rest[: warm_up.max_samples]
        rest = rest[len(taught) :] or taught
    train = rest[: training.samples_per_epoch]
    if len(train) < config.prompts_per_generation:
        problem = f"{len(train)} rows are left to train on, and one step takes {config.prompts_per_generation} prompts"
        hint = "Add rows, hold out or warm up on fewer, or lower the batch size."
        raise InvalidInput(f"dataset.source: {problem}.", hint, {"dataset.source": problem})
    return Split(taught, train, held_out, mapped.left_out)
