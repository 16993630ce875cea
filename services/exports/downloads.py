"""Downloads of an export: proven files, Modelfiles and the proof; folders as zip files made while they are sent."""

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
    """One file to send.

    Attributes:
        path: The file.
        name: Its name on the user's machine.
        text: The text to send in place of the file's; None to send the file.
    """

    path: Path
    name: str
    text: str | None = None


@dataclass(frozen=True)
class Bundle:
    """Several files to send as one zip file.

    Attributes:
        name: Its name on the user's machine.
        members: Name inside the zip file -> the file.
    """

    name: str
    members: Mapping[str, Path]

    def stream(self) -> ZipStream:
        """The uncompressed zip file; its length is known, and the files are read while it is iterated over.

        When a file has been replaced meanwhile, iterating raises OSError, which breaks the download off: the proof in
        the zip file would be that of another file.

        Raises:
            NotFound: A file has been deleted.
        """
        stream = ZipStream(sized=True)
        try:
            for name, path in self.members.items():
                seen = path.stat()
                stream.add(_unchanged(path, seen), name, size=seen.st_size)
        except FileNotFoundError as error:
            raise NotFound(f"{self.name!r} is not whole any more.", HINT) from error
        return stream


def _unchanged(path: Path, seen: os.stat_result) -> Iterator[bytes]:
    with path.open("rb") as file:
        now = os.fstat(file.fileno())
        if (now.st_ino, now.st_mtime_ns) != (seen.st_ino, seen.st_mtime_ns):
            raise OSError(f"{path.name} was made again while it was being downloaded.")
        while piece := file.read(PIECE_BYTES):
            yield piece


def find_download(export: ExportFolder, name: str) -> Download | Bundle:
    """The download of a name.

    A file is sent under a name that begins with the run's. Its Modelfile names that file, so that both work together in
    the user's downloads folder; inside all.zip both have their names on disk.

    Raises:
        NotFound: No proven file of the export has that name.
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
    """Name in a zip file -> file, of a file or of all below a folder; without links, which may lead outside."""
    below = {name: path} if path.is_file() else _below(path, name)
    return {member: file for member, file in below.items() if file.is_file() and not file.is_symlink()}


def _below(folder: Path, name: str) -> dict[str, Path]:
    return {f"{name}/{file.relative_to(folder).as_posix()}": file for file in sorted(folder.rglob("*"))}
