"""The shapes of payloads as TypeScript declarations: `python -m cli.declarations [--write static/js/types.d.ts]`.

The page's modules name them in JSDoc comments, so that tsc checks what the page reads of an answer.
"""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import NotRequired, get_type_hints, is_typeddict

from cli.generated import print_or_write
from core.config.algorithms import AlgorithmWords
from core.config.describe import SchemaPayload
from core.data.hub import HubDescription
from core.data.preview import DataPreview, MappedPreview, PromptPreview
from core.data.procedural import ProceduralTask
from core.errors import ErrorReport
from core.evaluations.record import EvaluationRecord
from core.evaluations.results import BatchRow, EvaluationRow
from core.rewards.quick_start.suggest import Suggestion
from core.rewards.tested import BenchResult, RewardTest
from core.runs.checks import CheckReport
from core.runs.diagnosis import Diagnosis
from core.runs.plan import Plan
from core.sessions.scores import ShownScore
from core.sessions.state import SessionState
from core.sessions.store import ListedSession
from services.answers.messages import GenerationUpdate, LoadedState
from services.answers.recent import RecentAnswer
from services.answers.service import ChatAnswer, TestableModel
from services.configs import SavedConfig
from services.datasets.payloads import CompleteUpload, DatasetOverview, LastPiece, PartialUpload, ReceivedUpload
from services.exports.service import OfferedPlan
from services.exports.state import ExportState
from services.models import ModelDetails, ModelOverview
from services.processes.devices import QueueState
from services.processes.jobs import Job
from services.prompts import ListedTemplate, ParsedCompletion, ShownTemplate
from services.rewards import SavedReward, ShownPreset, ShownReward
from services.system_monitor import SystemSample
from services.training.rollouts import SearchResult, StepCompletions
from websockets.messages import TrainingCompletions, TrainingStatus, TrainingUpdate

PAYLOADS: tuple[Any, ...] = (
    *(ErrorReport, SystemSample, QueueState, Job, SavedConfig, AlgorithmWords, SchemaPayload),
    *(SessionState, ListedSession, ShownScore, TrainingUpdate, TrainingStatus, TrainingCompletions),
    *(StepCompletions, SearchResult, Diagnosis, Plan, CheckReport),
    *(DataPreview, MappedPreview, HubDescription, ProceduralTask, DatasetOverview),
    *(CompleteUpload, PartialUpload, ReceivedUpload, LastPiece, Suggestion),
    *(PromptPreview, ShownTemplate, ListedTemplate, ParsedCompletion),
    *(ShownPreset, ShownReward, SavedReward, RewardTest, BenchResult),
    *(ModelOverview, ModelDetails, TestableModel, LoadedState, GenerationUpdate, ChatAnswer, RecentAnswer),
    *(EvaluationRecord, BatchRow, EvaluationRow, ExportState, OfferedPlan),
)
"""What the server sends; the shapes inside them follow by themselves."""
WORDS = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", Any: "unknown"}
HEAD = "// Written by `python -m cli.declarations --write static/js/types.d.ts`; a test holds it current.\n"


def declarations() -> str:
    """Every payload and what it is made of, sorted by name."""
    found: dict[str, Any] = {}
    waiting = list(PAYLOADS)
    while waiting:
        shape = waiting.pop()
        if found.setdefault(shape.__name__, shape) is not shape:
            raise ValueError(f"two shapes are called {shape.__name__}")
        inside = [part for hint in _hints(shape).values() for part in _shapes_in(hint)]
        waiting += [part for part in inside if part.__name__ not in found]
    return "\n".join([HEAD, *(_declared(found[name]) for name in sorted(found))])


def _declared(shape: Any) -> str:
    text = " ".join((shape.__doc__ or "").split("\n\n")[0].split())
    lines = [f"/** {text} */", f"interface {shape.__name__} {{"]
    for name, hint in _hints(shape).items():
        is_optional = get_origin(hint) is NotRequired or name in getattr(shape, "__optional_keys__", ())
        lines.append(f"  {name}{'?' if is_optional else ''}: {_typescript(hint)};")
    return "\n".join([*lines, "}", ""])


def _hints(shape: Any) -> dict[str, Any]:
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return {name: field.annotation for name, field in shape.model_fields.items()}
    return get_type_hints(shape, include_extras=True)


def _shapes_in(hint: Any) -> Iterator[Any]:
    """The named shapes that a type is made of."""
    if _is_shape(hint):
        yield hint
        return
    for part in (_annotated(hint),) if get_origin(hint) is Annotated else get_args(hint):
        yield from _shapes_in(part)


def _is_shape(hint: Any) -> bool:
    is_model = isinstance(hint, type) and issubclass(hint, BaseModel)
    return is_typeddict(hint) or is_dataclass(hint) or is_model


def _annotated(hint: Any) -> Any:
    """The shape that an annotation names, else the annotated type."""
    return next(filter(_is_shape, hint.__metadata__), hint.__origin__)


def _typescript(hint: Any) -> str:
    """A type of Python, as its values are in JSON."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return _typescript(parts[0])
    if origin is Annotated:
        return _typescript(_annotated(hint))
    if origin is Literal:
        return " | ".join(json.dumps(part) for part in parts)
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(_typescript(part) for part in parts))
    if origin in (dict, Mapping):
        return f"Record<string, {_typescript(parts[1])}>"
    if origin is tuple and parts[-1] is not ...:
        return f"[{', '.join(_typescript(part) for part in parts)}]"
    if origin in (list, tuple, Sequence):
        inner = _typescript(parts[0])
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    return WORDS.get(hint) or hint.__name__


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the declarations, or write them into a file."""
    return print_or_write("cli.declarations", "Payloads for TypeScript.", declarations, arguments)


if __name__ == "__main__":
    sys.exit(main())
