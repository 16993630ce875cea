"""Data sets: what there is to choose from, a look at any of them, guesses, checks and downloads."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from core.catalog.datasets import CURATED, curated
from core.config import RunConfig, parse_config
from core.data.builtin import builtin_sets
from core.data.section import DatasetConfig
from core.data.source import kind_of
from core.errors import InvalidInput
from core.paths import Workspace
from core.runs.split import check_source
from services.datasets.uploads import UploadService
from services.processes.inspector import Inspector
from services.processes.jobs import Job, Jobs
from services.prompts import PromptService

MAX_SAMPLES_SHOWN = 100
"""Rows that one preview shows at most."""


class DatasetService:
    """Looks at data sets through the inspection workers.

    Args:
        workspace: The data folders.
        inspector: Does the looking.
        jobs: Does the long looking.
        uploads: The user's own files.
        prompts: Fills in saved templates.
    """

    def __init__(
        self, workspace: Workspace, inspector: Inspector, jobs: Jobs, uploads: UploadService, prompts: PromptService
    ):
        self._workspace = workspace
        self._inspector = inspector
        self._jobs = jobs
        self._uploads = uploads
        self._prompts = prompts
        self._tasks: list[dict] | None = None

    def overview(self) -> dict:
        """Every data set at hand, by kind: curated ones of the hub, built-in ones, uploads."""
        return {
            "datasets": [{"kind": "hub", "source": known.id, **asdict(known)} for known in CURATED],
            "builtin": [{"kind": "builtin", "source": known["name"], **known} for known in builtin_sets()],
            "uploads": self._uploads.files(),
        }

    def procedural(self) -> list[dict]:
        """Every procedural task; the first call takes seconds, since its library is large."""
        if self._tasks is None:
            self._tasks = self._inspector.ask("procedural_tasks", {})
        return self._tasks

    def preview(self, source: str, samples: int, **how: Any) -> dict:
        """The first rows of any source, its columns and a guessed mapping.

        Args:
            source: As dataset.source.
            samples: How many rows.
            how: Further values of the dataset section.
        Raises:
            LoraCraftError: It can't be read.
        """
        if not 1 <= samples <= MAX_SAMPLES_SHOWN:
            problem = f"is from 1 to {MAX_SAMPLES_SHOWN}, not {samples}"
            raise InvalidInput(f"samples {problem}.", "Ask for fewer.", {"samples": problem})
        config = self._config(source, how)
        dataset = config.model_dump(mode="json")
        seen = self._inspector.ask("preview", {"dataset": dataset, "samples": samples})
        known = curated(source) if kind_of(config) == "hub" else None
        if known is not None:
            seen["mapping"] |= asdict(known.mapping)
            seen["total_rows"] = seen["total_rows"] or known.rows
        return seen

    def fields(self, config: Any) -> dict:
        """The guessed mapping of the configured data set, and three rows as model and reward will see them."""
        parsed = self._prompts.frozen(parse_config(config))
        return self._inspector.ask("fields", {"config": parsed.dump()}, "model")

    def suggest(self, source: str, **how: Any) -> dict:
        """Quick Start: mapping, template and reward for a data set."""
        dataset = self._config(source, how).model_dump(mode="json")
        return self._inspector.ask("suggestion", {"dataset": dataset})

    def describe(self, source: str, subset: str | None, split: str) -> dict:
        """What the hub says about a data set: subsets, splits, rows, size, licence."""
        return self._inspector.ask("hub_description", {"source": source, "subset": subset, "split": split})

    def check(self, config: Any) -> Job:
        """Start to look at every row as a run would use it."""
        parsed = self._prompts.frozen(parse_config(config))
        return self._jobs.start("check", parsed.dataset.source, {"config": parsed.dump()})

    def download(self, source: str, **how: Any) -> Job:
        """Start to fetch a hub data set into the cache.

        Raises:
            InvalidInput: It is none of the hub.
        """
        config = self._config(source, how)
        if kind_of(config) != "hub":
            problem = "is here already"
            raise InvalidInput(f"{source!r} {problem}.", "Only hub data sets are downloaded.", {"path": problem})
        return self._jobs.start("download", source, {"dataset": config.model_dump(mode="json")})

    def require(self, config: RunConfig) -> None:
        """Refuse a run whose data could not be read.

        Raises:
            LoraCraftError: The source, the mapping or a filter does not fit; `fields` names the setting.
        """
        if kind_of(config.dataset) == "builtin":  # our own generators, which need no process to be safe in
            check_source(config, self._workspace)
        else:
            self._inspector.ask("check_start", {"config": config.dump()})

    @staticmethod
    def _config(source: str, how: dict) -> DatasetConfig:
        return parse_config({"dataset": {"source": source, **how}}).dataset
