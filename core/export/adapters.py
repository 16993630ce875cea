"""The targets that an adapter or its base model rules out, and why; pure."""

from __future__ import annotations

from core.catalog.model_config import quantised_text, stored_quantised
from core.export.targets import TARGETS
from core.jsonfile import JsonObject

NO_ADAPTER_GGUF = {
    "use_dora": "DoRA's magnitudes",
    "alpha_pattern": "a different alpha for some layers (alpha_pattern)",
    "rank_pattern": "a different rank for some layers (rank_pattern)",
    "modules_to_save": "whole layers trained beside the adapter (modules_to_save)",
    "trainable_token_indices": "trained token embeddings (trainable_token_indices)",
    "layer_replication": "repeated layers (layer_replication)",
    "target_parameters": "adapted bare parameters (target_parameters)",
    "lora_bias": "biases inside the adapter (lora_bias)",
}
"""Key of adapter_config.json -> its feature, which llama.cpp's adapter files can't hold."""
CURE = "Merge instead: the merged model and its GGUF types hold it."


def limits(adapter_config: JsonObject) -> dict[str, str]:
    """Target -> why it can't be made of an adapter with this adapter_config.json; empty when all can.

    A rank-stabilised adapter (use_rslora) is no limit: its alpha is written out as llama.cpp reads it.
    """
    found = [what for key, what in NO_ADAPTER_GGUF.items() if adapter_config.get(key)]
    if adapter_config.get("bias", "none") != "none":
        found.append("trained biases")
    if not found:
        return {}
    return {"adapter_gguf": f"The adapter has {' and '.join(found)}, for which llama.cpp has no place. {CURE}"}


def base_limits(model_config: JsonObject, model: str) -> dict[str, str]:
    """Target -> why it can't be made for a base model with this config.json (empty if unknown) and name.

    An adapter can't be merged into weights that are stored quantised (bitsandbytes, GPTQ, AWQ): only the adapter
    itself can be exported. Quantisation at load time (model.quantization) is no limit: stored weights keep their type.
    """
    method = stored_quantised(model_config, model)
    if method is None:
        return {}
    reason = quantised_text(model, method)
    return {name: reason for name, target in TARGETS.items() if target.kind != "adapter"}
