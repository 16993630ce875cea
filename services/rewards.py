"""RewardService: lists the presets, tries rewards out, and keeps the user's custom rewards with their versions."""

from __future__ import annotations

import re
import shutil
import threading
from dataclasses import asdict
from typing import Annotated, Any, Literal

from typing_extensions import TypedDict

from constants import MAX_BENCH_ROWS
from core.config import RunConfig, parse_config
from core.errors import InvalidInput, NotFound
from core.jsonfile import JsonObject, read_stored, write_json
from core.listing import Listing, read_all
from core.paths import Workspace, checked_name
from core.rewards import sandbox
from core.rewards.base import Component, Parameter, Preset, Sample
from core.rewards.custom.definition import CustomReward
from core.rewards.custom.trial import Trial, functions_of
from core.rewards.names import ALIASES
from core.rewards.presets import PRESETS
from core.rewards.section import RewardConfig
from core.rewards.tested import BenchResult, RewardTest, ValidReward
from core.sessions.store import SessionStore
from services.processes.inspector import Inspector
from services.prompts import PromptService

BENCH_TIMEOUT_S = 300.0
"""How long trying a reward may take; a judge answers slowly."""

VERSION = re.compile(r"[1-9][0-9]{0,8}")
HINT = "GET /api/rewards/custom lists them."


class ShownSample(TypedDict):
    """A worked sample of a preset: a row, and a response to it."""

    kind: Literal["good", "bad"]
    instruction: str
    extras: dict[str, Any]
    response: str
    reference: str


class ShownPreset(TypedDict):
    """A preset as the catalogue shows it; see Preset."""

    name: str
    title: str
    aliases: list[str]
    category: str
    level: str
    tags: list[str]
    summary: str
    judges_truth: bool
    fields: list[str]
    optional: dict[str, str]
    components: list[Annotated[JsonObject, Component]]
    parameters: list[Annotated[JsonObject, Parameter]]
    samples: list[ShownSample]
    runs_python: bool


class ShownReward(TypedDict):
    """One version of a custom reward, and the numbers of all its versions.

    `columns` are those that its Python names: whether it can't do without; `functions` its reward functions.
    """

    name: str
    version: int
    versions: list[int]
    definition: Annotated[JsonObject, CustomReward]
    columns: dict[str, bool]
    functions: list[str]


class SavedReward(ShownReward):
    """A custom reward that was saved, and its scores for three answers to one row."""

    trial: Trial


class ScoredRow(TypedDict):
    """A response to score, and the row that it answers."""

    response: str
    instruction: str
    reference: str
    extras: dict[str, Any]


class RewardService:
    """The rewards of one server.

    Args:
        workspace: The folder of the custom rewards.
        store: Reads past runs.
        inspector: Runs rewards.
        prompts: Writes saved templates out.
    """

    def __init__(self, workspace: Workspace, store: SessionStore, inspector: Inspector, prompts: PromptService):
        self._workspace = workspace
        self._store = store
        self._inspector = inspector
        self._prompts = prompts
        self._saving = threading.Lock()

    def catalogue(self) -> list[ShownPreset]:
        """Every preset with its parts, parameters and worked samples."""
        return [_described(name, preset) for name, preset in PRESETS.items()]

    def sandbox(self) -> str:
        """Where Python of models and users runs on this machine, in words."""
        return sandbox.of_this_machine()

    def rows_of_run(self, session_id: str, step: int | None) -> list[ScoredRow]:
        """The completions of one step of a run, as rows to score again; of its latest step when `step` is None.

        Raises:
            NotFound: There is no such session, or no such step.
        """
        steps = self._store.completion_steps(session_id) if step is None else [step]
        groups = self._store.groups(session_id, steps[-1]) if steps else []
        rows: list[ScoredRow] = [
            {
                "response": completion["text"],
                "instruction": group.get("instruction", {}),
                "reference": group.get("reference", {}),
                "extras": group.get("extras", {}),
            }
            for group in groups
            for completion in group["completions"]
        ]
        if not rows:
            raise NotFound(f"The session {session_id!r} has no completions there.", "Choose another step.")
        return rows

    def test(self, config: Any, rows: list[ScoredRow] | None, samples: int) -> RewardTest:
        """Score the given responses, or the data set's own answers when there are none."""
        if rows is None:
            _require_count(samples)
        parsed = self.frozen(parse_config(config))
        arguments = {"config": parsed.dump(), "rows": rows, "samples": samples}
        tested: RewardTest = self._inspector.ask("reward_test", arguments, "rewards", BENCH_TIMEOUT_S)
        return tested

    def bench(self, config: Any, samples: int) -> BenchResult:
        """Grade every part of a reward by its scores for exploits, made from rows of the data set."""
        _require_count(samples)
        parsed = self.frozen(parse_config(config))
        arguments = {"config": parsed.dump(), "samples": samples}
        graded: BenchResult = self._inspector.ask("reward_bench", arguments, "rewards", BENCH_TIMEOUT_S)
        return graded

    def try_out(self, definition: JsonObject, config: Any) -> Trial:
        """The scores of a custom reward for the right answer, a wrong one and nonsense, without saving it.

        Args:
            config: The run configuration whose data it is tried on; None for a sample.
        Raises:
            InvalidInput: The reward can't be used; `fields` names the line, or the check.
        """
        return self._valid(definition, config)["trial"]

    def save(self, name: str, definition: JsonObject, config: Any = None) -> SavedReward:
        """Try a custom reward, then store it as a new version.

        Args:
            config: As for `try_out`.
        Raises:
            InvalidInput: The reward can't be used; `fields` names the line, or the check.
        """
        checked_name(name, "name")
        if name in PRESETS:
            problem = "is the name of a preset"
            raise InvalidInput(f"{name!r} {problem}.", "Choose another name.", {"name": problem})
        valid = self._valid(definition, config)
        stored = valid["definition"]
        with self._saving:
            versions = self._versions(name)
            if versions and self._at(name, versions[-1]) == stored:
                return {**self._shown(name, versions[-1]), "trial": valid["trial"]}
            number = versions[-1] + 1 if versions else 1
            write_json(self._workspace.rewards / name / f"{number}.json", stored)
            return {**self._shown(name, number), "trial": valid["trial"]}

    def _valid(self, definition: JsonObject, config: Any) -> ValidReward:
        arguments: JsonObject = {"definition": definition, "config": None, "note": "No data set was named."}
        if config is not None:
            try:
                arguments["config"] = self._prompts.frozen(parse_config(config)).dump()
            except InvalidInput as error:
                arguments["note"] = f"The configuration can't be used yet: {error.message}"
        valid: ValidReward = self._inspector.ask("reward_validate", arguments, "rewards", BENCH_TIMEOUT_S)
        return valid

    def get(self, name: str, version: int | None = None) -> ShownReward:
        """One version of a custom reward, the latest when `version` is None.

        Raises:
            NotFound: There is none of that name, or no such version.
        """
        versions = self._versions(name)
        if not versions or (version is not None and version not in versions):
            which = f"version {version} of " if versions else ""
            raise NotFound(f"There is no {which}custom reward {name!r}.", HINT)
        return self._shown(name, versions[-1] if version is None else version)

    def own(self) -> Listing[ShownReward]:
        """All custom rewards, each in its latest version."""
        folders = sorted(
            {file.parent for file in self._workspace.rewards.glob("*/*.json") if VERSION.fullmatch(file.stem)}
        )
        return read_all(folders, lambda folder: self.get(folder.name))

    def delete(self, name: str) -> None:
        """Remove a custom reward with all versions; sessions that use it keep their copy.

        Raises:
            NotFound: There is none of that name.
        """
        if not self._versions(name):
            raise NotFound(f"There is no custom reward {name!r}.", HINT)
        shutil.rmtree(self._workspace.rewards / name)

    def frozen(self, config: RunConfig) -> RunConfig:
        """`config` with the text of the saved templates and custom rewards that it names.

        Raises:
            InvalidInput: There is no template or reward of a name.
        """
        config = self._prompts.frozen(config)
        reward = config.reward.model_dump(mode="json")
        for part in (reward, *reward["components"]):
            if part["custom_name"] is not None and part["custom"] is None:
                part["custom"] = self._definition(part["custom_name"])
        return config.model_copy(update={"reward": RewardConfig.model_validate(reward)})

    def _definition(self, name: str) -> JsonObject:
        versions = self._versions(name)
        if not versions:
            problem = f"there is no custom reward {name!r}"
            raise InvalidInput(f"reward.custom_name: {problem}.", HINT, {"reward.custom_name": problem})
        return self._at(name, versions[-1])

    def _versions(self, name: str) -> list[int]:
        folder = self._workspace.rewards / checked_name(name, "name")
        return sorted(int(file.stem) for file in folder.glob("*.json") if VERSION.fullmatch(file.stem))

    def _at(self, name: str, version: int) -> JsonObject:
        return self._read(name, version).model_dump(mode="json")

    def _read(self, name: str, version: int) -> CustomReward:
        return read_stored(self._workspace.rewards / name / f"{version}.json", CustomReward)

    def _shown(self, name: str, version: int) -> ShownReward:
        definition = self._read(name, version)
        return {
            "name": name,
            "version": version,
            "versions": self._versions(name),
            "definition": definition.model_dump(mode="json"),
            "columns": definition.columns,
            "functions": functions_of(definition.source),
        }


def _require_count(samples: int) -> None:
    if not 1 <= samples <= MAX_BENCH_ROWS:
        problem = f"is from 1 to {MAX_BENCH_ROWS}, not {samples}"
        raise InvalidInput(f"samples {problem}.", "Take fewer rows.", {"samples": problem})


def _described(name: str, preset: Preset) -> ShownPreset:
    return {
        "name": name,
        "title": preset.title,
        "aliases": [alias for alias, known in ALIASES.items() if known == name],
        "category": preset.category,
        "level": preset.level,
        "tags": list(preset.tags),
        "summary": preset.summary,
        "judges_truth": preset.judges_truth,
        "fields": list(preset.fields),
        "optional": dict(preset.optional),
        "components": [asdict(component) for component in preset.components],
        "parameters": [asdict(parameter) for parameter in preset.parameters],
        "runs_python": preset.runs_python,
        "samples": [_sample(s, "good") for s in preset.good] + [_sample(s, "bad") for s in preset.bad],
    }


def _sample(sample: Sample, kind: Literal["good", "bad"]) -> ShownSample:
    return {
        "kind": kind,
        "instruction": sample.example.instruction,
        "extras": dict(sample.example.extras),
        "response": sample.response,
        "reference": sample.reference,
    }
