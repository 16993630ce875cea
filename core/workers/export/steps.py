"""Steps: the work of one export in its order, and how much of the whole is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from core.export.targets import TARGETS, Target
from core.files import size_of
from core.workers.protocol import Reporter

LEAST_GAP_S = 0.25
"""Between two progress events."""
Step = tuple[str, str]
"""(phase, detail): the detail is the target that the phase is about."""

START_S = 6.0
"""The share of importing torch and its libraries."""
SECONDS = {"merging": (2.0, 12.0), "converting": (1.5, 6.0), "quantising": (0.5, 4.0), "proving": (1.5, 6.0)}
"""Seconds of a phase on two cores: the minimum, and per GB of 16-bit weights."""
SCORE_S, PACK_S = 6.0, 0.5
TEXTS = {
    "merging": "Merging the adapter into the weights",
    "converting": "Writing {} as GGUF",
    "quantising": "Quantising {}",
    "proving": "Comparing {} with the adapter",
    "scoring": "Answering held-out questions with {}",
    "packing": "Finishing",
}


class Steps:
    """Reports phases and progress.

    Args:
        gigabytes: The size of the base model in 16 bit, from which the length of each step is estimated.
    """

    def __init__(self, to: Reporter, targets: Sequence[Target], gigabytes: float):
        self._to = to
        self._weights = dict(_weights(targets, gigabytes))
        self._done: set[Step] = set()
        self._now: Step | None = None
        self._text = ""
        self._told_at = 0.0

    def begin(self, phase: str, detail: str = "") -> Callable[[float], None]:
        """Begin a step; call the result with the step's finished fraction."""
        if self._now is not None:
            self._done.add(self._now)
        self._now = (phase, detail if (phase, detail) in self._weights else "")
        self._text = TEXTS[phase].format(TARGETS[detail].file if detail else "the merged model")
        self._to.phase(phase, detail, interruptible=True)
        self._told_at = 0.0
        self.report(0.0)
        return self.report

    def report(self, fraction: float) -> None:
        """Report the progress of the current step, at most every LEAST_GAP_S."""
        if time.monotonic() - self._told_at < LEAST_GAP_S or self._now is None:
            return
        self._told_at = time.monotonic()
        done = sum(self._weights.get(step, 0.0) for step in self._done)
        done += self._weights.get(self._now, 0.0) * min(1.0, max(0.0, fraction))
        whole = sum(self._weights.values())
        fraction = round(min(1.0, done / whole), 4)
        self._to.log.append("progress", phase=self._now[0], fraction=fraction, text=self._text)


@contextmanager
def watching(path: Path, whole_bytes: int, report: Callable[[float], None]) -> Iterator[None]:
    """Report the progress of writing a file or folder while the body writes it.

    Args:
        whole_bytes: Its expected size.
        report: Called with the finished fraction, from a thread.
    """
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(LEAST_GAP_S):
            with suppress(OSError):  # a file was renamed between being listed and being measured
                report(min(1.0, size_of(path) / max(1, whole_bytes)))

    thread = threading.Thread(target=watch, name="growth", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _weights(targets: Sequence[Target], gigabytes: float) -> Iterator[tuple[Step, float]]:
    """Seconds that each step will take, by its bytes."""
    kinds = {target.kind for target in targets}
    if kinds != {"adapter"}:
        yield ("merging", ""), START_S + _seconds("merging", gigabytes)
    if "gguf" in kinds:
        yield ("converting", ""), _seconds("converting", gigabytes)
        yield ("scoring", ""), SCORE_S
    for target in targets:
        if target.kind == "gguf":
            yield ("quantising", target.name), _seconds("quantising", gigabytes)
        if target.kind == "adapter_gguf":
            yield ("converting", target.name), _seconds("converting", gigabytes)
        if target.kind != "adapter":
            yield ("proving", target.name), _seconds("proving", gigabytes * (target.bits or 16.0) / 16.0)
    yield ("packing", ""), PACK_S


def _seconds(phase: str, gigabytes: float) -> float:
    least, each = SECONDS[phase]
    return least + each * gigabytes
