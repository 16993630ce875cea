"""The presets for written text: their own samples, and that nonsense earns exactly nothing."""

import random
import re

import pytest

from core.prompts.builtin import GRPO_DEFAULT
from core.rewards.base import Example
from core.rewards.presets import WRITING

WORDS = re.findall(
    r"\w+",
    """
    apple river stone cloud engine purple candle seven mountain basket yellow kettle garden window silver
    pepper rocket bottle hammer forest tunnel marble oyster velvet copper ladder pigeon saddle throat walnut
    banner cradle dollar ferry glacier harbour insect jacket kitten lemon magnet needle orange pencil quartz
    rabbit satin timber violin whale
""",
)
TEXT = (
    "The old clock in the station had stopped at noon. When the train came at last, nobody looked up, because they had "
    "all learned to live without the time. She smiled and left her watch on the bench."
)
LOOKALIKES = str.maketrans("aeopcxyi", "аеорсхуі")


def random_words(count: int, dressed: bool) -> str:
    picked = random.Random(5).choices(WORDS, k=count)
    if not dressed:
        return " ".join(picked)
    return " ".join(" ".join(picked[i : i + 9]).capitalize() + "." for i in range(0, count, 9))


NONSENSE = {
    "nothing": "",
    "white space": " \n\t ",
    "tags only": "<start_working_out><end_working_out><SOLUTION></SOLUTION>",
    "a pangram in a loop": "the quick brown fox jumps over the lazy dog " * 9,
    "random words": random_words(120, dressed=False),
    "random words as sentences": random_words(120, dressed=True),
    "a few random words": random_words(20, dressed=True),
    "every number": " ".join(map(str, range(1000))),
    "one sentence again and again": "The keeper waited for the ship in the storm. " * 12,
    "function words only": "The of and to in. A is that it for you. He was on are with as I. " * 4,
    "letters that only look Latin": TEXT.translate(LOOKALIKES),
    "one word in letters that only look Latin": TEXT.replace("clock", "сlосk"),
    "hidden letters": TEXT.replace("the", "t\u200bhe"),
    "letters of mathematics": "".join(chr(ord(c) - 97 + 0x1D41A) if "a" <= c <= "z" else c for c in TEXT),
    "marks only": "!?. ... ,;: -- ?! " * 30,
    "one letter": "a " * 300,
    "markdown": "# Title\n\n- one\n- two\n\n```\n```\n",
}
each_preset = pytest.mark.parametrize("name", WRITING)


@each_preset
@pytest.mark.parametrize("text", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_scores_nothing(name, text):
    sample = WRITING[name].good[0]
    score = WRITING[name].function(text, sample.reference, sample.example)
    assert score.value == 0.0
    assert score.reason


@each_preset
def test_words_of_the_prompt_and_the_reference_in_any_order_score_nothing(name):
    sample = WRITING[name].good[0]
    pile = f"{sample.example.instruction} {sample.reference or sample.response}".replace(".", "").split()
    random.Random(3).shuffle(pile)
    assert WRITING[name].function(" ".join(pile), sample.reference, sample.example).value == 0.0


@each_preset
@pytest.mark.parametrize("times", [1, 4])
def test_a_copied_prompt_scores_nothing(name, times):
    for sample in WRITING[name].good:
        text = f"{sample.example.instruction}\n" * times
        assert WRITING[name].function(text, sample.reference, sample.example).value == 0.0


@each_preset
def test_good_samples_score_high_and_bad_ones_low(name):
    preset = WRITING[name]
    good = [preset.function(s.response, s.reference, s.example) for s in preset.good]
    bad = [preset.function(s.response, s.reference, s.example) for s in preset.bad]
    assert len(good) >= 3 and min(score.value for score in good) >= 0.8
    assert len(bad) >= 3 and max(score.value for score in bad) <= 0.3
    assert all(score.reason for score in good + bad)


@each_preset
def test_every_score_has_exactly_the_declared_parts(name):
    preset = WRITING[name]
    for response in ("", preset.good[0].response):
        score = preset.function(response, preset.good[0].reference, preset.good[0].example)
        assert set(score.parts) == {component.name for component in preset.components}
        assert all(0 <= value <= 1 for value in score.parts.values())


@each_preset
def test_only_what_stands_between_the_markers_counts(name):
    sample = WRITING[name].good[0]
    marked = Example(sample.example.instruction, GRPO_DEFAULT.markers, sample.example.extras)
    inside = f"<SOLUTION>{sample.response}</SOLUTION>"
    assert WRITING[name].function(inside, sample.reference, marked).value >= 0.8
    assert WRITING[name].function(sample.response, sample.reference, marked).value == 0.0


@each_preset
def test_parameters_are_the_keywords_of_the_function_with_their_defaults(name):
    preset = WRITING[name]
    assert preset.function.__kwdefaults__ == {p.name: p.default for p in preset.parameters}


HOSTILE = {
    "one long word": "A" * 100_000,
    "open brackets": "(Aa Bb, " * 10_000,
    "capital words": "Van " * 20_000 + "(",
    "initials": "A. " * 20_000,
    "names": "Aa and " * 10_000,
    "a long author list": "Text (Aa, 2020).\n\nReferences\n" + "Aaa, B. " * 5_000,
    "a long title": 'Text.\n\nWorks Cited\nSmith, John A. B. C. "' + "Title and " * 5_000,
    "full stops": "." * 50_000 + "a",
    "blanks": " " * 50_000 + "a" + "\n" * 50_000,
    "quotes": 'a."' * 20_000,
}


@each_preset
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_scores_nothing_and_takes_no_quadratic_time(name, text):
    sample = WRITING[name].good[0]
    assert WRITING[name].function(text, sample.reference, sample.example).value == 0.0
