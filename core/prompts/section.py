"""The prompt section: how a question is put to the model, and the markers its answer must carry."""

from __future__ import annotations

from pydantic import model_validator

from core.prompts.chat_template import Thinking
from core.schema import Section, knob


class PromptConfig(Section):
    """A template by name; the other fields, where given, replace the template's own values."""

    template: str = knob("grpo-default", tier="essential", min_length=1)
    """The prompt template: grpo-default, think-answer, solution-only, code-block, plain, or a saved one."""
    system_prompt: str | None = knob(None, tier="essential", max_length=20_000)
    """Instructions before the question; null takes the template's."""
    instruction_template: str | None = knob(None, max_length=20_000)
    """How a question is put, with {instruction} where it goes; null takes the template's."""
    reasoning_start: str | None = knob(None, max_length=100)
    """Opens the working out; null takes the template's."""
    reasoning_end: str | None = knob(None, max_length=100)
    """Closes the working out; null takes the template's."""
    solution_start: str | None = knob(None, max_length=100)
    """Opens the final answer; null takes the template's."""
    solution_end: str | None = knob(None, max_length=100)
    """Closes the final answer; null takes the template's."""
    thinking: Thinking = knob("default")
    """Whether the model thinks before it answers, where its chat template can switch that, as Qwen3's can: on, off, or
    default, which is the chat template's own. Thinking costs tokens: leave room in max_new_tokens."""

    @model_validator(mode="after")
    def markers_differ(self) -> "PromptConfig":
        """Equal markers could not be told apart when an answer is read."""
        given = [m for m in (self.reasoning_start, self.reasoning_end, self.solution_start, self.solution_end) if m]
        if len(set(given)) != len(given):
            raise ValueError("the markers must differ from each other")
        return self
