"""TorchModel: a transformers model with any number of LoRA adapters on the same weights, each to be switched off."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, StoppingCriteria

from core.errors import InvalidInput
from core.generation.batches import MOST_CHATS, batches
from core.paths import ADAPTER_WEIGHTS
from core.workers.asked import Asked
from core.workers.loading import device_and_dtype, prepare_tokenizer, quantization_config
from core.workers.memory import cpu_type

NO_LIMIT_TOKENS = 1 << 20


class TorchModel:
    """Weights and tokenizer of one base or merged model.

    Args:
        source: A folder or a hub id.
        quantization: none, 4bit or 8bit, as model.quantization has it.
    """

    def __init__(self, source: str, quantization: str):
        self.device, dtype = device_and_dtype()
        if self.device == "cpu":
            dtype = cpu_type(source)
        self.tokenizer = prepare_tokenizer(AutoTokenizer.from_pretrained(source))[0]
        self.model = AutoModelForCausalLM.from_pretrained(
            source,
            dtype=getattr(torch, dtype),
            quantization_config=quantization_config(quantization),
            device_map={"": 0} if self.device == "cuda" else None,
        ).eval()
        self._adapters: dict[str, Any] = {}

    def adapter(self, folder: Path) -> str:
        """The name of the adapter in `folder`, read where it is not yet; its tokenizer has the training's template."""
        name = f"{folder.parent.name}_{folder.name}_{(folder / ADAPTER_WEIGHTS).stat().st_mtime_ns}"
        name = name.replace(".", "_")  # PEFT makes module names of it
        if name not in self._adapters:
            self._read(folder, name)
            has_tokenizer = (folder / "tokenizer_config.json").is_file()
            found = AutoTokenizer.from_pretrained(folder) if has_tokenizer else self.tokenizer
            self._adapters[name] = prepare_tokenizer(found)[0]
        return name

    def tokenizer_of(self, adapter: str | None) -> Any:
        """The tokenizer an adapter was saved with, or the base model's."""
        return self._adapters[adapter] if adapter else self.tokenizer

    @contextlib.contextmanager
    def using(self, adapter: str | None) -> Iterator[Any]:
        """The model with one adapter on, or, where None, with all of them off."""
        if not self._adapters:
            yield self.model
        elif adapter is None:
            with self.model.disable_adapter():
                yield self.model
        else:
            self.model.set_adapter(adapter)
            yield self.model

    def _read(self, folder: Path, name: str) -> None:
        from peft import PeftModel

        if self._adapters:
            self.model.load_adapter(str(folder), adapter_name=name)
        else:
            self.model = PeftModel.from_pretrained(self.model, str(folder), adapter_name=name)
        self.model.eval()


class AdapterView:
    """A TorchModel seen through one adapter, or through none."""

    def __init__(self, held: TorchModel, adapter: str | None):
        self._held = held
        self._adapter = adapter

    def answer(self, asked: Asked) -> None:
        """Answer every chat; one by one where text is wanted as it comes, else in batches, the short ones first."""
        run = _Run(self._held.tokenizer_of(self._adapter), asked)
        prompts = run.rendered(self._held.model)
        order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
        longest = [len(prompts[index]) + asked.sampling.max_tokens for index in order]
        torch.manual_seed(run.seed)
        with self._held.using(self._adapter if asked.use_adapter else None) as model, torch.inference_mode():
            for start, end in batches(longest, 1 if asked.on_text else MOST_CHATS):
                if asked.is_cancelled():
                    return
                run.batch(model, order[start:end], prompts)


class _Run:
    """One request on its way through a model."""

    def __init__(self, tokenizer: Any, asked: Asked):
        self.tokenizer = tokenizer
        self.asked = asked
        self.sampling = asked.sampling
        self.seed = asked.sampling.seed if asked.sampling.seed is not None else secrets.randbelow(2**31)

    def rendered(self, model: Any) -> list[list[int]]:
        """The token ids of every chat.

        Raises:
            InvalidInput: One leaves no room for an answer.
        """
        render = self.tokenizer.apply_chat_template
        texts = [render(chat, tokenize=False, add_generation_prompt=True) for chat in self.asked.chats]
        prompts = self.tokenizer(texts, add_special_tokens=False).input_ids
        limit = getattr(model.config, "max_position_embeddings", None) or NO_LIMIT_TOKENS
        longest = max(len(ids) for ids in prompts)
        if longest >= limit:
            problem = f"has {longest} tokens; the model takes {limit}, its answer included"
            raise InvalidInput(f"A prompt {problem}.", "Shorten the prompt or the conversation.", {"prompt": problem})
        return prompts

    def batch(self, model: Any, indexes: list[int], prompts: list[list[int]]) -> None:
        """Answer some of the chats together."""
        inputs = self.tokenizer.pad(
            {"input_ids": [prompts[i] for i in indexes]}, padding_side="left", return_tensors="pt"
        ).to(model.device)
        width = inputs["input_ids"].shape[1]
        clock = _Clock(_end_ids(model, self.tokenizer), width, self.asked.is_cancelled)
        writer = _Writer(self, indexes[0], width) if self.asked.on_text else None
        output = model.generate(
            **inputs,
            **self._arguments(),
            stopping_criteria=[clock],
            streamer=writer,
            pad_token_id=self.tokenizer.pad_token_id,
        )
        for row, index in enumerate(indexes):
            self.asked.on_answer(index, self._answer(output[row, width:].tolist(), clock, row, len(prompts[index])))

    def _arguments(self) -> dict:
        """Our names to those of transformers; whatever the model's own defaults say is overridden."""
        s = self.sampling
        arguments = {"max_new_tokens": s.max_tokens, "repetition_penalty": s.repetition_penalty}
        if s.stop:
            arguments |= {"stop_strings": list(s.stop), "tokenizer": self.tokenizer}
        if s.temperature == 0:
            return arguments | {"do_sample": False, "temperature": None, "top_p": None, "top_k": None, "min_p": None}
        return arguments | {
            "do_sample": True,
            "temperature": s.temperature,
            "top_p": s.top_p,
            "top_k": s.top_k,
            "min_p": s.min_p or None,
        }

    def _answer(self, ids: list[int], clock: "_Clock", row: int, prompt_tokens: int) -> dict:
        end = next((place for place, token in enumerate(ids) if token in clock.end_ids), None)
        tokens = len(ids) if end is None else end + 1
        text = self.tokenizer.decode(ids[:end], skip_special_tokens=True)
        cut = min((text.find(stop) for stop in self.sampling.stop if stop in text), default=None)
        is_over = end is not None or cut is not None
        seconds = clock.seconds(row, tokens)
        return {
            "text": text[:cut],
            "tokens": tokens,
            "prompt_tokens": prompt_tokens,
            "seconds": round(seconds, 4),
            "tokens_per_second": round(tokens / seconds, 2) if seconds else None,
            "first_token_seconds": round(clock.first, 4),
            "finish_reason": "stop" if is_over else "cancelled" if clock.was_cancelled else "length",
            "seed": self.seed if self.sampling.temperature else None,
        }


class _Clock(StoppingCriteria):
    """Measures when each token of a batch came, and ends it when the request is cancelled."""

    def __init__(self, end_ids: set[int], width: int, is_cancelled: Callable[[], bool]):
        self.end_ids = end_ids
        self.was_cancelled = False
        self._width = width
        self._is_cancelled = is_cancelled
        self._began = time.perf_counter()
        self._times: list[float] = []

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        """Called by transformers after each token of the batch."""
        self._times.append(time.perf_counter() - self._began)
        self.was_cancelled = self.was_cancelled or self._is_cancelled()
        return torch.full((input_ids.shape[0],), self.was_cancelled, dtype=torch.bool, device=input_ids.device)

    @property
    def first(self) -> float:
        """Seconds to the first token, the prompt's reading among them."""
        return self._times[0] if self._times else 0.0

    def seconds(self, row: int, tokens: int) -> float:
        """Seconds until the last of a row's `tokens` came."""
        return self._times[min(tokens, len(self._times)) - 1] if self._times and tokens else 0.0


class _Writer:
    """A streamer of transformers: hands on whole characters as soon as they are sure."""

    def __init__(self, run: _Run, index: int, width: int):
        self._run = run
        self._index = index
        self._ids: list[int] = []
        self._said = 0
        self._is_prompt = True

    def put(self, value: Any) -> None:
        """The prompt first, then one token a call."""
        if self._is_prompt:
            self._is_prompt = False
            return
        self._ids += value.reshape(-1).tolist()
        text = self._run.tokenizer.decode(self._ids, skip_special_tokens=True)
        if not text.endswith("\ufffd"):  # half a character: the rest comes with the next token
            self._say(text)

    def end(self) -> None:
        """What was held back."""
        self._say(self._run.tokenizer.decode(self._ids, skip_special_tokens=True))

    def _say(self, text: str) -> None:
        sure = _before_stop(text, self._run.sampling.stop)
        if len(sure) > self._said:
            self._run.asked.on_text(self._index, sure[self._said :], len(self._ids))
            self._said = len(sure)


def _before_stop(text: str, stops: Sequence[str]) -> str:
    """`text` up to a stop text, or up to what may become one."""
    for stop in stops:
        if stop in text:
            text = text[: text.index(stop)]
        for length in range(len(stop) - 1, 0, -1):
            if text.endswith(stop[:length]):
                text = text[:-length]
                break
    return text


def _end_ids(model: Any, tokenizer: Any) -> set[int]:
    known = model.generation_config.eos_token_id
    ids = {known} if isinstance(known, int) else set(known or ())
    return ids | ({tokenizer.eos_token_id} if tokenizer.eos_token_id is not None else set())
