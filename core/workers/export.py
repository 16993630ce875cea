"""`python -m core.workers.export exports/<id>`: merge, convert to GGUF, quantise, prove; the order of one export."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.config import RunConfig, parse_config
from core.data.source import load_split
from core.errors import WorkerFailed
from core.export.quantization import Quantization, quantization
from core.hardware import physical_cores
from core.jsonfile import read_json, write_json
from core.paths import SessionPaths, Workspace
from core.prompts.chosen import template_of
from core.prompts.template import PromptTemplate
from core.workers.corpus import fitting, render
from core.workers.loading import model_source
from core.workers.proof import Probe, make_probes, prove
from core.workers.protocol import Reporter, run_worker
from core.workers.quantise import quantise

PROBE_ROWS = 6
TOKENIZER_FILES = ("tokenizer.model", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


class Export:
    """One export of a session.

    Args:
        folder: exports/<id>/, which holds export.json and gets the files.
        to: Where events go.
    """

    def __init__(self, folder: Path, to: Reporter):
        self.folder = folder
        self.to = to
        self.workspace = Workspace(folder.parent.parent)
        self.session = self.workspace.session(folder.name)
        self.config: RunConfig = parse_config(read_json(self.session.config))
        self.template: PromptTemplate = template_of(self.config.prompt)
        self.kinds = [quantization(name) for name in read_json(folder / "export.json")["quantizations"]]
        self.work = folder / ".work"

    def run(self) -> None:
        """All phases in order; nothing that looks finished is left behind when one fails."""
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir()
        try:
            self.to.phase("merging", interruptible=True)
            probes, question = self._merge()
            self.to.phase("converting", interruptible=True)
            wide = self._convert()
            proofs = [self._make(kind, wide, probes, question) for kind in self.kinds]
            for kind in self.kinds:
                (self.work / kind.file_name).replace(self.folder / kind.file_name)
            write_json(self.folder / "proof.json", {"session_id": self.session.id, "files": proofs})
        finally:
            shutil.rmtree(self.work, ignore_errors=True)
        self.to.end("completed")

    def _merge(self) -> tuple[list[Probe], list[dict]]:
        """Write the merged checkpoint; the probes, taken before merging, and a question to answer."""
        import torch
        from peft import PeftModel
        from transformers import AutoModelForCausalLM, AutoTokenizer

        source = model_source(self.config.model.name, self.workspace)
        base = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32)
        model = PeftModel.from_pretrained(base, str(self.session.adapter)).eval()
        tokenizer = AutoTokenizer.from_pretrained(self.session.adapter)
        split = fitting(load_split(self.config, self.workspace), self.config, self.template, tokenizer)
        rows = (split.held_out or split.train)[:PROBE_ROWS]
        answers = [self.template.answer(row.reference, row.reasoning) for row in rows]
        probes = make_probes(model, tokenizer, render(rows, self.template, tokenizer), answers)
        merged = model.merge_and_unload()
        merged.save_pretrained(self.work / "merged")
        tokenizer.save_pretrained(self.work / "merged")
        self._keep_tokenizer_files(source)
        return probes, self.template.messages(rows[0].instruction)

    def _keep_tokenizer_files(self, source: str) -> None:
        """transformers drops tokenizer.model on saving, without which SentencePiece models tokenise differently."""
        from transformers.utils import cached_file

        for name in TOKENIZER_FILES:
            found = cached_file(
                source, name, _raise_exceptions_for_missing_entries=False, _raise_exceptions_for_connection_errors=False
            )
            if found and not (self.work / "merged" / name).exists():
                shutil.copy2(found, self.work / "merged" / name)

    def _convert(self) -> Path:
        wide = self.work / "model-f16.gguf"
        command = [sys.executable, "-m", "core.workers.convert", str(self.work / "merged"), "--outfile", str(wide)]
        command += ["--outtype", "f16", "--model-name", self.session.id]
        done = subprocess.run(command, env={**os.environ, "HF_HUB_OFFLINE": "1"}, check=False)
        if done.returncode or not wide.is_file():
            raise WorkerFailed(
                f"llama.cpp's converter ended with code {done.returncode}.", "See the end of worker.log."
            )
        return wide

    def _make(self, kind: Quantization, wide: Path, probes: list[Probe], question: list[dict]) -> dict[str, Any]:
        """One file, made and proven below .work."""
        self.to.phase("quantising", kind.name, interruptible=True)
        made, fallbacks = wide, 0
        if kind.name != "f16":
            made = self.work / kind.file_name
            fallbacks = quantise(wide, made, kind, physical_cores())
        self.to.phase("proving", kind.name, interruptible=True)
        result = prove(made, kind, probes, question)
        return result | {"quantization": kind.name, "fallback_tensors": fallbacks}


def main(folder: Path) -> int:
    """Run the export in `folder`; the exit code of the process."""
    paths = SessionPaths(folder.resolve())
    return run_worker(Reporter(paths), lambda to: Export(paths.folder, to).run())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
