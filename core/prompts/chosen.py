"""The prompt template of a run: the one its configuration names, with the values it replaces."""

from __future__ import annotations

from dataclasses import replace

from core.config.prompt import PromptConfig
from core.errors import InvalidInput
from core.prompts.template import TEMPLATES, Markers, PromptTemplate


def template_of(config: PromptConfig) -> PromptTemplate:
    """The template that `config` names, with the values it replaces.

    Raises:
        InvalidInput: There is no such template, or a marker stands without its partner.
    """
    base = TEMPLATES.get(config.template)
    if base is None:
        problem = f"there is no template {config.template!r}; there are: {', '.join(TEMPLATES)}"
        raise InvalidInput(f"prompt.template: {problem}.", "Choose one of them.", {"prompt.template": problem})
    names = ("reasoning_start", "reasoning_end", "solution_start", "solution_end")
    markers = replace(base.markers, **{n: getattr(config, n) for n in names if getattr(config, n) is not None})
    _check_pairs(markers)
    system = base.system_prompt if config.system_prompt is None else config.system_prompt
    return PromptTemplate(base.name, system, markers)


def _check_pairs(markers: Markers) -> None:
    for kind in ("reasoning", "solution"):
        start, end = getattr(markers, f"{kind}_start"), getattr(markers, f"{kind}_end")
        if bool(start) != bool(end) or (start and start == end):
            problem = "needs a partner that differs from it"
            field = f"prompt.{kind}_end" if start else f"prompt.{kind}_start"
            raise InvalidInput(f"The {kind} markers are not a pair.", f"Give {kind}_start and _end.", {field: problem})
