"""ExportState: an export as REST and the socket show it, and what its log says in those terms."""

from __future__ import annotations

from dataclasses import dataclass

from core.failures import EXPORT_MEMORY_CURE, Explanation, explain_exit
from core.sessions.kinds import Failure
from services.exports.files import ListedFile
from services.processes.event_logs import Log


@dataclass(frozen=True)
class ExportState:
    """An export as REST and the socket show it; its id is the session's. Times are Unix seconds.

    Attributes:
        detail: The target that the phase is about.
        text: What is being done, in words.
        fraction: How much of the whole is done, 0 to 1.
        eta_seconds: What is left of it; None until that can be known.
        folder: Where the files lie, absolute.
        files: The proven ones, each with `is_stale`: whether the adapter has changed since.
        modelfile: The text of the Modelfile, if there is one.
        push: How the latest push to the hub stands; see PushService.state.
    """

    export_id: str
    session_id: str
    status: str
    phase: str | None
    detail: str
    text: str
    targets: list[str]
    fraction: float
    eta_seconds: float | None
    elapsed_seconds: float | None
    started_at: float | None
    ended_at: float | None
    failure: Failure | None
    is_running: bool
    folder: str
    files: list[ListedFile]
    notices: list[dict]
    modelfile: str | None
    push: dict | None

    @property
    def is_settled(self) -> bool:
        """Whether it stays as it is until its files change."""
        return not self.is_running and (self.push is None or not self.push["is_running"])

    def as_dict(self) -> dict:
        """Its values by name; those inside are its own, so they are only to be read."""
        return dict(vars(self))


def progress_of(log: Log | None, now: float) -> dict:
    """The part of ExportState that a log tells; a folder without one holds what was exported elsewhere."""
    if log is None:
        nothing = dict.fromkeys(("phase", "eta_seconds", "elapsed_seconds", "started_at", "ended_at", "failure"))
        return {**nothing, "status": "completed", "detail": "", "text": "", "fraction": 1.0} | {
            "is_running": False,
            "notices": [],
        }
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


def explain_export_exit(exit_code: int | None) -> Explanation:
    """(cause, cure, code) of an export's worker that ended without a word."""
    cause, _, code = explain_exit(exit_code)
    if code == "killed":
        cure = EXPORT_MEMORY_CURE
    elif code == "disk_full":
        cure = "Free some space (old sessions and exports can be deleted), then export again."
    else:
        cure = "Export again; what was finished before is kept. The end of worker.log shows how far it came."
    return cause, cure, code
