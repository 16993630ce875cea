"""`python -m core.workers.export exports/<id>`: make what export.json asks for, prove it, score it.

Everything is made below .work and moved out, target by target, once it is proven: whatever ends an export early, what
lies outside .work is whole and proven. A stop request ends the process at once.
"""

from __future__ import annotations

import gc
import shutil
import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from core.errors import Conflict, LoraCraftError, WorkerFailed
from core.export.adapters import base_limits, limits
from core.export.folder import Fallback, Measured
from core.export.targets import TARGETS, Target, target_named
from core.failures import explain_export
from core.files import sha256_of, size_of
from core.hardware import physical_cores
from core.jsonfile import read_json
from core.paths import SessionPaths, Workspace
from core.workers.export.adapter_files import CONFIG, require_finite, write_adapter, write_model_card, write_plain_lora
from core.workers.export.convert import Source, convert_adapter, convert_model
from core.workers.export.merge import Merger
from core.workers.export.probes import ProbeSet
from core.workers.export.proof import Proof, prove_gguf, prove_model, require_effect
from core.workers.export.proven_files import ProvenFiles, clear
from core.workers.export.quantise import quantise
from core.workers.export.score import score
from core.workers.export.session import ExportSession
from core.workers.export.steps import Steps, watching
from core.workers.held_out import HeldOut
from core.workers.protocol import Reporter, run_worker

GIGA = 10**9
WIDE = {"float16": "f16", "bfloat16": "bf16"}
"""Type of a checkpoint -> the GGUF type that stores it without loss."""


class Export:
    """One export of a session.

    Args:
        paths: exports/<id>/, which holds export.json and gets the files.
    """

    def __init__(self, paths: SessionPaths, to: Reporter):
        self.to = to
        workspace = Workspace(paths.folder.parent.parent)
        self.session = ExportSession(workspace.session(paths.id), workspace)
        wanted = {target_named(name).name for name in read_json(paths.folder / "export.json")["targets"]}
        self.targets = [target for target in TARGETS.values() if target.name in wanted]
        self.merger = Merger(self.session)
        self.files = ProvenFiles(paths.folder, lambda file: self.session.modelfile.text_for(file))
        self.failures: list[tuple[str, str]] = []
        self.noted: set[str] = set()

    def run(self) -> None:
        """Make all targets in order. After a failed proof the other targets are made, and then the export fails.

        Raises:
            Conflict: A target can't be made of this adapter or this base model.
            WorkerFailed: A proof failed; the message has the measurements.
        """
        self.to.phase("packing" if self._has("adapter") else "merging", interruptible=True)
        self._require_possible()
        require_finite(self.session.adapter)
        self.files.begin()
        try:
            if self._has("adapter"):
                self._adapter()
            if self._needs_model:
                self._models()
            self.steps.begin("packing")
        finally:
            clear(self.files.folder)
        if self.failures:
            raise WorkerFailed(" ".join(message for message, _ in self.failures), self.failures[0][1])
        self.to.end("completed")

    @cached_property
    def steps(self) -> Steps:
        """The progress; made late, since it needs to know the base model's size."""
        return Steps(self.to, self.targets, self.session.sixteen_bit_bytes / GIGA if self._needs_model else 0.0)

    @property
    def _needs_model(self) -> bool:
        return any(target.kind != "adapter" for target in self.targets)

    def _has(self, *kinds: str) -> bool:
        return any(target.kind in kinds for target in self.targets)

    def _require_possible(self) -> None:
        reasons = limits(read_json(self.session.adapter / CONFIG))
        for target in self.targets:
            if target.name in reasons:
                raise Conflict(reasons[target.name], "Choose another target.", {"targets": reasons[target.name]})
        forbidden = base_limits(self.session.base_config, self.session.config.model.name) if self._needs_model else {}
        if forbidden:
            reason = forbidden["merged"]
            raise Conflict(reason, "Choose the target adapter.", {"targets": reason})

    def _adapter(self) -> None:
        began = time.monotonic()
        self.steps.begin("packing", "adapter")
        made = self.files.work / "adapter"
        write_adapter(self.session, made)
        self._publish(TARGETS["adapter"], made, began, {})

    def _models(self) -> None:
        """Everything that needs the base model's weights."""
        report = self.steps.begin("merging")
        self.merger.load()
        report(0.4)
        questions = self.session.questions()
        probes = self.merger.probes(questions)
        report(0.5)
        require_effect(probes)
        self._explain(questions)
        if self._has("merged", "gguf"):
            self._merge(probes, report)
        self.merger.release()
        gc.collect()
        if self._has("merged"):
            self._merged(probes)
        if self._has("adapter_gguf"):
            self._adapter_gguf(probes)
        if self._has("gguf"):
            self._ggufs(probes)
            self._score(questions)

    def _explain(self, questions: HeldOut) -> None:
        trained_in = self.session.config.model.quantization
        if trained_in != "none":
            text = f"The run trained on {trained_in} weights; exports are compared with the adapter on whole weights."
            self.to.notice("info", "model.quantization", text)
        if self._has("gguf") and questions.problem:
            what = "the held-out score has no counterpart" if questions.to_score else "there is no held-out score"
            self.to.notice("info", "dataset.source", f"{questions.problem} So {what}.")

    def _merge(self, probes: ProbeSet, report: Callable[[float], None]) -> None:
        """Merge in memory, see that the adapter has survived, and write the checkpoint below .work."""
        merged = self.merger.merge(lambda fraction: report(0.5 + 0.3 * fraction))
        prove_model(merged, TARGETS["merged"], probes, None)
        folder = self.files.work / "merged"
        with watching(folder, self.session.sixteen_bit_bytes, lambda fraction: report(0.8 + 0.2 * fraction)):
            self.merger.write(folder)

    def _merged(self, probes: ProbeSet) -> None:
        began = time.monotonic()
        self.steps.begin("proving", "merged")
        made = self.files.work / "merged"
        tokenise = self.session.tokenizer.read_back(made)
        proof = self._proven(lambda: prove_model(self.merger.reload(made), TARGETS["merged"], probes, tokenise))
        gc.collect()
        if proof is not None:
            write_model_card(self.session, "merged", made, proof.values)
            self._publish(TARGETS["merged"], made, began, proof.values)

    def _adapter_gguf(self, probes: ProbeSet) -> None:
        """The adapter alone, proven on a GGUF file of the base model that is made for the purpose."""
        began, target = time.monotonic(), TARGETS["adapter_gguf"]
        made, base = self.files.work / target.file, self.files.work / "base-f16.gguf"
        report = self.steps.begin("converting", target.name)

        def prove() -> Proof:
            write_plain_lora(self.session.adapter, self.files.work / "lora")
            convert_adapter(self.files.work / "lora", self.session.base_folder, made)
            convert_model(self._source(self.session.base_folder), base, "f16", report)
            self.steps.begin("proving", target.name)
            return prove_gguf(base, target, probes, adapter=made)

        proof = self._proven(prove)
        base.unlink(missing_ok=True)
        if proof is not None:
            self._publish(target, made, began, proof.values)

    def _ggufs(self, probes: ProbeSet) -> None:
        wide_type = TARGETS[WIDE[self.merger.storage_type]]
        wide, began = self.files.work / wide_type.file, time.monotonic()
        merged = self.files.work / "merged"
        source = merged if merged.is_dir() else self.files.folder / "merged"
        convert_model(self._source(source), wide, wide_type.name, self.steps.begin("converting"))
        shutil.rmtree(merged, ignore_errors=True)
        for target in sorted(self.targets, key=lambda target: target is not wide_type):
            if target.kind == "gguf":
                made = self._gguf(target, wide, probes, began if target is wide_type else time.monotonic())
                wide = made if target is wide_type else wide

    def _source(self, folder: Path) -> Source:
        return Source(folder, self.session.id, self.session.tokenizer_facts)

    def _gguf(self, target: Target, wide: Path, probes: ProbeSet, began: float) -> Path:
        """Make and prove one type; where its file then is."""
        made = self.files.work / target.file
        fallbacks: list[Fallback] = []
        if made != wide:
            report = self.steps.begin("quantising", target.name)
            fallbacks = quantise(wide, made, target, physical_cores(), report)
        self.steps.begin("proving", target.name)
        proof = self._proven(lambda: prove_gguf(made, target, probes))
        if proof is not None:
            counts: Measured = {"fallback_tensors": sum(found["count"] for found in fallbacks), "fallbacks": fallbacks}
            self._publish(target, made, began, {**proof.values, **counts, "score": None})
            return self.files.folder / target.file
        if made != wide:
            made.unlink()
        return made

    def _score(self, questions: HeldOut) -> None:
        """Let the smallest model file answer held-out questions, if it was made now."""
        entries = [entry for entry in self.files.entries.values() if entry["kind"] == "gguf"]
        entries = [entry for entry in entries if entry["adapter_sha256"] == self.session.adapter_sha256]
        smallest = min(entries, key=lambda entry: entry["size_bytes"], default=None)
        if smallest is None or smallest["score"] is not None or not questions.to_score:
            return
        report = self.steps.begin("scoring", smallest["target"])
        file = self.files.folder / smallest["file"]
        try:
            scored = score(file, questions, self.session, report)
        except LoraCraftError as error:
            self.to.notice("warning", "reward", f"The held-out score could not be taken: {error.message}")
            return
        if scored is None:
            self.to.notice("info", "reward", f"{smallest['file']} is too slow here for a held-out score.")
        with self.to.undisturbed():
            self.files.update({**smallest, "score": scored})

    def _proven(self, prove: Callable[[], Proof]) -> Proof | None:
        """The proof; None if the file could not be made or proven, which is reported at the end.

        Only the message of a failure is kept: its frames would keep the model in memory.
        """
        try:
            proof = prove()
        except WorkerFailed as failure:
            self.failures.append((failure.message, failure.hint))
            return None
        for field, text in proof.notes:
            if text not in self.noted:
                self.noted.add(text)
                self.to.notice("warning", field, text)
        return proof

    def _publish(self, target: Target, made: Path, began: float, values: Measured) -> None:
        hashes = {} if target.is_folder else {"sha256": sha256_of(made)}
        about = {
            "target": target.name,
            "kind": target.kind,
            "title": target.title,
            "file": target.file,
            "is_folder": target.is_folder,
        }
        sizes = {"size_bytes": size_of(made), **hashes, "made_at": time.time()}
        origin = {"adapter_sha256": self.session.adapter_sha256, "seconds": round(time.monotonic() - began, 2)}
        entry: Any = {**about, **sizes, **origin, **values}
        with self.to.undisturbed():
            self.files.publish(target, made, entry)


def main(folder: Path) -> int:
    """Run the export in `folder`; the exit code of the process."""
    paths = SessionPaths(folder.resolve())
    reporter = Reporter(paths, clean_up=lambda: clear(paths.folder))
    return run_worker(reporter, lambda to: Export(paths, to).run(), explain_export)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
