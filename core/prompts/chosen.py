"""The prompt template of a run: the one its configuration names, with the values it replaces; and its checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.errors import InvalidInput
from core.prompts.builtin import TEMPLATES
from core.prompts.chat_template import Thinking
from core.prompts.section import PromptConfig
from core.prompts.template import PLACEHOLDER, Markers, PromptTemplate

MARKER_NAMES = ("reasoning_start", "reasoning_end", "solution_start", "solution_end")
TEXTS = ("system_prompt", "instruction_template", *MARKER_NAMES)
BLANK = PromptTemplate("", "", Markers())


def template_of(config: PromptConfig, saved: Mapping[str, PromptTemplate] | None = None) -> PromptTemplate:
    """The template that `config` names, with its values replaced by those of `config`.

    Args:
        config: The prompt section. If it gives every value, the named template need not exist: a session is readable
            after its template is deleted.
        saved: The user's templates by name.
    Raises:
        InvalidInput: There is no such template, or its markers do not fit together.
    """
    known = {**TEMPLATES, **(saved or {})}
    base = known.get(config.template)
    given = {name: getattr(config, name) for name in TEXTS if getattr(config, name) is not None}
    if base is None and len(given) < len(TEXTS):
        problem = f"there is no template {config.template!r}; there are: {', '.join(known)}"
        raise InvalidInput(f"prompt.template: {problem}.", "Choose one of them.", {"prompt.template": problem})
    base = base or BLANK
    template = PromptTemplate(
        name=config.template,
        system_prompt=given.get("system_prompt", base.system_prompt),
        markers=replace(base.markers, **{name: given[name] for name in MARKER_NAMES if name in given}),
        instruction_template=given.get("instruction_template", base.instruction_template),
    )
    check_template(template)
    return template


def frozen(config: PromptConfig, saved: Mapping[str, PromptTemplate]) -> PromptConfig:
    """`config` with every value written out where its template is one of the user's, who may change it later."""
    if config.template not in saved:
        return config
    return as_config(template_of(config, saved), config.thinking)


def as_config(template: PromptTemplate, thinking: Thinking = "default") -> PromptConfig:
    """A template as a prompt section that gives every value."""
    markers: dict[str, Any] = {name: getattr(template.markers, name) for name in MARKER_NAMES}
    texts: dict[str, Any] = {
        "system_prompt": template.system_prompt,
        "instruction_template": template.instruction_template,
    }
    return PromptConfig(template=template.name, thinking=thinking, **texts, **markers)


def check_template(template: PromptTemplate) -> None:
    """Refuse a template whose answers could not be parsed.

    Raises:
        InvalidInput: A marker has no partner, equals or contains another one, or there is no place for the question.
    """
    for kind in ("reasoning", "solution"):
        start, end = getattr(template.markers, f"{kind}_start"), getattr(template.markers, f"{kind}_end")
        if bool(start.strip()) != bool(end.strip()):
            _refuse(f"{kind}_end" if start.strip() else f"{kind}_start", "needs a partner that differs from it")
    if template.instruction_template.count(PLACEHOLDER) != 1:
        _refuse("instruction_template", f"must hold {PLACEHOLDER} once, where the question goes")
    names = [name for name in MARKER_NAMES if getattr(template.markers, name)]
    for name in names:
        for other in names:
            marker, rival = getattr(template.markers, name), getattr(template.markers, other)
            if name != other and marker in rival and not _is_fence(marker, rival):
                _refuse(name, f"{marker!r} can't be told from {rival!r}")


def missing_from_prompt(template: PromptTemplate) -> list[str]:
    """The markers that neither the system prompt nor the question's form mentions: a model can't know them."""
    told = template.system_prompt + template.instruction_template
    return [marker for marker in template.markers.given if marker not in told]


def _is_fence(marker: str, rival: str) -> bool:
    """A closing ``` may be the beginning of an opening ```python: the search for an end starts behind the start."""
    return marker.startswith("```") and rival.startswith(marker)


def _refuse(name: str, problem: str) -> None:
    hint = "Give each marker of a pair its own text."
    raise InvalidInput(f"prompt.{name} {problem}.", hint, {f"prompt.{name}": problem})
