"""PushService: sends exported files to the Hugging Face hub, in a child process that alone gets the token."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from typing_extensions import TypedDict

from core.catalog.hub_reach import PUBLIC_HUB, is_offline
from core.catalog.models import is_hub_id
from core.errors import Broken, Conflict, InvalidInput, NotFound, Unavailable
from core.failures import Explanation, explain_exit
from core.jsonfile import read_stored, write_json, write_text
from core.paths import SessionPaths, Workspace
from core.sessions.events import EventLog
from core.sessions.kinds import Failure, NoticeText, failure_of
from services.exports.files import ExportFolder
from services.exports.plan import checked_targets
from services.processes.event_logs import EventLogs
from services.processes.following import FollowedWorkers, Listeners
from services.processes.in_use import InUse
from services.processes.worker import Launch

MODULE = "core.workers.push"
FOLDER, REQUEST = "push", "push.json"
TOKEN = re.compile(r"[\x21-\x7e]{1,1000}")
UNUSABLE_ENDS = ("-", ".", ".git", ".ipynb")
UPLOADING: Mapping[str, str] = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
"""Upload by Git LFS over HTTP everywhere, which needs no further package and reports its progress."""


@dataclass(frozen=True)
class Push:
    """A push that the user asks for.

    Attributes:
        repo_id: owner/name on the hub.
        targets: Names of exported targets.
        private: Whether a new repository is private.
        token: The user's token for this push; None for the server's.
    """

    repo_id: str
    targets: Sequence[str]
    private: bool = True
    token: str | None = field(default=None, repr=False)


class PushRequest(TypedDict):
    """What the worker reads from push.json."""

    repo_id: str
    targets: list[str]
    private: bool
    url: str


class PushState(PushRequest):
    """The latest push of a session; `fraction` is the part of the bytes that has been sent."""

    status: str
    phase: str | None
    detail: str
    fraction: float
    failure: Failure | None
    started_at: float | None
    is_running: bool
    notices: list[NoticeText]


class PushService:
    """At most one push per session at a time; its events are in exports/<session_id>/push/.

    The child gets the token in its environment only: no file, no argument and no message has it.

    Args:
        workspace: The folders of the exports.
        launch: The environment of the server: HF_TOKEN, HF_ENDPOINT, HF_HUB_OFFLINE.
        logs: Reads the events of workers.
        in_use: Notes which sessions are being pushed.
        changed: Called with the session_id after each change of a push.
    """

    def __init__(
        self, workspace: Workspace, launch: Launch, logs: EventLogs, in_use: InUse, changed: Callable[[str], None]
    ):
        self._workspace = workspace
        self._environment = launch.environment
        self._logs = logs
        self._in_use = in_use

        def ended(paths: SessionPaths) -> None:
            in_use.release(_export_of(paths), "push")
            changed(_export_of(paths))

        listeners = Listeners(
            event=lambda paths, state, event: changed(_export_of(paths)),
            output=lambda paths, text: None,
            ended=ended,
            explain_exit=explain_push_exit,
        )
        self._workers = FollowedWorkers(workspace, replace(launch, module=MODULE), listeners)

    @property
    def has_token(self) -> bool:
        """Whether the server has a token of its own."""
        return bool(self._environment.get("HF_TOKEN"))

    def start(self, export: ExportFolder, push: Push) -> None:
        """Start a push.

        Raises:
            InvalidInput: The repository's name or the token is not valid, or there is no token or no target.
            Conflict: The session is being exported or pushed, or a target has not been exported since the last
                training.
            Unavailable: The server runs offline, or the disk is full.
        """
        self._in_use.require_free(export.id, "push")
        token = self._checked_token(push.token)
        targets = [target.name for target in checked_targets(push.targets)]
        _check(export, push.repo_id, targets)
        if is_offline(self._environment):
            hint = "Start it without HF_HUB_OFFLINE to push."
            raise Unavailable("The server runs offline (HF_HUB_OFFLINE), so nothing can be pushed.", hint)
        paths = self._paths(export.id)
        url = f"{self._environment.get('HF_ENDPOINT') or PUBLIC_HUB}/{push.repo_id}"
        request: PushRequest = {"repo_id": push.repo_id, "targets": targets, "private": push.private, "url": url}
        with self._in_use.from_here(export.id, "push", lambda: not self._is_running(paths)):
            self._workers.require_idle(paths)
            self._logs.begin(paths)
            write_json(paths.folder / REQUEST, request)
            EventLog(paths.events).append("starting", device="cpu")
            self._workers.start(paths, more_environment={**UPLOADING, "HF_TOKEN": token})

    def cancel(self, session_id: str) -> None:
        """Ask a push to stop; the next push does not send again what has been sent.

        Raises:
            NotFound: The session was never pushed.
            Conflict: The session is not being pushed.
        """
        paths = self._paths(session_id)
        if not paths.events.is_file():
            raise NotFound(f"The exports of {session_id!r} were never pushed.", "POST /api/exports/push starts a push.")
        if not self._is_running(paths):
            raise Conflict(f"The exports of {session_id!r} are not being pushed.", "There is nothing to cancel.")
        write_text(paths.stop, "save")

    def state(self, session_id: str) -> PushState | None:
        """The latest push; None when there was none."""
        paths = self._paths(session_id)
        log = self._logs.read(paths)
        if log is None:
            return None
        request, failure = _request(paths)
        return {
            "status": log.state.status if failure is None else "failed",
            **request,
            "phase": log.state.phase,
            "detail": log.state.phase_detail,
            "fraction": round(log.progress.fraction, 4),
            "failure": failure or log.state.failure,
            "started_at": log.progress.began,
            "is_running": log.state.has_worker,
            "notices": list(log.state.notices),
        }

    def recover(self, session_id: str) -> None:
        """At boot: reattach to a push whose worker lives; end one whose worker is gone as interrupted."""
        paths = self._paths(session_id)
        log = self._logs.read(paths)
        if log is not None and log.state.has_worker:
            self._in_use.note(session_id, "push", lambda: not self._is_running(paths))
            self._workers.reattach(paths)

    def wait(self, session_id: str, timeout_s: float | None = None) -> PushState | None:
        """Block until a push has ended, at most `timeout_s`, and return its state."""
        self._workers.wait(self._paths(session_id), timeout_s)
        return self.state(session_id)

    def _paths(self, session_id: str) -> SessionPaths:
        return SessionPaths(self._workspace.exports / session_id / FOLDER)

    def _is_running(self, paths: SessionPaths) -> bool:
        log = self._logs.read(paths)
        return log is not None and log.state.has_worker

    def _checked_token(self, typed: str | None) -> str:
        token = (typed or self._environment.get("HF_TOKEN") or "").strip()
        if not token:
            hint = "Type one with write permission (huggingface.co/settings/tokens), or start the server with HF_TOKEN."
            raise InvalidInput("Pushing needs a token of the hub.", hint, {"token": "is missing"})
        if not TOKEN.fullmatch(token):
            hint = "Copy it again from huggingface.co/settings/tokens."
            raise InvalidInput("The token has characters that no token has.", hint, {"token": "is no token"})
        return token


def _request(paths: SessionPaths) -> tuple[PushRequest, Failure | None]:
    """What was asked for; where that can't be read, nothing, and why."""
    try:
        return read_stored(paths.folder / REQUEST, PushRequest), None
    except (NotFound, Broken) as error:
        return {"repo_id": "", "targets": [], "private": True, "url": ""}, {**failure_of(error), "cure": "Push again."}


def _export_of(paths: SessionPaths) -> str:
    """The session whose exports a push sends, from the push's folder."""
    return paths.folder.parent.name


def explain_push_exit(exit_code: int | None, was_short: bool | None = None) -> Explanation:
    """(cause, cure, code) of a push's worker that wrote no final event."""
    cause, _, code = explain_exit(exit_code, was_short)
    return cause, "Push again; files that have been sent are not sent again.", code


def _check(export: ExportFolder, repo_id: str, targets: Sequence[str]) -> None:
    if not is_hub_id(repo_id) or repo_id.endswith(UNUSABLE_ENDS):
        hint = "Use owner/name, of letters, digits, '-', '_' and '.'; at most 96 characters."
        raise InvalidInput(f"{repo_id!r} can't be the name of a repository.", hint, {"repo_id": hint})
    if not targets:
        raise InvalidInput("There is nothing to push.", "Name what was exported.", {"targets": "is empty"})
    made = {entry["target"]: entry for entry in export.files()}
    stale = [name for name in targets if name in made and made[name]["is_stale"]]
    if stale:
        problem = f"{', '.join(stale)} made before training went on; the model card would speak of another model"
        raise Conflict(f"Of {export.id!r}, {problem}.", "Export it again.", {"targets": problem})
    missing = [name for name in targets if name not in made]
    if missing:
        problem = f"{', '.join(missing)} not exported yet"
        raise Conflict(f"Of {export.id!r} there is {problem}.", "Export it first.", {"targets": problem})
