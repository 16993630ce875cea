"""RunConfig: all sections together, and the checks across sections; and the resources section."""

from __future__ import annotations

import difflib
from typing import Any, Literal, TypeGuard

from pydantic import BaseModel, ValidationError, model_validator

from core.config.grpo import GrpoConfig
from core.config.model import ModelConfig
from core.config.training import PreTrainingConfig, TrainingConfig
from core.config.trl_names import ours_for
from core.data.section import DatasetConfig
from core.errors import InvalidInput
from core.jsonfile import JsonObject
from core.prompts.section import PromptConfig
from core.rewards.section import NEED_NONE, RewardConfig
from core.schema import Section, knob

MOST_NAMED = 8
"""Problems that an error's sentence names; all of them are in its fields."""


class ResourcesConfig(Section):
    """One run uses one device; the rest wait in a visible queue."""

    executor: Literal["local"] = knob("local", tier="expert")
    """How the worker is started: a process on this machine."""
    gpus: tuple[int, ...] | None = knob(None, tier="expert", max_length=1)
    """The index of the GPU to use, such as [0]; null takes the first that is free. Without a GPU it must be null."""
    allow_too_large: bool = knob(False, tier="expert")
    """Start even if the estimate says that the run does not fit the GPU. Nothing is then fitted to it."""


class RunConfig(Section):
    """Everything that decides what a run does; the saved file, the form and the command line are made from it."""

    name: str | None = knob(None, max_length=200)
    """A name for people; the session id is what tools use."""
    model: ModelConfig = ModelConfig()
    dataset: DatasetConfig = DatasetConfig()
    prompt: PromptConfig = PromptConfig()
    training: TrainingConfig = TrainingConfig()
    grpo: GrpoConfig = GrpoConfig()
    reward: RewardConfig = RewardConfig()
    pre_training: PreTrainingConfig = PreTrainingConfig()
    resources: ResourcesConfig = ResourcesConfig()

    @model_validator(mode="after")
    def groups_fill_the_batch(self) -> "RunConfig":
        """A step must hold whole groups, since a completion is compared with the others of its prompt."""
        training, completions = self.training, self.completions_per_generation
        batches = completions // training.batch_size
        if completions % training.num_generations:
            raise ValueError(
                f"training.num_generations: {completions} completions (batch_size {training.batch_size} x {batches} "
                f"batches) do not make whole groups of {training.num_generations}; make the product a multiple of it"
            )
        return self

    @model_validator(mode="after")
    def accumulation_fits_generation(self) -> "RunConfig":
        """An optimiser step that ended in the middle of a sampled batch would mix old and new completions."""
        batches, steps = self.grpo.steps_per_generation, self.training.gradient_accumulation_steps
        if batches and batches % steps:
            raise ValueError(
                f"grpo.steps_per_generation: {batches} is no multiple of gradient_accumulation_steps ({steps}); "
                "use a multiple of it, or null"
            )
        return self

    @model_validator(mode="after")
    def prompt_has_room(self) -> "RunConfig":
        """A completion as long as the whole sequence leaves no token for the prompt."""
        if self.training.max_new_tokens >= self.training.max_sequence_length:
            raise ValueError(
                f"training.max_new_tokens: {self.training.max_new_tokens} leaves no room for a prompt within "
                f"max_sequence_length ({self.training.max_sequence_length}); lower it or raise the other"
            )
        return self

    @model_validator(mode="after")
    def references_are_there(self) -> "RunConfig":
        """A reward that compares, and a warm-up that teaches, need answers; not all data have them."""
        if self.dataset.response_field is not None or self.dataset.kind == "procedural":
            return self
        comparing = self.reward.comparing
        if comparing:
            raise ValueError(
                f"reward: {comparing[0]} compares with a reference, and the data have none (dataset.response_field is "
                f"null); choose one that needs none, such as {NEED_NONE}, a judge or a reward of your own"
            )
        if self.pre_training.enabled:
            raise ValueError(
                "pre_training.enabled: a warm-up teaches the data's answers, and the data have none "
                "(dataset.response_field is null); turn it off"
            )
        return self

    @property
    def prompts_per_step(self) -> int:
        """Prompts that one optimiser step learns from."""
        return max(1, self.completions_per_step // self.training.num_generations)

    @property
    def prompts_per_generation(self) -> int:
        """Prompts whose completions are sampled at once."""
        return self.completions_per_generation // self.training.num_generations

    @property
    def is_on_policy(self) -> bool:
        """Whether each batch of completions is used for exactly one optimiser step, so that all ratios are 1."""
        accumulation = self.training.gradient_accumulation_steps
        batches = self.grpo.steps_per_generation or accumulation
        return self.grpo.num_iterations == 1 and batches == accumulation

    @property
    def compares_probabilities(self) -> bool:
        """Whether a token's new probability is compared with an old one, a reference's or vLLM's; in 16 bits two ways
        of computing them differ by more than GSPO's clip range."""
        return not self.is_on_policy or self.grpo.kl_penalty > 0 or self.training.sampler == "vllm"

    @property
    def completions_per_generation(self) -> int:
        """Completions that are sampled at once; as many held-out rows are answered at once."""
        return self.training.batch_size * (self.grpo.steps_per_generation or self.training.gradient_accumulation_steps)

    @property
    def completions_per_step(self) -> int:
        """Completions that one optimiser step learns from."""
        return self.training.batch_size * self.training.gradient_accumulation_steps

    @property
    def columns(self) -> dict[str, str]:
        """Every further column of the data that the rewards read: the rewards' name for it -> the column."""
        return self.reward.columns_with(self.dataset.response_field)

    def dump(self) -> JsonObject:
        """The configuration as JSON values, every field present."""
        return self.model_dump(mode="json")


def parse_config(value: Any) -> RunConfig:
    """A validated configuration from JSON values.

    Raises:
        InvalidInput: `fields` maps dotted names to problems; an unknown key gets a suggestion.
    """
    if not isinstance(value, dict):
        raise InvalidInput(f"A configuration is a JSON object, not {type(value).__name__}.", "Send {...}.")
    try:
        return RunConfig.model_validate(value)
    except ValidationError as error:
        fields = dict(_explain(item) for item in error.errors())
        raise InvalidInput(_summary(fields), "Correct the named fields and try again.", fields) from error


def _summary(fields: dict[str, str]) -> str:
    problems = [f"{name}: {problem}" for name, problem in fields.items()]
    more = f" (and {len(fields) - MOST_NAMED} more)" if len(fields) > MOST_NAMED else ""
    return f"The configuration can't be used: {'; '.join(problems[:MOST_NAMED])}{more}."


def _explain(item: Any) -> tuple[str, str]:
    """(dotted field name, problem) of one pydantic error; checks across fields name their field before a colon."""
    name = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return name, _unknown_key(item["loc"])
    problem = item["msg"].removeprefix("Value error, ")
    if not name and ": " in problem:
        name, problem = problem.split(": ", 1)
    given = item["input"]
    shown = "" if isinstance(given, (dict, BaseModel)) else f" (got {str(given)[:80]!r})"
    return name or "config", problem[0].lower() + problem[1:] + shown


def _unknown_key(location: tuple[str | int, ...]) -> str:
    """That a key is none of ours, with what is meant: another library's name, a slip, or a setting elsewhere."""
    *path, last = map(str, location)
    section: Any = RunConfig
    for part in path:
        found = section.model_fields.get(part) if _is_section(section) else None
        section = found.annotation if found else None
    close = difflib.get_close_matches(last, section.model_fields, n=1) if _is_section(section) else []
    meant = ours_for(last, path[0] if path else "") if len(path) < 2 else ""
    if not meant and not close and len(path) < 2:
        meant = " or ".join(
            f"{name}.{last}"
            for name, field in RunConfig.model_fields.items()
            if _is_section(field.annotation) and last in field.annotation.model_fields
        )
    if meant:
        return f"unknown key; here it is {meant}"
    return f"unknown key{f'; did you mean {close[0]!r}?' if close else ''}"


def _is_section(value: Any) -> TypeGuard[type[Section]]:
    return isinstance(value, type) and issubclass(value, Section)
