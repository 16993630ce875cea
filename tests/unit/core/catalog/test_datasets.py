"""The curated data sets: seven, complete, and found by their ids."""

from dataclasses import asdict
from typing import get_args

import pytest

from core.catalog.datasets import CURATED, Category, curated
from core.catalog.models import is_hub_id
from core.data.section import DatasetConfig


def test_the_seven_are_there_once():
    assert sorted(dataset.id for dataset in CURATED) == [
        "databricks/databricks-dolly-15k",
        "microsoft/orca-math-word-problems-200k",
        "nvidia/OpenMathReasoning",
        "openai/gsm8k",
        "rajpurkar/squad_v2",
        "sahil2801/CodeAlpaca-20k",
        "tatsu-lab/alpaca",
    ]


@pytest.mark.parametrize("dataset", CURATED, ids=lambda dataset: dataset.id)
def test_a_curated_data_set_is_complete(dataset):
    assert is_hub_id(dataset.id)
    assert dataset.category in get_args(Category)
    assert DatasetConfig(source=dataset.id, subset=dataset.subset, split=dataset.split, **asdict(dataset.mapping))
    assert dataset.rows > 0 and dataset.size_bytes > 0
    assert all(value for key, value in asdict(dataset).items() if key not in ("subset", "extras", "note"))


@pytest.mark.parametrize(
    ("source", "found"),
    [("openai/gsm8k", "openai/gsm8k"), ("OpenAI/GSM8K", "openai/gsm8k"), ("gsm8k", None), ("some/other", None)],
)
def test_a_curated_data_set_is_found_by_its_id(source, found):
    dataset = curated(source)
    assert (dataset and dataset.id) == found


def test_gsm8k_loads_its_main_subset():
    assert curated("openai/gsm8k").subset == "main"


@pytest.mark.parametrize(
    ("source", "column"),
    [("tatsu-lab/alpaca", "input"), ("databricks/databricks-dolly-15k", "context"), ("rajpurkar/squad_v2", "context")],
)
def test_a_column_that_belongs_to_the_prompt_is_mapped(source, column):
    assert curated(source).mapping.context_field == column
