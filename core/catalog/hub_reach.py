"""HubReach: whether the Hugging Face hub answers, asked once, quickly, and known to the server and all its workers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

from typing_extensions import TypedDict

from constants import HUB_TIMEOUT_S
from core.errors import Broken, NotFound
from core.jsonfile import read_stored, write_json

QUICK_S = 1.5
"""How long somebody who looks at a page waits for the hub at most; who starts something waits for HUB_TIMEOUT_S."""
YES_KEPT_S, NO_KEPT_S = 10.0, 30.0
"""How long an answer, or its lack, is taken for what holds now."""
PUBLIC_HUB = "https://huggingface.co"
OFFLINE_VARIABLES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
TRUTHY = ("1", "on", "yes", "true")
SILENT = "it does not answer in time"


class Known(TypedDict):
    """What is kept of the last question: when, of whom, how long it waited, and why there was no answer."""

    at: float
    endpoint: str
    patience_s: float
    problem: str | None


@dataclass(frozen=True)
class HubReach:
    """The way to one hub.

    Attributes:
        endpoint: Its address.
        home: The folder of the hub's library, HF_HOME; the last answer is kept there for all processes.
        is_off: Whether the user has said that no network is asked.
    """

    endpoint: str
    home: Path
    is_off: bool = False

    def problem(self, patience_s: float = QUICK_S, again: bool = False) -> str | None:
        """Why the hub can't be reached; None when it can.

        Args:
            patience_s: The most to wait; an earlier question that was given up sooner is asked again.
            again: Ask even if it was in vain a moment ago, since somebody may have mended the network meanwhile.
        """
        if self.is_off:
            return "the server runs offline"
        known = self.known()
        if known and (known["problem"] is None or not (again or known["patience_s"] < patience_s)):
            return known["problem"]
        problem = _in_time(self.endpoint, patience_s)
        self.note(problem, patience_s)
        return problem

    def known(self) -> Known | None:
        """What was found a moment ago, without asking; None if that is too long ago."""
        with suppress(NotFound, Broken):
            known = read_stored(self._kept, Known)
            kept_s = YES_KEPT_S if known["problem"] is None else NO_KEPT_S
            if known["endpoint"] == self.endpoint and 0 <= time.time() - known["at"] < kept_s:
                return known
        return None

    def note(self, problem: str | None, patience_s: float = QUICK_S) -> None:
        """Keep what became of a question for everybody; where the folder can't be written to, each asks for itself."""
        found: Known = {"at": time.time(), "endpoint": self.endpoint, "patience_s": patience_s, "problem": problem}
        with suppress(OSError):
            write_json(self._kept, found)

    @property
    def _kept(self) -> Path:
        return self.home / "lora_craft_reach.json"


def is_offline(environment: Mapping[str, str]) -> bool:
    """Whether the environment forbids the network."""
    return any(environment.get(name, "").lower() in TRUTHY for name in OFFLINE_VARIABLES)


@dataclass
class _Manners:
    """How this worker asks: how long it waits for the hub at most."""

    patience_s: float = HUB_TIMEOUT_S


_MANNERS = _Manners()


def be_quick() -> None:
    """Let this worker wait for a moment only, since somebody looks at a page meanwhile."""
    _MANNERS.patience_s = QUICK_S


def follow_hub(again: bool = False) -> str | None:
    """In a worker: why the hub can't be reached, None when it can.

    While it can't, the hub's library is offline: it would try every request six times, for 23 seconds and more.

    Args:
        again: As in HubReach.problem.
    """
    from huggingface_hub import constants

    problem = own_reach().problem(_MANNERS.patience_s, again)
    constants.HF_HUB_OFFLINE = problem is not None
    return problem


@lru_cache(maxsize=1)
def own_reach() -> HubReach:
    """In a worker: the hub as its environment names it, looked up before `follow_hub` changes anything."""
    from huggingface_hub import constants

    return HubReach(constants.ENDPOINT, Path(constants.HF_HOME), constants.HF_HUB_OFFLINE)


def _in_time(endpoint: str, patience_s: float) -> str | None:
    """The answer, asked for in a thread: looking up a name has no time limit of its own."""
    import httpx

    answers: Queue[str | None] = Queue()

    def ask() -> None:
        try:
            status = httpx.head(endpoint, timeout=patience_s, verify=endpoint.startswith("https:")).status_code
            answers.put(None if status < 500 else f"it answers {status}")
        except httpx.TimeoutException:
            answers.put(SILENT)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            answers.put(f"nothing answers at {endpoint}, {type(error).__name__}")

    Thread(target=ask, name="hub-reach", daemon=True).start()
    try:
        return answers.get(timeout=patience_s)
    except Empty:
        return SILENT
