"""Facts of the machine: versions that must fit together, and whether Triton can compile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.gpu_check.bed import REPOSITORY, Bed, unsloth_path
from core.hardware import gpu_snapshot

IMPORT = """
import json, os, sys, time
started = time.perf_counter()
if sys.argv[1] == "cpu":
    import tests.unsloth.stand_in
else:
    import unsloth
import trl
compiled = trl.GRPOTrainer.__module__
seconds = time.perf_counter() - started
import importlib.metadata as packages
import torch
names = ("torch", "triton", "transformers", "trl", "peft", "bitsandbytes", "unsloth", "unsloth_zoo", "xformers")
versions = {}
for name in names:
    try:
        versions[name] = packages.version(name)
    except packages.PackageNotFoundError:
        versions[name] = None
print("FACTS " + json.dumps({
    "import_s": seconds, "grpo_trainer": compiled, "versions": versions, "cuda_of_torch": torch.version.cuda,
    "sees_cuda": torch.version.cuda is not None and torch.cuda.is_available(),
}))
"""
KERNEL = """
import torch, triton, triton.language as tl
@triton.jit
def double(source, target, n, BLOCK: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(target + at, 2 * tl.load(source + at, mask=at < n), mask=at < n)
values = torch.arange(1000, dtype=torch.float32, device="cuda")
twice = torch.empty_like(values)
double[(4,)](values, twice, 1000, BLOCK=256)
print("TWICE", torch.equal(twice, 2 * values))
"""
ASK_SMI = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total,memory.free", "--format=csv,noheader"]


def look(bed: Bed) -> None:
    """Note versions; expect Unsloth's compiled trainer in TRL's place, and on a card CUDA and a Triton kernel."""
    found = bed.findings
    found.figure("python", sys.version.split()[0])
    found.figure("cores", os.cpu_count())
    found.figure("compiler", shutil.which("gcc") or shutil.which("cc") or shutil.which("clang"))
    output = _output(bed, IMPORT, bed.kind)
    facts = next((line.removeprefix("FACTS ") for line in output.splitlines() if line.startswith("FACTS ")), None)
    found.expect("Unsloth can be imported", facts is not None, output[-1500:])
    if facts is None:
        return
    for name, value in json.loads(facts).items():
        found.figure(name, value)
    trainer = json.loads(facts)["grpo_trainer"]
    found.expect("trl.GRPOTrainer is the one that Unsloth compiled", trainer == "UnslothGRPOTrainer", trainer)
    if bed.on_gpu:
        _look_at_card(bed, json.loads(facts))


def _look_at_card(bed: Bed, facts: dict) -> None:
    found = bed.findings
    card = gpu_snapshot(int(bed.device.partition(":")[2]))
    found.figure("card", card)
    if shutil.which(ASK_SMI[0]):
        found.figure("driver", subprocess.run(ASK_SMI, capture_output=True, text=True).stdout.strip())
    found.expect("NVML tells the card's memory", card["gpu_memory_total"] is not None, card)
    found.expect("torch sees CUDA", facts["sees_cuda"], facts["cuda_of_torch"])
    output = _output(bed, KERNEL)
    found.expect("a Triton kernel compiles and is right", "TWICE True" in output, output[-1500:])


def _output(bed: Bed, code: str, *arguments: str) -> str:
    """The output of a Python program; it is run from a file, since Triton reads the source of its kernels."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "program.py"
        file.write_text(code, encoding="utf-8")
        paths = [str(REPOSITORY), *unsloth_path().values(), os.environ.get("PYTHONPATH", "")]
        environment = bed.environment(PYTHONPATH=os.pathsep.join(filter(None, paths)))
        done = subprocess.run(
            [sys.executable, str(file), *arguments], cwd=REPOSITORY, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return done.stdout
