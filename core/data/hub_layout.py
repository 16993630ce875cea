"""The files of a subset and a split in a Hugging Face data set repository; pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from core.catalog.datasets import curated
from core.errors import InvalidInput
from core.jsonfile import JsonObject

Splits = dict[str, tuple[str, ...]]
"""Split -> its files, in reading order."""

FORMATS = {
    ".parquet": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".csv": "csv",
    ".tsv": "csv",
}
"""Suffix -> format; files of one format may be mixed, files of two hold the same rows twice."""
PREFERRED = ("parquet", "json", "csv")
NOT_DATA = {"config.json", "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "package.json"}
SPLIT_WORDS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "dev", "val"),
    "test": ("test", "testing", "eval", "evaluation"),
}
SHARD = re.compile(r"data/(?P<split>[\w.]+)-\d{5}-of-\d{5}[^/]*\.[^/]*")


Card = Mapping[str, Any]
"""The metadata of a data set, or a part of it; its author has written it, so anything may be in it."""


@dataclass(frozen=True)
class Repository:
    """A data set repository at one commit, as the hub describes it.

    Attributes:
        id: owner/name.
        commit: The commit hash that all its files are read at.
        files: Path -> size in bytes, None where the hub doesn't say.
        card: The metadata at the top of its README.
        gated: Whether its terms must be accepted first.
    """

    id: str
    commit: str
    files: Mapping[str, int | None]
    card: Card = field(default_factory=dict)
    gated: bool = False


def subsets(repository: Repository) -> dict[str, Splits]:
    """Every subset and its splits, from the card's `configs`, else from the names of files and folders.

    Source: the hub's documentation, "Manual Configuration" and "File names and splits"; tests compare it with the
    datasets library on the same repositories.
    Raises:
        InvalidInput: The repository can only be read by its own code, or has no file of a known format.
    """
    script = f"{repository.id.partition('/')[2]}.py"
    if script in repository.files:
        problem = f"{repository.id} is read by a program of its own ({script}), which is never run here"
        raise _refused(problem, "Choose a version of it that is stored as Parquet, JSON or CSV files.")
    files = [path for path in sorted(repository.files) if _is_data(path)]
    if not files:
        kinds = sorted({PurePosixPath(path).suffix for path in repository.files} - {"", ".md"})
        problem = f"{repository.id} holds no data file that can be read here" + (
            f", only {', '.join(kinds)}" * bool(kinds)
        )
        raise _refused(problem, "Choose a data set stored as Parquet, JSON, JSONL, CSV or TSV files.")
    sections = _sections(repository.card)
    found = {name: _one_format(_splits(section, files)) for name, section in sections.items()}
    return found or {_only_name(repository.card): _one_format(_by_name(files))}


def default_subset(repository: Repository, found: Mapping[str, Splits]) -> str | None:
    """The subset that is meant when none is named, or None where one must be named."""
    known = curated(repository.id)
    if known and known.subset in found:
        return known.subset
    marked = [name for name, section in _sections(repository.card).items() if section.get("default")]
    return next((name for name in (*marked, "default") if name in found), None) or (
        next(iter(found)) if len(found) == 1 else None
    )


def files_of(repository: Repository, subset: str | None, split: str) -> tuple[str, ...]:
    """The files of one split, in reading order.

    Raises:
        InvalidInput: There is no such subset or split, or a subset must be named; the message lists them.
    """
    found = subsets(repository)
    name = subset or default_subset(repository, found)
    if name not in found:
        problem = f"{repository.id} has no subset {name!r}" if name else f"{repository.id} has several subsets"
        raise _listed("dataset.subset", problem, found)
    if not found[name].get(split):
        raise _listed("dataset.split", f"{repository.id} has no split {split!r}", found[name])
    return found[name][split]


def _listed(setting: str, problem: str, offered: Iterable[str]) -> InvalidInput:
    problem = f"{problem}; there are: {', '.join(offered)}"
    return InvalidInput(f"{problem}.", f"Set {setting} to one of them.", {setting: problem})


def _refused(problem: str, hint: str) -> InvalidInput:
    return InvalidInput(f"{problem}.", hint, {"dataset.source": problem})


def _sections(card: Card) -> dict[str, JsonObject]:
    """The card's configurations by name; entries of an undocumented form are left out."""
    entries = card.get("configs")
    entries = entries if isinstance(entries, list) else []
    return {str(entry["config_name"]): entry for entry in entries if isinstance(entry, dict) and "config_name" in entry}


def _only_name(card: Card) -> str:
    info = card.get("dataset_info")
    return str(info.get("config_name", "default")) if isinstance(info, dict) else "default"


def _splits(section: Card, files: list[str]) -> Splits:
    """The splits of one configuration; its patterns and names are relative to its data_dir."""
    folder = str(section.get("data_dir") or "").strip("/")
    prefix = f"{folder}/" if folder else ""
    inside = [path[len(prefix) :] for path in files if path.startswith(prefix)]
    declared = section.get("data_files")
    splits = _by_name(inside) if declared is None else _declared(declared, inside)
    return {split: tuple(prefix + path for path in paths) for split, paths in splits.items()}


def _declared(declared: Any, files: list[str]) -> Splits:
    """`data_files` in each of its documented shapes: a pattern, a list of them, or a list of {split, path}."""
    entries = declared if isinstance(declared, list) else [declared]
    splits: dict[str, list[str]] = {}
    for entry in entries:
        split, patterns = (
            (entry.get("split", "train"), entry.get("path")) if isinstance(entry, dict) else ("train", entry)
        )
        for pattern in patterns if isinstance(patterns, list) else [patterns]:
            splits.setdefault(str(split), []).extend(_matching(str(pattern), files))
    return {split: tuple(dict.fromkeys(paths)) for split, paths in splits.items()}


def _matching(pattern: str, files: list[str]) -> list[str]:
    from fsspec.utils import glob_translate

    matches = re.compile(glob_translate(pattern.removeprefix("./"))).match
    return [path for path in files if matches(path)]


def _by_name(files: list[str]) -> Splits:
    """Splits by shard names, else by folder names, else by file names; else all is train."""
    shards = {path: match["split"] for path in files if (match := SHARD.fullmatch(path))}
    if shards:
        order = [*(split for split in SPLIT_WORDS if split in shards.values()), *sorted(set(shards.values()))]
        return {split: tuple(path for path in shards if shards[path] == split) for split in order}
    for parts in (_folders, _file_name):
        splits = {
            split: tuple(path for path in files if any(_names(part, words) for part in parts(path)))
            for split, words in SPLIT_WORDS.items()
        }
        if any(splits.values()):
            return {split: paths for split, paths in splits.items() if paths}
    return {"train": tuple(files)}


def _folders(path: str) -> tuple[str, ...]:
    return PurePosixPath(path).parts[:-1]


def _file_name(path: str) -> tuple[str, ...]:
    return (PurePosixPath(path).name,)


def _names(part: str, words: Iterable[str]) -> bool:
    """Whether `part` contains one of `words` between separators or digits."""
    return any(re.search(rf"(^|[-._ 0-9]){word}([-._ 0-9]|$)", part) for word in words)


def _format_of(path: str) -> str | None:
    return FORMATS.get(PurePosixPath(path.lower().removesuffix(".gz")).suffix)


def _is_data(path: str) -> bool:
    parts = PurePosixPath(path).parts
    is_hidden = any(part.startswith((".", "__")) for part in parts)
    return not is_hidden and parts[-1] not in NOT_DATA and _format_of(path) is not None


def _one_format(splits: Splits) -> Splits:
    """The files of the most frequent format; files of other formats repeat the same rows."""
    counts = Counter(_format_of(path) for paths in splits.values() for path in paths)
    if not counts:
        return splits
    chosen = max(PREFERRED, key=lambda name: counts[name])
    kept = {split: tuple(path for path in paths if _format_of(path) == chosen) for split, paths in splits.items()}
    return {split: paths for split, paths in kept.items() if paths}
