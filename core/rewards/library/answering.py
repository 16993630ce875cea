"""Rewards for answers with some freedom: SQuAD overlap, a choice of options, a number, keywords, a pattern."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence

from core.rewards.base import (
    PATTERN,
    Component,
    Example,
    NotRun,
    Parameter,
    Preset,
    Score,
    excerpt,
    right,
    weighted,
    wrong,
)
from core.rewards.library.answering_samples import BAD, GOOD
from core.rewards.library.answers import MOST_MENTIONS, NO_SOLUTION, is_same
from core.rewards.text.prose import prose_problem

LONGEST_ANSWER = 30
"""Words; a choice or a number that needs more is not an answer but a text that mentions one."""
PATTERN_TIMEOUT_S = 0.05
LONGEST_MATCHED = 100_000

PUNCTUATION = str.maketrans("", "", string.punctuation)
ARTICLES = re.compile(r"\b(a|an|the)\b")
UNANSWERABLE = frozenset(
    (
        "unanswerable", "question is unanswerable", "this question is unanswerable", "no answer", "there is no answer",
        "not answerable", "cannot be answered", "cant be answered", "question cannot be answered",
        "this question cannot be answered", "it cannot be answered", "impossible to answer", "answer is not given",
        "not in context", "not in text", "answer is not in context", "answer is not in text",
    )
)  # fmt: skip
LETTER = re.compile(r"(?<![\w'’])(?:\(([A-Za-z])\)|([A-Z])(?![\w'’]))")
ARTICLE_OR_I = re.compile(r"[AI]\s+(?!(?:is|was|because|since|as|or|and|but|not|nor)\b)[a-z]")
NUMBER = re.compile(
    r"(?<![\w.^])[-+−]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)*|\.[0-9]+)"
    r"(?:[eE][-+]?[0-9]+|\s?[x×*]\s?10\^?\{?[-+−]?[0-9]+\}?)?\s?%?"
)
TEN_TO = re.compile(r"\s?[x×*]\s?10\^?\{?([-+]?[0-9]+)\}?")
SENTENCE = re.compile(r"[.!?]+(?:\s+|$)|\n+")
NOT_WORD = re.compile(r"[^\w'-]+")

OVERLAP = (
    Component("exact", 0.2, "The solution is one of the answers, by SQuAD's exact match."),
    Component("overlap", 0.8, "F1 of the words it shares with the nearest answer; 0 below the threshold."),
)
KEYWORDS = (
    Component("found", 1.0, "Share of the keywords that stand as whole words in real sentences."),
    Component("prose", 0.0, "The solution is real sentences, not a list, and not the instruction."),
)


def question_answering(response: str, reference: str, example: Example, *, least_f1: float = 0.6) -> Score:
    """SQuAD exact match and F1 against the best of several answers: 1 when exact, else 0.8 x F1, 0 below `least_f1`.

    The answers are extras["answers"] (texts, or SQuAD's {"text": [...]}) or else the reference. No answers, or an
    answer such as "unanswerable", makes the row unanswerable: then the solution must say so, and an empty one earns 0.
    Source: Rajpurkar et al., arXiv:1606.05250 and arXiv:1806.03822, the official evaluation scripts v1.1 and v2.0.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    golds = [gold for gold in answers_of(reference, example) if gold.strip()]
    given = squad_form(solution)
    if not golds or all(squad_form(gold) in UNANSWERABLE for gold in golds):
        fits = given in UNANSWERABLE
        return weighted(
            dict.fromkeys(("exact", "overlap"), float(fits)),
            OVERLAP,
            f"the question has no answer, and {excerpt(solution)} {'says so' if fits else 'does not say so'}",
        )
    best = max(golds, key=lambda gold: (squad_form(gold) == given, f1(given, squad_form(gold))))
    exact = given == squad_form(best) and (given != "" or is_same(solution, best))
    overlap = 1.0 if exact else f1(given, squad_form(best))
    parts = {"exact": float(exact), "overlap": overlap if overlap >= least_f1 else 0.0}
    verdict = "is" if exact else f"overlaps {overlap:.2f} (F1, {least_f1:g} at least) with"
    return weighted(parts, OVERLAP, f"{excerpt(solution)} {verdict} {excerpt(best)}")


def answers_of(reference: str, example: Example) -> list[str]:
    """The accepted answers of a row."""
    given = example.extras.get("answers")
    if given is None:
        return [reference]
    if isinstance(given, Mapping):
        given = given["text"]
    return [given] if isinstance(given, str) else list(given)


def squad_form(text: str) -> str:
    """`text` as SQuAD compares it: lower case, no punctuation, no articles, single spaces."""
    return " ".join(ARTICLES.sub(" ", text.lower().translate(PUNCTUATION)).split())


def f1(given: str, gold: str) -> float:
    """The harmonic mean of precision and recall of the words of two texts in SQuAD form, 0 to 1."""
    given_words, gold_words = given.split(), gold.split()
    same = sum((Counter(given_words) & Counter(gold_words)).values())
    return 2 * same / (len(given_words) + len(gold_words)) if same else 0.0


def multiple_choice(response: str, reference: str, example: Example, *, first_index: int = 0) -> Score:
    """1 when the solution names the right option and no other, by letter or by its text; else 0.

    The reference is a letter, the number of the option counted from `first_index`, or the option's text. The texts are
    extras["choices"], a list or {"text": [...]}; without them only letters and numbers can be judged.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    if len(solution.split()) > LONGEST_ANSWER:
        return wrong(f"the solution has {len(solution.split())} words; a choice has at most {LONGEST_ANSWER}")
    choices = choices_of(example)
    wanted = option_of(reference, choices, first_index)
    if wanted is None:
        raise NotRun(f"the reference {excerpt(reference)} is no letter, number or text of an option")
    if solution == reference.strip():
        return right(f"{excerpt(solution)} is the reference")
    letters = letters_in(solution)
    named = set(letters) | texts_in(solution, choices)
    if len(letters) > MOST_MENTIONS:
        return wrong(f"{excerpt(solution)} names {len(letters)} options instead of one")
    if named == {wanted}:
        return right(f"{excerpt(solution)} names option {wanted}")
    if len(named) > 1:
        return wrong(f"{excerpt(solution)} names several options: {', '.join(sorted(named))}")
    return wrong(f"{excerpt(solution)} names {'option ' + named.pop() if named else 'no option'}, not {wanted}")


def choices_of(example: Example) -> list[str]:
    """The texts of a row's options, in order; empty when it has none."""
    given = example.extras.get("choices") or ()
    return [str(choice) for choice in (given["text"] if isinstance(given, Mapping) else given)]


def option_of(reference: str, choices: Sequence[str], first_index: int) -> str | None:
    """The letter of the option that `reference` means, or None."""
    for letter, choice in zip(string.ascii_uppercase, choices, strict=False):
        if is_same(reference, choice):
            return letter
    plain = reference.strip().strip("().: ").upper()
    if len(plain) == 1 and plain in string.ascii_uppercase:
        return plain
    place = int(plain) - first_index if plain.isdecimal() and len(plain) < 3 else -1
    return string.ascii_uppercase[place] if 0 <= place < 26 else None


def letters_in(solution: str) -> list[str]:
    """The option letters that `solution` names: B, (b), "b", "B) Paris"; the words A and I are none."""
    alone = solution.strip("().:*\"' ")
    if len(alone) == 1:
        return [alone.upper()] if alone in string.ascii_letters else []
    if solution[1:2] == ")" and solution[0].isascii() and solution[0].isalpha():
        solution = solution[0].upper() + solution[1:]
    found = (match for match in LETTER.finditer(solution) if not ARTICLE_OR_I.match(solution, match.start()))
    return [(match[1] or match[2]).upper() for match in found]


def texts_in(solution: str, choices: Sequence[str]) -> set[str]:
    """The letters of the options whose text `solution` is, with or without a letter before it."""
    bare = re.sub(r"^\(?[A-Za-z][).:]\s*", "", solution).rstrip(".")
    pairs = zip(string.ascii_uppercase, choices, strict=False)
    return {letter for letter, choice in pairs if is_same(solution, choice) or is_same(bare, choice)}


def numeric(
    response: str,
    reference: str,
    example: Example,
    *,
    relative_tolerance: float = 0.0,
    absolute_tolerance: float = 1e-9,
    partial_reach: float = 0.0,
) -> Score:
    """1 when the one number of the solution is within the tolerance of the reference; less with growing error, or 0.

    Beyond the tolerance it earns half at most, falling to 0 at a relative error of `partial_reach` (0: no partial
    credit). Units, thousands separators, 1.2e3, 1.2 x 10^3 and % are read; where only one side has a %, both readings
    of it count. Several different numbers earn nothing.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    if len(solution.split()) > LONGEST_ANSWER:
        return wrong(f"the solution has {len(solution.split())} words; a number has at most {LONGEST_ANSWER}")
    given, wanted = numbers_in(solution), numbers_in(reference)
    if len(set(wanted)) != 1:
        raise NotRun(f"the reference {excerpt(reference)} holds {len(wanted)} numbers instead of one")
    if len(set(given)) != 1 or len(given) > MOST_MENTIONS:
        return wrong(f"{excerpt(solution)} holds {len(given)} numbers instead of one")
    error, target = _distance(given[0], wanted[0])
    if error <= max(absolute_tolerance, relative_tolerance * abs(target)):
        return right(f"{excerpt(solution)} is within the tolerance of {target:g}")
    relative = error / abs(target) if target else math.inf
    credit = 0.5 * (1 - relative / partial_reach) if relative < partial_reach else 0.0
    return Score(credit, f"{excerpt(solution)} is off {target:g} by {error:g}")


def numbers_in(text: str) -> list[tuple[float, bool]]:
    """The finite numbers in `text`, each with whether it is a percentage."""
    found = []
    for match in NUMBER.finditer(text):
        plain = match[0].replace("−", "-").replace(",", "")
        parts = TEN_TO.sub(r"e\1", plain.rstrip("% ")).split(".")
        value = float(".".join(parts)) if len(parts) < 3 else math.nan
        if math.isfinite(value):
            found.append((value, plain.endswith("%")))
    return found


def _distance(given: tuple[float, bool], wanted: tuple[float, bool]) -> tuple[float, float]:
    """The error of the kindest reading of a percent sign, and the number it was compared with."""
    readings = [given[0]] if given[1] == wanted[1] else [given[0], given[0] / 100 if given[1] else given[0] * 100]
    return min(abs(reading - wanted[0]) for reading in readings), wanted[0]


def keywords(response: str, reference: str, example: Example, *, keywords: str = "") -> Score:
    """The share of the keywords that occur as whole words in real sentences; lists of keywords earn nothing.

    The keywords are those of the parameter, or else of the reference, separated by commas. A keyword counts in a
    sentence of 5 words or more, half of which or more are no keywords, in a solution that is prose.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    wanted = [_spaced(word) for word in (keywords or reference).split(",") if word.strip()]
    if not wanted:
        raise NotRun("no keywords are given, neither as the parameter nor in the reference")
    if problem := prose_problem(solution, example.instruction):
        return Score(0.0, f"it is not prose: {problem}", {"found": 0.0, "prose": 0.0})
    found: set[str] = set()
    for sentence in map(_spaced, SENTENCE.split(solution)):
        here = [word for word in wanted if word in sentence]
        if len(sentence.split()) >= max(5, 2 * sum(len(word.split()) for word in here)):
            found.update(here)
    missing = [word.strip() for word in wanted if word not in found]
    parts = {"found": 1 - len(missing) / len(wanted), "prose": 1.0}
    return weighted(parts, KEYWORDS, f"missing: {', '.join(missing)}" if missing else "every keyword is there")


def _spaced(text: str) -> str:
    return f" {' '.join(NOT_WORD.split(text.casefold())).strip()} "


def pattern(response: str, reference: str, example: Example, *, pattern: str = "", ignore_case: bool = False) -> Score:
    """1 when the whole solution matches the regular expression, else 0.

    The expression is the parameter, or else the reference. One that takes over 50 ms is cut off, and digits of other
    scripts, which look like ours, match no expression that does not hold them.
    Raises:
        NotRun: The match took too long to judge.
        ValueError: It is no regular expression.
    """
    import regex

    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    if len(solution) > LONGEST_MATCHED:
        return wrong(f"the solution has {len(solution)} characters; {LONGEST_MATCHED} can be matched")
    wanted = pattern or reference
    if foreign := {sign for sign in solution if sign.isdecimal() and not sign.isascii()} - set(wanted):
        return wrong(f"{excerpt(solution)} holds digits of another script: {''.join(sorted(foreign))}")
    try:
        flags = regex.IGNORECASE if ignore_case else 0
        matched = regex.fullmatch(wanted, solution, flags=flags, timeout=PATTERN_TIMEOUT_S)
    except TimeoutError:
        raise NotRun(f"matching {excerpt(wanted)} took over {PATTERN_TIMEOUT_S:g} s; make it simpler") from None
    except regex.error as error:
        raise ValueError(f"{excerpt(wanted)} is no regular expression: {error}") from error
    if matched:
        return right(f"{excerpt(solution)} matches {excerpt(wanted)}")
    return wrong(f"{excerpt(solution)} does not match {excerpt(wanted)}")


PRESETS: dict[str, Preset] = {
    "question-answering": Preset(
        title="Question Answering",
        function=question_answering,
        category="answers",
        level="beginner",
        summary="The solution is one of the known answers, by SQuAD's exact match and F1; saying more than it costs.",
        judges_truth=True,
        good=GOOD["question-answering"],
        bad=BAD["question-answering"],
        tags=("squad", "reading comprehension", "extractive", "f1", "unanswerable"),
        components=OVERLAP,
        parameters=(
            Parameter("least_f1", 0.6, "Overlap below this earns nothing.", minimum=0.3, maximum=1.0, unit="F1"),
        ),
        optional={"answers": "All right answers of a row, when there is more than one."},
    ),
    "multiple-choice": Preset(
        title="Multiple Choice",
        function=multiple_choice,
        category="answers",
        level="beginner",
        summary="The solution names the right option, by letter or text, and no other.",
        judges_truth=True,
        good=GOOD["multiple-choice"],
        bad=BAD["multiple-choice"],
        tags=("mmlu", "arc", "options", "letter", "correctness"),
        parameters=(
            Parameter("first_index", 0, "What a reference that counts options starts at.", minimum=0, maximum=1),
        ),
        optional={"choices": "The options, so that an answer may be given by its text."},
    ),
    "numeric": Preset(
        title="Numeric Closeness",
        function=numeric,
        category="math",
        level="beginner",
        summary="The one number of the solution is within a tolerance of the reference.",
        judges_truth=True,
        good=GOOD["numeric"],
        bad=BAD["numeric"],
        tags=("number", "tolerance", "measurement", "estimate"),
        parameters=(
            Parameter("relative_tolerance", 0.0, "Error allowed, as a share of the reference.", 0.0, 1.0),
            Parameter("absolute_tolerance", 1e-9, "Error allowed, in the reference's unit.", 0.0),
            Parameter("partial_reach", 0.0, "Relative error at which partial credit ends; 0 for none.", 0.0, 1.0),
        ),
    ),
    "keywords": Preset(
        title="Contains Keywords",
        function=keywords,
        category="answers",
        level="beginner",
        summary="Every keyword stands in the solution, in real sentences.",
        judges_truth=False,
        good=GOOD["keywords"],
        bad=BAD["keywords"],
        tags=("contains", "coverage", "terms"),
        components=KEYWORDS,
        parameters=(Parameter("keywords", "", "Keywords, separated by commas; empty for the reference's."),),
    ),
    "pattern": Preset(
        title="Pattern",
        function=pattern,
        category="form",
        level="intermediate",
        summary="The whole solution matches a regular expression.",
        judges_truth=False,
        good=GOOD["pattern"],
        bad=BAD["pattern"],
        tags=("regex", "regular expression", "date", "identifier"),
        parameters=(
            Parameter("pattern", "", "The regular expression; empty for the reference.", unit=PATTERN),
            Parameter("ignore_case", False, "Whether small and capital letters are the same."),
        ),
    ),
}
