"""The settings as data for the form: kinds, choices and bounds come from the schema itself."""

import json

import pytest

from core.config import RunConfig
from core.config.describe import as_schema, describe

FIELDS = {field["name"]: field for field in as_schema()["fields"]}

EXPECTED = {
    "name": {"kind": "text", "nullable": True, "section": ""},
    "model.name": {"kind": "text", "nullable": False, "section": "model", "choices": ()},
    "model.quantization": {"kind": "choice", "nullable": False, "choices": ("none", "4bit", "8bit")},
    "model.gradient_checkpointing": {"kind": "boolean", "nullable": False},
    "model.target_modules": {"kind": "list", "nullable": False, "choices": ("all-linear",)},
    "model.lora_rank": {"kind": "integer", "minimum": 1, "maximum": 512, "exclusive_minimum": False},
    "model.lora_dropout": {"minimum": 0, "maximum": 1, "exclusive_minimum": False, "exclusive_maximum": True},
    "training.learning_rate": {"kind": "number", "minimum": 0, "exclusive_minimum": True, "maximum": 1},
    "training.max_steps": {"kind": "integer", "nullable": True, "minimum": 1, "maximum": None},
    "grpo.clip_range": {"kind": "number", "nullable": True, "exclusive_minimum": True, "exclusive_maximum": True},
    "grpo.loss_type": {"kind": "choice", "nullable": True, "choices": ("grpo", "dapo", "dr_grpo", "bnpo")},
    "resources.executor": {"kind": "choice", "choices": ("local",)},
    "resources.gpus": {"kind": "list", "nullable": True},
    "dataset.parameters": {"kind": "object", "nullable": False},
    "reward.custom": {"kind": "object", "nullable": True},
    "reward.components": {"kind": "list", "nullable": False},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_field_says_what_its_input_must_hold(name):
    assert {key: FIELDS[name][key] for key in EXPECTED[name]} == EXPECTED[name]


def test_every_default_fits_its_own_description():
    kinds = {"integer": int, "number": (int, float), "text": str, "boolean": bool, "list": list, "object": dict}
    for field in describe():
        if field.default is None:
            assert field.bounds.nullable, field.name
        elif field.default not in field.bounds.choices:
            assert isinstance(field.default, kinds[field.bounds.kind]), field.name


def test_every_section_is_one_of_the_configuration():
    assert {field["section"] for field in FIELDS.values()} == {"", *RunConfig().dump()} - {"name"}


def test_the_description_is_json():
    assert json.loads(json.dumps(as_schema()))["fields"][0]["choices"] == []
