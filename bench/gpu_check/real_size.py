"""Models of real size with random weights: memory against the estimate part by part, and time against the floor."""

from __future__ import annotations

from statistics import median

from bench.gpu_check.bed import Bed, Session
from bench.gpu_check.estimate import estimated_gib, measured_gib
from bench.gpu_check.findings import Findings
from bench.gpu_check.floor import floor_seconds, speed
from bench.gpu_check.instructions import Instructions
from bench.gpu_check.models import DESIGNS
from bench.gpu_check.settings import settings
from core.config import parse_config

PROMPT_CHARACTERS = 440
REAL = {
    "model": {"lora_rank": 16, "lora_alpha": 32, "gradient_checkpointing": True},
    "prompt": {"template": "plain", "system_prompt": ("qx jz vk " * 60)[:PROMPT_CHARACTERS]},
    "training": {
        "max_steps": 3,
        "batch_size": 8,
        "num_generations": 8,
        "max_new_tokens": 512,
        "max_sequence_length": 1024,
        "optim": "adamw_8bit",
    },
}
OFF_SHARE = 0.25
"""How far the estimate may be from the peak."""
FREED_GIB = 0.3


def look_qwen3(bed: Bed) -> None:
    """Qwen3-4B's shape in bfloat16, then in 4 bits."""
    _look(bed, "qwen3-4b")


def look_llama(bed: Bed) -> None:
    """Llama-3.1-8B's shape in bfloat16, then in 4 bits."""
    _look(bed, "llama-8b")


def _look(bed: Bed, model: str) -> None:
    shape, chosen = DESIGNS[model].shape, {}
    for name, quantization in (("bf16", "none"), ("4bit", "4bit")):
        changed = settings(REAL, {"model": {"quantization": quantization}})
        needed = estimated_gib(shape, parse_config(changed))["total"]
        if needed < bed.total_gib:
            chosen[name] = changed
        else:
            bed.findings.cannot(f"{model} in {name} needs {needed:.1f} of {bed.total_gib:.1f} GiB")
    speeds = speed(bed) if chosen else {}
    for name, value in speeds.items():
        bed.findings.figure(f"card_{name}", value)
    for name, changed in chosen.items():
        before, bed.peak_used_gib = bed.used_gib(), 0.0
        session = bed.session(f"{model}-{name}", model, changed, Instructions())
        bed.run(session)
        bed.findings.expect(f"{name}: the run is completed", session.state.status == "completed", session.outcome)
        if session.state.status == "completed":
            measured = measured_gib(session.measured, before, bed.peak_used_gib)
            judge_memory(bed.findings, name, estimated_gib(shape, session.config), measured)
            _note_times(bed.findings, name, model, session, speeds)
        left = bed.used_gib() - before
        bed.findings.expect(f"{name}: its memory is freed", left <= FREED_GIB, f"{left:.2f} GiB more than before")


def judge_memory(found: Findings, name: str, estimated: dict[str, float], measured: dict[str, float | None]) -> None:
    """Note every part as [estimated, measured] in GiB, and expect the estimate of all within OFF_SHARE of the peak."""
    for part in sorted({*estimated, *measured}):
        found.figure(f"{name} {part}_gib", [_round(estimated.get(part)), _round(measured.get(part))])
    total, peak = estimated["total"], measured["total"] or 0.0
    near = peak > 0 and abs(total / peak - 1) <= OFF_SHARE
    found.expect(f"{name}: the estimate is within {OFF_SHARE:.0%} of the peak", near, [_round(total), _round(peak)])


def _note_times(found: Findings, name: str, model: str, session: Session, speeds: dict[str, float]) -> None:
    """Seconds of a step by kind of work, the first step left out, since it compiles; and the floor's share of them."""
    training = session.config.training
    spent = {kind: step_seconds(work["seconds"], training.max_steps) for kind, work in _kinds(session).items()}
    length = median(row["completion_length"]["mean"] for row in session.steps())
    tokens = session.config.completions_per_step * length
    found.figure(f"{name} step_s", {kind: _round(seconds) for kind, seconds in spent.items()})
    found.figure(f"{name} sampled_tokens_per_s", _round(tokens / spent["sampling"]))
    prompt = _prompt_tokens(session)
    found.figure(f"{name} prompt_tokens", prompt)
    least = floor_seconds(DESIGNS[model].shape, session.config, prompt, speeds)
    found.figure(f"{name} floor_share", {kind: _round(least[kind] / spent[kind]) for kind in least})
    cut = length >= training.max_new_tokens
    found.expect(f"{name}: completions are as long as they may be", cut, f"{length} tokens")


def step_seconds(seconds: list[float], steps: int) -> float:
    """The median of a step, of all but the first; a step has as many pieces as any other."""
    pieces = len(seconds) // steps
    return median(sum(seconds[i : i + pieces]) for i in range(pieces, pieces * steps, pieces))


def _kinds(session: Session) -> dict[str, dict]:
    kinds = ("sampling", "scoring", "rewarding", "learning")
    return {kind: work for kind, work in session.measured["work"].items() if kind in kinds}


def _prompt_tokens(session: Session) -> int:
    """The tokens of the first prompt, counted by the saved tokenizer, which is the model's."""
    from tokenizers import Tokenizer

    prompt = next(event for event in session.events if event["kind"] == "data")["samples"][0]["prompt"]
    return len(Tokenizer.from_file(str(session.paths.adapter / "tokenizer.json")).encode(prompt).ids)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
