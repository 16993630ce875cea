"""model_card: README.md of a pushed model, with YAML for the hub, its training, its proofs and its use; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from constants import EMBEDDED_MODEL
from core.catalog.families import base_model
from core.catalog.model_config import TEXT_NAMES
from core.catalog.models import is_hub_id
from core.config import RunConfig
from core.data.source import kind_of
from core.export.folder import FileScore, MeasuredFile
from core.prompts.chosen import template_of
from core.prompts.template import ChatMessage

EMBEDDED_HUB_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
LICENCES = {
    "Apache 2.0": "apache-2.0",
    "MIT": "mit",
    "Llama 3.1 Community": "llama3.1",
    "Llama 3.2 Community": "llama3.2",
    "Gemma terms": "gemma",
}
"""A licence as the catalogue names it -> as the hub does."""
QUESTION = "What is 12 + 34?"
MIB = 1024**2


@dataclass(frozen=True)
class Pushed:
    """A pushed model.

    Attributes:
        repo_id: owner/name.
        config: How it was trained.
        entries: Its entries of proof.json.
        places: Target -> its path in the repository; empty for a folder whose files are at the top.
    """

    repo_id: str
    config: RunConfig
    entries: Sequence[MeasuredFile]
    places: Mapping[str, str]

    @property
    def base(self) -> str | None:
        """The base model's id on the hub; None for a model of this machine, whose path is nobody's business."""
        name = self.config.model.name
        if name == EMBEDDED_MODEL:
            return EMBEDDED_HUB_ID
        return name if is_hub_id(name) else None


def model_card(pushed: Pushed, about: str) -> str:
    """The text of README.md.

    Args:
        about: The run card as Markdown, which begins with a title.
    """
    name = pushed.config.model.name
    shown = about if pushed.base or name == EMBEDDED_MODEL else about.replace(name, PurePath(name).name)
    if kind_of(pushed.config.dataset) == "upload":
        shown = shown.replace(f"`{pushed.config.dataset.source}`", "a data set of its author's own")
    parts = [front_matter(pushed), shown.strip(), _licence(pushed), *_uses(pushed), *_proofs(pushed)]
    return "\n\n".join(parts) + "\n"


def front_matter(pushed: Pushed) -> str:
    """The YAML between two lines of dashes; its values are JSON, which is valid YAML."""
    kinds = {entry["kind"] for entry in pushed.entries}
    library, relation = _library(kinds)
    known, data = base_model(pushed.config.model.name), pushed.config.dataset
    values: dict[str, str | list[str]] = {}
    if pushed.base:
        values |= {"base_model": pushed.base, "base_model_relation": relation}
    values |= {"library_name": library, "pipeline_tag": "text-generation"}
    if known is not None:
        values["license"] = LICENCES[known.licence]
    if kind_of(data) == "hub" and is_hub_id(data.source):
        values["datasets"] = [data.source]
    tags = ["lora-craft", "grpo", *(["lora"] if kinds & {"adapter", "adapter_gguf"} else [])]
    values["tags"] = [*tags, *(["gguf"] if kinds & {"gguf", "adapter_gguf"} else [])]
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(["---", *lines, "---"])


def _library(kinds: set[str]) -> tuple[str, str]:
    """(library that loads it, relation to the base model), as the hub calls them."""
    if "merged" in kinds:
        return "transformers", "finetune"
    return (
        ("peft", "adapter") if "adapter" in kinds else ("gguf", "adapter" if kinds == {"adapter_gguf"} else "quantized")
    )


def _licence(pushed: Pushed) -> str:
    known = base_model(pushed.config.model.name)
    if known is None:
        return "The licence of the base model applies to what was made of it."
    return f"The base model's licence applies to what was made of it: {known.licence}."


def _uses(pushed: Pushed) -> Iterator[str]:
    yield "## How to use it"
    kinds = {entry["kind"]: entry for entry in pushed.entries}
    messages = json.dumps(_messages(pushed), ensure_ascii=False, indent=4)
    if "merged" in kinds:
        yield _code("python", _WITH_TRANSFORMERS.format(model=_quoted(pushed.repo_id), messages=messages))
    elif "adapter" in kinds and pushed.base:
        yield _code("python", _WITH_PEFT.format(**_of_adapter(pushed), messages=messages))
    elif "adapter" in kinds:
        yield "The adapter is loaded with PEFT on top of the base model that it was trained on."
    models = sorted(
        (entry for entry in pushed.entries if entry["kind"] == "gguf"), key=lambda entry: entry["size_bytes"]
    )
    if models:
        name = f"{pushed.repo_id}:{models[0]['target'].upper()}"
        yield "With llama.cpp, or with Ollama:"
        yield _code("sh", f"llama-cli -hf {name}\nollama run hf.co/{name}")
    if "adapter_gguf" in kinds:
        yield f"`{kinds['adapter_gguf']['file']}` goes on top of a GGUF file of the base model:"
        yield _code("sh", f"llama-cli -m base-model.gguf --lora {kinds['adapter_gguf']['file']}")


def _messages(pushed: Pushed) -> list[ChatMessage]:
    """A chat as in training; the question of a proof is in its form already."""
    template = template_of(pushed.config.prompt)
    asked = next((entry["question"] for entry in pushed.entries if entry.get("question")), None)
    if asked is None:
        return template.messages(QUESTION)
    return [*template.messages(QUESTION)[:-1], {"role": "user", "content": asked}]


def _of_adapter(pushed: Pushed) -> dict[str, str]:
    folder = pushed.places["adapter"]
    subfolder = f", subfolder={_quoted(folder)}" if folder else ""
    base, names = _quoted(pushed.base or ""), _quoted(TEXT_NAMES)
    return {"base": base, "names": names, "model": _quoted(pushed.repo_id), "subfolder": subfolder}


def _proofs(pushed: Pushed) -> Iterator[str]:
    yield "## Files"
    rows = [
        "| file | size | difference from the adapter | allowed | base model's difference |",
        "| --- | --- | --- | --- | --- |",
    ]
    for entry in pushed.entries:
        numbers = [entry.get("difference"), entry.get("bound"), entry.get("base_difference")]
        cells = [f"{number:.4f}" if number is not None else "" for number in numbers]
        place = pushed.places[entry["target"]] or entry["title"]
        rows.append(f"| {place} | {entry['size_bytes'] / MIB:,.1f} MiB | {' | '.join(cells)} |")
    yield "\n".join(rows)
    yield (
        "A file with figures was loaded and compared with the trained adapter before it counted as done. A difference "
        "is the mean absolute difference of log-probabilities, in nats, at the adapter's likeliest token."
    )
    for entry in pushed.entries:
        score = entry.get("score")
        if score:
            yield _score_line(entry, score)


def _score_line(entry: MeasuredFile, score: FileScore) -> str:
    text = f"`{entry['file']}` on {score['rows']} held-out questions: mean reward {score['reward']:.3f}"
    if score["adapter_reward"] is not None:
        text += f", the adapter {score['adapter_reward']:.3f}"
    if score["correct"] is not None and score["adapter_correct"] is not None:
        text += f"; correct {score['correct']}, the adapter {score['adapter_correct']}"
    return f"{text}. {score.get('note') or ''}".strip()


def _code(language: str, text: str) -> str:
    return f"```{language}\n{text.strip()}\n```"


_quoted = json.dumps

_WITH_TRANSFORMERS = """
from transformers import pipeline

ask = pipeline("text-generation", model={model})
messages = {messages}
print(ask(messages, max_new_tokens=512)[0]["generated_text"][-1]["content"])
"""

_WITH_PEFT = """
from peft import PeftModel
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

config = AutoConfig.from_pretrained({base}).get_text_config(decoder=True)  # the adapter is on the part for text
base = AutoModelForCausalLM.from_pretrained({base}, config=config, key_mapping={names})
model = PeftModel.from_pretrained(base, {model}{subfolder})
tokenizer = AutoTokenizer.from_pretrained({model}{subfolder})
messages = {messages}
inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
answer = model.generate(**inputs, max_new_tokens=512)
print(tokenizer.decode(answer[0, inputs["input_ids"].shape[1]:], skip_special_tokens=True))
"""
