"""The arguments of each task of an inspection worker; the task checks configurations and sections."""

from __future__ import annotations

from typing_extensions import TypedDict

from core.data.mapping import Extras
from core.jsonfile import JsonObject


class InspectionRequest(TypedDict):
    """One request; the task gives `arguments` its form."""

    id: int
    task: str
    arguments: JsonObject


class OfConfig(TypedDict):
    """A run configuration."""

    config: JsonObject


class OfDataset(TypedDict):
    """A dataset section."""

    dataset: JsonObject


class SuggestionWanted(OfDataset):
    """For the model of that name; null where none is chosen."""

    model: str | None


class FirstRows(OfDataset):
    """So many rows of a data set."""

    samples: int


class OfFile(TypedDict):
    """A file of the workspace."""

    path: str


class OfHub(TypedDict):
    """A data set on the hub."""

    source: str
    subset: str | None
    split: str


class OfPrompt(TypedDict):
    """A prompt section, and the model that would see it."""

    prompt: JsonObject
    model: str
    instruction: str


class GivenRow(TypedDict):
    """A response, and the row it answers."""

    instruction: str
    reference: str
    extras: Extras
    response: str


class BenchWanted(OfConfig):
    """On so many rows of the configured data set."""

    samples: int


class TestWanted(BenchWanted):
    """The responses to score; null for the data set's own answers."""

    rows: list[GivenRow] | None


class OfDefinition(TypedDict):
    """The definition of a custom reward, and the configuration whose data it is tried on.

    Without one it is tried on a sample, and `note` says why.
    """

    definition: JsonObject
    config: JsonObject | None
    note: str
