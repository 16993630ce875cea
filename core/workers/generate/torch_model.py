"""TorchModel: a transformers model with any number of LoRA adapters on the same weights, each to be switched off."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import torch
from jinja2 import TemplateError
from transformers import AutoTokenizer, StoppingCriteria

from core.config.algorithms import Keywords
from core.errors import InvalidInput, NotFound
from core.generation.answer import ModelAnswer
from core.generation.batches import MOST_CHATS, batches
from core.paths import ADAPTER_WEIGHTS
from core.prompts.special_tokens import Written
from core.prompts.template import ChatMessage
from core.workers.chat_format import ChatFormat
from core.workers.generate.asked import Asked
from core.workers.loading import device_and_dtype, prepare_tokenizer, quantization_config
from core.workers.memory import exact_type
from core.workers.text_model import load_text_model

NO_LIMIT_TOKENS = 1 << 20
MOST_ADAPTERS = 4
"""Adapters kept on one model; one of rank 16 on 8B weights takes about 170 MB."""
SPARE_TOKENS = 4
"""Read before the place where a stop text may begin, since a tail can start in the middle of a character."""


@dataclass(frozen=True)
class Adapter:
    """A loaded adapter.

    Attributes:
        name: Its name in PEFT.
        changed: When its file was written (ns), so that a changed file is read again.
        tokenizer: The one saved with it, which has the training's template, or the base model's.
    """

    name: str
    changed: int
    tokenizer: Any


class TorchModel:
    """Weights and tokenizer of one base or merged model.

    Args:
        source: A folder or a hub id.
        quantization: none, 4bit or 8bit, as model.quantization has it.
    """

    def __init__(self, source: str, quantization: str):
        self.device, dtype = device_and_dtype()
        if self.device == "cpu":
            dtype = exact_type(source)
        self.tokenizer = prepare_tokenizer(AutoTokenizer.from_pretrained(source, trust_remote_code=False))[0]
        self.model = load_text_model(
            source,
            dtype=getattr(torch, dtype),
            quantization_config=quantization_config(quantization),
            device_map={"": 0} if self.device == "cuda" else None,
        ).eval()
        self._adapters: OrderedDict[Path, Adapter] = OrderedDict()
        self._names = count()

    def adapter(self, folder: Path) -> Adapter:
        """The adapter in `folder`; it is read if it is not loaded or has changed. A loaded one can outlive its folder.

        Raises:
            NotFound: Its files do not exist, and it is not loaded.
        """
        held, changed = self._adapters.get(folder), _changed(folder / ADAPTER_WEIGHTS)
        if changed is None and held is None:
            raise NotFound(f"{folder} is no longer there.", "A run keeps its newest checkpoints: choose another.")
        if changed is not None and (held is None or held.changed != changed):
            self._adapters[folder] = self._read(folder, changed)
            self._drop(held)
        self._adapters.move_to_end(folder)
        if len(self._adapters) > MOST_ADAPTERS:
            self._drop(self._adapters.popitem(last=False)[1])
        return self._adapters[folder]

    @contextlib.contextmanager
    def using(self, adapter: Adapter | None) -> Iterator[Any]:
        """The model with one adapter on, or, where None, with all of them off."""
        if not self._adapters:
            yield self.model
        elif adapter is None:
            with self.model.disable_adapter():
                yield self.model
        else:
            self.model.set_adapter(adapter.name)
            yield self.model

    def _read(self, folder: Path, changed: int) -> Adapter:
        from peft import PeftModel

        name = f"adapter_{next(self._names)}"
        if self._adapters:
            self.model.load_adapter(str(folder), adapter_name=name)
        else:
            self.model = PeftModel.from_pretrained(self.model, str(folder), adapter_name=name)
        self.model.eval()
        has_tokenizer = (folder / "tokenizer_config.json").is_file()
        found = AutoTokenizer.from_pretrained(folder, trust_remote_code=False) if has_tokenizer else self.tokenizer
        return Adapter(name, changed, prepare_tokenizer(found)[0])

    def _drop(self, adapter: Adapter | None) -> None:
        """Free adapters that are no longer used, but never the last one: PEFT needs an adapter to switch."""
        if adapter is not None:
            self.model.set_adapter(next(reversed(self._adapters.values())).name)
            self.model.delete_adapter(adapter.name)


class AdapterView:
    """A TorchModel seen through one adapter, or through none."""

    def __init__(self, held: TorchModel, adapter: Adapter | None):
        self._held = held
        self._adapter = adapter

    def answer(self, asked: Asked) -> None:
        """Answer every chat; one by one where text is wanted as it comes, else in batches, the short ones first."""
        run = _Run(self._adapter.tokenizer if self._adapter else self._held.tokenizer, asked)
        prompts = run.rendered(self._held.model)
        order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
        limit = _most_tokens(self._held.model)
        longest = [min(limit, len(prompts[index]) + asked.sampling.max_tokens) for index in order]
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
        self.chat_format = ChatFormat(tokenizer)
        self.asked = asked
        self.sampling = asked.sampling
        self.seed = asked.sampling.seed if asked.sampling.seed is not None else secrets.randbelow(2**31)

    def rendered(self, model: Any) -> list[list[int]]:
        """The token ids of every chat.

        Raises:
            InvalidInput: One leaves no room for an answer, or the template does not take it.
        """
        prompts = self.chat_format.ids([self._written(chat) for chat in self.asked.chats])
        limit = _most_tokens(model)
        longest = max(len(ids) for ids in prompts)
        if longest >= limit:
            problem = f"has {longest} tokens; the model takes {limit}, its answer included"
            raise InvalidInput(f"A prompt {problem}.", "Shorten the prompt or the conversation.", {"prompt": problem})
        return prompts

    def _written(self, chat: list[ChatMessage]) -> Written:
        try:
            return self.chat_format.written(chat)
        except TemplateError as error:
            problem = f"the chat template of the model refuses them: {error}"
            raise InvalidInput(f"messages: {problem}.", "Change the messages.", {"messages": problem}) from error

    def batch(self, model: Any, indexes: list[int], prompts: list[list[int]]) -> None:
        """Answer some of the chats together."""
        inputs = self.tokenizer.pad(
            {"input_ids": [prompts[i] for i in indexes]}, padding_side="left", return_tensors="pt"
        ).to(model.device)
        width = inputs["input_ids"].shape[1]
        clock = _Clock(_end_ids(model, self.tokenizer), _Stops(self.tokenizer, self.sampling.stop), self.asked)
        writer = _Writer(self, indexes[0]) if self.asked.on_text else None
        output = model.generate(
            **inputs,
            **self._arguments(_most_tokens(model) - width),
            stopping_criteria=[clock],
            streamer=writer,
            pad_token_id=self.tokenizer.pad_token_id,
        )
        for row, index in enumerate(indexes):
            self.asked.on_answer(index, self._answer(output[row, width:].tolist(), clock, row, len(prompts[index])))

    def _arguments(self, room: int) -> Keywords:
        """Our names to those of transformers; whatever the model's own defaults say is overridden."""
        s = self.sampling
        arguments: Keywords = {"max_new_tokens": min(s.max_tokens, room), "repetition_penalty": s.repetition_penalty}
        if s.temperature == 0:
            return arguments | {"do_sample": False, "temperature": None, "top_p": None, "top_k": None, "min_p": None}
        return arguments | {
            "do_sample": True,
            "temperature": s.temperature,
            "top_p": s.top_p,
            "top_k": s.top_k,
            "min_p": s.min_p or None,
        }

    def _answer(self, ids: list[int], clock: "_Clock", row: int, prompt_tokens: int) -> ModelAnswer:
        stopped = clock.stopped.get(row)
        ids = ids[:stopped]  # after a stop text there is padding only
        end = next((place for place, token in enumerate(ids) if token in clock.end_ids), None)
        tokens = len(ids) if end is None else end + 1
        text = self.tokenizer.decode(ids[:end], skip_special_tokens=True)
        cut = min((text.find(stop) for stop in self.sampling.stop if stop in text), default=None)
        is_over = end is not None or stopped is not None or cut is not None
        seconds = clock.seconds(tokens)
        return {
            "text": self.chat_format.opening + text[:cut],
            "tokens": tokens,
            "prompt_tokens": prompt_tokens,
            "seconds": round(seconds, 4),
            "tokens_per_second": round(tokens / seconds, 2) if seconds else None,
            "first_token_seconds": round(clock.first, 4),
            "finish_reason": "stop" if is_over else "cancelled" if clock.was_cancelled else "length",
            "seed": self.seed if self.sampling.temperature else None,
        }


class _Stops:
    """Finds stop texts in the last tokens; what transformers has for it reads the whole vocabulary at each request."""

    def __init__(self, tokenizer: Any, stops: Sequence[str]):
        self._tokenizer = tokenizer
        self._stops = stops
        self.window = max(len(stop.encode()) for stop in stops) + SPARE_TOKENS if stops else 0
        """Tokens to look at: each holds a byte at least."""

    def are_in(self, ids: list[int]) -> bool:
        """Whether one has come; special tokens are text here, since a stop text may name one."""
        text = self._tokenizer.decode(ids, skip_special_tokens=False)
        return any(stop in text for stop in self._stops)


class _Clock(StoppingCriteria):
    """Measures when each token of a batch came; ends a row at a stop text, and all where the request is cancelled.

    Attributes:
        stopped: Row -> its tokens when a stop text was complete.
    """

    def __init__(self, end_ids: set[int], stops: _Stops, asked: Asked):
        self.end_ids = end_ids
        self.was_cancelled = False
        self.stopped: dict[int, int] = {}
        self._stops = stops
        self._is_cancelled: Callable[[], bool] = asked.is_cancelled
        self._began = time.perf_counter()
        self._times: list[float] = []

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        """Called by transformers after each token of the batch; true for the rows that are done."""
        self._times.append(time.perf_counter() - self._began)
        self.was_cancelled = self.was_cancelled or self._is_cancelled()
        if self._stops.window:
            self._note_stopped(input_ids[:, -min(self._stops.window, len(self._times)) :].tolist())
        done = [self.was_cancelled or row in self.stopped for row in range(input_ids.shape[0])]
        return torch.tensor(done, dtype=torch.bool, device=input_ids.device)

    @property
    def first(self) -> float:
        """Seconds to the first token, with the prefill."""
        return self._times[0] if self._times else 0.0

    def seconds(self, tokens: int) -> float:
        """Seconds until the last of a row's `tokens` came."""
        return self._times[min(tokens, len(self._times)) - 1] if self._times and tokens else 0.0

    def _note_stopped(self, tails: list[list[int]]) -> None:
        for row, ids in enumerate(tails):
            if row not in self.stopped and self._stops.are_in(ids):
                self.stopped[row] = len(self._times)


class _Writer:
    """A streamer of transformers: sends the text that later tokens can't change."""

    def __init__(self, run: _Run, index: int):
        self._run = run
        self._index = index
        self._ids: list[int] = []
        self._said = 0
        self._is_prompt = True
        self._opening = run.chat_format.opening

    def put(self, value: Any) -> None:
        """Called with the prompt first, then with each token."""
        if self._is_prompt:
            self._is_prompt = False
            return
        self._ids += value.reshape(-1).tolist()
        text = self._run.tokenizer.decode(self._ids, skip_special_tokens=True)
        if not text.endswith("\ufffd"):  # half a character: the rest comes with the next token
            self._send(text)

    def end(self) -> None:
        """The text that was held back."""
        self._send(self._run.tokenizer.decode(self._ids, skip_special_tokens=True))

    def _send(self, text: str) -> None:
        sure = _before_stop(text, self._run.sampling.stop)
        if len(sure) > self._said and self._run.asked.on_text is not None:
            self._run.asked.on_text(self._index, self._opening + sure[self._said :], len(self._ids))
            self._said, self._opening = len(sure), ""


def _before_stop(text: str, stops: Sequence[str]) -> str:
    """`text` up to a stop text, or up to the possible beginning of one."""
    for stop in stops:
        if stop in text:
            text = text[: text.index(stop)]
        for length in range(len(stop) - 1, 0, -1):
            if text.endswith(stop[:length]):
                text = text[:-length]
                break
    return text


def _most_tokens(model: Any) -> int:
    return getattr(model.config.get_text_config(), "max_position_embeddings", None) or NO_LIMIT_TOKENS


def _changed(file: Path) -> int | None:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _end_ids(model: Any, tokenizer: Any) -> set[int]:
    known = model.generation_config.eos_token_id
    ids = {known} if isinstance(known, int) else set(known or ())
    return ids | ({tokenizer.eos_token_id} if tokenizer.eos_token_id is not None else set())
