"""UploadService: receives the user's data files, whole or in pieces, recognises duplicates, lists and deletes files."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from itertools import count
from pathlib import Path

from constants import MAX_UPLOAD_BYTES, MIN_FREE_DISK_BYTES
from core.config import parse_config
from core.data.formats import suffix_of
from core.data.preview import DataPreview, HashedStatistics
from core.errors import Broken, Conflict, InvalidInput, NotFound, TooLarge, Unavailable
from core.files import clear_path
from core.jsonfile import JsonObject, read_stored, write_json
from core.listing import Listing, read_all
from core.paths import SAFE_NAME, Workspace, checked_name
from services.datasets.payloads import (
    AcceptedUpload,
    CompleteUpload,
    FirstLook,
    LastPiece,
    ListedUpload,
    PartialUpload,
    ReceivedUpload,
    StoredUpload,
    UploadCount,
)
from services.processes.inspector import Inspector
from services.processes.jobs import Job, Jobs

DIGEST_TIMEOUT_S = 300.0
PREVIEW_ROWS = 5
COUNTED_BYTES = 16 * 1024 * 1024
"""The rows of a file up to this size are counted before it is accepted; those of a larger one in the background."""
NAME_CHARACTERS = 60
UNCOUNTED: UploadCount = {"rows": None, "sha256": None}


class UploadService:
    """The files below uploads/.

    Args:
        workspace: The folder of the files.
        inspector: Reads the files.
        jobs: Counts the rows of large files.
        in_use: Whether a session that has not ended reads the file of a path.
    """

    def __init__(self, workspace: Workspace, inspector: Inspector, jobs: Jobs, in_use: Callable[[str], bool]):
        self._workspace = workspace
        self._inspector = inspector
        self._jobs = jobs
        self._in_use = in_use
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def receive(
        self, filename: str, chunks: Iterable[bytes | memoryview], size_bytes: int | None, encoding: str | None = None
    ) -> ReceivedUpload:
        """Receive a whole file. A file that breaks off or can't be read is removed again.

        Args:
            filename: The user's name of the file, from which its name here is made.
            chunks: Its content.
            size_bytes: Its size, at least roughly; None where it is not known.
            encoding: The encoding of its text, when that is not UTF-8.
        Raises:
            InvalidInput: The file is no readable data file; TooLarge; Unavailable when the disk has no room.
        """
        _check_encoding(encoding)
        name = self._free_name(filename)
        self._inspector.warm()
        with self._held(name):
            part = self._workspace.incoming / name
            self._require_room(size_bytes or 0)
            try:
                with part.open("wb", buffering=0) as file:
                    _copy(chunks, file, MAX_UPLOAD_BYTES)
                return self._accept(name, part, encoding)
            finally:
                part.unlink(missing_ok=True)

    def append(
        self, name: str, offset: int, size_bytes: int, chunks: Iterable[bytes | memoryview], encoding: str | None = None
    ) -> PartialUpload | LastPiece:
        """Receive a piece of a file.

        After a broken connection the received bytes stay, and the upload continues from `received`.

        Raises:
            Conflict: The piece does not begin at the end of the last one.
        """
        suffix_of(Path(checked_name(name, "name")))
        _check_encoding(encoding)
        if offset > size_bytes:
            problem = f"is {offset}, beyond the size of {size_bytes}"
            raise InvalidInput(f"The offset {problem}.", "Say the size of the whole file.", {"offset": problem})
        if size_bytes > MAX_UPLOAD_BYTES:
            raise TooLarge(f"A data file has at most {MAX_UPLOAD_BYTES >> 30} GiB.", "Split it.", {"size": "too large"})
        with self._held(name):
            if self._file(name).exists():
                raise Conflict(f"There is an upload {name!r} already.", "Delete it first, or take another name.")
            part = self._workspace.incoming / f"{name}.part"
            self._continue(part, offset, size_bytes)
            with part.open("ab", buffering=0) as file:
                _copy(chunks, file, size_bytes - offset)
            received = part.stat().st_size
            if received < size_bytes:
                return {"name": name, "received": received, "size_bytes": size_bytes, "complete": False}
            whole = part.replace(self._workspace.incoming / name)
            try:
                return {**self._accept(name, whole, encoding), "complete": True}
            finally:
                whole.unlink(missing_ok=True)

    def state(self, name: str) -> CompleteUpload | PartialUpload:
        """An upload, or the number of its bytes that have been received.

        Raises:
            NotFound: There is no upload of that name.
        """
        if self._file(name).is_file():
            return {**self._info(self._file(name)), "complete": True}
        part = self._workspace.incoming / f"{checked_name(name, 'name')}.part"
        if part.is_file():
            return _unfinished(part)
        raise NotFound(f"There is no upload {name!r}.", "GET /api/datasets/uploads lists them.")

    def rows(self, source: str) -> int | None:
        """The number of rows of the upload at the path `source`; None before they are counted, and for other files."""
        folder, _, name = source.rpartition("/")
        if folder != "uploads" or SAFE_NAME.fullmatch(name) is None or not self._file(name).is_file():
            return None
        return self._info(self._file(name))["rows"]

    def files(self) -> list[ListedUpload]:
        """All uploads, newest first."""
        return self.listing().entries

    def listing(self) -> Listing[ListedUpload]:
        """All uploads, newest first, and the files that can't be used as they are."""
        files = [f for f in self._workspace.uploads.iterdir() if f.is_file() and not f.name.startswith(".")]
        found = read_all(files, self._info)
        found.entries.sort(key=lambda upload: upload["uploaded_at"], reverse=True)
        return found

    def unfinished(self) -> list[PartialUpload]:
        """Uploads in pieces of which some are missing."""
        return [_unfinished(part) for part in sorted(self._workspace.incoming.glob("*.part"))]

    def delete(self, name: str) -> None:
        """Remove an upload, complete or not.

        Raises:
            NotFound: There is no upload of that name.
            Conflict: A session that has not ended reads the file.
        """
        file = self._file(name)
        part = self._workspace.incoming / f"{name}.part"
        if not file.is_file() and not part.is_file():
            raise NotFound(f"There is no upload {name!r}.", "GET /api/datasets/uploads lists them.")
        if self._in_use(f"uploads/{name}"):
            raise Conflict(f"{name!r} is used by a session that has not ended.", "Stop that session first.")
        with self._held(name):
            for path in (file, part, self._workspace.upload_info(name)):
                path.unlink(missing_ok=True)

    def clean(self) -> None:
        """At boot: remove whole files that an earlier server did not accept; uploads in pieces can continue."""
        for file in self._workspace.incoming.iterdir():
            if file.suffix != ".part":
                clear_path(file)

    def _accept(self, name: str, file: Path, encoding: str | None) -> ReceivedUpload:
        """Read a received file, and keep it if it is readable and no duplicate."""
        incoming, size = f"uploads/{self._workspace.incoming.name}/{file.name}", file.stat().st_size
        twin = self._twin(incoming, size)
        if twin is not None:
            return {**self._first_look(twin["path"], encoding), **twin, "duplicate": True, "job_id": None}
        seen = self._first_look(incoming, encoding)
        if not seen["preview"]:
            raise InvalidInput(f"{name} holds no rows.", "Upload a file with rows.", {"file": "holds no rows"})
        is_counted = size <= COUNTED_BYTES
        counted = _counted(self._inspector.ask("statistics", _dataset(incoming, encoding))) if is_counted else UNCOUNTED
        file.replace(self._workspace.uploads / name)
        path = f"uploads/{name}"
        with self._lock:  # else the job could end before its id is stored, by which _keep finds the upload
            info: AcceptedUpload = {
                "name": name,
                "path": path,
                "size_bytes": size,
                "encoding": encoding,
                "columns": seen["columns"],
                "mapping": seen["mapping"],
                "notes": seen["notes"],
                **counted,
                "job_id": None if is_counted else self._count(name, path, encoding),
            }
            write_json(self._workspace.upload_info(name), info)
        return {**seen, **info, "duplicate": False}

    def _count(self, name: str, path: str, encoding: str | None) -> str:
        """Start the job that counts the rows of a large file, and return its id."""
        return self._jobs.start(
            "statistics", path, _dataset(path, encoding), lambda ended: self._keep(name, ended)
        ).job_id

    def _twin(self, path: str, size_bytes: int) -> ListedUpload | None:
        """An upload of the same content; only those of the same size are compared."""
        alike = [known for known in self.files() if known["size_bytes"] == size_bytes]
        digest = self._digest(path) if alike else None
        return next((known for known in alike if (known["sha256"] or self._digest(known["path"])) == digest), None)

    def _digest(self, path: str) -> str:
        digest: str = self._inspector.ask("digest", {"path": path}, "model", DIGEST_TIMEOUT_S)
        return digest

    def _first_look(self, path: str, encoding: str | None) -> FirstLook:
        seen: DataPreview = self._inspector.ask("preview", _dataset(path, encoding) | {"samples": PREVIEW_ROWS})
        return {
            "columns": seen["columns"],
            "mapping": seen["mapping"],
            "guesses": seen["guesses"],
            "notes": seen["notes"],
            "preview": seen["rows"],
        }

    def _keep(self, name: str, job: Job) -> None:
        """Store the count of a large file, or why it failed, unless the upload has been replaced."""
        info = self._workspace.upload_info(name)
        with self._lock:
            known = _stored(info)
            if known.get("job_id") == job.job_id:
                write_json(info, {**known, **({"problem": job.error} if job.error else _counted(job.result))})

    def _info(self, file: Path) -> ListedUpload:
        known = _stored(self._workspace.upload_info(file.name))
        status = file.stat()
        listed: ListedUpload = {
            "encoding": None,
            **UNCOUNTED,
            "problem": None,
            **known,
            "name": file.name,
            "path": f"uploads/{file.name}",
            "size_bytes": status.st_size,
            "uploaded_at": status.st_mtime,
        }
        return listed

    def _continue(self, part: Path, offset: int, size_bytes: int) -> None:
        """Check that a piece begins at the end of the last one; offset 0 starts the upload again."""
        if offset == 0:
            part.unlink(missing_ok=True)
        received = part.stat().st_size if part.is_file() else 0
        if offset != received:
            problem = f"is {offset}, but {received} bytes have been received"
            raise Conflict(f"The offset {problem}.", f"Go on from offset {received}.", {"offset": problem})
        self._require_room(size_bytes - received)

    def _require_room(self, size_bytes: int) -> None:
        if size_bytes > MAX_UPLOAD_BYTES:
            raise TooLarge(f"A data file has at most {MAX_UPLOAD_BYTES >> 30} GiB.", "Split it.", {"file": "too large"})
        free = shutil.disk_usage(self._workspace.uploads).free
        if size_bytes + MIN_FREE_DISK_BYTES > free:
            needed = (size_bytes + MIN_FREE_DISK_BYTES) / 2**30
            message = f"The disk has {free / 2**30:.1f} GiB free; this upload needs {needed:.1f} GiB, reserve included."
            raise Unavailable(message, "Delete old sessions, exports or uploads.")

    def _free_name(self, filename: str) -> str:
        """A new name for a file: the user's without unusual characters, with a number if that name is taken."""
        given = Path(filename.replace("\\", "/")).name
        suffix = suffix_of(Path(given)) + (".gz" if given.lower().endswith(".gz") else "")
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", given[: -len(suffix)]).strip(".-_")
        stem = stem[: NAME_CHARACTERS - len(suffix) - 4].strip(".-_") or "data"
        for number in count(1):
            name = f"{stem}-{number}{suffix}" if number > 1 else f"{stem}{suffix}"
            if name not in self._busy and not self._file(name).exists():
                return name
        raise AssertionError("count never ends")

    def _file(self, name: str) -> Path:
        return self._workspace.uploads / checked_name(name, "name")

    @contextmanager
    def _held(self, name: str) -> Iterator[None]:
        """Keep other requests from writing or deleting the upload of a name."""
        with self._lock:
            if name in self._busy:
                raise Conflict(f"{name!r} is being uploaded or deleted just now.", "Wait for that to end.")
            self._busy.add(name)
        try:
            yield
        finally:
            self._busy.discard(name)


def _stored(info: Path) -> StoredUpload:
    """What is kept of an upload; where that can't be read, why not."""
    try:
        return read_stored(info, StoredUpload)
    except NotFound:
        return {}
    except Broken as error:
        return {"problem": error.as_dict()}


def _unfinished(part: Path) -> PartialUpload:
    return {"name": part.stem, "received": part.stat().st_size, "complete": False}


def _check_encoding(encoding: str | None) -> None:
    parse_config({"dataset": {"encoding": encoding}})


def _dataset(path: str, encoding: str | None) -> JsonObject:
    return {"dataset": {"source": path, "kind": "upload", "encoding": encoding}}


def _counted(found: HashedStatistics) -> UploadCount:
    return {"rows": found["rows"], "statistics": found["columns"], "sha256": found["sha256"]}


def _copy(chunks: Iterable[bytes | memoryview], file: FileIO, most: int) -> None:
    written = 0
    for chunk in chunks:
        written += len(chunk)
        if written > most:
            problem = f"is longer than {most:,} bytes"
            raise TooLarge(f"The upload {problem}.", "Send as much as was said.", {"file": problem})
        file.write(chunk)
