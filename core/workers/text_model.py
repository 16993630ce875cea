"""The part of a model that reads and writes text: all of most models, less than all of one that also sees or hears."""

from __future__ import annotations

from typing import Any

from core.catalog.model_config import TEXT_NAMES
from core.errors import InvalidInput

OF_THE_WHOLE = ("quantization_config", "tie_word_embeddings")
"""Keys of a config.json that belong to the whole model and hold for its text part, too."""


def text_config(source: str) -> Any:
    """The configuration of a model's text part, where transformers has a model for that part alone; else the whole.

    Adapters name the layers they are on. Those of the text part have other names within the whole model, so training,
    testing and export all load the same of the two.

    Args:
        source: A folder or a hub id; only its config.json is read.
    """
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(source, trust_remote_code=False)
    text = config.get_text_config(decoder=True)
    if text is config or type(text) not in AutoModelForCausalLM._model_mapping:  # the only list of loadable models
        return config
    for name in OF_THE_WHOLE:
        if getattr(config, name, None) is not None:
            setattr(text, name, getattr(config, name))
    return text


def load_text_model(source: str, **arguments: Any) -> Any:
    """AutoModelForCausalLM.from_pretrained on the text part of a model.

    Raises:
        InvalidInput: The checkpoint lacks weights, which transformers would make up at random.
    """
    from transformers import AutoConfig, AutoModelForCausalLM

    config = text_config(source)
    is_part = type(config) is not type(AutoConfig.from_pretrained(source, trust_remote_code=False))
    if is_part:
        arguments["key_mapping"] = TEXT_NAMES
    loaded: Any = AutoModelForCausalLM.from_pretrained(
        source, config=config, trust_remote_code=False, output_loading_info=True, **arguments
    )
    model, found = loaded  # as output_loading_info has it
    if is_part:
        model._weight_conversions = None  # else the part would be saved under the names of the whole
    missing = sorted(found["missing_keys"])
    if missing:
        message = f"{source} lacks {len(missing)} of the model's weights, such as {missing[0]}."
        raise InvalidInput(
            message, "Download or save the model again, or choose another.", {"model.name": "is not whole"}
        )
    return model
