"""Every preset: its own samples, and that nonsense earns nothing."""

import pytest

from core.rewards.base import Example
from core.rewards.presets import ALIASES, PRESETS, resolve_preset

NONSENSE = {
    "nothing": "",
    "space": " \n\t ",
    "tags only": "<start_working_out><end_working_out><SOLUTION></SOLUTION>",
    "random words": "the quick brown fox jumps over the lazy dog",
    "every number": " ".join(map(str, range(1000))),
    "the closing tag first": "</SOLUTION>0.5<SOLUTION>",
}
each_preset = pytest.mark.parametrize("name", PRESETS)


@each_preset
def test_the_good_sample_scores_fully_and_the_bad_one_not_at_all(name):
    preset = PRESETS[name]
    good = preset.function(preset.good, preset.reference, preset.sample)
    bad = preset.function(preset.bad, preset.reference, preset.sample)
    assert (good.value, bad.value) == (1.0, 0.0)
    assert good.reason and bad.reason


@each_preset
@pytest.mark.parametrize("text", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_scores_nothing(name, text):
    preset = PRESETS[name]
    assert preset.function(text, preset.reference or "0.5", preset.sample).value == 0.0


@pytest.mark.parametrize("given", [*PRESETS, *ALIASES, *(p.title for p in PRESETS.values()), "Exact_Match"])
def test_a_preset_is_found_by_name_title_and_alias(given):
    assert resolve_preset(given) in PRESETS


def test_an_unknown_name_is_no_preset():
    assert resolve_preset("magic") is None


def test_a_format_reward_without_markers_says_why_it_scores_nothing():
    score = PRESETS["solution-format"].function("56", "56", Example())
    assert score.value == 0.0
    assert "no markers" in score.reason
