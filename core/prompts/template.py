"""PromptTemplate: the messages put to a model, the answer a row would give, and the parts of a completion."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.config.prompt import PromptConfig
from core.errors import InvalidInput


@dataclass(frozen=True)
class Markers:
    """The tags that an answer carries; empty strings where a template has none."""

    reasoning_start: str = ""
    reasoning_end: str = ""
    solution_start: str = ""
    solution_end: str = ""

    def between_solution(self, text: str) -> str | None:
        """The last complete solution in `text`, stripped; None without one; all of `text` when there are no markers."""
        if not self.solution_start:
            return text.strip()
        end = text.rfind(self.solution_end)
        start = text.rfind(self.solution_start, 0, max(end, 0))
        if start < 0 or end < 0:
            return None
        return text[start + len(self.solution_start) : end].strip()


@dataclass(frozen=True)
class PromptTemplate:
    """A system prompt and the markers it asks for; user text is put in as it is, never evaluated."""

    name: str
    system_prompt: str
    markers: Markers

    def messages(self, instruction: str) -> list[dict]:
        """The chat before the answer: a system message, when there is one, and the question."""
        system = [{"role": "system", "content": self.system_prompt}] if self.system_prompt else []
        return [*system, {"role": "user", "content": instruction}]

    def answer(self, solution: str, reasoning: str = "") -> str:
        """The text of a perfect answer, as the warm-up teaches it; reasoning is left out where it has no markers."""
        marks = self.markers
        shows_thought = reasoning and marks.reasoning_start
        thought = f"{marks.reasoning_start}{reasoning}{marks.reasoning_end}" if shows_thought else ""
        return f"{thought}{marks.solution_start}{solution}{marks.solution_end}"


GRPO_DEFAULT = PromptTemplate(
    "grpo-default",
    "You are given a problem.\n"
    "Think about the problem and provide your working out.\n"
    "Place it between <start_working_out> and <end_working_out>.\n"
    "Then, provide your solution between <SOLUTION></SOLUTION>",
    Markers("<start_working_out>", "<end_working_out>", "<SOLUTION>", "</SOLUTION>"),
)
SOLUTION_ONLY = PromptTemplate(
    "solution-only",
    "Answer with nothing but the solution, between <SOLUTION> and </SOLUTION>.",
    Markers(solution_start="<SOLUTION>", solution_end="</SOLUTION>"),
)
PLAIN = PromptTemplate("plain", "", Markers())
TEMPLATES = {template.name: template for template in (GRPO_DEFAULT, SOLUTION_ONLY, PLAIN)}


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
