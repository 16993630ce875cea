"""The curated base models by family: their purpose, size, and the shape for estimates of memory."""

from __future__ import annotations

from dataclasses import dataclass

from constants import EMBEDDED_MODEL
from core.catalog.model_config import whole_name
from core.catalog.shapes import ModelShape


@dataclass(frozen=True)
class BaseModel:
    """One curated base model.

    Attributes:
        id: The value of model.name: a Hugging Face id, or the embedded model.
        parameters: The number of weights of the published checkpoint; for a vision model, of its text part.
        shape: From its published config.json.
    """

    id: str
    family: str
    title: str
    parameters: int
    licence: str
    note: str
    shape: ModelShape

    @property
    def thinks(self) -> bool:
        """Whether it thinks before it answers, unless its chat template is told otherwise."""
        return self.family == "Qwen3"

    @property
    def embedded(self) -> bool:
        """Whether it comes with a Python package and needs no download."""
        return self.id == EMBEDDED_MODEL


FAMILIES: tuple[BaseModel, ...] = (
    BaseModel(
        id="unsloth/Qwen3-0.6B",
        family="Qwen3",
        title="Qwen3 0.6B",
        parameters=596_049_920,
        licence="Apache 2.0",
        note="The smallest that follows a chain of thought; good for a first run on a small card.",
        shape=ModelShape(28, 1024, 3072, 16, 8, 128, 151_936),
    ),
    BaseModel(
        id="unsloth/Qwen3-1.7B",
        family="Qwen3",
        title="Qwen3 1.7B",
        parameters=1_720_574_976,
        licence="Apache 2.0",
        note="A good start for mathematics and reasoning: it solves enough at first for GRPO to have a signal.",
        shape=ModelShape(28, 2048, 6144, 16, 8, 128, 151_936),
    ),
    BaseModel(
        id="unsloth/Qwen3-4B",
        family="Qwen3",
        title="Qwen3 4B",
        parameters=4_022_468_096,
        licence="Apache 2.0",
        note="Strong at mathematics and code for its size.",
        shape=ModelShape(36, 2560, 9728, 32, 8, 128, 151_936),
    ),
    BaseModel(
        id="unsloth/Qwen3-8B",
        family="Qwen3",
        title="Qwen3 8B",
        parameters=8_190_735_360,
        licence="Apache 2.0",
        note="The strongest Qwen3 in this list; slow to sample from on one card.",
        shape=ModelShape(36, 4096, 12_288, 32, 8, 128, 151_936, tied_embeddings=False),
    ),
    BaseModel(
        id="unsloth/Llama-3.2-1B-Instruct",
        family="Llama",
        title="Llama 3.2 1B Instruct",
        parameters=1_235_814_400,
        licence="Llama 3.2 Community",
        note="Follows instructions and formats quickly; weak at arithmetic until it is trained.",
        shape=ModelShape(16, 2048, 8192, 32, 8, 64, 128_256),
    ),
    BaseModel(
        id="unsloth/Llama-3.2-3B-Instruct",
        family="Llama",
        title="Llama 3.2 3B Instruct",
        parameters=3_212_749_824,
        licence="Llama 3.2 Community",
        note="An all-round model for text of every kind in eight languages.",
        shape=ModelShape(28, 3072, 8192, 24, 8, 128, 128_256),
    ),
    BaseModel(
        id="unsloth/Llama-3.1-8B-Instruct",
        family="Llama",
        title="Llama 3.1 8B Instruct",
        parameters=8_030_261_248,
        licence="Llama 3.1 Community",
        note="Much used and well understood, so results are easy to compare with those of others.",
        shape=ModelShape(32, 4096, 14_336, 32, 8, 128, 128_256, tied_embeddings=False),
    ),
    BaseModel(
        id="unsloth/mistral-7b-instruct-v0.3",
        family="Mistral",
        title="Mistral 7B Instruct v0.3",
        parameters=7_248_023_552,
        licence="Apache 2.0",
        note="Fluent prose under a free licence; older, and weaker at mathematics than newer models of its size.",
        shape=ModelShape(32, 4096, 14_336, 32, 8, 128, 32_768, tied_embeddings=False),
    ),
    BaseModel(
        id="unsloth/Mistral-Nemo-Instruct-2407",
        family="Mistral",
        title="Mistral Nemo 12B Instruct",
        parameters=12_247_782_400,
        licence="Apache 2.0",
        note="Many languages and long texts; wants a card of 16 GiB or more even in 4bit.",
        shape=ModelShape(40, 5120, 14_336, 32, 8, 128, 131_072, tied_embeddings=False),
    ),
    BaseModel(
        id="unsloth/Phi-4-mini-instruct",
        family="Phi",
        title="Phi-4 mini Instruct 3.8B",
        parameters=3_836_021_760,
        licence="MIT",
        note="Trained on much mathematics and reasoning; knows fewer facts than others of its size.",
        shape=ModelShape(32, 3072, 8192, 24, 8, 128, 200_064),
    ),
    BaseModel(
        id="unsloth/phi-4",
        family="Phi",
        title="Phi-4 14B",
        parameters=14_659_507_200,
        licence="MIT",
        note="The largest in this list, strong at mathematics and science in English.",
        shape=ModelShape(40, 5120, 17_920, 40, 10, 128, 100_352, tied_embeddings=False),
    ),
    BaseModel(
        id="unsloth/gemma-3-270m-it",
        family="Gemma",
        title="Gemma 3 270M",
        parameters=268_098_176,
        licence="Gemma terms",
        note="Made to be tuned for one narrow task, such as sorting texts or filling in a form.",
        shape=ModelShape(18, 640, 2048, 4, 1, 256, 262_144),
    ),
    BaseModel(
        id="unsloth/gemma-3-1b-it",
        family="Gemma",
        title="Gemma 3 1B",
        parameters=999_885_952,
        licence="Gemma terms",
        note="Small and good at writing in English; its large vocabulary costs memory when it learns.",
        shape=ModelShape(26, 1152, 6912, 4, 1, 256, 262_144),
    ),
    BaseModel(
        id="unsloth/gemma-3-4b-it",
        family="Gemma",
        title="Gemma 3 4B",
        parameters=3_880_099_328,
        licence="Gemma terms",
        note="Writes well in over a hundred languages; it can also see pictures, of which nothing is used here.",
        shape=ModelShape(34, 2560, 10_240, 8, 4, 256, 262_208),
    ),
    BaseModel(
        id=EMBEDDED_MODEL,
        family="SmolLM2",
        title="SmolLM2 135M Instruct",
        parameters=134_515_008,
        licence="Apache 2.0",
        note="Comes along and trains without a GPU: for trying things out, and for narrow tasks with short answers.",
        shape=ModelShape(30, 576, 1536, 9, 3, 64, 49_152),
    ),
    BaseModel(
        id="unsloth/SmolLM2-360M-Instruct",
        family="SmolLM2",
        title="SmolLM2 360M Instruct",
        parameters=361_821_120,
        licence="Apache 2.0",
        note="Clearer answers than the embedded model, and still small enough for patience without a GPU.",
        shape=ModelShape(32, 960, 2560, 15, 5, 64, 49_152),
    ),
    BaseModel(
        id="unsloth/SmolLM2-1.7B-Instruct",
        family="SmolLM2",
        title="SmolLM2 1.7B Instruct",
        parameters=1_711_376_384,
        licence="Apache 2.0",
        note="Writes and rewrites short English texts well; open down to its training data.",
        shape=ModelShape(24, 2048, 8192, 32, 32, 64, 49_152),
    ),
)
"""In the order in which the wizard shows them."""


def known_shape(name: str) -> ModelShape | None:
    """The shape of a curated model, by its own name or by that of its repository with 4-bit weights."""
    known = base_model(whole_name(name) or name)
    return known.shape if known else None


def base_model(name: str) -> BaseModel | None:
    """The curated base model of that name, or None; upper and lower case are one, as on the hub."""
    return next((model for model in FAMILIES if model.id.lower() == name.lower()), None)
