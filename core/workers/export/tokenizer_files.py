"""TrainedTokenizer: the tokenizer of a run, and its files as an export needs them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from core.jsonfile import read_json
from core.prompts.special_tokens import Written
from core.workers.chat_format import ChatFormat

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
PLACES = ("vocab_file", "tokenizer_file", "merges_file", "name_or_path")
"""Keys of tokenizer_config.json with the path from which a tokenizer was loaded."""
CONFIG, TEMPLATE, TEMPLATE_KEY = "tokenizer_config.json", "chat_template.jinja", "chat_template"


class TrainedTokenizer:
    """The tokenizer of the training, with the files of the base model.

    Args:
        source: The base model, a folder or a hub id; None if it no longer exists.
        adapter: The adapter's folder, which has the tokenizer of the training.
    """

    def __init__(self, source: str | None, adapter: Path):
        self.source = source
        self._adapter = adapter

    @cached_property
    def loaded(self) -> Any:
        """The tokenizer, with the training's chat template."""
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(self._adapter, trust_remote_code=False)

    def write(self, folder: Path) -> None:
        """Write its files into `folder`: those of the base model, with the training's chat template.

        transformers does not save tokenizer.model, which SentencePiece models need, and it saves settings of the
        training, such as padding, in tokenizer.json. Its own files are used only if the training has added tokens, or
        the base model no longer exists.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if self._serves:
            copy_files(self.source, FILES, folder)
        else:
            self.loaded.save_pretrained(folder)
            copy_files(self.source, FILES[:1], folder)
        if not (folder / CONFIG).is_file():
            self.loaded.save_pretrained(folder)
        self._write_template(folder)
        self._tidy(folder / CONFIG)

    @staticmethod
    def read_back(folder: Path) -> Callable[[Written], list[int]]:
        """A function from a written chat to its ids by the tokenizer in `folder`."""
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        return lambda text: ChatFormat(tokenizer).ids([text])[0]

    @cached_property
    def _serves(self) -> bool:
        """Whether the base model's tokenizer is there and is the run's."""
        from transformers import AutoTokenizer

        if self.source is None:
            return False
        try:
            return (
                AutoTokenizer.from_pretrained(self.source, trust_remote_code=False).get_vocab()
                == self.loaded.get_vocab()
            )
        except OSError:  # of the hub, which can't be reached, and no longer in the cache
            return False

    def _write_template(self, folder: Path) -> None:
        """The template in its own file and nowhere else, since llama.cpp's converter prefers the other place."""
        if not isinstance(self.loaded.chat_template, str):
            return
        (folder / TEMPLATE).write_text(self.loaded.chat_template, encoding="utf-8")

    def _tidy(self, config: Path) -> None:
        """Leave out settings that are stored elsewhere, and paths of this machine, which are private."""
        values = read_json(config)
        aside = [TEMPLATE_KEY] if isinstance(self.loaded.chat_template, str) else []
        kept = {key: value for key, value in values.items() if key not in (*aside, *PLACES)}
        if kept != values:
            config.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def copy_files(source: str | None, names: Sequence[str], folder: Path) -> None:
    """Copy those files of a model that it has; a model of the hub is asked where they are not in the cache."""
    from transformers.utils import cached_file

    if source is None:
        return
    for name in names:
        found = cached_file(
            source, name, _raise_exceptions_for_missing_entries=False, _raise_exceptions_for_connection_errors=False
        )
        if found:
            shutil.copyfile(found, folder / name)
