"""Worked examples of the presets in reasoning.py: what earns nearly all and what earns next to nothing."""

from __future__ import annotations

from core.prompts.builtin import GRPO_DEFAULT
from core.rewards.base import Example, Sample


def _sample(question: str, reference: str, thought: str, solution: str) -> Sample:
    return Sample(GRPO_DEFAULT.answer(solution, thought), reference, Example(question, GRPO_DEFAULT.markers))


CLIPS = "Natalia sold 48 clips in April and half as many in May. How many clips did she sell in April and May together?"
TRAIN = "A train goes 60 miles an hour. How many hours does it take for 150 miles?"
LAPTOP = "A laptop costs $800 and is reduced by 25%. What does it cost now?"
CATS = "All cats are mammals. No mammal lays eggs. Tom is a cat. Does Tom lay eggs?"
TALL = "Anna is taller than Ben. Ben is taller than Carl. Who is the tallest?"
RAIN = "If it rains, the match is cancelled. The match was not cancelled. Did it rain?"

GOOD: dict[str, tuple[Sample, ...]] = {
    "chain-of-thought": (
        _sample(
            CLIPS,
            "72",
            "In May she sold half of 48, so 48 / 2 = 24 clips.\nBoth months add up to 48 + 24 clips.\n"
            "That makes 72 clips in total.",
            "72",
        ),
        _sample(
            TRAIN,
            "2.5",
            "The train goes 60 miles in one hour. For 150 miles we divide by its speed. 150 / 60 = 2.5 hours.",
            "2.5",
        ),
        _sample(
            LAPTOP,
            "600",
            "25% of $800 is $200.\nThe reduction is taken off the price: 800 - 200 = 600.\n"
            "So the laptop now sells for $600.",
            "$600",
        ),
    ),
    "reasoning": (
        _sample(
            CATS,
            "no",
            "Tom is a cat, and every cat is a mammal, so Tom is a mammal. Since no mammal lays eggs, Tom lays none.",
            "No",
        ),
        _sample(
            TALL,
            "Anna",
            "Ben is taller than Carl, and Anna is taller than Ben, so she is taller than both. That makes Anna the "
            "tallest of the three.",
            "Anna",
        ),
        _sample(
            RAIN,
            "false",
            "Rain would have meant that the match is cancelled. But the match was not cancelled, so it can't have "
            "been raining.",
            "No, it did not rain.",
        ),
    ),
}

BAD: dict[str, tuple[Sample, ...]] = {
    "chain-of-thought": (
        _sample(
            CLIPS,
            "72",
            "In May she sold half of 48, so 48 / 2 = 24 clips. Both months add up to 48 + 24. That makes 74 clips.",
            "74",
        ),
        _sample(TRAIN, "2.5", "First, let us think step by step. Therefore, the answer is clear.", "2 or 2.5"),
        _sample(LAPTOP, "600", "800 - 200 = 600", ""),
    ),
    "reasoning": (
        _sample(CATS, "no", "Tom is a cat, and cats are mammals. Some mammals lay eggs, so Tom may well do so.", "Yes"),
        _sample(TALL, "Anna", "Ben is taller than Carl, so Ben must be the tallest of the three.", "Ben"),
        _sample(RAIN, "false", "It rained, or it did not rain. Nobody can say which of the two.", "yes or no"),
    ),
}
