"""EvaluationRecord: what is known of one batch or evaluation; test.json and REST have it in this shape."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from core.errors import ErrorReport, InvalidInput

Kind = Literal["batch", "evaluation"]
Status = Literal["waiting", "running", "completed", "cancelled", "failed", "interrupted"]
UNDER_WAY = ("waiting", "running")


@dataclass
class EvaluationRecord:
    """One batch or evaluation; times are Unix seconds.

    Attributes:
        test_id: Its id, which is its folder's name.
        kind: batch or evaluation.
        name: For people.
        session_id: The run it belongs to; None for a model of no run.
        models: Who answers: {"model_path", "use_adapter", "label"}; two of an evaluation, before and after.
        sampling: How answers are drawn, its seed included.
        created_at: When it was asked for; `started_at` when its turn came; `ended_at` when it was over.
        status: How it stands; interrupted when the server died over it.
        done, total: Answers so far, and all that are wanted.
        eta_seconds: How long it will still take; None while that is not known.
        answering_seconds: How long models have written, without loading, scoring and waiting; None while not known.
        text: What it does at the moment.
        samples: Answers of each model to each question.
        system, use_template, device: As for a chat.
        most: The most reward an answer can get; None without a reward.
        notes: What the user should know of it.
        doubt: Why its result may say nothing, such as rows that were trained on; empty for no reason.
        about: What is compared on what, for the card: name -> value.
        preview: The first prompts of a batch as they were read, long ones cut: {"prompt", "reference"}.
        failure: Why it failed, in the shape of every error.
        summary: What came out, once it is over.
    """

    test_id: str
    kind: Kind
    name: str
    session_id: str | None
    models: list[dict]
    sampling: dict
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
    preview: list[dict] = field(default_factory=list)
    failure: ErrorReport | None = None
    summary: dict | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.status in UNDER_WAY

    def as_dict(self) -> dict:
        """It as JSON has it."""
        return asdict(self)


def stored_record(value: Any) -> EvaluationRecord:
    """A stored record.

    Raises:
        InvalidInput: It is none; somebody has edited it.
    """
    known = {one.name for one in fields(EvaluationRecord)}
    try:
        return EvaluationRecord(**{name: held for name, held in value.items() if name in known})
    except (AttributeError, TypeError) as error:
        raise InvalidInput(f"test.json is no test: {error}.", "Delete its folder.") from error


@dataclass(frozen=True)
class PromptRow:
    """One prompt of a record: what is asked, what is expected, and what else a reward reads.

    Attributes:
        index: Its place among all, from 0.
        instruction: The prompt as the user, or the data set, has it.
        reference: The expected answer; None where there is none.
        extras: Further columns that rewards read.
    """

    index: int
    instruction: str
    reference: str | None = None
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def expects(self) -> bool:
        """Whether there is anything to score an answer by."""
        return self.reference is not None or bool(self.extras)
