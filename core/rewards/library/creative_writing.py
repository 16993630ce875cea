"""The Creative Writing preset: connected, varied prose on the topic that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean

from core.rewards.base import Component, Example, Parameter, Preset, Sample, Score, weighted
from core.rewards.text.languages import LANGUAGES
from core.rewards.text.prose import Prose, content_stems, no_text, read_prose
from core.rewards.text.words import ramp, repeated_share, stem, variety, words

COMPONENTS = (
    Component("flow", 0.4, "Sentences differ in length, and take up what was said before."),
    Component("vocabulary", 0.4, "Many different words in every stretch of fifty."),
    Component("freshness", 0.2, "Sentences open differently, and no three words come again."),
    Component("relevance", 0, "Takes up the content words of the prompt; a text off the topic keeps a quarter."),
    Component("length", 0, "Between the least and the most words; 0 at half the least and at twice the most."),
    Component("prose", 0, "Real sentences in a natural order, neither repeated nor copied from the prompt."),
)
MOST_TOPICS = 3
OFF_TOPIC = 0.25
TASK_WORDS = ("creative", "describe", "essay", "paragraph", "piece", "poem", "sentences", "short", "story", "tale")
TASK_STEMS = frozenset(map(stem, (*TASK_WORDS, "tell", "words", "write")))


def creative_writing(
    response: str, reference: str, example: Example, *, min_words: int = 50, max_words: int = 600
) -> Score:
    """Score the craft of the solution: its flow, vocabulary and freshness, when it is prose on the topic.

    It sees form only, and can't tell a moving story from a dull one. In Chinese and Japanese a character is a word.

    Args:
        example: The instruction is the topic.
        min_words: Words from which a text is long enough.
        max_words: Words up to which it is not too long.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return no_text(COMPONENTS)
    prose = read_prose(solution, example.instruction)
    stems = [content_stems(sentence, prose.language) for sentence in prose.sentences]
    relevance, missing = _relevance(stems, words(example.instruction), prose.language)
    count = len(prose.words)
    parts = {
        "flow": _flow(prose, stems),
        "vocabulary": ramp(variety(prose.words), 0.5, 0.75),
        "freshness": _freshness(prose),
        "relevance": relevance,
        "length": ramp(count, min_words / 2, min_words) * ramp(count, max_words * 2, max_words),
        "prose": prose.quality,
    }
    return weighted(parts, COMPONENTS, prose.problem or _reason(parts, count, missing))


def _reason(parts: dict[str, float], count: int, missing: Sequence[str]) -> str:
    if parts["length"] < 1:
        return f"{count} words is outside the length asked for"
    if parts["relevance"] < 1:
        return f"says nothing of {', '.join(missing[:5])}"
    weakest = min(("flow", "vocabulary", "freshness"), key=parts.__getitem__)
    return f"{count} words on the topic; weakest in {weakest} ({parts[weakest]:.2f})"


def _flow(prose: Prose, stems: Sequence[set[str]]) -> float:
    """Half for sentence lengths that vary by 40 % of their mean, half for sentences linked to one before."""
    if len(prose.sentences) < 2:
        return 0.0
    lengths = [len(sentence) for sentence in prose.sentences]
    average = fmean(lengths)
    spread = sqrt(fmean((length - average) ** 2 for length in lengths))
    links = LANGUAGES[prose.language].links if prose.language else frozenset()
    linked = 0
    known: set[str] = set()
    for position, sentence in enumerate(prose.sentences):
        linked += position > 0 and not (links.isdisjoint(sentence) and known.isdisjoint(stems[position]))
        known |= stems[position]
    return (ramp(spread / average, 0.05, 0.4) + ramp(linked / (len(lengths) - 1), 0.2, 0.7)) / 2


def _freshness(prose: Prose) -> float:
    openings = [tuple(sentence[:2]) for sentence in prose.sentences]
    distinct = len(set(openings)) / len(openings) if openings else 0.0
    return ramp(distinct, 0.4, 0.9) * ramp(repeated_share(prose.words, 3), 0.2, 0.02)


def _relevance(stems: Sequence[set[str]], prompt: Sequence[str], language: str) -> tuple[float, list[str]]:
    """The factor for the topic, and the words of the prompt that are missing; half, and at most three, are enough."""
    wanted = content_stems(prompt, language) - TASK_STEMS
    if not wanted:
        return 1.0, []
    missing = wanted.difference(*stems)
    enough = min(MOST_TOPICS, (len(wanted) + 1) // 2)
    covered = min(1.0, (len(wanted) - len(missing)) / enough)
    absent = dict.fromkeys(word for word in prompt if stem(word) in missing)
    return OFF_TOPIC + (1 - OFF_TOPIC) * covered, list(absent)


def _sample(text: str, topic: str) -> Sample:
    return Sample(text, "", Example(topic))


LIGHTHOUSE = "Write a short story about a lighthouse keeper who waits for a ship."
PRESET = Preset(
    title="Creative Writing",
    function=creative_writing,
    category="writing",
    level="intermediate",
    summary="Connected sentences in a varied vocabulary, on the topic of the prompt, within the length asked for.",
    judges_truth=False,
    tags=("story", "essay", "style", "fluency"),
    fields=(),
    components=COMPONENTS,
    parameters=(
        Parameter("min_words", 50, "Words from which a text is long enough.", 10, 2000, unit="words"),
        Parameter("max_words", 600, "Words up to which a text is not too long.", 20, 5000, unit="words"),
    ),
    good=(
        _sample(
            "Every evening the keeper climbed the hundred steps of the lighthouse with a can of oil and a slice of "
            "bread. He had promised Marta that her ship would find a light. Storms came. Letters from the harbour "
            "office told him to stop, because the new radio mast made lamps useless, but he fed the stove with their "
            "envelopes and polished the glass until it rang. On the last night of autumn a horn answered, low and "
            "patient, from behind the fog.",
            LIGHTHOUSE,
        ),
        _sample(
            "The robot learned about music from a broken piano. Its left hand had been built to sort bolts, so the "
            "first song was only rhythm: clank, pause, clank. Nobody in the factory noticed. Then Ines, who swept "
            "the floor after midnight, hummed an answer while she worked, and something behind the steel ribs "
            "changed its mind about silence. By spring they were playing duets for an audience of pigeons, cranes "
            "and one astonished guard.",
            "Tell a story about a robot that discovers music.",
        ),
        _sample(
            "Snow fell on the market before anyone had packed away the oranges. My grandmother laughed, brushed the "
            "white from each fruit with her sleeve, and raised the price by a penny. People paid it gladly. They "
            "said that winter tasted better this way, cold outside and warm within, and although I was seven and "
            "believed nothing, I bit through the frozen peel and found that it was true.",
            "Describe a winter morning at a market.",
        ),
    ),
    bad=(
        _sample(f"{LIGHTHOUSE} " * 5, LIGHTHOUSE),
        _sample(
            "Lighthouse keeper ship storm wave lamp. Ship keeper waits lighthouse harbour. Story keeper lighthouse "
            "night sea fog ship. Waits keeper oil glass horn lighthouse ship captain sailor rope anchor tide moon. "
            "Keeper story lighthouse ship waits gull cliff rock island sail deck mast.",
            LIGHTHOUSE,
        ),
        _sample("The keeper waited for the ship in the lighthouse. " * 12, LIGHTHOUSE),
        _sample(
            "To bake good bread you need flour, water, salt and time. First the dough is mixed until it is smooth, "
            "then it rests under a cloth for an hour. Shape it gently. While the oven grows hot, cut the top with a "
            "sharp knife so that steam can leave. A loaf is done when it sounds hollow, although many people take "
            "theirs out too early.",
            LIGHTHOUSE,
        ),
    ),
)
