"""Proofs: an exported file is loaded by what will load it, and compared with the adapter it came from.

A difference is the mean, over the probes, of the absolute difference of log-probabilities (nats) at the adapter's
likeliest next token. The bounds in core/export/targets.py lie two to five times above the worst that sound files of
SmolLM2 showed (F16 0.005, BF16 0.02, Q8_0 and Q6_K 0.08, Q5_K_M 0.5, Q4_K_M 0.3, Q3_K_M 0.4, Q4_0 1.05); larger models
show less. A file without its adapter, or with its tensors in the wrong places, shows several nats.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from core.errors import LoraCraftError, WorkerFailed
from core.export.folder import Measured
from core.export.targets import Target
from core.prompts.chat_template import opened_in
from core.prompts.special_tokens import Written
from core.workers.export.adapter_files import DIVERGED
from core.workers.export.probes import ProbeSet, logprobs_of
from core.workers.llama_server import LlamaServer

ANSWER_TOKENS = 64
LEAST_EFFECT = 1e-4
"""Nats. An adapter that changes less was not trained; rounding alone changes about as much."""
SAFE_BITS = 8
"""Per weight: with fewer, a type may be too coarse for a model."""
LARGER_TYPE = "Choose a larger type, such as q8_0 or f16."
AGAIN = "Export it again; if it stays so, report the model's name."
OTHER_IDS = (
    "If the base model's folder has lost its tokenizer.model, put that of the original model there and export again; "
    "else report the model's name. The adapter and the merged model can be exported in any case."
)
OTHER_PROMPT = (
    "llama.cpp writes the prompt of a chat otherwise than training did. Answers may be worse; send it complete prompts."
)


class ProofFailed(WorkerFailed):
    """A file differs from the adapter; the message has the measured values."""


@dataclass(frozen=True)
class Proof:
    """The measurements of one file.

    Attributes:
        values: The fields of its entry in proof.json.
        notes: Notes for the user: (field, text).
    """

    values: Measured
    notes: tuple[tuple[str, str], ...] = ()


def require_effect(probes: ProbeSet) -> None:
    """Refuse an adapter that changes nothing.

    Raises:
        WorkerFailed: It changes less than rounding does, or its results are not numbers.
    """
    if not isfinite(probes.effect):
        raise WorkerFailed("With this adapter the model's answers are no numbers (NaN).", DIVERGED)
    if probes.effect < LEAST_EFFECT:
        message = f"The adapter changes nothing measurable: {probes.effect:.1e} nats at {len(probes.probes)} places."
        raise WorkerFailed(message, "Train it first, longer or with a higher learning rate.")


def prove_gguf(file: Path, target: Target, probes: ProbeSet, adapter: Path | None = None) -> Proof:
    """Load a GGUF file in llama.cpp, compare it at every probe, and let it answer once.

    Args:
        adapter: An adapter as GGUF to add to the model, if the target is the adapter.
    Raises:
        ProofFailed: It can't be loaded, tokenises differently, is outside its bound, or equals the base model.
    """
    try:
        server = LlamaServer(file, probes.context_tokens + ANSWER_TOKENS, adapter=adapter)
        _require_same_ids(target, probes, server.tokenise)
        values = [server.logprob(probe.ids, probe.token) for probe in probes.probes]
        answer = opened_in(probes.rendered) + server.answer(probes.question, ANSWER_TOKENS)
        renders_alike = adapter is not None or probes.is_prompt(server.render(probes.question))
    except ProofFailed:
        raise
    except LoraCraftError as error:
        raise ProofFailed(f"{target.file}: {error.message}", error.hint) from error
    proof = judge(target, probes, values)
    asked: Measured = {"same_token_ids": True, "question": probes.question[-1]["content"], "answer": answer}
    notes = proof.notes if renders_alike else (*proof.notes, ("prompt.template", OTHER_PROMPT))
    return Proof({**proof.values, **asked}, notes)


def prove_model(model: Any, target: Target, probes: ProbeSet, tokenise: Callable[[Written], list[int]] | None) -> Proof:
    """Compare a transformers model with the adapter.

    Args:
        model: The merged model, or the saved one after loading.
        tokenise: The tokenizer that was loaded with it, if any.
    Raises:
        ProofFailed: It tokenises differently, is outside its bound, or equals the base model.
    """
    if tokenise is not None:
        _require_same_ids(target, probes, tokenise)
    proof = judge(target, probes, logprobs_of(model, probes.probes))
    return proof if tokenise is None else Proof({**proof.values, "same_token_ids": True}, proof.notes)


def _require_same_ids(target: Target, probes: ProbeSet, tokenise: Callable[[Written], list[int]]) -> None:
    torn = [text for text, ids in probes.texts.items() if tokenise(text) != ids]
    if torn:
        count = f"{len(torn)} of {len(probes.texts)}"
        message = f"{target.file} tokenises {count} texts otherwise than training did: {_end_of(torn[0])!r}."
        raise ProofFailed(message, OTHER_IDS)


def _end_of(text: Written) -> str:
    return (text if isinstance(text, str) else " ".join(map(str, text)))[-60:]


def judge(target: Target, probes: ProbeSet, values: list[float]) -> Proof:
    """Judge a file by its log-probabilities.

    Rounding errors as large as the adapter's effect give a note, not a failure: the proof of the merged weights has
    already shown that they hold the adapter.

    Args:
        values: Its log-probability (nats) of each probe's token, shape [probes].
    Raises:
        ProofFailed: It is outside its bound, or equals the base model.
    """
    difference, from_base = probes.differences(values)
    bound = round((target.max_difference or 0.0) + probes.noise, 3)
    if not difference <= bound:  # NaN is neither more nor less
        problem = f"differs from the adapter by {difference:.3f} nats on average, over {bound}"
        hint = LARGER_TYPE if (target.bits or SAFE_BITS) < SAFE_BITS else AGAIN
        raise ProofFailed(f"{target.file} {problem}.", hint)
    is_covered = difference >= from_base
    if is_covered and from_base < probes.effect / 2:
        problem = f"is closer to the base model ({from_base:.4f} nats) than to the adapter ({difference:.4f})"
        raise ProofFailed(f"{target.file} {problem}.", AGAIN)
    measured: Measured = {"difference": round(difference, 6), "base_difference": round(from_base, 6), "bound": bound}
    covered = (
        f"{target.file}: its rounding ({difference:.3f} nats) covers what the adapter changes ({probes.effect:.3f})."
    )
    return Proof({"probes": len(values), **measured}, (("targets", covered),) if is_covered else ())
