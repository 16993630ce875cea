"""The preset library: every shipped reward under its name, and its parameters; names.py has the other names."""

from __future__ import annotations

from functools import partial
from typing import Any

from core.jsonfile import JsonObject
from core.rewards.base import PATTERN, Parameter, Preset, RewardFunction
from core.rewards.library import (
    answering,
    answers,
    citations,
    coding,
    creative_writing,
    form,
    language_match,
    mathematics,
    multiple_choice,
    procedural,
    question_answering,
    reasoning,
    summarization,
)
from core.rewards.names import ALIASES

WRITING: dict[str, Preset] = {
    "creative-writing": creative_writing.PRESET,
    "concise-summarization": summarization.PRESET,
    "citation-format": citations.PRESET,
    "language": language_match.PRESET,
}
PRESETS: dict[str, Preset] = {
    "math-science": mathematics.PRESET,
    **answers.PRESETS,
    **question_answering.PRESETS,
    **multiple_choice.PRESETS,
    **answering.PRESETS,
    **reasoning.PRESETS,
    **coding.PRESETS,
    **WRITING,
    **form.PRESETS,
    **procedural.PRESETS,
}
"""Canonical name -> preset."""


def reward_function(name: str, parameters: JsonObject) -> RewardFunction:
    """The function of preset `name` with its parameters bound."""
    return partial(PRESETS[name].function, **checked_parameters(name, parameters))


def checked_parameters(name: str, parameters: JsonObject) -> JsonObject:
    """`parameters` as preset `name` takes them.

    Raises:
        ValueError: One is unknown, of the wrong type or out of bounds.
    """
    known = {parameter.name: parameter for parameter in PRESETS[name].parameters}
    return {key: _checked(name, known.get(key), key, value) for key, value in parameters.items()}


def _checked(preset: str, parameter: Parameter | None, key: str, value: Any) -> Any:
    if parameter is None:
        known = ", ".join(p.name for p in PRESETS[preset].parameters) or "none"
        raise ValueError(f"{preset} has no parameter {key!r}; it has: {known}")
    wanted = type(parameter.default)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not wanted:
        raise ValueError(f"{key} of {preset} is {_kind(wanted)}, not {value!r}")
    if isinstance(value, str):
        return _checked_text(preset, parameter, value)
    if parameter.minimum is not None and value < parameter.minimum:
        raise ValueError(f"{key} of {preset} is at least {parameter.minimum:g}, not {value!r}")
    if parameter.maximum is not None and value > parameter.maximum:
        raise ValueError(f"{key} of {preset} is at most {parameter.maximum:g}, not {value!r}")
    return value


def _checked_text(preset: str, parameter: Parameter, value: str) -> str:
    key = parameter.name
    if parameter.unit == PATTERN and value:
        _check_pattern(f"{key} of {preset}", value)
    if parameter.choices and value not in parameter.choices:
        raise ValueError(f"{key} of {preset} is one of {', '.join(parameter.choices)}, not {value!r}")
    return value


def _check_pattern(name: str, pattern: str) -> None:
    import regex

    try:
        regex.compile(pattern)
    except regex.error as error:
        raise ValueError(f"{name} is no regular expression: {error}") from error


def _kind(wanted: type) -> str:
    return {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}[wanted]


def presets_table() -> str:
    """Every preset: names, what earns points, whether it judges truth, the columns and parameters it takes."""
    lines = [
        "| reward | also | what earns points | judges truth | columns | parameters |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, preset in PRESETS.items():
        aliases = ", ".join(f"`{alias}`" for alias, known in ALIASES.items() if known == name)
        columns = ", ".join(f"`{field}`" for field in preset.fields)
        parameters = ", ".join(_parameter(parameter) for parameter in preset.parameters)
        truth = "yes" if preset.judges_truth else ""
        cells = (f"**{preset.title}** `{name}`", aliases, preset.summary, truth, columns, parameters)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _parameter(parameter: Parameter) -> str:
    return f"`{parameter.name}` ({parameter.default!r})"
