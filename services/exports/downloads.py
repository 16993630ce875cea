"""What of an export can be downloaded: proven files, Modelfiles, the proof; folders as zip files made on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from zipstream import ZipStream

from core.errors import NotFound
from core.export.folder import PROOF, ProofEntry
from services.exports.files import ExportFolder

HINT = "GET /api/exports/list names the files; folders come as adapter.zip and merged.zip, everything as all.zip."
ALL = "all"
PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Download:
    """One file to hand out.

    Attributes:
        path: Where it lies.
        name: What it is called on the user's machine.
        text: Its content, where that is not the file's.
    """

    path: Path
    name: str
    text: str | None = None


@dataclass(frozen=True)
class Bundle:
    """Several files to hand out as one zip file.

    Attributes:
        name: What it is called on the user's machine.
        members: Name inside -> the file.
    """

    name: str
    members: Mapping[str, Path]

    def stream(self) -> ZipStream:
        """The zip file, uncompressed; its length is known, and it is read and made while it is iterated over.

        Iterating raises OSError, which breaks the download off, when a file has been made again meanwhile: it would lie
        beside the proof of another.

        Raises:
            NotFound: A file has been deleted meanwhile.
        """
        stream = ZipStream(sized=True)
        try:
            for name, path in self.members.items():
                seen = path.stat()
                stream.add(_as_it_was(path, seen), name, size=seen.st_size)
        except FileNotFoundError as error:
            raise NotFound(f"{self.name!r} is not whole any more.", HINT) from error
        return stream


def _as_it_was(path: Path, seen: os.stat_result) -> Iterator[bytes]:
    with path.open("rb") as file:
        now = os.fstat(file.fileno())
        if (now.st_ino, now.st_mtime_ns) != (seen.st_ino, seen.st_mtime_ns):
            raise OSError(f"{path.name} was made again while it was being downloaded.")
        while piece := file.read(PIECE_BYTES):
            yield piece


def find_download(export: ExportFolder, name: str) -> Download | Bundle:
    """What the name in an address stands for.

    A file is handed out under the run's name. Its Modelfile is changed to match, so that the two work together in the
    folder of the user's downloads; inside all.zip both have the names they have on disk.

    Raises:
        NotFound: It is nothing that was exported and proven.
    """
    entries = {entry["file"]: entry for entry in export.entries()}
    if name.endswith(".zip"):
        return _bundle(export, entries, name.removesuffix(".zip"))
    if name in entries and not entries[name]["is_folder"]:
        return Download(export.folder / name, export.download_name(entries[name]))
    if name == PROOF and entries:
        return Download(export.folder / PROOF, f"{export.id}-{PROOF}")
    for file, path in export.modelfiles().items():
        if path.name == name and file in entries:
            text = path.read_text(encoding="utf-8")
            return Download(path, name, text.replace(f"FROM ./{file}", f"FROM ./{export.download_name(entries[file])}"))
    raise NotFound(f"No file {name!r} was exported from {export.id!r}.", HINT)


def _bundle(export: ExportFolder, entries: Mapping[str, ProofEntry], wanted: str) -> Bundle:
    if wanted in entries and entries[wanted]["is_folder"]:
        outer = export.download_name(entries[wanted])
        return Bundle(f"{outer}.zip", _members(export.folder / wanted, outer))
    if wanted != ALL or not entries:
        raise NotFound(f"No folder {wanted!r} was exported from {export.id!r}.", HINT)
    members: dict[str, Path] = {}
    for path in [*map(export.folder.joinpath, entries), export.folder / PROOF, *export.modelfiles().values()]:
        members |= _members(path, f"{export.id}/{path.name}")
    return Bundle(f"{export.id}.zip", members)


def _members(path: Path, name: str) -> dict[str, Path]:
    """A file, or those below a folder, by their names in a zip file; links are left out, for they may lead outside."""
    below = {name: path} if path.is_file() else _below(path, name)
    return {member: file for member, file in below.items() if file.is_file() and not file.is_symlink()}


def _below(folder: Path, name: str) -> dict[str, Path]:
    return {f"{name}/{file.relative_to(folder).as_posix()}": file for file in sorted(folder.rglob("*"))}
