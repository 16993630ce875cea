"""ExportPlanner: what can be made of a session, how large it will be, and whether the disk holds it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from constants import EMBEDDED_MODEL
from core.catalog.families import base_model
from core.catalog.models import is_hub_id, local_model
from core.catalog.shapes import ModelShape, model_shape_from_config
from core.errors import Conflict, InvalidInput, Unavailable
from core.export.adapters import base_limits, limits
from core.export.sizes import expected_bytes, peak_bytes
from core.export.targets import TARGETS, Target, target_named
from core.jsonfile import read_json
from core.paths import ADAPTER_WEIGHTS, SessionPaths, Workspace
from core.sessions.store import SessionStore
from services.exports.files import ExportFolder
from services.hub import Hub

GIB = 1024**3
SIZED_BY_THE_ADAPTER = ("adapter", "adapter_gguf")
MADE_OF_THE_ADAPTER = ("adapter",)
"""What needs no disk for the base model; the adapter as GGUF is proven on a GGUF file of it."""


@dataclass(frozen=True)
class BaseSize:
    """What is known of the base model without asking the network.

    Attributes:
        config: Its config.json, empty where that is not at hand.
        shape: Its shape, where it is known.
        parameters: Its weights, where their number is known.
    """

    config: dict
    shape: ModelShape | None
    parameters: int | None


class ExportPlanner:
    """Looks at a session before it is exported.

    Args:
        workspace: Where exports go.
        store: Knows the sessions.
        hub: Knows which base models are in the cache.
    """

    def __init__(self, workspace: Workspace, store: SessionStore, hub: Hub):
        self._workspace = workspace
        self._store = store
        self._hub = hub

    def plan(self, session_id: str, names: Sequence[str]) -> dict:
        """Every target with its size and whether it can be made; the room that the chosen ones need.

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
                _offer(one, _size(one, base, adapter_bytes), reasons.get(one.name), one.name in made)
                for one in TARGETS.values()
            ],
            "needed_bytes": needed,
            "free_bytes": free,
            "fits": needed is None or needed <= free,
            "folder": str(folder),
        }

    def require(self, session_id: str, names: Sequence[str]) -> list[str]:
        """Check that targets can be made now; their names in the order in which they are made.

        Raises:
            NotFound: No such session.
            InvalidInput: A name is no target, or there is none.
            Conflict: The session has no adapter, or one of another kind than a target needs.
            Unavailable: The disk is too full.
        """
        if not names:
            raise InvalidInput("There is nothing to export.", "Name a target.", {"targets": "is empty"})
        plan = self.plan(session_id, names)
        chosen = [one.name for one in checked_targets(names)]
        for offer in plan["targets"]:
            if offer["name"] in chosen and offer["reason"]:
                is_any = any(one["available"] for one in plan["targets"])
                hint = "Choose another target." if is_any else "Wait for this run to end, or export another one."
                raise Conflict(offer["reason"], hint, {"targets": offer["reason"]})
        if not plan["fits"]:
            needed, free = plan["needed_bytes"] / GIB, plan["free_bytes"] / GIB
            message = f"The export needs up to {needed:.2f} GiB of disk, and {free:.2f} GiB are free."
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
        except InvalidInput:  # of another kind, or not at hand: the run itself has counted
            return BaseSize(config, None, self._counted(session_id))
        return BaseSize(config, shape, shape.parameters)

    def _config(self, name: str) -> dict:
        folder = local_model(name, self._workspace.root) if name != EMBEDDED_MODEL else None
        if folder is not None:
            return read_json(folder / "config.json")
        return self._hub.config(name) if is_hub_id(name) and self._hub.is_cached(name) else {}

    def _counted(self, session_id: str) -> int | None:
        """Parameters as the run counted them; weights that were loaded in 4 or 8 bits are not counted right."""
        engine = self._store.state(session_id).engine
        if engine is None or self._store.config(session_id).model.quantization != "none":
            return None
        return engine["parameters"] - engine["trainable_parameters"]


def checked_targets(names: Sequence[str]) -> list[Target]:
    """The targets of those names, each once, in the order in which they are made.

    Raises:
        InvalidInput: A name is no target.
    """
    wanted = {target_named(name).name for name in names}
    return [one for one in TARGETS.values() if one.name in wanted]


def _adapter_bytes(session: SessionPaths) -> int:
    weights: Path = session.adapter / ADAPTER_WEIGHTS
    return weights.stat().st_size if weights.is_file() else 0


def _size(one: Target, base: BaseSize, adapter_bytes: int) -> int | None:
    if base.parameters is None and one.kind not in SIZED_BY_THE_ADAPTER:
        return None
    return expected_bytes(one, base.parameters or 0, base.shape, adapter_bytes)


def _needed(chosen: Sequence[Target], base: BaseSize, adapter_bytes: int) -> int | None:
    if base.parameters is None and any(one.kind not in MADE_OF_THE_ADAPTER for one in chosen):
        return None
    return peak_bytes(chosen, base.parameters or 0, base.shape, adapter_bytes) if chosen else 0


def _offer(one: Target, size_bytes: int | None, reason: str | None, is_made: bool) -> dict:
    about = {name: getattr(one, name) for name in ("name", "title", "kind", "summary", "file")}
    return {**about, "size_bytes": size_bytes, "available": reason is None, "reason": reason, "is_made": is_made}
