"""OpenRecord: a batch or an evaluation that waits or is at work, and what its work needs."""

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
    """What every batch and evaluation uses.

    Attributes:
        store: Knows the runs.
        generation: Answers.
        inspector: Reads held-out rows and scores.
        devices: Knows which runs train on a GPU.
        in_use: Knows who works on which session.
        publish: Called with ("batch", the record as a dict) at every change.
        clock: Unix seconds.
    """

    store: SessionStore
    generation: GenerationService
    inspector: Inspector
    devices: Devices
    in_use: InUse
    publish: Publish
    clock: Callable[[], float] = time.time

    def announce(self, record: EvaluationRecord) -> None:
        """Publish how a record stands."""
        self.publish("batch", record.as_dict())


@dataclass
class OpenRecord:
    """One that waits or is at work.

    Attributes:
        record: How it stands.
        folder: Where it is kept.
        questions: What is asked; those of an evaluation are read when its turn comes.
        rows: How many held-out rows an evaluation wants.
        sessions: The runs whose files it needs.
        cancelled: Set when it is to end early.
        ended: Set when it is over.
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
        """Whether it is to end early."""
        return self.cancelled.is_set()

    @property
    def request_id(self) -> str:
        """By which what it asks at the moment can be stopped."""
        return self.record.test_id
