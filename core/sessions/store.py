"""outputs/<id>/ on disk: create, list, read a state by folding, read metrics and completions, delete."""

from __future__ import annotations

import json
import logging
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path

from core.config import RunConfig, parse_config
from core.errors import Conflict, LoraCraftError, NotFound
from core.jsonfile import read_json, write_json
from core.paths import SessionPaths, Workspace
from core.sessions.events import EventReader, keep_reserve, read_events
from core.sessions.state import SessionState, current_metrics, fold

LOG = logging.getLogger(__name__)


class SessionStore:
    """The sessions of a workspace. States are folded as logs grow; nothing is stored twice."""

    def __init__(self, workspace: Workspace):
        self._workspace = workspace
        self._lock = threading.Lock()
        self._followed: dict[str, tuple[EventReader, SessionState]] = {}

    def create(self, session_id: str, config: RunConfig) -> SessionPaths:
        """Make the folder of a new session with its configuration.

        Raises:
            Conflict: The session_id is taken.
        """
        paths = self._workspace.session(session_id)
        try:
            paths.folder.mkdir(parents=True)
        except FileExistsError as error:
            raise _taken(session_id) from error
        try:
            keep_reserve(paths.folder)
            write_json(paths.config, config.dump())
        except OSError:
            shutil.rmtree(paths.folder, ignore_errors=True)
            raise
        return paths

    def require_free(self, session_id: str) -> None:
        """Check that an id is not taken; `create` checks again.

        Raises:
            Conflict: It is.
        """
        if self._workspace.session(session_id).folder.exists():
            raise _taken(session_id)

    def paths(self, session_id: str) -> SessionPaths:
        """The files of an existing session.

        Raises:
            NotFound: There is none of that name.
        """
        paths = self._workspace.session(session_id)
        if not paths.config.is_file():
            raise NotFound(f"There is no session {session_id!r}.", "GET /api/training/sessions lists them.")
        return paths

    def config(self, session_id: str) -> RunConfig:
        """The configuration a session ran with."""
        return parse_config(read_json(self.paths(session_id).config))

    def reads(self, source: str) -> bool:
        """Whether a session that has not ended reads a data file, however its configuration spells the path."""
        file = self._workspace.inside(source, "source")
        used = (self.config(state.session_id).dataset.source for state in self.states() if not state.is_final)
        return any(self._workspace.inside(name, "dataset.source") == file for name in used)

    def state(self, session_id: str) -> SessionState:
        """The session's state as of now."""
        paths = self.paths(session_id)
        with self._lock:
            reader, state = self._followed.get(session_id) or (EventReader(paths.events), SessionState(session_id))
            for event in reader.read():
                state = fold(state, event)
            self._followed[session_id] = (reader, state)
            return state

    def states(self) -> list[SessionState]:
        """All sessions, newest first."""
        states = []
        for config in self._workspace.outputs.glob("*/config.json"):
            try:
                states.append(self.state(config.parent.name))
            except LoraCraftError as error:  # a folder of another name, or deleted meanwhile
                LOG.warning("outputs/%s is left out: %s", config.parent.name, error)
        return sorted(states, key=lambda state: state.created_at or 0, reverse=True)

    def events(self, session_id: str, after_seq: int = 0) -> list[dict]:
        """The session's events with seq above `after_seq`."""
        return read_events(self.paths(session_id).events, after_seq)

    def metrics(self, session_id: str, after_step: int, max_points: int, phase: str = "training") -> dict:
        """Columns of one phase's metrics: name -> values; all as long as `step`, thinned to `max_points`."""
        rows = [row for row in current_metrics(self.events(session_id)) if row["phase"] == phase]
        return as_columns(thin([row for row in rows if row["step"] > after_step], max_points))

    def completions(self, session_id: str, step: int | None) -> dict:
        """The stored groups of one step, the latest when `step` is null, and the steps there are.

        Raises:
            NotFound: That step has none.
        """
        folder = self.paths(session_id).completions
        steps = sorted(map(step_of, folder.glob("step-*.jsonl")))
        if step is None and not steps:
            return {"step": None, "steps": [], "groups": []}
        chosen = steps[-1] if step is None else step
        if chosen not in steps:
            raise NotFound(f"No completions are stored for step {chosen}.", "Leave step out for the latest.")
        with (folder / completions_file(chosen)).open(encoding="utf-8") as lines:
            return {"step": chosen, "steps": steps, "groups": [json.loads(line) for line in lines]}

    def delete(self, session_id: str) -> None:
        """Remove a session's folder; it disappears from the list at once, even if a file resists."""
        paths = self.paths(session_id)
        with self._lock:
            self._followed.pop(session_id, None)
            paths.config.unlink()
        shutil.rmtree(paths.folder)


def _taken(session_id: str) -> Conflict:
    hint = "Choose another session_id, or leave it out to get a new one."
    return Conflict(f"The session {session_id!r} exists.", hint, {"session_id": "is taken"})


def completions_file(step: int) -> str:
    """The name of the file that holds the groups of `step`."""
    return f"step-{step:06d}.jsonl"


def step_of(file: Path) -> int:
    """The step whose groups a completions file holds."""
    return int(file.stem.removeprefix("step-"))


def thin(rows: list[dict], max_points: int) -> list[dict]:
    """At most `max_points` rows, evenly spaced, the last one always among them."""
    if len(rows) <= max_points:
        return rows
    stride = len(rows) / max_points
    return [rows[min(len(rows) - 1, round((i + 1) * stride) - 1)] for i in range(max_points)]


def as_columns(rows: Iterable[dict]) -> dict:
    """Rows to columns; nested values get dotted names (completion_length.mean), absent ones are null."""
    flat = [_flatten({k: v for k, v in row.items() if k not in ("kind", "phase")}) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    return {name: [row.get(name) for row in flat] for name in names}


def _flatten(row: dict, prefix: str = "") -> dict:
    flat: dict = {}
    for key, value in row.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def tail_text(path: Path, lines: int, limit_bytes: int = 1_000_000) -> str:
    """The last `lines` lines of a text file, reading at most `limit_bytes` of its end; empty when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - limit_bytes))
            data = file.read()
    except FileNotFoundError:
        return ""
    return "\n".join(data.decode("utf-8", "replace").splitlines()[-lines:])
