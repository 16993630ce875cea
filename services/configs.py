"""Saved run configurations: one JSON file each, in configs/."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path
from typing import Any

from typing_extensions import TypedDict

from core.config import parse_config
from core.errors import NotFound
from core.files import clear_path
from core.jsonfile import JsonObject, read_json, write_json
from core.listing import Listing, read_all
from core.paths import Workspace


class SavedConfig(TypedDict):
    """A saved configuration in a list; `modified_at` is in Unix seconds."""

    name: str
    modified_at: float


class ConfigService:
    """Saves, loads, lists and deletes run configurations."""

    def __init__(self, workspace: Workspace):
        self._workspace = workspace

    def save(self, name: str, config: Any) -> JsonObject:
        """Validate a configuration, store it under `name` in place of an earlier one, and return the stored value.

        Raises:
            InvalidInput: The name can't be a file name, or the configuration is not valid.
        """
        value = parse_config(config).dump()
        write_json(self._workspace.saved_config(name), value)
        return value

    def load(self, name: str) -> JsonObject:
        """The stored configuration, with every field present.

        Raises:
            NotFound: There is none of that name.
            InvalidInput: The file was edited into something that is not valid.
        """
        path = self._workspace.saved_config(name)
        if not path.exists():
            raise NotFound(f"There is no saved configuration {name!r}.", "GET /api/configs/list lists them.")
        return parse_config(read_json(path)).dump()

    def saved(self) -> Listing[SavedConfig]:
        """All saved configurations, newest first."""
        found = read_all(self._workspace.configs.glob("*.json"), self._listed, attrgetter("stem"))
        found.entries.sort(key=lambda saved: saved["modified_at"], reverse=True)
        return found

    def _listed(self, file: Path) -> SavedConfig:
        self.load(file.stem)
        return {"name": file.stem, "modified_at": file.stat().st_mtime}

    def delete(self, name: str) -> None:
        """Remove a saved configuration.

        Raises:
            NotFound: There is none of that name.
        """
        path = self._workspace.saved_config(name)
        if not path.exists():
            raise NotFound(f"There is no saved configuration {name!r}.", "GET /api/configs/list lists them.")
        clear_path(path)
