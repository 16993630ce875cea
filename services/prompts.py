"""PromptService: lists, saves, deletes and previews prompt templates, the shipped ones and the user's."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path
from typing import Any

from typing_extensions import TypedDict

from core.config import RunConfig
from core.data.preview import PromptPreview
from core.errors import Conflict, InvalidInput, NotFound
from core.files import clear_path
from core.jsonfile import read_stored, write_json
from core.listing import Listing, read_all
from core.paths import Workspace, checked_name
from core.prompts.builtin import SUMMARIES, TEMPLATES
from core.prompts.chosen import MARKER_NAMES, as_config, check_template, frozen, missing_from_prompt, template_of
from core.prompts.section import PromptConfig
from core.prompts.template import Markers, PromptTemplate
from services.processes.inspector import Inspector

HINT = "GET /api/prompts lists them."


class ShownTemplate(TypedDict):
    """A prompt template as REST shows it and as it is saved; a marker that it does not use is empty."""

    name: str
    system_prompt: str
    instruction_template: str
    reasoning_start: str
    reasoning_end: str
    solution_start: str
    solution_end: str


class ListedTemplate(ShownTemplate):
    """A prompt template in the list; one of the user has no summary."""

    shipped: bool
    summary: str


class ParsedCompletion(TypedDict):
    """The parts of a completion; see Parsed."""

    reasoning: str
    solution: str | None
    problems: list[str]


class PromptService:
    """The prompt templates of one server.

    Args:
        workspace: The folder of the saved templates.
        inspector: Renders templates through a model's chat template.
    """

    def __init__(self, workspace: Workspace, inspector: Inspector):
        self._workspace = workspace
        self._inspector = inspector

    def templates(self) -> Listing[ListedTemplate]:
        """All templates, the shipped ones first."""
        shipped = [_listed(template, True, SUMMARIES[template]) for template in SUMMARIES]
        own = self._own()
        return Listing(shipped + [_listed(template, False, "") for template in own.entries], own.broken)

    def get(self, name: str) -> ShownTemplate:
        """One template.

        Raises:
            NotFound: There is none of that name.
        """
        template = TEMPLATES.get(name) or self.saved().get(name)
        if template is None:
            raise NotFound(f"There is no prompt template {name!r}.", HINT)
        return shown(template)

    def save(self, name: str, values: PromptConfig) -> ShownTemplate:
        """Save a template in place of an earlier one of that name.

        Args:
            name: Its name.
            values: Its values; the template that they name supplies those that are null.
        Raises:
            Conflict: A shipped template has that name.
            InvalidInput: Two of its markers are alike, or its system prompt does not mention all of them.
        """
        checked_name(name, "name")
        if name in TEMPLATES:
            raise Conflict(f"{name!r} is a shipped template.", "Save it under another name.")
        if values.thinking != "default":
            problem = "is a setting of a run, not of a template"
            raise InvalidInput(f"thinking {problem}.", "Leave it out here.", {"thinking": problem})
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
        """Remove a saved template; sessions that use it keep their copy.

        Raises:
            Conflict: It is a shipped template.
            NotFound: There is none of that name.
        """
        if name in TEMPLATES:
            raise Conflict(f"{name!r} is a shipped template.", "Only saved ones can be deleted.")
        file = self._workspace.templates / f"{checked_name(name, 'name')}.json"
        if not file.exists():
            raise NotFound(f"There is no prompt template {name!r}.", HINT)
        clear_path(file)

    def saved(self) -> dict[str, PromptTemplate]:
        """The user's templates by name, those that can be read."""
        return {template.name: template for template in self._own().entries}

    def _own(self) -> Listing[PromptTemplate]:
        return read_all(sorted(self._workspace.templates.glob("*.json")), _read, attrgetter("stem"))

    def frozen(self, config: RunConfig) -> RunConfig:
        """`config` with the text of the saved template that it names.

        Raises:
            InvalidInput: There is no such template, or the values that replace its own do not fit.
        """
        saved = self.saved()
        template_of(config.prompt, saved)
        return config.model_copy(update={"prompt": frozen(config.prompt, saved)})

    def preview(self, prompt: PromptConfig, model: str, instruction: str) -> PromptPreview:
        """The prompt that a model gets through its own chat template."""
        values = as_config(template_of(prompt, self.saved()), prompt.thinking).model_dump(mode="json")
        arguments = {"prompt": values, "model": model, "instruction": instruction}
        preview: PromptPreview = self._inspector.ask("prompt_preview", arguments, "model")
        return preview

    def require(self, config: RunConfig) -> None:
        """Check that the model can do what a run asks of it, where its files are on this machine.

        Raises:
            InvalidInput: Its chat template does not know prompt.thinking, or it lacks a layer of model.target_modules.
        """
        if config.prompt.thinking != "default" or not isinstance(config.model.target_modules, str):
            self._inspector.ask("check_model", {"config": config.dump()}, "model")

    def parse(self, prompt: PromptConfig, completion: str) -> ParsedCompletion:
        """The reasoning and the solution in a completion, and what is wrong with its markers."""
        parsed = template_of(prompt, self.saved()).markers.parse(completion)
        return {"reasoning": parsed.reasoning, "solution": parsed.solution, "problems": list(parsed.problems)}


def shown(template: PromptTemplate) -> ShownTemplate:
    """A template as REST shows it."""
    markers = template.markers
    return {
        "name": template.name,
        "system_prompt": template.system_prompt,
        "instruction_template": template.instruction_template,
        "reasoning_start": markers.reasoning_start,
        "reasoning_end": markers.reasoning_end,
        "solution_start": markers.solution_start,
        "solution_end": markers.solution_end,
    }


def _listed(template: PromptTemplate, is_shipped: bool, summary: str) -> ListedTemplate:
    return {**shown(template), "shipped": is_shipped, "summary": summary}


def _read(file: Path) -> PromptTemplate:
    value: Any = read_stored(file, ShownTemplate)
    markers = Markers(**{key: value[key] for key in MARKER_NAMES})
    return PromptTemplate(file.stem, value["system_prompt"], markers, value["instruction_template"])
