"""Checks of a model's config.json: plain names, since a library makes code of them; and its quantisation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.catalog.models import FIELD
from core.errors import InvalidInput
from core.jsonfile import JsonObject

PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
NAMED = ("model_type", "architectures")
FOUR_BIT_SUFFIX = re.compile(r"(-unsloth)?-bnb-4bit$", re.IGNORECASE)
ELSEWHERE = "configuration_files"
"""A key of config.json that names other files by version; transformers may read one of them instead."""
MOST_SHOWN = 60
TEXT_NAMES = {
    r"^language_model\.model\.": "model.",
    r"^model\.language_model\.": "model.",
    r"^language_model\.lm_head\.": "lm_head.",
}
"""Names of weights within a model that also sees -> their names in its part for text, which transformers does not
give them by itself."""


def require_plain_config(config: Any, model: str) -> None:
    """Refuse a config.json that refers to other files, or in which a model_type or architecture is no plain name.

    Unsloth writes Python code from these names, at any depth.

    Raises:
        InvalidInput: A name is not plain (the class of CVE-2026-93348), or the file holds no JSON object, or names
            other files that transformers would read instead.
    """
    if not isinstance(config, Mapping):
        raise InvalidInput(f"The config.json of {model} is no JSON object.", "Choose another model.")
    if ELSEWHERE in config:
        message = f"The config.json of {model} points to other files ({ELSEWHERE}), which nobody has looked at."
        raise InvalidInput(message, "Choose another model.", {FIELD: "its config.json points elsewhere"})
    for key, value in _names(config):
        if not isinstance(value, str) or not PLAIN_NAME.fullmatch(value):
            shown = repr(value)[:MOST_SHOWN]
            message = f"The config.json of {model} has the {key} {shown}, which is no name and may be an attack."
            hint = "Choose another model; names are made of letters, digits, dots, dashes and underscores."
            raise InvalidInput(message, hint, {FIELD: f"its config.json has an unusable {key}"})


def stored_quantised(config: JsonObject, model: str) -> str | None:
    """The quantisation of a model's stored weights, such as bitsandbytes; None without one.

    Args:
        config: The content of config.json; empty if it is not known.
        model: The model's name, whose ending can show a quantisation, too.
    """
    quantization = config.get("quantization_config")
    if isinstance(quantization, dict):
        return str(quantization.get("quant_method", "quantised"))
    return "bitsandbytes" if FOUR_BIT_SUFFIX.search(model) else None


def whole_name(model: str) -> str | None:
    """The repository with the 16-bit weights of a quantised one; None if the name shows no quantisation."""
    whole = FOUR_BIT_SUFFIX.sub("", model)
    return whole if whole not in ("", model) else None


def quantised_text(model: str, method: str) -> str:
    """The warning that stored quantised weights limit exports, with the model to train instead."""
    instead = whole_name(model) or "the model's 16-bit repository"
    return (
        f"The base model's own weights are stored quantised ({method}), so nothing can be merged into them: only the "
        f"adapter can be exported. Train on {instead} with model.quantization 4bit, which learns the same way."
    )


def _names(values: Any) -> Iterator[tuple[str, Any]]:
    """Every (key, name) at any depth."""
    waiting = [values]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Mapping):
            for key in NAMED:
                named = found.get(key)
                listed = named if isinstance(named, list) else [named]
                yield from ((key, name) for name in listed if name is not None and name != "")  # "": a part's default
        waiting.extend(found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ())
