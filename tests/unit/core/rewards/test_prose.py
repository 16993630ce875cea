"""Telling prose from piles of words."""

import random

import pytest

from core.rewards.prose import content_stems, read_prose
from core.rewards.words import words

STORY = (
    "The old clock in the station had stopped at noon. When the train came at last, nobody looked up, because they had "
    'all learned to live without the time. "Is it late?" she asked. He smiled and left his watch on the bench, where '
    "the rain could read it."
)


def test_prose_is_read_into_words_and_sentences():
    prose = read_prose(STORY)
    assert (prose.language, prose.quality, prose.problem) == ("en", 1.0, "")
    assert len(prose.sentences) == 4
    assert prose.words[:3] == ["the", "old", "clock"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("the train came at last and nobody looked up", "0% of the words stand in whole sentences"),
        ("Train, station, clock, noon, rain, bench.", "no function words"),
        ("The train station clock noon rain bench watch time hat coat.", "9% of the words are function words"),
        ("She is the of a train. They we are the and of a clock.", "words in an order that can't be, such as 'the of'"),
        ("The train came at last, and we left. " * 4, "of the runs of four words are repeated"),
        ("The tr\u0430in came at last, and we left.", "letters that only look Latin"),
        ("The train c\u043eme at last, and we left.", "c\u043eme"),
    ],
)
def test_the_problem_is_named(text, problem):
    prose = read_prose(text)
    assert prose.quality == 0.0
    assert problem in prose.problem


@pytest.mark.parametrize("seed", range(12))
def test_a_story_in_shuffled_order_is_no_prose(seed):
    pile = words(STORY)
    random.Random(seed).shuffle(pile)
    text = " ".join(" ".join(pile[i : i + 8]).capitalize() + "." for i in range(0, len(pile), 8))
    assert read_prose(text).quality <= 0.5


def test_half_a_copied_prompt_is_worth_less_and_a_whole_one_nothing():
    sentences = STORY.split(". ")
    assert read_prose(STORY, STORY).quality == 0.0
    assert 0 < read_prose(STORY, ". ".join(sentences[:2])).quality < 1
    assert read_prose(STORY, "Write a story about a clock.").quality == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "The lens was 5 μm thick, and its α-helix was seen by the team.",
        "She said «привет» to the driver, and he waved to her.",
        "Café owners in Łódź and Århus said that it was too late.",
    ],
)
def test_foreign_words_and_symbols_are_no_disguise(text):
    assert read_prose(text).quality == 1.0


def test_content_stems_leave_out_grammar_and_numbers():
    assert content_stems(words("The 12 ships of the keeper are in a storm"), "en") == {"ship", "keeper", "storm"}


def test_content_stems_are_found_in_scripts_with_vowel_signs():
    assert content_stems(words("वह किताब है"), "hi") == {"किताब"}
