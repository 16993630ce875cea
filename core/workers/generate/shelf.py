"""ModelShelf: the models a generation worker holds; a base model is loaded once for all adapters on it."""

from __future__ import annotations

import gc
import logging
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from core.config import parse_config
from core.errors import NotFound
from core.failures import explain
from core.generation.answer import HeldModel
from core.generation.gguf_context import LEAST_TOKENS, context_for, facts_of
from core.generation.model_path import PlacedModel
from core.jsonfile import read_json
from core.paths import Workspace
from core.workers.generate.asked import Asked
from core.workers.generate.gguf_model import GgufModel
from core.workers.generate.torch_model import AdapterView, TorchModel
from core.workers.loading import device_and_dtype, model_source
from core.workers.memory import free_bytes, wanted_bytes
from core.workers.model_files import checked
from core.workers.placement import require_room
from core.workers.reading_weights import reporting

LOG = logging.getLogger(__name__)
MOST_LOADED = 2
"""Enough to compare two models that share no weights without loading them in turn."""


class Answering(Protocol):
    """A loaded model."""

    def answer(self, asked: Asked) -> None:
        """Answer every chat."""


class ModelShelf:
    """Loads the requested models and keeps the latest MOST_LOADED of them."""

    def __init__(self, workspace: Workspace):
        self._workspace = workspace
        self._held: OrderedDict[str, Any] = OrderedDict()
        self._names: dict[str, str] = {}

    def get(self, model: PlacedModel, report: Callable[[str], None]) -> Answering:
        """The model that a request describes; it is loaded first if necessary.

        Args:
            model: model_path, kind, session_id, base, place.
            report: Called with the description of the model while it loads.
        Raises:
            NotFound, InvalidInput, Unavailable: It can't be loaded.
        """
        key = self._key(model)
        if key not in self._held:
            loading = f"Loading {model['title']}"
            report(loading)
            with reporting(lambda fraction: report(f"{loading}: {fraction:.0%}")):
                self._held[key] = self._loaded(model)
        self._held.move_to_end(key)
        self._names[key] = model["model_path"]
        held = self._held[key]
        if model["kind"] in ("adapter", "checkpoint"):
            return AdapterView(held, held.adapter(Path(str(model["place"]))))
        return AdapterView(held, None) if isinstance(held, TorchModel) else held

    def loaded(self) -> list[HeldModel]:
        """The loaded models, the latest first."""
        return [{"model_path": self._names[key], "device": held.device} for key, held in reversed(self._held.items())]

    def make_room(self) -> None:
        """Free all models but the latest, and the rests of a failure."""
        while len(self._held) > 1:
            self._drop_oldest()
        _free()

    def _key(self, model: PlacedModel) -> str:
        """A key that is equal for models that share weights."""
        if model["kind"] in ("merged", "gguf"):
            place = Path(str(model["place"]))
            if not place.exists():
                raise NotFound(f"{model['model_path']} is no longer there.", "Export it again.")
            return f"{place} {place.stat().st_mtime_ns}"
        return f"{model['base']} {self._quantization(model)}"

    def _quantization(self, model: PlacedModel) -> str:
        """As the run trained it, on a GPU; on the CPU there is no quantised inference."""
        if model["kind"] == "merged" or model["session_id"] is None or device_and_dtype()[0] == "cpu":
            return "none"
        return parse_config(read_json(self._workspace.session(model["session_id"]).config)).model.quantization

    def _loaded(self, model: PlacedModel) -> Any:
        """A model, loaded; where memory does not do, without all others: weights are not everything it takes."""
        try:
            return self._load(model)
        except (MemoryError, RuntimeError) as error:
            if not self._held or explain(error)[2] != "out_of_memory":
                raise
            LOG.info("%s does not fit beside what is held: %s", model["model_path"], error)
        while self._held:  # outside the handler: its error keeps the half-loaded model alive
            self._drop_oldest()
        return self._load(model)

    def _load(self, model: PlacedModel) -> Any:
        if model["kind"] == "gguf":
            return self._load_file(Path(str(model["place"])), str(model["session_id"]))
        device, quantization = device_and_dtype()[0], self._quantization(model)
        if not self._held:
            require_room()
        is_merged = model["kind"] == "merged"
        source = checked(str(model["place"])) if is_merged else model_source(str(model["base"]), self._workspace)
        self._make_room(wanted_bytes(source, quantization, device), device)
        return TorchModel(source, quantization)

    def _load_file(self, file: Path, session_id: str) -> GgufModel:
        """A file of llama.cpp with room for chats as long as its run's; an export may have outlived its run."""
        config = self._workspace.session(session_id).config
        wanted = parse_config(read_json(config)).training.max_sequence_length if config.is_file() else 0
        weights, facts = file.stat().st_size, facts_of(file)
        least = min(LEAST_TOKENS, facts.trained_tokens or LEAST_TOKENS) * facts.cache_bytes
        self._make_room(weights + least, "cpu")
        return GgufModel(file, context_for(facts, wanted, free_bytes("cpu") - weights))

    def _make_room(self, needed: float, device: str) -> None:
        """Let go of the oldest, until there is a place and the memory for one more."""
        while self._held and (len(self._held) >= MOST_LOADED or needed > free_bytes(device)):
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        key = next(iter(self._held))
        del self._held[key]
        LOG.info("%s makes room", self._names.pop(key, key))
        _free()


def _free() -> None:
    gc.collect()
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
