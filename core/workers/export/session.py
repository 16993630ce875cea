"""ExportSession: the exported run, its base model and tokenizer, and the inputs of its proofs."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

from core.config import RunConfig, parse_config
from core.errors import NotFound
from core.export.chat_families import family_of
from core.export.modelfile import Modelfile, context_tokens
from core.export.tokenizer import TokenizerFacts
from core.files import sha256_of
from core.jsonfile import JsonObject, read_json
from core.paths import ADAPTER_WEIGHTS, SessionPaths, Workspace
from core.prompts.chosen import template_of
from core.prompts.template import ChatMessage, PromptTemplate
from core.sessions.events import read_events
from core.sessions.kinds import HeldOutScore
from core.sessions.scores import learnt_answers
from core.sessions.state import fold_all
from core.workers.chat_format import ChatFormat
from core.workers.export.tokenizer_files import TrainedTokenizer
from core.workers.held_out import HeldOut, held_out
from core.workers.loading import model_source
from core.workers.memory import parameters_of

PROBE_ROWS = 6


class ExportSession:
    """One trained run."""

    def __init__(self, paths: SessionPaths, workspace: Workspace):
        self.id = paths.id
        self.workspace = workspace
        self.adapter = paths.adapter
        self.card = paths.card
        self.config: RunConfig = parse_config(read_json(paths.config))
        self.template: PromptTemplate = template_of(self.config.prompt)
        self._events = paths.events

    @cached_property
    def source(self) -> str:
        """The base model: a folder or a hub id."""
        return model_source(self.config.model.name, self.workspace)

    @cached_property
    def tokenizer(self) -> TrainedTokenizer:
        """The tokenizer as training left it; for the adapter alone the base model need not be there any more."""
        try:
            return TrainedTokenizer(self.source, self.adapter)
        except (NotFound, OSError):  # or it is one of the hub, which can't be reached, and no longer in the cache
            return TrainedTokenizer(None, self.adapter)

    @cached_property
    def chat_format(self) -> ChatFormat:
        """How training wrote chats."""
        return ChatFormat(self.tokenizer.loaded)

    @cached_property
    def base_folder(self) -> Path:
        """The base model's own folder, which for a model of the hub is one in the cache."""
        if Path(self.source).is_dir():
            return Path(self.source)
        from transformers.utils import cached_file

        return Path(str(cached_file(self.source, "config.json"))).parent

    @cached_property
    def base_config(self) -> JsonObject:
        """Its config.json."""
        return read_json(self.base_folder / "config.json")

    @property
    def stored_type(self) -> str:
        """The type of the base model's stored weights."""
        text = self.base_config.get("text_config") or {}
        named = [values.get(key) for values in (self.base_config, text) for key in ("dtype", "torch_dtype")]
        return next((name for name in named if name), "float32")

    @cached_property
    def sixteen_bit_bytes(self) -> int:
        """What its weights take in 16 bits."""
        return 2 * parameters_of(self.source)

    @cached_property
    def adapter_sha256(self) -> str:
        """The hash of the adapter's weights."""
        return sha256_of(self.adapter / ADAPTER_WEIGHTS)

    @cached_property
    def tokenizer_facts(self) -> TokenizerFacts:
        """The facts about the tokenizer for llama.cpp."""
        file = self.adapter / "tokenizer.json"
        prompt = self._render(self.template.messages("")) or ""
        return TokenizerFacts(read_json(file) if file.is_file() else {}, prompt)

    @cached_property
    def _scores(self) -> tuple[HeldOutScore, ...]:
        return fold_all(self.id, read_events(self._events)).evaluations

    def questions(self) -> HeldOut:
        """Rows to prove and to score with."""
        trained = next((score for score in reversed(self._scores) if score["stage"] == "trained"), None)
        return held_out(self.config, self.workspace, self.template, self.tokenizer.loaded, trained)

    def chats(self, questions: HeldOut) -> tuple[list[list[ChatMessage]], list[str]]:
        """The shortest questions as training put them, and a perfect answer to each; one whose answer training has
        made right comes first, since a file shows its answer to that one."""
        learnt = {after["instruction"] for _, after in learnt_answers(self._scores)}
        rows = sorted(questions.rows, key=lambda row: (row.instruction not in learnt, len(row.instruction)))
        first, rest = rows[0], sorted(rows[1:], key=lambda row: len(row.instruction))
        chosen = [first, *rest[: PROBE_ROWS - 1]]
        answers = [self.template.answer(row.reference, row.reasoning) for row in chosen]
        return [self.template.messages(row.instruction) for row in chosen], answers

    @cached_property
    def modelfile(self) -> Modelfile:
        """The facts for Ollama."""
        tokenizer = self.tokenizer.loaded
        text = self.base_config.get("text_config") or self.base_config
        return Modelfile(
            title=f"{self.config.name or self.id}: {PurePath(self.config.model.name).name}, trained with LoRA Craft",
            spoken=family_of(self._render, tokenizer.bos_token or ""),
            template=self.template,
            ends=self._ends(),
            context_tokens=context_tokens(
                self.config.training.max_sequence_length, text.get("max_position_embeddings")
            ),
        )

    def _render(self, chat: list[ChatMessage]) -> str | None:
        from jinja2 import TemplateError

        try:
            return self.chat_format.prompt(chat)
        except TemplateError:  # it takes no system message, or none of these roles
            return None

    def _ends(self) -> list[str]:
        """The tokens that end an answer."""
        tokenizer = self.tokenizer.loaded
        file = self.base_folder / "generation_config.json"
        known: Any = read_json(file).get("eos_token_id") if file.is_file() else None
        ids = [known] if isinstance(known, int) else list(known or [])
        return [token for token in (tokenizer.eos_token, *tokenizer.convert_ids_to_tokens(ids)) if token]
