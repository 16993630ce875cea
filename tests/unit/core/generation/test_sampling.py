"""Sampling values: defaults, bounds, and what a request gives."""

import pytest

from core.errors import InvalidInput
from core.generation.sampling import Sampling, sampling_from


def test_a_request_changes_what_it_names_only():
    found = sampling_from({"temperature": 0.0, "top_p": None, "prompt": "x"}, Sampling(top_p=0.5))
    assert (found.temperature, found.top_p, found.max_tokens) == (0.0, 0.5, 256)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 2.5),
        ("top_p", 0),
        ("max_tokens", 0),
        ("min_p", 1.5),
        ("seed", -1),
        ("stop", ["x"] * 9),
        ("stop", ["x", ""]),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_its_name(name, value):
    with pytest.raises(InvalidInput) as refused:
        sampling_from({name: value})
    assert name in refused.value.fields
