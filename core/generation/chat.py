"""The chat that a model sees: a prompt or a conversation, in the form of the run's training."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from typing_extensions import TypedDict

from core.errors import InvalidInput
from core.prompts.template import PLACEHOLDER, ChatMessage, PromptTemplate

ROLES = ("system", "user", "assistant")
ROLE_OF = {"developer": "system", "tool": "user", "function": "user"}
"""Roles of other programs -> ours."""


class ForeignMessage(TypedDict):
    """A turn from another program: of any role, and without content if it only calls a tool."""

    role: str
    content: str | None


def chat_of(messages: Sequence[ChatMessage], template: PromptTemplate | None, system: str | None) -> list[ChatMessage]:
    """`messages` in the form that the model sees.

    Args:
        messages: The last one is the user's; the first may be a system message.
        template: The training's template, applied to every question; None changes no question.
        system: Replaces the training's system prompt; "" for none, None for the training's own.
    Raises:
        InvalidInput: A role is unknown or in the wrong place, or the last message is no question.
    """
    _require_sound(messages)
    given = messages[0]["content"] if messages[0]["role"] == "system" else None
    rest = messages[1:] if given is not None else messages
    if system is None:
        system = given if given is not None else (template.system_prompt if template else "")
    before, _, after = (template.instruction_template if template else PLACEHOLDER).partition(PLACEHOLDER)
    turns: list[ChatMessage] = [
        {"role": m["role"], "content": f"{before}{m['content']}{after}" if m["role"] == "user" else m["content"]}
        for m in rest
    ]
    return [{"role": "system", "content": system}, *turns] if system else turns


def merged(messages: Sequence[ForeignMessage]) -> list[ChatMessage]:
    """A conversation from another program, in the form that chat_of takes.

    Args:
        messages: In any order; those without content are left out.
    Returns:
        One system message at the start, then alternating turns: adjacent turns of one role are joined, and a tool's
        output counts as the user's.
    """
    kept: list[ChatMessage] = [
        {"role": ROLE_OF.get(message["role"], message["role"]), "content": message["content"]}
        for message in messages
        if message["content"] is not None
    ]
    system = [message for message in kept if message["role"] == "system"]
    turns = [message for message in kept if message["role"] != "system"]
    return [
        {"role": role, "content": "\n\n".join(message["content"] for message in run)}
        for role, run in groupby([*system, *turns], key=lambda message: message["role"])
    ]


def _require_sound(messages: Sequence[ChatMessage]) -> None:
    roles = [message["role"] for message in messages]
    if not roles or roles[-1] != "user":
        problem = "must end with a message of the user"
    elif "system" in roles[1:] or any(role not in ROLES for role in roles):
        problem = "may have one system message, at its start, and then user and assistant messages"
    elif any(first == second for first, second in pairwise(roles)):
        problem = "must alternate between user and assistant"
    else:
        return
    raise InvalidInput(f"The conversation {problem}.", "Correct the messages.", {"messages": problem})
