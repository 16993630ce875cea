"""A model's own chat template as every run, chat and export uses it: system turns, thinking, what it opens; pure.

The text of the template is changed, not the call: it is saved with the adapter and goes into every export, so that
whoever renders it gets the form of the training.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from core.prompts.template import ChatMessage

Thinking = Literal["default", "on", "off"]
Writer = Callable[[str, Sequence[ChatMessage]], "str | None"]
"""(template, chat) -> the chat as that template writes it; None for a chat that it refuses."""

PROBE = "\ue000"
"""Stands for a text; no template looks for it."""
FOLD = (
    "{% if messages|length > 1 and messages[0]['role'] == 'system' %}"
    "{% set messages = [{'role': 'user', 'content': messages[0]['content'] + '\\n\\n' + messages[1]['content']}]"
    " + messages[2:] %}{% endif %}\n"
)
"""Puts the system text before the first question. The line break belongs to the block and is not written."""
SWITCH = re.compile(r"\benable_thinking\b|\bthinking(?=\s+is\s+(?:not\s+)?defined)")
"""The variable by which a template knows whether the model is to think."""
CHOSEN = re.compile(r"\{% set (?:enable_thinking|thinking) = (?:true|false) %\}\n")
"""The line in which `with_thinking` says what was chosen."""
OPENED = re.compile(r"(<think>|<thinking>|<thought>|<reasoning>|\[THINK\]|<seed:think>|◁think▷)\s*$")
"""What a template may have begun of the answer, at the end of a prompt."""
CLOSED = re.compile(r"(</think>|</thinking>|</thought>|</reasoning>|\[/THINK\]|</seed:think>|◁/think▷)\s*$")
"""The end of a thinking that a template has left empty."""
CLOSING = {"◁think▷": "◁/think▷"}
"""Opening tag -> its end, where that is not the tag with a slash."""


def folding(template: str, write: Writer) -> str:
    """`template`, with the system text folded into the first question where it refuses or drops a system turn."""
    asked: ChatMessage = {"role": "user", "content": "?"}
    told: ChatMessage = {"role": "system", "content": PROBE}
    if write(template, [asked]) is None or PROBE in (write(template, [told, asked]) or ""):
        return template
    folded = FOLD + template
    return folded if PROBE in (write(folded, [told, asked]) or "") else template


def is_folding(template: str) -> bool:
    """Whether `folding` has changed this template."""
    return FOLD in template


def knows_thinking(template: str) -> bool:
    """Whether thinking can be switched in a template."""
    return SWITCH.search(template) is not None


def with_thinking(template: str, thinking: Thinking) -> str:
    """`template` with thinking on or off, whatever its caller says; unchanged where it does not know it."""
    if thinking == "default":
        return template
    template = CHOSEN.sub("", template)  # an adapter's or an export's, in which it was chosen before
    switch = SWITCH.search(template)
    if switch is None:
        return template
    return f"{{% set {switch[0]} = {'true' if thinking == 'on' else 'false'} %}}\n{template}"


def opened_in(prompt: str) -> str:
    """What a prompt has begun of the answer, such as "<think>" and a line break; empty for nothing."""
    found = OPENED.search(prompt)
    return found[0] if found else ""


def thinking_in(prompt: str) -> str:
    """What stands at the end of a prompt about thinking: begun, or begun and ended at once; empty for nothing."""
    closed = CLOSED.search(prompt)
    opened = opened_in(prompt[: closed.start()] if closed else prompt)
    return opened + (closed[0] if closed else "") if opened else ""


def continued(answer: str, opening: str) -> str:
    """What is left to write of an answer after `opening`: without the tag, or, of an answer that does not begin with
    it, after an end of it."""
    tag = opening.rstrip()
    if not tag:
        return answer
    if answer.startswith(tag):
        return answer[len(tag) :].lstrip("\n")
    return f"{CLOSING.get(tag, tag[0] + '/' + tag[1:])}\n\n{answer}"


def perfect_answer(answer: str, opening: str) -> str:
    """A perfect answer as it stands after a prompt: what the template begins of it, and what is left to write."""
    return opening + continued(answer, opening)
