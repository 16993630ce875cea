"""Evaluator: asks the questions of one batch or evaluation, scores the answers, and writes each at once to disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from core.config import RunConfig
from core.errors import DeviceTaken, Displaced, InvalidInput, LoraCraftError, OutOfMemory
from core.evaluations.record import PromptRow
from core.evaluations.results import AnswerScore, BatchRow, EvaluationAnswer, GivenAnswer, ResultRow
from core.evaluations.rows import (
    UNSCORED,
    batch_row,
    chunked,
    evaluation_answer,
    evaluation_row,
    in_pieces,
    refused_answer,
    seed_of_piece,
)
from core.generation.chat import chat_of
from core.generation.sampling import sampling_from
from core.jsonfile import JsonObject
from core.prompts.chosen import template_of
from core.prompts.template import ChatMessage
from services.answers.generation import Ask
from services.evaluations.open_record import EvaluationTools, OpenRecord

TEST_CHUNK_ANSWERS = 32
"""Answers that a batch or an evaluation asks for at once: a chat waits no longer than for these."""
SCORE_TIMEOUT_S = 1800.0
"""How long scoring a chunk of answers may take; a judge answers slowly."""
HELD_OUT_TIMEOUT_S = 3600.0
"""How long reading the held-out rows of a run may take, downloading its data set included."""

LANE = "evaluations"
GPU_PERIOD_S = 0.5
Cell = tuple[int, int]
"""The place of a question, and the number of the sample."""
Kept = dict[int, list[list[EvaluationAnswer]]]
"""The place of a question -> the answers of each model."""


class Evaluator:
    """Asks every model every question, in pieces, so that a chat never waits for long.

    Args:
        entry: The open record.
        tools: The services that it uses.
    """

    def __init__(self, entry: OpenRecord, tools: EvaluationTools):
        self._entry = entry
        self._record = entry.record
        self._tools = tools
        session_id = entry.record.session_id
        self._config: RunConfig | None = tools.store.config(session_id) if session_id else None
        self._template = template_of(self._config.prompt) if self._config else None
        self._refs = [tools.generation.ref(model["model_path"]) for model in self._record.models]
        self._together = TEST_CHUNK_ANSWERS
        self._piece_from = (tools.clock(), self._record.done)
        self._pieces_from: tuple[float, int] | None = None
        self._ends_at: float | None = None
        self._span = (0.0, 0.0)

    def run(self) -> None:
        """Ask until all questions are answered or the record is cancelled.

        Raises:
            LoraCraftError: A model, the data or a reward can't be used; earlier answers are kept.
        """
        if self._record.kind == "evaluation":
            self._read_questions()
        if self._config and any(question.expects for question in self._entry.questions):
            self._record.most = self._scored([])[0]
        for piece in self._pieces():
            self._piece(piece)
            if self._entry.is_cancelled:
                return

    @property
    def _training_config(self) -> JsonObject | None:
        """The configuration of the record's run; None without a run."""
        return self._config.dump() if self._config else None

    def _read_questions(self) -> None:
        self._publish_text("reading the held-out rows")
        evaluations = self._tools.store.state(str(self._record.session_id)).evaluations
        scored = evaluations[-1] if evaluations else None
        wanted = {"config": self._training_config, "rows": self._entry.rows, "evaluation": scored}
        found = self._tools.inspector.ask("held_out_rows", wanted, LANE, HELD_OUT_TIMEOUT_S)
        self._entry.questions = [PromptRow(index, **row) for index, row in enumerate(found["rows"])]
        rows, record = len(found["rows"]), self._record
        record.doubt = found["doubt"]
        record.total = rows * record.samples * len(record.models)
        if rows < self._entry.rows:
            record.notes.append(f"Only {rows} rows are held out; dataset.validation_samples and _fraction decide that.")

    def _pieces(self) -> list[list[int]]:
        """The places of the questions, in pieces.

        An evaluation keeps the order of its rows, which is random, so that a cancelled one has rows of every kind.
        """
        places = list(range(len(self._entry.questions)))
        if self._record.kind == "evaluation":
            return in_pieces(places, max(1, TEST_CHUNK_ANSWERS // self._record.samples))
        return chunked([len(question.instruction) for question in self._entry.questions], TEST_CHUNK_ANSWERS)

    def _piece(self, places: list[int]) -> None:
        """Ask every model the questions of one piece."""
        self._piece_from = (self._tools.clock(), self._record.done)
        answers_before = self._record.done // len(self._record.models)
        cells = list(product(places, range(self._record.samples)))
        kept: Kept = {place: [[] for _ in self._record.models] for place in places}
        for side in range(len(self._record.models)):
            if self._entry.is_cancelled:
                break
            self._publish_text(f"asking {self._record.models[side]['label']}")
            self._keep(side, self._asked(side, cells, answers_before), kept)
        self._estimate()

    def _keep(self, side: int, answers: Mapping[Cell, GivenAnswer], kept: Kept) -> None:
        """Score the answers and write their rows; a batch has already written the rows without scores."""
        scores = self._scores(answers)
        rows: list[ResultRow]
        if self._record.kind == "batch":
            rows = [self._batch_row(cell, answers[cell], scores[cell]) for cell in answers if cell in scores]
        else:
            for cell in sorted(answers):
                kept[cell[0]][side].append(evaluation_answer(answers[cell], scores.get(cell, UNSCORED)))
            changed = sorted({place for place, _ in answers})
            rows = [evaluation_row(self._entry.questions[place], kept[place]) for place in changed]
        self._entry.folder.append(rows)

    def _asked(self, side: int, cells: Sequence[Cell], answers_before: int) -> dict[Cell, GivenAnswer]:
        """The answers of one model, without those that a stop prevented or cut off.

        Questions that failed are asked again where that can help, see _again; each part has its own seed.
        """
        found: dict[Cell, GivenAnswer] = {}
        parts = [list(cells)]
        while parts and not self._entry.is_cancelled:
            part, *further = in_pieces(parts.pop(0), self._together)
            parts = further + parts

            def on_answer(place: int, answer: Any, part: Sequence[Cell] = part) -> None:
                if answer["finish_reason"] != "cancelled":
                    found[part[place]] = answer
                    self._note_time(answer["seconds"])
                    self._count(part[place], answer)

            try:
                self._tools.generation.answer(self._ask(side, part, answers_before + cells.index(part[0])), on_answer)
            except LoraCraftError as error:
                left = [cell for cell in part if cell not in found]
                if _is_refusal(error) and len(left) == 1:
                    on_answer(part.index(left[0]), refused_answer(error.message))
                else:
                    parts = self._again(error, left, side) + parts
        return found

    def _again(self, error: LoraCraftError, left: list[Cell], side: int) -> list[list[Cell]]:
        """The parts in which to ask again the questions that an error has left unanswered.

        When the model refused a prompt, halves find that prompt. When the memory was too small, this part and all later
        ones are halved. When a run has taken the GPU, this waits for the GPU.

        Raises:
            LoraCraftError: The error, if asking again can't help.
        """
        if isinstance(error, DeviceTaken):
            self._wait_for_gpu(side)
            return [left]
        if isinstance(error, Displaced):
            return [left] if left else []  # a run has taken the GPU; the next attempt finds another, or none
        half = len(left) // 2
        if half and isinstance(error, OutOfMemory):
            self._together = len(left) - half
            return [left]
        if half and _is_refusal(error):
            return [left[:half], left[half:]]
        raise error

    def _wait_for_gpu(self, side: int) -> None:
        """Wait until the runs that train on GPUs have changed; the estimate leaves this time out."""
        runs = self._tools.devices.runs_on_gpus()
        self._ends_at = self._pieces_from = None
        who = f"the run {' and '.join(runs)}, which trains on the GPU" if runs else "the GPU"
        self._publish_text(f"waiting for {who}")
        while not self._entry.cancelled.wait(GPU_PERIOD_S) and runs and self._tools.devices.runs_on_gpus() == runs:
            pass
        self._piece_from = (self._tools.clock(), self._record.done)
        self._publish_text(f"asking {self._record.models[side]['label']}")

    def _ask(self, side: int, cells: Sequence[Cell], answers_before: int) -> Ask:
        record, model = self._record, self._record.models[side]
        chats = [self._chat(self._entry.questions[place]) for place, _ in cells]
        seed = seed_of_piece(record.sampling["seed"], answers_before)
        return Ask(
            model["model_path"],
            chats,
            sampling_from({**record.sampling, "seed": seed}),
            use_adapter=model["use_adapter"],
            request_id=self._entry.request_id,
            device=record.device,
            ref=self._refs[side],
            what=f"{'a batch' if record.kind == 'batch' else 'an evaluation'} ({record.name})",
        )

    def _chat(self, question: PromptRow) -> list[ChatMessage]:
        template = self._template if self._record.use_template else None
        return chat_of([{"role": "user", "content": question.instruction}], template, self._record.system)

    def _count(self, cell: Cell, answer: GivenAnswer) -> None:
        """Count an answer, and write its row if it is a batch's."""
        if self._record.kind == "batch":
            self._entry.folder.append([self._batch_row(cell, answer, UNSCORED)])
        self._record.done += 1
        self._publish_text(self._record.text)

    def _note_time(self, seconds: float) -> None:
        """Add the time of an answer that has just ended to the time that models have written.

        The answers of one part are written at the same time, so only the seconds outside the earlier span count.
        """
        now = self._tools.clock()
        began, ended = self._span
        fresh = seconds
        if now - seconds < ended:
            fresh = max(0.0, began - (now - seconds)) + (now - ended)
            self._span = (min(began, now - seconds), now)
        else:
            self._span = (now - seconds, now)
        self._record.answering_seconds = (self._record.answering_seconds or 0.0) + fresh

    def _batch_row(self, cell: Cell, answer: GivenAnswer, score: AnswerScore) -> BatchRow:
        solution = None
        if self._template is not None and answer["finish_reason"] != "refused":
            solution = self._template.markers.between_solution(answer["text"])
        return batch_row(self._entry.questions[cell[0]], answer, solution, score)

    def _scores(self, answers: Mapping[Cell, GivenAnswer]) -> dict[Cell, AnswerScore]:
        """The scores of the answers to questions with an expected answer."""
        expected = [
            cell
            for cell, answer in answers.items()
            if answer["finish_reason"] != "refused" and self._entry.questions[cell[0]].expects
        ]
        if not self._config or not expected:
            return {}
        self._publish_text("scoring")
        rows = []
        for cell in expected:
            question = self._entry.questions[cell[0]]
            row = {"instruction": question.instruction, "extras": question.extras}
            rows.append({**row, "reference": question.reference or "", "response": answers[cell]["text"]})
        return dict(zip(expected, self._scored(rows)[1], strict=True))

    def _scored(self, rows: list[JsonObject]) -> tuple[float | None, list[AnswerScore]]:
        """(the highest possible reward, None if it is not known; the score of each row)."""
        wanted = {"config": self._training_config, "rows": rows}
        found = self._tools.inspector.ask("score_rows", wanted, LANE, SCORE_TIMEOUT_S)
        return found["most"], found["results"]

    def _estimate(self) -> None:
        """Estimate the end from the pace of all pieces but the first, which loads the model."""
        now, done = self._tools.clock(), self._record.done
        since, before = self._pieces_from or self._piece_from
        if done > before:
            self._ends_at = now + (now - since) / (done - before) * (self._record.total - done)
        if self._pieces_from is None:
            self._pieces_from = (now, done)

    def _publish_text(self, text: str) -> None:
        self._record.text = text
        left = None if self._ends_at is None else self._ends_at - self._tools.clock()
        self._record.eta_seconds = None if left is None else round(max(0.0, left), 1)
        self._tools.publish_record(self._record)


def _is_refusal(error: LoraCraftError) -> bool:
    """Whether the model refused a prompt."""
    return isinstance(error, InvalidInput) and "prompt" in error.fields
