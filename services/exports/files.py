"""ExportFolder: the files of one export on disk, which of them are proven, and how the others are swept away."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from core.errors import LoraCraftError, NotFound
from core.export.folder import WORK, ProofEntry, clear_path, move_aside, proven_entries, write_entries
from core.export.modelfile import MODELFILE, modelfile_names
from core.export.targets import TARGETS, target_named
from core.files import sha256_of
from core.paths import ADAPTER_WEIGHTS
from services.processes.following import end_strays

LOG = logging.getLogger(__name__)


class ListedFile(ProofEntry):
    """An exported file; `is_stale` tells whether the session's adapter has changed since it was made."""

    is_stale: bool


class ExportFolder:
    """exports/<session_id>/ on disk.

    Args:
        folder: It.
        adapter: The session's adapter, which may be newer than what was made of it.
    """

    def __init__(self, folder: Path, adapter: Path):
        self.folder = folder
        self.id = folder.name
        self._adapter = adapter

    def entries(self) -> list[ProofEntry]:
        """What proof.json says of each file that is there."""
        return proven_entries(self.folder)

    def files(self) -> list[ListedFile]:
        """The entries, each with whether it is stale."""
        return [{**entry, "is_stale": self._is_stale(entry)} for entry in self.entries()]

    def modelfile(self) -> str | None:
        """The text of the Modelfile, if a GGUF file was made."""
        try:
            return (self.folder / MODELFILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def modelfiles(self) -> dict[str, Path]:
        """GGUF file -> the Modelfile that names it."""
        found = {}
        for path in self.folder.glob(f"{MODELFILE}*"):
            lines = path.read_text(encoding="utf-8").splitlines()
            named = next((line[7:].strip() for line in lines if line.startswith("FROM ./")), None)
            if named is not None:
                found[named] = path
        return found

    def delete(self, name: str) -> None:
        """Remove one target: its file is moved aside, then leaves proof.json, then the disk.

        Raises:
            InvalidInput: There is no such target.
            NotFound: It was not exported.
            Conflict: Another program holds its file.
        """
        wanted = target_named(name)
        left = [entry for entry in self.entries() if entry["target"] != wanted.name]
        if len(left) == len(self.entries()):
            raise NotFound(f"{wanted.name!r} was not exported from {self.id!r}.", "GET /api/exports/list names all.")
        removed = self.folder / WORK / "removed"
        move_aside(self.folder / wanted.file, removed)
        write_entries(self.folder, left)
        shutil.rmtree(removed.parent, ignore_errors=True)
        self._arrange_modelfiles(left)

    def delete_all(self) -> None:
        """Remove the folder with all that is in it.

        Raises:
            Conflict: Another program holds a file.
        """
        for entry in self.entries():
            self.delete(entry["target"])
        shutil.rmtree(self.folder)

    def sweep(self) -> None:
        """After an export that did not end well: end what it left running, remove what is unfinished or unproven."""
        end_strays(self.folder / WORK)
        shutil.rmtree(self.folder / WORK, ignore_errors=True)
        try:
            entries = self.entries()
            names = {entry["target"] for entry in entries}
            for one in TARGETS.values():
                if one.name not in names:
                    clear_path(self.folder / one.file)
            self._arrange_modelfiles(entries)
        except (LoraCraftError, OSError) as error:  # a proof.json edited by hand, an open file, a full disk
            LOG.warning("The export of %s was not swept: %s", self.id, error)

    def _is_stale(self, entry: ProofEntry) -> bool:
        """By the clock first; only an adapter written later is compared by content."""
        weights = self._adapter / ADAPTER_WEIGHTS
        try:
            is_older = weights.stat().st_mtime <= entry["made_at"]
            return not is_older and sha256_of(weights) != entry["adapter_sha256"]
        except FileNotFoundError:
            return False

    def _arrange_modelfiles(self, entries: Sequence[ProofEntry]) -> None:
        """Remove the Modelfiles of files that are gone; the one of the preferred file is called Modelfile."""
        names = modelfile_names(entries)
        aside = {}
        for file, path in self.modelfiles().items():
            aside[file] = path.replace(path.with_name(f".{path.name}.part"))
        for file, path in aside.items():
            if file in names:
                path.replace(self.folder / names[file])
            else:
                path.unlink()
