"""ModelRef: the model behind a model_path: an adapter or checkpoint of a run, an export, or a base model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from typing_extensions import TypedDict

from core.errors import InvalidInput, NotFound
from core.paths import ADAPTER_WEIGHTS, SessionPaths, Workspace

Kind = Literal["adapter", "checkpoint", "merged", "gguf", "base"]
RUN = re.compile(r"outputs/([^/]+)(?:/(adapter|checkpoints/(checkpoint-\d+)))?")
EXPORT = re.compile(r"exports/([^/]+)/(merged|model-[a-z0-9_]+\.gguf)")


class ModelDescription(TypedDict):
    """A model as REST shows it; see ModelRef."""

    model_path: str
    kind: Kind
    title: str
    session_id: str | None
    base: str | None


class PlacedModel(ModelDescription):
    """A model with the path of its files."""

    place: str | None


@dataclass(frozen=True)
class ModelRef:
    """One model that can generate.

    Attributes:
        model_path: Its name in requests, in its shortest form.
        session_id: The run it comes from; None for a base model.
        base: The model.name it builds on; None for an export, which needs no other.
        place: Its folder or file; None for a base model, which its name leads to.
    """

    model_path: str
    kind: Kind
    title: str
    session_id: str | None
    base: str | None
    place: Path | None

    @property
    def saved_at(self) -> int:
        """Unix seconds at which its files were written; 0 for a base model, and for one that is gone."""
        try:
            return int(self.place.stat().st_mtime) if self.place else 0
        except FileNotFoundError:
            return 0

    def as_dict(self) -> ModelDescription:
        """What REST shows of it."""
        return {
            "model_path": self.model_path,
            "kind": self.kind,
            "title": self.title,
            "session_id": self.session_id,
            "base": self.base,
        }


def model_ref(model_path: str, workspace: Workspace, base_of: Callable[[str], str]) -> ModelRef:
    """What `model_path` names.

    Args:
        model_path: outputs/<id>, outputs/<id>/adapter, outputs/<id>/checkpoints/checkpoint-N, exports/<id>/merged,
            exports/<id>/model-*.gguf, or the name of a base model as model.name takes it.
        workspace: Where runs and exports lie.
        base_of: The base model that a run trains, by its id.
    Raises:
        NotFound: It names a file that is not there, or a run that has saved nothing yet.
        InvalidInput: It leaves its folder.
    """
    tidy = model_path.strip().replace("\\", "/").rstrip("/")
    if run := RUN.fullmatch(tidy):
        return _of_run(workspace.session(run[1]), run[2], base_of)
    if export := EXPORT.fullmatch(tidy):
        return _of_export(workspace.export(export[1]) / export[2])
    if tidy.startswith(("outputs/", "exports/")):
        problem = f"{model_path!r} names no model of a run"
        hint = "Use outputs/<run>, outputs/<run>/checkpoints/checkpoint-N, exports/<run>/merged or a .gguf file there."
        raise InvalidInput(f"{problem}.", hint, {"model_path": problem})
    return ModelRef(model_path.strip(), "base", model_path.strip(), None, model_path.strip(), None)


def require_adapter(kind: Kind, use_adapter: bool) -> None:
    """Refuse to switch off an adapter that is merged into the weights.

    Raises:
        InvalidInput: The adapter of an exported model is to be off.
    """
    if not use_adapter and kind in ("merged", "gguf"):
        problem = "an exported model has no adapter to switch off"
        raise InvalidInput(f"use_adapter: {problem}.", "Choose the run itself.", {"use_adapter": problem})


def label_of(model: Mapping[str, Any], use_adapter: bool) -> str:
    """The name of a described model (ModelRef.as_dict) in a comparison.

    Raises:
        InvalidInput: See require_adapter.
    """
    require_adapter(model["kind"], use_adapter)
    has_adapter = model["kind"] in ("adapter", "checkpoint")
    return model["title"] if use_adapter or not has_adapter else f"{model['base']}, without adapter"


def checkpoints(paths: SessionPaths) -> list[Path]:
    """The checkpoints of a run that hold an adapter, oldest first."""
    found = [weights.parent for weights in paths.checkpoints.glob(f"checkpoint-*/{ADAPTER_WEIGHTS}")]
    return sorted(found, key=lambda folder: int(folder.name.removeprefix("checkpoint-")))


def _of_run(paths: SessionPaths, part: str | None, base_of: Callable[[str], str]) -> ModelRef:
    if not paths.config.is_file():
        raise NotFound(f"There is no run {paths.id!r}.", "GET /api/models/testable lists what can be tested.")
    saved = checkpoints(paths)
    folder = paths.adapter if part is None or part == "adapter" else paths.folder / part
    if part is None and not _has_weights(folder) and saved:
        folder = saved[-1]
    if not _has_weights(folder):
        hint = "Wait for its first checkpoint (training.save_steps), or choose another."
        raise NotFound(f"The run {paths.id!r} has no {part or 'adapter or checkpoint'} yet.", hint)
    is_final = folder == paths.adapter
    title = paths.id if is_final else f"{paths.id}, step {folder.name.removeprefix('checkpoint-')}"
    path = f"outputs/{paths.id}" + ("" if is_final else f"/checkpoints/{folder.name}")
    kind: Kind = "adapter" if is_final else "checkpoint"
    return ModelRef(path, kind, title, paths.id, base_of(paths.id), folder)


def _of_export(place: Path) -> ModelRef:
    session_id = place.parent.name
    if not place.exists():
        raise NotFound(f"There is no exports/{session_id}/{place.name}.", "Export it first.")
    kind: Kind = "merged" if place.is_dir() else "gguf"
    what = "merged" if kind == "merged" else place.stem.removeprefix("model-").upper()
    return ModelRef(f"exports/{session_id}/{place.name}", kind, f"{session_id}, {what}", session_id, None, place)


def _has_weights(folder: Path) -> bool:
    return (folder / ADAPTER_WEIGHTS).is_file()
