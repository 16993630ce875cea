"""ExportFolder: the files of one export on disk, which of them are proven, and how the others are swept away."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from core.errors import Conflict, NotFound
from core.export.modelfile import MODELFILE, modelfile_names
from core.export.targets import TARGETS, Target, target
from core.jsonfile import read_json, write_json
from services.worker_threads import end_strays

LOG = logging.getLogger(__name__)
PROOF, WORK = "proof.json", ".work"
WEIGHTS = "adapter_model.safetensors"


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

    def entries(self) -> list[dict]:
        """What proof.json says of each file that is there."""
        return [entry for entry in _proven(self.folder / PROOF) if (self.folder / entry["file"]).exists()]

    def files(self) -> list[dict]:
        """The entries, each with `is_stale`: whether the session's adapter has changed since."""
        return [entry | {"is_stale": self._is_stale(entry)} for entry in self.entries()]

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
        """Remove one target; it is out of proof.json before its file goes.

        Raises:
            InvalidInput: There is no such target.
            NotFound: It was not exported.
            Conflict: Another program holds its file.
        """
        wanted = target(name)
        left = [entry for entry in self.entries() if entry["target"] != wanted.name]
        if len(left) == len(self.entries()):
            raise NotFound(f"{wanted.name!r} was not exported from {self.id!r}.", "GET /api/exports/list names all.")
        self._write(left)
        self._remove(wanted)
        self._arrange_modelfiles(left)

    def delete_all(self) -> None:
        """Remove the folder with all that is in it.

        Raises:
            Conflict: Another program holds a file.
        """
        (self.folder / PROOF).unlink(missing_ok=True)
        try:
            shutil.rmtree(self.folder)
        except PermissionError as error:
            raise _held(error) from error

    def sweep(self) -> None:
        """After an export that did not end well: end what it left running, remove what is unfinished or unproven."""
        end_strays(self.folder / WORK)
        shutil.rmtree(self.folder / WORK, ignore_errors=True)
        entries = self.entries()
        kept = [entry for entry in entries if self._is_as_proven(entry)]
        names = {entry["target"] for entry in kept}
        try:
            for wanted in TARGETS.values():
                if wanted.name not in names:
                    self._remove(wanted)
            if kept != entries:
                LOG.warning("%s keeps %s of %s", self.id, sorted(names), sorted(e["target"] for e in entries))
                self._write(kept)
            self._arrange_modelfiles(kept)
        except (Conflict, OSError) as error:  # an open file, or a full disk; what is listed is proven all the same
            LOG.warning("The export of %s was not swept: %s", self.id, error)

    def _is_as_proven(self, entry: dict) -> bool:
        """Whether a file is still the one its proof is about, and not one that replaced it before it was proven."""
        path = self.folder / entry["file"]
        if size_of(path) != entry["size_bytes"]:
            return False
        if last_change(path) <= (self.folder / PROOF).stat().st_mtime:
            return True
        stat = path.stat()
        return path.is_file() and sha256_of(path, stat.st_size, stat.st_mtime_ns) == entry["sha256"]

    def _is_stale(self, entry: dict) -> bool:
        """By the clock first; only an adapter written later is compared by content."""
        try:
            stat = (self._adapter / WEIGHTS).stat()
        except FileNotFoundError:
            return False
        if stat.st_mtime <= entry["made_at"]:
            return False
        return sha256_of(self._adapter / WEIGHTS, stat.st_size, stat.st_mtime_ns) != entry["adapter_sha256"]

    def _write(self, entries: Sequence[dict]) -> None:
        """Replace proof.json, or remove it with the last entry."""
        if entries:
            write_json(self.folder / PROOF, {"session_id": self.id, "files": list(entries)})
        else:
            (self.folder / PROOF).unlink(missing_ok=True)

    def _remove(self, wanted: Target) -> None:
        path = self.folder / wanted.file
        try:
            if wanted.is_folder and path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except PermissionError as error:
            raise _held(error) from error

    def _arrange_modelfiles(self, entries: Sequence[dict]) -> None:
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


def _proven(proof: Path) -> tuple[dict, ...]:
    try:
        stat = proof.stat()
    except FileNotFoundError:
        return ()
    return _read_proof(proof, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4096)
def _read_proof(proof: Path, mtime_ns: int, size_bytes: int) -> tuple[dict, ...]:
    """The entries of a proof.json as of that time and size, in the order of the targets."""
    order = list(TARGETS)
    entries = [_complete(entry, mtime_ns / 1e9) for entry in read_json(proof)["files"]]
    known = [entry for entry in entries if entry["target"] in order]
    return tuple(sorted(known, key=lambda entry: order.index(entry["target"])))


def _complete(entry: dict, written_at: float) -> dict:
    """An entry of today; those of the first version, which made GGUF files only, named fewer things."""
    if "target" in entry:
        return entry
    made = asdict(TARGETS[entry["quantization"]])
    shown = {name: made[name] for name in ("kind", "title", "file", "is_folder")}
    unknown = {"sha256": None, "adapter_sha256": None, "seconds": None, "fallbacks": [], "score": None}
    return {"target": made["name"], **shown, "made_at": written_at, **unknown, **entry}


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    return sum(file.stat().st_size for file in _files(path))


def last_change(path: Path) -> float:
    """When a file, or the latest of those below a folder, was written; Unix seconds."""
    return max((file.stat().st_mtime for file in _files(path)), default=0.0)


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]


@lru_cache(maxsize=4096)
def sha256_of(path: Path, size_bytes: int, mtime_ns: int) -> str:
    """The SHA-256 of a file as of that size and time."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            digest.update(piece)
    return digest.hexdigest()


def _held(error: PermissionError) -> Conflict:
    name = Path(str(error.filename)).name
    return Conflict(f"{name!r} is in use by another program.", "Unload it in step 7, or close what uses it.")
