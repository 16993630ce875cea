"""Our calls against the installed libraries' own signatures; Unsloth's are read from its source, never imported."""

import ast
import json
import subprocess
import sys

import pytest

from core.config import parse_config
from core.config.algorithms import ALGORITHMS
from core.config.sampler import NEWEST_VLLM, OLDEST_VLLM
from core.runs.arguments import sampler_arguments
from core.workers.loading import unsloth_loading, unsloth_lora, unsloth_switches
from tests.conftest import REPOSITORY

UNSLOTH = REPOSITORY / "cache" / "unsloth-packages" / "unsloth"
FIELDS = """
import dataclasses, json, inspect, peft, trl
from trl.generation.vllm_generation import VLLMGeneration
from trl.import_utils import is_vllm_available
print(json.dumps({
    "grpo": [f.name for f in dataclasses.fields(trl.GRPOConfig)],
    "sft": [f.name for f in dataclasses.fields(trl.SFTConfig)],
    "lora": [f.name for f in dataclasses.fields(peft.LoraConfig)],
    "vllm_versions": inspect.getsource(is_vllm_available),
    "vllm": inspect.getsource(VLLMGeneration),
    "calls": inspect.signature(trl.GRPOTrainer.__init__).parameters.keys() >= {"reward_funcs", "processing_class"},
    "hooks": [
        n for n in ("_calculate_rewards", "_generate_and_score_completions", "_tokenize_prompts")
        if hasattr(trl.GRPOTrainer, n)
    ],
}))
"""


@pytest.fixture(scope="module")
def fields():
    out = subprocess.run([sys.executable, "-c", FIELDS], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return json.loads(out.stdout.splitlines()[-1])


def test_every_argument_in_the_table_is_a_field_of_the_installed_library(fields):
    from core.runs.arguments import TABLE

    assert [row for row in TABLE if row[2] not in fields[row[1]]] == []


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_argument_of_an_algorithm_is_a_field_of_grpo_config(fields, algorithm):
    assert set(ALGORITHMS[algorithm].arguments) <= set(fields["grpo"])


def test_the_methods_that_we_extend_are_there(fields):
    assert fields["calls"]
    assert fields["hooks"] == ["_calculate_rewards", "_generate_and_score_completions", "_tokenize_prompts"]


def test_every_argument_about_vllm_is_a_field_of_grpo_config(fields):
    assert {*sampler_arguments(parse_config({})), "vllm_enable_sleep_mode"} <= set(fields["grpo"])


def test_the_versions_of_vllm_are_those_that_the_installed_trl_names(fields):
    assert f'Version("{OLDEST_VLLM}") <= _vllm_base_version <= Version("{NEWEST_VLLM}")' in fields["vllm_versions"]


@pytest.mark.parametrize(
    "line",
    [
        "self.llm = LLM(",
        "for name, param in self._iter_named_params():",
        ".load_weights([(name, param)])",
        "self.llm.generate(vllm_prompts",
        'distributed_executor_backend="external_launcher"',
    ],
)
def test_trl_uses_vllm_the_way_that_our_sampler_changes(fields, line):
    assert line in fields["vllm"]


def parameters_of(file, class_name, function):
    """Parameter names of a method in a source file of Unsloth."""
    tree = ast.parse((UNSLOTH / file).read_text(encoding="utf-8"))
    (owner,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == class_name]
    (method,) = [node for node in owner.body if isinstance(node, ast.FunctionDef) and node.name == function]
    return {argument.arg for argument in [*method.args.args, *method.args.kwonlyargs]}


@pytest.mark.parametrize("quantization", ["none", "4bit", "8bit"])
def test_unsloth_knows_every_argument_we_load_a_model_with(quantization):
    config = parse_config({"model": {"quantization": quantization, "gradient_checkpointing": True}})
    known = parameters_of("models/loader.py", "FastLanguageModel", "from_pretrained")
    assert set(unsloth_loading("owner/model", config)) <= known


def test_unsloth_loads_vllm_where_it_samples_only():
    vllm = {"sampler": "vllm", "vllm_memory_fraction": 0.3}
    loading = unsloth_loading("owner/model", parse_config({"training": vllm, "model": {"lora_rank": 32}}))
    assert (loading["fast_inference"], loading["gpu_memory_utilization"], loading["max_lora_rank"]) == (True, 0.3, 32)
    assert unsloth_loading("owner/model", parse_config({}))["fast_inference"] is False


def test_what_is_not_exact_in_unsloth_is_off_where_vllms_probabilities_are_compared():
    assert unsloth_switches(parse_config({})) == {}
    assert unsloth_switches(parse_config({"training": {"sampler": "vllm"}}))["UNSLOTH_GRPO_PREFIX_GROUPER"] == "0"


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("models/loader_utils.py", "def refuse_fast_inference_load_in_8bit("),
        ("models/llama.py", "model.vllm_engine = llm"),
        ("models/rl.py", "if hasattr(model, 'vllm_engine') and hasattr(args, 'use_vllm'):"),
        (
            "models/rl_replacements.py",
            'if self.use_vllm and getattr(self, "vllm_importance_sampling_correction", False):',
        ),
    ],
)
def test_unsloth_does_with_vllm_what_our_rules_say(file, line):
    assert line in (UNSLOTH / file).read_text(encoding="utf-8")


def test_unsloth_knows_every_argument_we_make_an_adapter_with():
    known = parameters_of("models/llama.py", "FastLlamaModel", "get_peft_model")
    assert set(unsloth_lora(parse_config({}))) <= known


def test_unsloth_accepts_the_pinned_trl():
    metadata = next((REPOSITORY / "cache" / "unsloth-packages").glob("unsloth-*.dist-info")) / "METADATA"
    lines = metadata.read_text(encoding="utf-8").splitlines()
    bounds = {line.split("trl")[1].split(";")[0].strip() for line in lines if line.startswith("Requires-Dist: trl")}
    from packaging.specifiers import SpecifierSet

    pinned = next(
        x for x in (REPOSITORY / "requirements-cpu.txt").read_text(encoding="utf-8").split() if x[:5] == "trl=="
    )
    assert bounds
    assert all(pinned.removeprefix("trl==") in SpecifierSet(bound.strip("()")) for bound in bounds)
