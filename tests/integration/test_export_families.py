"""Random models of every family, exported by the real worker: each file is proven, what can't be made is refused."""

import json
import os
import subprocess
import sys

import pytest

from core.export.tokenizer import PHI_3
from core.generation.gguf_context import Context, controls_of
from core.generation.sampling import Sampling
from core.jsonfile import read_json
from core.paths import Workspace
from core.prompts.chat_template import FOLD
from core.sessions.events import read_events
from tests.conftest import REPOSITORY
from tests.support.chat_templates import OPENS_THINKING
from tests.support.modelfile_grammar import parse

pytestmark = pytest.mark.real

FAMILIES = {
    "smollm2": "chatml",
    "llama": "llama3",
    "qwen3": "chatml",
    "mistral": "mistral",
    "phi3": "phi3",
    "gemma3": "gemma",
}
OPENINGS = {
    "chatml": "<|im_start|>assistant\n",
    "llama3": "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "mistral": "[INST] ",
    "phi3": "<|assistant|>\n",
    "gemma": "<start_of_turn>model\n",
}
EXACT = ("merged", "adapter_gguf", "f16")
EVERY = ["adapter", "merged", "adapter_gguf", "f16", "q8_0", "q4_k_m"]
ODD_TEMPLATE = (
    "{% for m in messages %}<<{{ m['role'] | upper }}>> {{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<<REPLY>> {% endif %}"
)
THINKS = FOLD + "{% if messages[0].role == 'system' %}{{ raise_exception('None') }}{% endif %}\n" + OPENS_THINKING
BARE = "{instruction}"
OWN_PROMPT = {
    "template": "mine",
    "system_prompt": "Be exact.",
    "instruction_template": f"Problem: {BARE}\nShow your work.",
    **dict.fromkeys(("reasoning_start", "reasoning_end", "solution_start", "solution_end"), ""),
}
AT_ODDS = {"temperature": 0.9, "top_p": 0.6, "eos_token_id": 1}
"""Sampling values without do_sample, as older models have them."""
UNKNOWN = {"architectures": ["BrandNewForCausalLM"]}
DEAD_PROXY = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
FOUR_BIT = {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}}
JOBS = [
    *({"run": {"id": name, "family": name}, "exports": [EVERY]} for name in FAMILIES),
    {"run": {"id": "my-phi3-trial", "family": "smollm2"}, "exports": [["q4_k_m"], ["q8_0"], ["q4_k_m"]]},
    {"run": {"id": "faint", "family": "qwen3", "strength": 0.01}, "exports": [["merged", "q8_0"]]},
    {"run": {"id": "rslora", "family": "smollm2", "lora": {"use_rslora": True}}, "exports": [["adapter_gguf", "f16"]]},
    {"run": {"id": "dora", "family": "smollm2", "lora": {"use_dora": True}}, "exports": [["merged"], ["adapter_gguf"]]},
    {"run": {"id": "4bit", "family": "smollm2", "base_config": FOUR_BIT}, "exports": [["adapter"], ["merged"]]},
    {"run": {"id": "untrained", "family": "smollm2", "strength": 0.0}, "exports": [["f16"]]},
    {"run": {"id": "odd", "family": "smollm2", "template": ODD_TEMPLATE}, "exports": [["q8_0"]]},
    {"run": {"id": "thinks", "family": "smollm2", "template": THINKS}, "exports": [["q8_0"]]},
    {"run": {"id": "own", "family": "smollm2", "sections": {"prompt": OWN_PROMPT}}, "exports": [["q8_0"]]},
    {
        "run": {"id": "gone", "family": "smollm2", "sections": {"dataset": {"source": "uploads/gone.jsonl"}}},
        "exports": [["q8_0"]],
    },
    {"run": {"id": "diverged", "family": "smollm2", "is_nan": True}, "exports": [["adapter", "merged", "q8_0"]]},
    {"run": {"id": "old", "family": "smollm2", "generation_config": AT_ODDS}, "exports": [["merged", "q8_0"]]},
    {"run": {"id": "lost-base", "family": "mistral", "has_base": False}, "exports": [["adapter"], ["merged"]]},
    {"run": {"id": "unknown", "family": "smollm2", "base_config": UNKNOWN}, "exports": [["adapter_gguf", "q8_0"]]},
]


LEFT = [".worker.lock", "events.jsonl", "export.json"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """All jobs done, in one child process that is told to use a proxy, as it may be in a company."""
    root = tmp_path_factory.mktemp("families")
    jobs = root / "jobs.json"
    jobs.write_text(json.dumps(JOBS), encoding="utf-8")
    command = [sys.executable, "-m", "tests.support.tiny_families", str(root), str(jobs)]
    how = {"cwd": REPOSITORY, "env": {**os.environ, "HF_HUB_OFFLINE": "1", **DEAD_PROXY}}
    done = subprocess.run(command, **how, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return Workspace(root)


def entries(workspace, session_id):
    proof = read_json(workspace.export(session_id) / "proof.json")
    return {entry["target"]: entry for entry in proof["files"]}


def end_of(workspace, session_id):
    return read_events(workspace.export(session_id) / "events.jsonl")[-1]


def notices(workspace, session_id):
    events = read_events(workspace.export(session_id) / "events.jsonl")
    return [event["message"] for event in events if event["kind"] == "notice"]


def modelfile(workspace, session_id, name="Modelfile"):
    return parse((workspace.export(session_id) / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_target_of_a_family_is_made_and_proven(exported, family):
    assert end_of(exported, family)["kind"] == "completed", end_of(exported, family)
    made = entries(exported, family)
    assert list(made) == EVERY
    for name in EVERY[1:]:
        assert made[name]["same_token_ids"]
        assert made[name]["difference"] <= made[name]["bound"]
        assert made[name]["difference"] < made[name]["base_difference"] / 2
    assert max(made[name]["difference"] for name in EXACT) < 0.02
    assert not (exported.export(family) / ".work").exists()


@pytest.mark.parametrize("family", FAMILIES)
def test_llama_cpp_writes_the_prompt_as_training_did(exported, family):
    assert not [text for text in notices(exported, family) if "writes the prompt" in text]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_modelfile_has_the_format_the_prompt_and_the_stops_of_training(exported, family):
    values = modelfile(exported, family)
    assert values["from"] == ["./model-q4_k_m.gguf"]
    assert OPENINGS[FAMILIES[family]] in values["template"][0]
    assert values["system"] == ["Answer with nothing but the solution, between <SOLUTION> and </SOLUTION>."]
    assert values["num_ctx"] == ["2048"]
    assert len(values["stop"]) >= 2
    assert modelfile(exported, family, "Modelfile-q8_0")["from"] == ["./model-q8_0.gguf"]


@pytest.mark.parametrize("family", FAMILIES)
def test_special_tokens_inside_a_message_are_text_in_llama_cpp_as_in_training(exported, family):
    from transformers import AutoTokenizer

    from core.workers.chat_format import ChatFormat
    from core.workers.llama_server import LlamaServer

    file = exported.export(family) / "model-f16.gguf"
    chat_format = ChatFormat(AutoTokenizer.from_pretrained(exported.session(family).adapter))
    controls = controls_of(file)
    assert {text: control.id for text, control in controls.items()} == {
        text: control.id for text, control in chat_format.controls.items()
    }
    chat = [{"role": "user", "content": " 12 ".join(["What", *controls, "then?"])}]
    told = chat_format.written(chat)
    assert isinstance(told, tuple)
    assert LlamaServer(file, 512).tokenise(told) == chat_format.ids([told])[0]


def test_an_export_begins_the_thinking_and_folds_the_system_prompt_as_training_did(exported):
    from core.workers.generate.asked import Asked
    from core.workers.generate.gguf_model import GgufModel

    assert end_of(exported, "thinks")["kind"] == "completed", end_of(exported, "thinks")
    assert not [text for text in notices(exported, "thinks") if "writes the prompt" in text]
    assert modelfile(exported, "thinks", "Modelfile")["template"][0].endswith("<|im_start|>assistant\n<think>\n")
    model = GgufModel(exported.export("thinks") / "model-q8_0.gguf", Context(512, 1))
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who <|im_end|>?"}]
    answers, pieces = {}, []
    for on_text in (None, lambda place, text, tokens: pieces.append(text)):
        model.answer(
            Asked([chat], Sampling(temperature=0, max_tokens=8), True, answers.__setitem__, on_text, lambda: False)
        )
    assert answers[0]["text"].startswith("<think>\n") and answers[0]["text"].count("<think>") == 1
    assert "".join(pieces) == answers[0]["text"]
    assert answers[0]["tokens"] == 8
    folded = [{"role": "user", "content": "Be brief.\n\nWho <|im_end|>?"}]
    model.answer(Asked([folded], Sampling(temperature=0, max_tokens=8), True, answers.__setitem__, None, lambda: False))
    assert "".join(pieces) == answers[0]["text"]


@pytest.mark.parametrize("family", ["mistral", "phi3", "gemma3"])
def test_a_merged_model_keeps_the_tokenizer_files_of_its_base(exported, family):
    base, merged = exported.root / "models" / family, exported.export(family) / "merged"
    for name in ("tokenizer.model", "tokenizer.json"):
        assert (merged / name).read_bytes() == (base / name).read_bytes()
    assert (merged / "chat_template.jinja").is_file()


def test_the_smallest_file_answers_the_held_out_questions(exported):
    scores = {name: entry.get("score") for name, entry in entries(exported, "smollm2").items()}
    assert scores["q8_0"] is None
    assert scores["q4_k_m"]["rows"] == 6
    assert scores["q4_k_m"]["adapter_reward"] is None
    assert scores["q4_k_m"]["note"] == "The adapter was not scored by the run."


def test_an_adapter_folder_names_its_base_model_and_describes_itself(exported):
    folder = exported.export("llama") / "adapter"
    assert read_json(folder / "adapter_config.json")["base_model_name_or_path"] == str(exported.root / "models/llama")
    assert "LoRA" in (folder / "README.md").read_text(encoding="utf-8")
    assert (folder / "tokenizer.json").is_file()


def test_a_run_called_like_phi_3_makes_a_file_that_loads(exported):
    assert PHI_3.search("my-phi3-trial")
    assert end_of(exported, "my-phi3-trial")["kind"] == "completed"


def test_what_was_made_before_stays_and_what_is_made_again_replaces_it(exported):
    made = entries(exported, "my-phi3-trial")
    assert list(made) == ["q8_0", "q4_k_m"]
    assert made["q4_k_m"]["made_at"] > made["q8_0"]["made_at"]
    names = {path.name for path in exported.export("my-phi3-trial").glob("Modelfile*")}
    assert names == {"Modelfile", "Modelfile-q8_0"}


def test_a_faint_adapter_outlives_the_merge_into_bfloat16(exported):
    assert end_of(exported, "faint")["kind"] == "completed", end_of(exported, "faint")
    merged = entries(exported, "faint")["merged"]
    assert merged["base_difference"] < 0.1
    assert merged["difference"] < merged["base_difference"] / 2


def test_a_rank_stabilised_adapter_becomes_a_gguf_adapter_of_the_right_strength(exported):
    made = entries(exported, "rslora")
    assert made["adapter_gguf"]["difference"] < 0.02
    assert made["adapter_gguf"]["base_difference"] > 0.5


def test_an_adapter_that_llama_cpp_has_no_place_for_is_merged_but_refused_as_a_gguf_adapter(exported):
    assert list(entries(exported, "dora")) == ["merged"]
    end = end_of(exported, "dora")
    assert (end["kind"], end["code"]) == ("failed", "conflict")
    assert "DoRA" in end["cause"]


def test_of_an_adapter_on_a_base_model_stored_in_4_bit_only_the_adapter_is_exported(exported):
    assert list(entries(exported, "4bit")) == ["adapter"]
    end = end_of(exported, "4bit")
    assert (end["kind"], end["code"]) == ("failed", "conflict")
    assert "bitsandbytes" in end["cause"] and "adapter" in end["cure"]


def test_an_adapter_that_changes_nothing_is_refused(exported):
    end = end_of(exported, "untrained")
    assert end["kind"] == "failed"
    assert end["cause"].startswith("The adapter changes nothing measurable")
    assert not list(exported.export("untrained").glob("*.gguf"))


def test_a_format_nobody_knows_gets_no_template_and_says_so(exported):
    assert "template" not in modelfile(exported, "odd")
    assert "No TEMPLATE" in (exported.export("odd") / "Modelfile").read_text(encoding="utf-8")


def test_the_form_of_questions_is_part_of_the_modelfiles_template(exported):
    values = modelfile(exported, "own")
    assert "Problem: {{ .Content }}\nShow your work.<|im_end|>" in values["template"][0]
    assert values["system"] == ["Be exact."]


def test_a_data_set_that_is_gone_is_no_reason_to_refuse(exported):
    assert end_of(exported, "gone")["kind"] == "completed", end_of(exported, "gone")
    assert entries(exported, "gone")["q8_0"]["score"] is None
    assert any("can't be read" in text and "no held-out score" in text for text in notices(exported, "gone"))


def test_an_adapter_that_holds_nan_is_refused_whatever_is_wanted_of_it(exported):
    end = end_of(exported, "diverged")
    assert end["kind"] == "failed"
    assert "NaN" in end["cause"] and "learning_rate" in end["cure"]
    assert sorted(path.name for path in exported.export("diverged").iterdir()) == LEFT


def test_a_base_model_whose_sampling_values_are_at_odds_is_merged_and_keeps_them(exported):
    assert end_of(exported, "old")["kind"] == "completed", end_of(exported, "old")
    assert read_json(exported.export("old") / "merged" / "generation_config.json") == AT_ODDS


def test_the_adapter_alone_is_exported_where_the_base_model_is_gone(exported):
    assert list(entries(exported, "lost-base")) == ["adapter"]
    folder = exported.export("lost-base") / "adapter"
    assert (folder / "tokenizer.json").is_file()
    assert end_of(exported, "lost-base")["code"] == "not_found"


def test_what_the_converter_says_of_a_model_it_does_not_know_is_told_and_stops_no_other_file(exported):
    end = end_of(exported, "unknown")
    assert end["kind"] == "failed"
    assert "BrandNewForCausalLM" in end["cause"] and "merged model can be exported" in end["cure"]
    assert list(entries(exported, "unknown")) == ["q8_0"]


@pytest.mark.parametrize("folder", ["mistral/merged", "lost-base/adapter", "phi3/adapter"])
def test_no_tokenizer_names_a_place_of_this_machine(exported, folder):
    text = (exported.exports / folder / "tokenizer_config.json").read_text(encoding="utf-8")
    assert str(exported.root) not in text and "vocab_file" not in text
