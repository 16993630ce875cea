"""/api/prompts: list, save, delete and preview prompt templates, and parse completions."""

from __future__ import annotations

from flask import Blueprint

from constants import EMBEDDED_MODEL
from core.prompts.section import PromptConfig
from routes.http import Body, body, droppable, reply, services

bp = Blueprint("prompts", __name__)


class PreviewRequest(Body):
    """A prompt section, a model with its chat template, and a question."""

    prompt: PromptConfig = PromptConfig()
    model: str = EMBEDDED_MODEL
    instruction: str


class ParseRequest(Body):
    """A prompt section, and a completion to parse."""

    prompt: PromptConfig = PromptConfig()
    completion: str


@bp.get("")
def list_prompts():
    """All templates."""
    found = services().prompts.templates()
    return reply({"prompts": found.entries, "broken": found.broken})


@bp.get("/<name>")
def get_prompt(name: str):
    """One template."""
    return reply(services().prompts.get(name))


@bp.put("/<name>")
def save_prompt(name: str):
    """Store a template."""
    return reply(services().prompts.save(name, body(PromptConfig)), 201)


@bp.delete("/<name>")
def delete_prompt(name: str):
    """Remove a saved template."""
    services().prompts.delete(name)
    return reply({"name": name, "deleted": True})


@bp.post("/preview")
@droppable
def preview():
    """A question as a model sees it."""
    wanted = body(PreviewRequest)
    return reply(services().prompts.preview(wanted.prompt, wanted.model, wanted.instruction))


@bp.post("/parse")
def parse():
    """The reasoning and the solution in a completion."""
    wanted = body(ParseRequest)
    return reply(services().prompts.parse(wanted.prompt, wanted.completion))
