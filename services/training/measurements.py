"""Measurements: what inspections have found out about a configuration's data and reward, kept for the next question."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypedDict

from core.config import RunConfig, parse_config
from core.data.source import kind_of
from core.errors import Dropped, InvalidInput, LoraCraftError, NotFound
from core.jsonfile import JsonObject, read_json, write_json
from core.paths import Workspace
from core.rewards.own_answers import OWN_ROWS
from core.runs.ready import READY_S
from services.processes.awaited import IS_AWAITED
from services.processes.inspector import INSPECT_TIMEOUT_S, Inspector

BENCH_ROWS = 12
"""Enough for a grade, and few enough for READY_S with most rewards."""
KEPT = 200
"""Findings that are kept; the oldest go first."""
GRACE_S = 1.0
"""How much longer than READY_S is waited for a worker to start, or to finish something else."""
START_WAITS_S = 8.0
"""How long a start waits for what the page is just measuring."""
JUDGED = "a judge is asked for every score, so it is tried only where you ask for it, on the page of rewards."


@dataclass(frozen=True)
class Question:
    """One thing to measure.

    Attributes:
        task: That of the inspection worker.
        lane: Where.
        samples: How many rows; None where the task decides.
        timeout_s: How long the work may take; who asks waits for READY_S, and finds it done the next time.
    """

    task: str
    lane: str
    samples: int | None = None
    timeout_s: float = READY_S


BENCH = Question("reward_bench", "rewards", BENCH_ROWS)
OWN_ANSWERS = Question("reward_own_answers", "rewards", OWN_ROWS)
LENGTHS = Question("answer_lengths", "model", timeout_s=INSPECT_TIMEOUT_S)  # a tokenizer may have to be restored
OF_REWARD = (BENCH.task, OWN_ANSWERS.task)
QUESTIONS = (OWN_ANSWERS, BENCH, LENGTHS)


COUNTS = ("mapped", "usable", "warm_up", "train", "held_out")


class CheckedRows(TypedDict):
    """What a check of all rows has counted; `of` names the configuration for which more than `mapped` holds."""

    of: str
    mapped: int
    usable: int
    warm_up: int
    train: int
    held_out: int


class Measurements:
    """What is known of configurations; whatever any inspection finds out is kept.

    Args:
        workspace: Has the uploads, whose content decides, too, and keeps the checks of rows for the next server.
        inspector: Asks the inspection workers.
    """

    def __init__(self, workspace: Workspace, inspector: Inspector):
        self._workspace = workspace
        self._inspector = inspector
        self._lock = threading.Lock()
        self._found: dict[str, Any] = {}
        self._under_way: dict[str, Future[None]] = {}
        self._newest: dict[str, str] = {}
        self._checks_file = workspace.cache / "checked_rows.json"
        self._checks = self._stored()
        inspector.answered = self.note

    def known(self, question: Question, config: RunConfig) -> Any:
        """What was found, or a text why it could not be; None where that is not known yet."""
        with self._lock:
            found = self._found.get(self._key(question.task, config))
        return JUDGED if found is None and _is_judged(question, config) else found

    def checked(self, config: RunConfig) -> tuple[CheckedRows, bool] | None:
        """What the last check of these rows counted, and whether all of it holds or, after a change, only `mapped`."""
        with self._lock:
            check = self._checks.get(self._rows_key(config))
        return None if check is None else (check, check["of"] == _check_key(config))

    def measure(self, config: RunConfig) -> None:
        """Find out what is not known yet, all at once.

        What takes longer than READY_S goes on by itself, until the same is asked about another configuration.

        Args:
            config: With all texts written out.
        """
        futures = [self._future(question, config) for question in QUESTIONS]
        wait([future for future in futures if future is not None], timeout=READY_S + GRACE_S)

    def settle(self, config: RunConfig) -> None:
        """Wait for what is being measured, for a moment; begin nothing."""
        with self._lock:
            futures = [self._under_way.get(self._key(question.task, config)) for question in QUESTIONS]
        wait([future for future in futures if future is not None], timeout=START_WAITS_S)

    def note(self, task: str, arguments: Mapping[str, Any], result: Any) -> None:
        """Keep what an inspection has found out."""
        if task == "check":
            self._note_check(parse_config(arguments["config"]), result)
        elif task == "fields":
            self._keep(self._key(LENGTHS.task, parse_config(arguments["config"])), result["lengths"])
        elif task in OF_REWARD or task == LENGTHS.task:
            self._keep(self._key(task, parse_config(arguments["config"])), result)

    def _future(self, question: Question, config: RunConfig) -> Future[None] | None:
        """The measurement that is under way, begun if need be; None where it is known already."""
        key = self._key(question.task, config)
        with self._lock:
            self._newest[question.task] = key
            under_way = self._under_way.get(key)
            is_known = isinstance(self._found.get(key), dict) or _is_judged(question, config)
            if under_way is not None or is_known:
                return under_way
            future = self._under_way[key] = Future()
        arguments = (question, config, key)
        threading.Thread(target=self._ask, args=arguments, name=question.task, daemon=True).start()
        return future

    def _ask(self, question: Question, config: RunConfig, key: str) -> None:
        IS_AWAITED.set(lambda: self._newest[question.task] == key)  # of this thread, not of the request that began it
        wanted = {"config": config.dump(), "samples": question.samples}
        try:
            with suppress(Dropped):
                self._inspector.ask(question.task, wanted, question.lane, question.timeout_s)
        except LoraCraftError as error:
            self._keep(key, error.message)
        finally:
            with self._lock:
                future = self._under_way.pop(key)
            future.set_result(None)

    def _keep(self, key: str, found: Any) -> None:
        with self._lock:
            self._found.pop(key, None)
            self._found[key] = found
            for stale in list(self._found)[:-KEPT]:
                del self._found[stale]

    def _note_check(self, config: RunConfig, report: JsonObject) -> None:
        counted: Any = {"of": _check_key(config), **{name: report[name] for name in COUNTS}}
        with self._lock:
            self._checks[self._rows_key(config)] = counted
            for stale in list(self._checks)[:-KEPT]:
                del self._checks[stale]
            with suppress(OSError):  # a full disk costs the next server these counts, and nobody this check
                write_json(self._checks_file, self._checks)
        if report["answers"] is not None:
            self._keep(self._key(LENGTHS.task, config), report["answers"])

    def _stored(self) -> dict[str, CheckedRows]:
        """The checks of earlier servers; none where there is no file, or one that somebody has broken."""
        try:
            stored = read_json(self._checks_file)
        except (NotFound, InvalidInput):
            return {}
        return stored if isinstance(stored, dict) else {}

    def _key(self, task: str, config: RunConfig) -> str:
        reward = config.reward.model_dump(mode="json", exclude={"sandbox"})  # "auto" and what it is resolved to are one
        more = reward if task in OF_REWARD else config.model.name
        return json.dumps([task, self._rows_of(config, {"max_samples"}), config.prompt.model_dump(mode="json"), more])

    def _rows_key(self, config: RunConfig) -> str:
        return json.dumps(self._rows_of(config, set()))

    def _rows_of(self, config: RunConfig, without: set[str]) -> list[Any]:
        """What decides which rows there are: the source, how it is mapped, and the columns that a reward needs."""
        without = without | {"validation_fraction", "validation_samples"}
        dataset = config.dataset.model_dump(mode="json", exclude=without)
        return [dataset, config.columns, self._content(config)]

    def _content(self, config: RunConfig) -> list[int]:
        """What tells an upload from a later one of the same name."""
        if kind_of(config.dataset) != "upload":
            return []
        try:
            state = self._workspace.inside(config.dataset.source, "dataset.source").stat()
        except (OSError, InvalidInput):
            return []
        return [state.st_size, state.st_mtime_ns]


def _check_key(config: RunConfig) -> str:
    """Everything that a count of split rows depends on besides the rows themselves."""
    prompt, warm_up = config.prompt.model_dump(mode="json"), config.pre_training
    training, dataset = config.training, config.dataset
    split = [dataset.validation_fraction, dataset.validation_samples, training.samples_per_epoch, training.seed]
    lengths = [training.max_sequence_length, training.max_new_tokens, config.model.name]
    return json.dumps([prompt, split, lengths, warm_up.enabled, warm_up.max_samples])


def _is_judged(question: Question, config: RunConfig) -> bool:
    return question.task in OF_REWARD and any(part.judge for part in config.reward.parts)
