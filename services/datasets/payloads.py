"""The shapes in which REST shows data sets and uploads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import NotRequired, TypedDict

from core.catalog.datasets import CuratedDataset
from core.data.builtin import BuiltinDescription
from core.data.columns import ColumnSummary
from core.data.guess import MappingSettings
from core.data.preview import GuessedColumns
from core.data.row import RawRow
from core.errors import ErrorReport
from core.jsonfile import JsonObject
from core.listing import BrokenEntry


class UploadContent(TypedDict):
    """What the first rows of an upload tell; an upload of an older version lacks it."""

    columns: NotRequired[list[str]]
    mapping: NotRequired[MappingSettings]
    notes: NotRequired[list[str]]


class UploadCount(TypedDict):
    """The rows of an upload, their statistics and its hash, null or missing until the rows are counted."""

    rows: int | None
    statistics: NotRequired[list[ColumnSummary]]
    sha256: str | None


class StoredUpload(UploadContent, total=False):
    """What is kept of an upload; `job_id` names the job that counts its rows, `problem` says why that failed."""

    name: str
    path: str
    size_bytes: int
    encoding: str | None
    rows: int | None
    statistics: list[ColumnSummary]
    sha256: str | None
    job_id: str | None
    problem: ErrorReport | None


class AcceptedUpload(UploadCount):
    """What is written of a new upload; see StoredUpload."""

    name: str
    path: str
    size_bytes: int
    encoding: str | None
    columns: list[str]
    mapping: MappingSettings
    notes: list[str]
    job_id: str | None


class ListedUpload(UploadContent, UploadCount):
    """An upload in the list; see StoredUpload. `uploaded_at` is in Unix seconds."""

    name: str
    path: str
    size_bytes: int
    uploaded_at: float
    encoding: str | None
    job_id: NotRequired[str | None]
    problem: ErrorReport | None


class CompleteUpload(ListedUpload):
    """An upload that has been received to its end."""

    complete: Literal[True]


class PartialUpload(TypedDict):
    """An upload of which `received` bytes have been received."""

    name: str
    received: int
    size_bytes: NotRequired[int]
    complete: Literal[False]


class FirstLook(GuessedColumns):
    """The first rows of a file, and what its columns are taken for."""

    notes: list[str]
    preview: list[RawRow]


class ReceivedUpload(FirstLook, UploadCount):
    """A file that has just been received; `duplicate` marks one that was there already, under this name."""

    name: str
    path: str
    size_bytes: int
    uploaded_at: NotRequired[float]
    encoding: str | None
    job_id: str | None
    problem: NotRequired[ErrorReport | None]
    duplicate: bool


class LastPiece(ReceivedUpload):
    """The file that the last piece of an upload completes."""

    complete: Literal[True]


class ListedBuiltin(BuiltinDescription):
    """A built-in data set in the list; `source` is its name."""

    kind: Literal["builtin"]
    source: str


@dataclass(frozen=True, kw_only=True)
class ListedCurated(CuratedDataset):
    """A curated data set of the hub in the list; `source` is its id, `cached` whether it is on this machine."""

    kind: Literal["hub"] = "hub"
    source: str
    cached: bool


class DatasetOverview(TypedDict):
    """Every data set to choose from: curated ones, built-in ones, and uploads, with those that can't be used."""

    datasets: list[Annotated[JsonObject, ListedCurated]]
    builtin: list[ListedBuiltin]
    uploads: list[ListedUpload]
    broken: list[BrokenEntry]
