"""ExportFolder: the files of one export on disk; lists the proven ones and removes the others."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from core.errors import Broken, LoraCraftError, NotFound
from core.export.folder import WORK, ProofEntry, move_aside, proven_entries, write_entries
from core.export.modelfile import MODELFILE, modelfile_names
from core.export.targets import TARGETS, target_named
from core.files import clear_path, sha256_of
from core.paths import ADAPTER_WEIGHTS
from services.processes.following import end_strays

LOG = logging.getLogger(__name__)


class ListedFile(ProofEntry):
    """An exported file.

    `is_stale` tells whether the session's adapter has changed since it was made. `download` is its name on the user's
    machine; a folder comes as a zip that unpacks to it. `modelfile` names its Modelfile, null for what has none.
    """

    is_stale: bool
    download: str
    modelfile: str | None


class ExportFolder:
    """exports/<session_id>/ on disk.

    Args:
        folder: The folder.
        adapter: The session's adapter, which may be newer than the files made of it.
    """

    def __init__(self, folder: Path, adapter: Path):
        self.folder = folder
        self.id = folder.name
        self._adapter = adapter

    def entries(self) -> list[ProofEntry]:
        """The entries of proof.json whose file exists."""
        return proven_entries(self.folder)

    def files(self) -> list[ListedFile]:
        """The entries, each with its name for a download, its Modelfile, and whether it is stale."""
        entries = self.entries()
        modelfiles = modelfile_names(entries)
        return [
            {
                **entry,
                "is_stale": self._is_stale(entry),
                "download": self.download_name(entry),
                "modelfile": modelfiles.get(entry["file"]),
            }
            for entry in entries
        ]

    def download_name(self, entry: ProofEntry) -> str:
        """The name of a file on the user's machine, which begins with the run's."""
        is_model = entry["kind"] == "gguf"
        return f"{self.id}-{entry['target']}.gguf" if is_model else f"{self.id}-{entry['file']}"

    def modelfile(self) -> str | None:
        """The text of the Modelfile; None without one."""
        try:
            return (self.folder / MODELFILE).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None

    def modelfiles(self) -> dict[str, Path]:
        """GGUF file -> the Modelfile that names it."""
        found = {}
        for path in self.folder.glob(f"{MODELFILE}*"):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            named = next((line[7:].strip() for line in lines if line.startswith("FROM ./")), None)
            if named is not None:
                found[named] = path
        return found

    def delete(self, name: str) -> None:
        """Remove one target: move its file aside, remove its entry from proof.json, then remove the file.

        Raises:
            InvalidInput: There is no such target.
            NotFound: The target was not exported.
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
        """Remove the folder with all its files, also one whose proof.json can't be read.

        Raises:
            Conflict: Another program holds a file.
        """
        with suppress(Broken):
            for entry in self.entries():
                self.delete(entry["target"])
        shutil.rmtree(self.folder)

    def sweep(self) -> None:
        """Clean up after an export that did not complete: kill its processes, remove unfinished and unproven files."""
        end_strays(self.folder / WORK)
        shutil.rmtree(self.folder / WORK, ignore_errors=True)
        try:
            entries = self.entries()
            names = {entry["target"] for entry in entries}
            for known in TARGETS.values():
                if known.name not in names:
                    clear_path(self.folder / known.file)
            self._arrange_modelfiles(entries)
        except (LoraCraftError, OSError) as error:  # a proof.json edited by hand, an open file, a full disk
            LOG.warning("The export of %s was not swept: %s", self.id, error)

    def _is_stale(self, entry: ProofEntry) -> bool:
        """Compare the times first, and the content only of an adapter that was written later."""
        weights = self._adapter / ADAPTER_WEIGHTS
        try:
            is_older = weights.stat().st_mtime <= entry["made_at"]
            return not is_older and sha256_of(weights) != entry["adapter_sha256"]
        except FileNotFoundError:
            return False

    def _arrange_modelfiles(self, entries: Sequence[ProofEntry]) -> None:
        """Remove the Modelfiles of missing files, and name that of the preferred file Modelfile."""
        names = modelfile_names(entries)
        aside = {}
        for file, path in self.modelfiles().items():
            aside[file] = path.replace(path.with_name(f".{path.name}.part"))
        for file, path in aside.items():
            if file in names:
                path.replace(self.folder / names[file])
            else:
                path.unlink()
