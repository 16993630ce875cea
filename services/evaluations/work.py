"""Examination: one batch or evaluation from its first question to its end; every answer is on disk before the next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from constants import HELD_OUT_TIMEOUT_S, SCORE_TIMEOUT_S, TEST_CHUNK_ANSWERS
from core.config import RunConfig
from core.errors import DeviceTaken, Displaced, InvalidInput, LoraCraftError, OutOfMemory
from core.evaluations.folder import ResultFolder
from core.evaluations.record import ModelTest, PromptRow
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
from core.prompts.chosen import template_of
from core.prompts.template import ChatMessage
from core.sessions.store import SessionStore
from services.answers.generation import Ask, GenerationService
from services.processes.inspector import Inspector
from services.publish import Publish

LANE = "tests"
GPU_PERIOD_S = 0.5
Cell = tuple[int, int]
"""The place of a question, and which of its samples."""


@dataclass(frozen=True)
class Desk:
    """What every examination uses.

    Attributes:
        store: Knows the runs.
        generation: Answers.
        inspector: Reads held-out rows and scores.
        publish: Called with ("batch", the test as a dict) at every change.
        clock: Unix seconds.
    """

    store: SessionStore
    generation: GenerationService
    inspector: Inspector
    publish: Publish
    clock: Callable[[], float]

    def runs_on_gpus(self) -> list[str]:
        """The runs that train on a GPU at the moment."""
        return sorted({run for device, run in self.generation.holders().items() if run and device != "cpu"})

    def tell(self, test: ModelTest) -> None:
        """Say how a test stands."""
        self.publish("batch", test.as_dict())


@dataclass
class Work:
    """A test that waits or runs.

    Attributes:
        test: How it stands.
        folder: Where it is kept.
        questions: What is asked; those of an evaluation are read when its turn comes.
        rows: How many held-out rows an evaluation wants.
        sessions: The runs whose files it needs.
        cancelled: Set when it is to end early.
        ended: Set when it is over.
    """

    test: ModelTest
    folder: ResultFolder
    questions: list[PromptRow] = field(default_factory=list)
    rows: int = 0
    sessions: frozenset[str] = frozenset()
    cancelled: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def is_cancelled(self) -> bool:
        """Whether it is to end early."""
        return self.cancelled.is_set()

    @property
    def request_id(self) -> str:
        """By which what it asks at the moment can be stopped."""
        return self.test.test_id


class Examination:
    """Asks every question of every model in pieces, so that a chat can come between, scores and keeps the answers.

    Args:
        work: The test.
        desk: The services.
    """

    def __init__(self, work: Work, desk: Desk):
        self._work = work
        self._test = work.test
        self._desk = desk
        session_id = work.test.session_id
        self._config: RunConfig | None = desk.store.config(session_id) if session_id else None
        self._template = template_of(self._config.prompt) if self._config else None
        self._refs = [desk.generation.ref(model["model_path"]) for model in self._test.models]
        self._together = TEST_CHUNK_ANSWERS
        self._piece_from = (desk.clock(), self._test.done)
        self._pieces_from: tuple[float, int] | None = None
        self._ends_at: float | None = None
        self._span = (0.0, 0.0)

    def run(self) -> None:
        """Ask until all is answered or the test is cancelled.

        Raises:
            LoraCraftError: A model, the data or a reward can't be had; what was answered before is kept.
        """
        if self._test.kind == "evaluation":
            self._read_questions()
        if self._config and any(question.expects for question in self._work.questions):
            self._test.most = self._scored([])[0]
        for piece in self._pieces():
            self._piece(piece)
            if self._work.is_cancelled:
                return

    @property
    def _training_config(self) -> dict | None:
        """How the run was trained that the test is about; None without a run."""
        return self._config.dump() if self._config else None

    def _read_questions(self) -> None:
        self._say("reading the held-out rows")
        evaluations = self._desk.store.state(str(self._test.session_id)).evaluations
        scored = evaluations[-1] if evaluations else None
        wanted = {"config": self._training_config, "rows": self._work.rows, "evaluation": scored}
        found = self._desk.inspector.ask("held_out_rows", wanted, LANE, HELD_OUT_TIMEOUT_S)
        self._work.questions = [PromptRow(index, **row) for index, row in enumerate(found["rows"])]
        rows, test = len(found["rows"]), self._test
        test.doubt = found["doubt"]
        test.total = rows * test.samples * len(test.models)
        if rows < self._work.rows:
            test.notes.append(f"Only {rows} rows are held out; dataset.validation_samples and _fraction decide that.")

    def _pieces(self) -> list[list[int]]:
        """Of an evaluation in the order of the rows, which is by chance: where it is cut short, no kind is missing."""
        places = list(range(len(self._work.questions)))
        if self._test.kind == "evaluation":
            return in_pieces(places, max(1, TEST_CHUNK_ANSWERS // self._test.samples))
        return chunked([len(question.instruction) for question in self._work.questions], TEST_CHUNK_ANSWERS)

    def _piece(self, places: list[int]) -> None:
        """Ask some questions of every model."""
        self._piece_from = (self._desk.clock(), self._test.done)
        answers_before = self._test.done // len(self._test.models)
        cells = list(product(places, range(self._test.samples)))
        kept: dict[int, list[list[dict]]] = {place: [[] for _ in self._test.models] for place in places}
        for side in range(len(self._test.models)):
            if self._work.is_cancelled:
                break
            self._say(f"asking {self._test.models[side]['label']}")
            self._keep(side, self._asked(side, cells, answers_before), kept)
        self._estimate()

    def _keep(self, side: int, answers: Mapping[Cell, dict], kept: dict[int, list[list[dict]]]) -> None:
        """Score the answers and write their rows; a batch has written them unscored as they came."""
        scores = self._scores(answers)
        if self._test.kind == "batch":
            rows = [self._batch_row(cell, answers[cell], scores[cell]) for cell in answers if cell in scores]
        else:
            for cell in sorted(answers):
                kept[cell[0]][side].append(evaluation_answer(answers[cell], scores.get(cell, UNSCORED)))
            changed = sorted({place for place, _ in answers})
            rows = [evaluation_row(self._work.questions[place], kept[place]) for place in changed]
        self._work.folder.append(rows)

    def _asked(self, side: int, cells: Sequence[Cell], answers_before: int) -> dict[Cell, dict]:
        """The answers of one model; those that a stop came before or cut off are missing.

        What fails and can be helped is asked again, see _again; each part has a seed of its own.
        """
        found: dict[Cell, dict] = {}
        parts = [list(cells)]
        while parts and not self._work.is_cancelled:
            part, *further = in_pieces(parts.pop(0), self._together)
            parts = further + parts

            def on_answer(place: int, answer: dict, part: Sequence[Cell] = part) -> None:
                if answer["finish_reason"] != "cancelled":
                    found[part[place]] = answer
                    self._note_time(answer["seconds"])
                    self._count(part[place], answer)

            try:
                self._desk.generation.answer(self._ask(side, part, answers_before + cells.index(part[0])), on_answer)
            except LoraCraftError as error:
                left = [cell for cell in part if cell not in found]
                if _is_refusal(error) and len(left) == 1:
                    on_answer(part.index(left[0]), refused_answer(error.message))
                else:
                    parts = self._again(error, left, side) + parts
        return found

    def _again(self, error: LoraCraftError, left: list[Cell], side: int) -> list[list[Cell]]:
        """The parts in which to ask again what an error has left unanswered.

        A prompt that the model refuses is looked for by halves. What is too much for the memory is asked by halves, as
        is all that follows. A GPU that a run has taken is waited for.

        Raises:
            LoraCraftError: The error, which asking again would not mend.
        """
        if isinstance(error, DeviceTaken):
            self._wait_for_gpu(side)
            return [left]
        if isinstance(error, Displaced):
            return [left] if left else []  # the model had to leave; the next try finds another GPU, or none
        half = len(left) // 2
        if half and isinstance(error, OutOfMemory):
            self._together = len(left) - half
            return [left]
        if half and _is_refusal(error):
            return [left[:half], left[half:]]
        raise error

    def _wait_for_gpu(self, side: int) -> None:
        """Wait until another run, or none, trains on a GPU; the time does not count in the estimate."""
        runs = self._desk.runs_on_gpus()
        self._ends_at = self._pieces_from = None
        who = f"the run {' and '.join(runs)}, which trains on the GPU" if runs else "the GPU"
        self._say(f"waiting for {who}")
        while not self._work.cancelled.wait(GPU_PERIOD_S) and runs and self._desk.runs_on_gpus() == runs:
            pass
        self._piece_from = (self._desk.clock(), self._test.done)
        self._say(f"asking {self._test.models[side]['label']}")

    def _ask(self, side: int, cells: Sequence[Cell], answers_before: int) -> Ask:
        test, model = self._test, self._test.models[side]
        chats = [self._chat(self._work.questions[place]) for place, _ in cells]
        seed = seed_of_piece(test.sampling["seed"], answers_before)
        return Ask(
            model["model_path"],
            chats,
            sampling_from({**test.sampling, "seed": seed}),
            use_adapter=model["use_adapter"],
            request_id=self._work.request_id,
            device=test.device,
            ref=self._refs[side],
            what=f"{'a batch' if test.kind == 'batch' else 'an evaluation'} ({test.name})",
        )

    def _chat(self, question: PromptRow) -> list[ChatMessage]:
        template = self._template if self._test.use_template else None
        return chat_of([{"role": "user", "content": question.instruction}], template, self._test.system)

    def _count(self, cell: Cell, answer: Mapping) -> None:
        """Note one answer more, on disk where it is a row by itself."""
        if self._test.kind == "batch":
            self._work.folder.append([self._batch_row(cell, answer, UNSCORED)])
        self._test.done += 1
        self._say(self._test.text)

    def _note_time(self, seconds: float) -> None:
        """Add what an answer that is there now took. Those of one batch come together, the short ones among the long.

        So the spans in which answers were written may lie in each other; only what is new of one counts.
        """
        now = self._desk.clock()
        began, ended = self._span
        fresh = seconds
        if now - seconds < ended:
            fresh = max(0.0, began - (now - seconds)) + (now - ended)
            self._span = (min(began, now - seconds), now)
        else:
            self._span = (now - seconds, now)
        self._test.answering_seconds = (self._test.answering_seconds or 0.0) + fresh

    def _batch_row(self, cell: Cell, answer: Mapping, score: Mapping) -> dict:
        solution = None
        if self._template is not None and answer["finish_reason"] != "refused":
            solution = self._template.markers.between_solution(answer["text"])
        return batch_row(self._work.questions[cell[0]], answer, solution, score)

    def _scores(self, answers: Mapping[Cell, dict]) -> dict[Cell, dict]:
        """The scores of those answers that something is expected of."""
        expected = [
            cell
            for cell, answer in answers.items()
            if answer["finish_reason"] != "refused" and self._work.questions[cell[0]].expects
        ]
        if not self._config or not expected:
            return {}
        self._say("scoring")
        rows = []
        for cell in expected:
            question = self._work.questions[cell[0]]
            row = {"instruction": question.instruction, "extras": question.extras}
            rows.append({**row, "reference": question.reference or "", "response": answers[cell]["text"]})
        return dict(zip(expected, self._scored(rows)[1], strict=True))

    def _scored(self, rows: list[dict]) -> tuple[float, list[dict]]:
        """(the most an answer can get, the score of each row)."""
        wanted = {"config": self._training_config, "rows": rows}
        found = self._desk.inspector.ask("score_rows", wanted, LANE, SCORE_TIMEOUT_S)
        return found["most"], found["results"]

    def _estimate(self) -> None:
        """When it will end, by the pace of all pieces but the first, which loads the model; at first by that one."""
        now, done = self._desk.clock(), self._test.done
        since, before = self._pieces_from or self._piece_from
        if done > before:
            self._ends_at = now + (now - since) / (done - before) * (self._test.total - done)
        if self._pieces_from is None:
            self._pieces_from = (now, done)

    def _say(self, text: str) -> None:
        self._test.text = text
        left = None if self._ends_at is None else self._ends_at - self._desk.clock()
        self._test.eta_seconds = None if left is None else round(max(0.0, left), 1)
        self._desk.tell(self._test)


def _is_refusal(error: LoraCraftError) -> bool:
    """Whether a model could not take a prompt."""
    return isinstance(error, InvalidInput) and "prompt" in error.fields
