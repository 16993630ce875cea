"""ModelTestService: batches of prompts and evaluations: started, kept on disk, listed, cancelled, deleted."""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from core.errors import Conflict, LoraCraftError, NotFound
from core.evaluations.defaults import about, model_of_test, require_rows, require_two, sampling_of, seeded
from core.evaluations.folder import CARDS, ResultFolder, RowPlaces
from core.evaluations.record import Kind, ModelTest, PromptRow
from core.evaluations.settle import settle
from core.generation.sampling import Sampling, sampling_from
from core.paths import Workspace, checked_name
from core.sessions.store import SessionStore
from services.answers.generation import GenerationService
from services.evaluations.line import WorkLine
from services.evaluations.work import Desk, Work
from services.processes.inspector import Inspector
from services.publish import Publish

LOG = logging.getLogger(__name__)
NAME_CHARACTERS = 60
MOST_PAGED = 8
"""Tests of which it is remembered where their rows lie; a page asks for one again and again while it runs."""
PREVIEWED, PREVIEW_CHARACTERS = 5, 300
"""Prompts of a batch that are shown as they were read, before the first answer is there, and how much of each text."""


@dataclass(frozen=True)
class Wanted:
    """How a test is to be asked.

    Attributes:
        values: Sampling values, null for the default; other keys are passed over.
        system: Replaces the training's system prompt; "" for none, None for the training's own.
        use_template: Whether prompts get the form they had in training.
        device: auto or cpu.
    """

    values: Mapping = field(default_factory=dict)
    system: str | None = None
    use_template: bool = True
    device: str = "auto"


class ModelTestService:
    """The tests of one server.

    Args:
        workspace: Where they are kept.
        store: Knows the runs.
        generation: Answers.
        inspector: Reads prompts and held-out rows, and scores.
        publish: Called with ("batch", the test as a dict) at every change.
        clock: Unix seconds.
    """

    def __init__(
        self,
        workspace: Workspace,
        store: SessionStore,
        generation: GenerationService,
        inspector: Inspector,
        publish: Publish,
        clock: Callable[[], float] = time.time,
    ):
        self._workspace = workspace
        self._store = store
        self._desk = Desk(store, generation, inspector, publish, clock)
        self._line = WorkLine(self._desk)
        self._settling = threading.Lock()
        self._paging = threading.Lock()
        self._places: dict[str, RowPlaces] = {}

    def read_prompts(self, filename: str, source: IO[bytes], encoding: str | None, model_path: str) -> dict:
        """What a file of prompts holds: {"prompts": [{"prompt", "reference", "extras"}], "left_out", "notes"}.

        Args:
            filename: As the user calls it.
            source: Its content.
            encoding: Of its text, when it is not UTF-8.
            model_path: Who will be asked; the columns that its training used are looked for first, and the further ones
                that its rewards read are the extras.
        Raises:
            NotFound: There is no such model.
            InvalidInput: It can't be read, or holds no prompts or too many; the message names file and line.
        """
        session_id = self._desk.generation.describe(model_path)["session_id"]
        config = self._store.config(session_id).dump() if session_id else None
        folder = self._workspace.prompt_files / secrets.token_hex(8)
        folder.mkdir(parents=True)
        try:
            path = folder / _file_name(filename)
            with path.open("wb") as file:
                shutil.copyfileobj(source, file)
            asked = {"path": path.relative_to(self._workspace.root).as_posix(), "encoding": encoding}
            return self._desk.inspector.ask("prompt_file", asked | {"config": config})
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def batch(self, name: str, prompts: Mapping, model: tuple[str, bool], wanted: Wanted) -> dict:
        """Queue prompts for one model; the test.

        Args:
            name: For people.
            prompts: As read_prompts gives them.
            model: (model_path, use_adapter).
            wanted: How they are asked.
        Raises:
            NotFound, InvalidInput: There is no such model, or a value is out of bounds.
        """
        models = self._described([model])
        sampling = seeded(sampling_from(wanted.values), secrets.randbelow(2**31))
        test = self._new("batch", name, models[0]["session_id"], models, sampling, wanted)
        test.total, test.preview = len(prompts["prompts"]), [_preview(one) for one in prompts["prompts"][:PREVIEWED]]
        test.notes += prompts["notes"]
        if prompts["left_out"]:
            test.notes.append(f"{prompts['left_out']} rows without a prompt were left out.")
        questions = [
            PromptRow(place, one["prompt"], one["reference"], one["extras"])
            for place, one in enumerate(prompts["prompts"])
        ]
        return self._enter(Work(test, self._place(test), questions, sessions=_sessions(test, models)))

    def evaluate(
        self, session_id: str, models: Sequence[tuple[str, bool]] | None, rows: int, samples: int, wanted: Wanted
    ) -> dict:
        """Queue an evaluation of two models on a run's held-out rows; the test.

        Args:
            session_id: Whose held-out rows, prompt template and rewards are used.
            models: (model_path, use_adapter) of both, before and after; None compares the run with its base model.
            rows: How many rows at most.
            samples: Answers of each model to each row.
            wanted: Sampling values; max_tokens is the training's unless given, and temperature 0 for one sample, the
                training's for several.
        Raises:
            NotFound, InvalidInput: There is no such run or model, nothing is held out, or a value is out of bounds.
        """
        config = self._store.config(session_id)
        require_rows(config, rows, samples)
        own = f"outputs/{session_id}"
        described = self._described(models or [(own, False), (own, True)])
        require_two(described)
        sampling = sampling_of(config, samples, wanted.values)
        name = f"{described[1]['label']} against {described[0]['label']}"
        test = self._new("evaluation", name, session_id, described, sampling, wanted)
        test.samples, test.about = samples, about(session_id, config)
        test.total = min(rows, config.dataset.validation_samples) * samples * len(described)
        return self._enter(Work(test, self._place(test), rows=rows, sessions=_sessions(test, described)))

    def records(self, session_id: str | None = None) -> list[dict]:
        """All tests, or those of one run, newest first.

        Raises:
            NotFound: There is no such run.
        """
        if session_id is not None:
            self._store.paths(session_id)
        found = []
        for folder in self._folders(session_id):
            try:
                found.append(self._as_it_stands(folder))
            except LoraCraftError as error:  # edited by hand, or deleted meanwhile
                LOG.warning("The test %s is left out: %s", folder.path, error)
        return [test.as_dict() for test in sorted(found, key=lambda test: test.created_at, reverse=True)]

    def get(self, test_id: str) -> tuple[ModelTest, list[dict]]:
        """A test, and its rows so far in the original order.

        Raises:
            NotFound: There is none of that id.
        """
        folder = self._folder(test_id)
        return self._as_it_stands(folder), folder.rows()

    def page(self, test_id: str, offset: int, limit: int) -> tuple[ModelTest, list[dict], int]:
        """A test, at most `limit` of its rows from `offset` on, and how many rows it has so far.

        Raises:
            NotFound: There is none of that id.
        """
        folder = self._folder(test_id)
        test = self._as_it_stands(folder)
        with self._paging:
            places = self._places.pop(test_id, None) or RowPlaces(folder.results)
            self._places[test_id] = places
            while len(self._places) > MOST_PAGED:
                self._places.pop(next(iter(self._places)))
            return test, *places.page(offset, limit)

    def card(self, test_id: str, name: str) -> str:
        """The text of card.md or card.html.

        Raises:
            NotFound: There is no such test, or it has no such file (yet).
        """
        file = self._folder(test_id).path / name
        if name not in CARDS or not file.is_file():
            hint = "There are results.json and results.csv, and card.md and card.html of evaluations that are over."
            raise NotFound(f"The test {test_id!r} has no {name!r}.", hint)
        return file.read_text(encoding="utf-8")

    def cancel(self, test_id: str) -> dict:
        """Ask a test to end early; what was answered stays.

        Raises:
            NotFound: There is none of that id.
            Conflict: It is over.
        """
        folder = self._folder(test_id)
        work = self._line.find(test_id)
        if work is None:
            status = self._as_it_stands(folder).status
            raise Conflict(f"The test {test_id!r} is {status}.", "There is nothing to cancel.")
        self._line.cancel(work)
        return work.test.as_dict()

    def delete(self, test_id: str) -> None:
        """Remove a test with its files.

        Raises:
            NotFound: There is none of that id.
            Conflict: It waits or runs.
        """
        folder = self._folder(test_id)
        if self._line.find(test_id) is not None:
            raise Conflict(f"The test {test_id!r} is under way.", "Cancel it first.")
        with self._settling:
            shutil.rmtree(folder.path)

    def is_testing(self, session_id: str) -> bool:
        """Whether a test that waits or runs needs the files of a run."""
        return self._line.uses(session_id)

    def recover(self) -> None:
        """At boot: tests that an earlier server was at are interrupted; what they have stays readable.

        Their figures and cards follow in a thread of their own, since those of many rows take seconds.
        """
        shutil.rmtree(self._workspace.prompt_files, ignore_errors=True)
        lost = [folder for folder in self._folders() if self._was_under_way(folder)]
        if lost:
            threading.Thread(target=self._settle, args=(lost,), name="recover-tests", daemon=True).start()

    def _was_under_way(self, folder: ResultFolder) -> bool:
        try:
            return folder.load().is_under_way
        except (LoraCraftError, OSError) as error:
            LOG.warning("The test %s can't be recovered: %s", folder.path, error)
            return False

    def _settle(self, lost: Sequence[ResultFolder]) -> None:
        for folder in lost:
            try:
                with self._settling:
                    test = folder.load()
                    test.status = "interrupted"
                    test.ended_at = folder.last_written or test.created_at
                    settle(test, folder)
            except (LoraCraftError, OSError) as error:
                LOG.warning("The test %s can't be recovered: %s", folder.path, error)
            else:
                self._desk.tell(test)

    def wait(self, test_id: str, timeout_s: float | None = None) -> None:
        """Block until a test is over, at most `timeout_s`."""
        work = self._line.find(test_id)
        if work is not None:
            work.ended.wait(timeout_s)

    def _described(self, models: Sequence[tuple[str, bool]]) -> list[dict]:
        return [model_of_test(self._desk.generation.describe(path), use_adapter) for path, use_adapter in models]

    def _new(
        self, kind: Kind, name: str, session_id: str | None, models: list[dict], sampling: Sampling, wanted: Wanted
    ) -> ModelTest:
        return ModelTest(
            test_id=f"{kind}-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}",
            kind=kind,
            name=name,
            session_id=session_id,
            models=[{key: model[key] for key in ("model_path", "use_adapter", "label")} for model in models],
            sampling=sampling.model_dump(mode="json"),
            created_at=self._desk.clock(),
            total=0,
            system=wanted.system,
            use_template=wanted.use_template,
            device=wanted.device,
        )

    def _enter(self, work: Work) -> dict:
        self._line.enter(work)
        return work.test.as_dict()

    def _place(self, test: ModelTest) -> ResultFolder:
        parent = self._store.paths(test.session_id).tests if test.session_id else self._workspace.loose_tests
        return ResultFolder(parent / test.test_id)

    def _as_it_stands(self, folder: ResultFolder) -> ModelTest:
        work = self._line.find(folder.path.name)
        if work is not None:
            return work.test
        test = folder.load()
        if test.is_under_way:
            test.status = "interrupted"
        return test

    def _folder(self, test_id: str) -> ResultFolder:
        name = checked_name(test_id, "test_id")
        found = next((folder for folder in self._folders() if folder.path.name == name), None)
        if found is None:
            raise NotFound(f"There is no test {test_id!r}.", "GET /api/models/tests lists them.")
        return found

    def _folders(self, session_id: str | None = None) -> Iterator[ResultFolder]:
        if session_id is not None:
            parents: Sequence[Path] = [self._workspace.session(session_id).tests]
        else:
            parents = [*self._workspace.outputs.glob("*/tests"), self._workspace.loose_tests]
        for parent in parents:
            yield from (ResultFolder(file.parent) for file in sorted(parent.glob("*/test.json")))


def _sessions(test: ModelTest, models: Sequence[Mapping]) -> frozenset[str]:
    """The runs whose files a test needs."""
    ids = {test.session_id, *(model["session_id"] for model in models)}
    return frozenset(session_id for session_id in ids if session_id)


def _preview(prompt: Mapping) -> dict:
    """What is shown of a prompt; it goes out with every word of how the test stands, so it is short."""

    def cut(text: str | None) -> str | None:
        return text if text is None or len(text) <= PREVIEW_CHARACTERS else f"{text[:PREVIEW_CHARACTERS]} ..."

    return {"prompt": cut(prompt["prompt"]), "reference": cut(prompt["reference"])}


def _file_name(filename: str) -> str:
    """The user's name of a file, less what file systems object to; its end says what kind it is."""
    given = Path(filename.replace("\\", "/")).name
    tidy = re.sub(r"[^A-Za-z0-9._-]+", "-", given).lstrip(".-_")
    return tidy[-NAME_CHARACTERS:].lstrip(".-_") or "prompts"
