"""GgufModel: an exported file in llama.cpp, with the chat template that the file itself carries.

Prompts go there as token ids: llama.cpp's own chats take special tokens inside a message for the template's.
"""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from core.errors import InvalidInput
from core.generation.answer import FinishReason, ModelAnswer
from core.generation.gguf_context import Context, controls_of
from core.generation.sampling import Sampling
from core.jsonfile import JsonObject
from core.prompts.chat_template import PROBE, opened_in
from core.prompts.special_tokens import written
from core.workers.generate.asked import Asked
from core.workers.llama_server import LlamaServer


class GgufModel:
    """A loaded GGUF file; it runs on the CPU, since the pinned llama.cpp is built for that.

    Args:
        file: The .gguf file.
        context: The length of its chats, and the number of chats at once.
    """

    device = "cpu"

    def __init__(self, file: Path, context: Context):
        self._slots = context.slots
        self._llama = LlamaServer(file, context.tokens, context.slots)
        self._controls = controls_of(file)
        self._opening = opened_in(self._llama.render([{"role": "user", "content": PROBE}]))

    def answer(self, asked: Asked) -> None:
        """Answer every chat, several at once where no text is wanted on the way."""
        seed = asked.sampling.seed if asked.sampling.seed is not None else secrets.randbelow(2**31)

        def answer_one(index: int) -> None:
            if not asked.is_cancelled():
                asked.on_answer(index, self._one(index, asked, seed + index))

        with ThreadPoolExecutor(1 if asked.on_text else self._slots) as pool:
            list(pool.map(answer_one, range(len(asked.chats))))

    def _one(self, index: int, asked: Asked, seed: int) -> ModelAnswer:
        told = _Told(index, asked, self._opening)
        text = written(asked.chats[index], self._controls, self._llama.render)
        request = _request(self._llama.tokenise(text, begins=True), asked.sampling, seed)
        reply = self._llama.stream(request, told)
        if isinstance(reply, dict) and "error" in reply:
            raise _refusal(reply["error"])
        return told.answer(seed if asked.sampling.temperature else None)


class _Told:
    """One answer of llama.cpp; called with every chunk, it returns true to end the answer.

    Args:
        opening: What the prompt has begun of the answer.
    """

    def __init__(self, index: int, asked: Asked, opening: str):
        self._index = index
        self._asked = asked
        self._began = time.perf_counter()
        self._first: float | None = None
        self._last = 0.0
        self._text = self._unsaid = opening
        self._pieces = 0
        self._prompt_tokens: int | None = None
        self._reason: FinishReason | None = None
        self._error: JsonObject | None = None

    def __call__(self, chunk: Any) -> bool:
        """Take one chunk, or a list of them."""
        for part in chunk if isinstance(chunk, list) else [chunk]:
            self._take(part)
        return self._asked.is_cancelled()

    def answer(self, seed: int | None) -> ModelAnswer:
        """The complete answer."""
        if self._error is not None:
            raise _refusal(self._error)
        return {
            "text": self._text,
            "tokens": self._pieces,
            "prompt_tokens": self._prompt_tokens,
            "seconds": round(self._last, 4),
            "tokens_per_second": round(self._pieces / self._last, 2) if self._last else None,
            "first_token_seconds": round(self._first or 0.0, 4),
            "finish_reason": self._reason or "cancelled",
            "seed": seed,
        }

    def _take(self, part: JsonObject) -> None:
        if "error" in part:
            self._error = part["error"]
            return
        self._count(part.get("timings") or {})
        for choice in part.get("choices", ()):
            self._reason = choice.get("finish_reason") or self._reason
            text = choice.get("text")
            if text:
                self._last = time.perf_counter() - self._began
                self._first = self._last if self._first is None else self._first
                self._text += text
                if self._asked.on_text is not None:
                    self._asked.on_text(self._index, self._unsaid + text, self._pieces)
                    self._unsaid = ""

    def _count(self, timings: JsonObject) -> None:
        if "predicted_n" in timings:
            self._pieces = timings["predicted_n"]
            self._prompt_tokens = timings["prompt_n"] + timings.get("cache_n", 0)


def _refusal(error: JsonObject) -> InvalidInput:
    """llama.cpp's error for a chat that it can't take, without its advice, which names settings that are not ours."""
    problem = f"is refused by llama.cpp: {error.get('message', error)}"
    if "n_prompt_tokens" in error:
        tokens, limit = error["n_prompt_tokens"], error["n_ctx"]
        problem = f"has {tokens} tokens; the file is loaded for {limit}, its answer included"
    return InvalidInput(f"A prompt {problem}.", "Shorten the prompt or the conversation.", {"prompt": problem})


def _request(prompt: list[int], sampling: Sampling, seed: int) -> JsonObject:
    """Our names to those of llama.cpp's server."""
    return {
        "prompt": prompt,
        "stream": True,
        "timings_per_token": True,
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "repeat_penalty": sampling.repetition_penalty,
        "seed": seed,
        "stop": list(sampling.stop),
    }
