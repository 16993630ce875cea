"""Measurements: what inspections have found out about a configuration's data and reward, kept for the next question."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from core.config import RunConfig, parse_config
from core.data.source import kind_of
from core.errors import Broken, Dropped, InvalidInput, LoraCraftError, NotFound
from core.jsonfile import JsonObject, read_stored, write_json
from core.paths import Workspace
from core.rewards.quick_start.own_answers import OWN_ROWS
from core.runs.ready import READY_S
from services.processes.awaited import IS_AWAITED
from services.processes.inspector import INSPECT_TIMEOUT_S, LOOK_S, Inspector

LOG = logging.getLogger(__name__)
BENCH_ROWS = 12
"""Enough for a grade, and few enough for READY_S with most rewards."""
KEPT = 200
"""Findings that are kept; the oldest go first."""
GRACE_S = 1.0
"""How much longer than READY_S is waited for a worker to start, or to finish something else."""
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
        self._waiting: Counter[str] = Counter()
        self._checks_file = workspace.cache / "checked_rows.json"
        self._checks = self._stored()
        inspector.answered = self.note

    def known(self, question: Question, config: RunConfig) -> Any:
        """What was found, or a text why it could not be; None where that is not known yet."""
        keys = [self._key(question.task, config), self._drawn_key(question.task, config)]
        with self._lock:
            found = self._found.get(keys[1], self._found.get(keys[0]))
        return JUDGED if found is None and _is_judged(question, config) else found

    def checked(self, config: RunConfig) -> tuple[CheckedRows, bool] | None:
        """What the last check of these rows counted, and whether all of it holds or, after a change, only `mapped`."""
        with self._lock:
            check = self._checks.get(self._rows_key(config))
        return None if check is None else (check, check["of"] == _check_key(config))

    def measure(
        self, config: RunConfig, questions: Sequence[Question] = QUESTIONS, wait_s: float = READY_S + GRACE_S
    ) -> None:
        """Find out what is not known yet, all at once, and wait for it as long as the client does.

        What takes longer than `wait_s` goes on by itself, until the same is asked about another configuration.

        Args:
            config: With all texts written out.
            questions: What to find out.
            wait_s: How long to wait.
        """
        with self._waited_for([self._key(question.task, config) for question in questions]):
            futures = [self._future(question, config) for question in questions]
            under_way = {future for future in futures if future is not None}
            is_awaited, deadline = IS_AWAITED.get(), time.monotonic() + wait_s
            while under_way and is_awaited() and time.monotonic() < deadline:
                under_way = wait(under_way, timeout=LOOK_S).not_done

    def is_under_way(self, question: Question, config: RunConfig) -> bool:
        """Whether this is being measured, because somebody else asks for it."""
        with self._lock:
            return self._key(question.task, config) in self._under_way

    def note(self, task: str, arguments: Mapping[str, Any], result: Any) -> None:
        """Keep what an inspection has found out."""
        if task == "check":
            self._note_check(parse_config(arguments["config"]), result)
        elif task == "fields":
            self._keep(self._key(LENGTHS.task, parse_config(arguments["config"])), result["lengths"])
        elif task in OF_REWARD or task == LENGTHS.task:
            self._keep(self._key(task, parse_config(arguments["config"])), result)

    @contextmanager
    def _waited_for(self, keys: list[str]) -> Iterator[None]:
        """Keep what has these keys from being dropped, whatever else is asked meanwhile."""
        with self._lock:
            self._waiting += Counter(keys)
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= Counter(keys)

    def _is_wanted(self, question: Question, key: str) -> bool:
        return key in self._waiting or self._newest[question.task] == key

    def _future(self, question: Question, config: RunConfig) -> Future[None] | None:
        """The measurement that is under way, begun if need be; None where it is known already."""
        key, known = self._key(question.task, config), self.known(question, config)
        with self._lock:
            self._newest[question.task] = key
            under_way = self._under_way.get(key)
            is_known = isinstance(known, dict) or _is_judged(question, config)
            if under_way is not None or is_known:
                return under_way
            future = self._under_way[key] = Future()
        arguments = (question, config, key)
        threading.Thread(target=self._ask, args=arguments, name=question.task, daemon=True).start()
        return future

    def _ask(self, question: Question, config: RunConfig, key: str) -> None:
        IS_AWAITED.set(lambda: self._is_wanted(question, key))  # of this thread, not of the request that began it
        wanted = {"config": config.dump(), "samples": question.samples}
        try:
            with suppress(Dropped):
                self._inspector.ask(question.task, wanted, question.lane, question.timeout_s)
        except LoraCraftError as error:
            self._keep(key, error.message)
        except Exception as error:  # the outermost frame of this thread: without a text it would be asked for ever
            LOG.exception("The measurement %s broke", question.task)
            self._keep(key, f"it broke ({error!r}); logs/server.log says where.")
        finally:
            with self._lock:
                future = self._under_way.pop(key)
            future.set_result(None)

    def _keep(self, key: str, found: Any) -> None:
        """Keep what was found, unless more is known: nothing is replaced by what fewer rows say."""
        with self._lock:
            self._found[key] = max(found, self._found.pop(key, None), key=_weight)
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
            is_drawn = config.dataset.max_samples is not None
            self._keep((self._drawn_key if is_drawn else self._key)(LENGTHS.task, config), report["answers"])

    def _stored(self) -> dict[str, CheckedRows]:
        """The checks of earlier servers; none where there is no file, or one that somebody has broken."""
        try:
            return read_stored(self._checks_file, dict[str, CheckedRows])
        except (NotFound, Broken):
            return {}

    def _key(self, task: str, config: RunConfig) -> str:
        reward = config.reward.model_dump(mode="json", exclude={"sandbox"})  # "auto" and what it is resolved to are one
        more = reward if task in OF_REWARD else config.model.name
        return json.dumps([task, self._rows_of(config, {"max_samples"}), config.prompt.model_dump(mode="json"), more])

    def _drawn_key(self, task: str, config: RunConfig) -> str:
        """The key of what holds only for the rows that max_samples draws."""
        return json.dumps([self._key(task, config), config.dataset.max_samples, config.training.seed])

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


def _weight(found: Any) -> tuple[bool, bool, bool, int]:
    """How much a finding is worth; a text, which says why there is none, is worth the least."""
    if not isinstance(found, dict):
        return (False, False, False, 0 if found is None else 1)
    return (
        True,
        not found.get("is_estimated", False),
        not found.get("first_only", False),
        found.get("rows", 0),
    )


def _check_key(config: RunConfig) -> str:
    """Everything that a count of split rows depends on besides the rows themselves."""
    prompt, warm_up = config.prompt.model_dump(mode="json"), config.pre_training
    training, dataset = config.training, config.dataset
    split = [dataset.validation_fraction, dataset.validation_samples, training.samples_per_epoch, training.seed]
    lengths = [training.max_sequence_length, training.max_new_tokens, config.model.name]
    return json.dumps([prompt, split, lengths, warm_up.enabled, warm_up.max_samples])


def _is_judged(question: Question, config: RunConfig) -> bool:
    return question.task in OF_REWARD and any(part.judge for part in config.reward.parts)
