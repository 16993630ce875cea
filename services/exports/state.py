"""ExportState: an export as REST and the socket show it, and the part of it that its log gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from core.export.stages import Stage
from core.failures import EXPORT_MEMORY_CURE, Explanation, explain_exit
from core.sessions.kinds import Failure, NoticeText
from services.exports.files import ListedFile
from services.exports.push import PushState
from services.processes.event_logs import Log


@dataclass(frozen=True)
class ExportState:
    """An export as REST and the socket show it; its id is the session's. Times are Unix seconds.

    Attributes:
        stages: What the export goes through, in the worker's order.
        detail: The target of the phase.
        text: The present work, in words.
        fraction: The part of the work that is done, 0 to 1.
        eta_seconds: The time left; None before there is an estimate.
        folder: The absolute path of the files.
        files: The proven files, each with `is_stale`: whether the adapter has changed since.
        modelfile: The text of the Modelfile; None without one.
        push: The latest push to the hub; None when there was none.
    """

    export_id: str
    session_id: str
    status: str
    phase: str | None
    detail: str
    text: str
    targets: list[str]
    stages: list[Stage]
    fraction: float
    eta_seconds: float | None
    elapsed_seconds: float | None
    started_at: float | None
    ended_at: float | None
    failure: Failure | None
    is_running: bool
    folder: str
    files: list[ListedFile]
    notices: list[NoticeText]
    modelfile: str | None
    push: PushState | None

    @property
    def is_settled(self) -> bool:
        """Whether it can only change when its files change."""
        return not self.is_running and (self.push is None or not self.push["is_running"])

    def as_dict(self) -> dict[str, Any]:
        """Its values by name; the inner values are shared, so the caller may not change them."""
        return dict(vars(self))


class ExportProgress(TypedDict):
    """The values of ExportState that come from its log."""

    status: str
    phase: str | None
    detail: str
    text: str
    fraction: float
    eta_seconds: float | None
    elapsed_seconds: float | None
    started_at: float | None
    ended_at: float | None
    failure: Failure | None
    is_running: bool
    notices: list[NoticeText]


WITHOUT_LOG: ExportProgress = {
    "status": "completed",
    "phase": None,
    "detail": "",
    "text": "",
    "fraction": 1.0,
    "eta_seconds": None,
    "elapsed_seconds": None,
    "started_at": None,
    "ended_at": None,
    "failure": None,
    "is_running": False,
    "notices": [],
}
"""Of a folder without a log, which holds an export of another machine."""


def progress_of(log: Log | None, now: float) -> ExportProgress:
    """The progress of an export from its log."""
    if log is None:
        return WITHOUT_LOG
    state, progress = log.state, log.progress
    is_over = state.is_final
    return {
        "status": state.status,
        "phase": state.phase,
        "detail": state.phase_detail,
        "text": "" if is_over else progress.text,
        "fraction": round(progress.fraction, 4),
        "eta_seconds": None if is_over else progress.eta_seconds(now),
        "elapsed_seconds": progress.elapsed_seconds(None if is_over else now),
        "started_at": progress.began,
        "ended_at": state.ended_at,
        "failure": state.failure,
        "is_running": not is_over,
        "notices": list(state.notices),
    }


def explain_export_exit(exit_code: int | None, was_short: bool | None = None) -> Explanation:
    """(cause, cure, code) of an export's worker that wrote no final event."""
    cause, _, code = explain_exit(exit_code, was_short)
    if code == "killed":
        cure = EXPORT_MEMORY_CURE
    elif code == "disk_full":
        cure = "Free some space (old sessions and exports can be deleted), then export again."
    else:
        cure = "Export again; what was finished before is kept. The end of worker.log shows how far it came."
    return cause, cure, code
