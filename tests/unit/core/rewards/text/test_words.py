"""Measures of text."""

import pytest

from core.rewards.text.words import (
    copied_share,
    numbers,
    ramp,
    repeated_share,
    sentences,
    stem,
    variety,
    word_count,
    words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat's tail, again!", ["the", "cat", "s", "tail", "again"]),
        ("l’homme; ¿Qué?", ["l", "homme", "qué"]),
        ("我们在这里。", ["我", "们", "在", "这", "里"]),
        ("वह किताब है।", ["वह", "किताब", "है"]),
        ("Straße_1 — 3.5", ["straße", "1", "3", "5"]),
        ("... !?", []),
    ],
)
def test_words_are_found_in_many_scripts(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("two words", 2), ("don't 12", 2), ("3.5 km", 2), ("它不在。", 3)]
)
def test_words_are_counted_as_people_count_them(text, count):
    assert word_count(text) == count


@pytest.mark.parametrize(
    ("text", "whole", "rest"),
    [
        ("One ended. Two too!", ["One ended.", "Two too!"], []),
        ('"Stop!" he said. She left.', ['"Stop!" he said.', "She left."], []),
        ("It costs 3.5 euros.", ["It costs 3.5 euros."], []),
        ("no capital here. Fine.", ["Fine."], ["no capital here."]),
        ("A title\n\nThen a sentence. And no end", ["Then a sentence."], ["A title", "And no end"]),
        ("她来了。我走了。", ["她来了。", "我走了。"], []),
        ("...", [], ["..."]),
        ("", [], []),
    ],
)
def test_sentences_begin_with_a_capital_and_end_with_a_mark(text, whole, rest):
    assert sentences(text) == (whole, rest)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ship", "ships"), ("story", "stories"), ("discover", "discovered"), ("keeper", "keepers"), ("music", "musics")],
)
def test_forms_of_one_word_share_a_stem(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("ship", "shop"), ("cat", "car"), ("bus", "bush")])
def test_different_words_have_different_stems(one, other):
    assert stem(one) != stem(other)


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (2, 0), (3, 0.5), (4, 1), (9, 1)])
def test_a_ramp_rises_between_its_ends(value, expected):
    assert ramp(value, 2, 4) == expected
    assert ramp(-value, -2, -4) == expected


def test_numbers_are_compared_without_thousands_separators():
    assert numbers("1,000 homes, 2.5 km, 1000 men") == {"1000", "2.5"}


def test_a_repeated_run_is_counted():
    assert repeated_share(list("abcd")) == 0.0
    assert repeated_share(list("abcdabcd")) == pytest.approx(0.2)
    assert repeated_share(["a"]) == 0.0


@pytest.mark.parametrize(
    ("text", "source", "share"),
    [
        ("a b c d", "x a b c d y", 1.0),
        ("a b c d", "d c b a", 0.0),
        ("a b", "x a b", 1.0),
        ("", "a", 0.0),
        ("a", "", 0.0),
    ],
)
def test_copied_runs_are_found(text, source, share):
    assert copied_share(text.split(), source.split()) == share


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a b c", 1.0), ("a a a a", 0.5), ("a b a b", 1.0), ("a a b b", (1 + 2 + 1) / 3 / 2), ("", 0.0), ("a", 1.0)],
)
def test_variety_is_averaged_over_windows(text, expected):
    assert variety(text.split(), window=2) == pytest.approx(expected)


def test_variety_does_not_fall_with_length():
    text = [f"word{i}" for i in range(50)]
    assert variety(text * 6) == variety(text) == 1.0
