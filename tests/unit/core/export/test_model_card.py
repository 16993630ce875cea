"""The card of a pushed model: what the hub reads of it, and what it must not tell."""

import pytest
import yaml

from core.catalog.families import FAMILIES
from core.config import parse_config
from core.export.targets import TARGETS
from core.runs.model_card import LICENCES, Pushed, front_matter, model_card

ABOUT = "# Sums\n\nA LoRA adapter for `{name}`, trained with LoRA Craft.\n"


def pushed(targets, model="unsloth/Qwen3-0.6B", **sections):
    """Targets of a run on a model, pushed to someone/sums."""
    entries = [
        {"target": name, "kind": TARGETS[name].kind, "file": TARGETS[name].file, "title": TARGETS[name].title}
        | {"size_bytes": 1000 * number, "difference": 0.0123, "bound": 0.3, "base_difference": 2.5}
        for number, name in enumerate(targets, 1)
    ]
    places = {name: "" if TARGETS[name].is_folder else TARGETS[name].file for name in targets}
    return Pushed("someone/sums", parse_config({"model": {"name": model}, **sections}), entries, places)


def front(*arguments, **sections):
    return yaml.safe_load(front_matter(pushed(*arguments, **sections)).strip("-"))


@pytest.mark.parametrize(
    ("targets", "library", "relation"),
    [
        (["adapter"], "peft", "adapter"),
        (["adapter", "q4_k_m"], "peft", "adapter"),
        (["merged", "adapter"], "transformers", "finetune"),
        (["q4_k_m", "q8_0"], "gguf", "quantized"),
        (["adapter_gguf"], "gguf", "adapter"),
    ],
)
def test_the_hub_learns_how_it_is_loaded_and_what_it_is_to_its_base(targets, library, relation):
    told = front(targets)
    assert (told["library_name"], told["base_model_relation"]) == (library, relation)
    assert (told["base_model"], told["license"], told["pipeline_tag"]) == (
        "unsloth/Qwen3-0.6B",
        "apache-2.0",
        "text-generation",
    )
    assert told["tags"][:2] == ["lora-craft", "grpo"]


def test_every_licence_of_the_catalogue_has_its_name_on_the_hub():
    assert {model.licence for model in FAMILIES} <= set(LICENCES)


def test_a_data_set_of_the_hub_is_named_and_others_are_not():
    assert front(["adapter"], dataset={"source": "openai/gsm8k"})["datasets"] == ["openai/gsm8k"]
    assert "datasets" not in front(["adapter"], dataset={"source": "arithmetic"})
    assert "datasets" not in front(["adapter"], dataset={"source": "uploads/mine.csv"})


def test_a_model_of_this_machine_is_neither_named_as_base_nor_given_away_by_its_path():
    local = pushed(["adapter", "q4_k_m"], model="/home/me/models/secret-plan")
    text = model_card(local, ABOUT.format(name="/home/me/models/secret-plan"))
    assert "/home/me" not in text
    assert "`secret-plan`" in text
    assert "base_model" not in text
    assert "license" not in text


def test_an_upload_is_not_given_away_by_its_name():
    about = "# Plan\n\nA LoRA adapter for `unsloth/Qwen3-0.6B`, trained with LoRA Craft on `{source}`.\n"
    private, public = "/home/me/uploads/patients-2026.jsonl", "openai/gsm8k"
    text = model_card(pushed(["adapter"], dataset={"source": private}), about.format(source=private))
    assert "patients" not in text and "trained with LoRA Craft on a data set of its author's own." in text
    assert public in model_card(pushed(["adapter"], dataset={"source": public}), about.format(source=public))


def test_the_embedded_model_has_its_name_on_the_hub():
    assert front(["adapter"], model="SmolLM2-135M-Instruct")["base_model"] == "HuggingFaceTB/SmolLM2-135M-Instruct"


def test_the_smallest_model_file_is_the_one_to_try():
    text = model_card(pushed(["q4_k_m", "q8_0"]), ABOUT)
    assert "llama-cli -hf someone/sums:Q4_K_M" in text
    assert text.count("## How to use it") == 1
    assert "| model-q8_0.gguf | 0.0 MiB | 0.0123 | 0.3000 | 2.5000 |" in text


def test_the_question_is_asked_as_in_training():
    text = model_card(pushed(["merged"], prompt={"template": "solution-only"}), ABOUT)
    assert '"role": "system"' in text
    assert 'model="someone/sums"' in text


def test_an_adapter_in_a_folder_is_loaded_from_there():
    both = pushed(["adapter"])
    text = model_card(Pushed(both.repo_id, both.config, both.entries, {"adapter": "adapter"}), ABOUT)
    assert 'from_pretrained("someone/sums", subfolder="adapter")' in text


def test_a_measured_file_says_how_it_did():
    one = pushed(["q4_k_m"])
    score = {"rows": 20, "reward": 0.5, "adapter_reward": 0.55, "correct": 10, "adapter_correct": 11, "note": "Alike."}
    one.entries[0]["score"] = score
    text = model_card(one, ABOUT)
    assert "on 20 held-out questions: mean reward 0.500, the adapter 0.550; correct 10, the adapter 11. Alike." in text
