"""An answerer with the interface of GenerationService and an inspector, both in this process, for tests of services."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from core.config import parse_config
from core.errors import Conflict
from core.generation.model_path import ModelRef, model_ref
from core.hardware import Hardware
from core.paths import ADAPTER_WEIGHTS, Workspace
from core.sessions.store import SessionStore
from core.workers.inspect.tasks import TASKS
from services.answers.generation import Ask
from services.evaluations.open_record import EvaluationTools
from services.processes.devices import Devices
from services.processes.in_use import InUse

Say = Callable[[Ask, list[dict]], str]


class Answerer:
    """Says what `say` says; remembers what it was asked; has the devices and the ledger of a server.

    Args:
        workspace: Where models lie.
        say: (ask, chat) -> the answer; may raise.
    """

    def __init__(self, workspace: Workspace, say: Say):
        self._workspace = workspace
        self.say = say
        self.asked: list[Ask] = []
        self.stopped: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.devices = Devices(Hardware(), lambda topic, payload: None)
        self.in_use = InUse()

    def answer(self, ask: Ask, on_answer: Callable[[int, dict], None] | None = None) -> list[dict | None]:
        """As GenerationService.answer; waits for `gate` before each answer."""
        self.asked.append(ask)
        self.stopped.discard(ask.request_id)
        answers: list[dict | None] = [None] * len(ask.chats)
        for index, chat in enumerate(ask.chats):
            while not self.gate.wait(0.01):
                if ask.request_id in self.stopped:
                    return answers
            answers[index] = self._answer(ask, chat)
            if on_answer is not None:
                on_answer(index, answers[index])
        return answers

    def stop(self, request_id: str) -> bool:
        """As GenerationService.stop."""
        self.stopped.add(request_id)
        return True

    def describe(self, model_path: str) -> dict:
        """As GenerationService.describe."""
        return self.ref(model_path).as_dict()

    def ref(self, model_path: str) -> ModelRef:
        """As GenerationService.ref."""
        store = SessionStore(self._workspace)
        return model_ref(model_path, self._workspace, lambda run: store.config(run).model.name)

    def _answer(self, ask: Ask, chat: list[dict]) -> dict:
        text = self.say(ask, chat)
        return {
            "text": text,
            "tokens": len(text.split()),
            "prompt_tokens": 5,
            "seconds": 0.1,
            "tokens_per_second": 10.0,
            "first_token_seconds": 0.1,
            "finish_reason": "stop",
            "seed": ask.sampling.seed,
        }


class Inspection:
    """The tasks of the inspection worker, without the worker; held-out rows are given.

    Args:
        workspace: Whose data is looked at.
        rows: What is held out.
    """

    def __init__(self, workspace: Workspace, rows: list[dict]):
        self._workspace = workspace
        self.rows = rows
        self.doubt = ""

    def ask(self, task: str, arguments: dict, lane: str = "quick", timeout_s: float = 1.0) -> Any:
        """As Inspector.ask."""
        if task == "held_out_rows":
            return {"rows": self.rows[: arguments["rows"]], "held_out": len(self.rows), "doubt": self.doubt}
        return TASKS[task](self._workspace, arguments, lambda fraction, text: None)

    def stop(self, lane: str) -> None:
        """As Inspector.stop; nothing here takes long enough."""


def is_in_use(ledger: InUse, session_id: str) -> bool:
    """Whether anything keeps a session from being deleted."""
    try:
        ledger.require_free(session_id, "deletion")
    except Conflict:
        return True
    return False


def tools_of(store: SessionStore, answerer: Answerer, inspection: Inspection, **more: Any) -> EvaluationTools:
    """What an EvaluationService uses, with both in this process; `more` may be publish and clock."""
    told = {"publish": lambda topic, record: None, **more}
    return EvaluationTools(store, answerer, inspection, answerer.devices, answerer.in_use, **told)


def sums(count: int) -> list[dict]:
    """Held-out rows that ask for sums."""
    return [{"instruction": f"What is {i} + 1?", "reference": str(i + 1), "extras": {}} for i in range(count)]


def make_run(store: SessionStore, session_id: str = "r1", **sections: Any) -> None:
    """A run with a saved adapter, as far as tests of models look at it."""
    config = {"prompt": {"template": "solution-only"}, "reward": {"preset_name": "exact-match"}, **sections}
    paths = store.create(session_id, parse_config(config))
    paths.adapter.mkdir()
    (paths.adapter / ADAPTER_WEIGHTS).touch()
