"""The normal form of a short text."""

import pytest

from core.rewards.text.normal import normal_form


@pytest.mark.parametrize("text", ["1.5.2", "٣", "1e5", "--1", "inf", "nan", "", ".", "-.", "1,2"])
def test_what_is_no_plain_number_stays_as_it_is(text):
    assert normal_form(text) == text
