"""The targets of an export: the adapter, the merged model, and llama.cpp's files of several types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.errors import InvalidInput

TargetKind = Literal["adapter", "merged", "adapter_gguf", "gguf"]


@dataclass(frozen=True)
class Target:
    """One form of export.

    Attributes:
        name: Its name in the API.
        kind: adapter, merged, gguf or adapter_gguf.
        file: The file, or the folder, below exports/<session_id>/.
        is_folder: Whether it is a folder.
        ftype: llama.cpp's llama_ftype number; None if it is no model file of llama.cpp.
        max_difference: The largest mean difference of log-probabilities (nats) from the adapter that a proof accepts;
            for the source of the bounds see core/workers/export/proof.py. None if nothing is compared.
        bits: Bits per weight, on average over a model of a few billion weights; None for adapters.
        is_usual: Whether it is among the files that most people want; the others are shown when asked for.
    """

    name: str
    title: str
    kind: TargetKind
    file: str
    is_folder: bool
    summary: str
    ftype: int | None = None
    max_difference: float | None = None
    bits: float | None = None
    is_usual: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether it is a GGUF file that keeps 16 bits a weight, so that nothing is quantised."""
        return self.kind == "gguf" and self.bits == 16.0


RECOMMENDED = "q4_k_m"
"""The file that is chosen before anybody has chosen, and used where nothing else is said."""
USUAL = (RECOMMENDED, "q5_k_m", "q8_0", "f16")


def _gguf(name: str, ftype: int, max_difference: float, bits: float, summary: str) -> Target:
    file = f"model-{name}.gguf"
    title, is_usual = f"GGUF {name.upper()}", name in USUAL
    return Target(name, title, "gguf", file, False, summary, ftype, max_difference, bits, is_usual)


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            "adapter",
            "LoRA adapter",
            "adapter",
            "adapter",
            True,
            "The trained adapter alone, for PEFT and vLLM on top of the base model; small.",
        ),
        Target(
            "merged",
            "Merged model, 16 bit",
            "merged",
            "merged",
            True,
            "Base model and adapter as one Hugging Face folder, for transformers, vLLM, or further training.",
            max_difference=0.05,
            bits=16.0,
        ),
        Target(
            "adapter_gguf",
            "LoRA adapter as GGUF",
            "adapter_gguf",
            "adapter-f16.gguf",
            False,
            "The adapter alone for llama.cpp (--lora) and Ollama (ADAPTER), on top of a GGUF file of the base model.",
            max_difference=0.02,
        ),
        _gguf("f16", 1, 0.02, 16.0, "As exact as it gets; the largest file."),
        _gguf("bf16", 32, 0.1, 16.0, "As large as F16 with a wider range of numbers, fewer digits."),
        _gguf("q8_0", 7, 0.3, 8.5, "Half the size, hardly a difference."),
        _gguf("q6_k", 18, 0.4, 6.6, "Close to Q8_0 at three quarters of its size."),
        _gguf("q5_k_m", 17, 1.0, 5.7, "A little better than Q4_K_M where memory allows."),
        _gguf("q4_k_m", 15, 1.0, 4.9, "The usual choice: small, fast, good answers."),
        _gguf("q3_k_m", 12, 1.5, 3.9, "For little memory; small models suffer."),
        _gguf("q4_0", 2, 2.0, 4.6, "An older type that some runtimes and phones want."),
    )
}
"""Name -> target, in the order in which they are shown and made."""


def target_named(name: str) -> Target:
    """The target called `name`, in upper or lower case.

    Raises:
        InvalidInput: There is no such target.
    """
    found = TARGETS.get(name.lower())
    if found is None:
        problem = f"is one of {', '.join(TARGETS)}, not {name!r}"
        raise InvalidInput(f"An export {problem}.", "Choose one of them.", {"targets": problem})
    return found
