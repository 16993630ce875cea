"""EvaluationService: starts, lists, cancels and deletes batches of prompts and evaluations, which it keeps on disk."""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from core.errors import Conflict, LoraCraftError, NotFound
from core.evaluations.defaults import (
    about,
    described_model,
    record_model,
    require_rows,
    require_two,
    sampling_of,
    seeded,
)
from core.evaluations.folder import CARDS, ResultFolder, RowPlaces
from core.evaluations.prompt_files import FilePrompt, Prompts
from core.evaluations.record import DescribedModel, EvaluationRecord, Kind, PreviewedPrompt, PromptRow
from core.evaluations.results import ResultRow
from core.evaluations.settle import settle
from core.generation.sampling import Sampling, sampling_from
from core.listing import Listing, read_all
from core.paths import Workspace, checked_name
from services.evaluations.line import EvaluationLine
from services.evaluations.open_record import EvaluationTools, OpenRecord

LOG = logging.getLogger(__name__)
NAME_CHARACTERS = 60
Models = list[DescribedModel]
MOST_PAGED = 8
"""Records whose places of rows are kept, because the page asks for a running record again and again."""
PREVIEWED, PREVIEW_CHARACTERS = 5, 300
"""The prompts of a batch that its record shows before the first answer, and the length of each text."""


@dataclass(frozen=True)
class Wanted:
    """How the models of a record are asked.

    Attributes:
        values: Sampling values, null for the default; other keys are ignored.
        system: Replaces the training's system prompt; "" for none, None for the training's own.
        use_template: Whether prompts get the prompt template of the training.
        device: auto or cpu.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    system: str | None = None
    use_template: bool = True
    device: str = "auto"


class EvaluationService:
    """The batches and evaluations of one server.

    Args:
        workspace: The folders of their files.
        tools: The services that they use.
    """

    def __init__(self, workspace: Workspace, tools: EvaluationTools):
        self._workspace = workspace
        self._tools = tools
        self._line = EvaluationLine(tools)
        self._settling = threading.Lock()
        self._paging = threading.Lock()
        self._places: dict[str, RowPlaces] = {}

    def read_prompts(self, filename: str, source: IO[bytes], encoding: str | None, model_path: str) -> Prompts:
        """Read a file of prompts.

        Args:
            filename: The user's name of the file.
            source: Its content.
            encoding: The encoding of its text, when that is not UTF-8.
            model_path: The model that will be asked; the columns of its training are looked for first, and the columns
                that its rewards read become the extras.
        Raises:
            NotFound: There is no such model.
            InvalidInput: The file can't be read, or has no prompts or too many; the message names file and line.
        """
        session_id = self._tools.generation.describe(model_path)["session_id"]
        config = self._tools.store.config(session_id).dump() if session_id else None
        folder = self._workspace.prompt_files / secrets.token_hex(8)
        folder.mkdir(parents=True)
        try:
            path = folder / _file_name(filename)
            with path.open("wb") as file:
                shutil.copyfileobj(source, file)
            asked = {"path": path.relative_to(self._workspace.root).as_posix(), "encoding": encoding}
            return Prompts(**self._tools.inspector.ask("prompt_file", asked | {"config": config}))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def batch(self, name: str, prompts: Prompts, model: tuple[str, bool], wanted: Wanted) -> EvaluationRecord:
        """Queue prompts for one model, and return their record.

        Args:
            name: The record's name for people.
            prompts: The prompts.
            model: (model_path, use_adapter).
            wanted: How the model is asked.
        Raises:
            NotFound, InvalidInput: There is no such model, or a value is out of bounds.
        """
        models = self._described([model])
        sampling = seeded(sampling_from(wanted.values), secrets.randbelow(2**31))
        record = self._new("batch", name, models[0]["session_id"], models, sampling, wanted)
        record.total = len(prompts.prompts)
        record.preview = [_preview(prompt) for prompt in prompts.prompts[:PREVIEWED]]
        record.notes += prompts.notes
        if prompts.left_out:
            record.notes.append(f"{prompts.left_out} rows without a prompt were left out.")
        questions = [
            PromptRow(place, prompt["prompt"], prompt["reference"], prompt["extras"])
            for place, prompt in enumerate(prompts.prompts)
        ]
        return self._enter(OpenRecord(record, self._place(record), questions, sessions=_sessions(record, models)))

    def evaluate(
        self, session_id: str, models: Sequence[tuple[str, bool]] | None, rows: int, samples: int, wanted: Wanted
    ) -> EvaluationRecord:
        """Queue an evaluation of two models on a run's held-out rows, and return its record.

        Args:
            session_id: The run, whose held-out rows, prompt template and rewards are used.
            models: (model_path, use_adapter) of both, before and after; None compares the run with its base model.
            rows: The highest number of rows.
            samples: The number of answers of each model to each row.
            wanted: How the models are asked. max_tokens is the training's by default; temperature is 0 for one sample,
                and the training's for several.
        Raises:
            NotFound, InvalidInput: There is no such run or model, the run holds no rows out, or a value is out of
                bounds.
        """
        config = self._tools.store.config(session_id)
        require_rows(config, rows, samples)
        own = f"outputs/{session_id}"
        described = self._described(models or [(own, False), (own, True)])
        require_two(described)
        sampling = sampling_of(config, samples, wanted.values)
        name = f"{described[1]['label']} against {described[0]['label']}"
        record = self._new("evaluation", name, session_id, described, sampling, wanted)
        record.samples, record.about = samples, about(session_id, config)
        record.total = min(rows, config.dataset.validation_samples) * samples * len(described)
        return self._enter(OpenRecord(record, self._place(record), rows=rows, sessions=_sessions(record, described)))

    def records(self, session_id: str | None = None) -> Listing[EvaluationRecord]:
        """All records, or those of one run, newest first.

        Raises:
            NotFound: There is no such run.
        """
        if session_id is not None:
            self._tools.store.paths(session_id)
        folders = [folder.path for folder in self._folders(session_id)]
        found = read_all(folders, lambda path: self._current(ResultFolder(path)))
        found.entries.sort(key=lambda record: record.created_at, reverse=True)
        return found

    def get(self, test_id: str) -> tuple[EvaluationRecord, list[ResultRow]]:
        """A record, and its rows so far in the order of the questions.

        Raises:
            NotFound: There is no record of that id.
        """
        folder = self._folder(test_id)
        return self._current(folder), folder.rows()

    def page(self, test_id: str, offset: int, limit: int) -> tuple[EvaluationRecord, list[ResultRow], int]:
        """A record, at most `limit` of its rows from `offset` on, and the number of rows it has so far.

        Raises:
            NotFound: There is no record of that id.
        """
        folder = self._folder(test_id)
        record = self._current(folder)
        with self._paging:
            places = self._places.pop(test_id, None) or RowPlaces(folder.results)
            self._places[test_id] = places
            while len(self._places) > MOST_PAGED:
                self._places.pop(next(iter(self._places)))
            return record, *places.page(offset, limit)

    def card(self, test_id: str, name: str) -> str:
        """The text of card.md or card.html.

        Raises:
            NotFound: There is no such record, or it has no such file yet.
        """
        file = self._folder(test_id).path / name
        if name not in CARDS or not file.is_file():
            hint = "There are results.json and results.csv, and card.md and card.html of evaluations that are over."
            raise NotFound(f"The test {test_id!r} has no {name!r}.", hint)
        return file.read_text(encoding="utf-8", errors="replace")

    def cancel(self, test_id: str) -> EvaluationRecord:
        """Ask a record to end early; its answers stay.

        Raises:
            NotFound: There is no record of that id.
            Conflict: The record has ended.
        """
        folder = self._folder(test_id)
        entry = self._line.find(test_id)
        if entry is None:
            status = self._current(folder).status
            raise Conflict(f"The test {test_id!r} is {status}.", "There is nothing to cancel.")
        self._line.cancel(entry)
        return entry.record

    def delete(self, test_id: str) -> None:
        """Remove a record with its files.

        Raises:
            NotFound: There is no record of that id.
            Conflict: The record waits or runs.
        """
        folder = self._folder(test_id)
        if self._line.find(test_id) is not None:
            raise Conflict(f"The test {test_id!r} is under way.", "Cancel it first.")
        with self._settling:
            shutil.rmtree(folder.path)

    def recover(self) -> None:
        """At boot: end the records that an earlier server left open as interrupted; their answers stay.

        A thread computes their figures and cards, because those of many rows take seconds.
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
                    record = folder.load()
                    record.status = "interrupted"
                    record.ended_at = folder.last_written or record.created_at
                    settle(record, folder)
            except (LoraCraftError, OSError) as error:
                LOG.warning("The test %s can't be recovered: %s", folder.path, error)
            else:
                self._tools.publish_record(record)

    def wait(self, test_id: str, timeout_s: float | None = None) -> None:
        """Block until a record has ended, at most `timeout_s`."""
        entry = self._line.find(test_id)
        if entry is not None:
            entry.ended.wait(timeout_s)

    def _described(self, models: Sequence[tuple[str, bool]]) -> Models:
        return [described_model(self._tools.generation.describe(path), use_adapter) for path, use_adapter in models]

    def _new(
        self,
        kind: Kind,
        name: str,
        session_id: str | None,
        models: Models,
        sampling: Sampling,
        wanted: Wanted,
    ) -> EvaluationRecord:
        return EvaluationRecord(
            test_id=f"{kind}-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}",
            kind=kind,
            name=name,
            session_id=session_id,
            models=[record_model(model) for model in models],
            sampling=sampling.model_dump(mode="json"),
            created_at=self._tools.clock(),
            total=0,
            system=wanted.system,
            use_template=wanted.use_template,
            device=wanted.device,
        )

    def _enter(self, entry: OpenRecord) -> EvaluationRecord:
        self._line.enter(entry)
        return entry.record

    def _place(self, record: EvaluationRecord) -> ResultFolder:
        parent = self._tools.store.paths(record.session_id).tests if record.session_id else self._workspace.loose_tests
        return ResultFolder(parent / record.test_id)

    def _current(self, folder: ResultFolder) -> EvaluationRecord:
        """The record of a folder as it is now."""
        entry = self._line.find(folder.path.name)
        if entry is not None:
            return entry.record
        record = folder.load()
        if record.is_under_way:
            record.status = "interrupted"
        return record

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


def _sessions(record: EvaluationRecord, models: Models) -> frozenset[str]:
    """The runs whose files a record needs."""
    ids = {record.session_id, *(model["session_id"] for model in models)}
    return frozenset(session_id for session_id in ids if session_id)


def _preview(prompt: FilePrompt) -> PreviewedPrompt:
    """A prompt as its record shows it; shortened, because every update of the record carries it."""

    def cut(text: str | None) -> str | None:
        return text if text is None or len(text) <= PREVIEW_CHARACTERS else f"{text[:PREVIEW_CHARACTERS]} ..."

    return {"prompt": cut(prompt["prompt"]) or "", "reference": cut(prompt["reference"])}


def _file_name(filename: str) -> str:
    """The user's name of a file, without unusual characters; its end, which tells the kind of file, stays."""
    given = Path(filename.replace("\\", "/")).name
    tidy = re.sub(r"[^A-Za-z0-9._-]+", "-", given).lstrip(".-_")
    return tidy[-NAME_CHARACTERS:].lstrip(".-_") or "prompts"
