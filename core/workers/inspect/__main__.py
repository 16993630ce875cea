"""`python -m core.workers.inspect ROOT [--quick]`: looks at data, prompts and rewards, one JSON line each way.

A request is {"id", "task", "arguments"}; answers are {"id", "result"} or {"id", "error"}, before them any number of
{"id", "fraction", "text"}. With --quick it waits for the hub for a moment only. It ends with its input. Hostile files
and hung rewards meet this process, never the server.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import Any, NoReturn, TextIO

from core.catalog.hub_reach import be_quick
from core.errors import LoraCraftError
from core.failures import explain
from core.jsonfile import JsonObject
from core.paths import Workspace
from core.workers.inspect.arguments import InspectionRequest
from core.workers.protocol import move_stdout_aside

INSPECT_MEMORY_BYTES = 16 * 1024**3
"""Address space of an inspection worker; torch alone maps several GiB of it."""

Report = Callable[[float | None, str], None]


def main(root: Path) -> NoReturn:
    """Serve requests until the input ends."""
    faulthandler.enable()
    answers = move_stdout_aside()
    limit_memory()
    threading.Thread(
        target=importlib.import_module, args=("pyarrow.parquet",), daemon=True
    ).start()  # 0.2 s, asked or not
    workspace = Workspace(root.resolve())
    requests: Queue[str] = Queue()
    threading.Thread(target=read_requests, args=(requests,), name="requests", daemon=True).start()
    while True:
        request = json.loads(requests.get())
        _send(answers, request["id"], **_answered(request, workspace, answers))


def read_requests(requests: Queue[str]) -> None:
    """Queue requests, and leave at once when the server is gone, even in the middle of a hung one."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def limit_memory() -> None:
    """Limit the memory of this process, if the system can, so that a hostile file ends only this process."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = INSPECT_MEMORY_BYTES if most == resource.RLIM_INFINITY else min(INSPECT_MEMORY_BYTES, most)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
    except (OSError, ValueError) as error:  # macOS knows the limit and refuses it
        sys.stderr.write(f"The memory of this process is not limited: {error}\n")


def _answered(request: InspectionRequest, workspace: Workspace, answers: TextIO) -> JsonObject:
    from core.workers.inspect.tasks import TASKS

    def report(fraction: float | None, text: str) -> None:
        _send(answers, request["id"], fraction=fraction, text=text)

    try:
        return {"result": TASKS[request["task"]](workspace, request["arguments"], report)}
    except LoraCraftError as error:
        return {"error": error.as_dict()}
    except Exception as error:  # noqa: BLE001 - the worker's outermost frame
        traceback.print_exc()
        cause, cure, _ = explain(error)
        return {"error": {"code": "worker_failed", "message": cause, "hint": cure, "fields": {}}}


def _send(answers: TextIO, number: int, **content: Any) -> None:
    answers.write(json.dumps({"id": number, **content}, default=str) + "\n")


if __name__ == "__main__":
    if "--quick" in sys.argv:
        be_quick()
    main(Path(sys.argv[1]))
