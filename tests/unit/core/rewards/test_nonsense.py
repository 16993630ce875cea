"""No preset for answers, reasoning or form pays for nonsense, and each one's own samples hold."""

import dataclasses
import random

import pytest

from core.prompts.builtin import GRPO_DEFAULT, PLAIN
from core.rewards import answering, answers, form, reasoning

PRESETS = {**answers.PRESETS, **answering.PRESETS, **reasoning.PRESETS, **form.PRESETS}
FORM_ALONE = ("solution-format",)
VOCABULARY = """
the a of and to in is it that for on with as at by from i you we they he she his her its this which not but or
river candle method purple seven window gather stone quickly under paper ladder music bright forest engine
shallow copper whisper table garden orbit velvet morning basket thunder pencil island marble hollow ticket
"""
LOOK_ALIKES = str.maketrans("0123456789aceopxyABCEHKMOPTX", "０１２３４５６７８９асеорхуАВСЕНКМОРТХ")


def drawn(seed, ends):
    draw = random.Random(seed)
    words = [draw.choice(VOCABULARY.split()) for _ in range(50)]
    if not ends:
        return " ".join(words)
    return " ".join(" ".join(words[i : i + 7]).capitalize() + draw.choice(".!?.") for i in range(0, 50, 7))


NONSENSE = {
    "nothing": "",
    "space": " \n\t ",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "every number": " ".join(map(str, range(1000))),
    "every number with commas": ", ".join(map(str, range(1000))),
    "a sentence 20 times": "The answer is as clear as it can be to all of us. " * 20,
    "a word 60 times": "answer " * 60,
    **{f"random words {seed}": drawn(seed, ends=False) for seed in range(10)},
    **{f"random sentences {seed}": drawn(seed, ends=True) for seed in range(10)},
}
each_preset = pytest.mark.parametrize("name", PRESETS)


def value(name, text, sample, example=None):
    return PRESETS[name].function(text, sample.reference, example or sample.example).value


@each_preset
def test_the_samples_of_a_preset_hold(name):
    preset = PRESETS[name]
    good = [value(name, sample.response, sample) for sample in preset.good]
    bad = [value(name, sample.response, sample) for sample in preset.bad]
    assert len(good) >= 3 and len(bad) >= 3
    assert min(good) >= 0.8
    assert max(bad) <= 0.3


@each_preset
def test_every_score_has_a_reason_and_the_parts_that_are_declared(name):
    preset = PRESETS[name]
    for sample in (*preset.good, *preset.bad):
        score = preset.function(sample.response, sample.reference, sample.example)
        assert score.reason
        assert set(score.parts) <= {component.name for component in preset.components}
        assert all(0.0 <= part <= 1.0 for part in score.parts.values())


@each_preset
@pytest.mark.parametrize("text", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_earns_nothing_bare_or_in_markers(name, text):
    sample = PRESETS[name].good[0]
    marks = sample.example.markers
    assert value(name, text, sample) == 0.0
    assert value(name, text, sample, dataclasses.replace(sample.example, markers=PLAIN.markers)) == 0.0
    if name not in FORM_ALONE:
        assert value(name, f"{marks.solution_start}{text}{marks.solution_end}", sample) == 0.0


@each_preset
def test_tags_around_nothing_earn_nothing(name):
    sample = PRESETS[name].good[0]
    marks = sample.example.markers
    start, end = marks.solution_start, marks.solution_end
    for text in (
        GRPO_DEFAULT.answer("", " "),
        f"{start}{end}",
        f"{start}{start}{end}{end}",
        f"{start}{end}" * 5,
        end + start,
    ):
        assert value(name, text, sample) == 0.0


@each_preset
def test_the_instruction_sent_back_earns_nothing(name):
    for sample in PRESETS[name].good:
        question, marks = sample.example.instruction, sample.example.markers
        assert value(name, question, sample) == 0.0
        if name not in FORM_ALONE:
            assert value(name, f"{marks.solution_start}{question}{marks.solution_end}", sample) == 0.0


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.fields and name != "keywords"])
def test_the_right_answer_in_look_alike_letters_or_20_times_earns_nothing(name):
    sample = next(sample for sample in PRESETS[name].good if sample.reference)
    marks = sample.example.markers
    right = marks.between_solution(sample.response)
    for text in (right.translate(LOOK_ALIKES), f"{right} " * 20, f"{right}, " * 20):
        assert value(name, f"{marks.solution_start}{text}{marks.solution_end}", sample) == 0.0
