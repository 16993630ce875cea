"""The chat format of a model, found by rendering some chats and comparing; pure.

Looking at the text of a Jinja template would not do: Phi-3, for one, puts its tags together from pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.prompts.chat_template import thinking_in
from core.prompts.template import ChatMessage

Chat = list[ChatMessage]
Render = Callable[[Chat], "str | None"]
"""A chat as the tokenizer renders it, up to where the answer begins; None for a chat that its template refuses."""
MARK = "\x00"
SYSTEM, ASKED, SAID, ASKED_AGAIN = "Be brief.", "Who?", "Me.", "Why?"


@dataclass(frozen=True)
class Family:
    """One chat format.

    Attributes:
        user: A user's turn, with {content}.
        assistant: An answer, with {content}.
        opening: The text before an answer.
        stops: Texts that end an answer, or begin a turn that is not the model's.
        system: A system message, with {content}; empty if it is put into a user's turn.
        fold: The user's turn that takes the system message, before its content and an empty line.
    """

    name: str
    user: str
    assistant: str
    opening: str
    stops: tuple[str, ...]
    system: str = ""
    fold: Literal["", "first", "last"] = ""

    def render(self, chat: Sequence[ChatMessage]) -> str:
        """A chat in this format, up to where the answer begins."""
        system = chat[0]["content"] if chat[0]["role"] == "system" else None
        turns = list(chat[1:] if system is not None else chat)
        text = self.system.format(content=system) if system is not None else ""
        users = [place for place, turn in enumerate(turns) if turn["role"] == "user"]
        folded = users[0 if self.fold == "first" else -1] if self.fold and system is not None else None
        for place, turn in enumerate(turns):
            content = f"{system}\n\n{turn['content']}" if place == folded else turn["content"]
            text += (self.user if turn["role"] == "user" else self.assistant).format(content=content)
        return text + self.opening

    def go_template(self, before: str = "", after: str = "") -> str:
        """The format as a template of Ollama, with `before` and `after` around a user's message."""
        asked = f"{before}{{{{ .Content }}}}{after}"
        if self.fold:
            place = "eq $i 1" if self.fold == "first" else "eq (len (slice $.Messages $i)) 1"
            asked = f"{{{{ if and $.System ({place}) }}}}{{{{ $.System }}}}\n\n{{{{ end }}}}{asked}"
        turns = [("user", self.user.replace("{content}", asked))]
        turns += [("assistant", self.assistant.replace("{content}", "{{ .Content }}"))]
        if self.system:
            turns.append(("system", self.system.replace("{content}", "{{ .Content }}")))
        cases = "{{ else ".join(f'if eq .Role "{role}" }}}}{text}' for role, text in turns)
        return f"{{{{- range $i, $m := .Messages }}}}{{{{ {cases}{{{{ end }}}}{{{{ end }}}}{self.opening}"


def _tagged(name: str, form: str, opening: str, stops: tuple[str, ...]) -> Family:
    """A format that writes every role in one way."""
    user, assistant, system = (form.replace("{role}", role) for role in ("user", "assistant", "system"))
    return Family(name, user, assistant, opening, stops, system)


def _mistral(user: str, assistant: str) -> list[Family]:
    return [Family("mistral", user, assistant, "", ("</s>", "[INST]"), fold=fold) for fold in ("first", "last")]


FAMILIES: tuple[Family, ...] = (
    _tagged(
        "chatml",
        "<|im_start|>{role}\n{content}<|im_end|>\n",
        "<|im_start|>assistant\n",
        ("<|im_end|>", "<|im_start|>"),
    ),
    _tagged(
        "llama3",
        "<|start_header_id|>{role}<|end_header_id|>\n\n{content}<|eot_id|>",
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        ("<|eot_id|>", "<|start_header_id|>"),
    ),
    Family(
        "gemma",
        "<start_of_turn>user\n{content}<end_of_turn>\n",
        "<start_of_turn>model\n{content}<end_of_turn>\n",
        "<start_of_turn>model\n",
        ("<end_of_turn>", "<start_of_turn>"),
        fold="first",
    ),
    _tagged("phi3", "<|{role}|>\n{content}<|end|>\n", "<|assistant|>\n", ("<|end|>", "<|user|>")),
    _tagged("phi4-mini", "<|{role}|>{content}<|end|>", "<|assistant|>", ("<|end|>", "<|user|>")),
    _tagged(
        "phi4",
        "<|im_start|>{role}<|im_sep|>{content}<|im_end|>",
        "<|im_start|>assistant<|im_sep|>",
        ("<|im_end|>", "<|im_start|>"),
    ),
    Family(
        "deepseek",
        "<｜User｜>{content}",
        "<｜Assistant｜>{content}<｜end▁of▁sentence｜>",
        "<｜Assistant｜>",
        ("<｜end▁of▁sentence｜>", "<｜User｜>"),
        system="{content}",
    ),
    _tagged("zephyr", "<|{role}|>\n{content}</s>\n", "<|assistant|>\n", ("</s>", "<|user|>")),
    *_mistral("[INST] {content} [/INST]", "{content}</s>"),
    *_mistral("[INST] {content} [/INST]", " {content}</s>"),
    *_mistral("[INST] {content}[/INST]", " {content}</s>"),
    *_mistral("[INST]{content}[/INST]", "{content}</s>"),
    *_mistral("[INST]{content}[/INST]", " {content}</s>"),
    _tagged("plain", "{role}: {content}\n", "assistant: ", ("\nuser:",)),
)
"""The last is our own format for base models without a chat template."""
KNOWN = (*FAMILIES, *(replace(family, system="", fold="first") for family in FAMILIES if family.system))
"""Also those whose template takes no system turn, into which runs fold it."""


@dataclass(frozen=True)
class Spoken:
    """The chat format of a model.

    Attributes:
        preamble: Text of the template before any system message, such as a date.
        default_system: The system message of a chat that has none; empty for none.
        begun: What every prompt says about thinking at its end, such as "<think>" and a line break.
    """

    family: Family
    preamble: str = ""
    default_system: str = ""
    begun: str = ""

    def go_template(self, before: str = "", after: str = "") -> str:
        """The format as a template of Ollama, see Family.go_template."""
        return self.family.go_template(before, after) + self.begun


def family_of(render: Render, bos: str = "") -> Spoken | None:
    """The format that renders several chats as the tokenizer does; None if there is none.

    Args:
        render: The tokenizer.
        bos: Its beginning-of-text token; some templates write it, and llama.cpp adds it by itself.
    """

    user, longer = _chat(ASKED), _chat(ASKED, SAID, ASKED_AGAIN)
    rendered = [render(chat) for chat in (user, longer, _with_system(user), _with_system(longer))]
    begun = thinking_in(rendered[0] or "")
    rendered = [text.removesuffix(begun) if text is not None else None for text in rendered]
    without_bos = [text.removeprefix(bos) if text is not None else None for text in rendered]
    found = (_spoken(family, user, longer, texts) for texts in (rendered, without_bos) for family in KNOWN)
    return next((replace(spoken, begun=begun) for spoken in found if spoken is not None), None)


def _spoken(family: Family, user: Chat, longer: Chat, rendered: list[str | None]) -> Spoken | None:
    plain, plain_longer, told, told_longer = rendered
    default = _default_system(family, user, plain)
    if default is None or _default_system(family, longer, plain_longer) != default:
        return None
    if told is None:  # the template takes no system message
        return Spoken(family, "", default)
    system = _system_in(family, user, told)
    if system is None or not system.endswith(SYSTEM) or _system_in(family, longer, told_longer) != system:
        return None
    return Spoken(family, system.removesuffix(SYSTEM), default)


def _default_system(family: Family, chat: Chat, text: str | None) -> str | None:
    """The system message in the rendering of a chat that has none; empty for none, None if it is another format."""
    return "" if text == family.render(chat) else _system_in(family, chat, text)


def _system_in(family: Family, chat: Chat, text: str | None) -> str | None:
    before, _, after = family.render(_with_system(chat, MARK)).partition(MARK)
    if text is None or not (text.startswith(before) and text.endswith(after)):
        return None
    return text[len(before) : len(text) - len(after)] if len(text) >= len(before) + len(after) else None


def _chat(*contents: str) -> Chat:
    return [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(contents)]


def _with_system(chat: Chat, content: str = SYSTEM) -> Chat:
    return [{"role": "system", "content": content}, *chat]
