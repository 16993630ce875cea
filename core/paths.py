"""Every folder and file name the application uses; the only place that joins names given by users."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from core.errors import InvalidInput

MAX_PATH_CHARACTERS = 240
"""The longest path that a user may name; every file system allows it."""

WINDOWS_DEVICES = ("CON", "PRN", "AUX", "NUL", *(f"{kind}{i}" for kind in ("COM", "LPT") for i in range(1, 10)))
ADAPTER_WEIGHTS = "adapter_model.safetensors"
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


PLAIN_NAME = "use 1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit."


def is_plain(name: str) -> bool:
    """Whether a name can be that of a file on every system."""
    is_device = name.split(".")[0].upper() in WINDOWS_DEVICES
    return SAFE_NAME.fullmatch(name) is not None and not name.endswith(".") and not is_device


def checked_name(name: str, field: str) -> str:
    """`name` itself, if it can be a file name that stays in its folder.

    Raises:
        InvalidInput: It has other characters, a path separator, `..` at its start, or over 64 characters.
    """
    if is_plain(name):
        return name
    hint = PLAIN_NAME.capitalize()
    raise InvalidInput(f"{name!r} is not a usable {field}.", hint, {field: hint})


@dataclass(frozen=True)
class SessionPaths:
    """The files of one session; see ARCHITECTURE.md for what each holds."""

    folder: Path

    @property
    def id(self) -> str:
        """The session's id, which is its folder's name."""
        return self.folder.name

    @property
    def config(self) -> Path:
        """The resolved run configuration."""
        return self.folder / "config.json"

    @property
    def events(self) -> Path:
        """The append-only event log."""
        return self.folder / "events.jsonl"

    @property
    def log(self) -> Path:
        """Everything the worker printed."""
        return self.folder / "worker.log"

    @property
    def stop(self) -> Path:
        """The stop request; its text is the mode."""
        return self.folder / "STOP"

    @property
    def completions(self) -> Path:
        """One JSONL file per step with the groups of that step."""
        return self.folder / "completions"

    @property
    def checkpoints(self) -> Path:
        """Trainer checkpoints, and the adapter as the warm-up left it."""
        return self.folder / "checkpoints"

    @property
    def adapter(self) -> Path:
        """The trained LoRA in PEFT format, with its tokenizer."""
        return self.folder / "adapter"

    @property
    def tests(self) -> Path:
        """Batches and evaluations of this session's models, a folder each."""
        return self.folder / "tests"

    @property
    def card(self) -> Path:
        """The run card: model, data, settings and held-out scores."""
        return self.folder / "card.md"


@dataclass(frozen=True)
class Workspace:
    """The data folders under one root."""

    root: Path

    @property
    def outputs(self) -> Path:
        """One folder per session."""
        return self.root / "outputs"

    @property
    def loose_tests(self) -> Path:
        """Batches of models that belong to no session, a folder each."""
        return self.outputs / ".tests"

    @property
    def prompt_files(self) -> Path:
        """Files of prompts while they are read."""
        return self.cache / "prompt-files"

    @property
    def exports(self) -> Path:
        """One folder per exported session."""
        return self.root / "exports"

    @property
    def configs(self) -> Path:
        """Saved run configurations."""
        return self.root / "configs"

    @property
    def uploads(self) -> Path:
        """Data files of the user."""
        return self.root / "uploads"

    @property
    def incoming(self) -> Path:
        """Uploads under way."""
        return self.uploads / ".incoming"

    def upload_info(self, name: str) -> Path:
        """The facts about the upload `name`."""
        return self.uploads / ".info" / f"{checked_name(name, 'name')}.json"

    @property
    def templates(self) -> Path:
        """Saved prompt templates."""
        return self.configs / "prompts"

    @property
    def rewards(self) -> Path:
        """Custom rewards, a folder of versions each."""
        return self.configs / "rewards"

    @property
    def cache(self) -> Path:
        """Everything that can be fetched or made again."""
        return self.root / "cache"

    @property
    def models(self) -> Path:
        """Models restored from packages."""
        return self.cache / "models"

    @property
    def logs(self) -> Path:
        """The server's own log."""
        return self.root / "logs"

    def create(self) -> "Workspace":
        """Make the data folders that are missing."""
        folders = (self.outputs, self.exports, self.configs, self.incoming, self.cache, self.logs)
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        return self

    def session(self, session_id: str) -> SessionPaths:
        """The files of session `session_id`, which need not exist yet."""
        return SessionPaths(self.outputs / checked_name(session_id, "session_id"))

    def export(self, session_id: str) -> Path:
        """The folder of the exports of `session_id`."""
        return self.exports / checked_name(session_id, "session_id")

    def saved_config(self, name: str) -> Path:
        """The file of the saved configuration `name`."""
        return self.configs / f"{checked_name(name, 'name')}.json"

    def inside(self, relative: str, field: str) -> Path:
        """A path named by the user below the root.

        Raises:
            InvalidInput: The path leaves the root, through `..`, an absolute path or a link.
        """
        is_sound = "\0" not in relative and len(relative) <= MAX_PATH_CHARACTERS
        path = (self.root / relative).resolve() if is_sound else None
        if path and path.is_relative_to(self.root.resolve()):
            return path
        hint = "Name a file inside the application's data folders, such as uploads/my-data.jsonl."
        raise InvalidInput(f"{relative!r} is outside the data folder.", hint, {field: hint})
