"""The task of an inspection worker that looks at a model before a run: its layers, and its chat template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from constants import EMBEDDED_MODEL
from core.catalog.families import known_shape
from core.catalog.models import hub_id_of, local_model
from core.config import parse_config
from core.paths import Workspace
from core.workers.chat_format import require_thinking
from core.workers.embedded import embedded_tokenizer
from core.workers.inspect.arguments import OfConfig
from core.workers.loading import prepare_tokenizer
from core.workers.model_files import checked
from core.workers.target_layers import require_targets
from core.workers.text_model import text_config


def check_model(workspace: Workspace, arguments: OfConfig, report: Any) -> dict[str, str]:
    """Nothing, if the model has what a run asks of it, or its files are not on this machine.

    Raises:
        InvalidInput: It lacks a layer that is to get an adapter, or its template does not know thinking.
    """
    config = parse_config(arguments["config"])
    name, targets, thinking = config.model.name, config.model.target_modules, config.prompt.thinking
    if not isinstance(targets, str) and (skeleton := _skeleton(name, workspace)) is not None:
        require_targets(skeleton, targets)
    if thinking != "default" and (folder := _folder(name, workspace, "tokenizer_config.json")) is not None:
        from transformers import AutoTokenizer

        require_thinking(prepare_tokenizer(AutoTokenizer.from_pretrained(folder, trust_remote_code=False))[0], thinking)
    return {}


def _skeleton(name: str, workspace: Workspace) -> Any:
    """The model without weights; None where its config.json is not here."""
    import torch
    from transformers import AutoModelForCausalLM, LlamaConfig

    shape = known_shape(name) if name == EMBEDDED_MODEL else None
    if shape is not None:
        config: Any = LlamaConfig(num_hidden_layers=shape.layers)
    else:
        folder = _folder(name, workspace, "config.json")
        if folder is None:
            return None
        config = text_config(checked(str(folder)))
    try:
        with torch.device("meta"):
            return AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    except ValueError:  # of a kind that transformers does not know; the worker says so when it loads it
        return None


def _folder(name: str, workspace: Workspace, file: str) -> Path | None:
    """The folder of a model that has `file`; nothing is downloaded."""
    from huggingface_hub import try_to_load_from_cache

    if name == EMBEDDED_MODEL:
        return embedded_tokenizer(workspace.models)
    hub_id = hub_id_of(name, workspace.root)
    if hub_id is None:
        return local_model(name, workspace.root)
    found = try_to_load_from_cache(hub_id, file)
    return Path(found).parent if isinstance(found, str) else None
