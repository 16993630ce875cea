"""How large an export will be and how much free disk it needs on the way; estimates from the model's shape, pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.catalog.shapes import ModelShape
from core.export.targets import TARGETS, Target


@dataclass(frozen=True)
class TensorType:
    """How llama.cpp stores the weights of one matrix.

    Attributes:
        bits: Bits per weight: the block's bytes by its weights (ggml-common.h).
        fallback: The type that takes its place where a row does not divide into its blocks.
        raised: The type that mixtures use for half of the value and down projections, which lose most precision.
    """

    bits: float
    fallback: str | None = None
    raised: str | None = None


TENSOR_TYPES = {
    "f16": TensorType(16.0),
    "bf16": TensorType(16.0),
    "q8_0": TensorType(8.5),
    "q6_k": TensorType(6.5625, "q8_0"),
    "q5_k": TensorType(5.5, "q5_1", "q6_k"),
    "q5_1": TensorType(6.0),
    "q5_0": TensorType(5.5),
    "q4_k": TensorType(4.5, "q5_0", "q6_k"),
    "q4_0": TensorType(4.5),
    "iq4_nl": TensorType(4.5),
    "q3_k": TensorType(3.4375, "iq4_nl", "q4_k"),
}
SUPERBLOCK = 256
"""Weights of a block of the K types."""
TOKEN_BYTES = {"gguf": 36, "merged": 72}
"""Bytes of a vocabulary entry with its merges, in a GGUF file and in a tokenizer.json."""
ADAPTER_SHRINKS = 0.5
"""PEFT stores float32, the GGUF file float16."""
TOKENIZER_BYTES = 4 * 1024**2
"""The size of the tokenizer in an adapter's folder if the vocabulary is not known."""


def expected_bytes(target: Target, parameters: int, shape: ModelShape | None, adapter_bytes: int) -> int:
    """The expected size of a target in bytes.

    Args:
        parameters: Weights of the base model.
        shape: Its shape, which improves the estimate of quantised files; None if it is not known.
        adapter_bytes: Size of the trained adapter's weights.
    """
    if target.kind == "adapter":
        return adapter_bytes + (shape.vocab * TOKEN_BYTES["merged"] if shape else TOKENIZER_BYTES)
    if target.kind == "adapter_gguf":
        return int(adapter_bytes * ADAPTER_SHRINKS)
    bits = parameters * (target.bits or 16.0)
    if shape is not None and target.kind == "gguf":
        rest = max(0, parameters - shape.parameters)
        bits = sum(weights * TENSOR_TYPES[kind].bits for weights, kind in _tensors(target.name, shape)) + rest * 32
    return int(bits / 8) + (shape.vocab * TOKEN_BYTES[target.kind] if shape else 0)


def peak_bytes(targets: Sequence[Target], parameters: int, shape: ModelShape | None, adapter_bytes: int) -> int:
    """The largest free disk space that an export needs: for its results and its temporary files.

    GGUF files need a merged 16-bit copy of the model and a 16-bit GGUF file; the adapter as GGUF needs a 16-bit GGUF
    file of the base model for its proof. A new file replaces the old one only at the end.
    """
    kinds, names = {target.kind for target in targets}, {target.name for target in targets}
    made = sum(expected_bytes(target, parameters, shape, adapter_bytes) for target in targets)
    wide = expected_bytes(TARGETS["f16"], parameters, shape, adapter_bytes)
    work = 0
    if "gguf" in kinds:
        work = expected_bytes(TARGETS["merged"], parameters, shape, adapter_bytes) + (0 if "f16" in names else wide)
    if "adapter_gguf" in kinds:
        work = max(work, wide)
    return made + work


def _tensors(name: str, shape: ModelShape) -> Iterator[tuple[int, str]]:
    """(weights, tensor type) of each kind of matrix in a GGUF file, as llama.cpp's mixtures choose it.

    Source: llama_tensor_get_type of llama.cpp 0.6 (src/llama-quant.cpp).
    """
    plain = name.removesuffix("_m")
    is_mixture = name.endswith("_m")
    output = "q6_k" if name in ("q4_0", "q6_k") or is_mixture else plain
    embedding = shape.vocab * shape.hidden
    yield embedding, _stored(output, shape.hidden)
    if not shape.tied_embeddings:
        yield embedding, _stored(plain, shape.hidden)
    for layer, (inputs, outputs) in shape.linear_layers.items():
        weights = shape.layers * inputs * outputs
        if is_mixture and layer in ("v_proj", "down_proj"):
            yield weights // 2, _stored(TENSOR_TYPES[plain].raised or plain, inputs)
            weights -= weights // 2
        is_raised = name == "q3_k_m" and layer in ("v_proj", "o_proj")
        yield weights, _stored("q4_k" if is_raised else plain, inputs)


def _stored(kind: str, row: int) -> str:
    return TENSOR_TYPES[kind].fallback or kind if row % SUPERBLOCK else kind
