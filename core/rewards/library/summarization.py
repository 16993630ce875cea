"""The Concise Summarization preset: a short summary with the content of the reference and nothing invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.rewards.base import Component, Example, NotRun, Parameter, Preset, Sample, Score, weighted
from core.rewards.text.prose import content_stems, no_text, read_prose
from core.rewards.text.words import ngrams, numbers, ramp, stem, words

COMPONENTS = (
    Component("rouge1", 0.25, "F1 of the words shared with the reference; full marks from 0.65."),
    Component("rouge2", 0.2, "F1 of the pairs of neighbours shared with it; full marks from 0.4."),
    Component("rougeL", 0.2, "F1 of the longest common subsequence of words; full marks from 0.55."),
    Component("coverage", 0.35, "Share of the reference's content words and numbers that are said."),
    Component("faithful", 0, "Share of the summary's numbers that stand in the document or the reference."),
    Component("brevity", 0, "Short enough: against max_words, the reference and the document."),
    Component("prose", 0, "Real sentences in a natural order, not repeated."),
)
# A second person's summary of the same text shares about this much with the first, so more is not asked for.
FULL_MARKS = {"rouge1": 0.65, "rouge2": 0.4, "rougeL": 0.55}
LONGEST_OF_REFERENCE = 2.0
LONGEST_OF_DOCUMENT = 0.6
FEWEST_WORDS_OF_LIMIT = 25


def concise_summarization(response: str, reference: str, example: Example, *, max_words: int = 100) -> Score:
    """Score a summary by ROUGE against the reference, coverage, invented numbers and length.

    The document is `extras["document"]`, else the instruction when that is clearly longer than the reference.

    Args:
        reference: A good summary.
        example: Holds the document.
        max_words: Words up to which a summary is concise; the score is 0 from one and a half times as many.
    Raises:
        NotRun: There is no reference summary to compare with.
    """
    wanted = _measured(reference)
    if not wanted.stems:
        raise NotRun("the row has no reference summary")
    solution = example.markers.between_solution(response)
    if not solution:
        return no_text(COMPONENTS)
    document = _document(example, len(wanted.stems))
    source = _measured(document)
    prose = read_prose(solution, "" if document == example.instruction else example.instruction)
    said = list(map(stem, words(solution)))
    stated = numbers(solution)
    key = _key(reference, prose.language)
    missing = key.difference(said, stated)
    invented = stated - source.numbers - wanted.numbers
    rouge = rouge_f1(said, wanted.stems)
    parts = {
        **{name: ramp(value, 0, FULL_MARKS[name]) for name, value in rouge.items()},
        "coverage": 1 - len(missing) / len(key) if key else 1.0,
        "faithful": 1 - len(invented) / len(stated) if stated else 1.0,
        "brevity": _brevity(len(said), len(wanted.stems), len(source.stems), max_words),
        "prose": prose.quality,
    }
    return weighted(parts, COMPONENTS, prose.problem or _reason(parts, rouge, invented, len(said), missing))


@dataclass(frozen=True)
class _Measured:
    """The stems of a text's words, in order, and its numbers."""

    stems: list[str]
    numbers: set[str]


@lru_cache(maxsize=256)
def _measured(text: str) -> _Measured:
    """A document or a reference, read once for all completions of its prompt."""
    return _Measured(list(map(stem, words(text))), numbers(text))


@lru_cache(maxsize=256)
def _key(reference: str, language: str) -> frozenset[str]:
    """The required content of a summary: the content words, as stems, and the numbers of the reference."""
    return frozenset(content_stems(words(reference), language) | numbers(reference))


def _document(example: Example, reference_length: int) -> str:
    if "document" in example.extras:
        return str(example.extras["document"])
    return example.instruction if len(_measured(example.instruction).stems) > 1.5 * reference_length else ""


def _brevity(said: int, wanted: int, source: int, max_words: int) -> float:
    """1 within every limit; 0 at half as much again, and at the length of the document."""
    limit = min(max_words, max(LONGEST_OF_REFERENCE * wanted, FEWEST_WORDS_OF_LIMIT))
    concise = ramp(said, 1.5 * limit, limit)
    if not source:
        return concise
    return concise * ramp(said, 0.9 * source, max(LONGEST_OF_DOCUMENT * source, min(wanted, 0.8 * source)))


def _reason(
    parts: dict[str, float], rouge: dict[str, float], invented: set[str], length: int, missing: frozenset[str]
) -> str:
    if invented:
        return f"{', '.join(sorted(invented)[:3])} stands neither in the document nor in the reference"
    if parts["brevity"] < 1:
        return f"{length} words is too long for this text"
    found = f"ROUGE-1 {rouge['rouge1']:.2f}, ROUGE-2 {rouge['rouge2']:.2f}, ROUGE-L {rouge['rougeL']:.2f}"
    return f"{found}; missing: {', '.join(sorted(missing)[:4])}" if missing else f"{found}; every key word is there"


def rouge_f1(said: Sequence[str], wanted: Sequence[str]) -> dict[str, float]:
    """F1 of single words, of neighbours and of the longest common subsequence, each 0 to 1.

    Source: Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004), sections 2 and 3, with our stems.
    """
    return {
        "rouge1": overlap_f1(said, wanted),
        "rouge2": overlap_f1(ngrams(said, 2), ngrams(wanted, 2)),
        "rougeL": f1(common_subsequence(said, wanted), len(said), len(wanted)),
    }


def overlap_f1(said: Sequence[Hashable], wanted: Sequence[Hashable]) -> float:
    """F1 of two bags of items, each counted as often as both have it."""
    counts, limits = Counter(said), Counter(wanted)
    shared = counts.keys() & limits.keys()
    return f1(sum(min(counts[item], limits[item]) for item in shared), len(said), len(wanted))


def f1(shared: int, said: int, wanted: int) -> float:
    """The harmonic mean of `shared / said` and `shared / wanted`; 0 when nothing is shared."""
    return 2 * shared / (said + wanted) if shared else 0.0


def common_subsequence(first: Sequence[str], second: Sequence[str]) -> int:
    """The length of the longest common subsequence, by a few operations on a row of bits per word of `first`.

    Source: Hyyrö, "Bit-Parallel LCS-length Computation Revisited" (2004): a 0 bit marks each place where the length
    grows along `second`.
    """
    places: dict[str, int] = {}
    for position, word in enumerate(second):
        places[word] = places.get(word, 0) | 1 << position
    full = (1 << len(second)) - 1
    row = full
    for word in first:
        matches = row & places.get(word, 0)
        if matches:
            row = ((row + matches) | (row - matches)) & full
    return len(second) - row.bit_count()


STORM = (
    "Summarize: A storm struck the northern coast of Scotland on Friday night, bringing winds of 140 km/h and "
    "cutting power to 20,000 homes. Police closed the main bridge at Inverness after a lorry was blown over; its "
    "driver was taken to hospital with a broken arm. Trains between Wick and Thurso were cancelled for the whole "
    "weekend, and engineers said that repairs to the lines could last until Tuesday. Two schools opened their halls "
    "to families without heating. The weather service expects calmer days from Monday on, although heavy rain may "
    "follow."
)
STORM_SUMMARY = (
    "A storm with winds of 140 km/h cut power to 20,000 homes in northern Scotland, closed the bridge at Inverness "
    "and stopped trains for the weekend."
)
LIBRARY = (
    "The town library of Redford will stay open until 10 p.m. on weekdays from May on. The council voted for the "
    "change after 1,200 students signed a petition, because there are few quiet rooms in the dormitories. Two more "
    "librarians will be hired, and the extra cost of 60,000 euros a year is paid by a local bank for the first three "
    "years. Saturday hours do not change."
)
LIBRARY_SUMMARY = "After a petition by 1,200 students, Redford's library will open until 10 p.m. on weekdays from May."


def _storm(summary: str) -> Sample:
    return Sample(summary, STORM_SUMMARY, Example(STORM))


def _library(summary: str) -> Sample:
    return Sample(summary, LIBRARY_SUMMARY, Example("Summarize the article.", extras={"document": LIBRARY}))


PRESET = Preset(
    title="Concise Summarization",
    function=concise_summarization,
    category="writing",
    level="intermediate",
    summary="A short summary in whole sentences that says what the reference says and invents no number.",
    judges_truth=False,
    tags=("summary", "rouge", "coverage", "compression"),
    fields=("reference",),
    optional={"document": "The text to summarise, when it is not the question."},
    components=COMPONENTS,
    parameters=(Parameter("max_words", 100, "Words up to which a summary is concise.", 5, 2000, unit="words"),),
    good=(
        _storm(STORM_SUMMARY),
        _storm(
            "A storm with winds of 140 km/h hit northern Scotland, cut power to 20,000 homes, closed the Inverness "
            "bridge and stopped trains for the weekend."
        ),
        _library(
            "Redford's library will stay open until 10 p.m. on weekdays from May, after 1,200 students signed a "
            "petition."
        ),
    ),
    bad=(
        _storm(STORM),
        _storm("Storm, winds, 140 km/h, power, 20,000 homes, northern Scotland, bridge, Inverness, trains, weekend."),
        _storm(
            "It was a very bad night for many people, and they hope that the next days will be better for all of them."
        ),
        _library(
            "The library of Redford will be closed for 7 weeks in June because 300 visitors complained about 45 mice."
        ),
        _library("The library of Redford will be open for longer. " + "It is good that it is open. " * 20),
    ),
)
