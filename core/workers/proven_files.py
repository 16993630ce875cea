"""ProvenFiles: exports/<id>/ with its proof.json; a file comes there only after its proof, and in one step."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from core.export.modelfile import modelfile_names
from core.export.targets import TARGETS, Target
from core.jsonfile import read_json, write_json, write_text

WORK = ".work"
PIECE_BYTES = 1024 * 1024
CLEAR_TRIES, CLEAR_GAP_S = 20, 0.05


class ProvenFiles:
    """What an export folder holds.

    Args:
        folder: exports/<session_id>/.
        modelfile: GGUF file name -> the text of a Modelfile for it.
    """

    def __init__(self, folder: Path, modelfile: Callable[[str], str]):
        self.folder = folder
        self.work = folder / WORK
        self._proof = folder / "proof.json"
        self._modelfile = modelfile
        known = read_json(self._proof)["files"] if self._proof.is_file() else []
        self.entries = {e["target"]: e for e in known if "target" in e and (folder / e["file"]).exists()}

    def begin(self) -> None:
        """An empty work folder; what an export that was killed left behind is removed."""
        clear(self.folder)
        self.work.mkdir()
        for partial in self.folder.glob(".*.part"):
            partial.unlink()

    def publish(self, target: Target, made: Path, entry: dict) -> None:
        """Move a proven file out of the work folder, in place of an earlier one.

        The old entry goes first and the new one comes last, so that no entry ever stands for a file it is not about.
        """
        if self.entries.pop(target.name, None):
            self._write()
        place = self.folder / target.file
        if target.is_folder and place.exists():
            shutil.rmtree(self.work / "replaced", ignore_errors=True)
            place.rename(self.work / "replaced")
        made.replace(place)
        self.update(entry)

    def update(self, entry: dict) -> None:
        """Replace the entry of a target, and bring the Modelfiles in line."""
        self.entries[entry["target"]] = entry
        self._write()
        names = modelfile_names(list(self.entries.values()))
        for file, name in names.items():
            write_text(self.folder / name, self._modelfile(file))
        for path in self.folder.glob("Modelfile*"):
            if path.name not in names.values():
                path.unlink()

    def _write(self) -> None:
        order = list(TARGETS)
        entries = sorted(self.entries.values(), key=lambda entry: order.index(entry["target"]))
        write_json(self._proof, {"session_id": self.folder.name, "files": entries})


def clear(folder: Path) -> None:
    """Remove the work folder of an export, also while another thread still writes into it."""
    for _ in range(CLEAR_TRIES):
        shutil.rmtree(folder / WORK, ignore_errors=True)
        if not (folder / WORK).exists():
            return
        time.sleep(CLEAR_GAP_S)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    return sum(file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
