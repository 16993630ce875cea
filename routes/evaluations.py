"""/api/models: batches of prompts and evaluations; how they stand, their results, their files."""

from __future__ import annotations

import json
from typing import Any, Literal

from flask import Blueprint, Response, g, request
from pydantic import Field

from constants import MAX_PROMPT_FILE_BYTES, MAX_PROMPTS
from core.errors import InvalidInput, TooLarge
from core.evaluations.evaluation_card_html import CARD_POLICY
from core.evaluations.export import results_csv, results_json
from core.validation import shaped
from routes.file_upload import FORM_OVERHEAD_BYTES
from routes.generation import ComparedModel, SamplingBody
from routes.http import Body, Query, body, query, reply, services
from services.evaluations.service import Wanted

bp = Blueprint("evaluations", __name__)
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for an old Windows encoding."""


class TestBody(SamplingBody):
    """What batches and evaluations share."""

    device: Literal["auto", "cpu"] = "auto"


class BatchOptions(TestBody):
    """Which model is asked, and how."""

    model_path: str = Field(min_length=1, max_length=512)
    use_adapter: bool = True
    system: str | None = Field(None, max_length=20_000)
    use_template: bool = True
    encoding: str | None = Field(None, max_length=40)

    def wanted(self) -> Wanted:
        """As the service takes it."""
        return Wanted(self.model_dump(), self.system, self.use_template, self.device)


class Prompt(Body):
    """One prompt, what is expected of the answer, and what else the run's rewards read."""

    prompt: str = Field(min_length=1)
    reference: str | None = None
    extras: dict[str, Any] = {}


class BatchRequest(BatchOptions):
    """Prompts for one model, without a file."""

    prompts: list[Prompt] = Field(min_length=1, max_length=MAX_PROMPTS)


class EvaluateRequest(TestBody):
    """Whose held-out rows, which two models, how many rows and answers."""

    session_id: str
    models: list[ComparedModel] | None = Field(None, min_length=2, max_length=2)
    rows: int = Field(100, ge=1, le=10_000)
    samples: int = Field(1, ge=1, le=16)


class TestsQuery(Query):
    """Whose tests; all without a session."""

    session_id: str | None = None


class ResultsQuery(Query):
    """Which part of the results."""

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
        name, prompts = "1 prompt" if len(held) == 1 else f"{len(held)} prompts", _given(held)
    model = (options.model_path, options.use_adapter)
    return reply(services().evaluations.batch(name, prompts, model, options.wanted()), 202)


@bp.post("/evaluate")
def evaluate():
    """Queue an evaluation of two models on a run's held-out rows."""
    asked = body(EvaluateRequest)
    models = [(model.model_path, model.use_adapter) for model in asked.models] if asked.models else None
    wanted = Wanted(asked.model_dump(), device=asked.device)
    return reply(services().evaluations.evaluate(asked.session_id, models, asked.rows, asked.samples, wanted), 202)


@bp.get("/tests")
def list_tests():
    """All tests, or those of one run, newest first."""
    return reply({"tests": services().evaluations.records(query(TestsQuery).session_id)})


@bp.get("/tests/<test_id>")
def get_test(test_id: str):
    """A test with a part of its results."""
    wanted = query(ResultsQuery)
    record, rows, total = services().evaluations.page(test_id, wanted.offset, wanted.limit)
    return reply({**record.as_dict(), "results": rows, "results_total": total})


@bp.post("/tests/<test_id>/cancel")
def cancel_test(test_id: str):
    """End a test early; what was answered stays."""
    return reply(services().evaluations.cancel(test_id), 202)


@bp.delete("/tests/<test_id>")
def delete_test(test_id: str):
    """Remove a test with its files."""
    services().evaluations.delete(test_id)
    return reply({"test_id": test_id, "deleted": True})


@bp.get("/tests/<test_id>/<file>")
def test_file(test_id: str, file: str):
    """results.json or results.csv to take away, or a card."""
    if file == "results.json":
        return _taken(results_json(*services().evaluations.get(test_id)), f"{test_id}.json", "application/json")
    if file == "results.csv":
        text = BYTE_ORDER_MARK + results_csv(*services().evaluations.get(test_id))
        return _taken(text, f"{test_id}.csv", "text/csv")
    text = services().evaluations.card(test_id, file)
    if file == "card.md":
        return _taken(text, f"{test_id}.md", "text/markdown")
    g.policy = f"{CARD_POLICY}; frame-ancestors 'none'"
    return Response(text, mimetype="text/html")


def _given(prompts: list[dict]) -> dict:
    """Prompts of a request, as read_prompts gives those of a file."""
    return {"prompts": prompts, "left_out": 0, "notes": []}


def _form() -> tuple[BatchOptions, str, dict]:
    """The options, the file's name and its prompts.

    Raises:
        InvalidInput: The form lacks a part, or the options or the file can't be read; TooLarge.
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


def _options(text: str) -> dict:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        value = error
    if not isinstance(value, dict):
        problem = "is no JSON object"
        raise InvalidInput(f"The part options {problem}.", 'Send {"model_path": ...}.', {"options": problem})
    return value


def _taken(text: str, name: str, mimetype: str) -> Response:
    response = Response(text.encode("utf-8", "replace"), content_type=f"{mimetype}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
