"""Rewards that judge the form of an answer, not its truth."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.rewards.base import Component, Example, Parameter, Preset, Score, right, weighted, wrong
from core.rewards.library.answers import NO_SOLUTION
from core.rewards.library.form_samples import BAD, GOOD
from core.rewards.library.json_form import JSON_PARTS, json_output
from core.rewards.text.markers import problem_with_markers
from core.rewards.text.prose import LEAST_WORDS, copy_problem, prose_problem
from core.rewards.text.words import repeated_share, word_count, words

BULLET = re.compile(r"[-*•]\s+(.+)")
NUMBERED = re.compile(r"(\d+)[.)]\s+(.+)")
RULE = re.compile(r"\|?\s*:?-{3,}:?\s*(\|\s*:?-{3,}:?\s*)*\|?")
MARKUP = re.compile(r"^\s*(?:#{1,6}\s|[-*•]\s|\d+[.)]\s|>|```|\|)|</?[A-Za-z][^<>]*>|\*\*|__|`", re.MULTILINE)
LEAST_ITEMS = 2

LENGTH = (
    Component("length", 1.0, "1 between the bounds, falling to 0 over the soft edge."),
    Component("prose", 0.0, "The solution is real sentences, and not the instruction."),
)
VARIETY = (
    Component("variety", 1.0, "1 without repeated runs of words, 0 at the tolerated share of them."),
    Component("prose", 0.0, "The solution is real sentences, and not the instruction."),
)


def solution_format(response: str, reference: str, example: Example) -> Score:
    """1 when every marker stands once, in order, around text, with nothing after the last; else 0."""
    problem = problem_with_markers(response, example.markers)
    return wrong(problem) if problem else right("every marker stands once, in order")


def length(
    response: str,
    reference: str,
    example: Example,
    *,
    min_words: int = 20,
    max_words: int = 150,
    soft_edge: float = 0.25,
) -> Score:
    """1 when the solution is prose of `min_words` to `max_words` words; less beyond, 0 past the soft edge.

    `soft_edge` is a share of each bound: with 0.25 and at most 100 words, 110 earn 0.6 and 125 nothing. A Chinese or
    Japanese character is a word.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    count = word_count(solution)
    outside = (min_words - count) / min_words if count < min_words else max(0, count - max_words) / max_words
    fit = max(0.0, 1 - outside / soft_edge) if soft_edge else float(outside == 0)
    return _if_prose(solution, example, "length", fit, LENGTH, f"{count} words, {min_words} to {max_words} are asked")


def no_repetition(
    response: str, reference: str, example: Example, *, run_words: int = 4, tolerated_share: float = 0.2
) -> Score:
    """1 when no run of `run_words` words comes twice in a solution of prose, 0 when `tolerated_share` of them do."""
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    share = repeated_share(words(solution), run_words)
    value = max(0.0, 1 - share / tolerated_share)
    return _if_prose(
        solution, example, "variety", value, VARIETY, f"{share:.0%} of the runs of {run_words} words are repeated"
    )


def _if_prose(
    solution: str, example: Example, name: str, value: float, components: tuple[Component, ...], reason: str
) -> Score:
    """The score of one part behind the prose gate; the gate is asked only when there is something to gain."""
    problem = value and prose_problem(solution, example.instruction)
    parts = {name: value, "prose": float(not problem)}
    return weighted(parts, components, f"it is not prose: {problem}" if problem else reason)


def plain_format(response: str, reference: str, example: Example, *, kind: str = "bullets") -> Score:
    """1 when the solution is of `kind` throughout: bullets, numbered, table, or plain (prose without markup); else 0.

    A list has 2 items or more, a table 1 row or more, each different and holding words; one line that ends with a colon
    may stand before. What the items say is not judged: combine this with a reward that does.
    """
    solution = example.markers.between_solution(response)
    if not solution:
        return wrong(NO_SOLUTION)
    problem = copy_problem(solution, example.instruction) or KINDS[kind](solution)
    return wrong(problem) if problem else right(f"the solution is {KIND_NAMES[kind]} throughout")


def _body(solution: str) -> list[str]:
    """The lines that are not blank, without a leading one that ends with a colon."""
    lines = [line.strip() for line in solution.splitlines() if line.strip()]
    return lines[1:] if lines and lines[0].endswith(":") else lines


def _items_problem(items: Sequence[str]) -> str | None:
    if len(items) < LEAST_ITEMS:
        return f"{len(items)} items are no list"
    for item in items:
        if sum(map(str.isalpha, item)) < 2:
            return f"the item {item[:40]!r} holds no word"
    same = len(items) - len({item.casefold() for item in items})
    return f"{same} of {len(items)} items are repeated" if same else None


def _bullets_problem(solution: str) -> str | None:
    items = []
    for line in _body(solution):
        found = BULLET.fullmatch(line)
        if not found:
            return f"{line[:40]!r} is no bullet"
        items.append(found[1])
    return _items_problem(items)


def _numbered_problem(solution: str) -> str | None:
    items = []
    for place, line in enumerate(_body(solution), 1):
        found = NUMBERED.fullmatch(line)
        if not found or not found[1].isascii() or found[1] != str(place):
            return f"{line[:40]!r} is not item {place}"
        items.append(found[2])
    return _items_problem(items)


def _table_problem(solution: str) -> str | None:
    lines = _body(solution)
    if len(lines) < 3 or not RULE.fullmatch(lines[1]):
        return "it has no header, a line of dashes and a row"
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    widths = {len(row) for row in rows}
    if len(widths) > 1 or widths == {1}:
        return f"its rows have {', '.join(map(str, sorted(widths)))} cells"
    if not all(rows[0]):
        return "a header is empty"
    body = [" ".join(row).strip() for row in rows[2:]]
    if len(set(body)) < len(body) or not all(body):
        return "a row is empty or repeated"
    return None if any(map(str.isalpha, "".join(rows[0]))) else "the header holds no word"


def _plain_problem(solution: str) -> str | None:
    if found := MARKUP.search(solution):
        return f"it holds markup: {found[0].strip()!r}"
    problem = prose_problem(solution)
    return f"it is not prose: {problem}" if problem else None


KINDS = {"bullets": _bullets_problem, "numbered": _numbered_problem, "table": _table_problem, "plain": _plain_problem}
KIND_NAMES = {
    "bullets": "a bullet list",
    "numbered": "a numbered list",
    "table": "a table",
    "plain": "prose without markup",
}

PRESETS: dict[str, Preset] = {
    "solution-format": Preset(
        title="Solution Format",
        function=solution_format,
        category="form",
        level="beginner",
        summary="Every marker of the prompt template stands once, in order, around some text.",
        judges_truth=False,
        fields=(),
        good=GOOD["solution-format"],
        bad=BAD["solution-format"],
        tags=("markers", "tags", "template"),
    ),
    "json-output": Preset(
        title="JSON Output",
        function=json_output,
        category="form",
        level="intermediate",
        summary="The solution is JSON of the wanted kind, with the required keys, and agrees with a reference in JSON.",
        judges_truth=False,
        fields=(),
        good=GOOD["json-output"],
        bad=BAD["json-output"],
        tags=("json", "structured output", "extraction", "schema"),
        components=JSON_PARTS,
        parameters=(
            Parameter("kind", "object", "What the JSON must be.", choices=("object", "array", "any")),
            Parameter("required_keys", "", 'Keys each object must have, such as "name:string, age:number".'),
        ),
    ),
    "length": Preset(
        title="Length",
        function=length,
        category="form",
        level="beginner",
        summary="The solution is real prose of the wanted length.",
        judges_truth=False,
        fields=(),
        good=GOOD["length"],
        bad=BAD["length"],
        tags=("words", "short", "long", "verbosity"),
        components=LENGTH,
        parameters=(
            Parameter("min_words", 20, "Fewest words.", minimum=LEAST_WORDS, maximum=100_000, unit="words"),
            Parameter("max_words", 150, "Most words.", minimum=LEAST_WORDS, maximum=100_000, unit="words"),
            Parameter("soft_edge", 0.25, "Where it falls to 0, as a share of the bound.", minimum=0.0, maximum=1.0),
        ),
    ),
    "plain-format": Preset(
        title="Tool-Free Format",
        function=plain_format,
        category="form",
        level="beginner",
        summary="The solution is a bullet list, a numbered list, a table, or prose without markup, throughout.",
        judges_truth=False,
        fields=(),
        good=GOOD["plain-format"],
        bad=BAD["plain-format"],
        tags=("markdown", "list", "table", "plain text"),
        parameters=(Parameter("kind", "bullets", "What it must be.", choices=tuple(KINDS)),),
    ),
    "no-repetition": Preset(
        title="No Repetition",
        function=no_repetition,
        category="form",
        level="beginner",
        summary="The solution is real prose in which no run of words comes twice.",
        judges_truth=False,
        fields=(),
        good=GOOD["no-repetition"],
        bad=BAD["no-repetition"],
        tags=("loop", "degenerate", "n-gram", "diversity"),
        components=VARIETY,
        parameters=(
            Parameter("run_words", 4, "How many words in a row count as a run.", minimum=2, maximum=20, unit="words"),
            Parameter("tolerated_share", 0.2, "Share of repeated runs that earns nothing.", minimum=0.01, maximum=1.0),
        ),
    ),
}
