"""`python launch.py demo`: trains and exports the embedded model, with the services of the wizard."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from typing_extensions import TypedDict

from cli.progress import RunProgress, curve
from cli.ready import show_ready
from core.errors import LoraCraftError, NeedsConsent, WorkerFailed
from core.jsonfile import JsonObject, read_json
from core.sessions.kinds import HeldOutScore
from core.sessions.scores import scored_rows
from core.sessions.state import SessionState
from core.statistics import Comparison, compare_marks, wilson_interval
from services.exports.state import ExportState
from services.training.service import merged
from services.wiring import Services, build_services

REPOSITORY = Path(__file__).resolve().parent.parent
CONFIG = REPOSITORY / "configs" / "examples" / "demo-arithmetic.json"
STAGES = {"base": "Base model", "warm_up": "After the warm-up", "trained": "After GRPO"}
EXPORTED = ("f16", "q4_k_m")


class StageScore(TypedDict):
    """The scored held-out questions, and those of them answered correctly, at one stage."""

    correct: int
    total: int


class DemoResult(TypedDict):
    """The result as `--json` prints it; `p_value` compares GRPO with the warm-up alone, question by question.

    `answers` are those to `question` at each stage, if the run shows them, and `answer` is the exported file's.
    """

    base: StageScore
    warm_up: StageScore
    trained: StageScore
    p_value: float
    wins: int
    losses: int
    seconds: dict[str, float]
    session_id: str
    gguf: str
    question: str
    answers: dict[str, str]
    answer: str


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; 0 on success, 1 otherwise."""
    options = _parse(arguments)
    console = Console(stderr=options.json)
    changes = merged({"training": {"seed": options.seed}}, options.config)
    try:
        with RunProgress(console) as progress:
            services = build_services(options.root, "core.workers.train", dict(os.environ), progress.publish)
            config = merged(read_json(CONFIG), changes)
            show_ready(console, services.plans.ready(config))
            state = _train(services, config, options.start_anyway)
            export = _export(services, state)
    except NeedsConsent as error:
        console.print(f"[bold]{error.message}[/bold] Mend it, or add --start-anyway.")
        return 1
    except LoraCraftError as error:
        console.print(f"[bold]{error.message}[/bold] {error.hint}")
        return 1
    result = summary(services, state, export, options.setup_seconds)
    _show(console, services, state, result)
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")
    return 0


def summary(services: Services, state: SessionState, export: ExportState, setup_seconds: float) -> DemoResult:
    """The result of the demo."""
    scores = {score["stage"]: score for score in state.evaluations}
    comparison = compare_marks(scores["warm_up"]["marks"], scores["trained"]["marks"])
    smallest = min(export.files, key=lambda file: file["size_bytes"])
    folder = services.workspace.export(state.session_id)
    return {
        "base": _stage(scores["base"]),
        "warm_up": _stage(scores["warm_up"]),
        "trained": _stage(scores["trained"]),
        "p_value": comparison.p_value,
        "wins": comparison.wins,
        "losses": comparison.losses,
        "seconds": {"set_up": setup_seconds, **_seconds(services, state)},
        "session_id": state.session_id,
        "gguf": str(folder / smallest["file"]),
        "question": smallest["question"],
        "answers": {stage: text for stage, score in scores.items() if (text := _answer(score, smallest["question"]))},
        "answer": smallest["answer"],
    }


def _answer(score: HeldOutScore, question: str) -> str:
    """The answer to a question, if the score shows it."""
    samples = score.get("samples", [])
    return next((sample["answer"] for sample in samples if sample["instruction"] in question), "")


def _stage(score: HeldOutScore) -> StageScore:
    return {"correct": score["correct"] or 0, "total": scored_rows(score)}


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python launch.py demo", description="Teach the embedded model arithmetic.")
    parser.add_argument("--json", action="store_true", help="end with one JSON line; the progress goes to stderr")
    parser.add_argument("--seed", type=int, default=42, help="decides the split, the order and the sampling")
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="holds outputs/ and exports/")
    parser.add_argument("--config", type=json.loads, default={}, help="settings that differ from the demo's, as JSON")
    parser.add_argument("--start-anyway", action="store_true", help="train also what is known to be unable to learn")
    parser.add_argument("--setup-seconds", type=float, default=0.0, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _train(services: Services, config: JsonObject, anyway: bool) -> SessionState:
    session_id = services.training.start(None, config, anyway).session_id
    try:
        state = services.training.wait(session_id)
    except KeyboardInterrupt:
        services.training.stop(session_id)
        state = services.training.wait(session_id)
    if state.status != "completed":
        failure = state.failure or {"cause": f"The run is {state.status}.", "cure": ""}
        raise WorkerFailed(failure["cause"], failure["cure"])
    return state


def _export(services: Services, state: SessionState) -> ExportState:
    services.exports.create(state.session_id, EXPORTED)
    export = services.exports.wait(state.session_id)
    if export.status != "completed":
        failure = export.failure or {"cause": f"The export is {export.status}.", "cure": ""}
        raise WorkerFailed(failure["cause"], failure["cure"])
    return export


def _seconds(services: Services, state: SessionState) -> dict[str, float]:
    """The duration of each phase, from the times of its events."""
    events = services.store.events(state.session_id)
    starts = [event for event in events if event["kind"] == "phase"]
    ends = [*(event["t"] for event in starts[1:]), events[-1]["t"]]
    spent: dict[str, float] = {}
    for start, end in zip(starts, ends, strict=True):
        spent[start["phase"]] = spent.get(start["phase"], 0.0) + end - start["t"]
    export = services.exports.seconds(state.session_id)
    named = {"loading": "loading", "warm_up": "pre_training", "grpo": "training", "scoring": "evaluating"}
    return {name: round(spent.get(phase, 0.0), 1) for name, phase in named.items()} | {"export": round(export, 1)}


def _show(console: Console, services: Services, state: SessionState, result: DemoResult) -> None:
    rewards = services.store.metrics(state.session_id, 0, 60).get("reward", [])
    console.print("\n[bold]Mean reward per GRPO step[/bold]")
    console.print(curve([value or 0.0 for value in rewards]))
    table = Table(title="Held-out questions answered correctly")
    for title in ("", "correct", "95 % interval"):
        table.add_column(title)
    stages = {stage: result[stage] for stage in STAGES}  # type: ignore[literal-required]
    for stage, score in stages.items():
        correct, total = score["correct"], score["total"]
        low, high = wilson_interval(correct, total)
        table.add_row(STAGES[stage], f"{correct} of {total} ({correct / total:.0%})", f"{low:.0%} to {high:.0%}")
    console.print(table)
    console.print(Comparison(result["wins"], result["losses"]).in_words())
    console.print(f"\n{result['question']}", markup=False)
    for stage, answer in result["answers"].items():
        console.print(f"  {STAGES[stage]:<18} {one_line(answer)}", markup=False)
    console.print(f"  {'The GGUF file':<18} {one_line(result['answer'])}", markup=False)
    console.print(f"GGUF: {result['gguf']}", markup=False, soft_wrap=True)


def one_line(text: str) -> str:
    """A text with its line breaks shown as such."""
    return " / ".join(text.split("\n"))


if __name__ == "__main__":
    sys.exit(main())
