"""The measure of English word order."""

import pytest

from core.rewards.text.english import KINDS, oddest_pair, order_bits


@pytest.mark.parametrize(
    "text",
    ["the cat sat on the mat", "she would have been at home", "it is not so", "most of the work was done by them"],
)
def test_an_english_order_is_likelier_than_its_reverse(text):
    bits, least = order_bits([text.split()])
    assert bits > max(least, order_bits([text.split()[::-1]])[0])


def test_less_is_asked_of_a_short_text():
    short, longer, long = (order_bits([["stone"] * words])[1] for words in (5, 20, 100))
    assert short < longer < long == 0.0


def test_the_oddest_pair_is_named():
    assert oddest_pair([["she", "is", "the", "of", "a", "train"], ["it", "came"]]) == "the of"
    assert oddest_pair([["he", "saw", "the"]]) == "the ."


def test_a_word_is_of_one_kind():
    every = " ".join(KINDS.values()).split()
    assert len(every) == len(set(every))
