"""Export folders as they are after an export, written without any worker."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

from core.export.targets import TARGETS
from core.jsonfile import write_json
from core.paths import Workspace

WEIGHTS = "adapter_model.safetensors"


def write_export(workspace: Workspace, session_id: str, targets: Sequence[str], size_bytes: int = 5000) -> Path:
    """A completed export of the targets with its proof, its Modelfiles and its log; the folder.

    Args:
        workspace: Where it goes.
        session_id: Of which session; an adapter is written for it where it has none.
        targets: What was made.
        size_bytes: Of each file of weights.
    """
    adapter = workspace.session(session_id).adapter
    if not (adapter / WEIGHTS).is_file():
        write_adapter_files(adapter, size_bytes)
    folder = workspace.export(session_id)
    folder.mkdir(parents=True, exist_ok=True)
    entries = [_write(folder, name, adapter, size_bytes) for name in targets]
    models = sorted(
        (e for e in entries if e["kind"] == "gguf"), key=lambda e: (e["target"] != "q4_k_m", e["size_bytes"])
    )
    for number, entry in enumerate(models):
        name = f"Modelfile-{entry['target']}" if number else "Modelfile"
        (folder / name).write_text(f'FROM ./{entry["file"]}\nPARAMETER stop "<|im_end|>"\n', encoding="utf-8")
    write_json(folder / "export.json", {"targets": list(targets)})
    write_json(folder / "proof.json", {"session_id": session_id, "files": entries})
    write_log(folder, [("starting", {"device": "cpu"}), ("started", {"pid": 1}), ("completed", {})])
    return folder


def write_adapter_files(adapter: Path, size_bytes: int) -> None:
    """The files of a trained adapter, its weights being noise."""
    adapter.mkdir(parents=True, exist_ok=True)
    (adapter / WEIGHTS).write_bytes(content(f"{adapter} weights", size_bytes))
    write_json(adapter / "adapter_config.json", {"r": 4, "base_model_name_or_path": "/home/me/secret/model"})
    write_json(adapter / "tokenizer_config.json", {})


def write_log(folder: Path, events: Sequence[tuple[str, dict]], began: float | None = None) -> None:
    """An event log with one event a second."""
    first = time.time() - len(events) if began is None else began
    numbered = enumerate(events, 1)
    lines = [json.dumps({"seq": seq, "t": first + seq - 1, "kind": kind, **more}) for seq, (kind, more) in numbered]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def content(name: str, size_bytes: int) -> bytes:
    """Bytes that are the same for the same name and for no other."""
    seed = hashlib.sha256(name.encode()).digest()
    return (seed * (size_bytes // 32 + 1))[:size_bytes]


def _write(folder: Path, name: str, adapter: Path, size_bytes: int) -> dict:
    target = TARGETS[name]
    path = folder / target.file
    if target.is_folder:
        path.mkdir(exist_ok=True)
        for file, data in _folder_content(name, content(f"{folder} {name}", size_bytes)).items():
            (path / file).write_bytes(data)
        made = {"size_bytes": sum(file.stat().st_size for file in path.iterdir())}
    else:
        path.write_bytes(content(f"{folder} {name}", size_bytes))
        made = {"size_bytes": size_bytes, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    entry = {"target": name} | {key: getattr(target, key) for key in ("kind", "title", "file", "is_folder")}
    digest = hashlib.sha256((adapter / WEIGHTS).read_bytes()).hexdigest()
    entry |= {**made, "made_at": time.time() + 1, "adapter_sha256": digest, "seconds": 1.5}
    if target.max_difference is not None:
        entry |= {"probes": 24, "same_token_ids": True, "difference": 0.01, "base_difference": 2.0}
        entry |= {"bound": target.max_difference, "question": "What is 2 + 2?", "answer": "4"}
    return entry


def _folder_content(name: str, weights: bytes) -> dict[str, bytes]:
    about = {"tokenizer.json": b"{}", "README.md": b"# made by PEFT\n"}
    if name == "merged":
        return {"model.safetensors": weights, "config.json": b'{"model_type": "llama"}', **about}
    return {WEIGHTS: weights, "adapter_config.json": b'{"r": 4, "base_model_name_or_path": "/home/me/secret"}', **about}
