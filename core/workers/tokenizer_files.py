"""TrainedTokenizer: the tokenizer of a run, and its files as an export needs them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from core.jsonfile import read_json

FILES = (
    "tokenizer.model",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
    "spiece.model",
    "tokenizer.model.v3",
    "tekken.json",
)
CONFIG, TEMPLATE, TEMPLATE_KEY = "tokenizer_config.json", "chat_template.jinja", "chat_template"


class TrainedTokenizer:
    """The tokenizer as training left it, over the files of the base model.

    Args:
        source: The base model, a folder or a hub id.
        adapter: The adapter's folder, where training has saved the tokenizer.
    """

    def __init__(self, source: str, adapter: Path):
        self.source = source
        self._adapter = adapter

    @cached_property
    def loaded(self) -> Any:
        """The tokenizer, with the training's chat template."""
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(self._adapter)

    def write(self, folder: Path) -> None:
        """Write its files into `folder`: the base model's as they are, with the training's chat template.

        transformers drops tokenizer.model on saving, without which SentencePiece models are tokenised differently, and
        leaves what training switched on, such as padding, in tokenizer.json. Only where training has added tokens are
        the files its own.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if self._has_grown:
            self.loaded.save_pretrained(folder)
            copy_files(self.source, FILES[:1], folder)
        else:
            copy_files(self.source, FILES, folder)
        if not (folder / CONFIG).is_file():
            self.loaded.save_pretrained(folder)
        self._write_template(folder)

    @staticmethod
    def read_back(folder: Path) -> Callable[[str], list[int]]:
        """What the tokenizer in `folder` makes of a text, no special tokens added."""
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(folder)
        return lambda text: tokenizer(text, add_special_tokens=False).input_ids

    @cached_property
    def _has_grown(self) -> bool:
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(self.source).get_vocab() != self.loaded.get_vocab()

    def _write_template(self, folder: Path) -> None:
        """The template in its own file and nowhere else, since llama.cpp's converter prefers the other place."""
        if not isinstance(self.loaded.chat_template, str):
            return
        (folder / TEMPLATE).write_text(self.loaded.chat_template, encoding="utf-8")
        config = read_json(folder / CONFIG)
        if config.pop(TEMPLATE_KEY, None) is not None:
            text = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
            (folder / CONFIG).write_text(text, encoding="utf-8")


def copy_files(source: str, names: Sequence[str], folder: Path) -> None:
    """Copy those files of a model that it has; a model of the hub is asked where they are not in the cache.

    Args:
        source: A folder or a hub id.
        names: File names.
        folder: Where to.
    """
    from transformers.utils import cached_file

    for name in names:
        found = cached_file(
            source, name, _raise_exceptions_for_missing_entries=False, _raise_exceptions_for_connection_errors=False
        )
        if found:
            shutil.copyfile(found, folder / name)
