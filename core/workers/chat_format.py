"""ChatFormat: chats as a tokenizer's template writes them, with their token ids and what it begins of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from core.errors import InvalidInput
from core.prompts.chat_template import (
    PROBE,
    Thinking,
    continued,
    folding,
    is_folding,
    knows_thinking,
    opened_in,
    with_thinking,
)
from core.prompts.special_tokens import Chat, Control, Controls, Written, written
from core.prompts.template import ChatMessage

ASKED: ChatMessage = {"role": "user", "content": PROBE}
GUARD = "\n"
"""Joins no other token, so that what follows it is no beginning of a text."""
PLAIN_CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"
)
"""The chat template of base models that have none."""


class ChatFormat:
    """The form of chats by a prepared tokenizer; see prepare_template."""

    def __init__(self, tokenizer: Any):
        self._tokenizer = tokenizer

    def prompt(self, chat: Chat) -> str:
        """A chat up to where the answer begins."""
        return self._tokenizer.apply_chat_template(list(chat), tokenize=False, add_generation_prompt=True)

    def written(self, chat: Chat) -> Written:
        """`prompt`, its special tokens told from those that a message holds."""
        return written(chat, self.controls, self.prompt)

    def answered(self, chat: Chat, answer: str, is_whole: bool = True) -> Written:
        """A chat with an answer as a perfect rollout would have it, what the prompt has begun not written twice.

        Args:
            chat: Up to the question.
            answer: A whole answer, with its markers.
            is_whole: Whether the end of the turn follows.
        """
        said: ChatMessage = {"role": "assistant", "content": continued(answer, self.opening)}
        before, after = self._around

        def render(turns: list[ChatMessage]) -> str:
            text = f"{self.prompt(turns[:-1])}{before}{turns[-1]['content']}"
            return text + after if is_whole else text

        return written([*chat, said], self.controls, render)

    def ids(self, texts: Sequence[Written]) -> list[list[int]]:
        """The token ids of written chats."""
        plain = [text for text in texts if isinstance(text, str)]
        found = iter(self._tokenizer(plain, add_special_tokens=False).input_ids if plain else [])
        return [next(found) if isinstance(text, str) else self._joined(text) for text in texts]

    @cached_property
    def controls(self) -> Controls:
        """The special tokens."""
        added = self._tokenizer.added_tokens_decoder
        return Controls({t.content: Control(i, bool(t.lstrip), bool(t.rstrip)) for i, t in added.items() if t.special})

    @property
    def bos(self) -> str:
        """The token that begins a text; empty for none."""
        return self._tokenizer.bos_token or ""

    @cached_property
    def opening(self) -> str:
        """What every prompt begins of the answer, such as "<think>" and a line break; empty for nothing."""
        return opened_in(self.prompt([ASKED]))

    @cached_property
    def _around(self) -> tuple[str, str]:
        """The space before an answer, and the end of the turn after it, as the template writes them."""
        prompt = self.prompt([ASKED]).rpartition(PROBE)[2]
        said: ChatMessage = {"role": "assistant", "content": f"{PROBE}{PROBE}"}
        whole: str = self._tokenizer.apply_chat_template([ASKED, said], tokenize=False)
        before, _, after = whole.rpartition(f"{PROBE}{PROBE}")
        before = before.partition(PROBE)[2]
        space = before.removeprefix(prompt) if before.startswith(prompt) else ""
        return "" if space.strip() else space, after

    def _joined(self, pieces: Sequence[str | int]) -> list[int]:
        ids: list[int] = []
        for piece in pieces:
            ids += [piece] if isinstance(piece, int) else self._plain(piece, is_first=not ids)
        return ids

    def _plain(self, text: str, is_first: bool) -> list[int]:
        """The ids of a text without special tokens, of which some tokenizers add a space at the start of a text."""
        if is_first or not self._begins_otherwise:
            return self._text_ids(text)
        return self._text_ids(GUARD + text)[len(self._text_ids(GUARD)) :]

    def _text_ids(self, text: str) -> list[int]:
        return self._tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids

    @cached_property
    def _begins_otherwise(self) -> bool:
        """Whether a text at the start has other ids than the same text after a special token."""
        token, control = next(iter(self.controls.items()))
        return self._tokenizer(f"{token}a", add_special_tokens=False).input_ids != [control.id, *self._text_ids("a")]


def prepare_template(tokenizer: Any, thinking: Thinking = "default") -> bool:
    """Give a tokenizer the chat template that a run uses; true if it had none of its own."""
    is_missing = not tokenizer.chat_template
    if is_missing:
        tokenizer.chat_template = PLAIN_CHAT_TEMPLATE
    own = tokenizer.get_chat_template()
    adapted = with_thinking(folding(own, lambda template, chat: _written_by(tokenizer, template, chat)), thinking)
    if adapted != own:
        tokenizer.chat_template = adapted
    return is_missing


def require_thinking(tokenizer: Any, thinking: Thinking) -> None:
    """Refuse a choice that the chat template does not know.

    Raises:
        InvalidInput: It can't switch thinking.
    """
    if problem := unknown_thinking(tokenizer, thinking):
        raise InvalidInput(problem, "Use default.", {"prompt.thinking": problem})


def unknown_thinking(tokenizer: Any, thinking: Thinking) -> str:
    """Why thinking can't be switched; empty where it can, or is not."""
    if thinking == "default" or knows_thinking(tokenizer.get_chat_template()):
        return ""
    return f"The model's chat template has no switch for thinking, so it can't be turned {thinking}."


def about_template(tokenizer: Any, system_prompt: str) -> dict[str, str]:
    """What a user should know of a prepared tokenizer's template: setting -> a sentence."""
    found = {}
    if system_prompt and is_folding(tokenizer.get_chat_template()):
        found["prompt.system_prompt"] = (
            "The model's chat template takes no system turn, so the system prompt stands before the first question."
        )
    if opening := ChatFormat(tokenizer).opening.rstrip():
        found["prompt.template"] = (
            f"The model's chat template begins every answer with {opening}, which counts as written by the model."
        )
    return found


def _written_by(tokenizer: Any, template: str, chat: Chat) -> str | None:
    from jinja2 import TemplateError

    try:
        return tokenizer.apply_chat_template(
            list(chat), chat_template=template, tokenize=False, add_generation_prompt=True
        )
    except TemplateError:
        return None
