"""Prompt templates: the shipped ones and the user's, which are saved, listed, deleted and previewed."""

from __future__ import annotations

from typing import Any

from core.config import RunConfig
from core.errors import Conflict, InvalidInput, NotFound
from core.jsonfile import read_json, write_json
from core.paths import Workspace, checked_name
from core.prompts.builtin import SUMMARIES, TEMPLATES
from core.prompts.chosen import MARKER_NAMES, as_config, check_template, frozen, missing_from_prompt, template_of
from core.prompts.section import PromptConfig
from core.prompts.template import Markers, PromptTemplate
from services.processes.inspector import Inspector

HINT = "GET /api/prompts lists them."


class PromptService:
    """The prompt templates of one server.

    Args:
        workspace: Where the saved ones lie.
        inspector: Renders them through a model's chat template.
    """

    def __init__(self, workspace: Workspace, inspector: Inspector):
        self._workspace = workspace
        self._inspector = inspector

    def templates(self) -> list[dict]:
        """All templates, the shipped ones first."""
        shipped = [shown(template) | {"shipped": True, "summary": SUMMARIES[template]} for template in SUMMARIES]
        return shipped + [shown(template) | {"shipped": False, "summary": ""} for template in self.saved().values()]

    def get(self, name: str) -> dict:
        """One template.

        Raises:
            NotFound: There is none of that name.
        """
        template = TEMPLATES.get(name) or self.saved().get(name)
        if template is None:
            raise NotFound(f"There is no prompt template {name!r}.", HINT)
        return shown(template)

    def save(self, name: str, values: PromptConfig) -> dict:
        """Store a template, replacing one of that name.

        Args:
            name: Its name.
            values: What it says; what is null is taken from the template it names.
        Raises:
            Conflict: A shipped template has that name.
            InvalidInput: Its markers can't be told apart, or its text never mentions one.
        """
        checked_name(name, "name")
        if name in TEMPLATES:
            raise Conflict(f"{name!r} is a shipped template.", "Save it under another name.")
        base = template_of(values, self.saved())
        template = PromptTemplate(name, base.system_prompt, base.markers, base.instruction_template)
        check_template(template)
        missing = missing_from_prompt(template)
        if missing:
            problem = f"never mentions {' and '.join(missing)}, so the model can't know to write it"
            raise InvalidInput(f"The system prompt {problem}.", "Name every marker in it.", {"system_prompt": problem})
        write_json(self._workspace.templates / f"{name}.json", shown(template))
        return shown(template)

    def delete(self, name: str) -> None:
        """Remove a saved template; sessions keep what they were started with.

        Raises:
            Conflict: It is a shipped one.
            NotFound: There is none of that name.
        """
        if name in TEMPLATES:
            raise Conflict(f"{name!r} is a shipped template.", "Only saved ones can be deleted.")
        file = self._workspace.templates / f"{checked_name(name, 'name')}.json"
        if not file.is_file():
            raise NotFound(f"There is no prompt template {name!r}.", HINT)
        file.unlink()

    def saved(self) -> dict[str, PromptTemplate]:
        """The user's templates by name."""
        files = sorted(self._workspace.templates.glob("*.json"))
        return {file.stem: _read(file.stem, read_json(file)) for file in files}

    def frozen(self, config: RunConfig) -> RunConfig:
        """`config` with a saved template written out.

        Raises:
            InvalidInput: There is no such template, or the values replaced in it do not fit.
        """
        saved = self.saved()
        template_of(config.prompt, saved)
        return config.model_copy(update={"prompt": frozen(config.prompt, saved)})

    def preview(self, prompt: PromptConfig, model: str, instruction: str) -> dict:
        """The prompt as a model sees it, through its own chat template."""
        values = as_config(template_of(prompt, self.saved())).model_dump(mode="json")
        return self._inspector.ask(
            "prompt_preview", {"prompt": values, "model": model, "instruction": instruction}, "model"
        )

    def parse(self, prompt: PromptConfig, completion: str) -> dict:
        """The reasoning and the solution in a completion, and what is wrong with its markers."""
        parsed = template_of(prompt, self.saved()).markers.parse(completion)
        return {"reasoning": parsed.reasoning, "solution": parsed.solution, "problems": list(parsed.problems)}


def shown(template: PromptTemplate) -> dict:
    """A template as JSON."""
    markers = {name: getattr(template.markers, name) for name in MARKER_NAMES}
    texts = {"system_prompt": template.system_prompt, "instruction_template": template.instruction_template}
    return {"name": template.name, **texts, **markers}


def _read(name: str, value: Any) -> PromptTemplate:
    markers = Markers(**{key: value[key] for key in MARKER_NAMES})
    return PromptTemplate(name, value["system_prompt"], markers, value["instruction_template"])
