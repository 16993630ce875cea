"""What lies in exports/<session_id>/: names, and the entries of proof.json, for worker and server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from typing_extensions import NotRequired, TypedDict

from core.errors import Conflict
from core.export.targets import TARGETS
from core.jsonfile import JsonObject, broken, checker, first_problem, read_json, write_json
from core.paths import is_plain


class FileScore(TypedDict):
    """The held-out scores of an exported file and of the adapter on the same rows.

    Rewards are means over the rows; correct answers are null if no reward judges truth. Unknown values of the adapter
    are null.
    """

    rows: int
    reward: float | None
    adapter_reward: float | None
    correct: int | None
    adapter_correct: int | None
    note: str | None


Fallback = TypedDict("Fallback", {"from": str, "to": str, "count": int})
"""How many tensors were held in another type than asked for."""


class Measured(TypedDict, total=False):
    """The measurements of a file by its proof; the target decides which. Differences are in nats."""

    probes: int
    difference: float
    base_difference: float
    bound: float
    same_token_ids: bool
    question: str
    answer: str
    fallback_tensors: int
    fallbacks: list[Fallback]
    score: FileScore | None


class MeasuredFile(Measured):
    """An exported file or folder, and its measurements."""

    target: str
    kind: str
    title: str
    file: str
    size_bytes: int


class ProofEntry(MeasuredFile):
    """The entry of a file in proof.json; null for values that older versions did not store; a folder has no hash."""

    is_folder: bool
    sha256: NotRequired[str | None]
    made_at: float
    adapter_sha256: str | None
    seconds: float | None


PROOF, WORK = "proof.json", ".work"


def proven_entries(folder: Path) -> list[ProofEntry]:
    """The entries of proof.json whose files exist, in the order of the targets.

    Raises:
        Broken: It can't be read; somebody has edited it.
    """
    return [entry for entry in _listed(folder / PROOF) if (folder / entry["file"]).exists()]


def write_entries(folder: Path, entries: Iterable[ProofEntry]) -> None:
    """Replace proof.json, or remove it with the last entry."""
    order = list(TARGETS)
    listed = sorted(entries, key=lambda entry: order.index(entry["target"]))
    if listed:
        write_json(folder / PROOF, {"session_id": folder.name, "files": listed})
    else:
        (folder / PROOF).unlink(missing_ok=True)


def move_aside(path: Path, to: Path) -> None:
    """Rename a file or a folder, which shows whether it can be removed before anything is changed.

    Raises:
        Conflict: Another program holds it, which on Windows keeps it from being moved.
    """
    try:
        to.parent.mkdir(exist_ok=True)
        path.rename(to)
    except PermissionError as error:
        problem = f"{path.name!r} is in use by another program"
        raise Conflict(f"{problem}.", "Unload it in step 7, or close what uses it.") from error


def _listed(proof: Path) -> tuple[ProofEntry, ...]:
    try:
        stat = proof.stat()
    except FileNotFoundError:
        return ()
    return _read(proof, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4096)
def _read(proof: Path, mtime_ns: int, size_bytes: int) -> tuple[ProofEntry, ...]:
    """The entries of a proof.json as of that time and size."""
    order = list(TARGETS)
    stored = read_json(proof)
    listed = stored.get("files") if isinstance(stored, dict) else None
    if not isinstance(listed, list):
        raise broken(proof, "it has no list of files")
    entries = [_complete(proof, entry, mtime_ns / 1e9) for entry in listed]
    known = [entry for entry in entries if entry["target"] in order]
    return tuple(sorted(known, key=lambda entry: order.index(entry["target"])))


def _complete(proof: Path, entry: Any, written_at: float) -> ProofEntry:
    """An entry of today; those of the first version, which made GGUF files only, named fewer things."""
    if isinstance(entry, dict) and entry.get("quantization") in TARGETS and "target" not in entry:
        entry = _first_version(entry, written_at)
    try:
        checker(ProofEntry).validate_python(entry, strict=True)
    except ValidationError as error:
        raise broken(proof, first_problem(error)) from error
    whole: ProofEntry = entry
    if not is_plain(whole["file"]):
        raise broken(proof, f"{whole['file']!r} is no name of a file beside it")
    return whole


def _first_version(entry: JsonObject, written_at: float) -> JsonObject:
    made = asdict(TARGETS[entry["quantization"]])
    shown = {name: made[name] for name in ("kind", "title", "file", "is_folder")}
    unknown: dict[str, Any] = {"sha256": None, "adapter_sha256": None, "seconds": None, "fallbacks": [], "score": None}
    return {"target": made["name"], **shown, "made_at": written_at, **unknown, **entry}
