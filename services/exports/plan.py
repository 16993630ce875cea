"""ExportPlanner: finds the targets that a session can be exported to, their sizes, and whether the disk has room."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import TypedDict

from constants import EMBEDDED_MODEL
from core.catalog.families import base_model
from core.catalog.models import is_hub_id, local_model
from core.catalog.shapes import ModelShape, model_shape_from_config
from core.errors import Conflict, InvalidInput, Unavailable
from core.export.adapters import base_limits, limits
from core.export.sizes import expected_bytes, peak_bytes
from core.export.targets import TARGETS, Target, target_named
from core.jsonfile import JsonObject, read_json
from core.paths import ADAPTER_WEIGHTS, SessionPaths, Workspace
from core.sessions.store import SessionStore
from services.exports.files import ExportFolder
from services.hub import Hub

GIB = 1024**3
SIZED_BY_THE_ADAPTER = ("adapter", "adapter_gguf")
MADE_OF_THE_ADAPTER = ("adapter",)
"""Targets that need no disk for the base model; the proof of the adapter as GGUF needs a GGUF file of it."""


class TargetOffer(TypedDict):
    """A target with its size, null where that is not known; `reason` says why it is not available; see Target."""

    name: str
    title: str
    kind: str
    summary: str
    file: str
    is_usual: bool
    size_bytes: int | None
    available: bool
    reason: str | None
    is_made: bool


class ExportPlan(TypedDict):
    """All targets of a session, and the disk that the chosen ones need, null where that is not known."""

    session_id: str
    targets: list[TargetOffer]
    needed_bytes: int | None
    free_bytes: int
    fits: bool
    folder: str


@dataclass(frozen=True)
class BaseSize:
    """What this machine knows of a base model.

    Attributes:
        config: Its config.json; empty where it is not on this machine.
        shape: Its shape; None where it is not known.
        parameters: The number of its weights; None where it is not known.
    """

    config: JsonObject
    shape: ModelShape | None
    parameters: int | None


class ExportPlanner:
    """Plans the export of a session.

    Args:
        workspace: The folders of sessions and exports.
        store: Reads the sessions.
        hub: Has the cached base models.
    """

    def __init__(self, workspace: Workspace, store: SessionStore, hub: Hub):
        self._workspace = workspace
        self._store = store
        self._hub = hub

    def plan(self, session_id: str, names: Sequence[str]) -> ExportPlan:
        """Plan an export to the targets of those names.

        Raises:
            NotFound: No such session.
            InvalidInput: A name is no target.
        """
        chosen = checked_targets(names)
        session, folder = self._store.paths(session_id), self._workspace.export(session_id)
        base, adapter_bytes = self._base(session_id), _adapter_bytes(session)
        reasons = self._reasons(session, base)
        made = {entry["target"] for entry in ExportFolder(folder, session.adapter).entries()}
        needed = _needed(chosen, base, adapter_bytes)
        free = shutil.disk_usage(self._workspace.exports).free
        return {
            "session_id": session_id,
            "targets": [
                _offer(known, _size(known, base, adapter_bytes), reasons.get(known.name), known.name in made)
                for known in TARGETS.values()
            ],
            "needed_bytes": needed,
            "free_bytes": free,
            "fits": needed is None or needed <= free,
            "folder": str(folder),
        }

    def require(self, session_id: str, names: Sequence[str]) -> list[str]:
        """Check that targets can be made now, and return their names in the order in which they are made.

        Raises:
            NotFound: No such session.
            InvalidInput: A name is no target, or there is no name.
            Conflict: The session has no adapter, or an adapter of another kind than a target needs.
            Unavailable: The disk is too full.
        """
        if not names:
            raise InvalidInput("There is nothing to export.", "Name a target.", {"targets": "is empty"})
        plan = self.plan(session_id, names)
        chosen = [known.name for known in checked_targets(names)]
        for offer in plan["targets"]:
            if offer["name"] in chosen and offer["reason"]:
                is_any = any(other["available"] for other in plan["targets"])
                hint = "Choose another target." if is_any else "Wait for this run to end, or export another one."
                raise Conflict(offer["reason"], hint, {"targets": offer["reason"]})
        needed, free = plan["needed_bytes"], plan["free_bytes"]
        if needed is not None and needed > free:
            message = f"The export needs up to {needed / GIB:.2f} GiB of disk, and {free / GIB:.2f} GiB are free."
            raise Unavailable(message, "Free some space (old sessions and exports can be deleted), or choose less.")
        return chosen

    def _reasons(self, session: SessionPaths, base: BaseSize) -> dict[str, str]:
        """Target -> why it can't be made."""
        if not (session.adapter / "adapter_config.json").is_file():
            return dict.fromkeys(TARGETS, f"The session {session.id!r} has no trained adapter yet.")
        name = self._store.label(session.id).model or ""
        return base_limits(base.config, name) | limits(read_json(session.adapter / "adapter_config.json"))

    def _base(self, session_id: str) -> BaseSize:
        name = self._store.label(session_id).model or ""
        config, known = self._config(name), base_model(name)
        if known is not None:
            return BaseSize(config, known.shape, known.parameters)
        try:
            shape = model_shape_from_config(config)
        except InvalidInput:  # of another kind or not on this machine, but the run has counted its weights
            return BaseSize(config, None, self._counted(session_id))
        return BaseSize(config, shape, shape.parameters)

    def _config(self, name: str) -> JsonObject:
        folder = local_model(name, self._workspace.root) if name != EMBEDDED_MODEL else None
        if folder is not None:
            config: JsonObject = read_json(folder / "config.json")
            return config
        return self._hub.config(name) if is_hub_id(name) and self._hub.is_cached(name) else {}

    def _counted(self, session_id: str) -> int | None:
        """Parameters as the run counted them; None for weights loaded in 4 or 8 bits, whose count is wrong."""
        engine = self._store.state(session_id).engine
        if engine is None or self._store.config(session_id).model.quantization != "none":
            return None
        parameters: int = engine["parameters"] - engine["trainable_parameters"]
        return parameters


def checked_targets(names: Sequence[str]) -> list[Target]:
    """The targets of those names, each once, in the order in which they are made.

    Raises:
        InvalidInput: A name is no target.
    """
    wanted = {target_named(name).name for name in names}
    return [known for known in TARGETS.values() if known.name in wanted]


def _adapter_bytes(session: SessionPaths) -> int:
    weights: Path = session.adapter / ADAPTER_WEIGHTS
    return weights.stat().st_size if weights.is_file() else 0


def _size(wanted: Target, base: BaseSize, adapter_bytes: int) -> int | None:
    if base.parameters is None and wanted.kind not in SIZED_BY_THE_ADAPTER:
        return None
    return expected_bytes(wanted, base.parameters or 0, base.shape, adapter_bytes)


def _needed(chosen: Sequence[Target], base: BaseSize, adapter_bytes: int) -> int | None:
    if base.parameters is None and any(wanted.kind not in MADE_OF_THE_ADAPTER for wanted in chosen):
        return None
    return peak_bytes(chosen, base.parameters or 0, base.shape, adapter_bytes) if chosen else 0


def _offer(offered: Target, size_bytes: int | None, reason: str | None, is_made: bool) -> TargetOffer:
    return {
        "name": offered.name,
        "title": offered.title,
        "kind": offered.kind,
        "summary": offered.summary,
        "file": offered.file,
        "is_usual": offered.is_usual,
        "size_bytes": size_bytes,
        "available": reason is None,
        "reason": reason,
        "is_made": is_made,
    }
