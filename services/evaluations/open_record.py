"""OpenRecord: a batch or an evaluation that waits or runs; EvaluationTools: the services that it uses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from core.evaluations.folder import ResultFolder
from core.evaluations.record import EvaluationRecord, PromptRow
from core.sessions.store import SessionStore
from services.answers.generation import GenerationService
from services.processes.devices import Devices
from services.processes.in_use import InUse
from services.processes.inspector import Inspector
from services.publish import Publish


@dataclass(frozen=True)
class EvaluationTools:
    """The services that every batch and evaluation uses.

    Attributes:
        store: Reads the runs.
        generation: Answers.
        inspector: Reads held-out rows, and scores answers.
        devices: Tells which runs train on a GPU.
        in_use: Notes which sessions are being evaluated.
        publish: Called with ("batch", EvaluationRecord as a dict) after every change.
        clock: Unix seconds.
    """

    store: SessionStore
    generation: GenerationService
    inspector: Inspector
    devices: Devices
    in_use: InUse
    publish: Publish
    clock: Callable[[], float] = time.time

    def publish_record(self, record: EvaluationRecord) -> None:
        """Publish a record as it is now."""
        self.publish("batch", record.as_dict())


@dataclass
class OpenRecord:
    """A batch or an evaluation that waits or runs.

    Attributes:
        record: Its record.
        folder: The folder of its files.
        questions: The questions; those of an evaluation are read when it starts.
        rows: The number of held-out rows that an evaluation asks for.
        sessions: The runs whose files it needs.
        cancelled: Set to end it early.
        ended: Set at its end.
    """

    record: EvaluationRecord
    folder: ResultFolder
    questions: list[PromptRow] = field(default_factory=list)
    rows: int = 0
    sessions: frozenset[str] = frozenset()
    cancelled: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self.cancelled.is_set()

    @property
    def request_id(self) -> str:
        """Names its requests to a model, for a stop."""
        return self.record.test_id
