"""LlamaServer: a GGUF file loaded by llama.cpp, asked for token ids, log-probabilities and greedy answers."""

from __future__ import annotations

import json
import math
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from core.errors import WorkerFailed
from core.hardware import physical_cores
from core.jsonfile import JsonObject
from core.prompts.special_tokens import Written
from core.prompts.template import ChatMessage

TOP_TOKENS = 100
FLOOR_NATS = -20.0
CERTAIN = 1000.0
"""Added to a logit, makes its token the one that is drawn; logprobs are those before."""
REPLY_TIMEOUT_S = 60
ROUND_TOKENS = 256
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Past any proxy, which could not reach this process and has no business with its prompts."""


class LlamaServer:
    """One GGUF file, loaded on the CPU. Its memory is freed with the last reference to it.

    Args:
        context_tokens: The longest prompt with its answer.
        slots: Prompts that are worked on at once.
        adapter: A LoRA adapter as GGUF to put on top.
    Raises:
        WorkerFailed: llama.cpp can't load it.
    """

    def __init__(self, file: Path, context_tokens: int, slots: int = 1, adapter: Path | None = None):
        self._server = load(file, context_tokens, slots, adapter)
        self._slots = slots
        self._ask("slots")  # answered once its loop runs: a server that is freed before that waits for ever
        self._harmless = self.tokenise("a")[-1]

    def tokenise(self, text: Written, begins: bool = False) -> list[int]:
        """The ids that llama.cpp makes of a written chat.

        Args:
            text: Special tokens are recognised in a whole text only.
            begins: Whether the token that begins a text is added, where the file wants one.
        """
        content = text if isinstance(text, str) else [*([""] if begins else []), *text]
        body = {"content": content, "add_special": begins, "parse_special": isinstance(text, str)}
        return self._post("tokenize", body)["tokens"]

    def render(self, messages: Sequence[ChatMessage]) -> str:
        """A chat as the file's own chat template writes it."""
        return self._post("apply-template", {"messages": list(messages)})["prompt"]

    def logprob(self, ids: Sequence[int], token: int) -> float:
        """The log-probability (nats) of `token` after `ids`; FLOOR_NATS if it is not among the likeliest.

        It is NaN if the model gives no number.
        """
        request = {"prompt": list(ids), "max_tokens": 1, "temperature": 0.0, "n_probs": TOP_TOKENS}
        request["logit_bias"] = [[self._harmless, CERTAIN]]  # llama.cpp keeps half a character back, its logprobs too
        reply = _checked(self._server.handle_completions(request))
        likeliest = reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        found = next((item["logprob"] for item in likeliest if item["id"] == token), FLOOR_NATS)
        return math.nan if found is None else max(FLOOR_NATS, found)

    def stream(self, request: JsonObject, take: Callable[[Any], bool]) -> Any:
        """Complete a prompt; `take` gets every chunk, and ends the answer by returning true."""
        return self._server.handle_completions(request, take)

    def answer(self, messages: Sequence[ChatMessage], max_tokens: int) -> str:
        """The likeliest answer to a chat, through the file's own chat template."""
        request = {"messages": list(messages), "temperature": 0.0, "max_tokens": max_tokens, "reasoning_format": "none"}
        return _checked(self._server.handle_chat_completions(request))["choices"][0]["message"]["content"] or ""

    def complete(
        self,
        prompts: Sequence[Sequence[int]],
        max_tokens: int,
        is_over: Callable[[int], bool],
        report: Callable[[float], None],
    ) -> list[str | None]:
        """The likeliest continuation of each prompt, several at once.

        Args:
            prompts: Token ids.
            max_tokens: Of each continuation.
            is_over: Called with the number of finished prompts, from several threads; once it is true, no further
                prompt begins, and unfinished ones count as None.
            report: Called with the finished fraction, from several threads.
        """
        done: list[int] = []

        def must_end() -> bool:
            return is_over(len(done))

        def answer(ids: Sequence[int]) -> str | None:
            text = None if must_end() else self._complete(ids, max_tokens, must_end)
            done.extend([1] if text is not None else [])
            report(len(done) / len(prompts))
            return text

        with ThreadPoolExecutor(self._slots) as pool:
            return list(pool.map(answer, prompts))

    def _complete(self, ids: Sequence[int], max_tokens: int, must_end: Callable[[], bool]) -> str | None:
        pieces: list[dict] = []

        def take(chunk: Any) -> bool:
            pieces.extend(chunk if isinstance(chunk, list) else [chunk])
            return must_end()

        request = {"prompt": list(ids), "max_tokens": max_tokens, "temperature": 0.0, "stream": True}
        reply = self._server.handle_completions(request, take)
        choices = [choice for piece in [*pieces, reply or {}] for choice in _checked(piece).get("choices", ())]
        if not any(choice.get("finish_reason") for choice in choices):
            return None
        return "".join(choice.get("text") or "" for choice in choices)

    def _post(self, path: str, body: JsonObject) -> JsonObject:
        return self._ask(path, json.dumps(body).encode("utf-8"))

    def _ask(self, path: str, data: bytes | None = None) -> Any:
        """Ask llama.cpp's server on loopback, which has functions that the bindings lack."""
        address = f"{self._server.listening_address}/{path}"
        request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
        try:
            with DIRECT.open(request, timeout=REPLY_TIMEOUT_S) as reply:
                return json.load(reply)
        except OSError as error:
            raise WorkerFailed(f"llama.cpp's server did not answer {path}: {error}", "Export again.") from error


def load(file: Path, context_tokens: int, slots: int, adapter: Path | None = None) -> Any:
    """llama.cpp's server for one file, on the CPU; see LlamaServer for the arguments.

    Raises:
        WorkerFailed: llama.cpp can't load it.
    """
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.n_ctx = -(-context_tokens // ROUND_TOKENS) * ROUND_TOKENS * slots
    parameters.n_parallel, parameters.n_gpu_layers = slots, 0
    parameters.warmup, parameters.fit_params, parameters.verbosity = False, False, 0
    parameters.cpuparams.n_threads = physical_cores()
    if adapter is not None:
        parameters.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(adapter), 1.0)]
    try:
        return xllamacpp.Server(parameters)
    except (RuntimeError, ValueError) as error:
        message = f"llama.cpp can't load {file.name}: {error}"
        raise WorkerFailed(message, "See the end of the worker's log.") from error


def _checked(reply: JsonObject) -> JsonObject:
    if "error" in reply:
        raise WorkerFailed(f"llama.cpp: {reply['error']}", "See the end of worker.log.")
    return reply
