"""ProvenFiles: exports/<id>/ with its proof.json; a file comes there only after its proof, and in one step."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from core.export.folder import WORK, ProofEntry, move_aside, proven_entries, write_entries
from core.export.modelfile import modelfile_names
from core.export.targets import Target
from core.files import clear_path
from core.jsonfile import write_text

CLEAR_TRIES, CLEAR_GAP_S = 20, 0.05


class ProvenFiles:
    """The files of an export folder.

    Args:
        folder: exports/<session_id>/.
        modelfile: GGUF file name -> the text of a Modelfile for it.
    """

    def __init__(self, folder: Path, modelfile: Callable[[str], str]):
        self.folder = folder
        self.work = folder / WORK
        self._modelfile = modelfile
        self.entries = {entry["target"]: entry for entry in proven_entries(folder)}

    def begin(self) -> None:
        """An empty work folder; the files of a killed export are removed."""
        clear(self.folder)
        self.work.mkdir()
        for partial in self.folder.glob(".*.part"):
            partial.unlink()

    def publish(self, target: Target, made: Path, entry: ProofEntry) -> None:
        """Move a proven file out of the work folder; it replaces an earlier one.

        The order is: remove the old file, remove its entry, add the new one. So an entry never describes another file.

        Raises:
            Conflict: Another program has opened the old file, which then stays.
        """
        place, replaced = self.folder / target.file, self.work / "replaced"
        if place.exists():
            clear_path(replaced)
            move_aside(place, replaced)
        if self.entries.pop(target.name, None):
            write_entries(self.folder, self.entries.values())
        made.replace(place)
        clear_path(replaced)
        self.update(entry)

    def update(self, entry: ProofEntry) -> None:
        """Replace the entry of a target, and bring the Modelfiles in line."""
        self.entries[entry["target"]] = entry
        write_entries(self.folder, self.entries.values())
        names = modelfile_names(list(self.entries.values()))
        for file, name in names.items():
            write_text(self.folder / name, self._modelfile(file))
        for path in self.folder.glob("Modelfile*"):
            if path.name not in names.values():
                path.unlink()


def clear(folder: Path) -> None:
    """Remove the work folder of an export, also while another thread still writes into it."""
    for _ in range(CLEAR_TRIES):
        shutil.rmtree(folder / WORK, ignore_errors=True)
        if not (folder / WORK).exists():
            return
        time.sleep(CLEAR_GAP_S)
