"""The first rows of a file on the Hugging Face hub, of which no more than its start is fetched."""

from __future__ import annotations

import zlib
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.data.formats import DataFile
from core.data.hub_access import SOURCE, explained, require_hub
from core.data.hub_layout import Repository
from core.data.row import RawRow
from core.errors import InvalidInput

HEAD_BYTES = 256 * 1024
"""How much of a text file is fetched at first; four times as much when that is too little."""
MOST_UNZIPPED = 20
"""A head is unzipped to at most so many times its size: text shrinks less, only bombs more."""
MAX_HEAD_BYTES = 32 * 1024 * 1024
"""The most that is fetched of one text file."""
PAGE_BUFFER_BYTES = 64 * 1024
"""Bytes of a Parquet column that are read to find the length of its first page."""


def first_rows(repository: Repository, path: str, count: int, cache: Path) -> list[RawRow]:
    """At most `count` rows from the start of a file; it is read from the cache if possible.

    Raises:
        InvalidInput: The file is broken, or its first row ends past MAX_HEAD_BYTES.
        NotFound, Conflict, Unavailable: As `explained`.
    """
    from huggingface_hub import HfFileSystem, try_to_load_from_cache

    where: dict[str, Any] = {"cache_dir": cache / "datasets", "revision": repository.commit, "repo_type": "dataset"}
    at_hand = try_to_load_from_cache(repository.id, path, **where)
    if isinstance(at_hand, str):
        return DataFile(Path(at_hand)).first(count)
    require_hub(repository.id)
    with explained(repository.id):
        address = f"datasets/{repository.id}@{repository.commit}/{path}"
        with HfFileSystem().open(address, "rb", cache_type="none", size=repository.files[path]) as stream:
            return (
                _parquet_head(stream, path, count)
                if path.lower().endswith(".parquet")
                else _text_head(stream, path, count)
            )


def _parquet_head(stream: Any, path: str, count: int) -> list[RawRow]:
    """The first rows, read page by page: a row group may be the whole file."""
    from pyarrow import ArrowException, parquet

    try:
        table = parquet.ParquetFile(stream, buffer_size=PAGE_BUFFER_BYTES, pre_buffer=False)
        rows = chain.from_iterable(batch.to_pylist() for batch in table.iter_batches(batch_size=max(1, count)))
        return list(islice(rows, count))
    except ArrowException as error:
        problem = f"{path} is not readable Parquet: {str(error)[:200]}"
        raise InvalidInput(f"{problem}.", "Choose another data set.", {SOURCE: problem}) from error


def _text_head(stream: Any, path: str, count: int) -> list[RawRow]:
    """The first rows of a JSON or CSV file, read as any data file from as much of its start as that takes.

    Args:
        stream: The file as fsspec opens it, which knows its size.
        path: Its name.
        count: How many rows.
    """
    head, is_whole = b"", False
    with TemporaryDirectory() as folder:
        while True:
            head += stream.read(min(max(HEAD_BYTES, 3 * len(head)), MAX_HEAD_BYTES - len(head)))
            is_whole = stream.tell() >= stream.size
            file = _written(Path(folder), path, head, is_whole)
            try:
                rows = DataFile(file).first(count)
            except InvalidInput:
                if is_whole or len(head) >= MAX_HEAD_BYTES:
                    raise
                continue
            if len(rows) == count or is_whole or len(head) >= MAX_HEAD_BYTES:
                return rows


def _written(folder: Path, path: str, head: bytes, is_whole: bool) -> Path:
    """`head` as a file of its own: unzipped, and without its last line where that was cut through."""
    name = Path(path).name
    if not is_whole:
        if name.lower().endswith(".gz"):
            with suppress(zlib.error):  # DataFile describes the problem
                head, name = zlib.decompressobj(wbits=31).decompress(head, MOST_UNZIPPED * len(head)), name[:-3]
        head = head[: head.rfind(b"\n") + 1] or head
    file = folder / name
    file.write_bytes(head)
    return file
