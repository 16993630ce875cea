"""The held-out score of an exported file: questions the run never trained on, judged by the run's own rewards."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import WorkerFailed
from core.export.folder import FileScore
from core.rewards.build import scorers
from core.rewards.for_trl import TrlReward
from core.sessions.kinds import HeldOutScore, RowScores
from core.workers.corpus import prompt_ids
from core.workers.export.session import ExportSession
from core.workers.held_out import HeldOut
from core.workers.held_out_score import judged
from core.workers.llama_server import LlamaServer
from core.workers.reward_tools import tools

LEAST_ROWS = 4
ENOUGH_SECONDS, MOST_SECONDS = 60.0, 600.0
"""After the first, LEAST_ROWS answers are enough; after the other, none is waited for any more."""
SLOTS = 4
ScoredRow = tuple[float | None, str]
"""The reward of a row and its mark; the mark is empty where no reward judges truth."""


def score(file: Path, asked: HeldOut, run: ExportSession, report: Callable[[float], None]) -> FileScore | None:
    """The scores of a GGUF file and of the adapter on the same rows; None if too few rows were answered in time.

    Raises:
        LoraCraftError: A reward can't be used now, or llama.cpp fails.
    """
    tokenizer, most = run.tokenizer.loaded, run.config.training.max_new_tokens
    prompts = prompt_ids(asked.to_score, run.template, tokenizer)
    server = LlamaServer(file, max(len(ids) for ids in prompts) + most, SLOTS)
    began = time.monotonic()

    def is_over(done: int) -> bool:
        seconds = time.monotonic() - began
        return seconds > MOST_SECONDS or (seconds > ENOUGH_SECONDS and done >= LEAST_ROWS)

    answers = server.complete(prompts, most, is_over, report)
    places = [place for place, answer in enumerate(answers) if answer is not None]
    if len(places) < min(LEAST_ROWS, len(prompts)):
        return None
    used = scorers(run.config.reward, tools(run.workspace))
    rewards = [TrlReward(scorer, run.template.markers, run.chat_format.opening) for scorer in used]
    rows, given = [asked.to_score[place] for place in places], [answers[place] or "" for place in places]
    mine = judged(rows, given, rewards, run.config.reward.weights)
    if all(value is None for value in mine["row_rewards"]):
        reasons = {reward.last_error or reward.last_not_run for reward in rewards}
        raise WorkerFailed(f"no answer could be scored ({'; '.join(sorted(reasons))})", "Test the rewards in step 3.")
    late = f"{len(places)} of {len(prompts)} rows were answered in {time.monotonic() - began:.0f} s. "
    note = (late if len(places) < len(prompts) else "") + asked.problem
    return side_by_side(mine, asked.adapter, places, note.strip())


def side_by_side(mine: RowScores, adapter: HeldOutScore | None, places: Sequence[int], note: str) -> FileScore:
    """The scores of the rows that both sides have a score for; of the file alone where there are none.

    Args:
        mine: The scores of the file, one for each of `places`.
        adapter: The scores of the adapter on all rows.
        places: The rows that the file answered.
    """
    own = _rows(mine, range(len(places)))
    theirs = _rows(adapter, places) if adapter else [(None, "")] * len(places)
    known = [pair for pair in zip(own, theirs, strict=True) if pair[0][0] is not None]
    both = [pair for pair in known if pair[1][0] is not None]
    compared = both or known
    missing = len(places) - len(compared)
    lost = f"{missing} of {len(places)} answers have no score. " if missing else ""
    return {
        "rows": len(compared),
        "reward": _mean([own for own, _ in compared]),
        "adapter_reward": _mean([theirs for _, theirs in both]),
        "correct": _right([own for own, _ in compared]),
        "adapter_correct": _right([theirs for _, theirs in both]),
        "note": f"{lost}{note}".strip() or None,
    }


def _rows(scores: RowScores, places: Sequence[int]) -> list[ScoredRow]:
    return [(scores["row_rewards"][place], scores["marks"][place : place + 1]) for place in places]


def _right(rows: Sequence[ScoredRow]) -> int | None:
    marks = "".join(mark for _, mark in rows)
    return marks.count("1") if marks else None


def _mean(rows: Sequence[ScoredRow]) -> float | None:
    values = [reward for reward, _ in rows if reward is not None]
    return round(sum(values) / len(values), 6) if values else None
