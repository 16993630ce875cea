"""AnswerService: asks one model or several the same question, in the training's form, and scores what they say."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from core.catalog.families import FAMILIES
from core.errors import LoraCraftError, NotFound
from core.generation.chat import chat_of
from core.generation.model_path import ModelRef, checkpoints, label_of
from core.generation.sampling import Sampling
from core.jsonfile import read_json
from core.paths import Workspace
from core.prompts.chosen import template_of
from core.prompts.template import ChatMessage, PromptTemplate
from core.sessions.state import SessionState
from core.sessions.store import SessionStore
from services.answers.generation import Ask, GenerationService
from services.rewards import RewardService

CANCELLED = {
    "text": "", "tokens": 0, "prompt_tokens": None, "seconds": 0.0, "tokens_per_second": None,
    "first_token_seconds": None, "finish_reason": "cancelled", "seed": None,
}  # fmt: skip
"""The answer of a model that a stop came before."""


@dataclass(frozen=True)
class Side:
    """A model of a comparison: which, whether its adapter is on, and its place."""

    ref: ModelRef
    use_adapter: bool
    place: int = 0


@dataclass(frozen=True)
class Inquiry:
    """What is asked, beside the models.

    Attributes:
        messages: The conversation; its last message is the user's.
        sampling: How answers are drawn.
        system: Replaces the training's system prompt; "" for none, None for the training's own.
        use_template: Whether questions get the form they had in training.
        reference: The expected answer; None where there is none.
        extras: Further columns that the training's reward reads; with neither, it is not asked.
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
    """Questions of people to the models of one server.

    Args:
        workspace: Where models lie.
        store: Knows the runs.
        generation: Answers.
        rewards: Scores.
    """

    def __init__(
        self, workspace: Workspace, store: SessionStore, generation: GenerationService, rewards: RewardService
    ):
        self._workspace = workspace
        self._store = store
        self._generation = generation
        self._rewards = rewards

    def test(self, model_path: str, use_adapter: bool, question: Inquiry) -> dict:
        """One model's answer, with what it cost, its parts, and its score where a reference is given.

        Raises:
            LoraCraftError: As GenerationService.answer, or the question is malformed.
        """
        return self._answered(Side(self._generation.ref(model_path), use_adapter), question)

    def compare(self, models: Sequence[tuple[str, bool]], question: Inquiry) -> list[dict]:
        """The answers of several models, each given as (model_path, use_adapter), one after another, same seed.

        A model that fails has an answer that says so (finish_reason "refused", `problem`): the others keep theirs.

        Raises:
            LoraCraftError: A model is misnamed, which is told before the first is asked, or all of them failed.
        """
        if question.sampling.seed is None and question.sampling.temperature > 0:
            seeded = question.sampling.model_copy(update={"seed": secrets.randbelow(2**31)})
            question = replace(question, sampling=seeded)
        refs = [(self._generation.ref(path), use_adapter) for path, use_adapter in models]
        sides = [Side(ref, use_adapter, place) for place, (ref, use_adapter) in enumerate(refs)]
        labels = [label_of(ref.as_dict(), use_adapter) for ref, use_adapter in refs]
        answers = self._compared(sides, question)
        return [answer | {"label": label} for answer, label in zip(answers, labels, strict=True)]

    def chat(
        self, model: ModelRef, messages: Sequence[ChatMessage], system: str | None, use_template: bool
    ) -> list[ChatMessage]:
        """The conversation as that model sees it, see chat_of; a base model has no training to take a form from."""
        return chat_of(messages, self.template(model.session_id) if use_template else None, system)

    def template(self, session_id: str | None) -> PromptTemplate | None:
        """The prompt template a run was trained with; None without a run."""
        return template_of(self._store.config(session_id).prompt) if session_id else None

    def testable(self) -> list[dict]:
        """Every model that can be asked: runs and their checkpoints, newest first, exports, base models."""
        exported = _exported(self._workspace)
        found = []
        for state in self._store.states():
            paths = self._of_run(state) + [
                f"exports/{state.session_id}/{name}" for name in exported.get(state.session_id, ())
            ]
            found += [entry for path in paths if (entry := self._entry(path, state)) is not None]
        base = [self._generation.describe(entry.id) | {"title": entry.title} for entry in FAMILIES]
        return found + [entry | {"is_training": False} for entry in base]

    def nameable(self) -> list[ModelRef]:
        """What can be asked, the loaded ones first."""
        loaded = [held["model_path"] for held in self._generation.state()["loaded"]]
        paths = dict.fromkeys([*loaded, *(entry["model_path"] for entry in self.testable())])
        return [ref for path in paths if (ref := self._ref(path)) is not None]

    def named(self, model_path: str) -> ModelRef:
        """The one of `nameable` that a path names; any other name might be a base model's, and need not be.

        Raises:
            NotFound, InvalidInput: There is none.
        """
        ref = self._generation.ref(model_path)
        if ref.kind == "base" and ref not in self.nameable():
            raise NotFound(f"There is no model {model_path!r} in the list.", "GET /v1/models has the names.")
        return ref

    def _of_run(self, state: SessionState) -> list[str]:
        """A finished run as it is; of one under way its checkpoints, the latest first."""
        session = self._workspace.session(state.session_id)
        if state.saved and state.is_final:
            return [f"outputs/{state.session_id}"]
        return [f"outputs/{state.session_id}/checkpoints/{folder.name}" for folder in reversed(checkpoints(session))]

    def _entry(self, path: str, state: SessionState) -> dict | None:
        ref = self._ref(path)
        return None if ref is None else {**ref.as_dict(), "is_training": not state.is_final}

    def _ref(self, path: str) -> ModelRef | None:
        try:
            return self._generation.ref(path)
        except LoraCraftError:  # deleted meanwhile, or a configuration that can't be read
            return None

    def _compared(self, sides: Sequence[Side], question: Inquiry) -> list[dict]:
        answers: list[dict] = []
        problems: list[LoraCraftError] = []
        for side in sides:
            is_stopped = bool(answers) and answers[-1]["finish_reason"] == "cancelled"  # a stop ends all that follow
            try:
                answers.append(self._answered(side, question, is_stopped))
            except LoraCraftError as error:
                problems.append(error)
                answers.append(_refused(side, question, error))
        if len(problems) == len(sides):
            raise problems[0]
        return answers

    def _answered(self, side: Side, question: Inquiry, is_stopped: bool = False) -> dict:
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
        answer = (None if is_stopped else self._generation.answer(ask)[0]) or CANCELLED
        judged = self._judged(side.ref.session_id, question, answer)
        return _shown(side, question, answer) | {"messages": chat} | judged

    def _judged(self, session_id: str | None, question: Inquiry, answer: Mapping[str, Any]) -> dict:
        """The parts of an answer, and its score by the training's reward."""
        template = self.template(session_id)
        if session_id is None or template is None:
            return {"parsed": None, "score": None}
        parsed = asdict(template.markers.parse(answer["text"]))
        is_expected = question.reference is not None or question.extras
        if not is_expected or answer["finish_reason"] == "cancelled":
            return {"parsed": parsed, "score": None}
        row = {
            "response": answer["text"],
            "reference": question.reference or "",
            "instruction": question.messages[-1]["content"],
            "extras": dict(question.extras),
        }
        tested = self._rewards.test(self._store.config(session_id).dump(), [row], 1)
        result = tested["results"][0]
        return {
            "parsed": parsed,
            "score": {"total": result["total"], "most": tested["most"], "scores": result["scores"]},
        }


def _shown(side: Side, question: Inquiry, answer: Mapping[str, Any]) -> dict:
    return {
        "request_id": question.request_id,
        "model": {**side.ref.as_dict(), "use_adapter": side.use_adapter},
        "response": answer["text"],
        **{key: value for key, value in answer.items() if key != "text"},
    }


def _refused(side: Side, question: Inquiry, error: LoraCraftError) -> dict:
    problem = f"{error.message} {error.hint}".strip()
    seed = question.sampling.seed if question.sampling.temperature else None
    answer = {**CANCELLED, "finish_reason": "refused", "problem": problem, "seed": seed}
    return _shown(side, question, answer) | {"messages": list(question.messages), "parsed": None, "score": None}


def _exported(workspace: Workspace) -> dict[str, list[str]]:
    """Run -> what was exported and proven of it and can be asked."""
    found = {}
    for proof in workspace.exports.glob("*/proof.json"):
        files = read_json(proof)["files"]
        names = [file["file"] for file in files if file["file"] == "merged" or file["file"].startswith("model-")]
        found[proof.parent.name] = names
    return found
