"""DatasetService: lists, previews, checks and downloads data sets, and suggests how to train on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from core.catalog.datasets import CURATED, CuratedDataset, curated
from core.config import RunConfig, parse_config
from core.data.builtin import builtin_sets
from core.data.hub import HubDescription
from core.data.hub_access import is_downloaded
from core.data.preview import DataPreview, MappedPreview
from core.data.procedural import ProceduralTask
from core.data.section import DatasetConfig
from core.data.source import kind_of
from core.errors import InvalidInput
from core.jsonfile import JsonObject
from core.paths import Workspace
from core.rewards.quick_start.suggest import Suggestion
from core.runs.split import check_source
from services.datasets.payloads import DatasetOverview, ListedCurated
from services.datasets.uploads import UploadService
from services.processes.inspector import Inspector
from services.processes.jobs import Job, Jobs

MAX_SAMPLES_SHOWN = 100
"""Rows that one preview shows at most."""


class DatasetService:
    """The data sets of one server; inspection workers read them.

    Args:
        workspace: The data folders.
        inspector: Reads data sets.
        jobs: Reads them in the background.
        uploads: The user's files.
        freeze: Writes saved templates and custom rewards into a configuration, as a plan and a start do.
    """

    def __init__(
        self,
        workspace: Workspace,
        inspector: Inspector,
        jobs: Jobs,
        uploads: UploadService,
        freeze: Callable[[RunConfig], RunConfig],
    ):
        self._workspace = workspace
        self._inspector = inspector
        self._jobs = jobs
        self._uploads = uploads
        self._freeze = freeze
        self._tasks: list[ProceduralTask] | None = None

    def overview(self) -> DatasetOverview:
        """Every data set to choose from, by kind."""
        uploads = self._uploads.listing()
        return {
            "datasets": [self._listed(known) for known in CURATED],
            "builtin": [{"kind": "builtin", "source": known["name"], **known} for known in builtin_sets()],
            "uploads": uploads.entries,
            "broken": uploads.broken,
        }

    def procedural(self) -> list[ProceduralTask]:
        """Every procedural task; the first call takes seconds, because the library is large."""
        if self._tasks is None:
            tasks: list[ProceduralTask] = self._inspector.ask("procedural_tasks", {})
            self._tasks = tasks
        return self._tasks

    def preview(self, source: str, samples: int, **how: Any) -> DataPreview:
        """The first rows of any source, its columns and a guessed mapping.

        Args:
            source: The value of dataset.source.
            samples: The number of rows.
            how: Other values of the dataset section.
        Raises:
            LoraCraftError: The source can't be read.
        """
        if not 1 <= samples <= MAX_SAMPLES_SHOWN:
            problem = f"is from 1 to {MAX_SAMPLES_SHOWN}, not {samples}"
            raise InvalidInput(f"samples {problem}.", "Ask for fewer.", {"samples": problem})
        config = self._config(source, how)
        dataset = config.model_dump(mode="json")
        seen: DataPreview = self._inspector.ask("preview", {"dataset": dataset, "samples": samples})
        known = curated(source) if kind_of(config) == "hub" else None
        if known is not None:
            columns: Any = asdict(known.mapping)
            seen["mapping"] |= columns
            seen["total_rows"] = seen["total_rows"] or known.rows
        return seen

    def fields(self, config: Any) -> MappedPreview:
        """The guessed mapping of the configured data set, and three rows as the model and the reward see them."""
        parsed = self._freeze(parse_config(config))
        mapped: MappedPreview = self._inspector.ask("fields", {"config": parsed.dump()}, "model")
        return mapped

    def suggest(self, source: str, model: str | None, **how: Any) -> Annotated[JsonObject, Suggestion]:
        """Quick Start: mapping, template and reward for a data set and a model, and the score of its own answers."""
        dataset = self._config(source, how).model_dump(mode="json")
        suggested: JsonObject = self._inspector.ask("suggestion", {"dataset": dataset, "model": model}, "rewards")
        return suggested

    def describe(self, source: str, subset: str | None, split: str) -> Annotated[JsonObject, HubDescription]:
        """The hub's description of a data set: subsets, splits, rows, size, licence."""
        arguments = {"source": source, "subset": subset, "split": split}
        described: JsonObject = self._inspector.ask("hub_description", arguments)
        return described

    def check(self, config: Any) -> Job:
        """Start to check every row in the way a run would use it."""
        parsed = self._freeze(parse_config(config))
        return self._jobs.start("check", parsed.dataset.source, {"config": parsed.dump()})

    def download(self, source: str, **how: Any) -> Job:
        """Start to download a hub data set into the cache.

        Raises:
            InvalidInput: The data set is not on the hub.
        """
        config = self._config(source, how)
        if kind_of(config) != "hub":
            problem = "is here already"
            raise InvalidInput(f"{source!r} {problem}.", "Only hub data sets are downloaded.", {"path": problem})
        return self._jobs.start("download", source, {"dataset": config.model_dump(mode="json")})

    def require(self, config: RunConfig) -> None:
        """Check that a run can read its data.

        Raises:
            LoraCraftError: The source, the mapping or a filter does not fit; `fields` names the setting.
        """
        if kind_of(config.dataset) == "builtin":  # our own generators are safe in this process
            check_source(config, self._workspace)
        else:
            self._inspector.ask("check_start", {"config": config.dump()})

    def _listed(self, known: CuratedDataset) -> JsonObject:
        cached = is_downloaded(known.id, known.subset, known.split, self._workspace.cache)
        return asdict(ListedCurated(**vars(known), source=known.id, cached=cached))

    @staticmethod
    def _config(source: str, how: JsonObject) -> DatasetConfig:
        return parse_config({"dataset": {"source": source, **how}}).dataset
