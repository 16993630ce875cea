"""The prose gate: real sentences pass, word salad is named for what it is."""

import random

import pytest

from core.rewards.prose_gate import copy_problem, prose_problem, word_count

SALAD = "apple river seven blue run chair of the"
COMMON = """
the a of and to in is it that for on with as at by from apple river seven blue run chair cloud green table stone
walk house light window happy fast carry music paper think water
"""
PROSE = {
    "English": "The dog ran across the street and barked. Then a car came by, but it had already gone.",
    "arithmetic": "In April, Natalia sold 48 clips to her friends. In May she sold half as many, which is 24 clips.",
    "science": "Plants turn light energy into chemical energy. They absorb carbon dioxide and give off oxygen.",
    "speech": '"Where are you going?" she asked, but the old man only smiled and walked into the fog.',
    "German": "Der Hund lief schnell über die Straße und bellte laut. Dann kam ein Auto, aber er war schon weg.",
    "French": "Le chien a traversé la rue et il a aboyé. Ensuite une voiture est arrivée, mais il n'était plus là.",
    "Spanish": "El perro cruzó la calle y ladró muy fuerte. Después llegó un coche, pero ya no estaba allí.",
    "Russian": "Собака перебежала через дорогу и громко залаяла. Потом приехала машина, но её уже не было.",
    "Polish": "Pies szybko przebiegł przez ulicę i głośno zaszczekał. Potem przyjechał samochód, ale go nie było.",
    "Turkish": "Köpek hızla caddeyi geçti ve yüksek sesle havladı. Sonra bir araba geldi ama o artık orada yoktu.",
    "Chinese": "那只狗很快地跑过了街道，并且大声地叫了起来。后来来了一辆车，但是它已经不在那里了。",
    "Japanese": "犬は素早く通りを渡り、大きな声で吠えた。その後、車が来たが、もうそこにはいなかった。",
}
NO_PROSE = {
    "nothing": ("", "0 words"),
    "a short answer": ("It is in Paris.", "too few"),
    "no full stop": ("the dog ran across the street and barked at the car", "no sentence ends"),
    "small letters": ("the dog ran to the car. it was red and it was new. it went on.", "small letter"),
    "numbers": ("The 1 2 3 4 5 6 7 8 9 10 11 12 are in the list of it all.", "are numbers"),
    "one word": ("The " * 60 + ".", "different words"),
    "a sentence again and again": ("The dog ran across the street and barked. " * 20, "different words"),
    "a sentence twice": ("The dog ran over the old street and barked at a red car. " * 2, "repeats itself"),
    "sprinkled salad": (" ".join(f"{SALAD}.".capitalize() for _ in range(6)), "different words"),
    "no function words": ("Apple river seven blue. Run chair cloud green table stone walk house.", "function words"),
    "look-alikes": ("The dоg ran across the street and barked at the car.", "two alphabets"),
}


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE.keys())
def test_real_sentences_are_prose(text):
    assert prose_problem(text) is None


@pytest.mark.parametrize(("text", "reason"), NO_PROSE.values(), ids=NO_PROSE.keys())
def test_what_is_no_prose_is_told_why(text, reason):
    assert reason in prose_problem(text)


def test_shuffled_english_is_no_prose():
    words = " ".join((PROSE["English"], PROSE["arithmetic"], PROSE["speech"])).replace(".", "").lower().split()
    for seed in range(50):
        random.Random(seed).shuffle(words)
        text = " ".join(" ".join(words[i : i + 9]).capitalize() + "." for i in range(0, len(words), 9))
        assert prose_problem(text)


def test_common_words_drawn_at_random_are_no_prose():
    for seed in range(50):
        draw = random.Random(seed)
        sentences = (" ".join(draw.choice(COMMON.split()) for _ in range(8)).capitalize() + "." for _ in range(7))
        assert prose_problem(" ".join(sentences))


def test_a_copy_is_told_from_an_answer_that_uses_the_same_words():
    instruction = "Explain in a few words why the sea rises and falls twice a day."
    assert "100%" in copy_problem(instruction, instruction)
    assert copy_problem("The sea rises and falls because the moon pulls at it.", instruction) is None
    assert copy_problem("anything at all", "") is None


@pytest.mark.parametrize(("text", "words"), [("", 0), ("two words", 2), ("don't 12", 2), ("它不在。", 3)])
def test_words_are_counted_as_people_count_them(text, words):
    assert word_count(text) == words
