"""The Language preset: prose in the language that was asked for."""

from __future__ import annotations

from core.rewards.base import Component, Example, Parameter, Preset, Sample, Score, weighted
from core.rewards.text.languages import LANGUAGES, purity
from core.rewards.text.prose import Prose, grammar_keys, no_text, read_prose
from core.rewards.text.words import ramp

COMPONENTS = (
    Component("language", 1, "Share of the grammar that is of the language asked for; 0 below 60 %, 1 from 85 %."),
    Component("length", 0, "Enough words to tell; 0 at half of min_words."),
    Component("prose", 0, "Real sentences in a natural order, neither repeated nor copied from the prompt."),
)


def language_match(
    response: str, reference: str, example: Example, *, language: str = "en", min_words: int = 8
) -> Score:
    """Score how far the solution is prose in one language, by its function words; offline and always the same.

    It knows the languages in `LANGUAGES`; a close relative that is not among them (Catalan, Danish) may pass for one
    that is. A headline without function words is no prose to it.

    Args:
        example: The instruction is the prompt, which may not be copied.
        language: ISO 639-1 code of the language asked for.
        min_words: Words below which a text is too short to tell; characters in Chinese and Japanese.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return no_text(COMPONENTS)
    prose = read_prose(solution, example.instruction)
    share = purity(grammar_keys(prose.words), language)
    parts = {
        "language": ramp(share, 0.6, 0.85) if prose.language == language else 0.0,
        "length": ramp(len(prose.words), min_words / 2, min_words),
        "prose": prose.quality,
    }
    return weighted(parts, COMPONENTS, prose.problem or _reason(parts, prose, share, LANGUAGES[language].name))


def _reason(parts: dict[str, float], prose: Prose, share: float, wanted: str) -> str:
    if parts["length"] < 1:
        return f"{len(prose.words)} words are too few to tell the language"
    if not parts["language"] and LANGUAGES[prose.language].name != wanted:
        return f"reads as {LANGUAGES[prose.language].name}, not as {wanted}"
    return f"{share:.0%} of the grammar is {wanted}"


def _sample(text: str) -> Sample:
    return Sample(text, "", Example("Explain in English why the sea is salty."))


PRESET = Preset(
    title="Language",
    function=language_match,
    category="writing",
    level="beginner",
    summary="The solution is prose in the language that was asked for.",
    judges_truth=False,
    tags=("language", "translation", "multilingual"),
    fields=(),
    components=COMPONENTS,
    parameters=(
        Parameter("language", "en", "ISO 639-1 code of the language asked for.", choices=tuple(LANGUAGES)),
        Parameter("min_words", 8, "Words below which a text is too short to tell.", 2, 500, unit="words"),
    ),
    good=(
        _sample(
            "Rivers carry minerals from the rocks to the ocean. The water leaves as vapour, but the salt stays behind."
        ),
        _sample("It is salty because rain washes minerals out of the land, and nothing carries them back."),
        _sample(
            "For millions of years, rain has taken a little salt from every stone it touched. The rivers brought it "
            "to the sea, where the sun took only the water away."
        ),
    ),
    bad=(
        _sample("El mar es salado porque los ríos llevan minerales de las rocas hasta el océano y el agua se evapora."),
        _sample("Sea salt rivers minerals ocean rain water vapour rocks land stone sun."),
        _sample("Explain in English why the sea is salty."),
        _sample("Is sea the of salty. Because the and rocks to from water. Minerals they the of carry is a."),
    ),
)
