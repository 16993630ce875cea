"""Worked examples of the presets in answering.py: what earns nearly all and what earns next to nothing."""

from __future__ import annotations

from core.prompts.builtin import SOLUTION_ONLY
from core.rewards.base import Example, ExtraColumns, Sample


def _samples(question: str, reference: str, *solutions: str, extras: ExtraColumns | None = None) -> tuple[Sample, ...]:
    example = Example(question, SOLUTION_ONLY.markers, extras or {})
    return tuple(Sample(f"<SOLUTION>{solution}</SOLUTION>", reference, example) for solution in solutions)


CONTEXT = (
    "The Normans were the people who in the 10th and 11th centuries gave their name to Normandy, a region in France. "
    "In what country is Normandy located?"
)
BRIDGE = "Which bridge links Buda and Pest?"
CAPITAL = "What is the capital of France? A) Lyon B) Paris C) Nice D) Lille"
CITIES = {"choices": ["Lyon", "Paris", "Nice", "Lille"]}
PLANTS = "How do plants make their food?"
PLANT_WORDS = "light, chlorophyll, carbon dioxide"

GOOD: dict[str, tuple[Sample, ...]] = {
    "question-answering": (
        *_samples(CONTEXT, "France", "France", "france."),
        *_samples(BRIDGE, "", "Chain Bridge", extras={"answers": {"text": ["the Chain Bridge", "Széchenyi Bridge"]}}),
        *_samples("Who was king of the United States?", "", "unanswerable", extras={"answers": []}),
    ),
    "multiple-choice": (
        *_samples(CAPITAL, "B", "B", "(b)", "The answer is B."),
        *_samples(CAPITAL, "1", "B) Paris", "Paris", extras={**CITIES, "first_index": 0}),
    ),
    "numeric": (
        *_samples("How many clips did she sell?", "72", "72", "72 clips", "The answer is 72.0"),
        *_samples("What is the speed of light in m/s?", "299792458", "2.99792458 x 10^8 m/s"),
        *_samples("Which share is it?", "0.25", "25%"),
    ),
    "keywords": (
        *_samples(
            PLANTS,
            PLANT_WORDS,
            "Plants catch light with the chlorophyll in their leaves. They use it to turn carbon dioxide and water "
            "into sugar.",
            "In a leaf, chlorophyll takes in the light of the sun. With that energy the plant builds sugar from water "
            "and from the carbon dioxide of the air.",
            "The green of a leaf is chlorophyll. It needs light, and it makes sugar when there is carbon dioxide in "
            "the air around it.",
        ),
    ),
    "pattern": (
        *_samples("When did the war end? Write the date as YYYY-MM-DD.", r"\d{4}-\d{2}-\d{2}", "1945-05-08"),
        *_samples("Give a hexadecimal colour.", r"#[0-9a-f]{6}", "#ff8800", "#00a0c0"),
    ),
}

BAD: dict[str, tuple[Sample, ...]] = {
    "question-answering": (
        *_samples(CONTEXT, "France", CONTEXT, "Italy", "France Italy Spain Germany Denmark Norway"),
        *_samples("Who was king of the United States?", "", "George Washington", extras={"answers": []}),
    ),
    "multiple-choice": (
        *_samples(CAPITAL, "B", "A or B", "C", "A B C D"),
        *_samples(CAPITAL, "B", "B) Lyon", extras=CITIES),
    ),
    "numeric": (
        *_samples("How many clips did she sell?", "72", "71", "70 or 72", " ".join(map(str, range(100))), "many"),
    ),
    "keywords": (
        *_samples(
            PLANTS,
            PLANT_WORDS,
            "light, chlorophyll, carbon dioxide",
            "Light. Chlorophyll. Carbon dioxide. Light and chlorophyll. Chlorophyll and carbon dioxide and light.",
            "Plants are green and they stand in the garden all day. They like to be watered in the morning.",
        ),
    ),
    "pattern": (
        *_samples(
            "When did the war end? Write the date as YYYY-MM-DD.",
            r"\d{4}-\d{2}-\d{2}",
            "8 May 1945",
            "It ended on 1945-05-08.",
            "1945-5-8",
        ),
    ),
}
