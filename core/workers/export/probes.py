"""ProbeSet: texts with their token ids and positions with their log-probabilities, by which an export is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from core.prompts.special_tokens import Written
from core.prompts.template import ChatMessage
from core.workers.chat_format import ChatFormat
from core.workers.corpus import common_start

POSITIONS = 4
ANSWER_TOKENS = 96
ODD_TEXTS = (
    "3.14159 x 2 = 6.28318; 1,234,567 - 89 = 1234478, 50% of 2025",
    "Zürich, Łódź, 北京, Привет, naïve café, 😀🚀, ½ € ≤ ∞",
    "two  spaces,   three, a tab\there\n\n    def f(x):\n        return x ** 2\n\nend",
    "don't we'll I'm it's; (a+b)*[c-d] != {e}/f -> \"quoted\" 'text' <tag> #hash @name",
)
"""Questions that tokenizers cut differently when one is mistaken for another."""


@dataclass(frozen=True)
class Probe:
    """One position, and the expectations of the adapter and the base model.

    Attributes:
        ids: The ids before it.
        token: The adapter's likeliest next id.
        adapter: Its log-probability (nats) under the base model with the adapter.
        base: The same under the base model alone.
    """

    ids: tuple[int, ...]
    token: int
    adapter: float
    base: float


@dataclass(frozen=True)
class ProbeSet:
    """The inputs that every file of an export is compared on.

    Attributes:
        texts: Text -> its ids by the training's tokenizer; special tokens that a question holds are plain text.
        probes: Positions after questions and inside their answers.
        question: A chat to answer.
        rendered: The same chat, rendered by the training's template.
        bos: The text of the token that begins a text, which llama.cpp's templates leave out.
        noise: The tolerance added to every bound (nats), for the type of the weights or 16-bit arithmetic.
    """

    texts: dict[Written, list[int]]
    probes: list[Probe]
    question: list[ChatMessage]
    rendered: str
    bos: str = ""
    noise: float = 0.0

    @property
    def effect(self) -> float:
        """The mean absolute difference (nats) that the adapter makes."""
        return fmean(abs(probe.adapter - probe.base) for probe in self.probes)

    @property
    def context_tokens(self) -> int:
        """The longest text."""
        return max(len(ids) for ids in [*self.texts.values(), *(probe.ids for probe in self.probes)])

    def is_prompt(self, text: str) -> bool:
        """Whether a text is the question's prompt, with or without the token that begins it."""
        return text.removeprefix(self.bos) == self.rendered.removeprefix(self.bos)

    def differences(self, values: Sequence[float]) -> tuple[float, float]:
        """Mean absolute differences (nats) of log-probabilities from the adapter and from the base model.

        Args:
            values: Of each probe's token, shape [probes].
        """
        pairs = list(zip(self.probes, values, strict=True))
        return fmean(abs(v - p.adapter) for p, v in pairs), fmean(abs(v - p.base) for p, v in pairs)


def make_probes(
    model: Any, chat_format: ChatFormat, chats: Sequence[list[ChatMessage]], answers: Sequence[str], noise: float
) -> ProbeSet:
    """Ask the model with and without its adapter, on the CPU.

    Args:
        chat_format: Of the training's tokenizer.
        chats: Questions as the training put them; the first is the one to answer.
        answers: A perfect answer to each.
        noise: See ProbeSet.
    """
    prompts = chat_format.ids([chat_format.written(chat) for chat in chats])
    odd = [chat_format.written([*chats[0][:-1], {"role": "user", "content": text}]) for text in ODD_TEXTS]
    whole = [chat_format.answered(*pair, is_whole=False) for pair in zip(chats, answers, strict=True)]
    texts = dict(zip([*whole, *odd], chat_format.ids([*whole, *odd]), strict=True))
    probes: list[Probe] = []
    for asked, text in zip(prompts, whole, strict=True):
        start = common_start(asked, texts[text])
        probes += _row_probes(model, texts[text][: start + ANSWER_TOKENS], start)
    return ProbeSet(texts, probes, list(chats[0]), chat_format.prompt(chats[0]), chat_format.bos, noise)


def logprobs_of(model: Any, probes: Sequence[Probe]) -> list[float]:
    """The log-probability (nats) of each probe's token under a transformers model, shape [probes].

    Probes that lie in the same text are read in one pass.
    """
    values: dict[Probe, float] = {}
    for longest in sorted(probes, key=lambda probe: len(probe.ids), reverse=True):
        inside = [p for p in probes if p not in values and longest.ids[: len(p.ids)] == p.ids]
        if inside:
            places = [len(probe.ids) - 1 for probe in inside]
            table = _log_softmax(model, longest.ids, min(places))
            values |= {p: float(table[place - min(places), p.token]) for p, place in zip(inside, places, strict=True)}
    return [values[probe] for probe in probes]


def _row_probes(model: Any, ids: Sequence[int], start: int) -> list[Probe]:
    """The first position of an answer, and those where the adapter changes most."""
    adapter = _log_softmax(model, ids, start - 1)
    with model.disable_adapter():
        base = _log_softmax(model, ids, start - 1)
    tokens = adapter.argmax(-1, keepdim=True)
    mine, before = adapter.gather(1, tokens)[:, 0], base.gather(1, tokens)[:, 0]
    changed = (mine - before).abs()[1:].argsort(descending=True)[: POSITIONS - 1]
    places = [0, *sorted(int(place) + 1 for place in changed)]
    return [Probe(tuple(ids[: start + p]), int(tokens[p]), float(mine[p]), float(before[p])) for p in places]


def _log_softmax(model: Any, ids: Sequence[int], start: int) -> Any:
    """Log-probabilities of the ids that follow each position from `start` on, shape [len(ids) - start, vocabulary]."""
    import torch

    kept = len(ids) - start
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([list(ids)]), logits_to_keep=kept, use_cache=False).logits
    return logits[0, -kept:].float().log_softmax(-1)
