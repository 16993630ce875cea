"""Decoding: transformers' generate with our own loop, which shares prompts and drops rows that have ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.failures import NO_PROBABILITIES
from core.workers.fast.prompts import Computed, compute

TEMPERATURE = "TemperatureLogitsWarper"
"""The one step between logits and sampling that what is measured goes through, too."""
BELOW_ONE = 1 - 1e-6
"""So that the last sum is never reached, and no index is drawn whose probability is 0."""


class Decoding:
    """Goes to `generate` as its custom_generate; afterwards it has what was measured of the sampled tokens.

    Args:
        on_end: Called with the place and the new tokens of each row that ends while others go on.

    Attributes:
        entropies: Of the distributions before top_p and top_k, at `temperature`, in nats; 0 after a row has ended;
            shape [rows, new tokens].
        log_probs: Of the sampled tokens, in the same distributions.
        is_token: Whether a row has not ended before; of the same shape.
    """

    def __init__(
        self, temperature: float = 1.0, measures: bool = True, on_end: Callable[[int, list[int]], None] | None = None
    ):
        self._temperature = temperature
        self._measures = measures
        self._on_end = on_end
        self.entropies: Any = None
        self.log_probs: Any = None
        self.is_token: Any = None

    def __call__(
        self,
        model: Any,
        input_ids: Any,
        logits_processor: Any,
        stopping_criteria: Any,
        generation_config: Any,
        **inputs: Any,
    ) -> Any:
        """The prompts with their new tokens, padded on the right; shape [rows, tokens].

        Args:
            model: The model that generates; each of its calls runs its hooks, which look for a stop request.
            inputs: What generate has prepared for the forward pass. It would take out what is named here.
        """
        import torch

        rows, start = input_ids.shape
        most = generation_config.max_length - start
        sequences = _wider(input_ids, most, int(generation_config._pad_token_tensor))
        self.entropies = input_ids.new_zeros((rows, most), dtype=torch.float32)
        self.log_probs, self.is_token = self.entropies.clone(), input_ids.new_zeros((rows, most))
        live = _Live(model, compute(model, input_ids, inputs["attention_mask"]))
        for place in range(start, start + most):
            scores = live.logits
            if logits_processor:
                scores = logits_processor(sequences[live.rows, :place], live.logits.clone())
            tokens = self._chosen(live, place - start, scores, logits_processor, generation_config.do_sample)
            sequences[live.rows, place] = tokens
            self.is_token[live.rows, place - start] = 1
            goes_on = ~stopping_criteria(sequences[live.rows, : place + 1], scores)
            if not goes_on.any():
                break
            if self._on_end is not None:
                for row in live.rows[~goes_on].tolist():
                    self._on_end(row, sequences[row, start : place + 1].tolist())
            live.step(tokens, goes_on)
        new = place + 1 - start
        self.entropies, self.log_probs = self.entropies[:, :new], self.log_probs[:, :new]
        self.is_token = self.is_token[:, :new]
        return sequences[:, : place + 1]

    def _chosen(self, live: _Live, place: int, scores: Any, processors: Any, do_sample: bool) -> Any:
        """The next token of each row; measured on the way, since a pass over the vocabulary is dear."""
        if not (do_sample or self._measures):
            return scores.argmax(-1)
        log_probs = scores.log_softmax(-1)
        probabilities = log_probs.exp()
        tokens = drawn(probabilities) if do_sample else scores.argmax(-1)
        if self._measures:
            if not all(type(processor).__name__ == TEMPERATURE for processor in processors):
                log_probs = (live.logits / self._temperature).log_softmax(-1)
                probabilities = log_probs.exp()
            self.entropies[live.rows, place] = -(probabilities * log_probs).sum(-1)
            self.log_probs[live.rows, place] = log_probs.gather(-1, tokens[:, None])[:, 0]
        return tokens


class _Live:
    """The rows that have not ended: their keys and values, and the logits of their next token, in float32.

    Attributes:
        rows: Their places in the batch.
    """

    def __init__(self, model: Any, prompts: Computed):
        import torch

        self._model = model
        self._cache, self._mask, self._position = prompts.cache, prompts.mask, prompts.positions(1)
        self.logits = prompts.logits.float()
        self.rows = torch.arange(len(prompts.mask), device=prompts.mask.device)

    def step(self, tokens: Any, goes_on: Any) -> None:
        """Go on with one token a row, without the rows that end."""
        import torch

        if not goes_on.all():
            self._cache.batch_select_indices(goes_on.nonzero()[:, 0])
            self.rows, self._mask, self._position = self.rows[goes_on], self._mask[goes_on], self._position[goes_on]
        self._mask = torch.cat([self._mask, self._mask.new_ones(len(self._mask), 1)], dim=1)
        output = self._model(
            input_ids=tokens[goes_on][:, None],
            attention_mask=self._mask,
            position_ids=self._position,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self.logits, self._position = output.logits[:, -1].float(), self._position + 1


def _wider(ids: Any, columns: int, pad: int) -> Any:
    import torch

    return torch.nn.functional.pad(ids, (0, columns), value=pad)


def drawn(probabilities: Any) -> Any:
    """One index a row, each with its probability; shape [rows]. On a CPU several times as fast as torch.multinomial,
    which draws a number for every index.

    Args:
        probabilities: Shape [rows, indices]; a row need not sum to 1 exactly.

    Raises:
        RuntimeError: They are no numbers; in torch's words.
    """
    import torch

    sums = probabilities.cumsum(-1)
    if not torch.isfinite(sums[:, -1]).all():
        raise RuntimeError(NO_PROBABILITIES)
    point = torch.rand(len(sums), 1, device=sums.device) * sums[:, -1:] * BELOW_ONE
    return torch.searchsorted(sums, point, right=True)[:, 0]
