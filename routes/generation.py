"""/api/models: ask models, compare them, stop an answer, load and unload."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from pydantic import Field

from core.errors import InvalidInput
from core.generation.sampling import sampling_from
from core.prompts.template import ChatMessage
from routes.http import Body, body, reply, services
from services.answers.service import Comparison, Inquiry

bp = Blueprint("generation", __name__)


class Message(Body):
    """One message of a conversation."""

    role: str
    content: str


class SamplingBody(Body):
    """The keys of Sampling, all optional; Sampling checks their bounds."""

    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    seed: int | None = None
    stop: list[str] | None = None


class QuestionBody(SamplingBody):
    """A prompt or a conversation, the expected answer, and further columns that the run's rewards read."""

    prompt: str | None = None
    messages: list[Message] | None = None
    system: str | None = None
    use_template: bool = True
    reference: str | None = None
    extras: dict[str, Any] = {}
    request_id: str = Field("", max_length=64)
    device: str = "auto"

    def question(self) -> Inquiry:
        """The same for the service.

        Raises:
            InvalidInput: The request has neither or both of prompt and messages, or a sampling value out of bounds.
        """
        if (self.prompt is None) == (self.messages is None):
            problem = "give prompt, or messages, and not both"
            raise InvalidInput(f"{problem}.", 'Send {"prompt": "..."}.', {"prompt": problem})
        given: list[ChatMessage] = [{"role": turn.role, "content": turn.content} for turn in self.messages or ()]
        return Inquiry(
            messages=given if self.prompt is None else [{"role": "user", "content": self.prompt}],
            sampling=sampling_from(self.model_dump()),
            system=self.system,
            use_template=self.use_template,
            reference=self.reference,
            extras=self.extras,
            request_id=self.request_id,
            device=self.device,
        )


class TestRequest(QuestionBody):
    """A question for one model."""

    model_path: str = Field(min_length=1, max_length=512)
    use_adapter: bool = True


class ComparedModel(Body):
    """One column of a comparison."""

    model_path: str = Field(min_length=1, max_length=512)
    use_adapter: bool = True


class CompareRequest(QuestionBody):
    """A question for several models."""

    models: list[ComparedModel] = Field(min_length=2, max_length=6)


class LoadRequest(Body):
    """A model, and the device to load it on."""

    model_path: str = Field(min_length=1, max_length=512)
    device: str = "auto"


class StopRequest(Body):
    """The request to stop."""

    request_id: str = Field(min_length=1, max_length=64)


@bp.post("/test")
def test():
    """One model's complete answer; with a request_id its text comes as generation_update before that."""
    request = body(TestRequest)
    question = request.question()
    return reply(
        services().recent.keep(
            request.request_id, 1, lambda: services().answers.test(request.model_path, request.use_adapter, question)
        )
    )


@bp.post("/compare")
def compare():
    """The answers of several models to one question."""
    request = body(CompareRequest)
    models = [(model.model_path, model.use_adapter) for model in request.models]
    question = request.question()

    def compared() -> Comparison:
        return {"request_id": request.request_id, "answers": services().answers.compare(models, question)}

    return reply(services().recent.keep(request.request_id, len(models), compared))


@bp.get("/answers/<request_id>")
def recent(request_id: str):
    """A recent question with its text so far, then with its reply or its error."""
    return reply(services().recent.get(request_id))


@bp.post("/stop")
def stop():
    """End an answer early; the text so far is the answer."""
    return reply({"stopped": services().generation.stop(body(StopRequest).request_id)})


@bp.post("/load")
def load():
    """Load a model without asking it anything."""
    request = body(LoadRequest)
    return reply(services().generation.load(request.model_path, request.device))


@bp.post("/unload")
def unload():
    """Unload all models, also one that is answering."""
    return reply(services().generation.unload())


@bp.get("/state")
def state():
    """The models in memory, and the requests in the line."""
    return reply(services().generation.state())


@bp.get("/testable")
def testable():
    """Every model that can be asked."""
    return reply({"models": services().answers.testable()})
