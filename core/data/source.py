"""From the section of a data set to its rows: a built-in set, a file, the hub or a procedural task."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from typing_extensions import TypedDict

from core.catalog.datasets import curated
from core.data.builtin import BUILTIN, builtin_count, builtin_rows
from core.data.formats import SUFFIXES, DataFile
from core.data.hub import hub_rows, preview_rows
from core.data.mapping import BOXED, FINAL_ANSWER_MARK, Mapped, as_text, map_rows
from core.data.paths import value_at
from core.data.procedural import DEFAULTS, procedural_rows
from core.data.row import RawRow
from core.data.section import DatasetConfig, SourceKind
from core.errors import Broken, InvalidInput, NotFound
from core.jsonfile import read_stored
from core.paths import Workspace

Progress = Callable[[float | None, str], None]
"""Called with (finished fraction or None, text) now and then."""

STORED_ROWS, MADE_ROWS = 200, 50
FILTERED_ROWS = 2000
"""So many are looked at where filters may leave few of the first ones."""
SAMPLED_AMONG, SAMPLED_BYTES = 20_000, 32 * 1024 * 1024
HUB_LEAST_ROWS, HUB_SURPLUS = 10_000, 10
"""With max_samples only the first rows of a hub data set are read, and only their files downloaded."""


def unreported(fraction: float | None, text: str) -> None:
    """Progress that nobody watches."""


def kind_of(config: DatasetConfig) -> SourceKind:
    """What `source` names: as given, or found out from its form."""
    if config.kind:
        return config.kind
    if config.source in BUILTIN:
        return "builtin"
    return "upload" if config.source.lower().removesuffix(".gz").endswith(SUFFIXES) else "hub"


def raw_rows(config: DatasetConfig, workspace: Workspace, report: Progress = unreported) -> Iterator[RawRow]:
    """The stored rows of the source, lazily.

    Raises:
        InvalidInput: The source can't be read; `fields` names the setting.
    """
    kind = kind_of(config)
    if kind == "builtin":
        return builtin_rows(config.source, config.parameters)
    if kind == "procedural":
        return procedural_rows(config.source, config.parameters)
    _refuse_parameters(config)
    if kind == "upload":
        return data_file(config, workspace).rows()
    return hub_rows(config.source, config.subset, config.split, workspace.cache, report)


def rows_of_run(config: DatasetConfig, workspace: Workspace, report: Progress = unreported) -> Iterator[RawRow]:
    """The raw rows that a run reads: all, but of a hub data set under max_samples only the first many."""
    rows = raw_rows(config, workspace, report)
    if kind_of(config) == "hub" and config.max_samples is not None:
        return islice(rows, max(HUB_LEAST_ROWS, HUB_SURPLUS * config.max_samples))
    return rows


def _refuse_parameters(config: DatasetConfig) -> None:
    if config.parameters:
        problem = f"only generators take parameters, and {config.source} is none"
        raise InvalidInput(f"dataset.parameters: {problem}.", "Remove them.", {"dataset.parameters": problem})


def data_file(config: DatasetConfig, workspace: Workspace) -> DataFile:
    """The uploaded file that `config` names, in the encoding given here or when it was uploaded."""
    path = workspace.inside(config.source, "dataset.source")
    info = workspace.upload_info(path.name) if path.parent == workspace.uploads.resolve() else None
    return DataFile(path, config.encoding or (_known_encoding(info) if info is not None else None))


class _Encoding(TypedDict, total=False):
    encoding: str | None


def _known_encoding(info: Path) -> str | None:
    """The encoding that was named when a file was uploaded, if that can still be read."""
    with suppress(NotFound, Broken):
        return read_stored(info, _Encoding).get("encoding")
    return None


def first_rows(config: DatasetConfig, workspace: Workspace, count: int) -> list[RawRow]:
    """At most `count` raw rows from the start; of a hub data set without downloading it.

    Raises:
        InvalidInput, NotFound, Conflict, Unavailable: The source can't be read.
    """
    if kind_of(config) == "hub":
        _refuse_parameters(config)
        return preview_rows(config.source, config.subset, config.split, count, workspace.cache)
    return list(islice(raw_rows(config, workspace), count))


def looked_at(config: DatasetConfig) -> int:
    """How many rows of a source are looked at before a run: enough to see what some lack; generated ones are alike."""
    return STORED_ROWS if kind_of(config) in ("upload", "hub") else MADE_ROWS


def many_rows(config: DatasetConfig, workspace: Workspace, least: int = 0) -> Iterator[RawRow]:
    """The first rows, lazily: of a file up to SAMPLED_AMONG or about SAMPLED_BYTES, of other sources `looked_at`.

    No fewer than `least`.

    Raises:
        InvalidInput, NotFound, Conflict, Unavailable: The source can't be read.
    """
    count = max(least, FILTERED_ROWS if config.filters else looked_at(config))
    if kind_of(config) != "upload":
        yield from first_rows(config, workspace, count)
        return
    file = data_file(config, workspace)
    size = file.path.stat().st_size
    for number, row in enumerate(islice(file.rows(), SAMPLED_AMONG), 1):
        yield row
        if number >= count and file.fraction * size > SAMPLED_BYTES:
            return


def first_usable(
    config: DatasetConfig, workspace: Workspace, extras: dict[str, str], least: int = 0
) -> tuple[Mapped, list[RawRow]]:
    """(what a run would make of the first rows, those rows); `looked_at` usable ones, or `least` if that is more.

    A column that only later rows have is looked for among `many_rows`, where Quick Start finds it, too.

    Raises:
        InvalidInput: As `raw_rows` and `map_rows`.
    """
    raw: list[RawRow] = []

    def remembered() -> Iterator[RawRow]:
        for row in many_rows(config, workspace, least):
            if len(raw) < FILTERED_ROWS:
                raw.append(row)
            yield row

    return map_rows(remembered(), config, extras, max(least, looked_at(config))), raw


def sampled(rows: Iterable[RawRow], count: int) -> tuple[list[RawRow], int]:
    """(at most `count` rows from all over, in their order; how many there are), with few of them in memory.

    So a file that is sorted by its labels shows all of them, and an optional column is seen.
    """
    kept: list[RawRow] = []
    stride, total = 1, 0
    for row in rows:
        if total % stride == 0:
            kept.append(row)
        total += 1
        if len(kept) > 2 * count:
            kept, stride = kept[::2], 2 * stride
    step = max(1.0, len(kept) / count)
    return [kept[int(place * step)] for place in range(min(count, len(kept)))], total


def final_answer_problem(rows: Sequence[RawRow], config: DatasetConfig) -> str | None:
    """Why the rule for final answers does not fit these rows: none of them has its mark. None if it fits."""
    mark = {"hash": FINAL_ANSWER_MARK, "boxed": BOXED}.get(config.final_answer)
    answers = [as_text(value_at(row, config.response_field)) for row in rows]
    if mark is None or config.response_field is None or any(mark in answer for answer in answers):
        return None
    return f"none of the first {len(rows)} answers holds {mark}"


def rows_expected(config: DatasetConfig) -> int | None:
    """How many rows a run will find before max_samples, without reading any: of generators and of curated sets.

    None where that is not known: other sets of the hub or other splits, files, and whatever is filtered.

    Raises:
        InvalidInput: A built-in set can't use its parameters.
    """
    if config.filters:
        return None
    kind = kind_of(config)
    if kind == "builtin":
        return builtin_count(config.source, config.parameters)
    if kind == "procedural":
        size = {**DEFAULTS, **config.parameters}["size"]
        return size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None
    known = curated(config.source) if kind == "hub" else None
    if known is None or config.split != known.split or config.subset not in (None, known.subset):
        return None
    return known.rows
