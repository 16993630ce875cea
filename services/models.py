"""Models: the trained ones and the curated base models, what is known of any other, and the shapes seen so far."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from constants import EMBEDDED_MODEL
from core.catalog.families import FAMILIES, BaseModel, base_model, known_shape
from core.catalog.model_config import require_plain_config
from core.catalog.models import hub_id_of, local_model
from core.catalog.shapes import ModelShape, model_shape_from_config
from core.errors import InvalidInput
from core.jsonfile import read_json
from core.paths import Workspace
from core.runs.place import Machine
from core.runs.recommended import as_config, recommended
from core.runs.vram import fits, memory_of
from core.sessions.state import SessionState
from core.sessions.store import SessionLabel, SessionStore
from services.hub import Hub

SCORE = ("stage", "correct", "total", "reward")


class ModelService:
    """The models of one server.

    Args:
        workspace: Where local models and sessions lie.
        store: Knows the trained ones.
        hub: Asked for what is not at hand.
        machine: What models are to fit into.
    """

    def __init__(self, workspace: Workspace, store: SessionStore, hub: Hub, machine: Machine):
        self._workspace = workspace
        self._store = store
        self._hub = hub
        self.machine = machine
        self._seen: dict[str, ModelShape] = {}

    def overview(self) -> dict:
        """Every model at hand: sessions with a saved adapter, newest first, and the curated base models."""
        saved = [state for state in self._store.states() if state.saved]
        trained = [self._trained(state, label) for state, label in self._store.labelled(saved)]
        return {"models": trained, "base": [self._base(entry) for entry in FAMILIES]}

    def describe(self, name: str) -> dict:
        """What is known of a model; of one of the hub that is new, its config.json is fetched.

        Raises:
            NotFound, Conflict, Unavailable, InvalidInput: It is no model, or can't be had, as before a run.
        """
        kind, known = self._kind(name), base_model(name)
        problem, shape = None, None
        try:
            shape = self.shape(name) or (self._fetched(name) if kind == "hub" else None)
        except InvalidInput as error:
            if error.fields:
                raise
            problem = f"{error.message} {error.hint}"
        return {
            "name": name,
            "kind": kind,
            "family": known.family if known else None,
            "parameters": known.parameters if known else shape and shape.parameters,
            "shape": asdict(shape) if shape else None,
            "cached": kind != "hub" or self._hub.is_cached(name),
            "problem": problem,
        }

    def shape(self, name: str) -> ModelShape | None:
        """The shape of a model that is curated, was described before or lies in a folder; asks no network.

        Raises:
            InvalidInput: The name leaves its folder, or the folder's model is of another kind.
        """
        known = known_shape(name) or self._seen.get(name)
        if known is not None:
            return known
        folder = local_model(name, self._workspace.root)
        return model_shape_from_config(_config_of(folder)) if folder else None

    def _kind(self, name: str) -> str:
        if name == EMBEDDED_MODEL:
            return "embedded"
        return "local" if hub_id_of(name, self._workspace.root) is None else "hub"

    def _fetched(self, name: str) -> ModelShape:
        self._seen[name] = model_shape_from_config(self._hub.config(name))
        return self._seen[name]

    def _trained(self, state: SessionState, label: SessionLabel) -> dict:
        score = state.evaluations[-1] if state.evaluations else None
        return {
            "session_id": state.session_id,
            "name": label.name,
            "path": f"outputs/{state.session_id}/adapter",
            "base": label.model,
            "dataset": label.dataset,
            "status": state.status,
            "created_at": state.created_at,
            "score": score and {key: score.get(key) for key in SCORE},
        }

    def _base(self, entry: BaseModel) -> dict:
        place = self.machine.largest
        fragment = recommended(entry, place)
        needed = memory_of(entry.shape, as_config(entry, fragment), place.engine)
        return {
            **{name: getattr(entry, name) for name in ("id", "family", "title", "parameters", "licence", "note")},
            "embedded": entry.embedded,
            "cached": entry.embedded or self._hub.is_cached(entry.id),
            "memory_gib": round(needed, 2),
            "available_gib": round(place.available_gib, 2),
            "device": place.device,
            "fits": fits(needed, place.available_gib),
            "recommended": fragment,
        }


def _config_of(folder: Path) -> dict:
    config = read_json(folder / "config.json")
    require_plain_config(config, folder.name)
    return config
