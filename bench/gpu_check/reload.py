"""Whether an adapter that was saved, and loaded again on a fresh model, answers as the trained model does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.config import RunConfig
from core.paths import SessionPaths, Workspace
from core.workers.loading import LoadedModel, load_adapter_weights, model_source

if TYPE_CHECKING:
    from bench.gpu_check.measured_worker import MeasuredEngine

QUESTION = "What is 12 + 34? What is 5 + 6?"


def differences(engine: MeasuredEngine, paths: SessionPaths, config: RunConfig) -> dict[str, float]:
    """How far apart the log-probabilities of a text are, each the largest over its tokens and the vocabulary.

    Returns:
        moved_nats: from a model with a fresh adapter, which changes nothing, to the trained one.
        reloaded_nats: from the trained one to the fresh one with the saved weights; 0 where both are the same.
    """
    trained = _log_probabilities(engine.loaded)
    source = model_source(config.model.name, Workspace(paths.folder.parent.parent))
    fresh = engine.load(source, config)
    untrained = _log_probabilities(fresh)
    load_adapter_weights(fresh.model, paths.adapter)
    reloaded = _log_probabilities(fresh)
    return {
        "moved_nats": (trained - untrained).abs().max().item(),
        "reloaded_nats": (trained - reloaded).abs().max().item(),
    }


def _log_probabilities(loaded: LoadedModel) -> Any:
    import torch

    inputs = loaded.tokenizer(QUESTION, return_tensors="pt").to(loaded.model.device)
    with loaded.answering(loaded.model), torch.inference_mode():
        logits = loaded.model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
    return logits.float().log_softmax(-1).cpu()
