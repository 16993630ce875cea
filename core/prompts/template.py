"""PromptTemplate: the messages put to a model, the answer a row would give, and the parts of a completion."""

from __future__ import annotations

from dataclasses import dataclass


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
