"""Modelfile for Ollama: the template, stop texts and system prompt of the training; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.export.chat_families import Spoken
from core.export.folder import ProofEntry
from core.export.targets import RECOMMENDED
from core.prompts.template import PLACEHOLDER, PromptTemplate

MODELFILE = "Modelfile"
TRIPLE = '"""'
USUAL_CONTEXT_TOKENS = 4096
NO_TEMPLATE = (
    "No TEMPLATE: the chat format is none that LoRA Craft knows. Ollama then takes the template inside the GGUF file,",
    "or guesses. Compare its answers with those on the Test page.",
)


@dataclass(frozen=True)
class Modelfile:
    """The content of the Modelfiles of an export.

    Attributes:
        title: The model on one line.
        spoken: The chat format; None if it is not known.
        template: The prompt template of the training.
        ends: Tokens that end an answer by the tokenizer.
        context_tokens: The longest conversation.
    """

    title: str
    spoken: Spoken | None
    template: PromptTemplate
    ends: Sequence[str]
    context_tokens: int

    def text_for(self, file: str) -> str:
        """The Modelfile of a GGUF file in the same folder."""
        return "\n".join([*self._comments(), f"FROM ./{file}", *self._lines()]) + "\n"

    def _comments(self) -> Iterator[str]:
        yield f"# {' '.join(self.title.split())}"
        yield "# Beside the .gguf file: ollama create my-model -f <this file>"
        if self.spoken is None:
            yield from (f"# {line}" for line in NO_TEMPLATE)
        if self.template.instruction_template != PLACEHOLDER and not self._form:
            yield f"# Questions were put in this form: {self.template.instruction_template!r}"

    def _lines(self) -> Iterator[str]:
        if self.spoken is not None:
            yield f"TEMPLATE {TRIPLE}{self.spoken.go_template(*self._form)}{TRIPLE}"
        system = self._system
        if system:
            written = quoted(system)
            yield f"SYSTEM {written}" if written else "# The system prompt has three double quotes; set it in a chat."
        yield f"PARAMETER num_ctx {self.context_tokens}"
        stops = [*self.ends, *(self.spoken.family.stops if self.spoken else ())]
        for stop in dict.fromkeys(stops):
            if '"' not in stop:
                yield f'PARAMETER stop "{stop}"'

    @property
    def _system(self) -> str:
        mine = self.template.system_prompt
        if self.spoken is None:
            return mine
        return f"{self.spoken.preamble}{mine}" if mine else self.spoken.default_system

    @property
    def _form(self) -> tuple[str, str] | tuple[()]:
        """What stood before and after a question in training, where a template of Ollama can hold it."""
        before, _, after = self.template.instruction_template.partition(PLACEHOLDER)
        is_bare = not before and not after
        is_plain = not any(sign in before + after for sign in ("{{", "}}", TRIPLE))
        return (before, after) if self.spoken is not None and not is_bare and is_plain else ()


def context_tokens(trained: int, most: int | None) -> int:
    """num_ctx: the length of the training, but at least a usual conversation and at most the model's context."""
    wanted = max(trained, USUAL_CONTEXT_TOKENS)
    return min(wanted, most) if most else wanted


def quoted(value: str) -> str | None:
    """A quoted value of a Modelfile, whose grammar has no escapes; None for a value with three double quotes.

    A value that ends with a double quote gets a line break.
    """
    if TRIPLE in value:
        return None
    if "\n" not in value and value == value.strip() and not value.startswith('"'):
        return value
    return TRIPLE + value + ("\n" if value.endswith('"') else "") + TRIPLE


def modelfile_names(entries: Sequence[ProofEntry]) -> dict[str, str]:
    """GGUF file -> the name of its Modelfile: plain for the recommended, or for the smallest where that is missing.

    Args:
        entries: Of proof.json.
    """
    models = [entry for entry in entries if entry["kind"] == "gguf"]
    if not models:
        return {}
    first = min(models, key=lambda entry: (entry["target"] != RECOMMENDED, entry["size_bytes"]))
    return {entry["file"]: MODELFILE if entry is first else f"{MODELFILE}-{entry['target']}" for entry in models}
