"""Question Answering: the solution says what one of the known answers says, or that there is none."""

from __future__ import annotations

from collections.abc import Mapping

import regex

from core.rewards.base import Component, Example, Parameter, Preset, Score, excerpt, weighted, wrong
from core.rewards.library.answering_samples import BAD, GOOD
from core.rewards.library.answers import NO_SOLUTION
from core.rewards.text.answer_form import plain
from core.rewards.text.answer_words import SAYS_NO_ANSWER
from core.rewards.text.same_answer import likeness

OVERLAP = (
    Component("exact", 0.2, "The solution is one of the answers, but for case, articles, and how numbers are written."),
    Component("overlap", 0.8, "F1 of what it shares with the nearest answer, in order; 0 below the threshold."),
)
LEAD_IN = regex.compile(r"^(?:(?:the|this)\s+question|it|this|that|there|answer\s*:)\s+(?:(?:is|has)\s+)?")
SOURCE = regex.compile(
    r"\s+(?:from|in|by|with|within|based on|according to)\s+(?:the\s+|this\s+)?(?:given\s+|provided\s+|available\s+)?"
    r"(?:context|text|passage|paragraph|information|article|document)$"
)
ARTICLE = regex.compile(r"\b(?:the|a|an)\s+")


def question_answering(response: str, reference: str, example: Example, *, least_f1: float = 0.6) -> Score:
    """The best match with several answers: 1 when it says the same, else 0.8 x F1 in order, 0 below `least_f1`.

    Signs, numbers, negations and the order of words count; case, articles, full stops, how a number, a date or a
    currency is written, and an explanation after the answer do not. Several guesses at once earn nothing.
    The answers are extras["answers"] (texts, or SQuAD's {"text": [...]}) or else the reference. No answers, or an
    answer such as "unanswerable", makes the row unanswerable: then the solution must say so, and an empty one earns 0.
    Source: Rajpurkar et al., arXiv:1606.05250 and arXiv:1806.03822; theirs drops every sign and compares bags of words.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    golds = [gold for gold in answers_of(reference, example) if gold.strip()]
    if all(says_no_answer(gold) and "answer" in gold.casefold() for gold in golds):
        fits = says_no_answer(solution)
        said = f"the question has no answer, and {excerpt(solution)} {'says so' if fits else 'does not say so'}"
        return weighted(dict.fromkeys(("exact", "overlap"), float(fits)), OVERLAP, said)
    overlap, best = max(
        ((likeness(solution, gold, example.instruction), gold) for gold in golds), key=lambda pair: pair[0]
    )
    is_exact = overlap == 1.0
    parts = {"exact": float(is_exact), "overlap": overlap if overlap >= least_f1 else 0.0}
    verdict = "is" if is_exact else f"overlaps {overlap:.2f} (F1, {least_f1:g} at least) with"
    return weighted(parts, OVERLAP, f"{excerpt(solution)} {verdict} {excerpt(best)}")


def answers_of(reference: str, example: Example) -> list[str]:
    """The accepted answers of a row; one text that stands alone is the reference, which may be cut from it."""
    given = example.extras.get("answers")
    if isinstance(given, Mapping):
        given = given.get("text")
    if isinstance(given, list):
        return [str(answer) for answer in given if answer is not None]
    return [reference or str(given or "")]


def says_no_answer(text: str) -> bool:
    """Whether a text says that a question can't be answered: "unanswerable", "no answer in the given context"."""
    flat = plain(text).casefold().strip(".!。 ")
    bare = ARTICLE.sub("", SOURCE.sub("", LEAD_IN.sub("", flat)))
    return any(form in SAYS_NO_ANSWER for form in (flat, bare, ARTICLE.sub("", flat)))


PRESETS: dict[str, Preset] = {
    "question-answering": Preset(
        title="Question Answering",
        function=question_answering,
        category="answers",
        level="beginner",
        summary="The solution says what one of the known answers says, in any language; saying more than it costs.",
        judges_truth=True,
        good=GOOD["question-answering"],
        bad=BAD["question-answering"],
        tags=("squad", "reading comprehension", "extractive", "f1", "unanswerable"),
        components=OVERLAP,
        parameters=(
            Parameter("least_f1", 0.6, "Overlap below this earns nothing.", minimum=0.3, maximum=1.0, unit="F1"),
        ),
        optional={"answers": "All right answers of a row, when there is more than one; an empty list: unanswerable."},
    ),
}
