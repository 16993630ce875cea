"""The part of a model that reads and writes text: all of most models, less than all of one that also sees or hears."""

from __future__ import annotations

from typing import Any


def text_config(source: str) -> Any:
    """The configuration of a model's text part, where transformers has a model for that part alone; else the whole.

    Adapters name the layers they are on. Those of the text part have other names within the whole model, so training,
    testing and export all load the same of the two.

    Args:
        source: A folder or a hub id; only its config.json is read.
    """
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(source)
    text = config.get_text_config(decoder=True)
    return text if type(text) in AutoModelForCausalLM._model_mapping else config  # the only list of what it can load


def load_text_model(source: str, **arguments: Any) -> Any:
    """AutoModelForCausalLM.from_pretrained on the text part of a model.

    Args:
        source: A folder or a hub id.
        arguments: Of from_pretrained.
    """
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(source, config=text_config(source), **arguments)
