"""The overhead of the product over Unsloth alone, and the gain by Unsloth's captured decoding."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from statistics import median

from bench.bare_unsloth import MAX_TOKENS, SETTINGS
from bench.gpu_check.bed import REPOSITORY, Bed, Session, unsloth_path
from bench.gpu_check.findings import Findings
from bench.gpu_check.instructions import Instructions
from bench.gpu_check.interrupting import LONG, judge_stop, stop_in_second_step
from bench.gpu_check.real_size import step_seconds
from bench.gpu_check.settings import settings
from core.prompts.chosen import template_of
from core.runs.split import load_split

STEPS, WARM_STEPS = 12, 3
TARGET_RATIO = 1.02
SLOWER_SHARE = 0.9
GRAPHS = "UNSLOTH_DECODE_CUDA_GRAPHS"


def look(bed: Bed) -> None:
    """Bare script, then worker, then bare again: the card's clock may rise or fall meanwhile."""
    session = bed.session("overhead", "medium" if bed.on_gpu else "tiny", same_settings())
    first = bare(bed, session, "first")
    bed.run(session)
    second = bare(bed, session, "second")
    bed.findings.expect("the run is completed", session.state.status == "completed", session.outcome)
    judge(bed.findings, [first, second], session.steps())


def same_settings() -> dict[str, dict]:
    """The settings of bench/bare_unsloth.py in the product's words."""
    training = {
        "max_steps": STEPS,
        "batch_size": SETTINGS["per_device_train_batch_size"],
        "num_generations": SETTINGS["num_generations"],
        "max_new_tokens": SETTINGS["max_completion_length"],
        "max_sequence_length": MAX_TOKENS,
        "learning_rate": SETTINGS["learning_rate"],
    }
    return settings({"model": {"lora_rank": 16, "lora_alpha": 32}, "training": training})


def bare(bed: Bed, session: Session, name: str) -> list[dict]:
    """The steps of the bare script on a session's own rows."""
    template = template_of(session.config.prompt)
    rows = load_split(session.config, bed.workspace).train
    file = bed.workspace.cache / "rows.json"
    file.write_text(json.dumps([{"prompt": template.messages(row.instruction)} for row in rows]), encoding="utf-8")
    output = bed.workspace.cache / f"bare-{name}"
    arguments = [session.config.model.name, str(file), str(STEPS), str(output), bed.kind]
    command = [sys.executable, "-m", "bench.bare_unsloth", *arguments]
    environment = bed.environment(**unsloth_path())
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, text=True, stdout=subprocess.PIPE)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"t"')]


def judge(found: Findings, bares: list[list[dict]], ours: list[dict]) -> None:
    """Expect the same first step, and a median step of at most TARGET_RATIO.

    Args:
        bares: The steps of each bare run: t (seconds), loss, reward.
        ours: Those of the worker.
    """
    theirs = [seconds for steps in bares for seconds in _between(steps)]
    mine = _between(ours)
    if not mine or not theirs:
        found.expect("both were timed", False, [len(mine), len(theirs)])
        return
    ratio = median(mine) / median(theirs)
    found.figure("bare_step_s", median(theirs))
    found.figure("our_step_s", median(mine))
    found.figure("ratio", ratio)
    firsts = [[step["loss"], step["reward"]] for step in (bares[0][0], ours[0])]
    found.figure("first_steps", firsts)
    same = all(abs(a - b) < 1e-4 for a, b in zip(*firsts, strict=True))
    found.expect("both do the same: loss and reward of the first step", same, firsts)
    found.expect(f"our step takes at most {TARGET_RATIO} of a bare one", ratio <= TARGET_RATIO, ratio)


def _between(steps: list[dict]) -> list[float]:
    """Seconds from step to step, the first WARM_STEPS left out."""
    return [b["t"] - a["t"] for a, b in itertools.pairwise(steps)][WARM_STEPS - 1 :]


def look_decode_graphs(bed: Bed) -> None:
    """The same run without and with captured decoding, and a stop within the latter."""
    speeds, answers = {}, {}
    for switch in ("0", "1"):
        session = bed.session(f"graphs-{switch}", "medium", settings(_sampling()), Instructions())
        bed.run(session, **{GRAPHS: switch})
        bed.findings.expect(f"{GRAPHS}={switch} completes", session.state.status == "completed", session.outcome)
        if session.state.status == "completed":
            speeds[switch], answers[switch] = _tokens_per_second(session), session.answers
    judge_graphs(bed.findings, speeds)
    bed.findings.figure("same_completions", answers.get("0") == answers.get("1"))
    stopped = bed.session("graphs-stopped", "medium", settings(LONG))
    judge_stop(bed.findings, stopped, stop_in_second_step(bed, stopped, resumes=False, **{GRAPHS: "1"}))


def judge_graphs(found: Findings, tokens_per_second: dict[str, float]) -> None:
    """Expect that captured decoding ("1") is not slower than the other ("0")."""
    found.figure("sampled_tokens_per_s", tokens_per_second)
    without, captured = tokens_per_second.get("0", 0.0), tokens_per_second.get("1", 0.0)
    found.expect("captured decoding is not slower", captured > SLOWER_SHARE * without > 0, [without, captured])


def _sampling() -> dict[str, dict]:
    sizes = {"batch_size": 8, "num_generations": 8, "max_new_tokens": 512, "max_sequence_length": 1024, "max_steps": 3}
    return {"training": sizes}


def _tokens_per_second(session: Session) -> float:
    steps = session.steps()
    tokens = median(row["completion_length"]["mean"] for row in steps) * session.config.completions_per_step
    return tokens / step_seconds(session.measured["work"]["sampling"]["seconds"], len(steps))
