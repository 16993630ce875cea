"""outputs/<id>/ on disk: create, list, read a state by folding, read metrics and completions, delete."""

from __future__ import annotations

import logging
import re
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from core.config import RunConfig, parse_config
from core.errors import Broken, Conflict, LoraCraftError, NotFound
from core.files import clear_path
from core.jsonfile import checker, read_json, reading, write_json
from core.listing import Listing, read_all
from core.paths import SessionPaths, Workspace
from core.rewards.record import Group
from core.sessions.events import EventReader, keep_reserve, read_events
from core.sessions.history import Columns, Histories
from core.sessions.kinds import Event, failure_of
from core.sessions.replay import Replays
from core.sessions.snapshot import EVERY_BYTES, keep_state, kept_state
from core.sessions.state import LATEST_ONLY, SessionState, SessionSummary, fold

LOG = logging.getLogger(__name__)
CONFIGS_KEPT = 16
STEP_FILE = re.compile(r"step-\d{6,12}\.jsonl")


@dataclass(frozen=True)
class SessionLabel:
    """The values of a session's configuration that a list shows; None for missing ones."""

    name: str | None
    model: str | None
    dataset: str | None
    completions_per_step: int | None
    max_new_tokens: int | None


UNREADABLE = SessionLabel(None, None, None, None, None)
"""For a session whose configuration can't be read: it is listed, so that it can be deleted."""


class ListedSession(SessionSummary):
    """A session in a list: its state in short, its model and its data set."""

    name: str | None
    model: str | None
    dataset: str | None


@dataclass
class Followed:
    """A log as far as it has been read, its state, and how far the snapshot of that state goes."""

    reader: EventReader
    state: SessionState
    kept_to: int

    def keep(self, events: Path) -> None:
        """Make a snapshot when much has been read since the last one."""
        if self.reader.offset - self.kept_to > EVERY_BYTES:
            keep_state(events, self.reader.offset, self.state)
            self.kept_to = self.reader.offset


def _begun(paths: SessionPaths) -> Followed:
    kept = kept_state(paths.events)
    if kept is None or kept.state.session_id != paths.id:
        return Followed(EventReader(paths.events), SessionState(paths.id), 0)
    return Followed(EventReader(paths.events, kept.mark.offset), kept.state, kept.mark.offset)


class SessionStore:
    """The sessions of a workspace. States are folded as logs grow; nothing is stored twice."""

    def __init__(self, workspace: Workspace):
        self._workspace = workspace
        self._lock = threading.Lock()
        self._followed: dict[str, Followed] = {}
        self._labels: dict[str, SessionLabel] = {}
        self._configs: dict[str, RunConfig] = {}
        self._histories = Histories()
        self._replays = Replays()

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
        self._forget(session_id)
        try:
            keep_reserve(paths.folder)
            write_json(paths.config, config.dump())
        except OSError:
            shutil.rmtree(paths.folder, ignore_errors=True)
            raise
        return paths

    def require_new(self, session_id: str) -> None:
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
        if not paths.config.exists():
            raise NotFound(f"There is no session {session_id!r}.", "GET /api/training/sessions lists them.")
        return paths

    def config(self, session_id: str) -> RunConfig:
        """The configuration a session ran with; it is written once, so those read last are kept."""
        paths = self.paths(session_id)
        config = self._configs.get(session_id)
        if config is None:
            config = parse_config(read_json(paths.config))
            with self._lock:
                while len(self._configs) >= CONFIGS_KEPT:
                    self._configs.pop(next(iter(self._configs)))
                self._configs[session_id] = config
        return config

    def label(self, session_id: str) -> SessionLabel:
        """The listed values of a configuration, also of one that this version would refuse."""
        label = self._labels.get(session_id)
        if label is None:
            label = self._labels[session_id] = label_of(read_json(self.paths(session_id).config))
        return label

    def reads(self, source: str) -> bool:
        """Whether a session that has not ended reads a data file, however its configuration spells the path."""
        file = self._workspace.inside(source, "source")
        used = (label.dataset for state, label in self.labelled(self.states()) if not state.is_final)
        return any(self._workspace.inside(name, "dataset.source") == file for name in used if name)

    def state(self, session_id: str) -> SessionState:
        """The session's state as of now; one whose log can't be read is interrupted by that."""
        paths = self.paths(session_id)
        with self._lock:
            followed = self._followed.get(session_id) or _begun(paths)
            try:
                for event in followed.reader.follow_latest(LATEST_ONLY):
                    followed.state = fold(followed.state, event)
            except Broken as error:
                return SessionState(session_id, status="interrupted", failure=failure_of(error))
            followed.keep(paths.events)
            self._followed[session_id] = followed
            return followed.state

    def states(self) -> list[SessionState]:
        """All sessions, newest first."""
        return self._found().entries

    def _found(self) -> Listing[SessionState]:
        folders = [config.parent for config in self._workspace.outputs.glob("*/config.json")]
        found = read_all(folders, lambda folder: self.state(folder.name))
        found.entries.sort(key=lambda state: state.created_at or 0, reverse=True)
        return found

    def known_states(self) -> list[SessionState]:
        """The states that are in memory, newest first, as they were last read; no file is touched."""
        with self._lock:
            states = [followed.state for followed in self._followed.values()]
        return sorted(states, key=lambda state: state.created_at or 0, reverse=True)

    def labelled(self, states: Iterable[SessionState]) -> list[tuple[SessionState, SessionLabel]]:
        """Each state with the listed values of its configuration; sessions that were just deleted are left out."""
        pairs = []
        for state in states:
            try:
                pairs.append((state, self.label(state.session_id)))
            except NotFound:
                self._forget(state.session_id)
            except LoraCraftError as error:
                LOG.warning("The configuration of %s can't be read: %s", state.session_id, error)
                pairs.append((state, UNREADABLE))
        return pairs

    def summaries(self) -> Listing[ListedSession]:
        """All sessions, newest first; one whose configuration can't be read is in both lists, so it can be deleted."""
        states = self._found()
        folders = (self._workspace.outputs / state.session_id for state in states.entries)
        unlabelled = read_all(folders, lambda folder: self.label(folder.name)).broken
        summaries: list[ListedSession] = [
            {**state.summary(), "name": label.name, "model": label.model, "dataset": label.dataset}
            for state, label in self.labelled(states.entries)
        ]
        return Listing(summaries, states.broken + unlabelled)

    def events(self, session_id: str, after_seq: int = 0) -> list[Event]:
        """The session's events with seq above `after_seq`."""
        return read_events(self.paths(session_id).events, after_seq)

    def replay(self, session_id: str, after_seq: int) -> Iterator[tuple[SessionState, Event]]:
        """The session's events with seq above `after_seq`, each with the state after it, one at a time."""
        return self._replays.events(self.paths(session_id), after_seq)

    def metrics(self, session_id: str, after_step: int, max_points: int, phase: str = "training") -> Columns:
        """Columns of one phase's metrics: name -> values; all as long as `step`, thinned to `max_points`."""
        history = self._histories.of(session_id, self.paths(session_id).events)
        return history.columns(phase, after_step, max_points)

    def completion_steps(self, session_id: str) -> list[int]:
        """The steps whose groups are stored, in order."""
        folder = self.paths(session_id).completions
        try:
            return sorted(step_of(file) for file in folder.iterdir() if STEP_FILE.fullmatch(file.name))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def groups(self, session_id: str, step: int) -> list[Group]:
        """The stored groups of one step that can be read.

        Raises:
            NotFound: That step has none.
        """
        file = self.paths(session_id).completions / completions_file(step)
        try:
            with reading(file):
                lines = file.read_bytes().splitlines()
        except NotFound as error:
            raise NotFound(f"No completions are stored for step {step}.", "Leave step out for the latest.") from error
        return [group for group in map(_group, lines) if group is not None]

    def delete(self, session_id: str) -> None:
        """Remove a session's folder; it disappears from the list at once, even if a file resists."""
        paths = self.paths(session_id)
        clear_path(paths.config)
        self._forget(session_id)
        shutil.rmtree(paths.folder)

    def _forget(self, session_id: str) -> None:
        with self._lock:
            for held in (self._followed, self._labels, self._configs):
                held.pop(session_id, None)
        self._histories.forget(session_id)
        self._replays.forget(self._workspace.session(session_id).folder)


def _taken(session_id: str) -> Conflict:
    hint = "Choose another session_id, or leave it out to get a new one."
    return Conflict(f"The session {session_id!r} exists.", hint, {"session_id": "is taken"})


def _group(line: bytes) -> Group | None:
    """The group in a line; None where it can't be read."""
    try:
        group: Group = from_json(line, allow_inf_nan=False)
        checker(Group).validate_python(group, strict=True)
    except ValueError:
        return None
    return group


def completions_file(step: int) -> str:
    """The name of the file that holds the groups of `step`."""
    return f"step-{step:06d}.jsonl"


def step_of(file: Path) -> int:
    """The step whose groups a completions file holds."""
    return int(file.stem.removeprefix("step-"))


def label_of(config: Any) -> SessionLabel:
    """The label in a stored configuration, whatever its version."""
    sections = config if isinstance(config, dict) else {}

    def value(section: str, name: str, kind: type) -> Any:
        held = sections.get(section)
        found = held.get(name) if isinstance(held, dict) else None
        return found if isinstance(found, kind) else None

    batch, accumulation = (value("training", name, int) for name in ("batch_size", "gradient_accumulation_steps"))
    return SessionLabel(
        name=sections.get("name") if isinstance(sections.get("name"), str) else None,
        model=value("model", "name", str),
        dataset=value("dataset", "source", str),
        completions_per_step=batch * accumulation if batch and accumulation else None,
        max_new_tokens=value("training", "max_new_tokens", int),
    )


def tail_text(path: Path, lines: int, limit_bytes: int = 1_000_000) -> str:
    """The last `lines` lines of a text file, reading at most `limit_bytes` of its end; empty when there is none."""
    try:
        with reading(path), path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - limit_bytes))
            data = file.read()
    except NotFound:
        return ""
    return "\n".join(data.decode("utf-8", "replace").splitlines()[-lines:])
