"""`python -m core.workers.convert DIR --outfile X`: llama.cpp's converter, with one addition.

A tokenizer whose pre-tokenizer llama.cpp does not know by its hash is recognised by the structure of tokenizer.json
instead of failing; the proof of the export then compares token ids.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

from core.export.llama_cpp import converter_folder

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPLITS = {CONTRACTIONS + r"\p{N}{1,3}" + REST: "llama-bpe", CONTRACTIONS + r"\p{N}" + REST: "qwen2"}


def pre_tokenizer_name(tokenizer: dict) -> str | None:
    """llama.cpp's name for the pre-tokenizer of a tokenizer.json; None when it is none of the known shapes."""
    outer = tokenizer.get("pre_tokenizer") or {}
    parts = outer.get("pretokenizers", []) if outer.get("type") == "Sequence" else [outer]
    kinds = [part.get("type") for part in parts]
    if kinds == ["ByteLevel"] and parts[0].get("use_regex", True):
        return "gpt-2"
    if kinds == ["Digits", "ByteLevel"] and parts[0].get("individual_digits") and parts[1].get("use_regex", True):
        return "smollm"
    if kinds[:1] == ["Split"]:
        return SPLITS.get((parts[0].get("pattern") or {}).get("Regex", ""))
    return None


def main() -> None:
    """Run convert_hf_to_gguf.py with the arguments of this process."""
    folder = converter_folder()
    sys.path[:0] = [str(folder), str(folder / "gguf-py")]
    os.environ["NO_LOCAL_GGUF"] = "1"
    from conversion import base

    known = base.TextModel.get_vocab_base_pre

    def get_vocab_base_pre(self: Any, tokenizer: Any) -> str:
        try:
            return known(self, tokenizer)
        except NotImplementedError:
            file = Path(self.dir_model) / "tokenizer.json"
            name = pre_tokenizer_name(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None
            if name is None:
                raise
            return name

    base.TextModel.get_vocab_base_pre = get_vocab_base_pre
    sys.argv[0] = "convert_hf_to_gguf.py"
    runpy.run_path(str(folder / sys.argv[0]), run_name="__main__")


if __name__ == "__main__":
    main()
