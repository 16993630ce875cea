"""Asked: chats for a loaded model, and the callbacks for its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.generation.answer import ModelAnswer
from core.generation.sampling import Sampling
from core.prompts.template import ChatMessage


@dataclass(frozen=True)
class Asked:
    """Chats for one model.

    Attributes:
        chats: Complete conversations.
        sampling: The sampling values.
        use_adapter: Whether the adapter is on, if the model has one.
        on_answer: Gets (index, answer) as each answer is complete, in any order.
        on_text: Gets (index, new text, tokens so far); None if the text is not streamed.
        is_cancelled: Whether to end early.
    """

    chats: list[list[ChatMessage]]
    sampling: Sampling
    use_adapter: bool
    on_answer: Callable[[int, ModelAnswer], None]
    on_text: Callable[[int, str, int], None] | None
    is_cancelled: Callable[[], bool]
