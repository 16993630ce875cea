"""EvaluationRecord: the state of one batch or evaluation, as test.json and REST have it; and PromptRow."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Annotated, Literal

from typing_extensions import TypedDict

from core.data.mapping import Extras
from core.errors import ErrorReport
from core.evaluations.results import BatchSummary, EvaluationSummary
from core.generation.model_path import ModelDescription
from core.generation.sampling import Sampling
from core.jsonfile import JsonObject

Kind = Literal["batch", "evaluation"]
Status = Literal["waiting", "running", "completed", "cancelled", "failed", "interrupted"]
UNDER_WAY = ("waiting", "running")


class RecordModel(TypedDict):
    """A model of a record: its path, whether its adapter is on, and its name for people."""

    model_path: str
    use_adapter: bool
    label: str


class DescribedModel(ModelDescription):
    """A model that is about to be asked, with what a record keeps of it."""

    use_adapter: bool
    label: str


class PreviewedPrompt(TypedDict):
    """A prompt of a batch, cut to a length that a page shows."""

    prompt: str
    reference: str | None


@dataclass
class EvaluationRecord:
    """One batch or evaluation; times are Unix seconds.

    Attributes:
        test_id: Its id, which is its folder's name.
        session_id: The run it belongs to; None for a model of no run.
        models: The models that answer; an evaluation has two, before and after.
        sampling: The sampling values, with the seed.
        created_at, started_at, ended_at: When it was requested, started and ended.
        status: interrupted when the server died while it waited or ran.
        done, total: Answers so far, and answers wanted.
        eta_seconds: Expected time to its end; None while that is not known.
        answering_seconds: How long models generated, without loading, scoring and waiting; None while not known.
        text: What it does at the moment, in words.
        samples: Answers of each model to each question.
        system, use_template, device: As for a chat.
        most: The highest reward an answer can get; None without a reward, or if it is not known.
        notes: Remarks for the user.
        doubt: Why the result may be invalid, such as rows that were trained on; empty without a reason.
        about: Facts for the card: name -> value.
        preview: The first prompts of a batch.
        failure: Why it failed, in the shape of every error.
        summary: Its figures, once it is over.
    """

    test_id: str
    kind: Kind
    name: str
    session_id: str | None
    models: list[RecordModel]
    sampling: Annotated[JsonObject, Sampling]
    created_at: float
    total: int
    status: Status = "waiting"
    started_at: float | None = None
    ended_at: float | None = None
    done: int = 0
    eta_seconds: float | None = None
    answering_seconds: float | None = None
    text: str = ""
    samples: int = 1
    system: str | None = None
    use_template: bool = True
    device: str = "auto"
    most: float | None = None
    notes: list[str] = field(default_factory=list)
    doubt: str = ""
    about: dict[str, str] = field(default_factory=dict)
    preview: list[PreviewedPrompt] = field(default_factory=list)
    failure: ErrorReport | None = None
    summary: BatchSummary | EvaluationSummary | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.status in UNDER_WAY

    def as_dict(self) -> JsonObject:
        """The record in the shape of its JSON."""
        return asdict(self)


@dataclass(frozen=True)
class PromptRow:
    """One prompt of a record; `index` counts from 0, `extras` are further columns that rewards read."""

    index: int
    instruction: str
    reference: str | None = None
    extras: Extras = field(default_factory=dict)

    @property
    def expects(self) -> bool:
        """Whether an answer can be scored."""
        return self.reference is not None or bool(self.extras)
