"""The Creative Writing preset."""

import pytest

from core.rewards.base import Example
from core.rewards.library.creative_writing import PRESET, creative_writing

TOPIC = PRESET.good[0].example
STORY = PRESET.good[0].response


def score(text, example=TOPIC, **parameters):
    return creative_writing(text, "", example, **parameters)


def test_the_same_story_off_the_topic_keeps_a_quarter_and_says_what_is_missing():
    off = score(STORY, Example("Write about a volcano and a violin."))
    assert off.value == pytest.approx(score(STORY).value / 4)
    assert "volcano, violin" in off.reason


def test_a_prompt_without_content_words_asks_for_no_topic():
    assert score(STORY, Example("Write a story.")).parts["relevance"] == 1.0


@pytest.mark.parametrize(
    ("parameters", "value"),
    [
        ({"min_words": 160}, 0.025),
        ({"min_words": 200}, 0.0),
        ({"max_words": 60}, pytest.approx(38 / 60)),
        ({"max_words": 40}, 0.0),
    ],
    ids=["half the least", "under half", "a little long", "twice as long"],
)
def test_length_outside_the_window_costs_points(parameters, value):
    long_enough = score(STORY, **parameters)
    assert long_enough.parts["length"] == value
    assert "82 words is outside the length" in long_enough.reason


def test_sentences_of_one_length_that_share_nothing_do_not_flow():
    flat = "A red bird sat near the tall barn. " + "The cold milk stood under an iron shelf. "
    flat += "Some old maps hung behind the glass door. Four green boats lay along the wide lake."
    assert score(flat).parts["flow"] < 0.3 < score(STORY).parts["flow"]


def test_a_small_vocabulary_earns_less():
    dull = (
        "The keeper was in the house and the ship was on the sea. The ship was far and the sea was big and the "
        "keeper was sad. The keeper saw the sea and the sea was dark and the ship was not in the dark. Then the ship "
        "was in the house of the keeper and the keeper was glad."
    )
    assert score(dull).value < 0.5 < score(STORY).value


def test_other_languages_are_judged_alike():
    german = (
        "Jeden Abend stieg der Wärter auf den Leuchtturm und trug eine Kanne Öl hinauf. Er hatte Marta versprochen, "
        "dass ihr Schiff ein Licht finden würde. Stürme kamen. Die Briefe aus dem Hafen verboten ihm das Feuer, aber "
        "er heizte damit den Ofen und putzte das Glas, bis es klang. In der letzten Nacht des Herbstes antwortete "
        "ein Horn."
    )
    assert score(german, Example("Schreibe eine Geschichte über einen Leuchtturm und ein Schiff.")).value >= 0.8
