"""AnswerService: asks models a question in the prompt template of their training, and scores the answers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Annotated, Any

from typing_extensions import NotRequired, TypedDict

from core.catalog.families import FAMILIES
from core.errors import LoraCraftError, NotFound
from core.export.folder import PROOF, proven_entries
from core.generation.chat import chat_of
from core.generation.model_path import ModelDescription, ModelRef, checkpoints, label_of
from core.generation.sampling import Sampling
from core.jsonfile import JsonObject
from core.listing import read_all
from core.paths import Workspace
from core.prompts.chosen import template_of
from core.prompts.template import ChatMessage, Parsed, PromptTemplate
from core.rewards.record import ScoreRecord
from core.sessions.state import SessionState
from core.sessions.store import SessionStore
from services.answers.generation import Ask, GenerationService
from services.answers.messages import CANCELLED, AnswerFigures, EndedAnswer, or_cancelled
from services.rewards import RewardService, ScoredRow


class AskedModel(ModelDescription):
    """The model that answered, and whether its adapter was on."""

    use_adapter: bool


class ChatScore(TypedDict):
    """The reward of an answer, null where a part could not be scored, with its parts.

    It lies from `least` to `most`; these are null where a part has no known range.
    """

    total: float | None
    least: float | None
    most: float | None
    scores: dict[str, ScoreRecord]


class ChatAnswer(AnswerFigures):
    """An answer as REST shows it, with the conversation that the model saw.

    `parsed` is null without a run's markers, `score` where there was nothing to score by; `label` names the model in a
    comparison, `problem` says why the answer was refused.
    """

    request_id: str
    model: AskedModel
    response: str
    messages: list[ChatMessage]
    parsed: Annotated[JsonObject, Parsed] | None
    score: ChatScore | None
    label: NotRequired[str]


class Comparison(TypedDict):
    """The answers of a comparison, in the order of its models."""

    request_id: str
    answers: list[ChatAnswer]


class TestableModel(ModelDescription):
    """A model that can be asked; `is_training` while its run has not ended."""

    is_training: bool


@dataclass(frozen=True)
class Side:
    """A model of a comparison, whether its adapter is on, and its place."""

    ref: ModelRef
    use_adapter: bool
    place: int = 0


@dataclass(frozen=True)
class Inquiry:
    """A question, without the models.

    Attributes:
        messages: The conversation; its last message is the user's.
        sampling: The sampling settings.
        system: Replaces the training's system prompt; "" for none, None for the training's own.
        use_template: Whether questions get the prompt template of the training.
        reference: The expected answer; None without one.
        extras: Further columns that the training's reward reads. Without these and a reference nothing is scored.
        request_id: Names the request in generation_update and for a stop.
        device: auto or cpu.
    """

    messages: Sequence[ChatMessage]
    sampling: Sampling
    system: str | None = None
    use_template: bool = True
    reference: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
    device: str = "auto"


class AnswerService:
    """Asks the models of one server.

    Args:
        workspace: The folders of the models.
        store: Reads the runs.
        generation: Answers.
        rewards: Scores the answers.
    """

    def __init__(
        self, workspace: Workspace, store: SessionStore, generation: GenerationService, rewards: RewardService
    ):
        self._workspace = workspace
        self._store = store
        self._generation = generation
        self._rewards = rewards

    def test(self, model_path: str, use_adapter: bool, question: Inquiry) -> ChatAnswer:
        """One model's answer, with its score where a reference is given.

        Raises:
            LoraCraftError: As GenerationService.answer; also for a malformed question.
        """
        return self._answered(Side(self._generation.ref(model_path), use_adapter), question)

    def compare(self, models: Sequence[tuple[str, bool]], question: Inquiry) -> list[ChatAnswer]:
        """The answers of several models, given as (model_path, use_adapter), drawn one after another with one seed.

        A model that fails has an answer with finish_reason "refused" and a `problem`; the others keep their answers.

        Raises:
            LoraCraftError: A name is no model, which is found before the first is asked; or all models failed.
        """
        if question.sampling.seed is None and question.sampling.temperature > 0:
            seeded = question.sampling.model_copy(update={"seed": secrets.randbelow(2**31)})
            question = replace(question, sampling=seeded)
        refs = [(self._generation.ref(path), use_adapter) for path, use_adapter in models]
        sides = [Side(ref, use_adapter, place) for place, (ref, use_adapter) in enumerate(refs)]
        labels = [label_of(ref.as_dict(), use_adapter) for ref, use_adapter in refs]
        answers = self._compared(sides, question)
        return [{**answer, "label": label} for answer, label in zip(answers, labels, strict=True)]

    def chat(
        self, model: ModelRef, messages: Sequence[ChatMessage], system: str | None, use_template: bool
    ) -> list[ChatMessage]:
        """The conversation as the model sees it, see chat_of; a base model has no prompt template."""
        return chat_of(messages, self.template(model.session_id) if use_template else None, system)

    def template(self, session_id: str | None) -> PromptTemplate | None:
        """The prompt template of a run's training; None without a run."""
        return template_of(self._store.config(session_id).prompt) if session_id else None

    def testable(self) -> list[TestableModel]:
        """Every model that can be asked: runs and their checkpoints, newest first, exports, base models."""
        exported = _exported(self._workspace)
        found: list[TestableModel] = []
        for state in self._store.states():
            paths = self._of_run(state) + [
                f"exports/{state.session_id}/{name}" for name in exported.get(state.session_id, ())
            ]
            found += [entry for path in paths if (entry := self._entry(path, state)) is not None]
        for known in FAMILIES:
            found.append({**self._generation.describe(known.id), "title": known.title, "is_training": False})
        return found

    def nameable(self) -> list[ModelRef]:
        """Every model that can be asked, the loaded ones first."""
        loaded = [held["model_path"] for held in self._generation.state()["loaded"]]
        paths = dict.fromkeys([*loaded, *(entry["model_path"] for entry in self.testable())])
        return [ref for path in paths if (ref := self._ref(path)) is not None]

    def named(self, model_path: str) -> ModelRef:
        """The model of `nameable` that a path names. Any other name is refused, since it need not be a model's.

        Raises:
            NotFound, InvalidInput: There is no such model.
        """
        ref = self._generation.ref(model_path)
        if ref.kind == "base" and ref not in self.nameable():
            raise NotFound(f"There is no model {model_path!r} in the list.", "GET /v1/models has the names.")
        return ref

    def _of_run(self, state: SessionState) -> list[str]:
        """The path of a finished run, or of a running one's checkpoints, the latest first."""
        session = self._workspace.session(state.session_id)
        if state.saved and state.is_final:
            return [f"outputs/{state.session_id}"]
        return [f"outputs/{state.session_id}/checkpoints/{folder.name}" for folder in reversed(checkpoints(session))]

    def _entry(self, path: str, state: SessionState) -> TestableModel | None:
        ref = self._ref(path)
        return None if ref is None else {**ref.as_dict(), "is_training": not state.is_final}

    def _ref(self, path: str) -> ModelRef | None:
        try:
            return self._generation.ref(path)
        except LoraCraftError:  # deleted meanwhile, or a configuration that can't be read
            return None

    def _compared(self, sides: Sequence[Side], question: Inquiry) -> list[ChatAnswer]:
        answers: list[ChatAnswer] = []
        problems: list[LoraCraftError] = []
        for side in sides:
            is_stopped = bool(answers) and answers[-1]["finish_reason"] == "cancelled"  # a stop is for all models
            try:
                answers.append(self._answered(side, question, is_stopped))
            except LoraCraftError as error:
                problems.append(error)
                answers.append(_refused(side, question, error))
        if len(problems) == len(sides):
            raise problems[0]
        return answers

    def _answered(self, side: Side, question: Inquiry, is_stopped: bool = False) -> ChatAnswer:
        chat = self.chat(side.ref, question.messages, question.system, question.use_template)
        ask = Ask(
            side.ref.model_path,
            [chat],
            question.sampling,
            use_adapter=side.use_adapter,
            request_id=question.request_id,
            column=side.place,
            stream=bool(question.request_id),
            device=question.device,
            ref=side.ref,
        )
        answer = or_cancelled(None if is_stopped else self._generation.answer(ask)[0])
        template = self.template(side.ref.session_id)
        shown = _shown(side, question, answer, chat)
        shown["parsed"] = asdict(template.markers.parse(answer["text"])) if template else None
        shown["score"] = self._score(side.ref.session_id, question, answer)
        return shown

    def _score(self, session_id: str | None, question: Inquiry, answer: EndedAnswer) -> ChatScore | None:
        """The score of an answer by the training's reward; None where there is nothing to score by."""
        is_expected = question.reference is not None or question.extras
        if session_id is None or not is_expected or answer["finish_reason"] == "cancelled":
            return None
        row: ScoredRow = {
            "response": answer["text"],
            "reference": question.reference or "",
            "instruction": question.messages[-1]["content"],
            "extras": dict(question.extras),
        }
        tested = self._rewards.test(self._store.config(session_id).dump(), [row], 1)
        result = tested["results"][0]
        least, most = tested["least"], tested["most"]
        return {"total": result["total"], "least": least, "most": most, "scores": result["scores"]}


def _shown(side: Side, question: Inquiry, answer: EndedAnswer, chat: Sequence[ChatMessage]) -> ChatAnswer:
    """An answer that is not parsed and not scored."""
    figures: AnswerFigures = {
        "tokens": answer["tokens"],
        "prompt_tokens": answer["prompt_tokens"],
        "seconds": answer["seconds"],
        "tokens_per_second": answer["tokens_per_second"],
        "first_token_seconds": answer["first_token_seconds"],
        "finish_reason": answer["finish_reason"],
        "seed": answer["seed"],
    }
    if "problem" in answer:
        figures["problem"] = answer["problem"]
    shown: ChatAnswer = {
        "request_id": question.request_id,
        "model": {**side.ref.as_dict(), "use_adapter": side.use_adapter},
        "response": answer["text"],
        **figures,
        "messages": list(chat),
        "parsed": None,
        "score": None,
    }
    return shown


def _refused(side: Side, question: Inquiry, error: LoraCraftError) -> ChatAnswer:
    problem = f"{error.message} {error.hint}".strip()
    seed = question.sampling.seed if question.sampling.temperature else None
    answer: EndedAnswer = {**CANCELLED, "finish_reason": "refused", "problem": problem, "seed": seed}
    return _shown(side, question, answer, question.messages)


def _exported(workspace: Workspace) -> dict[str, list[str]]:
    """Run -> its proven exports that can be asked."""
    found: dict[str, list[str]] = {}
    folders = [proof.parent for proof in workspace.exports.glob(f"*/{PROOF}")]
    for folder, entries in read_all(folders, lambda folder: (folder, proven_entries(folder))).entries:
        names = [entry["file"] for entry in entries]
        found[folder.name] = [name for name in names if name == "merged" or name.startswith("model-")]
    return found
