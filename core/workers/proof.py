"""Load an exported GGUF with llama.cpp and compare it with the adapter it came from."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from core.errors import WorkerFailed
from core.export.quantization import Quantization
from core.hardware import physical_cores

TOP_TOKENS = 20
CONTEXT_TOKENS = 4096
FLOOR_NATS = -20.0
REPLY_TIMEOUT_S = 60


@dataclass(frozen=True)
class Probe:
    """One position: the tokens before it, and what the adapter and the base model expect there.

    `text` is what the ids decode to; `token` the adapter's likeliest next id, with its log-probability (nats) under
    the adapter and under the base model.
    """

    text: str
    ids: list[int]
    token: int
    adapter: float
    base: float


def make_probes(model: Any, tokenizer: Any, prompts: list[str], answers: list[str]) -> list[Probe]:
    """A probe after each prompt and after each quarter of its answer, in float32 on the CPU."""
    probes = []
    for prompt, answer in zip(prompts, answers, strict=True):
        for part in range(4):
            text = prompt + answer[: len(answer) * part // 4]
            probes.append(_probe(model, tokenizer, text))
    return probes


def prove(gguf: Path, kind: Quantization, probes: list[Probe], question: list[dict]) -> dict:
    """Load `gguf` in llama.cpp, compare it at every probe, and let it answer once.

    Returns:
        The measured values; `difference` is the mean absolute difference of log-probabilities from the adapter at the
        adapter's likeliest token, `base_difference` the same from the base model.
    Raises:
        WorkerFailed: It tokenises differently, lies outside the bound of its type, or is closer to the base model.
    """
    server = _load(gguf)
    expected = [_logprob(server, probe) for probe in probes]
    result = {
        "file": gguf.name,
        "size_bytes": gguf.stat().st_size,
        "probes": len(probes),
        "same_token_ids": all(_tokenise(server, probe.text) == probe.ids for probe in probes),
        "difference": fmean(abs(value - probe.adapter) for probe, value in zip(probes, expected, strict=True)),
        "base_difference": fmean(abs(value - probe.base) for probe, value in zip(probes, expected, strict=True)),
        "bound": kind.max_difference,
        "question": question[-1]["content"],
        "answer": _answer(server, question),
    }
    _judge(result)
    return result


def _judge(result: dict) -> None:
    if not result["same_token_ids"]:
        raise WorkerFailed(f"{result['file']} tokenises the prompts differently.", "Report the model's name.")
    if result["difference"] > result["bound"]:
        problem = f"differs from the adapter by {result['difference']:.3f} nats, over {result['bound']}"
        raise WorkerFailed(f"{result['file']} {problem}.", "Choose a larger type, such as f16.")
    if result["difference"] >= result["base_difference"]:
        raise WorkerFailed(f"{result['file']} is no closer to the adapter than to the base model.", "Train longer.")


def _probe(model: Any, tokenizer: Any, text: str) -> Probe:
    import torch

    encoded = tokenizer(text, return_tensors="pt", add_special_tokens=False)
    with torch.inference_mode():
        adapter = model(**encoded).logits[0, -1].float().log_softmax(-1)
        with model.disable_adapter():
            base = model(**encoded).logits[0, -1].float().log_softmax(-1)
    token = int(adapter.argmax())
    return Probe(text, encoded.input_ids[0].tolist(), token, float(adapter[token]), float(base[token]))


def _load(gguf: Path) -> Any:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(gguf)
    parameters.n_ctx, parameters.n_parallel, parameters.n_gpu_layers = CONTEXT_TOKENS, 1, 0
    parameters.warmup = False
    parameters.cpuparams.n_threads = physical_cores()
    return xllamacpp.Server(parameters)


def _logprob(server: Any, probe: Probe) -> float:
    """llama.cpp's log-probability of the probe's token, FLOOR_NATS when it is not among its likeliest."""
    request = {"prompt": probe.ids, "max_tokens": 1, "temperature": 0.0, "n_probs": TOP_TOKENS, "cache_prompt": False}
    reply = _checked(server.handle_completions(request))
    likeliest = reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
    return next((max(FLOOR_NATS, item["logprob"]) for item in likeliest if item["id"] == probe.token), FLOOR_NATS)


def _tokenise(server: Any, text: str) -> list[int]:
    """The ids llama.cpp makes of a text, special tokens recognised and none added; asked of its own loopback server."""
    body = json.dumps({"content": text, "add_special": False, "parse_special": True}).encode()
    request = urllib.request.Request(f"{server.listening_address}/tokenize", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=REPLY_TIMEOUT_S) as reply:
        return json.load(reply)["tokens"]


def _answer(server: Any, question: list[dict]) -> str:
    reply = _checked(server.handle_chat_completions({"messages": question, "temperature": 0.0, "max_tokens": 64}))
    return reply["choices"][0]["message"]["content"]


def _checked(reply: dict) -> dict:
    if "error" in reply:
        raise WorkerFailed(f"llama.cpp: {reply['error']}", "See the end of worker.log.")
    return reply
