"""ModelService: lists trained models and curated base models, and describes any model by its name."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from typing_extensions import TypedDict

from constants import EMBEDDED_MODEL
from core.catalog.families import FAMILIES, BaseModel, base_model, known_shape
from core.catalog.model_config import require_plain_config
from core.catalog.models import hub_id_of, local_model
from core.catalog.shapes import ModelShape, model_shape_from_config
from core.errors import InvalidInput
from core.jsonfile import JsonObject, read_json
from core.paths import Workspace
from core.runs.place import Machine
from core.runs.ready import ModelPlace
from core.runs.recommended import Fragment, as_config, recommended
from core.runs.vram import fits, memory_of
from core.sessions.kinds import HeldOutScore
from core.sessions.state import SessionState
from core.sessions.store import SessionLabel, SessionStore
from services.hub import Hub

NameKind = Literal["embedded", "local", "hub"]


class LastScore(TypedDict):
    """The latest held-out score of a run; what an old log lacks is null."""

    stage: str | None
    correct: int | None
    scored: int | None
    total: int | None
    reward: float | None


class TrainedModel(TypedDict):
    """A session with a saved adapter; what its configuration lacks is null."""

    session_id: str
    name: str | None
    path: str
    base: str | None
    dataset: str | None
    status: str
    created_at: float | None
    score: LastScore | None


class ListedBaseModel(TypedDict):
    """A curated base model with the settings that suit this machine; `memory_gib` is what these need.

    `cached` says whether all of it is on this machine; else about `download_bytes` are fetched when a run starts.
    """

    id: str
    family: str
    title: str
    parameters: int
    licence: str
    note: str
    embedded: bool
    cached: bool
    download_bytes: int
    memory_gib: float
    available_gib: float
    device: str
    fits: bool
    recommended: Fragment


class ModelOverview(TypedDict):
    """The trained models, newest first, and the curated base models."""

    models: list[TrainedModel]
    base: list[ListedBaseModel]


class ModelDetails(TypedDict):
    """A model of any name; `problem` says why its shape is not known, null where it is or where nobody has looked."""

    name: str
    kind: NameKind
    family: str | None
    parameters: int | None
    shape: Annotated[JsonObject, ModelShape] | None
    cached: bool
    problem: str | None


class ModelService:
    """The models of one server.

    Args:
        workspace: The folders of local models and sessions.
        store: Reads the sessions.
        hub: Has the config.json of other models.
        machine: The machine that models have to fit into.
    """

    def __init__(self, workspace: Workspace, store: SessionStore, hub: Hub, machine: Machine):
        self._workspace = workspace
        self._store = store
        self._hub = hub
        self.machine = machine
        self._seen: dict[str, ModelShape] = {}

    def overview(self) -> ModelOverview:
        """All sessions with a saved adapter, and the curated base models."""
        saved = [state for state in self._store.states() if state.saved]
        trained = [self._trained(state, label) for state, label in self._store.labelled(saved)]
        return {"models": trained, "base": [self._base(entry) for entry in FAMILIES]}

    def describe(self, name: str) -> ModelDetails:
        """Describe a model; for a new model of the hub this fetches its config.json.

        Raises:
            NotFound, Conflict, Unavailable, InvalidInput: A run could not use it either.
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
            "parameters": known.parameters if known else shape.parameters if shape else None,
            "shape": asdict(shape) if shape else None,
            "cached": kind != "hub" or self._hub.is_cached(name),
            "problem": problem,
        }

    def shape(self, name: str) -> ModelShape | None:
        """The shape of a curated, an already described or a local model; None for others. It asks no network.

        Raises:
            InvalidInput: The name leaves its folder, or the folder's model is of another kind.
        """
        known = known_shape(name) or self._seen.get(name)
        if known is not None:
            return known
        folder = local_model(name, self._workspace.root)
        return model_shape_from_config(_config_of(folder)) if folder else None

    def place(self, name: str, shape: ModelShape | None) -> ModelPlace:
        """Where a model is, without asking the network.

        Args:
            name: A name that a run can use.
            shape: Its shape, from which the size of a download follows where the model is not listed.
        """
        if self._kind(name) != "hub" or self._hub.is_cached(name):
            return ModelPlace(is_here=True)
        known, last = base_model(name), self._hub.reach.known()
        size = known.download_bytes if known else 2 * shape.parameters if shape else None
        problem = "the server runs offline" if self._hub.offline else last["problem"] if last else None
        return ModelPlace(False, size, problem)

    def _kind(self, name: str) -> NameKind:
        if name == EMBEDDED_MODEL:
            return "embedded"
        return "local" if hub_id_of(name, self._workspace.root) is None else "hub"

    def _fetched(self, name: str) -> ModelShape:
        self._seen[name] = model_shape_from_config(self._hub.config(name))
        return self._seen[name]

    def _trained(self, state: SessionState, label: SessionLabel) -> TrainedModel:
        return {
            "session_id": state.session_id,
            "name": label.name,
            "path": f"outputs/{state.session_id}/adapter",
            "base": label.model,
            "dataset": label.dataset,
            "status": state.status,
            "created_at": state.created_at,
            "score": _score(state.evaluations[-1]) if state.evaluations else None,
        }

    def _base(self, entry: BaseModel) -> ListedBaseModel:
        place = self.machine.largest
        fragment = recommended(entry, place)
        needed = memory_of(entry.shape, as_config(entry, fragment), place.engine)
        return {
            "id": entry.id,
            "family": entry.family,
            "title": entry.title,
            "parameters": entry.parameters,
            "licence": entry.licence,
            "note": entry.note,
            "embedded": entry.embedded,
            "cached": entry.embedded or self._hub.is_cached(entry.id),
            "download_bytes": entry.download_bytes,
            "memory_gib": round(needed, 2),
            "available_gib": round(place.available_gib, 2),
            "device": place.device,
            "fits": fits(needed, place.available_gib),
            "recommended": fragment,
        }


def _score(evaluation: HeldOutScore) -> LastScore:
    return {
        "stage": evaluation.get("stage"),
        "correct": evaluation.get("correct"),
        "scored": evaluation.get("scored", evaluation.get("total")),
        "total": evaluation.get("total"),
        "reward": evaluation.get("reward"),
    }


def _config_of(folder: Path) -> JsonObject:
    config: JsonObject = read_json(folder / "config.json")
    require_plain_config(config, folder.name)
    return config
