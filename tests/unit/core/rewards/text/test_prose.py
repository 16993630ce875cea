"""Telling prose from piles of words."""

import random

import pytest

from core.rewards.text.prose import content_stems, copy_problem, prose_problem, read_prose
from core.rewards.text.words import words

STORY = (
    "The old clock in the station had stopped at noon. When the train came at last, nobody looked up, because they had "
    'all learned to live without the time. "Is it late?" she asked. He smiled and left his watch on the bench, where '
    "the rain could read it."
)
COMMON = words(
    """
the a of and to in is it that for on with as at by from apple river seven blue run chair cloud green table stone
walk house light window happy fast carry music paper think water
"""
)
PROSE = {
    "English": "The dog ran across the street and barked. Then a car came by, but it had already gone.",
    "arithmetic": "In April, Natalia sold 48 clips to her friends. In May she sold half as many, which is 24 clips.",
    "science": "Plants turn light energy into chemical energy. They absorb carbon dioxide and give off oxygen.",
    "speech": '"Where are you going?" she asked, but the old man only smiled and walked into the fog.',
    "times": "The library will stay open until 10 p.m. on weekdays from May, after many students signed a petition.",
    "French": "Le chien a traversé la rue et il a aboyé. Ensuite une voiture est arrivée, mais il n'était plus là.",
    "letters in two parts": "Le chien a traverse\u0301 la rue, et il a e\u0301te\u0301 aboye\u0301 par la foule.",
    "Turkish": "Köpek hızla caddeyi geçti ve yüksek sesle havladı. Sonra bir araba geldi ama o artık orada yoktu.",
    "Chinese": "那只狗很快地跑过了街道，并且大声地叫了起来。后来来了一辆车，但是它已经不在那里了。",
    "Japanese": "犬は素早く通りを渡り、大きな声で吠えた。その後、車が来たが、もうそこにはいなかった。",
}


def in_sentences(pile):
    return " ".join(" ".join(pile[i : i + 8]).capitalize() + "." for i in range(0, len(pile), 8))


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
        ("The train came at last, and we left. " * 4, "only 8 different words in 32"),
        (f"{STORY} {STORY}", "of the runs of four words are repeated"),
        ("The 1 2 3 4 5 6 7 8 9 10 11 12 are in the list of it all.", "of the words are numbers"),
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
    assert read_prose(in_sentences(pile)).quality == 0.0


@pytest.mark.parametrize("seed", range(50))
def test_common_words_drawn_at_random_are_no_prose(seed):
    assert read_prose(in_sentences(random.Random(seed).choices(COMMON, k=56))).quality == 0.0


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE.keys())
def test_two_plain_sentences_are_prose(text):
    assert prose_problem(text) == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "0% of the words stand in whole sentences"),
        ("It is in Paris.", "too few"),
        ("the dog ran to the car. it was red and it was new. it went on.", "whole sentences"),
        ("Apple river seven blue. Run chair cloud green table stone walk house.", "no function words"),
        (" ".join(["Apple river seven blue run chair of the."] * 6), "only 8 different words"),
    ],
)
def test_a_yes_or_no_comes_with_the_reason(text, problem):
    assert problem in prose_problem(text)


def test_a_copy_is_told_from_an_answer_that_uses_the_same_words():
    prompt = "Explain in a few words why the sea rises and falls twice a day."
    assert "100%" in copy_problem(prompt, prompt)
    assert "100%" in prose_problem(prompt, prompt)
    assert prose_problem("The sea rises and falls because the moon pulls at it.", prompt) == ""
    assert copy_problem("Say yes", "Say yes!") == "it is the instruction"
    assert copy_problem("yes", "Say yes!") == ""
    assert copy_problem("anything at all", "") == ""


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
