"""/api/models: start, list, cancel and delete batches of prompts and evaluations, and get their results."""

from __future__ import annotations

import json
from typing import Any, Literal

from flask import Blueprint, Response, g, request
from pydantic import Field

from constants import MAX_PROMPT_FILE_BYTES, MAX_PROMPTS
from core.errors import InvalidInput, TooLarge
from core.evaluations.evaluation_card_html import CARD_POLICY
from core.evaluations.export import results_csv, results_json
from core.evaluations.prompt_files import Prompts
from core.jsonfile import JsonObject
from core.validation import shaped
from routes.file_upload import FORM_OVERHEAD_BYTES
from routes.generation import ComparedModel, SamplingBody
from routes.http import Body, Query, body, query, reply, services
from services.evaluations.service import Wanted

bp = Blueprint("evaluations", __name__)
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as an old Windows encoding."""


class TestBody(SamplingBody):
    """The options of batches and evaluations."""

    device: Literal["auto", "cpu"] = "auto"


class BatchOptions(TestBody):
    """The model of a batch, and how it is asked."""

    model_path: str = Field(min_length=1, max_length=512)
    use_adapter: bool = True
    system: str | None = Field(None, max_length=20_000)
    use_template: bool = True
    encoding: str | None = Field(None, max_length=40)

    def wanted(self) -> Wanted:
        """The same for the service."""
        return Wanted(self.model_dump(), self.system, self.use_template, self.device)


class Prompt(Body):
    """One prompt, the expected answer, and further columns that the run's rewards read."""

    prompt: str = Field(min_length=1)
    reference: str | None = None
    extras: dict[str, Any] = {}


class BatchRequest(BatchOptions):
    """Prompts for one model in JSON."""

    prompts: list[Prompt] = Field(min_length=1, max_length=MAX_PROMPTS)


class EvaluateRequest(TestBody):
    """The run, the two models, and the numbers of rows and answers."""

    session_id: str
    models: list[ComparedModel] | None = Field(None, min_length=2, max_length=2)
    rows: int = Field(100, ge=1, le=10_000)
    samples: int = Field(1, ge=1, le=16)


class TestsQuery(Query):
    """The run; null for all tests."""

    session_id: str | None = None


class ResultsQuery(Query):
    """A part of the results."""

    offset: int = Field(0, ge=0)
    limit: int = Field(100, ge=0, le=MAX_PROMPTS)


@bp.post("/batch")
def batch():
    """Queue a file of prompts, or prompts in JSON, for one model."""
    if request.mimetype == "multipart/form-data":
        options, name, prompts = _form()
    else:
        options = body(BatchRequest)
        held = [prompt.model_dump() for prompt in options.prompts]
        name, prompts = "1 prompt" if len(held) == 1 else f"{len(held)} prompts", Prompts(held, 0, [])
    model = (options.model_path, options.use_adapter)
    return reply(services().evaluations.batch(name, prompts, model, options.wanted()).as_dict(), 202)


@bp.post("/evaluate")
def evaluate():
    """Queue an evaluation of two models on a run's held-out rows."""
    asked = body(EvaluateRequest)
    models = [(model.model_path, model.use_adapter) for model in asked.models] if asked.models else None
    wanted = Wanted(asked.model_dump(), device=asked.device)
    record = services().evaluations.evaluate(asked.session_id, models, asked.rows, asked.samples, wanted)
    return reply(record.as_dict(), 202)


@bp.get("/tests")
def list_tests():
    """All tests, or those of one run, newest first."""
    records = services().evaluations.records(query(TestsQuery).session_id)
    return reply({"tests": [record.as_dict() for record in records.entries], "broken": records.broken})


@bp.get("/tests/<test_id>")
def get_test(test_id: str):
    """One test with a part of its results."""
    wanted = query(ResultsQuery)
    record, rows, total = services().evaluations.page(test_id, wanted.offset, wanted.limit)
    return reply({**record.as_dict(), "results": rows, "results_total": total})


@bp.post("/tests/<test_id>/cancel")
def cancel_test(test_id: str):
    """End a test early; its answers stay."""
    return reply(services().evaluations.cancel(test_id).as_dict(), 202)


@bp.delete("/tests/<test_id>")
def delete_test(test_id: str):
    """Remove a test with its files."""
    services().evaluations.delete(test_id)
    return reply({"test_id": test_id, "deleted": True})


@bp.get("/tests/<test_id>/<file>")
def test_file(test_id: str, file: str):
    """results.json, results.csv, or a card."""
    if file == "results.json":
        return _attached(results_json(*services().evaluations.get(test_id)), f"{test_id}.json", "application/json")
    if file == "results.csv":
        text = BYTE_ORDER_MARK + results_csv(*services().evaluations.get(test_id))
        return _attached(text, f"{test_id}.csv", "text/csv")
    text = services().evaluations.card(test_id, file)
    if file == "card.md":
        return _attached(text, f"{test_id}.md", "text/markdown")
    g.policy = f"{CARD_POLICY}; frame-ancestors 'none'"
    return Response(text, mimetype="text/html")


def _form() -> tuple[BatchOptions, str, Prompts]:
    """(the options, the file's name, its prompts) of a form.

    Raises:
        InvalidInput: A part is missing or can't be read; TooLarge.
    """
    most = MAX_PROMPT_FILE_BYTES + FORM_OVERHEAD_BYTES
    if (request.content_length or 0) > most:
        limit = MAX_PROMPT_FILE_BYTES >> 20
        raise TooLarge(f"A file of prompts has at most {limit} MB.", "Split it.", {"file": "is too large"})
    request.max_content_length = most
    options = shaped(BatchOptions, _options(request.form.get("options", "{}")))
    file = request.files.get("file")
    if file is None or not file.filename:
        problem = "the form has no file called file"
        raise InvalidInput(f"{problem}.", "Send it as curl -F file=@prompts.txt does.", {"file": problem})
    read = services().evaluations.read_prompts
    return options, file.filename, read(file.filename, file.stream, options.encoding, options.model_path)


def _options(text: str) -> JsonObject:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        value = error
    if not isinstance(value, dict):
        problem = "is no JSON object"
        raise InvalidInput(f"The part options {problem}.", 'Send {"model_path": ...}.', {"options": problem})
    return value


def _attached(text: str, name: str, mimetype: str) -> Response:
    response = Response(text.encode("utf-8", "replace"), content_type=f"{mimetype}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
