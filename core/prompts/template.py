"""PromptTemplate: the messages for a model, the reference answer of a row, and the parts of a completion."""

from __future__ import annotations

import re
from dataclasses import dataclass

from typing_extensions import TypedDict

PLACEHOLDER = "{instruction}"


class ChatMessage(TypedDict):
    """One turn of a conversation; `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True)
class Parsed:
    """The parts of a completion.

    Attributes:
        reasoning: The text between the reasoning markers; empty without them.
        solution: The last complete solution; None without one.
        problems: The problems with the markers, in words; empty for a correct form.
    """

    reasoning: str
    solution: str | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Markers:
    """The tags that an answer carries; empty strings where a template has none."""

    reasoning_start: str = ""
    reasoning_end: str = ""
    solution_start: str = ""
    solution_end: str = ""

    @property
    def given(self) -> list[str]:
        """The markers there are, in the order of a perfect answer."""
        every = (self.reasoning_start, self.reasoning_end, self.solution_start, self.solution_end)
        return [marker for marker in every if marker]

    def between_solution(self, text: str) -> str | None:
        """The last complete solution in `text`, stripped; None without one; all of `text` when there are no markers.

        Of nested markers the innermost count, a start without an end is passed over.
        """
        if not self.solution_start:
            return text.strip()
        return _last_between(text, self.solution_start, self.solution_end)

    def solution_span(self, text: str) -> tuple[int, int] | None:
        """(start, end) of the text that `between_solution` finds; None without one, or without markers."""
        return _last_span(text, self.solution_start, self.solution_end) if self.solution_start else None

    def between_reasoning(self, text: str) -> str:
        """The working out: between its markers, and where one is missing, from the start or up to the solution."""
        if not self.reasoning_start:
            return text[: text.rfind(self.solution_start)].strip() if self.solution_start in text else ""
        complete = _last_between(text, self.reasoning_start, self.reasoning_end)
        if complete is not None:
            return complete
        before_end, end, _ = text.partition(self.reasoning_end)
        if end:
            return before_end.strip()
        _, start, rest = text.partition(self.reasoning_start)
        return (rest.partition(self.solution_start)[0] if self.solution_start else rest).strip() if start else ""

    def parse(self, text: str) -> Parsed:
        """The parts of a completion, however its markers are missing, repeated or nested."""
        return Parsed(self.between_reasoning(text), self.between_solution(text), tuple(self._problems(text)))

    def _problems(self, text: str) -> list[str]:
        if not self.given:
            return []
        pattern = "|".join(re.escape(marker) for marker in sorted(self.given, key=len, reverse=True))
        found, pieces = re.findall(pattern, text), re.split(pattern, text)
        wrong = [f"{m} stands {found.count(m)} times instead of once" for m in self.given if found.count(m) != 1]
        if wrong:
            return wrong
        if found != self.given:
            return ["the markers are out of order"]
        if pieces[-1].strip():
            return [f"text follows {self.given[-1]}"]
        pairs = zip(self.given[::2], self.given[1::2], pieces[1::2], strict=True)
        return [f"nothing stands between {start} and {end}" for start, end, inside in pairs if not inside.strip()]


@dataclass(frozen=True)
class PromptTemplate:
    """A system prompt, the form of a question, and the markers of an answer.

    User text replaces the one placeholder unchanged; nothing in it is evaluated.
    """

    name: str
    system_prompt: str
    markers: Markers
    instruction_template: str = PLACEHOLDER

    def messages(self, instruction: str) -> list[ChatMessage]:
        """The chat before the answer: a system message, when there is one, and the question."""
        system: list[ChatMessage] = [{"role": "system", "content": self.system_prompt}] if self.system_prompt else []
        before, _, after = self.instruction_template.partition(PLACEHOLDER)
        return [*system, {"role": "user", "content": f"{before}{instruction}{after}"}]

    def answer(self, solution: str, reasoning: str = "") -> str:
        """The text of a reference answer, for the warm-up; without markers for it, the reasoning is left out."""
        marks = self.markers
        shows_thought = reasoning and marks.reasoning_start
        thought = f"{marks.reasoning_start}{reasoning}{marks.reasoning_end}" if shows_thought else ""
        gap = "\n" if marks.solution_start.startswith("```") else ""
        return f"{thought}{marks.solution_start}{gap}{solution}{gap}{marks.solution_end}"


def _last_between(text: str, start: str, end: str) -> str | None:
    span = _last_span(text, start, end)
    return None if span is None else text[slice(*span)]


def _last_span(text: str, start: str, end: str) -> tuple[int, int] | None:
    """The place of the last text between the two markers, without the space around it."""
    place = text.rfind(start)
    while place >= 0:
        inside = place + len(start)
        close = text.find(end, inside)
        if close >= 0:
            found = text[inside:close]
            first = inside + len(found) - len(found.lstrip())
            return first, first + len(found.strip())
        place = text.rfind(start, 0, place)
    return None
