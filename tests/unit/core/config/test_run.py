"""What a run configuration accepts, and how it names what it refuses."""

import pytest

from core.config import RunConfig, parse_config
from core.config.describe import describe
from core.config.trl_names import OTHERS, TABLE
from core.errors import InvalidInput
from core.jsonfile import read_json
from tests.conftest import REPOSITORY

EXAMPLES = sorted((REPOSITORY / "configs" / "examples").glob("*.json"))

REFUSED = {
    "a wrong type": ({"training": {"batch_size": "many"}}, "training.batch_size"),
    "a value below its bound": ({"training": {"num_generations": 1}}, "training.num_generations"),
    "a value above its bound": ({"training": {"temperature": 3}}, "training.temperature"),
    "infinity": ({"training": {"learning_rate": float("inf")}}, "training.learning_rate"),
    "an unknown section": ({"trainning": {}}, "trainning"),
    "an unknown key": ({"training": {"batchsize": 1}}, "training.batchsize"),
    "an unknown optimiser": ({"training": {"optim": "magic"}}, "training.optim"),
    "a batch that holds no whole group": ({"training": {"batch_size": 3}}, "training.num_generations"),
    "no room for a prompt": (
        {"training": {"max_sequence_length": 64, "max_new_tokens": 64}},
        "training.max_new_tokens",
    ),
    "LoRA on the output layer": ({"model": {"target_modules": ["q_proj", "lm_head"]}}, "model.target_modules"),
    "no layer at all": ({"model": {"target_modules": []}}, "model.target_modules"),
    "an unknown reward": ({"reward": {"preset_name": "maths!"}}, "reward.preset_name"),
    "a composite without parts": ({"reward": {"type": "composite"}}, "reward"),
    "components of a single preset": ({"reward": {"components": [{"preset_name": "math"}]}}, "reward"),
    "a preset_name of a composite": (
        {"reward": {"type": "composite", "preset_name": "math", "components": [{"preset_name": "exact"}]}},
        "reward",
    ),
    "a reserved field name": ({"reward": {"fields": {"reference": "x"}}}, "reward"),
    "a scale for OR-GRPO": ({"grpo": {"algorithm": "or_grpo", "scale_rewards": "none"}}, "grpo"),
    "a part listed twice": (
        {"reward": {"type": "composite", "components": [{"preset_name": "math"}, {"preset_name": "Math & Science"}]}},
        "reward",
    ),
    "equal markers": ({"prompt": {"solution_start": "#", "solution_end": "#"}}, "prompt"),
    "GSPO per token": ({"grpo": {"algorithm": "gspo", "importance_sampling_level": "token"}}, "grpo"),
    "a generation that ends inside a step": (
        {"training": {"gradient_accumulation_steps": 2}, "grpo": {"steps_per_generation": 3}},
        "grpo.steps_per_generation",
    ),
    "several GPUs for one process": ({"resources": {"gpus": [0, 1]}}, "resources.gpus"),
    "a list instead of a section": ({"model": []}, "model"),
}


@pytest.mark.parametrize(("value", "field"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_configuration_is_refused_and_its_field_named(value, field):
    with pytest.raises(InvalidInput) as refusal:
        parse_config(value)
    assert list(refusal.value.fields) == [field]
    assert refusal.value.fields[field]


@pytest.mark.parametrize("value", [None, [], "config", 3])
def test_a_configuration_that_is_no_object_is_refused(value):
    with pytest.raises(InvalidInput, match="JSON object"):
        parse_config(value)


THEIRS = {
    "beta": "grpo.kl_penalty",
    "grpo.beta": "grpo.kl_penalty",
    "training.beta": "grpo.kl_penalty",
    "training.max_completion_length": "training.max_new_tokens",
    "training.per_device_train_batch_size": "training.batch_size",
    "pre_training.per_device_train_batch_size": "pre_training.batch_size",
    "model.load_in_4bit": "model.quantization: 4bit",
    "lora_alpha": "model.lora_alpha",
    "model.r": "model.lora_rank",
    "num_generations": "training.num_generations",
    "model.max_seq_length": "training.max_sequence_length",
    "use_vllm": "training.sampler: vllm",
    "grpo.max_new_tokens": "training.max_new_tokens",
    "batch_size": "training.batch_size or pre_training.batch_size",
}


@pytest.mark.parametrize(("name", "ours"), THEIRS.items(), ids=THEIRS)
def test_the_name_of_another_library_comes_with_ours(name, ours):
    section, _, key = name.rpartition(".")
    with pytest.raises(InvalidInput) as refusal:
        parse_config({section: {key: 1}} if section else {key: 1})
    assert refusal.value.fields == {name: f"unknown key; here it is {ours}"}


def test_all_names_of_another_library_are_answered_at_once():
    theirs = {"beta": 0.04, "max_completion_length": 256, "per_device_train_batch_size": 4, "load_in_4bit": True}
    with pytest.raises(InvalidInput) as refusal:
        parse_config({"training": theirs})
    for name, ours in zip(theirs, ("grpo.kl_penalty", "max_new_tokens", "batch_size", "quantization"), strict=True):
        assert f"training.{name}: unknown key; here it is " in refusal.value.message
        assert ours in refusal.value.message


def test_every_name_that_is_suggested_is_one_of_ours():
    names = {field.name for field in describe()}
    assert {ours for ours, _, _ in TABLE} | {ours for ours, _ in OTHERS.values()} <= names
    assert not {theirs for _, _, theirs in TABLE} & set(OTHERS)


def test_an_unknown_key_comes_with_a_suggestion():
    with pytest.raises(InvalidInput) as refusal:
        parse_config({"training": {"learning_rat": 1e-5}})
    assert "did you mean 'learning_rate'" in refusal.value.fields["training.learning_rat"]


def test_every_error_is_named_not_just_the_first():
    with pytest.raises(InvalidInput) as refusal:
        parse_config({"training": {"seed": -1, "top_p": 2}})
    assert set(refusal.value.fields) == {"training.seed", "training.top_p"}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_loads_and_survives_a_round_trip(file):
    config = parse_config(read_json(file))
    assert parse_config(config.dump()) == config


def test_the_documented_file_keeps_its_own_values():
    config = parse_config(read_json(REPOSITORY / "configs" / "examples" / "math-reasoning.json"))
    assert config.training.learning_rate == 0.0002
    assert config.training.optim == "paged_adamw_32bit"
    assert config.reward.weights == {"math-science": 1.0}


def test_a_step_is_counted_in_prompts_and_completions():
    config = parse_config({"training": {"batch_size": 4, "gradient_accumulation_steps": 8, "num_generations": 8}})
    assert (config.prompts_per_step, config.completions_per_step) == (4, 32)


def test_the_defaults_are_valid():
    assert parse_config({}) == RunConfig()


WITHOUT_ANSWERS = {"dataset": {"response_field": None}}


@pytest.mark.parametrize(
    "reward",
    [
        {"preset_name": "solution-format"},
        {"preset_name": "length"},
        {"preset_name": "language"},
        {"preset_name": "creative-writing"},
        {"preset_name": "pattern", "parameters": {"pattern": "[a-z]+"}},
        {"type": "composite", "components": [{"judge": {}}]},
        {"type": "custom", "custom_name": "mine"},
    ],
    ids=["format", "length", "language", "writing", "a pattern of its own", "judge", "custom"],
)
def test_data_without_answers_can_have_a_reward_that_needs_none(reward):
    config = parse_config({**WITHOUT_ANSWERS, "reward": reward})
    assert config.dataset.response_field is None


@pytest.mark.parametrize("preset", ["math-science", "exact-match", "reasoning", "keywords", "concise-summarization"])
def test_a_reward_that_compares_is_refused_where_the_data_have_no_answers(preset):
    parts = [{"preset_name": preset}, {"preset_name": "length", "weight": 0.1}]
    with pytest.raises(InvalidInput) as refused:
        parse_config({**WITHOUT_ANSWERS, "reward": {"type": "composite", "components": parts}})
    problem = refused.value.fields["reward"]
    assert problem.startswith(f"{preset} compares with a reference, and the data have none")
    assert "choose one that needs none" in problem


def test_a_warm_up_needs_answers_to_teach():
    reward = {"preset_name": "length"}
    with pytest.raises(InvalidInput) as refused:
        parse_config({**WITHOUT_ANSWERS, "reward": reward, "pre_training": {"enabled": True}})
    assert "turn it off" in refused.value.fields["pre_training.enabled"]


def test_a_question_takes_one_column_several_or_none():
    def contexts(given):
        return parse_config({"dataset": {"context_field": given}}).dataset.context_field

    assert [contexts(given) for given in ("a", ["a"], ["a", "b", "a"], [], None)] == ["a", "a", ("a", "b"), None, None]
    with pytest.raises(InvalidInput) as refused:
        contexts(["a", ""])
    assert "a column, a list of columns, or null" in refused.value.fields["dataset.context_field"]
