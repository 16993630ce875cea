"""The trained adapter for others: a PEFT folder that names its base model, and one that llama.cpp reads right."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

from core.errors import WorkerFailed
from core.export.folder import Measured, MeasuredFile
from core.export.targets import TARGETS
from core.files import size_of
from core.jsonfile import read_json, write_json
from core.paths import ADAPTER_WEIGHTS
from core.runs.model_card import Pushed, model_card
from core.workers.export.session import ExportSession

DIVERGED = "Train again with a lower training.learning_rate."
CONFIG, CARD = "adapter_config.json", "README.md"


def write_adapter(run: ExportSession, folder: Path) -> None:
    """Write the adapter with its tokenizer and a model card.

    Its config names the base model by the name that PEFT can load, where training left a path of this machine's cache.
    """
    run.tokenizer.write(folder)
    shutil.copyfile(run.adapter / ADAPTER_WEIGHTS, folder / ADAPTER_WEIGHTS)
    base = _card(run, "adapter", 0, {}).base or run.tokenizer.source or run.config.model.name
    write_json(folder / CONFIG, {**read_json(run.adapter / CONFIG), "base_model_name_or_path": base})
    write_model_card(run, "adapter", folder, {})


def require_finite(adapter: Path) -> None:
    """Refuse an adapter that holds NaN or infinity, of which every file would pass for a model and answer nothing.

    Raises:
        WorkerFailed: It holds some.
    """
    from safetensors.torch import load_file

    broken = [name for name, weights in load_file(adapter / ADAPTER_WEIGHTS).items() if not weights.isfinite().all()]
    if broken:
        problem = f"The adapter holds NaN or infinity in {len(broken)} of its layers, such as {broken[0]}"
        raise WorkerFailed(f"{problem}: training has diverged.", DIVERGED)


def write_model_card(run: ExportSession, name: str, folder: Path, proof: Measured) -> None:
    """Write README.md with the content of the run card; a run that was stopped early may have none."""
    about = run.card.read_text(encoding="utf-8") if run.card.is_file() else f"# {run.id}\n"
    (folder / CARD).write_text(model_card(_card(run, name, size_of(folder), proof), about), encoding="utf-8")


def write_plain_lora(adapter: Path, folder: Path) -> None:
    """Write a copy whose alpha means what llama.cpp takes it for.

    llama.cpp scales by alpha / r. A rank-stabilised adapter (use_rslora) is scaled by alpha / sqrt(r), so its alpha is
    written sqrt(r) times larger.
    """
    folder.mkdir(parents=True)
    config = read_json(adapter / CONFIG)
    if config.get("use_rslora"):
        config |= {"use_rslora": False, "lora_alpha": config["lora_alpha"] * math.sqrt(config["r"])}
    write_json(folder / CONFIG, config)
    shutil.copyfile(adapter / ADAPTER_WEIGHTS, folder / ADAPTER_WEIGHTS)


def _card(run: ExportSession, name: str, size_bytes: int, proof: Measured) -> Pushed:
    """A card as for the hub, of a folder that lies here."""
    target = TARGETS[name]
    entry: MeasuredFile = {
        "target": name,
        "kind": target.kind,
        "title": target.title,
        "file": target.file,
        "size_bytes": size_bytes,
        **proof,
    }
    return Pushed(f"exports/{run.id}/{name}", run.config, [entry], {name: ""})
