"""Rows of Hugging Face data sets: asked for, downloaded file by file, or only their start; runs in child processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from constants import HUB_TIMEOUT_S
from core.catalog.hub_reach import follow_hub
from core.data.formats import DataFile
from core.data.hub_access import ask, explained, is_downloaded, keep, latest
from core.data.hub_head import first_rows
from core.data.hub_layout import Repository, default_subset, files_of, subsets
from core.data.row import RawRow
from core.errors import InvalidInput
from core.jsonfile import JsonObject

Report = Callable[["float | None", str], None]
"""(fraction of the bytes that are here, or None where the total is unknown; the same in words)."""


@dataclass(frozen=True)
class HubDescription:
    """A data set on the hub, before any download.

    Attributes:
        subset: The requested or the default subset; None if one must be named.
        split: The requested split; None if that subset does not have it.
        rows: Rows of the split; None if unknown.
        size_bytes: The download size of the split; None if unknown.
        licence: The licence on its card; empty if unknown.
        gated: Whether its terms must be accepted on its page first.
        columns: Names of the columns; empty if unknown.
        cached: Whether all of the split is on this machine.
    """

    source: str
    subset: str | None
    split: str | None
    subsets: tuple[str, ...]
    splits: tuple[str, ...]
    rows: int | None
    size_bytes: int | None
    licence: str
    gated: bool
    columns: tuple[str, ...]
    cached: bool


def describe(source: str, subset: str | None, split: str, cache: Path) -> HubDescription:
    """Get the description of `source` from the hub, in one request; a missing subset or split is no error.

    Raises:
        InvalidInput: The id is malformed, or the repository can't be read without its own code.
        NotFound: There is no such data set.
        Unavailable: The hub can't be reached.
    """
    repository = ask(source)
    found = subsets(repository)
    name = subset or default_subset(repository, found)
    splits = found.get(name or "", {})
    paths = splits.get(split, ())
    sizes = [repository.files[path] for path in paths]
    info = _info_of(repository, name)
    return HubDescription(
        source=repository.id,
        subset=name if name in found else None,
        split=split if paths else None,
        subsets=tuple(found),
        splits=tuple(splits),
        rows=_count(info, split),
        size_bytes=_sum_of(sizes) if sizes else None,
        licence=_licence(repository.card),
        gated=repository.gated,
        columns=tuple(str(f["name"]) for f in _dicts(info.get("features")) if "name" in f),
        cached=bool(paths) and is_downloaded(source, name, split, cache),
    )


def hub_rows(
    source: str, subset: str | None, split: str, cache: Path, report: Report = lambda fraction, text: None
) -> Iterator[RawRow]:
    """The rows of one split; each file is downloaded when its rows are read, and kept below `cache` for later use.

    Args:
        source: Hub id, owner/name.
        subset: The configuration; None for the default one.
        cache: The folder of downloads.
        report: Called with the progress of the download; the fraction never falls and ends with 1.0.
    Raises:
        InvalidInput: The id is malformed, the subset or split does not exist or has no row or no readable file.
        NotFound: There is no such data set.
        Conflict: It is gated, and the token does not open it.
        Unavailable: The hub can't be reached, and a file is not in the cache.
    """
    repository = latest(source, cache, lambda text: report(None, text))
    paths = files_of(repository, subset, split)
    progress = _Progress([repository.files[path] for path in paths], report)
    return _downloaded(repository, paths, cache, progress, source)


def preview_rows(source: str, subset: str | None, split: str, count: int, cache: Path) -> list[RawRow]:
    """At most `count` rows from the start of a split; of a file outside the cache only the start is downloaded.

    Raises:
        InvalidInput, NotFound, Conflict, Unavailable: As `hub_rows`.
    """
    repository = latest(source, cache)
    paths = files_of(repository, subset, split)
    files = (first_rows(repository, path, count, cache) for path in paths)
    rows = list(islice(chain.from_iterable(files), count))
    if not rows:
        raise _empty(repository.id)
    return rows


def _downloaded(
    repository: Repository, paths: tuple[str, ...], cache: Path, progress: "_Progress", source: str
) -> Iterator[RawRow]:
    is_empty = True
    for path in paths:
        file = _fetched(repository, path, cache, progress)
        keep(source, repository, cache, is_whole=path == paths[-1])
        for row in DataFile(file).rows():
            is_empty = False
            yield row
    if is_empty:
        raise _empty(repository.id)


def _fetched(repository: Repository, path: str, cache: Path, progress: "_Progress") -> Path:
    from huggingface_hub import hf_hub_download

    follow_hub()
    with explained(repository.id):
        file = hf_hub_download(
            repository.id,
            path,
            repo_type="dataset",
            revision=repository.commit,
            cache_dir=cache / "datasets",
            etag_timeout=HUB_TIMEOUT_S,
            tqdm_class=progress.bar(),
        )
    progress.file_done(Path(file).stat().st_size)
    return Path(file)


def _sum_of(sizes: Sequence[int | None]) -> int | None:
    """Their sum; None where one is not known."""
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


class _Progress:
    """Bytes of several files, one after the other, as one fraction that never falls."""

    def __init__(self, sizes: list[int | None], report: Report):
        self._total = _sum_of(sizes)
        self._report = report
        self._whole = self._partial = self._most = 0
        self._left = len(sizes)

    def bar(self) -> type:
        """A progress bar class as huggingface_hub wants one, which draws nothing and counts here."""
        from tqdm import tqdm

        progress = self

        class Bar(tqdm):
            def __init__(self, *arguments: Any, initial: int = 0, **options: Any):
                super().__init__(disable=True)
                self.update(initial)

            def update(self, n: float | None = 1) -> None:
                progress._add(int(n or 0))

            def update_transfer(self, n: float | None = 1) -> None:
                """Bytes on the network, which Xet counts separately from those on the disk."""

        return Bar

    def file_done(self, size_bytes: int) -> None:
        """A file is here, downloaded just now or long ago."""
        self._whole, self._partial, self._left = self._whole + size_bytes, 0, self._left - 1
        self._report_progress()

    def _add(self, size_bytes: int) -> None:
        self._partial += size_bytes
        self._report_progress()

    def _report_progress(self) -> None:
        self._most = max(self._most, self._whole + self._partial)
        if self._left == 0:
            self._report(1.0, f"{_megabytes(self._whole)} MB")
        elif not self._total:
            self._report(None, f"{_megabytes(self._most)} MB")
        else:
            fraction = min(1.0, self._most / self._total)
            self._report(fraction, f"{_megabytes(self._most)} of {_megabytes(self._total)} MB")


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f}"


def _empty(source: str) -> InvalidInput:
    problem = f"{source} has no rows in this split"
    return InvalidInput(f"{problem}.", "Choose another split or data set.", {"dataset.split": problem})


def _info_of(repository: Repository, subset: str | None) -> JsonObject:
    """The card's entry on the columns and rows of a subset; empty without one."""
    entries = repository.card.get("dataset_info")
    entries = _dicts([entries] if isinstance(entries, dict) else entries)
    return next((entry for entry in entries if entry.get("config_name", "default") == subset), {})


def _count(info: JsonObject, split: str) -> int | None:
    counts = {entry.get("name"): entry.get("num_examples") for entry in _dicts(info.get("splits"))}
    return counts.get(split) if isinstance(counts.get(split), int) else None


def _licence(card: Any) -> str:
    licence = card.get("license") or ""
    return ", ".join(map(str, licence)) if isinstance(licence, list) else str(licence)


def _dicts(value: Any) -> list[JsonObject]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
