"""The shape of a model: the few numbers of its config.json from which size and memory follow; pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import InvalidInput
from core.jsonfile import JsonObject

REQUIRED = ("num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads", "vocab_size")
HINT = "Only decoders of the Llama kind are understood; the model may still train."
EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts")
"""Keys of config.json for the number of experts."""
FAR_TOO_MUCH = 10**7
"""The largest count in a shape; a config.json with a larger one is broken."""


@dataclass(frozen=True)
class ModelShape:
    """A decoder of the Llama kind: grouped attention and a gated MLP, which all listed families share.

    Attributes:
        layers: Decoder layers.
        hidden: Width of the residual stream.
        intermediate: Width of the MLP.
        heads: Attention heads.
        kv_heads: Heads of keys and values.
        head_dim: Width of a head.
        vocab: Rows of the embedding.
        tied_embeddings: Whether the output layer is the embedding itself.
    """

    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab: int
    tied_embeddings: bool = True

    @property
    def linear_layers(self) -> dict[str, tuple[int, int]]:
        """Name of each linear layer of one decoder layer -> (inputs, outputs)."""
        queries, values = self.heads * self.head_dim, self.kv_heads * self.head_dim
        return {
            "q_proj": (self.hidden, queries),
            "k_proj": (self.hidden, values),
            "v_proj": (self.hidden, values),
            "o_proj": (queries, self.hidden),
            "gate_proj": (self.hidden, self.intermediate),
            "up_proj": (self.hidden, self.intermediate),
            "down_proj": (self.intermediate, self.hidden),
        }

    @property
    def linear_parameters(self) -> int:
        """Weights of all decoder layers, without norms, which hold less than a thousandth."""
        return self.layers * sum(inputs * outputs for inputs, outputs in self.linear_layers.values())

    @property
    def embedding_parameters(self) -> int:
        """Weights of the embedding and of the output layer, if that is separate."""
        return self.vocab * self.hidden * (1 if self.tied_embeddings else 2)

    @property
    def parameters(self) -> int:
        """All weights, without norms and biases."""
        return self.linear_parameters + self.embedding_parameters


def model_shape_from_config(config: JsonObject) -> ModelShape:
    """The shape in a Hugging Face config.json; of a model that also sees or hears, its text part.

    Raises:
        InvalidInput: A number is missing or is none, or there are experts: not a decoder of the Llama kind.
    """
    text = config.get("text_config")
    values = text if isinstance(text, dict) else config
    if any(values.get(name) for name in EXPERTS):
        raise InvalidInput("The model is a mixture of experts, whose size is not estimated.", HINT)
    layers, hidden, intermediate, heads, vocab = (_count(values, name) for name in REQUIRED)
    tied = values.get("tie_word_embeddings", config.get("tie_word_embeddings", True))
    return ModelShape(
        layers=layers,
        hidden=hidden,
        intermediate=intermediate,
        heads=heads,
        kv_heads=_count(values, "num_key_value_heads") if values.get("num_key_value_heads") else heads,
        head_dim=_count(values, "head_dim") if values.get("head_dim") else max(1, hidden // heads),
        vocab=vocab,
        tied_embeddings=bool(tied),
    )


def _count(values: JsonObject, name: str) -> int:
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= FAR_TOO_MUCH:
        raise InvalidInput(f"The model's config.json has no usable {name} (it has {str(value)[:40]}).", HINT)
    return value
