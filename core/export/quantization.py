"""The GGUF types an export can have: llama.cpp's number, and the bound that its proof must keep."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import InvalidInput


@dataclass(frozen=True)
class Quantization:
    """One GGUF type.

    Attributes:
        name: As the API and the file name have it.
        ftype: llama.cpp's llama_ftype number.
        max_difference: The largest mean difference of log-probabilities (nats) from the adapter that a proof accepts.
    """

    name: str
    ftype: int
    max_difference: float

    @property
    def file_name(self) -> str:
        """The file an export of this type is stored in."""
        return f"model-{self.name}.gguf"


QUANTIZATIONS = {q.name: q for q in (Quantization("f16", 1, 0.02), Quantization("q4_k_m", 15, 1.0))}


def quantization(name: str) -> Quantization:
    """The type called `name`.

    Raises:
        InvalidInput: It is not offered.
    """
    found = QUANTIZATIONS.get(str(name).lower())
    if found is None:
        problem = f"is one of {', '.join(QUANTIZATIONS)}, not {name!r}"
        raise InvalidInput(f"quantization {problem}.", "Choose one of them.", {"quantization": problem})
    return found
