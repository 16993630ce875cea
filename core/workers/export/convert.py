"""Runs llama.cpp's own converter in this process: from a checkpoint or an adapter to a GGUF file.

A new process would import torch and transformers again, which takes longer than the conversion. The converter gets
missing facts on the tokenizer from core/export/tokenizer.py; the proof of the export then compares token ids.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import runpy
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import TextIOBase
from pathlib import Path
from typing import Any

from core.errors import Unavailable, WorkerFailed
from core.export.llama_cpp import converter_folder
from core.export.tokenizer import TokenizerFacts

MODEL_SCRIPT, ADAPTER_SCRIPT = "convert_hf_to_gguf.py", "convert_lora_to_gguf.py"
LOGGERS = ("hf-to-gguf", "lora-to-gguf", "gguf.gguf_writer", "gguf.vocab", "gguf.lazy")
WRITING = re.compile(r"Writing:\s+(\d+)%")
NO_SPACE = re.compile(r"Not enough free space|\d+ requested and \d+ written")
"""NumPy's words, which carry no error number."""
OTHERS_WORK = "The adapter and the merged model can be exported in any case."
UNREADABLE = (
    "If the base model's folder has lost its tokenizer.model, put that of the original model there and export again. "
    + OTHERS_WORK
)
VOCABULARY, SENTENCE_PIECE = "tokenizer.ggml.model", "llama"
ADDS_SPACE = "tokenizer.ggml.add_space_prefix"


@dataclass(frozen=True)
class Source:
    """A checkpoint to convert."""

    folder: Path
    name: str
    facts: TokenizerFacts


def convert_model(source: Source, target: Path, outtype: str, report: Callable[[float], None]) -> None:
    """Write a Hugging Face checkpoint as a GGUF file.

    Raises:
        WorkerFailed: llama.cpp does not know this kind of model or tokenizer.
        OSError: The disk is full.
    """
    _prepare(source.facts)
    arguments = [str(source.folder), "--outfile", str(target), "--outtype", outtype]
    _run(MODEL_SCRIPT, [*arguments, "--model-name", source.facts.name(source.name)], report)
    _require(target, source.folder)


def convert_adapter(adapter: Path, base: Path, target: Path) -> None:
    """Write a PEFT adapter as a GGUF file; raises as `convert_model`.

    Args:
        adapter: The folder of a plain LoRA; llama.cpp ignores other settings in its config.
        base: The base model's folder, for its config.
    """
    _prepare(TokenizerFacts({}))
    arguments = [str(adapter), "--base", str(base), "--outfile", str(target), "--outtype", "f16"]
    _run(ADAPTER_SCRIPT, arguments, lambda fraction: None)
    _require(target, adapter)


def _require(target: Path, source: Path) -> None:
    if not target.is_file():
        raise WorkerFailed(f"llama.cpp's converter made nothing of {source.name}.", "See the end of worker.log.")


def _run(script: str, arguments: Sequence[str], report: Callable[[float], None]) -> None:
    before, told = sys.argv, _LastError()
    sys.argv = [script, *arguments]
    try:
        with contextlib.redirect_stderr(_Bar(report)), told.listening():
            runpy.run_path(str(converter_folder() / script), run_name="__main__")
    except SystemExit as end:
        if end.code:
            reason = told.text or f"it ended with code {end.code}"
            raise WorkerFailed(f"llama.cpp's converter can't read this model: {reason}.", OTHERS_WORK) from end
    except (NotImplementedError, ValueError, KeyError) as error:
        problem = " ".join(str(error).split())[:200]
        raise WorkerFailed(f"llama.cpp's converter can't read this model: {problem}.", UNREADABLE) from error
    except OSError as error:
        traceback.clear_frames(error.__traceback__)  # they hold the unfinished file open, and with it the disk
        if NO_SPACE.search(str(error)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise
    finally:
        sys.argv = before


def _prepare(facts: TokenizerFacts) -> None:
    """Import the converter and have it heed `facts`."""
    base = _converter()
    original = base.__dict__.setdefault("_as_imported", {})
    model = base.TextModel
    for name in ("get_vocab_base_pre", "prepare_metadata"):
        original.setdefault(name, getattr(model, name))

    def get_vocab_base_pre(self: Any, tokenizer: Any) -> str:
        try:
            return original["get_vocab_base_pre"](self, tokenizer)
        except NotImplementedError:
            if facts.pre_tokenizer is None:
                raise
            return facts.pre_tokenizer

    def prepare_metadata(self: Any, vocab_only: bool) -> None:
        original["prepare_metadata"](self, vocab_only=vocab_only)
        _mend_vocabulary(self.gguf_writer.kv_data[0], facts)

    model.get_vocab_base_pre, model.prepare_metadata = get_vocab_base_pre, prepare_metadata


Metadata = dict[str, Any]
"""Key -> a value as gguf's writer holds it."""


def _mend_vocabulary(metadata: Metadata, facts: TokenizerFacts) -> None:
    """Mark added tokens and the space in front in the vocabulary of a SentencePiece model."""
    if VOCABULARY not in metadata or metadata[VOCABULARY].value != SENTENCE_PIECE:
        return
    from gguf import GGUFValueType
    from gguf.gguf_writer import GGUFValue

    lists = [metadata[f"tokenizer.ggml.{name}"].value for name in ("tokens", "scores", "token_type")]
    facts.mark_added(*lists)
    if facts.adds_space is not None:
        metadata[ADDS_SPACE] = GGUFValue(facts.adds_space, GGUFValueType.BOOL)


def _converter() -> Any:
    """The converter's main module, with its own packages first on the path and its chatter put away."""
    folder = converter_folder()
    places = [str(folder), str(folder / "gguf-py")]
    if sys.path[:2] != places:
        sys.path[:0] = places
        for name in [name for name in sys.modules if name.split(".")[0] == "gguf"]:
            del sys.modules[name]  # the one on PyPI, read for the embedded model, is too old for the converter
        os.environ["NO_LOCAL_GGUF"] = "1"
        for name in LOGGERS:
            logging.getLogger(name).setLevel(logging.ERROR)
    try:
        from conversion import base
    except ImportError as error:
        raise Unavailable(f"llama.cpp's converter can't be imported: {error}.", "Run python launch.py.") from error
    return base


class _LastError(logging.Handler):
    """Keeps the converter's last message: it exits with a number, and gives the reason only in its log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Take one complaint."""
        self.text = record.getMessage().strip().rstrip(".")

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Hear of complaints while the body runs."""
        for name in LOGGERS:
            logging.getLogger(name).addHandler(self)
        try:
            yield
        finally:
            for name in LOGGERS:
                logging.getLogger(name).removeHandler(self)


class _Bar(TextIOBase):
    """Reads the converter's progress bar off its error stream, and lets everything else pass."""

    def __init__(self, report: Callable[[float], None]):
        self._report = report
        self._passed_on = sys.stderr

    def write(self, text: str) -> int:
        """Take a piece of output."""
        told = WRITING.findall(text)
        if told:
            self._report(int(told[-1]) / 100)
        elif text.strip():
            self._passed_on.write(text)
        return len(text)

    def flush(self) -> None:
        """Pass the data on."""
        self._passed_on.flush()
