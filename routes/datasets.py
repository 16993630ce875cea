"""/api/datasets: list, upload, preview, map, check and download data sets."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, request
from pydantic import Field

from constants import MAX_UPLOAD_BYTES
from core.jsonfile import JsonObject
from routes.file_upload import FORM_OVERHEAD_BYTES, file_part, raw_chunks
from routes.http import Body, Query, body, droppable, query, reply, services

bp = Blueprint("datasets", __name__)


class SourceRequest(Body):
    """A data set, and the values of the dataset section that are needed to read it."""

    path: str = Field(min_length=1, max_length=512)
    kind: str | None = None
    subset: str | None = None
    split: str = "train"
    encoding: str | None = None
    parameters: dict[str, Any] = {}

    @property
    def how(self) -> JsonObject:
        """The values of the dataset section besides `source`."""
        return self.model_dump(exclude={"path", "samples", "model"})


class PreviewRequest(SourceRequest):
    """A data set, and the number of rows to show."""

    samples: int = 5


class SuggestRequest(SourceRequest):
    """A data set, and the model that will be trained on it, if it is chosen."""

    model: str | None = None


class ConfigRequest(Body):
    """A run configuration; its dataset, prompt, model and lengths are used."""

    config: dict[str, Any]


class PieceQuery(Query):
    """The start of a piece, the size of the whole file, and the encoding of its text, when that is not UTF-8."""

    encoding: str | None = None
    offset: int = Field(ge=0)
    size: int = Field(gt=0)


class UploadQuery(Query):
    """The encoding of a file's text, when that is not UTF-8."""

    encoding: str | None = None


class HubQuery(Query):
    """A data set of the hub."""

    path: str
    subset: str | None = None
    split: str = "train"


@bp.get("/list")
def list_datasets():
    """Curated sets of the hub, built-in sets, and uploads."""
    return reply(services().datasets.overview())


@bp.get("/procedural")
@droppable
def procedural():
    """Procedural tasks with their parameters."""
    return reply({"tasks": services().datasets.procedural()})


@bp.get("/hub")
@droppable
def hub():
    """The hub's description of a data set: subsets, splits, rows, size, licence."""
    wanted = query(HubQuery)
    return reply(services().datasets.describe(wanted.path, wanted.subset, wanted.split))


@bp.post("/upload")
def upload():
    """Receive a whole file."""
    request.max_content_length = MAX_UPLOAD_BYTES + FORM_OVERHEAD_BYTES
    encoding = query(UploadQuery).encoding
    filename, chunks = file_part(request)
    return reply(services().uploads.receive(filename, chunks, request.content_length, encoding), 201)


@bp.put("/uploads/<name>")
def upload_piece(name: str):
    """Receive a piece of a large file: 202 before the last piece, 201 with it."""
    request.max_content_length = MAX_UPLOAD_BYTES + FORM_OVERHEAD_BYTES
    piece = query(PieceQuery)
    state = services().uploads.append(name, piece.offset, piece.size, raw_chunks(request), piece.encoding)
    return reply(state, 201 if state["complete"] else 202)


@bp.get("/uploads")
def uploads():
    """All uploaded files."""
    found, unfinished = services().uploads.listing(), services().uploads.unfinished()
    return reply({"uploads": found.entries, "broken": found.broken, "unfinished": unfinished})


@bp.get("/uploads/<name>")
def upload_state(name: str):
    """One uploaded file with its statistics, or the number of bytes received so far."""
    return reply(services().uploads.state(name))


@bp.delete("/uploads/<name>")
def delete_upload(name: str):
    """Remove an uploaded file."""
    services().uploads.delete(name)
    return reply({"name": name, "deleted": True})


@bp.post("/preview")
@droppable
def preview():
    """The first rows of any data set, and a guessed mapping."""
    wanted = body(PreviewRequest)
    return reply(services().datasets.preview(wanted.path, wanted.samples, **wanted.how))


@bp.post("/fields")
@droppable
def fields():
    """The guessed mapping, and three rows as the model and the reward see them."""
    return reply(services().datasets.fields(body(ConfigRequest).config))


@bp.post("/suggest")
@droppable
def suggest():
    """Quick Start: mapping, template and reward for a data set, with reasons and the score of its own answers."""
    wanted = body(SuggestRequest)
    return reply(services().datasets.suggest(wanted.path, wanted.model, **wanted.how))


@bp.post("/check")
def check():
    """Start to check every row in the way a run would use it."""
    return reply(asdict(services().datasets.check(body(ConfigRequest).config)), 202)


@bp.post("/download")
def download():
    """Start to download a data set of the hub into the cache."""
    wanted = body(SourceRequest)
    return reply(asdict(services().datasets.download(wanted.path, **wanted.how)), 202)


@bp.get("/jobs/<job_id>")
def job(job_id: str):
    """A check, a download or a count as it is now."""
    return reply(asdict(services().jobs.get(job_id)))
