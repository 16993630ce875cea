"""What asking a model costs: 200 short prompts over a bare generate loop, the two in turn; seconds to the first token.

    .venv/bin/python -m bench.generation [--root ROOT --model outputs/<run>] --rounds 3

Without a run the embedded model itself is asked. Run it alone on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from constants import EMBEDDED_MODEL
from core.generation.sampling import Sampling
from core.hardware import Hardware
from core.paths import Workspace
from core.sessions.store import SessionStore
from services.answers.generation import MODULE, Ask, GenerationService
from services.processes.devices import Devices
from services.processes.in_use import InUse
from services.processes.worker import Launch, give_way, worker_environment

REPOSITORY = Path(__file__).resolve().parent.parent
PROMPTS, MAX_TOKENS, BATCH = 200, 32, 50


def main() -> int:
    """Print the figures as one JSON line; 0 when ours is no slower than the bare loop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path)
    parser.add_argument("--model", default=EMBEDDED_MODEL)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace((options.root or Path(folder)).resolve()).create()
        if options.root is None:
            workspace.models.symlink_to(Workspace(REPOSITORY).models, target_is_directory=True)
        print(json.dumps(figures(workspace, options.model, options.rounds)))
    return 0


def figures(workspace: Workspace, model: str, rounds: int) -> dict:
    """Seconds of both, round by round, and of the first token, the model loaded in each."""
    told = lambda topic, payload: None  # noqa: E731
    generation = GenerationService(
        workspace, SessionStore(workspace), Launch(MODULE, os.environ), Devices(Hardware(), told), InUse(), told
    )
    prompts = questions()
    generation.load(model)
    with bare(workspace, generation.ref(model), prompts) as loop:
        pairs = [pair(generation, loop, model, prompts, turn) for turn in range(rounds)]
        loop.stdin.close()
    firsts = [first_token(generation, model, prompt) for prompt in prompts[:5]]
    generation.unload()
    ours, theirs = ([pair[name] for pair in pairs] for name in ("ours", "bare"))
    return {
        "ours_s": ours,
        "bare_s": theirs,
        "ratio": round(median(ours) / median(theirs), 3),
        "first_token_s": [round(seconds, 3) for seconds in firsts],
    }


def questions() -> list[str]:
    """Short questions of different length."""
    draw = random.Random(0)
    forms = (
        "What is {a} + {b}?",
        "Name a town in a land with {a} rivers and {b} hills.",
        "{a} times {b}?",
        "Count to {a}.",
    )
    return [draw.choice(forms).format(a=draw.randint(1, 99), b=draw.randint(1, 99)) for _ in range(PROMPTS)]


def bare(workspace: Workspace, ref, prompts: list[str]) -> subprocess.Popen:
    """The bare loop, its model loaded, with the environment and the priority of our worker."""
    is_run = ref.kind in ("adapter", "checkpoint")
    source = workspace.models / ref.base if ref.base == EMBEDDED_MODEL else ref.base
    task = {"source": str(source), "adapter": str(ref.place) if is_run else None}
    task |= {"prompts": prompts, "max_tokens": MAX_TOKENS, "batch": BATCH}
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.bare_generate"],
        cwd=REPOSITORY,
        env=worker_environment(dict(os.environ), workspace, "cpu"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    import psutil

    give_way(psutil.Process(child.pid))
    child.stdin.write(json.dumps(task) + "\n")
    child.stdin.flush()
    return child


def pair(generation: GenerationService, loop: subprocess.Popen, model: str, prompts: list[str], turn: int) -> dict:
    """One round of each, the one that goes first changing from turn to turn."""
    runs = {"ours": lambda: ours(generation, model, prompts), "bare": lambda: theirs(loop)}
    names = list(runs) if turn % 2 else list(reversed(runs))
    return {name: round(runs[name](), 2) for name in names}


def ours(generation: GenerationService, model: str, prompts: list[str]) -> float:
    """Seconds of our batch."""
    began = time.perf_counter()
    chats = [[{"role": "user", "content": prompt}] for prompt in prompts]
    answers = generation.answer(Ask(model, chats, Sampling(temperature=0, max_tokens=MAX_TOKENS)))
    assert all(answers)
    return time.perf_counter() - began


def theirs(loop: subprocess.Popen) -> float:
    """Seconds of the bare loop, by its own clock."""
    loop.stdin.write("\n")
    loop.stdin.flush()
    return json.loads(loop.stdout.readline())["seconds"]


def first_token(generation: GenerationService, model: str, prompt: str) -> float:
    """Seconds from the request to the first text."""
    came: list[float] = []
    began = time.perf_counter()
    chat = [[{"role": "user", "content": prompt}]]
    ask = Ask(model, chat, Sampling(temperature=0, max_tokens=8))
    generation.answer(ask, on_text=lambda text: came.append(time.perf_counter() - began))
    return came[0]


if __name__ == "__main__":
    sys.exit(main())
