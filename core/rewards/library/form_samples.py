"""Worked examples of the presets in form.py: what earns nearly all and what earns next to nothing."""

from __future__ import annotations

from core.prompts.builtin import GRPO_DEFAULT, SOLUTION_ONLY
from core.rewards.base import Example, Sample


def _marked(*responses: str) -> tuple[Sample, ...]:
    return tuple(Sample(response, "", Example("What is 7 x 8?", GRPO_DEFAULT.markers)) for response in responses)


def _samples(question: str, *solutions: str, reference: str = "") -> tuple[Sample, ...]:
    example = Example(question, SOLUTION_ONLY.markers)
    return tuple(Sample(f"<SOLUTION>{solution}</SOLUTION>", reference, example) for solution in solutions)


PERSON = "Give the name and the age as JSON: Ada Lovelace, born 36 years before her death."
ADA = '{"name": "Ada Lovelace", "age": 36}'
TIDES = "Why does the sea rise and fall twice a day?"
FRUIT = "List three fruits as bullet points."
MOON = (
    "The moon pulls at the water of the sea, and most of all at the water that is nearest to it. That makes a bulge on "
    "one side of the earth. A second bulge forms on the far side, where the pull is weakest. As the earth turns, each "
    "coast passes through both of them."
)
TIDE = (
    "Tides come from the moon. Its gravity raises the sea in two places, one below the moon and one opposite to it. "
    "Since the earth turns once a day, a beach meets high water about twice in that time."
)
SUN = (
    "When the moon stands above an ocean, the water under it is drawn up a little. The same happens on the opposite "
    "side of our planet. We see this as two floods a day, with low water in between."
)

GOOD: dict[str, tuple[Sample, ...]] = {
    "solution-format": _marked(
        "<start_working_out>7 x 8<end_working_out><SOLUTION>56</SOLUTION>",
        "<start_working_out>\n7 x 8 = 56\n<end_working_out>\n\n<SOLUTION>\n56\n</SOLUTION>\n",
        "<start_working_out>I am not sure.<end_working_out> So: <SOLUTION>54</SOLUTION>",
    ),
    "json-output": (
        *_samples(
            PERSON, ADA, '{"age": 36.0, "name": "Ada Lovelace"}', f"Here it is:\n```json\n{ADA}\n```", reference=ADA
        ),
    ),
    "length": _samples(TIDES, MOON, TIDE, SUN),
    "plain-format": _samples(
        FRUIT,
        "- apples\n- pears\n- plums",
        "Three fruits:\n\n* an apple\n* a pear\n* a plum",
        "- A cherry is red.\n- A lemon is yellow.",
    ),
    "no-repetition": _samples(TIDES, MOON, TIDE, SUN),
}

BAD: dict[str, tuple[Sample, ...]] = {
    "solution-format": _marked(
        "<SOLUTION>56</SOLUTION><SOLUTION>",
        "<SOLUTION>56</SOLUTION><start_working_out>7 x 8<end_working_out>",
        "<start_working_out><end_working_out><SOLUTION></SOLUTION>",
        "56",
    ),
    "json-output": _samples(
        PERSON,
        '{"name": "Ada Lovelace", "age": 36',
        '{"name": "Ada Lovelace", "name": "Ada", "age": 36}',
        '{"name": "Charles Babbage", "age": NaN}',
        '{"answer": "yes"}',
        reference=ADA,
    ),
    "length": _samples(
        TIDES,
        "The moon.",
        "tide " * 60,
        " ".join(map(str, range(100))),
        "The moon does it. " * 20,
        f"{MOON} {TIDE} {SUN}" * 3,
    ),
    "plain-format": _samples(
        FRUIT, "Apples, pears and plums.", "- apples", "- apples\n- apples\n- apples", "- \n- \n- "
    ),
    "no-repetition": _samples(
        TIDES,
        f"{TIDE} {TIDE}",
        "The moon pulls at the sea and the sea rises. " * 8,
        "moon tide river seven blue run chair sea water wave sun rise fall day night beach",
    ),
}
